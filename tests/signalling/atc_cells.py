"""Cells of the anaplastic carcinoma network for tests: what they do in a condition, in share of the time.

Averages over 150 cells from the 90th to the 150th hour: the standard error of a share is at most 0.041, so limits that
are 0.15 off hold at 3.7 standard errors; the seed is fixed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache

from paget.knowledge.networks import Condition, parse_condition
from paget.signalling.checks import Estimate, settled
from paget.signalling.library import network

CELLS = 150
MANY = 400
SEED = 20_061
NORMAL_95 = 1.96


@cache
def _estimates(condition: str, off: tuple[str, ...], cells: int, seed: int) -> Mapping[str, Estimate]:
    atc = network("atc")
    given = parse_condition(condition)
    given = Condition(given.genotype, given.drugs, given.environment, given.held, (*given.off, *off))
    return settled(atc, *atc.of(given), samples=cells, seed=seed, threads=1)


@cache
def _shares(condition: str, off: tuple[str, ...], cells: int) -> dict[str, float]:
    return {name: each.value for name, each in _estimates(condition, off, cells, SEED).items()}


def _off(switches: Mapping[str, float] | None) -> tuple[str, ...]:
    return tuple(sorted(name for name, factor in (switches or {}).items() if factor == 0.0))


def shares(condition: str = "", switches: Mapping[str, float] | None = None, cells: int = CELLS) -> dict[str, float]:
    """Share of the time of every node and read-out; ``switches`` as of the fixture ``mechanisms``."""
    return _shares(condition, _off(switches), cells)


def bliss_excess(
    cell: str, first: str, second: str, read_out: str, switches: Mapping[str, float] | None = None
) -> tuple[float, float, float]:
    """Bliss excess and the ends of its 95 % interval over the random numbers (not over cell lines or parameters).

    With u, x, y, z the read-out untreated, under each drug and under both, and effects 1 - x/u as fractions of the
    untreated read-out, the excess (1 - z/u) - (1 - (x/u)(y/u)) = xy/u^2 - z/u. Its error is that of the delta method;
    the four runs have seeds of their own, so that their errors are independent.
    """
    under = ("", *(f"; drugs={drugs}" for drugs in (first, second, f"{first},{second}")))
    found = [_estimates(f"{cell}{drugs}", _off(switches), MANY, SEED + place) for place, drugs in enumerate(under)]
    u, x, y, z = (each[read_out].value for each in found)
    slopes = (z / u**2 - 2.0 * x * y / u**3, y / u**2, x / u**2, -1.0 / u)
    error = math.hypot(*(slope * each[read_out].error for slope, each in zip(slopes, found, strict=True)))
    excess = x * y / u**2 - z / u
    return excess, excess - NORMAL_95 * error, excess + NORMAL_95 * error
