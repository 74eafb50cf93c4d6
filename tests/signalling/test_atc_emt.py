"""What epithelial and mesenchymal cells carry and do, and what alterations do to a cell (EMT, PLA-1, ATC)."""

from __future__ import annotations

import pytest

from paget import knowledge
from paget.knowledge.mapk import all_thyroid_cancers
from signalling.atc_cells import shares

THYROCYTE = ""
WITH_TGFB = "environment=TGFB"
CARCINOMA = "genotype=BRAF V600E,TP53"
EPITHELIAL_MARKERS = ("CDH1", "KRT", "TJP1", "OCLN", "DSP")
MESENCHYMAL_MARKERS = ("CDH2", "VIM", "NCAM1", "SNAI1", "TWIST1", "FN1", "MMP2", "MMP3", "MMP9", "ITGB6")


@pytest.mark.inventory("EMT-1", off="emt_transcription", scale="network")
@pytest.mark.parametrize("marker", EPITHELIAL_MARKERS)
def test_epithelial_markers_are_on_and_fall_with_emt(mechanisms, marker):
    switches = mechanisms()
    assert shares(THYROCYTE, switches)[marker] > 0.95
    assert shares(WITH_TGFB, switches)[marker] > 0.95  # without an oncogene TGF-beta alone takes none of them
    assert shares(CARCINOMA, switches)[marker] < 0.05


@pytest.mark.inventory("EMT-1", off="epithelial_junctions", scale="network")
def test_junctions_need_e_cadherin(mechanisms):
    cell = shares(THYROCYTE, mechanisms())
    assert min(cell["CDH1"], cell["TJP1"], cell["DSP"]) > 0.95
    assert cell["epithelial"] > 0.95


@pytest.mark.inventory("EMT-2", off="emt_transcription", scale="network")
@pytest.mark.parametrize("marker", [name for name in MESENCHYMAL_MARKERS if name != "MMP9"])
def test_mesenchymal_markers_are_off_and_rise_with_emt(mechanisms, marker):
    switches = mechanisms()
    assert shares(THYROCYTE, switches)[marker] < 0.05
    assert shares(WITH_TGFB, switches)[marker] < 0.05
    assert shares(CARCINOMA, switches)[marker] > 0.8


@pytest.mark.inventory("EMT-2", off="matrix_proteolysis", scale="network")
def test_mesenchymal_cells_make_the_three_proteases(mechanisms):
    switches = mechanisms()
    for marker in ("MMP2", "MMP3", "MMP9"):
        assert shares(THYROCYTE, switches)[marker] < 0.05
        assert shares(CARCINOMA, switches)[marker] > 0.8


def test_the_mesenchymal_markers_follow_emt_except_mmp9():
    kept = shares(CARCINOMA, {"emt_transcription": 0.0})
    assert all(kept[marker] < 0.05 for marker in MESENCHYMAL_MARKERS if marker != "MMP9")
    assert kept["MMP9"] > 0.8  # NF-kB of BRAF V600E suffices


@pytest.mark.inventory("EMT-3", off="epithelial_junctions", scale="network")
def test_epithelial_cells_are_polarised_and_stay_where_they_are(mechanisms):
    cell = shares(THYROCYTE, mechanisms())
    assert cell["polarised"] > 0.95
    assert max(cell["motile"], cell["invasive"], cell["scattering"]) < 0.05


@pytest.mark.inventory("EMT-3", off="apoptosis_control", scale="network")
def test_detached_epithelial_cells_die(mechanisms):
    switches = mechanisms()
    attached = shares(THYROCYTE, switches)
    half, whole = (shares(f"environment=Detachment:{share}", switches) for share in (0.5, 1.0))
    assert attached["apoptosis"] < 0.02
    assert attached["apoptosis"] + 0.2 < half["apoptosis"] < whole["apoptosis"] - 0.1
    assert whole["anoikis"] > 0.95


@pytest.mark.inventory("EMT-4", off="emt_transcription", scale="network")
def test_mesenchymal_cells_move_invade_and_scatter_and_are_not_polarised(mechanisms):
    cell = shares(CARCINOMA, mechanisms())
    assert min(cell["motile"], cell["invasive"], cell["scattering"]) > 0.8
    assert cell["polarised"] < 0.05


@pytest.mark.inventory("EMT-4", off="emt_transcription", scale="network")
def test_mesenchymal_cells_survive_without_matrix(mechanisms):
    switches = mechanisms()
    detached = f"{CARCINOMA}; environment=Detachment"
    assert shares(detached, switches)["anoikis"] < 0.05
    assert shares("environment=Detachment", switches)["anoikis"] > 0.95  # an epithelial cell without the oncogene


@pytest.mark.inventory("EMT-4", off="cell_cycle_control", scale="network")
@pytest.mark.inventory("EMT-4", off="emt_transcription", scale="network")
def test_mesenchymal_cells_grow_less_than_they_would_as_epithelial_cells(mechanisms):
    mesenchymal = shares(CARCINOMA, mechanisms())["proliferation"]
    epithelial = shares(CARCINOMA, {"emt_transcription": 0.0})["proliferation"]
    assert 0.6 * epithelial < mesenchymal < 0.85 * epithelial


@pytest.mark.inventory("PLA-1", off="rho_rac_balance", scale="network")
@pytest.mark.inventory("PLA-1", off="target_inhibition", scale="network")
def test_protease_inhibitors_turn_mesenchymal_into_amoeboid_cells(mechanisms):
    switches = mechanisms()
    before = shares(CARCINOMA, switches)
    after = shares(f"{CARCINOMA}; drugs=protease inhibitor", switches)
    assert before["mesenchymal_invasion"] > 0.8
    assert before["amoeboid"] < 0.2
    assert after["protease"] < 0.05
    assert after["mesenchymal_invasion"] < 0.05
    assert after["amoeboid"] > 0.9
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


@pytest.mark.inventory("ATC-4", off="mapk_signalling", scale="network")
def test_the_pathway_is_active_in_about_seven_tenths_of_thyroid_cancers(mechanisms):
    switches = mechanisms()
    anaplastic = [row for row in knowledge.genotypes("atc") if row.registry == "MDACC"]
    assert {row.gene for row in anaplastic} >= {"BRAF", "RAS", "NF1", "TP53"}
    atc, all_kinds = active_share(anaplastic, switches), active_share(all_thyroid_cancers(), switches)
    assert 0.6 < atc < 0.8
    assert 0.6 < all_kinds < 0.9
    assert atc < all_kinds
    for silent in ("TP53", "TERT promoter", "PTEN", "CDKN2A loss", "RB1"):
        assert shares(f"genotype={silent}", switches)["mapk_output"] < 0.05


@pytest.mark.inventory("ATC-5", off="mapk_signalling", scale="network")
def test_drivers_act_on_the_mapk_pathway(mechanisms):
    switches = mechanisms()
    assert shares("genotype=TP53", switches)["mapk_output"] < 0.05
    strong = shares("genotype=BRAF V600E", switches)["mapk_output"]
    assert strong > 0.95
    for driver in ("RAS", "NTRK fusion", "RET fusion", "ALK fusion", "KRAS G12C", "NF1"):
        weaker = shares(f"genotype={driver}", switches)["mapk_output"]
        assert 0.3 < weaker < strong - 0.2  # they heed the feedback on RAF, BRAF V600E does not


@pytest.mark.inventory("ATC-5", off="pi3k_signalling", scale="network")
def test_drivers_act_on_the_pi3k_pathway(mechanisms):
    switches = mechanisms()
    usual = shares(THYROCYTE, switches)
    for driver in ("PIK3CA", "PTEN", "AKT1", "RAS", "NTRK fusion"):
        altered = shares(f"genotype={driver}", switches)
        assert altered["pi3k_output"] > usual["pi3k_output"] + 0.8
        assert altered["MTORC1"] > usual["MTORC1"] + 0.8
    assert shares("genotype=TERT promoter", switches)["pi3k_output"] < 0.05


@pytest.mark.inventory("ATC-5", off="cell_cycle_control", scale="network")
def test_the_promoter_mutation_needs_an_active_pathway(mechanisms):
    switches = mechanisms()
    assert shares("genotype=BRAF V600E,TERT promoter", switches)["telomerase"] > 0.95
    assert shares("genotype=TERT promoter", switches)["telomerase"] < 0.05
    assert shares("genotype=BRAF V600E", switches)["telomerase"] < 0.05


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
