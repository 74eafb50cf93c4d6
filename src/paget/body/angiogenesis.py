"""Vascular capacity K of a lesion (mm^3) and the coupled step of size and capacity.

    dV/dt = r_net(V, K) V,        dK/dt = f phi V - psi K V^(2/3),        K >= K_0 (diffusion alone)

phi: stimulation, psi = phi / K_inf^(2/3): endogenous inhibition, K_0 about 1 mm^3: what diffusion supports; f is the
switch `angiogenesis` (off: no vessel is ever added and a lesion stops at K_0). Hahnfeldt et al. 1999, PMID 10519381.

The ratio k = K / V obeys a linear equation at fixed V and r, so one symmetric step (half a step of ln V, a full
exponential step of k, half a step of ln V) is second order in dt and stable for any stimulation.
"""

import sys
from math import exp, expm1, log

from paget.body.growth_brake import net_rate
from paget.compute import device_function

SMALL_DECAY = sys.float_info.epsilon ** (1.0 / 4.0)
"""Below it four terms of (1 - exp(-x)) / x are exact to the last bit, and cheaper."""


@device_function
def grow(log_cells, log_ratio, kinetics, days):
    """(ln N, ln(K / V)) after `days`; kinetics is the KINETICS record of the lesion."""
    half = 0.5 * days
    rate = net_rate(log_ratio, kinetics.unbraked_rate, kinetics.brake_rate, kinetics.brake_switch)
    log_cells += rate * half
    log_volume = log_cells - kinetics.log_cell_density
    loss = kinetics.inhibition * exp(log_volume * 2.0 / 3.0)
    stimulation = kinetics.angiogenesis_switch * kinetics.stimulation
    ratio = _relax(exp(log_ratio - rate * half), stimulation, loss, days)
    log_ratio = max(log(ratio), kinetics.log_avascular_capacity - log_volume)
    rate = net_rate(log_ratio, kinetics.unbraked_rate, kinetics.brake_rate, kinetics.brake_switch)
    return log_cells + rate * half, log_ratio - rate * half


@device_function
def _relax(ratio, gain, loss, days):
    """K / V after `days` of dk/dt = gain - loss k at fixed volume."""
    decay = loss * days
    if decay < SMALL_DECAY:
        mean = 1.0 - 0.5 * decay * (1.0 - decay / 3.0 * (1.0 - decay / 4.0))
    else:
        mean = -expm1(-decay) / decay
    return ratio * (1.0 - decay * mean) + gain * days * mean
