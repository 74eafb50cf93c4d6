"""Antibodies that stain PD-L1, and the factor by which each reads another share of cells than there are."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from paget.errors import InputError
from paget.knowledge.naming import did_you_mean

PD_L1_ASSAYS: Mapping[str, str] = MappingProxyType({
    "22C3": "pd_l1_factor_22c3",
    "28-8": "pd_l1_factor_22c3",
    "SP263": "pd_l1_factor_22c3",
    "SP142": "pd_l1_factor_sp142",
    "73-10": "pd_l1_factor_73_10",
})  # fmt: skip
"""Antibody -> symbol of its factor; 22C3, 28-8 and SP263 stain alike (Blueprint phase 2)."""

USUAL_ASSAY = "22C3"
"""What a study stains with unless it says otherwise."""


def pd_l1_factor(assay: str, values: Mapping[str, float]) -> float:
    """Factor of an antibody of PD_L1_ASSAYS; values: by symbol. InputError for another name."""
    if assay not in PD_L1_ASSAYS:
        raise InputError(f"the PD-L1 assay {assay!r} is unknown", remedy=did_you_mean(assay, PD_L1_ASSAYS))
    return values[PD_L1_ASSAYS[assay]]
