"""Metastases whose lines will last: counts by half-doubling size class.

Per site, `classes[j]` holds (count, mean ln cells, mean ln(K / V), mean founding day) of the lesions in class j. All
lesions of a class grow as their mean does; when the mean crosses the class's upper edge they move on together, so that
growth adds no numerical spread. The chance part of growth was drawn when a line left the nursery. A lesion that reaches
1 mm^3 gets a record of its own (body/lesions.py) while there is room; later ones stay here as the crowd.
"""

from math import exp, log

from paget.body.angiogenesis import grow
from paget.body.lesions import add_lesions
from paget.body.state import CLASS_COUNT, DOUBLINGS_BELOW_ONE, LESION_LIMIT
from paget.compute import device_function

COUNT, LOG_CELLS, LOG_RATIO, FOUNDED = range(4)

EXTENT = CLASS_COUNT
"""Row after the classes: its first entry is one more than the highest occupied class, so that loops can stop there."""


@device_function
def class_of(log_cells):
    """Half-doubling class of a lesion, clipped to the table.

    The table starts below one cell, since a lasting line's effective size may be smaller than the line.
    """
    index = int(max((log_cells / log(2.0) + DOUBLINGS_BELOW_ONE) * 2.0, 0.0))
    return min(index, CLASS_COUNT - 1)


@device_function
def admit(classes, log_cells, log_ratio, count, founded):
    """Merge `count` lesions of one size into their class (count-weighted means)."""
    place = class_of(log_cells)
    classes[EXTENT, 0] = max(classes[EXTENT, 0], place + 1.0)
    row = classes[place]
    total = row[COUNT] + count
    share = count / total
    row[COUNT] = total
    row[LOG_CELLS] += share * (log_cells - row[LOG_CELLS])
    row[LOG_RATIO] += share * (log_ratio - row[LOG_RATIO])
    row[FOUNDED] += share * (founded - row[FOUNDED])


@device_function
def step_classes(here, classes, lesions, used, site, kinetics, days):
    """Grow every class of a site by `days`; returns the person's lesion records in use.

    classes: (CLASS_COUNT + 1, 4); lesions: the person's records, `used` of them taken. The SITE record `here` is told
    what passed 1 mm^3 (colonised), what stayed beyond it (crowd_count, crowd_volume in mm^3) and what was advanced
    (records, lesions). From the largest class down: nothing moves twice.
    """
    here.crowd_count = 0.0
    here.crowd_volume = 0.0
    extent = int(classes[EXTENT, 0])
    classes[EXTENT, 0] = 0.0
    for position in range(extent):
        place = extent - 1 - position
        row = classes[place]
        count = row[COUNT]
        if count > 0.0:
            here.records += 1.0
            here.lesions += count
            log_cells, log_ratio = grow(row[LOG_CELLS], row[LOG_RATIO], kinetics, days)
            if log_cells >= kinetics.log_individual_cells:
                if row[LOG_CELLS] < kinetics.log_individual_cells:
                    here.colonised += count
                    if used + count <= LESION_LIMIT:
                        used = add_lesions(lesions, used, site, count, log_cells, log_ratio, row[FOUNDED])
                        row[COUNT] = 0.0
                        continue
                here.crowd_count += count
                here.crowd_volume += count * exp(log_cells - kinetics.log_cell_density)
            _move(classes, place, count, log_cells, log_ratio)
    return used


@device_function
def _move(classes, place, count, log_cells, log_ratio):
    """Write a class's new size, or merge it into the class it has grown into."""
    row = classes[place]
    if class_of(log_cells) == place:
        classes[EXTENT, 0] = max(classes[EXTENT, 0], place + 1.0)
        row[LOG_CELLS] = log_cells
        row[LOG_RATIO] = log_ratio
    else:
        row[COUNT] = 0.0
        admit(classes, log_cells, log_ratio, count, row[FOUNDED])
