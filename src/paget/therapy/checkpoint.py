"""Antibodies against PD-1, PD-L1 and CTLA-4: occupancy of the receptor, which T cells read as blockade.

    theta = f C / (C + K_d),        blockade = 1 - (1 - blockade of the scenario) (1 - theta)

C: antibody at the lesion (nmol/L; an antibody is all unbound), K_d: dissociation constant. At registered doses C lies
two orders above K_d, so that theta is near 1 and what differs between patients is PD-L1 and recruitment
(body/immune_killing.py), not dose. Measured occupancy on blood cells stays lower since bound receptors are
internalised and the assays differ (nivolumab, PMC9762804); this is not modelled. An antibody against PD-L1 blocks the
same contact and is given in the same way.
Switch `checkpoint_blockade`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from paget.compute import device_function
from paget.errors import InputError
from paget.knowledge.naming import did_you_mean
from paget.knowledge.potency import potency
from paget.therapy.antiangiogenic import joint_occupancy, receptor_occupancy

SWITCHES = ("checkpoint_blockade",)
"""Mechanisms whose factor this part reads as ``p.switch_<name>``."""

CHECKPOINTS: Mapping[str, str] = MappingProxyType({"PDCD1": "PD-1", "CD274": "PD-1", "CTLA4": "CTLA-4"})
"""Target (HGNC) -> contact that an antibody against it blocks."""

ASSUMED: Mapping[str, str] = MappingProxyType({"spartalizumab": "PDCD1", "tremelimumab": "CTLA4"})
"""Antibodies without a constant in potency.csv: INN -> target; their record is <INN>_affinity."""

UNITS: dict[str, str] = {f"{drug}_affinity": "nmol/L" for drug in ASSUMED}
"""Symbol -> unit in which `affinity` reads it."""


def affinity(drug: str, values: Mapping[str, float]) -> tuple[str, float]:
    """(contact that the antibody blocks, K_d in nmol/L), from potency.csv or else from parameters in `UNITS`.

    Raises InputError for an antibody that neither holds.
    """
    found = {
        row.drug: (CHECKPOINTS[row.hgnc], row.value)
        for row in potency()
        if row.hgnc in CHECKPOINTS and row.quantity == "Kd"
    }
    found |= {name: (CHECKPOINTS[target], values[f"{name}_affinity"]) for name, target in ASSUMED.items()}
    if drug not in found:
        raise InputError(f"checkpoint antibody {drug!r} is unknown", remedy=did_you_mean(drug, found))
    return found[drug]


@device_function
def checkpoint_blockade(concentration, dissociation, standing, p):
    """Share of the contact that is blocked, in [0, 1]: antibody (nmol/L) over a `standing` blockade of the scenario."""
    return joint_occupancy(standing, p.switch_checkpoint_blockade * receptor_occupancy(concentration, dissociation))
