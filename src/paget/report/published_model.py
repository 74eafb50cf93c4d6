"""A published model beside its preset: the simulated curve with the published points over it, and the same as a table.

Only where the disease of the run brings points (knowledge/published_curve.py). A curve is the mean over the courses
that the run keeps, or over all people where it comes from the table of lesions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from paget import knowledge
from paget.knowledge.published_curve import CurvePoint, published_curve
from paget.report.figures import SYMBOLS, Figure, colour, finish, plain, rounded
from paget.report.number_format import ABSENT, percent, trimmed
from paget.report.run_directory import RunDirectory
from paget.report.text import Labels

MM3_PER_ML = 1000.0
MOST_ROWS = 6
"""Points of a curve in the table; the figure shows all."""
MOST_NOTES = 3
SMALLEST_SHARE = 1e-4
ROUNDING = 1e-9
"""Of a number of steps that add up to a whole time."""
HEIGHT = 380
SIZES = 120
"""Points of a curve over the cells of the primary."""
LAST_MOMENT = "death"
FURTHER_INFLOW = ("lung", "liver")
"""Organs that have blood from elsewhere than the arteries alone."""

Curve = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Quantity:
    """How to read a simulated curve (x, y) of an arm from the tables, and whether its axes are logarithmic."""

    read: Callable[[RunDirectory, str], Curve]
    log_x: bool = False
    log_y: bool = False


@dataclass(frozen=True)
class Row:
    """One published point: `difference` from the simulated value in per cent of the curve's largest published one."""

    quantity: str
    arm: str
    x: str
    published: str
    simulated: str
    difference: str


@dataclass(frozen=True)
class Part:
    """Figures, the rows of the table, how many points there are in all and the largest difference of any of them.

    alone: whether the model has no anatomy, so that sections about organs, deaths and treatment say nothing.
    """

    figures: tuple[Figure, ...]
    rows: tuple[Row, ...]
    points: int
    largest: str
    alone: bool


SECTIONS = ("published-model", "switches", "parameters", "sources", "reproduce")
"""What a report of a model without anatomy shows: the others speak of organs and deaths, which it has not."""


def sentences(found: Part, run: RunDirectory, labels: Labels) -> list[str]:
    """The summary of a preset's report."""
    return [
        labels("published_model.what", disease=knowledge.diseases()[str(run.about["disease"])].name),
        labels("published_model.apart", points=found.points, largest=found.largest),
    ]


def part(run: RunDirectory, labels: Labels) -> Part | None:
    """The section's content; None for a run without published points of its own."""
    known = [point for point in published_curve(str(run.about.get("disease"))) if point.quantity in QUANTITIES]
    if not known or not run.arms:
        return None
    figures, rows, apart = [], [], []
    for name in dict.fromkeys(point.quantity for point in known):
        drawn = {arm: QUANTITIES[name].read(run, arm) for arm in run.arms}
        shown = {arm: [p for p in known if p.quantity == name and p.arm in ("", arm)] for arm in run.arms}
        if not any(len(x) for x, _ in drawn.values()) or not any(shown.values()):
            continue
        figures.append(_figure(name, drawn, shown, labels))
        for arm, points in shown.items():
            differences = _differences(points, drawn[arm])
            apart += differences
            rows += _rows(points, drawn[arm], differences, arm, labels)
    if not figures:
        return None
    largest = percent(max(float(np.nanmax(np.abs(apart))), SMALLEST_SHARE), 2)
    return Part(tuple(figures), tuple(rows), len(apart), largest, alone=_value(run, "direct_seeding") > 0.0)


def _share(difference: float) -> str:
    """A difference in per cent, to a hundredth."""
    if not np.isfinite(difference):
        return ABSENT
    return percent(difference, 2) if abs(difference) >= SMALLEST_SHARE else f"< {percent(SMALLEST_SHARE, 2)}"


def _at(curve: Curve, x: float) -> float:
    """The curve at x, straight between its samples (in the logarithm where they are positive); NaN beyond its ends."""
    xs, ys = curve
    if len(xs) and np.isclose(x, xs[-1], rtol=ROUNDING, atol=0.0):
        return float(ys[-1])
    if not len(xs) or not xs[0] <= x <= xs[-1]:
        return float("nan")
    right = int(np.searchsorted(xs, x))
    if right == 0 or xs[right] == x:
        return float(ys[right])
    share = (x - xs[right - 1]) / (xs[right] - xs[right - 1])
    low, high = float(ys[right - 1]), float(ys[right])
    return low * (high / low) ** share if low > 0.0 and high > 0.0 else low + share * (high - low)


def _differences(points: list[CurvePoint], curve: Curve) -> list[float]:
    """Simulated minus published, as shares of the largest published value."""
    largest = max((abs(point.y) for point in points), default=1.0) or 1.0
    return [(_at(curve, point.x) - point.y) / largest for point in points]


def _rows(points: list[CurvePoint], curve: Curve, differences: list[float], arm: str, labels: Labels) -> list[Row]:
    kept = np.unique(np.linspace(0, len(points) - 1, min(MOST_ROWS, len(points))).round().astype(int)) if points else []
    return [
        Row(
            quantity=labels.family("model_quantity", points[k].quantity),
            arm=arm,
            x=_with_unit(points[k].x, points[k].x_unit),
            published=_with_unit(points[k].y, points[k].y_unit),
            simulated=_with_unit(_at(curve, points[k].x), points[k].y_unit),
            difference=_share(differences[k]),
        )
        for k in kept
    ]


def _with_unit(value: float, unit: str) -> str:
    shown = unit.replace("^2", "²").replace("^3", "³")
    return trimmed(value) if unit == "1" or not np.isfinite(value) else f"{trimmed(value)} {shown}"


def _figure(name: str, drawn: dict[str, Curve], shown: dict[str, list[CurvePoint]], labels: Labels) -> Figure:
    import plotly.graph_objects as go

    canvas = go.Figure()
    title = labels.family("model_quantity", name)
    alone = len(drawn) == 1
    for index, (arm, (x, y)) in enumerate(drawn.items()):
        simulated = labels("published_model.simulated") if alone else arm
        _curve(canvas, x, y, simulated, index)
    common = next(iter(shown.values())) if _for_every_arm(shown) else None
    if common is not None:
        _points(canvas, common, labels("published_model.published"), None)
    else:
        for index, (arm, points) in enumerate(shown.items()):
            _points(canvas, points, labels("published_model.published_of", arm=arm), index)
    kind = QUANTITIES[name]
    return finish(
        f"published-model-{name.replace('_', '-')}",
        canvas,
        f"{title}. {_origin(shown)}",
        height=HEIGHT,
        xaxis=_axis(labels.family("model_axis", name), logarithmic=kind.log_x),
        yaxis=_axis(title, logarithmic=kind.log_y),
    )


def _origin(shown: dict[str, list[CurvePoint]]) -> str:
    """Where the points come from: their sources and notes, each once."""
    found = {f"{point.source}: {point.note}" if point.note else point.source for p in shown.values() for point in p}
    return "; ".join(sorted(found)[:MOST_NOTES])


def _for_every_arm(shown: dict[str, list[CurvePoint]]) -> bool:
    return all(not point.arm for points in shown.values() for point in points)


def _axis(title: str, *, logarithmic: bool) -> dict[str, Any]:
    axis: dict[str, Any] = {"title": {"text": title}, "zeroline": False}
    return axis | {"type": "log", "exponentformat": "power"} if logarithmic else axis | {"rangemode": "tozero"}


def _curve(canvas: Any, x: np.ndarray, y: np.ndarray, words: str, index: int) -> None:
    canvas.add_scatter(
        x=rounded(x),
        y=rounded(y),
        mode="lines",
        line={"color": colour(index), "width": 2.5},
        name=plain(words),
        meta={"label": words},
        legendgroup=f"arm{index}",
        hovertemplate=f"{plain(words)}: %{{x:.4g}}, %{{y:.4g}}<extra></extra>",
    )


def _points(canvas: Any, points: list[CurvePoint], words: str, index: int | None) -> None:
    """Points of one arm in its colour (index), or of all arms in grey."""
    if not points:
        return
    shade = "#7F7F7F" if index is None else colour(index)
    canvas.add_scatter(
        x=rounded([point.x for point in points]),
        y=rounded([point.y for point in points]),
        mode="markers",
        marker={"color": shade, "size": 8, "symbol": SYMBOLS[(index or 0) % len(SYMBOLS)]},
        name=plain(words),
        meta={"label": words},
        legendgroup=f"points{index}",
        hovertemplate=f"{plain(words)}: %{{x:.4g}}, %{{y:.4g}}<extra></extra>",
    )


def _courses(run: RunDirectory, arm: str, column: str) -> Curve:
    """Mean over the kept courses of an arm, by day since the start."""
    curves, subjects = run.table("curves"), run.table("subjects")
    if curves is None or subjects is None:
        return np.zeros(0), np.zeros(0)
    ages = subjects[subjects["ARM"].astype(str) == arm].set_index("USUBJID")["TUMOUR_AGE_DAYS"]
    courses = [
        (course["DAY"].to_numpy(float) + float(ages.loc[str(person)]), course[column].to_numpy(float))
        for person, course in _by_person(curves, arm)
    ]
    if len(courses) < 2:
        return courses[0] if courses else (np.zeros(0), np.zeros(0))
    first, last = max(days[0] for days, _ in courses), min(days[-1] for days, _ in courses)
    grid = courses[0][0][(courses[0][0] >= first) & (courses[0][0] <= last)]
    return grid, np.mean([np.interp(grid, days, values) for days, values in courses], axis=0)


def _by_person(curves: pd.DataFrame, arm: str) -> list[tuple[Any, pd.DataFrame]]:
    own = curves[curves["ARM"].astype(str) == arm].sort_values("DAY")
    return list(own.groupby("USUBJID", sort=False, observed=True))


def _metastases(run: RunDirectory, arm: str) -> Curve:
    """Metastases by day; a course counts those founded before its last step, the table of lesions all of them."""
    days, counts = _courses(run, arm, "LESIONS")
    own, people = _lesions(run, arm)
    if not len(days) or own is None:
        return days, counts
    return np.append(days - _value(run, "time_step"), days[-1]), np.append(counts, own["COUNT"].sum() / people)


def _value(run: RunDirectory, symbol: str) -> float:
    """A parameter of the run; 0 where the summary has none."""
    rows = [row for row in run.summary.get("parameters") or [] if row.get("symbol") == symbol]
    return float(rows[0].get("model_value", rows[0]["value"])) if rows else 0.0


def _metastases_volume(run: RunDirectory, arm: str) -> Curve:
    """Volume of all metastases in mm^3 by day."""
    days, millilitres = _courses(run, arm, "METASTASES_ML")
    return days, millilitres * MM3_PER_ML


def _primary_volume(run: RunDirectory, arm: str) -> Curve:
    """Volume of the primary in mm^3 by day."""
    days, millilitres = _courses(run, arm, "PRIMARY_ML")
    return days, millilitres * MM3_PER_ML


def _dormant(run: RunDirectory, arm: str) -> Curve:
    """Solitary dormant cells by day."""
    return _courses(run, arm, "DORMANT")


def _lesions(run: RunDirectory, arm: str) -> tuple[pd.DataFrame | None, int]:
    """Lesions of an arm at the end, and its people."""
    lesions, subjects = run.table("lesions"), run.table("subjects")
    if lesions is None or subjects is None:
        return None, 1
    return lesions[lesions["ARM"].astype(str) == arm], max(1, int((subjects["ARM"].astype(str) == arm).sum()))


def _metastases_above(run: RunDirectory, arm: str) -> Curve:
    """Metastases per person of more than x cells at the end."""
    own, people = _lesions(run, arm)
    if own is None:
        return np.zeros(0), np.zeros(0)
    own = own.sort_values("CELLS_DEATH")
    counts = own["COUNT"].to_numpy(float)
    # Half of a class counts as larger than its mean size.
    above = counts[::-1].cumsum()[::-1] - 0.5 * counts
    return own["CELLS_DEATH"].to_numpy(float), above / people


def _mutant_share(run: RunDirectory, arm: str) -> Curve:
    """Mean share of mutant cells in the primary by its cells, over the kept courses of an arm."""
    curves, density = run.table("curves"), _value(run, "cell_density")
    if curves is None or not density:
        return np.zeros(0), np.zeros(0)
    courses = []
    for _, course in _by_person(curves, arm):
        cells = course["PRIMARY_ML"].to_numpy(float) * MM3_PER_ML * density
        growing = cells > np.maximum.accumulate(np.append(0.0, cells))[:-1]
        courses.append((np.log(cells[growing]), course["MUTANT_SHARE"].to_numpy(float)[growing]))
    courses = [each for each in courses if len(each[0])]
    if not courses:
        return np.zeros(0), np.zeros(0)
    grid = np.linspace(max(each[0][0] for each in courses), min(each[0][-1] for each in courses), SIZES)
    return np.exp(grid), np.mean([np.interp(grid, *each) for each in courses], axis=0)


def _without_mutants(run: RunDirectory, arm: str) -> Curve:
    """Share of people without a mutant cell by the cells of their primary; all arms together, in the first one's curve.

    Mutants are counted at the end, a step after diagnosis in these presets.
    """
    subjects, density = run.table("subjects"), _value(run, "cell_density")
    if subjects is None or not density or arm != run.arms[0]:
        return np.zeros(0), np.zeros(0)
    volume = _value(run, "shape_factor") * np.pi / 6.0 * subjects["DIAMETER_MM"].to_numpy(float) ** 3
    grown = 2.0 ** (_value(run, "time_step") / subjects["DOUBLING_TIME_DAYS"].to_numpy(float))
    free = subjects["MUTANT_CELLS"].to_numpy(float) < 1.0
    people = pd.DataFrame({"arm": subjects["ARM"].astype(str), "cells": density * volume * grown, "free": free})
    by_size = people.groupby("arm")[["cells", "free"]].mean().sort_values("cells")
    return by_size["cells"].to_numpy(float), by_size["free"].to_numpy(float)


def _lasting_share(run: RunDirectory, arm: str) -> Curve:
    """Share of founders whose lines last by the bottleneck of a colony; all arms together, in the first one's curve."""
    cascade = run.table("cascade")
    rows = [row for row in run.summary.get("parameters") or [] if row.get("symbol") == "colony_bottleneck"]
    sizes = rows[0].get("model_value_in_arms", {}) if rows else {}
    if cascade is None or not sizes or arm != run.arms[0]:
        return np.zeros(0), np.zeros(0)
    last = cascade[cascade["MOMENT"].astype(str) == LAST_MOMENT]
    sums = last.groupby(last["ARM"].astype(str))[["FOUNDERS", "ESTABLISHED"]].sum()
    arms = sorted((name for name in sizes if name in sums.index), key=lambda name: float(sizes[name]))
    shares = sums.loc[arms, "ESTABLISHED"] / sums.loc[arms, "FOUNDERS"].clip(lower=1.0)
    return np.array([float(sizes[name]) for name in arms]), shares.to_numpy(float)


def _founded(run: RunDirectory, arm: str) -> pd.DataFrame | None:
    """Person, site and day of founding of an arm's lesions, read again where the run's table came without the days."""
    own, days = run.table("lesions"), "SEEDED_DAY"
    if own is not None and days not in own and run.path is not None:
        own = pd.read_parquet(run.path / "lesions.parquet", columns=["USUBJID", "ARM", "SITE", days])
    return None if own is None or days not in own else own[own["ARM"].astype(str) == arm]


def _involved(*sites: str) -> Callable[[RunDirectory, str], Curve]:
    """Share of people with metastases at each of these sites by day; a founder counts from the end of its step on."""

    def read(run: RunDirectory, arm: str) -> Curve:
        days, _ = _courses(run, arm, "LESIONS")
        own, subjects = _founded(run, arm), run.table("subjects")
        if own is None or subjects is None:
            return np.zeros(0), np.zeros(0)
        people = subjects[subjects["ARM"].astype(str) == arm].set_index("USUBJID")["TUMOUR_AGE_DAYS"].astype(float)
        since = own["SEEDED_DAY"] + own["USUBJID"].map(people).astype(float) + _value(run, "time_step")
        first = since.groupby([own["SITE"].astype(str), own["USUBJID"].astype(str)]).min()
        late = pd.Series(np.inf, index=people.index.astype(str))
        when = [first.loc[[site]].droplevel(0).reindex(late.index).fillna(np.inf) if site in first.index else late
                for site in sites]  # fmt: skip
        last = np.sort(np.max(when, axis=0))
        return days, np.searchsorted(last, days + ROUNDING, side="right") / max(1, len(last))

    return read


def _caught_by_flow(run: RunDirectory, arm: str) -> Curve:
    """Share of an arm's founders in each organ by its share of cardiac output; lung and liver have more inflow."""
    cascade, flow = run.table("cascade"), knowledge.flow_shares()
    if cascade is None:
        return np.zeros(0), np.zeros(0)
    last = cascade[(cascade["ARM"].astype(str) == arm) & (cascade["MOMENT"].astype(str) == LAST_MOMENT)]
    founders = last.groupby(last["SITE"].astype(str))["FOUNDERS"].sum()
    organs = [site.id for site in knowledge.sites() if site.kind == "organ" and site.id not in FURTHER_INFLOW]
    organs.sort(key=flow.__getitem__)
    return np.array([flow[site] for site in organs]), np.array([
        float(founders.get(site, 0.0)) for site in organs
    ]) / max(1.0, float(founders.sum()))  # fmt: skip


QUANTITIES: dict[str, Quantity] = {
    "metastases": Quantity(_metastases),
    "metastases_volume": Quantity(_metastases_volume, log_y=True),
    "primary_volume": Quantity(_primary_volume, log_y=True),
    "metastases_above": Quantity(_metastases_above, log_x=True, log_y=True),
    "dormant": Quantity(_dormant),
    "mutant_share": Quantity(_mutant_share, log_x=True),
    "without_mutants": Quantity(_without_mutants, log_x=True),
    "caught_by_flow": Quantity(_caught_by_flow, log_x=True, log_y=True),
    "lasting_share": Quantity(_lasting_share, log_y=True),
    "neck_nodes_involved": Quantity(_involved("cervical_nodes")),
    "chest_nodes_involved": Quantity(_involved("intrathoracic_nodes")),
    "both_nodes_involved": Quantity(_involved("cervical_nodes", "intrathoracic_nodes")),
}
"""What a published curve may be of; labels `model_quantity` and `model_axis` name the axes."""
