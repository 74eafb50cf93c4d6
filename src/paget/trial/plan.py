"""From a study's description to the records and tables that the compiled course reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from paget import knowledge
from paget.body.arrest import capture_probabilities
from paget.body.circulation import Fate, FlowGraph, fates, mix
from paget.body.colonisation import lodging_share
from paget.body.extravasation import share_extravasated
from paget.body.intravasation import entry_shares
from paget.patient.parameters import UNITS, pack
from paget.patient.staging import STAGES
from paget.trial.units import convert

UNBOUNDED = 1e12
"""Stands for 'no upper bound' in an eligibility record."""

ROLES = {"thyroid": 0, "cervical_nodes": 1, "intrathoracic_nodes": 1, "lung": 2, "brain": 3, "liver": 4, "pleura": 5,
         "pericardium_heart": 5}  # fmt: skip
"""Role of a site in staging and death (patient/spread.py); every other site is 6. Both node groups are regional
(AJCC 8: central, lateral and upper mediastinal)."""

OTHER_ROLE = 6

PRIMARY_SITE = "thyroid"

NODES_AND_PLEURA = frozenset({"intrathoracic_nodes", "retroperitoneal_nodes", "pleura"})
"""Where the lymph of an organ may carry a caught cell."""


@dataclass(frozen=True)
class Bounds:
    """Closed interval; None: open on that side."""

    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True)
class Entry:
    """Who may enter: ages in years, diameter of the primary in mm, masks as genotype labels.

    any_of: groups of alteration labels, of each of which the tumour carries one; forbidden: labels it must not carry.
    """

    age: Bounds = field(default_factory=Bounds)
    diameter: Bounds = field(default_factory=Bounds)
    ecog: Bounds = field(default_factory=Bounds)
    sex: str | None = None
    metastatic: bool | None = None
    stages: tuple[str, ...] = ()
    any_of: tuple[tuple[str, ...], ...] = ()
    forbidden: tuple[str, ...] = ()


@dataclass(frozen=True)
class Prescribed:
    """Traits that every person shares instead of drawing them (kind `patient`), and a start other than from one cell.

    start_cells: cells at day 0 (a graft, or a published model's initial size); start_capacity: K at day 0 in mm^3.
    """

    sex: str | None = None
    age_years: float | None = None
    diameter_mm: float | None = None
    genotype: tuple[str, ...] | None = None
    start_cells: float | None = None
    start_capacity: float | None = None


@dataclass(frozen=True)
class Study:
    """A study as the lower layers see it; parameters in the units of patient/parameters.UNITS."""

    name: str
    disease: str
    seed: int
    patients: int
    arms: tuple[str, ...]
    follow_up_days: int
    registry: str | None = None
    entry: Entry = field(default_factory=Entry)
    prescribed: Prescribed = field(default_factory=Prescribed)
    parameters: Mapping[str, float] = field(default_factory=dict)
    mechanisms: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """Everything a batch of persons needs; picklable, arrays as patient/course.course takes them."""

    study: Study
    sites: tuple[str, ...]
    alterations: tuple[str, ...]
    parameters: np.ndarray
    fixed: np.ndarray
    genotype_rule: np.ndarray
    eligibility: np.ndarray
    any_of: np.ndarray
    frequencies: np.ndarray
    exclusive: np.ndarray
    clones: np.ndarray
    clone_of_genotype: np.ndarray
    roles: np.ndarray
    entry: np.ndarray
    arrested: np.ndarray
    extravasated: np.ndarray
    lodged: np.ndarray
    circulation_days: np.ndarray


def plan(study: Study) -> Plan:
    """Compile a study; raises InputError for an unknown disease, KeyError for an unknown symbol."""
    values = parameter_values(study)
    switches = switch_factors(study)
    sites = tuple(site.id for site in knowledge.sites())
    alterations = alterations_of(study)
    spread = _spread(sites, values, switches)
    clones, clone_of_genotype = _clones(study.disease, alterations.labels)
    return Plan(
        study=study,
        sites=sites,
        alterations=alterations.labels,
        parameters=pack(values, switches, {"millilitre": convert(1.0, "mL", "mm^3"),
                                           "days_per_year": convert(1.0, "year", "d")}),
        fixed=_fixed(study.prescribed),
        genotype_rule=_genotype_rule(study.prescribed, alterations.labels),
        eligibility=_eligibility(study.entry, alterations.labels),
        any_of=np.array([_mask(group, alterations.labels) for group in study.entry.any_of], np.int64),
        frequencies=alterations.frequencies,
        exclusive=alterations.exclusive,
        clones=clones,
        clone_of_genotype=clone_of_genotype,
        roles=np.array([ROLES.get(site, OTHER_ROLE) for site in sites], np.int64),
        **spread,
    )  # fmt: skip


def parameter_values(study: Study) -> dict[str, float]:
    """Value of every parameter of the disease in the unit in which the model reads it."""
    values: dict[str, float] = {}
    for symbol, record in knowledge.parameters(study.disease).items():
        values[symbol] = convert(record.value, record.unit, UNITS.get(symbol, HOST_UNITS.get(symbol, record.unit)))
    values.update(study.parameters)
    return values


HOST_UNITS = {"cardiac_output": "mL/min"}
"""Units of parameters that only the host reads."""


def switch_factors(study: Study) -> dict[str, float]:
    """Factor of every mechanism: 1 unless the disease or the study says otherwise."""
    factors = dict.fromkeys(knowledge.mechanisms(), 1.0)
    factors.update(knowledge.diseases()[study.disease].mechanisms)
    factors.update(study.mechanisms)
    return factors


@dataclass(frozen=True)
class Alterations:
    """Alterations of one registry: labels such as ``BRAF V600E``, shares, and 1 for the mutually exclusive group."""

    labels: tuple[str, ...]
    frequencies: np.ndarray
    exclusive: np.ndarray


def alterations_of(study: Study) -> Alterations:
    """The alterations of the study's registry (or of the disease's default one)."""
    registry = study.registry or knowledge.diseases()[study.disease].genotype_registry
    rows = [row for row in knowledge.genotypes(study.disease) if row.registry == registry]
    return Alterations(
        tuple(row.label for row in rows),
        np.array([row.share for row in rows], np.float64),
        np.array([float(row.exclusive_group is not None) for row in rows], np.float64),
    )


def _spread(
    sites: tuple[str, ...], values: Mapping[str, float], switches: Mapping[str, float]
) -> dict[str, np.ndarray]:
    """Per route and site: share arrested of the cells that enter, share lodged of those past the membrane."""
    blood, lymph = circulation_fates(sites, values, switches)
    share = np.array(
        entry_shares(values["lymph_share"], switches["intravasation"], switches["lymphatic_spread"]), np.float64
    )
    arrested = np.array([blood.arrested, lymph.arrested])
    out = share_extravasated(values["extravasation_probability"], switches["extravasation"])
    soil = np.array(
        [0.0 if site == PRIMARY_SITE else lodging_share(values["lodging_probability"], 1.0, switches["colonisation"])
         for site in sites]
    )  # fmt: skip
    circuit_days = values["blood_volume"] / convert(values["cardiac_output"], "mL/min", "mL/d")
    return {
        "entry": share,
        "arrested": arrested,
        "extravasated": arrested * out,
        "lodged": share[:, None] * arrested * out * soil,
        "circulation_days": np.array([blood.circuits, lymph.circuits]) * circuit_days,
    }


def circulation_fates(
    sites: tuple[str, ...], values: Mapping[str, float], switches: Mapping[str, float]
) -> tuple[Fate, Fate]:
    """Fates of cells that enter by (blood, lymph), arrest-prone cells and passers together."""
    graph = flow_graph(sites, values["lymph_drainage_share"])
    nodes = graph.lymph_entry
    classes = (
        (values["arrest_prone_share"], values["capture_lung_prone"], values["capture_organ_prone"]),
        (1.0 - values["arrest_prone_share"], values["capture_passer"], values["capture_passer"]),
    )
    routes: list[list[tuple[float, Fate]]] = [[], []]
    for share, lung, organ in classes:
        capture = capture_probabilities(
            sites, nodes, lung=lung, organ=organ, node=values["capture_node"], switch=switches["arrest"]
        )
        death = min(1.0, values["death_per_circuit"] * switches["circulating_death"])
        for route, fate in zip(routes, fates(graph, capture, death), strict=True):
            route.append((share, fate))
    return mix(routes[0]), mix(routes[1])


def flow_graph(sites: tuple[str, ...], drained: float) -> FlowGraph:
    """The flow graph of the knowledge's shares and links; drained: share of caught cells that lymph carries on."""
    shares = {site: share for site, share in knowledge.flow_shares().items() if share > 0.0}
    links = [link for link in knowledge.flow_links() if link.target in sites and link.origin in sites]
    entry = {link.target: link.share for link in links if link.route == "lymph" and link.origin == PRIMARY_SITE}
    onward: dict[str, dict[str, float]] = {}
    drainage: dict[str, dict[str, float]] = {}
    for link in links:
        if link.route == "portal" or link.origin in entry:
            onward.setdefault(link.origin, {})[link.target] = link.share
        elif link.origin != PRIMARY_SITE and link.target in NODES_AND_PLEURA:
            drainage.setdefault(link.origin, {})[link.target] = drained * link.share
    return FlowGraph(
        sites=sites,
        arterial=shares,
        onward=onward,
        lymph_entry={node: share / sum(entry.values()) for node, share in entry.items()},
        drainage=drainage,
    )


def _clones(disease: str, labels: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Phenotypes of the clone classes and the class of every genotype mask."""
    from paget.signalling.response_table import load

    table = load(disease)
    masks = range(1 << len(labels))
    carried = ([label for bit, label in enumerate(labels) if mask >> bit & 1] for mask in masks)
    return table.phenotypes(), np.array([table.class_of(present) for present in carried], np.int64)


def _mask(labels: tuple[str, ...], alterations: tuple[str, ...]) -> int:
    return sum(1 << alterations.index(label) for label in labels)


def _fixed(prescribed: Prescribed) -> np.ndarray:
    from paget.patient.course import FIXED

    record = np.zeros(1, FIXED)
    record["female"] = np.nan if prescribed.sex is None else float(prescribed.sex == "F")
    for name in ("age_years", "diameter_mm", "start_cells", "start_capacity"):
        given = getattr(prescribed, name)
        record[name] = np.nan if given is None else given
    return record


def _genotype_rule(prescribed: Prescribed, alterations: tuple[str, ...]) -> np.ndarray:
    from paget.patient.course import GENOTYPE_RULE

    rule = np.zeros(1, GENOTYPE_RULE)
    if prescribed.genotype is not None:
        required = _mask(prescribed.genotype, alterations)
        rule["required"] = required
        rule["forbidden"] = ~required & ((1 << len(alterations)) - 1)
    return rule


def _eligibility(entry: Entry, alterations: tuple[str, ...]) -> np.ndarray:
    from paget.patient.eligibility import ELIGIBILITY

    rule = np.zeros(1, ELIGIBILITY)
    for name, bounds in (("age", entry.age), ("diameter", entry.diameter), ("ecog", entry.ecog)):
        rule[f"{name}_minimum"] = 0 if bounds.minimum is None else bounds.minimum
        rule[f"{name}_maximum"] = UNBOUNDED if bounds.maximum is None else bounds.maximum
    rule["female"] = -1 if entry.sex is None else int(entry.sex == "F")
    rule["metastatic"] = -1 if entry.metastatic is None else int(entry.metastatic)
    rule["stages"] = sum(1 << STAGES.index(name) for name in entry.stages) if entry.stages else (1 << len(STAGES)) - 1
    rule["forbidden"] = _mask(entry.forbidden, alterations)
    return rule
