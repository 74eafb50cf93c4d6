"""The network drawn: boxes shaded by how often a node is on at the end, one drawing per condition."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from paget.report.figures import Control, only
from paget.report.network_layout import column, rows
from paget.report.network_tables import Part, final
from paget.report.number_format import percent
from paget.report.run_directory import RunDirectory
from paget.report.text import Labels

WIDTH = 1120
ROW_HEIGHT = 78
BOX_HEIGHT = 26
BOX_GAP = 14
MARGIN = 24
CHARACTER = 7.4
SMALLEST_BOX = 44
LONGEST_NAME = 14
BOW = 0.09
"""How far an edge bends, as a share of its length: two nodes that act on each other then have two edges."""

MOST_CONDITIONS = 12
DARKEST = 0.8
NEVER = 1e-9
SIGNS = {1: "raises", -1: "lowers", 0: "either"}


@dataclass(frozen=True)
class Box:
    """A node: centre, width, what stands in it, how opaque its shade is; known: an internal node has no share."""

    name: str
    text: str
    x: float
    y: float
    width: float
    shade: float
    hover: str
    known: bool


@dataclass(frozen=True)
class Line:
    """An edge as the path of an SVG, with its kind: raises, lowers or either."""

    source: str
    target: str
    path: str
    kind: str


@dataclass(frozen=True)
class Drawing:
    """Edges, and for each condition the boxes; left_out: nodes that nothing acts on and that are on in no condition."""

    width: int
    height: int
    box_height: int
    lines: tuple[Line, ...]
    boxes: Mapping[str, tuple[Box, ...]]
    left_out: tuple[str, ...]
    control: Control | None


def drawing(run: RunDirectory, labels: Labels) -> Drawing | None:
    """The drawing, or None for a network without edges."""
    network = run.summary.get("network") or {}
    joined = [(str(source), str(target), int(sign)) for source, target, sign in network.get("edges") or []]
    values = final(run, "nodes", Part.CONDITION)
    if not joined or values is None:
        return None
    acted_on = {target for _, target, _ in joined}
    sources = dict.fromkeys(source for source, _, _ in joined if source not in acted_on)
    left_out = tuple(name for name in sources if name in values and values[name].max() < NEVER)
    drawn = [(source, target, sign) for source, target, sign in joined if source not in left_out]
    names = list(dict.fromkeys(name for source, target, _ in drawn for name in (source, target)))
    if not names:
        return None
    places, height = _places(names, [(source, target) for source, target, _ in drawn])
    shown = list(values.index[:MOST_CONDITIONS])
    return Drawing(
        width=WIDTH,
        height=height,
        box_height=BOX_HEIGHT,
        lines=tuple(_line(source, target, sign, places) for source, target, sign in drawn),
        boxes={
            f"c{position}": tuple(_box(name, places[name], _value(values, condition, name)) for name in names)
            for position, condition in enumerate(shown)
        },
        left_out=left_out,
        control=only([(f"c{position}", str(name)) for position, name in enumerate(shown)], labels("network.condition")),
    )


def _value(values: pd.DataFrame, condition: object, name: str) -> float:
    return float(values.loc[condition, name]) if name in values else math.nan  # type: ignore[arg-type,call-overload]


Point = tuple[float, float]
Place = tuple[float, float, float]


def _places(names: list[str], joined: list[tuple[str, str]]) -> tuple[dict[str, Place], int]:
    """Centre and width of every box, and the height of the drawing."""
    found = rows(names, joined)
    places: dict[str, Place] = {}
    for level, row in enumerate(found):
        y = MARGIN + BOX_HEIGHT / 2 + level * ROW_HEIGHT
        widths = [max(SMALLEST_BOX, CHARACTER * len(_short(name)) + 14) for name in row]
        spare = max(WIDTH - 2 * MARGIN - sum(widths), 0.0)
        gap = max(spare / (len(row) + 1), BOX_GAP)
        # Rows of few names would stand in one line above each other: each row is shifted by its place in the fold.
        x = MARGIN + gap * (1 + 0.35 * (column(level % 3, 3) - 0.5))
        for name, width in zip(row, widths, strict=True):
            places[name] = (x + width / 2, y, width)
            x += width + gap
    return places, round(2 * MARGIN + BOX_HEIGHT + (len(found) - 1) * ROW_HEIGHT)


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def _box(name: str, place: Place, value: float) -> Box:
    x, y, width = place
    known = math.isfinite(value)
    shade = round(DARKEST * value, 3) if known else 0.0
    hover = f"{name}: {percent(value, 1)}" if known else f"{name}: internal, not followed"
    return Box(name, _short(name), round(x, 1), round(y, 1), round(width, 1), shade, hover, known)


def _line(source: str, target: str, sign: int, places: Mapping[str, Place]) -> Line:
    """A curve from border to border of two boxes."""
    (x0, y0, w0), (x1, y1, w1) = places[source], places[target]
    middle = ((x0 + x1) / 2 - BOW * (y1 - y0), (y0 + y1) / 2 + BOW * (x1 - x0))
    begin, end = _border((x0, y0), w0, middle, 0.0), _border((x1, y1), w1, middle, 3.0)
    points = [f"{x:.1f} {y:.1f}" for x, y in (begin, middle, end)]
    return Line(source, target, f"M{points[0]}Q{points[1]} {points[2]}", SIGNS[sign])


def _border(centre: Point, width: float, towards: Point, apart: float) -> Point:
    """Where the way from a box's centre to a point leaves the box, and a little further."""
    dx, dy = towards[0] - centre[0], towards[1] - centre[1]
    half, tall = width / 2 + apart, BOX_HEIGHT / 2 + apart
    scale = min(half / abs(dx) if dx else math.inf, tall / abs(dy) if dy else math.inf, 1.0)
    return centre[0] + dx * scale, centre[1] + dy * scale
