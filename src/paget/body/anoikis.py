"""Anoikis: an epithelial cell dies when it has lost its hold; a mesenchymal one hardly does.

    k = rate x (1 - resistance)        in flow and while a vessel holds the cell that is not yet bound (1/day)

Of epithelial cells in suspension about 70 % die within 24 to 48 h (unconfirmed). Contact with neighbours counts as a
hold (body/cluster_shield.py). Switch `anoikis`.
"""


def anoikis_rate(rate: float, resistance: float, switch: float) -> float:
    """Death rate of a detached cell, in the unit of `rate`; resistance 0 (epithelial) to 1."""
    return switch * rate * (1.0 - resistance)
