"""Published survival shares and medians, laid over the simulated curves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import plotly.graph_objects as go

from paget.report.figures import SYMBOLS, colour, plain, rounded
from paget.report.number_format import number, percent, span
from paget.report.run_directory import RunDirectory
from paget.report.survival_curves import OVERALL, Curve, median_months
from paget.report.text import Labels

SAME_POINT = 0.005
"""Largest difference of a row's simulated share (or, relative, median) from the curve it is read from."""


@dataclass(frozen=True)
class PublishedPoint:
    """A published survival share (at `month`) or median (at one half); the interval lies along the axis it is on."""

    study: str
    text: str
    month: float
    survival: float
    interval: tuple[float, float] | None
    is_median: bool
    same_population: bool
    arm: str | None = None
    n: int | None = None


def read(run: RunDirectory, drawn: list[Curve], endpoint: str = OVERALL) -> list[PublishedPoint]:
    """Published points of the summary for an endpoint (PARAMCD); `arm` is the drawn arm that a point belongs to.

    A point belongs to the drawn curves when the simulated value beside it is read from one of them; the others are of a
    subgroup or another population, and stay hidden until asked for (unless that would hide all).
    """
    points = list(_points(run, drawn, endpoint))
    if any(point.same_population for point in points):
        return points
    return [replace(point, same_population=True) for point in points]


def _points(run: RunDirectory, drawn: list[Curve], endpoint: str) -> Iterator[PublishedPoint]:
    known: set[tuple[str, float]] = set()
    for row in run.endpoints:
        name, _, kind = str(row.get("endpoint") or "").partition("_")
        if name.upper() != endpoint or kind not in {"rate", "median"} or row.get("published") is None:
            continue
        is_median = kind == "median"
        if is_median or row.get("time_months") is not None:
            known.add((str(row.get("study")), float(row.get("time_months") or 0)))
            yield _point(row, drawn, is_median)
    yield from _other_points(run, known, endpoint)


def _other_points(run: RunDirectory, known: set[tuple[str, float]], endpoint: str) -> Iterator[PublishedPoint]:
    """Points of published curves that no endpoint of the run stands beside."""
    for row in run.summary.get("published_points") or []:
        study, month, low, high = str(row["study"]), float(row["time_months"]), row.get("low"), row.get("high")
        if str(row.get("curve")).upper() != endpoint or row.get("type") != "rate" or (study, month) in known:
            continue
        yield PublishedPoint(
            study=study,
            text=plain(
                f"{study} · {row.get('arm') or ''}: {percent(float(row['survival']))}, n = {number(row.get('n'))}"
            ),
            month=month,
            survival=float(row["survival"]),
            interval=None if low is None or high is None else (float(low), float(high)),
            is_median=False,
            same_population=False,
            n=row.get("n"),
        )


def _point(row: Mapping[str, Any], drawn: list[Curve], is_median: bool) -> PublishedPoint:
    factor = 0.01 if row.get("unit") == "%" else 1.0
    bounds = (row.get("published_low"), row.get("published_high"))
    low, high = bounds
    interval = None if low is None or high is None else (low * factor, high * factor)
    value = row["published"] * factor
    month = value if is_median else float(row["time_months"])
    words = f"{row.get('study')} · {row.get('population') or row.get('arm') or ''}"
    numbers = f"{number(row['published'])} {row.get('unit') or ''} ({span(*bounds)}), n = {number(row.get('n'))}"
    stated = next((curve for curve in drawn if curve.arm == row.get("simulated_arm")), None)
    arm = _arm_of(row.get("simulated"), factor, month, [stated] if stated else drawn, is_median)
    return PublishedPoint(
        study=str(row.get("study")),
        text=plain(f"{words}: {numbers}"),
        month=month,
        survival=0.5 if is_median else value,
        interval=interval,
        is_median=is_median,
        same_population=arm is not None,
        arm=arm,
        n=row.get("n"),
    )


def _arm_of(simulated: float | None, factor: float, month: float, drawn: list[Curve], is_median: bool) -> str | None:
    """The first drawn arm from whose curve the simulated value is read; None where there is none."""
    if simulated is None:
        return None
    for curve in drawn:
        apart = simulated - median_months(curve)[0] if is_median else simulated * factor - curve.at(month)
        if abs(apart) <= SAME_POINT * (2 * max(simulated, 1.0) if is_median else 1.0):
            return curve.arm
    return None


def draw(canvas: go.Figure, points: list[PublishedPoint], arms: int, labels: Labels) -> None:
    """Put the points on the canvas, a series per study, in colours that the `arms` curves leave free."""
    series = list(dict.fromkeys((p.same_population, p.study) for p in points))
    for index, (same, study) in enumerate(sorted(series, key=lambda item: not item[0])):
        chosen = [p for p in points if (p.same_population, p.study) == (same, study)]
        wording = "survival.published" if same else "survival.published_subgroup"
        shade = colour(index + arms)
        canvas.add_scatter(
            x=rounded(p.month for p in chosen),
            y=rounded(p.survival for p in chosen),
            mode="markers",
            marker={"symbol": SYMBOLS[index % len(SYMBOLS)], "size": 10, "color": shade, "line": {"width": 1}},
            error_x=_error(chosen, shade, medians=True),
            error_y=_error(chosen, shade, medians=False),
            name=plain(study),
            meta={"label": labels("survival.published_name", study=study, kind=labels(wording))},
            legendgroup=f"{study}{same}",
            visible=True if same else "legendonly",
            text=[p.text for p in chosen],
            hovertemplate="%{text}<extra></extra>",
        )


def _error(points: list[PublishedPoint], shade: str, *, medians: bool) -> dict[str, Any]:
    above, below = [], []
    for point in points:
        applies = point.interval is not None and point.is_median == medians
        low, high = point.interval if applies and point.interval else (0.0, 0.0)
        value = point.month if medians else point.survival
        above.append(high - value if applies else 0.0)
        below.append(value - low if applies else 0.0)
    style = {"type": "data", "symmetric": False, "color": shade, "thickness": 1.5, "width": 5}
    return style | {"array": rounded(above), "arrayminus": rounded(below)}
