"""Decisions at a stated error probability: a correct model fails one of them with probability ERROR over the seed.

Seeds are fixed, so a test that passes once passes always.
"""

from __future__ import annotations

import numpy as np
from scipy import stats

ERROR = 1e-6
"""Error probability of one test."""

EXPECTED = 20.0
"""Smallest expected count of a class; at 20 the chi-square law holds far enough into the tail."""


def assert_z(observed: float, expected: float, variance: float) -> None:
    """`observed` is a sum of many independent terms with this expectation and variance."""
    z = (observed - expected) / np.sqrt(variance)
    assert 2.0 * stats.norm.sf(abs(z)) > ERROR, f"z = {z:.2f}: {observed:.6g} where {expected:.6g} is expected"


def assert_counts(observed, expected, *, estimated: int = 1) -> None:
    """Chi-square of counts against expected counts; `estimated`: constraints (0: independent Poisson counts)."""
    observed, expected = merged(np.asarray(observed, float), np.asarray(expected, float))
    statistic = float(((observed - expected) ** 2 / expected).sum())
    freedom = len(observed) - estimated
    assert freedom >= 1
    p = stats.chi2.sf(statistic, freedom)
    worst = np.argsort(-((observed - expected) ** 2 / expected))[:6]
    assert p > ERROR, (
        f"chi-square {statistic:.1f}, {freedom} degrees of freedom; (class, observed, expected): "
        f"{[(int(k), float(observed[k]), round(float(expected[k]), 1)) for k in np.sort(worst)]}"
    )


def merged(observed: np.ndarray, expected: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Neighbouring classes joined, left to right, until each expects at least EXPECTED."""
    together: list[list[float]] = []
    open_class = [0.0, 0.0]
    for seen, mean in zip(observed, expected, strict=True):
        open_class = [open_class[0] + seen, open_class[1] + mean]
        if open_class[1] >= EXPECTED:
            together.append(open_class)
            open_class = [0.0, 0.0]
    if open_class[1] > 0.0 or open_class[0] > 0.0:
        together[-1] = [together[-1][0] + open_class[0], together[-1][1] + open_class[1]]
    return np.array(together)[:, 0], np.array(together)[:, 1]


def assert_follows(draws, probability) -> None:
    """Whole-numbered draws follow `probability[0..top]`; what is left of 1 belongs to everything above."""
    draws = np.asarray(draws)
    assert np.array_equal(draws, np.floor(draws))
    assert draws.min() >= 0.0
    top = len(probability) - 1
    observed = np.bincount(np.minimum(draws, top + 1).astype(int), minlength=top + 2)
    share = np.append(probability, max(0.0, 1.0 - float(np.sum(probability))))
    assert_counts(observed, share * len(draws))
