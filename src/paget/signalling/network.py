"""A logical network: nodes that are off or on, each with the rules of its two rates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from paget.errors import InputError
from paget.signalling.expression import Expression

LARGEST = 512
"""Most nodes of a network: eight words of 64 bits."""


@dataclass(frozen=True)
class Node:
    """A node and its rules (aliases written out).

    A missing rate takes the default of MaBoSS: up 1 where the logic is true, else 0; down 0 where it is true, else 1.
    With both rates given the logic no longer acts. Without logic a missing rate is 0: a node without logic and rates
    is an input and never flips.
    """

    name: str
    logic: Expression | None = None
    rate_up: Expression | None = None
    rate_down: Expression | None = None
    description: str = ""

    @property
    def rules(self) -> tuple[Expression, ...]:
        """Those of logic, rate up and rate down that are given."""
        return tuple(rule for rule in (self.logic, self.rate_up, self.rate_down) if rule is not None)

    @cached_property
    def up(self) -> Expression:
        """The rate at which the node switches on, default included (per unit of time)."""
        return self.rate_up or _default(self.logic, 1.0, 0.0)

    @cached_property
    def down(self) -> Expression:
        """The rate at which the node switches off, default included (per unit of time)."""
        return self.rate_down or _default(self.logic, 0.0, 1.0)

    @property
    def is_input(self) -> bool:
        """Whether nothing in the network changes the node: no rule, or only itself as its logic."""
        if self.rate_up is not None or self.rate_down is not None:
            return False
        return self.logic is None or self.logic.code == (("node", self.name),)


def _default(logic: Expression | None, met: float, unmet: float) -> Expression:
    """A rate that nobody gave: one value where the logic is true, another where not; 0 without logic."""
    if logic is None:
        return Expression((("num", 0.0),))
    return Expression((*logic.code, ("num", met), ("num", unmet), ("select", None)))


@dataclass(frozen=True)
class Network:
    """Nodes in the order of their declaration, which is the order of the bits of a state.

    MaBoSS numbers nodes by first mention instead; the order changes no probability, only which random number decides.

    Raises:
        InputError: no node, more than 512, a name twice, or a rule that names a node which does not exist.
    """

    nodes: tuple[Node, ...]
    name: str = ""

    def __post_init__(self) -> None:
        check_size(len(self.nodes), self.name)
        if len(self.index) != len(self.nodes):
            names = [node.name for node in self.nodes]
            twice = next(name for name in names if names.count(name) > 1)
            raise InputError(f"the node {twice} is declared twice", file=self.name or None, remedy="Keep one of them.")
        for node in self.nodes:
            for missing in undeclared(node, self.index):
                raise undeclared_error(missing, node.name, self.index, file=self.name or None)

    @cached_property
    def index(self) -> dict[str, int]:
        """Position of each node by its name."""
        return {node.name: position for position, node in enumerate(self.nodes)}

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """Nodes that nothing in the network changes."""
        return tuple(node.name for node in self.nodes if node.is_input)

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """$variables that the rules need, in order of appearance."""
        return tuple(dict.fromkeys(name for node in self.nodes for rule in node.rules for name in rule.variables()))

    def __len__(self) -> int:
        return len(self.nodes)

    def __getitem__(self, name: str) -> Node:
        return self.nodes[self.index[name]]


def check_size(count: int, file: str | None = None) -> None:
    """Raise InputError unless a network may have so many nodes."""
    if count > LARGEST:
        remedy = "Fix inputs as constants and leave out nodes that nothing reads."
        raise InputError(f"has {count} nodes; at most {LARGEST} are simulated", file=file or None, remedy=remedy)
    if not count:
        raise InputError("declares no node", file=file or None, remedy='Write e.g. "Node A { logic = A; }" in a .bnd.')


def undeclared(node: Node, known: Iterable[str]) -> tuple[str, ...]:
    """Nodes that the rules of a node name and that are not known."""
    return tuple(dict.fromkeys(name for rule in node.rules for name in rule.nodes() if name not in known))


def undeclared_error(
    missing: str, node: str, known: Iterable[str], *, file: str | None = None, line: int | None = None
) -> InputError:
    """The error for a rule of `node` that names `missing`."""
    near = nearest(missing, known)
    remedy = (
        f"Did you mean {near}?"
        if near
        else f'Declare it; as an input: "Node {missing} {{ }}" or "{missing}, {missing}".'
    )
    return InputError(f"{node} depends on {missing}, which is not declared", file=file, line=line, remedy=remedy)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that looks most like this one, if any is close."""
    from difflib import get_close_matches

    names = list(known)
    same = next((each for each in names if each.lower() == name.lower()), None)
    return same or next(iter(get_close_matches(name[:80], names, n=1, cutoff=0.75)), None)
