"""Inhibitor of angiogenesis that the primary sends into blood (angiostatin), and that resection removes.

    dI/dt = c (f V / V_ref - I)

that is production s V with s = c / V_ref and clearance c (1/day); I = 1 at rest for the usual primary V_ref (mm^3), in
units of the local angiostatin once multiplied by `systemic_inhibitor_effect`. f: switch `systemic_inhibitor` (off: none
is made). Stepped exactly at fixed V. It adds to the angiostatin of metastases, not of the primary, which has its own.
c = 0.38 1/day: angiostatin in mice (Hahnfeldt 1999, PMID 10519381). The size in people is assumed small.
"""

from math import exp

from paget.compute import device_function


@device_function
def inhibitor_step(pool, volume, p, days):
    """I after `days` with a primary of `volume` mm^3."""
    target = p.switch_systemic_inhibitor * volume / p.reference_primary_volume
    return target + (pool - target) * exp(-p.systemic_inhibitor_clearance * days)
