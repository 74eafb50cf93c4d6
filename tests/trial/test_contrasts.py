"""Comparisons of arms: exact differences of twins, and the hazard ratio of those allocated against another library."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from lifelines import CoxPHFitter
from lifelines.statistics import logrank_test

from paget.trial.arm_tables import ArmTables
from paget.trial.contrasts import ARMS, PAIRED, RANDOMISED, SAME_PERSONS, Contrast, contrasts, paired, unpaired
from paget.trial.survival import DAYS_PER_MONTH

YEAR = 12 * DAYS_PER_MONTH
ABOUT = Contrast("treated", "control", "OS", ARMS)


def names(n: int) -> pd.Index:
    return pd.Index([f"P{number:04d}" for number in range(n)], name="USUBJID")


def events(days: np.ndarray, censored: np.ndarray | int = 0) -> pd.DataFrame:
    return pd.DataFrame({"AVAL": np.asarray(days, float), "CNSR": censored}, index=names(len(days)))


def cohort(seed: int, n: int = 60, mean: float = 200.0) -> pd.DataFrame:
    """Distinct times; who is alive at 400 days is censored then."""
    days = np.random.default_rng(seed).exponential(mean, n) + 1.0
    return events(np.minimum(days, 400.0), (days > 400.0).astype(int))


def arm(overall: pd.DataFrame, candidates: int | np.ndarray = 1, **others: pd.DataFrame) -> ArmTables:
    empty = pd.DataFrame({"USUBJID": []})
    subjects = pd.DataFrame({"CANDIDATES": candidates}, index=overall.index)
    return ArmTables(subjects, {"OS": overall, "CSS": overall, **others}, empty, empty, empty, empty)


def allocated(n: int) -> pd.DataFrame:
    return pd.DataFrame(
        {"STRATUM": np.tile(["a", "a", "b"], n)[:n], "ARM": np.tile(["control", "treated"], n)[:n]}, index=names(n)
    )


def test_identical_arms_differ_by_exactly_nothing():
    same = cohort(1)
    found = paired(ABOUT, same, same.copy(), same.index, YEAR, 7)
    assert (found.rmst_difference_months, found.rmst_low, found.rmst_high) == (0.0, 0.0, 0.0)
    assert (found.median_difference_months, found.median_low, found.median_high) == (0.0, 0.0, 0.0)
    assert (found.n, found.note) == (60, "")


def test_a_gain_that_all_share_is_found_without_error():
    control = events(np.random.default_rng(2).integers(10, 200, 30))
    treated = control.assign(AVAL=control["AVAL"] + 30.0)
    found = paired(ABOUT, treated, control, control.index, YEAR, 7)
    month = 30.0 / DAYS_PER_MONTH
    assert [found.rmst_difference_months, found.rmst_low, found.rmst_high] == pytest.approx([month] * 3)
    assert [found.median_difference_months, found.median_low, found.median_high] == pytest.approx([month] * 3)


def test_pairs_are_persons_that_both_arms_have_and_define_the_endpoint_for():
    first, second = cohort(3, 10), cohort(4, 10)
    other_person = np.where(np.arange(10) == 9, 2, 1)
    rows = contrasts(
        {
            "control": arm(first, PFS=first.iloc[:8]),
            "treated": arm(second, other_person, PFS=second.iloc[2:]),
        },
        ("OS",),
        YEAR,
        1,
    )
    found = {(row.endpoint, row.design): row for row in rows}
    assert set(found) == {(name, design) for name in ("OS", "PFS") for design in (ARMS, PAIRED)}
    assert found["OS", PAIRED].n == 9
    assert found["PFS", PAIRED].n == 6
    assert "only one arm" in found["PFS", PAIRED].note
    assert found["OS", ARMS].n == 20
    assert SAME_PERSONS in found["OS", ARMS].note
    neither = paired(ABOUT, first.iloc[:8], second.iloc[:8], first.index, YEAR, 1)
    assert (neither.n, neither.note) == (8, "")
    assert np.isnan(found["OS", ARMS].rmst_difference_months)


def test_endpoints_beyond_the_usual_are_compared_where_they_are_named():
    arms = {"control": arm(cohort(3)), "treated": arm(cohort(4))}
    assert {row.endpoint for row in contrasts(arms, ("CSS",), YEAR, 1)} == {"OS", "CSS"}
    assert {row.endpoint for row in contrasts(arms, (), YEAR, 1)} == {"OS"}


def test_the_randomised_hazard_ratio_is_that_of_the_allocated_in_their_strata():
    control, treated, who = cohort(5), cohort(6, mean=400.0), allocated(60)
    found = unpaired(ABOUT, treated, control, YEAR, who)
    seen = pd.concat(
        [
            treated[who["ARM"] == "treated"].assign(treated=1),
            control[who["ARM"] == "control"].assign(treated=0),
        ]
    )
    frame = seen.assign(event=1 - seen["CNSR"], stratum=who["STRATUM"].loc[seen.index]).drop(columns="CNSR")
    fitted = CoxPHFitter().fit(frame, "AVAL", "event", strata="stratum").summary.loc["treated"]
    assert found.design == RANDOMISED
    assert found.n == 60
    assert found.value == pytest.approx(fitted["exp(coef)"], rel=1e-4)
    assert found.low == pytest.approx(fitted["exp(coef) lower 95%"], rel=1e-4)
    assert found.high == pytest.approx(fitted["exp(coef) upper 95%"], rel=1e-4)
    assert found.p == pytest.approx(fitted["p"], rel=1e-3)
    assert found.rmst_low < found.rmst_difference_months < found.rmst_high


def test_outcomes_in_the_other_arm_dont_matter_to_the_randomised_estimate():
    control, treated, who = cohort(5), cohort(6), allocated(60)
    changed = treated.assign(AVAL=np.where(who["ARM"] == "control", 1.0, treated["AVAL"]))
    assert unpaired(ABOUT, changed, control, YEAR, who) == unpaired(ABOUT, treated, control, YEAR, who)
    assert unpaired(ABOUT, changed, control, YEAR) != unpaired(ABOUT, treated, control, YEAR)


def test_all_persons_of_both_arms_without_an_allocation():
    control, treated = cohort(5), cohort(6, mean=400.0)
    found = unpaired(ABOUT, treated, control, YEAR)
    test = logrank_test(treated["AVAL"], control["AVAL"], 1 - treated["CNSR"], 1 - control["CNSR"])
    assert found.log_rank_p == pytest.approx(test.p_value, rel=1e-6)
    assert found.design == ARMS
    assert found.low < found.value < 1.0


def test_too_few_events_are_said_and_give_no_ratio():
    few = events(np.arange(1.0, 11.0) * 40.0, np.array([0, 0] + [1] * 8))
    found = unpaired(ABOUT, few, few, YEAR)
    assert np.isnan(found.value)
    assert "no hazard ratio below 5 events" in found.note
    assert found.as_json()["hazard_ratio"] is None


def test_short_follow_up_leaves_no_restricted_mean():
    short = events(np.full(20, 100.0), 1)
    found = paired(ABOUT, short, short, short.index, YEAR, 1)
    assert np.isnan(found.rmst_difference_months)
    assert "before the horizon" in found.note
    assert "not reached" in found.note


def test_no_shared_person_is_no_pair():
    one, other = cohort(1, 10), cohort(2, 10)
    found = paired(ABOUT, one, other, pd.Index([]), YEAR, 1)
    assert (found.n, found.note) == (0, "no person is the same in both arms")
    assert found.as_json()["rmst_difference_months"] is None
