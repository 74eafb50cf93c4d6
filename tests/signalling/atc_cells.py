"""Cells of the anaplastic carcinoma network for tests: what they do in a condition, in share of the time.

Averages over 150 cells from the 90th to the 150th hour: the standard error of a share is at most 0.041, so limits that
are 0.15 off hold at 3.7 standard errors; the seed is fixed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np

from paget.knowledge.networks import Condition, parse_condition
from paget.signalling.library import network
from paget.signalling.simulate import simulate

CELLS = 150
SEED = 20_061


@cache
def _shares(condition: str, off: tuple[str, ...], cells: int) -> dict[str, float]:
    atc = network("atc")
    given = parse_condition(condition)
    given = Condition(given.genotype, given.drugs, given.environment, given.held, (*given.off, *off))
    settings, interventions = atc.of(given)
    result = simulate(
        atc.network,
        settings,
        samples=cells,
        seed=SEED,
        readouts=atc.read_outs,
        interventions=interventions,
        threads=1,
    )
    settled = result.times >= atc.settled_after - 1e-9
    found = dict(zip(result.nodes, result.probability[settled].mean(axis=0).tolist(), strict=True))
    return found | {name: float(np.mean(mean[settled])) for name, (mean, _) in result.readouts.items()}


def shares(condition: str = "", switches: Mapping[str, float] | None = None, cells: int = CELLS) -> dict[str, float]:
    """Share of the time of every node and read-out; ``switches`` as of the fixture ``mechanisms``."""
    off = tuple(sorted(name for name, factor in (switches or {}).items() if factor == 0.0))
    return _shares(condition, off, cells)
