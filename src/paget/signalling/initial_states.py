"""Where trajectories start: what is fixed, and what is drawn, with the probability of each possibility."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paget.errors import InputError

if TYPE_CHECKING:
    from paget.signalling.interventions import Interventions
    from paget.signalling.network import Network
    from paget.signalling.settings import InitialGroup, Settings


@dataclass(frozen=True)
class Choice:
    """One draw: probability of each option, and the nodes that are on in it (all others of the draw are off)."""

    nodes: tuple[int, ...]
    probabilities: tuple[float, ...]
    on: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Start:
    """The initial states of a network under interventions.

    Attributes:
        value: state of each node before the draws: fixed nodes as they are, drawn nodes off.
        held: nodes that never change.
        scheduled: nodes that are set from outside during the run.
        choices: draws, one random number each.
    """

    value: tuple[int, ...]
    held: frozenset[int]
    scheduled: frozenset[int]
    choices: tuple[Choice, ...]

    @property
    def drawn(self) -> frozenset[int]:
        """Nodes whose initial state is drawn."""
        return frozenset(node for choice in self.choices for node in choice.nodes)


def start_of(network: Network, settings: Settings, interventions: Interventions) -> Start:
    """The initial states; a node in no group is on with probability 1/2, a held node keeps its value.

    Raises:
        InputError: a node stands in two groups, or the states or probabilities of a group are none.
    """
    index = network.index
    value = [0] * len(index)
    held = {index[name]: state for name, state in interventions.held.items()}
    choices: list[Choice] = []
    seen: set[int] = set()
    for group in settings.initial:
        _note(group, index, seen)
        choices += _draw(group, index, held, value)
    for node in range(len(index)):
        if node not in seen and node not in held:
            choices.append(Choice((node,), (0.5, 0.5), ((), (node,))))
    for node, state in held.items():
        value[node] = state
    scheduled = frozenset(index[name] for name in settings.schedules) - held.keys()
    return Start(tuple(value), frozenset(held), scheduled, tuple(choices))


def _note(group: InitialGroup, index: dict[str, int], seen: set[int]) -> None:
    for name in group.nodes:
        if index[name] in seen:
            raise InputError(f"the initial state of {name} is given twice", field=name)
        seen.add(index[name])
    where = ", ".join(group.nodes)
    if len(group.states) != len(group.probabilities):
        raise InputError("states and probabilities are not equally many", field=where, remedy="Give one to each.")
    for state in group.states:
        if len(state) != len(group.nodes) or any(bit not in (0, 1) for bit in state):
            remedy = "Give a 0 or 1 to each node of the group."
            raise InputError(f"{tuple(state)!r} is no initial state", field=where, remedy=remedy)
    for chance in group.probabilities:
        if not 0.0 <= chance < math.inf:
            raise InputError(f"{chance!r} is no probability", field=where, remedy="Give a number from 0 to 1.")


def _draw(group: InitialGroup, index: dict[str, int], held: dict[int, int], value: list[int]) -> list[Choice]:
    """The draw of a group, if it has more than one possible state; writes the states of its fixed nodes to `value`."""
    options = [(state, chance) for state, chance in zip(group.states, group.probabilities, strict=True) if chance > 0.0]
    if not options:
        raise InputError("no initial state has a positive probability", field=", ".join(group.nodes))
    nodes = [index[name] for name in group.nodes]
    drawn = []
    for place, node in enumerate(nodes):
        states = {state[place] for state, _ in options}
        if len(states) == 1:
            value[node] = int(states.pop())
        elif node not in held:
            drawn.append(place)
    if not drawn:
        return []
    total = sum(chance for _, chance in options)
    on = tuple(tuple(nodes[place] for place in drawn if state[place]) for state, _ in options)
    return [Choice(tuple(nodes[place] for place in drawn), tuple(chance / total for _, chance in options), on)]
