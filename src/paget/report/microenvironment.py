"""Niche, vessels, tissue and immune cells over time: median and 5–95 % of the people whose time courses are kept."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from paget.report.figures import DAYS_PER_MONTH, Figure, colour, faded, finish, plain, rounded
from paget.report.number_format import ABSENT, number, span
from paget.report.run_directory import RunDirectory
from paget.report.text import Labels

QUANTITIES = ("NICHE", "VEGF", "VESSEL_QUALITY", "HYPOXIA", "INTERSTITIAL_PRESSURE_MMHG", "STEM_SHARE", "T_CELLS",
              "MUTANT_SHARE", "DORMANT")  # fmt: skip
SHARES = {"NICHE", "HYPOXIA", "STEM_SHARE"}
LOGARITHMIC = {"T_CELLS": 1.0, "DORMANT": 1.0, "MUTANT_SHARE": 1e-9}
"""Quantities on a logarithmic axis, and the smallest value drawn there."""
NOTHING_BEFORE = {"NICHE", "INTERSTITIAL_PRESSURE_MMHG", "T_CELLS", "MUTANT_SHARE", "DORMANT"}
"""What a tumour makes: 0 before its first cell. The others have no value then."""
OUTER_QUANTILES = (0.05, 0.95)
LEAST_SHARE = 0.25
"""Drawn while at least this share of an arm's sampled people is observed: the last few would not be the same people."""
POINTS = 120
TABLE_MONTHS = (-24, -12, -6, -3, 0, 3, 6, 12)
HEIGHT = 250
LABELLED_DECADES = 4


@dataclass(frozen=True)
class Band:
    """Median and outer quantiles over people at some months from diagnosis; NaN where too few are observed."""

    months: np.ndarray
    median: np.ndarray
    low: np.ndarray
    high: np.ndarray
    people: np.ndarray


@dataclass(frozen=True)
class Row:
    """One quantity of one arm as text at the months of the table: (median, 5–95 % range) each."""

    name: str
    arm: str
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Courses:
    """A figure per quantity, and the table with the same numbers."""

    figures: tuple[Figure, ...]
    months: tuple[str, ...]
    rows: tuple[Row, ...]
    people: tuple[tuple[str, tuple[str, ...]], ...]


def courses(run: RunDirectory, labels: Labels) -> Courses | None:
    """Figures and table, or None where no time course was kept."""
    table = run.table("curves")
    if table is None:
        return None
    people = {arm: _people(table, arm) for arm in run.arms}
    drawn = [name for name in QUANTITIES if name in table and table[name].notna().any()]
    if not drawn or not any(people.values()):
        return None
    drawn_at = {arm: grid(own) for arm, own in people.items() if own}
    at = np.array(TABLE_MONTHS, dtype=float)
    beside = {(name, arm): band(people[arm], name, at) for name in drawn for arm in drawn_at}
    seen = [
        k for k in range(len(at)) if any(beside[drawn[0], arm].people[k] >= _least(people[arm]) for arm in drawn_at)
    ]
    return Courses(
        figures=tuple(_figure(name, {arm: band(people[arm], name, drawn_at[arm]) for arm in drawn_at}, labels)
                      for name in drawn),
        months=tuple(number(TABLE_MONTHS[k]) for k in seen),
        rows=tuple(Row(labels.family("course", name), arm, _cells(beside[name, arm], seen))
                   for name in drawn for arm in drawn_at),
        people=tuple((arm, tuple(number(int(beside[drawn[0], arm].people[k])) for k in seen)) for arm in drawn_at),
    )  # fmt: skip


def _people(table: pd.DataFrame, arm: str) -> list[pd.DataFrame]:
    own = table[table["ARM"].astype(str) == arm]
    return [course.sort_values("DAY") for _, course in own.groupby("USUBJID", sort=False, observed=True)]


def _least(people: list[pd.DataFrame]) -> int:
    return max(1, math.ceil(LEAST_SHARE * len(people)))


def grid(people: list[pd.DataFrame]) -> np.ndarray:
    """Months between the first and the last moment at which enough people are observed."""
    least = _least(people)
    starts = np.sort([float(course["DAY"].iloc[0]) for course in people])
    ends = np.sort([float(course["DAY"].iloc[-1]) for course in people])[::-1]
    return np.linspace(starts[least - 1], ends[least - 1], POINTS) / DAYS_PER_MONTH


def band(people: list[pd.DataFrame], name: str, months: np.ndarray) -> Band:
    """Median and outer quantiles of a quantity, each person's course interpolated and not extended to the right."""
    before = 0.0 if name in NOTHING_BEFORE else np.nan
    days = months * DAYS_PER_MONTH
    values = np.array([np.interp(days, own["DAY"], own[name], left=before, right=np.nan) for own in people])
    seen = np.sum([(days >= own["DAY"].iloc[0]) & (days <= own["DAY"].iloc[-1]) for own in people], axis=0)
    enough = seen >= _least(people)
    found = np.full((3, len(months)), np.nan)
    low, high = OUTER_QUANTILES
    if enough.any():
        found[:, enough] = np.nanquantile(values[:, enough], (0.5, low, high), axis=0)
    return Band(months, median=found[0], low=found[1], high=found[2], people=seen)


def _cells(found: Band, seen: list[int]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (number(float(found.median[k])), span(float(found.low[k]), float(found.high[k]), 2))
        if np.isfinite(found.median[k])
        else (ABSENT, "")
        for k in seen
    )


def _figure(name: str, bands: dict[str, Band], labels: Labels) -> Figure:
    import plotly.graph_objects as go

    canvas = go.Figure()
    for index, (arm, found) in enumerate(bands.items()):
        _draw(canvas, name, arm, found, index, labels, alone=len(bands) == 1)
    shapes = [
        {"type": "line", "x0": 0, "x1": 0, "y0": 0, "y1": 1, "yref": "paper"}
        | {"line": {"dash": "dot", "width": 1.5, "color": "#7F7F7F"}}
    ]
    return finish(
        f"course-{name.lower().replace('_', '-')}",
        canvas,
        labels.family("course", name),
        height=HEIGHT,
        margin={"t": 8, "b": 44, "l": 56},
        shapes=shapes,
        xaxis={"title": {"text": labels("axis.months_from_diagnosis")}, "zeroline": False},
        yaxis=_axis(name, bands, labels),
    )


def _axis(name: str, bands: dict[str, Band], labels: Labels) -> dict[str, Any]:
    axis: dict[str, Any] = {"title": {"text": labels.family("course_unit", name)}, "nticks": 6}
    if name in LOGARITHMIC:
        tops = [np.log10(found.high[found.high > 0].max(initial=LOGARITHMIC[name])) for found in bands.values()]
        decades = max(tops) - np.log10(LOGARITHMIC[name])
        return axis | {"type": "log", "exponentformat": "power", "dtick": max(1, round(decades / LABELLED_DECADES))}
    axis |= {"rangemode": "tozero"}
    return axis | {"tickformat": ".0%"} if name in SHARES else axis


def _draw(canvas: Any, name: str, arm: str, found: Band, index: int, labels: Labels, *, alone: bool) -> None:
    shade = colour(index)
    smallest = LOGARITHMIC.get(name, -np.inf)
    inside = found.high >= smallest
    months = rounded(found.months[inside])
    low, high = rounded(np.maximum(found.low, smallest)[inside]), rounded(found.high[inside])
    median = rounded(np.where(found.median >= smallest, found.median, np.nan)[inside])
    group = {"legendgroup": f"arm{index}", "meta": {"label": arm}}
    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    canvas.add_scatter(x=months, y=low, **edge, **group)
    canvas.add_scatter(x=months, y=high, **edge, **group, fill="tonexty", fillcolor=faded(shade, 0.2))
    canvas.add_scatter(
        x=months,
        y=median,
        mode="lines",
        line={"color": shade, "width": 2.5},
        name=plain(arm),
        showlegend=not alone,
        text=[labels("microenvironment.hover", range=span(float(lo), float(hi), 2), people=number(int(n)))
              for lo, hi, n in zip(found.low[inside], found.high[inside], found.people[inside], strict=True)],
        hovertemplate=f"{plain(arm)}<br>%{{x:.1f}} {labels('axis.months')}: %{{y:.3g}}<br>%{{text}}<extra></extra>",
        **group,
    )  # fmt: skip
