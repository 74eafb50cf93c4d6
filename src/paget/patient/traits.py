"""What differs between people before their tumour starts: age, sex, tempo, susceptibility, lethal loads."""

from math import exp, log

from paget.body import decisions
from paget.compute import device_function
from paget.compute.random import exponential, normal, uniform

(AIRWAY, LUNG, BRAIN, LIVER, EFFUSION, TOTAL, HAEMORRHAGE) = range(7)
"""Loads that kill, in the order of their addresses (and of patient/death.CAUSES)."""


@device_function
def draw_traits(person, p, fixed, seed):
    """Fill a PERSON record's traits for the person whose number stands in it.

    `fixed` is the record of traits that the scenario prescribes (NaN: draw). p: PARAMETERS. Lognormals have the
    record's
    value as median and its spread as SD of the logarithm.
    """
    number = person.person
    person.female = int(uniform(seed, number, 0, decisions.SEX, 0) < p.female_share)
    if fixed.female >= 0.0:
        person.female = int(fixed.female)
    person.age_years = _age(p, number, seed)
    if fixed.age_years >= 0.0:
        person.age_years = fixed.age_years
    person.time_scale = exp(p.time_scale_spread * normal(seed, number, 0, decisions.TIME_SCALE, 0))
    person.seeding_scale = exp(p.seeding_spread * normal(seed, number, 0, decisions.SEEDING_SCALE, 0))
    person.presentation_diameter = p.presentation_diameter * exp(
        p.presentation_spread * normal(seed, number, 0, decisions.PRESENTATION_DIAMETER, 0)
    )
    person.size_prescribed = int(fixed.diameter_mm >= 0.0)
    if fixed.diameter_mm >= 0.0:
        person.presentation_diameter = fixed.diameter_mm
    person.extension_susceptibility = exponential(seed, number, 0, decisions.EXTENSION, 0)
    _draw_lethal_loads(person, p, number, seed)


@device_function
def _age(p, number, seed):
    """Normal age, redrawn until inside the range (bounded; then clipped)."""
    age = p.age_mean
    for attempt in range(2**6):
        age = p.age_mean + p.age_sd * normal(seed, number, 0, decisions.AGE, attempt)
        if p.age_minimum <= age <= p.age_maximum:
            return age
    return min(max(age, p.age_minimum), p.age_maximum)


@device_function
def _lethal_load(median, spread, number, cause, seed):
    return exp(log(median) + spread * normal(seed, number, cause, decisions.LETHAL_LOAD, 0))


@device_function
def _draw_lethal_loads(person, p, number, seed):
    other = p.lethal_other_spread
    person.lethal_airway = _lethal_load(p.lethal_airway_diameter, p.lethal_airway_spread, number, AIRWAY, seed)
    person.lethal_lung = _lethal_load(p.lethal_lung_volume, p.lethal_lung_spread, number, LUNG, seed)
    person.lethal_brain = _lethal_load(p.lethal_brain_volume, other, number, BRAIN, seed)
    person.lethal_liver = _lethal_load(p.lethal_liver_volume, other, number, LIVER, seed)
    person.lethal_effusion = _lethal_load(p.lethal_effusion_volume, other, number, EFFUSION, seed)
    person.lethal_total = _lethal_load(p.lethal_total_volume, other, number, TOTAL, seed)
    person.lethal_haemorrhage = _lethal_load(
        p.lethal_haemorrhage_diameter, p.lethal_airway_spread, number, HAEMORRHAGE, seed
    )
