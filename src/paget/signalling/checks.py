"""Published directions beside what a network does: the read-out in two conditions, and whether it moves as stated.

Statements that shaped the rules (`CheckRecord`) and findings written down before any of them was run (`AfterRecord`)
are judged in the same way. A verdict carries both values and their Monte-Carlo error, and says by how much the border
between hit and miss is passed, so that one that other random numbers might turn over can be told from a clear one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from paget.knowledge.networks import AfterRecord, CheckRecord, Condition, parse_condition
from paget.knowledge.records import ASSUMED_SOURCE
from paget.signalling.interventions import Interventions
from paget.signalling.library import CellNetwork
from paget.signalling.settings import Settings
from paget.signalling.simulate import simulate

CLEAR = 4.0
"""Standard errors beyond which a verdict counts as clear: by chance in fewer than one of 10^4 checks."""


@dataclass(frozen=True)
class Estimate:
    """A share of the time, with its standard error over cells."""

    value: float
    error: float


Cells: TypeAlias = Callable[[Condition], Mapping[str, Estimate]]
"""Share of the time of every node and read-out of the cells in a condition."""


@dataclass(frozen=True)
class Verdict:
    """Whether a check holds.

    Attributes:
        a, b: the read-out in both conditions; no b where one condition stands alone.
        excess: share of the time by which the border is passed; negative: by which it is missed.
        error: standard error of the excess.
    """

    a: Estimate
    b: Estimate | None
    excess: float
    error: float

    @property
    def hit(self) -> bool:
        """Whether the read-out moves (or stays) as stated."""
        return self.excess >= 0.0

    @property
    def clear(self) -> bool:
        """Whether the border lies more than `CLEAR` standard errors away."""
        return abs(self.excess) > CLEAR * self.error


def settled(
    cell: CellNetwork,
    settings: Settings,
    interventions: Interventions,
    *,
    samples: int,
    seed: int,
    threads: int | None = None,
) -> Mapping[str, Estimate]:
    """Averages from `settled_after` on, of every node and read-out, for a condition of the network.

    The error is the mean over windows of their standard errors: exact when a cell's windows are alike, else too large.
    It is at least that of a share of 1 / (n + 2), because n cells that all agree do not make a share certain.
    """
    result = simulate(
        cell.network,
        settings,
        samples=samples,
        seed=seed,
        readouts=cell.read_outs,
        interventions=interventions,
        threads=threads,
    )
    rare = 1.0 / (samples + 2)
    least = math.sqrt(rare * (1.0 - rare) / samples)
    late = result.times > cell.settled_after - settings.time_tick / 2.0
    nodes = {
        name: (result.probability[:, place], result.standard_error[:, place]) for place, name in enumerate(result.nodes)
    }
    return {
        name: Estimate(float(mean[late].mean()), max(float(error[late].mean()), least))
        for name, (mean, error) in (nodes | dict(result.readouts)).items()
    }


def settled_cells(cell: CellNetwork, *, samples: int, seed: int, threads: int | None = None) -> Cells:
    """Cells of a network once they have settled; each condition is run once."""
    known: dict[str, Mapping[str, Estimate]] = {}

    def cells(condition: Condition) -> Mapping[str, Estimate]:
        key = repr(condition)
        if key not in known:
            known[key] = settled(cell, *cell.of(condition), samples=samples, seed=seed, threads=threads)
        return known[key]

    return cells


def shaping_verdict(record: CheckRecord, cells: Cells) -> Verdict:
    """Whether a statement that shaped the rules holds: the read-out in condition a against b, or in a alone."""
    a = cells(parse_condition(record.condition_a, record.id))[record.readout]
    if record.direction in ("on", "off"):
        excess = a.value - record.effect
        return Verdict(a, None, excess if record.direction == "on" else -excess, a.error)
    b = cells(parse_condition(record.condition_b, record.id))[record.readout]
    direction = {"higher": "up", "lower": "down"}.get(record.direction, record.direction)
    return Verdict(a, b, _excess(direction, a.value - b.value, record.effect), math.hypot(a.error, b.error))


def after_verdict(record: AfterRecord, cells: Cells) -> Verdict:
    """Whether a finding that shaped no rule holds: the read-out in condition b against a."""
    a, b = (cells(record.condition(side))[record.read_out] for side in ("a", "b"))
    return Verdict(a, b, _excess(record.direction, b.value - a.value, record.margin), math.hypot(a.error, b.error))


def _excess(direction: str, change: float, margin: float) -> float:
    return {"up": change - margin, "down": -change - margin, "same": margin - abs(change)}[direction]


def repeated(cell: CellNetwork) -> dict[str, str]:
    """Findings checked afterwards whose very comparison, doses apart, shaped the rules -> that statement."""
    shaped: dict[object, str] = {}
    for record in cell.tables.checks:
        if record.direction not in ("on", "off"):
            b, a = (parse_condition(text, record.id) for text in (record.condition_b, record.condition_a))
            shaped.setdefault(_comparison(cell, b, a, record.readout), record.id)
    found = {
        record.id: shaped.get(_comparison(cell, record.condition("a"), record.condition("b"), record.read_out))
        for record in cell.tables.checks_after
    }
    return {after: before for after, before in found.items() if before is not None}


def alike_in_source(cell: CellNetwork) -> set[str]:
    """Findings checked afterwards whose source a rule, a drug, an alteration or a shaping statement also cites."""
    tables = cell.tables
    shaping = (*tables.nodes, *tables.drugs, *tables.alterations, *tables.checks)
    cited = {part for record in shaping for part in record.source.split(";")} - {ASSUMED_SOURCE}
    return {record.id for record in tables.checks_after if cited & set(record.source.split(";"))}


def _comparison(cell: CellNetwork, before: Condition, after: Condition, read_out: str) -> object:
    """What is compared, whatever names it goes by: the read-out and both conditions, drugs at full dose."""
    parts: list[object] = [cell.read_out(read_out)]
    for condition in (before, after):
        settings, made = cell.of(replace(condition, drugs=dict.fromkeys(condition.drugs, 1.0)))
        given = (settings.variables, made.held, made.inhibited, made.activated)
        parts.append(tuple(frozenset(each.items()) for each in given))
    return tuple(parts)
