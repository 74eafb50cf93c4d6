"""Quality of tumour vessels, their pruning when VEGF is withdrawn, and perfusion.

    dQ/dt = (Q* - Q) / tau,   Q* = 1 / (1 + f (1 - Q_ref) / Q_ref ((1 - c) v + c (1 - M) / (1 - M_ref)))
    dD/dt = g v (1 - D) - k x (1 - M) D
    P = Q D min(1, K / V)^(1/3)

Q = 1: straight, tight, perfused vessels; Q falls with free VEGF v (tortuous, leaky, shunted) and with missing mural
cover 1 - M. D: vessels left of those that the lesion had; uncovered ones regress under VEGF blockade x at the rate k
and return at the rate g v, so D = 1 without treatment. f: switch `vessel_quality` (off: vessels stay normal, Q = 1).
Both are stepped exactly at fixed inputs. Under blockade Q rises first and D falls later: a window of normalisation of
about 4 (2 to 8) days (Winkler 2004, PMID 15607960), after which perfusion can end below where it began, so that
delivery falls (doi:10.18632/oncotarget.6918). K / V: vascular capacity over volume. Forms and values assumed.
"""

from math import exp

from paget.body.mural_cells import poor_cover
from paget.compute import device_function


@device_function
def quality_target(vegf, cover, p):
    """Vessel quality Q* in (0, 1] at rest."""
    strain = (1.0 - p.mural_cover_quality_share) * vegf + p.mural_cover_quality_share * poor_cover(cover, p)
    return 1.0 / (1.0 + p.switch_vessel_quality * strain * (1.0 / p.vessel_quality_reference - 1.0))


@device_function
def quality_step(quality, vegf, cover, p, days):
    """Q after `days`."""
    target = quality_target(vegf, cover, p)
    return target + (quality - target) * exp(-days / p.vessel_quality_time)


@device_function
def density_step(density, vegf, cover, blocked, p, days):
    """D after `days`; blocked: share of VEGF that treatment blocks."""
    gain = p.vessel_regrowth_rate * vegf
    rate = gain + p.vessel_pruning_rate * blocked * (1.0 - cover)
    if rate <= 0.0:
        return density
    target = gain / rate
    return target + (density - target) * exp(-rate * days)


@device_function
def perfusion(quality, density, log_ratio):
    """P in [0, 1]; log_ratio = ln(K / V)."""
    return quality * density * exp(min(0.0, log_ratio) / 3.0)


@device_function
def leakiness(quality, p):
    """Leak of the vessel wall: 0 in normal vessels, 1 in the usual lesion."""
    return (1.0 - quality) / (1.0 - p.vessel_quality_reference)
