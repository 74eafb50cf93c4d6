"""The fit as a whole: resumable to the bit, refusing what is not its own, and one real fit of the smallest size."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from paget.calibration.fit import Problem, Settings, fit, problem_of
from paget.calibration.forecast import Forecast
from paget.calibration.priors import free_parameters
from paget.calibration.targets import Target, fit_targets
from paget.errors import InputError

SETTINGS = Settings(seed=11, members=8, steps=3, patients=1)
PRIORS = free_parameters("atc", 1)[:2]
TARGETS = fit_targets("atc")[:3]
MODEL = np.array([[1.0, 0.3], [-0.5, 1.0], [0.2, 0.2]])


class Killed(Exception):
    """Stands for a killed process."""


class Simulator:
    """A forecast that is linear in the parameters, with noise, and dies at evaluation number `dies_at`."""

    def __init__(self, dies_at: int | None = None) -> None:
        self.calls = 0
        self.dies_at = dies_at

    def __call__(self, z: np.ndarray) -> Forecast:
        if self.calls == self.dies_at:
            raise Killed
        self.calls += 1
        value = MODEL @ z + 0.1 * np.sin(1e3 * z.sum())
        value[2] = np.nan if z[0] > 1.0 else value[2]
        return Forecast(value, np.full(3, 0.1))


def problem(simulator: Simulator, targets: tuple[Target, ...] = TARGETS) -> Problem:
    return Problem(PRIORS, targets, simulator, "a model")


def silent(line: str) -> None:
    """Print nothing."""


def test_a_killed_fit_goes_on_to_the_same_bits_and_loses_no_forecast(tmp_path):
    undisturbed = fit(problem(Simulator()), SETTINGS, tmp_path / "whole", silent)
    total = 0
    for dies_at in (3, 8, 1, None):
        simulator = Simulator(dies_at)
        try:
            found = fit(problem(simulator), SETTINGS, tmp_path / "killed", silent)
        except Killed:
            found = None
        total += simulator.calls
    assert total == SETTINGS.members * SETTINGS.steps
    assert found is not None
    np.testing.assert_array_equal(found.z, undisturbed.z)
    np.testing.assert_array_equal(found.values, undisturbed.values)
    assert undisturbed.z.shape == (SETTINGS.steps + 1, SETTINGS.members, len(PRIORS))


def test_another_seed_gives_another_ensemble(tmp_path):
    one, other = (
        fit(problem(Simulator()), replace(SETTINGS, seed=seed), tmp_path / str(seed), silent).posterior
        for seed in (1, 2)
    )
    assert not np.allclose(one, other)


@pytest.mark.parametrize("change", [{"seed": 12}, {"members": 9}, {"patients": 2}])
def test_a_folder_of_another_fit_is_refused(tmp_path, change):
    fit(problem(Simulator()), SETTINGS, tmp_path, silent)
    with pytest.raises(InputError, match=f"another {next(iter(change))}"):
        fit(problem(Simulator()), replace(SETTINGS, **change), tmp_path, silent)
    with pytest.raises(InputError, match="another fingerprint"):
        fit(replace(problem(Simulator()), fingerprint="another model"), SETTINGS, tmp_path, silent)


def test_a_forecast_of_another_place_is_refused(tmp_path):
    fit(problem(Simulator()), SETTINGS, tmp_path, silent)
    path = tmp_path / "1-2.json"
    held = json.loads(path.read_text())
    path.write_text(json.dumps({**held, "z": [0.0, 0.0]}))
    with pytest.raises(InputError, match="holds another place"):
        fit(problem(Simulator()), SETTINGS, tmp_path, silent)


def exact_mean(targets: tuple[Target, ...]) -> np.ndarray:
    """Posterior mean of the linear model for the prior N(0, 1), rows weighted."""
    model = MODEL[: len(targets)]
    precision = np.array([target.weight / (target.error**2 + 0.1**2) for target in targets])
    observed = np.array([target.centre for target in targets])
    return np.linalg.solve(np.eye(2) + model.T * precision @ model, model.T * precision @ observed)


@pytest.mark.parametrize("weight", [1.0, 0.05])
def test_weights_and_monte_carlo_error_temper_the_rows(tmp_path, weight):
    """The mean of the ensemble follows the exact one; 0.2 is about 3 standard errors of 200 members."""

    def linear(z: np.ndarray) -> Forecast:
        return Forecast(MODEL[:2] @ z, np.full(2, 0.1))

    targets = tuple(replace(target, centre=2.0, error=0.5, weight=weight) for target in TARGETS[:2])
    large = Settings(seed=4, members=200, steps=2, patients=1)
    posterior = fit(Problem(PRIORS, targets, linear, "linear"), large, tmp_path, silent).posterior
    expected = exact_mean(targets)
    np.testing.assert_allclose(posterior.mean(axis=0), expected, atol=0.2)
    other = exact_mean(tuple(replace(target, weight=1.05 - weight) for target in targets))
    assert np.abs(expected - other).max() > 0.5


def test_the_smallest_real_fit_runs_from_prior_to_posterior(tmp_path):
    settings = Settings(members=2, steps=1, patients=4)
    real = problem_of(settings)
    found = fit(real, settings, tmp_path, silent)
    assert found.posterior.shape == (2, len(real.priors))
    assert np.isfinite(found.posterior).all()
    # Any two members are perfectly correlated: no correlation is beyond chance, and the prior stays.
    np.testing.assert_array_equal(found.posterior, found.z[0])
    assert not np.array_equal(found.values[0, 0], found.values[0, 1], equal_nan=True)
    shown = np.isfinite(found.values).any(axis=(0, 1))
    # Of four patients a stage may be missing; rows about all patients are there.
    assert all(here for here, target in zip(shown, real.targets, strict=True) if target.row.arm in ("all", "autopsy"))
    again = fit(replace(real, forecast=None), settings, tmp_path, silent)  # type: ignore[arg-type]
    np.testing.assert_array_equal(again.posterior, found.posterior)
