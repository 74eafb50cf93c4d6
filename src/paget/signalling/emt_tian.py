"""The cascading bistable switches of Tian, Zhang and Xing 2013: SNAIL against miR-34, then ZEB against miR-200.

Exogenous TGF-β u adds to the cell's own T, which miR-200 represses. s and z are the mRNAs of SNAIL (S) and ZEB (Z), R3
is miR-34, R2 miR-200, E and N the cadherins; a(x, J, n) = (x/J)^n/(1 + (x/J)^n) and r = 1 - a:

    dT/dt  = k0_T + kt r(R2, JT, nr2) - kd_T T         ds/dt = k0_s + ks a(T + u, Js, nt) - kd_s s
    dS/dt  = kS s r(R3, JS, nr3) - kd_S S              dR3/dt = k0_3 + k3/(1 + (S/J13)^ns + (Z/J23)^nz) - kd_3 R3
    dz/dt  = k0_z + kz a(S, Jz, ns) - kd_z z           dZ/dt = kZ z r(R2, JZ, nr2) - kd_Z Z
    dR2/dt = k0_2 + k2/(1 + (S/J12)^ns2 + (Z/J22)^nz) - kd_2 R2
    dE/dt  = ke_1 r(S, J1e, ns) + ke_2 r(Z, J2e, nz) - kd_e E
    dN/dt  = kn_1 a(S, J1n, ns) + kn_2 a(Z, J2n, nz) - kd_n N

Hours; concentrations in the model's µM. For given Z the right side of Z's equation rises strictly with S (z rises, R2
falls), so one S belongs to each Z; R2, T, R3 and s follow, and s gives T + u, hence u (see `emt_circuit`).

doi 10.1016/j.bpj.2013.07.011. Form and constants are those of two public re-implementations that agree; the paper's
supplement was not at hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np

from paget.signalling.circuit_constants import circuit_constants
from paget.signalling.emt_circuit import Circuit, Scale

CIRCUIT = "emt_tian"
_BISECTIONS = 60
_MAY_VANISH = frozenset({"k0_T", "kt", "k0_3", "k3", "k0_2", "k2", "ke_1", "ke_2", "kn_1", "kn_2"})


def cascading_switches(changes: Mapping[str, float] | None = None) -> Circuit:
    """Nine species with exogenous TGF-β (the model's µM) as the input; `changes`: constants in place of the published.

    ``{"kt": 0}`` cuts the autocrine loop, ``{"J22": math.inf}`` the repression of miR-200 by ZEB.
    """
    constants = circuit_constants(CIRCUIT, changes, _MAY_VANISH)
    return Circuit(
        name="cascading switches",
        species=("TGF-β", "SNAIL mRNA", "SNAIL", "miR-34", "ZEB mRNA", "ZEB", "miR-200", "E-cadherin", "N-cadherin"),
        input_name="exogenous TGF-β",
        unit="µM",
        rates=lambda levels, tgf_beta: _rates(constants, levels, tgf_beta),
        steady_curve=lambda zeb: _steady_curve(constants, zeb),
        zeb_span=_zeb_span(constants),
        first_switch="SNAIL",
        slowest_decay=min(value for symbol, value in constants.items() if symbol.startswith("kd_")),
        given_scale=_published_scale() if changes else None,
    )


@cache
def _published_scale() -> Scale:
    return cascading_switches().scale


def _active(level: np.ndarray, half: float, power: float) -> np.ndarray:
    return 1.0 - _repressed(level, half, power)


def _repressed(level: np.ndarray, half: float, power: float) -> np.ndarray:
    return 1.0 / (1.0 + (level / half) ** power)


def _made_mir34(of: Mapping[str, float], snail: np.ndarray, zeb: np.ndarray) -> np.ndarray:
    return of["k0_3"] + of["k3"] / (1.0 + (snail / of["J13"]) ** of["ns"] + (zeb / of["J23"]) ** of["nz"])


def _made_mir200(of: Mapping[str, float], snail: np.ndarray, zeb: np.ndarray) -> np.ndarray:
    return of["k0_2"] + of["k2"] / (1.0 + (snail / of["J12"]) ** of["ns2"] + (zeb / of["J22"]) ** of["nz"])


def _made_tgf_beta(of: Mapping[str, float], mir200: np.ndarray) -> np.ndarray:
    return of["k0_T"] + of["kt"] * _repressed(mir200, of["JT"], of["nr2"])


def _made_zeb_messenger(of: Mapping[str, float], snail: np.ndarray) -> np.ndarray:
    return of["k0_z"] + of["kz"] * _active(snail, of["Jz"], of["ns"])


def _made_cadherins(of: Mapping[str, float], snail: np.ndarray, zeb: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """E-cadherin and N-cadherin."""
    return (
        of["ke_1"] * _repressed(snail, of["J1e"], of["ns"]) + of["ke_2"] * _repressed(zeb, of["J2e"], of["nz"]),
        of["kn_1"] * _active(snail, of["J1n"], of["ns"]) + of["kn_2"] * _active(zeb, of["J2n"], of["nz"]),
    )


def _rates(of: Mapping[str, float], levels: np.ndarray, tgf_beta: np.ndarray | float) -> np.ndarray:
    own, snail_messenger, snail, mir34, zeb_messenger, zeb, mir200, e_cadherin, n_cadherin = levels
    made_e, made_n = _made_cadherins(of, snail, zeb)
    return np.stack(
        (
            _made_tgf_beta(of, mir200) - of["kd_T"] * own,
            of["k0_s"] + of["ks"] * _active(own + tgf_beta, of["Js"], of["nt"]) - of["kd_s"] * snail_messenger,
            of["kS"] * snail_messenger * _repressed(mir34, of["JS"], of["nr3"]) - of["kd_S"] * snail,
            _made_mir34(of, snail, zeb) - of["kd_3"] * mir34,
            _made_zeb_messenger(of, snail) - of["kd_z"] * zeb_messenger,
            of["kZ"] * zeb_messenger * _repressed(mir200, of["JZ"], of["nr2"]) - of["kd_Z"] * zeb,
            _made_mir200(of, snail, zeb) - of["kd_2"] * mir200,
            made_e - of["kd_e"] * e_cadherin,
            made_n - of["kd_n"] * n_cadherin,
        )
    )


def _zeb_span(of: Mapping[str, float]) -> tuple[float, float]:
    """ZEB without SNAIL and under all of miR-200, and with all of SNAIL and no miR-200."""
    per_messenger = of["kZ"] / (of["kd_z"] * of["kd_Z"])
    most_mir200 = np.asarray((of["k0_2"] + of["k2"]) / of["kd_2"])
    return (
        float(per_messenger * of["k0_z"] * _repressed(most_mir200, of["JZ"], of["nr2"])),
        float(per_messenger * (of["k0_z"] + of["kz"])),
    )


def _steady_curve(of: Mapping[str, float], zeb: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    snail, below, above = _snail_for(of, zeb)
    mir34, mir200 = _made_mir34(of, snail, zeb) / of["kd_3"], _made_mir200(of, snail, zeb) / of["kd_2"]
    own = _made_tgf_beta(of, mir200) / of["kd_T"]
    snail_messenger = of["kd_S"] * snail / (of["kS"] * _repressed(mir34, of["JS"], of["nr3"]))
    share = (of["kd_s"] * snail_messenger - of["k0_s"]) / of["ks"]
    below, above = below | (share <= 0.0), above | (share >= 1.0)
    odds = np.where(below | above, 1.0, share / np.where(above, 1.0, 1.0 - share))
    tgf_beta = of["Js"] * odds ** (1.0 / of["nt"]) - own
    made_e, made_n = _made_cadherins(of, snail, zeb)
    levels = (
        own,
        snail_messenger,
        snail,
        mir34,
        _made_zeb_messenger(of, snail) / of["kd_z"],
        zeb,
        mir200,
        made_e / of["kd_e"],
        made_n / of["kd_n"],
    )
    return np.where(below, -np.inf, np.where(above, np.inf, tgf_beta)), np.stack(levels)


def _snail_for(of: Mapping[str, float], zeb: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """SNAIL that holds ZEB, by bisection; whether none is already too much, and all a cell makes too little."""

    def surplus(snail: np.ndarray) -> np.ndarray:
        mir200 = _made_mir200(of, snail, zeb) / of["kd_2"]
        messenger = _made_zeb_messenger(of, snail) / of["kd_z"]
        return of["kZ"] * messenger * _repressed(mir200, of["JZ"], of["nr2"]) - of["kd_Z"] * zeb

    most = of["kS"] * (of["k0_s"] + of["ks"]) / (of["kd_s"] * of["kd_S"])
    lower, upper = np.zeros_like(zeb), np.full_like(zeb, most)
    below, above = surplus(lower) >= 0.0, surplus(upper) <= 0.0
    for _ in range(_BISECTIONS):
        middle = 0.5 * (lower + upper)
        short = surplus(middle) < 0.0
        lower, upper = np.where(short, middle, lower), np.where(short, upper, middle)
    return 0.5 * (lower + upper), below, above
