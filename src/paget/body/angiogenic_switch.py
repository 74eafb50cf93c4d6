"""The angiogenic switch: from the balance B of inducers and inhibitors to the drive of vascular capacity.

    B = I / J,   e = max(0, B - B_s),   A(B) = e^2 / (e^2 + e_50^2),   drive = A(B) / A(1)

B = 1 in the usual lesion, where drive = 1. Below the threshold B_s the drive is exactly 0: capacity stays at what
diffusion supports (K_0, about 1 mm^3: Folkman 1971, doi:10.1056/NEJM197111182852108). The balance is a ratio, so that a
fold change of an inhibitor, as measured (thrombospondin 5- to 23-fold), means the same at any level of inducers; the
excess over a threshold, not a plain Hill function, is what a capacity of 10^6 mm^3 needs: it scales as drive^(3/2), so
1 mm^3 asks for a drive below 10^-4. dK/dt = drive phi V - psi K V^(2/3) (body/angiogenesis.py).

A lesion at the avascular plateau turns angiogenic by chance with hazard (1/day)

    h(B) = B^s / tau

tau: mean wait at B = 1 (perfused vessels at day 14), s from the 119 to 238 days that non-angiogenic sub-lines with more
thrombospondin take (Naumov 2006, doi:10.1093/jnci/djj068). B_s, e_50 assumed. Dimensionless but for tau.
"""

from paget.compute import device_function


@device_function
def activity(balance, p):
    """A(B) in [0, 1): share of the largest angiogenic response."""
    excess = max(0.0, balance - p.angiogenic_threshold)
    return excess * excess / (excess * excess + p.angiogenic_half_effect * p.angiogenic_half_effect)


@device_function
def drive(balance, p):
    """Factor on the stimulation of vascular capacity; 1 in the usual lesion, 0 below the threshold."""
    return activity(balance, p) / activity(1.0, p)


@device_function
def switch_hazard(balance, p):
    """Hazard (1/day) that an avascular lesion at the balance B turns angiogenic."""
    if balance <= 0.0:
        return 0.0
    return balance**p.angiogenic_switch_slope / p.angiogenic_switch_time
