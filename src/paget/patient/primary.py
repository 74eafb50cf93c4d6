"""The primary tumour from its first cell, conditioned on survival.

Below the stochastic limit (1e4 cells) every day is an exact birth-death transition; a line that dies out starts again
from one cell with fresh draws, which is the law conditioned on survival. Above it growth is deterministic.
"""

from math import exp, log

from paget.body.angiogenesis import grow
from paget.body.birth_death import extinction_and_spread, step_cells
from paget.body.growth_brake import avascular_log_ratio, birth_and_death, net_rate
from paget.body.shape import volume_of_diameter
from paget.compute import device_function


@device_function
def set_kinetics(kinetics, person, p, vascular_limit):
    """Fill a KINETICS record in the person's own tempo; vascular_limit: K_inf in mm^3."""
    scale = person.time_scale
    kinetics.unbraked_rate = log(2.0) / p.small_lesion_doubling_time * scale
    kinetics.division_rate = p.division_rate
    kinetics.brake_rate = p.brake_rate * scale
    kinetics.brake_share = p.brake_share
    kinetics.stimulation = p.vessel_stimulation * scale
    kinetics.inhibition = p.vessel_stimulation * scale / vascular_limit ** (2.0 / 3.0)
    kinetics.log_avascular_capacity = log(p.avascular_capacity)
    kinetics.log_cell_density = log(p.cell_density)
    kinetics.log_individual_cells = log(p.individual_limit * p.cell_density)
    kinetics.log_reference_cells = log(volume_of_diameter(p.reference_diameter, p.shape_factor) * p.cell_density)
    kinetics.brake_switch = p.switch_growth_brake
    kinetics.angiogenesis_switch = p.switch_angiogenesis
    kinetics.parts = 1 + int(kinetics.brake_rate / p.largest_brake_step)


@device_function
def step_primary(person, kinetics, p, attempt, seed, day):
    """Advance the primary by one day; cells may become 0 only below the stochastic limit."""
    cells = person.primary_cells
    if cells >= p.stochastic_limit:
        log_cells, log_ratio = grow(log(cells), person.primary_log_ratio, kinetics, 1.0)
        person.primary_cells = exp(log_cells)
        person.primary_log_ratio = log_ratio
        return
    ratio = avascular_log_ratio(cells, kinetics)
    rate = net_rate(ratio, kinetics.unbraked_rate, kinetics.brake_rate, kinetics.brake_switch)
    birth, death = birth_and_death(rate, kinetics.unbraked_rate, kinetics.division_rate, kinetics.brake_share)
    alpha, beta = extinction_and_spread(birth, death, 1.0)
    cells = step_cells(cells, alpha, beta, seed, person.person, attempt, day)
    person.primary_cells = cells
    if cells > 0.0:
        person.primary_log_ratio = avascular_log_ratio(cells, kinetics)


@device_function
def mean_cells(before, after):
    """Mean over a step of a size that grows exponentially from `before` to `after` (logarithmic mean)."""
    if before == after or before <= 0.0 or after <= 0.0:
        return 0.5 * (before + after)
    return (after - before) / log(after / before)


@device_function
def current_rate(person, kinetics):
    """Net growth rate (1/day) of the primary now."""
    return net_rate(person.primary_log_ratio, kinetics.unbraked_rate, kinetics.brake_rate, kinetics.brake_switch)
