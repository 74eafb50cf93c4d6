"""How many persons or events a trial needs: events for a log-rank test, Simon's two stages, power by simulation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from paget.errors import InputError
from paget.trial.survival import Floats, wilson_interval


def schoenfeld_events(hazard_ratio: float, *, alpha: float, power: float, share: float = 0.5) -> float:
    """Events that a two-sided log-rank test needs, (z_(1 - alpha/2) + z_power)^2 / (p (1 - p) ln(HR)^2).

    hazard_ratio: above 0; alpha, power: shares between 0 and 1; share: p, the part of persons in one arm, between 0
    and 1. Events in both arms together, not rounded; infinite for a ratio of 1. Schoenfeld 1983, doi:10.2307/2531021.
    Raises InputError for a value outside these bounds.
    """
    _between_0_and_1(alpha=alpha, power=power, share=share)
    if not 0.0 < hazard_ratio < np.inf:
        raise InputError(f"a hazard ratio of {hazard_ratio:g} is impossible", remedy="Give one above 0.")
    quantile = NormalDist().inv_cdf
    effect = share * (1.0 - share) * np.log(hazard_ratio) ** 2
    return float((quantile(1.0 - alpha / 2.0) + quantile(power)) ** 2 / effect) if effect > 0.0 else np.inf


def _between_0_and_1(**shares: float) -> None:
    for name, value in shares.items():
        if not 0.0 < value < 1.0:
            raise InputError(f"{name} = {value:g} is no share between 0 and 1", remedy="Write 5 % as 0.05.")


@dataclass(frozen=True)
class Power:
    """Share of simulated trials with p below alpha and its 95 % Wilson interval; trials without a p count as missed."""

    value: float
    low: float
    high: float
    trials: int


def simulated_power(p_value: Callable[[int], float], *, trials: int, alpha: float) -> Power:
    """Power of a design by simulation, with a Wilson interval; NaN for no trials.

    p_value: simulates trial number 0 .. trials - 1 and returns its p (NaN: none); alpha: share between 0 and 1, below
    which p is significant. Raises InputError for another alpha.
    """
    _between_0_and_1(alpha=alpha)
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

    p0, p1, alpha (chance to go on under p0), beta (chance to stop under p1): shares between 0 and 1; largest: persons.
    Takes about largest^2 evaluations of a binomial table. Raises InputError for other shares, or p1 not above p0.
    """
    _between_0_and_1(p0=p0, p1=p1, alpha=alpha, beta=beta)
    if p1 <= p0:
        raise InputError(f"p1 = {p1:g} is not above p0 = {p0:g}", remedy="Give the wanted rate as p1.")
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
