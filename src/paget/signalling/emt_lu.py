"""The ternary switch of Lu et al. 2013: miR-200 against ZEB, driven by SNAIL; three stable states from one module.

A microRNA of level μ binds i of n sites of its target's mRNA with weights M_i = C(n, i)(μ/μ0)^i/(1 + μ/μ0)^n. A bound
mRNA is translated at the share l_i, decays faster by γm_i and takes microRNA along at γμ_i:
L = Σ l_i M_i, Y_m = Σ γm_i M_i, Y_μ = Σ i γμ_i M_i. Transcription follows the shifted Hill function
H(x) = λ + (1 - λ)/(1 + (x/x0)^h). With W = ZEB mRNA, Z = ZEB, S = SNAIL, V = SNAIL mRNA, I = the external signal:

    dμ200/dt = g H(Z) H(S) - W Y_μ(μ200) - k μ200      dμ34/dt = g H(Z) H(S) - V Y_μ(μ34) - k μ34
    dW/dt    = g H(Z) H(S) - W Y_m(μ200) - k W         dV/dt   = g H(I) H(S) - V Y_m(μ34) - k V
    dZ/dt    = g W L(μ200) - k Z                       dS/dt   = g V L(μ34) - k S

`ternary_switch` is the left half with SNAIL as its input, `full_circuit` all six with the signal as input. Molecules a
cell and hours. For given Z the equation of W fixes S for each μ200, rising in μ200, and that of μ200 then falls
strictly: one S for each Z. In the same way the right half gives one I for each S and Z (see `emt_circuit`).

doi 10.1073/pnas.1318192110. The constants are as coded in six public files; the paper's own table was not at hand.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.polynomial.polynomial import polyval

from paget.errors import InputError
from paget.signalling.circuit_constants import circuit_constants
from paget.signalling.emt_circuit import Circuit, Scale

CIRCUIT = "emt_lu"
_SITES_MIR200 = 6
_SITES_MIR34 = 2
_BISECTIONS = 60
_MAY_VANISH = frozenset({f"{kind}[{bound}]" for kind in ("L", "gm", "gmu") for bound in range(_SITES_MIR200 + 1)})

Levels = tuple[np.ndarray, ...]


def ternary_switch(changes: Mapping[str, float] | None = None) -> Circuit:
    """miR-200, ZEB mRNA and ZEB with SNAIL (molecules) as the input; `changes`: constants in place of the published.

    ``{"t_miR200": math.inf}`` cuts the silencing of ZEB by miR-200.
    """
    constants = _constants(changes)
    return Circuit(
        name="ternary switch",
        species=("miR-200", "ZEB mRNA", "ZEB"),
        input_name="SNAIL",
        unit="molecules",
        rates=lambda levels, snail: np.stack(_zeb_module(constants, levels, snail)),
        steady_curve=lambda zeb: _ternary_curve(constants, zeb),
        zeb_span=_zeb_span(constants),
        first_switch="ZEB",
        slowest_decay=min(constants[f"k_{name}"] for name in ("miR200", "mZEB", "ZEB")),
        given_scale=_ternary_scale() if changes else None,
    )


def full_circuit(changes: Mapping[str, float] | None = None) -> Circuit:
    """All six species with the external signal I (molecules; TGF-β, HGF, hypoxia) as the input."""
    constants = _constants(changes)
    return Circuit(
        name="full circuit",
        species=("miR-200", "ZEB mRNA", "ZEB", "miR-34", "SNAIL mRNA", "SNAIL"),
        input_name="signal",
        unit="molecules",
        rates=lambda levels, signal: np.stack(
            (*_zeb_module(constants, levels[:3], levels[5]), *_snail_module(constants, levels, signal))
        ),
        steady_curve=lambda zeb: _full_curve(constants, zeb),
        zeb_span=_zeb_span(constants),
        first_switch="ZEB",
        slowest_decay=min(value for symbol, value in constants.items() if symbol.startswith("k_")),
        given_scale=_full_scale() if changes else None,
    )


@dataclass(frozen=True)
class _Silencing:
    """What a microRNA does to its target; polynomials in μ/μ0, to be divided by (1 + μ/μ0)^sites."""

    threshold: float
    sites: int
    translation: np.ndarray
    decay: np.ndarray
    consumption: np.ndarray

    def __call__(self, mirna: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """L, Y_m (1/h) and Y_μ (1/h) at a level of the microRNA."""
        bound = mirna / self.threshold
        whole = (1.0 + bound) ** self.sites
        return (
            polyval(bound, self.translation) / whole,
            polyval(bound, self.decay) / whole,
            polyval(bound, self.consumption) / whole,
        )


def _silencing(constants: Mapping[str, float], name: str, sites: int) -> _Silencing:
    ways = [math.comb(sites, bound) for bound in range(sites + 1)]

    def weighted(kind: str) -> np.ndarray:
        return np.array([count * constants[f"{kind}[{bound}]"] for bound, count in enumerate(ways)])

    return _Silencing(
        constants[f"t_{name}"], sites, weighted("L"), weighted("gm"), weighted("gmu") * np.arange(sites + 1)
    )


def _constants(changes: Mapping[str, float] | None) -> Mapping[str, float]:
    constants = circuit_constants(CIRCUIT, changes, _MAY_VANISH)
    for symbol in ("l_mZEB_SNAIL", "l_mSNAIL_I"):
        if constants[symbol] <= 1.0:
            raise InputError(
                f"{symbol} must exceed 1", field=symbol, remedy="With 1 or less the input switches nothing on."
            )
    return constants


@cache
def _ternary_scale() -> Scale:
    return ternary_switch().scale


@cache
def _full_scale() -> Scale:
    return full_circuit().scale


def _hill(constants: Mapping[str, float], target: str, source: str, level: np.ndarray | float) -> np.ndarray:
    """H of `source` on the transcription of `target`."""
    link = f"{target}_{source}"
    fold = constants[f"l_{link}"]
    return fold + (1.0 - fold) / (1.0 + (level / constants[f"t_{link}"]) ** constants[f"n_{link}"])


def _level_for(constants: Mapping[str, float], target: str, source: str, wanted: np.ndarray) -> np.ndarray:
    """Level of an activator at which its H is `wanted`: -inf below 1, +inf from λ on."""
    link = f"{target}_{source}"
    fold = constants[f"l_{link}"]
    reached = (wanted > 1.0) & (wanted < fold)
    inside = np.where(reached, wanted, 0.5 * (1.0 + fold))
    level = constants[f"t_{link}"] * ((inside - 1.0) / (fold - inside)) ** (1.0 / constants[f"n_{link}"])
    return np.where(reached, level, np.where(wanted >= fold, np.inf, -np.inf))


def _zeb_module(constants: Mapping[str, float], levels: np.ndarray, snail: np.ndarray | float) -> Levels:
    mirna, messenger, zeb = levels
    translation, decay, consumption = _silencing(constants, "miR200", _SITES_MIR200)(mirna)
    made = constants["g_miR200"] * _hill(constants, "miR200", "ZEB", zeb) * _hill(constants, "miR200", "SNAIL", snail)
    copied = constants["g_mZEB"] * _hill(constants, "mZEB", "ZEB", zeb) * _hill(constants, "mZEB", "SNAIL", snail)
    return (
        made - messenger * consumption - constants["k_miR200"] * mirna,
        copied - messenger * decay - constants["k_mZEB"] * messenger,
        constants["g_ZEB"] * messenger * translation - constants["k_ZEB"] * zeb,
    )


def _snail_module(constants: Mapping[str, float], levels: np.ndarray, signal: np.ndarray | float) -> Levels:
    zeb, mirna, messenger, snail = levels[2:]
    translation, decay, consumption = _silencing(constants, "miR34", _SITES_MIR34)(mirna)
    made = constants["g_miR34"] * _hill(constants, "miR34", "ZEB", zeb) * _hill(constants, "miR34", "SNAIL", snail)
    copied = constants["g_mSNAIL"] * _hill(constants, "mSNAIL", "I", signal)
    copied = copied * _hill(constants, "mSNAIL", "SNAIL", snail)
    return (
        made - messenger * consumption - constants["k_miR34"] * mirna,
        copied - messenger * decay - constants["k_mSNAIL"] * messenger,
        constants["g_SNAIL"] * messenger * translation - constants["k_SNAIL"] * snail,
    )


def _zeb_span(constants: Mapping[str, float]) -> tuple[float, float]:
    """ZEB with everything against it and with everything for it."""
    bound = range(_SITES_MIR200 + 1)
    weakest = min(constants[f"L[{i}]"] for i in bound) / (
        constants["k_mZEB"] + max(constants[f"gm[{i}]"] for i in bound)
    )
    strongest = max(constants[f"L[{i}]"] for i in bound) / constants["k_mZEB"]
    induced = max(1.0, constants["l_mZEB_ZEB"]) * constants["l_mZEB_SNAIL"]
    repressed = min(1.0, constants["l_mZEB_ZEB"])
    made = constants["g_ZEB"] * constants["g_mZEB"] / constants["k_ZEB"]
    return made * weakest * repressed, made * strongest * induced


def _ternary_curve(constants: Mapping[str, float], zeb: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    silencing = _silencing(constants, "miR200", _SITES_MIR200)
    copied = constants["g_mZEB"] * _hill(constants, "mZEB", "ZEB", zeb)
    made = constants["g_miR200"] * _hill(constants, "miR200", "ZEB", zeb)

    def balanced(mirna: np.ndarray) -> Levels:
        """SNAIL and ZEB mRNA that hold ZEB at this level of miR-200, and what is then missing of miR-200 per hour."""
        translation, decay, consumption = silencing(mirna)
        messenger = constants["k_ZEB"] * zeb / (constants["g_ZEB"] * translation)
        snail = _level_for(constants, "mZEB", "SNAIL", messenger * (decay + constants["k_mZEB"]) / copied)
        repressed = made * _hill(constants, "miR200", "SNAIL", np.maximum(snail, 0.0))
        return snail, messenger, repressed - messenger * consumption - constants["k_miR200"] * mirna

    mirna = _falling_root(lambda level: balanced(level)[2], zeb, constants["g_miR200"] / constants["k_miR200"])
    snail, messenger, _ = balanced(mirna)
    return snail, np.stack((mirna, messenger, zeb))


def _full_curve(constants: Mapping[str, float], zeb: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    snail, levels = _ternary_curve(constants, zeb)
    held = np.where(np.isfinite(snail), snail, 0.0)
    silencing = _silencing(constants, "miR34", _SITES_MIR34)
    made = constants["g_miR34"] * _hill(constants, "miR34", "ZEB", zeb) * _hill(constants, "miR34", "SNAIL", held)

    def balanced(mirna: np.ndarray) -> Levels:
        """SNAIL mRNA that holds SNAIL at this level of miR-34, its decay, and what is then missing of miR-34."""
        translation, decay, consumption = silencing(mirna)
        messenger = constants["k_SNAIL"] * held / (constants["g_SNAIL"] * translation)
        return messenger, decay, made - messenger * consumption - constants["k_miR34"] * mirna

    mirna = _falling_root(lambda level: balanced(level)[2], zeb, constants["g_miR34"] / constants["k_miR34"])
    messenger, decay, _ = balanced(mirna)
    copied = constants["g_mSNAIL"] * _hill(constants, "mSNAIL", "SNAIL", held)
    signal = _level_for(constants, "mSNAIL", "I", messenger * (decay + constants["k_mSNAIL"]) / copied)
    signal = np.where(np.isfinite(snail), signal, snail)
    return signal, np.concatenate((levels, np.stack((mirna, messenger, held))))


def _falling_root(missing: Callable[[np.ndarray], np.ndarray], like: np.ndarray, high: float) -> np.ndarray:
    """Levels in 0 … `high` at which a falling function is 0, by bisection, one for each entry of `like`."""
    lower, upper = np.zeros_like(like), np.full_like(like, high)
    for _ in range(_BISECTIONS):
        middle = 0.5 * (lower + upper)
        short = missing(middle) > 0.0
        lower, upper = np.where(short, middle, lower), np.where(short, upper, middle)
    return 0.5 * (lower + upper)
