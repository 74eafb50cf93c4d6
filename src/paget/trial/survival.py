"""Survival statistics: Kaplan-Meier with Greenwood intervals, medians, incidence of competing causes, shares.

Estimates come from statsmodels; the log-log interval of the survival function (Kalbfleisch & Prentice) is added here:
S^exp(+-z se / (S ln S)), se by Greenwood. Comparisons of arms are in log_rank.py, proportional_hazards.py and
restricted_mean.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

DAYS_PER_MONTH = 365.25 / 12.0
"""Length of a month in days wherever results are given in months."""

WHOLE_DAY = 1.0
"""Follow-up ends with a whole day, which may be less than one before a number of months."""

LEVEL = 0.95
"""Confidence level of intervals unless another is asked for."""

FEWEST_EVENTS = 5
"""Below this many events no large-sample error is given: the estimate's interval and p are NaN, its note says so."""

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class KaplanMeier:
    """Right-continuous estimate at event times (days): survival, 95 % log-log interval, numbers at risk just before.

    error: Greenwood's standard error S sqrt(sum d / (n (n - d))) of d deaths among n at risk; NaN where nobody is left.
    """

    time: Floats
    survival: Floats
    low: Floats
    high: Floats
    at_risk: Floats
    followed: Floats
    error: Floats

    def at(self, time: float, *, within: float = 0.0) -> tuple[float, float, float]:
        """(S, low, high) at `time` days; NaN beyond the last observation while anyone was still alive there.

        within: days less than which a time may lie beyond it, `WHOLE_DAY` for months: 24 of them, 730.5 days, are
        followed to the end of day 730.
        """
        beyond = len(self.followed) and time > self.followed[-1] and time - self.followed[-1] >= within
        if not len(self.followed) or (beyond and self._survivors()):
            return (np.nan, np.nan, np.nan)
        position = int(np.searchsorted(self.time, time, side="right")) - 1
        if position < 0:
            return (1.0, 1.0, 1.0)
        return (float(self.survival[position]), float(self.low[position]), float(self.high[position]))

    def _survivors(self) -> bool:
        return not len(self.survival) or self.survival[-1] > 0

    def median(self) -> tuple[float, float, float]:
        """(median, low, high) in days where curve and interval cross 1/2 (Brookmeyer-Crowley); NaN: not reached."""
        return (self._crossing(self.survival), self._crossing(self.low), self._crossing(self.high))

    def _crossing(self, curve: Floats) -> float:
        # The product of survival steps may miss 1/2 by its rounding.
        below = np.flatnonzero(curve <= 0.5 + np.sqrt(np.finfo(np.float64).eps))
        return float(self.time[below[0]]) if len(below) else np.nan

    def plot(self, axes: Axes | None = None, label: str | None = None) -> Axes:
        """Draw the step curve with its interval (months on the abscissa) into matplotlib axes; returns them."""
        import matplotlib.pyplot as pyplot

        shown = axes if axes is not None else pyplot.subplots()[1]
        months = np.concatenate([[0.0], self.time]) / DAYS_PER_MONTH
        lines = shown.step(months, np.concatenate([[1.0], self.survival]), where="post", label=label)
        band = (np.concatenate([[1.0], self.low]), np.concatenate([[1.0], self.high]))
        shown.fill_between(months, *band, step="post", alpha=1.0 / 4.0, color=lines[0].get_color())
        shown.set(xlabel="months", ylabel="survival", ylim=(0, 1))
        return shown

    def number_at_risk(self, time: float) -> int:
        """Persons still observed and alive just before `time` days."""
        return int(len(self.followed) - np.searchsorted(self.followed, time, side="left"))


def kaplan_meier(time: Floats, event: NDArray[np.bool_], level: float = LEVEL) -> KaplanMeier:
    """Estimate from times (days, shape (n,)) and whether each ended in the event; empty input gives empty curves."""
    order = np.sort(np.asarray(time, np.float64))
    if not np.any(event):
        none = np.array([])
        return KaplanMeier(none, none, none, none, none, order, none)
    from statsmodels.duration.survfunc import SurvfuncRight

    fitted = SurvfuncRight(np.asarray(time, np.float64), np.asarray(event, np.int64))
    survival, error = np.asarray(fitted.surv_prob, np.float64), np.asarray(fitted.surv_prob_se, np.float64)
    low, high = log_log_interval(survival, error, level)
    at_risk = np.asarray(fitted.n_risk, np.float64)
    return KaplanMeier(np.asarray(fitted.surv_times, np.float64), survival, low, high, at_risk, order, error)


def log_log_interval(survival: Floats, error: Floats, level: float = LEVEL) -> tuple[Floats, Floats]:
    """Pointwise interval on the log(-log S) scale; where S is 0 or 1 it is the point itself."""
    z = normal_quantile(level)
    inner = (survival > 0.0) & (survival < 1.0)
    low, high = survival.copy(), survival.copy()
    logarithm = np.log(survival[inner])
    width = z * error[inner] / (survival[inner] * np.abs(logarithm))
    low[inner] = np.exp(logarithm * np.exp(width))
    high[inner] = np.exp(logarithm * np.exp(-width))
    return low, high


def normal_quantile(level: float = LEVEL) -> float:
    """Half-width of a two-sided normal interval in standard errors."""
    return NormalDist().inv_cdf(0.5 + level / 2.0)


def cumulative_incidence(time: Floats, cause: NDArray[np.int64], causes: int) -> tuple[Floats, Floats]:
    """Aalen-Johansen incidence of competing causes.

    cause: 0 censored, 1 .. causes. Returns (times of any event, incidence of shape (causes, times)).
    """
    if not np.any(cause > 0):
        return np.array([]), np.zeros((causes, 0))
    overall = kaplan_meier(time, cause > 0)
    return overall.time, np.cumsum(_survived_before(overall) * _events_by_cause(overall, time, cause, causes)
                                   / overall.at_risk, axis=1)  # fmt: skip


def cumulative_incidence_error(time: Floats, cause: NDArray[np.int64], causes: int) -> Floats:
    """Standard error of `cumulative_incidence`, (causes, times); an interval is `log_log_interval` of the incidence.

    By the delta method (Marubini and Valsecchi 1995), with d_i deaths, d_ki of cause k, among n_i,
    the square of the error of F_k(t) is the sum over the times t_i <= t of

        (F_k(t) - F_k(t_i))^2 d_i / (n_i (n_i - d_i)) + S(t_i-)^2 d_ki (n_i - d_ki) / n_i^3
        - 2 (F_k(t) - F_k(t_i)) S(t_i-) d_ki / n_i^2

    With one cause it is Greenwood's.
    """
    times, incidence = cumulative_incidence(time, cause, causes)
    if not len(times):
        return incidence
    overall = kaplan_meier(time, cause > 0)
    n, before = overall.at_risk, _survived_before(overall)
    own = _events_by_cause(overall, time, cause, causes)
    left = n - own.sum(axis=0)
    # Where nobody is left, nothing happens later: F_k(t) - F_k(t_i) is 0.
    hazard_variance = np.divide(own.sum(axis=0), n * left, out=np.zeros(len(n)), where=left > 0.0)
    errors = np.empty_like(incidence)
    for number, (curve, deaths) in enumerate(zip(incidence, own, strict=True)):
        # rows t, columns t_i
        ahead = np.tril(curve[:, None] - curve[None, :])
        at_once = np.cumsum(before**2 * deaths * (n - deaths) / n**3)
        variance = ahead**2 @ hazard_variance + at_once - 2.0 * ahead @ (before * deaths / n**2)
        errors[number] = np.sqrt(np.maximum(variance, 0.0))
    return errors


def _survived_before(overall: KaplanMeier) -> Floats:
    return np.concatenate([[1.0], overall.survival[:-1]])


def _events_by_cause(overall: KaplanMeier, time: Floats, cause: NDArray[np.int64], causes: int) -> Floats:
    """Events of every cause at the times of the curve, (causes, times)."""
    events = np.zeros((causes, len(overall.time)))
    for number in range(causes):
        when, count = np.unique(time[cause == number + 1], return_counts=True)
        events[number, np.searchsorted(overall.time, when)] = count
    return events


def wilson_interval(count: float, n: int, level: float = LEVEL) -> tuple[float, float]:
    """Wilson interval of a share; NaN for n = 0."""
    if n == 0:
        return (np.nan, np.nan)
    from statsmodels.stats.proportion import proportion_confint

    low, high = np.asarray(proportion_confint(count, n, alpha=1.0 - level, method="wilson"), np.float64)
    # At no or all marked an end is exact; the formula leaves a rounding error there.
    return (float(low) if count > 0 else 0.0, float(high) if count < n else 1.0)


def exact_interval(count: float, n: int, level: float = LEVEL) -> tuple[float, float]:
    """Exact interval of a share (Clopper and Pearson 1934, doi:10.1093/biomet/26.4.404); NaN for n = 0."""
    if n == 0:
        return (np.nan, np.nan)
    from statsmodels.stats.proportion import proportion_confint

    low, high = np.asarray(proportion_confint(count, n, alpha=1.0 - level, method="beta"), np.float64)
    return (float(low) if count > 0 else 0.0, float(high) if count < n else 1.0)
