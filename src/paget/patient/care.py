"""Care of the era: who gets an operation, radiation or a drug, when, and what it leaves or kills.

At diagnosis one option is drawn for the person. The odds of option i against none are those of the published share of
the person's stage, times exp(-a (ECOG - reference) - c (T4 - reference)): the fit and the resectable are treated
(Marsden2015_24: a third never reach a drug, mainly by rapid deterioration). The steps of the option have planned days;
who dies before, or is too ill on the day (patient/performance.py), does not get them, so that contrasts between treated
and untreated carry their immortal time. The operation leaves a share r of the primary's cells, microscopic (R0, R1) or
gross (R2: Brignardello et al. 2014, doi:10.1089/thy.2014.0004). Radiation kills by the linear-quadratic law,
ln kill = alpha D (1 + d / (alpha/beta)), at an even rate (1/day) over its days, in the primary only; a drug adds a
death rate in primary and metastases. Without a care table nothing happens.
"""

from math import exp

import numpy as np

from paget.body import decisions
from paget.compute import device_function
from paget.compute.random import normal, uniform
from paget.patient.performance import ecog

CARE = np.dtype(
    [
        ("fitness_slope", np.float64),  # ln odds per point of ECOG; 0 for no care
        ("reference_ecog", np.float64),
        ("extension_slope", np.float64),  # ln odds for T4; 0 without an operation
        ("reference_t4", np.float64),  # share of T4 at which the shares hold
        ("ecog_limit", np.float64),
        ("delay_spread", np.float64),  # SD of ln delay
        ("response_spread", np.float64),  # SD of ln kill
        ("operation_delay", np.float64),  # days, median; negative: no operation
        ("maximal_share", np.float64),
        ("maximal_residual", np.float64),  # share of the primary's cells left
        ("partial_residual", np.float64),
        ("radiation_delay", np.float64),  # days, median; negative: no radiation
        ("radiation_days", np.float64),
        ("radiation_kill", np.float64),  # ln kill in all, median
        ("drug_delay", np.float64),  # days, median; negative: no drug
        ("drug_days", np.float64),
        ("drug_loss", np.float64),  # 1/day, median
    ],
    align=True,
)
"""One option of care, as trial/care.py fills it."""

NEVER = -1.0
"""Day of a step that is not planned, or was given up."""

(OPTION, DELAY, MARGIN, RESPONSE) = range(4)
"""Parts of the address of the draws for care."""


@device_function
def choose_care(person, care, shares, seed):
    """Draw the option at diagnosis and plan its steps.

    care: (options,) CARE; shares: (stages, options) probabilities by index of the stage (patient/staging.STAGES). An
    empty table leaves the person without (care -1). Sets care, operation_day, operation_residual, radiation_day,
    drug_day (days after diagnosis, -1: none) and care_response.
    """
    person.care = -1
    person.operation_day = NEVER
    person.operation_residual = 1.0
    person.radiation_day = NEVER
    person.drug_day = NEVER
    person.care_response = 1.0
    if care.shape[0] == 0:
        return
    together = 0.0
    for option in range(care.shape[0]):
        together += care_weight(person, care[option], shares[person.stage, option])
    chance = uniform(seed, person.person, OPTION, decisions.CARE, 0) * together
    for option in range(care.shape[0]):
        weight = care_weight(person, care[option], shares[person.stage, option])
        if weight > 0.0:
            person.care = option
        chance -= weight
        if chance < 0.0:
            break
    _plan_steps(person, care[person.care], seed)


@device_function
def care_weight(person, row, share):
    """Weight of an option for this person: its share at the reference fitness, tilted by ECOG and T4."""
    t4 = 1.0 if person.tumour_category == 4 else 0.0
    tilt = row.fitness_slope * (person.ecog - row.reference_ecog) + row.extension_slope * (t4 - row.reference_t4)
    return share * exp(-tilt)


@device_function
def _plan_steps(person, row, seed):
    """Days and effects of the option's steps; one factor on all delays of a person."""
    number = person.person
    slow = exp(row.delay_spread * normal(seed, number, DELAY, decisions.CARE, 0))
    if row.operation_delay >= 0.0:
        person.operation_day = float(int(row.operation_delay * slow))
        maximal = uniform(seed, number, MARGIN, decisions.CARE, 0) < row.maximal_share
        person.operation_residual = row.maximal_residual if maximal else row.partial_residual
    if row.radiation_delay >= 0.0:
        person.radiation_day = float(int(row.radiation_delay * slow))
    if row.drug_delay >= 0.0:
        person.drug_day = float(int(row.drug_delay * slow))
    person.care_response = exp(row.response_spread * normal(seed, number, RESPONSE, decisions.CARE, 0))


@device_function
def care_today(person, care, day, diameter, p):
    """What the plan does on `day` after diagnosis: share of the primary left, losses (1/day) of primary and metastases.

    Call once a day from the day of diagnosis (0), before the hazards and the growth of that day. diameter: of the
    primary today, mm. An operation changes person.primary_cells itself; its vessels go with it, so that
    person.primary_log_ratio stays.
    """
    if person.care < 0:
        return 1.0, 0.0, 0.0
    row = care[person.care]
    _give_up(person, row, day, diameter, p)
    left = apply_surgery(person, day)
    primary, metastases = care_growth_loss(person, row, day)
    return left, primary, metastases


@device_function
def _give_up(person, row, day, diameter, p):
    """Strike the steps that would begin today if the person is too ill for them."""
    if day != person.operation_day and day != person.radiation_day and day != person.drug_day:
        return
    burden = person.volume_primary + person.volume_metastases
    if ecog(burden, diameter / person.lethal_airway, person.age_years, p) <= row.ecog_limit:
        return
    if day == person.operation_day:
        person.operation_day = NEVER
    if day == person.radiation_day:
        person.radiation_day = NEVER
    if day == person.drug_day:
        person.drug_day = NEVER


@device_function
def apply_surgery(person, day):
    """Share of the primary that today's operation leaves (1 without one); person.primary_cells is cut down to it."""
    if day != person.operation_day:
        return 1.0
    person.primary_cells *= person.operation_residual
    return person.operation_residual


@device_function
def care_growth_loss(person, row, day):
    """Extra loss of cells (1/day) of primary and metastases on `day` after diagnosis."""
    primary = 0.0
    metastases = 0.0
    if person.radiation_day >= 0.0 and 0.0 <= day - person.radiation_day < row.radiation_days:
        primary += row.radiation_kill / row.radiation_days * person.care_response
    if person.drug_day >= 0.0 and 0.0 <= day - person.drug_day < row.drug_days:
        primary += row.drug_loss * person.care_response
        metastases += row.drug_loss * person.care_response
    return primary, metastases


@device_function
def reaches_referral(person, landmark_days):
    """Whether the person lived long enough after diagnosis to be in a referral centre's series; call at the end."""
    return person.alive == 1 or person.last_day - person.diagnosis_day > landmark_days
