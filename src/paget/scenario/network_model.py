"""A scenario of kind ``network``: a logical network under mutations, drugs and surroundings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SerializerFunctionWrapHandler,
    WithJsonSchema,
    model_serializer,
    model_validator,
)

from paget.scenario.faults import fault, shown
from paget.scenario.fields import Name, ScenarioRecord, Seed, Strength, Text, text_of
from paget.scenario.network_fields import (
    Alterations,
    Dose,
    Drugs,
    Levels,
    Modules,
    NetworkName,
    NetworkTime,
    NodeNames,
    Paths,
    Rules,
    Samples,
    Share,
    Shares,
    States,
    TimeUnit,
    Values,
    share_of,
)
from paget.scenario.quantity import Quantity

WILD_TYPE = "wild type"
NO_DRUG = "no drug"
REFERENCE = "reference"
MOST_CONDITIONS = 2000
_UNALTERED = {WILD_TYPE, "wildtype", "wild-type", "wt", "none"}
_UNTREATED = {NO_DRUG, "none", "untreated"}
_TOGETHER = " + "


class _Sparse(ScenarioRecord):
    """A part that is written without what is left empty."""

    @model_serializer(mode="wrap")
    def _without_empty(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in write(self).items() if value not in ({}, [], (), None, "")}


class Change(_Sparse):
    """What a condition changes in the network."""

    genotype: Alterations = Field(default=(), description="Alterations that the network knows, e.g. [BRAF V600E].")
    drugs: Drugs = Field(
        default_factory=dict, description="Inhibited share of each drug's targets, or its concentration."
    )
    environment: Levels = Field(
        default_factory=dict, description="Share of the time that surroundings are on, e.g. {TGFB: on, Hypoxia: 0.5}."
    )
    hold: States = Field(default_factory=dict, description="Nodes that stay off or on, e.g. {TP53: off}.")
    inhibit: Shares = Field(default_factory=dict, description="Share by which each node is inhibited, e.g. {MEK: 0.9}.")
    activate: Shares = Field(default_factory=dict, description="Share by which each node is activated.")
    initial: Shares = Field(default_factory=dict, description="Probability that a node is on at the start.")
    variables: Values = Field(default_factory=dict, description="Values of the rates' $variables, e.g. {u_ERK: 2}.")
    off: Modules = Field(default=(), description="Modules of the network that are switched off.")

    @model_validator(mode="after")
    def _one_rule_per_node(self) -> Change:
        changed: list[Mapping[str, Any]] = [self.hold, self.inhibit, self.activate]
        named = [name for values in changed for name in values]
        for name in named:
            if named.count(name) > 1:
                raise fault(f"node {shown(name)} is held, inhibited or activated at once", "Keep one of them.")
        return self

    def merged(self, other: Change) -> dict[str, Any]:
        """Fields of this change with those of another over it; a node held in either stays so under any drug."""
        joined = {name: _joined(getattr(self, name), getattr(other, name)) for name in Change.model_fields}
        for key in ("inhibit", "activate"):
            joined[key] = {name: share for name, share in joined[key].items() if name not in joined["hold"]}
        return joined

    def contradictions(self, other: Change) -> Iterator[str]:
        """What another change does to a node against this one: held both off and on, or inhibited and activated."""
        for name, state in other.hold.items():
            if self.hold.get(name, state) != state:
                yield f"node {shown(name)} is held off and on"
        held = {*self.hold, *other.hold}
        for first, second in ((self.activate, other.inhibit), (self.inhibit, other.activate)):
            for name in first:
                if name in second and name not in held:
                    yield f"node {shown(name)} is inhibited and activated"


def _joined(first: Any, second: Any) -> Any:
    if isinstance(first, dict):
        return {**first, **second}
    return tuple(dict.fromkeys((*first, *second)))


class Condition(Change):
    """A change with a name."""

    name: Name


def _differ(what: str) -> AfterValidator:
    def check(entries: tuple[Condition, ...]) -> tuple[Condition, ...]:
        names = [entry.name.casefold() for entry in entries]
        for entry in entries:
            if names.count(entry.name.casefold()) > 1:
                raise fault(f"two {what} are called {shown(entry.name)}", "Give each a name of its own.")
        return entries

    return AfterValidator(check)


def _some(what: str, example: str) -> BeforeValidator:
    def check(given: object) -> object:
        if isinstance(given, list) and not given:
            raise fault(f"there are no {what}", f"Write at least one, e.g. {example}.")
        return given

    return BeforeValidator(check)


def _part(text: str) -> list[str]:
    return [part.strip() for part in text.split(_TOGETHER)]


def altered(given: object) -> object:
    """``BRAF V600E + TP53 loss`` as the genotype of a condition of that name; anything else as it is."""
    if not isinstance(given, str):
        return given
    text = text_of(given, "alterations such as BRAF V600E + TP53 loss")
    return {"name": text, "genotype": [] if text.casefold() in _UNALTERED else _part(text)}


def treated(given: object, inhibition: object) -> object:
    """``dabrafenib + trametinib`` as the drugs of a condition of that name; anything else as it is."""
    if not isinstance(given, str):
        return given
    text = text_of(given, "drugs such as dabrafenib + trametinib")
    names = [] if text.casefold() in _UNTREATED else _part(text)
    return {"name": text, "drugs": dict.fromkeys(names, inhibition)}


def _entries(given: object, read: Any) -> object:
    return [read(entry) for entry in given] if isinstance(given, list | tuple) else given


class HeatMap(ScenarioRecord):
    """Every genotype under every drug; an entry is a text or a condition with a name."""

    genotypes: Annotated[
        tuple[Condition, ...], _some("genotypes", "[wild type, BRAF V600E]"), _differ("genotypes")
    ]  # fmt: skip
    drugs: Annotated[tuple[Condition, ...], _some("drugs", "[no drug, dabrafenib]"), _differ("drugs")]
    inhibition: Share = Field(default=0.9, description="Inhibited share of the targets of drugs written as text.")

    @model_validator(mode="before")
    @classmethod
    def _texts(cls, given: object) -> object:
        if not isinstance(given, dict):
            return given
        inhibition = given.get("inhibition", cls.model_fields["inhibition"].default)
        share_of(inhibition)
        read = {"genotypes": altered, "drugs": lambda entry: treated(entry, inhibition)}
        return {key: _entries(value, read[key]) if key in read else value for key, value in given.items()}


def _doses(given: object) -> object:
    remedy = "Write at least two, e.g. [0, 0.25, 0.5, 0.75, 0.9, 1]."
    if isinstance(given, list | tuple) and len(given) < 2:
        raise fault("there are fewer than two doses", remedy)
    if not isinstance(given, list | tuple):
        raise fault(f"{shown(given)} is not a list of doses", remedy)
    return tuple(given)


def _once(doses: tuple[Any, ...]) -> tuple[Any, ...]:
    for position, dose in enumerate(doses):
        if dose in doses[:position]:
            raise fault(f"dose {dose:g} stands there twice", "Write each dose once.")
    return doses


def pair_name(genotype: str, drugs: str) -> str:
    """Name of a cell of the heat map."""
    return f"{genotype} · {drugs}"


def dose_name(condition: str, part: DoseResponse, dose: float | Quantity) -> str:
    """Name of a dose in a condition."""
    return f"{condition} · {part.what} {dose:g}"


class DoseResponse(_Sparse):
    """Some drugs or nodes, all inhibited alike, from none to all, in some conditions."""

    drug: Alterations = Field(default=(), description="One drug, or several that are given together.")
    inhibit: NodeNames = Field(default=(), description="Nodes to inhibit instead of drugs.")
    doses: Annotated[
        tuple[Dose, ...],
        BeforeValidator(_doses),
        AfterValidator(_once),
        WithJsonSchema({"type": "array", "minItems": 2, "items": {"type": ["number", "string"]}}),
    ] = (0.0, 0.25, 0.5, 0.75, 0.9, 1.0)
    conditions: Alterations = Field(default=(), description="Names of the conditions to do it in; all if left out.")

    @property
    def what(self) -> str:
        """The drugs together, or the nodes that are inhibited."""
        return " + ".join(self.drug) or f"inhibition of {' + '.join(self.inhibit)}"

    def among(self, conditions: Sequence[Condition]) -> list[Condition]:
        """Those of the conditions in which the doses are given."""
        return [each for each in conditions if not self.conditions or each.name in self.conditions]

    @model_validator(mode="after")
    def _of_something(self) -> DoseResponse:
        if bool(self.drug) == bool(self.inhibit):
            raise fault("a dose–response is of drugs or of nodes", "Write either drug: dabrafenib or inhibit: MEK.")
        if self.inhibit and any(not isinstance(dose, float) for dose in self.doses):
            raise fault("a node has no concentration", "Write shares, e.g. [0, 0.5, 1].")
        return self


def _some_conditions(given: Sequence[Condition]) -> Sequence[Condition]:
    return given or (Condition(name=REFERENCE),)


class Network(_Sparse):
    """A logical network in one or more conditions."""

    paget: Literal[1] = Field(description="Version of the scenario schema.")
    kind: Literal["network"]
    name: Name = Field(description="Shown in the report; never a path.")
    description: Text = ""
    network: NetworkName = Field(description="A built-in network (atc) or a file: .bnd, .bnet, .sbml, .xml.")
    settings: Paths = Field(default=(), description="The .cfg files that belong to a .bnd file, in order.")
    time_unit: TimeUnit | None = Field(default=None, description="What the time of a network from a file counts.")
    samples: Samples | None = Field(default=None, description="Trajectories per condition.")
    duration: NetworkTime | None = Field(default=None, description="End of a trajectory.")
    time_tick: NetworkTime | None = Field(default=None, description="Width of a window; results are means over it.")
    seed: Seed = 1
    mechanisms: dict[str, Strength] = Field(default_factory=dict, description="Modules that are on or off everywhere.")
    conditions: Annotated[
        tuple[Condition, ...],
        _some("conditions", "[{name: BRAF V600E, genotype: [BRAF V600E]}]"),
        _differ("conditions"),
        AfterValidator(_some_conditions),
    ] = (Condition(name=REFERENCE),)
    read_outs: Rules = Field(default_factory=dict, description="Name and rule of each; added to those of the network.")
    first_passage: Rules = Field(default_factory=dict, description="Name and rule: when does it first hold?")
    outputs: NodeNames = Field(
        default=(), description="Nodes that tell states apart; all but internal ones if left out."
    )
    show: NodeNames = Field(default=(), description="Nodes whose course is drawn; those that differ most if left out.")
    heat_map: HeatMap | None = None
    dose_response: DoseResponse | None = None

    @property
    def files(self) -> tuple[str, ...]:
        """Files that the scenario reads; none for a built-in network."""
        return (self.network, *self.settings) if is_file(self.network) else ()


ENDINGS = (".bnd", ".bnet", ".sbml", ".xml")


def is_file(network: str) -> bool:
    """Whether a network is named by its file and not by a name that the package knows."""
    return network.casefold().endswith(ENDINGS) or "/" in network or "\\" in network
