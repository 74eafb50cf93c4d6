"""Names and rules of a network scenario held against its network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from pydantic_core import PydanticCustomError

from paget.errors import InputError
from paget.scenario.document import Path
from paget.scenario.faults import fault, shown
from paget.scenario.fields import did_you_mean
from paget.scenario.network_fields import time_in
from paget.scenario.network_model import MOST_CONDITIONS, Change, Network, dose_name, is_file, pair_name
from paget.scenario.network_source import NetworkSource, must_exist, source_of
from paget.scenario.quantity import Quantity

Problem = tuple[Path, PydanticCustomError]
MOST_WINDOWS = 10_000
_SHOWN_NAMES = 12


def problems(scenario: Network) -> Iterator[Problem]:
    """Path and error of everything that the network does not know or allow; InputError from within its file."""
    misplaced = list(_wrong_settings(scenario))
    yield from misplaced
    found: list[NetworkSource] = []
    if not misplaced:
        yield from _caught(("network",), lambda: found.append(source_of(scenario)))
    if not found:
        return
    source = found[0]
    yield from _wrong_times(scenario, source)
    for path, change in changes(scenario):
        yield from _wrong_names(path, change, source)
    yield from _wrong_rules(scenario, source)
    yield from _wrong_nodes(scenario, source)
    yield from _wrong_modules(scenario, source)
    yield from _wrong_dose_response(scenario, source)
    yield from _wrong_crossings(scenario)
    yield from _same_names(scenario)
    yield from _caught((), partial(_not_too_many, scenario))


def _wrong_nodes(scenario: Network, source: NetworkSource) -> Iterator[Problem]:
    internal = source.settings.internal
    if all(name in internal for name in source.network.index):
        yield ("network",), fault("every node is internal, so that there is nothing to show", "Leave one out of them.")
    for key in ("outputs", "show"):
        yield from _unknown((key,), "node", getattr(scenario, key), source.network.index)
    for name in scenario.show:
        if name in internal:
            remedy = "Take its is_internal out of the .cfg, or show another node."
            yield ("show",), fault(f"node {shown(name)} is internal and has no course", remedy)


def _wrong_crossings(scenario: Network) -> Iterator[Problem]:
    """Genotypes of the heat map against its drugs, and the nodes of a dose-response against its conditions."""
    remedy = "Hold the node in one of the two: what is held stays so under any drug."
    if scenario.heat_map is not None:
        for genotype in scenario.heat_map.genotypes:
            for position, drugs in enumerate(scenario.heat_map.drugs):
                for what in genotype.contradictions(drugs):
                    message = f"{what}: by genotype {shown(genotype.name)} and by {shown(drugs.name)}"
                    yield ("heat_map", "drugs", position), fault(message, remedy)
    if (part := scenario.dose_response) is not None:
        full = Change(inhibit=dict.fromkeys(part.inhibit, 1.0))
        for condition in part.among(scenario.conditions):
            for what in condition.contradictions(full):
                message = f"{what}: by the doses and by condition {shown(condition.name)}"
                yield ("dose_response", "inhibit"), fault(message, remedy)


def _same_names(scenario: Network) -> Iterator[Problem]:
    """Conditions whose name a cell of the heat map or a dose would have too."""
    taken = {condition.name for condition in scenario.conditions}
    for path, name in _made_names(scenario):
        if name in taken:
            yield path, fault(f"two experiments would be called {shown(name)}", "Rename a condition, genotype or drug.")
        taken.add(name)


def _made_names(scenario: Network) -> Iterator[tuple[Path, str]]:
    if scenario.heat_map is not None:
        for genotype in scenario.heat_map.genotypes:
            for position, drugs in enumerate(scenario.heat_map.drugs):
                yield ("heat_map", "drugs", position), pair_name(genotype.name, drugs.name)
    if (part := scenario.dose_response) is not None:
        for condition in part.among(scenario.conditions):
            for position, dose in enumerate(part.doses):
                yield ("dose_response", "doses", position), dose_name(condition.name, part, dose)


def changes(scenario: Network) -> Iterator[tuple[Path, Change]]:
    """Every change of the scenario with its place."""
    for position, condition in enumerate(scenario.conditions):
        yield ("conditions", position), condition
    if scenario.heat_map is not None:
        for key in ("genotypes", "drugs"):
            for position, entry in enumerate(getattr(scenario.heat_map, key)):
                yield ("heat_map", key, position), entry


def _caught(path: Path, attempt: Callable[[], object]) -> Iterator[Problem]:
    try:
        attempt()
    except PydanticCustomError as error:
        yield path, error


def _wrong_settings(scenario: Network) -> Iterator[Problem]:
    if scenario.settings and not is_file(scenario.network):
        remedy = "Leave settings out; set variables in a condition."
        yield ("settings",), fault("a built-in network brings its settings", remedy)
        return
    for position, name in enumerate(scenario.settings):
        yield from _caught(("settings", position), partial(must_exist, name))


def _wrong_times(scenario: Network, source: NetworkSource) -> Iterator[Problem]:
    if scenario.time_unit is not None and source.cell is not None:
        yield ("time_unit",), fault("a built-in network has its own unit of time", f"It is {source.time_unit}.")
    wrong = False
    for key in ("duration", "time_tick"):
        given = getattr(scenario, key)
        if given is not None:
            for problem in _caught((key,), partial(time_in, given, source.time_unit)):
                wrong = True
                yield problem
    if not wrong:
        key = "time_tick" if scenario.duration is None else "duration"
        yield from _caught((key,), lambda: window_count(scenario, source))


def times(scenario: Network, source: NetworkSource) -> tuple[float, float]:
    """End of a trajectory and width of a window in the network's unit."""
    end, tick = scenario.duration, scenario.time_tick
    return (
        source.settings.max_time if end is None else time_in(end, source.time_unit),
        source.settings.time_tick if tick is None else time_in(tick, source.time_unit),
    )


def window_count(scenario: Network, source: NetworkSource) -> int:
    """Windows of a course; a pydantic error unless there are 1 to 10,000 of them."""
    end, tick = times(scenario, source)
    windows = int(end / tick)
    if not 1 <= windows <= MOST_WINDOWS:
        raise fault(
            f"a course of {end:g} has {windows} windows of {tick:g}",
            f"Choose duration and time_tick so that there are 1 to {MOST_WINDOWS}.",
        )
    return windows


def _unknown(path: Path, what: str, names: Iterable[str], known: Iterable[str]) -> Iterator[Problem]:
    offered = tuple(known)
    for name in names:
        if name not in offered:
            yield path, fault(f"{what} {shown(name)} is unknown", _nearest(name, offered))


def _nearest(name: str, known: tuple[str, ...]) -> str:
    """The nearest of the network's own names, or the first of them where none is near."""
    from paget.knowledge import nearest

    if not known:
        return "The network has none."
    if nearest(name, known) or len(known) <= _SHOWN_NAMES:
        return did_you_mean(name, known)
    return f"The network has {len(known)}: {', '.join(known[:_SHOWN_NAMES])}, …"


def _wrong_names(path: Path, change: Change, source: NetworkSource) -> Iterator[Problem]:
    for key in ("hold", "inhibit", "activate", "initial"):
        for name in getattr(change, key):
            yield from _unknown((*path, key, name), "node", [name], source.network.index)
    for name in change.variables:
        yield from _unknown((*path, "variables", name), "variable", [name], source.settings.variables)
    if source.cell is None:
        yield from _not_of_a_file(path, change)
        return
    for key, what in (("genotype", "alteration"), ("drugs", "drug"), ("environment", "input"), ("off", "module")):
        known = {"genotype": source.alterations, "drugs": source.drugs, "environment": source.environment}
        for position, name in enumerate(getattr(change, key)):
            place = position if key in ("genotype", "off") else name
            yield from _unknown((*path, key, place), what, [name], known.get(key, source.modules))
    for name, dose in change.drugs.items():
        if name in source.drugs and isinstance(dose, Quantity):
            yield from _caught((*path, "drugs", name), partial(has_potency, source, name, dose))


_INSTEAD = {
    "genotype": "hold: {NODE: off}",
    "drugs": "inhibit: {NODE: 0.9}",
    "environment": "hold: {NODE: on}",
    "off": "hold: {NODE: off}",
}


def _not_of_a_file(path: Path, change: Change) -> Iterator[Problem]:
    for key, instead in _INSTEAD.items():
        if getattr(change, key):
            yield (*path, key), fault(f"a network from a file has no {key}", f"Name its nodes: {instead}.")


def has_potency(source: NetworkSource, drug: str, dose: Quantity) -> None:
    """A pydantic error where nothing is known that makes an effect of a drug's concentration."""
    from paget.signalling.exposure import effects_of

    try:
        effects_of(drug, source.network.name)
    except InputError as error:
        message = f"{shown(dose.text)} says nothing: {error.message}"
        raise fault(message, "Write the inhibited share of its targets, e.g. 0.9.") from error


def _wrong_rules(scenario: Network, source: NetworkSource) -> Iterator[Problem]:
    from paget.signalling.expression import parse_expression

    for key in ("read_outs", "first_passage"):
        for name, text in getattr(scenario, key).items():
            if key == "first_passage" and text in source.read_outs:
                continue
            try:
                rule = parse_expression(text)
            except InputError as error:
                yield (key, name), fault(error.message, error.remedy or "")
                continue
            yield from _unknown((key, name), "node", rule.nodes(), source.network.index)
            if rule.variables() or rule.aliases():
                yield (key, name), fault("a read-out reads nodes only", "Leave $variables and @aliases out.")


def _wrong_modules(scenario: Network, source: NetworkSource) -> Iterator[Problem]:
    for name, factor in scenario.mechanisms.items():
        if source.cell is None:
            yield ("mechanisms", name), fault("a network from a file has no modules", "Name its nodes under hold.")
        elif name not in source.modules:
            yield from _unknown(("mechanisms", name), "module", [name], source.modules)
        elif factor not in (0.0, 1.0):
            yield ("mechanisms", name), fault("a module of a network is on or off", "Write on or off.")


def _wrong_dose_response(scenario: Network, source: NetworkSource) -> Iterator[Problem]:
    part = scenario.dose_response
    if part is None:
        return
    known = [condition.name for condition in scenario.conditions]
    yield from _unknown(("dose_response", "conditions"), "condition", part.conditions, known)
    yield from _unknown(("dose_response", "inhibit"), "node", part.inhibit, source.network.index)
    if part.drug and source.cell is None:
        yield ("dose_response", "drug"), fault("a network from a file has no drugs", "Write inhibit: NODE instead.")
    elif source.cell is not None:
        yield from _unknown(("dose_response", "drug"), "drug", part.drug, source.drugs)
        for position, dose in enumerate(part.doses):
            for drug in part.drug:
                if drug in source.drugs and isinstance(dose, Quantity):
                    yield from _caught(("dose_response", "doses", position), partial(has_potency, source, drug, dose))


def experiment_count(scenario: Network) -> int:
    """How many conditions are simulated, sweeps included."""
    count = len(scenario.conditions)
    if scenario.heat_map is not None:
        count += len(scenario.heat_map.genotypes) * len(scenario.heat_map.drugs)
    if scenario.dose_response is not None:
        part = scenario.dose_response
        count += len(part.doses) * (len(part.conditions) or len(scenario.conditions))
    return count


def _not_too_many(scenario: Network) -> None:
    count = experiment_count(scenario)
    if count > MOST_CONDITIONS:
        raise fault(f"{count} conditions are to be simulated", f"At most {MOST_CONDITIONS}; split the scenario.")
