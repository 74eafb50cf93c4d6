"""Where circulating cells end: an absorbing Markov chain over the flow of blood and lymph.

A cell goes from bed to bed. In each bed it is caught with the bed's capture probability (body/arrest.py) or passes on;
once per circuit, on leaving the lung, it may die (body/shear_stress.py, natural_killer_cells.py,
tumour_necrosis_factor.py, anoikis.py). Absorbing states are the sites and death. With Q the transitions among beds and
R those into absorbing states the probability of ending in each is B = (I - Q)^-1 R and the expected number of visits is
(I - Q)^-1 (Margarit & Romanelli 2016, doi:10.11145/j.biomath.2016.07.281; filter-flow: Scott et al. 2014, PMC4258103).

Veins lead to the lung, the lung to the arteries, arteries to each bed by its share of cardiac output, the portal beds
to the liver, every other bed to the veins. Lymph from the primary passes its nodes in turn and reaches the veins
through the thoracic duct. A cell shed by a metastasis starts where the outflow of its site leads.

The same walk in time, for experiments with injected cells: half a circuit per bed, exponential; a caught cell passes
the stages of body/arrest.py; dx/dt = x G with x the expected cells by state.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from paget import knowledge
from paget.body.arrest import Hold

BLOOD_ENTRY = "lung"
BRONCHIAL = "bronchial"
"""The lung's own arterial bed."""


@dataclass(frozen=True)
class FlowGraph:
    """Beds and the flow between them; shares are probabilities of the next bed for a cell that passes.

    arterial: share of cardiac output by site (sum 1); onward: bed -> {next bed: share} where its outflow doesn't all
    return to the veins (portal bed to liver, node to node; the rest returns); lymph_entry: share of the primary's lymph
    that reaches each node group first (sum 1); drainage: site -> {site: share} of the cells caught in a bed that its
    lymph carries on to a neighbour; nodes: the sites that drain by lymph.
    """

    sites: tuple[str, ...]
    arterial: Mapping[str, float]
    onward: Mapping[str, Mapping[str, float]]
    lymph_entry: Mapping[str, float]
    drainage: Mapping[str, Mapping[str, float]]
    nodes: frozenset[str] = frozenset()

    def beds(self) -> tuple[str, ...]:
        """Every bed that a cell may pass, the entry of the veins first."""
        beds = [BLOOD_ENTRY, *(site for site in self.arterial if site != BLOOD_ENTRY)]
        return (*beds, *(node for node in self.lymph_entry if node not in beds), BRONCHIAL)

    def outflow(self, bed: str) -> dict[str, float]:
        """Next beds of a cell that leaves `bed`, with their shares (sum 1)."""
        if bed == BLOOD_ENTRY:
            return {BRONCHIAL if target == BLOOD_ENTRY else target: share for target, share in self.arterial.items()}
        onward = dict(self.onward.get(bed, {}))
        onward[BLOOD_ENTRY] = onward.get(BLOOD_ENTRY, 0.0) + 1.0 - sum(onward.values())
        return onward


def body_graph(sites: tuple[str, ...], drained: float, primary: str = "thyroid") -> FlowGraph:
    """The flow graph of the knowledge's shares and links; drained: share of caught cells that lymph carries on."""
    nodes = frozenset(site.id for site in knowledge.sites() if site.kind == "node" and site.id in sites)
    links = [link for link in knowledge.flow_links() if link.target in sites and link.origin in sites]
    entry = {link.target: link.share for link in links if link.route == "lymph" and link.origin == primary}
    onward: dict[str, dict[str, float]] = {}
    drainage: dict[str, dict[str, float]] = {}
    for link in links:
        if link.route == "portal" or link.origin in nodes:
            onward.setdefault(link.origin, {})[link.target] = link.share
        elif link.origin != primary:
            drainage.setdefault(link.origin, {})[link.target] = drained * link.share
    return FlowGraph(
        sites=sites,
        arterial={site: share for site, share in knowledge.flow_shares().items() if share > 0.0},
        onward=onward,
        lymph_entry={node: share / sum(entry.values()) for node, share in entry.items()},
        drainage=drainage,
        nodes=nodes,
    )


@dataclass(frozen=True)
class Fate:
    """End of one cell that enters by a route: share arrested by site, share dead, passages through the lung.

    `caught` is where the vessel caught the cell, `arrested` where it stays once lymph has carried some on.
    """

    arrested: np.ndarray
    died: float
    circuits: float
    caught: np.ndarray


@dataclass(frozen=True)
class Chain:
    """Ends of a walk from each bed: (beds, sites + 1), the last column death; passages through the lung: (beds,)."""

    beds: tuple[str, ...]
    ends: np.ndarray
    passages: np.ndarray

    def passages_from(self, start: np.ndarray) -> np.ndarray:
        """Expected passages through the lung of cells that begin as `start` [..., bed] says; infinite if none ends."""
        if np.isinf(self.passages).any():
            return np.full(start.shape[:-1], np.inf)
        return start @ self.passages


def absorbing_chain(graph: FlowGraph, capture: Mapping[str, float], death_per_circuit: float) -> Chain:
    """Solve the walk of one class of cells; capture: probability per visit by site.

    Cells that can be neither caught nor die circulate for ever: they end nowhere, after infinitely many passages.
    """
    beds = graph.beds()
    passing, absorbing = _transitions(graph, beds, capture, death_per_circuit)
    if not absorbing.any():
        return Chain(beds, absorbing, np.full(len(beds), np.inf))
    visits = np.linalg.inv(np.eye(len(beds)) - passing)
    return Chain(beds, visits @ absorbing, visits[:, 0])


def fates(graph: FlowGraph, capture: Mapping[str, float], death_per_circuit: float) -> tuple[Fate, Fate]:
    """Fates of a cell that enters the (blood, lymph), for one class of cells with capture probability by site.

    Shapes: `arrested` is (sites,). Cells that can be neither caught nor die circulate for ever: they count as neither.
    """
    chain = absorbing_chain(graph, capture, death_per_circuit)
    drained = drainage_matrix(graph)
    return tuple(_fate(chain, drained, starts(graph, entry)) for entry in ({BLOOD_ENTRY: 1.0}, graph.lymph_entry))  # type: ignore[return-value]


def starts(graph: FlowGraph, entry: Mapping[str, float]) -> np.ndarray:
    """Probability by bed of where a cell's walk begins, (beds,), from {bed: share}."""
    beds = graph.beds()
    start = np.zeros(len(beds))
    for bed, share in entry.items():
        start[beds.index(bed)] += share
    return start


def drainage_matrix(graph: FlowGraph) -> np.ndarray:
    """Share of the cells caught in each site (rows) that stay or that lymph carries to each site, (sites, sites)."""
    matrix = np.eye(len(graph.sites))
    for origin, targets in graph.drainage.items():
        here = graph.sites.index(origin)
        for target, share in targets.items():
            matrix[here, graph.sites.index(target)] += share
            matrix[here, here] -= share
    return matrix


def mix(parts: Sequence[tuple[float, Fate]]) -> Fate:
    """Fate of a mixture of cell classes, given (share, fate) of each."""
    return Fate(
        sum(share * fate.arrested for share, fate in parts),  # type: ignore[arg-type]
        sum(share * fate.died for share, fate in parts),
        sum(share * fate.circuits for share, fate in parts),
        sum(share * fate.caught for share, fate in parts),  # type: ignore[arg-type]
    )


@dataclass(frozen=True)
class Compartments:
    """The walk in time: `rates` G (states, states) in 1/day, states as `layout` numbers them.

    In flow by bed, then held by bed and stage, then outside the vessel by site, then dead.
    """

    beds: tuple[str, ...]
    sites: tuple[str, ...]
    stages: int
    rates: np.ndarray

    @property
    def flowing(self) -> slice:
        """States of cells in flow."""
        return slice(0, len(self.beds))

    @property
    def held(self) -> slice:
        """States of cells that a vessel holds, alive."""
        return slice(len(self.beds), len(self.beds) * (1 + self.stages))

    @property
    def outside(self) -> slice:
        """States of cells alive outside the vessel, by site."""
        return slice(self.held.stop, self.held.stop + len(self.sites))


def compartments(
    graph: FlowGraph, capture: Mapping[str, float], hold: Hold, flow_death_rate: float, circuit_days: float
) -> Compartments:
    """Generator of the walk in time of one class of cells; rates in 1/day."""
    beds, sites = graph.beds(), graph.sites
    found = Compartments(beds, sites, hold.stages + 1, np.zeros(0))
    size = found.outside.stop + 1
    rates = np.zeros((size, size))
    dead = size - 1
    passage = 2.0 / circuit_days
    for place, bed in enumerate(beds):
        site = sites.index(_site(bed))
        caught = capture.get(_site(bed), 0.0)
        first = found.held.start + place * found.stages
        rates[place, dead] += flow_death_rate
        rates[place, first] += passage * caught
        for target, share in graph.outflow(bed).items():
            rates[place, beds.index(target)] += passage * (1.0 - caught) * share
            rates[first, beds.index(target)] += hold.wash_out * share
        for stage in range(found.stages):
            state = first + stage
            onward, killing = hold.rates(stage)
            left = onward[site] * (1.0 if stage + 1 < found.stages else hold.leaving[site])
            following = state + 1 if stage + 1 < found.stages else found.outside.start + site
            rates[state, following] += left
            rates[state, dead] += onward[site] - left + killing[site]
    rates[np.diag_indices(size)] -= rates.sum(axis=1)
    return Compartments(beds, sites, found.stages, rates)


def _site(bed: str) -> str:
    return BLOOD_ENTRY if bed == BRONCHIAL else bed


def _transitions(
    graph: FlowGraph, beds: tuple[str, ...], capture: Mapping[str, float], death_per_circuit: float
) -> tuple[np.ndarray, np.ndarray]:
    passing = np.zeros((len(beds), len(beds)))
    absorbing = np.zeros((len(beds), len(graph.sites) + 1))
    for place, bed in enumerate(beds):
        caught = capture.get(_site(bed), 0.0)
        absorbing[place, graph.sites.index(_site(bed))] = caught
        free = 1.0 - caught
        if bed == BLOOD_ENTRY:
            absorbing[place, -1] = free * death_per_circuit
            free *= 1.0 - death_per_circuit
        for target, share in graph.outflow(bed).items():
            passing[place, beds.index(target)] += free * share
    return passing, absorbing


def _fate(chain: Chain, drained: np.ndarray, start: np.ndarray) -> Fate:
    ends = start @ chain.ends
    return Fate(ends[:-1] @ drained, float(ends[-1]), float(chain.passages_from(start)), ends[:-1])
