"""Cause-specific death: h_j = h_0 (L_j / L_j,50)^n for each load L_j, plus background mortality by age and sex.

L: loss of tracheal lumen (airway), longest diameter of an extended primary (haemorrhage and circulatory failure),
volume of metastases above 1 mm^3 in lung, brain, liver, serosal cavities (effusion), and everything together
(cachexia). At L = L_50 the expected time left is 1 / h_0 = 30 days. The person dies on the first day that a uniform
draw falls below 1 - exp(-h dt); the cause is drawn by share of the hazard. Switches `death`, `background_mortality`.
"""

from math import exp

from paget.body import decisions
from paget.body.airway import airway_load
from paget.compute import device_function
from paget.compute.random import uniform

CAUSES = (
    "airway obstruction",
    "respiratory insufficiency from lung metastases",
    "brain metastasis",
    "liver failure",
    "pleural or pericardial effusion",
    "cachexia from total burden",
    "haemorrhage or circulatory failure",
    "not due to the cancer",
    "treatment",
)
"""Causes in the order of patient/traits' loads; then background mortality, and treatment (operation, adverse event)."""

TREATMENT = len(CAUSES) - 1

CANCER_CAUSES = TREATMENT - 1


@device_function
def largest_metastatic_load(person):
    """max_j L_j / L_j,50 over the loads by which metastases make themselves felt (the primary has its own size)."""
    return max(
        person.volume_lung / person.lethal_lung,
        person.volume_brain / person.lethal_brain,
        person.volume_liver / person.lethal_liver,
        person.volume_effusion / person.lethal_effusion,
        person.volume_metastases / person.lethal_total,
    )


@device_function
def fill_hazards(hazards, person, diameter, day, p):
    """Hazards (1/day) by cause into `hazards`, shape (len(CAUSES),); returns their sum."""
    level = p.lethal_hazard * p.switch_death
    power = p.hazard_exponent
    hazards[0] = level * airway_load(person.lumen_loss, p) ** power
    hazards[1] = level * (person.volume_lung / person.lethal_lung) ** power
    hazards[2] = level * (person.volume_brain / person.lethal_brain) ** power
    hazards[3] = level * (person.volume_liver / person.lethal_liver) ** power
    hazards[4] = level * (person.volume_effusion / person.lethal_effusion) ** power
    total = person.volume_primary + person.volume_metastases
    hazards[4 + 1] = level * (total / person.lethal_total) ** power
    hazards[6] = level * (diameter / person.lethal_haemorrhage) ** power if person.extended else 0.0
    hazards[CANCER_CAUSES] = background_hazard(person, day, p)
    hazards[TREATMENT] = 0.0
    together = 0.0
    for cause in range(hazards.shape[0]):
        together += hazards[cause]
    return together


@device_function
def background_hazard(person, day, p):
    """Gompertz mortality (1/day) at the person's age on `day` after diagnosis."""
    level = p.mortality_at_reference_age_female if person.female else p.mortality_at_reference_age_male
    age = person.age_years + day / p.days_per_year
    return p.switch_background_mortality * level * exp(p.mortality_slope * (age - p.mortality_reference_age))


@device_function
def dies_of(hazards, together, days, seed, number, day):
    """Index of the cause of a death within `days` after `day`, or -1."""
    if uniform(seed, number, 0, decisions.DEATH, day) >= 1.0 - exp(-together * days):
        return -1
    chance = uniform(seed, number, 0, decisions.DEATH_CAUSE, day) * together
    for cause in range(hazards.shape[0]):
        chance -= hazards[cause]
        if chance < 0.0:
            return cause
    return CANCER_CAUSES
