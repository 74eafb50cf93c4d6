"""Solitary dormancy: a founder stays a single cell that doesn't divide, until it wakes or dies.

Of the founders that lodge a share is dormant; each then wakes at rate w or dies at rate d (1/day), in competition:

    P(wakes within t) = w / (w + d) (1 - exp(-(w + d) t)),    P(dies within t) likewise with d in front

In mouse liver 1 of 40 extravasated cells had started by day 3, and 36 % of the injected were single dormant cells at
day 13 (Luzzi et al. 1998, PMID 9736035). Human anaplastic carcinoma runs faster, so all sizes are assumed. Switch
`dormancy` scales the share (off: every founder is active on arrival).
"""

from math import expm1

from paget.compute import device_function


@device_function
def dormant_share(p):
    """Probability that a founder is dormant on arrival."""
    return min(1.0, p.solitary_dormancy_share * p.switch_dormancy)


@device_function
def wake_probability(p, days):
    """Probability that a dormant cell starts to divide within `days`, before it dies."""
    return _first(p.dormant_wake_rate, p.dormant_death_rate, days)


@device_function
def dormant_death_probability(p, days):
    """Probability that a dormant cell dies within `days`, before it wakes; with waking at most 1."""
    return _first(p.dormant_death_rate, p.dormant_wake_rate, days)


@device_function
def _first(rate, other, days):
    total = rate + other
    if total <= 0.0:
        return 0.0
    return -rate / total * expm1(-total * days)
