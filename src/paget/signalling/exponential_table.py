"""-log of a number in (0, 1] from a table and a polynomial: a fifth of the time of a step goes into `math.log`.

With c the middle of the number's 256th, -log x = -log c - log(1 + d), d = x/c - 1; where |d| <= 1/33 the series to
d^9 leaves less than 1e-16. Below 1/16 the ordinary logarithm serves.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from paget.compute import inlined_function

if TYPE_CHECKING:
    from numpy.typing import NDArray

PARTS = 256
_PARTS = 256.0
_LOWEST = 1.0 / 16.0
_THIRD, _SIXTH, _SEVENTH, _NINTH = 1.0 / 3.0, 1.0 / 6.0, 1.0 / 7.0, 1.0 / 9.0
_TWO = np.uint64(2)
_ONE = np.uint64(1)


def logarithm_table() -> NDArray[np.float64]:
    """-log c and 1/c for the middle c of each of the 256 parts of [0, 1], and one more for 1 itself; [514]."""
    middles = (np.arange(PARTS + 1) + 0.5) / PARTS
    return np.stack([-np.log(middles), 1.0 / middles], axis=1).ravel()


@inlined_function
def minus_log(number, at, numbers):
    """-log of a number in (0, 1]."""
    if number < _LOWEST:
        return -math.log(number)
    place = at.logarithms + _TWO * np.uint64(number * _PARTS)
    d = number * numbers[place + _ONE] - 1.0
    s = d * d
    low = (1.0 - 0.5 * d) + s * (_THIRD - 0.25 * d)
    high = (0.2 - _SIXTH * d) + s * (_SEVENTH - 0.125 * d)
    return numbers[place] - d * (low + (s * s) * (high + (s * s) * _NINTH))
