"""Reference models and conditions with trajectories of MaBoSS 2.6.6, and the rule by which another engine agrees.

Two engines sampled n1 and n2 trajectories; z of a window's node has the binomial variance of the pooled probability,
p(1 - p)(1/n1 + 1/n2), p kept between 1/(n + 2) and 1 - 1/(n + 2), n = n1 + n2. A window's time average varies less than
one look at it, so a correct engine stays below these shares.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

SHARES = ((2.0, 0.065), (3.0, 0.006), (4.5, 0.0))
"""|z| and the largest share of comparisons beyond it."""

DATA = Path(__file__).resolve().parents[2] / "data" / "networks"
MODELS = DATA / "reference"
REDUCED = DATA / "oracle"

ATC = "atc_network_draft"
CONDITIONS = {
    "p53_Mdm2": "p53_Mdm2",
    "cellcycle": "cellcycle",
    "metastasis": "metastasis",
    "sizek": "sizek",
    "atc_WT_GF": ATC,
    "atc_BRAF": ATC,
    "atc_ATCB": ATC,
    "atc_ATCB_dabrafenib": ATC,
    "atc_ATCB_dab_tram": ATC,
    "atc_ATCR": ATC,
}
"""Condition (its .cfg and its trajectories) -> network (its .bnd)."""


@dataclass(frozen=True)
class Trajectories:
    """Window means by (window, node); `se`: from independent batches; `samples`: trajectories in all."""

    starts: np.ndarray
    nodes: tuple[str, ...]
    mean: np.ndarray
    se: np.ndarray
    samples: int


def trajectories(condition: str, folder: Path = REDUCED) -> Trajectories:
    """Table of a condition: time, node, mean, se, n_batches, n_traj_total."""
    with (folder / f"{condition}_nodes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    nodes = tuple(dict.fromkeys(row["node"] for row in rows))
    starts = np.array(sorted({float(row["time"]) for row in rows}))
    mean, se = np.full((2, len(starts), len(nodes)), np.nan)
    for row in rows:
        place = int(np.searchsorted(starts, float(row["time"]))), nodes.index(row["node"])
        mean[place], se[place] = float(row["mean"]), float(row["se"])
    assert not np.isnan(mean).any()
    return Trajectories(starts, nodes, mean, se, int(rows[0]["n_traj_total"]))


def pooled_z(first: np.ndarray, n1: int, second: np.ndarray, n2: int) -> np.ndarray:
    """The z of two tables of window means by the rule above."""
    n = n1 + n2
    pooled = np.clip((n1 * first + n2 * second) / n, 1.0 / (n + 2), 1.0 - 1.0 / (n + 2))
    return (first - second) / np.sqrt(pooled * (1.0 - pooled) * (1.0 / n1 + 1.0 / n2))


def beyond(z: np.ndarray) -> list[int]:
    """Number of comparisons beyond each |z| of the rule."""
    return [int((np.abs(z) > limit).sum()) for limit, _ in SHARES]


def broken(z: np.ndarray) -> list[str]:
    """The parts of the rule that `z` breaks, in words."""
    return [
        f"{count} of {z.size} beyond z = {limit:g} (allowed: {100 * share:g} %)"
        for count, (limit, share) in zip(beyond(z), SHARES, strict=True)
        if count > share * z.size
    ]


def own_error_z(found: np.ndarray, found_se: np.ndarray, reference: Trajectories, windows: np.ndarray) -> np.ndarray:
    """The z by the two engines' own standard errors, where both have one; `windows`: rows of `found` to compare."""
    variance = found_se[windows] ** 2 + reference.se**2
    sure = (found_se[windows] > 0.0) & (reference.se > 0.0)
    return ((found[windows] - reference.mean)[sure]) / np.sqrt(variance[sure])


def windows_of(reference: Trajectories, starts: np.ndarray) -> np.ndarray:
    """Rows of an engine's windows (by their `starts`) that the reference has."""
    rows = np.searchsorted(starts, reference.starts - 1e-9)
    assert np.allclose(starts[rows], reference.starts, atol=1e-6)
    return rows
