"""What is done to the nodes of a network: alterations that hold a node, drugs that inhibit or activate it.

A held node takes its value at the start and never changes. A drug with target inhibition theta changes the rates,

    up -> (1 - theta) up,    down -> down + theta d,

with d the node's own rate down were its logic false, so that an always stimulated node is on with probability
1 - theta where both its rates are equal, whatever their speed; activation is the mirror image.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from paget.errors import InputError


@dataclass(frozen=True)
class Interventions:
    """held: node to 0 or 1; inhibited, activated: node to the effect on it, in [0, 1]."""

    held: Mapping[str, int] = field(default_factory=dict)
    inhibited: Mapping[str, float] = field(default_factory=dict)
    activated: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, value in self.held.items():
            if value not in (0, 1):
                raise InputError(f"a node is held at 0 or 1, not {value!r}", field=name)
        for name, effect in [*self.inhibited.items(), *self.activated.items()]:
            if not 0.0 <= effect <= 1.0:
                raise InputError(f"the effect on a node lies in [0, 1], not {effect!r}", field=name)
        for name in self.inhibited:
            if name in self.activated:
                raise InputError("the node is both inhibited and activated", field=name, remedy="Give one of the two.")

    def nodes(self) -> Iterator[str]:
        """Names of all nodes that anything is done to."""
        yield from self.held
        yield from self.inhibited
        yield from self.activated
