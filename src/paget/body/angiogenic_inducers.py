"""Named inducers of new vessels: VEGF, bFGF (FGF2), EGF, PDGF, PlGF and matrix metalloproteinases.

    I = f sum_i w_i x_i,        x_i: level relative to that of the usual lesion (1), w_i: weight, sum 1

f is the switch `angiogenic_inducers` (off: nothing calls vessels). VEGF is the free level that the lesion itself makes
(`vegf`); the part `macrophage_factor_share` of FGF2 and of the proteases comes from macrophages (body/macrophages.py).
Inducers act through receptors of their own on the same endothelium, so they add. Levels and weights are dimensionless;
the weights are assumed: no study weighs the factors in anaplastic carcinoma. VEGF leads, since blocking it alone
lowers angiogenesis but does not end it (FGF2 and others take over: resistance to VEGFR inhibitors).

    VEGF / VEGF_ref = sum of the shares of its sources x their level,   times 1 - blockade by treatment

A cancer cell clears its VEGF within the hour (0.02 1/min in plasma: Stefanini 2008, doi:10.1186/1752-0509-2-77), so the
level follows its sources at once.
"""

from paget.compute import device_function


@device_function
def vegf_level(hypoxia, p53_loss, inflammation, macrophages, mural, blocked, p):
    """Free VEGF, 1 = usual lesion; its sources relative to the usual lesion (0 = none); `blocked` by treatment."""
    made = (
        p.vegf_share_baseline
        + p.vegf_share_hypoxia * hypoxia
        + p.vegf_share_p53 * p53_loss
        + p.vegf_share_inflammation * inflammation
        + p.vegf_share_macrophages * macrophages
        + p.vegf_share_mural * mural
    )
    return made * (1.0 - blocked)


@device_function
def induction(vegf, macrophages, p):
    """Weighted sum of the inducers, 1 = usual lesion; VEGF and macrophages relative to the usual lesion."""
    released = 1.0 + p.macrophage_factor_share * (macrophages - 1.0)
    total = (
        p.vegf_weight * vegf
        + p.fgf2_weight * p.fgf2_level * released
        + p.egf_weight * p.egf_level
        + p.pdgf_weight * p.pdgf_level
        + p.plgf_weight * p.plgf_level
        + p.mmp_weight * p.mmp_level * released
    )
    return p.switch_angiogenic_inducers * total
