"""Hypoxia: share of the lesion below 5 mmHg of oxygen, from perfusion.

    H = f H_ref / (H_ref + (1 - H_ref) (P / P_ref)^3)

that is 1 - (Hill function of perfusion P, exponent 3, assumed), written so that H = H_ref at the perfusion of the usual
lesion. f is the switch `hypoxia` (off: no cell senses lack of oxygen, H = 0). Hypoxia raises VEGF through HIF (factor H
/ H_ref on its source; half-maximal at 1.5 to 2 % oxygen). H_ref: 38 % of readings below 5 mmHg in head and neck tumours
(Nordsmark 2005, doi:10.1016/j.radonc.2005.06.038). Dimensionless.
"""

from paget.compute import device_function


@device_function
def hypoxic_share(perfusion, p):
    """H in [0, 1]; 1 where nothing is perfused."""
    flow = perfusion / p.vessel_quality_reference
    oxygenated = flow * flow * flow * (1.0 - p.hypoxic_share_reference)
    return min(1.0, p.switch_hypoxia * p.hypoxic_share_reference / (p.hypoxic_share_reference + oxygenated))
