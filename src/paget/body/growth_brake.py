"""Growth of a lesion, braked by its vascular capacity.

    r_net(V, K) = min(lambda, lambda_1 ln(K / V))                 switch `growth_brake`: off = no brake, r_net = lambda
    b = b_max pi / pi_ref - s (lambda - r_net),  d = d_0 + (1 - s)(lambda - r_net)

with lambda the net rate of an unhindered clone; the deficit lambda - r_net is shared between fewer divisions (share s)
and more deaths. Rates in 1/day, volumes in mm^3.
Source of the brake: Hahnfeldt et al. 1999, PMID 10519381; the cap lambda keeps a tiny lesion from outrunning its clock.
"""

from math import expm1, log

from paget.compute import device_function


@device_function
def net_rate(log_ratio, unbraked_rate, brake_rate, brake_switch):
    """r_net (1/day) where log_ratio = ln(K / V); a switch factor scales the brake's deficit."""
    braked = brake_rate * log_ratio
    if braked >= unbraked_rate:
        return unbraked_rate
    return unbraked_rate - brake_switch * (unbraked_rate - braked)


@device_function
def advance(log_cells, log_ratio, kinetics, days):
    """(ln N, ln(K / V)) after `days` of growth at fixed K, exactly.

    With L = ln(K / V): dL/dt = loss - lambda while lambda_1 L >= lambda, else loss - base - speed L, a linear equation.
    """
    after = log_ratio
    left = days
    threshold = kinetics.unbraked_rate / kinetics.brake_rate
    if after >= threshold:
        after, left = _free(after, threshold, kinetics.unbraked_rate - kinetics.loss_rate, left)
    if left > 0.0:
        speed = kinetics.brake_switch * kinetics.brake_rate
        base = kinetics.unbraked_rate * (1.0 - kinetics.brake_switch) - kinetics.loss_rate
        mean = -expm1(-speed * left) / speed if speed > 0.0 else left
        after -= (base + speed * after) * mean
    return log_cells + log_ratio - after, after


@device_function
def _free(log_ratio, threshold, rate, days):
    """(ln(K / V), days left) of growth at full speed, until the brake begins or the days are over."""
    free = days
    if rate > 0.0:
        free = min(days, (log_ratio - threshold) / rate)
    return log_ratio - rate * free, days - free


@device_function
def birth_and_death(rate, unbraked_rate, division_rate, brake_share):
    """(b, d) in 1/day at the net rate `rate`; b - d = rate, both at least 0.

    A clone whose net rate exceeds the reference division rate must divide at least that fast.
    """
    division = max(division_rate, unbraked_rate)
    birth = max(division - brake_share * (unbraked_rate - rate), max(rate, 0.0))
    return birth, birth - rate


@device_function
def avascular_log_ratio(cells, kinetics):
    """ln(K_0 / V) of a lesion of `cells` cells without vessels of its own."""
    return kinetics.log_avascular_capacity + kinetics.log_cell_density - log(cells)
