"""What blood, ultrasound, needle and pathology show: tumour DNA, circulating cells, diagnosis, PD-L1, resectability.

Tumour DNA in blood (Avanzini et al. 2020, doi:10.1126/sciadv.abc4308): each cell that dies sheds a share q of its DNA,
which is cleared with a half-life of half an hour, so that a day's deaths set the level:

    haploid genome equivalents per mL of plasma = q x deaths per day / (clearance x plasma volume)

Deaths are those of growth (body/growth_brake.birth_and_death) and of every extra loss, in primary and metastases
(nurseries, lines of a few cells, left out). A sample counts molecules by a Poisson law; a test is positive from a set
number on.

Diagnosis: ultrasound calls the mass suspicious or delays the puncture; an aspiration (or, by the custom of the centre,
a core biopsy) gives the diagnosis with its published sensitivity (Suh et al. 2013, doi:10.3349/ymj.2013.54.6.1400;
Matrone et al. 2022, doi:10.3389/fonc.2022.854755); one without is repeated as a core biopsy, at last as an open one.
Sequencing takes its own time from then on, or from blood at presentation (Sehayek et al. 2022).

Resectable is where R0 or R1 is anticipated (guideline of the American Thyroid Association 2021,
doi:10.1089/thy.2020.0944): no T4b and no trachea narrowed to dyspnoea at rest. A primary that has grown through the
capsule counts as T4b from a diameter on that varies between patients, so that shrinkage makes it resectable.
"""

from __future__ import annotations

from math import exp, log

from paget.body import decisions
from paget.body.growth_brake import birth_and_death, net_rate
from paget.body.micrometastases import COUNT, LOG_CELLS, LOG_RATIO, class_count
from paget.body.shape import longest_diameter
from paget.body.state import WITH_VESSELS
from paget.compute import device_function
from paget.compute.random import normal, poisson, uniform
from paget.therapy.dead_cells import tissue_cells

(ASPIRATION, CORE_BIOPSY, OPEN_BIOPSY) = range(3)
TISSUE_METHODS = ("fine-needle aspiration", "core biopsy", "open biopsy")
"""What gives the tissue diagnosis, by the numbers above."""

(ULTRASOUND, FIRST_PUNCTURE, PUNCTURE) = range(3)
"""Parts of the address of the draws for the tissue diagnosis."""

(TISSUE, LIQUID, LIQUID_TAKEN) = range(3)
"""Parts of the address of the draws for sequencing."""

PRIMARY = -1
"""Place of the primary among the lesions (therapy/dead_cells.tissue_cells)."""


@device_function
def cell_deaths(person, own):
    """Cancer cells that die a day, in primary, recorded lesions and size classes, at the rates of the last step.

    own: Workspace (kinetics, lesions, sizes); extra losses are those that stand in own.kinetics.
    """
    deaths = person.primary_cells * _death_rate(person.primary_log_ratio, own.kinetics[0])
    kinetics = own.kinetics[1 + WITH_VESSELS]
    for place in range(person.lesion_count):
        lesion = own.lesions[place]
        deaths += exp(lesion.log_cells) * _death_rate(lesion.log_ratio, kinetics)
    for group in range(own.sizes.shape[0]):
        sizes = own.sizes[group]
        for place in range(class_count(sizes)):
            row = sizes[place]
            deaths += row[COUNT] * exp(row[LOG_CELLS]) * _death_rate(row[LOG_RATIO], own.kinetics[1 + group])
    return deaths


@device_function
def _death_rate(log_ratio, kinetics):
    """Deaths per cell and day where log_ratio = ln(K / V)."""
    rate = net_rate(log_ratio, kinetics.unbraked_rate, kinetics.brake_rate, kinetics.brake_switch)
    _, death = birth_and_death(rate, kinetics.unbraked_rate, kinetics.division_rate, kinetics.brake_share)
    return death + kinetics.loss_rate


@device_function
def ctdna_per_ml(deaths, p):
    """Haploid genome equivalents of tumour DNA per mL of plasma; deaths: cancer cells per day."""
    clearance = log(2.0) / p.ctdna_half_life
    return p.ctdna_shed_share * deaths / (clearance * p.blood_volume * p.plasma_share)


@device_function
def ctdna_copies(per_ml, p, seed, number, day):
    """Tumour DNA counted in the plasma drawn on `day`, haploid genome equivalents."""
    return poisson(per_ml * p.plasma_sample, seed, number, 0, decisions.CTDNA, int(day))


@device_function
def ctdna_positive(copies, p):
    """Whether a plasma test with this count is positive."""
    return copies >= p.ctdna_positive_copies


@device_function
def ctc_count(per_ml, p, seed, number, day):
    """Circulating tumour cells found in the blood drawn on `day`; per_ml: patient/snapshot.ctc_per_ml."""
    return poisson(per_ml * p.ctc_sample, seed, number, 0, decisions.CTC, int(day))


@device_function
def suspicious_on_ultrasound(number, p, seed):
    """Whether ultrasound calls the mass suspicious; number: the person's for draws."""
    return uniform(seed, number, ULTRASOUND, decisions.TISSUE_DIAGNOSIS, 0) < p.ultrasound_sensitivity


@device_function
def tissue_diagnosis(number, p, seed):
    """(day of the report that gives the diagnosis, punctures or biopsies it took, method), from the day it is found.

    number: the person's for draws; method: of the last of them, ASPIRATION, CORE_BIOPSY or OPEN_BIOPSY. A puncture
    without diagnosis (false negative, or another malignancy) is repeated.
    """
    day = 0.0
    if not suspicious_on_ultrasound(number, p, seed):
        day = p.unsuspicious_delay
    core = uniform(seed, number, FIRST_PUNCTURE, decisions.TISSUE_DIAGNOSIS, 0) < p.core_biopsy_first
    limit = int(p.punctures_limit)
    for puncture in range(limit):
        sensitivity = p.core_biopsy_sensitivity if core else p.fna_sensitivity
        day += p.histology_turnaround if core else p.cytology_turnaround
        if uniform(seed, number, PUNCTURE, decisions.TISSUE_DIAGNOSIS, puncture) < sensitivity:
            return day, puncture + 1, CORE_BIOPSY if core else ASPIRATION
        day += p.repeat_biopsy_delay
        core = True
    return day + p.histology_turnaround, limit + 1, OPEN_BIOPSY


@device_function
def sequencing_day(number, tissue_day, per_ml, p, seed):
    """Day on which the tumour's alterations are known, from the day the mass is found.

    tissue_day: of the tissue diagnosis, when sequencing is asked for; per_ml: tumour DNA in plasma when the mass is
    found, which a liquid biopsy has to catch.
    """
    slow = exp(p.sequencing_spread * normal(seed, number, TISSUE, decisions.SEQUENCING, 0))
    known = tissue_day + p.sequencing_turnaround * slow
    if uniform(seed, number, LIQUID_TAKEN, decisions.SEQUENCING, 0) >= p.liquid_biopsy:
        return known
    if not ctdna_positive(ctdna_copies(per_ml, p, seed, number, 0), p):
        return known
    return min(
        known, p.liquid_turnaround * exp(p.liquid_spread * normal(seed, number, LIQUID, decisions.SEQUENCING, 0))
    )


@device_function
def measured_pd_l1(pd_l1, factor):
    """Tumour proportion score, in [0, 1], that an assay reads off a share `pd_l1` of cells with PD-L1."""
    return min(1.0, factor * pd_l1)


@device_function
def resectable(person, lesions, p, seed):
    """Whether an operation is expected to leave no visible tumour in the neck (R0 or R1), distant metastases or not."""
    if person.lumen_loss >= p.airway_loss_at_rest:
        return False
    if not person.extended:
        return True
    encased = p.encasement_diameter * exp(p.encasement_spread * normal(seed, person.person, 0, decisions.ENCASEMENT, 0))
    return longest_diameter(tissue_cells(person, lesions, PRIMARY) / p.cell_density, p.shape_factor) < encased
