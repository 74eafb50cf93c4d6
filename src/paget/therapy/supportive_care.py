"""Supportive care: a tube past the obstructed trachea, nutrition, and what they leave of the hazards of death.

    hazard of cause j:  h_j f_j,     f = 1 but for
        airway     f = share left once the tube is in place      switch `airway_management`
        cachexia   f = hazard ratio of nutritional support       switch `nutrition`

The policy of the airway says when a tracheostomy is made: never, once breath fails at rest (emergency), or once it
fails on exertion (elective). It follows after a delay. Complications are common, mostly mucus plugs and
displacement, and set the next line of treatment back (radiation is delayed: Hoelting et al. 1989,
doi:10.1007/BF01261613); none of 36 with a hypopharyngeal carcinoma died of it (doi:10.3892/etm.2024.12677). A tube
does not change the tumour. Best supportive care is both policies without any line against the tumour; what it
relieves is recorded as days on which a tube carries the breath (`airway_relieved`).
Switches scale the ln of the factors; `airway_management` off: no tracheostomy.
"""

from paget.body import decisions
from paget.compute import device_function
from paget.compute.random import uniform

SWITCHES = ("airway_management", "nutrition")
"""Mechanisms whose factor this part reads as ``p.switch_<name>``."""

UNITS: dict[str, str] = {
    "airway_policy": "1",
    "airway_loss_at_rest": "1",
    "airway_loss_on_exertion": "1",
    "tracheostomy_delay": "d",
    "tracheostomy_airway_factor": "1",
    "tracheostomy_complication_emergency": "1",
    "tracheostomy_complication_elective": "1",
    "tracheostomy_setback": "d",
    "nutrition_support": "1",
    "nutrition_cachexia_factor": "1",
}
"""Symbol -> unit in which the course reads it."""

(NO_TRACHEOSTOMY, EMERGENCY, ELECTIVE) = range(3)
"""Policies of the airway, values of `airway_policy`."""

(AIRWAY, _LUNG, _BRAIN, _LIVER, _EFFUSION, CACHEXIA, _HAEMORRHAGE, _OTHER, TREATMENT) = range(9)
"""Places of the causes in the hazards (patient/death.CAUSES)."""

NEVER = -1.0
"""Day of a tracheostomy that is not planned."""


@device_function
def needs_tracheostomy(person, p):
    """Whether the policy calls for a tube at the person's present loss of tracheal lumen (person.lumen_loss)."""
    if p.switch_airway_management <= 0.0 or p.airway_policy == NO_TRACHEOSTOMY:
        return False
    limit = p.airway_loss_at_rest if p.airway_policy == EMERGENCY else p.airway_loss_on_exertion
    return person.lumen_loss >= limit


@device_function
def plan_tracheostomy(person, day, p):
    """Set person.tracheostomy_day where a tube is needed and none is planned; call daily. True on the day it is set."""
    if person.tracheostomy_day != NEVER or not needs_tracheostomy(person, p):
        return False
    person.tracheostomy_day = day + p.tracheostomy_delay
    return True


@device_function
def has_tube(person, day):
    """Whether the tube is in place on `day`."""
    return person.tracheostomy_day != NEVER and day >= person.tracheostomy_day


@device_function
def tracheostomy_setback(p, seed, number):
    """Days by which a complication of the tracheostomy sets the next line back; 0 without one."""
    emergency = p.airway_policy == EMERGENCY
    chance = p.tracheostomy_complication_emergency if emergency else p.tracheostomy_complication_elective
    if uniform(seed, number, 0, decisions.TRACHEOSTOMY, 0) >= chance:
        return 0.0
    return p.tracheostomy_setback


@device_function
def airway_relieved(person, day, p):
    """Whether on `day` a tube carries the breath of a person whose trachea would fail at rest."""
    return has_tube(person, day) and person.lumen_loss >= p.airway_loss_at_rest


@device_function
def fill_factors(factors, person, day, p):
    """Factors on the hazards by cause into `factors`, shape (len(patient/death.CAUSES),).

    nutrition_support: 0 none, 1 given (between: the share of the effect, on the ln scale).
    """
    for cause in range(factors.shape[0]):
        factors[cause] = 1.0
    if has_tube(person, day):
        factors[AIRWAY] = p.tracheostomy_airway_factor**p.switch_airway_management
    factors[CACHEXIA] = p.nutrition_cachexia_factor ** (p.switch_nutrition * p.nutrition_support)


@device_function
def relieve(hazards, factors):
    """Multiply the hazards (1/day) by the factors, in place; returns their new sum."""
    together = 0.0
    for cause in range(hazards.shape[0]):
        hazards[cause] *= factors[cause]
        together += hazards[cause]
    return together
