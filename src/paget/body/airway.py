"""Narrowing of the trachea by a primary that has grown through the capsule of the thyroid.

    loss of lumen area = a_rest D / D_airway,     at most 1

D: longest diameter of the primary (mm), D_airway: the person's diameter at which a_rest = 75 % of the area is lost and
breath fails at rest; the depth of encroachment grows in proportion to the diameter. Breath fails on exertion from 50 %
on (teaching texts, Cotton's grades). A tumour within its capsule displaces the trachea and leaves the lumen.
Switch `airway_compression` scales the loss.
"""

from paget.compute import device_function


@device_function
def lumen_loss(diameter, lethal_airway, extended, p):
    """Lost share of the tracheal lumen's area, in [0, 1]; diameters in mm, extended: grown through the capsule."""
    if not extended:
        return 0.0
    return min(1.0, p.switch_airway_compression * p.airway_loss_at_rest * diameter / lethal_airway)


@device_function
def short_of_breath(loss, p):
    """Whether breath fails on exertion at this loss of lumen area."""
    return loss >= p.airway_loss_on_exertion


@device_function
def airway_load(loss, p):
    """Load for the hazard of death by the airway: 1 where the loss is that of dyspnoea at rest."""
    return loss / p.airway_loss_at_rest
