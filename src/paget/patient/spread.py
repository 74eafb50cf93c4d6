"""One day of everything outside the primary: founders, their lines, micrometastases, lesions."""

from math import exp, log

import numpy as np

from paget.body import decisions
from paget.body.basement_membrane import share_passing
from paget.body.lesions import add_lesions, step_lesion
from paget.body.micrometastases import COUNT, FOUNDED, LOG_CELLS, LOG_RATIO, step_classes
from paget.body.nursery import step_nursery
from paget.body.shape import volume_of_diameter
from paget.body.shedding import cells_shed
from paget.compute import device_function
from paget.compute.random import binomial, poisson

(PRIMARY, REGIONAL_NODE, LUNG, BRAIN, LIVER, SEROSA, OTHER) = range(7)
"""Roles of sites in staging and death (order of the volumes that a day adds up)."""

SITE = np.dtype(
    [
        ("role", np.int64),
        ("top", np.int64),  # largest occupied nursery size
        ("occupied", np.int64),  # whether any size class holds a lesion
        ("founders", np.float64),
        ("established", np.float64),
        ("colonised", np.float64),
    ],
    align=True,
)


@device_function
def founders_per_cell_day(person, lodged, p):
    """Founders per living cell of the primary and day, over all sites; lodged: per shed cell by site."""
    passing = share_passing(person.invasiveness, p.switch_basement_membrane)
    rate = p.shedding_rate * p.switch_shedding * passing * person.seeding_scale
    total = 0.0
    for site in range(lodged.shape[0]):
        total += lodged[site]
    return rate * total


@device_function
def shed_today(person, mean_cells, p):
    """Cells that crossed the basement membrane and reached a vessel today."""
    passing = share_passing(person.invasiveness, p.switch_basement_membrane)
    return cells_shed(mean_cells, 1.0, p.shedding_rate * p.switch_shedding) * passing


@device_function
def found(person, sites, nursery, lodged, mean_cells, seed, day):
    """Draw today's founders and put each, one cell, into the nursery of its site."""
    count = poisson(person.founder_rate * mean_cells, seed, person.person, 0, decisions.FOUNDERS, day)
    if count <= 0.0:
        return
    if person.first_founder_day < 0.0:
        person.first_founder_day = float(day)
    left = 0.0
    for site in range(lodged.shape[0]):
        left += lodged[site]
    for site in range(lodged.shape[0]):
        share = 1.0 if lodged[site] >= left else lodged[site] / left
        here = binomial(count, share, seed, person.person, site, decisions.FOUNDER_SITE, day)
        if here > 0.0:
            nursery[site, 1, 0] += here
            nursery[site, 1, 1] += here * day
            sites[site].founders += here
            sites[site].top = max(sites[site].top, 1)
        count -= here
        left -= lodged[site]


@device_function
def step_small(person, sites, nursery, following, classes, arrivals, transitions, lesions, many, kinetics, p, seed, day):
    """Nursery and size classes of every site; lesions past the individual limit get their records."""
    log_capacity = log(kinetics.avascular_capacity * p.cell_density)
    limit = log(p.individual_limit * p.cell_density)
    for site in range(sites.shape[0]):
        if sites[site].occupied:
            used, occupied = step_classes(classes[site], arrivals, kinetics, p.cell_density, 1.0, limit)
            sites[site].occupied = int(occupied)
            for row in range(used):
                sites[site].colonised += arrivals[row, COUNT]
                person.lesion_count = add_lesions(
                    lesions, many, person.lesion_count, site, arrivals[row, COUNT], arrivals[row, LOG_CELLS],
                    arrivals[row, LOG_RATIO], arrivals[row, FOUNDED],
                )  # fmt: skip
        if sites[site].top > 0:
            top, lasting = step_nursery(
                nursery[site], following, classes[site], transitions, sites[site].top, site, seed, person.person, day,
                log_capacity,
            )  # fmt: skip
            sites[site].top = top
            sites[site].established += lasting
            if lasting > 0.0:
                sites[site].occupied = 1


@device_function
def step_large(person, sites, volumes, lesions, many, kinetics, p):
    """Grow the lesions above 1 mm^3 and add up volumes by role; largest node and distant sizes are kept."""
    for role in range(volumes.shape[0]):
        volumes[role] = 0.0
    node = 0.0
    distant = 0.0
    for position in range(person.lesion_count):
        volume = _grown_volume(person, lesions[position], kinetics, p)
        role = sites[lesions[position].site].role
        volumes[role] += volume
        if role == REGIONAL_NODE:
            node = max(node, volume)
        else:
            distant = max(distant, volume)
    for site in range(sites.shape[0]):
        if many[site].count > 0.0:
            volumes[sites[site].role] += many[site].count * _grown_volume(person, many[site], kinetics, p)
    _keep_volumes(person, volumes, node, distant)


@device_function
def _grown_volume(person, lesion, kinetics, p):
    before = lesion.log_cells
    step_lesion(lesion, kinetics, p.cell_density, 1.0)
    if person.doubling_at_5mm < 0.0:
        mark = log(volume_of_diameter(p.reference_diameter, p.shape_factor) * p.cell_density)
        if before < mark <= lesion.log_cells:
            person.doubling_at_5mm = log(2.0) / (lesion.log_cells - before)
    return exp(lesion.log_cells) / p.cell_density


@device_function
def _keep_volumes(person, volumes, node, distant):
    person.volume_lung = volumes[LUNG]
    person.volume_brain = volumes[BRAIN]
    person.volume_liver = volumes[LIVER]
    person.volume_effusion = volumes[SEROSA]
    together = 0.0
    for role in range(volumes.shape[0]):
        together += volumes[role]
    person.volume_metastases = together
    person.largest_node = node
    person.largest_distant = distant
