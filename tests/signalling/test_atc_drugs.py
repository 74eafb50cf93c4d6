"""What each drug of the inventory does to the network: direction as published, size, and a cell it leaves alone."""

from __future__ import annotations

import pytest

from signalling.atc_cells import MANY, bliss_excess, shares

BRAF = "genotype=BRAF V600E"
BRAF_P53 = "genotype=BRAF V600E,TP53"
RAS_P53 = "genotype=RAS,TP53"
P53 = "genotype=TP53"
G12C = "genotype=KRAS G12C,TP53"
PIK3CA = "genotype=BRAF V600E,PIK3CA,TP53"


def treated(cell: str, drugs: str, switches, **more: str) -> dict[str, float]:
    """Shares of a cell under drugs."""
    return shares("; ".join([cell, f"drugs={drugs}", *(f"{key}={value}" for key, value in more.items())]), switches)


def claims(statement: str):
    return pytest.mark.inventory(statement, off="target_inhibition", scale="network")


@claims("DRG-07")
def test_manumycin_stops_ras_cells_and_kills_with_paclitaxel(mechanisms):
    switches = mechanisms()
    before, alone = shares(RAS_P53, switches), treated(RAS_P53, "manumycin", switches)
    assert alone["mapk_output"] < before["mapk_output"] - 0.3
    assert alone["proliferation"] < before["proliferation"] - 0.25
    both = treated(RAS_P53, "manumycin,paclitaxel", switches)
    singles = [alone["apoptosis"], treated(RAS_P53, "paclitaxel", switches)["apoptosis"]]
    assert both["apoptosis"] > max(singles) + 0.8
    # Angiogenesis falls with paclitaxel as without it: all of that is manumycin's.
    assert both["angiogenic"] < before["angiogenic"] - 0.4
    # At full dose manumycin leaves no growth to lower, so partners show at part of it. Errors are below 0.012.
    part = "manumycin:0.4"
    for partner in ("paclitaxel:0.5", "doxorubicin", "cisplatin"):
        first, second, pair = (
            shares(f"{RAS_P53}; drugs={drugs}", switches, MANY)["proliferation"]
            for drugs in (part, partner, f"{part},{partner}")
        )
        assert pair < min(first, second) - 0.02
    untouched = shares(BRAF_P53, switches)["mapk_output"]
    assert treated(BRAF_P53, "manumycin", switches)["mapk_output"] == pytest.approx(untouched, abs=0.05)


@claims("DRG-08")
def test_sorafenib_hits_raf_and_vegf_receptors(mechanisms):
    switches = mechanisms()
    before, after = shares(BRAF_P53, switches), treated(BRAF_P53, "sorafenib", switches)
    assert before["VEGFR"] > 0.9
    assert after["VEGFR"] < 0.3
    assert 0.2 < before["mapk_output"] - after["mapk_output"] < 0.8  # half the RAF, so not all of ERK
    assert after["proliferation"] < before["proliferation"] - 0.1
    assert treated("genotype=PIK3CA", "sorafenib", switches)["pi3k_output"] > 0.9


@claims("DRG-10")
def test_imatinib_acts_where_its_target_drives_and_nowhere_else(mechanisms):
    switches = mechanisms()
    for driven in ("PDGFRA amplification", "KIT amplification"):
        before, after = (
            shares(f"genotype={driven},TP53", switches),
            treated(f"genotype={driven},TP53", "imatinib", switches),
        )
        assert after["mapk_output"] < before["mapk_output"] - 0.3
        assert after["proliferation"] < before["proliferation"] - 0.25
    for other in (BRAF_P53, RAS_P53, "genotype=KDR amplification,TP53"):
        before, after = shares(other, switches), treated(other, "imatinib", switches)
        assert after["proliferation"] == pytest.approx(before["proliferation"], abs=0.08)


@claims("DRG-11")
def test_gefitinib_stops_growth_by_egf_and_fails_below_ras(mechanisms):
    switches = mechanisms()
    growth = {
        cell: [
            shares(f"{cell}; environment=EGF{drug}", switches)["proliferation"] for drug in ("", "; drugs=gefitinib")
        ]
        for cell in (P53, BRAF_P53, RAS_P53)
    }
    assert growth[P53][0] > 0.05
    assert growth[P53][1] < 0.01  # completely inhibited (Nobuhara et al. 2005)
    for downstream in (BRAF_P53, RAS_P53):
        assert growth[downstream][0] > 0.3
        assert growth[downstream][1] == pytest.approx(growth[downstream][0], abs=0.08)
    pair = treated(P53, "gefitinib,imatinib", switches, environment="EGF")
    assert pair["proliferation"] < 0.01
    half = treated(P53, "gefitinib:0.5", switches, environment="EGF")["mapk_output"]
    whole = shares(f"{P53}; environment=EGF", switches)["mapk_output"]
    assert half > 0.5 * whole  # half the exposure leaves most of the signal


@claims("DRG-12")
def test_aee788_hits_both_receptors_and_kills_with_paclitaxel(mechanisms):
    switches = mechanisms()
    cell = f"{P53}; environment=EGF,Hypoxia"
    before, after = shares(cell, switches), treated(cell, "AEE788", switches)
    assert before["EGFR"] > 0.9
    assert before["VEGFR"] > 0.9
    assert max(after["EGFR"], after["VEGFR"], after["proliferation"]) < 0.05
    both, taxane = treated(cell, "AEE788,paclitaxel", switches), treated(cell, "paclitaxel", switches)
    assert both["apoptosis"] > taxane["apoptosis"] + 0.1
    assert treated(RAS_P53, "AEE788", switches)["mapk_output"] > 0.3


@claims("DRG-14")
def test_plitidepsin_stops_the_cycle_and_kills_whatever_p53(mechanisms):
    switches = mechanisms()
    for cell in (BRAF_P53, BRAF):
        before, after = shares(cell, switches), treated(cell, "plitidepsin", switches)
        assert after["CYCD"] < 0.05
        assert after["proliferation"] < before["proliferation"] - 0.2
        assert after["apoptosis"] > before["apoptosis"] + 0.8
        assert after["angiogenic"] < before["angiogenic"] - 0.8
        assert after["mapk_output"] > 0.95  # not by way of ERK
    spared = treated(BRAF_P53, "plitidepsin", switches, held="JNK:0")
    assert spared["apoptosis"] < 0.1


@claims("DRG-15")
def test_qlt0267_lowers_akt_and_kills(mechanisms):
    switches = mechanisms()
    before, after = shares(RAS_P53, switches), treated(RAS_P53, "QLT0267", switches)
    assert after["pi3k_output"] < before["pi3k_output"] - 0.8
    assert after["proliferation"] < before["proliferation"] - 0.2
    assert after["apoptosis"] > before["apoptosis"] + 0.3
    mutant = treated("genotype=AKT1", "QLT0267", switches)  # AKT that no longer needs ILK
    assert mutant["pi3k_output"] > 0.95


@claims("DRG-16")
def test_bortezomib_kills_tumour_cells_of_both_kinds(mechanisms):
    switches = mechanisms()
    for cell in (BRAF_P53, RAS_P53):
        before, after = shares(cell, switches), treated(cell, "bortezomib", switches)
        assert after["apoptosis"] > before["apoptosis"] + 0.8
        assert after["NFKB"] < 0.05
        assert after["P21"] > 0.95
        assert after["mapk_output"] == pytest.approx(before["mapk_output"], abs=0.05)
    protected = treated(BRAF_P53, "bortezomib", switches, held="BCL2:1")
    assert protected["apoptosis"] < 0.05


@claims("DRG-17")
def test_lovastatin_kills_by_way_of_rho_and_differentiates(mechanisms):
    switches = mechanisms()
    before, after = shares(BRAF_P53, switches), treated(BRAF_P53, "lovastatin", switches)
    assert after["RAC"] + after["RHO"] < 0.05
    assert after["apoptosis"] > before["apoptosis"] + 0.8
    assert after["P21"] > before["P21"] + 0.8
    assert after["differentiated"] > before["differentiated"] + 0.8
    assert after["invasive"] < before["invasive"] - 0.8
    assert treated("", "lovastatin", switches)["apoptosis"] < 0.05
    prenylated = treated(BRAF_P53, "lovastatin", switches, held="GGTase:1")
    assert prenylated["apoptosis"] < 0.05  # geranylgeranylation restored


@claims("DRG-18")
def test_17_aag_at_full_dose_kills_without_caspases(mechanisms):
    switches = mechanisms()
    for cell in (BRAF_P53, RAS_P53):
        after = treated(cell, "17-AAG", switches)
        assert after["non_apoptotic_death"] > 0.95
        assert after["apoptosis"] < 0.05
        assert max(after["mapk_output"], after["pi3k_output"], after["proliferation"]) < 0.05
    resting = treated("", "17-AAG", switches)
    assert resting["non_apoptotic_death"] < 0.02
    other = treated(BRAF_P53, "ganetespib", switches)  # cleaves caspase-3 (Lin et al. 2017)
    assert other["apoptosis"] > 0.95
    assert other["non_apoptotic_death"] < 0.02


@claims("DRG-18")
@pytest.mark.parametrize("dose", [0.25, 0.5, 0.75])
def test_17_aag_kills_without_caspases_at_part_of_its_dose_too(mechanisms, dose):
    # One input is read as HSP90 lost and as reactive oxygen: neither is hit without the other.
    switches = mechanisms()
    for cell in (BRAF_P53, RAS_P53):
        part = treated(cell, f"17-AAG:{dose}", switches)
        assert part["non_apoptotic_death"] == pytest.approx(dose, abs=0.1)
        assert part["apoptosis"] < 0.05
        assert part["apoptosis"] < treated(cell, f"ganetespib:{dose}", switches)["apoptosis"] - 0.05


@claims("DRG-19")
def test_romidepsin_brings_iodine_uptake_back(mechanisms):
    switches = mechanisms()
    before, after = shares(BRAF_P53, switches), treated(BRAF_P53, "romidepsin", switches)
    for gained in ("iodine_uptake", "differentiated", "CDH1", "P21"):
        assert after[gained] > before[gained] + 0.8
    assert after["proliferation"] < before["proliferation"] - 0.4
    starved = treated(BRAF_P53, "romidepsin", switches, environment="TSH:0")
    assert starved["iodine_uptake"] < 0.05


@claims("DRG-20")
def test_vorinostat_stops_growth_and_adds_to_an_hsp90_inhibitor(mechanisms):
    switches = mechanisms()
    before, after = shares(BRAF_P53, switches), treated(BRAF_P53, "vorinostat", switches)
    assert after["proliferation"] < before["proliferation"] - 0.4
    assert after["P21"] > before["P21"] + 0.8
    assert after["mapk_output"] == pytest.approx(before["mapk_output"], abs=0.05)
    weak = treated(BRAF_P53, "ganetespib:0.5", switches)["apoptosis"]
    both = treated(BRAF_P53, "ganetespib:0.5,vorinostat", switches)["apoptosis"]
    assert both > weak + 0.15  # 8505C and CAL-62 (Kim et al. 2015)


@claims("DRG-21")
def test_adenoviral_p53_restores_chemosensitivity(mechanisms):
    switches = mechanisms()
    gene, drug = treated(RAS_P53, "Ad-p53", switches), treated(RAS_P53, "doxorubicin", switches)
    both = treated(RAS_P53, "Ad-p53,doxorubicin", switches)
    assert gene["P21"] > 0.95
    assert drug["P21"] < 0.05
    assert gene["apoptosis"] < 0.05  # AKT holds it off, as in the resistant line of Blagosklonny et al. 1998
    assert both["apoptosis"] > max(gene["apoptosis"], drug["apoptosis"]) + 0.3
    assert treated(BRAF, "doxorubicin", switches)["apoptosis"] > 0.5  # p53 was there already


@claims("DRG-21")
def test_adenoviral_p53_alone_kills_the_cells_that_take_it_up(mechanisms):
    switches = mechanisms()
    whole, part = (treated(BRAF_P53, drug, switches)["apoptosis"] for drug in ("Ad-p53", "Ad-p53:0.3"))
    assert whole > 0.9
    assert part == pytest.approx(0.3, abs=0.15)  # drawn once per cell
    assert treated(BRAF_P53, "Ad-p53", switches, held="AKT:1")["apoptosis"] < 0.05  # Sabbatini and McCormick 1999


@pytest.mark.parametrize("drug", ["doxorubicin", "cisplatin", "radiation"])
def test_damage_arrests_and_kills_without_p53(drug):
    before, after = shares(BRAF_P53), treated(BRAF_P53, drug, {})
    assert after["P21"] < 0.05  # Blagosklonny et al. 1998
    assert 0.6 < after["CHK1"] < 0.9
    assert after["proliferation"] < before["proliferation"] - 0.4
    assert 0.1 < after["non_apoptotic_death"] < 0.4
    # Without CHK1 nothing holds a damaged cell back from mitosis; with p21 it stays in G2.
    unchecked = treated(BRAF_P53, drug, {}, held="CHK1:0")
    assert unchecked["non_apoptotic_death"] > after["non_apoptotic_death"] + 0.3
    held_back = treated(BRAF_P53, drug, {}, held="P21:1")
    assert held_back["CHK1"] > 0.95
    assert max(held_back["non_apoptotic_death"], held_back["proliferation"]) < 0.05
    # NF-kB keeps JNK and with it caspases silent (Pacifico et al. 2004).
    released = treated(BRAF_P53, drug, {}, held="NFKB:0,AKT:0")
    assert released["apoptosis"] > after["apoptosis"] + 0.5
    assert treated(BRAF_P53, drug, {}, held="NFKB:0,AKT:0,JNK:0")["apoptosis"] < 0.05


@claims("DRG-22")
@pytest.mark.inventory("DRG-22", off="ppar_signalling", scale="network")
@pytest.mark.parametrize("drug", ["rosiglitazone", "ciglitazone"])
def test_glitazones_reverse_emt_in_part(mechanisms, drug):
    switches = mechanisms()
    before, after = shares(BRAF_P53, switches), treated(BRAF_P53, drug, switches)
    assert before["mesenchymal"] > 0.95
    assert 0.02 < after["mesenchymal"] < 0.6
    for gained in ("P21", "PTEN", "differentiated"):
        assert after[gained] > before[gained] + 0.3
    assert after["CYCD"] < before["CYCD"] - 0.3
    assert after["proliferation"] < before["proliferation"] - 0.2
    resting = treated("", drug, switches)
    assert resting["apoptosis"] < 0.02


@claims("DRG-25")
def test_dabrafenib_with_trametinib_silences_braf_cells_only(mechanisms):
    switches = mechanisms()
    before, single = shares(BRAF_P53, switches), treated(BRAF_P53, "dabrafenib", switches)
    both = treated(BRAF_P53, "dabrafenib,trametinib", switches)
    assert before["mapk_output"] > 0.95
    assert single["mapk_output"] > both["mapk_output"] + 0.1  # HER3 brings ERK back under the BRAF inhibitor alone
    assert both["mapk_output"] < 0.02
    assert both["proliferation"] < before["proliferation"] - 0.4
    ras = shares(RAS_P53, switches)["mapk_output"]
    assert treated(RAS_P53, "dabrafenib", switches)["mapk_output"] > ras + 0.3


@claims("DRG-26")
def test_larotrectinib_silences_ntrk_fusions_only(mechanisms):
    switches = mechanisms()
    before, after = (
        shares("genotype=NTRK fusion,TP53", switches),
        treated("genotype=NTRK fusion,TP53", "larotrectinib", switches),
    )
    without = shares(P53, switches)
    for read_out in ("mapk_output", "pi3k_output", "proliferation"):
        assert before[read_out] > without[read_out] + 0.25
        assert after[read_out] == pytest.approx(without[read_out], abs=0.05)
    assert treated("genotype=RET fusion,TP53", "larotrectinib", switches)["mapk_output"] > 0.3


def assert_silenced(fusion, drug, switches):
    """The drug stops signalling and growth of cells with the fusion, and leaves those with an NTRK fusion."""
    cell = f"genotype={fusion},TP53"
    before, after = shares(cell, switches), treated(cell, drug, switches)
    assert before["proliferation"] > 0.25
    assert max(after["mapk_output"], after["pi3k_output"], after["proliferation"]) < 0.05
    assert treated("genotype=NTRK fusion,TP53", drug, switches)["mapk_output"] > 0.3


@claims("DRG-27")
@pytest.mark.parametrize("drug", ["selpercatinib", "pralsetinib"])
def test_ret_inhibitors_silence_ret_fusions_only(mechanisms, drug):
    assert_silenced("RET fusion", drug, mechanisms())


@claims("DRG-28")
@pytest.mark.parametrize("drug", ["crizotinib", "alectinib"])
def test_alk_inhibitors_silence_alk_fusions_only(mechanisms, drug):
    assert_silenced("ALK fusion", drug, mechanisms())


@claims("DRG-29")
@pytest.mark.parametrize("pair", ["encorafenib,binimetinib", "vemurafenib,cobimetinib"])
def test_the_other_braf_mek_pairs_do_the_same(mechanisms, pair):
    switches = mechanisms()
    before, after = shares(BRAF_P53, switches), treated(BRAF_P53, pair, switches)
    assert after["mapk_output"] < before["mapk_output"] - 0.9
    assert after["proliferation"] < before["proliferation"] - 0.4
    assert after["differentiated"] > before["differentiated"] + 0.8
    wild = treated("genotype=PTEN,TP53", pair, switches)["proliferation"]
    assert wild == pytest.approx(shares("genotype=PTEN,TP53", switches)["proliferation"], abs=0.08)


@claims("DRG-30")
@pytest.mark.parametrize("drug", ["lenvatinib", "anlotinib"])
def test_multikinase_inhibitors_hit_receptors_and_not_braf_cells_themselves(mechanisms, drug):
    switches = mechanisms()
    amplified = "genotype=KDR amplification,PDGFRA amplification,TP53"
    before, after = shares(amplified, switches), treated(amplified, drug, switches)
    assert after["mapk_output"] < before["mapk_output"] - 0.3
    assert after["proliferation"] < before["proliferation"] - 0.25
    hypoxic = treated(f"{P53}; environment=Hypoxia,GF", drug, switches)
    assert max(hypoxic["VEGFR"], hypoxic["FGFR"]) < 0.05
    assert hypoxic["angiogenic"] > 0.9  # VEGF is still made, nothing reads it
    braf = treated(BRAF_P53, drug, switches)
    assert braf["proliferation"] == pytest.approx(shares(BRAF_P53, switches)["proliferation"], abs=0.08)


@claims("DRG-34")
def test_atezolizumab_with_mapk_inhibition_ends_immune_evasion_in_braf_cells(mechanisms):
    switches = mechanisms()
    before = shares(BRAF_P53, switches)
    antibody = treated(BRAF_P53, "atezolizumab", switches)
    triple = treated(BRAF_P53, "atezolizumab,vemurafenib,cobimetinib", switches)
    assert antibody["pd_l1"] < 0.05
    assert antibody["immune_evasion"] > 0.9  # ERK still hides MHC class I
    assert triple["immune_evasion"] < before["immune_evasion"] - 0.9
    assert triple["mhc1"] > 0.95
    assert triple["proliferation"] < before["proliferation"] - 0.4
    inflamed = treated(BRAF_P53, "vemurafenib,cobimetinib", switches, environment="IFNG")
    assert inflamed["immune_evasion"] > 0.9  # without the antibody interferon keeps PD-L1 up
    closed = treated(BRAF_P53, "atezolizumab,vemurafenib,cobimetinib", switches, environment="IFNG")
    assert closed["immune_evasion"] < 0.05


@claims("DRG-35")
@pytest.mark.parametrize("drug", ["sotorasib", "adagrasib", "glecirasib"])
def test_g12c_inhibitors_act_on_that_mutation_only(mechanisms, drug):
    switches = mechanisms()
    before, after = shares(G12C, switches), treated(G12C, drug, switches)
    assert before["mapk_output"] > 0.3
    assert max(after["mapk_output"], after["proliferation"]) < 0.05
    other = treated(RAS_P53, drug, switches)
    assert other["mapk_output"] == pytest.approx(shares(RAS_P53, switches)["mapk_output"], abs=0.05)


def test_trametinib_and_alpelisib_exceed_bliss_where_both_pathways_are_mutant():
    """Claims no statement: DRG-36 asks for Loewe and for published controls as well (test_combination.py)."""
    untreated = shares(PIK3CA)["proliferation"]
    for drug in ("trametinib", "alpelisib"):
        for dose in (0.5, 1.0):
            assert shares(f"{PIK3CA}; drugs={drug}:{dose}")["proliferation"] > untreated - 0.05
    for dose, least in ((0.5, 0.15), (1.0, 0.8)):
        _, low, _ = bliss_excess(PIK3CA, f"trametinib:{dose}", f"alpelisib:{dose}", "proliferation")
        assert low > least


@pytest.mark.parametrize(
    ("cell", "partner"),
    [
        (BRAF_P53, "palbociclib:0.5"),
        (BRAF_P53, "vorinostat:0.5"),
        (BRAF_P53, "paclitaxel:0.5"),
        (BRAF_P53, "dabrafenib:0.5"),
        (RAS_P53, "palbociclib:0.5"),
    ],
)
def test_trametinib_with_drugs_that_act_alone_as_well_is_near_bliss(cell, partner):
    """Controls of the network, not of a publication: both drugs lower growth alone and no synergy was written in."""
    untreated = shares(cell)["proliferation"]
    for drug in ("trametinib:0.5", partner):
        assert shares(f"{cell}; drugs={drug}")["proliferation"] < untreated - 0.08
    _, low, high = bliss_excess(cell, "trametinib:0.5", partner, "proliferation")
    assert -0.12 < low < high < 0.12
    assert high < bliss_excess(PIK3CA, "trametinib:0.5", "alpelisib:0.5", "proliferation")[1]


def test_alpelisib_adds_nothing_where_pten_loss_signals_past_its_target():
    cell = "genotype=BRAF V600E,PTEN,TP53"
    _, low, high = bliss_excess(cell, "trametinib:0.5", "alpelisib:0.5", "proliferation")
    assert -0.2 < low < high < 0.15


@claims("DRG-42")
@pytest.mark.parametrize("drug", ["romidepsin", "rosiglitazone", "lovastatin"])
def test_differentiation_lowers_what_drives_metastasis(mechanisms, drug):
    switches = mechanisms()
    before, after = shares(BRAF_P53, switches), treated(BRAF_P53, drug, switches)
    assert after["differentiated"] > before["differentiated"] + 0.3
    assert after["invasive"] < before["invasive"] - 0.3
    assert after["stemness"] < before["stemness"] - 0.3
    arrested = treated(BRAF_P53, "palbociclib", switches)  # stops growth and differentiates nothing
    assert arrested["invasive"] == pytest.approx(before["invasive"], abs=0.1)


@claims("DRG-49")
def test_glecirasib_needs_a_partner_against_the_receptors(mechanisms):
    switches = mechanisms()
    with_egf, with_all = f"{G12C}; environment=EGF", f"{G12C}; environment=EGF,GF"
    alone = treated(with_egf, "glecirasib", switches)
    assert 0.1 < alone["mapk_output"] < shares(with_egf, switches)["mapk_output"] - 0.2
    for partner in ("cetuximab", "SHP2 inhibitor"):
        assert treated(with_egf, f"glecirasib,{partner}", switches)["mapk_output"] < 0.02
        _, low, _ = bliss_excess(with_egf, "glecirasib", partner, "mapk_output", switches)
        assert low > 0.15
    assert treated(with_all, "glecirasib,cetuximab", switches)["mapk_output"] > 0.1  # FGF takes over
    assert treated(with_all, "glecirasib,SHP2 inhibitor", switches)["mapk_output"] < 0.02
