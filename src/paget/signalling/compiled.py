"""A network becomes flat tables which one compiled kernel reads, whatever the model.

Each node has one *rule table*: the class of its present flip rate for every combination of the wires that it reads,
its own bit included. The kernel keeps the address of each rule in its table; flipping a wire turns one bit of the
address of each rule that reads it, so only those rules are looked at again. Gates and read-outs are tables too.

Nodes of one rate class are drawn uniformly; a class of different rates has its largest as a bound, and a flip is
accepted with probability rate / bound (thinning, which is exact).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from paget.errors import InputError
from paget.signalling.expression import Expression
from paget.signalling.initial_states import Start, start_of
from paget.signalling.interventions import Interventions
from paget.signalling.network import undeclared_error
from paget.signalling.rate_classes import RateClasses
from paget.signalling.rates import flip_rate
from paget.signalling.settings import check_settings
from paget.signalling.truth_tables import WIDEST, WIDEST_OF_ALL, Circuit, Table, TooWideError, constant

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from paget.signalling.network import Network, Node
    from paget.signalling.settings import Settings

BITS_PER_WORD = 64
WORD_COUNTS = (1, 2, 4, 8)

LARGE = 1 << WIDEST
"""Entries of a table beyond which its work is counted; smaller ones cost little more than reading the rule."""

MOST_WORK = 1 << 27
"""Entries of all large tables that are computed for one network: some seconds."""

SLOWEST = float(np.finfo(np.float64).tiny)
"""Least rate per window whose inverse is a finite number."""

LOOKS = 64
"""How often `RateClasses` looks at each rate, about."""

_NARROWER = "Split the rule over auxiliary nodes, or give nodes equal weights."


class Numbered(Protocol):
    """A read-out with values 0 … count; time is recorded in each value but 0."""

    @property
    def count(self) -> int:
        """Largest value, at most 255."""
        ...

    def table(self, circuit: Circuit) -> Table:
        """The value for each combination of wires."""
        ...


class Tables(NamedTuple):
    """What the kernel reads of a network. Cells are the rules of the nodes, then gates, then read-outs.

    Attributes:
        classes: content of all tables: class of a rule's rate (0: never), value of a gate or read-out, [entries].
        rates: rate of each entry, per window; shape [entries] where classes only bound rates, else [1].
        bounds: largest rate of each class, per window, [classes + 1].
        rule_starts, rules: for each wire the rules that read it, as (rule, bit of its address), [wires + 1], [, 2].
        other_starts, others: for each wire the gates and read-outs that read it, likewise.
        after_starts, after: for each wire all gates and read-outs that may change when it flips, ascending.
        addresses: address of each cell before the initial draws, [cells].
        members, counts, places: nodes of each class then, [(classes + 1) * nodes], [classes + 1], [nodes].
        values: values of the gates and read-outs then, [cells].
        state: the state then, [words].
        option_starts, chances: for each draw its options and their cumulative probability.
        turned_starts, turned: for each option the nodes that it turns on.
        event_times, event_nodes, event_chances: schedules by time (in windows), [events].
    """

    classes: NDArray[np.uint8]
    rates: NDArray[np.float64]
    bounds: NDArray[np.float64]
    rule_starts: NDArray[np.uint32]
    rules: NDArray[np.uint32]
    other_starts: NDArray[np.uint32]
    others: NDArray[np.uint32]
    after_starts: NDArray[np.uint32]
    after: NDArray[np.uint32]
    addresses: NDArray[np.uint32]
    members: NDArray[np.uint32]
    counts: NDArray[np.uint32]
    places: NDArray[np.uint32]
    values: NDArray[np.uint8]
    state: NDArray[np.uint64]
    option_starts: NDArray[np.uint32]
    chances: NDArray[np.float64]
    turned_starts: NDArray[np.uint32]
    turned: NDArray[np.uint32]
    event_times: NDArray[np.float64]
    event_nodes: NDArray[np.uint32]
    event_chances: NDArray[np.float64]


@dataclass(frozen=True)
class Compiled:
    """A network under settings and interventions, ready to run.

    Attributes:
        nodes, readouts: names in order.
        tables: see `Tables`.
        bad_class: class of rates that are negative or not finite, 0 if there is none.
        thinned: whether the rates of some class differ.
        slot_counts: largest value of each read-out: 1 for a condition.
        rules, gates, outputs: tables of nodes (rates per window), gates and read-outs, for analyses and `state_table`.
        start: the initial states.
        free: nodes that may ever be in either state.
    """

    nodes: tuple[str, ...]
    readouts: tuple[str, ...]
    tables: Tables
    bad_class: int
    thinned: bool
    slot_counts: tuple[int, ...]
    rules: tuple[Table, ...] = field(repr=False)
    gates: tuple[Table, ...] = field(repr=False)
    outputs: tuple[Table, ...] = field(repr=False)
    start: Start = field(repr=False)
    free: tuple[int, ...] = field(repr=False)

    @property
    def words(self) -> int:
        """64-bit words of a state."""
        return len(self.tables.state)


def compile_network(
    network: Network,
    settings: Settings,
    interventions: Interventions | None = None,
    readouts: Mapping[str, Expression | Numbered] | None = None,
) -> Compiled:
    """Compile a network; raises InputError for an unknown name, a number out of range, or rules too wide for tables."""
    treatment, read = interventions or Interventions(), readouts or {}
    check_settings(settings)
    _check_names(network, settings, treatment)
    start = start_of(network, settings, treatment)
    index = network.index
    still = {name: start.value[index[name]] for name in index if _stands_still(network, name, start)}
    circuit = _Builder(index, still, settings.variables)
    rules: list[Table] = []
    for node in network.nodes:
        rule = constant(0.0) if node.name in still else circuit.built(node.name, 1, _rule_builder(node, treatment))
        rules.append(Table(rule.wires, _rates(rule.values * settings.time_tick)))
    frozen = _frozen(rules, start)
    rules = [constant(0.0) if node in frozen else _folded(rule, frozen) for node, rule in enumerate(rules)]
    outputs = [_folded(circuit.built(name, 0, _readout_builder(rule)), frozen) for name, rule in read.items()]
    gates = [_folded(gate, frozen) for gate in circuit.gates]
    classes = RateClasses.of([rule.values for rule in rules])
    return Compiled(
        nodes=tuple(index),
        readouts=tuple(read),
        tables=_flat(rules, gates, outputs, classes, start, settings, index),
        bad_class=classes.bad,
        thinned=classes.thinned,
        slot_counts=tuple(1 if isinstance(each, Expression) else each.count for each in read.values()),
        rules=tuple(rules),
        gates=tuple(gates),
        outputs=tuple(outputs),
        start=start,
        free=tuple(node for node in range(len(index)) if node not in frozen),
    )


def _rates(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rates per window; one whose inverse is no number happens never."""
    return np.where((values > 0.0) & (values < SLOWEST), 0.0, values)


def _check_names(network: Network, settings: Settings, interventions: Interventions) -> None:
    for place, names in (
        ("the list of interventions", interventions.nodes()),
        ("the list of internal nodes", settings.internal),
        ("the list of reference states", settings.reference),
        ("the schedule", settings.schedules),
        ("the initial state", (name for group in settings.initial for name in group.nodes)),
    ):
        for name in names:
            if name not in network.index:
                raise undeclared_error(name, place, network.index)


def _stands_still(network: Network, name: str, start: Start) -> bool:
    """Whether a node never changes whatever the others do."""
    node = network.index[name]
    return node in start.held or (network[name].is_input and node not in start.drawn | start.scheduled)


@dataclass
class _Builder(Circuit):
    """Builds the tables of rules and read-outs; rule: the present one; work: entries of large tables computed so far.

    Each different rate of a large table counts as often as `RateClasses` looks at it.
    """

    rule: str = ""
    work: int = 0

    def combined(self, operation: str, operands: Sequence[Table]) -> Table:
        """The table of an operation on tables; InputError once all large tables together are too much work."""
        table = super().combined(operation, operands)
        size = max(table.values.size, *(each.values.size for each in operands))
        if size > LARGE:
            self._count(size)
        return table

    def built(self, name: str, own: int, build: Callable[[Circuit], Table]) -> Table:
        """The table of a rule, in small tables where that is possible, else in one large table.

        own: 1 for a rule that reads the state of its own node besides others, else 0.
        """
        self.rule = name
        for self.widest in (WIDEST, WIDEST_OF_ALL):
            try:
                table = build(self)
            except TooWideError:
                continue
            if table.values.size > LARGE:
                self._count(LOOKS * len(np.unique(table.values)))
            return table
        many = f"reads more than {WIDEST_OF_ALL - own} {'other ' * own}nodes with different weights"
        raise InputError(many, field=name, remedy=_NARROWER)

    def _count(self, entries: int) -> None:
        self.work += entries
        if self.work > MOST_WORK:
            message = "with this one too many rules read many nodes with different weights"
            raise InputError(message, field=self.rule, remedy=_NARROWER)


def _rule_builder(node: Node, interventions: Interventions) -> Callable[[Circuit], Table]:
    return lambda circuit: flip_rate(circuit, node, interventions)


def _readout_builder(readout: Expression | Numbered) -> Callable[[Circuit], Table]:
    if isinstance(readout, Expression):
        return lambda circuit: circuit.table(readout).truth().pruned()
    return lambda circuit: readout.table(circuit).pruned()


def _frozen(rules: Sequence[Table], start: Start) -> dict[int, int]:
    """Nodes that never leave their initial state, and that state.

    A node is frozen if its rate is 0 there in all states of the others; others that are frozen stay where they are,
    so the search goes on until it finds no more.
    """
    moving = {node for node in range(len(rules)) if node not in start.drawn and node not in start.scheduled}
    frozen: dict[int, int] = {}
    while True:
        found = {}
        for node in moving:
            rule = _folded(rules[node], {**frozen, node: start.value[node]})
            if not rule.values.any():
                found[node] = start.value[node]
        if not found:
            return frozen
        frozen |= found
        moving -= found.keys()


def _folded(table: Table, known: Mapping[int, int]) -> Table:
    """The table with the known wires put in."""
    if not any(wire in known for wire in table.wires):
        return table
    place = tuple(known.get(wire, slice(None)) for wire in table.wires)
    return Table(tuple(wire for wire in table.wires if wire not in known), np.asarray(table.values[place])).pruned()


def _flat(
    rules: Sequence[Table],
    gates: Sequence[Table],
    outputs: Sequence[Table],
    classes: RateClasses,
    start: Start,
    settings: Settings,
    index: Mapping[str, int],
) -> Tables:
    nodes, wires = len(rules), len(rules) + len(gates)
    cells = [*rules, *gates, *outputs]
    offsets, size = _offsets(cells)
    content, rates = np.zeros(size, np.uint8), np.zeros(size if classes.thinned else 1)
    for cell, (table, offset) in enumerate(zip(cells, offsets, strict=True)):
        values = table.values.ravel()
        content[offset : offset + len(values)] = classes.classes(values) if cell < nodes else values
        if cell < nodes and classes.thinned:
            rates[offset : offset + len(values)] = values
    readers = _readers(cells, wires)
    rule_starts, rule_edges = _joined([[edge for edge in each if edge[0] < nodes] for each in readers], 2)
    other_starts, other_edges = _joined([[edge for edge in each if edge[0] >= nodes] for each in readers], 2)
    after_starts, after = _joined(_after(readers, nodes, wires), 1)
    addresses, values = _initial_cells(cells, offsets, content, start, nodes, wires)
    members, counts, places = _members(content[addresses[:nodes]], len(classes.bounds), nodes)
    option_starts, chances, turned_starts, turned = _draws(start)
    times, targets, event_chances = _events(settings, start, index)
    return Tables(
        classes=content,
        rates=rates,
        bounds=classes.bounds,
        rule_starts=rule_starts,
        rules=rule_edges,
        other_starts=other_starts,
        others=other_edges,
        after_starts=after_starts,
        after=after.ravel(),
        addresses=addresses,
        members=members,
        counts=counts,
        places=places,
        values=values,
        state=packed(start.value),
        option_starts=option_starts,
        chances=chances,
        turned_starts=turned_starts,
        turned=turned.ravel(),
        event_times=times,
        event_nodes=targets,
        event_chances=event_chances,
    )


def packed(values: Sequence[int]) -> NDArray[np.uint64]:
    """States of nodes as 64-bit words, the first node in the lowest bit of the first word."""
    count = next(words for words in WORD_COUNTS if len(values) <= words * BITS_PER_WORD)
    bits = np.zeros(count * BITS_PER_WORD, np.uint8)
    bits[: len(values)] = values
    return np.packbits(bits, bitorder="little").view("<u8").astype(np.uint64)


def _offsets(cells: Sequence[Table]) -> tuple[NDArray[np.uint32], int]:
    """Where each table begins: large ones first, so that each begins at a multiple of its size."""
    offsets, size = np.zeros(len(cells), np.uint32), 0
    for cell in sorted(range(len(cells)), key=lambda each: -cells[each].values.size):
        offsets[cell] = size
        size += cells[cell].values.size
    return offsets, size


def _readers(cells: Sequence[Table], wires: int) -> list[list[tuple[int, int]]]:
    """For each wire the (cell, bit of its address) that read it."""
    readers: list[list[tuple[int, int]]] = [[] for _ in range(wires)]
    for cell, table in enumerate(cells):
        for axis, wire in enumerate(table.wires):
            readers[wire].append((cell, 1 << (len(table.wires) - 1 - axis)))
    return readers


def _after(readers: Sequence[Sequence[tuple[int, int]]], nodes: int, wires: int) -> list[list[int]]:
    """For each wire the gates and read-outs downstream of it, ascending, which is an order of evaluation."""
    downstream: list[set[int]] = [set() for _ in range(wires)]
    for wire in reversed(range(wires)):
        for cell, _ in readers[wire]:
            if cell >= nodes:
                downstream[wire].add(cell)
                if cell < wires:
                    downstream[wire] |= downstream[cell]
    return [sorted(each) if wire < nodes else [] for wire, each in enumerate(downstream)]


def _joined(lists: Sequence[Sequence[object]], width: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Lists end to end, and where each begins."""
    starts = np.zeros(len(lists) + 1, np.uint32)
    starts[1:] = np.cumsum([len(each) for each in lists])
    return starts, np.array([item for each in lists for item in each], np.uint32).reshape(-1, width)


def _initial_cells(
    cells: Sequence[Table],
    offsets: NDArray[np.uint32],
    content: NDArray[np.uint8],
    start: Start,
    nodes: int,
    wires: int,
) -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
    """Address of each cell before the draws, and the value of each gate and read-out (a rule: 0)."""
    addresses, values = offsets.copy(), np.zeros(len(cells), np.uint8)
    states = [*start.value, *[0] * (wires - nodes)]
    for cell in [*range(nodes, len(cells)), *range(nodes)]:
        table = cells[cell]
        for axis, wire in enumerate(table.wires):
            addresses[cell] += states[wire] << (len(table.wires) - 1 - axis)
        if cell >= nodes:
            values[cell] = content[addresses[cell]]
            if cell < wires:
                states[cell] = int(values[cell])
    return addresses, values


def _members(
    classes: NDArray[np.uint8], count: int, nodes: int
) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint32]]:
    members, counts, places = np.zeros(count * nodes, np.uint32), np.zeros(count, np.uint32), np.zeros(nodes, np.uint32)
    for node, each in enumerate(classes):
        if each:
            places[node] = counts[each]
            members[int(each) * nodes + int(counts[each])] = node
            counts[each] += 1
    return members, counts, places


def _draws(
    start: Start,
) -> tuple[NDArray[np.uint32], NDArray[np.float64], NDArray[np.uint32], NDArray[np.uint32]]:
    option_starts = np.zeros(len(start.choices) + 1, np.uint32)
    option_starts[1:] = np.cumsum([len(choice.on) for choice in start.choices])
    chances = [np.cumsum(choice.probabilities) for choice in start.choices]
    turned_starts, turned = _joined([on for choice in start.choices for on in choice.on], 1)
    return option_starts, np.concatenate([np.zeros(0), *chances]), turned_starts, turned


def _events(
    settings: Settings, start: Start, index: Mapping[str, int]
) -> tuple[NDArray[np.float64], NDArray[np.uint32], NDArray[np.float64]]:
    """Scheduled changes by time, then node; those of held nodes do nothing."""
    events = sorted(
        (time / settings.time_tick, index[name], chance)
        for name, schedule in settings.schedules.items()
        if index[name] in start.scheduled
        for time, chance in schedule
    )
    times, nodes, chances = ([each[column] for each in events] for column in range(3))
    return np.array(times, np.float64), np.array(nodes, np.uint32), np.array(chances, np.float64)
