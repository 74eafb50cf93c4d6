"""Exact transitions of the linear birth-death process over a finite step.

A line of cells with birth rate b and death rate d (1/day) over dt days, E = exp((b - d) dt):

    alpha = d (E - 1) / (b E - d)      probability that one cell's line is extinct after dt
    beta  = b (E - 1) / (b E - d)      parameter of the geometric size of a surviving line

and at b = d both are b dt / (1 + b dt). N cells become S + NegBin(S, 1 - beta) with S ~ Bin(N, 1 - alpha): no
tau-leap, no bias. Source: Kendall 1948, doi:10.1214/aoms/1177730285.
"""

from math import exp, log

from paget.body import decisions
from paget.compute import device_function
from paget.compute.random import binomial, gamma, negative_binomial


@device_function
def extinction_and_spread(birth_rate, death_rate, days):
    """(alpha, beta) of the step; rates in 1/day, dimensionless results in [0, 1)."""
    net = (birth_rate - death_rate) * days
    if net == 0.0:
        both = birth_rate * days / (1.0 + birth_rate * days)
        return both, both
    growth = exp(net)
    scale = (growth - 1.0) / (birth_rate * growth - death_rate)
    return death_rate * scale, birth_rate * scale


@device_function
def step_cells(cells, alpha, beta, seed, person, part, step):
    """Cells after one step (a whole number held as float) of a line that now has `cells` cells."""
    if cells <= 0.0:
        return 0.0
    survivors = binomial(cells, 1.0 - alpha, seed, person, part, decisions.PRIMARY_SURVIVORS, step)
    if survivors <= 0.0:
        return 0.0
    return survivors + negative_binomial(
        survivors, 1.0 - beta, seed, person, part, decisions.PRIMARY_OFFSPRING, step
    )


@device_function
def cells_by_inversion(cells, alpha, beta, chance):
    """Cells after one step by inversion of the exact law at `chance` in (0, 1); for lines of few cells.

    The generating function is ((alpha + c z) / (1 - beta z))^cells with c = 1 - alpha - beta; its coefficients f_m
    obey alpha (m+1) f_{m+1} = (cells (c + alpha beta) - (c - alpha beta) m) f_m + beta c (m-1) f_{m-1}.
    """
    if alpha <= 0.0:
        return _pure_birth_by_inversion(cells, beta, chance)
    remainder = 1.0 - alpha - beta
    lead = cells * (remainder + alpha * beta)
    slope = remainder - alpha * beta
    previous = 0.0
    current = exp(cells * log(alpha))
    cumulative = current
    size = 0.0
    while cumulative < chance and (current > 0.0 or size == 0.0):
        following = ((lead - slope * size) * current + beta * remainder * (size - 1.0) * previous) / (
            alpha * (size + 1.0)
        )
        if size > cells and cumulative + following == cumulative:
            break
        previous = current
        current = following
        cumulative += current
        size += 1.0
    return size


@device_function
def _pure_birth_by_inversion(cells, beta, chance):
    """As above without death: cells + NegBin(cells, 1 - beta)."""
    current = exp(cells * log(1.0 - beta))
    cumulative = current
    size = cells
    while cumulative < chance:
        current *= beta * size / (size - cells + 1.0)
        if cumulative + current == cumulative:
            break
        cumulative += current
        size += 1.0
    return size


@device_function
def lasting_size(cells, birth_rate, death_rate, seed, person, part, step):
    """Effective size of a line: cells times the limit of N(t) exp(-(b - d) t) / N(0), or 0 if the line dies out.

    Of `cells` cells Bin(cells, 1 - d/b) have lasting lines and each contributes an exponential of mean b / (b - d)
    (the martingale limit of the process, exact for constant rates). From here on the line may grow by its mean.
    """
    survival = 1.0 - death_rate / birth_rate
    if survival <= 0.0:
        return cells
    lasting = binomial(cells, survival, seed, person, part, decisions.LINEAGE_SURVIVORS, step)
    if lasting <= 0.0:
        return 0.0
    return gamma(lasting, seed, person, part, decisions.LINEAGE_SIZE, step) / survival
