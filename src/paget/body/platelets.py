"""Activated platelets cloak circulating cells, help them hold in small vessels and feed early vessels.

    activity P = switch x (1 - inhibition by aspirin)              1: the usual host
    killing by natural killers and TNF-alpha x (1 - shield P)      shield from each
    firm binding in the vessel               x (1 + gain P)
    drive of a metastasis' vessels           (1 + g P) / (1 + g)   1 at the usual activity

The shield acts through natural killers: without them platelets change lung colonies by less than a third (Palumbo et
al. 2005, doi:10.1182/blood-2004-06-2272). Platelet TGF-beta1 is needed for seeding (Labelle et al. 2011,
doi:10.1016/j.ccr.2011.09.009). Sizes are assumed, set to the 2- to 10-fold loss of lung metastases without platelets.
Switch `platelets`. Dimensionless.
"""

from collections.abc import Mapping

from paget.body.aspirin import platelet_inhibition


def platelet_activity(values: Mapping[str, float], switches: Mapping[str, float]) -> float:
    """Activity of the host's platelets; 1 is usual."""
    return switches["platelets"] * (1.0 - platelet_inhibition(values, switches))


def platelet_shield(protection: float, activity: float) -> float:
    """Share of attacks warded off, at most all of them."""
    return min(1.0, protection * activity)


def platelet_binding(gain: float, activity: float) -> float:
    """Factor of the rate of firm binding in a small vessel."""
    return 1.0 + gain * activity


def platelet_angiogenesis(values: Mapping[str, float], switches: Mapping[str, float]) -> float:
    """Factor of the vessel drive of metastases; 1 with the usual platelets and no aspirin."""
    gain = values["platelet_angiogenesis_gain"]
    return (1.0 + gain * platelet_activity(values, switches)) / (1.0 + gain)
