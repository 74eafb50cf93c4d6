"""TNF-alpha of macrophages and endothelium kills tumour cells in the vessel; platelets shield them.

    k = rate x (1 - platelet shield)     1/day, in flow and while held

The rate is assumed and small beside that of natural killers: where these are absent four in five cells survive (Koop et
al. 1995). Switch `tumour_necrosis_factor`.
"""


def tumour_necrosis_factor_rate(rate: float, shield: float, switch: float) -> float:
    """Death rate by TNF-alpha, in the unit of `rate`; shield: share of it that platelets ward off."""
    return switch * rate * max(0.0, 1.0 - shield)
