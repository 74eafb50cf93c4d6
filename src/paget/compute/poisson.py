"""Poisson counts from addresses.

Counts are float64 holding integers, so that 1e15 cells is a count like any other. A mean of 0
costs no random word. Small means: inversion with one uniform. Larger ones: Hörmann's
transformed rejection PTRS (1993, doi:10.1016/0167-6687(93)90997-4), exact. Beyond a variance of
`NORMAL_VARIANCE` the count is a rounded normal number, whose lost skewness is below 4e-5. NaN
in a parameter comes out as NaN.
"""

from __future__ import annotations

import math

import numpy as np

from paget.compute.continuous import normal_from_units
from paget.compute.kernels import device_function
from paget.compute.philox import unit_from_words, words

INVERSION_MEAN = 10.0
"""Means below this are drawn by inversion, as Hörmann recommends."""
NORMAL_VARIANCE = 1e9
HALF_LOG_TWO_PI = 0.5 * math.log(2.0 * math.pi)
_SERIES_FROM = 10.0
_ALL_INTEGERS_FROM = 2.0**52


@device_function
def whole(x):
    """Return the largest integer <= x, as float64; infinity and NaN stay (CUDA has no np.floor)."""
    if not abs(x) < _ALL_INTEGERS_FROM:
        return x
    return np.float64(math.floor(x))


@device_function
def stirling_correction(k):
    """Return log k! - ((k + 1/2) log(k + 1) - (k + 1) + log(2 pi) / 2), error below 2e-12."""
    z = k + 1.0
    if k < _SERIES_FROM:
        return math.lgamma(z) - ((k + 0.5) * math.log(z) - z + HALF_LOG_TWO_PI)
    square = 1.0 / (z * z)
    return (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - square / 1680.0) * square) * square) / z


@device_function
def _by_inversion(mean, u):
    """Return the count whose upper tail holds the uniform `u`; mean below `INVERSION_MEAN`."""
    if u >= mean:
        return 0.0  # P(count > 0) <= mean, so no exponential is needed
    rest = 1.0 - u
    probability = math.exp(-mean)
    count = 0.0
    while rest > probability and probability > 0.0:
        rest -= probability
        count += 1.0
        probability *= mean / count
    return count


@device_function
def _by_rejection(mean, seed, patient, part, decision, step, block):
    """Draw by Hörmann's PTRS for mean >= 10, with his constants; one block per attempt."""
    b = 0.931 + 2.53 * math.sqrt(mean)
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    squeeze = 0.9277 - 3.6224 / (b - 2.0)
    while True:
        w0, w1, w2, w3 = words(seed, patient, part, decision, step, block)
        block += 1
        u = unit_from_words(w0, w1) - 0.5
        v = unit_from_words(w2, w3)
        distance = 0.5 - abs(u)
        count = whole((2.0 * a / distance + b) * u + mean + 0.43)
        if distance >= 0.07 and v <= squeeze:
            return count
        if count < 0.0 or (distance < 0.013 and v > distance):
            continue
        log_probability = (count + 0.5) * math.log(mean / (count + 1.0)) + (count + 1.0 - mean)
        log_probability -= 0.5 * math.log(mean) + HALF_LOG_TWO_PI + stirling_correction(count)
        if math.log(v * inverse_alpha / (a / (distance * distance) + b)) <= log_probability:
            return count


@device_function
def poisson_from_block(mean, seed, patient, part, decision, step, block):
    """Draw a Poisson count for mean > 0, with random words from `block` on."""
    if INVERSION_MEAN <= mean <= NORMAL_VARIANCE:
        return _by_rejection(mean, seed, patient, part, decision, step, block)
    w0, w1, w2, w3 = words(seed, patient, part, decision, step, block)
    u = unit_from_words(w0, w1)
    if mean < INVERSION_MEAN:
        return _by_inversion(mean, u)
    z = normal_from_units(u, unit_from_words(w2, w3))
    return whole(mean + math.sqrt(mean) * z + 0.5)


@device_function
def poisson(mean, seed, patient, part, decision, step):
    """Draw a Poisson count as float64; 0 for mean <= 0."""
    expected = np.float64(mean)
    if not expected > 0.0:
        return expected if expected != expected else 0.0
    return poisson_from_block(expected, seed, patient, part, decision, step, 0)
