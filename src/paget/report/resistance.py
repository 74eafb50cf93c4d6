"""Shift of the clones under treatment: each clone's share of the cancer cells at the start and at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from paget.report.figures import Figure, colour, finish, plain, rounded
from paget.report.number_format import ABSENT, number
from paget.report.run_directory import RunDirectory
from paget.report.text import Labels
from paget.report.trial_part import arm_control, by_arm

PRIMARY = "primary"
MOMENTS = ("share_at_start", "share_at_end")
ROW_HEIGHT, FRAME_HEIGHT = 34, 110
SMALLEST_SHOWN = 1e-12


@dataclass(frozen=True)
class Row:
    """One clone of an arm: shares in per cent at the start and at the end."""

    arm: str
    clone: str
    start: str
    end: str


def rows(run: RunDirectory, labels: Labels) -> list[Row]:
    """Every clone of every arm."""
    return [Row(arm, _name(entry, labels), *(_percent(entry.get(moment)) for moment in MOMENTS))
            for arm, entries in by_arm(run, "clones").items() for entry in entries]  # fmt: skip


def figure(run: RunDirectory, labels: Labels) -> Figure | None:
    """Two points per clone joined by a line, on a log axis, or None where the summary holds no clones."""
    found = {arm: entries for arm, entries in by_arm(run, "clones").items() if any(map(_present, entries))}
    if not found:
        return None
    canvas = go.Figure()
    names = dict.fromkeys(_name(entry, labels) for entries in found.values() for entry in entries)
    places = {name: place for place, name in enumerate(names)}
    for place, entries in enumerate(found.values()):
        _draw(canvas, entries, places, str(place), labels)
    shares = [float(e[m]) for entries in found.values() for e in entries for m in MOMENTS if _seen(e.get(m))]
    return finish(
        "clones",
        canvas,
        labels("clones.description"),
        height=FRAME_HEIGHT + ROW_HEIGHT * len(places),
        control=arm_control(list(found), labels),
        margin={"t": 12, "r": 32},
        xaxis={
            "type": "log",
            "range": [float(np.floor(np.log10(min(shares)))) - 0.1, 0.15],
            "exponentformat": "power",
            "dtick": max(1, round(-np.log10(min(shares)) / 6)),
            "title": {"text": labels("axis.share_of_cells")},
        },
        yaxis={
            "tickvals": list(places.values()),
            "ticktext": [plain(name) for name in places],
            "range": [len(places) - 0.5, -0.5],
            "zeroline": False,
        },
    )


def _draw(
    canvas: go.Figure, entries: Sequence[Mapping[str, Any]], places: Mapping[str, int], group: str, labels: Labels
) -> None:
    joined: tuple[list[float], list[int | None]] = ([], [])
    placed = [(places[_name(entry, labels)], entry) for entry in entries]
    for place, entry in placed:
        if all(_seen(entry.get(moment)) for moment in MOMENTS):
            joined[0].extend([float(entry[MOMENTS[0]]), float(entry[MOMENTS[1]]), np.nan])
            joined[1].extend([place, place, None])
    canvas.add_scatter(
        x=rounded(joined[0]), y=joined[1], mode="lines", line={"color": "#A0A8B0", "width": 2}, hoverinfo="skip",
        showlegend=False, meta={"group": group}, visible=group == "0",
    )  # fmt: skip
    for index, moment in enumerate(MOMENTS):
        chosen = [(place, float(entry[moment])) for place, entry in placed if _seen(entry.get(moment))]
        label = labels.family("clone_moment", moment)
        canvas.add_scatter(
            x=rounded(share for _, share in chosen),
            y=[place for place, _ in chosen],
            mode="markers",
            marker={"size": 11, "symbol": ("circle", "diamond")[index], "color": colour(index)},
            name=plain(label),
            meta={"group": group, "label": label},
            legendgroup=moment,
            visible=group == "0",
            hovertemplate=f"{plain(label)}: %{{x:.2g}}<extra></extra>",
        )


def _present(entry: Mapping[str, Any]) -> bool:
    return any(_seen(entry.get(moment)) for moment in MOMENTS)


def _seen(share: Any) -> bool:
    return share is not None and float(share) >= SMALLEST_SHOWN


def _name(entry: Mapping[str, Any], labels: Labels) -> str:
    name = labels.family("clone", entry.get("clone"))
    if not entry.get("of"):
        return name
    return labels("clones.of_primary" if entry["of"] == PRIMARY else "clones.of_metastases", clone=name)


def _percent(share: Any) -> str:
    return ABSENT if share is None else f"{number(100 * float(share))} %"
