"""Results of one arm, each with its interval: times to events, response, time on treatment.

    median, rate   Kaplan-Meier; Brookmeyer-Crowley and log-log intervals (survival.py)
    RMST           area under the curve up to 12 months, or to the end of follow-up where that is earlier
    ORR, DCR, CR   best overall response over everyone who started, with exact intervals

A number that the data don't hold is None, and its row says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from paget.trial.arm_tables import ArmTables
from paget.trial.comparison import finite
from paget.trial.endpoints import PERCENT
from paget.trial.response_rates import response_rates
from paget.trial.restricted_mean import restricted_mean_survival
from paget.trial.survival import DAYS_PER_MONTH, FEWEST_EVENTS, WHOLE_DAY, Floats, KaplanMeier, kaplan_meier
from paget.trial.time_to_event import share_of_days
from paget.trial.twins import HORIZON_MONTHS

if TYPE_CHECKING:
    import pandas as pd

RATE_MONTHS = (6, HORIZON_MONTHS, 2 * HORIZON_MONTHS)
"""When rates are given."""

TIMES = ("OS", "CSS", "PFS", "TTP", "DOR", "TTR", "DMFS", "TTNT")
"""Times to an event in the order shown."""

MEDIAN_ONLY = ("TTR",)
"""Times that everyone in the table ends with the event."""

NOT_EVALUABLE = "NE"
BEST = ("CR", "PR", "SD", "PD", NOT_EVALUABLE)
BARS = 4**4
"""Bars of a waterfall that are kept, evenly by rank."""

ALIASES = {"RMST": "OS_RMST"}
"""Endpoint of a scenario -> row, where it is none of a family."""


def named(rows: Iterable[Mapping[str, Any]], endpoints: Sequence[str]) -> list[Mapping[str, Any]]:
    """The rows of the endpoints that a scenario names, OS always; of OS the restricted mean only when named."""
    wanted = {"OS", *endpoints}
    return [
        row
        for row in rows
        if (row["endpoint"].split("_")[0] in wanted and not row["endpoint"].endswith("_RMST"))
        or row["endpoint"] in {ALIASES.get(name, name) for name in endpoints}
    ]


def endpoint_rows(tables: ArmTables, horizon: float, *, scanned: bool) -> list[dict[str, Any]]:
    """Every endpoint of an arm; horizon: days over which restricted means go; scanned: whether response was judged."""
    rows = [
        row
        for name in TIMES
        if name in tables.events
        for row in _time_rows(name, tables.events[name], horizon)
    ]  # fmt: skip
    return [*rows, *_response_rows(tables)] if scanned else rows


def observed(events: pd.DataFrame) -> tuple[Floats, np.ndarray]:
    """(days, whether it was the event) of rows of time_to_event."""
    return events["AVAL"].to_numpy(np.float64), events["CNSR"].to_numpy() == 0


def _time_rows(name: str, events: pd.DataFrame, horizon: float) -> list[dict[str, Any]]:
    days, happened = observed(events)
    curve = kaplan_meier(days, happened)
    rows = [_row(f"{name}_median", None, curve.median(), 1.0 / DAYS_PER_MONTH, "months", len(days),
                 _why_no_median(curve))]  # fmt: skip
    if name not in MEDIAN_ONLY:
        for months in RATE_MONTHS:
            estimate = curve.at(months * DAYS_PER_MONTH, within=WHOLE_DAY)
            why = _why_no_rate(curve, estimate[0])
            rows.append(_row(f"{name}_rate", months, estimate, PERCENT, "%", len(days), why))
        mean = restricted_mean_survival(days, happened, horizon)
        rows.append(_row(f"{name}_RMST", horizon / DAYS_PER_MONTH, (mean.value, mean.low, mean.high),
                         1.0 / DAYS_PER_MONTH, "months", len(days), mean.note))  # fmt: skip
    few = int(happened.sum())
    if few < FEWEST_EVENTS:
        for row in rows:
            row["note"] = row["note"] or f"{few} events: the interval holds in large samples only"
    return rows


def _row(
    endpoint: str, months: float | None, values: Sequence[float], scale: float, unit: str, n: int, note: str
) -> dict[str, Any]:
    value, low, high = (finite(number * scale) for number in values)
    return {"endpoint": endpoint, "time_months": months, "value": value, "low": low, "high": high, "unit": unit,
            "n": n, "note": note}  # fmt: skip


def _why_no_median(curve: KaplanMeier) -> str:
    if not len(curve.followed):
        return "nobody"
    value, _, high = curve.median()
    if np.isnan(value):
        return "not reached: more than half are without the event at the end of follow-up"
    return "upper end not reached" if np.isnan(high) else ""


def _why_no_rate(curve: KaplanMeier, value: float) -> str:
    if not len(curve.followed):
        return "nobody"
    return "follow-up of those without the event ends before" if np.isnan(value) else ""


def best_responses(tables: ArmTables) -> np.ndarray:
    """Confirmed best overall response of everyone who started, (n,); without an assessment: NE."""
    begun = tables.subjects[tables.subjects["ENROLMENT_DAY"].notna()]
    best = begun["BOR"].astype(str).to_numpy(str)
    return np.where(best == "", NOT_EVALUABLE, best)


def _response_rows(tables: ArmTables) -> list[dict[str, Any]]:
    return [
        _row(rate.paramcd, None, (rate.value, rate.low, rate.high), PERCENT, "%", rate.n, rate.note)
        for rate in response_rates(best_responses(tables))
    ]


def response_counts(tables: ArmTables) -> dict[str, int]:
    """Persons by confirmed best overall response; non-CR/non-PD only where it occurs."""
    best = best_responses(tables)
    others = sorted(set(best.tolist()) - set(BEST))
    return {name: int((best == name).sum()) for name in (*BEST, *others)}


def waterfall(tables: ArmTables) -> list[dict[str, Any]]:
    """Best change of the sum of diameters by person, largest growth first; who had no scan after baseline is left out.

    At most BARS persons, the first and the last among them.
    """
    known = tables.subjects[tables.subjects["DEPTH"].notna()]
    ranked = known.sort_values("DEPTH", ascending=False, kind="stable")
    kept = np.unique(np.linspace(0, len(ranked) - 1, min(len(ranked), BARS)).round().astype(np.int64))
    shown = ranked.iloc[kept]
    return [
        {"USUBJID": str(person), "depth_percent": PERCENT * float(depth), "BOR": str(best)}
        for person, depth, best in zip(shown.index, shown["DEPTH"], shown["BOR"], strict=True)
    ]


def treatment_share(tables: ArmTables, clock: str) -> dict[str, float | None]:
    """Mean and median share of the days from the start to death or last contact that persons were on treatment.

    clock: from when the times of the tables count (trial/treatment.CLOCKS); who never started is left out.
    """
    begun = tables.subjects[tables.subjects["ENROLMENT_DAY"].notna()]
    lived = tables.days_on_study(clock).reindex(begun.index).to_numpy(np.float64)
    share = share_of_days(begun["TREATMENT_DAYS"].to_numpy(np.float64), lived)
    share = share[~np.isnan(share)]
    if not len(share):
        return {"mean": None, "median": None}
    return {"mean": float(share.mean()), "median": float(np.median(share))}


def median_follow_up(events: pd.DataFrame) -> float | None:
    """Median follow-up in months by the reverse Kaplan-Meier method: a death censors the time to last contact."""
    days, died = observed(events)
    return finite(kaplan_meier(days, ~died).median()[0] / DAYS_PER_MONTH)
