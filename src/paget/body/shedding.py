"""Cells that leave the tumour and reach a vessel wall, per day.

shed = s N: proportional to the living cells (exponent 1; the 2/3 law of a surface is a sensitivity case), independent
of whether the tumour grows or shrinks (Butler & Gullino 1975, PMID 1090362). Switch `shedding`.
"""

from paget.compute import device_function


@device_function
def cells_shed(mean_cells, days, shedding_rate):
    """Cells shed in `days` by a tumour of `mean_cells` cells; rate in 1/day."""
    return shedding_rate * mean_cells * days
