"""Arrest of circulating cells in small vessels, and what becomes of a cell that a vessel holds.

Cells differ in size and stiffness: arrest-prone ones are caught in the first capillary bed with high probability,
passers slip through, clusters hardly ever pass. Switch `arrest` scales every capture probability (off: nothing is ever
caught). Capture of about 0.92 of tumour cells in one circuit: Butler & Gullino 1975, PMID 1090362.

A held cell is killed at rate k (body/natural_killer_cells.py, tumour_necrosis_factor.py, shear_stress.py, anoikis.py),
washed out at rate w (a deformable cell squeezes on), binds firmly at rate a and then crosses the wall in m stages of
rate c each (1/day; an Erlang time, since a crossing takes hours and hardly ever minutes):

    kept  = (a + k_0) / (a + w + k_0)                      is not washed out
    alive = a / (a + k_0) (c / (c + k))^m x                is outside and alive, given kept

k_0 before and k after it is bound, x the probability of leaving alive that the place gives (body/arrival.py). Four in
five cells are out by 24 h in the chick (Koop et al. 1995) and by day 3 in mouse liver (Luzzi et al. 1998, PMID
9736035), where nothing kills them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np


def capture_probabilities(
    sites: Iterable[str],
    nodes: Iterable[str],
    *,
    lung: float,
    organ: float,
    node: float,
    switch: float,
    adhesion: Iterable[float] | None = None,
) -> dict[str, float]:
    """Capture probability per visit by site, for one class of cells; adhesion: factor by site (1 where not given)."""
    names = tuple(sites)
    node_sites = frozenset(nodes)
    chosen = {site: node if site in node_sites else organ for site in names}
    chosen["lung"] = lung
    factors = dict(zip(names, adhesion, strict=True)) if adhesion is not None else {}
    return {site: min(1.0, switch * value * factors.get(site, 1.0)) for site, value in chosen.items()}


@dataclass(frozen=True)
class Hold:
    """What may happen to a held cell; rates in 1/day, arrays by site, (sites,).

    binding: a; crossing: c; stages: m; wash_out: w; killing_loose: k_0; killing_bound: k; leaving: x.
    """

    binding: np.ndarray
    crossing: float
    stages: int
    wash_out: float
    killing_loose: np.ndarray
    killing_bound: np.ndarray
    leaving: np.ndarray

    def rates(self, stage: int) -> tuple[np.ndarray, np.ndarray]:
        """(Rate of going on, rate of death) in a stage; 0 is before the cell is bound."""
        if stage == 0:
            return self.binding, self.killing_loose
        return np.full(self.killing_bound.shape, self.crossing), self.killing_bound

    def kept(self) -> np.ndarray:
        """Share that is not washed out, (sites,)."""
        stays = self.binding + self.killing_loose
        return 1.0 - _share(np.full(stays.shape, self.wash_out), stays + self.wash_out)

    def alive_outside(self) -> np.ndarray:
        """Share of the kept cells that leave the vessel alive, (sites,)."""
        alive = self.leaving.copy()
        for stage in range(self.stages + 1):
            onward, killing = self.rates(stage)
            alive = alive * _share(onward, onward + killing)
        return alive

    def survivors(self, cells: int) -> np.ndarray:
        """Law of the cells that a held group of `cells` brings out alive, (sites, cells + 1).

        The group binds, crosses and leaves together (it is never washed out); its cells die one by one.
        """
        law = np.zeros((len(self.leaving), cells + 1))
        law[:, cells] = 1.0
        for stage in range(self.stages + 1):
            onward, killing = self.rates(stage)
            waiting, law = law, np.zeros(law.shape)
            for alive in range(cells, 0, -1):
                going = _share(onward, onward + alive * killing)
                law[:, alive] = waiting[:, alive] * going
                waiting[:, alive - 1] += waiting[:, alive] * (1.0 - going)
            law[:, 0] = waiting[:, 0]
        law[:, 1:] *= self.leaving[:, None]
        law[:, 0] = 1.0 - law[:, 1:].sum(axis=1)
        return law

    def exposed(self, exposure: float) -> "Hold":
        """The same vessel for a cell of which only the share `exposure` can be reached by what kills."""
        return replace(self, killing_loose=exposure * self.killing_loose, killing_bound=exposure * self.killing_bound)


def hold(
    killing_loose: np.ndarray,
    killing_bound: np.ndarray,
    leaving: np.ndarray,
    wash_out: float,
    binding_gain: float,
    values: Mapping[str, float],
) -> Hold:
    """The race of a held cell; killing and wash_out in 1/day, binding_gain: factor by platelets."""
    stages = round(values["crossing_stages"])
    binding = np.full(killing_loose.shape, values["binding_rate"] * binding_gain)
    return Hold(binding, stages / values["crossing_time"], stages, wash_out, killing_loose, killing_bound, leaving)


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Part of the whole, 0 where nothing ever happens."""
    return np.divide(part, whole, out=np.zeros(part.shape), where=whole > 0.0)
