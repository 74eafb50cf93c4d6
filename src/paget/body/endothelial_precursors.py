"""Endothelial precursors: VEGF in blood mobilises them from marrow, and they build themselves into new vessels.

    dE/dt = (E* - E) / tau,   E* = f (1 + V_50 / V_ref) v V / (v V + V_50),   drive x (1 - w + w E)

v: free VEGF relative to the usual lesion, V: volume of the primary (mm^3), so that v V is the VEGF that reaches blood;
E = 1 for the usual primary V_ref; f: switch `endothelial_precursors` (off: vessels grow from local endothelium only).
Stepped exactly at fixed E*. All values assumed (incorporation of precursors is reported from none to a half).
"""

from math import exp

from paget.compute import device_function


@device_function
def precursor_target(vegf, volume, p):
    """Level E* of circulating precursors at rest, 1 = usual primary."""
    secreted = vegf * volume
    scale = 1.0 + p.precursor_half_volume / p.reference_primary_volume
    return p.switch_endothelial_precursors * scale * secreted / (secreted + p.precursor_half_volume)


@device_function
def precursor_step(level, vegf, volume, p, days):
    """E after `days`."""
    target = precursor_target(vegf, volume, p)
    return target + (level - target) * exp(-days / p.precursor_time)


@device_function
def precursor_factor(level, p):
    """Factor on the drive of vascular capacity, 1 = usual primary."""
    return 1.0 + p.precursor_share * (level - 1.0)
