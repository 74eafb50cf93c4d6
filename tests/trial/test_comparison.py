"""Endpoints of a cohort of six persons made by hand, against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from paget import knowledge
from paget.trial.comparison import addressed, compare
from paget.trial.endpoints import ADDRESSED, CohortView, population

MONTH = 365.25 / 12.0
SUBJECTS = pd.DataFrame(
    {
        "USUBJID": ["a", "b", "c", "d", "e", "f"],
        "AGE": [60.0, 62.0, 70.0, 74.0, 80.0, 80.0],
        "SEX": ["F", "F", "M", "F", "M", "F"],
        "STAGE": ["IVA", "IVB", "IVB", "IVC", "IVC", "IVC"],
        "NSTAGE": ["N0", "N1", "N0", "N0", "N1", "N1"],
        "MSTAGE": ["M0", "M0", "M0", "M1", "M1", "M1"],
        "EXTRATHYROIDAL": [False, False, True, True, False, True],
        "DIAMETER_MM": [30.0, 40.0, 60.0, 70.0, 80.0, 80.0],
        "ALIVE": [True, False, False, False, False, False],
        "DEATH_CAUSE": ["", "airway obstruction", "not due to the cancer", "airway obstruction", "brain metastasis",
                        "cachexia from total burden"],
        "DIAGNOSIS_SITES": ["", "cervical_nodes", "", "lung;bone", "lung", "bone"],
        "AUTOPSY_SITES": ["", "cervical_nodes", "", "lung;bone;brain", "lung;pleura", "cervical_nodes;bone"],
    }
).set_index("USUBJID")  # fmt: skip
MONTHS = [60.0, 2.0, 4.0, 3.0, 1.0, 7.0]


def events(name: str, censored: list[int]) -> pd.DataFrame:
    table = pd.DataFrame({"PARAMCD": name, "AVAL": np.array(MONTHS) * MONTH, "CNSR": censored}, index=SUBJECTS.index)
    return table


@pytest.fixture
def view() -> CohortView:
    """Everybody; c died of something else, a is alive."""
    return CohortView(SUBJECTS, events("OS", [1, 0, 0, 0, 0, 0]), events("CSS", [1, 0, 1, 0, 0, 0]))


BY_HAND = {
    # Deaths at 1, 2, 3, 4, 7 months of six: half are dead at 3.
    ("OS_median", None): 3.0,
    ("OS_rate", 2.5): 100 * 4 / 6,
    ("OS_gt1y", 12.0): 100 * 1 / 6,
    # Cause-specific: 5/6, 4/5, 3/4 at 1, 2, 3; c leaves at 4; 1/2 at 7.
    ("CSS_rate", 3.5): 100 * 3 / 6,
    ("DSS_rate", 12.0): 100 * 3 / 6 / 2,
    ("tumor_size_mean", None): 6.0,
    ("age_mean", None): 71.0,
    ("female_share", None): 100 * 4 / 6,
    ("extent_intrathyroidal", None): 100 * 1 / 6,
    ("extent_extrathyroidal_or_nodal", None): 100 * 2 / 6,
    ("extent_distant_metastasis", None): 50.0,
    ("distant_metastasis_at_dx", None): 50.0,
    ("stage_share_IVA", None): 100 * 1 / 6,
    ("stage_share_IVB", None): 100 * 2 / 6,
    ("stage_share_IVC", None): 50.0,
    # Of the five dead:
    ("metastasis_site_any", None): 80.0,
    ("metastasis_site_lung", None): 40.0,
    ("metastasis_site_neck_LN", None): 40.0,
    ("metastasis_site_intrathoracic_LN", None): 0.0,
    ("metastasis_site_retroperitoneal_LN", None): 0.0,
    ("metastasis_site_pleura", None): 20.0,
    ("metastasis_site_adrenal", None): 0.0,
    ("metastasis_site_liver", None): 0.0,
    ("metastasis_site_brain", None): 20.0,
    ("metastasis_site_bone", None): 40.0,
    ("metastasis_site_kidney", None): 0.0,
    ("metastasis_site_peritoneum_mesentery", None): 0.0,
    ("metastatic_sites_mean", None): (1 + 0 + 3 + 2 + 2) / 5,
    # Of the three dead with a distant metastasis:
    ("lung_given_distant", None): 100 * 2 / 3,
    ("brain_metastasis_share", None): 20.0,
    ("cause_of_death_airway_obstruction", None): 40.0,
    # At diagnosis, of all six:
    ("bone_metastasis_share", None): 100 * 2 / 6,
}


@pytest.mark.parametrize(("endpoint", "months"), BY_HAND)
def test_endpoint(view, endpoint, months):
    value, low, high = ADDRESSED[endpoint](population(view, "all", endpoint), months)
    assert value == pytest.approx(BY_HAND[endpoint, months], rel=1e-12)
    assert not low > value
    assert not high < value


def test_every_endpoint_that_is_addressed_is_worked_out_above():
    assert {endpoint for endpoint, _ in BY_HAND} == set(ADDRESSED)


def test_every_endpoint_that_is_addressed_is_published():
    assert set(ADDRESSED) <= {row.endpoint for row in knowledge.published("atc")}


@pytest.mark.parametrize(("arm", "persons"), [("all", "abcdef"), ("IVA", "a"), ("IVB", "bc"), ("IVC SEER", "def")])
def test_a_stage_named_in_the_arm_restricts_the_population(view, arm, persons):
    assert "".join(population(view, arm, "OS_median").subjects.index) == persons


def test_the_living_have_no_autopsy(view):
    assert "".join(population(view, "autopsy", "metastasis_site_lung").subjects.index) == "bcdef"


def test_shares_of_stages_are_of_everybody_whatever_the_arm_is_called(view):
    rows = [row for row in knowledge.published("atc") if row.endpoint.startswith("stage_share_")]
    assert {row.arm for row in rows} == {"IVA", "IVB", "IVC"}
    simulated = {row.published.endpoint: row.simulated for row in compare(view, rows)}
    assert simulated["stage_share_IVA"] == pytest.approx(100 / 6)
    assert simulated["stage_share_IVB"] == pytest.approx(200 / 6)
    assert simulated["stage_share_IVC"] == pytest.approx(50.0)


def test_extents_of_kebebew_are_those_of_the_known():
    rows = [row for row in knowledge.published("atc")
            if row.study_id == "Kebebew2005" and row.endpoint.startswith("extent_")]  # fmt: skip
    printed = {row.endpoint: row.value for row in rows}
    assert printed == {
        "extent_intrathyroidal": 8.0,
        "extent_extrathyroidal_or_nodal": 38.0,
        "extent_distant_metastasis": 43.0,
    }
    view = CohortView(SUBJECTS, events("OS", [1, 0, 0, 0, 0, 0]), events("CSS", [1, 0, 1, 0, 0, 0]))
    compared = compare(view, rows)
    # 11 % unknown: 8, 38 and 43 of 89; 459 of 516 patients.
    for each in compared:
        assert each.published.value == pytest.approx(printed[each.published.endpoint] / 0.89)
        assert each.published.n == 459
        assert f"{printed[each.published.endpoint]:g} %" in each.note
    assert sum(each.published.value for each in compared) == pytest.approx(100.0)


def test_rows_on_treated_subsets_are_left_out(view):
    rows = knowledge.published("atc")
    compared = [each.published for each in compare(view, rows)]
    assert all(row.arm != "any systemic" for row in compared)
    assert len(compared) == sum(1 for row in rows if addressed(row))


def test_an_empty_population_has_no_value(view):
    nobody = view.where(view.subjects["STAGE"] == "IVX")
    rows = [row for row in knowledge.published("atc") if row.endpoint in ADDRESSED]
    for each in compare(nobody, rows):
        assert each.simulated is None
        assert each.verdict is None
