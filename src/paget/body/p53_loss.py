"""Loss of p53 turns a cell of a differentiated carcinoma into the first anaplastic one.

At rate u per division (both alleles, one step) a differentiated cell loses p53; the line of an anaplastic cell lasts
with probability s = 1 - d / b. A carcinoma of N cells that divide at rate b_w therefore transforms with hazard

    h = u b_w s N(t)   (1/day),      N(t) = min(e^{g t}, N_max).

All 30 of 30 anaplastic carcinomas and foci in differentiated ones stained for p53 (AhnFoci2017).
Switch `p53_loss` scales u: off, a differentiated carcinoma never progresses.
"""

from math import exp, expm1, inf, log1p

from paget.compute import device_function


@device_function
def hazard_per_cell(division_rate, lasting_share, p):
    """Hazard per cell (1/day): division_rate of differentiated cells (1/day), lasting_share of anaplastic lines."""
    return p.switch_p53_loss * p.p53_loss_chance * division_rate * lasting_share


@device_function
def cumulated_hazard(days, growth_rate, log_plateau, per_cell):
    """Integral of per_cell N from the first differentiated cell to `days`; N grows to exp(log_plateau) and stays."""
    growing = min(days, log_plateau / growth_rate)
    steady = max(days - growing, 0.0)
    return per_cell * (expm1(growth_rate * growing) / growth_rate + steady * exp(log_plateau))


@device_function
def transformation_days(chance, growth_rate, log_plateau, per_cell, within):
    """Days from the first differentiated cell to the first lasting anaplastic one, by inversion of its law.

    chance: uniform in (0, 1); within: given that it happens within so many days; infinite where it can never happen.
    """
    if per_cell <= 0.0:
        return inf
    total = cumulated_hazard(within, growth_rate, log_plateau, per_cell)
    wanted = -log1p(chance * expm1(-total))
    at_plateau = per_cell * expm1(log_plateau) / growth_rate
    if wanted <= at_plateau:
        return log1p(wanted * growth_rate / per_cell) / growth_rate
    return log_plateau / growth_rate + (wanted - at_plateau) / (per_cell * exp(log_plateau))


@device_function
def cells_at(days, growth_rate, log_plateau):
    """Cells of the differentiated carcinoma `days` after its first one."""
    return exp(min(growth_rate * days, log_plateau))
