"""Log-rank test of two or more arms, also stratified and weighted.

At every event time the events of an arm are compared with their expectation where all at risk have the same hazard;
O - E is summed over times, then over strata, and chi2 = (O - E)' V^-1 (O - E) with the hypergeometric variance V.
Weights S(t-)^rho of the pooled curve (Harrington and Fleming 1982, doi:10.1093/biomet/69.3.553): rho 0 is the log-rank
test, rho 1 stresses early events. The statistic is that of statsmodels; observed and expected events are counted here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paget.trial.survival import FEWEST_EVENTS, Floats


@dataclass(frozen=True)
class LogRank:
    """Test of equal hazards of the arms.

    observed, expected: events by arm in the order of `arms`, unweighted and summed over strata. chi2 has one degree of
    freedom less than arms that anybody is in; p is two-sided. z is the signed root with two arms: negative where the
    second arm has fewer events than expected; NaN with more. note: why there is no number, or what limits it; else "".
    """

    arms: tuple[str, ...]
    observed: tuple[int, ...]
    expected: tuple[float, ...]
    chi2: float
    p: float
    z: float
    note: str


def log_rank(
    time: Floats,
    event: NDArray[np.bool_],
    arm: NDArray[np.str_],
    *,
    arms: Sequence[str] | None = None,
    strata: NDArray[np.str_] | None = None,
    rho: float = 0.0,
) -> LogRank:
    """Compare the arms of persons; all arrays of shape (n,), time in days.

    arms: their order (default: sorted labels). strata: label of each person's stratum. Degenerate data (one arm, fewer
    than FEWEST_EVENTS events, no time at which two arms are at risk) give NaN with a note.
    """
    arm, event = np.asarray(arm, np.str_), np.asarray(event, bool)
    names = tuple(arms) if arms is not None else tuple(str(name) for name in np.unique(arm))
    layers = np.zeros(len(arm), np.str_) if strata is None else np.asarray(strata, np.str_)
    observed = tuple(int(np.count_nonzero(event & (arm == name))) for name in names)
    expected = np.zeros(len(names))
    overlap = False
    for layer in np.unique(layers):
        inside = layers == layer
        more, both = _expected(np.asarray(time, np.float64)[inside], event[inside], arm[inside], names)
        expected, overlap = expected + more, overlap or both
    note = _refusal(sum(observed), overlap)
    if note:
        return LogRank(names, observed, _floats(expected), np.nan, np.nan, np.nan, note)
    chi2, p = _statistic(np.asarray(time, np.float64), event, arm, None if strata is None else layers, rho)
    sign = np.sign(observed[-1] - expected[-1]) if len(names) == 2 else np.nan
    few = [name for name, count in zip(names, observed, strict=True) if count < FEWEST_EVENTS]
    note = f"fewer than {FEWEST_EVENTS} events in {', '.join(few)}: p holds in large samples only" if few else ""
    return LogRank(names, observed, _floats(expected), chi2, p, float(sign * np.sqrt(chi2)), note)


def _statistic(
    time: Floats, event: NDArray[np.bool_], arm: NDArray[np.str_], strata: NDArray[np.str_] | None, rho: float
) -> tuple[float, float]:
    from scipy.stats import chi2 as distribution
    from statsmodels.duration.survfunc import survdiff

    weighting = {"weight_type": "fh", "fh_p": rho} if rho else {}
    # statsmodels takes the logarithm of a curve that may end at 0, where its weight isn't used.
    with np.errstate(divide="ignore"):
        value, _ = survdiff(time, event.astype(np.int64), arm, strata=strata, **weighting)
    chi2 = float(np.maximum(value, 0.0))
    # Its p is 1 - cdf, which loses what lies below 1e-16.
    return chi2, float(distribution.sf(chi2, len(np.unique(arm)) - 1))


def _expected(
    time: Floats, event: NDArray[np.bool_], arm: NDArray[np.str_], names: tuple[str, ...]
) -> tuple[Floats, bool]:
    """Expected events by arm, and whether an event happened while two arms were at risk and somebody survived it."""
    moments, deaths = np.unique(time[event], return_counts=True)
    own = [np.sort(time[arm == name]) for name in names]
    at_risk = np.array([len(each) - np.searchsorted(each, moments, side="left") for each in own], np.float64)
    total = at_risk.sum(axis=0)
    informative = (np.count_nonzero(at_risk, axis=0) > 1) & (deaths < total)
    return (at_risk * deaths / total).sum(axis=1), bool(informative.any())


def _refusal(events: int, overlap: bool) -> str:
    if events < FEWEST_EVENTS:
        return f"{events} events: no test below {FEWEST_EVENTS}"
    return "" if overlap else "no event while two arms were at risk"


def _floats(values: Floats) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
