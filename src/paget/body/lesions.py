"""Lesions above 1 mm^3 with a record of their own, while there is room (LESION_LIMIT per person).

Growth is deterministic here (body/angiogenesis.grow); at 2e5 cells chance moves a lesion by less than a per cent.
Beyond the limit lesions stay in their size classes (body/micrometastases.py) and are written out as such.
"""

from paget.body.angiogenesis import grow
from paget.compute import device_function


@device_function
def add_lesions(lesions, used, site, count, log_cells, log_ratio, founded):
    """Give each of `count` equal lesions a record from lesions[used] on; returns the records in use."""
    for position in range(used, used + int(count)):
        lesion = lesions[position]
        lesion.site = site
        lesion.parent = -1
        lesion.log_cells = log_cells
        lesion.log_ratio = log_ratio
        lesion.seeded_day = founded
        lesion.cells_at_diagnosis = 0.0
        lesion.diameter_at_diagnosis = 0.0
    return used + int(count)


@device_function
def step_lesion(lesion, kinetics, days):
    """Grow one record by `days`."""
    log_cells, log_ratio = grow(lesion.log_cells, lesion.log_ratio, kinetics, days)
    lesion.log_cells = log_cells
    lesion.log_ratio = log_ratio
