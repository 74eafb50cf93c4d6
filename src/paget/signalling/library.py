"""The networks that come with the package, and what an alteration, a drug or the surroundings do to them.

An input is on for the share of the time that its level says and switches fast between, so that its readers see the
level and not the single switch; a level of 0 or 1 never switches. An alteration holds its input on, so that the
target of a drug is never the thing that is held. A drug at exposure theta hits each of its targets with theta times
its largest effect there: a node by its rates (`Interventions`), an input by its level.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import TypeVar

from paget.errors import InputError
from paget.knowledge.naming import did_you_mean
from paget.knowledge.networks import (
    DRUG_SWITCH,
    CellTables,
    Condition,
    DrugRecord,
    NodeRecord,
    cell_tables,
)
from paget.signalling.bnet import parse_bnet
from paget.signalling.expression import Expression, parse_expression
from paget.signalling.graded_response import joint
from paget.signalling.interventions import Interventions
from paget.signalling.network import Network, Node
from paget.signalling.settings import InitialGroup, Settings

__all__ = ["CellNetwork", "network"]

Held = TypeVar("Held")


@dataclass(frozen=True)
class CellNetwork:
    """A network of a cell's decisions with everything that may act on it.

    Attributes:
        tables: the records that it was made of.
        network: nodes and rates (1/h).
        settings: an unaltered, untreated cell in its usual surroundings; time in hours.
        read_outs: conditions by name, e.g. ``proliferation``.
    """

    tables: CellTables
    network: Network
    settings: Settings
    read_outs: Mapping[str, Expression]

    @property
    def settled_after(self) -> float:
        """Hours after which averages stand for the settled state."""
        return self.tables.settings["settled_after"].value

    def read_out(self, name: str) -> Expression:
        """The read-out of that name, else the node of that name; InputError for neither."""
        if name in self.read_outs:
            return self.read_outs[name]
        if name in self.network.index:
            return Expression((("node", name),))
        known = (*self.read_outs, *self.network.index)
        raise InputError(f"read-out {name!r} is unknown", remedy=did_you_mean(name, known))

    def condition(
        self,
        genotype: Sequence[str] = (),
        drugs: Mapping[str, float] | None = None,
        environment: Mapping[str, float] | None = None,
        off: Iterable[str] = (),
        held: Mapping[str, int] | None = None,
    ) -> tuple[Settings, Interventions]:
        """How to run a cell: with alterations, drugs (exposure 0 to 1), surroundings (level 0 to 1), modules off.

        Args:
            genotype: labels such as ``BRAF V600E``, ``TP53`` or ``CDKN2A loss``.
            drugs: exposure of each drug by name, on the scale of target inhibition.
            environment: levels of surroundings that differ from the usual, by input or alias.
            off: modules whose nodes are held off; ``target_inhibition``: drugs do nothing.
            held: single nodes held at 0 or 1.

        Raises:
            InputError: an unknown name or a level outside 0 to 1.
        """
        switched_off = tuple(off)
        levels = {record.input: record.level for record in self.tables.environment}
        levels = {node.name: float(node.initial) for node in self.tables.nodes if node.is_input} | levels
        levels |= self._surroundings(environment or {})
        targets = [] if DRUG_SWITCH in switched_off else self._targets(drugs or {})
        inhibited, activated = self._hit(targets)
        drawn = self._moved(levels, targets)
        fixed = dict.fromkeys(self._altered(genotype), 1) | dict.fromkeys(self._nodes_of(switched_off), 0)
        fixed |= self._known_nodes(held or {})
        settings = _at_levels(self.settings, self.tables, levels, drawn)
        return settings, Interventions(held=fixed, inhibited=inhibited, activated=activated)

    def of(self, condition: Condition) -> tuple[Settings, Interventions]:
        """`condition` of a record."""
        return self.condition(condition.genotype, condition.drugs, condition.environment, condition.off, condition.held)

    def _surroundings(self, given: Mapping[str, float]) -> dict[str, float]:
        names = {record.alias: record.input for record in self.tables.environment if record.alias}
        names |= {record.input: record.input for record in self.tables.environment}
        return {_found(name, names, "environment"): _share(level, name) for name, level in given.items()}

    def _targets(self, drugs: Mapping[str, float]) -> list[tuple[DrugRecord, float]]:
        names = {record.alias: record.drug for record in self.tables.drugs if record.alias}
        names |= {record.drug: record.drug for record in self.tables.drugs}
        exposures = {_found(name, names, "drug"): _share(level, name) for name, level in drugs.items()}
        return [
            (record, exposures[record.drug] * record.max_efficacy)
            for record in self.tables.drugs
            if record.drug in exposures
        ]

    def _hit(self, targets: Iterable[tuple[DrugRecord, float]]) -> tuple[dict[str, float], dict[str, float]]:
        """Effects on nodes that have rates; several drugs on one act independently."""
        felt: dict[tuple[str, str], list[float]] = {}
        inputs = {node.name for node in self.tables.nodes if node.is_input}
        for record, effect in targets:
            if record.node not in inputs:
                felt.setdefault((record.direction, record.node), []).append(effect)
        summed = {key: joint(effects) for key, effects in felt.items()}
        inhibited = {node: effect for (direction, node), effect in summed.items() if direction == "inhibit"}
        return inhibited, {node: effect for (direction, node), effect in summed.items() if direction != "inhibit"}

    @staticmethod
    def _moved(levels: dict[str, float], targets: Iterable[tuple[DrugRecord, float]]) -> set[str]:
        """Changes the levels of inputs that drugs act on; returns those that are drawn once per cell."""
        drawn: set[str] = set()
        for record, effect in targets:
            if record.node not in levels:
                continue
            level = levels[record.node]
            levels[record.node] = (
                level * (1.0 - effect) if record.direction == "inhibit" else 1 - (1 - level) * (1 - effect)
            )
            if record.direction == "hold":
                drawn.add(record.node)
        return drawn

    def _altered(self, genotype: Iterable[str]) -> list[str]:
        known = {record.label: record.input for record in self.tables.alterations}
        return [_found(label, known, "alteration") for label in genotype]

    def _nodes_of(self, modules: Iterable[str]) -> list[str]:
        known = {**self.tables.modules, DRUG_SWITCH: ()}
        return [node for module in modules for node in _found(module, known, "module")]

    def _known_nodes(self, held: Mapping[str, int]) -> dict[str, int]:
        for name in held:
            _found(name, self.network.index, "node")
        return dict(held)


@cache
def network(name: str) -> CellNetwork:
    """A network of the package, e.g. ``atc``; InputError for an unknown name."""
    return build(cell_tables(name))


def build(tables: CellTables) -> CellNetwork:
    """The network that tables describe; InputError when a rule is malformed."""
    records = {record.name: record for record in tables.nodes}
    logic = parse_bnet(tables.rules, f"{tables.name}/rules.bnet")
    nodes = tuple(
        _input(records[node.name]) if records[node.name].is_input else _decided(node, records[node.name])
        for node in logic.nodes
    )
    read_outs = {
        record.name: parse_expression(record.expression, f"{tables.name}/read_outs.csv") for record in tables.read_outs
    }
    numbers = tables.settings
    settings = Settings(
        time_tick=numbers["time_tick"].value,
        max_time=numbers["max_time"].value,
        sample_count=int(numbers["sample_count"].value),
    )
    levels = {node.name: float(node.initial) for node in tables.nodes if node.is_input}
    levels |= {record.input: record.level for record in tables.environment}
    return CellNetwork(
        tables=tables,
        network=Network(nodes, tables.name),
        settings=_at_levels(settings, tables, levels, ()),
        read_outs=MappingProxyType(read_outs),
    )


def _decided(node: Node, record: NodeRecord) -> Node:
    """A node that follows its rule at its own rates."""
    assert node.logic is not None  # every line of a .bnet has a rule
    rule = node.logic.code
    up = Expression((*rule, ("num", record.rate_up), ("num", 0.0), ("select", None)))
    down = Expression((*rule, ("num", 0.0), ("num", record.rate_down), ("select", None)))
    return Node(node.name, node.logic, up, down, record.meaning)


def _input(record: NodeRecord) -> Node:
    """A node that is on for the share $level of the time, and switches at $rate."""
    rate, level = ("var", f"rate_{record.name}"), ("var", f"level_{record.name}")
    up = Expression((rate, level, ("mul", None)))
    down = Expression((rate, ("num", 1.0), level, ("sub", None), ("mul", None)))
    return Node(record.name, None, up, down, record.meaning)


def _at_levels(settings: Settings, tables: CellTables, levels: Mapping[str, float], drawn: Iterable[str]) -> Settings:
    """Settings in which each input has its level; those ``drawn`` keep what they start with."""
    rate = tables.settings["input_rate"].value
    still = set(drawn)
    variables: dict[str, float] = {}
    groups: list[InitialGroup] = []
    for node in tables.nodes:
        if not node.is_input:
            groups.append(InitialGroup.fixed(node.name, node.initial))
            continue
        level = levels[node.name]
        variables[f"level_{node.name}"] = level
        variables[f"rate_{node.name}"] = 0.0 if node.name in still or level in (0.0, 1.0) else rate
        groups.append(InitialGroup((node.name,), ((0,), (1,)), (1.0 - level, level)))
    return replace(settings, variables=variables, initial=tuple(groups))


def _share(level: float, name: str) -> float:
    if not 0.0 <= level <= 1.0:
        raise InputError(f"a level lies between 0 and 1, not {level!r}", field=name)
    return float(level)


def _found(name: str, known: Mapping[str, Held], what: str) -> Held:
    """What stands under a name, whatever its letter case."""
    if name in known:
        return known[name]
    folded = {each.casefold(): each for each in known}
    if name.casefold() in folded:
        return known[folded[name.casefold()]]
    raise InputError(f"{what} {name!r} is unknown", remedy=did_you_mean(name, known))
