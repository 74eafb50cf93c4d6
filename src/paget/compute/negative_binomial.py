"""Negative binomial counts from addresses: failures before a number of successes.

Inversion with one uniform for small means, the logarithm of one uniform for a single success,
otherwise a Poisson count whose mean is a gamma number. `successes` may be any positive number,
whole or not, up to 1e15; the count is float64. NaN in a parameter comes out as NaN.
"""

from __future__ import annotations

import math

import numpy as np

from paget.compute.continuous import gamma_from_block
from paget.compute.kernels import device_function
from paget.compute.philox import unit_from_words, words
from paget.compute.poisson import INVERSION_MEAN, poisson_from_block, whole


@device_function
def _by_inversion(successes, p, u):
    """Return the count whose upper tail holds the uniform `u`; mean below `INVERSION_MEAN`."""
    failure = 1.0 - p
    if u >= successes * failure:
        return 0.0  # P(count > 0) <= successes (1 - p), so no power is needed
    rest = 1.0 - u
    probability = math.exp(successes * math.log(p))
    count = 0.0
    while rest > probability and probability > 0.0:
        rest -= probability
        probability *= failure * (successes + count) / (count + 1.0)
        count += 1.0
    return count


@device_function
def _drawn(successes, p, seed, patient, part, decision, step):
    """Draw the count for successes > 0 and 0 < p < 1."""
    odds = (1.0 - p) / p
    if successes * odds < INVERSION_MEAN or successes == 1.0:
        w0, w1, _, _ = words(seed, patient, part, decision, step, 0)
        u = unit_from_words(w0, w1)
        if successes * odds < INVERSION_MEAN:
            return _by_inversion(successes, p, u)
        return whole(math.log(u) / math.log1p(-p))
    mean, free = gamma_from_block(successes, seed, patient, part, decision, step, 0)
    if mean == 0.0:
        return 0.0
    return poisson_from_block(mean * odds, seed, patient, part, decision, step, free)


@device_function
def negative_binomial(successes, p, seed, patient, part, decision, step):
    """Draw the failures before `successes` successes, probability p of success per trial, as float64.

    0 for successes <= 0 or p >= 1, infinite for p <= 0.
    """
    wanted, chance = np.float64(successes), np.float64(p)
    if wanted != wanted or chance != chance:
        return wanted + chance
    if wanted <= 0.0 or chance >= 1.0:
        return 0.0
    if chance <= 0.0:
        return np.inf
    return _drawn(wanted, chance, seed, patient, part, decision, step)
