"""Whether a person may enter the study: first by traits (cheap), then by what the diagnosis shows."""

import numpy as np

from paget.compute import device_function
from paget.patient.monitoring import measured_pd_l1

ELIGIBILITY = np.dtype(
    [
        ("age_minimum", np.float64),
        ("age_maximum", np.float64),
        ("diameter_minimum", np.float64),
        ("diameter_maximum", np.float64),
        ("ecog_minimum", np.int64),
        ("ecog_maximum", np.int64),
        ("female", np.int64),  # -1: both sexes
        ("metastatic", np.int64),  # -1: either
        ("stages", np.int64),  # bit mask over patient/staging.STAGES
        ("forbidden", np.int64),  # alterations that must be absent
        ("pd_l1_minimum", np.float64),  # share of cells that the assay reads
        ("pd_l1_maximum", np.float64),
        ("pd_l1_factor", np.float64),  # of the assay
    ],
    align=True,
)
"""Ages in years, diameters of the primary at diagnosis in mm, bounds included."""


@device_function
def traits_eligible(person, rule, any_of):
    """any_of: bit masks of alterations, of each of which the tumour must carry one at least."""
    if person.age_years < rule.age_minimum or person.age_years > rule.age_maximum:
        return False
    if rule.female >= 0 and person.female != rule.female:
        return False
    if person.genotype & rule.forbidden:
        return False
    for position in range(any_of.shape[0]):
        if not person.genotype & any_of[position]:
            return False
    return True


@device_function
def presentation_eligible(person, rule):
    """At diagnosis: stage, metastases, size, PD-L1 and performance."""
    if not (rule.stages >> person.stage) & 1:
        return False
    if rule.metastatic >= 0 and person.metastasis_category != rule.metastatic:
        return False
    if person.diameter_at_diagnosis < rule.diameter_minimum or person.diameter_at_diagnosis > rule.diameter_maximum:
        return False
    stained = measured_pd_l1(person.pd_l1, rule.pd_l1_factor)
    if stained < rule.pd_l1_minimum or stained > rule.pd_l1_maximum:
        return False
    return rule.ecog_minimum <= person.ecog <= rule.ecog_maximum
