"""Spider plot: every patient's sum of target lesions over time as a change from baseline, coloured by best response."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from paget.report.best_response import COLOURS
from paget.report.figures import DAYS_PER_MONTH, Figure, colour, finish, plain, rounded
from paget.report.run_directory import RunDirectory
from paget.report.text import Labels
from paget.report.trial_part import arm_control, evenly, line, shown_of
from paget.report.waterfall import LARGEST_SHOWN, PARTIAL_RESPONSE

MOST_LINES = 150
PERCENT = 100.0


def changes(run: RunDirectory, arm: str) -> pd.DataFrame:
    """Columns USUBJID, MONTH (from the start of treatment), CHANGE [%] and AVALC of evaluable scans, baseline at first.

    Scans against a later baseline, of a line begun after progression, are left out.
    """
    table = run.table("responses")
    if table is None:
        return pd.DataFrame(columns=["USUBJID", "MONTH", "CHANGE", "AVALC"])
    own = table[(table["ARM"].astype(str) == arm) & (table["BASELINE_NUMBER"] == 1)].sort_values(["USUBJID", "AVISITN"])
    baseline = own.groupby("USUBJID")["SUM_MM"].transform("first").to_numpy(dtype=float)
    size = own["SUM_MM"].to_numpy(dtype=float)
    change = PERCENT * np.divide(size - baseline, baseline, out=np.full(len(own), np.nan), where=baseline > 0)
    months = own["ADY"].to_numpy(dtype=float) / DAYS_PER_MONTH
    columns = {"USUBJID": own["USUBJID"].to_numpy(), "MONTH": months, "CHANGE": change}
    found = pd.DataFrame(columns | {"AVALC": own["AVALC"].astype(str).to_numpy()})
    followed = found[own["EVALUABLE"].to_numpy(dtype=bool) & np.isfinite(change)]
    return followed[followed.groupby("USUBJID")["MONTH"].transform("size") > 1]


def figure(run: RunDirectory, labels: Labels) -> Figure | None:
    """The figure, or None where nobody has a scan after baseline."""
    courses = {arm: changes(run, arm) for arm in run.arms}
    courses = {arm: own for arm, own in courses.items() if len(own)}
    if not courses:
        return None
    canvas = go.Figure()
    for place, (arm, own) in enumerate(courses.items()):
        _lines(canvas, own[own["USUBJID"].isin(chosen(own))], _best(run, arm), str(place), labels)
    highest = max(float(own["CHANGE"].max()) for own in courses.values())
    return finish(
        "spider",
        canvas,
        labels("spider.description"),
        height=420,
        control=arm_control(list(courses), labels),
        shapes=[line(PARTIAL_RESPONSE, across=True)],
        xaxis={"title": {"text": labels("axis.months_from_start")}, "zeroline": False, "rangemode": "tozero"},
        yaxis={
            "title": {"text": labels("axis.change")},
            "ticksuffix": "\N{NARROW NO-BREAK SPACE}%",
            "range": [-105, min(max(highest * 1.05, 30), LARGEST_SHOWN)],
        },
    )


def note(run: RunDirectory, labels: Labels) -> str:
    """How many patients' lines are shown of how many, where not all are."""
    courses = {arm: changes(run, arm) for arm in run.arms}
    shown = {arm: len(chosen(own)) for arm, own in courses.items()}
    return shown_of(shown, {arm: own["USUBJID"].nunique() for arm, own in courses.items()}, labels)


def chosen(courses: pd.DataFrame) -> list[str]:
    """At most MOST_LINES patients, evenly spread over the ranks of their deepest change."""
    depth = courses.groupby("USUBJID")["CHANGE"].min().reset_index().sort_values(["CHANGE", "USUBJID"])
    return [str(depth["USUBJID"].iloc[k]) for k in evenly(len(depth), MOST_LINES)]


def _best(run: RunDirectory, arm: str) -> dict[str, str]:
    subjects = run.table("subjects")
    if subjects is None or "BOR" not in subjects:
        return {}
    own = subjects[subjects["ARM"].astype(str) == arm]
    return dict(zip(own["USUBJID"].astype(str), own["BOR"].astype(str), strict=True))


def _lines(canvas: go.Figure, courses: pd.DataFrame, best: dict[str, str], group: str, labels: Labels) -> None:
    response = courses["USUBJID"].astype(str).map(best).fillna("NE").replace("", "NE")
    for name, shade in COLOURS.items():
        own = courses[response == name]
        if own.empty:
            continue
        label = labels.family("response", name)
        gapped = pd.concat([_with_gap(course) for _, course in own.groupby("USUBJID", sort=True)])
        canvas.add_scatter(
            x=rounded(gapped["MONTH"]),
            y=rounded(gapped["CHANGE"]),
            mode="lines+markers",
            line={"color": shade, "width": 1.3},
            marker={"size": 4, "color": shade},
            opacity=0.8,
            name=plain(label),
            meta={"group": group, "label": label},
            legendgroup=name,
            visible=group == "0",
            hovertemplate=f"{plain(label)}<br>%{{x:.1f}} {labels('axis.months')}: %{{y:.0f}} %<extra></extra>",
        )
    _progressions(canvas, courses, group, labels)


def _with_gap(course: pd.DataFrame) -> pd.DataFrame:
    gap = pd.DataFrame({name: [np.nan] for name in ("MONTH", "CHANGE")})
    return pd.concat([course[["MONTH", "CHANGE"]], gap])


def _progressions(canvas: go.Figure, courses: pd.DataFrame, group: str, labels: Labels) -> None:
    first = courses[courses["AVALC"] == "PD"].groupby("USUBJID", sort=True).head(1)
    if first.empty:
        return
    label = labels("spider.progression")
    canvas.add_scatter(
        x=rounded(first["MONTH"]),
        y=rounded(first["CHANGE"]),
        mode="markers",
        marker={"symbol": "x", "size": 8, "color": colour(1)},
        name=plain(label),
        meta={"group": group, "label": label},
        legendgroup="progression",
        visible=group == "0",
        hovertemplate=f"{plain(label)}: %{{x:.1f}} {labels('axis.months')}<extra></extra>",
    )
