"""Phenotype values of a clone on a grid of its surroundings: the one interface between signalling and the body.

A table holds, for each genotype class, the relative phenotype (1 = the disease's reference clone in its usual
surroundings) at grid points of hypoxia, TGF-beta and detachment, each in [0, 1]; values between are multilinear.
Rows come from the disease's ``phenotypes.csv``; each has a source and a status. Genotype ``any`` is the fallback;
otherwise the row of the first genotype label (in file order) that the tumour carries answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from paget import knowledge
from paget.errors import PagetError

AXES = ("hypoxia", "tgf_beta", "detachment")
PHENOTYPES = ("proliferation", "invasiveness")
PHENOTYPE = np.dtype([(name, np.float64) for name in PHENOTYPES], align=True)
"""Relative phenotype of a clone, as the body reads it."""

ANY = "any"


@dataclass(frozen=True)
class ResponseTable:
    """genotypes: labels of the classes; grid: points per axis; values: (classes, *grid lengths, phenotypes)."""

    genotypes: tuple[str, ...]
    grid: tuple[tuple[float, ...], ...]
    values: np.ndarray

    def class_of(self, labels: Sequence[str]) -> int:
        """Index of the class that answers for a tumour with these alterations."""
        for position, genotype in enumerate(self.genotypes):
            if genotype in labels:
                return position
        return self.genotypes.index(ANY)

    def phenotypes(self, hypoxia: float = 0.0, tgf_beta: float = 0.0, detachment: float = 0.0) -> np.ndarray:
        """PHENOTYPE of every class, shape (classes,), in the given surroundings (each in [0, 1])."""
        values = self.values
        for points, place in zip(self.grid, (hypoxia, tgf_beta, detachment), strict=True):
            values = _interpolate(values, points, place)
        out = np.zeros(len(self.genotypes), PHENOTYPE)
        for position, name in enumerate(PHENOTYPES):
            out[name] = values[:, position]
        return out


def load(disease: str) -> ResponseTable:
    """The cited table of a disease; raises PagetError when a grid point is missing."""
    rows = knowledge.phenotypes(disease)
    genotypes = tuple(dict.fromkeys(row.genotype for row in rows))
    grid = tuple(tuple(sorted({getattr(row, axis) for row in rows})) for axis in AXES)
    found = {(row.genotype, *(getattr(row, axis) for axis in AXES)): row for row in rows}
    values = np.full((len(genotypes), *(len(points) for points in grid), len(PHENOTYPES)), np.nan)
    for place in product(range(len(genotypes)), *(range(len(points)) for points in grid)):
        key = (genotypes[place[0]], *(points[k] for points, k in zip(grid, place[1:], strict=True)))
        if key not in found:
            raise PagetError(f"the phenotype table of {disease} has no row for {key}")
        values[place] = [getattr(found[key], name) for name in PHENOTYPES]
    return ResponseTable(genotypes, grid, values)


def _interpolate(values: np.ndarray, points: tuple[float, ...], place: float) -> np.ndarray:
    """Linear interpolation along axis 1, which disappears."""
    if len(points) == 1:
        return values[:, 0]
    place = min(max(place, points[0]), points[-1])
    upper = min(max(int(np.searchsorted(points, place)), 1), len(points) - 1)
    share = (place - points[upper - 1]) / (points[upper] - points[upper - 1])
    return values[:, upper - 1] * (1.0 - share) + values[:, upper] * share
