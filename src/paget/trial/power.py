"""How many persons or events a trial needs: events for a log-rank test, Simon's two stages, power by simulation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from paget.trial.survival import Floats, wilson_interval


def schoenfeld_events(hazard_ratio: float, *, alpha: float, power: float, share: float = 0.5) -> float:
    """Events that a two-sided log-rank test needs, (z_(1 - alpha/2) + z_power)^2 / (p (1 - p) ln(HR)^2).

    share: p, the part of persons in one arm. Schoenfeld 1983, doi:10.2307/2531021. Infinite for a ratio of 1.
    """
    quantile = NormalDist().inv_cdf
    effect = share * (1.0 - share) * np.log(hazard_ratio) ** 2
    return float((quantile(1.0 - alpha / 2.0) + quantile(power)) ** 2 / effect) if effect > 0.0 else np.inf


@dataclass(frozen=True)
class Power:
    """Share of simulated trials with p below alpha and its 95 % Wilson interval; trials without a p count as missed."""

    value: float
    low: float
    high: float
    trials: int


def simulated_power(p_value: Callable[[int], float], *, trials: int, alpha: float) -> Power:
    """Power of a design; p_value: the p of trial number 0 .. trials - 1 (NaN: none)."""
    found = sum(1 for number in range(trials) if p_value(number) < alpha)
    low, high = wilson_interval(found, trials)
    return Power(found / trials if trials else np.nan, low, high, trials)


@dataclass(frozen=True)
class TwoStage:
    """Simon's design: n1 persons, stop at r1 responses or fewer; then n in all, no effect at r or fewer.

    expected_size and stop_probability are those under p0; error and power those attained.
    """

    r1: int
    n1: int
    r: int
    n: int
    expected_size: float
    stop_probability: float
    error: float
    power: float


def simon_two_stage(
    p0: float, p1: float, *, alpha: float, beta: float, largest: int
) -> tuple[TwoStage | None, TwoStage | None]:
    """(optimal, minimax) two-stage design for response rates p0 (not worth while) and p1 (wanted), p0 < p1.

    By exact enumeration of designs of at most `largest` persons: the optimal one has the least expected size under p0,
    the minimax one the least n and among those the least expected size. None where no such design keeps both errors.
    Simon 1989, doi:10.1016/0197-2456(89)90015-9.
    """
    designs = [
        design
        for n in range(2, largest + 1)
        for n1 in range(1, n)
        for design in _designs(n1, n, p0, p1, alpha, beta)
    ]  # fmt: skip
    if not designs:
        return (None, None)
    optimal = min(designs, key=lambda design: (design.expected_size, design.n))
    return (optimal, min(designs, key=lambda design: (design.n, design.expected_size)))


def _designs(n1: int, n: int, p0: float, p1: float, alpha: float, beta: float) -> list[TwoStage]:
    """The design of least expected size with these numbers of persons; empty where none keeps both errors."""
    error, early = _beyond(n1, n, p0)
    power, _ = _beyond(n1, n, p1)
    r1, r = np.nonzero((error <= alpha) & (power >= 1.0 - beta))
    if not len(r1):
        return []
    # A larger r1 stops more often under p0; of its r the least has the most power.
    best = int(np.lexsort((r, -r1))[0])
    k1, k = int(r1[best]), int(r[best])
    size = n1 + (1.0 - float(early[k1])) * (n - n1)
    return [TwoStage(k1, n1, k, n, size, float(early[k1]), float(error[k1, k]), float(power[k1, k]))]


def _beyond(n1: int, n: int, p: float) -> tuple[Floats, Floats]:
    """Chance to end with more than r responses and not to stop at r1, (n1, n) for r1 < n1, r < n; and to stop early."""
    from scipy.stats import binom

    first = np.arange(n1 + 1)
    mass = binom.pmf(first, n1, p)
    more = binom.sf(np.arange(n)[None, :] - first[:, None], n - n1, p)
    passed = np.cumsum((mass[:, None] * more)[::-1], axis=0)[::-1]
    return passed[1:], np.cumsum(mass)
