"""Where circulating cells end: an absorbing Markov chain over the flow of blood and lymph.

A cell goes from bed to bed. In each bed it is caught with the bed's capture probability (body/arrest.py) or passes on;
once per circuit, on leaving the lung, it may die (shear, natural killers, anoikis: switch `circulating_death`).
Absorbing states are the sites and death. With Q the transitions among beds and R those into absorbing states the
probability of ending in each is B = (I - Q)^-1 R and the expected number of visits is (I - Q)^-1
(Margarit & Romanelli 2016, doi:10.11145/j.biomath.2016.07.281; filter-flow: Scott et al. 2014, PMC4258103).

Veins lead to the lung, the lung to the arteries, arteries to each bed by its share of cardiac output, the portal
beds to
the liver, every other bed to the veins. Lymph from the primary passes its nodes in turn and reaches the veins through
the thoracic duct.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

BLOOD_ENTRY = "lung"


@dataclass(frozen=True)
class FlowGraph:
    """Beds and the flow between them; shares are probabilities of the next bed for a cell that passes.

    arterial: share of cardiac output by site (sum 1); onward: bed -> {next bed: share} where its outflow doesn't all
    return to the veins (portal bed to liver, node to node; the rest returns); lymph_entry: share of the primary's lymph
    that reaches each node group first (sum 1); drainage: site -> {site: share} of the cells caught in a bed that its
    lymph carries on to a neighbour.
    """

    sites: tuple[str, ...]
    arterial: Mapping[str, float]
    onward: Mapping[str, Mapping[str, float]]
    lymph_entry: Mapping[str, float]
    drainage: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Fate:
    """End of one cell that enters by a route: share arrested by site, share dead, passages through the lung."""

    arrested: np.ndarray
    died: float
    circuits: float


def fates(graph: FlowGraph, capture: Mapping[str, float], death_per_circuit: float) -> tuple[Fate, Fate]:
    """Fates of a cell that enters the (blood, lymph), for one class of cells with capture probability by site.

    Shapes: `arrested` is (sites,). Cells that can be neither caught nor die circulate for ever: they count as neither.
    """
    beds = _beds(graph)
    index = {bed: position for position, bed in enumerate(beds)}
    passing, absorbing = _transitions(graph, beds, index, capture, death_per_circuit)
    if _nothing_absorbs(absorbing):
        nowhere = Fate(np.zeros(len(graph.sites)), 0.0, np.inf)
        return nowhere, nowhere
    visits = np.linalg.inv(np.eye(len(beds)) - passing)
    ends = visits @ absorbing
    blood = _fate(graph, ends[index[BLOOD_ENTRY]], visits[index[BLOOD_ENTRY], index[BLOOD_ENTRY]])
    entry = np.zeros(len(beds))
    for node, share in graph.lymph_entry.items():
        entry[index[node]] = share
    lymph = _fate(graph, entry @ ends, float(entry @ visits[:, index[BLOOD_ENTRY]]))
    return blood, lymph


def mix(parts: Sequence[tuple[float, Fate]]) -> Fate:
    """Fate of a mixture of cell classes, given (share, fate) of each."""
    return Fate(
        sum(share * fate.arrested for share, fate in parts),  # type: ignore[arg-type]
        sum(share * fate.died for share, fate in parts),
        sum(share * fate.circuits for share, fate in parts),
    )


def _beds(graph: FlowGraph) -> list[str]:
    beds = [BLOOD_ENTRY, *(site for site in graph.arterial if site != BLOOD_ENTRY)]
    return beds + [node for node in graph.lymph_entry if node not in beds] + ["bronchial"]


def _transitions(
    graph: FlowGraph, beds: list[str], index: Mapping[str, int], capture: Mapping[str, float], death_per_circuit: float
) -> tuple[np.ndarray, np.ndarray]:
    passing = np.zeros((len(beds), len(beds)))
    absorbing = np.zeros((len(beds), len(graph.sites) + 1))
    for bed in beds:
        site = BLOOD_ENTRY if bed == "bronchial" else bed
        caught = capture.get(site, 0.0)
        absorbing[index[bed], graph.sites.index(site)] = caught
        free = 1.0 - caught
        if bed == BLOOD_ENTRY:
            absorbing[index[bed], -1] = free * death_per_circuit
            for target, share in graph.arterial.items():
                next_bed = "bronchial" if target == BLOOD_ENTRY else target
                passing[index[bed], index[next_bed]] += free * (1.0 - death_per_circuit) * share
        else:
            onward = graph.onward.get(bed, {})
            passing[index[bed], index[BLOOD_ENTRY]] += free * (1.0 - sum(onward.values()))
            for target, share in onward.items():
                passing[index[bed], index[target]] += free * share
    return passing, absorbing


def _nothing_absorbs(absorbing: np.ndarray) -> bool:
    return not absorbing.any()


def _fate(graph: FlowGraph, ends: np.ndarray, circuits: float) -> Fate:
    caught = ends[:-1]
    carried = caught.copy()
    for origin, targets in graph.drainage.items():
        here = caught[graph.sites.index(origin)]
        for target, share in targets.items():
            carried[graph.sites.index(target)] += share * here
            carried[graph.sites.index(origin)] -= share * here
    return Fate(carried, float(ends[-1]), float(circuits))
