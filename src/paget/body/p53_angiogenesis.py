"""Loss of p53 turns angiogenesis on: it raises VEGF and lowers thrombospondin-1.

    VEGF source: f lost,        thrombospondin-1 = level x fold^(1 - f lost),   lost in {0, 1}

f is the switch `p53_angiogenesis` (off: vessels do not see whether p53 is lost). The usual lesion has lost p53, so its
thrombospondin is 1 and that of a lesion with p53 is `fold`. Source: in fibroblasts of Li-Fraumeni patients loss of p53
lowers secreted thrombospondin at least 20-fold and raises VEGF fourfold (Volpert 1997, doi:10.1038/sj.onc.1200977;
Dameron 1994, doi:10.1126/science.7521539). The sizes here are assumed far smaller: a third to a half of anaplastic
carcinomas keep p53 and are vascular all the same.
"""

from math import exp, log

from paget.compute import device_function


@device_function
def p53_loss(lost, p):
    """Loss of p53 as vessels see it: 0 intact, 1 lost."""
    return p.switch_p53_angiogenesis * lost


@device_function
def thrombospondin(loss, p):
    """Thrombospondin-1 relative to a lesion without p53."""
    return p.thrombospondin_level * exp((1.0 - loss) * log(p.thrombospondin_p53_fold))
