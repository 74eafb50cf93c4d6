"""Who acts on whom in a network, and how: the edges of its drawing."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from paget.errors import InputError
from paget.signalling.network import Network, Node
from paget.signalling.truth_bits import tabulate

UP, DOWN, EITHER = 1, -1, 0

Edge = tuple[str, str, int]


def edges(network: Network, variables: Mapping[str, float]) -> list[Edge]:
    """(source, target, sign) of every node that a rule reads, in the order of the network; without self-reference.

    The sign is 1 where the source raises the target whatever the other nodes are, -1 where it lowers it, 0 where it
    can do both, or the rule reads too many nodes to tell. A source that changes nothing has no edge.
    """
    return [
        (source, node.name, sign)
        for node in network.nodes
        for source, sign in signs(node, variables).items()
        if source != node.name
    ]


def signs(node: Node, variables: Mapping[str, float]) -> dict[str, int]:
    """Sign of the effect of every node that acts on a node: on its rate up as it is, on its rate down reversed."""
    rules = [(node.rate_up, UP), (node.rate_down, DOWN)]
    if node.rate_up is None or node.rate_down is None:
        rules.append((node.logic, UP))
    given = [(rule, direction) for rule, direction in rules if rule is not None]
    names = tuple(dict.fromkeys(name for rule, _ in given for name in rule.nodes()))
    try:
        drives = [direction * tabulate(rule.code, names, variables) for rule, direction in given]
    except InputError:
        return dict.fromkeys(names, EITHER)
    found = {}
    for place, name in enumerate(names):
        steps = [difference for drive in drives for difference in _steps(drive, place)]
        rises, falls = any(step > 0 for step in steps), any(step < 0 for step in steps)
        if rises or falls:
            found[name] = EITHER if rises and falls else UP if rises else DOWN
    return found


def _steps(values: np.ndarray, place: int) -> np.ndarray:
    """Differences of a rule's value between the node at a place on and off, in every state of the others."""
    pairs = values.reshape(-1, 2, 1 << place)
    return np.unique(pairs[:, 1] - pairs[:, 0])
