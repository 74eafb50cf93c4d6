"""Metastases shed cells as the primary does, so that metastases seed metastases.

Switch `reseeding` scales what every lesion but the primary sheds (off: only the primary seeds). That the cells of a
metastasis are worth as much as those of the primary is assumed. Size in number but hardly in mass: Bethge et al. 2012.
"""


def reseeding_emission(entry: float, switch: float) -> float:
    """Share of the cells at a vessel wall of a metastasis that enter."""
    return entry * switch
