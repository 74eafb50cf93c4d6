"""Continuous random numbers from addresses: uniform, normal, exponential, gamma.

Every sampler is exact up to the resolution of its uniforms. NaN in a parameter comes out as
NaN. An address (seed, patient, part, decision, step) belongs to one sampler: two samplers at
one address are not independent.
"""

from __future__ import annotations

import math

import numpy as np

from paget.compute.kernels import device_function
from paget.compute.philox import unit_from_word, unit_from_words, words

_TWO_PI = 2.0 * math.pi


@device_function
def uniform(seed, patient, part, decision, step):
    """Draw one number, uniform in the open interval (0, 1), resolution 2**-52."""
    w0, w1, _, _ = words(seed, patient, part, decision, step, 0)
    return unit_from_words(w0, w1)


@device_function
def uniform_pair(seed, patient, part, decision, step):
    """Draw two independent numbers, uniform in (0, 1), resolution 2**-52; the first is `uniform`'s."""
    w0, w1, w2, w3 = words(seed, patient, part, decision, step, 0)
    return unit_from_words(w0, w1), unit_from_words(w2, w3)


@device_function
def uniforms4(seed, patient, part, decision, step):
    """Draw four independent numbers, uniform in (0, 1), resolution 2**-32."""
    w0, w1, w2, w3 = words(seed, patient, part, decision, step, 0)
    return unit_from_word(w0), unit_from_word(w1), unit_from_word(w2), unit_from_word(w3)


@device_function
def normal_from_units(radius, angle):
    """Turn two uniforms into a standard normal number (Box and Muller 1958, doi:10.1214/aoms/1177706645)."""
    return math.sqrt(-2.0 * math.log(radius)) * math.cos(_TWO_PI * angle)


@device_function
def normal(seed, patient, part, decision, step):
    """Draw a standard normal number."""
    radius, angle = uniform_pair(seed, patient, part, decision, step)
    return normal_from_units(radius, angle)


@device_function
def exponential(seed, patient, part, decision, step):
    """Draw an exponential number with mean 1."""
    return -math.log(uniform(seed, patient, part, decision, step))


@device_function
def _gamma_at_least_one(shape, seed, patient, part, decision, step, block):
    """Draw a gamma number for shape >= 1; return it and the next free block.

    Marsaglia and Tsang 2000, doi:10.1145/358407.358414; one block per attempt, of which 95 % or
    more succeed. The acceptance bound d (1 - v + log v) is written with log1p, since it cancels
    for large shapes.
    """
    d = shape - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    while True:
        w0, w1, w2, w3 = words(seed, patient, part, decision, step, block)
        block += 1
        x = normal_from_units(unit_from_words(w0, w1), unit_from_word(w2))
        t = c * x
        if t <= -1.0:
            continue
        shift = t * (3.0 + t * (3.0 + t))
        bound = 0.5 * x * x + d * (3.0 * math.log1p(t) - shift)
        if math.log(unit_from_word(w3)) < bound:
            return d * (1.0 + shift), block


@device_function
def gamma_from_block(shape, seed, patient, part, decision, step, block):
    """Draw a gamma number with mean `shape` and scale 1; return it and the next free block.

    For shape < 1, gamma(shape + 1) U**(1 / shape) with U uniform.
    """
    if not shape > 0.0:
        return (shape if shape != shape else 0.0), block
    if shape >= 1.0:
        return _gamma_at_least_one(shape, seed, patient, part, decision, step, block)
    w0, w1, _, _ = words(seed, patient, part, decision, step, block)
    grown, free = _gamma_at_least_one(shape + 1.0, seed, patient, part, decision, step, block + 1)
    return grown * math.exp(math.log(unit_from_words(w0, w1)) / shape), free


@device_function
def gamma(shape, seed, patient, part, decision, step):
    """Draw a gamma number with mean `shape` and scale 1; 0 for shape <= 0."""
    value, _ = gamma_from_block(np.float64(shape), seed, patient, part, decision, step, 0)
    return value
