"""Addressed random numbers, the same on the CPU and on CUDA; all are device functions.

Every draw is named by (seed, patient, part, decision, step): the number at an address depends
on nothing else, so adding a draw, a patient, a thread or an arm shifts no other draw. An address
belongs to one sampler; one that needs more than four words advances its own block counter.
See `philox` for the ranges of the address words.
"""

from __future__ import annotations

from paget.compute.binomial import binomial
from paget.compute.continuous import (
    exponential,
    gamma,
    normal,
    uniform,
    uniform_pair,
    uniforms4,
)
from paget.compute.negative_binomial import negative_binomial
from paget.compute.philox import philox4x32
from paget.compute.poisson import poisson

__all__ = [
    "binomial",
    "exponential",
    "gamma",
    "negative_binomial",
    "normal",
    "philox4x32",
    "poisson",
    "uniform",
    "uniform_pair",
    "uniforms4",
]
