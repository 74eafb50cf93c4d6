"""Forest plot and table of contrasts between arms: hazard ratio, log-rank test, difference of restricted means."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from paget.report.figures import SYMBOLS, Figure, colour, finish, plain, rounded
from paget.report.number_format import ABSENT, number, span, trimmed
from paget.report.run_directory import RunDirectory
from paget.report.text import Labels
from paget.report.trial_part import line, trial

DESIGNS = ("randomised", "paired", "arms")
"""How a contrast was made; each has its symbol and colour."""

ROW_HEIGHT, FRAME_HEIGHT = 30, 120
MARKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10, 20, 50, 100)
NARROWEST, WIDEST = (0.7, 1.5), (0.01, 100.0)
SMALLEST_P = 1e-3


EDGE = 1.1


@dataclass(frozen=True)
class Forest:
    """One forest plot: the columns of value and interval, and whether they are ratios on a logarithmic axis."""

    id: str
    value: str
    low: str
    high: str
    logarithmic: bool

    @property
    def columns(self) -> tuple[str, str, str]:
        """Value and ends of the interval."""
        return (self.value, self.low, self.high)

    def holds(self, value: Any) -> bool:
        """Whether a number can be drawn on the axis."""
        return value is not None and math.isfinite(value) and (value > 0 or not self.logarithmic)


FORESTS = (
    Forest("ratio", "hazard_ratio", "low", "high", logarithmic=True),
    Forest("difference", "rmst_difference_months", "rmst_low", "rmst_high", logarithmic=False),
)


@dataclass(frozen=True)
class Row:
    """One contrast as text."""

    name: str
    endpoint: str
    design: str
    hazard_ratio: str
    interval: str
    p: str
    log_rank_p: str
    difference: str
    difference_interval: str
    horizon: str
    median: str
    median_interval: str
    n: str
    note: str


def entries(run: RunDirectory) -> list[Mapping[str, Any]]:
    """Contrasts of arms that are shown, in the summary's order."""
    return [row for row in trial(run).get("contrasts") or [] if {row.get("arm"), row.get("reference")} <= set(run.arms)]


def rows(run: RunDirectory, labels: Labels) -> list[Row]:
    """The table of contrasts."""
    return [
        Row(
            name=_name(row, labels),
            endpoint=str(row.get("endpoint")),
            design=labels.family("design", row.get("design")),
            hazard_ratio=number(row.get("hazard_ratio")),
            interval=span(row.get("low"), row.get("high")),
            p=_p(row.get("p")),
            log_rank_p=_p(row.get("log_rank_p")),
            difference=number(row.get("rmst_difference_months")),
            difference_interval=span(row.get("rmst_low"), row.get("rmst_high")),
            horizon=_horizon(row, labels),
            median=number(row.get("median_difference_months")),
            median_interval=span(row.get("median_low"), row.get("median_high")),
            n=number(row.get("n")),
            note=str(row.get("note") or ""),
        )
        for row in entries(run)
    ]


def figures(run: RunDirectory, labels: Labels) -> list[Figure]:
    """The forest plots, of hazard ratios and of differences of restricted means, as far as any contrast has them."""
    found = [(forest, [row for row in entries(run) if forest.holds(row.get(forest.value))]) for forest in FORESTS]
    return [_figure(forest, drawn, labels) for forest, drawn in found if drawn]


def _figure(forest: Forest, drawn: list[Mapping[str, Any]], labels: Labels) -> Figure:
    canvas = go.Figure()
    for index, design in enumerate(DESIGNS):
        chosen = [(place, row) for place, row in enumerate(drawn) if row.get("design") == design]
        if chosen:
            _points(canvas, chosen, index, forest, labels)
    return finish(
        f"forest-{forest.id}",
        canvas,
        labels.family("forest", forest.id),
        height=FRAME_HEIGHT + ROW_HEIGHT * len(drawn),
        margin={"t": 12},
        shapes=[line(1 if forest.logarithmic else 0, across=False)],
        xaxis={"title": {"text": labels.family("forest_axis", forest.id)}, "zeroline": False} | _axis(forest, drawn),
        yaxis={
            "tickvals": list(range(len(drawn))),
            "ticktext": [plain(_tick(row, forest, labels)) for row in drawn],
            "range": [len(drawn) - 0.4, -0.6],
            "showgrid": False,
            "zeroline": False,
        },
    )


def _tick(row: Mapping[str, Any], forest: Forest, labels: Labels) -> str:
    horizon = "" if forest.logarithmic else _horizon(row, labels)
    return f"{row.get('endpoint')}: {_name(row, labels)}{f', {horizon}' if horizon else ''}"


def _axis(forest: Forest, drawn: list[Mapping[str, Any]]) -> dict[str, Any]:
    values = [float(row[name]) for row in drawn for name in forest.columns if forest.holds(row.get(name))]
    if not forest.logarithmic:
        low, high = min(*values, 0.0), max(*values, 0.0)
        edge = 0.06 * (high - low) or 1.0
        return {"range": [low - edge, high + edge]}
    low = max(min(*values, NARROWEST[0]) / EDGE, WIDEST[0])
    high = min(max(*values, NARROWEST[1]) * EDGE, WIDEST[1])
    marks = [mark for mark in MARKS if low <= mark <= high]
    return {"type": "log", "range": [math.log10(low), math.log10(high)], "tickvals": marks,
            "ticktext": [trimmed(mark) for mark in marks]}  # fmt: skip


def _points(
    canvas: go.Figure, chosen: list[tuple[int, Mapping[str, Any]]], index: int, forest: Forest, labels: Labels
) -> None:
    design = DESIGNS[index]
    label = labels.family("design", design)
    value = [float(row[forest.value]) for _, row in chosen]
    # An end that is not known is drawn at the value itself: no bar on that side.
    ends = [[float(row[name]) if forest.holds(row.get(name)) else v for v, (_, row) in zip(value, chosen, strict=True)]
            for name in (forest.low, forest.high)]  # fmt: skip
    canvas.add_scatter(
        x=rounded(value),
        y=[place for place, _ in chosen],
        mode="markers",
        marker={"symbol": SYMBOLS[1 + index], "size": 11, "color": colour(index)},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": rounded(high - v for high, v in zip(ends[1], value, strict=True)),
            "arrayminus": rounded(v - low for low, v in zip(ends[0], value, strict=True)),
            "color": colour(index),
            "thickness": 1.8,
            "width": 5,
        },
        name=plain(label),
        meta={"label": label},
        legendgroup=design,
        text=[f"{number(row[forest.value])} ({span(row.get(forest.low), row.get(forest.high))})" for _, row in chosen],
        hovertemplate="%{text}<extra></extra>",
    )


def _name(row: Mapping[str, Any], labels: Labels) -> str:
    return labels("contrasts.name", arm=row.get("arm"), reference=row.get("reference"))


def _horizon(row: Mapping[str, Any], labels: Labels) -> str:
    """Up to when restricted means go, where the row has a difference of them."""
    if row.get("rmst_difference_months") is None or row.get("horizon_months") is None:
        return ""
    return labels("contrasts.horizon", months=number(row["horizon_months"]))


def _p(value: Any) -> str:
    if value is None or not math.isfinite(value):
        return ABSENT
    return f"< {SMALLEST_P}" if value < SMALLEST_P else number(float(value), 2)
