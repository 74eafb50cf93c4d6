"""Mural cells (pericytes): VEGF in excess strips vessels of them, and uncovered ones secrete VEGF themselves.

    dM/dt = (M* - M) / tau,   M* = 1 / (1 + f_q v (1 - M_ref) / M_ref),   VEGF source: f (1 - M) / (1 - M_ref)

M: share of vessel length that mural cells cover well; v: free VEGF relative to the usual lesion; M_ref: cover of the
usual lesion. f: switch `mural_cells` (off: mural cells secrete no VEGF); f_q: switch `vessel_quality` (off: cover stays
whole). Stepped exactly at fixed M*. Blocking VEGFR2 restores cover within days (Winkler 2004, PMID 15607960); values
assumed.
"""

from math import exp

from paget.compute import device_function


@device_function
def cover_target(vegf, p):
    """Mural cover M* in [0, 1] at rest under free VEGF `vegf`."""
    return 1.0 / (1.0 + p.switch_vessel_quality * vegf * (1.0 / p.mural_cover_reference - 1.0))


@device_function
def cover_step(cover, vegf, p, days):
    """M after `days`."""
    target = cover_target(vegf, p)
    return target + (cover - target) * exp(-days / p.mural_cover_time)


@device_function
def poor_cover(cover, p):
    """Uncovered share of vessels relative to the usual lesion."""
    return (1.0 - cover) / (1.0 - p.mural_cover_reference)


@device_function
def mural_signal(cover, p):
    """VEGF that badly covering mural cells secrete, 1 = usual lesion."""
    return p.switch_mural_cells * poor_cover(cover, p)
