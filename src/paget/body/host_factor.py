"""The host's genetic background: a person's own factor on the number of founders.

factor = exp(spread z), z standard normal and fixed for life: lognormal with median 1. Switch `host_factor` scales the
spread of ln (off: everybody's factor is 1). The size of the spread in man is assumed. Dimensionless.
"""

from math import exp

from paget.body.decisions import HOST_FACTOR
from paget.compute import device_function
from paget.compute.random import normal


@device_function
def draw_host_factor(p, seed, person):
    """Factor of one person; `person` is the number by which the person's draws are addressed."""
    return exp(p.host_factor_spread * p.switch_host_factor * normal(seed, person, 0, HOST_FACTOR, 0))
