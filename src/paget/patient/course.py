"""The daily loop: one person after another, from the first cancer cell to death or the end of follow-up.

`course` is the one kernel of the body scale. Index i is a place in the study; candidates for the place are simulated in
turn until one is eligible, so that a place's person doesn't depend on any other place.
"""

from math import isfinite, log
from typing import Any, NamedTuple

import numpy as np

from paget.body import decisions
from paget.body.airway import lumen_loss
from paget.body.aspirin import aspirin_age_factor
from paget.body.basement_membrane import invasiveness
from paget.body.differentiated_carcinoma import (
    start_capacity,
    start_volume,
    starts_differentiated,
    transformation_years,
)
from paget.body.host_factor import draw_host_factor
from paget.body.immune_killing import start_immune
from paget.body.nursery import prepare_transitions
from paget.body.shape import longest_diameter
from paget.body.state import GROUPS
from paget.body.stem_hierarchy import founding_share
from paget.body.surroundings import start_surroundings
from paget.body.tumour_origin import draw_origin, transformed_cells
from paget.compute import device_function, kernel
from paget.compute.random import uniform
from paget.compute.status import Status
from paget.patient.care import care_today, choose_care, reaches_referral
from paget.patient.clones import mutate
from paget.patient.day import angiogenic_group, step_body
from paget.patient.death import dies_of, fill_hazards
from paget.patient.diagnosis import examine, is_lost, presents
from paget.patient.eligibility import presentation_eligible, traits_eligible
from paget.patient.genotype import draw_genotype
from paget.patient.primary import set_kinetics
from paget.patient.seeding import transplant
from paget.patient.snapshot import ctc_per_ml, mark_lesions, record_curve, snapshot, write_curve
from paget.patient.traits import draw_traits
from paget.patient.workspace import Routes, Workspace

PLACE_LIMIT = 2**20
"""Places in a study; a person's number is candidate * PLACE_LIMIT + place and fits in 32 bits."""

CANDIDATE_LIMIT = 2**12
"""Candidates examined for one place before the eligibility counts as met by nobody."""

SIMULATED_LIMIT = 2**8
"""Candidates whose tumour is grown to diagnosis for one place before giving up."""

SILENT = 2**4
"""A candidate whose tumour never presents counts as this many: it costs a lifetime to find out."""

FIXED = np.dtype(
    [
        ("female", np.float64),
        ("age_years", np.float64),
        ("diameter_mm", np.float64),
        ("start_cells", np.float64),
        ("start_capacity", np.float64),  # mm^3
        ("injected_cells", np.float64),  # cells put into the circulation of a host without a primary
        ("injected_into", np.float64),  # origin (patient/seeding.py) of that injection
    ],
    align=True,
)
"""Traits that the scenario prescribes; NaN: drawn, and a start from one cell with the avascular capacity."""

GENOTYPE_RULE = np.dtype([("required", np.int64), ("forbidden", np.int64)], align=True)


class Given(NamedTuple):
    """What the study asks of everybody."""

    care: Any  # (options,) CARE
    care_shares: Any  # (stages, options)
    allowed_care: Any  # bit mask of options
    eligibility: Any  # ELIGIBILITY
    follow_up_steps: Any


WEEK = 7
"""Days between two points of a time course, until it is thinned."""

OK, NOT_FINITE, NO_CANDIDATE = int(Status.OK), int(Status.NOT_FINITE), int(Status.NO_CANDIDATE)
"""Values of status[i] as plain integers for compiled code."""


@kernel
def course(
    i, seed, first, follow_up_steps, parameters, fixed, genotype_rule, eligibility, any_of, frequencies, exclusive,
    clones, clone_of_genotype, lodged_total, destination, cluster_sizes, entry_shares, flowing, clone_rates,
    clone_costs, clone_parents, care, care_shares, allowed_care, landmark_days, persons, sites, kinetics, transitions,
    size_law, nursery, following, sizes, members, lesions, primary_clones, lesion_clones, clone_work, volumes, hazards,
    shed, shed_kept, micro, cascade, curves, status,
):  # fmt: skip
    """Fill row i of every output; see trial/cohort.py for shapes."""
    p = parameters[0]
    person = persons[i]
    routes = Routes(lodged_total, destination, cluster_sizes, entry_shares, flowing)
    own = Workspace(
        sites[i], kinetics[i], transitions[i], size_law[i], nursery[i], following[i], sizes[i], members[i], lesions[i],
        primary_clones[i], lesion_clones[i], clone_work[i], clone_rates, clone_costs, clone_parents, volumes[i],
        hazards[i], shed[i], shed_kept[i], micro[i], cascade[i], curves[i],
    )  # fmt: skip
    given = Given(care, care_shares, allowed_care, eligibility[0], follow_up_steps)
    status[i] = NO_CANDIDATE
    simulated = 0
    for candidate in range(CANDIDATE_LIMIT):
        person.person = candidate * PLACE_LIMIT + first + i
        person.candidates = candidate + 1
        draw_traits(person, p, fixed[0], seed)
        person.genotype = draw_genotype(
            frequencies, exclusive, genotype_rule[0].required, genotype_rule[0].forbidden, seed, person.person
        )
        if not traits_eligible(person, eligibility[0], any_of):
            continue
        _prepare(person, p, own, clones, clone_of_genotype, seed)
        refused = _live(person, p, fixed[0], seed, given, routes, own)
        if refused == 0 and reaches_referral(person, landmark_days):
            status[i] = OK if isfinite(person.last_day + person.primary_cells) else NOT_FINITE
            break
        simulated += max(refused, 1)
        if simulated >= SIMULATED_LIMIT:
            break


@device_function
def _prepare(person, p, own, clones, clone_of_genotype, seed):
    """Phenotype, kinetics and host of a new candidate."""
    person.clone = clone_of_genotype[person.genotype]
    oxic, hypoxic = clones[person.clone, 0], clones[person.clone, 1]
    set_kinetics(own.kinetics[0], person, p, p.vascular_limit)
    for group in range(GROUPS):
        set_kinetics(own.kinetics[1 + group], person, p, p.metastasis_vascular_limit)
    for place in range(1 + GROUPS):
        own.kinetics[place].unbraked_rate *= oxic.proliferation
    person.invasiveness_oxic = oxic.invasiveness
    person.invasiveness_hypoxic = hypoxic.invasiveness
    person.invasiveness = invasiveness(person, p.hypoxic_share_reference)
    person.p53_lost = int(person.genotype & int(p.p53_mask) > 0)
    person.inflammation = 1.0
    person.host_factor = draw_host_factor(p, seed, person.person)
    person.clearance = aspirin_age_factor(
        person.age_years, p.aspirin_exposure, p.aspirin_immune_loss, p.aspirin_loss_age, p.switch_aspirin
    )
    _draw_origin(person, p, own.kinetics[0], seed)
    person.nursery_loss = 0.0
    prepare_transitions(own.transitions, own.size_law, own.kinetics[1], p.time_step)


@device_function
def _draw_origin(person, p, kinetics, seed):
    """The cell in which the tumour starts, and the differentiated carcinoma around it if there is one."""
    person.origin = draw_origin(p, seed, person.person)
    person.transformed_cells = transformed_cells(person.origin, p, seed, person.person)
    person.differentiated = int(starts_differentiated(p, seed, person.person))
    person.differentiated_years = 0.0
    person.start_capacity = p.avascular_capacity
    if person.differentiated:
        # A differentiated cell becomes anaplastic by losing p53, by mutation or otherwise.
        person.p53_lost = 1
        lasting = kinetics.unbraked_rate / max(kinetics.division_rate, kinetics.unbraked_rate)
        person.differentiated_years = transformation_years(p, lasting, seed, person.person)
        volume = start_volume(person.differentiated_years, p, seed, person.person)
        person.start_capacity = start_capacity(volume, p)


@device_function
def _restart(person, p, fixed, seed, own):
    """Back to the first cells and an empty body."""
    person.primary_cells = fixed.start_cells if fixed.start_cells >= 1.0 else 1.0
    if fixed.start_capacity > 0.0:
        person.start_capacity = fixed.start_capacity
    if fixed.injected_cells > 0.0:
        person.primary_cells = 0.0
    person.primary_log_ratio = log(person.start_capacity * p.cell_density / max(person.primary_cells, 1.0))
    _clear_person(person)
    start_surroundings(person, p)
    start_immune(person, p, seed)
    person.stem_share = 1.0
    person.founding_share = founding_share(person, p)
    person.group = angiogenic_group(person, p)
    _clear_body(own)
    own.primary_clones[0] = person.primary_cells


@device_function
def _clear_person(person):
    """Everything that adds up over the course, to nothing."""
    person.cells_before = person.primary_cells
    person.extension_hazard = 0.0
    person.volume_primary = 0.0
    person.volume_lung = 0.0
    person.volume_brain = 0.0
    person.volume_liver = 0.0
    person.volume_effusion = 0.0
    person.volume_metastases = 0.0
    person.largest_node = 0.0
    person.largest_distant = 0.0
    person.lumen_loss = 0.0
    person.niche = 0.0
    person.permeability = 1.0
    person.returned = 0.0
    person.inhibitor_level = 0.0
    person.first_founder_day = -1.0
    person.doubling_at_5mm = -1.0
    person.extended = 0
    person.switched = 0
    person.stage = 0
    person.alive = -1
    person.cause = -1
    person.care = -1
    person.clone_day = 0.0
    person.clone_cells = person.primary_cells
    person.lesion_count = 0
    person.crowd_count = 0.0
    person.record_days = 0.0
    person.curve_count = 0


@device_function
def _clear_body(own):
    own.primary_clones[:] = 0.0
    own.shed[:, :] = 0.0
    own.sizes[:, :, :] = 0.0
    own.members[:, :, :] = 0.0
    own.nursery[:, :, :] = 0.0
    for site in range(own.sites.shape[0]):
        here = own.sites[site]
        here.top = 0
        here.founders_blood = 0.0
        here.founders_lymph = 0.0
        here.founders_metastases = 0.0
        here.founders_cluster = 0.0
        here.dormant = 0.0
        here.woken = 0.0
        here.established = 0.0
        here.colonised = 0.0
        here.emission = 0.0
        here.volume = 0.0
        here.crowd_count = 0.0
        here.crowd_volume = 0.0
        here.records = 0.0
        here.lesions = 0.0


@device_function
def _live(person, p, fixed, seed, given, routes, own):
    """From the first cell to death or the end of follow-up, step by step; the day is one piece of code for both phases.

    Returns 0, or what the candidate counts against the limit: SILENT if the tumour never presents within the time
    allowed, 1 if it presents in somebody whom the study does not take.
    """
    attempt = 0
    stride = WEEK
    step = 0
    last = int(p.undiagnosed_limit / p.time_step)
    diameter = 0.0
    _restart(person, p, fixed, seed, own)
    found = _start_without_primary(person, p, fixed, seed, routes, own)
    while step < last or found:
        if found:
            found = False
            _read_diagnosis(person, p, routes, own, diameter, step, attempt, seed)
            if not _taken(person, given, seed):
                return 1
            last = step + given.follow_up_steps
        primary_loss, metastasis_loss = _face_the_day(person, p, given.care, diameter, seed, step, own)
        diameter = step_body(person, p, seed, step, attempt, primary_loss, metastasis_loss, routes, own)
        step += 1
        if person.alive < 0 and person.primary_cells <= 0.0:
            attempt += 1
            step = 0
            stride = WEEK
            _restart(person, p, fixed, seed, own)
            continue
        stride = record_curve(person, own, stride, step, routes, diameter, p)
        found = _noticed(person, p, diameter)
        if person.cause >= 0:
            person.alive = 0
            break
        if person.alive < 0 and not found and is_lost(person, p):
            break
    if person.alive < 0:
        return SILENT
    _close(person, p, routes, own, diameter, step, seed)
    return 0


@device_function
def _start_without_primary(person, p, fixed, seed, routes, own):
    """Whether observation starts at once, with injected cells in place of a primary."""
    if fixed.injected_cells > 0.0:
        transplant(person, p, routes, own, fixed, seed)
        person.presentation = 0
        return True
    return False


@device_function
def _noticed(person, p, diameter):
    """Whether the tumour, not found so far, is found today."""
    if person.alive >= 0:
        return False
    person.presentation = presents(person, diameter, p)
    return person.presentation > 0


@device_function
def _taken(person, given, seed):
    """Whether the study takes the person as diagnosed; draws the care that they will get."""
    if not presentation_eligible(person, given.eligibility):
        return False
    choose_care(person, given.care, given.care_shares, seed)
    person.alive = 1
    return person.care < 0 or (given.allowed_care >> person.care) & 1 == 1


@device_function
def _face_the_day(person, p, care, diameter, seed, step, own):
    """Treatment and death before a step after diagnosis; returns the deaths of cells (1/day) of primary, metastases."""
    if person.alive < 0:
        return 0.0, 0.0
    since = step * p.time_step - person.diagnosis_day
    left, primary_loss, metastasis_loss = care_today(person, care, since, diameter, p)
    if left < 1.0:
        # Whole cells, since a few are left to chance; what the surgeon took no longer narrows the trachea.
        person.primary_cells = float(int(person.primary_cells))
        for clone in range(own.primary_clones.shape[0]):
            own.primary_clones[clone] *= left
        person.volume_primary = person.primary_cells / p.cell_density
        diameter = longest_diameter(person.volume_primary, p.shape_factor)
        person.lumen_loss = lumen_loss(diameter, person.lethal_airway, person.extended, p)
    together = fill_hazards(own.hazards, person, diameter, since, p)
    person.cause = dies_of(own.hazards, together, p.time_step, seed, person.person, step)
    return primary_loss, metastasis_loss


@device_function
def _read_diagnosis(person, p, routes, own, diameter, step, attempt, seed):
    person.restarts = attempt
    person.lumen_loss_at_diagnosis = person.lumen_loss
    deep = uniform(seed, person.person, 0, decisions.EXTENSION_DEPTH, 0) < p.deep_extension_share
    examine(person, own.kinetics[0], diameter, step * p.time_step, deep, p)
    mark_lesions(person, own.lesions, p)
    founders, lasting = snapshot(0, own)
    person.founders_at_diagnosis = founders
    person.established_at_diagnosis = lasting
    person.ctc_at_diagnosis = ctc_per_ml(person, p, routes)


@device_function
def _close(person, p, routes, own, diameter, step, seed):
    """Read-outs at death or the end of follow-up."""
    person.last_day = step * p.time_step
    mutate(person, p, own, seed, step)
    person.ctc_at_death = ctc_per_ml(person, p, routes)
    if person.curve_count < own.curves.shape[0]:
        write_curve(person, own, person.last_day, person.ctc_at_death, diameter, p)
    founders, lasting = snapshot(1, own)
    person.founders_at_death = founders
    person.established_at_death = lasting
