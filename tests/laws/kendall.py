"""The linear birth-death process in closed form (Kendall 1948, doi:10.1214/aoms/1177730285), for the tests only.

One cell after t days is extinct with probability p0 = d (1 - e) / (b - d e), e = exp(-(b - d) t); otherwise its line is
geometric: P(n) = (1 - p0)(1 - r) r^(n-1), r = p0 b / d. At b = d: p0 = r = b t / (1 + b t); at d = 0: p0 = 0.
"""

from __future__ import annotations

import numpy as np


def extinct_by(birth: float, death: float, days):
    """Probability that the line of one cell is extinct after `days`."""
    days = np.asarray(days, float)
    if birth == death:
        return birth * days / (1.0 + birth * days)
    shrink = np.exp(-(birth - death) * days)
    return death * (1.0 - shrink) / (birth - death * shrink)


def ratio_at(birth: float, death: float, days):
    """Ratio r of the geometric size of a line that is still alive."""
    days = np.asarray(days, float)
    if birth == death:
        return birth * days / (1.0 + birth * days)
    shrink = np.exp(-(birth - death) * days)
    return birth * (1.0 - shrink) / (birth - death * shrink)


def sizes(birth: float, death: float, days: float, top: int, cells: int = 1) -> np.ndarray:
    """P(size) for sizes 0 .. top of the line of `cells` cells after `days`."""
    extinct, ratio = float(extinct_by(birth, death, days)), float(ratio_at(birth, death, days))
    one = np.append(extinct, (1.0 - extinct) * (1.0 - ratio) * ratio ** np.arange(top))
    return _power(one, cells)


def _power(law: np.ndarray, number: int) -> np.ndarray:
    """Law of the sum of `number` independent draws, cut at the same top; positive terms only, by repeated squaring."""
    if number == 1:
        return law
    half = _power(law, number // 2)
    both = np.convolve(half, half)[: len(law)]
    return np.convolve(both, law)[: len(law)] if number % 2 else both


def generating(birth: float, death: float, days, z: float):
    """E z^size of the line of one cell after `days`."""
    extinct, ratio = extinct_by(birth, death, days), ratio_at(birth, death, days)
    return (extinct + (1.0 - extinct - ratio) * z) / (1.0 - ratio * z)


def survival(birth: float, death: float) -> float:
    """Probability that the line of one cell never dies out."""
    return 1.0 - death / birth
