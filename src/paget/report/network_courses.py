"""Courses in time: nodes and read-outs with their 95 % band, and when events first happen, by condition."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from paget.report.figures import Figure, colour, faded, finish, only, plain, rounded, thinned
from paget.report.network_tables import Part, conditions, course, most_different
from paget.report.run_directory import RunDirectory
from paget.report.text import Labels

NORMAL_95 = 1.959963984540054
MOST_NODES = 16
MOST_CONDITIONS = 10
"""Curves in one figure: as many as there are colours."""

POINTS = 120
HEIGHT = 420


def time_title(run: RunDirectory, labels: Labels) -> str:
    """Title of a time axis, with the network's unit where it is known."""
    unit = (run.summary.get("network") or {}).get("time_unit")
    return labels("network.time_in", unit=unit) if unit else labels("network.time")


def figures(run: RunDirectory, labels: Labels) -> list[Figure]:
    """Read-outs, then nodes; nothing for a table that is not there."""
    found = []
    for table in ("read_outs", "nodes"):
        values = course(run, table)
        if values is not None:
            found.append(_figure(run, table, values, labels))
    return found


def _figure(run: RunDirectory, table: str, values: pd.DataFrame, labels: Labels) -> Figure:
    import plotly.graph_objects as go

    shown = conditions(run, Part.CONDITION)["condition"].tolist()[:MOST_CONDITIONS]
    values = values[values["condition"].isin(shown)]
    names = _chosen(run, table, values)
    canvas = go.Figure()
    tick = float((run.summary.get("network") or {}).get("time_tick") or 0.0)
    courses = {key: rows for key, rows in values.groupby(["name", "condition"], sort=False)}
    for name in names:
        for index, condition in enumerate(shown):
            _draw(canvas, courses[name, condition], name, condition, index, first=name == names[0], shift=tick / 2)
    key = table.replace("_", "-")
    return finish(
        f"course-{key}",
        canvas,
        labels.family("network_course", table),
        height=HEIGHT,
        control=only([(name, name) for name in names], labels("control.show")),
        xaxis={"title": {"text": time_title(run, labels)}, "rangemode": "tozero"},
        yaxis={"title": {"text": labels("network.share_on")}, "range": [-0.02, 1.02], "tickformat": ".0%"},
    )


def _chosen(run: RunDirectory, table: str, values: pd.DataFrame) -> list[str]:
    """What is drawn: the nodes that the scenario names, else those that differ most between conditions and times."""
    named = [name for name in (run.summary.get("network") or {}).get("show") or [] if name in set(values["name"])]
    if table == "nodes" and named:
        return named
    if table == "read_outs":
        return list(dict.fromkeys(values["name"]))
    acted_on = {str(target) for _, target, _ in (run.summary.get("network") or {}).get("edges") or []}
    names = [name for name in dict.fromkeys(values["name"]) if name in acted_on] or list(dict.fromkeys(values["name"]))
    wide = values.pivot(index=["condition", "time"], columns="name", values="probability")
    return most_different(wide[names], MOST_NODES)


def _draw(canvas: Any, rows: pd.DataFrame, name: str, condition: str, index: int, *, first: bool, shift: float) -> None:
    """A line at the middles of the windows with its band."""
    times = rows["time"].to_numpy(float)
    kept = thinned(times, POINTS)
    mean, error = (rows[column].to_numpy(float)[kept] for column in ("probability", "standard_error"))
    band(canvas, times[kept] + shift, mean, NORMAL_95 * error, condition, index, group=name, visible=first)


def band(
    canvas: Any, x: np.ndarray, mean: np.ndarray, half: np.ndarray, label: str, index: int, *, group: str, visible: bool
) -> None:
    """Add a line with its interval; `group` is the entry of the figure's control that shows it."""
    shade = colour(index)
    shared = {"legendgroup": f"condition{index}", "meta": {"group": group, "label": label}, "visible": visible}
    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    at = rounded(x)
    canvas.add_scatter(x=at, y=rounded(np.clip(mean - half, 0.0, 1.0)), **edge, **shared)
    canvas.add_scatter(
        x=at, y=rounded(np.clip(mean + half, 0.0, 1.0)), **edge, **shared, fill="tonexty", fillcolor=faded(shade, 0.2)
    )
    canvas.add_scatter(
        x=at,
        y=rounded(mean),
        mode="lines",
        line={"color": shade, "width": 2.5},
        name=plain(label),
        customdata=rounded(half),
        hovertemplate=f"{plain(label)}<br>%{{x:.3g}}: %{{y:.1%}} ± %{{customdata:.1%}}<extra></extra>",
        **shared,
    )


def passages(run: RunDirectory, labels: Labels) -> Figure | None:
    """Share of trajectories in which each event has happened by a time; None where none was asked for."""
    import plotly.graph_objects as go

    table = run.table("first_passage")
    if table is None:
        return None
    shown = conditions(run, Part.CONDITION)["condition"].tolist()[:MOST_CONDITIONS]
    table = table.astype({"condition": str, "event": str})
    events = list(dict.fromkeys(table["event"]))
    canvas = go.Figure()
    for event in events:
        for index, condition in enumerate(shown):
            rows = table[(table["event"] == event) & (table["condition"] == condition)]
            mean, error = (rows[column].to_numpy(float) for column in ("probability", "standard_error"))
            times = rows["time"].to_numpy(float)
            band(canvas, times, mean, NORMAL_95 * error, condition, index, group=event, visible=event == events[0])
    return finish(
        "first-passage-figure",
        canvas,
        labels("network.first_passage"),
        height=HEIGHT,
        control=only([(event, event) for event in events], labels("control.show")),
        xaxis={"title": {"text": time_title(run, labels)}, "rangemode": "tozero"},
        yaxis={"title": {"text": labels("network.share_happened")}, "range": [-0.02, 1.02], "tickformat": ".0%"},
    )
