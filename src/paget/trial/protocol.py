"""From an arm's treatment (trial/treatment.py) to the tables that the compiled course reads (patient/protocol.py)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from paget import knowledge
from paget.errors import InputError
from paget.knowledge.clones import Clone, clones
from paget.knowledge.potency import potency
from paget.patient.imaging import organ_table
from paget.patient.on_study import ENROLMENT, FROM_DIAGNOSIS, FROM_ENROLMENT
from paget.patient.protocol import ACTION, CLONE_TRAIT, DOSING, HOURS, LINE
from paget.patient.protocol import Protocol as Tables
from paget.therapy.agents import compiled_drugs
from paget.therapy.checkpoint import affinity
from paget.therapy.cytotoxic import cytotoxic_table
from paget.therapy.pharmacokinetics import HOURS_PER_DAY, INPUTS
from paget.therapy.toxicity import compile_dose_rules, compile_toxicity, reference_dose_rate
from paget.therapy.usual_effect import size_ratio, usual_effect
from paget.trial.treatment import (
    AFTER_START,
    CLINICAL_PROGRESSION,
    COMPLETE_RESPONSE,
    CONDITIONS,
    DEBULKING,
    DIAGNOSIS,
    DURATION,
    MG_PER_KILOGRAM,
    MG_PER_SQUARE_METRE,
    ORAL,
    PREVIOUS_LINE_ENDED,
    PROGRESSION,
    RESECTABLE,
    Condition,
    Design,
    Dosing,
    Line,
    Protocol,
    Radiotherapy,
)

if TYPE_CHECKING:
    from paget.signalling.exposure import Arm

RADIATION = "external-beam radiotherapy"
"""Its name among the regimens with adverse events."""

NEVER = math.inf

TOLD_TO_ALL = (PROGRESSION, CLINICAL_PROGRESSION, COMPLETE_RESPONSE, RESECTABLE)
"""Conditions of which a line that is given and one that waits take note on the same day."""

MOST_NETWORK_DRUGS = 3
"""Drugs on the network of one line: each set of them that can be in the blood together has a response table."""

SURROUNDINGS = ("hypoxia",)
"""Axis of the response tables under drugs: the body reads no other surroundings."""

NETWORK, CYTOTOXIC_WAY, ANTIANGIOGENIC, CHECKPOINT = "network", "cytotoxic", "antiangiogenic", "pd1_blockade"
"""Ways in which an agent acts (knowledge/agents.py)."""

COLUMNS = 3
"""Values of a response table: proliferation, deaths, invasiveness."""


@dataclass(frozen=True)
class Treatment:
    """An arm's treatment in tables, and what its clones are protected from.

    drugs: INN in the order of their numbers. cells: drugs on the network of the cells and the alteration labels of the
    clones for which there are response tables, one pair for each of them.
    """

    protocol: Protocol
    drugs: tuple[str, ...]
    tables: Tables
    clone_traits: np.ndarray
    enrolment: np.ndarray
    cells: tuple[tuple[Arm, tuple[tuple[str, ...], ...]], ...] = ()


def compile_treatment(
    disease: str,
    protocol: Protocol,
    design: Design,
    values: Mapping[str, float],
    switches: Mapping[str, float],
    tumours: Mapping[int, Sequence[str]],
    masks: int,
) -> Treatment:
    """The tables of one arm.

    values: parameters in the units that the model reads; tumours: alteration labels by genotype mask, of those that can
    occur; masks: number of genotype masks. Raises InputError for a drug without what its way of acting needs, and for
    more doses of one in a day than the course can follow.
    """
    drugs = tuple(dict.fromkeys(dosing.drug for line in protocol.lines for dosing in line.dosings))
    sites = knowledge.sites()
    kinds = clones(disease)
    compiled = compiled_drugs(drugs, knowledge.parameters(disease))
    _check_inputs(protocol.lines, drugs, compiled)
    lines = np.zeros(len(protocol.lines), LINE)
    given = [dosing for line in protocol.lines for dosing in line.dosings]
    dosings = np.zeros(len(given), DOSING)
    responses = _Responses(disease, kinds, tumours, masks, drugs, compiled, values)
    first = 0
    for place, line in enumerate(protocol.lines):
        mine = slice(first, first + len(line.dosings))
        _fill_line(lines[place : place + 1], line, [site.id for site in sites], values)
        lines[place]["first_dosing"], lines[place]["dosings"] = first, len(line.dosings)
        factor = switches["mutation"] * values["mutation_rate_scale"]
        lines[place]["resistant_clone"], lines[place]["resistant_rate"] = _resistant(line, kinds, factor)
        _fill_dosings(dosings[mine], line.dosings, drugs, values)
        lines[place]["first_table"] = responses.add(line, dosings[mine])
        first = mine.stop
    of_toxicity = (*drugs, RADIATION)
    days = max((len(dosing.calendar) for dosing in given), default=1)
    tables = Tables(
        lines=lines,
        dosings=dosings,
        hours=_hours(given),
        calendar=np.array([_padded(dosing.calendar, days) for dosing in given]).reshape(len(given), days),
        fractions=_fractions(protocol.lines),
        drugs=compiled,
        actions=_actions(drugs, compiled, values),
        cytotoxics=_cytotoxics(drugs, compiled, values),
        response=responses.values,
        points=responses.points,
        classes=responses.classes,
        adverse_events=compile_toxicity(of_toxicity, _together(protocol.lines), values, switches["toxicity"]),
        dose_rules=compile_dose_rules(of_toxicity, values),
        scan_days=np.array(design.scan_days, np.float64),
        organs=organ_table(sites),
    )
    return Treatment(
        protocol, drugs, tables, _traits(kinds), _enrolment(design, bool(protocol.lines)), tuple(responses.cells)
    )


def _together(lines: Iterable[Line]) -> list[set[str]]:
    """What each line gives together, by the names of the regimens with adverse events."""
    return [
        {dosing.drug for dosing in line.dosings} | ({RADIATION} if line.radiotherapy is not None else set())
        for line in lines
    ]


def _check_inputs(lines: Sequence[Line], drugs: Sequence[str], compiled: np.ndarray) -> None:
    """Raise InputError where more doses of a drug may run in a day than there are INPUTS rows for.

    Of an earlier line that has ended only the doses that still run count.
    """
    for place, line in enumerate(lines):
        for drug in {dosing.drug for dosing in line.dosings}:
            record = compiled[drugs.index(drug)]
            rows = 0
            for earlier in range(place + 1):
                ended = earlier < place and _follows(lines[earlier], lines[earlier + 1])
                for dosing in lines[earlier].dosings:
                    if dosing.drug == drug:
                        rows += _input_rows(dosing, record)[ended]
            if rows > INPUTS:
                raise InputError(
                    f"up to {rows} doses of {drug} may run on one day of line {place + 1}, {INPUTS} are possible",
                    field="drugs",
                    remedy="Give it fewer times a day, over a shorter time, or in fewer lines at once.",
                )


def _follows(line: Line, following: Line) -> bool:
    """Whether nothing begins the following line before the line has ended."""
    ends = {condition.kind for condition in line.until} & set(TOLD_TO_ALL)
    return all(condition.kind == PREVIOUS_LINE_ENDED or condition.kind in ends for condition in following.when)


def _input_rows(dosing: Dosing, record: np.void) -> tuple[int, int]:
    """Most rows of doses that a dosing fills on one day, and most that still run from the days before."""
    ends = [dosing.infusion_hours]
    if dosing.route == ORAL:
        lag = float(record["lag_time"])
        # A share that is absorbed directly has a row beside the one of the rest, which enters at once.
        ends = [lag + float(record["input_duration"])] + ([lag] if record["direct_share"] > 0.0 else [])
    given = (np.asarray(dosing.calendar) > 0.0).astype(np.int64)
    running = np.zeros(len(given), np.int64)
    for hour in dosing.hours:
        for end in ends:
            days = int((hour + end) // HOURS_PER_DAY) + 1
            running += np.convolve(given, np.ones(days, np.int64))[: len(given)]
    before = running - given * len(dosing.hours) * len(ends)
    return int(running.max(initial=0)), int(before.max(initial=0))


def acts_on_network(protocol: Protocol) -> bool:
    """Whether any drug of an arm acts on the network of the cells."""
    drugs = {dosing.drug for line in protocol.lines for dosing in line.dosings}
    return any(knowledge.drugs[drug].acts_by(NETWORK) is not None for drug in drugs)


def _enrolment(design: Design, treated: bool) -> np.ndarray:
    """When treatment starts; nobody is enrolled where a cohort is only watched from diagnosis on, without scans."""
    record = np.zeros(1, ENROLMENT)
    watched = not treated and not design.scan_days and not design.tracheostomy and not design.nutrition
    record["delay"] = -1.0 if watched and design.clock == DIAGNOSIS else design.enrolment_delay_days
    record["spread"] = design.enrolment_spread
    record["ecog_limit"] = NEVER if design.enrolment_ecog_limit is None else design.enrolment_ecog_limit
    record["clock"] = FROM_DIAGNOSIS if design.clock == DIAGNOSIS else FROM_ENROLMENT
    return record


def _mask(conditions: Iterable[Condition]) -> int:
    return sum(1 << CONDITIONS.index(kind) for kind in {condition.kind for condition in conditions})


def _days(conditions: Iterable[Condition], kind: str) -> float:
    """Days of the first condition of a kind; never without one."""
    found = [condition.days for condition in conditions if condition.kind == kind and condition.days is not None]
    return min(found, default=NEVER)


def _fill_line(record: np.ndarray, line: Line, sites: Sequence[str], values: Mapping[str, float]) -> None:
    record["when"] = _mask(line.when)
    record["when_days"] = _days(line.when, AFTER_START)
    record["until"] = _mask(line.until)
    record["until_days"] = _days(line.until, AFTER_START)
    record["longest_days"] = _days(line.until, DURATION)
    record["given_days"] = _given_days(line)
    record["delay_days"] = line.delay_days
    if line.radiotherapy is not None:
        beam = line.radiotherapy
        record["radiation_sites"] = _site_mask(beam.sites, sites)
        record["fraction_dose"] = beam.dose_gy / beam.fractions
        record["hours_between"] = beam.hours_between
        record["fractions"] = beam.fractions
        record["reference_rate"] = reference_dose_rate(RADIATION, values["typical_weight"], values["typical_surface"])
    if line.surgery is not None:
        record["surgery_sites"] = _site_mask(line.surgery.sites, sites)
        record["debulking"] = line.surgery.procedure == DEBULKING


def _site_mask(chosen: Iterable[str], sites: Sequence[str]) -> int:
    return sum(1 << sites.index(site) for site in chosen)


def _given_days(line: Line) -> float:
    """Days after which nothing more is prescribed; never where a drug goes on."""
    lasts = [NEVER if dosing.ends_after is None else dosing.ends_after for dosing in line.dosings]
    if line.radiotherapy is not None:
        lasts.append(np.flatnonzero(fraction_days(line.radiotherapy))[-1] + 1.0)
    return max(lasts, default=1.0)


def fraction_days(beam: Radiotherapy) -> np.ndarray:
    """Fractions on each day from the first one on, int64; treatment days open each week."""
    counts: list[int] = []
    left = beam.fractions
    while left > 0:
        today = min(left, beam.fractions_per_day) if len(counts) % DAYS_PER_WEEK < beam.days_per_week else 0
        counts.append(today)
        left -= today
    return np.array(counts, np.int64)


DAYS_PER_WEEK = 6 + 1


def _fractions(lines: Sequence[Line]) -> np.ndarray:
    """Fractions on each day of a week of treatment, (lines, DAYS_PER_WEEK)."""
    table = np.zeros((len(lines), DAYS_PER_WEEK), np.int64)
    for place, line in enumerate(lines):
        if line.radiotherapy is not None:
            table[place, : line.radiotherapy.days_per_week] = line.radiotherapy.fractions_per_day
    return table


def _padded(calendar: np.ndarray, days: int) -> np.ndarray:
    return np.pad(np.asarray(calendar, np.float64), (0, days - len(calendar)))


def _hours(dosings: Sequence[Dosing]) -> np.ndarray:
    table = np.full((len(dosings), HOURS), -1.0)
    for place, dosing in enumerate(dosings):
        table[place, : len(dosing.hours)] = dosing.hours
    return table


def _fill_dosings(
    records: np.ndarray, dosings: Sequence[Dosing], drugs: Sequence[str], values: Mapping[str, float]
) -> None:
    per = {MG_PER_SQUARE_METRE: values["typical_surface"], MG_PER_KILOGRAM: values["typical_weight"]}
    for place, dosing in enumerate(dosings):
        records[place]["drug"] = drugs.index(dosing.drug)
        records[place]["per"] = per.get(dosing.basis, 1.0)
        records[place]["oral"] = dosing.route == ORAL
        records[place]["infusion_hours"] = dosing.infusion_hours
        records[place]["given_days"] = _given_days(Line(dosing.drug, (dosing,)))


def usual_concentration(drug: str, record: np.void, values: Mapping[str, float]) -> float:
    """Mean unbound concentration (nmol/L) of the usual patient on the usual regimen of an agent, at steady state."""
    regimen = knowledge.drugs[drug].usual
    if regimen.every_hours is None:
        raise InputError(
            f"the usual regimen of {drug} is a single dose", field="drugs", remedy="Write how often it is given."
        )
    weight, surface = values["typical_weight"], values["typical_surface"]
    dose = regimen.milligrams(weight, surface)
    reaching = dose * float(record["oral_share"]) if regimen.route == ORAL else dose
    clearance = float(record["clearance"]) * size_ratio(record, weight, surface) ** float(record["clearance_exponent"])
    return reaching / regimen.every_hours / clearance * float(record["unbound_per_mg"])


def _cytotoxic(drugs: Sequence[str]) -> list[str]:
    """Those of the drugs that kill dividing cells, in order."""
    return [drug for drug in drugs if knowledge.drugs[drug].acts_by(CYTOTOXIC_WAY) is not None]


def _cytotoxics(drugs: Sequence[str], compiled: np.ndarray, values: Mapping[str, float]) -> np.ndarray:
    """(cytotoxics,) CYTOTOXIC, each at the effect of its usual regimen."""
    usual = {}
    for drug in _cytotoxic(drugs):
        record, half = compiled[drugs.index(drug)], values[f"{drug}_half_effect"]
        usual[drug] = usual_effect(
            record, knowledge.drugs[drug].usual, half, values["cytotoxic_hill"], values["typical_weight"],
            values["typical_surface"],
        )  # fmt: skip
    return cytotoxic_table(list(usual), values, usual)


def _actions(drugs: Sequence[str], compiled: np.ndarray, values: Mapping[str, float]) -> np.ndarray:
    """(drugs,) ACTION."""
    table = np.zeros(len(drugs), ACTION)
    killing = _cytotoxic(drugs)
    for place, drug in enumerate(drugs):
        agent = knowledge.drugs[drug]
        record = table[place : place + 1]
        record["cytotoxic"] = killing.index(drug) if drug in killing else -1
        vessels = agent.acts_by(ANTIANGIOGENIC)
        if vessels is not None and vessels.target is not None:
            record["vascular_half"] = potency_on(drug, vessels.target)
        if agent.acts_by(CHECKPOINT) is not None:
            record["checkpoint_half"] = affinity(drug, values)[1]
        record["diffusive"] = compiled[place]["diffusive"]
        record["convective"] = compiled[place]["convective"]
        record["reference"] = _reference_concentration(drug, compiled[place], values)
    return table


def _reference_concentration(drug: str, record: np.void, values: Mapping[str, float]) -> float:
    """Mean unbound concentration (nmol/L) under the dose to which published adverse events refer; 0: no record of it.

    Kinetics are linear, so that it is to the usual one as the doses a day are.
    """
    regimen, build = knowledge.drugs[drug].usual, (values["typical_weight"], values["typical_surface"])
    usual = usual_concentration(drug, record, values)
    doses_a_day = HOURS_PER_DAY / (regimen.every_hours or HOURS_PER_DAY)
    return usual * reference_dose_rate(drug, *build) / (regimen.milligrams(*build) * doses_a_day)


def potency_on(drug: str, gene: str) -> float:
    """Half-maximal concentration (nmol/L) of a drug on a gene's product: geometric mean of its measured values."""
    rows = [row for row in potency() if row.drug == drug and row.kind == "target" and gene in row.targets]
    cellular = [row for row in rows if row.assay == "cellular"] or rows
    if not cellular:
        raise InputError(
            f"the potency of {drug} on {gene} is not known", field="drugs", remedy="Add a row to potency.csv."
        )
    return math.exp(sum(math.log(row.value) for row in cellular) / len(cellular))


def _traits(kinds: Sequence[Clone]) -> np.ndarray:
    """(clones,) CLONE_TRAIT."""
    table = np.zeros(len(kinds), CLONE_TRAIT)
    for place, clone in enumerate(kinds):
        table[place]["cytotoxic_shielded"] = CYTOTOXIC_WAY in clone.holds_off
        table[place]["antigen_lost"] = CHECKPOINT in clone.holds_off
    return table


def _resistant(line: Line, kinds: Sequence[Clone], factor: float) -> tuple[int, float]:
    """(clone, mutants per division of the founder) that holds off every drug of a line; (-1, 0) for none."""
    given = [dosing.drug for dosing in line.dosings]
    for place, clone in enumerate(kinds):
        if given and clone.parent == kinds[0].id and all(_held_off(clone, drug) for drug in given):
            return place, clone.rate * factor
    return -1, 0.0


def _held_off(clone: Clone, drug: str) -> bool:
    """Whether a clone holds off all that a drug does to cancer cells (not what it does to vessels)."""
    agent = knowledge.drugs[drug]
    ways = {act.how for act in agent.acts} - {ANTIANGIOGENIC}
    by_target = {NETWORK} if set(agent.record.targets) <= set(clone.holds_off) else set()
    return bool(ways) and ways <= {*clone.holds_off, *by_target}


class _Responses:
    """Response tables of an arm, one for each set of network drugs of a line."""

    def __init__(
        self,
        disease: str,
        kinds: Sequence[Clone],
        tumours: Mapping[int, Sequence[str]],
        masks: int,
        drugs: Sequence[str],
        compiled: np.ndarray,
        values: Mapping[str, float],
    ) -> None:
        self._disease, self._drugs, self._compiled, self._values = disease, drugs, compiled, values
        self._kinds, self._masks = kinds, masks
        self._carried = {
            (mask, place): tuple(labels) if not clone.alteration else (*labels, clone.alteration)
            for mask, labels in tumours.items()
            for place, clone in enumerate(kinds)
        }
        self._classes_of: list[np.ndarray] = []
        self.cells: list[tuple[Arm, tuple[tuple[str, ...], ...]]] = []
        self._values_of: list[np.ndarray] = []
        self._points_of: list[np.ndarray] = []

    def add(self, line: Line, records: np.ndarray) -> int:
        """Make the tables of a line, mark its dosings; returns the number of its first table, -1 without any."""
        acting = [
            place
            for place, dosing in enumerate(line.dosings)
            if knowledge.drugs[dosing.drug].acts_by(NETWORK) is not None
        ]
        if not acting:
            return -1
        if len(acting) > MOST_NETWORK_DRUGS:
            raise InputError(
                f"{len(acting)} drugs of one line act on the network of the cells, {MOST_NETWORK_DRUGS} are possible",
                field="drugs",
                remedy="Give fewer of them together.",
            )
        first = len(self._values_of)
        usual = {}
        for bit, place in enumerate(acting):
            number = int(records[place]["drug"])
            usual[place] = usual_concentration(self._drugs[number], self._compiled[number], self._values)
            records[place]["network_bit"] = 1 << bit
            records[place]["usual"] = usual[place]
        for chosen in range(1, 1 << len(acting)):
            together = [place for bit, place in enumerate(acting) if chosen >> bit & 1]
            self._table(tuple((line.dosings[place].drug, usual[place]) for place in together))
        return first

    def _table(self, drugs: tuple[tuple[str, float], ...]) -> None:
        """One table: what each class of cells does without and in full hypoxia, relative to no drug in the same."""
        from paget.signalling.exposure import Arm, ExposureAxis
        from paget.signalling.response_table import load

        arm = Arm((ExposureAxis(tuple((drug, float(f"{usual:.4g}")) for drug, usual in drugs)),))
        table = load(self._disease, list(self._carried.values()), arm, axes=SURROUNDINGS)
        classes = np.full((self._masks, len(self._kinds)), -1, np.int64)
        for (mask, place), labels in self._carried.items():
            if not all(_held_off(self._kinds[place], drug) for drug, _ in drugs):
                classes[mask, place] = table.class_of(labels)
        self._classes_of.append(classes)
        self.cells.append((arm, tuple(dict.fromkeys(self._carried.values()))))
        grid = np.array(table.grid[0])
        found = np.zeros((len(table.genotypes), len(grid), 2, COLUMNS))
        for column, share in enumerate((0.0, 1.0)):
            rows = [table.phenotypes(hypoxia=share, exposures=(float(np.exp(point)),)) for point in grid]
            together = np.stack(rows, axis=1)
            died = together["apoptosis"] + together["non_apoptotic_death"]
            found[:, :, column, 0] = together["proliferation"] / together["proliferation"][:, :1]
            found[:, :, column, 1] = died - died[:, :1]
            found[:, :, column, 2] = together["invasiveness"] / together["invasiveness"][:, :1]
        self._values_of.append(found)
        self._points_of.append(grid)

    @property
    def classes(self) -> np.ndarray:
        """(tables, masks, clones) class of a tumour's clone; -1: the drugs of the table do nothing to it."""
        return np.stack(self._classes_of) if self._classes_of else np.zeros((0, 0, 0), np.int64)

    @property
    def values(self) -> np.ndarray:
        """(tables, classes, points, 2, COLUMNS)."""
        return np.stack(self._values_of) if self._values_of else np.zeros((0, 0, 0, 2, COLUMNS))

    @property
    def points(self) -> np.ndarray:
        """(tables, points) ln of the exposure."""
        return np.stack(self._points_of) if self._points_of else np.zeros((0, 0))
