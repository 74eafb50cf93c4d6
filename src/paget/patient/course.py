"""The daily loop: one person after another, from the first cancer cell to death or the end of follow-up.

`course` is the one kernel of the body scale. Index i is a place in the study; candidates for the place are simulated in
turn until one is eligible, so that a place's person doesn't depend on any other place.
"""

from math import isfinite, log

import numpy as np

from paget.body import decisions
from paget.body.extrathyroidal_extension import hazard
from paget.body.nursery import prepare_transitions
from paget.body.shape import longest_diameter
from paget.compute import device_function, kernel
from paget.compute.random import uniform
from paget.compute.status import Status
from paget.patient.death import dies_of, fill_hazards
from paget.patient.diagnosis import examine, presents
from paget.patient.eligibility import presentation_eligible, traits_eligible
from paget.patient.genotype import draw_genotype
from paget.patient.primary import mean_cells, set_kinetics, step_primary
from paget.patient.snapshot import ctc_per_ml, mark_lesions, record_curve, snapshot, write_curve
from paget.patient.spread import found, founders_per_cell_day, shed_today, step_large, step_small
from paget.patient.traits import draw_traits
from paget.patient.workspace import Routes, Workspace

PLACE_LIMIT = 2**20
"""Places in a study; a person's number is candidate * PLACE_LIMIT + place and fits in 32 bits."""

CANDIDATE_LIMIT = 2**12
"""Candidates examined for one place before the eligibility counts as met by nobody."""

SIMULATED_LIMIT = 2**8
"""Candidates whose tumour is grown to diagnosis for one place before giving up."""

FIXED = np.dtype(
    [
        ("female", np.float64),
        ("age_years", np.float64),
        ("diameter_mm", np.float64),
        ("start_cells", np.float64),
        ("start_capacity", np.float64),  # mm^3
    ],
    align=True,
)
"""Traits that the scenario prescribes; NaN: drawn, and a start from one cell with the avascular capacity."""

GENOTYPE_RULE = np.dtype([("required", np.int64), ("forbidden", np.int64)], align=True)

WEEK = 7
"""Days between two points of a time course, until it is thinned."""

OK, NOT_FINITE, NO_CANDIDATE = int(Status.OK), int(Status.NOT_FINITE), int(Status.NO_CANDIDATE)
"""Values of status[i] as plain integers for compiled code."""


@kernel
def course(
    i, seed, first, follow_up_days, parameters, fixed, genotype_rule, eligibility, any_of, frequencies, exclusive,
    clones, clone_of_genotype, lodged, entry_shares, circulation_days, persons, sites, kinetics, transitions, size_law,
    nursery, following, classes, lesions, volumes, hazards, micro, cascade, curves, status,
):  # fmt: skip
    """Fill row i of every output; see trial/cohort.py for shapes."""
    p = parameters[0]
    person = persons[i]
    routes = Routes(lodged, entry_shares, circulation_days)
    own = Workspace(
        sites[i], kinetics[i], transitions[i], size_law[i], nursery[i], following[i], classes[i], lesions[i],
        volumes[i], hazards[i], micro[i], cascade[i], curves[i],
    )  # fmt: skip
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
        _prepare(person, p, own, clones, clone_of_genotype, lodged)
        simulated += 1
        if _live_until_diagnosis(person, p, fixed[0], seed, routes, own) and presentation_eligible(
            person, eligibility[0]
        ):
            _live_until_death(person, p, seed, follow_up_days, routes, own)
            status[i] = OK if isfinite(person.last_day + person.primary_cells) else NOT_FINITE
            break
        if simulated >= SIMULATED_LIMIT:
            break


@device_function
def _prepare(person, p, own, clones, clone_of_genotype, lodged):
    """Phenotype, kinetics and rates of a new candidate."""
    set_kinetics(own.kinetics[0], person, p, p.vascular_limit)
    set_kinetics(own.kinetics[1], person, p, p.metastasis_vascular_limit)
    person.clone = clone_of_genotype[person.genotype]
    phenotype = clones[person.clone]
    for place in range(2):
        own.kinetics[place].unbraked_rate *= phenotype.proliferation
    person.invasiveness = phenotype.invasiveness
    person.founder_rate = founders_per_cell_day(person, lodged, p)
    prepare_transitions(own.transitions, own.size_law, own.kinetics[1], 1.0)


@device_function
def _restart(person, p, fixed, own):
    """Back to the first cells and an empty body."""
    person.primary_cells = fixed.start_cells if fixed.start_cells >= 1.0 else 1.0
    capacity = fixed.start_capacity if fixed.start_capacity > 0.0 else p.avascular_capacity
    person.primary_log_ratio = log(capacity * p.cell_density / person.primary_cells)
    person.extension_hazard = 0.0
    person.shed_blood = 0.0
    person.shed_lymph = 0.0
    person.volume_primary = 0.0
    person.volume_lung = 0.0
    person.volume_brain = 0.0
    person.volume_liver = 0.0
    person.volume_effusion = 0.0
    person.volume_metastases = 0.0
    person.largest_node = 0.0
    person.largest_distant = 0.0
    person.first_founder_day = -1.0
    person.doubling_at_5mm = -1.0
    person.extended = 0
    person.stage = 0
    person.lesion_count = 0
    person.crowd_count = 0.0
    person.record_days = 0.0
    person.curve_count = 0
    for site in range(own.sites.shape[0]):
        own.sites[site].top = 0
        own.sites[site].founders_blood = 0.0
        own.sites[site].founders_lymph = 0.0
        own.sites[site].established = 0.0
        own.sites[site].colonised = 0.0
        own.sites[site].crowd_count = 0.0
        own.sites[site].crowd_volume = 0.0
        own.sites[site].records = 0.0
        own.sites[site].lesions = 0.0
        own.nursery[site, :, :] = 0.0
        own.classes[site, :, :] = 0.0


@device_function
def _step_day(person, p, seed, day, attempt, routes, own):
    """Advance the whole body by one day; returns the longest diameter of the primary (mm)."""
    before = person.primary_cells
    step_primary(person, own.kinetics[0], p, attempt, seed, day)
    living = mean_cells(before, person.primary_cells)
    # Large before small: a lesion that gets its own record today has grown today already.
    step_large(person, own)
    step_small(person, own, seed, day)
    found(person, own.sites, own.nursery, routes.lodged, living, seed, day)
    shed = shed_today(person, living, p)
    person.shed_blood += shed * routes.entry_shares[0]
    person.shed_lymph += shed * routes.entry_shares[1]
    person.volume_primary = person.primary_cells / p.cell_density
    diameter = longest_diameter(person.volume_primary, p.shape_factor)
    if not person.extended:
        _extend(person, p)
    return diameter


@device_function
def _extend(person, p):
    person.extension_hazard += p.switch_extrathyroidal_extension * hazard(
        person.volume_primary, p.extension_rate, person.invasiveness, p.millilitre
    )
    if person.extension_hazard >= person.extension_susceptibility:
        person.extended = 1


@device_function
def _live_until_diagnosis(person, p, fixed, seed, routes, own):
    """Grow from one cell until the tumour presents; False if it never does within the limit."""
    attempt = 0
    stride = WEEK
    _restart(person, p, fixed, own)
    day = 0
    while day < p.undiagnosed_limit:
        diameter = _step_day(person, p, seed, day, attempt, routes, own)
        day += 1
        if person.primary_cells <= 0.0:
            attempt += 1
            day = 0
            stride = WEEK
            _restart(person, p, fixed, own)
            continue
        stride = record_curve(person, own.curves, stride, day, routes, diameter, p)
        person.presentation = presents(person, diameter, p)
        if person.presentation > 0:
            deep = uniform(seed, person.person, 0, decisions.EXTENSION_DEPTH, 0) < p.deep_extension_share
            examine(person, own.kinetics[0], diameter, day, deep, p)
            _read_diagnosis(person, p, routes, own)
            person.restarts = attempt
            return True
    return False


@device_function
def _read_diagnosis(person, p, routes, own):
    mark_lesions(person, own.lesions, p)
    founders, lasting = snapshot(0, own)
    person.founders_at_diagnosis = founders
    person.established_at_diagnosis = lasting
    person.shed_blood_at_diagnosis = person.shed_blood
    person.shed_lymph_at_diagnosis = person.shed_lymph
    person.ctc_at_diagnosis = ctc_per_ml(person, p, routes)


@device_function
def _live_until_death(person, p, seed, follow_up_days, routes, own):
    """From diagnosis to death or the end of follow-up, day by day."""
    start = int(person.diagnosis_day)
    stride = WEEK
    person.alive = 1
    person.cause = -1
    end = start + follow_up_days
    day = start
    diameter = person.diameter_at_diagnosis
    while day < end and person.alive:
        together = fill_hazards(own.hazards, person, diameter, float(day - start), p)
        person.cause = dies_of(own.hazards, together, 1.0, seed, person.person, day)
        diameter = _step_day(person, p, seed, day, 0, routes, own)
        day += 1
        stride = record_curve(person, own.curves, stride, day, routes, diameter, p)
        if person.cause >= 0:
            person.alive = 0
    person.last_day = float(day)
    person.ctc_at_death = ctc_per_ml(person, p, routes)
    if person.curve_count < own.curves.shape[0]:
        write_curve(person, own.curves, day, person.ctc_at_death, diameter, p)
    founders, lasting = snapshot(1, own)
    person.founders_at_death = founders
    person.established_at_death = lasting
