"""Two drugs on one cell: how far their joint effect exceeds what either alone lets expect, by Bliss and by Loewe.

A dose is a multiple of the half-maximal concentration of the drug on its targets, so that dose D hits them with
theta = D / (D + 1) (`graded_response.occupancy`): the median cell, all targets of a drug alike. With u the read-out
untreated, x and y under each drug alone and z under both, the effect of a treatment is 1 - (its read-out) / u, and

- **Bliss** (independence) expects 1 - (x/u)(y/u); the excess is x y / u^2 - z / u.
- **Loewe** (dose additivity) expects the effect E at which d1 / D1(E) + d2 / D2(E) = 1, with D the dose of one drug
  alone that has the effect E, infinite where it never has it. The excess is the effect of both less E.
- The **combination index** is d1 / D1 + d2 / D2 at the effect of both (Chou and Talalay): below 1 for more than Loewe
  expects, and 0 where neither drug alone reaches that effect at any dose.

Curves of single drugs are taken as falling: a rise is chance and levelled. Intervals are those of the random numbers of
the simulation, by redrawing every read-out with its standard error; they say nothing about lines or parameters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from paget.errors import InputError
from paget.signalling.checks import Estimate, settled
from paget.signalling.graded_response import occupancy
from paget.signalling.library import CellNetwork

DOSES = (0.0, 0.5, 1.0, 2.0, 4.0, 16.0, 64.0)
"""Doses at which a drug alone is run, in half-maximal concentrations: theta from 0 to 0.985."""

REDRAWS = 2000
QUANTILES = (0.025, 0.975)
_LEAST_DOSE = 2.0**-12
"""Stands for no drug on the axis of ln(dose)."""
_HALVINGS = 50


Numbers: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """A number with the ends of its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Combination:
    """Excess of a pair of drugs over both expectations, as shares of the untreated read-out, and its index."""

    bliss: Interval
    loewe: Interval
    index: Interval

    def synergistic(self, margin: float) -> bool:
        """Whether both excesses lie above a margin with their whole intervals."""
        return min(self.bliss.low, self.loewe.low) > margin


@dataclass(frozen=True)
class Pair:
    """What was run of two drugs.

    Attributes:
        doses: of each drug in the pair, in half-maximal concentrations.
        first, second: the read-out under each drug alone at `DOSES`, the first of them untreated.
        both: the read-out under both at `doses`.
    """

    doses: tuple[float, float]
    first: tuple[Estimate, ...]
    second: tuple[Estimate, ...]
    both: Estimate


def run_pair(
    cell: CellNetwork,
    drugs: tuple[str, str],
    doses: tuple[float, float],
    *,
    genotype: Sequence[str] = (),
    environment: Mapping[str, float] | None = None,
    off: Sequence[str] = (),
    read_out: str = "proliferation",
    samples: int = 400,
    seed: int = 1,
    threads: int | None = None,
) -> Pair:
    """Run a cell under each drug at `DOSES` and under both at ``doses``; every run has a seed of its own.

    Raises InputError for an unknown name and for a dose that is not above 0.
    """
    if min(doses) <= 0.0:
        raise InputError(f"doses of a pair lie above 0, not {doses!r}", field="doses")

    def at(given: Mapping[str, float], place: int) -> Estimate:
        levels = {drug: occupancy(dose, 1.0) for drug, dose in given.items()}
        made = cell.condition(genotype, levels, environment, off)
        return settled(cell, *made, samples=samples, seed=seed + place, threads=threads)[read_out]

    untreated = at({}, 0)
    alone = [
        (untreated, *(at({drug: dose}, 1 + 2 * place + which) for place, dose in enumerate(DOSES[1:])))
        for which, drug in enumerate(drugs)
    ]
    return Pair(doses, alone[0], alone[1], at(dict(zip(drugs, doses, strict=True)), 2 * len(DOSES)))


def compare(pair: Pair, seed: int = 1) -> Combination:
    """Bliss and Loewe excess and combination index of a pair, with intervals.

    Raises InputError where the untreated read-out is 0, of which nothing can be a share.
    """
    if pair.first[0].value <= 0.0:
        raise InputError("the untreated cell shows nothing of the read-out", field="read_out")
    runs = (*pair.first, *pair.second[1:], pair.both)
    values, errors = (np.array([getattr(run, part) for run in runs]) for part in ("value", "error"))
    draws = np.maximum(np.random.default_rng(seed).normal(values, errors, (REDRAWS, len(runs))), 0.0)
    redrawn = _numbers(pair.doses, draws[draws[:, 0] > 0.0])
    # An index may be infinite, between which nothing can be interpolated.
    low, high = np.quantile(redrawn, QUANTILES, axis=0, method="nearest")
    found = _numbers(pair.doses, values[None, :])[0]
    bliss, loewe, index = (Interval(*map(float, each)) for each in zip(found, low, high, strict=True))
    return Combination(bliss, loewe, index)


def _numbers(doses: tuple[float, float], runs: Numbers) -> Numbers:
    """Bliss excess, Loewe excess and index of each draw, shape (draws, 3).

    runs: (draws, runs): first curve, second curve without its start, both.
    """
    count = len(DOSES)
    shares = runs / runs[:, :1]
    both = 1.0 - shares[:, -1]
    curves = (_effects(shares[:, :count]), _effects(np.concatenate([shares[:, :1], shares[:, count:-1]], axis=1)))
    left = [1.0 - _effect_at(curve, dose) for curve, dose in zip(curves, doses, strict=True)]
    bliss = left[0] * left[1] - (1.0 - both)
    return np.stack([bliss, both - loewe_effect(curves, doses), combination_index(curves, doses, both)], axis=1)


def _effects(shares: Numbers) -> Numbers:
    """Effects at `DOSES` as curves that never fall, from the read-out as a share of the untreated one."""
    return np.maximum.accumulate(1.0 - shares, axis=1)


def _effect_at(effects: Numbers, dose: float) -> Numbers:
    return np.array([np.interp(np.log(dose), _LOG_DOSES, curve) for curve in effects])


def dose_for(effects: Numbers, effect: Numbers) -> Numbers:
    """Dose of one drug alone with an effect, linear in ln(dose) between `DOSES`; infinite where it never has it.

    effects: curves at `DOSES`, never falling, shape (n, doses); effect: share of the read-out that is lost, shape (n,).
    """
    above = effects >= effect[:, None]
    upper = np.maximum(above.argmax(axis=1), 1)
    rows = np.arange(len(effects))
    start, end = effects[rows, upper - 1], effects[rows, upper]
    part = np.clip(np.divide(effect - start, end - start, out=np.zeros(len(rows)), where=end > start), 0.0, 1.0)
    doses = np.exp(_LOG_DOSES[upper - 1] + part * (_LOG_DOSES[upper] - _LOG_DOSES[upper - 1]))
    return np.where(effect <= 0.0, 0.0, np.where(above.any(axis=1), doses, np.inf))


def combination_index(curves: tuple[Numbers, Numbers], doses: tuple[float, float], effect: Numbers) -> Numbers:
    """d1 / D1 + d2 / D2 at an effect of both, for each of the curves; infinite for no effect."""
    total = np.zeros(len(effect))
    for dose, curve in zip(doses, curves, strict=True):
        needed = dose_for(curve, effect)
        total += np.divide(dose, needed, out=np.full(len(effect), np.inf), where=needed > 0.0)
    return total


def loewe_effect(curves: tuple[Numbers, Numbers], doses: tuple[float, float]) -> Numbers:
    """The largest effect at which the combination index is still 1 or more, for each of the curves."""
    low, high = np.zeros(len(curves[0])), np.ones(len(curves[0]))
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        more = combination_index(curves, doses, middle) >= 1.0
        low, high = np.where(more, middle, low), np.where(more, high, middle)
    return low


_LOG_DOSES = np.log(np.array((_LEAST_DOSE, *DOSES[1:])))
