"""What awaits a cell at each place: factors of binding, leaving the vessel and settling.

    capture of a place      x adhesion
    leaves the vessel       extravasation = probability x openness of the wall
    settles                 x soil x met_gate,  soil = homing x fibronectin x MMP/TIMP x niche x permissiveness

Adhesion is relative to the usual organ. Homing, fibronectin and MMP/TIMP are each divided by their mean over the body
(weights: inflow of blood) with the shipped soil, the shipped parameters and all switches at 1: on average over the body
they neither add nor take founders, and a knock-out, another receptor level or another organ moves distribution and
total. The niche's reference is level 0; permissiveness is 1 unless calibrated.

The soil is the host's; what changes from day to day (VEGF, occupancy of the niche, the person's host factor) multiplies
in the course. `level` is the occupancy of the pre-metastatic niche, 0 … 1.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from paget import knowledge
from paget.body.adhesion import bound_share
from paget.body.ccr7_ccl21 import ccl21_gain
from paget.body.cxcr4_cxcl12 import cxcl12_gain
from paget.body.extravasation import share_extravasated
from paget.body.fibronectin import fibronectin_factor
from paget.body.homing import homing_multiplier
from paget.body.mesenchymal_epithelial_transition import met_gate
from paget.body.mmp_timp import proteolysis_factor
from paget.body.premetastatic_niche import conditioning
from paget.knowledge.library import PARAMETERS
from paget.knowledge.soil import PROPERTIES, Soil, soils

Ground = Mapping[str, np.ndarray]
"""Each property of `Soil` as an array over sites."""

Factor = Callable[[Ground, Mapping[str, float], Mapping[str, float]], np.ndarray]

SWITCHES = ("cxcr4_cxcl12", "ccr7_ccl21", "fibronectin", "mmp_timp")
"""Mechanisms whose mean over the body is 1 when they are on."""


@dataclass(frozen=True)
class ArrivalFactors:
    """Factors by site, (sites,), dimensionless.

    adhesion: multiplies the capture by the small vessels of the site; extravasation: probability that an arrested cell
    leaves the vessel alive at the usual VEGF; soil: multiplies the lodging probability; met_gate: share of founders
    that colonise, relative to cells that all can revert.
    """

    adhesion: np.ndarray
    extravasation: np.ndarray
    soil: np.ndarray
    met_gate: float


def arrival_factors(
    sites: Sequence[str],
    values: Mapping[str, float],
    switches: Mapping[str, float],
    level: float,
    places: Mapping[str, Soil] | None = None,
) -> ArrivalFactors:
    """Factors of arrival at `sites` with the pre-metastatic niche at `level` (0 … 1).

    values: parameters by symbol in the units of parameters/arrival.csv, and `extravasation_probability`; switches: by
    mechanism; places: soil by site where it isn't the shipped one. KeyError for an unknown site or symbol.
    """
    ground = _ground(tuple(sites), soils() if places is None else places)
    receptors, probability = ground["endothelial_receptors"], values["adhesion_probability"]
    settling = [_relative(factor, ground, values, switches) for factor in (_homing, _fibronectin, _protease)]
    niche = conditioning(values["niche_seeding_fold"], level, ground["s100_response"], switches["premetastatic_niche"])
    leaving, switch = values["extravasation_probability"], switches["extravasation"]
    return ArrivalFactors(
        adhesion=bound_share(probability, receptors, switches["adhesion"]) / _usual_binding(),
        extravasation=np.array([share_extravasated(leaving, switch, each) for each in ground["vessel_openness"]]),
        soil=np.prod(settling, axis=0) * niche * ground["permissiveness"],
        met_gate=met_gate(
            values["arriving_epithelial_share"],
            values["mesenchymal_reversion_probability"],
            values["sustained_mesenchymal_colonisation"],
            switches["mesenchymal_epithelial_transition"],
        ),
    )


@cache
def inflow_shares() -> Mapping[str, float]:
    """Share by site of all inflow of blood: by arteries, the venous return (lung) and the portal vein (liver)."""
    arterial = knowledge.flow_shares()
    inflow = dict(arterial)
    for link in knowledge.flow_links():
        if link.target in inflow and link.route != "lymph":
            inflow[link.target] += link.share * arterial.get(link.origin, 1.0)
    total = sum(inflow.values())
    return {site: share / total for site, share in inflow.items()}


@cache
def reference_values() -> Mapping[str, float]:
    """Parameters of arrival as shipped, at which the mean of each factor is 1."""
    records = knowledge.shipped_library().table("parameters/arrival.csv", PARAMETERS)
    return {record.symbol: record.value for record in records}


def _relative(factor: Factor, ground: Ground, values: Mapping[str, float], switches: Mapping[str, float]) -> np.ndarray:
    """A factor over its mean over the whole body as shipped, with all switches at 1."""
    weights = inflow_shares()
    usual = factor(_ground(tuple(weights), soils()), reference_values(), dict.fromkeys(SWITCHES, 1.0))
    return factor(ground, values, switches) / np.dot(tuple(weights.values()), usual)


def _usual_binding() -> float:
    return bound_share(reference_values()["adhesion_probability"], 1.0, 1.0)


def _ground(sites: tuple[str, ...], places: Mapping[str, Soil]) -> Ground:
    return {name: np.array([getattr(places[site], name) for site in sites], np.float64) for name in PROPERTIES}


def _homing(ground: Ground, values: Mapping[str, float], switches: Mapping[str, float]) -> np.ndarray:
    return homing_multiplier(
        cxcl12_gain(ground["cxcl12"], values, switches["cxcr4_cxcl12"]),
        ccl21_gain(ground["ccl21"], values, switches["ccr7_ccl21"]),
    )


def _fibronectin(ground: Ground, values: Mapping[str, float], switches: Mapping[str, float]) -> np.ndarray:
    return fibronectin_factor(ground["fibroblasts"], ground["fibronectin"], values, switches["fibronectin"])


def _protease(ground: Ground, values: Mapping[str, float], switches: Mapping[str, float]) -> np.ndarray:
    return proteolysis_factor(ground["mmp"], ground["timp"], values, switches["mmp_timp"])
