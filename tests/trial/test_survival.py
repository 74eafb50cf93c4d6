"""Survival statistics against lifelines, exact fractions and an Aalen-Johansen estimate written out here."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from lifelines import KaplanMeierFitter
from lifelines.utils import median_survival_times

from paget.trial.survival import cumulative_incidence, kaplan_meier, wilson_interval


def random_data(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Times with ties or without, events with little to heavy censoring, 2 to 300 persons."""
    chance = np.random.default_rng(seed)
    n = int(chance.integers(2, 301))
    time = chance.exponential(100.0, n)
    if seed % 2:
        time = np.ceil(time / chance.choice([1.0, 10.0, 60.0])) * 7.0
    event = chance.random(n) < chance.choice([0.05, 0.3, 0.7, 1.0])
    event[int(chance.integers(n))] = True
    return time, event


def exact_survival(time: np.ndarray, event: np.ndarray) -> dict[float, Fraction]:
    """The product-limit estimate after each event time, in exact fractions."""
    survival, curve = Fraction(1), {}
    for moment in np.unique(time[event]):
        deaths, at_risk = int((event & (time == moment)).sum()), int((time >= moment).sum())
        survival *= Fraction(at_risk - deaths, at_risk)
        curve[float(moment)] = survival
    return curve


@pytest.mark.parametrize("seed", range(120))
def test_curve_and_interval_equal_those_of_lifelines(seed):
    time, event = random_data(seed)
    ours = kaplan_meier(time, event)
    theirs = KaplanMeierFitter().fit(time, event)
    assert ours.time.tolist() == np.unique(time[event]).tolist()
    expected = theirs.survival_function_at_times(ours.time).to_numpy()
    assert ours.survival == pytest.approx(expected, abs=1e-9)
    assert ours.survival == pytest.approx([float(each) for each in exact_survival(time, event).values()], abs=1e-12)
    table = theirs.event_table.loc[ours.time]
    assert ours.at_risk.tolist() == table["at_risk"].tolist()
    inner = ours.survival > 1e-12
    bounds = theirs.confidence_interval_survival_function_.loc[ours.time].to_numpy()[inner]
    assert ours.low[inner] == pytest.approx(bounds[:, 0], abs=1e-6)
    assert ours.high[inner] == pytest.approx(bounds[:, 1], abs=1e-6)
    assert np.all(ours.low <= ours.survival + 1e-12)
    assert np.all(ours.survival <= ours.high + 1e-12)


@pytest.mark.parametrize("seed", range(120))
def test_median_is_the_first_time_at_which_half_or_fewer_survive(seed):
    time, event = random_data(seed)
    value, low, high = kaplan_meier(time, event).median()
    half = [moment for moment, survival in exact_survival(time, event).items() if survival <= Fraction(1, 2)]
    assert value == half[0] if half else np.isnan(value)
    bounds = median_survival_times(KaplanMeierFitter().fit(time, event).confidence_interval_survival_function_)
    for ours, theirs in zip((low, high), bounds.to_numpy()[0], strict=True):
        assert ours == theirs if np.isfinite(theirs) else np.isnan(ours)


@pytest.mark.parametrize("n", [2, 4, 6, 8, 24, 60, 100, 200])
def test_median_of_everybody_dead_is_the_middle_death(n):
    assert kaplan_meier(np.arange(1.0, n + 1.0), np.ones(n, bool)).median()[0] == n / 2


def test_survival_between_and_beyond_the_events():
    time, event = np.array([10.0, 20.0, 20.0, 30.0, 40.0]), np.array([1, 1, 0, 0, 1], bool)
    curve = kaplan_meier(time, event)
    assert curve.at(9.9) == (1.0, 1.0, 1.0)
    assert curve.at(10.0)[0] == pytest.approx(4 / 5)
    assert curve.at(25.0)[0] == pytest.approx(4 / 5 * 3 / 4)
    assert curve.at(40.0)[0] == 0.0
    assert curve.at(1e6)[0] == 0.0
    assert [curve.number_at_risk(day) for day in (0, 10, 10.1, 20, 40, 41)] == [5, 5, 4, 4, 1, 0]


def test_survival_beyond_the_last_observation_of_the_living_is_unknown():
    curve = kaplan_meier(np.array([10.0, 20.0, 30.0]), np.array([True, False, False]))
    assert curve.at(30.0)[0] == pytest.approx(2 / 3)
    assert all(np.isnan(curve.at(30.1)))
    assert curve.at(30.9, within=1.0)[0] == pytest.approx(2 / 3)
    assert all(np.isnan(curve.at(31.0, within=1.0)))


def test_no_event():
    curve = kaplan_meier(np.array([5.0, 9.0]), np.zeros(2, bool))
    assert curve.at(7.0) == (1.0, 1.0, 1.0)
    assert all(np.isnan(curve.at(9.1)))
    assert all(np.isnan(curve.median()))
    assert curve.number_at_risk(6.0) == 1


@pytest.mark.parametrize("died", [True, False])
def test_one_person(died):
    curve = kaplan_meier(np.array([5.0]), np.array([died]))
    assert curve.at(4.0)[0] == 1.0
    if died:
        assert curve.at(5.0) == (0.0, 0.0, 0.0)
        assert curve.median()[0] == 5.0
    else:
        assert np.isnan(curve.median()[0])


def test_nobody():
    curve = kaplan_meier(np.array([]), np.array([], bool))
    assert all(np.isnan(curve.at(0.0)))
    assert all(np.isnan(curve.median()))
    assert curve.number_at_risk(0.0) == 0
    times, incidence = cumulative_incidence(np.array([]), np.array([], np.int64), 3)
    assert len(times) == 0
    assert incidence.shape == (3, 0)


def everybody_walks(time: np.ndarray, cause: np.ndarray, causes: int) -> tuple[list[float], list[list[Fraction]]]:
    """Aalen-Johansen by following the occupied states in exact fractions: alive, dead of 1, dead of 2, ..."""
    alive, dead = Fraction(1), [Fraction(0)] * causes
    moments, history = [], []
    for moment in sorted(set(time[cause > 0])):
        at_risk = sum(1 for each in time if each >= moment)
        leaving = [
            alive * Fraction(int(((time == moment) & (cause == number + 1)).sum()), at_risk) for number in range(causes)
        ]
        dead = [before + more for before, more in zip(dead, leaving, strict=True)]
        alive -= sum(leaving)
        moments.append(float(moment))
        history.append(dead)
    return moments, history


@pytest.mark.parametrize("seed", range(100))
def test_cumulative_incidence_of_competing_causes(seed):
    time, event = random_data(seed)
    causes = 1 + seed % 4
    cause = np.where(event, 1 + np.random.default_rng(seed).integers(0, causes, len(time)), 0)
    moments, incidence = cumulative_incidence(time, cause, causes)
    expected_moments, expected = everybody_walks(time, cause, causes)
    assert moments.tolist() == expected_moments
    assert incidence == pytest.approx(np.array(expected, np.float64).T, abs=1e-12)
    assert incidence.sum(axis=0) == pytest.approx(1.0 - kaplan_meier(time, cause > 0).survival, abs=1e-12)


def test_share_of_none():
    assert all(np.isnan(wilson_interval(0, 0)))


def test_share_interval_against_the_formula():
    n, count, z = 40, 9, 1.959963984540054
    centre = (count / n + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(count / n * (1 - count / n) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    assert wilson_interval(count, n) == pytest.approx((centre - half, centre + half), rel=1e-9)
