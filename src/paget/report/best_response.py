"""Best overall response by RECIST 1.1: counts, response and disease control rates with intervals, published beside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from paget.report.number_format import number, percent, span
from paget.report.run_directory import RunDirectory
from paget.report.text import Labels
from paget.report.trial_part import of_arms
from paget.trial.response_rates import response_rates

COLOURS: Mapping[str, str] = MappingProxyType({
    "CR": "#009E73", "PR": "#0072B2", "SD": "#E69F00", "non-CR/non-PD": "#B8A700", "PD": "#D55E00", "NE": "#7F7F7F",
})  # fmt: skip
"""Best response -> its colour in every figure, best first; NE: not evaluable."""

RATES = ("ORR", "DCR")
PRINTED = ("rate", "n", "investigator", "independent", "investigator_n", "independent_n")
"""What studies' endpoints end with: who read the scans, or that a number of patients was printed."""


@dataclass(frozen=True)
class Cell:
    """One number of an arm: text, its interval or share, and the share in per cent behind its bar."""

    text: str
    more: str
    percent: float


@dataclass(frozen=True)
class Row:
    """One response or rate; `published` are texts of other studies' values."""

    name: str
    rate: bool
    cells: tuple[Cell, ...]
    published: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """Arms with the number of their patients, and the rows; `confirmed`: responses were confirmed by a second scan."""

    arms: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    has_published: bool
    confirmed: bool


def counts(run: RunDirectory) -> dict[str, dict[str, int]]:
    """Patients by best response of every arm, in the order of COLOURS; only responses that anyone has, and RECIST's."""
    found = {}
    for arm, given in of_arms(run, "best_response").items():
        names = [name for name in COLOURS if given.get(name) or name != "non-CR/non-PD"]
        found[arm] = {name: int(given.get(name) or 0) for name in names}
    return found


def rates(count: Mapping[str, int]) -> dict[str, tuple[float, float, float]]:
    """ORR and DCR as shares of all with their Clopper–Pearson intervals."""
    best = np.repeat(list(count), list(count.values()))
    return {r.paramcd: (r.value, r.low, r.high) for r in response_rates(best) if r.paramcd in RATES}


def table(run: RunDirectory, labels: Labels) -> Table | None:
    """The table, or None where the summary holds no best responses."""
    found = {arm: count for arm, count in counts(run).items() if sum(count.values())}
    if not found:
        return None
    names = [name for name in COLOURS if any(name in count for count in found.values())]
    published = {name: _published(run, name) for name in (*names, *RATES)}
    rows = [Row(labels.family("response", name), rate=False, published=published[name],
                cells=tuple(_count(count, name) for count in found.values())) for name in names]  # fmt: skip
    rows += [Row(labels.family("response", name), rate=True, published=published[name],
                 cells=tuple(_rate(count, name) for count in found.values())) for name in RATES]  # fmt: skip
    confirmed = all(run.summary["trial"]["arms"][arm].get("confirmed", True) for arm in found)
    sizes = tuple((arm, number(sum(count.values()))) for arm, count in found.items())
    return Table(sizes, tuple(rows), any(published.values()), confirmed)


def sentences(run: RunDirectory, labels: Labels) -> list[str]:
    """The response rate of every arm, as the paragraph at the top says it."""
    said = []
    for arm, count in counts(run).items():
        value, low, high = rates(count)["ORR"]
        if np.isfinite(value):
            interval = span(100 * low, 100 * high)
            said.append(labels("trial.response_rate", arm=arm, rate=percent(value), interval=interval))
    return said


def _count(count: Mapping[str, int], name: str) -> Cell:
    share = count.get(name, 0) / sum(count.values())
    return Cell(number(count.get(name, 0)), percent(share), round(100 * share, 1))


def _rate(count: Mapping[str, int], name: str) -> Cell:
    value, low, high = rates(count)[name]
    return Cell(percent(value), span(100 * low, 100 * high), round(100 * value, 1))


def _published(run: RunDirectory, name: str) -> tuple[str, ...]:
    rows = [row for row in run.endpoints if row.get("published") is not None]
    wanted = {name, *(f"{name}_{reader}" for reader in PRINTED)}
    return tuple(_study(row) for row in rows if row.get("endpoint") in wanted)


def _study(row: Mapping[str, object]) -> str:
    unit = f" {row['unit']}" if row.get("unit") else ""
    interval = span(row.get("published_low"), row.get("published_high"))
    return f"{number(row['published'])}{unit} ({interval}), n = {number(row.get('n'))}, {row.get('study')}"
