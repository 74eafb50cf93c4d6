"""The arrays that one person's course works in, named; views of one row of what trial/cohort.py allocates."""

from typing import Any, NamedTuple


class Routes(NamedTuple):
    """How shed cells travel; the same for everyone in a study.

    lodged: (routes, sites) founders per cell that passed the membrane; entry_shares, circulation_days: (blood, lymph).
    """

    lodged: Any
    entry_shares: Any
    circulation_days: Any


class Workspace(NamedTuple):
    """One person's state; names and shapes as in body/state.py, body/nursery.py and body/micrometastases.py."""

    sites: Any  # (sites,) SITE
    kinetics: Any  # (2,) KINETICS of the primary and of metastases
    transitions: Any  # (NURSERY_CELLS + 1, 4)
    size_law: Any  # (NURSERY_CELLS + 1, NEXT_CELLS)
    nursery: Any  # (sites, NURSERY_CELLS + 1, 2)
    following: Any  # (NURSERY_CELLS + 1, 2)
    classes: Any  # (sites, CLASS_COUNT + 1, 4)
    lesions: Any  # (LESION_LIMIT,) LESION
    volumes: Any  # (roles,) mm^3
    hazards: Any  # (causes,) 1/day
    micro: Any  # (moments, sites, OUTPUT_CLASSES)
    cascade: Any  # (moments, sites, 4)
    curves: Any  # (CURVE_POINTS, fields)
