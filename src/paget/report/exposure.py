"""Drug exposure and target inhibition: unbound concentrations of example patients over time, and percentiles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from paget.report.figures import DAYS_PER_MONTH, Figure, colour, faded, finish, plain, rounded, thinned
from paget.report.number_format import number, span
from paget.report.origin import start_days
from paget.report.run_directory import RunDirectory
from paget.report.text import Labels
from paget.report.trial_part import arm_control, by_arm

MOST_EXAMPLES, MOST_POINTS = 8, 120
COLUMNS = ("DRUG_1", "DRUG_2", "DRUG_3", "DRUG_4")
DAYS_BEFORE = 14
DECADES_SHOWN = 4


@dataclass(frozen=True)
class Row:
    """One drug of an arm: its concentration, or one target's inhibition: median and 5–95 %."""

    arm: str
    drug: str
    quantity: str
    median: str
    range: str


def rows(run: RunDirectory, labels: Labels) -> list[Row]:
    """Percentiles over patients of concentrations and of the targets' inhibition."""
    found = []
    for arm, drugs in by_arm(run, "exposure").items():
        for entry in drugs:
            level, drug = entry.get("mean_nmol_l") or {}, str(entry.get("drug"))
            found.append(Row(arm, drug, labels("exposure.concentration"), number(level.get("p50")),
                             span(level.get("p5"), level.get("p95"))))  # fmt: skip
            for target in entry.get("inhibition") or []:
                median, low, high = (_percent(target.get(name)) for name in ("p50", "p5", "p95"))
                found.append(Row(arm, drug, labels("exposure.inhibition", target=target["target"]), number(median),
                                 span(low, high)))  # fmt: skip
    return found


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def examples(run: RunDirectory, arm: str) -> list[pd.DataFrame]:
    """Courses of the first patients of an arm with MONTH from the start of treatment, from shortly before it on."""
    curves, starts = run.table("curves"), start_days(run, arm)
    if curves is None:
        return []
    own = curves[(curves["ARM"].astype(str) == arm) & curves["USUBJID"].isin(starts.index)]
    found = []
    for person, course in own.groupby("USUBJID", sort=True):
        day = course["DAY"].to_numpy(dtype=float) - float(starts[person])
        found.append(course.assign(MONTH=day / DAYS_PER_MONTH)[day >= -DAYS_BEFORE].sort_values("MONTH"))
    return found


def drugs(run: RunDirectory, arm: str) -> list[tuple[str, str]]:
    """(column, name) of the arm's drugs; a drug that the summary does not name has its number."""
    named = [str(entry.get("drug")) for entry in by_arm(run, "exposure").get(arm, [])]
    return [(column, named[k] if k < len(named) else f"{k + 1}") for k, column in enumerate(COLUMNS)]


def figure(run: RunDirectory, labels: Labels) -> Figure | None:
    """The figure, or None where no course of a drug was kept."""
    courses = {arm: [c for c in examples(run, arm) if _has_drug(c)][:MOST_EXAMPLES] for arm in run.arms}
    courses = {arm: own for arm, own in courses.items() if own}
    if not courses:
        return None
    canvas = go.Figure()
    for place, (arm, own) in enumerate(courses.items()):
        for index, (column, name) in enumerate(drugs(run, arm)):
            _drug(canvas, own, column, index, labels("exposure.drug", drug=name), str(place), labels)
    highest = max(float(course[[c for c in COLUMNS if c in course]].max().max()) for own in courses.values()
                  for course in own)  # fmt: skip
    top = float(np.log10(highest)) + 0.15
    return finish(
        "drug-courses",
        canvas,
        labels("exposure.description", count=MOST_EXAMPLES),
        height=400,
        control=arm_control(list(courses), labels),
        xaxis={"title": {"text": labels("axis.months_from_start")}, "zeroline": False, "rangemode": "tozero"},
        yaxis={
            "type": "log",
            "dtick": 1,
            "exponentformat": "power",
            "range": [top - DECADES_SHOWN, top],
            "title": {"text": labels("axis.concentration")},
        },
    )


def _has_drug(course: pd.DataFrame) -> bool:
    return any(column in course and bool((course[column] > 0).any()) for column in COLUMNS)


def _drug(
    canvas: go.Figure, courses: list[pd.DataFrame], column: str, index: int, label: str, group: str, labels: Labels
) -> None:
    """One drug: a line per patient, gaps between patients and where there is none in the blood."""
    with_drug = [course for course in courses if column in course and (course[column] > 0).any()]
    if not with_drug:
        return
    months, levels = [], []
    for course in with_drug:
        kept = thinned(course["MONTH"].to_numpy(dtype=float), MOST_POINTS)
        level = course[column].to_numpy(dtype=float)[kept]
        # Where there is none, the month is left out too: the axis ends with the last drug.
        months += [*np.where(level > 0, course["MONTH"].to_numpy(dtype=float)[kept], np.nan), np.nan]
        levels += [*np.where(level > 0, level, np.nan), np.nan]
    canvas.add_scatter(
        x=rounded(months),
        y=rounded(levels),
        mode="lines",
        line={"color": faded(colour(index), 0.75), "width": 1.6},
        name=plain(label),
        meta={"group": group, "label": label},
        legendgroup=column,
        visible=group == "0",
        hovertemplate=f"{plain(label)}<br>%{{x:.1f}} {labels('axis.months')}: %{{y:.3g}} nmol/L<extra></extra>",
    )
