"""MET: a mesenchymal cell that has left the vessel must revert to epithelial to grow into a metastasis.

Of the cells that arrive, e_0 are epithelial or hybrid and need nothing; a mesenchymal one reverts with probability q,
and one that can't revert colonises r times as often as one that does:

    gate = e_0 + (1 - e_0) (q + (1 - q) r)

With SNAIL or TWIST held on, 3 of 13 animals had metastases, with EMT only for a time 12 of 14 (Tsai et al. 2012, PMID
23201165): mean numbers of ln(13/10) and ln 7, so r = 0.135. The share of epithelial cells in a lesion rises with its
age as e(t) = 1 - (1 - e_0) exp(-k t), k in 1/day. Switch `mesenchymal_epithelial_transition` scales q and k (off: no
cell reverts).
"""

from math import exp

from paget.compute import device_function


def met_gate(epithelial: float, reversion: float, sustained: float, switch: float) -> float:
    """Colonisation relative to that of cells that all can revert; arguments e_0, q, r and the switch."""
    reverting = min(1.0, reversion * switch)
    return epithelial + (1.0 - epithelial) * (reverting + (1.0 - reverting) * sustained)


@device_function
def epithelial_share(age_days, p):
    """Epithelial share of the cells of a lesion whose founder arrived `age_days` ago."""
    rate = p.epithelial_reversion_rate * p.switch_mesenchymal_epithelial_transition
    return 1.0 - (1.0 - p.arriving_epithelial_share) * exp(-rate * age_days)
