"""Sizes of metastases founded by a growing primary: Nicholson & Antal 2016, doi:10.1007/s11538-016-0221-x.

Founders come at a rate proportional to e^(l1 t), each grows stochastically with net rate l; kappa = l1 / l. Long
after the start the age of a metastasis is exponential with rate l1. Pure birth: P(k) = kappa B(kappa + 1, k), tail
k^-(1 + kappa).
"""

from __future__ import annotations

import math

import numpy as np
from scipy.integrate import quad
from scipy.special import beta, betainc


def sizes(kappa: float, top: int) -> np.ndarray:
    """P(1 .. top cells), shape (top,), for a line that never loses a cell."""
    return kappa * beta(kappa + 1.0, np.arange(1, top + 1))


def share_above(kappa: float, cells):
    """P(more than k cells) = k B(k, kappa + 1)."""
    return np.asarray(cells, float) * beta(np.asarray(cells, float), kappa + 1.0)


def sizes_at(kappa: float, top: int, grown: float) -> np.ndarray:
    """The same when the first founder can be no older than T, `grown` = l T.

    With y = e^(-l age) in [e^(-l T), 1]: kappa [B(kappa + 1, k) - B(e^(-l T); kappa + 1, k)] / (1 - e^(-kappa l T)).
    """
    k = np.arange(1, top + 1)
    late = 1.0 - betainc(kappa + 1.0, k, math.exp(-grown))
    return sizes(kappa, top) * late / -math.expm1(-kappa * grown)


def sizes_with_death(kappa: float, top: int, birth: float, death: float, grown: float = math.inf) -> np.ndarray:
    """P(0 .. top cells), shape (top + 1,), of a birth-death line of that age law, by quadrature of Kendall's law."""

    def at(k: int, y: float) -> float:
        whole = birth - death * y
        extinct, ratio = death * (1.0 - y) / whole, birth * (1.0 - y) / whole
        size = extinct if k == 0 else (1.0 - extinct) * (1.0 - ratio) * ratio ** (k - 1)
        return size

    low = math.exp(-grown)
    norm = 1.0 - low**kappa
    # v = y^kappa takes the singular weight kappa y^(kappa - 1) away.
    return np.array([
        quad(lambda v, k=k: at(k, v ** (1.0 / kappa)), low**kappa, 1.0, epsabs=1e-13, epsrel=1e-10, limit=200)[0] / norm
        for k in range(top + 1)
    ])  # fmt: skip
