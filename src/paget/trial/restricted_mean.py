"""Restricted mean survival time: the area under the Kaplan-Meier curve up to a horizon, with its variance.

    mu = integral of S from 0 to tau,   var(mu) = sum over event times t_i < tau of A_i^2 d_i / (n_i (n_i - d_i)),
    A_i = integral of S from t_i to tau

Royston and Parmar 2013, doi:10.1186/1471-2288-13-152. It needs no proportional hazards. Paired twins are compared by
the bootstrap of twins.py instead.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paget.trial.survival import FEWEST_EVENTS, LEVEL, Floats, kaplan_meier, normal_quantile


@dataclass(frozen=True)
class RestrictedMean:
    """Mean time lived until the horizon (days), its standard error and interval; note: why a number is missing."""

    value: float
    error: float
    low: float
    high: float
    events: int
    note: str


@dataclass(frozen=True)
class RestrictedMeans:
    """Two arms: difference (days) and ratio of the first to the second, as (value, low, high), with their p."""

    first: RestrictedMean
    second: RestrictedMean
    difference: tuple[float, float, float]
    difference_p: float
    ratio: tuple[float, float, float]
    ratio_p: float
    note: str


def restricted_mean_survival(
    time: Floats, event: NDArray[np.bool_], horizon: float, level: float = LEVEL
) -> RestrictedMean:
    """Estimate from times and whether each ended in the event, both (n,); days.

    NaN with a note where follow-up ends before the horizon with survivors; below FEWEST_EVENTS events before the
    horizon the mean has no interval.
    """
    curve = kaplan_meier(np.asarray(time, np.float64), np.asarray(event, bool), level)
    events = int(np.count_nonzero(np.asarray(event, bool) & (np.asarray(time) < horizon)))
    if np.isnan(curve.at(horizon)[0]):
        why = "nobody" if not len(curve.followed) else f"follow-up of survivors ends before day {horizon:g}"
        return RestrictedMean(np.nan, np.nan, np.nan, np.nan, events, why)
    inside = curve.time < horizon
    steps = np.diff(np.concatenate([[0.0], curve.time[inside], [horizon]]))
    areas = np.concatenate([[1.0], curve.survival[inside]]) * steps
    value, ahead = float(areas.sum()), np.cumsum(areas[::-1])[::-1][1:]
    if events < FEWEST_EVENTS:
        note = f"{events} events before the horizon: no interval below {FEWEST_EVENTS}"
        return RestrictedMean(value, np.nan, np.nan, np.nan, events, note)
    before = np.concatenate([[1.0], curve.survival[inside][:-1]])
    n, survived = curve.at_risk[inside], curve.survival[inside] / before
    # d / (n (n - d)) with d = n (1 - s); where nobody is left, no area is ahead either.
    spread = np.divide(1.0 - survived, n * survived, out=np.zeros(len(n)), where=survived > 0.0)
    error = float(np.sqrt(np.sum(ahead**2 * spread)))
    half = normal_quantile(level) * error
    return RestrictedMean(value, error, value - half, value + half, events, "")


def compare_restricted_means(
    time: Floats, event: NDArray[np.bool_], first: NDArray[np.bool_], horizon: float, level: float = LEVEL
) -> RestrictedMeans:
    """Persons marked in `first` against the others; interval of the ratio by the delta method on its logarithm."""
    time, event, first = np.asarray(time, np.float64), np.asarray(event, bool), np.asarray(first, bool)
    one = restricted_mean_survival(time[first], event[first], horizon, level)
    other = restricted_mean_survival(time[~first], event[~first], horizon, level)
    apart, error = one.value - other.value, float(np.hypot(one.error, other.error))
    logarithm, relative = np.nan, np.nan
    if one.value > 0.0 and other.value > 0.0:
        logarithm = float(np.log(one.value / other.value))
        relative = float(np.hypot(one.error / one.value, other.error / other.value))
    z = normal_quantile(level)
    low, high = (float(np.exp(logarithm + side * z * relative)) for side in (-1.0, 1.0))
    return RestrictedMeans(
        first=one,
        second=other,
        difference=(apart, apart - z * error, apart + z * error),
        difference_p=_two_sided(apart, error),
        ratio=(float(np.exp(logarithm)), low, high),
        ratio_p=_two_sided(logarithm, relative),
        note="; ".join(dict.fromkeys(filter(None, (one.note, other.note)))),
    )


def _two_sided(value: float, error: float) -> float:
    from scipy.stats import norm

    return float(2.0 * norm.sf(abs(value) / error)) if error > 0.0 else np.nan
