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
from paget.patient.day import angiogenic_group, bring_clones_up_to_date, step_body
from paget.patient.death import TREATMENT, dies_of, fill_hazards
from paget.patient.diagnosis import examine, is_lost, presents
from paget.patient.eligibility import presentation_eligible, traits_eligible
from paget.patient.genotype import draw_genotype
from paget.patient.monitoring import cell_deaths, ctdna_per_ml
from paget.patient.on_study import (
    FROM_DIAGNOSIS,
    FROM_ENROLMENT,
    enrol,
    forget_treatment,
    may_start,
    observe,
    plan_enrolment,
    supported,
    treat,
)
from paget.patient.primary import set_kinetics
from paget.patient.protocol import Protocol, Treated
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
    any_of: Any  # masks of alterations, of each of which one is asked for
    follow_up_steps: Any
    enrolment: Any  # ENROLMENT
    landmark_days: Any
    frequencies: Any  # (alterations,)
    exclusive: Any  # (alterations,)
    genotype_rule: Any  # GENOTYPE_RULE
    clones: Any  # (classes, 2) phenotypes
    clone_of_genotype: Any  # (genotypes,)


WEEK = 7
"""Days between two points of a time course, until it is thinned."""

OK, NOT_FINITE, NO_CANDIDATE = int(Status.OK), int(Status.NOT_FINITE), int(Status.NO_CANDIDATE)
"""Values of status[i] as plain integers for compiled code."""


@kernel
def untreated_course(
    i, seed, first, follow_up_steps, parameters, fixed, genotype_rule, eligibility, any_of, frequencies, exclusive,
    clones, clone_of_genotype, lodged_total, destination, cluster_sizes, entry_shares, flowing, clone_rates,
    clone_costs, clone_parents, clone_traits, care, care_shares, allowed_care, landmark_days, enrolment, persons, sites,
    kinetics, transitions, size_law, nursery, following, sizes, members, lesions, primary_clones, lesion_clones,
    clone_work, volumes, hazards, shed, shed_kept, micro, cascade, curves, drug_effects, effects, levels, status,
):  # fmt: skip
    """Fill row i of every output where nobody is treated; see trial/cohort.py for shapes.

    The same functions as `course`, without those of treatment: half as much to compile.
    """
    routes = Routes(lodged_total, destination, cluster_sizes, entry_shares, flowing)
    own = Workspace(
        sites[i], kinetics[i], transitions[i], size_law[i], nursery[i], following[i], sizes[i], members[i], lesions[i],
        primary_clones[i], lesion_clones[i], clone_work[i], clone_rates, clone_costs, clone_parents, volumes[i],
        hazards[i], clone_traits, drug_effects[i], effects[i], levels[i],
        shed[i], shed_kept[i], micro[i], cascade[i], curves[i],
    )  # fmt: skip
    given = Given(
        care, care_shares, allowed_care, eligibility[0], any_of, follow_up_steps, enrolment[0], landmark_days,
        frequencies, exclusive, genotype_rule[0], clones, clone_of_genotype,
    )  # fmt: skip
    status[i] = _fill_place(persons[i], first + i, parameters[0], fixed[0], seed, given, None, None, routes, own)


@kernel
def course(
    i, seed, first, follow_up_steps, parameters, fixed, genotype_rule, eligibility, any_of, frequencies, exclusive,
    clones, clone_of_genotype, lodged_total, destination, cluster_sizes, entry_shares, flowing, clone_rates,
    clone_costs, clone_parents, clone_traits, care, care_shares, allowed_care, landmark_days, enrolment, persons, sites,
    kinetics, transitions, size_law, nursery, following, sizes, members, lesions, primary_clones, lesion_clones,
    clone_work, volumes, hazards, shed, shed_kept, micro, cascade, curves, drug_effects, effects, levels, lines,
    dosings, hours, calendar, fractions, drugs, actions, cytotoxics, response, points, classes, adverse_events,
    dose_rules, scan_days, organs, line_states, dispositions, inputs, modes, substeps, occupancies, exposures, toxicity,
    events, imaging, recist, scans, factors, put_off, status,
):  # fmt: skip
    """Fill row i of every output, under treatment; see trial/cohort.py for shapes."""
    routes = Routes(lodged_total, destination, cluster_sizes, entry_shares, flowing)
    own = Workspace(
        sites[i], kinetics[i], transitions[i], size_law[i], nursery[i], following[i], sizes[i], members[i], lesions[i],
        primary_clones[i], lesion_clones[i], clone_work[i], clone_rates, clone_costs, clone_parents, volumes[i],
        hazards[i], clone_traits, drug_effects[i], effects[i], levels[i],
        shed[i], shed_kept[i], micro[i], cascade[i], curves[i],
    )  # fmt: skip
    given = Given(
        care, care_shares, allowed_care, eligibility[0], any_of, follow_up_steps, enrolment[0], landmark_days,
        frequencies, exclusive, genotype_rule[0], clones, clone_of_genotype,
    )  # fmt: skip
    protocol = Protocol(
        lines, dosings, hours, calendar, fractions, drugs, actions, cytotoxics, response, points, classes,
        adverse_events, dose_rules, scan_days, organs,
    )  # fmt: skip
    under = Treated(
        line_states[i], dispositions[i], inputs[i], modes[i], substeps[i], occupancies[i], exposures[i],
        toxicity[i], events[i], imaging[i], recist[i], scans[i], factors[i], put_off[i],
    )  # fmt: skip
    status[i] = _fill_place(persons[i], first + i, parameters[0], fixed[0], seed, given, protocol, under, routes, own)


@device_function
def _fill_place(person, place, p, fixed, seed, given, protocol, under, routes, own):
    """Live the candidates of a place in turn until one is eligible; returns the status.

    protocol, under: None where nobody is treated, here and in all that follows.
    """
    simulated = 0
    for candidate in range(CANDIDATE_LIMIT):
        person.person = candidate * PLACE_LIMIT + place
        person.candidates = candidate + 1
        draw_traits(person, p, fixed, seed)
        person.genotype = draw_genotype(
            given.frequencies, given.exclusive, given.genotype_rule.required, given.genotype_rule.forbidden, seed,
            person.person,
        )  # fmt: skip
        if not traits_eligible(person, given.eligibility, given.any_of):
            continue
        _prepare(person, p, own, given.clones, given.clone_of_genotype, seed)
        refused = _live(person, p, fixed, seed, given, protocol, under, routes, own)
        if refused == 0 and reaches_referral(person, given.landmark_days):
            return OK if isfinite(person.last_day + person.primary_cells) else NOT_FINITE
        simulated += max(refused, 1)
        if simulated >= SIMULATED_LIMIT:
            break
    return NO_CANDIDATE


@device_function
def _prepare(person, p, own, clones, clone_of_genotype, seed):
    """Phenotype, kinetics and host of a new candidate."""
    person.clone = clone_of_genotype[person.genotype]
    oxic, hypoxic = clones[person.clone, 0], clones[person.clone, 1]
    set_kinetics(own.kinetics[0], person, p, p.vascular_limit)
    for group in range(GROUPS):
        set_kinetics(own.kinetics[1 + group], person, p, p.metastasis_vascular_limit)
    for place in range(1 + GROUPS):
        own.kinetics[place].untreated_rate *= oxic.proliferation
        own.kinetics[place].unbraked_rate = own.kinetics[place].untreated_rate
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
    forget_treatment(person)
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
def _live(person, p, fixed, seed, given, protocol, under, routes, own):
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
            if not _taken(person, given, p, step, seed):
                return 1
            last = _last_step(person, given, step)
        if step == person.enrolment_step and not _started(
            person, p, given, protocol, under, routes, own, diameter, seed, step
        ):
            return 1
        diameter = _one_day(person, p, seed, step, attempt, diameter, given, protocol, under, routes, own)
        step += 1
        if person.alive < 0 and person.primary_cells <= 0.0:
            attempt += 1
            step = 0
            stride = WEEK
            _restart(person, p, fixed, seed, own)
            continue
        stride = record_curve(person, own, stride, step, routes, diameter, p)
        found = _noticed(person, p, diameter)
        if person.cause >= 0 or (person.alive < 0 and not found and is_lost(person, p)):
            break
    return _end(person, p, given, under, routes, own, diameter, step, seed)


@device_function
def _end(person, p, given, under, routes, own, diameter, step, seed):
    """Read-outs at the end of a life or of follow-up; returns as `_live` does."""
    if person.alive < 0:
        return SILENT
    if person.cause >= 0:
        person.alive = 0
        if given.enrolment.clock == FROM_ENROLMENT and not person.on_study:
            person.lost_before_start += 1
            return 1
    _close(person, p, routes, own, diameter, step, seed, under)
    return 0


@device_function
def _one_day(person, p, seed, step, attempt, diameter, given, protocol, under, routes, own):
    """Treatment, death and growth of one step, then what is seen of it; returns the primary's diameter (mm)."""
    primary_loss, metastasis_loss = _face_the_day(person, p, given, protocol, under, diameter, seed, step, own)
    diameter = step_body(person, p, seed, step, attempt, primary_loss, metastasis_loss, routes, own, under)
    if under is not None:
        if person.on_study and person.cause < 0:
            day = (step + 1 - person.enrolment_step) * p.time_step
            observe(person, p, protocol, under, own, day, diameter, seed)
    return diameter


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
def _taken(person, given, p, step, seed):
    """Whether the study takes the person as diagnosed; draws the care that they will get, and when treatment starts."""
    counted = given.enrolment.clock == FROM_DIAGNOSIS or given.enrolment.delay < 0.0
    choose_care(person, given.care, given.care_shares, seed)
    refused = counted and not presentation_eligible(person, given.eligibility)
    if refused or (person.care >= 0 and (given.allowed_care >> person.care) & 1 == 0):
        person.refused_at_diagnosis += 1
        return False
    person.alive = 1
    plan_enrolment(person, given.enrolment, p, step, seed)
    return True


@device_function
def _last_step(person, given, step):
    """Step at which observation ends, from the day of diagnosis."""
    if person.enrolment_step >= 0 and given.enrolment.clock == FROM_ENROLMENT:
        return person.enrolment_step + given.follow_up_steps
    return step + given.follow_up_steps


@device_function
def _started(person, p, given, protocol, under, routes, own, diameter, seed, step):
    """Start treatment today; False where the person is then no part of the study."""
    person.enrolment_day = step * p.time_step
    if may_start(person, p, given, diameter):
        if under is not None:
            person.ctdna_at_start = ctdna_per_ml(cell_deaths(person, own), p)
            person.ctc_at_start = ctc_per_ml(person, p, routes)
            enrol(person, p, protocol, under, own, diameter, seed)
        return True
    if given.enrolment.clock == FROM_DIAGNOSIS:
        return True
    person.refused_at_start += 1
    return False


@device_function
def _face_the_day(person, p, given, protocol, under, diameter, seed, step, own):
    """Treatment and death before a step after diagnosis; returns the deaths of cells (1/day) of primary, metastases."""
    if person.alive < 0:
        return 0.0, 0.0
    since = step * p.time_step - person.diagnosis_day
    left, primary_loss, metastasis_loss = care_today(person, given.care, since, diameter, p)
    if left < 1.0:
        # Whole cells, since a few are left to chance; what the surgeon took no longer narrows the trachea.
        person.primary_cells = float(int(person.primary_cells))
        for clone in range(own.primary_clones.shape[0]):
            own.primary_clones[clone] *= left
        person.volume_primary = person.primary_cells / p.cell_density
        diameter = longest_diameter(person.volume_primary, p.shape_factor)
        person.lumen_loss = lumen_loss(diameter, person.lethal_airway, person.extended, p)
    together = fill_hazards(own.hazards, person, diameter, since, p)
    if under is not None:
        if person.on_study:
            day = (step - person.enrolment_step) * p.time_step
            fatal = treat(person, p, protocol, under, own, day, diameter, seed, step)
            together = supported(person, under.factors, own.hazards, day, p)
            if fatal:
                person.cause = TREATMENT
                return primary_loss, metastasis_loss
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
    person.ctdna_at_diagnosis = ctdna_per_ml(cell_deaths(person, own), p)


@device_function
def _close(person, p, routes, own, diameter, step, seed, under):
    """Read-outs at death or the end of follow-up."""
    person.last_day = step * p.time_step
    bring_clones_up_to_date(person, p, own, seed, step, under)
    person.ctc_at_death = ctc_per_ml(person, p, routes)
    if person.curve_count < own.curves.shape[0]:
        write_curve(person, own, person.last_day, person.ctc_at_death, diameter, p)
    founders, lasting = snapshot(1, own)
    person.founders_at_death = founders
    person.established_at_death = lasting
