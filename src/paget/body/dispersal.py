"""The way of a cell from a vessel wall to the place where it settles, as tables for the daily course.

Per origin and mode of migration:

    entry       = share near a vessel of that kind x intravasation x share of the mode
    arrested    = entry x share that ends held at the site                     (body/circulation.py)
    extravasated = entry x share held and alive outside                        (body/arrest.py)
    lodged      = extravasated founders x lodging probability x soil x met_gate (body/arrival.py, colonisation.py)

all per cell that reached a vessel wall and passed the basement membrane at that origin. Cells of lymph drainage are
counted where lymph has carried them. A cluster founds one metastasis with all its living cells, and lodges as one cell
does. Rates in 1/day, times in days; dimensionless results.

`transplant` follows injected cells in time in one host; its late limit is that of the tables.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

import numpy as np

from paget.body import circulation
from paget.body.amoeboid_migration import amoeboid_emission, pore_factor, turned_amoeboid
from paget.body.anoikis import anoikis_rate
from paget.body.arrest import Hold, capture_probabilities, hold
from paget.body.circulation import FlowGraph, absorbing_chain, compartments, drainage_matrix, starts
from paget.body.cluster_shield import exposure
from paget.body.collective_migration import LARGEST, cluster_sizes, collective_emission, parts_of_cluster
from paget.body.colonisation import lodging_share
from paget.body.intravasation import entry_from_site, entry_shares
from paget.body.mesenchymal_migration import mesenchymal_emission
from paget.body.natural_killer_cells import natural_killer_rate
from paget.body.platelets import platelet_activity, platelet_binding, platelet_shield
from paget.body.reseeding import reseeding_emission
from paget.body.self_seeding import settling_at_home
from paget.body.shear_stress import flow_shear_rate, held_shear_rates
from paget.body.tumour_necrosis_factor import tumour_necrosis_factor_rate

MODES = ("mesenchymal", "amoeboid", "cluster")
"""How cells travel: single fibroblast-like, single leukocyte-like, in groups."""

LEVELS = 2
"""Without and with a full pre-metastatic niche."""

ROUTES = 2
"""Origins before the sites: the thyroid into blood, the thyroid into lymph."""

UNITS: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(
        ("anoikis_rate", "binding_rate", "lung_shear_death_rate", "nk_flow_killing_rate", "nk_held_killing_rate",
         "shear_death_rate", "tnf_flow_killing_rate", "tnf_held_killing_rate", "wash_out_rate_passer",
         "wash_out_rate_prone"), "1/d"
    )
    | dict.fromkeys(("shear_reference_stress", "shear_resting_stress"), "dyn/cm^2")
    | dict.fromkeys(("matrix_pore_area", "pore_area_arrest", "pore_area_free"), "um^2")
    | {"crossing_time": "d", "blood_volume": "mL", "cardiac_output": "mL/d", "aspirin_loss_age": "year"}
)  # fmt: skip
"""Unit of every parameter of dispersal that has one; the others are dimensionless."""


class ArrivalFactors(Protocol):
    """What awaits a cell at each place (body/arrival.py), arrays (sites,)."""

    @property
    def adhesion(self) -> np.ndarray:
        """Factor of the capture probability."""
        ...

    @property
    def extravasation(self) -> np.ndarray:
        """Probability of leaving the vessel alive, given that nothing killed the cell there."""
        ...

    @property
    def soil(self) -> np.ndarray:
        """Factor of the lodging probability."""
        ...

    @property
    def met_gate(self) -> float:
        """Factor of the lodging probability by reversion to epithelial."""
        ...


@dataclass(frozen=True)
class Dispersal:
    """Tables of the course; origins: thyroid blood, thyroid lymph, then the outflow of each site.

    lodged (founders), arrested, extravasated (cells): [level, origin, mode, site] per cell at a vessel wall;
    entry[origin, mode]: share of those cells that enters; circulation_days[origin, mode]: mean time in flow per cell
    that enters, days; cluster_size_law[n]: P(a cluster's founder starts with n cells), n >= 1.
    """

    lodged: np.ndarray
    arrested: np.ndarray
    extravasated: np.ndarray
    entry: np.ndarray
    circulation_days: np.ndarray
    cluster_size_law: np.ndarray


@dataclass(frozen=True)
class Traveller:
    """A class of entities that travel alike: single cells, or clusters of `cells`.

    weight: share of the mode's cells; capture: probability per visit by site, before wash-out; flow_death: 1/day;
    held: the vessel for one fully exposed cell; shield: the switch `cluster_shield`; disaggregation: chance that a cell
    leaves a held cluster.
    """

    mode: int
    weight: float
    cells: int
    capture: Mapping[str, float]
    flow_death: float
    held: Hold
    shield: float = 1.0
    disaggregation: float = 0.0

    def lasting_capture(self, sites: tuple[str, ...]) -> dict[str, float]:
        """Probability per visit of being caught and not washed out again."""
        return {site: self.capture[site] * share for site, share in zip(sites, self.held.kept(), strict=True)}

    def parts(self) -> np.ndarray:
        """Expected number of groups by size, (cells + 1,), that one held entity becomes."""
        return parts_of_cluster(self.cells, self.disaggregation)

    def hold_of(self, cells: int) -> Hold:
        """The vessel for each cell of a group of `cells`."""
        return self.held.exposed(exposure(cells, self.shield))


def mode_shares(values: Mapping[str, float], switches: Mapping[str, float]) -> np.ndarray:
    """Cells that leave in each of `MODES`, (3,), per cell that reaches a vessel wall in any mode as usual."""
    protease, mesenchymal = values["protease_activity"], values["mesenchymal_share"]
    turned = turned_amoeboid(mesenchymal, protease, values["mesenchymal_amoeboid_turning"])
    pore = pore_factor(values["matrix_pore_area"], values["pore_area_arrest"], values["pore_area_free"])
    return np.array([
        mesenchymal_emission(mesenchymal, protease, switches["mesenchymal_migration"]),
        amoeboid_emission(values["amoeboid_share"], turned, pore, switches["amoeboid_migration"]),
        collective_emission(values["cluster_cell_share"], protease, switches["collective_migration"]),
    ])  # fmt: skip


def entry_table(graph: FlowGraph, values: Mapping[str, float], switches: Mapping[str, float]) -> np.ndarray:
    """Share of the cells at a vessel wall that enter, [origin, mode]."""
    intravasation, by_lymph = switches["intravasation"], switches["lymphatic_spread"]
    shares = list(entry_shares(values["lymph_share"], intravasation, by_lymph))
    for site in graph.sites:
        leaving = entry_from_site(site in graph.nodes, intravasation, by_lymph)
        shares.append(reseeding_emission(leaving, switches["reseeding"]))
    return np.outer(shares, mode_shares(values, switches))


def origin_starts(graph: FlowGraph) -> np.ndarray:
    """Where the cells of each origin begin, [origin, bed]."""
    entries = [{circulation.BLOOD_ENTRY: 1.0}, graph.lymph_entry, *(graph.outflow(site) for site in graph.sites)]
    return np.array([starts(graph, entry) for entry in entries])


def circuit_days(values: Mapping[str, float]) -> float:
    """Mean time of one circuit of the blood, days."""
    return values["blood_volume"] / values["cardiac_output"]


def travellers(
    graph: FlowGraph, values: Mapping[str, float], switches: Mapping[str, float], arrival: ArrivalFactors
) -> Iterator[Traveller]:
    """Every class: single cells of either mode as arrest-prone and as passer, clusters by size (weights by cells)."""
    prone = values["arrest_prone_share"]
    lung, organ, passer = values["capture_lung_prone"], values["capture_organ_prone"], values["capture_passer"]
    kinds = ((prone, lung, organ, values["wash_out_rate_prone"]),
             (1.0 - prone, passer, passer, values["wash_out_rate_passer"]))  # fmt: skip
    for mode, name in enumerate(MODES[:2]):
        flow_death, held = _killing(graph.sites, name, values, switches, arrival)
        for share, in_lung, in_organ, wash_out in kinds:
            caught = _capture(graph, in_lung, in_organ, values["capture_node"], switches, arrival)
            yield Traveller(mode, share, 1, caught, flow_death, held(wash_out))
    flow_death, held = _killing(graph.sites, MODES[-1], values, switches, arrival)
    sure = values["capture_cluster"]
    caught = _capture(graph, sure, sure, sure, switches, arrival)
    shield, apart = switches["cluster_shield"], values["cluster_disaggregation"]
    cells = cluster_sizes(values["cluster_mean_size"]) * np.arange(LARGEST + 1)
    for size in np.flatnonzero(cells).tolist():
        weight = float(cells[size] / cells.sum())
        shielded = flow_death * exposure(size, shield)
        yield Traveller(len(MODES) - 1, weight, size, caught, shielded, held(0.0), shield, apart)


def _capture(
    graph: FlowGraph, lung: float, organ: float, node: float, switches: Mapping[str, float], arrival: ArrivalFactors
) -> dict[str, float]:
    return capture_probabilities(
        graph.sites, graph.lymph_entry, lung=lung, organ=organ, node=node, switch=switches["arrest"],
        adhesion=arrival.adhesion,
    )  # fmt: skip


def _killing(
    sites: tuple[str, ...],
    mode: str,
    values: Mapping[str, float],
    switches: Mapping[str, float],
    arrival: ArrivalFactors,
) -> tuple[float, Callable[[float], Hold]]:
    """(Death rate in flow, the vessel by wash-out rate) of one exposed cell of a mode; rates in 1/day."""
    activity = platelet_activity(values, switches)
    killers = switches["natural_killer_cells"], platelet_shield(values["platelet_nk_protection"], activity)
    factor = switches["tumour_necrosis_factor"], platelet_shield(values["platelet_tnf_protection"], activity)
    loose = anoikis_rate(values["anoikis_rate"], values[f"anoikis_resistance_{mode}"], switches["anoikis"])
    flow = (
        loose
        + flow_shear_rate(
            values["shear_resting_stress"], values["shear_death_rate"], values["shear_reference_stress"],
            values["shear_stress_exponent"], switches["shear_stress"],
        )
        + natural_killer_rate(values["nk_flow_killing_rate"], killers[1], killers[0])
        + tumour_necrosis_factor_rate(values["tnf_flow_killing_rate"], factor[1], factor[0])
    )  # fmt: skip
    bound = (
        held_shear_rates(sites, values["lung_shear_death_rate"], switches["shear_stress"])
        + natural_killer_rate(values["nk_held_killing_rate"], killers[1], killers[0])
        + tumour_necrosis_factor_rate(values["tnf_held_killing_rate"], factor[1], factor[0])
    )
    gain = platelet_binding(values["platelet_binding_gain"], activity)
    leaving = np.asarray(arrival.extravasation, np.float64)
    return flow, lambda wash_out: hold(bound + loose, bound, leaving, wash_out, gain, values)


def dispersal_tables(
    sites: tuple[str, ...],
    graph: FlowGraph,
    values: Mapping[str, float],
    switches: Mapping[str, float],
    arrival: Callable[[int], ArrivalFactors],
    primary: str = "thyroid",
) -> Dispersal:
    """Tables of every origin, mode and site; `values` in `UNITS`, arrival(0 or 1): without and with a full niche."""
    if graph.sites != tuple(sites):
        raise ValueError("the flow graph has other sites")
    origins, entry = origin_starts(graph), entry_table(graph, values, switches)
    shape = (LEVELS, len(origins), len(MODES), len(sites))
    arrested, extravasated, founders = np.zeros(shape), np.zeros(shape), np.zeros((*shape, LARGEST + 1))
    days = np.zeros((len(origins), len(MODES)))
    lodging = np.zeros((LEVELS, len(sites)))
    home = settling_at_home(sites, primary, switches["self_seeding"])
    for level in range(LEVELS):
        here = arrival(level)
        days[:] = 0.0
        for each in travellers(graph, values, switches, here):
            held, outside, time = _ends(graph, each, origins, circuit_days(values))
            arrested[level, :, each.mode] += held
            founders[level, :, each.mode] += outside
            extravasated[level, :, each.mode] += outside @ np.arange(LARGEST + 1)
            days[:, each.mode] += time
        lodging[level] = home * [
            lodging_share(values["lodging_probability"], soil * here.met_gate, switches["colonisation"])
            for soil in here.soil
        ]
    lodged = founders * lodging[:, None, None, :, None] * entry[None, :, :, None, None]
    by_entry = entry[None, :, :, None]
    return Dispersal(
        lodged=lodged.sum(axis=-1),
        arrested=arrested * by_entry,
        extravasated=extravasated * by_entry,
        entry=entry,
        circulation_days=days,
        cluster_size_law=_size_law(lodged[0, :ROUTES, -1].sum(axis=(0, 1))),
    )


def _ends(
    graph: FlowGraph, each: Traveller, origins: np.ndarray, circuit: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Per cell of the mode that enters: held [origin, site], founders [origin, site, cells], days in flow [origin]."""
    death = -np.expm1(-each.flow_death * circuit)
    chain = absorbing_chain(graph, each.lasting_capture(graph.sites), float(death))
    caught = (origins @ chain.ends)[:, :-1] * each.weight
    drained = drainage_matrix(graph)
    law = _outside(each) / each.cells
    outside = np.einsum("os,sn,st->otn", caught, law, drained)
    return caught @ drained, outside, chain.passages_from(origins) * circuit * each.weight


def _outside(each: Traveller) -> np.ndarray:
    """Expected groups by living cells outside the vessel, [site, cells], from one held entity."""
    found = np.zeros((len(each.held.leaving), LARGEST + 1))
    for size, number in enumerate(each.parts()):
        if number > 0.0:
            law = each.hold_of(size).survivors(size)
            found[:, 1 : size + 1] += number * law[:, 1:]
    return found


def _size_law(weights: np.ndarray) -> np.ndarray:
    """Law of a cluster founder's cells from founders by cells; one cell where no cluster founds anything."""
    total = weights.sum()
    if total > 0.0:
        return weights / total
    law = np.zeros(len(weights))
    law[1] = 1.0
    return law


@dataclass(frozen=True)
class Transplant:
    """Expected cells at one time after an injection; outside: by site, (sites,), where lymph has carried them."""

    flowing: float
    held: float
    outside: np.ndarray
    dead: float

    @property
    def alive(self) -> float:
        """Cells alive anywhere."""
        return self.flowing + self.held + float(self.outside.sum())


def transplant(
    cells: float,
    into: Mapping[str, float],
    days: float,
    graph: FlowGraph,
    values: Mapping[str, float],
    switches: Mapping[str, float],
    arrival: ArrivalFactors,
    modes: tuple[float, float, float] = (1.0, 0.0, 0.0),
) -> Transplant:
    """Expected ends, `days` after `cells` cells came into the flow of beds `into` {bed: share}.

    modes: share of the cells by mode. A vein of the tail leads to {"lung": 1}, the portal vein to {"liver": 1}.
    """
    from scipy.linalg import expm

    total = np.zeros(len(graph.sites) + 3)
    for each in travellers(graph, values, switches, arrival):
        if modes[each.mode] * each.weight > 0.0:
            walk = compartments(graph, each.capture, each.hold_of(each.cells), each.flow_death, circuit_days(values))
            state = np.zeros(len(walk.rates))
            state[walk.flowing] = starts(graph, into)
            state = cells * modes[each.mode] * each.weight * (state @ expm(walk.rates * days))
            total[0] += state[walk.flowing].sum()
            total[1] += state[walk.held].sum()
            total[2:-1] += state[walk.outside]
            total[-1] += state[-1]
    return Transplant(total[0], total[1], total[2:-1] @ drainage_matrix(graph), total[-1])


def flow_after_resection(
    days: np.ndarray,
    graph: FlowGraph,
    values: Mapping[str, float],
    switches: Mapping[str, float],
    arrival: ArrivalFactors,
    modes: tuple[float, float, float] = (1.0, 0.0, 0.0),
) -> np.ndarray:
    """Cells in flow at `days` after the end of long steady shedding into the veins, relative to day 0, (days,)."""
    from scipy.linalg import expm

    total = np.zeros(len(days))
    for each in travellers(graph, values, switches, arrival):
        if modes[each.mode] * each.weight > 0.0:
            walk = compartments(graph, each.capture, each.hold_of(each.cells), each.flow_death, circuit_days(values))
            moving = walk.rates[: walk.held.stop, : walk.held.stop]
            source = np.zeros(len(moving))
            source[walk.flowing] = starts(graph, {circulation.BLOOD_ENTRY: 1.0})
            steady = np.linalg.solve(-moving.T, source) * modes[each.mode] * each.weight / each.cells
            total += [float((steady @ expm(moving * day))[walk.flowing].sum()) for day in days]
    return total / total[0]


def returning_after_one_circuit(
    graph: FlowGraph, values: Mapping[str, float], switches: Mapping[str, float], arrival: ArrivalFactors
) -> float:
    """Share of single cells put into the veins that pass the lung and the next bed, neither caught nor dead."""
    shares = mode_shares(values, switches)[: len(MODES) - 1]
    returning = 0.0
    for each in travellers(graph, values, switches, arrival):
        if each.cells == 1:
            death = float(np.exp(-each.flow_death * circuit_days(values)))
            passed = sum(
                share * (1.0 - each.capture[circulation.BLOOD_ENTRY if bed == circulation.BRONCHIAL else bed])
                for bed, share in graph.outflow(circulation.BLOOD_ENTRY).items()
            )
            through = (1.0 - each.capture[circulation.BLOOD_ENTRY]) * death * passed
            returning += shares[each.mode] / shares.sum() * each.weight * through
    return returning
