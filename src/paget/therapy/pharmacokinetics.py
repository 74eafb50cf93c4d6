"""Concentration of a drug in plasma, exact: linear compartments, followed in the system's own modes.

    d depot / dt      = -ka depot + input by mouth
    d central / dt    = ka depot + infusion - (CL + Q + Q2) C + Q Cp + Q2 Cp2,      C = central / Vc
    d peripheral / dt = Q (C - Cp)            and the same for a second peripheral compartment

Scaled by the square roots of the volumes the rates between central and peripheral compartments form a symmetric matrix
(exchange is the same both ways), so that it has three real rates and orthogonal modes (`solve_modes`); each mode decays
by itself and the depot feeds it in closed form. A step of any length is then exact, whatever falls into it: doses may
be given at any hour, with a lag, as a bolus, a zero-order input or an infusion, also across midnight. Amounts mg,
volumes L, times h; concentrations returned are unbound, nmol/L. Clearance is linear throughout: target-mediated loss of
antibodies and saturable paclitaxel are left out, as each agent's folder says.

Auto-induction: clearance rises from CL / r to CL over days of dosing, d x/dt = (dosed today - x) / tau, with the
clearance of a day that of its mean x. Between persons, clearance and central volume are log-normal about the typical
value, drawn at the address of person and drug, so that a person has the same clearance in every arm. A drug that has
left the body costs nothing.
"""

from math import exp, expm1, sqrt

import numpy as np

from paget.body import decisions
from paget.compute import device_function
from paget.compute.random import normal

DRUG = np.dtype(
    [
        ("number", np.int64),  # of the drug in the addresses of draws
        ("oral_share", np.float64),  # of a dose by mouth that reaches the blood
        ("absorption_rate", np.float64),  # 1/h
        ("lag_time", np.float64),  # h
        ("input_duration", np.float64),  # h, zero-order
        ("direct_share", np.float64),  # of a dose by mouth that enters the blood itself at zero order
        ("infusion_duration", np.float64),  # h, usual
        ("clearance", np.float64),  # L/h, at full induction
        ("central_volume", np.float64),  # L
        ("flow", np.float64),  # L/h
        ("peripheral_volume", np.float64),  # L
        ("second_flow", np.float64),  # L/h
        ("second_volume", np.float64),  # L
        ("unbound_per_mg", np.float64),  # nmol unbound per mg
        ("clearance_spread", np.float64),  # SD of ln
        ("volume_spread", np.float64),  # SD of ln
        ("induction_ratio", np.float64),  # clearance at full induction over that of the first dose
        ("induction_time", np.float64),  # h
        ("scales_with_surface", np.int64),  # 1: size is body surface (m^2), 0: body weight (kg)
        ("reference_size", np.float64),
        ("clearance_exponent", np.float64),
        ("volume_exponent", np.float64),
        ("diffusive", np.float64),  # shares of delivery, see body/drug_delivery.py
        ("convective", np.float64),
    ],
    align=True,
)
"""One agent, filled by therapy/agents.py."""

DISPOSITION = np.dtype(
    [
        ("depot", np.float64),  # mg
        ("central", np.float64),  # mg
        ("peripheral", np.float64),  # mg
        ("second", np.float64),  # mg
        ("induction", np.float64),  # 0 none to 1 full
        ("clearance_factor", np.float64),  # this person's over the typical
        ("flow_factor", np.float64),
        ("central_factor", np.float64),
        ("peripheral_factor", np.float64),
        ("solved_clearance", np.float64),  # L/h for which the modes were solved; 0: not yet
    ],
    align=True,
)
"""One drug in one person; `draw_disposition` starts it."""

(START, END, TO_DEPOT, TO_CENTRAL, INPUT_COLUMNS) = range(5)
"""Columns of the work array `inputs`: hours of the day, and mg; a row without mg is free."""

INPUTS = 4 * 3
"""Rows of `inputs`: doses that are given or still running in a day; each by mouth may take two."""

(RATE, ENTRY, LEVEL, VECTORS, VECTORS_1, VECTORS_2, MATRIX, MATRIX_1, MATRIX_2, WHOLE) = range(10)
(DECAY, FED, ENTERED, DEPOT, AREAS, BLOCK) = range(6)
PART = WHOLE + BLOCK
MODE_ROWS = PART + BLOCK
"""Rows of the work array `modes` (MODE_ROWS, 3): rate, entry and level of each mode, the modes themselves, scratch,
then the coefficients of a whole step and of a part of one."""

HOURS_PER_DAY = 4.0 * 6.0

TIE = 0.5 ** (6 * 6)
"""Hours within which two moments are one."""


@device_function
def draw_disposition(state, drug, weight, surface, person, seed):
    """Start a drug in a person: empty, not induced, with the person's own clearance and volumes.

    state: DISPOSITION, written. drug: DRUG. weight kg, surface m^2: used only where the source scales by one of them.
    """
    size = surface if drug.scales_with_surface == 1 else weight
    ratio = size / drug.reference_size if drug.reference_size > 0.0 else 1.0
    clearing = normal(seed, person, 2 * drug.number, decisions.DISPOSITION, 0)
    holding = normal(seed, person, 2 * drug.number + 1, decisions.DISPOSITION, 0)
    state.flow_factor = ratio**drug.clearance_exponent
    state.peripheral_factor = ratio**drug.volume_exponent
    state.clearance_factor = state.flow_factor * exp(drug.clearance_spread * clearing)
    state.central_factor = state.peripheral_factor * exp(drug.volume_spread * holding)
    state.induction = 0.0
    state.solved_clearance = 0.0
    _empty(state)


@device_function
def give_oral(inputs, drug, hour, amount):
    """Note a dose by mouth (mg) at an hour of this day; False where `inputs` has no free row left.

    The share that is absorbed directly enters the blood over the input duration while the rest goes to the depot at
    once; without a direct share the depot fills over the input duration.
    """
    begin = hour + drug.lag_time
    reaching = amount * drug.oral_share
    if drug.direct_share > 0.0:
        direct = drug.direct_share * reaching
        noted = _note(inputs, begin, begin + drug.input_duration, 0.0, direct)
        return _note(inputs, begin, begin, reaching - direct, 0.0) and noted
    return _note(inputs, begin, begin + drug.input_duration, reaching, 0.0)


@device_function
def give_iv(inputs, hour, amount, hours):
    """Note a dose into a vein (mg) at an hour of this day, over `hours` (0: a bolus); False without a free row."""
    return _note(inputs, hour, hour + hours, 0.0, amount)


@device_function
def pk_day(state, inputs, modes, course, drug, resolution, vanishing):
    """One day of a drug in a person; returns mean, peak and trough, unbound (nmol/L).

    state: DISPOSITION, advanced. inputs: (INPUTS, INPUT_COLUMNS), doses of the day from `give_oral` and `give_iv`; what
    still runs at midnight is carried over, so zero it only at the start. modes: (MODE_ROWS, 3), kept with the state.
    course: (substeps,) filled with the mean concentration of each substep: their mean is the day's exact mean, see
    `mean_occupancy`. Peak and trough are the extremes at ends of substeps and at doses. resolution: relative change of
    clearance that is followed; vanishing: nmol/L below which a drug has left the body.
    """
    dosed = _any_input(inputs)
    mean_induction = _induce(state, drug, dosed)
    if not dosed and _has_left(state, drug, vanishing):
        _empty(state)
        for i in range(course.shape[0]):
            course[i] = 0.0
        return 0.0, 0.0, 0.0
    step = HOURS_PER_DAY / course.shape[0]
    clearance = clearance_now(state, drug, mean_induction)
    if not abs(clearance - state.solved_clearance) <= resolution * clearance:
        solve_modes(state, drug, modes, clearance)
        step_coefficients(modes, WHOLE, step, drug.absorption_rate)
        state.solved_clearance = clearance
    _into_modes(state, drug, modes)
    mean, peak, trough = _follow(state, inputs, modes, course, drug, step)
    _out_of_modes(state, drug, modes)
    _next_midnight(inputs)
    return mean, peak, trough


@device_function
def mean_occupancy(course, half, exponent):
    """Mean over a day of C^h / (C^h + half^h), C the concentrations of `course` (nmol/L); 0 without drug."""
    together = 0.0
    for i in range(course.shape[0]):
        if course[i] > 0.0:
            relative = course[i] / half
            power = relative if exponent == 1.0 else relative**exponent
            together += power / (1.0 + power)
    return together / course.shape[0]


@device_function
def clearance_now(state, drug, induction):
    """Clearance (L/h) of this person at an induction of 0 to 1."""
    induced = (1.0 + (drug.induction_ratio - 1.0) * induction) / drug.induction_ratio
    return drug.clearance * state.clearance_factor * induced


@device_function
def _induce(state, drug, dosed):
    """Advance the induction by a day; returns its mean over the day."""
    if drug.induction_ratio == 1.0:
        return 1.0
    target = 1.0 if dosed else 0.0
    days = HOURS_PER_DAY / drug.induction_time
    before = state.induction - target
    state.induction = target + before * exp(-days)
    return target - before * expm1(-days) / days


@device_function
def _empty(state):
    state.depot = 0.0
    state.central = 0.0
    state.peripheral = 0.0
    state.second = 0.0


@device_function
def _has_left(state, drug, vanishing):
    """Whether all that is left, were it in the central compartment, would not count."""
    left = state.depot + state.central + state.peripheral + state.second
    return left * drug.unbound_per_mg <= vanishing * drug.central_volume * state.central_factor


# --- doses of the day ------------------------------------------------------------------------------------------------


@device_function
def _note(inputs, start, end, to_depot, to_central):
    for row in range(inputs.shape[0]):
        if inputs[row, TO_DEPOT] == 0.0 and inputs[row, TO_CENTRAL] == 0.0:
            inputs[row, START] = start
            inputs[row, END] = end
            inputs[row, TO_DEPOT] = to_depot
            inputs[row, TO_CENTRAL] = to_central
            return True
    return False


@device_function
def _any_input(inputs):
    for row in range(inputs.shape[0]):
        if inputs[row, TO_DEPOT] != 0.0 or inputs[row, TO_CENTRAL] != 0.0:
            return True
    return False


@device_function
def _boluses(inputs, now):
    """Take the boluses that are due: mg to depot and to the central compartment."""
    to_depot = 0.0
    to_central = 0.0
    for row in range(inputs.shape[0]):
        if inputs[row, END] - inputs[row, START] <= TIE and inputs[row, START] <= now + TIE:
            to_depot += inputs[row, TO_DEPOT]
            to_central += inputs[row, TO_CENTRAL]
            inputs[row, TO_DEPOT] = 0.0
            inputs[row, TO_CENTRAL] = 0.0
    return to_depot, to_central


@device_function
def _running(inputs, now):
    """Rates (mg/h) into depot and central compartment from now on, and the hour at which something changes next."""
    to_depot = 0.0
    to_central = 0.0
    change = 2.0 * HOURS_PER_DAY
    for row in range(inputs.shape[0]):
        if inputs[row, TO_DEPOT] == 0.0 and inputs[row, TO_CENTRAL] == 0.0:
            continue
        start = inputs[row, START]
        end = inputs[row, END]
        if start > now + TIE:
            change = min(change, start)
        elif end > now + TIE:
            to_depot += inputs[row, TO_DEPOT] / (end - start)
            to_central += inputs[row, TO_CENTRAL] / (end - start)
            change = min(change, end)
    return to_depot, to_central, change


@device_function
def _next_midnight(inputs):
    """Count hours from the next midnight; what has ended frees its row."""
    for row in range(inputs.shape[0]):
        inputs[row, START] -= HOURS_PER_DAY
        inputs[row, END] -= HOURS_PER_DAY
        if inputs[row, END] <= TIE and inputs[row, START] < inputs[row, END] - TIE:
            inputs[row, TO_DEPOT] = 0.0
            inputs[row, TO_CENTRAL] = 0.0


# --- one day in modes ------------------------------------------------------------------------------------------------


@device_function
def _follow(state, inputs, modes, course, drug, step):
    """Advance through the day; state.depot and the levels of the modes change. Returns mean, peak and trough."""
    level = concentration(modes)
    trough = level
    _take_boluses(state, inputs, modes, 0.0)
    to_depot, to_central, change = _running(inputs, 0.0)
    level = concentration(modes)
    peak = level
    ka = drug.absorption_rate
    depot = state.depot
    day = 0.0
    for i in range(course.shape[0]):
        now = i * step
        end = (i + 1) * step
        area = 0.0
        block = WHOLE
        while change < end - TIE:
            if change > now + TIE:
                step_coefficients(modes, PART, change - now, ka)
                depot, part, level = advance(modes, PART, depot, to_depot, to_central, ka)
                area += part
                block = PART
                now = change
                peak = max(peak, level)
                trough = min(trough, level)
            state.depot = depot
            _take_boluses(state, inputs, modes, now)
            depot = state.depot
            to_depot, to_central, change = _running(inputs, now)
            peak = max(peak, concentration(modes))
        if block == PART:
            step_coefficients(modes, PART, end - now, ka)
        depot, part, level = advance(modes, block, depot, to_depot, to_central, ka)
        area += part
        peak = max(peak, level)
        trough = min(trough, level)
        course[i] = area / step * drug.unbound_per_mg
        day += area
    state.depot = depot
    unbound = drug.unbound_per_mg
    return day / HOURS_PER_DAY * unbound, peak * unbound, max(0.0, trough) * unbound


@device_function
def _take_boluses(state, inputs, modes, now):
    to_depot, to_central = _boluses(inputs, now)
    state.depot += to_depot
    if to_central > 0.0:
        for k in range(3):
            modes[LEVEL, k] += modes[ENTRY, k] * to_central


@device_function
def concentration(modes):
    """Total concentration in plasma (mg/L)."""
    together = 0.0
    for k in range(3):
        together += modes[ENTRY, k] * modes[LEVEL, k]
    return max(0.0, together)


@device_function
def advance(modes, block, depot, to_depot, to_central, ka):
    """Advance depot (mg) and modes by one step at constant rates (mg/h); returns depot, area (mg h/L) and mg/L.

    block: WHOLE or PART, where `step_coefficients` put the coefficients of the step.
    """
    excess = depot * ka - to_depot
    entering = to_depot + to_central
    area = excess * modes[block + AREAS, 0] + entering * modes[block + AREAS, 1]
    level = 0.0
    for k in range(3):
        before = modes[LEVEL, k]
        entered = modes[block + ENTERED, k]
        after = before * modes[block + DECAY, k] + excess * modes[block + FED, k] + entering * entered
        area += before * entered
        level += after * modes[ENTRY, k]
        modes[LEVEL, k] = after
    return depot * modes[block + DEPOT, 0] + to_depot * modes[block + DEPOT, 1], area, level


@device_function
def step_coefficients(modes, block, length, ka):
    """Write what a step of `length` hours does to each mode, in closed form.

    For a mode of rate r that the central compartment enters by e: the share left; e times the integrals G of exp(-r s)
    and P of exp(-ka s) exp(-r (length - s)) over the step, which say both how much a constant input and a unit in the
    depot leave in it and, by symmetry, what its level adds to the area under the curve; and the areas that input and
    depot add themselves, e^2 times the integrals of G and P over all modes.
    """
    depot_area = -expm1(-ka * length) / ka
    modes[block + DEPOT, 0] = exp(-ka * length)
    modes[block + DEPOT, 1] = depot_area
    fed_area = 0.0
    entered_area = 0.0
    for k in range(3):
        rate = modes[RATE, k]
        entry = modes[ENTRY, k]
        slow = min(rate, ka)
        gap = abs(rate - ka)
        fed = exp(-slow * length) * (length if gap <= 0.0 else -expm1(-gap * length) / gap)
        entered = length if rate <= 0.0 else -expm1(-rate * length) / rate
        modes[block + DECAY, k] = exp(-rate * length)
        modes[block + FED, k] = entry * fed
        modes[block + ENTERED, k] = entry * entered
        if rate > 0.0:
            # A rate of 0 is that of a compartment that the drug doesn't have: nothing enters it.
            fed_area += entry * entry * (depot_area - fed) / rate
            entered_area += entry * entry * (length - entered) / rate
    modes[block + AREAS, 0] = fed_area
    modes[block + AREAS, 1] = entered_area


# --- amounts and modes -----------------------------------------------------------------------------------------------


@device_function
def solve_modes(state, drug, modes, clearance):
    """Find rates and modes at a clearance (L/h): Jacobi's rotations of the symmetric matrix of rates.

    Writes the rows RATE (1/h), ENTRY (1/sqrt L) and VECTORS of `modes`.
    """
    central = drug.central_volume * state.central_factor
    near = drug.peripheral_volume * state.peripheral_factor
    far = drug.second_volume * state.peripheral_factor
    flow = drug.flow * state.flow_factor
    second = drug.second_flow * state.flow_factor
    for c in range(3):
        for k in range(3):
            modes[VECTORS + c, k] = 1.0 if c == k else 0.0
            modes[MATRIX + c, k] = 0.0
    modes[MATRIX, 0] = (clearance + flow + second) / central
    modes[MATRIX, 1] = -flow / sqrt(central * near)
    modes[MATRIX, 2] = -second / sqrt(central * far)
    modes[MATRIX + 1, 0] = modes[MATRIX, 1]
    modes[MATRIX + 2, 0] = modes[MATRIX, 2]
    modes[MATRIX + 1, 1] = flow / near
    modes[MATRIX + 2, 2] = second / far
    scale = modes[MATRIX, 0] + modes[MATRIX + 1, 1] + modes[MATRIX + 2, 2]
    while scale + _off_diagonal(modes) > scale:
        _rotate(modes, 0, 1)
        _rotate(modes, 0, 2)
        _rotate(modes, 1, 2)
    for k in range(3):
        modes[RATE, k] = max(0.0, modes[MATRIX + k, k])
        modes[ENTRY, k] = modes[VECTORS, k] / sqrt(central)


@device_function
def _off_diagonal(modes):
    return abs(modes[MATRIX, 1]) + abs(modes[MATRIX, 2]) + abs(modes[MATRIX + 1, 2])


@device_function
def _rotate(modes, p, q):
    """One rotation of Jacobi (1846): the entry p, q of the matrix becomes 0."""
    off = modes[MATRIX + p, q]
    if off == 0.0:
        return
    theta = (modes[MATRIX + q, q] - modes[MATRIX + p, p]) / (2.0 * off)
    tangent = 1.0 / (abs(theta) + sqrt(theta * theta + 1.0))
    if theta < 0.0:
        tangent = -tangent
    cosine = 1.0 / sqrt(tangent * tangent + 1.0)
    sine = tangent * cosine
    r = 3 - p - q
    modes[MATRIX + p, p] -= tangent * off
    modes[MATRIX + q, q] += tangent * off
    modes[MATRIX + p, q] = 0.0
    modes[MATRIX + q, p] = 0.0
    to_p = cosine * modes[MATRIX + r, p] - sine * modes[MATRIX + r, q]
    to_q = sine * modes[MATRIX + r, p] + cosine * modes[MATRIX + r, q]
    modes[MATRIX + r, p] = to_p
    modes[MATRIX + p, r] = to_p
    modes[MATRIX + r, q] = to_q
    modes[MATRIX + q, r] = to_q
    for c in range(3):
        first = modes[VECTORS + c, p]
        second = modes[VECTORS + c, q]
        modes[VECTORS + c, p] = cosine * first - sine * second
        modes[VECTORS + c, q] = sine * first + cosine * second


@device_function
def _into_modes(state, drug, modes):
    central = state.central / sqrt(drug.central_volume * state.central_factor)
    near = state.peripheral / sqrt(drug.peripheral_volume * state.peripheral_factor)
    far = state.second / sqrt(drug.second_volume * state.peripheral_factor)
    for k in range(3):
        modes[LEVEL, k] = modes[VECTORS, k] * central + modes[VECTORS + 1, k] * near + modes[VECTORS + 2, k] * far


@device_function
def _out_of_modes(state, drug, modes):
    central = 0.0
    near = 0.0
    far = 0.0
    for k in range(3):
        central += modes[VECTORS, k] * modes[LEVEL, k]
        near += modes[VECTORS + 1, k] * modes[LEVEL, k]
        far += modes[VECTORS + 2, k] * modes[LEVEL, k]
    state.central = max(0.0, central) * sqrt(drug.central_volume * state.central_factor)
    state.peripheral = max(0.0, near) * sqrt(drug.peripheral_volume * state.peripheral_factor)
    state.second = max(0.0, far) * sqrt(drug.second_volume * state.peripheral_factor)
