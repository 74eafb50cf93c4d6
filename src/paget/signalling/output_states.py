"""Numbered outputs: which of the listed states the shown nodes are in, how far they are from the reference state.

Both are tables like any read-out, only with values beyond 0 and 1; a network with many shown nodes gets gates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from paget.signalling.truth_tables import Circuit, Table, constant

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_STATES = 254
"""Most states that can be followed: a table holds one byte per entry, 0 and "any other" included."""

OTHER = "(other)"
_NODES_AT_ONCE = 8


@dataclass(frozen=True)
class StateNumber:
    """Number k + 1 in the k-th listed state of `nodes`, in any other state one more than their count."""

    nodes: tuple[str, ...]
    states: tuple[tuple[int, ...], ...]

    @property
    def count(self) -> int:
        """Largest number."""
        return len(self.states) + 1

    def table(self, circuit: Circuit) -> Table:
        """The number for each combination of wires, from parts of the states, part by part."""
        known: list[tuple[int, ...]] = [()]
        number = constant(0.0)
        for first in range(0, len(self.nodes), _NODES_AT_ONCE):
            last = min(first + _NODES_AT_ONCE, len(self.nodes))
            parts = _distinct(state[first:last] for state in self.states)
            joined = _distinct(state[:last] for state in self.states)
            lookup = np.full((len(known) + 1, len(parts) + 1), len(joined))
            for place, state in enumerate(joined):
                lookup[known.index(state[:first]), parts.index(state[first:])] = place
            part = _pattern(circuit, self.nodes[first:last], parts)
            number = circuit.looked_up(lookup, number, part)
            known = joined
        order = np.array([self.states.index(state) for state in known] + [len(self.states)])
        return circuit.looked_up((order + 1)[:, None], number, constant(0.0))


@dataclass(frozen=True)
class HammingDistance:
    """One more than the number of nodes that differ from their reference state."""

    reference: Mapping[str, int]

    @property
    def count(self) -> int:
        """Largest number."""
        return len(self.reference) + 1

    def table(self, circuit: Circuit) -> Table:
        """The number for each combination of wires."""
        number = constant(1.0)
        for name, state in self.reference.items():
            node = circuit.node(name)
            number = circuit.combined("add", [number, circuit.combined("not", [node]) if state else node])
        return number


def _distinct(parts: Iterable[tuple[int, ...]]) -> list[tuple[int, ...]]:
    return sorted(set(parts))


def _pattern(circuit: Circuit, nodes: Sequence[str], patterns: Sequence[tuple[int, ...]]) -> Table:
    """The place of the present states of a few nodes among the patterns, their count for none of them."""
    code = constant(0.0)
    for name in nodes:
        doubled = circuit.combined("mul", [code, constant(2.0)])
        code = circuit.combined("add", [doubled, circuit.node(name)])
    places = np.full(1 << len(nodes), len(patterns))
    for place, pattern in enumerate(patterns):
        places[int("".join(map(str, pattern)), 2)] = place
    return circuit.looked_up(places[:, None], code, constant(0.0))


def most_frequent(final: NDArray[np.uint64], nodes: Sequence[int], count: int) -> tuple[tuple[int, ...], ...]:
    """The states of the given nodes that occur most often among packed states [samples, words], at most `count`."""
    if not len(nodes):
        return ((),)
    words, bits = np.array(nodes) >> 6, np.array(nodes, np.uint64) & np.uint64(63)
    states = (final[:, words] >> bits & np.uint64(1)).astype(np.uint8)
    distinct, times = np.unique(states, axis=0, return_counts=True)
    order = np.argsort(-times, kind="stable")[:count]
    return tuple(tuple(int(bit) for bit in distinct[place]) for place in order)


def label(nodes: Sequence[str], state: Iterable[int]) -> str:
    """The name that MaBoSS gives to a state: the nodes that are on, or <nil>."""
    return " -- ".join(name for name, bit in zip(nodes, state, strict=True) if bit) or "<nil>"
