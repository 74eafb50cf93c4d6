"""Mutants in a grown population: Luria & Delbrück 1943 (doi:10.1093/genetics/28.6.491), Lea & Coulson 1949.

Mutations are Poisson with mean m in all; a mutant line at the end has n cells with probability 1/(n (n + 1)) when
mutants grow as the others. Generating function (1 - z)^(m (1 - z)/z).
"""

from __future__ import annotations

import math

import numpy as np


def mutants(m: float, top: int) -> np.ndarray:
    """P(0 .. top mutants): p_0 = e^-m, p_n = (m/n) sum_(j<n) p_j / (n - j + 1) (Ma, Sandri & Sarkar 1992)."""
    law = np.zeros(top + 1)
    law[0] = math.exp(-m)
    for n in range(1, top + 1):
        law[n] = m / n * (law[:n] @ (1.0 / (n - np.arange(n) + 1.0)))
    return law


def compound(m: float, clone: np.ndarray) -> np.ndarray:
    """P(0 .. top) of a sum of Poisson(m) lines of sizes `clone`[k], k = 0 .. top (Panjer's recursion).

    With clone[k] = kappa B(kappa + 1, k) it is the law for mutants that grow at 1/kappa times the others' rate.
    """
    top = len(clone) - 1
    law = np.zeros(top + 1)
    law[0] = math.exp(-m * (1.0 - clone[0]))
    sizes = np.arange(top + 1)
    for n in range(1, top + 1):
        law[n] = m / n * ((sizes[1 : n + 1] * clone[1 : n + 1]) @ law[n - 1 :: -1][:n])
    return law


def generating(m: float, z):
    """E z^mutants."""
    z = np.asarray(z)
    return (1.0 - z) ** (m * (1.0 - z) / z)
