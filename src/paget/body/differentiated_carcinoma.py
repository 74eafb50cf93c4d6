"""Anaplastic carcinoma that starts inside a vascularised differentiated carcinoma.

A share of the tumours (30-50 %, Xu et al. 2020 find 58 % with a coexisting differentiated carcinoma) starts there: the
differentiated carcinoma grows at its own doubling time (ln-normal between persons) to a plateau, loses p53 in one cell
(body/p53_loss.py), and that cell begins with the vessels that are there, K = volume of the differentiated carcinoma, in
place of what diffusion supports. The share is an odds: it falls with the rate of p53 loss, to none without it.
Switch `differentiated_origin` scales those odds: off, every anaplastic carcinoma starts on its own.
"""

from math import exp, log

from paget.body import decisions
from paget.body.p53_loss import cells_at, hazard_per_cell, transformation_days
from paget.compute import device_function
from paget.compute.random import normal, uniform


@device_function
def differentiated_share(p):
    """Share of anaplastic carcinomas that start inside a differentiated one."""
    odds = p.switch_differentiated_origin * p.switch_p53_loss * p.differentiated_origin_share
    alone = 1.0 - p.differentiated_origin_share
    return odds / (odds + alone) if odds > 0.0 else 0.0


@device_function
def starts_differentiated(p, seed, person):
    """Whether this person's anaplastic carcinoma starts inside a differentiated one."""
    return uniform(seed, person, 0, decisions.DIFFERENTIATED_ORIGIN, 0) < differentiated_share(p)


@device_function
def growth_rate(p, seed, person):
    """Net growth rate (1/day) of this person's differentiated carcinoma."""
    spread = p.differentiated_tempo_spread * normal(seed, person, 0, decisions.DIFFERENTIATED_TEMPO, 0)
    return log(2.0) / (p.differentiated_doubling_time * exp(spread))


@device_function
def transformation_years(p, lasting_share, seed, person):
    """Years from the first differentiated cell to the first lasting anaplastic one; given that it happens in time.

    lasting_share: probability that the line of one anaplastic cell lasts, 1 - d / b. Infinite without loss of p53.
    """
    per_cell = hazard_per_cell(p.differentiated_division_rate, lasting_share, p)
    chance = uniform(seed, person, 0, decisions.TRANSFORMATION, 0)
    plateau = log(p.differentiated_plateau * p.cell_density)
    rate = growth_rate(p, seed, person)
    return transformation_days(chance, rate, plateau, per_cell, p.transformation_limit) / p.days_per_year


@device_function
def start_volume(years, p, seed, person):
    """Volume (mm^3) of the person's differentiated carcinoma at the transformation."""
    plateau = log(p.differentiated_plateau * p.cell_density)
    return cells_at(years * p.days_per_year, growth_rate(p, seed, person), plateau) / p.cell_density


@device_function
def start_capacity(volume, p):
    """Vascular capacity K (mm^3) at the first anaplastic cell, inside a differentiated carcinoma of `volume` mm^3."""
    return max(volume, p.avascular_capacity)
