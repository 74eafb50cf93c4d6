"""Agents as the compiled code reads them: one `DRUG` per agent, filled from its folder in knowledge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import log1p, sqrt

import numpy as np

from paget.knowledge import drugs as shipped_drugs
from paget.knowledge.agents import Drug
from paget.knowledge.records import Parameter
from paget.therapy.pharmacokinetics import DRUG

_NOTHING = 1.0
"""Stands for a volume or rate that an agent doesn't have: its flow is 0, so that nothing reads it, and it divides."""


def compiled_drugs(
    names: Iterable[str], parameters: Mapping[str, Parameter], drugs: Mapping[str, Drug] = shipped_drugs
) -> np.ndarray:
    """(agents,) DRUG in the order of `names` (INN or alias).

    parameters: the shared ones, for the shares of delivery by size of the agent. Raises `UnknownDrug` with the nearest
    name, and `InputErrors` where a folder is invalid.
    """
    chosen = [drugs[name] for name in names]
    records = np.zeros(len(chosen), DRUG)
    for record, drug in zip(records, chosen, strict=True):
        _fill(record, drug, parameters)
    return records


def _fill(record: np.void, drug: Drug, parameters: Mapping[str, Parameter]) -> None:
    # Apparent values are over bioavailability: times it they are absolute, so that both routes share one disposition.
    bioavailability = drug.value("bioavailability", 1.0)
    scale = bioavailability if drug.record.clearance_is == "apparent" else 1.0
    kind = drug.record.size.replace(" ", "_")
    by_surface = "reference_surface" in drug.pharmacokinetics
    ratio = drug.value("induction_ratio", 1.0)
    values = {
        "number": drug.number,
        "oral_share": bioavailability,
        "absorption_rate": drug.value("absorption_rate", _NOTHING),
        "lag_time": drug.value("lag_time", 0.0),
        "input_duration": drug.value("input_duration", 0.0),
        "direct_share": drug.value("direct_share", 0.0),
        "infusion_duration": drug.value("infusion_duration", 0.0),
        "clearance": scale * drug.value("clearance", 0.0),
        "central_volume": scale * drug.value("central_volume", 0.0),
        "flow": scale * drug.value("flow", 0.0),
        "peripheral_volume": scale * drug.value("peripheral_volume", _NOTHING),
        "second_flow": scale * drug.value("second_flow", 0.0),
        "second_volume": scale * drug.value("second_peripheral_volume", _NOTHING),
        "unbound_per_mg": drug.unbound_nmol_per_mg,
        "clearance_spread": _spread(drug.variation("clearance_cv")),
        "volume_spread": _spread(drug.variation("volume_cv")),
        "induction_ratio": ratio,
        "induction_time": drug.value("induction_time", _NOTHING),
        "scales_with_surface": int(by_surface),
        "reference_size": drug.value("reference_surface" if by_surface else "reference_weight", 0.0),
        "clearance_exponent": drug.value("clearance_size_exponent", 0.0),
        "volume_exponent": drug.value("volume_size_exponent", 0.0),
        "diffusive": parameters[f"{kind}_diffusive"].value,
        "convective": parameters[f"{kind}_convective"].value,
    }
    for name, value in values.items():
        record[name] = value


def _spread(variation: float) -> float:
    """SD of the logarithm of a log-normal number of this coefficient of variation."""
    return sqrt(log1p(variation**2))
