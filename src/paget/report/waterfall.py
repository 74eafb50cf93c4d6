"""Waterfall plot: every patient's best change of the sum of target lesions, coloured by best overall response."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from paget.report.best_response import COLOURS
from paget.report.figures import Figure, finish, plain, rounded
from paget.report.number_format import number
from paget.report.run_directory import RunDirectory
from paget.report.text import Labels
from paget.report.trial_part import arm_control, evenly, line, of_arms, shown_of

MOST_BARS = 300
PROGRESSION, PARTIAL_RESPONSE = 20, -30
"""RECIST 1.1: change of the sum [%] that makes progression (against the nadir) and partial response (baseline)."""
LARGEST_SHOWN = 150
OTHER = "#7F7F7F"


def ranked(entries: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Patients with a measured change, the largest growth first, at most MOST_BARS evenly spread over the ranks."""
    known = [entry for entry in entries if entry.get("depth_percent") is not None]
    ordered = sorted(known, key=lambda entry: (-float(entry["depth_percent"]), str(entry.get("USUBJID"))))
    return [ordered[k] for k in evenly(len(ordered), MOST_BARS)]


def figure(run: RunDirectory, labels: Labels) -> Figure | None:
    """The figure, or None where no patient has a measured change."""
    bars = {arm: ranked(entries) for arm, entries in of_arms(run, "waterfall").items()}
    bars = {arm: chosen for arm, chosen in bars.items() if chosen}
    if not bars:
        return None
    canvas = go.Figure()
    for place, chosen in enumerate(bars.values()):
        _bars(canvas, chosen, str(place), labels)
    highest = max(float(chosen[0]["depth_percent"]) for chosen in bars.values())
    return finish(
        "waterfall",
        canvas,
        labels("waterfall.description"),
        height=380,
        control=arm_control(list(bars), labels),
        margin={"b": 36},
        barmode="overlay",
        bargap=0.12,
        shapes=[line(PROGRESSION, across=True), line(PARTIAL_RESPONSE, across=True)],
        xaxis={"title": {"text": labels("axis.ranked")}, "showticklabels": False, "showgrid": False, "zeroline": False},
        yaxis={
            "title": {"text": labels("axis.best_change")},
            "ticksuffix": "\N{NARROW NO-BREAK SPACE}%",
            "range": [-105, min(max(highest * 1.05, 30), LARGEST_SHOWN)],
            "tickvals": [-100, -75, -50, PARTIAL_RESPONSE, 0, PROGRESSION, 50, 100, LARGEST_SHOWN],
        },
    )


def note(run: RunDirectory, labels: Labels) -> str:
    """How many are shown of how many with a measured change, and how many have none."""
    shown = {arm: len(ranked(entries)) for arm, entries in of_arms(run, "waterfall").items()}
    known = {arm: max(_measured(run, arm), count) for arm, count in shown.items()}
    everyone = {arm: int(count) for arm, count in of_arms(run, "n").items()}
    without = [labels("waterfall.without", arm=arm, count=number(everyone[arm] - known[arm]), all=number(everyone[arm]))
               for arm in shown if everyone.get(arm, 0) > known[arm]]  # fmt: skip
    return " ".join(filter(None, [*without, shown_of(shown, known, labels)]))


def _measured(run: RunDirectory, arm: str) -> int:
    """Patients of an arm with a measured change: the summary's list may be thinned, the table is not."""
    subjects = run.table("subjects")
    if subjects is None or "DEPTH" not in subjects:
        return 0
    return int(subjects.loc[subjects["ARM"].astype(str) == arm, "DEPTH"].notna().sum())


def _bars(canvas: go.Figure, chosen: Sequence[Mapping[str, Any]], group: str, labels: Labels) -> None:
    best = np.array([str(entry.get("BOR") or "NE") for entry in chosen])
    depth = np.array([float(entry["depth_percent"]) for entry in chosen])
    for name in [*COLOURS, *sorted(set(best) - set(COLOURS))]:
        places = np.flatnonzero(best == name)
        if not len(places):
            continue
        label = labels.family("response", name)
        canvas.add_bar(
            x=[int(place) for place in places],
            y=rounded(depth[places]),
            marker={"color": COLOURS.get(name, OTHER), "line": {"width": 0}},
            name=plain(label),
            meta={"group": group, "label": label},
            legendgroup=name,
            visible=group == "0",
            text=[plain(chosen[int(place)].get("USUBJID")) for place in places],
            textposition="none",
            hovertemplate=f"%{{text}}: %{{y:.0f}} %, {plain(label)}<extra></extra>",
        )
