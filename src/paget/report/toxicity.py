"""Adverse events: share of patients with each CTCAE term, of any grade and of grade 3 or more, and the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from paget.report.figures import Figure, colour, faded, finish, plain, rounded
from paget.report.number_format import ABSENT, number, percent
from paget.report.run_directory import RunDirectory
from paget.report.text import Labels
from paget.report.trial_part import arm_control, by_arm

MOST_TERMS = 20
ROW_HEIGHT, FRAME_HEIGHT = 26, 96
SEVERE = 1
COUNTS = ("any", "grade3plus", "fatal")
"""Counts of patients by the worst grade that they had of a term."""


@dataclass(frozen=True)
class Row:
    """One term: for each arm the three counts with their shares."""

    term: str
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Table:
    """Arms with the number of their patients, and a row per term, the commonest first."""

    arms: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]


def table(run: RunDirectory) -> Table | None:
    """The table, or None where no adverse event was counted."""
    found = by_arm(run, "toxicity")
    if not found:
        return None
    rows_of = {arm: {str(row["term"]): row for row in rows} for arm, rows in found.items()}
    most = {term: max(_share(rows[term], "any") for rows in rows_of.values() if term in rows)
            for rows in rows_of.values() for term in rows}  # fmt: skip
    terms = sorted(most, key=lambda term: (-most[term], term))
    sizes = tuple((arm, number(max(int(row["n"]) for row in rows))) for arm, rows in found.items())
    return Table(sizes, tuple(Row(term, _cells(term, rows_of.values())) for term in terms))


def figure(run: RunDirectory, labels: Labels) -> Figure | None:
    """The commonest terms of each arm, or None where no adverse event was counted."""
    found = {arm: _commonest(rows) for arm, rows in by_arm(run, "toxicity").items()}
    if not found:
        return None
    canvas = go.Figure()
    for place, rows in enumerate(found.values()):
        for kind in COUNTS[:2]:
            _bars(canvas, rows, kind, str(place), labels)
    most = max(len(rows) for rows in found.values())
    frames = {str(place): _frame(rows, most) for place, rows in enumerate(found.values())}
    return finish(
        "toxicity-terms",
        canvas,
        labels("toxicity.description"),
        height=FRAME_HEIGHT + ROW_HEIGHT * most,
        control=arm_control(list(found), labels),
        margin={"t": 12},
        meta=frames,
        barmode="overlay",
        bargap=0.3,
        xaxis={"title": {"text": labels("axis.share_of_patients")}, "tickformat": ".0%", "rangemode": "tozero"},
        yaxis={
            "tickvals": frames["0"]["yaxis.tickvals"],
            "ticktext": frames["0"]["yaxis.ticktext"],
            "range": frames["0"]["yaxis.range"],
            "showgrid": False,
            "zeroline": False,
        },
    )


def _commonest(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted(rows, key=lambda row: (-_share(row, "any"), -_share(row, "grade3plus"), str(row["term"])))[
        :MOST_TERMS
    ]


def _frame(rows: Sequence[Mapping[str, Any]], most: int) -> dict[str, Any]:
    return {
        "yaxis.tickvals": list(range(len(rows))),
        "yaxis.ticktext": [plain(row["term"]) for row in rows],
        "yaxis.range": [most - 0.4, -0.6],
    }


def _bars(canvas: go.Figure, rows: Sequence[Mapping[str, Any]], kind: str, group: str, labels: Labels) -> None:
    label = labels.family("toxicity_grade", kind)
    shade = colour(SEVERE) if kind == "grade3plus" else faded(colour(SEVERE), 0.35)
    canvas.add_bar(
        x=rounded(_share(row, kind) for row in rows),
        y=list(range(len(rows))),
        orientation="h",
        marker={"color": shade, "line": {"width": 0}},
        name=plain(label),
        meta={"group": group, "label": label},
        legendgroup=kind,
        visible=group == "0",
        text=[plain(row["term"]) for row in rows],
        textposition="none",
        hovertemplate=f"%{{text}}, {plain(label)}: %{{x:.1%}}<extra></extra>",
    )


def _share(row: Mapping[str, Any], kind: str) -> float:
    return float(row.get(kind) or 0) / int(row["n"]) if row.get("n") else 0.0


def _cells(term: str, arms: Any) -> tuple[tuple[str, str], ...]:
    cells = []
    for rows in arms:
        row = rows.get(term)
        cells += [(ABSENT, "") if row is None else (number(row.get(kind) or 0), percent(_share(row, kind)))
                  for kind in COUNTS]  # fmt: skip
    return tuple(cells)
