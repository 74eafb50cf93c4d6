"""Run the compiled course for a range of persons and hold what it wrote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from paget.body.micrometastases import SIZE_COLUMNS
from paget.body.nursery import NURSERY_COLUMNS
from paget.body.state import (
    CASCADE_COUNTS,
    CURVE_FIELDS,
    CURVE_POINTS,
    EFFECT,
    GROUPS,
    KINETICS,
    LESION,
    LESION_LIMIT,
    MOMENTS,
    NEXT_CELLS,
    NURSERY_CELLS,
    OUTPUT_CLASSES,
    PERSON,
    ROUTES,
    SHED_WEIGHTS,
    SITE,
)
from paget.compute.status import Status, first_failure
from paget.errors import InputError, PagetError
from paget.patient.course import course, untreated_course
from paget.patient.death import CAUSES
from paget.patient.imaging import IMAGING, SCAN_FIELDS, SCANS
from paget.patient.protocol import DRUG_EFFECT, EVENTS, LINE_STATE
from paget.patient.recist import RECIST
from paget.patient.spread import SITE_ROLES
from paget.therapy.pharmacokinetics import DISPOSITION, INPUT_COLUMNS, INPUTS, MODE_ROWS
from paget.therapy.toxicity import EVENT, TOXICITY_STATE
from paget.trial.plan import Plan


@dataclass(frozen=True)
class Cohort:
    """Outputs of `count` persons, first axis the person.

    persons: (n,) PERSON; sites: (n, sites) SITE; lesions: (n, LESION_LIMIT) LESION; sizes, members: size classes at the
    end, (n, GROUPS, classes + 1, SIZE_COLUMNS) and (n, GROUPS, sites, classes); primary_clones: (n, clones);
    lesion_clones: (n, LESION_LIMIT, clones); shed: (n, moments, routes, SHED_WEIGHTS); micro: (n, moments, sites,
    OUTPUT_CLASSES); cascade: (n, moments, sites, CASCADE_COUNTS); curves: (n, CURVE_POINTS, fields); lines: (n, lines)
    LINE_STATE; events: (n, EVENTS) EVENT; scans: (n, SCANS, SCAN_FIELDS).
    """

    first: int
    persons: np.ndarray
    sites: np.ndarray
    lesions: np.ndarray
    sizes: np.ndarray
    members: np.ndarray
    primary_clones: np.ndarray
    lesion_clones: np.ndarray
    shed: np.ndarray
    micro: np.ndarray
    cascade: np.ndarray
    curves: np.ndarray
    lines: np.ndarray
    events: np.ndarray
    scans: np.ndarray


def simulate(plan: Plan, first: int, count: int, threads: int = 1) -> Cohort:
    """Simulate places first .. first + count - 1 of the study.

    Raises InputError when a place finds no eligible candidate, PagetError when a person's state is not finite.
    """
    cohort = _empty(plan, first, count)
    status = np.zeros(count, np.int64)
    kernel = course if plan.treated else untreated_course
    kernel.launch(count, *course_arguments(plan, cohort, status), threads=threads)
    _raise_first(status, first)
    return cohort


def _empty(plan: Plan, first: int, count: int) -> Cohort:
    """Outputs not yet written."""
    places, kinds = len(plan.sites), len(plan.clone_names)
    sites = np.zeros((count, places), SITE)
    sites["role"] = plan.roles
    sites["organ_volume"] = plan.organ_volumes
    return Cohort(
        first=first,
        persons=np.zeros(count, PERSON),
        sites=sites,
        lesions=np.zeros((count, LESION_LIMIT), LESION),
        sizes=np.zeros((count, GROUPS, plan.class_capacity + 1, SIZE_COLUMNS)),
        members=np.zeros((count, GROUPS, places, plan.class_capacity)),
        primary_clones=np.zeros((count, kinds)),
        lesion_clones=np.zeros((count, LESION_LIMIT, kinds)),
        shed=np.zeros((count, len(MOMENTS), len(ROUTES), len(SHED_WEIGHTS))),
        micro=np.zeros((count, len(MOMENTS), places, OUTPUT_CLASSES)),
        cascade=np.zeros((count, len(MOMENTS), places, len(CASCADE_COUNTS))),
        curves=np.zeros((count, CURVE_POINTS, len(CURVE_FIELDS))),
        lines=np.zeros((count, len(plan.treatment.tables.lines)), LINE_STATE),
        events=np.zeros((count, EVENTS if len(plan.treatment.tables.adverse_events) else 0), EVENT),
        scans=np.zeros((count, SCANS if len(plan.treatment.tables.scan_days) else 0, len(SCAN_FIELDS))),
    )


def course_arguments(plan: Plan, cohort: Cohort, status: np.ndarray) -> tuple[Any, ...]:
    """Arguments of the course's kernel after the index: the plan, the outputs, and fresh scratch arrays."""
    count, places = cohort.sites.shape
    return (
        plan.study.seed, cohort.first, plan.follow_up_steps, plan.parameters, plan.fixed, plan.genotype_rule,
        plan.eligibility, plan.any_of, plan.frequencies, plan.exclusive, plan.clones, plan.clone_of_genotype,
        plan.lodged_total, plan.destination, plan.cluster_size_law, plan.entry, plan.flowing, plan.clone_rates,
        plan.clone_costs, plan.clone_parents, plan.treatment.clone_traits, plan.care.care, plan.care.shares,
        plan.allowed_care, plan.study.landmark_days, plan.treatment.enrolment, cohort.persons, cohort.sites,
        np.zeros((count, 1 + GROUPS), KINETICS),
        np.zeros((count, NURSERY_CELLS + 1, 4)),
        np.zeros((count, NURSERY_CELLS + 1, NEXT_CELLS)),
        np.zeros((count, places, NURSERY_CELLS + 1, NURSERY_COLUMNS)),
        np.zeros((count, NURSERY_CELLS + 1, NURSERY_COLUMNS)),
        cohort.sizes, cohort.members, cohort.lesions, cohort.primary_clones, cohort.lesion_clones,
        np.zeros((count, len(plan.clone_names))),
        np.zeros((count, len(SITE_ROLES))),
        np.zeros((count, len(CAUSES))),
        np.zeros((count, len(ROUTES), len(SHED_WEIGHTS))),
        cohort.shed, cohort.micro, cohort.cascade, cohort.curves,
        np.zeros((count, 2, len(plan.clone_names)), DRUG_EFFECT),
        np.zeros((count, 2, len(plan.clone_names)), EFFECT),
        np.zeros((count, len(plan.treatment.drugs))),
        *(_under_treatment(plan, cohort) if plan.treated else ()),
        status,
    )  # fmt: skip


def _under_treatment(plan: Plan, cohort: Cohort) -> tuple[np.ndarray, ...]:
    """The protocol, and a person's state under it: scratch, but for what is written down (patient/protocol.Treated)."""
    count, drugs = len(cohort.persons), len(plan.treatment.drugs)
    return (
        *plan.treatment.tables,
        cohort.lines,
        np.zeros((count, drugs), DISPOSITION),
        np.zeros((count, drugs, INPUTS, INPUT_COLUMNS)),
        np.zeros((count, drugs, MODE_ROWS, 3)),
        np.zeros((count, plan.substeps)),
        np.zeros((count, 2, drugs)),
        np.zeros((count, drugs + 1)),
        np.zeros((count, drugs + 1), TOXICITY_STATE),
        cohort.events,
        np.zeros((count, 1), IMAGING),
        np.zeros((count, 1), RECIST),
        cohort.scans,
        np.zeros((count, len(CAUSES))),
        np.zeros((count, len(plan.treatment.tables.dosings)), np.int64),
    )


def bytes_per_person(plan: Plan) -> int:
    """Memory that one person's state and outputs take while being simulated."""
    return _argument_bytes(plan, 2) - _argument_bytes(plan, 1)


def _argument_bytes(plan: Plan, count: int) -> int:
    """Memory of all that the course is given for `count` persons, the plan's own tables included."""
    given = course_arguments(plan, _empty(plan, 0, count), np.zeros(count, np.int64))
    return sum(each.nbytes for each in given if isinstance(each, np.ndarray))


def _raise_first(status: np.ndarray, first: int) -> None:
    failed = first_failure(status)
    if failed is None:
        return
    index, reason = failed
    if reason is Status.NO_CANDIDATE:
        raise InputError(
            f"no eligible person was found for place {first + index + 1} of the study",
            field="eligibility",
            remedy="The search is bounded; widen the eligibility, check that its parts don't contradict each other, "
            "or that no mechanism is off without which a tumour is never noticed.",
        )
    raise PagetError(f"person {first + index + 1}: the state is not finite; please report the scenario and the seed")
