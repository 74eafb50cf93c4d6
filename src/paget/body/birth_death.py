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
    return survivors + negative_binomial(survivors, 1.0 - beta, seed, person, part, decisions.PRIMARY_OFFSPRING, step)


@device_function
def fill_size_law(cumulative, cells, alpha, beta):
    """P(at most m cells after one step) of a line of `cells` cells into cumulative[m], m = 0 .. len - 1.

    The generating function is ((alpha + c z) / (1 - beta z))^cells with c = 1 - alpha - beta; its coefficients f_m
    obey alpha (m+1) f_{m+1} = (cells (c + alpha beta) - (c - alpha beta) m) f_m + beta c (m-1) f_{m-1}. Without death
    the law is cells + NegBin(cells, 1 - beta).
    """
    remainder = 1.0 - alpha - beta
    lead = cells * (remainder + alpha * beta)
    slope = remainder - alpha * beta
    back = beta * remainder
    previous = 0.0
    current = exp(cells * log(alpha)) if alpha > 0.0 else 0.0
    total = 0.0
    for size in range(cumulative.shape[0]):
        if alpha <= 0.0 and size == cells:
            current = exp(cells * log(1.0 - beta))
        total += current
        cumulative[size] = min(total, 1.0)
        # The scale doesn't depend on the last coefficient, so that its division stays off the critical path.
        if alpha > 0.0:
            scale = 1.0 / (alpha * (size + 1.0))
            following = ((lead - slope * size) * current + back * (size - 1.0) * previous) * scale
        else:
            following = current * beta * size / max(size - cells + 1.0, 1.0)
        previous = current
        current = following


@device_function
def size_of_chance(cumulative, cells, chance):
    """The size m with cumulative[m - 1] < chance <= cumulative[m], searched from `cells`; len when beyond the table."""
    size = cells
    if chance <= cumulative[size]:
        while size > 0 and chance <= cumulative[size - 1]:
            size -= 1
        return size
    size += 1
    while size < cumulative.shape[0] and chance > cumulative[size]:
        size += 1
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
