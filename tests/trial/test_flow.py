"""Counts of persons on their way through a study: against sums by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from paget.trial.arm_tables import CURVE_COLUMNS, LESION_COLUMNS, ArmTables
from paget.trial.clone_shares import FOUNDER, MUTANTS, clone_shares
from paget.trial.exposure_reached import mean_concentrations
from paget.trial.flow import flow, lines
from paget.trial.toxicity_counts import toxicity
from paget.trial.treatment import Line, Protocol

TREATMENT = Protocol((Line("drug"),))
PERSONS = ["A", "B", "C", "D"]


@pytest.fixture
def tables() -> ArmTables:
    """Four persons: A and B treated, C enrolled without treatment, D died before the start."""
    subjects = pd.DataFrame(
        {
            "CANDIDATES": [7, 1, 3, 2],
            "REFUSED_AT_DIAGNOSIS": [1, 0, 1, 0],
            "LOST_BEFORE_START": [2, 0, 0, 0],
            "REFUSED_AT_START": [0, 0, 1, 0],
            "TREATED": [True, True, False, False],
            "ENROLMENT_DAY": [10.0, 20.0, 30.0, np.nan],
        },
        index=pd.Index(PERSONS, name="USUBJID"),
    )
    ends = ["death: treatment", "lost to follow-up", "data cut-off", "data cut-off"]
    survival = pd.DataFrame(
        {"AVAL": [1.0, 2.0, 3.0, 4.0], "CNSR": [0, 1, 1, 1], "EVNTDESC": ends}, index=subjects.index
    )
    events = pd.DataFrame(
        {
            "USUBJID": ["A", "A", "A", "B", "B"],
            "AEDECOD": ["Rash", "Rash", "Fatigue", "Rash", "Pneumonia"],
            "AETOXGR": [1, 3, 2, 2, 5],
        }
    )
    treatments = pd.DataFrame(
        {
            "USUBJID": ["A", "A", "B", "B"],
            "LINE": [1, 2, 1, 2],
            "GIVEN": [True, True, True, False],
            "ASTDY": [0.0, 50.0, 0.0, np.nan],
            "AENDY": [50.0, np.nan, 40.0, np.nan],
            "DCSREAS": ["progression;unacceptable toxicity", "ongoing", "progression", "passed over"],
        }
    )
    return ArmTables(
        subjects=subjects,
        events={"OS": survival, "CSS": survival},
        adverse_events=events,
        treatments=treatments,
        lesions=pd.DataFrame(columns=LESION_COLUMNS),
        curves=pd.DataFrame(columns=CURVE_COLUMNS),
    )


def test_every_candidate_is_counted_once(tables):
    counted = flow(tables, TREATMENT)
    assert counted == {
        "candidates": 13,
        "ineligible_traits": 4,
        "refused_at_diagnosis": 2,
        "lost_before_start": 2,
        "refused_at_start": 1,
        "enrolled": 4,
        "started": 2,
        "lost_to_follow_up": 1,
        "cut_off": 2,
        "analysed": 4,
    }
    after = ("ineligible_traits", "refused_at_diagnosis", "lost_before_start", "refused_at_start", "enrolled")
    assert counted["candidates"] == sum(counted[name] for name in after)


def test_the_flow_of_an_arm_begins_with_the_lot_and_nobody_waits_for_treatment_that_is_not_given(tables):
    assert flow(tables, Protocol(), allocated=True) == {
        "allocated": 4, "lost_to_follow_up": 1, "cut_off": 2, "analysed": 4,
    }  # fmt: skip


def test_lines_count_who_began_them_and_every_reason_of_an_end(tables):
    found = lines(tables, Protocol((Line("drug"), Line("operation"), Line("never reached"))))
    assert found == [
        {"line": 1, "name": "drug", "started": 2, "reasons": {"progression": 2, "unacceptable toxicity": 1}},
        {"line": 2, "name": "operation", "started": 1, "reasons": {"ongoing": 1, "passed over": 1}},
        {"line": 3, "name": "never reached", "started": 0, "reasons": {}},
    ]


def test_a_person_counts_once_per_term_by_the_worst_grade(tables):
    assert toxicity(tables) == [
        {"term": "Rash", "any": 2, "grade3plus": 1, "fatal": 0, "n": 2},
        {"term": "Fatigue", "any": 1, "grade3plus": 0, "fatal": 0, "n": 2},
        {"term": "Pneumonia", "any": 1, "grade3plus": 1, "fatal": 1, "n": 2},
    ]


def test_no_adverse_event_and_no_lesion_are_no_rows(tables):
    nobody = tables.of(pd.Index([]))
    assert toxicity(nobody) == []
    assert clone_shares(nobody, "atc") == []
    assert flow(nobody, TREATMENT)["candidates"] == 0


def courses(**columns: object) -> pd.DataFrame:
    return pd.DataFrame({**dict.fromkeys(CURVE_COLUMNS, 0.0), **columns})


def test_concentrations_are_averaged_over_the_days_of_the_drugs_lines(tables):
    # Days from diagnosis; A starts on day 10, B on day 20, whose second line was passed over.
    curves = courses(
        USUBJID=["A", "A", "A", "A", "B", "B", "B"],
        DAY=[10.0, 11.0, 60.0, 61.0, 21.0, 60.0, 61.0],
        DRUG_1=[99.0, 2.0, 4.0, 8.0, 5.0, 7.0, 99.0],
    )
    given = ArmTables(**{**vars(tables), "curves": curves})
    until = pd.Series({"A": 400.0, "B": 400.0})
    assert mean_concentrations(given, "DRUG_1", {1}, until).tolist() == [3.0, 6.0]
    assert mean_concentrations(given, "DRUG_1", {2}, until).tolist() == [8.0]
    assert mean_concentrations(given, "DRUG_1", {3}, until).tolist() == []
    # Nothing is seen of A after two days, of B after a month.
    until = pd.Series({"A": 2.0, "B": 30.0})
    assert mean_concentrations(given, "DRUG_1", {1}, until).tolist() == [2.0, 5.0]


def test_clone_shares_weigh_lesions_by_cells_and_persons_alike(tables):
    lesions = pd.DataFrame(
        {
            "USUBJID": ["A", "A", "A", "B"],
            "CLONE": ["founder", "mek_resistant", "", "founder"],
            "CELLS_DEATH": [100.0, 50.0, 1e9, 7.0],
            "COUNT": [1.0, 6.0, 1.0, 1.0],
        }
    )
    curves = courses(
        USUBJID=["A", "A", "A", "B", "D"], DAY=[0.0, 10.0, 90.0, 30.0, 0.0], MUTANT_SHARE=[0.75, 0.5, 1.0, 0.9, 0.25]
    )  # fmt: skip
    rows = {
        (row["of"], row["clone"]): row
        for row in clone_shares(ArmTables(**{**vars(tables), "lesions": lesions, "curves": curves}), "atc")
    }
    led = rows["metastases", "founder"]
    assert (led["share_at_start"], led["share_at_end"]) == (None, pytest.approx((0.25 + 1.0) / 2))
    assert rows["metastases", "mek_resistant"]["share_at_end"] == pytest.approx(0.375)
    # The last point before treatment: day 10 of A, diagnosis of D, who never started; B has none until then.
    mutants, founder = rows["primary", MUTANTS], rows["primary", FOUNDER]
    assert mutants["share_at_start"] == pytest.approx((0.5 + 0.25) / 2)
    assert mutants["share_at_end"] == pytest.approx((1.0 + 0.25) / 2)
    for moment in ("share_at_start", "share_at_end"):
        assert founder[moment] + mutants[moment] == pytest.approx(1.0)
