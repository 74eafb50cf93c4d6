"""One step of everything outside the primary: metastases large and small, and the burden of each organ."""

from math import exp, log

from paget.body import decisions
from paget.body.angiogenic_switch import switch_hazard
from paget.body.confluence import occupied_volume
from paget.body.lesions import UNDRAWN, draw_parent, step_lesion
from paget.body.micrometastases import COUNT, FOUNDED, LOG_CELLS, LOG_RATIO, SECONDARY, admit, class_count, step_classes
from paget.body.nursery import Growing, step_nursery
from paget.body.state import AVASCULAR, GROUPS, RESISTANT, WITH_VESSELS
from paget.compute import device_function
from paget.compute.random import binomial
from paget.patient.treated import step_treated_lesion

SITE_ROLES = (PRIMARY, REGIONAL_NODE, LUNG, BRAIN, LIVER, SEROSA, OTHER) = tuple(range(7))
"""Roles of sites in staging and death (order of the volumes that a step adds up)."""


@device_function
def growing_of(person, p, own, group, seed):
    """The Growing (body/nursery.py) of one kind of growth."""
    kinetics = own.kinetics[1 + group]
    return Growing(
        own.following, own.sizes[group], own.members[group], own.transitions, own.size_law,
        kinetics.log_avascular_capacity + kinetics.log_cell_density, p.class_spacing * log(2.0), seed, person.person,
    )  # fmt: skip


@device_function
def open_step(own):
    """Start a step's sums at every site."""
    for site in range(own.sites.shape[0]):
        here = own.sites[site]
        here.emission_before = here.emission
        here.emission = 0.0
        here.volume = 0.0
        here.crowd_count = 0.0
        here.crowd_volume = 0.0


@device_function
def step_large(person, p, own, seed, step, under):
    """Grow the lesions with records; sums volumes and seeding strength by site, keeps the largest node and distant."""
    node = 0.0
    distant = 0.0
    kinetics = own.kinetics[1 + WITH_VESSELS]
    for position in range(person.lesion_count):
        lesion = own.lesions[position]
        volume = _step_lesion(person, p, own, position, kinetics, seed, step, under)
        here = own.sites[lesion.site]
        here.volume += volume
        here.emission += exp(p.seeding_exponent * lesion.log_cells)
        if here.role == REGIONAL_NODE:
            node = max(node, volume)
        else:
            distant = max(distant, volume)
    person.largest_node = node
    person.largest_distant = distant
    person.record_days += (1.0 + person.lesion_count) * p.time_step


@device_function
def _step_lesion(person, p, own, position, kinetics, seed, step, under):
    """Volume (mm^3) of a lesion with a record after its step."""
    if under is not None:
        if person.treated:
            return step_treated_lesion(person, p, own, position, seed, step)
    return _grown_volume(person, own.lesions[position], kinetics, p.time_step)


@device_function
def _grown_volume(person, lesion, kinetics, days):
    before = lesion.log_cells
    step_lesion(lesion, kinetics, days)
    if before < kinetics.log_reference_cells <= lesion.log_cells and person.doubling_at_5mm < 0.0:
        person.doubling_at_5mm = log(2.0) * days / (lesion.log_cells - before)
    return exp(lesion.log_cells - kinetics.log_cell_density)


@device_function
def step_small(person, p, own, seed, step):
    """Size classes and nurseries of every site; lesions past 1 mm^3 get their records and parents."""
    spacing = p.class_spacing * log(2.0)
    before = person.lesion_count
    for group in range(GROUPS):
        if class_count(own.sizes[group]) > 0:
            person.lesion_count = step_classes(
                own.sites, own.sizes[group], own.members[group], own.lesions, person.lesion_count,
                own.kinetics[1 + group], p.time_step, spacing, p.seeding_exponent,
                person.resistant_clone if group == RESISTANT else -1,
            )  # fmt: skip
    for position in range(before, person.lesion_count):
        if own.lesions[position].parent == UNDRAWN:
            own.lesions[position].parent = draw_parent(own.lesions, before, position, seed, person.person)
    growing = growing_of(person, p, own, person.group, seed)
    for site in range(own.sites.shape[0]):
        here = own.sites[site]
        if here.top > 0:
            here.top, lasting, lines = step_nursery(own.nursery[site], growing, here.top, site, step)
            here.records += lines
            here.lesions += lines
            here.established += lasting


@device_function
def switch_vessels(person, p, own, seed, step):
    """Lesions without vessels of their own turn angiogenic, each with the hazard of the person's balance."""
    sizes, members = own.sizes[AVASCULAR], own.members[AVASCULAR]
    used = class_count(sizes)
    if used == 0:
        return
    chance = 1.0 - exp(-switch_hazard(person.angiogenic_balance_metastases, p) * p.time_step)
    spacing = p.class_spacing * log(2.0)
    for place in range(used):
        row = sizes[place]
        for site in range(members.shape[0]):
            if members[site, place] > 0.0:
                part = 1 + place * members.shape[0] + site
                leaving = binomial(
                    members[site, place], chance, seed, person.person, part, decisions.ANGIOGENIC_SWITCH, step
                )
                if leaving > 0.0:
                    members[site, place] -= leaving
                    row[COUNT] -= leaving
                    admit(
                        own.sizes[WITH_VESSELS], own.members[WITH_VESSELS], site, row[LOG_CELLS], row[LOG_RATIO],
                        leaving, row[FOUNDED], row[SECONDARY], spacing,
                    )  # fmt: skip


@device_function
def add_up(person, p, own):
    """Burden by organ: what lesions above 1 mm^3 occupy, overlapping where they are many (body/confluence.py)."""
    volumes = own.volumes
    for role in range(volumes.shape[0]):
        volumes[role] = 0.0
    person.crowd_count = 0.0
    for site in range(own.sites.shape[0]):
        here = own.sites[site]
        here.volume = occupied_volume(here.volume + here.crowd_volume, here.organ_volume, p.switch_confluence)
        volumes[here.role] += here.volume
        person.crowd_count += here.crowd_count
    person.volume_lung = volumes[LUNG]
    person.volume_brain = volumes[BRAIN]
    person.volume_liver = volumes[LIVER]
    person.volume_effusion = volumes[SEROSA]
    person.volume_metastases = 0.0
    for role in range(volumes.shape[0]):
        person.volume_metastases += volumes[role]
