"""A treatment of known effect that begins during follow-up: what each analysis makes of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from paget.trial.landmark import landmark, naive

REPLICATES = 200
LANDMARK = 60.0
GROUPS = ("none", "radiotherapy")


def registry(seed: int, effect: float, n: int = 100) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Deaths with a mean of 150 days, radiotherapy planned in half after a median of 35 days, follow-up of a year.

    From its first day on radiotherapy multiplies the hazard of death by `effect`. Days are grouped by tens.
    """
    chance = np.random.default_rng(seed)
    start = 35.0 * np.exp(0.4 * chance.normal(size=n))
    start[chance.random(n) < 0.5] = 1e6
    untreated = chance.exponential(150.0, n)
    died = np.where(untreated > start, start + (untreated - start) / effect, untreated)
    time, begun = np.ceil(np.minimum(died, 360.0) / 10.0) * 10.0, np.ceil(start / 10.0) * 10.0
    return time, died <= 360.0, np.where(begun < time, begun, np.nan)[:, None]


def summary(effect: float, analysis: Callable, replicates: int = REPLICATES) -> tuple[float, float, float]:
    """Mean of ln HR over replicates, its standard error, and how often the interval covers ln(effect)."""
    found = [analysis(*registry(seed, effect))[0] for seed in range(replicates)]
    logs = np.array([each.coefficient for each in found])
    assert np.isfinite(logs).all()
    covered = np.mean([each.low <= effect <= each.high for each in found])
    return float(logs.mean()), float(logs.std() / np.sqrt(replicates)), float(covered)


def at_landmark(*data):
    return landmark(*data, GROUPS, LANDMARK)


def ever(*data):
    return naive(*data, GROUPS)


@pytest.mark.parametrize(("effect", "replicates"), [(1.0, 100), (0.6, REPLICATES)])
def test_the_landmark_recovers_what_the_naive_analysis_exaggerates(effect, replicates):
    """Within 4 standard errors and 0.05 of the truth, against at least 0.2 of immortal time."""
    truth = np.log(effect)
    value, error, covered = summary(effect, at_landmark, replicates)
    assert abs(value - truth) < 4 * error + 0.05
    assert covered > 0.95 - 4 * np.sqrt(0.95 * 0.05 / replicates)
    value, _, covered = summary(effect, ever, 40)
    assert value < truth - 0.2
    assert covered < 0.9


def test_dose_groups_of_an_inert_treatment():
    """2 Gy a day, five days a week: only who lives on gets 60 Gy, so that more dose looks like a longer life.

    Radiotherapy starts a median of 35 days after diagnosis and goes on until death or 60 Gy; it does nothing.
    """
    chance = np.random.default_rng(1)
    n, groups = 600, ("none", "under 60 Gy", "60 Gy")
    died = np.ceil(chance.exponential(100.0, n) / 5.0) * 5.0
    first = np.ceil(35.0 * np.exp(0.4 * chance.normal(size=n)) / 5.0) * 5.0
    reached = np.stack([first, first + 40.0], axis=1)
    reached[chance.random(n) < 0.3] = np.nan
    reached[reached >= died[:, None]] = np.nan
    event, time = died <= 400.0, np.minimum(died, 400.0)
    low, high = naive(time, event, reached, groups)
    assert high.high < low.low
    assert high.high < 0.6
    fair = landmark(time, event, reached, groups, 80.0)
    assert all(each.low < 1.0 < each.high for each in fair), fair
    # Nobody has 60 Gy by day 30.
    assert "no hazard ratio" in landmark(time, event, reached, groups, 30.0)[1].note


def test_each_analysis_counts_its_own_persons():
    time = np.array([4.0, 6.0, 8.0, 10.0] * 6)
    reached = np.array([[np.nan], [5.0], [2.0], [10.0]] * 6)
    event = np.ones(24, bool)
    assert naive(time, event, reached, GROUPS)[0].rows == (18, 6)
    assert landmark(time, event, reached, GROUPS, 4.0)[0].rows == (6, 12)
