"""Rates in few classes, so that a total rate is a sum of whole numbers times rates and a draw within one is uniform."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_CLASSES = 16


@dataclass(frozen=True)
class RateClasses:
    """Classes 1, 2, … by falling rate; class 0 is the rate 0.

    Attributes:
        bounds: largest rate of each class, shape [classes + 1].
        bad: class of rates that are negative or not finite (its bound is 0), 0 if no table holds any.
        thinned: whether some class holds different rates, so that a flip is accepted with probability rate / bound.
    """

    bounds: NDArray[np.float64]
    bad: int
    thinned: bool

    @classmethod
    def of(cls, rates: Sequence[NDArray[np.float64]]) -> RateClasses:
        """The classes of all rates that occur in tables."""
        distinct = np.unique(np.concatenate([np.ravel(each) for each in rates]))
        good = np.isfinite(distinct) & (distinct >= 0.0)
        positive = distinct[good & (distinct > 0.0)]
        tops = _tops(positive)
        bounds = np.concatenate([[0.0], tops[::-1], [0.0] * (not good.all())])
        return cls(bounds, 0 if good.all() else len(bounds) - 1, len(tops) < len(positive))

    def classes(self, rates: NDArray[np.float64]) -> NDArray[np.uint8]:
        """The class of each rate."""
        tops = self.bounds[1 : len(self.bounds) - bool(self.bad)][::-1]
        found = len(tops) - np.searchsorted(tops, rates)
        found = np.where(rates == 0.0, 0, found)
        return np.where(np.isfinite(rates) & (rates >= 0.0), found, self.bad).astype(np.uint8)


def _tops(rates: NDArray[np.float64]) -> NDArray[np.float64]:
    """Largest rate of each class, ascending: each rate its own if few, else classes of about equal ratios."""
    if len(rates) <= MOST_CLASSES:
        return rates
    spread = rates[-1] / rates[0]
    low, high = 1.0, spread
    for _ in range(60):  # halves the interval of the ratio until the float64 is exhausted
        middle = np.sqrt(low * high)
        low, high = (low, middle) if len(_grouped(rates, middle)) <= MOST_CLASSES else (middle, high)
    return _grouped(rates, high)


def _grouped(rates: NDArray[np.float64], ratio: float) -> NDArray[np.float64]:
    """Largest rates of the classes when each begins at its largest and reaches down by `ratio`."""
    reached = rates * ratio
    tops: list[float] = []
    left = len(rates)
    while left:
        tops.append(float(rates[left - 1]))
        left = int(np.searchsorted(reached[:left], tops[-1]))
    return np.array(tops[::-1])
