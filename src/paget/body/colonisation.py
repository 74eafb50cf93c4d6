"""Settling: an extravasated cell that lodges and can divide becomes a founder.

lodged = lodging probability x soil of the site (body/arrival.py) x share that can revert to epithelial
(body/mesenchymal_epithelial_transition.py) x the person's own seeding factor (lognormal, mean of ln 0).
Switch `colonisation`. Whether a founder's line then lasts follows from its birth-death process alone; metastatic
inefficiency (Luzzi's 1 in 100, Coumans' 1 per 60 million shed cells) is an output, never an input.
"""


def lodging_share(probability: float, soil: float, switch: float) -> float:
    """Share of extravasated cells that become founders at a site; soil with the share that reverts already in it."""
    return min(1.0, probability * soil * switch)
