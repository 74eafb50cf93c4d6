"""Resistance before and during therapy: Bozic et al. 2013, doi:10.7554/eLife.00747.

A lesion of birth-death cells (b, d, s = 1 - d/b) is treated at M cells. At a division one daughter takes on each
possible resistance mutation with probability u. n1, n2: positions that resist drug 1, drug 2; n12: positions that
resist both. Under therapy sensitive cells have b' = b and d' > b: s' = 1 - d'/b < 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Lesion:
    """Birth, death and death under therapy (1/day), mutation per position and division, positions n1, n2, n12."""

    birth: float = 0.14
    death: float = 0.13
    treated_death: float = 0.17
    mutation: float = 1e-9
    n1: int = 50
    n2: int = 50
    n12: int = 0

    @property
    def survival(self) -> float:
        return 1.0 - self.death / self.birth

    @property
    def treated_survival(self) -> float:
        return 1.0 - self.treated_death / self.birth


TABLE_1 = (
    ("N1", 2.6e11, 0, 0.283),
    ("N3", 1.7e11, 0, 0.203),
    ("N5", 1.0e11, 0, 0.128),
    ("N9", 6.4e10, 0, 0.080),
    ("N12", 4.8e10, 0, 0.061),
    ("N20", 1.6e9, 1, 0.881),
    ("N21", 1.3e9, 1, 0.828),
    ("N22", 8.5e8, 1, 0.677),
)
"""Patient, M (cells, two digits), n12, printed probability that treatment with both drugs fails; n1 = n2 = 50."""


def none_present(cells: float, mutation: float, positions: float, survival: float) -> float:
    """P(no cell resistant by one of `positions` positions at M cells) = exp[M u n ln(s) / (1 - s)]."""
    return math.exp(cells * mutation * positions * math.log(survival) / (1.0 - survival))


def resistant_cells(cells: float, lesion: Lesion) -> float:
    """Expected cells that resist both drugs, as printed: M [n12 mu + (n1 n2 + n12 (n1 + n2 - n12)/2) mu^2].

    mu = (u/s) ln(M s). The second term is the paper's own count of double mutants; it is exact to mu^2 at n12 = 0.
    """
    mu = lesion.mutation / lesion.survival * math.log(cells * lesion.survival)
    double = lesion.n1 * lesion.n2 + 0.5 * lesion.n12 * (lesion.n1 + lesion.n2 - lesion.n12)
    return cells * (lesion.n12 * mu + double * mu**2)


def resistant_cells_along_lines(cells: float, lesion: Lesion) -> float:
    """The same from independent positions along each line of descent, without mutation back.

    A cell is free of a class of n positions with probability e^(-n mu) where mu counts u b t, t = ln(M s) / (b s).
    """
    mu = lesion.mutation / lesion.survival * math.log(cells * lesion.survival)
    both = math.expm1(-lesion.n1 * mu) * math.expm1(-lesion.n2 * mu)
    return cells * (-math.expm1(-lesion.n12 * mu) + math.exp(-lesion.n12 * mu) * both)


def eradicated(cells: float, lesion: Lesion) -> float:
    """P(two drugs together cure a lesion of M cells): no lasting resistant line before or under therapy.

    Product of: one-step mutants before, e^(-M u n12); one-step mutants under therapy, e^(M u n12 s/s'); second steps
    before and under therapy of lines that began before; both steps under therapy, e^(-M u^2 (2 n1 n2 + n12 (n1 + n2))
    s/s'^2).
    """
    s, treated, u = lesion.survival, lesion.treated_survival, lesion.mutation
    k = (treated - s) / (s * treated)
    one = -cells * u * lesion.n12 + cells * u * lesion.n12 * s / treated
    before = sum(
        n * (m + lesion.n12) * math.log(1.0 / (s * cells) + u * (m + lesion.n12) * k)
        for n, m in ((lesion.n1, lesion.n2), (lesion.n2, lesion.n1))
    )
    under = 2.0 * lesion.n1 * lesion.n2 + lesion.n12 * (lesion.n1 + lesion.n2)
    return math.exp(one + cells * u**2 * (k * before - under * s / treated**2))


def grown_to(cells: int, lesion: Lesion, lesions: int, chance: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Sensitive and resistant cells, shape (lesions,), of lesions from one sensitive cell that reached `cells` cells.

    One class of n12 positions; at a division one daughter mutates with probability u n12. Lines that die out are
    begun again.
    """
    die = lesion.death / (lesion.birth + lesion.death)
    change = lesion.mutation * lesion.n12
    sensitive, resistant = np.ones(lesions), np.zeros(lesions)
    going = np.arange(lesions)
    while going.size:
        here, there = sensitive[going], resistant[going]
        pick, fate, mutate = chance.random((3, going.size))
        of_sensitive = pick * (here + there) < here
        dies = fate < die
        mutates = ~dies & of_sensitive & (mutate < change)
        here = here + np.where(of_sensitive, np.where(dies, -1.0, np.where(mutates, 0.0, 1.0)), 0.0)
        there = there + np.where(of_sensitive, np.where(mutates, 1.0, 0.0), np.where(dies, -1.0, 1.0))
        lost = here + there == 0.0
        sensitive[going], resistant[going] = np.where(lost, 1.0, here), there
        going = going[sensitive[going] + resistant[going] < cells]
    return sensitive, resistant


def cured_given(sensitive, resistant, lesion: Lesion):
    """Exact P(all cells die out under therapy) of given numbers of cells, one class of n12 positions.

    A resistant line dies out with q = d/b. A sensitive line ends with x: (b + d') x = d' + b [(1 - v) x^2 + v x q], v
    = u n12.
    """
    q, v = lesion.death / lesion.birth, lesion.mutation * lesion.n12
    linear = lesion.birth + lesion.treated_death - lesion.birth * v * q
    square = lesion.birth * (1.0 - v)
    root = math.sqrt(linear**2 - 4.0 * square * lesion.treated_death)
    x = 2.0 * lesion.treated_death / (linear + root)
    return x ** np.asarray(sensitive, float) * q ** np.asarray(resistant, float)
