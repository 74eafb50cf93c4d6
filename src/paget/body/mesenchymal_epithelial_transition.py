"""MET: a mesenchymal cell that has left the vessel must revert to epithelial to grow into a metastasis.

Of the cells that arrive, e_0 are epithelial or hybrid and need nothing; a mesenchymal one reverts with probability q,
and one that can't revert colonises r times as often as one that does:

    gate = e_0 + (1 - e_0) (q + (1 - q) r)

With SNAIL or TWIST held on, 3 of 13 animals had metastases, with EMT only for a time 12 of 14 (Tsai et al. 2012, PMID
23201165): mean numbers of ln(13/10) and ln 7, so r = 0.135. The share of epithelial cells in a lesion rises with its
age as e(t) = 1 - (1 - e_0) exp(-k t), k in 1/day. Switch `mesenchymal_epithelial_transition` scales q and k (off: no
cell reverts).
"""

import numpy as np


def met_gate(epithelial: float, reversion: float, sustained: float, switch: float) -> float:
    """Colonisation relative to that of cells that all can revert; arguments e_0, q, r and the switch."""
    reverting = min(1.0, reversion * switch)
    return epithelial + (1.0 - epithelial) * (reverting + (1.0 - reverting) * sustained)


def epithelial_share(age_days: np.ndarray, arriving: float, reversion_rate: float, switch: float) -> np.ndarray:
    """Epithelial share of the cells of lesions whose founders came `age_days` ago (any shape); e_0, k, the switch."""
    return 1.0 - (1.0 - arriving) * np.exp(-reversion_rate * switch * age_days)
