"""The fit from prior to posterior; killed at any moment, it goes on where it was.

Every forecast is saved when it is done; the ensemble between two steps follows from the forecasts. A folder begun with
other settings, another model or other data is refused.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from paget import knowledge
from paget.calibration import emulator, smoother
from paget.calibration.forecast import Forecast, forecast
from paget.calibration.priors import free_parameters, model_values
from paget.calibration.targets import Target, centres, fit_targets, merits, read_outs, variances, weights
from paget.compute.cache import source_hash
from paget.errors import InputError
from paget.knowledge.fitted import NATURAL_HISTORY, Prior
from paget.knowledge.reading import shipped

Floats = NDArray[np.float64]

MODEL = ("body", "compute", "knowledge", "patient", "scenario", "signalling", "therapy", "tissue", "trial")
"""Folders whose code decides a forecast."""

FINER = 4
"""The place that is installed is looked for with this many times the patients of a member."""

RESULTS = ("fitted.csv", "posterior.csv")
"""Data that a fit writes and doesn't read."""


@dataclass(frozen=True)
class Settings:
    """Size of a fit: members of the ensemble, steps of assimilation, patients per cohort, rounds of refinement."""

    disease: str = "atc"
    stage: int = 1
    seed: int = 1
    members: int = 40
    steps: int = 4
    patients: int = 60
    rounds: int = 8

    @property
    def finer(self) -> Settings:
        """Settings of a forecast of the refinement."""
        return replace(self, patients=FINER * self.patients)


@dataclass(frozen=True)
class Problem:
    """Free parameters, rows to fit, and the forecast of the rows at a place of the normal scale, (priors,)."""

    priors: tuple[Prior, ...]
    targets: tuple[Target, ...]
    forecast: Callable[[Floats], Forecast]
    fingerprint: str


@dataclass(frozen=True)
class Ensembles:
    """The ensemble before every step and after the last, (steps + 1, members, priors), and the forecasts in between.

    values, errors: (steps, members, targets) on the rows' scales; errors are those of Monte Carlo.
    """

    z: Floats
    values: Floats
    errors: Floats

    @property
    def forecasts(self) -> Forecasts:
        """All places with a forecast."""
        rows = self.values.shape[-1]
        return Forecasts(
            self.z[:-1].reshape(-1, self.z.shape[-1]), self.values.reshape(-1, rows), self.errors.reshape(-1, rows)
        )

    @property
    def posterior(self) -> Floats:
        """The last ensemble, (members, priors)."""
        return self.z[-1]


@dataclass(frozen=True)
class Forecasts:
    """Forecasts at places: z (forecasts, priors); values and errors (forecasts, targets)."""

    z: Floats
    values: Floats
    errors: Floats

    def with_one(self, place: Floats, one: Forecast) -> Forecasts:
        """These and one more."""
        pairs = ((self.z, place), (self.values, one.value), (self.errors, one.error))
        return Forecasts(*(np.vstack([many, more]) for many, more in pairs))

    def best(self, problem: Problem, count: int) -> list[Floats]:
        """The `count` places of the least penalised misfit by their own forecasts."""
        variance = variances(problem.targets) + np.nan_to_num(self.errors) ** 2
        centre, weight = centres(problem.targets), merits(problem.targets)
        penalised = [
            emulator.misfit(value, centre, row, weight) + float(place @ place)
            for place, value, row in zip(self.z, self.values, variance, strict=True)
        ]
        return [self.z[index] for index in np.argsort(penalised)[:count]]


def problem_of(settings: Settings, threads: int = 1) -> Problem:
    """The stage's problem with the disease's own rows; the natural history keeps to the priors on read-outs too."""
    priors, targets = free_parameters(settings.disease, settings.stage), fit_targets(settings.disease, settings.stage)
    if settings.stage == NATURAL_HISTORY:
        targets = (*targets, *read_outs(settings.disease))
    records = knowledge.shipped_library().unfitted_parameters(settings.disease)

    def of(z: Floats) -> Forecast:
        values = model_values(priors, z, records)
        return forecast(
            settings.disease, targets, values, patients=settings.patients, seed=settings.seed, threads=threads
        )

    return Problem(priors, targets, of, fingerprint() + _installed(settings))


def fingerprint() -> str:
    """A hash of all code and data that decide a forecast."""
    data = shipped()
    root = Path(str(data))
    digest = hashlib.blake2b(digest_size=12)
    for folder in MODEL:
        digest.update(source_hash(root.parents[1] / folder).encode())
    for path in sorted(root.rglob("*.csv")) + sorted(root.rglob("*.yaml")):
        if path.name not in RESULTS:
            digest.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def _installed(settings: Settings) -> str:
    """The fitted values of the other stage, with which this one is made."""
    known = knowledge.shipped_library().parameters(settings.disease)
    others = [prior for prior in knowledge.shipped_library().priors(settings.disease) if prior.stage != settings.stage]
    return "".join(f" {symbol}={known[symbol].value!r}" for prior in others for symbol in prior.symbols)


def fit(problem: Problem, settings: Settings, directory: Path, progress: Callable[[str], None] = print) -> Ensembles:
    """Run the fit, or what is left of it, in `directory`; InputError where it holds another one."""
    # A fit goes on with more rounds: they begin after it.
    size = {name: value for name, value in asdict(settings).items() if name != "rounds"}
    _claim(directory, {**size, "fingerprint": problem.fingerprint})
    z = smoother.draws(settings.seed, 0, settings.members, len(problem.priors))
    ensembles, values, errors = [z], [], []
    for step in range(settings.steps):
        found = [
            _forecast_at(problem, place, directory / f"{step}-{member}.json", progress)
            for member, place in enumerate(z)
        ]
        simulated, error = (np.array([getattr(one, name) for one in found]) for name in ("value", "error"))
        noise = smoother.draws(settings.seed, step + 1, settings.members, len(problem.targets))
        z = smoother.update(
            z, simulated, centres(problem.targets), _variance(problem.targets, error), float(settings.steps), noise
        )
        ensembles.append(z)
        values.append(simulated)
        errors.append(error)
        progress(f"step {step + 1} of {settings.steps}: mean shrinkage {smoother.shrinkage(z).mean():.3f}")
    return Ensembles(np.array(ensembles), np.array(values), np.array(errors))


def refine(
    problem: Problem, settings: Settings, found: Ensembles, directory: Path, progress: Callable[[str], None] = print
) -> Floats:
    """The place of the least penalised misfit, (priors,), or what is left to find it; `problem`: with `settings.finer`.

    The first round tries the medians of the posterior, which need not lie where its members do; each other the place
    that is best by an emulator of all forecasts so far, to which it adds its own.
    """
    centre, weight = centres(problem.targets), merits(problem.targets)
    known, middle = found.forecasts, np.median(found.posterior, axis=0)
    usual = np.nanmedian(known.errors, axis=0) / np.sqrt(FINER)
    tried: list[tuple[float, Floats]] = []
    for turn in range(settings.rounds):
        starts = [middle, *(place for _, place in sorted(tried, key=lambda each: each[0])[:2]), *known.best(problem, 3)]
        learned = emulator.Emulator(known.z, known.values, known.errors)
        place = middle
        if turn:
            place = emulator.best_place(learned, starts, centre, variances(problem.targets) + usual**2, weight)
        one = _forecast_at(problem, place, directory / f"refined-{turn}.json", progress)
        known = known.with_one(place, one)
        variance = variances(problem.targets) + np.nan_to_num(one.error) ** 2
        tried.append((emulator.misfit(one.value, centre, variance, weight) + float(place @ place), place))
        progress(f"round {turn + 1} of {settings.rounds}: penalised misfit {tried[-1][0]:.1f}")
    return min(tried, key=lambda each: each[0])[1]


def _variance(targets: Sequence[Target], error: Floats) -> Floats:
    """Variance of what a row's simulated and observed value may differ by, with its weight."""
    squared = np.where(np.isfinite(error), error**2, 0.0)
    known = np.maximum(np.isfinite(error).sum(axis=0), 1)
    return (variances(targets) + squared.sum(axis=0) / known) / weights(targets)


def _forecast_at(problem: Problem, z: Floats, path: Path, progress: Callable[[str], None]) -> Forecast:
    if path.is_file():
        held = json.loads(path.read_text(encoding="utf-8"))
        if held["z"] != z.tolist():
            raise InputError(
                "holds another place of the parameters", file=str(path), remedy="Use an empty folder for this fit."
            )
        return Forecast(_with_gaps(held["value"]), _with_gaps(held["error"]))
    found = problem.forecast(z)
    _write(path, {"z": z.tolist(), "value": _json(found.value), "error": _json(found.error)})
    progress(f"{path.stem}")
    return found


def _with_gaps(values: Sequence[float | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], np.float64)


def _json(values: Floats) -> list[float | None]:
    return [float(value) if np.isfinite(value) else None for value in values]


def _claim(directory: Path, about: dict[str, object]) -> None:
    """Mark the folder as this fit's; InputError if it is another's."""
    path = directory / "fit.json"
    if not path.is_file():
        directory.mkdir(parents=True, exist_ok=True)
        _write(path, about)
        return
    held = json.loads(path.read_text(encoding="utf-8"))
    different = sorted(name for name in {*held, *about} if held.get(name) != about.get(name))
    if different:
        raise InputError(
            f"the folder holds a fit with another {' and '.join(different)}",
            file=str(directory),
            remedy="Finish that one with its own settings and version, or use an empty folder.",
        )


def _write(path: Path, content: dict[str, object]) -> None:
    """Write JSON that is either whole or not there."""
    partial = path.with_suffix(".partial")
    with partial.open("w", encoding="utf-8") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)
