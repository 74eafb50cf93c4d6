"""A day on study: lines of treatment, drugs, beams, knife, adverse events before the day's growth; scans after it."""

from math import exp

import numpy as np

from paget.body import decisions
from paget.body.shape import longest_diameter
from paget.compute import device_function
from paget.compute.random import normal
from paget.patient.death import TREATMENT
from paget.patient.eligibility import presentation_eligible
from paget.patient.imaging import Radiology, baseline_scan, clinical_progression, follow_up_scan
from paget.patient.lines import (
    NEVER,
    begins_today,
    end_lines,
    forget,
    on_treatment,
    start_lines,
    tell_lines,
    wait_for_lines,
)
from paget.patient.monitoring import resectable
from paget.patient.performance import ecog
from paget.patient.protocol import (
    ACTIVE,
    CLINICAL_PROGRESSION,
    COMPLETE_RESPONSE,
    PROGRESSION,
    RESECTABLE,
    UNACCEPTABLE_TOXICITY,
)
from paget.patient.recist import CR, PD
from paget.patient.treated import begin_line
from paget.patient.treatment import clear_site, give_doses, irradiate, set_drug_effects, start_treatment, step_drugs
from paget.therapy.supportive_care import (
    airway_relieved,
    fill_factors,
    plan_tracheostomy,
    relieve,
    tracheostomy_setback,
)
from paget.therapy.surgery import NOT_OPERATED, R2, operate
from paget.therapy.toxicity import adverse_events_today, dose_share

ENROLMENT = np.dtype(
    [
        ("delay", np.float64),  # days from diagnosis to the start of treatment, median; negative: nobody is enrolled
        ("spread", np.float64),  # SD of its logarithm
        ("ecog_limit", np.float64),
        ("clock", np.int64),
    ],
    align=True,
)
"""When treatment starts and who is fit for it."""

(FROM_DIAGNOSIS, FROM_ENROLMENT) = range(2)
"""Day 0 of all times. Counted from enrolment, those who die or fall ill before it are no part of the study."""

PRIMARY_SITE = 0
"""Place of the primary's site among the sites (trial/plan.py puts it first)."""


@device_function
def forget_treatment(person):
    """A candidate who has never been treated."""
    person.treated = 0
    person.on_study = 0
    person.enrolment_step = -1
    person.resistant_clone = -1
    person.dead_cells = 0.0
    person.vegf_blockade = 0.0
    person.pd1_blockade = 0.0
    person.capacity_loss = 0.0
    person.drug_invasiveness = 1.0
    person.primary_seen = 0
    person.margin = 0
    person.complications = 0
    person.radiation_given = 0.0
    person.treatment_days = 0.0
    person.relieved_days = 0.0


@device_function
def plan_enrolment(person, enrolment, p, step, seed):
    """Set person.enrolment_step, from the day of diagnosis; -1 where nobody is enrolled."""
    person.enrolment_step = -1
    if enrolment.delay >= 0.0:
        slow = exp(enrolment.spread * normal(seed, person.person, 0, decisions.ENROLMENT, 0))
        person.enrolment_step = step + int(enrolment.delay * slow / p.time_step)


@device_function
def may_start(person, p, given, diameter):
    """Whether the person is fit to start, and eligible as they are today where the study counts from enrolment."""
    status = status_now(person, diameter, p)
    if status > given.enrolment.ecog_limit:
        return False
    if given.enrolment.clock == FROM_DIAGNOSIS:
        return True
    person.ecog = status
    return presentation_eligible(person, given.eligibility)


@device_function
def status_now(person, diameter, p):
    """ECOG performance status today."""
    burden = person.volume_primary + person.volume_metastases
    return ecog(burden, diameter / person.lethal_airway, person.age_years, p)


@device_function
def enrol(person, p, protocol, under, own, diameter, seed):
    """First day on study: baseline scan, empty drug compartments, no line begun."""
    person.on_study = 1
    person.recovered_day = 0.0
    person.tracheostomy_day = NEVER
    start_lines(under.line_states)
    person.event_count = 0
    person.scans_done = 0
    person.first_treatment_day = NEVER
    person.operated_day = NEVER
    person.progression_day = NEVER
    person.clinical_progression_day = NEVER
    person.metastasis_day = NEVER
    person.scan_rows = 0
    person.baselines = 0
    under.imaging[0].scans = 0
    start_treatment(person, p, protocol, under, own, seed)
    for drug in range(under.toxicity.shape[0]):
        under.toxicity[drug].level = 0
        under.toxicity[drug].hold_until = 0.0
        under.toxicity[drug].severe_count = 0
        under.toxicity[drug].stopped = 0
        under.toxicity[drug].line = 0
    under.put_off[:] = 0
    if protocol.scan_days.shape[0] > 0:
        _look_first(person, p, protocol, under, own, 0.0, diameter, seed)


@device_function
def _look_first(person, p, protocol, under, own, day, diameter, seed):
    """A baseline, against which the scans that follow are judged."""
    baseline_scan(person, _radiology(protocol, under, own), day, status_now(person, diameter, p), seed, p)
    person.baselines += 1
    person.scan_rows = under.imaging[0].scans
    if person.baselines == 1:
        person.baseline_sum = under.recist[0].baseline_sum
        person.least_sum = np.inf
        _keep_response(person, under.recist[0])


@device_function
def _keep_response(person, recist):
    """Response against the first baseline."""
    person.best = recist.best
    person.best_confirmed = recist.best_confirmed
    person.response_day = recist.response_day
    person.confirmed_day = recist.confirmed_day


@device_function
def _radiology(protocol, under, own):
    return Radiology(own.lesions, protocol.organs, under.imaging, under.recist, under.scans)


@device_function
def treat(person, p, protocol, under, own, day, diameter, seed, step):
    """What is given on `day` since the start of treatment; returns whether the person dies of it today."""
    died = False
    last_scan, last_look = _looked(protocol.scan_days, person.scans_done)
    wait_for_lines(protocol.lines, under.line_states, day, last_scan, last_look)
    for place in range(protocol.lines.shape[0]):
        if begins_today(under.line_states[place], day, person.recovered_day):
            died = _begin(person, p, protocol, under, own, place, day, diameter, seed, step) or died
    for place in range(protocol.lines.shape[0]):
        here = under.line_states[place]
        if here.status == ACTIVE:
            _give(person, p, protocol, under, own, place, day, seed, step)
    if on_treatment(under.line_states):
        person.treatment_days += p.time_step
    if person.treated:
        step_drugs(person, p, protocol, under, own)
        set_drug_effects(person, p, protocol, under, own)
        died = _suffer(person, protocol, under, own, day, seed) or died
    return died


@device_function
def _begin(person, p, protocol, under, own, place, day, diameter, seed, step):
    """First day of a line: clones of today, the operation if it is one; returns whether the person dies of it."""
    line = protocol.lines[place]
    if person.first_treatment_day < 0.0:
        person.first_treatment_day = day
    under.line_states[place].fractions_left = line.fractions
    begin_line(person, p, own, line, seed, step)
    changed = person.progression_day >= 0.0 or person.clinical_progression_day >= 0.0 or person.operated_day >= 0.0
    if changed and protocol.scan_days.shape[0] > 0:
        # A line after progression or an operation is judged against a baseline of its own, on its first day.
        _look_first(person, p, protocol, under, own, day, diameter, seed)
    if line.surgery_sites == 0:
        return False
    margin, left, complications, recovery, died = operate(person, p, seed, place)
    if margin == NOT_OPERATED:
        return False
    if line.debulking:
        margin, left = R2, max(left, p.partial_resection_residual)
    person.operated_day = day
    person.margin = margin
    person.complications |= complications
    person.recovered_day = day + recovery
    for site in range(own.sites.shape[0]):
        if (line.surgery_sites >> site) & 1:
            clear_site(
                person, p, own, site, PRIMARY_SITE, left, decisions.KNIFE, decisions.KNIFE_LESIONS, seed, step, place
            )
    if protocol.scan_days.shape[0] > 0:
        # What the knife took is no response to judge: what it left is the next baseline.
        _look_first(person, p, protocol, under, own, day, diameter, seed)
    return died == 1


@device_function
def _give(person, p, protocol, under, own, place, day, seed, step):
    """Doses and fractions of a line that is being given."""
    line, here = protocol.lines[place], under.line_states[place]
    give_doses(protocol, under, place, day)
    beam = under.toxicity.shape[0] - 1
    if under.toxicity[beam].stopped:
        here.fractions_left = 0
    weekday = int(day - here.begun_day) % protocol.fractions.shape[1]
    # What falls in a break is given after it: fractions are counted, not their days.
    fractions = min(protocol.fractions[place, weekday], here.fractions_left)
    if fractions == 0 or dose_share(under.toxicity[beam], protocol.dose_rules[beam], day) <= 0.0:
        return
    irradiate(person, p, protocol, own, place, fractions, PRIMARY_SITE, seed, step)
    here.fractions_left -= fractions
    person.radiation_given += line.fraction_dose * fractions
    under.toxicity[beam].line = place
    under.exposures[beam] += line.fraction_dose * fractions / line.reference_rate


@device_function
def _suffer(person, protocol, under, own, day, seed):
    """Adverse events of the day; True where one is fatal."""
    for drug in range(protocol.drugs.shape[0]):
        reference = protocol.actions[drug].reference
        under.exposures[drug] = own.levels[drug] / reference if reference > 0.0 else 0.0
    count, fatal = adverse_events_today(
        protocol.adverse_events, protocol.dose_rules, under.exposures, under.toxicity, person, seed, int(day),
        under.events, person.event_count,
    )  # fmt: skip
    person.event_count = count
    under.exposures[under.exposures.shape[0] - 1] = 0.0
    if fatal:
        person.cause = TREATMENT
        return True
    return False


@device_function
def supported(person, factors, hazards, day, p):
    """Hazards of death with what supportive care leaves of them; returns their sum."""
    fill_factors(factors, person, day, p)
    if airway_relieved(person, day, p):
        person.relieved_days += p.time_step
    return relieve(hazards, factors)


@device_function
def observe(person, p, protocol, under, own, day, diameter, seed):
    """After the day's growth: clinical progression, the scan if one is due, and what it means for the lines.

    day: since the start of treatment, at the end of this step.
    """
    if protocol.scan_days.shape[0] > 0:
        radiology = _radiology(protocol, under, own)
        if clinical_progression(person, radiology, status_now(person, diameter, p), p):
            if person.clinical_progression_day < 0.0:
                person.clinical_progression_day = day
            tell_lines(under.line_states, CLINICAL_PROGRESSION)
        if _due(protocol.scan_days, person.scans_done, day):
            _scan(person, p, under, own, radiology, day, seed)
    _give_up(protocol, under)
    end_lines(protocol.lines, under.line_states, day)
    if plan_tracheostomy(person, day, p):
        person.recovered_day = max(person.recovered_day, day + tracheostomy_setback(p, seed, person.person))


@device_function
def _due(scan_days, done, day):
    """Whether the next scan of the schedule falls on `day`; the first is the baseline."""
    return done + 1 < scan_days.shape[0] and day >= scan_days[done + 1]


@device_function
def _looked(scan_days, done):
    """Day of the last scan made, the baseline included, and whether the schedule holds no further one."""
    if scan_days.shape[0] == 0:
        return NEVER, True
    return scan_days[done], done + 1 >= scan_days.shape[0]


@device_function
def _scan(person, p, under, own, radiology, day, seed):
    """One scan and what it tells the lines."""
    person.scans_done += 1
    response = follow_up_scan(person, radiology, day, seed, p)
    person.scan_rows = under.imaging[0].scans
    if person.baselines == 1:
        _keep_response(person, under.recist[0])
        if person.progression_day < 0.0 and under.recist[0].sum < person.least_sum:
            person.least_sum = under.recist[0].sum
    seen = longest_diameter(person.largest_distant, p.shape_factor) >= p.detection_diameter
    if seen and person.metastasis_day < 0.0 and p.switch_detection > 0.0:
        person.metastasis_day = day
    if response == PD:
        if person.progression_day < 0.0:
            person.progression_day = day
        tell_lines(under.line_states, PROGRESSION)
    if response == CR:
        tell_lines(under.line_states, COMPLETE_RESPONSE)
    if resectable(person, own.lesions, p, seed):
        tell_lines(under.line_states, RESECTABLE)
    else:
        forget(under.line_states, RESECTABLE)


@device_function
def _give_up(protocol, under):
    """Tell each line of which every drug has been stopped for toxicity."""
    for place in range(protocol.lines.shape[0]):
        line = protocol.lines[place]
        if under.line_states[place].status == ACTIVE and line.dosings > 0:
            stopped = True
            for dosing in range(line.first_dosing, line.first_dosing + line.dosings):
                stopped = stopped and under.toxicity[protocol.dosings[dosing].drug].stopped == 1
            if stopped:
                under.line_states[place].seen |= 1 << UNACCEPTABLE_TOXICITY
