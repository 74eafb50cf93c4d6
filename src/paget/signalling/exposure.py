"""What an arm does to the targets of a cell: exposure axes, the drugs on them, and each drug's own potency curves.

An exposure axis is one number x >= 0 at which all its drugs move together: drug d has the unbound effect-site
concentration x c_d. A drug alone on its axis has c = 1 nmol/L, so that x is its concentration in nmol/L; drugs merged
on one axis have their usual concentrations, so that x = 1 is the usual exposure to all of them. An arm has two axes at
most.

The half-maximal concentration of a drug on a node is the geometric mean of the rows of ``potency.csv`` on the node's
genes (cellular assays before biochemical ones, mutant forms left out unless ``target_forms.csv`` asks for one), times
e^delta with delta the drug's anchoring offset (``anchors.csv``).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from paget.errors import InputError
from paget.knowledge.naming import did_you_mean
from paget.knowledge.networks import cell_tables
from paget.knowledge.potency import Potency, potency
from paget.knowledge.response import anchors, response_settings, target_forms
from paget.signalling.graded_response import joint, occupancy

MOST_AXES = 2

_MUTANT = re.compile(r"\b[A-Z]\d+[A-Z]\b")
"""A point mutation in the name of a form, such as V600E."""

_FAINT, _WEAK, _STRONG, _FULL = 1e-4, 0.02, 50.0, 1e4
"""Ends of an axis over the half-maximal concentrations: no drug, first and last point with an effect, saturation."""


@dataclass(frozen=True)
class Effect:
    """A drug's effect on one node: share of it at saturation, half-maximal concentration (nmol/L)."""

    node: str
    activates: bool
    ceiling: float
    half_maximal: float


@dataclass(frozen=True)
class ExposureAxis:
    """Drugs that move together: name and concentration (nmol/L, unbound, at the effect site) at exposure 1."""

    drugs: tuple[tuple[str, float], ...]

    @classmethod
    def of(cls, drug: str) -> ExposureAxis:
        """A drug alone: the exposure is its concentration in nmol/L."""
        return cls(((drug, 1.0),))


@dataclass(frozen=True)
class Arm:
    """The drugs of an arm on at most two axes; InputError for more."""

    axes: tuple[ExposureAxis, ...] = ()

    def __post_init__(self) -> None:
        if len(self.axes) > MOST_AXES:
            raise InputError(
                f"an arm has at most {MOST_AXES} exposure axes, not {len(self.axes)}",
                field="drugs",
                remedy="Merge drugs that act on one pathway on one axis, at their usual concentrations.",
            )

    @classmethod
    def of(cls, *drugs: str) -> Arm:
        """Each drug on an axis of its own."""
        return cls(tuple(ExposureAxis.of(drug) for drug in drugs))


NO_DRUGS = Arm()


def effects_of(drug: str, network: str, *, anchored: bool = True) -> tuple[Effect, ...]:
    """Effects of a drug on the nodes of a network.

    Raises InputError for a drug that the network doesn't know, that has no concentration, or of unknown potency.
    """
    rows = [row for row in cell_tables(network).drugs if drug in (row.drug, row.alias)]
    if not rows:
        known = {row.drug for row in cell_tables(network).drugs}
        raise InputError(
            f"the network {network} knows no drug {drug!r}", field="drugs", remedy=did_you_mean(drug, known)
        )
    if any(row.direction == "hold" for row in rows):
        raise InputError(
            f"{drug} acts on a share of the cells and has no concentration", field="drugs", remedy="Leave it out."
        )
    name = rows[0].drug
    offset = anchors(network).get(name) if anchored else 0.0
    if offset is None and not _measured(name, network):
        raise InputError(
            f"no potency of {drug} is known", field="drugs", remedy="Add a row to potency.csv, with its source."
        )
    factor = math.exp(offset or 0.0)
    return tuple(
        Effect(row.node, row.direction == "activate", row.max_efficacy, factor * half_maximal(name, row.node, network))
        for row in rows
    )


def _measured(drug: str, network: str) -> bool:
    """Whether the potency of a drug on any of its targets in the network is known."""
    return any(_on_target(drug, row.node, network) for row in cell_tables(network).drugs if row.drug == drug)


def half_maximal(drug: str, node: str, network: str) -> float:
    """Half-maximal concentration of a drug on a node (nmol/L), without anchoring.

    A target without a row takes the mean (of logarithms) over the drug's other targets in the network. A drug without
    any target in the table has 1 nmol/L here: its anchor, if it has one, is then its potency.
    """
    own = _on_target(drug, node, network)
    targets = [row.node for row in cell_tables(network).drugs if row.drug == drug]
    found = own or [value for each in targets for value in _on_target(drug, each, network)]
    if found:
        return math.exp(sum(map(math.log, found)) / len(found))
    return 1.0


@cache
def _potencies() -> tuple[Potency, ...]:
    return potency()


def _on_target(drug: str, node: str, network: str) -> list[float]:
    """Values of a drug on a node (nmol/L); bounds only where nothing else is known."""
    rows = _of_form([row for row in _potencies() if row.drug == drug and row.kind == "target"], drug, node, network)
    return [row.value for row in rows if row.relation == "="] or [row.value for row in rows]


def _of_form(rows: Sequence[Potency], drug: str, node: str, network: str) -> list[Potency]:
    """The rows that count for a node: its genes, the form asked for if there is one, cellular assays if there are."""
    genes, form = _wanted(drug, node, network)
    here = [row for row in rows if genes & set(row.targets)]
    asked = [row for row in here if form and form in row.form_or_line]
    plain = [row for row in here if not _MUTANT.search(row.form_or_line)]
    chosen = asked or plain
    return [row for row in chosen if row.assay == "cellular"] or chosen


def _wanted(drug: str, node: str, network: str) -> tuple[set[str], str]:
    """Genes and form by which a drug's potency on a node is looked up; a row for the drug goes before one for all."""
    rows = [row for row in target_forms() if row.node == node and row.drug in ("", drug)]
    if rows:
        row = max(rows, key=lambda each: each.drug)
        return {row.hgnc}, row.form
    return next(set(each.hgnc.split(";")) for each in cell_tables(network).nodes if each.name == node), ""


def impact(
    arm: Arm, exposures: Sequence[float], effects: Mapping[str, Sequence[Effect]], hill: float = 1.0
) -> tuple[dict[str, float], dict[str, float]]:
    """Inhibition and activation of nodes, each in [0, 1], at the exposures of an arm's axes (median cell)."""
    felt: dict[tuple[str, bool], list[float]] = {}
    for axis, exposure in zip(arm.axes, exposures, strict=True):
        for drug, usual in axis.drugs:
            for effect in effects[drug]:
                share = effect.ceiling * occupancy(exposure * usual, effect.half_maximal, hill)
                felt.setdefault((effect.node, effect.activates), []).append(share)
    summed = {key: joint(shares) for key, shares in felt.items()}
    return (
        {node: share for (node, activates), share in summed.items() if not activates},
        {node: share for (node, activates), share in summed.items() if activates},
    )


def exposure_points(axis: ExposureAxis, effects: Mapping[str, Sequence[Effect]], count: int) -> NDArray[np.float64]:
    """ln(exposure) of the points of an axis: no drug, then from where a first target feels the drugs to saturation."""
    halves = [math.log(effect.half_maximal / usual) for drug, usual in axis.drugs for effect in effects[drug]]
    low, high = min(halves), max(halves)
    middle = np.linspace(low + math.log(_WEAK), high + math.log(_STRONG), count - 2)
    return np.concatenate([[low + math.log(_FAINT)], middle, [high + math.log(_FULL)]])


def settings_value(symbol: str) -> float:
    """A number of ``settings.csv``."""
    return response_settings()[symbol].value
