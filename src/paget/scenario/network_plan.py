"""A network scenario compiled to experiments: settings and interventions of every condition, sweeps included."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from paget.scenario.network_known import times
from paget.scenario.network_model import Change, Condition, DoseResponse, Network, dose_name, pair_name
from paget.scenario.network_source import NetworkSource, source_of
from paget.scenario.quantity import Quantity
from paget.signalling.expression import Expression, parse_expression
from paget.signalling.interventions import Interventions
from paget.signalling.network import Network as LogicalNetwork
from paget.signalling.settings import InitialGroup, Settings

if TYPE_CHECKING:
    from paget.signalling.library import CellNetwork

CONDITION, HEAT_MAP, DOSE_RESPONSE = "condition", "heat map", "dose response"


@dataclass(frozen=True)
class Experiment:
    """One condition to simulate.

    part: the section of the scenario that it belongs to; row and column: its genotype and drugs in the heat map, its
    condition and drug in a dose-response; dose: there, a share or a concentration (nmol/L); given: the change as the
    scenario writes it.
    """

    name: str
    settings: Settings
    interventions: Interventions
    part: str = CONDITION
    row: str = ""
    column: str = ""
    dose: float | None = None
    given: Mapping[str, Any] = field(default_factory=dict)

    @property
    def whole_course(self) -> bool:
        """Whether every window is kept; of sweeps only the last is."""
        return self.part == CONDITION


@dataclass(frozen=True)
class NetworkStudy:
    """What a network scenario asks for, ready to simulate.

    outputs: positions of the nodes that tell states apart; samples: trajectories of every experiment.
    """

    network: LogicalNetwork
    experiments: tuple[Experiment, ...]
    read_outs: Mapping[str, Expression]
    first_passage: Mapping[str, Expression]
    outputs: tuple[str, ...]
    samples: int
    seed: int
    time_unit: str | None

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """Nodes of the tables: those that are not internal, in the order of the network."""
        internal = self.experiments[0].settings.internal
        return tuple(name for name in self.network.index if name not in internal)


def study_of(scenario: Network) -> NetworkStudy:
    """The study that a valid scenario describes; reads the network's file again."""
    source = source_of(scenario)
    end, tick = times(scenario, source)
    base = replace(source.settings, max_time=end, time_tick=tick)
    own = _rules(scenario.read_outs)
    read_outs = {**own, **{name: rule for name, rule in source.read_outs.items() if name not in own}}
    passages = {
        name: source.read_outs.get(text) or parse_expression(text) for name, text in scenario.first_passage.items()
    }
    outputs = scenario.outputs or tuple(name for name in source.network.index if name not in base.internal)
    return NetworkStudy(
        network=source.network,
        experiments=tuple(_experiments(scenario, source, base)),
        read_outs=read_outs,
        first_passage=passages,
        outputs=outputs,
        samples=scenario.samples or source.settings.sample_count,
        seed=scenario.seed,
        time_unit=source.time_unit,
    )


def _rules(texts: Mapping[str, str]) -> dict[str, Expression]:
    return {name: parse_expression(text) for name, text in texts.items()}


def _experiments(scenario: Network, source: NetworkSource, base: Settings) -> Iterator[Experiment]:
    off = tuple(name for name, factor in scenario.mechanisms.items() if factor == 0.0)

    def experiment(name: str, change: Change, **about: Any) -> Experiment:
        given = change.model_dump(mode="json", exclude={"name"})
        return Experiment(name, *_applied(change, source, base, off), **about, given=given)

    for condition in scenario.conditions:
        yield experiment(condition.name, condition)
    if scenario.heat_map is not None:
        for genotype in scenario.heat_map.genotypes:
            for drugs in scenario.heat_map.drugs:
                both = Change(**genotype.merged(drugs))
                name = pair_name(genotype.name, drugs.name)
                yield experiment(name, both, part=HEAT_MAP, row=genotype.name, column=drugs.name)
    if (part := scenario.dose_response) is not None:
        for condition, dose, change in _doses(scenario, part):
            number = dose.value if isinstance(dose, Quantity) else dose
            about = {"row": condition.name, "column": part.what, "dose": number}
            yield experiment(dose_name(condition.name, part, dose), change, part=DOSE_RESPONSE, **about)


def _doses(scenario: Network, part: DoseResponse) -> Iterator[tuple[Condition, Any, Change]]:
    for condition in part.among(scenario.conditions):
        for dose in part.doses:
            added = (
                Change(drugs=dict.fromkeys(part.drug, dose))
                if part.drug
                else Change(inhibit={name: float(dose) for name in part.inhibit})  # type: ignore[arg-type]
            )
            yield condition, dose, Change(**condition.merged(added))


def _applied(
    change: Change, source: NetworkSource, base: Settings, off: tuple[str, ...]
) -> tuple[Settings, Interventions]:
    """Settings and interventions of one condition; what names nodes wins over what the network's map says."""
    settings, done = base, Interventions()
    if source.cell is not None:
        settings, done = treated_cell(source.cell, change, (*off, *change.off))
        settings = replace(settings, max_time=base.max_time, time_tick=base.time_tick)
    named = {*change.hold, *change.inhibit, *change.activate}
    done = Interventions(
        held={**_without(done.held, named), **change.hold},
        inhibited={**_without(done.inhibited, named), **change.inhibit},
        activated={**_without(done.activated, named), **change.activate},
    )
    return (
        replace(
            settings,
            variables={**settings.variables, **change.variables},
            initial=initial_groups(settings.initial, change.initial),
        ),
        done,
    )


def treated_cell(cell: CellNetwork, change: Change, off: tuple[str, ...]) -> tuple[Settings, Interventions]:
    """A cell of the package's own network under a change.

    A drug given by its concentration acts on every target by that target's own half-maximal concentration, together
    with what else acts there: 1 - prod(1 - theta). Inputs feel the strongest of its effects on inputs.
    """
    from paget.knowledge.networks import DRUG_SWITCH

    shares = {name: dose for name, dose in change.drugs.items() if not isinstance(dose, Quantity)}
    amounts = {name: dose.value for name, dose in change.drugs.items() if isinstance(dose, Quantity)}
    fixed = {"genotype": change.genotype, "environment": change.environment, "off": off}
    settings, done = cell.condition(drugs=shares, **fixed)
    if not amounts or DRUG_SWITCH in off:
        return settings, done
    from paget.signalling.exposure import effects_of
    from paget.signalling.graded_response import joint, occupancy

    inputs = {node.name for node in cell.tables.nodes if node.is_input}
    on_inputs: dict[str, float] = {}
    hit = {False: dict(done.inhibited), True: dict(done.activated)}
    for drug, amount in amounts.items():
        for effect in effects_of(drug, cell.tables.name):
            share = occupancy(amount, effect.half_maximal)
            if effect.node in inputs:
                on_inputs[drug] = max(on_inputs.get(drug, 0.0), share)
            else:
                before = hit[effect.activates].get(effect.node, 0.0)
                hit[effect.activates][effect.node] = joint([before, effect.ceiling * share])
    levelled, _ = cell.condition(drugs={**shares, **on_inputs}, **fixed)
    return levelled, replace(done, inhibited=hit[False], activated=hit[True])


def _without(values: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in names}


def initial_groups(groups: tuple[InitialGroup, ...], given: Mapping[str, float]) -> tuple[InitialGroup, ...]:
    """Groups in which each given node is on with its own probability, apart from the nodes it was drawn with."""
    kept = [left for group in groups if (left := _apart(group, set(given))).nodes]
    own = [InitialGroup((name,), ((0,), (1,)), (1.0 - chance, chance)) for name, chance in given.items()]
    return (*kept, *own)


def _apart(group: InitialGroup, names: set[str]) -> InitialGroup:
    """The group without some nodes: states that then agree add up."""
    left = [position for position, node in enumerate(group.nodes) if node not in names]
    if len(left) == len(group.nodes):
        return group
    chances: dict[tuple[int, ...], float] = {}
    for state, chance in zip(group.states, group.probabilities, strict=True):
        rest = tuple(state[position] for position in left)
        chances[rest] = chances.get(rest, 0.0) + chance
    return InitialGroup(tuple(group.nodes[position] for position in left), tuple(chances), tuple(chances.values()))
