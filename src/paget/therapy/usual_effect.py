"""The effect to which a cytotoxic's kill rate refers: its occupancy under the usual regimen, averaged over a cycle.

    E_usual = 1/T integral over one cycle T of C^h / (C^h + IC50^h),      C: the usual patient at steady state

The compartments are those of therapy/pharmacokinetics.py, fully induced, here stepped by the matrix exponential on a
grid, since one number for a whole study needs no kernel.
"""

from __future__ import annotations

import numpy as np

from paget.errors import InputError
from paget.knowledge.regimen import Regimen

STEPS = 4**6
"""Steps of a cycle: 7 minutes of three weeks."""


def usual_effect(drug: np.void, given: Regimen, half: float, exponent: float, weight: float, surface: float) -> float:
    """E_usual in (0, 1) of one DRUG record; half: IC50 (nmol/L, unbound), weight kg, surface m^2.

    Raises InputError for a regimen of a single dose.
    """
    from scipy.linalg import expm

    if given.every_hours is None:
        raise InputError(
            f"the usual regimen of {given.name} is a single dose", field="drugs", remedy="Write how often it is given."
        )
    rates, volume = _rates(drug, weight, surface)
    step = given.every_hours / STEPS
    dose = given.milligrams(weight, surface)
    # The last row carries the input: [amounts, 1] -> amounts after one step with it, or without.
    size = len(rates)
    hours = float(drug["infusion_duration"]) if given.over_hours is None else given.over_hours
    steps = max(1, round(hours / step)) if given.route == "iv" else 1
    fed = np.zeros((size + 1, size + 1))
    fed[:size, :size] = rates
    fed[size - 1 if given.route == "oral" else 0, size] = dose * _share(drug, given) / (steps * step)
    running, alone = expm(fed * step), expm(rates * step)
    cycle = np.linalg.matrix_power(running, steps)
    after = np.linalg.matrix_power(alone, STEPS - steps)
    amounts = np.linalg.solve(np.eye(size) - after @ cycle[:size, :size], after @ cycle[:size, size])
    total = 0.0
    for place in range(STEPS):
        amounts = running[:size, :size] @ amounts + running[:size, size] if place < steps else alone @ amounts
        total += _occupancy(amounts[0] / volume * float(drug["unbound_per_mg"]), half, exponent)
    return total / STEPS


def size_ratio(drug: np.void, weight: float, surface: float) -> float:
    """Size of a person over that of the source's, as far as it scales a drug's clearance and volumes."""
    size = surface if drug["scales_with_surface"] else weight
    return float(size / drug["reference_size"]) if drug["reference_size"] > 0.0 else 1.0


def _share(drug: np.void, given: Regimen) -> float:
    return float(drug["oral_share"]) if given.route == "oral" else 1.0


def _occupancy(concentration: float, half: float, exponent: float) -> float:
    return 1.0 / (1.0 + (half / concentration) ** exponent) if concentration > 0.0 else 0.0


def _rates(drug: np.void, weight: float, surface: float) -> tuple[np.ndarray, float]:
    """Rates (1/h) between central, two peripheral compartments and depot, in amounts; and the central volume (L)."""
    ratio = size_ratio(drug, weight, surface)
    flowing, holding = ratio ** drug["clearance_exponent"], ratio ** drug["volume_exponent"]
    central = float(drug["central_volume"] * holding)
    out = drug["clearance"] * flowing / central
    rates = np.zeros((4, 4))
    rates[0, 0] = -out
    for place, (flow, volume) in enumerate((("flow", "peripheral_volume"), ("second_flow", "second_volume")), 1):
        away, back = drug[flow] * flowing / central, drug[flow] * flowing / (drug[volume] * holding)
        rates[0, 0] -= away
        rates[place, 0] += away
        rates[0, place] += back
        # A compartment that the drug doesn't have stays empty; a rate of its own keeps the matrix regular.
        rates[place, place] -= back if back > 0.0 else 1.0
    rates[0, 3] = drug["absorption_rate"]
    rates[3, 3] = -drug["absorption_rate"]
    return rates, central
