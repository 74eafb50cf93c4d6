"""The primary tumour from its first cell, conditioned on survival.

Below the stochastic limit (1e4 cells) every step is an exact birth-death transition; a line that dies out starts again
from one cell with fresh draws, which is the law conditioned on survival. Above it growth is deterministic.
"""

from math import exp, log

from paget.body.angiogenesis import grow
from paget.body.birth_death import extinction_and_spread, step_cells
from paget.body.growth_brake import birth_and_death, net_rate
from paget.body.shape import volume_of_diameter
from paget.compute import device_function


@device_function
def set_kinetics(kinetics, person, p, vascular_limit):
    """Fill a KINETICS record in the person's own tempo; vascular_limit: K_inf in mm^3."""
    scale = person.time_scale
    kinetics.untreated_rate = log(2.0) / p.small_lesion_doubling_time * scale
    kinetics.unbraked_rate = kinetics.untreated_rate
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
    kinetics.drive = 1.0
    kinetics.capacity_loss = 0.0
    kinetics.loss_rate = 0.0
    kinetics.colony_bottleneck = p.colony_bottleneck
    kinetics.parts = 1 + int(kinetics.brake_rate * p.time_step / p.largest_brake_step)


@device_function
def step_primary(person, kinetics, p, attempt, seed, step):
    """Advance the primary by one step; cells may become 0 only below the stochastic limit."""
    cells = person.primary_cells
    person.cells_before = cells
    if cells <= 0.0:
        return
    if cells >= p.stochastic_limit or p.expected_numbers > 0.0:
        log_cells, log_ratio = grow(log(cells), person.primary_log_ratio, kinetics, p.time_step)
        person.primary_cells = exp(log_cells)
        person.primary_log_ratio = log_ratio
        return
    ratio = starting_log_ratio(person, cells, p)
    rate = net_rate(ratio, kinetics.unbraked_rate, kinetics.brake_rate, kinetics.brake_switch)
    birth, death = birth_and_death(rate, kinetics.unbraked_rate, kinetics.division_rate, kinetics.brake_share)
    alpha, beta = extinction_and_spread(birth, death + kinetics.loss_rate, p.time_step)
    cells = step_cells(cells, alpha, beta, seed, person.person, attempt, step)
    person.primary_cells = cells
    if cells > 0.0:
        person.primary_log_ratio = starting_log_ratio(person, cells, p)


@device_function
def starting_log_ratio(person, cells, p):
    """ln(K / V) of a primary of `cells` cells with the vessels that it started with."""
    return log(person.start_capacity * p.cell_density / cells)


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
