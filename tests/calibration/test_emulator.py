"""The emulator: exact where rows are linear, better than a line where they bend; the search finds the best place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from calibration.test_fit import SETTINGS, Killed, Simulator, problem, silent
from paget.calibration.emulator import Emulator, best_place, misfit
from paget.calibration.fit import FINER, fit, refine
from paget.calibration.targets import centres, variances, weights

CHANCE = np.random.default_rng(6)
PLACES = CHANCE.standard_normal((80, 3))
SLOPES = np.array([[1.0, 0.0, -0.5], [0.2, 0.7, 0.0]])
ERRORS = np.full((80, 2), 0.03)


def bent(z: np.ndarray) -> np.ndarray:
    return z @ SLOPES.T + 0.3 * np.cos(z[..., :1])


def test_a_linear_model_is_learned_with_its_slopes():
    emulator = Emulator(PLACES, PLACES @ SLOPES.T + 2.0, ERRORS)
    for z in (np.zeros(3), np.array([1.0, -1.0, 0.5])):
        assert emulator(z) == pytest.approx(SLOPES @ z + 2.0, abs=0.01)


def test_departures_from_the_line_are_learned():
    emulator = Emulator(PLACES, bent(PLACES) + ERRORS * CHANCE.standard_normal((80, 2)), ERRORS)
    places = 0.7 * CHANCE.standard_normal((50, 3))
    left = np.array([emulator(z) - bent(z) for z in places])
    line = np.array([emulator.trend @ np.r_[1.0, z] - bent(z) for z in places])
    assert np.sqrt(np.mean(left**2)) < 0.4 * np.sqrt(np.mean(line**2))


def test_forecasts_with_gaps_are_left_out():
    gaps = PLACES @ SLOPES.T
    gaps[::2, 0] = np.nan
    assert Emulator(PLACES, gaps, ERRORS)(np.ones(3)) == pytest.approx(SLOPES.sum(axis=1), abs=0.01)


def test_the_best_place_balances_rows_and_prior():
    """For a linear model z = (I + A' R^-1 A)^-1 A' R^-1 y."""
    centre, variance, weight = np.array([1.5, -0.4]), np.array([0.04, 0.09]), np.array([1.0, 0.5])
    emulator = Emulator(PLACES, PLACES @ SLOPES.T, ERRORS)
    found = best_place(emulator, [np.zeros(3), np.ones(3)], centre, variance, weight)
    inverse = np.diag(weight / variance)
    exact = np.linalg.solve(np.eye(3) + SLOPES.T @ inverse @ SLOPES, SLOPES.T @ inverse @ centre)
    assert found == pytest.approx(exact, abs=0.02)
    assert misfit(SLOPES @ exact, centre, variance, weight) < misfit(np.zeros(2), centre, variance, weight)


def test_refining_is_never_worse_than_the_medians_and_resumes(tmp_path):
    settings = replace(SETTINGS, rounds=4)
    found = fit(problem(Simulator()), settings, tmp_path / "whole", silent)
    place = refine(problem(Simulator()), settings, found, tmp_path / "whole", silent)

    def penalised(z: np.ndarray) -> float:
        given = problem(Simulator())
        one = given.forecast(z)
        variance = variances(given.targets) + one.error**2
        return misfit(one.value, centres(given.targets), variance, weights(given.targets)) + float(z @ z)

    assert penalised(place) <= penalised(np.median(found.posterior, axis=0))
    found = fit(problem(Simulator()), settings, tmp_path / "killed", silent)
    with pytest.raises(Killed):
        refine(problem(Simulator(2)), settings, found, tmp_path / "killed", silent)
    counted = Simulator()
    assert refine(problem(counted), settings, found, tmp_path / "killed", silent).tolist() == place.tolist()
    assert counted.calls == settings.rounds - 2
    assert settings.finer.patients == FINER * settings.patients


def test_a_required_row_pulls_the_place_that_is_chosen(tmp_path):
    settings = replace(SETTINGS, rounds=4)
    plain = problem(Simulator())
    asked = replace(plain, targets=(replace(plain.targets[0], required=True, weight=0.01), *plain.targets[1:]))
    free = replace(plain, targets=(replace(plain.targets[0], weight=0.01), *plain.targets[1:]))
    gaps = []
    for number, given in enumerate((asked, free)):
        place = refine(
            given, settings, fit(given, settings, tmp_path / str(number), silent), tmp_path / str(number), silent
        )
        gaps.append(abs(float(given.forecast(place).value[0]) - plain.targets[0].centre))
    assert gaps[0] < 0.5 * gaps[1]
