"""Which lesion founded which: the recorded metastases of one person as a tree in time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from paget.report.figures import DAYS_PER_MONTH, Figure, colour, finish, plain, rounded
from paget.report.number_format import number, percent, trimmed
from paget.report.run_directory import RunDirectory
from paget.report.text import Labels

PRIMARY, UNRECORDED = -1, -2
"""Parents that are no record: the primary, and a metastasis too small to have one."""
LARGEST, LARGEST_SECONDARY = 30, 10
"""Lesions drawn: the largest, the largest among those founded by a metastasis, and all their ancestors."""
FEWEST = 2
"""Fewest recorded lesions that make a tree."""
ROW_HEIGHT, FRAME_HEIGHT = 18, 156
LARGEST_MARKER, SMALLEST_MARKER = 20.0, 5.0
SHADES = ((0.0, "#56B4E9"), (0.5, "#8C6BB1"), (1.0, "#D55E00"))
UNMUTATED = "#7F7F7F"
SMALLEST_SPREAD = 0.5
"""Decades that the colour scale covers at least."""
EDGE = 0.02
"""Share of the scale beyond its outer marks, which plotly drops at the very end."""


@dataclass(frozen=True)
class Lesion:
    """One drawn lesion; days from diagnosis, diameters in mm."""

    number: int
    site: str
    parent: int
    founded: float
    at_diagnosis: float
    at_end: float
    clone: str
    mutants: float
    lane: int = 0


@dataclass(frozen=True)
class Row:
    """A lesion as the table shows it."""

    number: str
    site: str
    parent: str
    founded: str
    at_diagnosis: str
    at_end: str
    clone: str
    mutants: str


@dataclass(frozen=True)
class Genealogy:
    """The figure, the rows behind it, and the sentence that says who this is and what was cut."""

    figure: Figure
    rows: tuple[Row, ...]
    about: str


def genealogy(run: RunDirectory, labels: Labels) -> Genealogy | None:
    """The tree of the person of the first arm with the median number of records; None where nobody has a tree."""
    found = chosen(run)
    if found is None:
        return None
    person, many = found
    arm = run.arms[0]
    table = run.rows_of("lesions", person, arm)
    if table is None:
        return None
    recorded = table[~table["AGGREGATED"].astype(bool)]
    crowd = float(table.loc[table["AGGREGATED"].astype(bool), "COUNT"].sum())
    drawn = lanes(_lesions(recorded, cut(recorded)))
    first, last = _life(run, person, arm, recorded)
    about = labels(
        "genealogy.about",
        id=person,
        arm=arm,
        records=number(many),
        drawn=number(len(drawn)),
        largest=LARGEST,
        secondary=LARGEST_SECONDARY,
    )
    if crowd:
        about += " " + labels("genealogy.crowd", crowd=number(round(crowd)))
    return Genealogy(_figure(drawn, first, last, labels), tuple(_row(lesion, labels) for lesion in drawn), about)


def chosen(run: RunDirectory) -> tuple[str, int] | None:
    """Person of the first arm with the (lower) median number of records among those with a tree; ties by id."""
    lesions = run.table("lesions")
    if lesions is None or not run.arms:
        return None
    recorded = lesions[(lesions["ARM"].astype(str) == run.arms[0]) & ~lesions["AGGREGATED"].astype(bool)]
    sizes = recorded.groupby(recorded["USUBJID"].astype(str)).size()
    ranked = sorted((int(count), str(person)) for person, count in sizes.items() if count >= FEWEST)
    if not ranked:
        return None
    count, person = ranked[(len(ranked) - 1) // 2]
    return person, count


def cut(recorded: pd.DataFrame) -> set[int]:
    """Numbers of the lesions drawn, ancestors included."""
    by_size = recorded.sort_values(["DIAMETER_DEATH_MM", "LESION"], ascending=[False, True])
    secondary = by_size[by_size["PARENT"] != PRIMARY]
    kept = {int(v) for v in by_size["LESION"].head(LARGEST)}
    kept |= {int(v) for v in secondary["LESION"].head(LARGEST_SECONDARY)}
    parents = dict(zip(recorded["LESION"].astype(int), recorded["PARENT"].astype(int), strict=True))
    waiting = list(kept)
    while waiting:
        parent = parents[waiting.pop()]
        if parent in parents and parent not in kept:
            kept.add(parent)
            waiting.append(parent)
    return kept


def _lesions(recorded: pd.DataFrame, kept: set[int]) -> list[Lesion]:
    rows = recorded[recorded["LESION"].isin(kept)]
    mutants = (rows["MUTANT_CELLS"] / rows["CELLS_DEATH"].clip(lower=1.0)).clip(0.0, 1.0)
    return [
        Lesion(int(row["LESION"]), str(row["SITE"]), int(row["PARENT"]), float(row["SEEDED_DAY"]),
               float(row["DIAMETER_DIAGNOSIS_MM"]), float(row["DIAMETER_DEATH_MM"]), str(row["CLONE"]), float(share))
        for row, share in zip(rows.to_dict("records"), mutants, strict=True)
    ]  # fmt: skip


def lanes(lesions: list[Lesion]) -> list[Lesion]:
    """The lesions from the top lane (1) down, each above what it founded.

    Of siblings the latest comes first: so the stroke from a parent down to its child crosses no line of another.
    """
    from dataclasses import replace

    known = {lesion.number for lesion in lesions}
    children: dict[int, list[Lesion]] = {}
    for lesion in lesions:
        children.setdefault(lesion.parent if lesion.parent in known else min(lesion.parent, PRIMARY), []).append(lesion)
    order: list[Lesion] = []
    waiting = _eldest_first(children.get(UNRECORDED, [])) + _eldest_first(children.get(PRIMARY, []))
    while waiting:
        lesion = waiting.pop()
        order.append(replace(lesion, lane=len(order) + 1))
        waiting += _eldest_first(children.get(lesion.number, []))
    return order


def _eldest_first(lesions: list[Lesion]) -> list[Lesion]:
    return sorted(lesions, key=lambda lesion: (lesion.founded, lesion.number))


def _life(run: RunDirectory, person: str, arm: str, recorded: pd.DataFrame) -> tuple[float, float]:
    """First cell and end of the course, days from diagnosis; without subjects, what the lesions span."""
    first, last = float(recorded["SEEDED_DAY"].min()), max(float(recorded["SEEDED_DAY"].max()), 0.0)
    subjects, times = run.table("subjects"), run.table("time_to_event")
    if subjects is not None:
        own = subjects[(subjects["USUBJID"] == person) & (subjects["ARM"].astype(str) == arm)]
        first = min(first, -float(own["TUMOUR_AGE_DAYS"].iloc[0]))
    if times is not None:
        own = times[(times["USUBJID"] == person) & (times["ARM"].astype(str) == arm)]
        last = max(last, float(own["AVAL"].max()))
    return first, last


def _figure(drawn: list[Lesion], first: float, last: float, labels: Labels) -> Figure:
    canvas = go.Figure()
    lane = {PRIMARY: 0, UNRECORDED: 0} | {lesion.number: lesion.lane for lesion in drawn}
    canvas.add_scatter(
        x=rounded(day / DAYS_PER_MONTH for day in (first, last)),
        y=[0, 0],
        mode="lines",
        line={"color": UNMUTATED, "width": 4},
        name=labels("genealogy.primary"),
        hoverinfo="skip",
    )
    for index, clone in enumerate(sorted({lesion.clone for lesion in drawn})):
        _branches(canvas, [lesion for lesion in drawn if lesion.clone == clone], lane, last, index, labels)
    _ends(canvas, drawn, last, labels)
    names = [labels("genealogy.primary"), *(_name(lesion, labels) for lesion in drawn)]
    return finish(
        "genealogy-tree",
        canvas,
        labels("genealogy.description"),
        height=FRAME_HEIGHT + ROW_HEIGHT * len(names),
        margin={"l": 20, "t": 36, "r": 24, "b": 104},
        xaxis={
            "title": {"text": labels("axis.months_from_diagnosis")},
            "zeroline": False,
            "range": [round((first - 0.02 * (last - first)) / DAYS_PER_MONTH, 3),
                      round((last + 0.05 * (last - first)) / DAYS_PER_MONTH, 3)],
        },
        yaxis={
            "side": "right",
            "range": [len(names) - 0.3, -0.7],
            "tickvals": list(range(len(names))),
            "ticktext": [plain(name) for name in names],
            "showgrid": False,
            "zeroline": False,
            "tickfont": {"size": 12},
        },
        shapes=[
            {"type": "line", "x0": 0, "x1": 0, "y0": 0, "y1": 1, "yref": "paper", "layer": "below"}
            | {"line": {"dash": "dot", "width": 1.5, "color": UNMUTATED}}
        ],
    )  # fmt: skip


def _name(lesion: Lesion, labels: Labels) -> str:
    return labels("genealogy.lane", site=labels.family("site", lesion.site), diameter=trimmed(lesion.at_end, 2))


def _branches(
    canvas: go.Figure, lesions: list[Lesion], lane: dict[int, int], last: float, index: int, labels: Labels
) -> None:
    """Down from the parent at the day of founding, then along to the end; a parent without a record is not drawn."""
    months: list[float | None] = []
    heights: list[float | None] = []
    for lesion in lesions:
        start = lesion.lane if lesion.parent == UNRECORDED else lane.get(lesion.parent, lesion.lane)
        months += [*rounded(day / DAYS_PER_MONTH for day in (lesion.founded, lesion.founded, last)), None]
        heights += [start, lesion.lane, lesion.lane, None]
    name = labels("genealogy.clone", clone=labels.family("clone", lesions[0].clone))
    canvas.add_scatter(
        x=months,
        y=heights,
        mode="lines",
        line={"color": colour(index), "width": 1.5},
        name=plain(name),
        meta={"label": name},
        hoverinfo="skip",
    )


def _ends(canvas: go.Figure, drawn: list[Lesion], last: float, labels: Labels) -> None:
    """Circles at the end: diameter by the lesion's, colour by the share of mutated cells on a log scale."""
    largest = max(lesion.at_end for lesion in drawn)
    sizes = [max(SMALLEST_MARKER, LARGEST_MARKER * lesion.at_end / largest) for lesion in drawn]
    for mutated in (False, True):
        mine = [(lesion, size) for lesion, size in zip(drawn, sizes, strict=True) if (lesion.mutants > 0) is mutated]
        if not mine:
            continue
        canvas.add_scatter(
            x=rounded(last / DAYS_PER_MONTH for _ in mine),
            y=[lesion.lane for lesion, _ in mine],
            mode="markers",
            marker={"size": rounded(size for _, size in mine), "opacity": 1}
            | (_scale([lesion.mutants for lesion, _ in mine], labels) if mutated else {"color": UNMUTATED}),
            text=[plain(_hover(lesion, labels)) for lesion, _ in mine],
            hovertemplate="%{text}<extra></extra>",
            cliponaxis=False,
            showlegend=False,
        )


def _scale(mutants: list[float], labels: Labels) -> dict[str, object]:
    shades = np.log10(mutants)
    low, high = float(shades.min()), float(shades.max())
    low = min(low, high - SMALLEST_SPREAD)
    marks = [round(v, 3) for v in (low, (low + high) / 2, high)]
    return {
        "color": rounded(shades),
        "cmin": marks[0] - EDGE * (high - low),
        "cmax": marks[-1] + EDGE * (high - low),
        "colorscale": [list(pair) for pair in SHADES],
        "colorbar": {
            "orientation": "h",
            "thickness": 10,
            "len": 0.6,
            "x": 0.05,
            "xanchor": "left",
            "yref": "container",
            "y": 0,
            "yanchor": "bottom",
            "ypad": 4,
            "title": {"text": labels("genealogy.mutants"), "side": "top"},
            "tickvals": marks,
            "ticktext": [trimmed(10.0**mark, 2) for mark in marks],
        },
    }


def _hover(lesion: Lesion, labels: Labels) -> str:
    row = _row(lesion, labels)
    return labels("genealogy.hover", **vars(row))


def _row(lesion: Lesion, labels: Labels) -> Row:
    parents = {PRIMARY: labels("genealogy.primary"), UNRECORDED: labels("genealogy.unrecorded")}
    return Row(
        number=str(lesion.number),
        site=labels.family("site", lesion.site),
        parent=parents.get(lesion.parent, labels("genealogy.lesion", number=lesion.parent)),
        founded=number(lesion.founded / DAYS_PER_MONTH),
        at_diagnosis=number(lesion.at_diagnosis),
        at_end=number(lesion.at_end),
        clone=labels.family("clone", lesion.clone),
        mutants=_share(lesion.mutants),
    )


def _share(share: float) -> str:
    return percent(share, 1) if share >= 0.001 or share == 0 else number(share, 2)
