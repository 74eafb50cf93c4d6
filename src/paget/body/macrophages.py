"""Macrophages: recruited from blood monocytes, they secrete VEGF, FGF2 and proteases.

    dA/dt = (A* - A) d,   A* / (1 - A*) = f A_ref / (1 - A_ref) (1 + c_h (H / H_ref - 1) + c_i (i - 1))

A: share of nucleated cells that are macrophages; d: their turnover (1/day); hypoxia H and inflammation i draw them; f:
switch `macrophages` (off: none are recruited). Stepped exactly at fixed A*. A_ref = 0.5: more than half in all of 27
anaplastic carcinomas (Caillou 2011, doi:10.1371/journal.pone.0022567). d = 0.02 1/day as in QSPIO-TNBC
(PMID 26982352); c_h and c_i assumed.
"""

from math import exp

from paget.compute import device_function


@device_function
def macrophage_target(hypoxia, inflammation, p):
    """Share A* of macrophages at rest; hypoxia and inflammation relative to the usual lesion."""
    pull = 1.0 + p.macrophage_draw_hypoxia * (hypoxia - 1.0) + p.macrophage_draw_inflammation * (inflammation - 1.0)
    odds = p.switch_macrophages * max(0.0, pull) * p.macrophage_share_reference / (1.0 - p.macrophage_share_reference)
    return odds / (1.0 + odds)


@device_function
def macrophage_step(share, hypoxia, inflammation, p, days):
    """A after `days`."""
    target = macrophage_target(hypoxia, inflammation, p)
    return target + (share - target) * exp(-p.macrophage_turnover * days)
