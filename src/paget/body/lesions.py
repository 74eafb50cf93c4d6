"""Lesions above 1 mm^3: individual records, and one `many` record per site beyond the limit.

Growth is deterministic here (body/angiogenesis.grow); at 2e5 cells chance moves a lesion by less than a per cent.
"""

from math import exp, log

from paget.body.angiogenesis import grow
from paget.body.state import LESION_LIMIT
from paget.compute import device_function


@device_function
def add_lesions(lesions, many, used, site, count, log_cells, log_ratio, founded):
    """Give `count` equal lesions a record each while there is room; returns the records in use.

    lesions: (LESION_LIMIT,) and many: (sites,) of LESION. The rest joins the site's `many` record, which keeps the
    count and the mean cells.
    """
    for _ in range(int(count)):
        if used < LESION_LIMIT:
            _write(lesions[used], site, log_cells, log_ratio, founded)
            used += 1
        else:
            _join(many[site], site, log_cells, log_ratio, founded)
    return used


@device_function
def _write(lesion, site, log_cells, log_ratio, founded):
    lesion.site = site
    lesion.parent = -1
    lesion.count = 1.0
    lesion.log_cells = log_cells
    lesion.log_ratio = log_ratio
    lesion.seeded_day = founded
    lesion.cells_at_diagnosis = 0.0
    lesion.diameter_at_diagnosis = 0.0


@device_function
def _join(record, site, log_cells, log_ratio, founded):
    if record.count <= 0.0:
        _write(record, site, log_cells, log_ratio, founded)
        return
    share = 1.0 / (record.count + 1.0)
    mean = exp(record.log_cells) * (1.0 - share) + exp(log_cells) * share
    record.log_cells = log(mean)
    record.log_ratio += share * (log_ratio - record.log_ratio)
    record.seeded_day += share * (founded - record.seeded_day)
    record.count += 1.0


@device_function
def step_lesion(lesion, kinetics, days):
    """Grow one record by `days`."""
    log_cells, log_ratio = grow(lesion.log_cells, lesion.log_ratio, kinetics, days)
    lesion.log_cells = log_cells
    lesion.log_ratio = log_ratio
