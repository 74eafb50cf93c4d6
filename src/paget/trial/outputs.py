"""From the compiled course's arrays to the tables of a run (schemas in tables.py)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from paget.body.mesenchymal_epithelial_transition import epithelial_share
from paget.body.micrometastases import COUNT, FOUNDED, LOG_CELLS
from paget.body.shape import longest_diameter
from paget.body.state import CURVE_FIELDS, MOMENTS, ROUTES
from paget.body.tumour_origin import ORIGINS
from paget.patient.death import CAUSES
from paget.patient.diagnosis import PRESENTATIONS
from paget.patient.staging import STAGES, TUMOUR_CATEGORIES
from paget.trial import treatment_outputs
from paget.trial.care import care_received, systemic_day
from paget.trial.cohort import Cohort
from paget.trial.follow_up import as_seen
from paget.trial.plan import PRIMARY_SITE, Plan
from paget.trial.tables import TABLES
from paget.trial.time_to_event import endpoints
from paget.trial.workup import workup_columns

EXAMPLES = 24
"""Persons per arm whose time courses are kept."""

ALL_SITES = "all"
NECK_NODES = "cervical_nodes"


def tables(plan: Plan, arm: str, cohort: Cohort) -> dict[str, pa.Table]:
    """The tables of one arm's persons, as the study sees them (trial/follow_up.py)."""
    cohort = as_seen(plan, cohort)
    keys = _Keys(plan, arm, cohort)
    builders = {
        "subjects": subjects,
        "time_to_event": time_to_event,
        "lesions": lesions,
        "micrometastases": micrometastases,
        "cascade": cascade,
        "curves": curves,
        "responses": by_person(treatment_outputs.responses),
        "adverse_events": by_person(treatment_outputs.adverse_events),
        "treatments": by_person(treatment_outputs.treatments),
    }
    return {name: _table(name, build(plan, keys, cohort)) for name, build in builders.items()}


def by_person(build: Callable[[Plan, Callable[..., dict[str, np.ndarray]], Cohort], dict[str, np.ndarray]]) -> Any:
    """A builder that takes the keys as a function of persons' indices."""
    return lambda plan, keys, cohort: build(plan, keys.of, cohort)


class _Keys:
    """USUBJID and ARM of rows given by the person's index in the batch."""

    def __init__(self, plan: Plan, arm: str, cohort: Cohort) -> None:
        prefix = plan.study.disease.upper()
        count = len(cohort.persons)
        self.ids = np.array([f"{prefix}-{cohort.first + i + 1:06d}" for i in range(count)], dtype=object)
        self.arm = arm

    def of(self, index: np.ndarray) -> dict[str, np.ndarray]:
        return {"USUBJID": self.ids[index], "ARM": np.full(len(index), self.arm, dtype=object)}


def _table(name: str, columns: Mapping[str, np.ndarray]) -> pa.Table:
    schema = TABLES[name]
    arrays = [pa.array(columns[field.name], from_pandas=False).cast(_plain(field.type)) for field in schema]
    cast = [array.dictionary_encode() if pa.types.is_dictionary(field.type) else array
            for array, field in zip(arrays, schema, strict=True)]  # fmt: skip
    return pa.Table.from_arrays(cast, schema=schema)


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if isinstance(kind, pa.DictionaryType) else kind


def _labels(names: tuple[str, ...], index: np.ndarray) -> np.ndarray:
    """names[index]; -1 gives the empty label."""
    return np.array([*names, ""], dtype=object)[index]


def _missing(values: np.ndarray) -> np.ndarray:
    """NaN where a non-negative quantity was never set (marked -1)."""
    return np.where(values < 0, np.nan, values)


def subjects(plan: Plan, keys: _Keys, cohort: Cohort) -> dict[str, np.ndarray]:
    """One row per person."""
    person = cohort.persons
    everyone = np.arange(len(person))
    died = person["alive"] == 0
    at_diagnosis = np.where(_recorded(cohort), cohort.lesions["diameter_at_diagnosis"], 0.0)
    seen = plan.parameters["detection_diameter"][0]
    noted = plan.parameters["autopsy_diameter"][0]
    return keys.of(everyone) | {
        "AGE": person["age_years"],
        "SEX": _labels(("M", "F"), person["female"]),
        "GENOTYPE": _genotypes(plan, person["genotype"]),
        "ECOG": person["ecog"],
        "STAGE": _labels(STAGES, person["stage"]),
        "TSTAGE": _labels(TUMOUR_CATEGORIES, person["tumour_category"]),
        "NSTAGE": _labels(("N0", "N1"), person["node_category"]),
        "MSTAGE": _labels(("M0", "M1"), person["metastasis_category"]),
        "DIAMETER_MM": person["diameter_at_diagnosis"],
        "EXTRATHYROIDAL": person["extended_at_diagnosis"] > 0,
        "TUMOUR_AGE_DAYS": person["diagnosis_day"],
        "DOUBLING_TIME_5MM_DAYS": _missing(person["doubling_at_5mm"]),
        "DOUBLING_TIME_DAYS": person["doubling_at_diagnosis"],
        "KI67": person["ki67_at_diagnosis"],
        "FIRST_FOUNDER_DAY": _missing(person["first_founder_day"]) - person["diagnosis_day"],
        "FOUNDERS_DIAGNOSIS": person["established_at_diagnosis"],
        "FOUNDERS_DEATH": person["established_at_death"],
        "LODGED_DIAGNOSIS": person["founders_at_diagnosis"],
        "LODGED_DEATH": person["founders_at_death"],
        "SHED_DIAGNOSIS": cohort.shed[:, 0, :, 0].sum(axis=1),
        "SHED_DEATH": cohort.shed[:, 1, :, 0].sum(axis=1),
        "CTC_PER_ML": person["ctc_at_diagnosis"],
        "VISIBLE_METASTASES": person["visible_at_diagnosis"],
        "PRESENTATION": _labels(PRESENTATIONS, person["presentation"]),
        "DEATH_CAUSE": _labels(CAUSES, person["cause"]),
        "DEATH_DAYS": np.where(died, person["last_day"] - person["diagnosis_day"], np.nan),
        "ALIVE": ~died,
        "CANDIDATES": person["candidates"],
        "RESTARTS": person["restarts"],
        "TIME_SCALE": person["time_scale"],
        "SEEDING_SCALE": person["seeding_scale"],
        "HOST_FACTOR": person["host_factor"],
        "ORIGIN": _labels(ORIGINS, person["origin"]),
        "TRANSFORMED_CELLS": person["transformed_cells"],
        "DIFFERENTIATED_YEARS": np.where(person["differentiated"] > 0, person["differentiated_years"], np.nan),
        "STEM_SHARE": person["stem_share"],
        "VEGF": person["vegf"],
        "VESSEL_QUALITY": person["vessel_quality"],
        "HYPOXIA": person["hypoxia"],
        "INTERSTITIAL_PRESSURE_MMHG": person["interstitial_pressure"],
        "NICHE": person["niche"],
        "T_CELLS": person["t_cells"],
        "PD_L1": person["pd_l1"],
        "MUTANT_CELLS": cohort.primary_clones[:, 1:].sum(axis=1),
        "AIRWAY_LUMEN_LOSS": person["lumen_loss_at_diagnosis"],
        "CARE": care_received(plan.care, person),
        "SYSTEMIC_DAY": systemic_day(person),
        "EXTRATHYROIDAL_DEATH": person["extended"] > 0,
        "SELF_SEEDED": person["returned"],
        "DIAGNOSIS_SITES": _site_names(plan, _sites_with(plan, cohort, at_diagnosis >= seen)),
        "AUTOPSY_SITES": _site_names(plan, sites_at_end(plan, cohort, noted) & died[:, None]),
        "LOCAL_TUMOUR": _local_tumour(plan, cohort),
        **treatment_outputs.subject_columns(cohort),
        **workup_columns(plan, cohort),
        "ALLOCATED": np.full(len(person), True),
    }


def _local_tumour(plan: Plan, cohort: Cohort) -> np.ndarray:
    """Whose primary, or a node of the neck, is large enough at the end for imaging to see it, (n,) of bool."""
    seen, seen_node = (plan.parameters[name][0] for name in ("detection_diameter", "node_detection_diameter"))
    nodes = sites_at_end(plan, cohort, seen_node)[:, plan.sites.index(NECK_NODES)]
    with np.errstate(divide="ignore"):
        return nodes | (_diameter_now(plan, np.log(cohort.persons["primary_cells"])) >= seen)


def _genotypes(plan: Plan, masks: np.ndarray) -> np.ndarray:
    names = {
        mask: ";".join(label for bit, label in enumerate(plan.alterations) if mask >> bit & 1)
        for mask in np.unique(masks).tolist()
    }
    return np.array([names[mask] for mask in masks.tolist()], dtype=object)


def _recorded(cohort: Cohort) -> np.ndarray:
    """Which places of the lesion table hold a lesion, (persons, records) of bool."""
    return np.arange(cohort.lesions.shape[1]) < cohort.persons["lesion_count"][:, None]


def sites_at_end(plan: Plan, cohort: Cohort, diameter: float) -> np.ndarray:
    """Who has a lesion of at least `diameter` (mm) where at the end, recorded or not, (persons, sites) of bool."""
    large = _recorded(cohort) & (_diameter_now(plan, cohort.lesions["log_cells"]) >= diameter)
    present = _sites_with(plan, cohort, large)
    crowd = Crowd(plan, cohort)
    big = _diameter_now(plan, crowd.log_cells) >= diameter
    present[crowd.person[big], crowd.site[big]] = True
    return present


def _diameter_now(plan: Plan, log_cells: np.ndarray) -> np.ndarray:
    volume = np.exp(log_cells) / plan.parameters["cell_density"][0]
    one = longest_diameter(1.0, plan.parameters["shape_factor"][0])
    return one * np.cbrt(volume)


def _sites_with(plan: Plan, cohort: Cohort, large: np.ndarray) -> np.ndarray:
    """Sites that hold a recorded lesion marked in `large`, (persons, sites) of bool."""
    present = np.zeros((len(cohort.persons), len(plan.sites)), bool)
    who, which = np.nonzero(large)
    present[who, cohort.lesions["site"][who, which]] = True
    return present


def _site_names(plan: Plan, present: np.ndarray) -> np.ndarray:
    """';'-joined sites of every person; present: (persons, sites) of bool."""
    rows, back = np.unique(present, axis=0, return_inverse=True)
    names = [";".join(site for site, here in zip(plan.sites, row, strict=True) if here) for row in rows]
    return np.array(names, dtype=object)[back.ravel()]


def time_to_event(plan: Plan, keys: _Keys, cohort: Cohort) -> dict[str, np.ndarray]:
    """Every endpoint of the study that is defined for a person; days from diagnosis or from enrolment."""
    found = endpoints(treatment_outputs.history(plan, cohort), plan.scan_interval)
    wanted = [each for name, each in found.items() if name in plan.study.events]
    index = np.concatenate([each.person for each in wanted])
    rows = {
        "PARAMCD": np.concatenate([np.full(len(each.person), each.paramcd, dtype=object) for each in wanted]),
        "AVAL": np.concatenate([each.aval for each in wanted]),
        "CNSR": np.concatenate([each.cnsr for each in wanted]),
        "EVNTDESC": np.concatenate([np.asarray(each.evntdesc, dtype=object) for each in wanted]),
        # Who is allocated elsewhere in a randomised study is known once everyone is simulated (trial/allocation.py).
        "ALLOCATED": np.full(len(index), True),
    }
    order = np.lexsort((np.arange(len(index)), index))
    return keys.of(index[order]) | {name: values[order] for name, values in rows.items()}


def lesions(plan: Plan, keys: _Keys, cohort: Cohort) -> dict[str, np.ndarray]:
    """Individual lesions, then the size classes of those above 1 mm^3 that have no record of their own."""
    who, which = np.nonzero(_recorded(cohort))
    records = cohort.lesions[who, which]
    crowd = Crowd(plan, cohort)
    index = np.concatenate([who, crowd.person])
    limit = cohort.lesions.shape[1]
    # Classes are sorted by person: each person's are numbered from the limit on, whatever batch they come in.
    own = np.arange(len(crowd.person)) - np.searchsorted(crowd.person, crowd.person)
    number = np.concatenate([which, limit + own])
    unknown = np.full(len(crowd.person), np.nan)
    log_cells = np.concatenate([records["log_cells"], crowd.log_cells])
    seeded = np.concatenate([records["seeded_day"], crowd.founded])
    clones = cohort.lesion_clones[who, which]
    columns = keys.of(index) | {
        "LESION": number.astype(np.int32),
        "SITE": _labels(plan.sites, np.concatenate([records["site"], crowd.site])),
        "PARENT": np.concatenate([records["parent"], np.full(len(crowd.person), -1)]).astype(np.int32),
        "SEEDED_DAY": seeded - cohort.persons["diagnosis_day"][index],
        "CLONE": _labels(plan.clone_names, np.concatenate([clones.argmax(axis=1), np.full(len(crowd.person), -1)])),
        "MUTANT_CELLS": np.concatenate([clones[:, 1:].sum(axis=1), unknown]),
        "EPITHELIAL_SHARE": _epithelial(plan, cohort.persons["last_day"][index] - seeded),
        "DIAMETER_DIAGNOSIS_MM": np.concatenate([records["diameter_at_diagnosis"], unknown]),
        "DIAMETER_DEATH_MM": _diameter_now(plan, log_cells),
        "CELLS_DIAGNOSIS": np.concatenate([records["cells_at_diagnosis"], unknown]),
        "CELLS_DEATH": np.exp(log_cells),
        "AGGREGATED": number >= limit,
        "COUNT": np.concatenate([np.ones(len(who)), crowd.count]),
    }
    order = np.lexsort((number, index))
    return {name: values[order] for name, values in columns.items()}


def _epithelial(plan: Plan, ages: np.ndarray) -> np.ndarray:
    p = plan.parameters[0]
    arriving, rate = p["arriving_epithelial_share"], p["epithelial_reversion_rate"]
    return epithelial_share(ages, arriving, rate, p["switch_mesenchymal_epithelial_transition"])


class Crowd:
    """Size classes above 1 mm^3 by person and site, without records; `count` lesions of exp(log_cells) cells each."""

    def __init__(self, plan: Plan, cohort: Cohort) -> None:
        limit = np.log(plan.parameters["individual_limit"][0] * plan.parameters["cell_density"][0])
        classes = cohort.sizes[:, :, :-1]
        used = np.arange(classes.shape[2]) < cohort.sizes[:, :, -1:, 0]
        large = used & (classes[..., COUNT] > 0) & (classes[..., LOG_CELLS] >= limit)
        person, group, place = np.nonzero(large)
        owner, self.site = np.nonzero(cohort.members[person, group, :, place])
        row = classes[person, group, place][owner]
        self.person = person[owner]
        self.count = cohort.members[self.person, group[owner], self.site, place[owner]]
        self.log_cells, self.founded = row[:, LOG_CELLS], row[:, FOUNDED]
        order = np.lexsort((self.site, self.person))
        for name in ("person", "site", "count", "log_cells", "founded"):
            setattr(self, name, getattr(self, name)[order])


def micrometastases(plan: Plan, keys: _Keys, cohort: Cohort) -> dict[str, np.ndarray]:
    """Occupied half-doubling size classes below 1 mm^3."""
    index, site, moment, size = np.nonzero(cohort.micro.swapaxes(1, 2))
    low = np.exp2(size / 2.0)
    return keys.of(index) | {
        "SITE": _labels(plan.sites, site),
        "MOMENT": _labels(MOMENTS, moment),
        "SIZE_CLASS": size.astype(np.int16),
        "CELLS_LOW": low,
        "CELLS_HIGH": low * np.sqrt(2.0),
        "COUNT": cohort.micro[index, moment, site, size],
    }


def cascade(plan: Plan, keys: _Keys, cohort: Cohort) -> dict[str, np.ndarray]:
    """Cells and founders at every step, per moment: what entered each route, then each site by route."""
    columns = np.array([place for place, site in enumerate(plan.sites) if site != PRIMARY_SITE])
    stacked = np.stack([_cascade_at(plan, cohort, moment, columns) for moment in range(len(MOMENTS))], axis=1)
    people, moments, rows, _ = stacked.shape
    index = np.repeat(np.arange(people), moments * rows)
    sites = [ALL_SITES, *(plan.sites[place] for place in columns)]
    tile = partial(np.tile, reps=people * moments)
    values = stacked.reshape(-1, len(STEPS))
    found = keys.of(index) | {
        "SITE": tile(np.repeat(np.array(sites, dtype=object), len(SOURCES))),
        "ROUTE": tile(np.tile(np.array(SOURCES, dtype=object), len(sites))),
        "MOMENT": np.tile(np.repeat(np.array(MOMENTS, dtype=object), rows), people),
        **{name: values[:, column] for column, name in enumerate(STEPS)},
    }
    filled = ~((found["SITE"] == ALL_SITES) & (found["ROUTE"] == METASTASES))
    return {name: column[filled] for name, column in found.items()}


METASTASES = "metastases"
SOURCES = (*ROUTES, METASTASES)
"""Where founders come from: the primary by blood or lymph, or other metastases."""

STEPS = (
    "SHED", "CIRCULATING", "ARRESTED", "EXTRAVASATED", "FOUNDERS", "CLUSTER_FOUNDERS", "DORMANT", "ESTABLISHED",
    "COLONISED",
)  # fmt: skip


def _cascade_at(plan: Plan, cohort: Cohort, moment: int, columns: np.ndarray) -> np.ndarray:
    """Shape (persons, (1 + sites) * sources, steps) at one moment; NaN where a step doesn't apply to a row.

    Lines are not followed by source, so what becomes of founders is shared out as their site's founders came.
    """
    person = cohort.persons
    shed = cohort.shed[:, moment]
    ctc = person["ctc_at_diagnosis"] if moment == 0 else person["ctc_at_death"]
    counts = cohort.cascade[:, moment, columns]
    founders = counts[..., : len(SOURCES)]
    origin = founders / np.maximum(founders.sum(axis=2, keepdims=True), 1.0)
    out = np.full((len(person), 1 + len(columns), len(SOURCES), len(STEPS)), np.nan)
    primary = slice(0, len(ROUTES))
    out[:, 0, primary, 0] = shed[..., 0]
    out[:, 0, primary, 1] = (ctc * plan.parameters["blood_volume"][0])[:, None] * _flow_split(plan)
    entered = plan.entry[None, : len(ROUTES), None]
    for step, table, weight in ((2, plan.arrested, 0), (3, plan.extravasated, 2)):
        # Per entered cell, between the niche absent and full by the occupancy at the time of shedding.
        without, full = table[:, : len(ROUTES)][..., columns] / np.where(entered > 0, entered, 1.0)
        plain, niche = shed[:, :, weight, None], shed[:, :, weight + 1, None]
        out[:, 1:, primary, step] = (plain * without + niche * (full - without)).swapaxes(1, 2)
    out[:, 1:, :, 4] = founders
    out[:, 1:, :, 4 + 1 :] = origin[..., None] * counts[..., None, len(SOURCES) :]
    return out.reshape(len(person), -1, len(STEPS))


def _flow_split(plan: Plan) -> np.ndarray:
    """Share of the circulating cells by route of entry."""
    flowing = plan.flowing[: len(ROUTES)]
    together = flowing.sum()
    return flowing / together if together > 0 and np.isfinite(together) else np.zeros(len(ROUTES))


def curves(plan: Plan, keys: _Keys, cohort: Cohort) -> dict[str, np.ndarray]:
    """Time courses of the first persons of the study."""
    shown = cohort.first + np.arange(len(cohort.persons)) < EXAMPLES
    used = np.arange(cohort.curves.shape[1]) < cohort.persons["curve_count"][:, None]
    who, which = np.nonzero(used & shown[:, None])
    row = cohort.curves[who, which]
    names = tuple(name.upper() for name in CURVE_FIELDS)
    columns = {name: row[:, position] for position, name in enumerate(names)}
    columns["DAY"] = columns["DAY"] - cohort.persons["diagnosis_day"][who]
    return keys.of(who) | columns
