"""Hazard ratios by the proportional-hazards model with Efron's treatment of ties.

The hazard of a person in group g is h_0(t) exp(b_g), b_0 = 0 (Cox 1972); tied events count as by Efron 1977,
doi:10.1080/01621459.1977.10480613. Fit, score and information come from statsmodels; interval exp(b +- z se) and p by
Wald, and the score test U' I^-1 U at b = 0, which is the log-rank test but for ties.

A row of the data is an interval (entry, time] in which a person is at risk, so that a group may change with time
(counting process of Andersen and Gill 1982).
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from paget.trial.survival import FEWEST_EVENTS, LEVEL, Floats, normal_quantile

if TYPE_CHECKING:
    from statsmodels.duration.hazard_regression import PHReg


@dataclass(frozen=True)
class HazardRatio:
    """Hazard of a group over that of the reference.

    value, low, high: the ratio with its interval; coefficient, error: its logarithm with standard error; p_wald: of
    this group; p_score: of all groups together. events, rows: (of the group, of the reference). note: why there is no
    number, else "".
    """

    group: str
    reference: str
    value: float
    low: float
    high: float
    coefficient: float
    error: float
    p_wald: float
    p_score: float
    events: tuple[int, int]
    rows: tuple[int, int]
    note: str


def hazard_ratios(
    time: Floats,
    event: NDArray[np.bool_],
    group: NDArray[np.str_],
    groups: Sequence[str],
    *,
    entry: Floats | None = None,
    strata: NDArray[np.str_] | None = None,
    level: float = LEVEL,
) -> tuple[HazardRatio, ...]:
    """Hazard ratio of groups[1:], each against groups[0]; arrays of shape (rows,), days.

    entry: when a row comes under observation, after which it is at risk (None: at the start). strata: labels, each with
    a baseline hazard of its own. Rows of other groups are left out. Where a group has fewer than FEWEST_EVENTS events,
    or no finite ratio maximises the likelihood, every number is NaN and the note says why.
    """
    rows = _rows(time, event, np.asarray(group, np.str_), groups, entry, strata)
    events, counts = (np.bincount(codes, minlength=rows.size) for codes in (rows.code[rows.died], rows.code))
    note = _refusal(groups, events) or _no_maximum(rows)
    coefficients, errors, score, note = _nothing(rows, note) if note else _fit(rows)
    z, p_score = normal_quantile(level), _chi2_tail(score, rows.size - 1)
    return tuple(
        HazardRatio(
            group=groups[number + 1],
            reference=groups[0],
            value=float(np.exp(b)),
            low=float(np.exp(b - z * se)),
            high=float(np.exp(b + z * se)),
            coefficient=float(b),
            error=float(se),
            p_wald=_chi2_tail((b / se) ** 2, 1),
            p_score=p_score,
            events=(int(events[number + 1]), int(events[0])),
            rows=(int(counts[number + 1]), int(counts[0])),
            note=note,
        )
        for number, (b, se) in enumerate(zip(coefficients, errors, strict=True))
    )


def hazard_ratio(
    time: Floats,
    event: NDArray[np.bool_],
    treated: NDArray[np.bool_],
    *,
    strata: NDArray[np.str_] | None = None,
    level: float = LEVEL,
) -> HazardRatio:
    """Hazard ratio of the treated against the others; see `hazard_ratios`."""
    names = ("control", "treated")
    group = np.where(np.asarray(treated, bool), names[1], names[0])
    return hazard_ratios(time, event, group, names, strata=strata, level=level)[0]


@dataclass(frozen=True)
class _Rows:
    """Intervals at risk in ranks (start, stop], whether each ends in the event, codes of group and stratum."""

    start: NDArray[np.int64]
    stop: NDArray[np.int64]
    died: NDArray[np.bool_]
    code: NDArray[np.int64]
    layer: NDArray[np.int64]
    size: int


def _rows(
    time: Floats,
    event: NDArray[np.bool_],
    group: NDArray[np.str_],
    groups: Sequence[str],
    entry: Floats | None,
    strata: NDArray[np.str_] | None,
) -> _Rows:
    begin = np.full(len(group), -np.inf) if entry is None else np.asarray(entry, np.float64)
    end = np.asarray(time, np.float64)
    kept = np.isin(group, list(groups)) & (begin < end)
    layer = np.zeros(len(group), np.int64)
    if strata is not None:
        layer = np.asarray(np.unique(np.asarray(strata, np.str_), return_inverse=True)[1], np.int64)
    start, stop = _ranks(begin[kept], end[kept])
    code = np.argmax(group[kept][:, None] == np.array(groups, np.str_)[None, :], axis=1)
    return _Rows(start, stop, np.asarray(event, bool)[kept], code, layer[kept], len(groups))


def _ranks(begin: Floats, end: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The order of entries and ends, on which alone the likelihood depends, as whole numbers.

    An interval is open at its entry, but statsmodels counts who enters on the day of an event among those at risk: an
    entry is ranked between the ends of its day and the next.
    """
    moments = np.unique(end)
    return 2 * np.searchsorted(moments, begin, side="right"), 2 * np.searchsorted(moments, end) + 1


def _refusal(groups: Sequence[str], events: NDArray[np.int64]) -> str:
    few = [f"{name}: {count}" for name, count in zip(groups, events, strict=True) if count < FEWEST_EVENTS]
    return f"no hazard ratio below {FEWEST_EVENTS} events in a group ({', '.join(few)})" if few else ""


def _no_maximum(rows: _Rows) -> str:
    """Why the likelihood rises without end, or "".

    The partial likelihood is that of a choice among those at risk. It has a finite maximum just where the groups can't
    be split in two such that nobody of the one has an event while somebody of the other is at risk: Ford's condition
    (1957, doi:10.1080/00029890.1957.11989117), the strong connection of the graph of such events.
    """
    from scipy.sparse.csgraph import connected_components

    met = np.zeros((rows.size, rows.size), np.int64)
    for layer in np.unique(rows.layer):
        inside = rows.layer == layer
        moments = np.unique(rows.stop[inside & rows.died])
        own = [inside & (rows.code == number) for number in range(rows.size)]
        hit = np.array([np.isin(moments, rows.stop[each & rows.died]) for each in own], np.int64)
        at_risk = np.array([_at_risk(rows, each, moments) > 0 for each in own], np.int64)
        met += hit @ at_risk.T
    parts, _ = connected_components(met > 0, directed=True, connection="strong")
    return "" if parts == 1 else "no finite hazard ratio: a group is never at risk at the events of another"


def _at_risk(rows: _Rows, chosen: NDArray[np.bool_], moments: NDArray[np.int64]) -> NDArray[np.int64]:
    entered = np.searchsorted(np.sort(rows.start[chosen]), moments, side="left")
    return np.asarray(entered - np.searchsorted(np.sort(rows.stop[chosen]), moments, side="left"), np.int64)


def _nothing(rows: _Rows, note: str) -> tuple[Floats, Floats, float, str]:
    return np.full(rows.size - 1, np.nan), np.full(rows.size - 1, np.nan), np.nan, note


def _fit(rows: _Rows) -> tuple[Floats, Floats, float, str]:
    """Coefficients and standard errors of groups 1 .. size - 1, the score statistic, and a note where it fails."""
    from statsmodels.duration.hazard_regression import PHReg

    dummies = (rows.code[:, None] == np.arange(1, rows.size)[None, :]).astype(np.float64)
    status = rows.died.astype(np.int64)
    model = PHReg(rows.stop, dummies, status=status, entry=rows.start, strata=rows.layer, ties="efron")
    none = np.zeros(rows.size - 1)
    slope, information = _slope(model, none), _information(model, none)
    with warnings.catch_warnings():
        # A failure shows in the slope at the end, and is said in the note.
        warnings.simplefilter("ignore")
        found = np.asarray(model.fit().params, np.float64)
    if not np.all(np.abs(_slope(model, found)) < np.sqrt(np.finfo(np.float64).eps) * len(status)):
        return _nothing(rows, "the fit of the hazard ratio did not converge")
    errors = np.sqrt(np.diag(np.linalg.inv(_information(model, found))))
    return found, errors, float(slope @ np.linalg.solve(information, slope)), ""


def _slope(model: PHReg, coefficients: Floats) -> Floats:
    return np.asarray(model.score(coefficients), np.float64)


def _information(model: PHReg, coefficients: Floats) -> Floats:
    return -np.asarray(model.hessian(coefficients), np.float64)


def _chi2_tail(value: float, freedom: int) -> float:
    from scipy.stats import chi2

    return float(chi2.sf(value, freedom))
