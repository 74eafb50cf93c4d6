"""Exact transitions of the linear birth-death process over a finite step.

A line of cells with birth rate b and death rate d (1/day) over dt days, E = exp((b - d) dt):

    alpha = d (E - 1) / (b E - d)      probability that one cell's line is extinct after dt
    beta  = b (E - 1) / (b E - d)      parameter of the geometric size of a surviving line

and at b = d both are b dt / (1 + b dt). N cells become S + NegBin(S, 1 - beta) with S ~ Bin(N, 1 - alpha): no
tau-leap, no bias. Source: Kendall 1948, doi:10.1214/aoms/1177730285.
"""

from math import exp

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

    One cell becomes 0 with probability alpha and m >= 1 with (1 - alpha)(1 - beta) beta^(m - 1); the law of more cells
    is the repeated convolution of that one, built from positive terms only (the three-term recurrence of the
    coefficients is unstable where death is rare).
    """
    born = (1.0 - alpha) * (1.0 - beta)
    for size in range(cumulative.shape[0]):
        cumulative[size] = 0.0
    cumulative[0] = 1.0
    for _ in range(cells):
        geometric = 0.0
        before = cumulative[0]
        cumulative[0] *= alpha
        for size in range(1, cumulative.shape[0]):
            geometric = before + beta * geometric
            before = cumulative[size]
            cumulative[size] = alpha * before + born * geometric
    total = 0.0
    for size in range(cumulative.shape[0]):
        total += cumulative[size]
        cumulative[size] = min(total, 1.0)


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
