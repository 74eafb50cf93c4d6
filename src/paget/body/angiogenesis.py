"""Vascular capacity K of a lesion (mm^3) and the coupled step of size and capacity.

    dV/dt = r_net(V, K) V,        dK/dt = f phi V - psi K V^(2/3),        K >= K_0 (diffusion alone)

phi: stimulation, psi = phi / K_inf^(2/3): endogenous inhibition, K_0 about 1 mm^3: what diffusion supports; f is the
switch `angiogenesis` (off: no vessel is ever added and a lesion stops at K_0). Hahnfeldt et al. 1999, PMID 10519381.

The ratio k = K / V obeys a linear equation at fixed V and r, so one symmetric step (half a step of ln V, a full
exponential step of k, half a step of ln V) is second order in dt and stable for any stimulation.
"""

from math import exp, log

from paget.body.growth_brake import net_rate
from paget.compute import device_function


@device_function
def grow(log_cells, log_ratio, kinetics, cell_density, days):
    """(ln N, ln(K / V)) after `days`; kinetics is the record Kinetics of the lesion, density in cells per mm^3."""
    half = 0.5 * days
    rate = net_rate(log_ratio, kinetics.unbraked_rate, kinetics.brake_rate, kinetics.brake_switch)
    log_cells += rate * half
    log_volume = log_cells - log(cell_density)
    loss = kinetics.inhibition * exp(log_volume * 2.0 / 3.0)
    stimulation = kinetics.angiogenesis_switch * kinetics.stimulation
    ratio = _relax(exp(log_ratio - rate * half), stimulation, loss, days)
    floor = kinetics.avascular_capacity * exp(-log_volume)
    log_ratio = log(max(ratio, floor))
    rate = net_rate(log_ratio, kinetics.unbraked_rate, kinetics.brake_rate, kinetics.brake_switch)
    return log_cells + rate * half, log_ratio - rate * half


@device_function
def _relax(ratio, gain, loss, days):
    """K / V after `days` of dk/dt = gain - loss k at fixed volume."""
    decay = loss * days
    if decay <= 0.0:
        return ratio + gain * days
    kept = exp(-decay)
    return ratio * kept + gain * (1.0 - kept) / loss
