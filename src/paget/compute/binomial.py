"""Binomial counts from addresses.

Counts are float64 holding integers, n up to 1e15. No trials, or certain ones, cost no random
word. With q = min(p, 1 - p): inversion for n q < 10 (one uniform), Hörmann's transformed
rejection BTRS (1993, doi:10.1080/00949659308811496) above, exact; beyond a variance of
`NORMAL_VARIANCE` a rounded normal number, whose lost skewness is below 4e-5. NaN in a
parameter comes out as NaN.
"""

from __future__ import annotations

import math

import numpy as np

from paget.compute.continuous import normal_from_units
from paget.compute.kernels import device_function
from paget.compute.philox import unit_from_words, words
from paget.compute.poisson import INVERSION_MEAN, NORMAL_VARIANCE, stirling_correction, whole


@device_function
def _by_inversion(n, q, u):
    """Return the count whose upper tail holds the uniform `u`; n q below `INVERSION_MEAN`."""
    if u >= n * q:
        return 0.0  # P(count > 0) <= n q, so no power is needed
    rest = 1.0 - u
    probability = math.exp(n * math.log1p(-q))
    odds = q / (1.0 - q)
    count = 0.0
    while rest > probability and count < n and probability > 0.0:
        rest -= probability
        count += 1.0
        probability *= odds * (n - count + 1.0) / count
    return count


@device_function
def _log_ratio(n, q, mode, count):
    """Return log of P(count) / P(mode), without the cancellation of large factorials.

    Stirling's series for the four factorials; n + 1 multiplies a log1p, since n may be 1e15.
    """
    odds = q / (1.0 - q)
    others, mode_others = n - count, n - mode
    value = (mode + 0.5) * math.log((mode + 1.0) / (odds * (mode_others + 1.0)))
    value += (n + 1.0) * math.log1p((count - mode) / (others + 1.0))
    value += (count + 0.5) * math.log(odds * (others + 1.0) / (count + 1.0))
    value += stirling_correction(mode) + stirling_correction(mode_others)
    return value - stirling_correction(count) - stirling_correction(others)


@device_function
def _by_rejection(n, q, seed, patient, part, decision, step):
    """Draw by Hörmann's BTRS for n q >= 10, q <= 1/2, with his constants; one block per attempt."""
    deviation = math.sqrt(n * q * (1.0 - q))
    b = 1.15 + 2.53 * deviation
    a = -0.0873 + 0.0248 * b + 0.01 * q
    alpha = (2.83 + 5.1 / b) * deviation
    squeeze = 0.92 - 4.2 / b
    mode = whole((n + 1.0) * q)
    block = 0
    while True:
        w0, w1, w2, w3 = words(seed, patient, part, decision, step, block)
        block += 1
        u = unit_from_words(w0, w1) - 0.5
        v = unit_from_words(w2, w3)
        distance = 0.5 - abs(u)
        count = whole((2.0 * a / distance + b) * u + n * q + 0.5)
        if count < 0.0 or count > n:
            continue
        if distance >= 0.07 and v <= squeeze:
            return count
        height = math.log(v * alpha / (a / (distance * distance) + b))
        if height <= _log_ratio(n, q, mode, count):
            return count


@device_function
def _rarer_outcome(n, q, seed, patient, part, decision, step):
    """Draw a binomial count for 0 < q <= 1/2 and n > 0."""
    variance = n * q * (1.0 - q)
    if n * q >= INVERSION_MEAN and variance <= NORMAL_VARIANCE:
        return _by_rejection(n, q, seed, patient, part, decision, step)
    w0, w1, w2, w3 = words(seed, patient, part, decision, step, 0)
    u = unit_from_words(w0, w1)
    if n * q < INVERSION_MEAN:
        return _by_inversion(n, q, u)
    z = normal_from_units(u, unit_from_words(w2, w3))
    return min(max(whole(n * q + math.sqrt(variance) * z + 0.5), 0.0), n)


@device_function
def binomial(n, p, seed, patient, part, decision, step):
    """Draw the successes in n independent trials with probability p each, as float64.

    n is a whole number, also as float64. 0 for n <= 0 or p <= 0, n for p >= 1.
    """
    trials, chance = np.float64(n), np.float64(p)
    if trials != trials or chance != chance:
        return trials + chance
    if trials <= 0.0 or chance <= 0.0:
        return 0.0
    if chance >= 1.0:
        return trials
    if chance <= 0.5:
        return _rarer_outcome(trials, chance, seed, patient, part, decision, step)
    failures = _rarer_outcome(trials, 1.0 - chance, seed, patient, part, decision, step)
    return trials - failures
