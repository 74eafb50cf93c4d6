"""Phenotype values of a clone on a grid of its surroundings and drugs: the one interface to what signalling decides.

A table holds, for each genotype class, what the body reads of a clone at grid points of drug exposure (ln scale) and of
hypoxia, TGF-beta and detachment, each in [0, 1]; values between are multilinear. An input of the network is on in a
share of the cells, so a mean over cells is linear in that share and the two end points of such an axis are exact.

Everything is relative to the same genotype, untreated, in the reference surroundings of the disease (attached, neither
hypoxic nor under TGF-beta from others), since the probability of a phenotype is not a rate: `RATIOS` are factors (1
there), `DIFFERENCES` are changes of a share of cells (0 there). Diseases without a network have a cited table,
``phenotypes.csv``, in which genotype ``any`` is the fallback and otherwise the row of the first genotype label (in file
order) that the tumour carries answers. Where a network is named (``disease.yaml``), the engine fills the table, and
genotypes that the network cannot tell apart are one class.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from paget import knowledge
from paget.errors import InputError, PagetError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from paget.signalling.exposure import Arm

AXES = ("hypoxia", "tgf_beta", "detachment")
RATIOS = ("proliferation", "invasiveness")
"""Phenotypes that multiply a rate of the untreated clone."""

DIFFERENCES = (
    "apoptosis",
    "non_apoptotic_death",
    "mesenchymal",
    "hybrid",
    "amoeboid",
    "protease",
    "angiogenic",
    "stemness",
    "cxcr4",
    "ccr7",
    "immune_evasion",
    "iodine_uptake",
)
"""Shares of cells, as the change from the untreated clone in the reference surroundings."""

PHENOTYPES = (*RATIOS, *DIFFERENCES)
PHENOTYPE = np.dtype([(name, np.float64) for name in PHENOTYPES], align=True)
"""Phenotype of a clone relative to its reference, as the body reads it."""

ANY = "any"
NO_CLASS = -1
"""Class of a genotype that nobody asked a table for, such as one with two drivers that exclude each other."""


@dataclass(frozen=True)
class ResponseTable:
    """Relative phenotypes of the classes of one disease under one arm.

    Attributes:
        genotypes: the classes: labels of a cited table, or alterations of the network joined by ``;``.
        grid: points per axis: ln(exposure) of each exposure axis (the first point: no drug), then those of `AXES`.
        values: shape (classes, *grid lengths, phenotypes).
        errors: their Monte-Carlo standard errors, same shape; 0 in a cited table.
        reference: probability of each phenotype, untreated, in the reference surroundings, (classes, phenotypes); NaN
            in a cited table.
        alterations: alteration of the network by genotype label, for those that change any phenotype; None: cited.
        axes: surroundings that have an axis; the others are as usual in the disease.
    """

    genotypes: tuple[str, ...]
    grid: tuple[tuple[float, ...], ...]
    values: NDArray[np.float64]
    errors: NDArray[np.float64]
    reference: NDArray[np.float64]
    alterations: Mapping[str, str] | None = None
    axes: tuple[str, ...] = AXES
    _places: dict[str, int] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self._places.update({name: place for place, name in enumerate(self.genotypes)})

    @property
    def exposure_axes(self) -> int:
        """Number of exposure axes."""
        return len(self.grid) - len(self.axes)

    def class_of(self, labels: Sequence[str]) -> int:
        """Index of the class that answers for a tumour with these alterations; `NO_CLASS` if it was not asked for."""
        if self.alterations is not None:
            return self._places.get(class_name(labels, self.alterations), NO_CLASS)
        for position, genotype in enumerate(self.genotypes):
            if genotype in labels:
                return position
        return self._places[ANY]

    def phenotypes(
        self,
        hypoxia: float = 0.0,
        tgf_beta: float = 0.0,
        detachment: float = 0.0,
        exposures: Sequence[float] = (),
        sensitivity: float = 0.0,
    ) -> np.ndarray:
        """PHENOTYPE of every class, shape (classes,).

        hypoxia, tgf_beta, detachment: in [0, 1], without effect where the table has no such axis; exposures: one per
        exposure axis, none: no drug; sensitivity: what the patient's cells add to ln(exposure), omega times a
        standard normal number.
        """
        levels: dict[str, float] = dict(zip(AXES, (hypoxia, tgf_beta, detachment), strict=True))
        places = [*self._exposed(exposures, sensitivity), *(levels[axis] for axis in self.axes)]
        values = self.values
        for points, place in zip(self.grid, places, strict=True):
            values = _interpolate(values, points, place)
        out = np.zeros(len(self.genotypes), PHENOTYPE)
        for position, name in enumerate(PHENOTYPES):
            out[name] = values[:, position]
        return out

    def over_patients(self, spread: float | None = None) -> ResponseTable:
        """The mean over patients whose sensitivities have the ln-SD `spread` on every axis; None: omega."""
        from paget.signalling.exposure import settings_value
        from paget.signalling.graded_response import smoothing_matrix

        spread = settings_value("patient_spread") if spread is None else spread
        values, errors = self.values, self.errors
        for axis in range(self.exposure_axes):
            weights = smoothing_matrix(np.array(self.grid[axis]), spread)
            values, errors = along(weights, values, axis + 1), along(weights, errors, axis + 1)
        return replace(self, values=values, errors=errors, _places={})

    def _exposed(self, exposures: Sequence[float], sensitivity: float) -> list[float]:
        given = list(exposures) or [0.0] * self.exposure_axes
        if len(given) != self.exposure_axes:
            raise ValueError(f"the table has {self.exposure_axes} exposure axes, not {len(given)}")
        return [math.log(each) + sensitivity if each > 0.0 else -math.inf for each in given]


def class_name(labels: Sequence[str], alterations: Mapping[str, str]) -> str:
    """Name of the class of a tumour with these alterations."""
    return ";".join(sorted({alterations[label] for label in labels if label in alterations}))


def along(weights: NDArray[np.float64], values: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    """Apply a matrix along one axis."""
    return np.moveaxis(np.tensordot(weights, values, axes=(1, axis)), 0, axis)


def load(
    disease: str,
    genotypes: Sequence[Sequence[str]] | None = None,
    arm: Arm | None = None,
    *,
    off: Sequence[str] = (),
    axes: tuple[str, ...] = AXES,
    threads: int | None = None,
) -> ResponseTable:
    """The table of a disease.

    Args:
        disease: id.
        genotypes: alteration labels of each tumour that will be asked for; None: all that the disease's registries can
            form. What a network has not been run for yet is run now, on `threads` CPU threads, and kept.
        arm: drugs; None: none.
        off: modules of the network that are switched off; ``target_inhibition``: drugs do nothing.
        axes: surroundings with an axis of their own; each one less halves what has to be run.
        threads: CPU threads for what has to be run.

    Raises:
        InputError: the disease is unknown, or drugs are given and it has no network.
        PagetError: a grid point of a cited table is missing.
    """
    if disease in knowledge.diseases() and knowledge.diseases()[disease].network is not None:
        from paget.signalling.table_store import network_table

        return network_table(disease, genotypes, arm, off=off, axes=axes, threads=threads)
    if arm is not None and arm.axes:
        raise InputError(
            f"the cells of {disease} have no network, so what drugs do to them is unknown",
            field="drugs",
            remedy="Leave the drugs out, or name a network in its disease.yaml.",
        )
    return _cited(disease)


def _cited(disease: str) -> ResponseTable:
    rows = knowledge.phenotypes(disease)
    genotypes = tuple(dict.fromkeys(row.genotype for row in rows))
    grid = tuple(tuple(sorted({getattr(row, axis) for row in rows})) for axis in AXES)
    found = {(row.genotype, *(getattr(row, axis) for axis in AXES)): row for row in rows}
    values = np.zeros((len(genotypes), *(len(points) for points in grid), len(PHENOTYPES)))
    for place in product(range(len(genotypes)), *(range(len(points)) for points in grid)):
        key = (genotypes[place[0]], *(points[k] for points, k in zip(grid, place[1:], strict=True)))
        if key not in found:
            raise PagetError(f"the phenotype table of {disease} has no row for {key}")
        values[place][: len(RATIOS)] = [getattr(found[key], name) for name in RATIOS]
    unknown = np.full((len(genotypes), len(PHENOTYPES)), np.nan)
    return ResponseTable(genotypes, grid, values, np.zeros_like(values), unknown)


def _interpolate(values: np.ndarray, points: tuple[float, ...], place: float) -> np.ndarray:
    """Linear interpolation along axis 1, which disappears."""
    if len(points) == 1:
        return values[:, 0]
    place = min(max(place, points[0]), points[-1])
    upper = min(max(int(np.searchsorted(points, place)), 1), len(points) - 1)
    share = (place - points[upper - 1]) / (points[upper] - points[upper - 1])
    return values[:, upper - 1] * (1.0 - share) + values[:, upper] * share
