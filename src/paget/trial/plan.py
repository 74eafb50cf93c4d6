"""From a study's description to the records and tables that the compiled course reads."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from paget import knowledge
from paget.body import dispersal
from paget.body.arrival import arrival_factors
from paget.body.circulation import body_graph
from paget.body.platelets import platelet_angiogenesis
from paget.body.state import NURSERY_CELLS
from paget.knowledge.clones import clone_table
from paget.knowledge.hosts import host
from paget.knowledge.pd_l1_assays import USUAL_ASSAY, pd_l1_factor
from paget.knowledge.soil import Soil, soils
from paget.patient.care import CARE, NEVER
from paget.patient.parameters import UNITS, pack
from paget.patient.staging import STAGES
from paget.therapy.supportive_care import ELECTIVE
from paget.trial.care import CareTable, allowed_options, care_table
from paget.trial.protocol import Treatment, compile_treatment
from paget.trial.treatment import Design, Protocol
from paget.trial.units import convert

UNBOUNDED = 1e12
"""Stands for 'no upper bound' in an eligibility record."""

ROLES = {"thyroid": 0, "cervical_nodes": 1, "intrathoracic_nodes": 1, "lung": 2, "brain": 3, "liver": 4, "pleura": 5,
         "pericardium_heart": 5}  # fmt: skip
"""Role of a site in staging and death (patient/spread.py); every other site is 6. Both node groups are regional
(AJCC 8: central, lateral and upper mediastinal)."""

OTHER_ROLE = 6

PRIMARY_SITE = "thyroid"

FIRST_BED = "lung"

P53 = "TP53"

PERMISSIVENESS = "permissiveness_"
"""Beginning of the symbols that scale what a site's soil offers beyond flow and the named factors."""


@dataclass(frozen=True)
class Bounds:
    """Closed interval; None: open on that side."""

    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True)
class Entry:
    """Who may enter: ages in years, diameter of the primary in mm, masks as genotype labels.

    any_of: groups of alteration labels, of each of which the tumour carries one; forbidden: labels it must not carry.
    pd_l1: share of cells in [0, 1] that the antibody `pd_l1_assay` stains.
    """

    age: Bounds = field(default_factory=Bounds)
    diameter: Bounds = field(default_factory=Bounds)
    ecog: Bounds = field(default_factory=Bounds)
    sex: str | None = None
    metastatic: bool | None = None
    stages: tuple[str, ...] = ()
    any_of: tuple[tuple[str, ...], ...] = ()
    forbidden: tuple[str, ...] = ()
    pd_l1: Bounds = field(default_factory=Bounds)
    pd_l1_assay: str = USUAL_ASSAY


@dataclass(frozen=True)
class Prescribed:
    """Traits that every person shares instead of drawing them (kind `patient`), and a start other than from one cell.

    start_cells: cells at day 0 (a graft, or a published model's initial size); start_capacity: K at day 0 in mm^3;
    injected_cells: cells put into the circulation of a host without a primary, into the outflow of site injected_into;
    resected: the whole primary is taken out on the day of diagnosis (while the switch `care` is on).
    """

    sex: str | None = None
    age_years: float | None = None
    diameter_mm: float | None = None
    genotype: tuple[str, ...] | None = None
    start_cells: float | None = None
    start_capacity: float | None = None
    injected_cells: float | None = None
    injected_into: str | None = None
    resected: bool = False


@dataclass(frozen=True)
class Study:
    """A study as the lower layers see it; parameters in the units of patient/parameters.UNITS.

    patients: places, each simulated in every arm; in a randomised study those of all arms together.
    """

    name: str
    disease: str
    seed: int
    patients: int
    arms: tuple[str, ...]
    follow_up_days: float
    registry: str | None = None
    entry: Entry = field(default_factory=Entry)
    prescribed: Prescribed = field(default_factory=Prescribed)
    parameters: Mapping[str, float] = field(default_factory=dict)
    mechanisms: Mapping[str, float] = field(default_factory=dict)
    arm_mechanisms: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    arm_parameters: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    care: str | None = None
    nodes_raise_stage: bool = True
    operated: str = "any"
    landmark_days: float = 0.0
    stands_for: str | None = None
    protocols: Mapping[str, Protocol] = field(default_factory=dict)
    design: Design = field(default_factory=Design)

    @property
    def events(self) -> tuple[str, ...]:
        """Times to an event that are written down: survival always, the others where there are scans."""
        return EVENTS if self.design.scan_days else ("OS", "CSS")


EVENTS = ("OS", "CSS", "PFS", "TTP", "DOR", "TTR", "DMFS", "TTNT")
"""Endpoints that are times to an event (trial/time_to_event.py)."""


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
    organ_volumes: np.ndarray
    lodged: np.ndarray
    arrested: np.ndarray
    extravasated: np.ndarray
    entry: np.ndarray
    flowing: np.ndarray
    cluster_size_law: np.ndarray
    clone_names: tuple[str, ...]
    clone_rates: np.ndarray
    clone_costs: np.ndarray
    clone_parents: np.ndarray
    care: CareTable
    allowed_care: int
    class_capacity: int
    treatment: Treatment
    substeps: int

    @property
    def lodged_total(self) -> np.ndarray:
        """Founders per shed cell, (levels, origins)."""
        return self.lodged.sum(axis=(2, 3))

    @property
    def destination(self) -> np.ndarray:
        """Cumulative shares of the places (mode, site) of an origin's founders, (levels, origins, modes * sites)."""
        levels, origins = self.lodged.shape[:2]
        total = np.cumsum(self.lodged.reshape(levels, origins, -1), axis=2)
        return total / np.maximum(total[:, :, -1:], np.finfo(np.float64).tiny)

    @property
    def treated(self) -> bool:
        """Whether anybody in any arm of the study may be on study, treated or only scanned and supported."""
        return bool(self.study.protocols) or float(self.treatment.enrolment["delay"][0]) >= 0.0

    @property
    def scan_interval(self) -> float:
        """Longest planned time between two scans in days; the follow-up where there is none."""
        days = np.diff(self.study.design.scan_days)
        return float(days.max()) if len(days) else self.study.follow_up_days

    @property
    def follow_up_steps(self) -> int:
        """Steps of the course after diagnosis."""
        return max(1, round(self.study.follow_up_days / float(self.parameters["time_step"][0])))


def plan(study: Study, arm: str | None = None, genotypes: Collection[int] | None = None) -> Plan:
    """Compile a study as one arm of it is treated (None: untreated).

    genotypes: masks of the tumours that will be treated; None: all that the study takes (each has a response table
    where drugs act on the network of the cells).

    Raises InputError for an unknown disease or drug, KeyError for an unknown symbol.
    """
    values = parameter_values(study)
    switches = switch_factors(study)
    sites = tuple(site.id for site in knowledge.sites())
    alterations = alterations_of(study)
    care = _care(study, values, switches["care"])
    clones, clone_of_genotype = _clones(study, alterations, values["hypoxic_share_reference"])
    return Plan(
        study=study,
        sites=sites,
        alterations=alterations.labels,
        parameters=pack(values, switches, _constants(alterations.labels, values, switches, study.nodes_raise_stage)),
        fixed=_fixed(study.prescribed, sites),
        genotype_rule=_genotype_rule(study.prescribed, alterations.labels),
        eligibility=_eligibility(study.entry, alterations.labels, values),
        any_of=np.array([_mask(group, alterations.labels) for group in study.entry.any_of], np.int64),
        frequencies=alterations.frequencies * switches["driver_mutations"],
        exclusive=alterations.exclusive,
        clones=clones,
        clone_of_genotype=clone_of_genotype,
        roles=np.array([ROLES.get(site, OTHER_ROLE) for site in sites], np.int64),
        organ_volumes=np.array([_organ_volume(site) for site in knowledge.sites()]),
        **_spread(sites, values, switches),
        **_mutant_clones(study.disease, switches["mutation"] * values["mutation_rate_scale"]),
        care=care,
        allowed_care=allowed_options(care, study.operated),
        class_capacity=int(values["class_capacity"]),
        treatment=compile_treatment(
            study.disease, study.protocols.get(arm or "", Protocol()), study.design, values, switches,
            _tumours(study, alterations, genotypes), 1 << len(alterations.labels),
        ),
        substeps=int(values["drug_substeps"]),
    )  # fmt: skip


def _care(study: Study, values: Mapping[str, float], switch: float) -> CareTable:
    """The care of the study's mix, or the whole resection that it prescribes."""
    if not study.prescribed.resected or switch == 0.0:
        return care_table(study.disease, study.care, values, switch)
    option = np.zeros(1, CARE)
    for step in ("radiation_delay", "drug_delay"):
        option[step] = NEVER
    option["ecog_limit"] = UNBOUNDED
    option["maximal_share"] = 1.0
    return CareTable(("surgery",), option, np.ones((len(STAGES), 1)))


def parameter_values(study: Study) -> dict[str, float]:
    """Value of every parameter of the disease in the unit in which the model reads it."""
    values: dict[str, float] = {}
    for symbol, record in knowledge.parameters(study.disease).items():
        values[symbol] = model_value(symbol, record.value, record.unit)
    unknown = sorted(study.parameters.keys() - values.keys())
    if unknown:
        raise ValueError(f"no parameter is called {', '.join(unknown)}")
    return values | _policies(study.design) | dict(study.parameters)


def _policies(design: Design) -> dict[str, float]:
    """Parameters that the supportive care of a design sets: a tube once breath fails on exertion, nutrition for all.

    Who is waited with until breath fails at rest has mostly died of the airway by then.
    """
    airway = {"airway_policy": float(ELECTIVE)} if design.tracheostomy else {}
    return airway | ({"nutrition_support": 1.0} if design.nutrition else {})


HOST_UNITS = dict(dispersal.UNITS)
"""Units of parameters that only the host reads; all others are read as recorded."""


def model_value(symbol: str, value: float, unit: str) -> float:
    """A parameter's value in the unit in which the model reads it."""
    return convert(value, unit, UNITS.get(symbol, HOST_UNITS.get(symbol, unit)))


def host_values(name: str) -> dict[str, float]:
    """Parameters in which an animal differs from the patient, in the units that the model reads."""
    return {symbol: model_value(symbol, row.value, row.unit) for symbol, row in host(name).items()}


def _constants(
    alterations: tuple[str, ...], values: Mapping[str, float], switches: Mapping[str, float], nodes_raise_stage: bool
) -> dict[str, float]:
    lost = tuple(label for label in alterations if label.split()[0] == P53)
    return {
        "millilitre": convert(1.0, "mL", "mm^3"),
        "days_per_year": convert(1.0, "year", "d"),
        "p53_mask": float(_mask(lost, alterations)),
        "platelet_angiogenesis": platelet_angiogenesis(values, switches),
        "nodes_raise_stage": float(nodes_raise_stage),
    }


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
    """Tables of dispersal; arrested and extravasated, (levels, origins, sites), over all modes of migration."""
    if values["direct_seeding"] > 0.0:
        return _direct(sites, values["lodging_probability"] * switches["colonisation"], switches["reseeding"])
    graph = body_graph(sites, values["lymph_drainage_share"])
    places = _places(values)
    tables = dispersal.dispersal_tables(
        sites, graph, values, switches, lambda level: arrival_factors(sites, values, switches, level, places),
        PRIMARY_SITE,
    )  # fmt: skip
    return {
        "lodged": tables.lodged,
        "arrested": tables.arrested.sum(axis=2),
        "extravasated": tables.extravasated.sum(axis=2),
        "entry": tables.entry.sum(axis=1),
        "flowing": (tables.entry * tables.circulation_days).sum(axis=1),
        "cluster_size_law": np.cumsum(tables.cluster_size_law),
    }


def _places(values: Mapping[str, float]) -> dict[str, Soil]:
    """Soil by site; a parameter ``permissiveness_<site>`` multiplies the site's own, KeyError for an unknown site."""
    places = dict(soils())
    for symbol, factor in values.items():
        if symbol.startswith(PERMISSIVENESS):
            site = symbol.removeprefix(PERMISSIVENESS)
            places[site] = replace(places[site], permissiveness=factor * places[site].permissiveness)
    return places


def _organ_volume(site: knowledge.Site) -> float:
    """Volume of a site in mm^3 at 1 g/mL; without a mass lesions there never crowd each other."""
    return np.inf if site.tissue_mass_g is None else convert(site.tissue_mass_g, "mL", "mm^3")


def _direct(sites: tuple[str, ...], lodging: float, reseeding: float) -> dict[str, np.ndarray]:
    """Published models without anatomy: a shed cell of any tumour founds in the lung, with one probability."""
    origins = dispersal.ROUTES + len(sites)
    shape = (dispersal.LEVELS, origins, len(dispersal.MODES), len(sites))
    lodged = np.zeros(shape)
    lung = sites.index(FIRST_BED)
    lodged[:, 0, 0, lung] = lodging
    lodged[:, dispersal.ROUTES :, 0, lung] = lodging * reseeding
    arrived = np.zeros((dispersal.LEVELS, origins, len(sites)))
    arrived[:, :, lung] = 1.0
    single = np.zeros(NURSERY_CELLS + 1)
    single[1:] = 1.0
    entry = np.ones(origins)
    entry[1] = 0.0
    return {
        "lodged": lodged,
        "arrested": arrived,
        "extravasated": arrived,
        "entry": entry,
        "flowing": np.zeros(origins),
        "cluster_size_law": single,
    }


def _mutant_clones(disease: str, factor: float) -> dict[str, Any]:
    """Clones of the disease as the course reads them; rates per division of the parent, costs as shares of lambda."""
    table = clone_table(disease, factor)
    return {
        "clone_names": table.ids,
        "clone_rates": table.rates,
        "clone_costs": table.costs,
        "clone_parents": table.parents,
    }


def _clones(study: Study, alterations: Alterations, usual_hypoxia: float) -> tuple[np.ndarray, np.ndarray]:
    """Phenotypes of the classes of clones, (classes, 2) without and in full hypoxia, and each mask's class.

    They are relative to the usual hypoxia, at which the rates of the disease hold. Hypoxia changes what cells do, not
    how fast they divide: that the brake of growth knows already.
    """
    from paget.signalling.response_table import NO_CLASS, RATIOS, load

    labels = alterations.labels
    masks = _masks(study, alterations)
    carried = {mask: [label for bit, label in enumerate(labels) if mask >> bit & 1] for mask in masks}
    table = load(study.disease, list(carried.values()))
    usual = table.phenotypes(hypoxia=usual_hypoxia)
    ends = np.stack([table.phenotypes(hypoxia=share) for share in (0.0, 1.0)], axis=1)
    ends["proliferation"] = usual["proliferation"][:, None]
    if knowledge.diseases()[study.disease].network is not None:
        for name in RATIOS:
            ends[name] /= usual[name][:, None]
    classes = np.full(1 << len(labels), NO_CLASS, np.int64)
    for mask, present in carried.items():
        classes[mask] = table.class_of(present)
    return ends, classes


def _tumours(study: Study, alterations: Alterations, genotypes: Collection[int] | None) -> dict[int, list[str]]:
    """Alteration labels by mask of the given genotypes, or of all that the study takes."""
    rules = [_mask(group, alterations.labels) for group in study.entry.any_of]
    forbidden = _mask(study.entry.forbidden, alterations.labels)
    return {
        mask: [label for bit, label in enumerate(alterations.labels) if mask >> bit & 1]
        for mask in (_masks(study, alterations) if genotypes is None else sorted(genotypes))
        if not mask & forbidden and all(mask & rule for rule in rules)
    }


def _masks(study: Study, alterations: Alterations) -> list[int]:
    """Genotypes that can be drawn: the prescribed one, or at most one of those that exclude each other."""
    if study.prescribed.genotype is not None:
        return [_mask(study.prescribed.genotype, alterations.labels)]
    exclusive = sum(1 << place for place, excluded in enumerate(alterations.exclusive) if excluded > 0.0)
    return [mask for mask in range(1 << len(alterations.labels)) if (mask & exclusive).bit_count() <= 1]


def _mask(labels: tuple[str, ...], alterations: tuple[str, ...]) -> int:
    return sum(1 << alterations.index(label) for label in labels)


def _fixed(prescribed: Prescribed, sites: tuple[str, ...]) -> np.ndarray:
    from paget.patient.course import FIXED

    record = np.zeros(1, FIXED)
    record["female"] = np.nan if prescribed.sex is None else float(prescribed.sex == "F")
    into = prescribed.injected_into
    record["injected_into"] = np.nan if into is None else dispersal.ROUTES + sites.index(into)
    for name in ("age_years", "diameter_mm", "start_cells", "start_capacity", "injected_cells"):
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


def _eligibility(entry: Entry, alterations: tuple[str, ...], values: Mapping[str, float]) -> np.ndarray:
    from paget.patient.eligibility import ELIGIBILITY

    rule = np.zeros(1, ELIGIBILITY)
    ranges = {"age": entry.age, "diameter": entry.diameter, "ecog": entry.ecog, "pd_l1": entry.pd_l1}
    for name, bounds in ranges.items():
        rule[f"{name}_minimum"] = 0 if bounds.minimum is None else bounds.minimum
        rule[f"{name}_maximum"] = UNBOUNDED if bounds.maximum is None else bounds.maximum
    rule["female"] = -1 if entry.sex is None else int(entry.sex == "F")
    rule["metastatic"] = -1 if entry.metastatic is None else int(entry.metastatic)
    rule["stages"] = sum(1 << STAGES.index(name) for name in entry.stages) if entry.stages else (1 << len(STAGES)) - 1
    rule["forbidden"] = _mask(entry.forbidden, alterations)
    rule["pd_l1_factor"] = pd_l1_factor(entry.pd_l1_assay, values)
    return rule
