"""The ensemble smoother against the exact posterior of a linear problem with normal errors."""

from __future__ import annotations

import numpy as np
import pytest

from laws.chance import assert_z
from paget.calibration import smoother

PARAMETERS, ROWS, STEPS = 3, 5, 4
MEMBERS, REPEATS = 4000, 16
MODEL = np.random.default_rng(5).normal(size=(ROWS, PARAMETERS))
VARIANCE = np.array([0.3, 1.0, 2.0, 0.5, 4.0])
OBSERVED = np.array([1.0, -2.0, 0.5, 3.0, 0.0])


def exact() -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance for the prior N(0, 1): (1 + G' R^-1 G)^-1."""
    information = MODEL.T @ np.diag(1.0 / VARIANCE)
    covariance = np.linalg.inv(np.eye(PARAMETERS) + information @ MODEL)
    return covariance @ information @ OBSERVED, covariance


def assimilated(seed: int, inflation: float, *, members: int = MEMBERS, localised: bool = False) -> np.ndarray:
    chance = np.random.default_rng(seed)
    z = chance.normal(size=(members, PARAMETERS))
    for _ in range(STEPS):
        noise = chance.normal(size=(members, ROWS))
        z = smoother.update(z, z @ MODEL.T, OBSERVED, VARIANCE, inflation, noise, localised=localised)
    return z


def moments(inflation: float, *, localised: bool = False) -> np.ndarray:
    """Mean and covariance of the ensemble in independent repeats, one row each."""
    found = [assimilated(seed, inflation, localised=localised) for seed in range(REPEATS)]
    return np.array([np.concatenate([z.mean(axis=0), np.cov(z.T).ravel()]) for z in found])


@pytest.mark.parametrize("localised", [False, True])
def test_the_posterior_of_a_linear_problem_is_exact(localised):
    found = moments(STEPS, localised=localised)
    mean, covariance = exact()
    for place, expected in enumerate(np.concatenate([mean, covariance.ravel()])):
        assert_z(found[:, place].sum(), REPEATS * expected, REPEATS * found[:, place].var(ddof=1))


def test_the_check_above_finds_data_that_are_used_four_times():
    _, covariance = exact()
    found = moments(1.0)[:, PARAMETERS:]
    z = (found.mean(axis=0) - covariance.ravel()) / (found.std(axis=0, ddof=1) / np.sqrt(REPEATS))
    assert np.abs(z).max() > 20.0


def test_a_small_ensemble_keeps_what_the_rows_say_nothing_about():
    members, rows, repeats = 40, 40, 10
    kept = {}
    for localised in (False, True):
        spread = []
        for seed in range(repeats):
            z, chance = smoother.draws(seed, 0, members, 10), np.random.default_rng(seed)
            for _ in range(3):
                unrelated, noise = chance.normal(size=(2, members, rows))
                z = smoother.update(
                    z, unrelated, np.zeros(rows), np.full(rows, 4.0), 3.0, noise, localised=localised
                )  # fmt: skip
            spread.append(z.var(axis=0, ddof=1).mean())
        kept[localised] = np.mean(spread)
    # The truth is 1: nothing is learned.
    assert kept[False] < 0.85
    assert kept[True] > 0.95


def test_correlations_beyond_chance_by_hand():
    z, d = np.array([[1.0, 1.0], [-1.0, 1.0], [0.0, -2.0]]), np.array([[2.0, 0.0], [0.0, 1.0], [-2.0, -1.0]])
    # Squared correlations (1/4, 1/4) and (3/4, 3/4) against 2 ln 2 / 3 = 0.462.
    assert smoother.significant(z, d).tolist() == [[False, False], [True, True]]
    assert not smoother.significant(z, np.zeros((3, 2))).any()


def test_draws_are_addressed():
    count = 7
    several, fewer = (smoother.draws(3, 2, members, count) for members in (6, 4))
    # Centring alone sets ensembles of different size apart.
    np.testing.assert_allclose(several[:4] - several[0], fewer - fewer[0], atol=1e-12)
    assert not np.allclose(several, smoother.draws(3, 1, 6, count))
    assert not np.allclose(several, smoother.draws(4, 2, 6, count))
    prior = smoother.draws(3, 0, 50, count)
    np.testing.assert_allclose(prior.mean(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(prior.var(axis=0, ddof=1), 1.0)


def test_rows_that_few_members_show_are_left_out_and_a_single_gap_is_their_mean():
    z = smoother.draws(1, 0, 40, PARAMETERS)
    simulated, noise = z @ MODEL.T, smoother.draws(1, 1, 40, ROWS)
    without = smoother.update(
        z, simulated[:, 1:], OBSERVED[1:], VARIANCE[1:], 1.0, noise[:, 1:], localised=False
    )  # fmt: skip
    gone = simulated.copy()
    gone[:30, 0] = np.nan
    np.testing.assert_array_equal(smoother.update(z, gone, OBSERVED, VARIANCE, 1.0, noise, localised=False), without)
    gap, mean = simulated.copy(), simulated.copy()
    gap[3, 2] = np.nan
    mean[3, 2] = np.delete(simulated[:, 2], 3).mean()
    np.testing.assert_allclose(
        smoother.update(z, gap, OBSERVED, VARIANCE, 1.0, noise, localised=False),
        smoother.update(z, mean, OBSERVED, VARIANCE, 1.0, noise, localised=False),
        rtol=1e-12,
    )


def test_shrinkage_of_a_prior_that_stays_and_one_that_halves():
    prior = smoother.draws(1, 0, 60, 2)
    np.testing.assert_allclose(smoother.shrinkage(prior * [1.0, 0.5]), [0.0, 0.5], atol=1e-12)
