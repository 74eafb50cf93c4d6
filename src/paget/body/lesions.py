"""Lesions above 1 mm^3 with a record of their own, while there is room (LESION_LIMIT per person).

Growth is deterministic here (body/angiogenesis.grow); at 2e5 cells chance moves a lesion by less than a per cent.
Beyond the limit lesions stay in their size classes (body/micrometastases.py) and are written out as such.
"""

from math import exp

from paget.body import decisions
from paget.body.angiogenesis import grow
from paget.compute import device_function
from paget.compute.random import uniform_pair

FROM_PRIMARY, FROM_UNRECORDED, UNDRAWN = -1, -2, -3
"""Parents that are no record: the primary; a metastasis without a record; not drawn yet."""


NO_CLONES, ONE_CLONE = -1.0, -2.0
"""clone_day of a lesion whose clones are not drawn yet: by the law at its size; ONE_CLONE - c: all of clone c."""


@device_function
def add_lesions(lesions, used, site, count, log_cells, log_ratio, founded, secondary, clone):
    """Give each of `count` equal lesions a record from lesions[used] on; returns the records in use.

    secondary: share of these lesions that metastases founded; clone: that all of their cells are of, -1: mixed.
    """
    for position in range(used, used + int(count)):
        lesion = lesions[position]
        lesion.site = site
        lesion.parent = UNDRAWN
        lesion.secondary = secondary
        lesion.log_cells = log_cells
        lesion.clone_day = ONE_CLONE - clone if clone >= 0 else NO_CLONES
        lesion.clone_cells = 0.0
        lesion.log_ratio = log_ratio
        lesion.seeded_day = founded
        lesion.cells_at_diagnosis = 0.0
        lesion.diameter_at_diagnosis = 0.0
        lesion.dead_cells = 0.0
        lesion.seen = 0
    return used + int(count)


@device_function
def step_lesion(lesion, kinetics, days):
    """Grow one record by `days`."""
    log_cells, log_ratio = grow(lesion.log_cells, lesion.log_ratio, kinetics, days)
    lesion.log_cells = log_cells
    lesion.log_ratio = log_ratio


@device_function
def draw_parent(lesions, used, position, seed, person):
    """Parent of the record at `position`: -1 the primary, -2 a metastasis without a record, else a record's place.

    Below 1 mm^3 lines are counted, not named, so the parent of one founded by a metastasis is drawn among the records
    that are older, by their present cells.
    """
    lesion = lesions[position]
    chance, place = uniform_pair(seed, person, position, decisions.PARENT, 0)
    if chance >= lesion.secondary:
        return FROM_PRIMARY
    total = 0.0
    for other in range(used):
        if lesions[other].seeded_day < lesion.seeded_day:
            total += exp(lesions[other].log_cells)
    left = place * total
    for other in range(used):
        if lesions[other].seeded_day < lesion.seeded_day:
            left -= exp(lesions[other].log_cells)
            if left < 0.0:
                return other
    return FROM_UNRECORDED
