"""Lesions that grow into one another: Kolmogorov 1937, Johnson & Mehl 1939, Avrami 1939 (doi:10.1063/1.1750380).

Founders are a Poisson process in space and time, `rate`(t) per volume and day; each becomes a ball of radius
`radius`(age). The expected covered share is 1 - e^(-X), X the summed volumes per volume, whatever the overlap. A ball
of volume v counts in full; the law is exact in unbounded tissue and on a torus larger than the balls.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy.integrate import quad

BALL = 4.0 * math.pi / 3.0


def summed(t: float, rate: Callable[[float], float], radius: Callable[[float], float]) -> float:
    """X(t) = int_0^t rate(s) (4 pi/3) radius(t - s)^3 ds, overlaps counted twice."""
    return quad(lambda s: rate(s) * BALL * radius(t - s) ** 3, 0.0, t, epsrel=1e-11, limit=200)[0]


def covered(summed_volume):
    """Expected share of the tissue inside at least one ball: 1 - e^(-X)."""
    return -np.expm1(-np.asarray(summed_volume, float))


def constant_rates(t, rate: float, speed: float):
    """X for founders at a constant rate and radius speed * age: (pi/3) I G^3 t^4 (Avrami's exponent 4)."""
    return math.pi / 3.0 * rate * speed**3 * np.asarray(t, float) ** 4


def all_at_once(t, density: float, speed: float):
    """X for founders that are all there on day 0: (4 pi/3) n (G t)^3 (Avrami's exponent 3)."""
    return BALL * density * (speed * np.asarray(t, float)) ** 3


def covered_by_given(volumes, tissue: float) -> float:
    """Expected covered share of a torus of volume V by balls at uniform places: 1 - prod (1 - v/V)."""
    return float(-np.expm1(np.log1p(-np.asarray(volumes, float) / tissue).sum()))


def founded_in_free_tissue(t: float, rate: Callable[[float], float], radius: Callable[[float], float]) -> float:
    """Expected founders per volume by day `t` that land outside every other ball: int rate(s) e^(-X(s)) ds."""
    return quad(lambda s: rate(s) * math.exp(-summed(s, rate, radius)), 0.0, t, epsrel=1e-9, limit=200)[0]


def alone(density: float, radii, weights=None) -> float:
    """Expected balls per volume that touch no other, radii independent with the given weights.

    A ball of radius r is alone with exp(-n E (4 pi/3)(r + R)^3).
    """
    radii = np.atleast_1d(np.asarray(radii, float))
    weights = np.full(len(radii), 1.0 / len(radii)) if weights is None else np.asarray(weights, float)
    reach = BALL * (radii[:, None] + radii[None, :]) ** 3 @ weights
    return float(density * weights @ np.exp(-density * reach))


def thrown(radii, side: float, probes: int, chance: np.random.Generator) -> tuple[float, int]:
    """Share of `probes` random points covered and number of balls alone, for balls thrown on a torus of side `side`."""
    radii = np.asarray(radii, float)
    centres = chance.random((len(radii), 3)) * side
    points = chance.random((probes, 3)) * side

    def apart(left, right):
        gap = np.abs(left[:, None, :] - right[None, :, :])
        return np.sqrt((np.minimum(gap, side - gap) ** 2).sum(axis=2))

    inside = (apart(points, centres) < radii).any(axis=1)
    touching = apart(centres, centres) < radii[:, None] + radii
    return float(inside.mean()), int((touching.sum(axis=1) == 1).sum())
