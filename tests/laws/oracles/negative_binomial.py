"""Seeds of a primary that grows from one cell by pure birth to M cells; each divides at lambda, seeds at q.

Between k and k + 1 cells the number of seeds is geometric, P(j) = p (1 - p)^j, p = lambda / (lambda + q), whatever k;
the sum of M - 1 of them is negative binomial. Seeds that last with probability s are seeds at the rate q s
(thinning). From a primary of given size N(t) the number is Poisson with mean q s int N dt.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import stats


def seeds(cells: int, division: float, seeding: float, survival: float = 1.0):
    """The frozen law (scipy) of the lasting seeds by the time the primary has `cells` cells."""
    return stats.nbinom(cells - 1, division / (division + seeding * survival))


def moments(cells: int, division: float, seeding: float, survival: float = 1.0) -> tuple[float, float, float]:
    """Mean (M - 1) q/lambda, variance mean (1 + q/lambda), P(none) = (lambda / (lambda + q))^(M - 1)."""
    ratio = seeding * survival / division
    mean = (cells - 1) * ratio
    return mean, mean * (1.0 + ratio), (1.0 + ratio) ** -(cells - 1)


def drawn(cells: int, division: float, seeding: float, primaries: int, chance: np.random.Generator) -> np.ndarray:
    """Seeds of `primaries` primaries, event by event: every event is a division or a seed, until M cells."""
    found = np.zeros(primaries, int)
    for _ in range(cells - 1):
        waiting = np.ones(primaries, bool)
        while waiting.any():
            seeded = waiting & (chance.random(primaries) < seeding / (division + seeding))
            found += seeded
            waiting = seeded
    return found


def poisson_mean_exponential(start: float, growth: float, days: float, seeding: float, survival: float = 1.0) -> float:
    """Mean seeds of N(t) = N_0 e^(g t) up to day `days`: q s N_0 (e^(g days) - 1) / g."""
    return seeding * survival * start * (math.expm1(growth * days) / growth if growth else days)


def poisson(mean: float):
    """The frozen law (scipy) of the seeds of a primary of given size."""
    return stats.poisson(mean)
