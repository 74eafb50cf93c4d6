"""How a tumour comes to light, and what the staging examinations see.

Diagnosis falls on the first day on which the primary reaches the size at which this person notices it, a node of the
neck is a mass by itself, breath fails on exertion (body/airway.py), or the metastases of some organ, or all together,
are a set share of what kills this person. Imaging sees a lesion from its detection diameter on (switch `detection`: off
= metastases are never seen). A scenario that prescribes the size at diagnosis leaves no other reason; whoever carries a
lethal load of metastases before that size is never diagnosed.
"""

from math import inf, log

from paget.body.airway import short_of_breath
from paget.body.growth_brake import birth_and_death
from paget.body.shape import longest_diameter, volume_of_diameter
from paget.compute import device_function
from paget.patient.death import largest_metastatic_load
from paget.patient.performance import ecog
from paget.patient.primary import current_rate
from paget.patient.staging import stage, tumour_category

PRESENTATIONS = ("", "size", "nodal mass", "symptom")


@device_function
def presents(person, diameter, p):
    """Index into PRESENTATIONS: why the tumour is found today, 0 if it isn't."""
    if diameter >= person.presentation_diameter:
        return 1
    if person.size_prescribed:
        return 0
    if person.largest_node >= volume_of_diameter(p.nodal_mass_diameter, p.shape_factor):
        return 2
    if short_of_breath(person.lumen_loss, p):
        return 3
    return 3 if largest_metastatic_load(person) >= p.symptom_load else 0


@device_function
def is_lost(person, p):
    """Whether metastases kill before anybody notices the tumour, e.g. where the scenario prescribes a larger size."""
    return p.switch_death > 0.0 and largest_metastatic_load(person) >= 1.0


@device_function
def examine(person, kinetics, diameter, day, deep, p):
    """Fill the read-outs at diagnosis: size, tempo, Ki-67, stage, performance."""
    person.diagnosis_day = day
    person.diameter_at_diagnosis = diameter
    person.extended_at_diagnosis = person.extended
    rate = current_rate(person, kinetics)
    person.doubling_at_diagnosis = log(2.0) / rate if rate > 0.0 else inf
    birth, _ = birth_and_death(rate, kinetics.unbraked_rate, kinetics.division_rate, kinetics.brake_share)
    person.ki67_at_diagnosis = min(1.0, birth * p.ki67_duration)
    sees = p.switch_detection > 0.0
    node = longest_diameter(person.largest_node, p.shape_factor) >= p.node_detection_diameter
    distant = longest_diameter(person.largest_distant, p.shape_factor) >= p.detection_diameter
    person.node_category = int(sees and node)
    person.metastasis_category = int(sees and distant)
    person.tumour_category = tumour_category(diameter, person.extended, deep, p.t1_limit, p.t2_limit)
    if p.switch_staging > 0.0:
        nodes = person.node_category * int(p.nodes_raise_stage)
        person.stage = stage(person.tumour_category, nodes, person.metastasis_category)
    burden = person.volume_primary + person.volume_metastases
    person.ecog = ecog(burden, diameter / person.lethal_airway, person.age_years, p)
