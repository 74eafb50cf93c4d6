"""Three kinds of cells on the way to metastasis: Haeno et al. 2012, doi:10.1016/j.cell.2011.11.060, PMID 22265421.

Type 0 (birth r, death d) turns into type 1, which can spread, with probability u per division; type 1 seeds type 2 at
the rate q per cell; net rates l0, l1, l2. Expected numbers from one cell of type 0: x0' = l0 x0, x1' = u r x0 + l1
x1, x2' = q x1 + l2 x2 (losses u r and q of the source are left out, as in the paper).
"""

from __future__ import annotations

import math

import numpy as np
from scipy.integrate import solve_ivp


def means(t: float, net: tuple[float, float, float], birth: float, u: float, q: float) -> tuple[float, float, float]:
    """Expected cells of types 0, 1, 2 on day `t`, in closed form for net rates that differ.

    X1 = u r (e^(l0 t) - e^(l1 t)) / (l0 - l1);  X2 = u r q sum_i e^(l_i t) / prod_(j != i) (l_i - l_j).
    """
    l0, l1, _ = net
    zero = math.exp(l0 * t)
    one = u * birth * (zero - math.exp(l1 * t)) / (l0 - l1)
    terms = [math.exp(here * t) / math.prod(here - there for there in net if there != here) for here in net]
    return zero, one, u * birth * q * math.fsum(terms)


def means_equal_rates(t: float, net: float, birth: float, u: float, q: float) -> tuple[float, float, float]:
    """The same when all three grow alike: e^(l t), u r t e^(l t), u r q t^2 e^(l t) / 2."""
    zero = math.exp(net * t)
    return zero, u * birth * t * zero, 0.5 * u * birth * q * t**2 * zero


def means_by_integration(t: float, net: tuple[float, float, float], birth: float, u: float, q: float) -> np.ndarray:
    """The same by integration of the three equations."""
    flow = np.array([[net[0], 0.0, 0.0], [u * birth, net[1], 0.0], [0.0, q, net[2]]])
    solved = solve_ivp(lambda _, x: flow @ x, (0.0, t), [1.0, 0.0, 0.0], method="DOP853", rtol=1e-12, atol=1e-18)
    return solved.y[:, -1]
