"""Rows of the table that sets simulated values beside published ones, misses included."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from paget.report.number_format import ABSENT, number, span
from paget.report.run_directory import RunDirectory
from paget.report.text import Labels

WIDTH = 150
"""Width of a row's small picture [px]."""


@dataclass(frozen=True)
class Picture:
    """Positions [px] of a row's small picture; None where a value is absent."""

    published: float | None
    published_span: tuple[float, float] | None
    simulated: float | None
    simulated_span: tuple[float, float] | None


@dataclass(frozen=True)
class Row:
    """One endpoint as shown; `key` values sort, the others are read."""

    study: str
    group: str
    endpoint: str
    time: str
    time_key: float
    simulated: str
    simulated_key: float
    simulated_span: str
    published: str
    published_key: float
    published_span: str
    unit: str
    size: str
    size_key: float
    verdict: str
    verdict_text: str
    fitted: str
    note: str
    picture: Picture


def rows(run: RunDirectory, labels: Labels) -> list[Row]:
    """The endpoints with a published counterpart, in the summary's order."""
    return [_row(entry, labels) for entry in run.endpoints if verdict(entry) != "own"]


def own_rows(run: RunDirectory, labels: Labels) -> list[Row]:
    """The run's own results, which nothing is held against."""
    return [_row(entry, labels) for entry in run.endpoints if verdict(entry) == "own"]


def verdict(entry: Mapping[str, Any]) -> str:
    """'hit', 'miss' or 'none' for a published result; 'own' for a value that stands for itself."""
    if entry.get("published") is None:
        return "own"
    found = entry.get("verdict")
    return found if found in {"hit", "miss"} else "none"


def counts(run: RunDirectory) -> dict[str, int]:
    """Number of endpoints by verdict."""
    found = Counter(verdict(entry) for entry in run.endpoints)
    return {name: found[name] for name in ("hit", "miss", "none")}


def _row(entry: Mapping[str, Any], labels: Labels) -> Row:
    time = entry.get("time_months")
    fitted = entry.get("fitted")
    return Row(
        study=str(entry.get("study") or ABSENT),
        group=" · ".join(dict.fromkeys(str(entry[k]) for k in ("arm", "population") if entry.get(k))),
        endpoint=labels.family("endpoint", entry.get("endpoint")),
        time=ABSENT if time is None else labels("comparison.months", months=number(time)),
        time_key=-1.0 if time is None else float(time),
        simulated=number(entry.get("simulated")),
        simulated_key=_key(entry.get("simulated")),
        simulated_span=span(entry.get("low"), entry.get("high")),
        published=number(entry.get("published")),
        published_key=_key(entry.get("published")),
        published_span=span(entry.get("published_low"), entry.get("published_high")),
        unit=str(entry.get("unit") or ""),
        size=number(entry.get("n")),
        size_key=_key(entry.get("n")),
        verdict=verdict(entry),
        verdict_text=labels.family("verdict", verdict(entry)),
        fitted="" if fitted is None else labels("comparison.fitted" if fitted else "comparison.predicted"),
        note=str(entry.get("note") or ""),
        picture=_picture(entry),
    )


def _key(value: Any) -> float:
    return -1.0 if value is None else float(value)


def _picture(entry: Mapping[str, Any]) -> Picture:
    names = ("simulated", "low", "high", "published", "published_low", "published_high")
    known = [float(entry[name]) for name in names if entry.get(name) is not None]
    top = 100.0 if entry.get("unit") == "%" else max([*known, 0.0]) * 1.08
    scale = (WIDTH - 10) / (top or 1.0)

    def place(name: str) -> float | None:
        value = entry.get(name)
        return None if value is None else round(5 + scale * min(max(float(value), 0.0), top), 1)

    def stretch(low: str, high: str) -> tuple[float, float] | None:
        first, last = place(low), place(high)
        return None if first is None or last is None else (first, last)

    return Picture(
        place("published"), stretch("published_low", "published_high"), place("simulated"), stretch("low", "high")
    )
