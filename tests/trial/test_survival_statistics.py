"""Comparisons of arms against lifelines, exact fractions and closed forms; degenerate data give NaN and a sentence."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from lifelines import AalenJohansenFitter, CoxPHFitter, CoxTimeVaryingFitter, KaplanMeierFitter
from lifelines.statistics import logrank_test, multivariate_logrank_test
from lifelines.utils import restricted_mean_survival_time
from scipy.stats import beta

from paget.trial.log_rank import log_rank
from paget.trial.proportional_hazards import hazard_ratio, hazard_ratios
from paget.trial.restricted_mean import compare_restricted_means, restricted_mean_survival
from paget.trial.survival import (
    FEWEST_EVENTS,
    cumulative_incidence,
    cumulative_incidence_error,
    exact_interval,
    kaplan_meier,
)

SEEDS = range(200)
AGREED = {"rel": 1e-6, "abs": 1e-9}
PRECISE = {"precision": 1e-16, "r_precision": 1e-16}
"""Of lifelines' fit, whose usual steps end 1e-6 from the maximum."""


@pytest.fixture(autouse=True)
def no_warning() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # From inside lifelines, about pandas.
        warnings.filterwarnings("ignore", module="lifelines|pandas")
        yield


def trial(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Days, events and arms ("a", "b"): ties of every degree, light to heavy censoring, 5 events an arm or more."""
    chance = np.random.default_rng(seed)
    while True:
        n = int(chance.integers(16, 61))
        arm = np.where(chance.random(n) < chance.choice([0.3, 0.5]), "a", "b")
        died = chance.exponential(np.where(arm == "a", 120.0, 120.0 * chance.choice([0.5, 1.0, 2.0])))
        left = chance.exponential(120.0 * chance.choice([0.3, 1.0, 5.0]), n)
        time = np.ceil(np.minimum(died, left) / chance.choice([1.0, 7.0, 30.0]))
        event = died <= left
        if min(np.count_nonzero(event & (arm == name)) for name in "ab") >= FEWEST_EVENTS:
            return time, event, arm


@pytest.mark.parametrize("seed", SEEDS)
def test_curve_its_error_and_its_area_are_those_of_lifelines(seed):
    time, event, _ = trial(seed)
    ours = kaplan_meier(time, event)
    theirs = KaplanMeierFitter().fit(time, event)
    assert ours.survival == pytest.approx(theirs.survival_function_at_times(ours.time).to_numpy(), **AGREED)
    # lifelines holds the sum of d / (n (n - d)); where nobody is left the error is not defined.
    total = theirs._cumulative_sq_.loc[ours.time].to_numpy().ravel()
    inner = ours.survival > 1e-12
    assert ours.error[inner] == pytest.approx((ours.survival * np.sqrt(total))[inner], **AGREED)

    horizon = float(np.ceil(np.quantile(time[event], 0.8)))
    mean = restricted_mean_survival(time, event, horizon)
    assert mean.value == pytest.approx(restricted_mean_survival_time(theirs, t=horizon), **AGREED)
    moments = sorted(set(time[event & (time < horizon)]))
    counts = [(int((time >= moment).sum()), int((event & (time == moment)).sum())) for moment in moments]
    areas = np.cumprod([(n - d) / n for n, d in counts]) * np.diff([*moments, horizon])
    variance = sum(areas[k:].sum() ** 2 * d / (n * (n - d)) for k, (n, d) in enumerate(counts) if n > d)
    if mean.events >= FEWEST_EVENTS:
        assert mean.error**2 == pytest.approx(variance, **AGREED)
    else:
        assert "no interval" in mean.note


@pytest.mark.parametrize("seed", SEEDS)
def test_log_rank_is_that_of_lifelines(seed):
    time, event, arm = trial(seed)
    ours = log_rank(time, event, arm)
    first = arm == "a"
    theirs = logrank_test(time[first], time[~first], event[first], event[~first])
    assert (ours.chi2, ours.p) == pytest.approx((theirs.test_statistic, theirs.p_value), **AGREED)
    assert ours.note == ""
    assert ours.z**2 == pytest.approx(ours.chi2)
    assert (ours.z < 0) == (ours.observed[1] < ours.expected[1])
    assert sum(ours.expected) == pytest.approx(sum(ours.observed))


@pytest.mark.parametrize("seed", SEEDS)
def test_hazard_ratio_is_that_of_lifelines(seed):
    time, event, arm = trial(seed)
    ours = hazard_ratio(time, event, arm == "b")
    table = pd.DataFrame({"time": time, "event": event, "b": arm == "b"}, dtype=float)
    theirs = CoxPHFitter().fit(table, "time", "event", batch_mode=True, fit_options=PRECISE)
    expected = (theirs.params_["b"], theirs.standard_errors_["b"])
    assert (ours.coefficient, ours.error) == pytest.approx(expected, **AGREED)
    low, high = np.exp(theirs.confidence_intervals_.loc["b"])
    assert (ours.value, ours.low, ours.high) == pytest.approx((theirs.hazard_ratios_["b"], low, high), **AGREED)
    assert ours.p_wald == pytest.approx(float(theirs._compute_p_values()[0]), **AGREED)


def test_score_test_without_ties_is_the_log_rank_test():
    chance = np.random.default_rng(5)
    time, event, arm = chance.exponential(100.0, 80), chance.random(80) < 0.7, chance.random(80) < 0.5
    ours = hazard_ratio(time, event, arm)
    assert ours.p_score == pytest.approx(log_rank(time, event, np.where(arm, "b", "a")).p, rel=1e-9)


@pytest.mark.parametrize("seed", range(8))
def test_stratified_hazard_ratio_is_that_of_lifelines(seed):
    time, event, arm = trial(seed)
    layer = np.where(np.random.default_rng(seed).random(len(time)) < 0.5, "M0", "M1")
    ours = hazard_ratio(time, event, arm == "b", strata=layer)
    table = pd.DataFrame({"time": time, "event": event, "b": arm == "b", "layer": layer == "M1"}, dtype=float)
    options = PRECISE
    theirs = CoxPHFitter().fit(table, "time", "event", strata=["layer"], fit_options=options).summary.loc["b"]
    assert (ours.coefficient, ours.error) == pytest.approx((theirs["coef"], theirs["se(coef)"]), **AGREED)


def split(time: np.ndarray, event: np.ndarray, change: np.ndarray) -> pd.DataFrame:
    """Rows (start, stop] of persons whose group changes after day `change`."""
    rows = []
    for person, (end, died, day) in enumerate(zip(time, event, change, strict=True)):
        if day < end:
            rows += [(person, 0.0, day, False, 0.0), (person, day, end, died, 1.0)]
        else:
            rows.append((person, 0.0, end, died, 0.0))
    table = pd.DataFrame(rows, columns=["id", "start", "stop", "event", "x"])
    return table[table["start"] < table["stop"]].reset_index(drop=True)


@pytest.mark.parametrize("seed", range(8))
def test_counting_process_is_that_of_lifelines_where_changes_fall_on_event_days(seed):
    time, event, _ = trial(seed)
    change = np.random.default_rng(seed).choice(time, len(time)) - 1.0
    table = split(time, event, change)
    group = np.where(table["x"] > 0, "after", "before")
    ours = hazard_ratios(
        table["stop"].to_numpy(), table["event"].to_numpy(bool), group, ("before", "after"), entry=table["start"]
    )[0]
    if ours.note:
        assert min(ours.events) < FEWEST_EVENTS
        return
    fitter = CoxTimeVaryingFitter()
    theirs = fitter.fit(table, id_col="id", event_col="event", fit_options=PRECISE).summary.loc["x"]
    assert (ours.coefficient, ours.error) == pytest.approx((theirs["coef"], theirs["se(coef)"]), **AGREED)


@pytest.mark.parametrize("seed", range(8))
def test_three_arms(seed):
    time, event, _ = trial(seed)
    arm = np.random.default_rng(seed).choice(["a", "b", "c"], len(time))
    ours, theirs = log_rank(time, event, arm), multivariate_logrank_test(time, arm, event)
    assert (ours.chi2, ours.p) == pytest.approx((theirs.test_statistic, theirs.p_value), **AGREED)
    ratios = hazard_ratios(time, event, arm, ("a", "b", "c"))
    if ratios[0].note:
        assert min(np.count_nonzero(event & (arm == name)) for name in "abc") < FEWEST_EVENTS
        return
    table = pd.DataFrame({"time": time, "event": event, "b": arm == "b", "c": arm == "c"}, dtype=float)
    fitted = CoxPHFitter().fit(table, "time", "event", fit_options=PRECISE).summary
    assert [each.coefficient for each in ratios] == pytest.approx(fitted["coef"].tolist(), **AGREED)
    assert [each.error for each in ratios] == pytest.approx(fitted["se(coef)"].tolist(), **AGREED)


def exact_log_rank(time: np.ndarray, event: np.ndarray, arm: np.ndarray, rho: int) -> tuple[Fraction, Fraction]:
    """O - E of arm "b" and its variance, weighted by S(t-)^rho, in exact fractions."""
    apart, variance, survival = Fraction(0), Fraction(0), Fraction(1)
    for moment in sorted(set(time[event])):
        n, n_b = int((time >= moment).sum()), int(((time >= moment) & (arm == "b")).sum())
        now = event & (time == moment)
        d, d_b = int(now.sum()), int((now & (arm == "b")).sum())
        weight = survival**rho
        apart += weight * (d_b - Fraction(d * n_b, n))
        if n > 1:
            variance += weight**2 * Fraction(d * (n - d) * n_b * (n - n_b), n * n * (n - 1))
        survival *= Fraction(n - d, n)
    return apart, variance


@pytest.mark.parametrize("rho", [0, 1])
@pytest.mark.parametrize("seed", range(10))
def test_weighted_and_stratified_log_rank_against_fractions(seed, rho):
    time, event, arm = trial(seed)
    layer = np.where(np.random.default_rng(seed).random(len(time)) < 0.4, "x", "y")
    whole, variance = exact_log_rank(time, event, arm, rho)
    assert log_rank(time, event, arm, rho=rho).chi2 == pytest.approx(float(whole**2 / variance), rel=1e-9)
    parts = [exact_log_rank(*(each[layer == name] for each in (time, event, arm)), rho) for name in "xy"]
    apart, spread = (sum(column) for column in zip(*parts, strict=True))
    ours = log_rank(time, event, arm, strata=layer, rho=rho)
    assert ours.chi2 == pytest.approx(float(apart**2 / spread), rel=1e-9)
    if not rho:
        assert ours.observed[1] - ours.expected[1] == pytest.approx(float(apart))


def test_restricted_mean_of_the_uncensored_has_the_variance_of_the_times_lived():
    """Of lifelines: the variance of min(T, t) in the population, n times that of its mean."""
    time = np.random.default_rng(4).integers(1, 60, 20).astype(float)
    lived, ours = np.minimum(time, 40.0), restricted_mean_survival(time, np.ones(20, bool), 40.0)
    assert (ours.value, ours.error**2) == pytest.approx((lived.mean(), lived.var() / 20), rel=1e-12)
    curve = KaplanMeierFitter().fit(time, np.ones(20))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it integrates the steps numerically
        _, variance = restricted_mean_survival_time(curve, t=40.0, return_variance=True)
    assert ours.error**2 * 20 == pytest.approx(variance, rel=1e-3)


def test_restricted_means_of_two_arms():
    time, event, arm = trial(3)
    both = compare_restricted_means(time, event, arm == "a", 3.0)
    one, other = both.first, both.second
    z = 1.959963984540054
    error = np.hypot(one.error, other.error)
    apart = one.value - other.value
    assert both.difference == pytest.approx((apart, apart - z * error, apart + z * error))
    relative = np.hypot(one.error / one.value, other.error / other.value)
    ratio = one.value / other.value
    assert both.ratio == pytest.approx((ratio, ratio * np.exp(-z * relative), ratio * np.exp(z * relative)))
    assert 0.0 < both.difference_p < 1.0
    assert 0.0 < both.ratio_p < 1.0


def incidence_by_walking(time: np.ndarray, cause: np.ndarray, causes: int) -> tuple[list, list]:
    """Aalen-Johansen and the delta-method variance at the last time, summed in exact fractions."""
    alive, dead, history = Fraction(1), [Fraction(0)] * causes, []
    for moment in sorted(set(time[cause > 0])):
        n = int((time >= moment).sum())
        own = [int(((time == moment) & (cause == number + 1)).sum()) for number in range(causes)]
        dead = [before + alive * Fraction(d, n) for before, d in zip(dead, own, strict=True)]
        history.append((dead, alive, n, own))
        alive *= 1 - Fraction(sum(own), n)
    variances = []
    for number in range(causes):
        total = Fraction(0)
        for at, before, n, own in history:
            d, d_own, ahead = sum(own), own[number], dead[number] - at[number]
            if n > d:
                total += ahead**2 * Fraction(d, n * (n - d))
            total += before**2 * Fraction(d_own * (n - d_own), n**3) - 2 * ahead * before * Fraction(d_own, n * n)
        variances.append(total)
    return [float(each) for each in dead], [float(each) for each in variances]


@pytest.mark.parametrize("seed", SEEDS)
def test_incidence_of_competing_causes_and_its_error_in_exact_fractions(seed):
    time, event, _ = trial(seed)
    causes = 1 + seed % 3
    cause = np.where(event, 1 + np.random.default_rng(seed).integers(0, causes, len(time)), 0)
    incidence, variance = incidence_by_walking(time, cause, causes)
    assert cumulative_incidence(time, cause, causes)[1][:, -1] == pytest.approx(incidence, rel=1e-9)
    error = cumulative_incidence_error(time, cause, causes)
    assert error[:, -1] ** 2 == pytest.approx(variance, rel=1e-6, abs=1e-12)
    if causes == 1:
        curve = kaplan_meier(time, event)
        inner = curve.survival > 1e-12
        assert error[0][inner] == pytest.approx(curve.error[inner], rel=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_error_of_the_incidence_without_ties_is_that_of_lifelines(seed):
    chance = np.random.default_rng(seed)
    time, cause = chance.permutation(60) + 1.0, chance.integers(0, 3, 60)
    theirs = AalenJohansenFitter(calculate_variance=True).fit(time, cause, event_of_interest=2)
    moments, incidence = cumulative_incidence(time, cause, 2)
    inner = kaplan_meier(time, cause > 0).survival > 1e-12
    assert incidence[1] == pytest.approx(theirs.cumulative_density_.loc[moments].to_numpy().ravel(), rel=1e-9)
    variance = theirs.variance_.loc[moments].to_numpy().ravel()[inner]
    assert cumulative_incidence_error(time, cause, 2)[1][inner] ** 2 == pytest.approx(variance, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize(("count", "n"), [(0, 12), (3, 12), (12, 12), (1, 1)])
def test_exact_interval_of_a_share(count, n):
    low = beta.ppf(0.025, count, n - count + 1) if count else 0.0
    high = beta.ppf(0.975, count + 1, n - count) if count < n else 1.0
    assert exact_interval(count, n) == pytest.approx((low, high), abs=1e-12)
    assert all(np.isnan(exact_interval(0, 0)))


DEGENERATE = {
    "nobody": ([], [], []),
    "one person": ([5.0], [1], ["a"]),
    "all censored": ([5.0, 6.0, 7.0, 8.0], [0, 0, 0, 0], ["a", "b", "a", "b"]),
    "one arm": (np.arange(1.0, 11.0), np.ones(10), ["a"] * 10),
    "few events": ([1.0, 2.0, 3.0, 4.0, 5.0], [1, 1, 1, 1, 0], ["a", "b", "a", "b", "a"]),
    "never at risk together": (np.arange(1.0, 13.0), np.ones(12), ["a"] * 12),
}


@pytest.mark.parametrize("name", DEGENERATE)
def test_degenerate_data_give_nan_and_a_sentence(name):
    time, event, arm = (np.array(each, kind) for each, kind in zip(DEGENERATE[name], (float, bool, str), strict=True))
    tests = log_rank(time, event, arm, arms=("a", "b"))
    ratio = hazard_ratio(time, event, arm == "b")
    for note, values in (
        (tests.note, (tests.chi2, tests.p, tests.z)),
        (ratio.note, (ratio.value, ratio.low, ratio.high, ratio.coefficient, ratio.error, ratio.p_wald, ratio.p_score)),
    ):
        assert np.isnan(values).all()
        assert len(note.split()) > 3
    mean = restricted_mean_survival(time, event, 4.0)
    if mean.note:
        assert np.isnan([mean.error, mean.low, mean.high]).all()
    both = compare_restricted_means(time, event, arm == "a", 4.0)
    assert np.isnan([*both.difference[1:], both.difference_p, *both.ratio[1:], both.ratio_p]).all()
    assert both.note


def test_an_arm_without_events_has_a_test_but_no_hazard_ratio():
    time = np.concatenate([np.arange(1.0, 11.0), np.full(10, 20.0)])
    event, arm = time < 15.0, np.where(time < 15.0, "a", "b")
    tests, ratio = log_rank(time, event, arm), hazard_ratio(time, event, arm == "b")
    assert tests.p < 1e-4
    assert "fewer than 5 events in b" in tests.note
    assert np.isnan(ratio.value)
    assert "treated: 0" in ratio.note


def test_arms_whose_events_never_meet_have_no_finite_hazard_ratio():
    """Everybody of one arm is dead before the first of the other dies: the likelihood has no maximum."""
    time, arm = np.arange(1.0, 21.0), np.repeat(["a", "b"], 10)
    ratio = hazard_ratio(time, np.ones(20, bool), arm == "b")
    assert np.isnan(ratio.value)
    assert "no finite hazard ratio" in ratio.note
    assert log_rank(time, np.ones(20, bool), arm).p < 1e-4
    # One of the first arm outlives the second's first death: now there is one.
    time[0] = 11.5
    assert hazard_ratio(time, np.ones(20, bool), arm == "b").value < 0.2


def test_a_horizon_beyond_the_follow_up_of_survivors():
    mean = restricted_mean_survival(np.array([5.0, 6.0]), np.array([True, False]), 7.0)
    assert np.isnan(mean.value)
    assert "follow-up" in mean.note
