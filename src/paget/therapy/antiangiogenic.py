"""Blockade of VEGF or its receptors on the endothelium: less signal, and fewer vessels.

    vegf_blockade = f theta,      extra loss of capacity = f r theta  (1/day)

theta: occupancy of VEGFR2 at the unbound concentration C, C / (C + K) (kinase inhibitors), or the share of free VEGF
that an antibody binds; for several drugs 1 - prod(1 - theta_i). The blockade lowers the VEGF signal that
body/surroundings.py reads; the loss goes into dK/dt as that of therapy/vascular_inhibitor.py does (Hahnfeldt et al.
1999, PMID 10519381), so that a lesion shrinks towards what its vessels support. No window of normalisation is put in:
vessel quality rises within days, vessels are pruned over weeks (body/vessel_quality.py; Winkler 2004, PMID 15607960).
r is assumed: residual microvessel density after weeks of sunitinib or bevacizumab is known to fall, its rate is not.
Switch `vascular_endothelial_blockade`.
"""

from paget.compute import device_function

SWITCHES = ("vascular_endothelial_blockade",)
"""Mechanisms whose factor this part reads as ``p.switch_<name>``."""

UNITS: dict[str, str] = {"antiangiogenic_pruning_rate": "1/d"}
"""Symbol -> unit in which the course reads it."""


@device_function
def receptor_occupancy(concentration, half_maximal):
    """C / (C + K) in [0, 1); both in the same unit."""
    return concentration / (concentration + half_maximal) if concentration > 0.0 else 0.0


@device_function
def joint_occupancy(first, second):
    """Share blocked by two drugs that act independently."""
    return 1.0 - (1.0 - first) * (1.0 - second)


@device_function
def vascular_blockade(occupancy, p):
    """(share of the VEGF signal blocked, extra loss of vascular capacity in 1/day) at a day's mean occupancy."""
    blocked = p.switch_vascular_endothelial_blockade * occupancy
    return blocked, p.antiangiogenic_pruning_rate * blocked
