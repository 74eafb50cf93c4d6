"""Cells that leave the tumour and reach a vessel wall, per day.

shed = s M (N / M)^a, independent of whether the tumour grows or shrinks (Butler & Gullino 1975, PMID 1090362). s is the
rate per cell of a tumour of M cells, the size at which it was measured; a = 1: every cell sheds alike, a = 2/3: those
near the surface or the fractal bed of vessels do (Iwata 2000, 0.663). Switch `shedding`.
"""

from paget.compute import device_function


@device_function
def cells_shed(strength, days, shedding_rate):
    """Cells shed in `days` at a mean strength N^a; rate from `rate_of_strength`."""
    return shedding_rate * strength * days


@device_function
def rate_of_strength(shedding_rate, measured_at, exponent):
    """Cells shed per day and unit of N^a; shedding_rate: per day and cell of a tumour of `measured_at` cells."""
    return shedding_rate * measured_at ** (1.0 - exponent)
