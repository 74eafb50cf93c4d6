"""Interstitial pressure of a tumour: Baxter & Jain 1989, doi:10.1016/0026-2862(89)90074-5.

Darcy flow fed by leaky vessels: K (1/r^2)(r^2 p')' = L_p S/V (p_e - p), p_e = p_B - sigma (pi_B - pi_i), in a ball of
radius R. alpha = R sqrt(L_p S / (K V)). Lymph vessels add a sink L_pL S_L/V (p - p_L).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Tissue:
    """K (cm^2/(mmHg s)), vessel leak L_p S/V and lymph sink L_pL S_L/V (1/(mmHg s)), p_e and p_L (mmHg)."""

    conductivity: float
    leak: float
    effective: float
    lymph: float = 0.0
    lymph_pressure: float = 0.0

    @property
    def plateau(self) -> float:
        """Pressure (mmHg) where the leak into the tissue equals the drainage by lymph, far from any border."""
        return (self.leak * self.effective + self.lymph * self.lymph_pressure) / (self.leak + self.lymph)

    @property
    def decay(self) -> float:
        """1/cm over which pressure relaxes to the plateau: sqrt((L_p S/V + L_pL S_L/V) / K)."""
        return float(np.sqrt((self.leak + self.lymph) / self.conductivity))


TUMOUR = Tissue(conductivity=4.13e-8, leak=2.8e-7 * 200.0, effective=15.6 - 0.82 * (20.0 - 15.0))
"""K 4.13e-8, L_p 2.8e-7 cm/(mmHg s), S/V 200 1/cm, p_B 15.6, sigma 0.82, pi_B 20, pi_i 15 mmHg; no lymph vessels."""


def isolated(r, radius: float, tissue: Tissue = TUMOUR, outside: float = 0.0):
    """Pressure (mmHg) at `r` cm in a ball whose surface is held at `outside`.

    p = p_inf + (p_out - p_inf) sinh(alpha r/R) / ((r/R) sinh alpha).
    """
    return tissue.plateau + (outside - tissue.plateau) * _shape(r, radius, tissue.decay)


def _shape(r, radius: float, decay: float):
    """sinh(alpha rho) / (rho sinh alpha), rho = r/R, without overflow; alpha / sinh(alpha) at the centre."""
    rho, alpha = np.asarray(r, float) / radius, decay * radius
    safe = np.where(rho > 0.0, rho, 1.0)
    body = np.exp(alpha * (safe - 1.0)) * np.expm1(-2.0 * alpha * safe) / (safe * np.expm1(-2.0 * alpha))
    return np.where(rho > 0.0, body, 2.0 * alpha * np.exp(-alpha) / -np.expm1(-2.0 * alpha))


def centre(radius: float, tissue: Tissue = TUMOUR) -> float:
    """Pressure in the middle of an isolated tumour over the plateau: 1 - alpha / sinh alpha."""
    return float(1.0 - _shape(0.0, radius, tissue.decay))


def surface_outflow(radius: float, tissue: Tissue = TUMOUR, outside: float = 0.0) -> float:
    """cm/s of fluid out of the surface: K (p_inf - p_out)(alpha coth alpha - 1) / R."""
    alpha = tissue.decay * radius
    return tissue.conductivity * (tissue.plateau - outside) * (alpha / np.tanh(alpha) - 1.0) / radius


def embedded(r, radius: float, inside: Tissue, around: Tissue):
    """Pressure (mmHg) at `r` cm of a tumour in unbounded normal tissue; p and K p' continuous at R.

    Inside p = p_i + A sinh(alpha rho)/(rho sinh alpha), outside p = p_o + (p_R - p_o) e^(-k (r - R)) R/r.
    """
    r = np.asarray(r, float)
    alpha, out = inside.decay * radius, around.decay * radius
    into = inside.conductivity * (alpha / np.tanh(alpha) - 1.0)
    away = around.conductivity * (out + 1.0)
    border = (into * inside.plateau + away * around.plateau) / (into + away)
    within = isolated(np.minimum(r, radius), radius, inside, border)
    far = np.maximum(r, radius)
    beyond = around.plateau + (border - around.plateau) * np.exp(-around.decay * (far - radius)) * radius / far
    return np.where(r <= radius, within, beyond)
