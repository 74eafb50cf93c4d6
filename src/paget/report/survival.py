"""Kaplan–Meier figures: a curve with its band per arm, published points over it, numbers at risk below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from paget.report import published_points, sampling_band
from paget.report.figures import Figure, colour, faded, finish, month_ticks, plain, rounded, thinned
from paget.report.number_format import number
from paget.report.published_points import PublishedPoint
from paget.report.run_directory import RunDirectory
from paget.report.survival_curves import OVERALL, Curve, curves, endpoint_times
from paget.report.text import Labels

ROW_HEIGHT = 24
AXIS_HEIGHT = 64
MARGIN_HEIGHT = 68
LONGEST_NAME = 22
SMALLEST_SHOWN = 0.02


@dataclass(frozen=True)
class Chart:
    """What one Kaplan–Meier figure says: PARAMCD, words, the height of its curves [px], points of a curve."""

    id: str
    endpoint: str
    description: str
    months: str
    event_free: str
    height: int = 400
    points: int = 500


def figure(run: RunDirectory, labels: Labels) -> Figure | None:
    """The figure of overall survival, or None where the summary holds no survival curve."""
    drawn = curves(run)
    words = labels("survival.description")
    if run.summary.get("trial"):
        words = f"{words} {labels('survival.band_description')}"
    chart = Chart("survival", OVERALL, words, labels("axis.months_from_origin"), labels("axis.alive"))
    return draw(run, drawn, chart, labels) if drawn else None


def draw(run: RunDirectory, drawn: list[Curve], chart: Chart, labels: Labels) -> Figure:
    """Curves, bands, published points and numbers at risk of one endpoint.

    A treatment trial also shows what a study of the published size would show.
    """
    points = published_points.read(run, drawn, chart.endpoint)
    canvas = go.Figure()
    for index, curve in enumerate(drawn):
        _draw(canvas, curve, index, chart, labels)
    if run.summary.get("trial"):
        found = sampling_band.bands(run, drawn, points, chart.endpoint)
        sampling_band.draw(canvas, found, [curve.arm for curve in drawn], labels)
    published_points.draw(canvas, points, len(drawn), labels)
    end = _shown_end(drawn, points)
    ticks = month_ticks(end)
    _at_risk(canvas, run, drawn, ticks, chart.endpoint)
    return finish(
        chart.id,
        canvas,
        chart.description,
        height=_height(drawn, chart),
        margin={"b": 24, "t": 44},
        **_layout(drawn, chart, end, ticks, labels),
    )


def _height(drawn: list[Curve], chart: Chart) -> int:
    return chart.height + AXIS_HEIGHT + ROW_HEIGHT * len(drawn) + MARGIN_HEIGHT


def _layout(drawn: list[Curve], chart: Chart, end: float, ticks: list[float], labels: Labels) -> dict[str, Any]:
    inner = _height(drawn, chart) - MARGIN_HEIGHT
    risk_top = ROW_HEIGHT * len(drawn) / inner
    axis = {"range": [-0.02 * end, end], "tickvals": ticks, "zeroline": False}
    return {
        "xaxis": axis | {"title": {"text": chart.months}, "anchor": "y"},
        "yaxis": {
            "domain": [risk_top + AXIS_HEIGHT / inner, 1],
            "range": [0, 1.03],
            "tickformat": ".0%",
            "title": {"text": chart.event_free},
        },
        "xaxis2": axis | {"anchor": "y2", "matches": "x", "showticklabels": False, "showgrid": False},
        "yaxis2": {
            "domain": [0, risk_top],
            "range": [len(drawn) - 0.5, -0.5],
            "showgrid": False,
            "zeroline": False,
            "showticklabels": len(drawn) > 1,
            "tickvals": list(range(len(drawn))),
            "ticktext": [plain(_short(curve.arm)) for curve in drawn],
            "fixedrange": True,
        },
        "annotations": [_risk_title(labels, risk_top)],
    }


def _shown_end(drawn: list[Curve], points: list[PublishedPoint]) -> float:
    # The long flat tail would press the part that matters against the axis.
    ends = []
    for curve in drawn:
        small = np.flatnonzero(curve.survival < SMALLEST_SHOWN)
        ends.append(curve.months[small[0]] if len(small) else curve.months[-1])
    last_point = max((p.month for p in points if p.same_population), default=0.0)
    full = max(curve.months[-1] for curve in drawn)
    return float(max(min(max(max(ends), last_point) * 1.05, full), 1.0))


def _draw(canvas: go.Figure, curve: Curve, index: int, chart: Chart, labels: Labels) -> None:
    kept = thinned(curve.months, chart.points)
    months = rounded(curve.months[kept])
    shade = colour(index)
    group = {"legendgroup": f"arm{index}"}
    edge = {"mode": "lines", "line": {"width": 0, "shape": "hv"}, "hoverinfo": "skip"}
    canvas.add_scatter(x=months, y=rounded(curve.low[kept]), **edge, **group, showlegend=False)
    canvas.add_scatter(
        x=months,
        y=rounded(curve.high[kept]),
        **edge,
        **group,
        showlegend=False,
        fill="tonexty",
        fillcolor=faded(shade, 0.18),
    )
    canvas.add_scatter(
        x=months,
        y=rounded(curve.survival[kept]),
        mode="lines",
        line={"color": shade, "width": 2.5, "shape": "hv"},
        name=plain(curve.arm),
        meta={"label": labels("survival.simulated", arm=curve.arm)},
        **group,
        hovertemplate=f"{plain(curve.arm)}<br>%{{x:.1f}} {labels('axis.months')}: %{{y:.1%}}<extra></extra>",
    )


def _at_risk(canvas: go.Figure, run: RunDirectory, drawn: list[Curve], ticks: list[float], endpoint: str) -> None:
    for index, curve in enumerate(drawn):
        times = endpoint_times(run, curve.arm, endpoint)
        counts = [] if times is None else [int((times >= tick).sum()) for tick in ticks]
        if not counts:
            continue
        canvas.add_scatter(
            x=ticks,
            y=[index] * len(ticks),
            mode="text",
            text=[number(count) for count in counts],
            # Without a colour of its own it has that of the page's text, light on dark where the page is dark.
            textfont={"size": 12},
            cliponaxis=False,
            xaxis="x2",
            yaxis="y2",
            hoverinfo="skip",
            showlegend=False,
        )


def _short(arm: str) -> str:
    return arm if len(arm) <= LONGEST_NAME else f"{arm[: LONGEST_NAME - 1].rstrip()}…"


def _risk_title(labels: Labels, top: float) -> dict[str, Any]:
    return {
        "text": labels("survival.at_risk"),
        "xref": "paper",
        "yref": "paper",
        "x": 0,
        "xshift": -58,
        "y": top,
        "xanchor": "left",
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"size": 12},
    }
