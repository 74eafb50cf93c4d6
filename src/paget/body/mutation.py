"""Mutations at division: how many mutant cells a lesion holds, exactly where they are few.

A division makes a mutant with probability u. Over a step the parent clone divides b int N dt times, N growing
exponentially between its two ends; mutants arrive as a Poisson stream in proportion to those divisions, and one that
arrives with t days left becomes n cells by the linear birth-death law (body/birth_death.py): none with probability
alpha(t), n >= 1 with (1 - alpha)(1 - beta) beta^(n - 1).

A lesion of M cells that grew from one lasting cell had y M cells when a mutant arrived, y uniform in (1 / (M s), 1),
s = 1 - d / b, since it starts off as 1 / s cells. Its mutants are then Poisson(u M / s) clones of age -ln(y) / (b - d):

    d = 0, no cost:          Luria-Delbrueck law of Lea and Coulson 1949 (doi:10.1007/BF02986080)
    P(no mutant)           = exp(u M ln(s) / (1 - s)) for large M     Bozic et al. 2013 (doi:10.7554/eLife.00747)
    mean number of mutants = M (u / s) ln(M s)                        the same

A mutant's fitness cost c lowers its division rate by c lambda. Switch `mutation` scales u.
"""

from math import exp, expm1, floor, log, log1p

from paget.body import decisions
from paget.body.birth_death import extinction_and_spread
from paget.compute import device_function
from paget.compute.random import poisson, uniform_pair


@device_function
def mutant_birth_rate(birth, cost, unbraked_rate):
    """Division rate (1/day) of a mutant whose fitness cost is `cost` (share of lambda)."""
    return max(birth - cost * unbraked_rate, 0.0)


@device_function
def mean_cells(before, after, days):
    """Integral of N over the step (cell days), N growing exponentially from `before` to `after`."""
    if before <= 0.0 or after <= 0.0:
        return 0.5 * (before + after) * days
    growth = log(after / before)
    return before * days * (expm1(growth) / growth if growth != 0.0 else 1.0)


@device_function
def line_size(chance, birth, death, days):
    """Cells after `days` of the line of one cell, by inversion of its law at the uniform `chance`."""
    extinct, ratio = extinction_and_spread(birth, death, days)
    if chance < extinct:
        return 0.0
    if ratio <= 0.0:
        return 1.0
    rest = (1.0 - chance) / (1.0 - extinct)
    return 1.0 + floor(log(rest) / log(ratio))


@device_function
def time_left(chance, growth, days):
    """Days left in the step when a mutant arrives, its arrival uniform in the parent's divisions.

    growth: ln of the parent's growth over the step.
    """
    if growth == 0.0:
        return (1.0 - chance) * days
    return days * (1.0 - log1p(chance * expm1(growth)) / growth)


@device_function
def arriving(number, growth, birth, death, days, seed, person, part, step):
    """Cells at the end of the step from `number` mutants that arrived in it, each at its own time."""
    cells = 0.0
    for mutant in range(int(number)):
        when, size = uniform_pair(seed, person, part + mutant, decisions.MUTANT_ARRIVAL, step)
        cells += line_size(size, birth, death, time_left(when, growth, days))
    return cells


@device_function
def mean_arriving(mutants, growth, net_rate, days):
    """Expected cells at the end of the step from `mutants` expected arrivals whose clones grow at net_rate (1/day)."""
    if mutants <= 0.0:
        return 0.0
    parent = expm1(growth) / growth if growth != 0.0 else 1.0
    ahead = growth - net_rate * days
    return mutants * exp(net_rate * days) * (expm1(ahead) / ahead if ahead != 0.0 else 1.0) / parent


@device_function
def mutants_at_size(cells, rate, birth, death, mutant_birth, limit, seed, person, part, step):
    """Mutant cells in a lesion that has just reached `cells` cells from one lasting cell, drawn from their exact law.

    rate: mutants per division; birth, death: of the parent, mutant_birth: of the mutants (1/day). Beyond `limit`
    expected mutations their mean stands for the draw.
    """
    lasting = 1.0 - death / birth
    least = 1.0 / (cells * lasting) if lasting > 0.0 else 1.0
    if rate <= 0.0 or least >= 1.0:
        return 0.0
    expected = rate * cells / lasting * (1.0 - least)
    if expected > limit:
        return mean_mutants(cells, rate, birth, death, mutant_birth)
    number = poisson(expected, seed, person, part, decisions.MUTANTS, step)
    total = 0.0
    for mutant in range(int(number)):
        when, size = uniform_pair(seed, person, part + mutant, decisions.MUTANT_ARRIVAL, step)
        age = -log(least + when * (1.0 - least)) / (birth - death)
        total += line_size(size, mutant_birth, death, age)
    return total


@device_function
def mean_mutants(cells, rate, birth, death, mutant_birth):
    """Expected mutant cells in a lesion of `cells` cells that grew from one lasting cell."""
    lasting = 1.0 - death / birth
    if lasting <= 0.0 or cells * lasting <= 1.0:
        return 0.0
    lag = 1.0 - (mutant_birth - death) / (birth - death)
    spread = log(cells * lasting)
    share = spread if lag == 0.0 else -expm1(-lag * spread) / lag
    return rate * cells / lasting * share
