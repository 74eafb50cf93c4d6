"""VEGF opens the wall of vessels, so that more of the arrested cells leave.

    permeability(v) = f + (1 - f) H(v) / H(1),    H(v) = v / (v + v_50)

relative to the disease's usual VEGF (v = 1); f is what is left without VEGF. The result multiplies the share of
arrested cells that extravasate. Vessels of tumours are at least ten times as permeable to VEGF as healthy ones (a
compartment model, doi:10.1186/1752-0509-2-77); the part of it that a cell feels is assumed. Switch
`vascular_permeability` scales VEGF's part (off: the vessel is as without VEGF). Dimensionless.
"""

from paget.compute import device_function


@device_function
def permeability(vegf, p):
    """Extravasation relative to that at the usual VEGF; vegf relative to the usual, after any drug."""
    effect = vegf / (vegf + p.vegf_permeability_half_effect) * (1.0 + p.vegf_permeability_half_effect)
    floor = p.vegf_free_permeability
    return floor + (1.0 - floor) * effect * p.switch_vascular_permeability
