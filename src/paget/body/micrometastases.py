"""Micrometastases between 64 cells and 1 mm^3: counts by half-doubling size class.

Per site, `classes[j]` holds (count, mean ln cells, mean ln(K / V), mean founding day) of the lesions in class j. All
lesions of a class grow as their mean does; when the mean crosses the class's upper edge they move on together, so that
growth adds no numerical spread. The chance part of growth was drawn when a line left the nursery.
"""

from math import log

from paget.body.angiogenesis import grow
from paget.body.state import CLASS_COUNT, NURSERY_CELLS
from paget.compute import device_function

COUNT, LOG_CELLS, LOG_RATIO, FOUNDED = range(4)


@device_function
def class_of(log_cells):
    """Half-doubling class of a lesion, clipped to the table."""
    index = int(max((log_cells - log(NURSERY_CELLS + 1.0)) * 2.0 / log(2.0), 0.0))
    return min(index, CLASS_COUNT - 1)


@device_function
def admit(classes, log_cells, log_ratio, count, founded):
    """Merge `count` lesions of one size into their class (count-weighted means)."""
    row = classes[class_of(log_cells)]
    total = row[COUNT] + count
    share = count / total
    row[COUNT] = total
    row[LOG_CELLS] += share * (log_cells - row[LOG_CELLS])
    row[LOG_RATIO] += share * (log_ratio - row[LOG_RATIO])
    row[FOUNDED] += share * (founded - row[FOUNDED])


@device_function
def step_classes(classes, arrivals, kinetics, days, individual_log_cells):
    """Grow every class by `days`; lesions that reach the individual limit go to `arrivals`.

    classes, arrivals: (CLASS_COUNT, 4). Returns (rows of arrivals used, classes advanced, lesions in them). From the
    largest class down, so that nothing moves twice.
    """
    used = 0
    advanced = 0
    lesions = 0.0
    for position in range(CLASS_COUNT):
        row = classes[CLASS_COUNT - 1 - position]
        count = row[COUNT]
        if count > 0.0:
            log_cells, log_ratio = grow(row[LOG_CELLS], row[LOG_RATIO], kinetics, days)
            founded = row[FOUNDED]
            advanced += 1
            lesions += count
            if log_cells >= individual_log_cells:
                row[COUNT] = 0.0
                used = _hand_over(arrivals, used, count, log_cells, log_ratio, founded)
            elif class_of(log_cells) != CLASS_COUNT - 1 - position:
                row[COUNT] = 0.0
                admit(classes, log_cells, log_ratio, count, founded)
            else:
                row[LOG_CELLS] = log_cells
                row[LOG_RATIO] = log_ratio
    return used, advanced, lesions


@device_function
def _hand_over(arrivals, used, count, log_cells, log_ratio, founded):
    arrivals[used, COUNT] = count
    arrivals[used, LOG_CELLS] = log_cells
    arrivals[used, LOG_RATIO] = log_ratio
    arrivals[used, FOUNDED] = founded
    return used + 1
