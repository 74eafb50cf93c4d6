"""Kaplan–Meier curves as the summary states them, and their medians."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paget.report.figures import DAYS_PER_MONTH
from paget.report.run_directory import RunDirectory


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
        end = _follow_up(run, arm)
        start_missing = not len(months) or months[0] > 0
        if start_missing:
            months, values = np.r_[0.0, months], [np.r_[1.0, v] for v in values]
        if end > months[-1]:
            months, values = np.r_[months, end], [np.r_[v, v[-1]] for v in values]
        found.append(Curve(arm, months, *values))
    return found


def survival_times(run: RunDirectory, arm: str) -> np.ndarray | None:
    """Months to death or end of follow-up of an arm's patients; None where the table is absent."""
    table = run.table("time_to_event")
    if table is None:
        return None
    chosen = table[(table["PARAMCD"] == "OS") & (table["ARM"].astype(str) == arm)]
    return chosen["AVAL"].to_numpy(dtype=float) / DAYS_PER_MONTH


def _follow_up(run: RunDirectory, arm: str) -> float:
    times = survival_times(run, arm)
    return 0.0 if times is None or not len(times) else float(times.max())
