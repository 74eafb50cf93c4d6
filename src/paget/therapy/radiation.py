"""External-beam radiation: ln kill of one day's fractions by dose, fractionation, repair, oxygen and stemness.

    E(d) = a d + b (1 + H_m) d^2                              up to the dose d_T per fraction
    E(d) = E(d_T) + (a + 2 b (1 + H_m) d_T) (d - d_T)         beyond it: the linear tail (LQ-L)
    H_m = (2 / m) sum_{k=1}^{m-1} (m - k) phi^k,   phi = 2^(-dt / T_r)
    ln kill of the day = -ln sum_i w_i exp(-m E_i)

a: the person's alpha, lognormal between persons (one address), b = a / (alpha/beta); m: fractions of the day, dt hours
apart; T_r: half-time of repair; H_m: the share of the quadratic kill that damage left over from earlier fractions of
the day adds (complete repair over night). i: oxic and hypoxic, stem and other cells. Oxygen scales a and the root of b
by (p m_o + K) / ((p + K) m_o) at the pressure p of the hypoxic share, m_o: the largest oxygen enhancement. Stem cells
have a lower alpha where the hierarchy is on. Every day begins with the hypoxic share of that day, so that
reoxygenation is what body/hypoxia.py makes of the lesion's perfusion.

Repopulation is no term here. A lesion that shrinks below its vascular capacity grows at the full rate of its clone
again (body/growth_brake.py), and that is the accelerated repopulation. Stereotactic, wide-field and whole-body fields
differ in dose and sites only. Sources: linear tail, Astrahan 2008, doi:10.1118/1.2969065; incomplete repair, Thames
1985, Int J Radiat Biol 47:319; oxygen, Wouters and Brown 1997, Radiat Res 147:541.
Switches `radiation` (scales the ln kill), `oxygen_effect`, `incomplete_repair`.
"""

from math import exp, log

from paget.body import decisions
from paget.compute import device_function
from paget.compute.random import normal

SWITCHES = ("radiation", "oxygen_effect", "incomplete_repair")
"""Mechanisms whose factor this part reads as ``p.switch_<name>``; it reads `stem_hierarchy` too."""

UNITS: dict[str, str] = {
    "radiation_alpha": "1/Gy",
    "radiation_alpha_beta": "Gy",
    "radiation_spread": "1",
    "radiation_linear_dose": "Gy",
    "radiation_repair_half_time": "h",
    "radiation_oxygen_alpha": "1",
    "radiation_oxygen_beta": "1",
    "radiation_oxygen_half_pressure": "mmHg",
    "hypoxic_pressure": "mmHg",
    "stem_radiation_factor": "1",
}
"""Symbol -> unit in which the course reads it."""


@device_function
def draw_alpha(p, seed, number):
    """The person's alpha (1/Gy), lognormal about its median."""
    return p.radiation_alpha * exp(p.radiation_spread * normal(seed, number, 0, decisions.RADIATION_ALPHA, 0))


@device_function
def carried_over(fractions, hours_between, p):
    """H_m: quadratic kill that damage unrepaired between the day's fractions adds, per fraction; 0 for one fraction."""
    left = 0.5 ** (hours_between / p.radiation_repair_half_time)
    total = 0.0
    share = 1.0
    for ahead in range(1, fractions):
        share *= left
        total += (fractions - ahead) * share
    return p.switch_incomplete_repair * 2.0 * total / fractions if fractions > 0 else 0.0


@device_function
def fraction_effect(dose, linear, quadratic, p):
    """Effect (ln kill) of one fraction of `dose` Gy; linear (1/Gy), quadratic (1/Gy^2); straight beyond the limit."""
    curved = min(dose, p.radiation_linear_dose)
    slope = linear + 2.0 * quadratic * curved
    return (linear + quadratic * curved) * curved + slope * (dose - curved)


@device_function
def oxygen_factor(largest, p):
    """Sensitivity of hypoxic relative to oxic cells, from 1 / largest (no oxygen) to 1; 1 with the switch off."""
    half = p.radiation_oxygen_half_pressure
    factor = (p.hypoxic_pressure * largest + half) / ((p.hypoxic_pressure + half) * largest)
    return factor**p.switch_oxygen_effect


@device_function
def mixed_log_kill(kill, other_kill, other_share):
    """The ln kill of a population of which the share `other_share` has the ln kill `other_kill`, the rest `kill`."""
    if other_share <= 0.0:
        return kill
    if other_share >= 1.0:
        return other_kill
    least = min(kill, other_kill)
    return least - log((1.0 - other_share) * exp(least - kill) + other_share * exp(least - other_kill))


@device_function
def day_log_kill(dose_gy, fractions_today, hours_between, hypoxic_share, alpha, p):
    """The ln kill of a day's fractions in cells of one alpha (1/Gy), of which `hypoxic_share` lacks oxygen."""
    if fractions_today <= 0 or dose_gy <= 0.0:
        return 0.0
    beta = alpha / p.radiation_alpha_beta * (1.0 + carried_over(fractions_today, hours_between, p))
    root = oxygen_factor(p.radiation_oxygen_beta, p)
    oxic = fraction_effect(dose_gy, alpha, beta, p)
    hypoxic = fraction_effect(dose_gy, alpha * oxygen_factor(p.radiation_oxygen_alpha, p), beta * root * root, p)
    return p.switch_radiation * mixed_log_kill(fractions_today * oxic, fractions_today * hypoxic, hypoxic_share)


@device_function
def stem_log_kill(dose_gy, fractions_today, hours_between, hypoxic_share, individual_alpha, p):
    """The ln kill of a day among stem cells; that of the others where the hierarchy is off."""
    alpha = individual_alpha * p.stem_radiation_factor**p.switch_stem_hierarchy
    return day_log_kill(dose_gy, fractions_today, hours_between, hypoxic_share, alpha, p)


@device_function
def fraction_log_kill(dose_gy, fractions_today, hours_between, hypoxic_share, stem_share, individual_alpha, p):
    """The ln kill of a lesion by all fractions of one day, at least 0.

    dose_gy: per fraction; fractions_today: a whole number, 0 for a day off; hours_between: from one fraction to the
    next; hypoxic_share (body/hypoxia.py) and stem_share in [0, 1]; individual_alpha: from `draw_alpha`.
    """
    others = day_log_kill(dose_gy, fractions_today, hours_between, hypoxic_share, individual_alpha, p)
    stem = stem_log_kill(dose_gy, fractions_today, hours_between, hypoxic_share, individual_alpha, p)
    return mixed_log_kill(others, stem, stem_share)
