"""The course of a few example patients: tumour volume from the first cell to death, with its events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from paget.report.figures import DAYS_PER_MONTH, Figure, colour, finish, only, plain, rounded, thinned
from paget.report.run_directory import RunDirectory
from paget.report.text import Labels

MOST_EXAMPLES = 8
BURDENS = ("PRIMARY_ML", "METASTASES_ML", "LUNG_ML")
SMALLEST_ML = 1e-6
"""Smallest volume drawn [mL]: a few hundred cells; what lies below is nothing to see on the axis."""


def figure(run: RunDirectory, labels: Labels) -> Figure | None:
    """The figure with a choice of patients, or None where no course was sampled."""
    curves = run.table("curves")
    if curves is None:
        return None
    canvas = go.Figure()
    options: list[tuple[str, str]] = []
    frames: dict[str, dict[str, Any]] = {}
    for position, ((arm, patient), course) in enumerate(_examples(curves, run.arms)):
        group = f"p{position}"
        _course(canvas, course.sort_values("DAY"), labels, group, visible=position == 0)
        frames[group] = _frame(run, str(arm), str(patient), course, labels)
        options.append((group, str(patient) if len(run.arms) == 1 else f"{patient} · {arm}"))
    return finish(
        "timeline",
        canvas,
        labels("timeline.description"),
        height=620,
        control=only(options, labels("control.patient")),
        margin={"t": 112, "r": 24, "l": 72},
        meta=frames,
        xaxis={"title": {"text": labels("axis.months_from_diagnosis")}, "zeroline": False, "anchor": "y2"},
        yaxis={
            "domain": [0.36, 1],
            "type": "log",
            "title": {"text": labels("axis.volume")},
            "exponentformat": "power",
            "dtick": 1,
            "range": [float(np.log10(SMALLEST_ML)), 3.3],
        },
        yaxis2={"domain": [0, 0.28], "title": {"text": labels("axis.visible_lesions")}, "rangemode": "tozero"},
        **frames["p0"],
    )


def _examples(curves: pd.DataFrame, arms: list[str]) -> list[tuple[tuple[Any, Any], pd.DataFrame]]:
    """The first patients of every arm, the same number of each."""
    each = max(MOST_EXAMPLES // max(len(arms), 1), 1)
    chosen = []
    for arm in arms:
        courses = curves[curves["ARM"].astype(str) == arm].groupby("USUBJID", sort=False, observed=True)
        chosen += [((arm, patient), course) for patient, course in list(courses)[:each]]
    return chosen


def _course(canvas: go.Figure, course: pd.DataFrame, labels: Labels, group: str, *, visible: bool) -> None:
    course = course.iloc[thinned(course["DAY"].to_numpy(dtype=float), 300)]
    months = rounded(course["DAY"] / DAYS_PER_MONTH)
    for index, column in enumerate(BURDENS):
        values = course[column].to_numpy(dtype=float)
        name = labels.family("burden", column)
        canvas.add_scatter(
            x=months,
            y=rounded(np.where(values >= SMALLEST_ML, values, np.nan)),
            mode="lines",
            line={"color": colour(index), "width": 2.5, "dash": "dash" if column == "LUNG_ML" else "solid"},
            name=plain(name),
            meta={"group": group, "label": name},
            legendgroup=column,
            visible=visible,
            hovertemplate=f"{plain(name)}: %{{y:.3g}} mL<br>%{{x:.1f}} {labels('axis.months')}<extra></extra>",
        )
    canvas.add_scatter(
        x=months,
        y=rounded(course["LESIONS"]),
        mode="lines",
        line={"color": colour(3), "width": 2, "shape": "hv"},
        fill="tozeroy",
        yaxis="y2",
        name=labels("axis.visible_lesions"),
        meta={"group": group, "label": labels("axis.visible_lesions")},
        legendgroup="LESIONS",
        visible=visible,
        hovertemplate=f"{labels('axis.visible_lesions')}: %{{y}}<br>%{{x:.1f}} {labels('axis.months')}<extra></extra>",
    )


def _frame(run: RunDirectory, arm: str, patient: str, course: pd.DataFrame, labels: Labels) -> dict[str, Any]:
    """Lines and words of a patient's events, put at alternating heights so that neighbours stay legible."""
    events = _events(run, arm, patient, labels)
    shapes, notes = [], []
    first, last = float(course["DAY"].min()), float(course["DAY"].max())
    first, last = min([first, *(day for day, _ in events)]), max([last, *(day for day, _ in events)])
    edge = 0.04 * (last - first)
    for position, (day, words) in enumerate(sorted(events)):
        month = round(day / DAYS_PER_MONTH, 3)
        shapes.append(
            {"type": "line", "x0": month, "x1": month, "y0": 0, "y1": 1, "yref": "paper"}
            | {"line": {"dash": "dot", "width": 1.5, "color": "#7F7F7F"}}
        )
        late = day - first > 0.6 * (last - first)
        notes.append(
            {"x": month, "y": 1, "yref": "paper", "yanchor": "bottom", "yshift": 2 + 20 * (position % 4)}
            | {"xanchor": "right" if late else "left", "showarrow": False, "text": words, "font": {"size": 12}}
        )
    span = [round((first - edge) / DAYS_PER_MONTH, 3), round((last + edge) / DAYS_PER_MONTH, 3)]
    return {"shapes": shapes, "annotations": notes, "xaxis_range": span}


def _events(run: RunDirectory, arm: str, patient: str, labels: Labels) -> list[tuple[float, str]]:
    events = [(0.0, labels("timeline.diagnosis"))]
    subjects = run.table("subjects")
    if subjects is not None:
        own = subjects[(subjects["USUBJID"] == patient) & (subjects["ARM"].astype(str) == arm)]
        for subject in own.to_dict("records"):
            events += _life(subject, labels)
    return [(day, plain(words)) for day, words in events if np.isfinite(day)]


def _life(subject: Mapping[Any, Any], labels: Labels) -> list[tuple[float, str]]:
    years = f"{float(subject['TUMOUR_AGE_DAYS']) / 365.25:.1f}"
    events = [(-float(subject["TUMOUR_AGE_DAYS"]), labels("timeline.first_cell", years=years))]
    events.append((float(subject.get("FIRST_FOUNDER_DAY", np.nan)), labels("timeline.first_founder")))
    if not subject["ALIVE"]:
        cause = labels.family("cause", subject["DEATH_CAUSE"])
        events.append((float(subject["DEATH_DAYS"]), labels("timeline.death", cause=cause)))
    return events
