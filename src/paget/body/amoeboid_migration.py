"""Leukocyte-like (amoeboid) cells squeeze through the gaps of the matrix without proteases.

    emission = (share + turned) x g(A),   g = clip((A - A_0) / (A_free - A_0), 0, 1)
    turned   = x_t (1 - protease)+ share of mesenchymal cells

A: cross-section of the pores in um^2; below A_0 = 7 um^2 a tumour cell is stuck, and its speed rises linearly with the
pore above (Wolf et al. 2013, doi:10.1083/jcb.201210152). Blocked proteases turn mesenchymal cells amoeboid, with 0.8 to
1 of their speed (Wolf et al. 2003, PMID 12527751): x_t. Switch `amoeboid_migration`.
"""


def pore_factor(pore_area: float, arrest_area: float, free_area: float) -> float:
    """Speed through pores of `pore_area` relative to that through wide ones; areas in one unit."""
    return min(1.0, max(0.0, (pore_area - arrest_area) / (free_area - arrest_area)))


def turned_amoeboid(mesenchymal_share: float, protease: float, turning: float) -> float:
    """Mesenchymal cells that go on as amoeboid ones because their proteases are blocked."""
    return mesenchymal_share * turning * max(0.0, 1.0 - protease)


def amoeboid_emission(share: float, turned: float, pore: float, switch: float) -> float:
    """Cells that leave as amoeboid single cells, per cell that reaches a vessel wall in any mode as usual."""
    return switch * (share + turned) * pore
