"""Growth of the primary through the capsule: a state reached with hazard k (V / 1 mL)^(2/3) x invasiveness x tempo.

The person crosses when the cumulated hazard passes an exponential threshold. Switch `extrathyroidal_extension`.
"""

from paget.compute import device_function


@device_function
def hazard(volume, rate, invasiveness, millilitre):
    """Hazard (1/day) at primary volume `volume` mm^3; rate in 1/day at 1 mL, millilitre = mm^3 per mL."""
    return rate * invasiveness * (volume / millilitre) ** (2.0 / 3.0)
