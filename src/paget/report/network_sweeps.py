"""Sweeps: every genotype under every drug as a heat map, and a read-out against dose."""

from __future__ import annotations

from typing import Any

import pandas as pd

from paget.report.figures import Figure, colour, finish, only, plain, rounded
from paget.report.network_courses import NORMAL_95
from paget.report.network_tables import Part, conditions, final, measures, most_different
from paget.report.run_directory import RunDirectory
from paget.report.text import Labels

MOST_MEASURES = 24
CELL_HEIGHT = 34
LABEL_HEIGHT = 150
SCALE = [[0.0, "#F4F6F8"], [0.5, "#56B4E9"], [1.0, "#00406B"]]
CONCENTRATION_ABOVE = 1.0
"""Shares are at most 1; a larger dose is a concentration."""

DOSE_HEIGHT = 420


def _measured(run: RunDirectory, part: Part) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Final values and standard errors of what is compared, the columns that differ most first."""
    table = measures(run)
    values = final(run, table, part)
    errors = final(run, table, part, "standard_error")
    if values is None or errors is None:
        return None
    names = list(values.columns) if table == "read_outs" else most_different(values, MOST_MEASURES)
    return values[names], errors[names]


def heat_map(run: RunDirectory, labels: Labels) -> Figure | None:
    """One map per read-out, or None where the scenario has none."""
    import plotly.graph_objects as go

    found = _measured(run, Part.HEAT_MAP)
    if found is None:
        return None
    values, errors = found
    cells = conditions(run, Part.HEAT_MAP).set_index("condition")
    rows, columns = (list(dict.fromkeys(cells[key])) for key in ("row", "column"))
    canvas = go.Figure()
    for position, name in enumerate(values.columns):
        grid = [[_at(values, cells, name, row, column) for column in columns] for row in rows]
        spread = [[_at(errors, cells, name, row, column) for column in columns] for row in rows]
        canvas.add_heatmap(
            z=[rounded(line) for line in grid],
            x=[plain(name) for name in columns],
            y=[plain(name) for name in rows],
            text=[[f"{100 * value:.0f}" for value in line] for line in grid],
            customdata=[rounded(NORMAL_95 * error for error in line) for line in spread],
            texttemplate="%{text}",
            zmin=0,
            zmax=1,
            colorscale=SCALE,
            colorbar={"tickformat": ".0%", "thickness": 14},
            xgap=2,
            ygap=2,
            meta={"group": name},
            visible=position == 0,
            hovertemplate="%{y}<br>%{x}: %{z:.1%} ± %{customdata:.1%}<extra></extra>",
        )
    return finish(
        "heat-map-figure",
        canvas,
        labels("network.heat_map"),
        height=CELL_HEIGHT * len(rows) + LABEL_HEIGHT,
        margin={"l": 24, "t": 8, "b": 24, "r": 8},
        control=only([(name, name) for name in values.columns], labels("control.show")),
        xaxis={"type": "category", "showgrid": False, "tickangle": -35 if len(columns) > 5 else 0},
        yaxis={"type": "category", "autorange": "reversed", "showgrid": False},
    )


def _at(values: pd.DataFrame, cells: pd.DataFrame, name: str, row: str, column: str) -> float:
    condition = cells.index[(cells["row"] == row) & (cells["column"] == column)][0]
    return float(values.loc[condition, name])  # type: ignore[arg-type]


def dose_response(run: RunDirectory, labels: Labels) -> Figure | None:
    """Each read-out against dose, a line per condition with 95 % intervals; None where the scenario has none."""
    import plotly.graph_objects as go

    found = _measured(run, Part.DOSE_RESPONSE)
    if found is None:
        return None
    values, errors = found
    points = conditions(run, Part.DOSE_RESPONSE)
    canvas = go.Figure()
    for name in values.columns:
        for index, (background, own) in enumerate(points.groupby("row", sort=False)):
            own = own.sort_values("dose", kind="stable")
            mean = values.loc[own["condition"], name].to_numpy(float)
            half = NORMAL_95 * errors.loc[own["condition"], name].to_numpy(float)
            shade = colour(index)
            canvas.add_scatter(
                x=rounded(own["dose"].to_numpy(float)),
                y=rounded(mean),
                error_y={"type": "data", "array": rounded(half), "thickness": 1.5, "color": shade},
                mode="lines+markers",
                line={"color": shade, "width": 2.5},
                marker={"color": shade, "size": 8},
                name=plain(background),
                legendgroup=f"background{index}",
                meta={"group": name, "label": str(background)},
                visible=name == values.columns[0],
                hovertemplate=f"{plain(background)}<br>%{{x:.3g}}: %{{y:.1%}}<extra></extra>",
            )
    return finish(
        "dose-response-figure",
        canvas,
        labels("network.dose_response", drug=points["column"].iloc[0]),
        height=DOSE_HEIGHT,
        control=only([(name, name) for name in values.columns], labels("control.show")),
        xaxis=_dose_axis(points, labels),
        yaxis={"title": {"text": labels("network.share_on")}, "range": [-0.02, 1.02], "tickformat": ".0%"},
    )


def _dose_axis(points: pd.DataFrame, labels: Labels) -> dict[str, Any]:
    drug = plain(points["column"].iloc[0])
    if points["dose"].max() <= CONCENTRATION_ABOVE:
        title = labels("network.inhibition_by", drug=drug)
        return {"title": {"text": title}, "tickformat": ".0%", "zeroline": False}
    return {"title": {"text": labels("network.concentration_of", drug=drug)}, "type": "log", "exponentformat": "power"}
