"""The arrays that one person's course works in, named; views of one row of what trial/cohort.py allocates."""

from typing import Any, NamedTuple


class Routes(NamedTuple):
    """How shed cells travel; the same for everyone in a study.

    Origins: the primary into blood, into lymph, then each site's outflow. Levels: without and with a full
    pre-metastatic niche. lodged_total: (levels, origins) founders per shed cell; destination: (levels, origins,
    modes * sites) cumulative shares of their places; cluster_sizes: (NURSERY_CELLS + 1,) cumulative law of a cluster
    founder's cells; entry_shares, flowing: (origins,) share of shed cells that enters, mean cell-days in blood per
    shed cell.
    """

    lodged_total: Any
    destination: Any
    cluster_sizes: Any
    entry_shares: Any
    flowing: Any


class Workspace(NamedTuple):
    """One person's state; names and shapes as in body/state.py, body/nursery.py and body/micrometastases.py."""

    sites: Any  # (sites,) SITE
    kinetics: Any  # (1 + GROUPS,) KINETICS of the primary and of metastases
    transitions: Any  # (NURSERY_CELLS + 1, 4)
    size_law: Any  # (NURSERY_CELLS + 1, NEXT_CELLS)
    nursery: Any  # (sites, NURSERY_CELLS + 1, NURSERY_COLUMNS)
    following: Any  # (NURSERY_CELLS + 1, NURSERY_COLUMNS)
    sizes: Any  # (GROUPS, classes + 1, SIZE_COLUMNS)
    members: Any  # (GROUPS, sites, classes)
    lesions: Any  # (LESION_LIMIT,) LESION
    primary_clones: Any  # (clones,) cells
    lesion_clones: Any  # (LESION_LIMIT, clones) cells
    clone_work: Any  # (clones,) cells, scratch
    clone_rates: Any  # (clones,) mutants per division of the parent; the same for everyone, as the next two
    clone_costs: Any  # (clones,) share of the unbraked rate
    clone_parents: Any  # (clones,)
    volumes: Any  # (roles,) mm^3
    hazards: Any  # (causes,) 1/day
    clone_traits: Any  # (clones,) patient/protocol.CLONE_TRAIT; the same for everyone
    drug_effects: Any  # (2, clones) patient/protocol.DRUG_EFFECT in primary and metastases
    effects: Any  # (2, clones) EFFECT
    levels: Any  # (drugs,) nmol/L, mean unbound concentration of today
    shed: Any  # (routes, SHED_WEIGHTS) cells since the first one
    shed_kept: Any  # (moments, routes, SHED_WEIGHTS)
    micro: Any  # (moments, sites, OUTPUT_CLASSES)
    cascade: Any  # (moments, sites, CASCADE_COUNTS)
    curves: Any  # (CURVE_POINTS, fields)
