"""Swimmer plot: each patient's lines of treatment, first response, progression and death over time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from paget.report.figures import DAYS_PER_MONTH, Figure, colour, finish, plain, rounded
from paget.report.origin import from_start
from paget.report.run_directory import RunDirectory
from paget.report.survival_curves import OVERALL, endpoint_rows
from paget.report.text import Labels
from paget.report.trial_part import arm_control, evenly, shown_of

MOST_BARS = 100
BAR_HEIGHT, LEAST_BAR_HEIGHT = 14, 7
FRAME_HEIGHT, FEW = 110, 30
FOLLOW_UP = "#A0A8B0"
MARKS = {
    "response": ("triangle-up", "#009E73"),
    "progression": ("diamond", "#D55E00"),
    "death": ("x", "#5B6670"),
    "alive": ("triangle-right", "#0072B2"),
}
"""What is marked -> symbol and colour."""


@dataclass(frozen=True)
class Swimmer:
    """One patient in days from the start of treatment; None: did not happen. `lines`: (number, begin, end)."""

    person: str
    end: float
    died: bool
    response: float | None
    progression: float | None
    lines: tuple[tuple[int, float, float], ...]

    def mark(self, name: str) -> float | None:
        """Day of what MARKS names."""
        ends = {"death": self.end if self.died else None, "alive": None if self.died else self.end}
        return {"response": self.response, "progression": self.progression, **ends}[name]


def swimmers(run: RunDirectory, arm: str) -> list[Swimmer]:
    """Everybody of an arm with a line of treatment, the longest observed first."""
    table, overall = run.table("treatments"), endpoint_rows(run, arm, OVERALL)
    if table is None or overall is None:
        return []
    ends = from_start(run, arm, overall.set_index("USUBJID")["AVAL"].astype(float))
    died = overall.set_index("USUBJID")["CNSR"] == 0
    response, progression = _days(run, arm, "TTR", ""), _days(run, arm, "PFS", "progression")
    given = table[(table["ARM"].astype(str) == arm) & table["GIVEN"].to_numpy(dtype=bool)].sort_values("LINE")
    lines = {str(person): own for person, own in given.groupby("USUBJID", sort=True)}
    found = [
        Swimmer(person, float(ends[person]), bool(died[person]), response.get(person), progression.get(person),
                _lines(own, float(ends[person])))
        for person, own in lines.items() if person in ends.index
    ]  # fmt: skip
    return sorted(found, key=lambda each: (-each.end, each.person))


def figure(run: RunDirectory, labels: Labels) -> Figure | None:
    """The figure, or None where nobody was treated or the tables are absent."""
    everyone = {arm: swimmers(run, arm) for arm in run.arms}
    shown = {arm: _chosen(found) for arm, found in everyone.items() if found}
    if not shown:
        return None
    canvas = go.Figure()
    for place, found in enumerate(shown.values()):
        _draw(canvas, found, str(place), labels)
    most = max(len(found) for found in shown.values())
    return finish(
        "swimmer",
        canvas,
        labels("swimmer.description"),
        height=FRAME_HEIGHT + most * (BAR_HEIGHT if most <= FEW else LEAST_BAR_HEIGHT),
        control=arm_control(list(shown), labels),
        margin={"l": 40},
        xaxis={"title": {"text": labels("axis.months_from_start")}, "zeroline": False, "rangemode": "tozero"},
        yaxis={
            "range": [most - 0.3, -0.7],
            "showticklabels": False,
            "showgrid": False,
            "zeroline": False,
            "title": {"text": labels("axis.patients")},
        },
    )


def note(run: RunDirectory, labels: Labels) -> str:
    """How many patients are shown of how many, where not all are."""
    everyone = {arm: len(swimmers(run, arm)) for arm in run.arms}
    return shown_of({arm: min(count, MOST_BARS) for arm, count in everyone.items()}, everyone, labels)


def _chosen(found: list[Swimmer]) -> list[Swimmer]:
    return [found[k] for k in evenly(len(found), MOST_BARS)]


def _days(run: RunDirectory, arm: str, endpoint: str, event: str) -> dict[str, float]:
    """Days of an endpoint's events from the start of treatment; `event`: only those described so."""
    rows = endpoint_rows(run, arm, endpoint)
    if rows is None:
        return {}
    happened = rows[(rows["CNSR"] == 0) & ((rows["EVNTDESC"].astype(str) == event) | (event == ""))]
    days = from_start(run, arm, happened.set_index("USUBJID")["AVAL"].astype(float))
    return {str(person): float(day) for person, day in days.items()}


def _lines(own: pd.DataFrame, end: float) -> tuple[tuple[int, float, float], ...]:
    """Lines given; one that was not ended lasts until the end of observation."""
    rows = zip(own["LINE"], own["ASTDY"], own["AENDY"], own["DCSREAS"].astype(str), strict=True)
    return tuple(
        (int(number), float(begin), end if reason == "ongoing" or np.isnan(stop) else min(float(stop), end))
        for number, begin, stop, reason in rows
        if not np.isnan(begin)
    )


def _draw(canvas: go.Figure, found: list[Swimmer], group: str, labels: Labels) -> None:
    _bars(canvas, [(place, 0.0, each.end) for place, each in enumerate(found)], labels("swimmer.followed"), group,
          "followed", FOLLOW_UP, 2)  # fmt: skip
    for number in sorted({number for each in found for number, _, _ in each.lines}):
        bars = [(place, begin, end) for place, each in enumerate(found) for n, begin, end in each.lines if n == number]
        label = labels("swimmer.line", number=number)
        _bars(canvas, bars, label, group, f"line{number}", LINE_COLOURS[(number - 1) % len(LINE_COLOURS)],
              BAR_WIDTH if len(found) <= FEW else LEAST_BAR_WIDTH)  # fmt: skip
    for name, (symbol, shade) in MARKS.items():
        marked = [(place, each.mark(name), each.person) for place, each in enumerate(found)]
        _marks(canvas, [(p, d, who) for p, d, who in marked if d is not None], name, symbol, shade, group, labels)


LINE_COLOURS = (colour(5), colour(4), colour(6), colour(8))
BAR_WIDTH, LEAST_BAR_WIDTH = 9, 5


def _bars(
    canvas: go.Figure,
    bars: Iterable[tuple[int, float, float]],
    label: str,
    group: str,
    key: str,
    shade: str,
    width: int,
) -> None:
    months, places = [], []
    for place, begin, end in bars:
        months += [begin / DAYS_PER_MONTH, end / DAYS_PER_MONTH, np.nan]
        places += [place, place, None]
    canvas.add_scatter(
        x=rounded(months),
        y=places,
        mode="lines",
        line={"color": shade, "width": width},
        name=plain(label),
        meta={"group": group, "label": label},
        legendgroup=key,
        visible=group == "0",
        hovertemplate=f"{plain(label)}: %{{x:.1f}}<extra></extra>",
    )


def _marks(
    canvas: go.Figure, marked: list[tuple[int, float, str]], name: str, symbol: str, shade: str, group: str,
    labels: Labels,
) -> None:  # fmt: skip
    if not marked:
        return
    label = labels.family("swimmer_mark", name)
    canvas.add_scatter(
        x=rounded(day / DAYS_PER_MONTH for _, day, _ in marked),
        y=[place for place, _, _ in marked],
        mode="markers",
        marker={"symbol": symbol, "size": 8, "color": shade},
        name=plain(label),
        meta={"group": group, "label": label},
        legendgroup=name,
        visible=group == "0",
        text=[plain(who) for _, _, who in marked],
        hovertemplate=f"%{{text}}<br>{plain(label)}: %{{x:.1f}} {labels('axis.months')}<extra></extra>",
    )
