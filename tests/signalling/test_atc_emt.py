"""What epithelial and mesenchymal cells carry and do, and what alterations do to a cell (EMT, PLA-1, ATC)."""

from __future__ import annotations

import pytest

from paget import knowledge
from paget.knowledge.mapk import activation, all_thyroid_cancers
from signalling.atc_cells import shares

THYROCYTE = ""
WITH_TGFB = "environment=TGFB"
CARCINOMA = "genotype=BRAF V600E,TP53"
GUARDED = "genotype=AKT1"
EPITHELIAL_MARKERS = ("CDH1", "KRT", "TJP1", "OCLN", "DSP")
MESENCHYMAL_MARKERS = ("CDH2", "VIM", "NCAM1", "SNAI1", "TWIST1", "FN1", "MMP2", "MMP3", "MMP9", "ITGB6")


@pytest.mark.inventory("EMT-1", off="tgfb_signalling", scale="network")
@pytest.mark.parametrize("marker", EPITHELIAL_MARKERS)
def test_epithelial_markers_are_on_and_fall_with_emt(mechanisms, marker):
    switches = mechanisms()
    assert shares(THYROCYTE, switches)[marker] > 0.95
    assert shares(WITH_TGFB, switches)[marker] > 0.95  # without an oncogene TGF-beta alone takes none of them
    assert shares(CARCINOMA, switches)[marker] < 0.05


@pytest.mark.inventory("EMT-1", off="emt_transcription", scale="network")
def test_e_cadherin_falls_by_the_transcription_factors_of_emt(mechanisms):
    # Of the markers only E-cadherin has a rule of its own; cytokeratins and occludin are read off the factors.
    switches = mechanisms()
    assert shares(THYROCYTE, switches)["CDH1"] > 0.95
    assert shares(CARCINOMA, switches)["CDH1"] < 0.05


def test_junctions_need_e_cadherin():
    cell = shares(THYROCYTE)
    assert min(cell["CDH1"], cell["TJP1"], cell["DSP"]) > 0.95
    assert max(shares("held=CDH1:0")[marker] for marker in ("TJP1", "DSP", "polarised")) == 0.0
    assert shares("held=CDH1:0")["KRT"] > 0.95


@pytest.mark.inventory("EMT-2", off="tgfb_signalling", scale="network")
@pytest.mark.parametrize("marker", MESENCHYMAL_MARKERS)
def test_mesenchymal_markers_are_off_and_rise_with_emt(mechanisms, marker):
    switches = mechanisms()
    assert shares(THYROCYTE, switches)[marker] < 0.05
    assert shares(WITH_TGFB, switches)[marker] < 0.05
    assert shares(CARCINOMA, switches)[marker] > 0.8


@pytest.mark.inventory("EMT-2", off="emt_transcription", scale="network")
def test_mmp9_rises_with_emt_above_what_nf_kb_makes_of_it(mechanisms):
    """NF-kB of BRAF V600E has MMP-9 on in part of the time, EMT or not; SNAI1 with MAPK has it on for good."""
    whole = shares(CARCINOMA, mechanisms())["MMP9"]
    for switch in ("emt_transcription", "tgfb_signalling"):
        kept = shares(CARCINOMA, {switch: 0.0})
        assert all(kept[marker] < 0.05 for marker in MESENCHYMAL_MARKERS if marker != "MMP9")
        assert 0.2 < kept["MMP9"] < 0.5
        assert whole > kept["MMP9"] + 0.4


@pytest.mark.inventory("ATC-6", off="genome_guard", scale="network")
def test_p53_loss_takes_a_ras_mutant_cell_through_emt(mechanisms):
    switches = mechanisms()
    before, after = (shares(f"genotype=RAS{more}", switches) for more in ("", ",TP53"))
    assert after["mesenchymal"] > before["mesenchymal"] + 0.3
    assert before["mesenchymal"] < 0.2
    with_tgfb = shares(f"genotype=RAS,TP53; {WITH_TGFB}", switches)
    assert with_tgfb["mesenchymal"] > after["mesenchymal"] + 0.1
    # By FRA1: ERK of RAS comes and goes with its feedback, its late product stays.
    assert after["mapk_output"] < 0.7 < after["FRA1"]
    assert shares("genotype=RAS,TP53; held=FRA1:0", switches)["mesenchymal"] < 0.05


@pytest.mark.inventory("EMT-3", off="genome_guard", scale="network")
def test_epithelial_cells_are_polarised_and_stay_where_they_are(mechanisms):
    # A cell that p53 alone keeps epithelial under TGF-beta: without the guard each of these traits turns over.
    cell = shares(f"{GUARDED}; environment=TGFB", mechanisms())
    assert max(cell["motile"], cell["invasive"], cell["scattering"]) < 0.05
    assert cell["polarised"] > 0.95
    turned = shares(f"{GUARDED},TP53; environment=TGFB")
    assert min(turned["motile"], turned["invasive"], turned["scattering"]) > 0.8
    assert turned["polarised"] < 0.05


@pytest.mark.inventory("EMT-3", off="genome_guard", scale="network")
def test_detached_epithelial_cells_die_of_it_and_mesenchymal_ones_do_not(mechanisms):
    switches = mechanisms()
    assert shares(f"{GUARDED}; environment=TGFB", switches)["apoptosis"] < 0.02
    assert shares(f"{GUARDED}; environment=TGFB,Detachment", switches)["anoikis"] > 0.95
    assert shares(f"{GUARDED},TP53; environment=TGFB,Detachment", switches)["anoikis"] < 0.05


def test_thyrocytes_die_the_more_the_longer_they_are_detached():
    half, whole = (shares(f"environment=Detachment:{share}") for share in (0.5, 1.0))
    assert shares(THYROCYTE)["apoptosis"] < 0.02
    assert 0.2 < half["apoptosis"] < whole["apoptosis"] - 0.1
    assert whole["anoikis"] > 0.95


@pytest.mark.inventory("EMT-4", off="tgfb_signalling", scale="network")
def test_mesenchymal_cells_move_invade_and_scatter_and_are_not_polarised(mechanisms):
    # "Fibroblast-like" is a shape: the network has no read-out of it.
    cell = shares(CARCINOMA, mechanisms())
    assert min(cell["motile"], cell["invasive"], cell["scattering"]) > 0.8
    assert cell["polarised"] < 0.05
    epithelial = shares(THYROCYTE)
    assert max(epithelial["motile"], epithelial["invasive"], epithelial["scattering"]) < 0.05


@pytest.mark.inventory("EMT-4", off="tgfb_signalling", scale="network")
def test_mesenchymal_cells_survive_without_matrix(mechanisms):
    switches = mechanisms()
    detached = f"{CARCINOMA}; environment=Detachment"
    assert shares("environment=Detachment", switches)["anoikis"] > 0.95  # an epithelial cell without the oncogene
    assert shares(detached, switches)["anoikis"] < 0.05


@pytest.mark.inventory("EMT-4", off="tgfb_signalling", scale="network")
def test_mesenchymal_cells_grow_less_than_they_would_as_epithelial_cells(mechanisms):
    # The cost of EMT at equal drivers; a carcinoma cell of either kind grows more than a thyrocyte.
    mesenchymal = shares(CARCINOMA, mechanisms())["proliferation"]
    epithelial = shares(CARCINOMA, {"emt_transcription": 0.0})["proliferation"]
    assert 0.6 * epithelial < mesenchymal < 0.85 * epithelial


@pytest.mark.inventory("PLA-1", off="target_inhibition", scale="network")
def test_protease_inhibitors_turn_mesenchymal_into_amoeboid_cells(mechanisms):
    switches = mechanisms()
    before = shares(CARCINOMA, switches)
    after = shares(f"{CARCINOMA}; drugs=protease inhibitor", switches)
    assert before["mesenchymal_invasion"] > 0.8
    assert before["amoeboid"] < 0.2
    assert after["amoeboid"] > 0.9
    assert after["mesenchymal_invasion"] < 0.05
    assert after["protease"] < 0.05
    assert after["invasive"] == pytest.approx(before["invasive"], abs=0.1)  # Wolf et al. 2003: near undiminished
    assert after["mesenchymal"] > 0.95  # the mode of movement changes, not the state of the EMT


def test_protease_inhibitors_make_no_epithelial_cell_move():
    assert shares("drugs=protease inhibitor")["invasive"] < 0.02
    blocked = shares(f"{CARCINOMA}; drugs=protease inhibitor; held=RHO:0")
    assert blocked["invasive"] < 0.05  # without RHO there is no second way


def active_share(rows, switches) -> float:
    """Share of tumours whose alteration lets the network's ERK rise by itself; NF1 independent of the drivers."""
    drivers, others = 0.0, 1.0
    for row in rows:
        active = shares(f"genotype={row.label}", switches)["mapk_output"] > 0.1
        if active and row.exclusive_group:
            drivers += row.share
        elif active:
            others *= 1.0 - row.share
    return 1.0 - (1.0 - drivers) * others


@pytest.mark.inventory("ATC-4", off="growth_factor_signalling", scale="network")
def test_the_pathway_is_active_in_about_seven_tenths_of_thyroid_cancers(mechanisms):
    # With the receptors off the fusions are silent and both shares fall short of the frequencies.
    switches = mechanisms()
    anaplastic = [row for row in knowledge.genotypes("atc") if row.registry == "MDACC"]
    everything = all_thyroid_cancers()
    atc, all_kinds = active_share(anaplastic, switches), active_share(everything, switches)
    assert atc == pytest.approx(activation("MDACC", anaplastic).share)
    assert all_kinds == pytest.approx(activation(everything[0].registry, everything).share)
    assert 0.6 < atc < 0.8
    assert 0.6 < all_kinds < 0.9
    assert atc < all_kinds
    for silent in ("TP53", "TERT promoter", "PTEN", "CDKN2A loss", "RB1"):
        assert shares(f"genotype={silent}", switches)["mapk_output"] < 0.05


@pytest.mark.inventory("ATC-5", off="growth_factor_signalling", scale="network")
def test_fusions_act_on_both_pathways_and_need_their_receptor(mechanisms):
    switches = mechanisms()
    for driver in ("NTRK fusion", "RET fusion", "ALK fusion"):
        cell = shares(f"genotype={driver}", switches)
        assert 0.3 < cell["mapk_output"] < 0.8  # they heed the feedback on RAF, BRAF V600E does not
        assert cell["pi3k_output"] > 0.8
        assert cell["proliferation"] > 0.2
    assert shares("genotype=BRAF V600E", switches)["mapk_output"] > 0.95


@pytest.mark.inventory("ATC-5", off="mapk_signalling", scale="network")
def test_mapk_drivers_act_on_growth_and_differentiation(mechanisms):
    switches = mechanisms()
    for driver in ("BRAF V600E", "RAS", "KRAS G12C", "NF1"):
        cell = shares(f"genotype={driver}", switches)
        assert cell["proliferation"] > 0.2
        assert cell["iodine_uptake"] < 0.7
    assert shares("genotype=BRAF V600E", switches)["iodine_uptake"] < shares("genotype=RAS", switches)["iodine_uptake"]
    quiet = shares("genotype=TP53", switches)
    assert quiet["proliferation"] < 0.05
    assert quiet["iodine_uptake"] > 0.95


def test_mapk_drivers_raise_erk_and_braf_v600e_most():
    assert shares("genotype=TP53")["mapk_output"] < 0.05
    strong = shares("genotype=BRAF V600E")["mapk_output"]
    for driver in ("RAS", "KRAS G12C", "NF1"):
        assert 0.3 < shares(f"genotype={driver}")["mapk_output"] < strong - 0.2


@pytest.mark.inventory("ATC-5", off="pi3k_signalling", scale="network")
def test_pi3k_drivers_make_cells_cycle_without_erk(mechanisms):
    switches = mechanisms()
    for driver in ("PIK3CA", "PTEN", "AKT1"):
        cell = shares(f"genotype={driver}", switches)
        assert cell["mapk_output"] < 0.05
        assert cell["CYCD"] > 0.6
        assert cell["proliferation"] > 0.4
    assert shares(THYROCYTE, switches)["proliferation"] < 0.05


def test_pi3k_drivers_raise_akt_and_mtorc1():
    usual = shares(THYROCYTE)
    for driver in ("PIK3CA", "PTEN", "AKT1", "RAS", "NTRK fusion"):
        altered = shares(f"genotype={driver}")
        assert altered["pi3k_output"] > usual["pi3k_output"] + 0.8
        assert altered["MTORC1"] > usual["MTORC1"] + 0.8
    assert shares("genotype=TERT promoter")["pi3k_output"] < 0.05


@pytest.mark.inventory("ATC-5", off="mapk_signalling", scale="network")
def test_the_promoter_mutation_needs_an_active_pathway(mechanisms):
    switches = mechanisms()
    assert shares("genotype=BRAF V600E,TERT promoter", switches)["telomerase"] > 0.95
    assert shares("genotype=TERT promoter", switches)["telomerase"] < 0.05
    assert shares("genotype=BRAF V600E", switches)["telomerase"] < 0.05


def test_the_alterations_named_have_frequencies_in_anaplastic_carcinoma():
    found = {(row.gene, row.alteration): row.share for row in knowledge.genotypes("atc") if row.registry == "MDACC"}
    fusions = {(gene, "fusion") for gene in ("NTRK", "RET", "ALK")}
    assert fusions | {("BRAF", "V600E"), ("RAS", "any"), ("TP53", "any"), ("TERT", "promoter")} <= set(found)
    assert min(found.values()) > 0.0
    assert sum(found[each] for each in fusions) < found["RAS", "any"] < found["BRAF", "V600E"] < found["TP53", "any"]


@pytest.mark.inventory("ATC-6", off="genome_guard", scale="network")
def test_p53_loss_turns_a_differentiated_into_an_undifferentiated_cell(mechanisms):
    switches = mechanisms()
    before, after = (shares(f"genotype=PTEN{more}; environment=TGFB", switches) for more in ("", ",TP53"))
    assert before["differentiated"] > 0.95
    assert before["mesenchymal"] < 0.05
    assert after["differentiated"] < 0.05
    assert after["mesenchymal"] > 0.95


@pytest.mark.inventory("ATC-6", off="genome_guard", scale="network")
def test_p53_loss_takes_a_papillary_cell_through_emt(mechanisms):
    switches = mechanisms()
    before, after = shares("genotype=BRAF V600E", switches), shares(CARCINOMA, switches)
    for trait in ("mesenchymal", "stemness", "invasive"):
        assert after[trait] > before[trait] + 0.3
    assert after["proliferation"] > before["proliferation"] + 0.15
    alone = shares("genotype=TP53", switches)
    assert alone["differentiated"] > 0.95  # p53 loss without a driver does not
    assert alone["mesenchymal"] < 0.05
