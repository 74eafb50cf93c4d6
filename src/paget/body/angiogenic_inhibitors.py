"""Named inhibitors of new vessels: thrombospondin-1, angiostatin and tumstatin.

    J = (1 + f sum_j kappa_j y_j) / (1 + sum_j kappa_j),        y_j: level relative to that of the usual lesion (1)

f is the switch `angiogenic_inhibitors` (off: J falls to 1 / (1 + sum kappa), inducers act unopposed). The form is that
of competitive inhibitors of one response: kappa_j is the level over its inhibition constant. kappa of thrombospondin is
the largest, since it alone parts angiogenic from non-angiogenic sub-lines (5- to 23-fold: Naumov 2006,
doi:10.1093/jnci/djj068); values are assumed. The pool of angiostatin in blood (body/systemic_inhibitor.py) adds to the
local level.
"""

from paget.compute import device_function


@device_function
def inhibition(thrombospondin, circulating, p):
    """Weighted inhibitors, 1 = usual lesion; thrombospondin relative to it, circulating angiostatin in its units."""
    tone = p.thrombospondin_potency + p.angiostatin_potency + p.tumstatin_potency
    acting = (
        p.thrombospondin_potency * thrombospondin
        + p.angiostatin_potency * (p.angiostatin_level + circulating)
        + p.tumstatin_potency * p.tumstatin_level
    )
    return (1.0 + p.switch_angiogenic_inhibitors * acting) / (1.0 + tone)
