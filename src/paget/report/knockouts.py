"""What each mechanism carries: paired effects of the arms that switch mechanisms off, ranked and by label."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import plotly.graph_objects as go

from paget.report.figures import Figure, colour, finish, only, plain, rounded
from paget.report.number_format import ABSENT, MINUS, THIN_SPACE, number, span, trimmed
from paget.report.run_directory import RunDirectory
from paget.report.text import Labels

LABELS = ("seed", "dispersal", "soil", "local", "clinical", "")
"""Order of the groups; the last holds arms that change mechanisms of several labels."""

MEASURES = (
    "lesions_at_death",
    "founders_at_death",
    "founders_at_diagnosis",
    "distant_at_diagnosis",
    "organ_distribution",
    "restricted_mean_survival",
    "median_survival",
)
RANKING = MEASURES[0]
TABLE = ("lesions_at_death", "distant_at_diagnosis", "organ_distribution", "restricted_mean_survival",
         "median_survival")  # fmt: skip

MOST_ARMS = 6
"""Arms in the other sections: the first one and the strongest of the others."""

NAMED, MOST_NAMED = 3, 8
"""Knock-outs named in the summary; with those of equal effect."""

LOWEST = -1e9
"""Sorts what has no value."""

ROW_HEIGHT = 23
FRAME_HEIGHT = 110
LINE = {"width": 1, "color": "#7F7F7F"}
FACTORS = (1.02, 1.1, 1.25, 1.5, 2.0, 5.0, 10.0, 100.0, 1000.0, 1e4, 1e6)
MOST_TICKS = 4
"""Ticks on either side of 1 on an axis of ratios."""


@dataclass(frozen=True)
class Cell:
    """One effect as shown; `key` sorts."""

    value: str
    span: str
    key: float
    note: str = ""


@dataclass(frozen=True)
class Row:
    """One arm: its place in the ranking by lesions, its effects in the order of TABLE, and the pairs behind them."""

    rank: int
    arm: str
    mechanism: str
    label: str
    label_text: str
    cells: tuple[Cell, ...]
    pairs: str
    pairs_key: int


def entries(run: RunDirectory) -> list[Mapping[str, Any]]:
    """Rows of the summary's twins whose arm changes a mechanism."""
    return [row for row in run.summary.get("twins") or [] if row.get("mechanism")]


def ranked(run: RunDirectory, measure: str = RANKING) -> list[str]:
    """Arms by the size of an effect, the largest first; equal ones as in the scenario, without a value last."""
    found = [row for row in entries(run) if row.get("measure") == measure]
    return [str(row["arm"]) for row in sorted(found, key=_smallness)]


def _smallness(row: Mapping[str, Any]) -> float:
    return math.inf if row.get("value") is None else -abs(float(row["value"]))


def restricted(run: RunDirectory, arms: Sequence[str]) -> RunDirectory:
    """The run as if it had only these arms; published results stay."""
    summary = dict(run.summary)
    if summary.get("survival"):
        summary["survival"] = {arm: curve for arm, curve in summary["survival"].items() if arm in arms}
    summary["endpoints"] = [row for row in run.endpoints if row.get("study") or row.get("arm") in arms]
    tables = {name: table[table["ARM"].astype(str).isin(list(arms))] for name, table in run.tables.items()}
    return replace(run, summary=summary, tables=tables)


def few_arms(run: RunDirectory) -> RunDirectory:
    """The run for the other sections: with many knock-outs, the first arm and those of the largest effect."""
    if not entries(run) or len(run.arms) <= MOST_ARMS:
        return run
    chosen = {run.arms[0], *ranked(run)[: MOST_ARMS - 1]}
    return restricted(run, [arm for arm in run.arms if arm in chosen])


def sentences(run: RunDirectory, labels: Labels) -> list[str]:
    """Which knock-outs changed the number of metastases most."""
    values = {str(row["arm"]): float(row.get("value") or 0.0) for row in entries(run) if row.get("measure") == RANKING}
    changed = [arm for arm in ranked(run) if values[arm]]
    if not values:
        return []
    if not changed:
        return [labels("knockouts.nothing_changed", count=number(len(values)))]
    last = abs(values[changed[:NAMED][-1]])
    most = [arm for arm in changed if abs(values[arm]) >= last][:MOST_NAMED]
    named = ", ".join(f"{arm} (×{THIN_SPACE}{number(math.exp(values[arm]), 2)})" for arm in most)
    return [labels("knockouts.sentence", arms=named, count=number(len(values)))]


def rows(run: RunDirectory, labels: Labels) -> list[Row]:
    """One row per knock-out, ranked by its effect on the number of metastases."""
    by_arm: dict[str, dict[str, Mapping[str, Any]]] = {}
    for entry in entries(run):
        by_arm.setdefault(str(entry["arm"]), {})[str(entry["measure"])] = entry
    shown = []
    sizes = [_smallness(found[RANKING]) for found in by_arm.values()]
    for arm in ranked(run):
        found = by_arm[arm]
        about = found[RANKING]
        rank = 1 + sum(size < _smallness(about) for size in sizes)
        shown.append(
            Row(
                rank=rank,
                arm=arm,
                mechanism=str(about["mechanism"]),
                label=str(about.get("label") or ""),
                label_text=_label(about, labels),
                cells=tuple(_cell(found.get(measure), labels) for measure in TABLE),
                pairs=number(about.get("n")),
                pairs_key=int(about.get("n") or 0),
            )
        )
    return shown


def _label(entry: Mapping[str, Any], labels: Labels) -> str:
    return labels.family("mechanism_label", entry["label"]) if entry.get("label") else labels("knockouts.several")


def _cell(entry: Mapping[str, Any] | None, labels: Labels) -> Cell:
    if entry is None or entry.get("value") is None:
        return Cell(ABSENT, ABSENT, LOWEST)
    value, low, high = float(entry["value"]), entry.get("low"), entry.get("high")
    if entry["unit"] == "ln ratio":
        fold = [None if v is None else math.exp(v) for v in (value, low, high)]
        return Cell(f"×{THIN_SPACE}{number(fold[0])}", span(fold[1], fold[2], 2), value)
    if entry["measure"] == "organ_distribution":
        return Cell(number(value), span(low, high, 2), value, _largest_shift(entry.get("organs") or {}, labels))
    return Cell(_signed(value), span(low, high, 2), value)


def _signed(value: float) -> str:
    shown = number(value)
    return shown if value == 0 or shown.startswith(MINUS) else f"+{shown}"


def _largest_shift(organs: Mapping[str, float], labels: Labels) -> str:
    if not organs:
        return ""
    site = max(organs, key=lambda name: abs(organs[name]))
    return labels("knockouts.shift", site=labels.family("site", site), change=_signed(100.0 * organs[site]))


def figure(run: RunDirectory, labels: Labels) -> Figure | None:
    """Ranked bars with intervals, one measure at a time; None where no arm changes a mechanism."""
    if not entries(run):
        return None
    canvas = go.Figure()
    frames, options = {}, []
    for measure in MEASURES:
        found = [row for row in entries(run) if row["measure"] == measure]
        if not any(row.get("value") is not None for row in found):
            continue
        places = _places(found)
        _bars(canvas, found, places, labels, measure, visible=not frames)
        frames[measure] = _frame(found, places, labels, measure)
        options.append((measure, labels.family("twin", measure)))
    first = frames[options[0][0]]
    return finish(
        "knock-out-effects",
        canvas,
        labels("knockouts.description"),
        height=FRAME_HEIGHT + ROW_HEIGHT * len(first["yaxis.tickvals"]),
        control=only(options, labels("control.show")),
        margin={"l": 120, "t": 12},
        meta=frames,
        bargap=0.3,
        xaxis={
            "title": {"text": first["xaxis.title.text"]},
            "range": first["xaxis_range"],
            "tickmode": first["xaxis.tickmode"],
            "tickvals": first["xaxis.tickvals"],
            "ticktext": first["xaxis.ticktext"],
            "zeroline": False,
        },
        yaxis={
            "range": [len(first["yaxis.tickvals"]) - 0.5, -0.5],
            "tickvals": first["yaxis.tickvals"],
            "ticktext": first["yaxis.ticktext"],
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
            "ticksuffix": "  ",
        },
        shapes=[{"type": "line", "x0": 0, "x1": 0, "y0": 0, "y1": 1, "yref": "paper", "line": LINE}],
    )


def _places(found: Sequence[Mapping[str, Any]]) -> list[tuple[int, str, Mapping[str, Any] | None]]:
    """Lines of the figure from the top: (place, label, row), a label's heading having no row."""
    lines: list[tuple[str, Mapping[str, Any] | None]] = []
    for label in LABELS:
        members = sorted((row for row in found if (row.get("label") or "") == label), key=_smallness)
        if members:
            lines += [(label, None), *((label, row) for row in members)]
    return [(place, label, row) for place, (label, row) in enumerate(lines)]


def _bars(
    canvas: go.Figure,
    found: Sequence[Mapping[str, Any]],
    places: list[tuple[int, str, Mapping[str, Any] | None]],
    labels: Labels,
    measure: str,
    *,
    visible: bool,
) -> None:
    for index, label in enumerate(LABELS):
        mine = [
            (place, row) for place, of, row in places if of == label and row is not None and row["value"] is not None
        ]
        if not mine:
            continue
        value = [float(row["value"]) for _, row in mine]
        low, high = ([v if row[end] is None else float(row[end]) for v, (_, row) in zip(value, mine, strict=True)]
                     for end in ("low", "high"))  # fmt: skip
        name = _label(mine[0][1], labels)
        canvas.add_bar(
            x=rounded(value),
            y=[place for place, _ in mine],
            orientation="h",
            marker={"color": colour(index), "opacity": 0.7},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": rounded(h - v for h, v in zip(high, value, strict=True)),
                "arrayminus": rounded(v - w for v, w in zip(value, low, strict=True)),
                "color": LINE["color"],
                "thickness": 1.5,
                "width": 4,
            },
            name=plain(name),
            meta={"group": measure, "label": name},
            legendgroup=f"label{index}",
            visible=visible,
            text=[plain(_words(row, labels)) for _, row in mine],
            textposition="none",
            hovertemplate="%{text}<extra></extra>",
        )


def _words(row: Mapping[str, Any], labels: Labels) -> str:
    cell = _cell(row, labels)
    return f"{row['arm']}: {cell.value} ({cell.span}), n = {number(row.get('n'))}"


def _frame(
    found: Sequence[Mapping[str, Any]],
    places: list[tuple[int, str, Mapping[str, Any] | None]],
    labels: Labels,
    measure: str,
) -> dict[str, Any]:
    """What the layout takes for a measure: names of the lines, and the scale."""
    names = []
    for _, label, row in places:
        heading = labels.family("mechanism_label", label) if label else labels("knockouts.several")
        names.append(f"<b>{plain(heading)}</b>" if row is None else plain(str(row["arm"])))
    ends = [float(row[name]) for row in found for name in ("value", "low", "high") if row.get(name) is not None]
    low, high = min(0.0, *ends), max(0.0, *ends)
    edge = 0.04 * (high - low) or 1.0
    ratio = found[0]["unit"] == "ln ratio"
    marks = _ratio_ticks(low, high) if ratio else []
    return {
        "xaxis_range": [round(low - edge, 4), round(high + edge, 4)],
        "xaxis.title.text": labels.family("twin_axis", measure),
        "xaxis.tickmode": "array" if ratio else "auto",
        "xaxis.tickvals": [place for place, _ in marks],
        "xaxis.ticktext": [text for _, text in marks],
        "yaxis.tickvals": [place for place, _, _ in places],
        "yaxis.ticktext": names,
    }


def _ratio_ticks(low: float, high: float) -> list[tuple[float, str]]:
    """Places on an axis of natural logarithms at round factors, with their words."""
    widest = max(-low, high)
    factor = next((f for f in FACTORS if widest <= MOST_TICKS * math.log(f)), FACTORS[-1])
    step = math.log(factor)
    steps = range(math.ceil(low / step), math.floor(high / step) + 1)
    return [(round(k * step, 4), f"×{THIN_SPACE}{trimmed(factor**k)}") for k in steps]
