"""Size of a lesion from its cells: one density, one shape.

V = N / rho (cells per mm^3 of lesion, half of it stroma, macrophages and dead cells) and V = c pi/6 LD^3 for the
longest
diameter LD with shape factor c < 1 (lesions are not spheres).
"""

from math import pi

from paget.compute import device_function


@device_function
def longest_diameter(volume, shape_factor):
    """Longest diameter (mm) of a lesion of `volume` mm^3."""
    if volume <= 0.0:
        return 0.0
    return (6.0 * volume / (shape_factor * pi)) ** (1.0 / 3.0)


@device_function
def volume_of_diameter(diameter, shape_factor):
    """Volume (mm^3) of a lesion of longest diameter `diameter` mm."""
    return shape_factor * pi / 6.0 * diameter**3
