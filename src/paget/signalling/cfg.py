"""How a network is run, from MaBoSS's .cfg: variables, initial states, shown nodes, schedules and parameters.

Statements take effect in their order, as do several files; a variable may be set again. Values are computed at once,
so a variable must be set before it is used. Unknown parameters, nodes and attributes are errors, as in MaBoSS.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

from paget.signalling.cfg_text import write_cfg
from paget.signalling.cfg_values import ValueReader
from paget.signalling.network import Network, nearest
from paget.signalling.settings import InitialGroup, Settings
from paget.signalling.source_text import read_text
from paget.signalling.tokens import Token, tokenise

__all__ = ["parse_cfg", "read_cfg", "write_cfg"]

_FIELDS = {"time_tick": "time_tick", "max_time": "max_time", "sample_count": "sample_count"}
_FIELDS |= {"discrete_time": "discrete_time", "seed_pseudorandom": "seed"}
_WITHOUT_EFFECT = (
    *("use_physrandgen", "use_glibcrandgen", "use_mtrandgen", "display_traj", "thread_count", "statdist_traj_count"),
    *("statdist_cluster_threshold", "statdist_similarity_cache_max_size", "init_pop", "pop_base"),
)
_POPULATION = frozenset({"pop_istate", "custom_pop_output"})
_POPULATION_TEXT = "belongs to population models (PopMaBoSS), which are not read"
_LARGEST_WHOLE = 2**53
_EITHER = -1


def read_cfg(
    paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    network: Network,
    settings: Settings | None = None,
) -> Settings:
    """The settings that one or more .cfg files give for a network, applied in order; InputError otherwise.

    A later file may set the initial state of nodes again; within one file that is an error. `settings` holds before
    the first file.
    """
    given = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    settings = settings or Settings()
    for path in given:
        settings = parse_cfg(read_text(path), network, os.fspath(path), settings)
    return settings


def parse_cfg(text: str, network: Network, file: str | None = None, settings: Settings | None = None) -> Settings:
    """The settings after the statements of a text; `settings` holds before them."""
    return _Reader(text, file, network, settings or Settings()).read()


class _Reader(ValueReader):
    def __init__(self, text: str, file: str | None, network: Network, before: Settings) -> None:
        super().__init__(tokenise(text, file), dict(before.variables))
        self.network = network
        self.before = before
        self.groups = {group.nodes: group for group in before.initial}
        self.internal = set(before.internal)
        self.reference = dict(before.reference)
        self.schedules = dict(before.schedules)
        self.parameters: dict[str, Any] = {}
        # Line in which the initial state of a node was set in this file.
        self.placed: dict[str, int] = {}
        self.attributes: dict[str, Callable[[Token], None]] = {
            "istate": self._initial,
            "is_internal": self._is_internal,
            "refstate": self._reference,
            "schedule": self._schedule,
            "in_graph": self._in_graph,
        }

    def read(self) -> Settings:
        while self.tokens.head.kind != "end":
            self._statement()
        given = {field: getattr(self.before, field) for field in _FIELDS.values()} | self.parameters
        return Settings(
            variables=self.variables,
            initial=tuple(self.groups.values()),
            internal=frozenset(self.internal),
            reference=self.reference,
            schedules=self.schedules,
            **given,
        )

    def _statement(self) -> None:
        head, second = self.tokens.head, self.tokens.ahead()
        if self.tokens.take_if(";"):
            return
        if head.kind == "variable":
            self._variable()
        elif head.kind == "sign" and head.text == "[":
            self._group()
        elif head.kind == "name" and second.kind == "sign" and second.text == ".":
            self._attribute()
        elif head.kind == "name":
            self._parameter()
        else:
            remedy = "Write $variable = value; NODE.istate = 0; or max_time = 100;"
            self.tokens.fail(f"a statement cannot begin with {head}", remedy)

    def _variable(self) -> None:
        name = self.tokens.take()
        self.tokens.expect("=", f"after {name}")
        self.variables[name.text] = self.value(f"{name}")
        self.end(f"{name}")

    def _parameter(self) -> None:
        name = self.tokens.take()
        key = name.text.lower()
        if key in _POPULATION:
            self.tokens.fail(f"{name} {_POPULATION_TEXT}", "Only networks of one cell are read.", name)
        if key not in _FIELDS and key not in _WITHOUT_EFFECT:
            known = (*_FIELDS, *_WITHOUT_EFFECT)
            near = nearest(key, known)
            remedy = f"Did you mean {near}?" if near else f"Parameters: {', '.join(known)}."
            self.tokens.fail(f"{name} is no parameter", remedy, name)
        self.tokens.expect("=", f"after {name}")
        value = self.value(name.text)
        self.end(name.text)
        if key in ("init_pop", "pop_base") and value != 1.0:
            self.tokens.fail(f"{name} other than 1 {_POPULATION_TEXT}", "Only networks of one cell are read.", name)
        if key in _FIELDS:
            self.parameters[_FIELDS[key]] = self._checked(key, value, name)

    def _checked(self, key: str, value: float, at: Token) -> float | int | bool:
        if key == "discrete_time":
            return value != 0.0
        least = 0 if key == "seed_pseudorandom" else 1
        if key in ("seed_pseudorandom", "sample_count"):
            if not value.is_integer() or not least <= value <= _LARGEST_WHOLE:
                self.tokens.fail(f"{at.text} is {value:g}", f"Give a whole number from {least}.", at)
            return int(value)
        if value <= 0.0:
            self.tokens.fail(f"{at.text} is {value:g}", "Give a time above 0.", at)
        return value

    def _node(self) -> Token:
        name = self.tokens.expect_name("a node")
        if name.text not in self.network.index:
            near = nearest(name.text, self.network.index)
            self.tokens.fail(
                f"the network has no node {name.text}",
                f"Did you mean {near}?" if near else "Take the line out or declare the node.",
                name,
            )
        return name

    def _attribute(self) -> None:
        if self.tokens.ahead(2).text.lower() in _POPULATION:
            self.tokens.fail(f"{self.tokens.ahead(2)} {_POPULATION_TEXT}", "Only networks of one cell are read.")
        node = self._node()
        self.tokens.take()
        attribute = self.tokens.expect_name(f"an attribute of {node.text}")
        if attribute.text.lower() not in self.attributes:
            remedy = f"Attributes: {', '.join(self.attributes)}."
            self.tokens.fail(f"{attribute} is no attribute of a node", remedy, attribute)
        self.tokens.expect("=", f"after {node.text}.{attribute.text}")
        self.attributes[attribute.text.lower()](node)
        self.end(f"{node.text}.{attribute.text}")

    def _initial(self, node: Token) -> None:
        if self.tokens.head.text == "[":
            self.tokens.fail("a list of states needs its nodes in brackets", f"Write [{node.text}].istate = ...")
        state = self.choice(f"{node.text}.istate", (0, 1, _EITHER), "Write [NODE].istate = 0.3 [0], 0.7 [1]; for odds.")
        self._place((node,))
        if state == _EITHER:
            self.groups.pop((node.text,), None)
        else:
            self.groups[(node.text,)] = InitialGroup.fixed(node.text, state)

    def _is_internal(self, node: Token) -> None:
        hidden = self.value(f"{node.text}.is_internal") != 0.0
        (self.internal.add if hidden else self.internal.discard)(node.text)

    def _reference(self, node: Token) -> None:
        state = self.choice(f"{node.text}.refstate", (0, 1, _EITHER), "-1 takes the node out of the reference.")
        self.reference.pop(node.text, None)
        if state != _EITHER:
            self.reference[node.text] = state

    def _in_graph(self, node: Token) -> None:
        # Which nodes MaBoSS draws in its graph of observed transitions; nothing here reads it.
        self.value(f"{node.text}.in_graph")

    def _schedule(self, node: Token) -> None:
        steps: dict[float, float] = {}
        what = f"{node.text}.schedule"
        while True:
            head = self.tokens.head
            time = self.value(what)
            self.tokens.expect(":", f"between time and probability of {what}")
            steps[time] = self.probability(what)
            if time < 0.0 or (len(steps) > 1 and time <= list(steps)[-2]):
                self.tokens.fail(f"the times of {what} must rise from 0", "Write them in order, each once.", head)
            if not self.tokens.take_if(","):
                break
        self.schedules[node.text] = tuple(steps.items())

    def _place(self, nodes: Sequence[Token]) -> None:
        """Note where the initial states of nodes are set; what an earlier file said of the same nodes is replaced."""
        names = tuple(node.text for node in nodes)
        for node in nodes:
            if node.text in self.placed:
                first = self.placed[node.text]
                remedy = "A node belongs to one group of initial states."
                self.tokens.fail(f"the initial state of {node.text} is set twice, first in line {first}", remedy, node)
            self.placed[node.text] = node.line
        for earlier in [group for group in self.groups if set(group) & set(names)]:
            if not set(earlier) <= set(names):
                remedy = "Set the states of the whole group."
                self.tokens.fail(f"{names[0]} shares a group of initial states with other nodes", remedy, nodes[0])
            del self.groups[earlier]

    def _group(self) -> None:
        self.tokens.take()
        nodes = [self._node()]
        while self.tokens.take_if(","):
            nodes.append(self._node())
        self.tokens.expect("]", "after the nodes of a group")
        self.tokens.expect(".", "after the nodes of a group", "Write [A, B].istate = ...")
        attribute = self.tokens.expect_name("istate")
        if attribute.text.lower() != "istate":
            self.tokens.fail(f"a group of nodes has no {attribute}", "Only istate takes a group.", attribute)
        self.tokens.expect("=", "after istate")
        self._place(nodes)
        names = tuple(node.text for node in nodes)
        self.groups[names] = self._odds(names)
        self.end("the states of the group")

    def _odds(self, names: tuple[str, ...]) -> InitialGroup:
        odds: dict[tuple[int, ...], float] = {}
        begin = self.tokens.head
        while True:
            weight = self.value("a probability")
            if weight < 0.0:
                self.tokens.fail("a probability is negative", "Probabilities are at least 0.", begin)
            state = self._state(len(names))
            odds[state] = odds.get(state, 0.0) + weight
            if not self.tokens.take_if(","):
                break
        total = sum(odds.values())
        if not 0.0 < total < float("inf"):
            self.tokens.fail(
                "the probabilities of the group do not add up to more than 0", "One must be above 0.", begin
            )
        return InitialGroup(names, tuple(odds), tuple(weight / total for weight in odds.values()))

    def _state(self, length: int) -> tuple[int, ...]:
        head = self.tokens.expect("[", "after a probability", "Write 0.4 [1, 0], 0.6 [0, 1]")
        states = [self.choice("a state", (0, 1), "States are 0 and 1.")]
        while self.tokens.take_if(","):
            states.append(self.choice("a state", (0, 1), "States are 0 and 1."))
        self.tokens.expect("]", "after the states")
        if len(states) != length:
            self.tokens.fail(f"{len(states)} states stand where the group has {length} nodes", "Give one a node.", head)
        return tuple(states)
