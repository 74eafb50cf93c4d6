"""Philox4x32-10: a block of four 32-bit random words from an address, without a state.

Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", doi:10.1145/2063384.2063405.

Address of a block: counter words (step, part, patient, decision * 2**16 + block) and key words
(low, high 32 bits of the seed). Each is taken modulo 2**32, so a negative step is an address of
its own; patient and part must stay below 2**32, decision and block below 2**16.

All words are uint64 below 2**32: Numba widens sums of uint32 and would not wrap them.
"""

from __future__ import annotations

import numpy as np

from paget.compute.kernels import inlined_function

_LOW_WORD = np.uint64(0xFFFFFFFF)
_WORD_BITS = np.uint64(32)
_DECISION_BITS = np.uint64(16)
_MULTIPLIER_0 = np.uint64(0xD2511F53)
_MULTIPLIER_1 = np.uint64(0xCD9E8D57)
_WEYL_0 = np.uint64(0x9E3779B9)
_WEYL_1 = np.uint64(0xBB67AE85)
_ROUNDS = 10

_HALF_WORD_SHIFT = np.uint64(6)
_TWO_TO_26 = 2.0**26
_TWO_TO_MINUS_32 = 2.0**-32
_TWO_TO_MINUS_52 = 2.0**-52


@inlined_function
def philox4x32(c0, c1, c2, c3, k0, k1):
    """Return four random words from four counter words and two key words, all uint64 below 2**32."""
    for _ in range(_ROUNDS):
        product_0 = _MULTIPLIER_0 * c0
        product_1 = _MULTIPLIER_1 * c2
        c0 = (product_1 >> _WORD_BITS) ^ c1 ^ k0
        c2 = (product_0 >> _WORD_BITS) ^ c3 ^ k1
        c1 = product_1 & _LOW_WORD
        c3 = product_0 & _LOW_WORD
        k0 = (k0 + _WEYL_0) & _LOW_WORD
        k1 = (k1 + _WEYL_1) & _LOW_WORD
    return c0, c1, c2, c3


@inlined_function
def words(seed, patient, part, decision, step, block):
    """Return the four random words, uint64 below 2**32, of block `block` at an address."""
    key = np.uint64(seed)
    tag = (np.uint64(decision) << _DECISION_BITS) + np.uint64(block)
    return philox4x32(
        np.uint64(step) & _LOW_WORD,
        np.uint64(part) & _LOW_WORD,
        np.uint64(patient) & _LOW_WORD,
        tag & _LOW_WORD,
        key & _LOW_WORD,
        key >> _WORD_BITS,
    )


@inlined_function
def unit_from_word(word):
    """Scale a word to a number in (0, 1), resolution 2**-32, never 0 or 1."""
    return (np.float64(word) + 0.5) * _TWO_TO_MINUS_32


@inlined_function
def unit_from_words(high, low):
    """Scale two words to a number in (0, 1), resolution 2**-52, never 0 or 1; 26 bits of each."""
    upper = np.float64(high >> _HALF_WORD_SHIFT) * _TWO_TO_26
    return (upper + np.float64(low >> _HALF_WORD_SHIFT) + 0.5) * _TWO_TO_MINUS_52
