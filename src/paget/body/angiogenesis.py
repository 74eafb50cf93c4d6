"""Vascular capacity K of a lesion (mm^3) and the coupled step of size and capacity.

    dV/dt = r_net(V, K) V,        dK/dt = f a phi V - psi K V^(2/3) - c K,        K >= K_0 (diffusion alone)

phi: stimulation, psi = phi / K_inf^(2/3): endogenous inhibition, K_0 about 1 mm^3: what diffusion supports; a: the
lesion's angiogenic drive (1 = usual), c: extra loss of vessels (1/day), f: the switch `angiogenesis` (off: no vessel is
ever added and a lesion stops at K_0). Hahnfeldt et al. 1999, PMID 10519381.

Each part is solved exactly at a fixed value of the other variable: ln(K / V) relaxes exponentially at fixed K
(body/growth_brake.advance), K / V does so at fixed V. Composed as half a step of V, a step of K, half a step of V this
is second order and stable for any stimulation. A step is divided where the brake is fast (a mouse's tumour).
"""

import sys
from math import exp, expm1, log

from paget.body.growth_brake import advance
from paget.compute import device_function

SMALL_DECAY = sys.float_info.epsilon ** (1.0 / 4.0)
"""Below it four terms of (1 - exp(-x)) / x are exact to the last bit, and cheaper."""


@device_function
def grow(log_cells, log_ratio, kinetics, days):
    """(ln N, ln(K / V)) after `days`; kinetics is the KINETICS record of the lesion."""
    parts = kinetics.parts
    step = days / parts
    for _ in range(parts):
        log_cells, log_ratio = advance(log_cells, log_ratio, kinetics, 0.5 * step)
        log_ratio = supply(log_cells, log_ratio, kinetics, step)
        log_cells, log_ratio = advance(log_cells, log_ratio, kinetics, 0.5 * step)
    return log_cells, log_ratio


@device_function
def supply(log_cells, log_ratio, kinetics, days):
    """ln(K / V) after `days` of d(K / V)/dt = gain - loss (K / V) at fixed V, not below what diffusion supports."""
    log_volume = log_cells - kinetics.log_cell_density
    decay = (kinetics.inhibition * exp(log_volume * 2.0 / 3.0) + kinetics.capacity_loss) * days
    if decay < SMALL_DECAY:
        mean = 1.0 - 0.5 * decay * (1.0 - decay / 3.0 * (1.0 - decay / 4.0))
    else:
        mean = -expm1(-decay) / decay
    gain = kinetics.angiogenesis_switch * kinetics.drive * kinetics.stimulation * days
    ratio = exp(log_ratio) * (1.0 - decay * mean) + gain * mean
    return max(log(ratio), kinetics.log_avascular_capacity - log_volume)
