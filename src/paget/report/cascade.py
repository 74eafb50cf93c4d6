"""The metastatic cascade as a funnel: mean cells per patient at each step, by route, on a log axis."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from paget.report.figures import Figure, colour, finish, only, plain, rounded
from paget.report.number_format import number
from paget.report.run_directory import RunDirectory
from paget.report.text import Labels

STEPS = ("SHED", "ARRESTED", "EXTRAVASATED", "FOUNDERS", "ESTABLISHED", "COLONISED", "CIRCULATING")
"""Steps in order; cells in circulation come last: they are those of the moment, the others a sum since the start."""
ROUTES = ("blood", "lymph", "metastases")
"""How the cells came: from the primary by blood or lymph, or from other metastases (whose shed cells aren't summed)."""


def per_patient(run: RunDirectory, arm: str, moment: str) -> pd.DataFrame | None:
    """Mean over an arm's patients of each step's cells up to `moment`, one row per route."""
    cascade, subjects = run.table("cascade"), run.table("subjects")
    if cascade is None or subjects is None:
        return None
    chosen = cascade[(cascade["ARM"].astype(str) == arm) & (cascade["MOMENT"] == moment)]
    patients = max(int((subjects["ARM"].astype(str) == arm).sum()), 1)
    return chosen.groupby("ROUTE", observed=True)[list(STEPS)].sum() / patients


def figure(run: RunDirectory, labels: Labels) -> Figure | None:
    """The funnel, or None where the table is absent or nothing was shed."""
    canvas = go.Figure()
    options: list[tuple[str, str]] = []
    smallest, largest = np.inf, 0.0
    for moment in ("death", "diagnosis"):
        for position, arm in enumerate(run.arms):
            means = per_patient(run, arm, moment)
            if means is None:
                return None
            values = means.to_numpy(dtype=float)
            smallest = min(smallest, values[values > 0].min(initial=np.inf))
            largest = max(largest, values.max(initial=0.0))
            group = f"{moment}{position}"
            _bars(canvas, means, labels, group, visible=not options)
            words = labels.family("moment", moment)
            options.append((group, words if len(run.arms) == 1 else f"{words} · {arm}"))
    if largest <= 0:
        return None
    decades = [float(np.floor(np.log10(smallest)) - 1), float(np.ceil(np.log10(largest)) + 1)]
    return finish(
        "cascade",
        canvas,
        labels("cascade.description"),
        height=110 + 74 * len(STEPS),
        control=only(options, labels("control.show")),
        margin={"l": 150, "r": 24},
        barmode="group",
        bargap=0.25,
        bargroupgap=0.06,
        xaxis={
            "type": "log",
            "range": decades,
            "title": {"text": labels("axis.cells_per_patient")},
            "exponentformat": "power",
            "dtick": max(1, round((decades[1] - decades[0]) / 9)),
        },
        yaxis={"autorange": "reversed", "automargin": True, "showgrid": False, "ticksuffix": "  "},
    )


def _bars(canvas: go.Figure, means: pd.DataFrame, labels: Labels, group: str, *, visible: bool) -> None:
    for index, route in enumerate(ROUTES):
        if route not in means.index:
            continue
        values = [float(v) for v in means.loc[route].to_numpy(dtype=float)]
        name = labels.family("route", route)
        canvas.add_bar(
            y=[labels.family("step", step) for step in STEPS],
            x=rounded(v if v > 0 else np.nan for v in values),
            orientation="h",
            marker={"color": colour(index)},
            text=[number(v) for v in values],
            textposition="auto",
            insidetextanchor="end",
            textfont={"size": 12},
            constraintext="none",
            cliponaxis=False,
            name=plain(name),
            meta={"group": group, "label": name},
            legendgroup=route,
            visible=visible,
            hovertemplate=f"{plain(name)}<br>%{{y}}: %{{text}}<extra></extra>",
        )
