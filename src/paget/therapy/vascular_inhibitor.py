"""A drug that destroys tumour vessels, given as repeated boluses (endostatin, angiostatin, TNP-470 in mice).

    dK/dt = ... - e g(t) K,      g(t) = D sum over doses of exp(-c (t - t_i))

D: dose (mg/kg), c: clearance (1/day), e: effect (1/(day mg/kg)). The mean of g over a step is exact where doses fall on
steps. Hahnfeldt et al. 1999, PMID 10519381. Dose 0 (the default): no drug.
"""

from math import exp, expm1

from paget.compute import device_function


@device_function
def vascular_loss(person, p, day, days):
    """Mean extra loss of capacity (1/day) over the `days` from `day` on; moves person.inhibitor_level (mg/kg)."""
    if p.vascular_inhibitor_dose <= 0.0:
        return 0.0
    since = day - p.vascular_inhibitor_start
    if since >= -0.5 * days and day < p.vascular_inhibitor_end - 0.5 * days:
        # A dose falls on the step that lies nearest to it.
        late = since % p.vascular_inhibitor_interval
        if late < 0.5 * days or p.vascular_inhibitor_interval - late <= 0.5 * days:
            person.inhibitor_level += p.vascular_inhibitor_dose
    decay = p.vascular_inhibitor_clearance * days
    mean = person.inhibitor_level * -expm1(-decay) / decay
    person.inhibitor_level *= exp(-decay)
    return p.vascular_inhibitor_effect * mean
