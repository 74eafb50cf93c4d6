"""A network of few moving nodes as one table of its states: from each the flips that can happen, with their rates.

A step of the general kernel brings up to date every rule that reads a flipped node. Where at most `MOST_FREE` nodes
move or have their start drawn, all states fit into a table, and a step only looks up where it may go.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from paget.signalling.compiled import BITS_PER_WORD
from paget.signalling.layout import NOWHERE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from paget.signalling.compiled import Compiled
    from paget.signalling.layout import Watch
    from paget.signalling.truth_tables import Table

MOST_FREE = 12
"""Moving nodes up to which there is a table: 4,096 states, less than a megabyte."""


class StateTable(NamedTuple):
    """All states of the moving nodes, state s having the k-th of them on where bit k of s is set; no array is empty.

    Attributes:
        begin: the state before the initial draws, [1].
        masks: bits that each option of an initial draw turns on, [options].
        totals: total rate per window and its inverse, of each state, [2 * states].
        starts: where the flips of each state begin, [states + 1].
        rates: rate per window and its inverse, of each flip, by falling rate within a state, [2 * flips].
        flips: which moving node flips, [flips].
        slots: slot of each moving node, `layout.NOWHERE` where it isn't shown, [moving nodes].
        held: slots of nodes that never move and are on, [held].
        held_count: how many there are, [1].
        values: value of each read-out in each state, [read-outs * states].
        words: the state of all nodes as words, [states * words].
    """

    begin: NDArray[np.uint32]
    masks: NDArray[np.uint32]
    totals: NDArray[np.float64]
    starts: NDArray[np.uint32]
    rates: NDArray[np.float64]
    flips: NDArray[np.uint32]
    slots: NDArray[np.uint32]
    held: NDArray[np.uint32]
    held_count: NDArray[np.uint32]
    values: NDArray[np.uint8]
    words: NDArray[np.uint64]


def fits(compiled: Compiled) -> bool:
    """Whether a network has a table: few nodes move, none by a schedule, and every rate is one."""
    few = len(compiled.free) <= MOST_FREE
    return few and not compiled.bad_class and not len(compiled.tables.event_times)


def state_table(compiled: Compiled, watch: Watch) -> StateTable:
    """The table of a network that `fits`."""
    free = compiled.free
    states = np.arange(1 << len(free))
    wires = _wires(compiled, states)
    rates = np.array([_looked_up(compiled.rules[node], wires) for node in free]).reshape(len(free), len(states))
    order = np.argsort(-rates, axis=0, kind="stable")
    sorted_rates = np.take_along_axis(rates, order, axis=0).T
    happens = sorted_rates > 0.0
    totals = sorted_rates.sum(axis=1)
    bit = {node: np.uint32(1 << place) for place, node in enumerate(free)}
    start = compiled.start
    on = [node for node, value in enumerate(start.value) if value and node not in bit]
    held = [slot for node in on for slot in [watch.node_slots[node]] if slot != NOWHERE]
    return StateTable(
        begin=np.array([sum(int(bit[node]) for node in free if start.value[node])], np.uint32),
        masks=_filled(
            [sum(int(bit[node]) for node in option) for each in start.choices for option in each.on], np.uint32
        ),
        totals=_with_inverses(totals),
        starts=np.concatenate([[0], np.cumsum(happens.sum(axis=1))]).astype(np.uint32),
        rates=_with_inverses(_filled(sorted_rates[happens], np.float64)),
        flips=_filled(order.T[happens], np.uint32),
        slots=_filled(watch.node_slots[list(free)], np.uint32),
        held=_filled(held, np.uint32),
        held_count=np.array([len(held)], np.uint32),
        values=_filled(np.array([_looked_up(each, wires) for each in compiled.outputs]).ravel(), np.uint8),
        words=_words(compiled, wires[: len(compiled.nodes)]),
    )


def _wires(compiled: Compiled, states: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """The bits of all nodes, then gates, in each state."""
    place = {node: k for k, node in enumerate(compiled.free)}
    wires = [
        states >> place[node] & 1 if node in place else np.full(len(states), value)
        for node, value in enumerate(compiled.start.value)
    ]
    for gate in compiled.gates:
        wires.append(_looked_up(gate, wires).astype(np.int64))
    return wires


def _looked_up(table: Table, wires: Sequence[NDArray[np.int64]]) -> NDArray[np.float64]:
    """A table's value in each state."""
    found = table.values[tuple(wires[wire] for wire in table.wires)]
    return np.broadcast_to(np.asarray(found, np.float64), wires[0].shape)


def _with_inverses(rates: NDArray[np.float64]) -> NDArray[np.float64]:
    inverses = np.divide(1.0, rates, out=np.zeros_like(rates), where=rates > 0.0)
    return np.stack([rates, inverses], axis=1).ravel()


def _filled(items: object, kind: type) -> NDArray:  # type: ignore[type-arg]  # of that kind
    """An array of at least one item, since a GPU takes no empty one."""
    array = np.asarray(items, kind)
    return array if array.size else np.zeros(1, kind)


def _words(compiled: Compiled, bits: Sequence[NDArray[np.int64]]) -> NDArray[np.uint64]:
    words = np.zeros((len(bits[0]), compiled.words), np.uint64)
    for node, values in enumerate(bits):
        words[:, node // BITS_PER_WORD] |= values.astype(np.uint64) << np.uint64(node % BITS_PER_WORD)
    return words.ravel()
