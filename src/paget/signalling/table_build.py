"""Fill a response table with the engine: one genotype, one arm, every grid point of exposures and surroundings.

A point is a stationary condition: trajectories run for two windows and the second is read. Cells of the table are those
of the median cell; the spread between cells is a convolution along ln(exposure) that the reader applies. All points
share their random numbers, so that neighbours differ by their condition and less by chance.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from paget.signalling.exposure import NO_DRUGS, Arm, Effect, effects_of, exposure_points, impact, settings_value
from paget.signalling.expression import Expression
from paget.signalling.graded_response import averaged, constants_of, mixture_terms
from paget.signalling.network import Network, Node
from paget.signalling.response_table import AXES, PHENOTYPES, class_name

if TYPE_CHECKING:
    from paget.signalling.interventions import Interventions
    from paget.signalling.library import CellNetwork
    from paget.signalling.settings import Settings

SEMANTICS = 1
"""Goes up when the engine, or what is done with it here, gives other numbers for the same network."""

SEED = 4
FEWEST, MOST = 48, 256
"""Trajectories of a point."""

READ_OUTS: Mapping[str, str] = {name: "invasive" if name == "invasiveness" else name for name in PHENOTYPES}
"""Read-out of the network for each phenotype."""


@dataclass(frozen=True)
class NetworkTable:
    """Probabilities of the median cell.

    Attributes:
        genotype: name of the class.
        probability: shape (*points of the exposure axes, 2, 2, 2, phenotypes).
        error: their Monte-Carlo standard errors.
    """

    genotype: str
    probability: NDArray[np.float64]
    error: NDArray[np.float64]


@dataclass(frozen=True)
class Bench:
    """What the tables of one network and one arm have in common.

    Attributes:
        cell: the network with its alterations and surroundings.
        arm: drugs.
        off: modules switched off; with ``target_inhibition`` drugs do nothing.
        anchored: whether potencies carry their anchoring offsets.
        surroundings: levels of the surroundings that differ from the usual ones at every point.
        read: read-outs by phenotype; default: those of a response table.
    """

    cell: CellNetwork
    arm: Arm = NO_DRUGS
    off: tuple[str, ...] = ()
    anchored: bool = True
    surroundings: Mapping[str, float] | None = None
    axes: tuple[str, ...] = AXES
    read: tuple[str, ...] = PHENOTYPES

    @cached_property
    def effects(self) -> dict[str, tuple[Effect, ...]]:
        """Effects of each drug of the arm."""
        name = self.cell.network.name
        return {
            drug: effects_of(drug, name, anchored=self.anchored) for axis in self.arm.axes for drug, _ in axis.drugs
        }

    @cached_property
    def exposures(self) -> tuple[NDArray[np.float64], ...]:
        """ln(exposure) of the points of each exposure axis."""
        count = int(settings_value("single_axis_points" if len(self.arm.axes) == 1 else "double_axis_points"))
        return tuple(exposure_points(axis, self.effects, count) for axis in self.arm.axes)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the grid."""
        return (*(len(points) for points in self.exposures), *(2 for _ in self.axes))

    @property
    def trajectories(self) -> int:
        """Trajectories of each point."""
        return int(np.clip(settings_value("trajectories") // int(np.prod(self.shape)), FEWEST, MOST))

    @cached_property
    def read_outs(self) -> dict[str, Expression]:
        """Conditions whose probabilities are wanted."""
        return {name: self.cell.read_out(READ_OUTS.get(name, name)) for name in self.read}

    @cached_property
    def alterations(self) -> dict[str, str]:
        """First label of the same input by label, for every alteration that can change a read-out."""
        upstream = _upstream(self.cell, (name for rule in self.read_outs.values() for name in rule.nodes()))
        first: dict[str, str] = {}
        for record in self.cell.tables.alterations:
            first.setdefault(record.input, record.label)
        return {
            record.label: first[record.input] for record in self.cell.tables.alterations if record.input in upstream
        }

    @cached_property
    def content(self) -> str:
        """Hash of everything that the numbers depend on, but for the genotype."""
        settings = self.cell.settings
        common = {
            "semantics": SEMANTICS,
            "seed": SEED,
            "nodes": [(node.name, _codes((node.rate_up, node.rate_down))) for node in self.cell.network.nodes],
            "variables": _numbers(settings.variables),
            "initial": [(group.nodes, group.states, _rounded(group.probabilities)) for group in settings.initial],
            "levels": _numbers({self._input(name): level for name, level in (self.surroundings or {}).items()}),
            "axes": [self._input(name) for name in self.axes],
            "off": [(name, self.cell.tables.modules.get(name, ())) for name in sorted(self.off)],
            "read": [(name, _codes((rule,))) for name, rule in self.read_outs.items()],
            "effects": {
                drug: [(each.node, each.activates, *_rounded((each.ceiling, each.half_maximal))) for each in effects]
                for drug, effects in self.effects.items()
            },
            "arm": [[(drug, *_rounded((usual,))) for drug, usual in axis.drugs] for axis in self.arm.axes],
            "exposures": [_rounded(points) for points in self.exposures],
            "hill": _rounded((settings_value("hill_exponent"),) if self.effects else ()),
            "window": _rounded((settings_value("window"),)),
            "trajectories": self.trajectories,
        }
        if switching := self._switching():
            common["switching"] = switching
        return digest(common)

    def _switching(self) -> list[list[tuple[str, str]]]:
        """Rates at which inputs of a fractional level switch, corner by corner; empty where all levels are 0 or 1."""
        corners = [self._condition(corner)[0].variables for corner in self._corners()]
        rates = [
            {name: value for name, value in variables.items() if name.startswith("rate_") and value > 0.0}
            for variables in corners
        ]
        return [_numbers(each) for each in rates] if any(rates) else []

    def _corners(self) -> Iterator[tuple[int, ...]]:
        return product(*(range(2) for _ in self.axes))

    def _condition(self, corner: Sequence[int], labels: Sequence[str] = ()) -> tuple[Settings, Interventions]:
        """How cells run at a corner of the surroundings."""
        levels = {**(self.surroundings or {}), **dict(zip(self.axes, map(float, corner), strict=True))}
        return self.cell.condition(labels, environment=levels, off=self.off)

    def key(self, genotype: str) -> str:
        """Hash of all that the table of a class depends on."""
        inputs = {record.label: record.input for record in self.cell.tables.alterations}
        return digest([self.content, genotype, [inputs[label] for label in genotype.split(";") if label]])

    def _input(self, name: str) -> str:
        """Input of the network that a name or alias of its surroundings stands for."""
        return next((each.input for each in self.cell.tables.environment if name in (each.alias, each.input)), name)

    def name_of(self, labels: Sequence[str]) -> str:
        """Class of a tumour with these alteration labels."""
        return class_name(labels, self.alterations)

    def build(self, genotype: str, threads: int | None = None) -> NetworkTable:
        """Run the network of a class at every grid point."""
        values = np.zeros((*self.shape, len(self.read_outs), 2))
        labels = [label for label in genotype.split(";") if label]
        for corner in self._corners():
            settings, interventions = self._condition(corner, labels)
            settings = replace(
                settings,
                time_tick=settings_value("window"),
                max_time=2.0 * settings_value("window"),
                internal=frozenset(self.cell.network.index),
            )
            network = with_still_inputs(self.cell.network, settings)
            for place in product(*(range(len(points)) for points in self.exposures)):
                values[(*place, *corner)] = self._point(network, settings, interventions, place, threads)
        return NetworkTable(genotype, values[..., 0], values[..., 1])

    def _point(
        self,
        network: Network,
        settings: Settings,
        interventions: Interventions,
        place: Sequence[int],
        threads: int | None,
    ) -> NDArray[np.float64]:
        """Probability and standard error of each read-out, shape (read-outs, 2)."""
        from paget.signalling.simulate import simulate

        inhibited, activated = self._impact(place)
        effects = constants_of(inhibited, activated)
        terms = {name: mixture_terms(rule, effects) for name, rule in self.read_outs.items()}
        result = simulate(
            averaged(network, inhibited, activated),
            settings,
            samples=self.trajectories,
            seed=SEED,
            readouts={f"{name} {k}": rule for name, parts in terms.items() for k, (_, rule) in enumerate(parts)},
            interventions=interventions,
            threads=threads,
        )
        return np.array(
            [
                [
                    sum(weight * result.readouts[f"{name} {k}"][which][-1] for k, (weight, _) in enumerate(parts))
                    for which in range(2)
                ]
                for name, parts in terms.items()
            ]
        )

    def _impact(self, place: Sequence[int]) -> tuple[dict[str, float], dict[str, float]]:
        from paget.knowledge.networks import DRUG_SWITCH

        if DRUG_SWITCH in self.off:
            return {}, {}
        # The first point of an axis is no drug at all.
        exposures = [float(np.exp(points[k])) if k else 0.0 for points, k in zip(self.exposures, place, strict=True)]
        return impact(self.arm, exposures, self.effects, settings_value("hill_exponent"))


def with_still_inputs(network: Network, settings: Settings) -> Network:
    """The network with inputs that never switch in these settings as plain constants, which makes its rules small."""
    return replace(
        network, nodes=tuple(Node(node.name) if _never_flips(node, settings) else node for node in network.nodes)
    )


def _never_flips(node: Node, settings: Settings) -> bool:
    """Whether the rates of a node read no other node and are 0."""
    if node.logic is not None or any(rule.nodes() for rule in node.rules):
        return False
    return all(rule.evaluate({}, settings.variables) == 0.0 for rule in node.rules)


def _upstream(cell: CellNetwork, nodes: Iterable[str]) -> set[str]:
    """Nodes from which rules lead to any of the given ones, these included."""
    found: set[str] = set()
    waiting = list(nodes)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [each for rule in cell.network[name].rules for each in rule.nodes()]
    return found


def _codes(rules: Iterable[Expression | None]) -> list[list[tuple[str, str]] | None]:
    return [None if rule is None else [(op, str(operand)) for op, operand in rule.code] for rule in rules]


def _numbers(values: Mapping[str, float]) -> list[tuple[str, str]]:
    return [(name, f"{value:.9g}") for name, value in sorted(values.items())]


def _rounded(values: Iterable[float]) -> list[str]:
    """Nine digits: the last ones of an exponential differ between machines."""
    return [f"{value:.9g}" for value in values]


def digest(content: object) -> str:
    """Hash of numbers and names, nested in lists and mappings."""
    text = json.dumps(content, separators=(",", ":"), sort_keys=True, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _plain(value: object) -> object:
    if isinstance(value, tuple | frozenset):
        return list(value)
    raise TypeError(f"{type(value).__name__} has no place in a hash")


def all_sets(driver_groups: Sequence[Sequence[str]], others: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Every set of labels with at most one of each group."""
    for drivers in product(*(("", *group) for group in driver_groups)):
        for taken in product((False, True), repeat=len(others)):
            yield tuple(filter(None, (*drivers, *(label for label, on in zip(others, taken, strict=True) if on))))
