"""Interstitial pressure in a spherical lesion: vessels leak, lymphatics inside are lost.

    0 = K lap p + L_p S / V (p_e - p) - L_l (p - p_l),   p = 0 at the surface
    p(r) = p_0 (1 - sinh(alpha r / R) / ((r / R) sinh alpha)),   p_0 = (F p_e + G p_l) / (F + G),
    alpha = R sqrt(F + G) / l

Darcy's law with Starling's (Baxter and Jain 1989, doi:10.1016/0026-2862(89)90074-5). l = sqrt(K / (L_p S / V)) (mm) of
tumour vessels; F: filtration relative to them, from its normal value at leakiness 0 to 1 at leakiness 1; G: drainage by
lymphatics relative to F = 1, lost as the lesion grows, G_0 / (1 + V / V_l). Effective pressure
p_e = p_v - sigma (pi_v - pi_i): the oncotic pull sigma (pi_v - pi_i) falls with leakiness, and the pressure in the
vessels p_v rises with size, as veins are compressed (microvascular pressure drives interstitial hypertension), from its
normal value to a limit. Pressures in mmHg, lengths mm, volumes mm^3. Switch `interstitial_pressure` (a factor on the
pressure of the lesion; off: 0). Read-out: pressure at the centre, a plateau in lesions of more than a few mm.
"""

from math import exp, expm1, pi, sqrt

from paget.compute import device_function


@device_function
def sphere_share(alpha, position):
    """Share of p_0 at r / R = position: 1 - sinh(alpha x) / (x sinh alpha); 0 where alpha^2 vanishes."""
    if alpha * alpha <= 0.0:
        return 0.0
    whole = -expm1(-2.0 * alpha)
    inner = alpha * position
    if inner * inner <= 0.0:
        return 1.0 - 2.0 * alpha * exp(-alpha) / whole
    return 1.0 - exp(inner - alpha) * -expm1(-2.0 * inner) / (position * whole)


@device_function
def rest_pressure(effective, filtration, drainage, lymph_pressure):
    """p_0 (mmHg), far from the surface, where vessels and lymphatics balance."""
    return (filtration * effective + drainage * lymph_pressure) / (filtration + drainage)


@device_function
def filtration(leak, p):
    """F: filtration of the vessel wall relative to that of tumour vessels, at leakiness `leak`."""
    return p.normal_filtration_ratio + leak * (1.0 - p.normal_filtration_ratio)


@device_function
def effective_pressure(volume, leak, p):
    """p_e (mmHg) of a lesion of `volume` mm^3."""
    compressed = volume / (volume + p.vascular_pressure_volume)
    vascular = p.vascular_pressure + (p.vascular_pressure_limit - p.vascular_pressure) * compressed
    pull = p.oncotic_pull_normal + leak * (p.oncotic_pull_tumour - p.oncotic_pull_normal)
    return vascular - max(0.0, pull)


@device_function
def centre_pressure(volume, leak, p):
    """Pressure (mmHg) at the centre of a lesion of `volume` mm^3 whose vessels leak by `leak` (1 = usual lesion)."""
    inflow = filtration(leak, p)
    outflow = p.lymph_drainage_ratio / (1.0 + volume / p.lymph_loss_volume)
    radius = (3.0 * volume / (4.0 * pi)) ** (1.0 / 3.0)
    alpha = radius * sqrt(inflow + outflow) / p.interstitial_pressure_length
    rest = rest_pressure(effective_pressure(volume, leak, p), inflow, outflow, p.lymph_pressure)
    return p.switch_interstitial_pressure * rest * sphere_share(alpha, 0.0)
