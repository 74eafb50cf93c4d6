"""One day of everything outside the primary: founders, their lines, micrometastases, lesions."""

from math import exp, log

import numpy as np

from paget.body import decisions
from paget.body.basement_membrane import share_passing
from paget.body.lesions import step_lesion
from paget.body.micrometastases import EXTENT, step_classes
from paget.body.nursery import step_nursery
from paget.body.shedding import cells_shed
from paget.compute import device_function
from paget.compute.random import binomial, poisson

SITE_ROLES = (PRIMARY, REGIONAL_NODE, LUNG, BRAIN, LIVER, SEROSA, OTHER) = tuple(range(7))
"""Roles of sites in staging and death (order of the volumes that a day adds up)."""

SITE = np.dtype(
    [
        ("role", np.int64),
        ("top", np.int64),  # largest occupied nursery size
        ("founders_blood", np.float64),  # by the route through which the cell left the primary
        ("founders_lymph", np.float64),
        ("established", np.float64),
        ("colonised", np.float64),
        ("crowd_count", np.float64),  # lesions above 1 mm^3 without a record of their own
        ("crowd_volume", np.float64),  # mm^3
        ("records", np.float64),  # lines, classes and lesions advanced, for benchmarks
        ("lesions", np.float64),  # lesions that these stand for
    ],
    align=True,
)


@device_function
def founders_per_cell_day(person, lodged, p):
    """Founders per living cell of the primary and day, over all sites; lodged: per shed cell by route and site."""
    passing = share_passing(person.invasiveness, p.switch_basement_membrane)
    rate = p.shedding_rate * p.switch_shedding * passing * person.seeding_scale
    return rate * _sum(lodged)


@device_function
def _sum(lodged):
    total = 0.0
    for route in range(lodged.shape[0]):
        for site in range(lodged.shape[1]):
            total += lodged[route, site]
    return total


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
    left = _sum(lodged)
    for route in range(lodged.shape[0]):
        for site in range(lodged.shape[1]):
            share = 1.0 if lodged[route, site] >= left else lodged[route, site] / left
            part = route * lodged.shape[1] + site
            here = binomial(count, share, seed, person.person, part, decisions.FOUNDER_SITE, day)
            if here > 0.0:
                _settle(sites[site], nursery[site, 1], route, here, day)
            count -= here
            left -= lodged[route, site]


@device_function
def _settle(site, single_cells, route, count, day):
    """Put `count` founders among the site's lines of one cell."""
    single_cells[0] += count
    single_cells[1] += count * day
    site.top = max(site.top, 1)
    if route == 0:
        site.founders_blood += count
    else:
        site.founders_lymph += count


@device_function
def step_small(person, own, seed, day):
    """Nursery and size classes of every site; lesions past 1 mm^3 get their records."""
    kinetics = own.kinetics[1]
    log_capacity = kinetics.log_avascular_capacity + kinetics.log_cell_density
    for site in range(own.sites.shape[0]):
        here = own.sites[site]
        if own.classes[site, EXTENT, 0] > 0.0:
            person.lesion_count = step_classes(
                here, own.classes[site], own.lesions, person.lesion_count, site, kinetics, 1.0
            )
        if here.top > 0:
            top, lasting, lines = step_nursery(
                own.nursery[site], own.following, own.classes[site], own.transitions, own.size_law, here.top, site,
                seed, person.person, day, log_capacity,
            )  # fmt: skip
            here.records += lines
            here.lesions += lines
            here.top = top
            here.established += lasting


@device_function
def step_large(person, own):
    """Grow the lesions above 1 mm^3 and add up volumes by role; largest node and distant volumes are kept."""
    volumes = own.volumes
    for role in range(volumes.shape[0]):
        volumes[role] = 0.0
    node = 0.0
    distant = 0.0
    for position in range(person.lesion_count):
        volume = _grown_volume(person, own.lesions[position], own.kinetics[1])
        role = own.sites[own.lesions[position].site].role
        volumes[role] += volume
        if role == REGIONAL_NODE:
            node = max(node, volume)
        else:
            distant = max(distant, volume)
    person.record_days += 1.0 + person.lesion_count
    person.crowd_count = 0.0
    for site in range(own.sites.shape[0]):
        volumes[own.sites[site].role] += own.sites[site].crowd_volume
        person.crowd_count += own.sites[site].crowd_count
    _keep_volumes(person, volumes, node, distant)


@device_function
def _grown_volume(person, lesion, kinetics):
    before = lesion.log_cells
    step_lesion(lesion, kinetics, 1.0)
    if before < kinetics.log_reference_cells <= lesion.log_cells and person.doubling_at_5mm < 0.0:
        person.doubling_at_5mm = log(2.0) / (lesion.log_cells - before)
    return exp(lesion.log_cells - kinetics.log_cell_density)


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
