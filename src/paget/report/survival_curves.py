"""Kaplan–Meier curves: of survival as the summary states them, of the other endpoints from their times; medians."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from paget.report.figures import DAYS_PER_MONTH
from paget.report.run_directory import RunDirectory
from paget.trial.survival import kaplan_meier

OVERALL = "OS"


@dataclass(frozen=True)
class Curve:
    """One arm's survival: months, and shares in [0, 1]."""

    arm: str
    months: np.ndarray
    survival: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def at(self, month: float) -> float:
        """Survival at `month`; 1 before the first step."""
        index = np.searchsorted(self.months, month, side="right") - 1
        return float(self.survival[index]) if index >= 0 else 1.0


def median_months(curve: Curve) -> tuple[float, float, float]:
    """Median survival and the interval from where the band crosses one half (Brookmeyer and Crowley 1982).

    Months; NaN where the curve or the band does not reach one half. doi:10.2307/2530286
    """
    low, median, high = (_first_below(curve.months, values) for values in (curve.low, curve.survival, curve.high))
    return median, low, high


def stated_median(run: RunDirectory, curve: Curve) -> tuple[float, float, float]:
    """The median that the summary states for the curve's arm, else the one read from the curve: it may be thinned."""
    for row in run.endpoints:
        if row.get("endpoint") == "OS_median" and row.get("published") is None and row.get("arm") == curve.arm:
            median, low, high = (row.get(name) for name in ("simulated", "low", "high"))
            return tuple(float("nan") if v is None else float(v) for v in (median, low, high))  # type: ignore[return-value]
    return median_months(curve)


def _first_below(months: np.ndarray, values: np.ndarray) -> float:
    reached = np.flatnonzero(values <= 0.5)
    return float(months[reached[0]]) if len(reached) else float("nan")


def curves(run: RunDirectory) -> list[Curve]:
    """Survival curves of the summary, carried on to the end of follow-up."""
    found = []
    for arm, entry in (run.summary.get("survival") or {}).items():
        months = np.asarray(entry["time_days"], dtype=float) / DAYS_PER_MONTH
        values = [np.array(entry.get(k) or entry["survival"], dtype=float) for k in ("survival", "low", "high")]
        found.append(_carried_on(arm, months, values, _follow_up(run, arm, OVERALL)))
    return found


def endpoint_curves(run: RunDirectory, endpoint: str) -> list[Curve]:
    """Curves of an endpoint (PARAMCD) from the table of times, of the arms that have anyone with it."""
    found = []
    for arm in run.arms:
        rows = endpoint_rows(run, arm, endpoint)
        if rows is None or rows.empty:
            continue
        fitted = kaplan_meier(rows["AVAL"].to_numpy(dtype=float), rows["CNSR"].to_numpy() == 0)
        values = [fitted.survival, fitted.low, fitted.high]
        end = _follow_up(run, arm, endpoint)
        found.append(_carried_on(arm, fitted.time / DAYS_PER_MONTH, values, end))
    return found


def _carried_on(arm: str, months: np.ndarray, values: list[np.ndarray], end: float) -> Curve:
    """The curve from 1 at month 0 to the end of follow-up."""
    if not len(months) or months[0] > 0:
        months, values = np.r_[0.0, months], [np.r_[1.0, v] for v in values]
    if end > months[-1]:
        months, values = np.r_[months, end], [np.r_[v, v[-1]] for v in values]
    return Curve(arm, months, *values)


def endpoint_rows(run: RunDirectory, arm: str, endpoint: str) -> pd.DataFrame | None:
    """An arm's rows of the table of times for an endpoint; None where the table is absent."""
    table = run.table("time_to_event")
    return None if table is None else table[(table["PARAMCD"] == endpoint) & (table["ARM"].astype(str) == arm)]


def endpoint_times(run: RunDirectory, arm: str, endpoint: str = OVERALL) -> np.ndarray | None:
    """Months to the event or end of observation of an arm's patients; None where the table is absent."""
    rows = endpoint_rows(run, arm, endpoint)
    return None if rows is None else rows["AVAL"].to_numpy(dtype=float) / DAYS_PER_MONTH


def _follow_up(run: RunDirectory, arm: str, endpoint: str) -> float:
    times = endpoint_times(run, arm, endpoint)
    return 0.0 if times is None or not len(times) else float(times.max())
