"""Tumour DNA and tumour cells in the blood under treatment: median and 5–95 % of the people whose courses are kept."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from paget.report.exposure import examples
from paget.report.figures import DAYS_PER_MONTH, Figure, colour, faded, finish, plain, rounded
from paget.report.microenvironment import Band, band, grid
from paget.report.run_directory import RunDirectory
from paget.report.text import Labels
from paget.report.trial_part import line

QUANTITIES = ("CTDNA_PER_ML", "CTC_PER_ML")
DECADES_SHOWN = 7
"""At most so many powers of ten below the highest value."""


def figures(run: RunDirectory, labels: Labels) -> list[Figure]:
    """A figure per quantity that was kept and is above zero somewhere."""
    found = []
    for name in QUANTITIES:
        bands = {arm: own for arm in run.arms if (own := course(run, arm, name)) is not None}
        if bands:
            found.append(_figure(name, bands, run.arms, labels))
    return found


def course(run: RunDirectory, arm: str, name: str) -> Band | None:
    """Median and outer quantiles at months from the start of treatment; None without a value above zero."""
    people = [own.assign(DAY=own["MONTH"] * DAYS_PER_MONTH) for own in examples(run, arm) if name in own and len(own)]
    if not any((own[name] > 0).any() for own in people):
        return None
    return band(people, name, grid(people))


def _figure(name: str, bands: dict[str, Band], arms: list[str], labels: Labels) -> Figure:
    top = float(np.log10(max(np.nanmax(found.high) for found in bands.values()))) + 0.2
    lowest = min(np.log10(found.low[found.low > 0].min(initial=1.0)) for found in bands.values())
    bottom = max(float(lowest) - 0.2, top - DECADES_SHOWN)
    canvas = go.Figure()
    for arm, found in bands.items():
        _draw(canvas, arm, found, arms.index(arm), 10**bottom, labels)
    return finish(
        f"blood-{name.split('_', 1)[0].lower()}",
        canvas,
        labels.family("blood", name),
        height=320,
        margin={"t": 12},
        shapes=[line(0, across=False)],
        xaxis={"title": {"text": labels("axis.months_from_start")}, "zeroline": False},
        yaxis={
            "type": "log",
            "dtick": 1,
            "exponentformat": "power",
            "range": [bottom, top],
            "title": {"text": labels.family("blood_unit", name)},
        },
    )


def _draw(canvas: go.Figure, arm: str, found: Band, index: int, smallest: float, labels: Labels) -> None:
    inside = found.high >= smallest
    months, shade = rounded(found.months[inside]), colour(index)
    group = {"legendgroup": f"arm{index}", "meta": {"label": arm}}
    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    canvas.add_scatter(x=months, y=rounded(np.maximum(found.low[inside], smallest)), **edge, **group)
    canvas.add_scatter(
        x=months, y=rounded(found.high[inside]), **edge, **group, fill="tonexty", fillcolor=faded(shade, 0.2)
    )
    canvas.add_scatter(
        x=months,
        y=rounded(np.where(found.median >= smallest, found.median, np.nan)[inside]),
        mode="lines",
        line={"color": shade, "width": 2.5},
        name=plain(arm),
        hovertemplate=f"{plain(arm)}<br>%{{x:.1f}} {labels('axis.months')}: %{{y:.3g}}<extra></extra>",
        **group,
    )
