"""The cell in which the tumour starts: stem cell, progenitor, fusion with a stem cell, dedifferentiated mature cell.

A transformed stem cell founds the tumour itself. The line of any other transformed cell dies out (b_D < delta_D) unless
one of its cells first reaches a stem state, at rate q_i = nu_i b_D (1/day): by gaining self-renewal (progenitor), by
fusion with a stem cell (rare), or by dedifferentiation (body/dedifferentiation.py). One such line succeeds with

    w = 2 q / (delta_D + q - b_D + sqrt((delta_D + q - b_D)^2 + 4 b_D q)),

the root of b_D w^2 + (delta_D + q - b_D) w - q = 0 (first-step analysis; Kendall 1948, doi:10.1214/aoms/1177730285),
so that geometrically many, 1 / w on average, are needed for one tumour. The four origins are those of the review the
model starts from; their shares are assumed. Switch `tumour_origin`: off, every tumour starts in a stem cell.
"""

from math import ceil, inf, log, log1p, sqrt

from paget.body import decisions
from paget.compute import device_function
from paget.compute.random import uniform

STEM_CELL, PROGENITOR, FUSION, DEDIFFERENTIATION = range(4)

ORIGINS = ("stem cell", "progenitor", "fusion", "dedifferentiation")


@device_function
def origin_weight(origin, p):
    """Relative frequency of an origin (index into ORIGINS) among tumours; 0 where its mechanism is off."""
    if origin == STEM_CELL:
        return p.origin_share_stem_cell
    if origin == PROGENITOR:
        return p.switch_tumour_origin * p.origin_share_progenitor
    if origin == FUSION:
        return p.switch_tumour_origin * p.origin_share_fusion
    return p.switch_tumour_origin * p.switch_dedifferentiation * p.origin_share_dedifferentiation


@device_function
def draw_origin(p, seed, person):
    """Index into ORIGINS; the prescribed one unless that is negative."""
    if p.origin_prescribed >= 0.0:
        return int(p.origin_prescribed)
    total = 0.0
    for origin in range(DEDIFFERENTIATION + 1):
        total += origin_weight(origin, p)
    chance = uniform(seed, person, 0, decisions.ORIGIN, 0) * total
    for origin in range(DEDIFFERENTIATION + 1):
        chance -= origin_weight(origin, p)
        if chance < 0.0:
            return origin
    return STEM_CELL


@device_function
def conversion_chance(origin, p):
    """nu: chance per division that a cell of this non-stem origin becomes a stem cell."""
    if origin == PROGENITOR:
        return p.progenitor_renewal_chance
    if origin == FUSION:
        return p.fusion_chance
    return p.switch_dedifferentiation * p.dedifferentiation_chance


@device_function
def founding_chance(origin, p):
    """w: probability that the line of one transformed cell reaches a stem state before it dies out."""
    if origin == STEM_CELL:
        return 1.0
    division = p.non_stem_division
    conversion = conversion_chance(origin, p) * division
    decline = p.non_stem_deficit + conversion
    if conversion <= 0.0:
        return 0.0
    return 2.0 * conversion / (decline + sqrt(decline * decline + 4.0 * division * conversion))


@device_function
def transformed_cells(origin, p, seed, person):
    """Transformed cells of this origin up to the one that founds the tumour (geometric); infinite where none can."""
    success = founding_chance(origin, p)
    if success >= 1.0:
        return 1.0
    if success <= 0.0:
        return inf
    drawn = log(uniform(seed, person, 0, decisions.TRANSFORMED_CELLS, 0)) / log1p(-success)
    return max(1.0, float(ceil(drawn)))
