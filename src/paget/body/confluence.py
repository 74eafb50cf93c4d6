"""Confluence of the lesions of one organ: lesions overlap and cannot fill more than the organ.

    V_occupied = V_organ (1 - exp(-sum V / V_organ)),

the volume covered by grains of total volume sum V placed at random (Kolmogorov 1937; Avrami 1939,
doi:10.1063/1.1750380). Few lesions add up, many replace the organ. Volumes in mm^3. Switch `confluence` f: f = 0 leaves
the sum; other factors scale the overlap, V_organ (1 - exp(-f sum V / V_organ)) / f.
"""

from math import expm1

from paget.compute import device_function


@device_function
def occupied_volume(total, organ_volume, switch):
    """Volume (mm^3) that lesions of summed volume `total` occupy in an organ of `organ_volume`."""
    overlap = switch * total / organ_volume
    if overlap <= 0.0:
        return total
    return -organ_volume * expm1(-overlap) / switch
