"""How much of a drug in plasma a lesion sees: unbound plasma x barrier of the brain x delivery to the tissue.

In brain the unbound concentration at steady state is that of plasma times the agent's share there (K_p,uu: efflux by
ABCB1 and ABCG2), elsewhere that of plasma. Delivery (body/drug_delivery.py) is the share that perfusion, vessel wall
and pressure let through.
"""

from paget.compute import device_function


@device_function
def site_exposure(concentration, in_brain, delivery, drug):
    """Unbound concentration (nmol/L) at a lesion, from that in plasma.

    in_brain: whether the lesion lies behind the blood-brain barrier; delivery: 0 to 1; drug: DRUG.
    """
    barrier = drug.brain_share if in_brain else 1.0
    return concentration * barrier * delivery
