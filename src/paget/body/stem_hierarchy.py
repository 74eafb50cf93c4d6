"""Stem cells S and non-stem cells D of a tumour whose size N = S + D is grown elsewhere; only stem cells found lesions.

    dS/dt = (2 p_s - 1) b_S S + q D - delta_S S
    dD/dt = 2 (1 - p_s) b_S S + (b_D - delta_D - q) D
    p_s = 1/2 + (p_0 - 1/2) r / lambda, within [0, 1];     b_S = lambda / (2 p_0 - 1)

r: net growth rate, lambda: that of an unhindered clone (1/day); p_0: symmetric self-renewal of an unhindered stem cell;
b_D < delta_D: division and death of non-stem cells, q: body/dedifferentiation.py, all in units of lambda, so that a
slow patient has the same hierarchy as a fast one. delta_S = q D / S at the balanced share: then both grow at r, and

    x* / (1 - x*) = (r + q + delta_D - b_D) / (b_S - r),     x = S / N.

The share alone obeys dx/dt = a_0 + a_1 x + a_2 x^2 with a_2 < 0 <= a_0, solved exactly for a step of constant r.
Measured sphere-forming share of authenticated lines of anaplastic carcinoma: 3-9 % (Li et al. 2013,
doi:10.1371/journal.pone.0065095).
Switch `stem_hierarchy`: off, every cell can found a lesion (the multistep theory).
"""

from math import expm1, sqrt

from paget.body.dedifferentiation import dedifferentiation_rate
from paget.compute import device_function


@device_function
def stem_division_rate(unbraked_rate, p):
    """Division rate b_S of stem cells (1/day)."""
    return unbraked_rate / (2.0 * p.stem_self_renewal - 1.0)


@device_function
def balanced_share(net_rate, unbraked_rate, p):
    """Share x* of stem cells at which S and D grow at the same rate `net_rate` (1/day), in [0, 1]."""
    division = stem_division_rate(unbraked_rate, p)
    if net_rate >= division:
        return 1.0
    gain = net_rate + dedifferentiation_rate(unbraked_rate, p) + p.non_stem_deficit * unbraked_rate
    return max(gain, 0.0) / (max(gain, 0.0) + division - net_rate)


@device_function
def stem_loss_rate(net_rate, unbraked_rate, p):
    """Loss delta_S (1/day): undoes dedifferentiation at the balanced share (that of r = 0 in a shrinking tumour)."""
    back = dedifferentiation_rate(unbraked_rate, p)
    if back <= 0.0:
        return 0.0
    balanced = balanced_share(max(net_rate, 0.0), unbraked_rate, p)
    return back * (1.0 - balanced) / balanced


@device_function
def step_stem_share(share, net_rate, unbraked_rate, p, days):
    """Share of stem cells after `days` at the net rate `net_rate`, from `share` (both in [0, 1]); exact, any step."""
    if unbraked_rate <= 0.0 or days <= 0.0:
        return share
    division = stem_division_rate(unbraked_rate, p)
    renewal = 0.5 + (p.stem_self_renewal - 0.5) * net_rate / unbraked_rate
    renewal = min(max(renewal, 0.0), 1.0)
    back = dedifferentiation_rate(unbraked_rate, p)
    stem_rate = (2.0 * renewal - 1.0) * division - stem_loss_rate(net_rate, unbraked_rate, p)
    made = 2.0 * (1.0 - renewal) * division
    deficit = p.non_stem_deficit * unbraked_rate
    linear = stem_rate + deficit - back
    bend = -(stem_rate + deficit + made)
    return _relax(share, back, linear, bend, days)


@device_function
def _relax(share, constant, linear, bend, days):
    """Share x after `days` of dx/dt = constant + linear x + bend x^2, constant >= 0 > bend, towards the upper root.

    With roots x_1 >= 0 >= x_2 the ratio (x - x_1) / (x - x_2) falls as exp(bend (x_1 - x_2) t).
    """
    root = sqrt(linear * linear - 4.0 * constant * bend)
    if linear > 0.0:
        upper = (linear + root) / (-2.0 * bend)
        lower = -2.0 * constant / (linear + root)
    elif root > linear:
        upper = 2.0 * constant / (root - linear)
        lower = (root - linear) / (2.0 * bend)
    else:
        return share / (1.0 - bend * share * days)
    grown = -expm1(bend * (upper - lower) * days)
    above = share - lower
    if above <= 0.0:
        return share
    return share + (upper - share) * above * grown / (above + (upper - share) * (1.0 - grown))


@device_function
def founding_share(person, p):
    """Share of shed cells that can found a lesion: the stem share; 1 where the hierarchy is off."""
    return person.stem_share**p.switch_stem_hierarchy
