"""Kernels that fill an array with draws of each sampler, one patient per index."""

from __future__ import annotations

import numpy as np

from paget.compute import kernel
from paget.compute.random import (
    binomial,
    exponential,
    gamma,
    negative_binomial,
    normal,
    philox4x32,
    poisson,
    uniform,
    uniform_pair,
    uniforms4,
)

PART, DECISION, STEP = 3, 17, 401


@kernel
def fill_block(i, words):
    words[i, 0], words[i, 1], words[i, 2], words[i, 3] = philox4x32(
        words[i, 0], words[i, 1], words[i, 2], words[i, 3], words[i, 4], words[i, 5]
    )


@kernel
def fill_uniform(i, seed, parameters, draws):
    draws[i] = uniform(seed, i, PART, DECISION, STEP)


@kernel
def fill_uniforms(i, seed, draws):
    draws[i, 0], draws[i, 1] = uniform_pair(seed, i, PART, DECISION, STEP)
    draws[i, 2], draws[i, 3], draws[i, 4], draws[i, 5] = uniforms4(seed, i, PART, DECISION, STEP)


@kernel
def fill_normal(i, seed, parameters, draws):
    draws[i] = normal(seed, i, PART, DECISION, STEP)


@kernel
def fill_exponential(i, seed, parameters, draws):
    draws[i] = exponential(seed, i, PART, DECISION, STEP)


@kernel
def fill_gamma(i, seed, parameters, draws):
    draws[i] = gamma(parameters[0], seed, i, PART, DECISION, STEP)


@kernel
def fill_poisson(i, seed, parameters, draws):
    draws[i] = poisson(parameters[0], seed, i, PART, DECISION, STEP)


@kernel
def fill_binomial(i, seed, parameters, draws):
    draws[i] = binomial(parameters[0], parameters[1], seed, i, PART, DECISION, STEP)


@kernel
def fill_negative_binomial(i, seed, parameters, draws):
    draws[i] = negative_binomial(parameters[0], parameters[1], seed, i, PART, DECISION, STEP)


def draw(sampler, *parameters: float, count: int = 200_000, seed: int = 20_240_601, threads: int = 2):
    """`count` draws of `sampler`, for patients 0 to count - 1."""
    draws = np.full(count, np.nan)
    sampler.launch(count, seed, np.array([*parameters, 0.0]), draws, threads=threads)
    return draws
