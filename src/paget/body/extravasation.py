"""Leaving the vessel: an arrested cell survives there and crosses the wall with a fixed probability.

probability x openness of the wall at the place (1: the usual organ; lower behind the blood-brain barrier); the VEGF of
the day acts on top (body/vascular_permeability.py). Switch `extravasation`. Four in five injected cells were alive
outside the vessel by day 3 in mouse liver (Luzzi et al. 1998, PMID 9736035); hosts with natural killers and lung shear
lose far more (Fidler 1970).
"""


def share_extravasated(probability: float, switch: float, openness: float = 1.0) -> float:
    """Share of arrested cells that leave the vessel alive; a product above 1 is capped at certainty."""
    return min(1.0, probability * openness * switch)
