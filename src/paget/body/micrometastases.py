"""Metastases whose lines will last: counts by size class, the classes moving with growth.

All metastases of a person that share kinetics grow along one path, so a class is a size that every site shares:
`sizes[j]` holds (count over all sites, ln cells, ln(K / V), mean founding day, share founded by metastases), largest
first, and `members[s, j]` the count at site s. Classes are at least `spacing` (in ln cells) apart: a newcomer joins the
nearest one within that distance or opens its own, and classes that growth has brought closer are merged by their means.
A class is never moved by anything but growth, so numbers pass any size evenly. The chance part of growth was drawn when
a line left the nursery. A lesion that reaches 1 mm^3 gets a record of its own (body/lesions.py) while there is room;
later ones stay here as the crowd.
"""

from math import exp

from paget.body.angiogenesis import grow
from paget.body.lesions import add_lesions
from paget.body.state import LESION_LIMIT, LOG_VANISHED
from paget.compute import device_function

COUNT, LOG_CELLS, LOG_RATIO, FOUNDED, SECONDARY = range(5)

SIZE_COLUMNS = SECONDARY + 1


@device_function
def class_count(sizes):
    """Classes in use; kept in the row after the last class."""
    return int(sizes[sizes.shape[0] - 1, 0])


@device_function
def set_class_count(sizes, used):
    """Remember how many classes are in use."""
    sizes[sizes.shape[0] - 1, 0] = float(used)


@device_function
def admit(sizes, members, site, log_cells, log_ratio, count, founded, secondary, spacing):
    """Let `count` lesions of one size at `site` into their class (count-weighted means).

    sizes: (classes + 1, 5); members: (sites, classes). A full table takes newcomers into the nearest class.
    """
    used = class_count(sizes)
    place = _first_not_larger(sizes, used, log_cells)
    nearest = _nearest(sizes, used, place, log_cells)
    if nearest < 0 or (abs(sizes[nearest, LOG_CELLS] - log_cells) > spacing and used < sizes.shape[0] - 1):
        _open(sizes, members, place, used)
        nearest = place
    row = sizes[nearest]
    total = row[COUNT] + count
    share = count / total
    row[COUNT] = total
    row[LOG_CELLS] += share * (log_cells - row[LOG_CELLS])
    row[LOG_RATIO] += share * (log_ratio - row[LOG_RATIO])
    row[FOUNDED] += share * (founded - row[FOUNDED])
    row[SECONDARY] += share * (secondary - row[SECONDARY])
    members[site, nearest] += count


@device_function
def _first_not_larger(sizes, used, log_cells):
    """First class (largest first) that is not larger than `log_cells`; `used` if all are larger."""
    low, high = 0, used
    while low < high:
        middle = (low + high) // 2
        if sizes[middle, LOG_CELLS] > log_cells:
            low = middle + 1
        else:
            high = middle
    return low


@device_function
def _nearest(sizes, used, place, log_cells):
    """The class nearest in size among the neighbours of `place`; -1 where there is none."""
    if used == 0:
        return -1
    if place == 0:
        return 0
    if place == used:
        return used - 1
    above = sizes[place - 1, LOG_CELLS] - log_cells
    below = log_cells - sizes[place, LOG_CELLS]
    return place - 1 if above < below else place


@device_function
def _open(sizes, members, place, used):
    """Make room for an empty class at `place`."""
    for position in range(used, place, -1):
        _copy(sizes, members, position - 1, position)
    for column in range(sizes.shape[1]):
        sizes[place, column] = 0.0
    for site in range(members.shape[0]):
        members[site, place] = 0.0
    set_class_count(sizes, used + 1)


@device_function
def _copy(sizes, members, origin, target):
    for column in range(sizes.shape[1]):
        sizes[target, column] = sizes[origin, column]
    for site in range(members.shape[0]):
        members[site, target] = members[site, origin]


@device_function
def step_classes(sites, sizes, members, lesions, used, kinetics, days, spacing, exponent, clone):
    """Grow every class by `days`; returns the person's lesion records in use.

    sites: (sites,) SITE records, told what passed 1 mm^3 (colonised), what stayed beyond it (crowd_count, crowd_volume
    in mm^3), the seeding strength of what lives here (emission: sum of cells^exponent) and what was advanced (records,
    lesions). lesions: the person's records, `used` of them taken; clone: of which all these are, -1: mixed.
    """
    kept = 0
    number = class_count(sizes)
    for place in range(number):
        count = sizes[place, COUNT]
        before = sizes[place, LOG_CELLS]
        log_cells, log_ratio = grow(before, sizes[place, LOG_RATIO], kinetics, days)
        if count <= 0.0 or log_cells < LOG_VANISHED:
            continue
        sites[0].records += 1.0
        sites[0].lesions += count
        sizes[place, LOG_CELLS] = log_cells
        sizes[place, LOG_RATIO] = log_ratio
        if log_cells >= kinetics.log_individual_cells:
            if before < kinetics.log_individual_cells:
                _colonise(sites, members, place)
                if used + count <= LESION_LIMIT:
                    used = _promote(sizes, members, place, lesions, used, clone)
                    continue
            _crowd(sites, members, place, exp(log_cells - kinetics.log_cell_density))
        _emit(sites, members, place, exp(exponent * log_cells))
        kept = _keep(sizes, members, place, kept, spacing)
    set_class_count(sizes, kept)
    return used


@device_function
def _colonise(sites, members, place):
    for site in range(members.shape[0]):
        sites[site].colonised += members[site, place]


@device_function
def _promote(sizes, members, place, lesions, used, clone):
    """Give every lesion of a class a record; returns the records in use."""
    row = sizes[place]
    for site in range(members.shape[0]):
        if members[site, place] > 0.0:
            used = add_lesions(
                lesions,
                used,
                site,
                members[site, place],
                row[LOG_CELLS],
                row[LOG_RATIO],
                row[FOUNDED],
                row[SECONDARY],
                clone,
            )
    return used


@device_function
def _crowd(sites, members, place, volume):
    for site in range(members.shape[0]):
        sites[site].crowd_count += members[site, place]
        sites[site].crowd_volume += members[site, place] * volume


@device_function
def _emit(sites, members, place, strength):
    for site in range(members.shape[0]):
        sites[site].emission += members[site, place] * strength


@device_function
def _keep(sizes, members, place, kept, spacing):
    """Move a class up to position `kept`, or merge it into the one before when growth has brought them together."""
    if kept > 0 and sizes[kept - 1, LOG_CELLS] - sizes[place, LOG_CELLS] < spacing:
        _merge(sizes, members, place, kept - 1)
        return kept
    if kept < place:
        _copy(sizes, members, place, kept)
    return kept + 1


@device_function
def _merge(sizes, members, origin, target):
    """Join class `origin` with the larger class `target` (count-weighted means)."""
    share = sizes[origin, COUNT] / (sizes[origin, COUNT] + sizes[target, COUNT])
    sizes[target, COUNT] += sizes[origin, COUNT]
    for column in range(LOG_CELLS, sizes.shape[1]):
        sizes[target, column] += share * (sizes[origin, column] - sizes[target, column])
    for site in range(members.shape[0]):
        members[site, target] += members[site, origin]
