"""Natural killer cells kill tumour cells in the blood, above all those that a vessel holds.

    k = rate x (1 - platelet shield)     1/day, in flow and while held

The rate while held follows from the 1 % of injected cells that are alive after 24 h in mouse lung (Fidler 1970,
doi:10.1093/jnci/45.4.773) where 80 % live in hosts without natural killers (Koop et al. 1995). Platelets shield
(body/platelets.py): their help is lost where natural killers are absent (Palumbo et al. 2005,
doi:10.1182/blood-2004-06-2272). Switch `natural_killer_cells`.
"""


def natural_killer_rate(rate: float, shield: float, switch: float) -> float:
    """Death rate by natural killers, in the unit of `rate`; shield: share of attacks that platelets ward off."""
    return switch * rate * max(0.0, 1.0 - shield)
