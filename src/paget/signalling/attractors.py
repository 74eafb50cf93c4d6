"""Where a network ends: fixed points and other attractors of the asynchronous graph.

A state has an edge to each state that one flip of positive rate leads to. An attractor is a set of states that reach
each other and nothing else; one of a single state is a fixed point. Up to `MOST_FREE` free nodes all states are
searched; beyond, only what trajectories reach, and the result says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from paget.signalling.compiled import Compiled, compile_network
from paget.signalling.initial_states import Start, start_of
from paget.signalling.interventions import Interventions
from paget.signalling.launch import run
from paget.signalling.output_states import label
from paget.signalling.result import unpacked
from paget.signalling.settings import InitialGroup

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from paget.signalling.network import Network
    from paget.signalling.settings import Settings

MOST_FREE = 20
MOST_REACHED = 100_000
"""States that are followed from the end of a trajectory before its attractor counts as unresolved."""


@dataclass(frozen=True)
class Attractor:
    """states: 0 or 1 for each node, [states, nodes], in ascending order of their bits."""

    nodes: tuple[str, ...]
    states: NDArray[np.uint8]

    @property
    def is_fixed_point(self) -> bool:
        """Whether it is a single state that nothing leaves."""
        return len(self.states) == 1

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the states, as MaBoSS writes them."""
        return tuple(label(self.nodes, state) for state in self.states)

    @property
    def activity(self) -> dict[str, float]:
        """Share of its states in which each node is on."""
        return dict(zip(self.nodes, self.states.mean(axis=0).tolist(), strict=True))


@dataclass(frozen=True)
class Attractors:
    """found: fixed points first; exhaustive: whether all states were searched, so that there are no others.

    unresolved: share of the sampled trajectories whose attractor has too many states to be followed.
    """

    found: tuple[Attractor, ...]
    exhaustive: bool
    unresolved: float

    @property
    def fixed_points(self) -> tuple[Attractor, ...]:
        """Those of a single state."""
        return tuple(each for each in self.found if each.is_fixed_point)


def attractors(
    network: Network,
    settings: Settings,
    *,
    interventions: Interventions | None = None,
    samples: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
) -> Attractors:
    """Attractors in which nodes that never flip have states that they can start in; schedules do not act.

    With more than `MOST_FREE` nodes that flip or are drawn, `samples` trajectories are run to the settings' end and
    all that can follow their last states is searched.
    """
    chosen = replace(
        settings,
        schedules={},
        sample_count=settings.sample_count if samples is None else samples,
        seed=settings.seed if seed is None else seed,
    )
    started = compile_network(network, chosen, interventions)
    compiled = _from_any_state(network, chosen, interventions)
    if len(compiled.free) <= MOST_FREE:
        return Attractors(_sorted(compiled, started.start, _exhaustive(compiled)), exhaustive=True, unresolved=0.0)
    raw = run(started, chosen, (), 0, threads=threads)
    found, unresolved = _reached(compiled, raw.final)
    return Attractors(_sorted(compiled, started.start, found), exhaustive=False, unresolved=unresolved)


def _from_any_state(network: Network, settings: Settings, interventions: Interventions | None) -> Compiled:
    """The network with all nodes free, except those that never flip whatever the others do."""
    everywhere = compile_network(network, replace(settings, initial=()), interventions)
    still = {node for node, rule in enumerate(everywhere.rules) if not rule.values.any()}
    start = start_of(network, settings, interventions or Interventions())
    fixed = still - start.drawn
    initial = tuple(InitialGroup.fixed(network.nodes[node].name, start.value[node]) for node in sorted(fixed))
    return compile_network(network, replace(settings, initial=initial), interventions)


def _sorted(compiled: Compiled, start: Start, found: list[NDArray[np.uint8]]) -> tuple[Attractor, ...]:
    """Attractors by number of states, then by their first state; `found` holds the free nodes only."""
    whole = []
    for states in found:
        full = np.tile(np.array(compiled.start.value, np.uint8), (len(states), 1))
        full[:, list(compiled.free)] = states
        if _can_start(compiled, start, full[0]):
            whole.append(full[np.lexsort(full.T)])
    whole.sort(key=lambda states: (len(states), states[0][::-1].tolist()))
    return tuple(Attractor(compiled.nodes, states) for states in whole)


def _can_start(compiled: Compiled, start: Start, state: NDArray[np.uint8]) -> bool:
    """Whether the nodes that are drawn and never flip have a combination of states that can be drawn."""
    for choice in start.choices:
        still = {node for node in choice.nodes if not compiled.rules[node].values.any()}
        if still & set(np.flatnonzero(state).tolist()) not in [still & set(on) for on in choice.on]:
            return False
    return True


def _can_flip(compiled: Compiled, bit: Callable[[int], NDArray[np.uint8]]) -> NDArray[np.bool_]:
    """Which free nodes can flip, [free, states]; `bit` gives a node's state in each state."""
    first_gate = len(compiled.nodes)
    gates: list[NDArray[np.uint8]] = []

    def looked_up(wires: tuple[int, ...], values: NDArray) -> NDArray:
        return values[tuple(gates[wire - first_gate] if wire >= first_gate else bit(wire) for wire in wires)]

    for gate in compiled.gates:
        gates.append(looked_up(gate.wires, gate.values.astype(np.uint8)))
    states = len(bit(compiled.free[0])) if compiled.free else 1
    rules = (compiled.rules[node] for node in compiled.free)
    flips = [np.broadcast_to(looked_up(rule.wires, rule.values > 0.0), (states,)) for rule in rules]
    return np.array(flips, np.bool_).reshape(len(compiled.free), states)


def _terminal(source: NDArray[Any], target: NDArray[Any], count: int) -> list[NDArray[np.int64]]:
    """The strongly connected components that no edge leaves."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(source), np.bool_), (source, target)), shape=(count, count)).tocsr()
    components, of = connected_components(graph, directed=True, connection="strong")
    left = np.zeros(components, np.bool_)
    left[of[source[of[source] != of[target]]]] = True
    members = np.flatnonzero(~left[of])
    order = members[np.argsort(of[members], kind="stable")]
    return np.split(order, np.flatnonzero(np.diff(of[order])) + 1) if len(order) else []


def _exhaustive(compiled: Compiled) -> list[NDArray[np.uint8]]:
    free = compiled.free
    place = {node: index for index, node in enumerate(free)}
    codes = np.arange(1 << len(free), dtype=np.int32)
    flips = _can_flip(compiled, lambda node: (codes >> place[node] & 1).astype(np.uint8))
    source = np.concatenate([np.zeros(0, np.int32), *(codes[can] for can in flips)])
    target = np.concatenate([np.zeros(0, np.int32), *(codes[can] ^ (1 << bit) for bit, can in enumerate(flips))])
    found = _terminal(source, target, len(codes))
    return [(members[:, None] >> np.arange(len(free)) & 1).astype(np.uint8) for members in found]


def _reached(compiled: Compiled, final: NDArray[np.uint64]) -> tuple[list[NDArray[np.uint8]], float]:
    """The attractors that follow from final states, and the share of these whose followers are too many."""
    distinct, counts = np.unique(final, axis=0, return_counts=True)
    starts = unpacked(distinct, len(compiled.nodes))[:, list(compiled.free)]
    found: dict[bytes, NDArray[np.uint8]] = {}
    known: set[bytes] = set()
    unresolved = 0
    for start, count in zip(starts, counts, strict=True):
        if start.tobytes() in known:
            continue
        closed = _followers(compiled, start)
        if closed is None:
            unresolved += int(count)
            continue
        states, source, target = closed
        for members in _terminal(source, target, len(states)):
            attractor = states[members]
            found[min(state.tobytes() for state in attractor)] = attractor
            known.update(state.tobytes() for state in attractor)
    return list(found.values()), unresolved / len(final)


def _followers(
    compiled: Compiled, start: NDArray[np.uint8]
) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]] | None:
    """All states that can follow a state, with the edges between them; None if they are too many."""
    place = {node: index for index, node in enumerate(compiled.free)}
    numbers = {start.tobytes(): 0}
    states, frontier = [start], [start]
    source: list[int] = []
    target: list[int] = []
    while frontier:
        block = np.array(frontier)
        flips = _can_flip(compiled, lambda node, block=block: block[:, place[node]])
        frontier = []
        for node, row in zip(*np.nonzero(flips), strict=True):
            following = block[row].copy()
            following[node] ^= 1
            key = following.tobytes()
            if key not in numbers:
                numbers[key] = len(states)
                states.append(following)
                frontier.append(following)
            source.append(numbers[block[row].tobytes()])
            target.append(numbers[key])
        if len(states) > MOST_REACHED:
            return None
    return np.array(states), np.array(source, np.int64), np.array(target, np.int64)
