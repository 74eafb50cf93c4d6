"""Operation on the primary: how much of it stays, what goes wrong, and how long recovery takes.

    reach:   confined to the thyroid | grown through its capsule | into the structures beyond the muscles (T4)
    margin:  R2 with the chance of the reach, else R0 with the chance of the reach, else R1
    share of the cells left:  R0: none with the chance `clear_resection_share`, else its residual
                              R1, R0 not clear: residual x exp(spread z), at most 1;   R2: its residual

Complications are drawn one by one: nerve palsy (more often in T4; times the risk ratio of neurological monitoring),
haematoma, hypocalcaemia, death in hospital. Only the primary is operated: metastases and founders that left before
stay, so that an operation cures neither a metastatic patient nor one with founders elsewhere. The vessels of what is
removed go with it (the ratio K / V stays), and with the volume goes the inhibitor that it sends into blood
(body/systemic_inhibitor.py). Pure draws: the caller applies them.
Sources: gross residual, Brignardello et al. 2014; complications, medullary carcinoma in two European registries
(PMC10364906); deaths, UK registry (10 of 157 with anaplastic carcinoma); monitoring, PMC5958090.
Switch `surgery` scales the ln of the share left, the chances and the days.
"""

from math import exp

from paget.body import decisions
from paget.compute import device_function
from paget.compute.random import normal, uniform

SWITCHES = ("surgery",)
"""Mechanisms whose factor this part reads as ``p.switch_<name>``."""

UNITS: dict[str, str] = {
    "gross_residual_confined": "1",
    "gross_residual_extended": "1",
    "gross_residual_infiltrating": "1",
    "free_margin_confined": "1",
    "free_margin_extended": "1",
    "free_margin_infiltrating": "1",
    "clear_resection_share": "1",
    "free_margin_residual": "1",
    "maximal_resection_residual": "1",
    "partial_resection_residual": "1",
    "resection_residual_spread": "1",
    "nerve_palsy": "1",
    "nerve_palsy_infiltrating": "1",
    "nerve_monitoring": "1",
    "nerve_monitoring_ratio": "1",
    "surgical_haematoma": "1",
    "surgical_hypocalcaemia": "1",
    "surgical_mortality": "1",
    "surgical_recovery": "d",
    "surgical_setback": "d",
}
"""Symbol -> unit in which the course reads it."""

(NOT_OPERATED, R0, R1, R2) = range(4)
"""Margins as `operate` returns them (UICC residual tumour classification)."""

MARGINS = ("", "R0", "R1", "R2")

(CONFINED, EXTENDED, INFILTRATING) = range(3)
"""How far the primary reaches."""

NO_COMPLICATION = 0
HYPOCALCAEMIA = 1
NERVE_PALSY = 2
HAEMATOMA = 4
"""Complications as bits of one code."""

T4 = 4
"""Index of T4 among the tumour categories (patient/staging.py)."""

(_GROSS, _FREE, _CLEAR, _RESIDUAL, _NERVE, _HAEMATOMA, _CALCIUM, _DEATH) = range(8)
"""Parts of the address of the draws; a person's lines are its steps."""


@device_function
def reach(person):
    """CONFINED, EXTENDED or INFILTRATING: T4 at diagnosis, else whether the primary has passed the capsule by now."""
    if person.tumour_category == T4:
        return INFILTRATING
    return EXTENDED if person.extended else CONFINED


@device_function
def margin_chances(person, p):
    """(chance of gross residual tumour, chance of a free margin where there is none) for the person's reach."""
    extent = reach(person)
    if extent == CONFINED:
        return p.gross_residual_confined, p.free_margin_confined
    if extent == EXTENDED:
        return p.gross_residual_extended, p.free_margin_extended
    return p.gross_residual_infiltrating, p.free_margin_infiltrating


@device_function
def operate(person, p, seed, line):
    """(margin, share of the primary's cells left, complications, recovery in days, died) of the operation of `line`.

    person: person (number), tumour_category, extended; line: whole number, the step of the address; margin: R0, R1,
    R2, NOT_OPERATED with the switch off; share 0: nothing is left, so that the primary is gone for good; complications:
    bits; died: 1 for death in hospital. Apply the share to the cells, keep ln(K / V), and begin the next line after
    the recovery at the earliest.
    """
    if p.switch_surgery <= 0.0:
        return NOT_OPERATED, 1.0, NO_COMPLICATION, 0.0, 0
    number = person.person
    gross, free = margin_chances(person, p)
    margin = R2
    if uniform(seed, number, _GROSS, decisions.SURGERY, line) >= gross:
        margin = R0 if uniform(seed, number, _FREE, decisions.SURGERY, line) < free else R1
    left = _share_left(margin, p, seed, number, line) ** p.switch_surgery
    complications = _complications(person, p, seed, line)
    days = p.surgical_recovery
    if complications & (NERVE_PALSY | HAEMATOMA):
        days += p.surgical_setback
    died = uniform(seed, number, _DEATH, decisions.SURGERY, line) < p.switch_surgery * p.surgical_mortality
    return margin, left, complications, p.switch_surgery * days, 1 if died else 0


@device_function
def _share_left(margin, p, seed, number, line):
    """Share of the primary's cells that the operation leaves, in [0, 1]."""
    if margin == R2:
        return p.partial_resection_residual
    if margin == R0 and uniform(seed, number, _CLEAR, decisions.SURGERY, line) < p.clear_resection_share:
        return 0.0
    median = p.free_margin_residual if margin == R0 else p.maximal_resection_residual
    spread = p.resection_residual_spread * normal(seed, number, _RESIDUAL, decisions.SURGERY, line)
    return min(1.0, median * exp(spread))


@device_function
def nerve_palsy_chance(person, p):
    """Chance of a palsy of a recurrent laryngeal nerve, with or without monitoring (share `nerve_monitoring`)."""
    chance = p.nerve_palsy_infiltrating if reach(person) == INFILTRATING else p.nerve_palsy
    return chance * (1.0 - p.nerve_monitoring * (1.0 - p.nerve_monitoring_ratio))


@device_function
def _complications(person, p, seed, line):
    """Bits of the complications that the person has."""
    number = person.person
    code = NO_COMPLICATION
    if uniform(seed, number, _NERVE, decisions.SURGERY, line) < p.switch_surgery * nerve_palsy_chance(person, p):
        code |= NERVE_PALSY
    if uniform(seed, number, _HAEMATOMA, decisions.SURGERY, line) < p.switch_surgery * p.surgical_haematoma:
        code |= HAEMATOMA
    if uniform(seed, number, _CALCIUM, decisions.SURGERY, line) < p.switch_surgery * p.surgical_hypocalcaemia:
        code |= HYPOCALCAEMIA
    return code
