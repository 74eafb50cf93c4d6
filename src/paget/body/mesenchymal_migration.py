"""Fibroblast-like (mesenchymal) cells leave one by one through the matrix that their proteases dissolve.

    emission = share x protease,    protease: net activity (proteases not held by TIMP) relative to the usual

Single-cell invasion by mesenchymal cells needs proteolysis; without it they stop or turn amoeboid
(body/amoeboid_migration.py). Wolf et al. 2003, PMID 12527751. Switch `mesenchymal_migration`. Dimensionless.
"""


def mesenchymal_emission(share: float, protease: float, switch: float) -> float:
    """Cells that leave as mesenchymal single cells, per cell that reaches a vessel wall in any mode as usual."""
    return switch * share * protease
