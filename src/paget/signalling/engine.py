"""The kernel: trajectories of a network as a continuous-time Markov process, one node flipping at a time.

Gillespie 1977, doi:10.1021/j100540a008, with the conventions of MaBoSS (Stoll et al. 2012,
doi:10.1186/1752-0509-6-116). A lane runs its trajectories one after another. One number U serves both draws of a
step: U times the total rate chooses class and member, and what remains of it within the member is uniform again and
gives the waiting time. Time is counted in windows.

In discrete time flips come at whole windows, one each; a scheduled change leaves this clock as it is and precedes the
flip of the same time. A trajectory whose steps are too many or too short to reach its end stops with
`Status.OUT_OF_TIME` (see `is_hopeless`), so that every run ends.

Arguments: `at`, `static`, `classes`, `numbers`: see `layout`; `work`, `clock`, `sums`: of this lane, see `layout` and
`occupancy`; `state`: bits of the nodes, of this lane; `final`, `fixed`, `passages`, `status`: by trajectory; `most`:
steps of a trajectory.
"""

from __future__ import annotations

import math

import numpy as np

from paget.compute import Status, device_function, inlined_function, kernel
from paget.compute.continuous import uniform
from paget.compute.philox import philox4x32, unit_from_words
from paget.signalling.exponential_table import minus_log
from paget.signalling.layout import NOWHERE
from paget.signalling.occupancy import close, store

STEPS, INITIAL, SCHEDULED, ACCEPTED = 0, 1, 2, 3
"""Decisions of the addressed draws; their step is the pair of flips, the draw, the event and the flip."""

NOTHING, TIMES, ARRIVALS = 0, 1, 2
"""What a flip records: nothing, times in states, or first passages besides."""

_LOW_WORD, _WORD_BITS = np.uint64(0xFFFFFFFF), np.uint64(32)
_ZERO, _ONE, _TWO = np.uint64(0), np.uint64(1), np.uint64(2)
_WORD_SHIFT, _WORD_MASK = np.uint64(6), np.uint64(63)
SMALLEST = 2.0**-53
"""Least place in a member; first in a max, which a NaN in second place does not pass."""

STANDSTILL = np.uint64(1 << 16)
"""Steps within which time must move on; a few shorter than its resolution, of nodes that follow at once, are no harm.
"""

EARLY, LEAST_SHARE = np.uint64(1 << 22), 2.0**-12
"""Steps after which at least this share of the way must lie behind: at that pace 2^34 would be needed."""


@inlined_function
def move(node, old, new, at, work):
    """Take a node from the members of one rate class to those of another; class 0 keeps no members."""
    if old:
        last = work[at.counts + old] - _ONE
        other = work[at.members + old * at.nodes + last]
        place = work[at.places + node]
        work[at.counts + old] = last
        work[at.members + old * at.nodes + place] = other
        work[at.places + other] = place
    if new:
        count = work[at.counts + new]
        work[at.members + new * at.nodes + count] = node
        work[at.places + node] = count
        work[at.counts + new] = count + _ONE


@inlined_function
def turn(wire, at, static, classes, work):
    """Bring the rules that read a wire up to date after its flip."""
    edge = at.rules + _TWO * static[at.rule_starts + wire]
    stop = at.rules + _TWO * static[at.rule_starts + wire + _ONE]
    while edge < stop:
        rule = np.uint64(static[edge])
        before = work[at.addresses + rule]
        after = before ^ static[edge + _ONE]
        work[at.addresses + rule] = after
        old = np.uint64(classes[before])
        new = np.uint64(classes[after])
        if old != new:
            move(rule, old, new, at, work)
        edge += _TWO


@inlined_function
def turn_others(wire, at, static, work):
    """Tell the gates and read-outs that read a wire of its flip."""
    edge = at.others + _TWO * static[at.other_starts + wire]
    stop = at.others + _TWO * static[at.other_starts + wire + _ONE]
    while edge < stop:
        work[at.addresses + static[edge]] ^= static[edge + _ONE]
        edge += _TWO


@inlined_function
def reach(readout, now, at, static, passages, trajectory):
    """Note the first time at which a read-out is true."""
    column = static[at.passages + readout]
    if column != NOWHERE and now < passages[trajectory, column]:
        passages[trajectory, column] = now


@inlined_function
def settle(node, now, recording, at, static, classes, work, clock, sums, passages, trajectory):
    """Bring the gates and read-outs downstream of a flipped node up to date, in an order of evaluation."""
    turn_others(node, at, static, work)
    step = at.after + static[at.after_starts + node]
    stop = at.after + static[at.after_starts + node + _ONE]
    while step < stop:
        cell = np.uint64(static[step])
        value = np.uint64(classes[work[at.addresses + cell]])
        before = np.uint64(work[at.values + cell])
        if value != before:
            work[at.values + cell] = value
            if cell < at.wires:
                turn(cell, at, static, classes, work)
                turn_others(cell, at, static, work)
            elif recording:
                base = static[at.slot_bases + (cell - at.wires)]
                if before:
                    close(base + before - _ONE, now, at, work, clock, sums)
                if value:
                    clock[base + value - _ONE] = now
                    if recording == ARRIVALS:
                        reach(cell - at.wires, now, at, static, passages, trajectory)
        step += _ONE


@inlined_function
def flip(node, now, recording, at, static, classes, work, clock, state, sums, passages, trajectory):
    """Flip a node and all that follows from it at once."""
    word = node >> _WORD_SHIFT
    bit = _ONE << (node & _WORD_MASK)
    after = state[word] ^ bit
    state[word] = after
    turn(node, at, static, classes, work)
    if static[at.after_starts + node] != static[at.after_starts + node + _ONE]:
        settle(node, now, recording, at, static, classes, work, clock, sums, passages, trajectory)
    slot = np.uint64(static[at.node_slots + node])
    if recording and slot != NOWHERE:
        if after & bit:
            clock[slot] = now
        else:
            close(slot, now, at, work, clock, sums)


@device_function
def _flip_apart(node, now, recording, at, static, classes, work, clock, state, sums, passages, trajectory):
    """`flip` as a call: where it happens seldom."""
    flip(node, now, recording, at, static, classes, work, clock, state, sums, passages, trajectory)


@inlined_function
def is_on(node, state):
    """Whether a node is on."""
    return (state[node >> _WORD_SHIFT] >> (node & _WORD_MASK)) & _ONE != _ZERO


@inlined_function
def next_event(event, stop, at, numbers):
    """When the next scheduled change comes, or the end."""
    return min(numbers[at.event_times + event], stop) if event < at.events else stop


@inlined_function
def drawn_option(draw, at, static, numbers, trajectory):
    """The option that an initial draw takes."""
    option = np.uint64(static[at.option_starts + draw])
    last = static[at.option_starts + draw + _ONE] - _ONE
    chance = uniform(at.seed, at.first + trajectory, 0, INITIAL, draw)
    while option < last and chance >= numbers[at.chances + option]:
        option += _ONE
    return option


@device_function
def begin(at, static, classes, numbers, work, clock, state, sums, passages, trajectory, initial):
    """Draw the initial state and turn on the slots that are on in it."""
    for place in range(at.changing):
        work[place] = static[at.image + place]
    for word in range(state.shape[0]):
        state[word] = initial[word]
    draw = _ZERO
    while draw < at.draws:
        option = drawn_option(draw, at, static, numbers, trajectory)
        place = np.uint64(static[at.turned_starts + option])
        while place < static[at.turned_starts + option + _ONE]:
            node = np.uint64(static[at.turned + place])
            _flip_apart(node, 0.0, NOTHING, at, static, classes, work, clock, state, sums, passages, trajectory)
            place += _ONE
        draw += _ONE
    for slot in range(at.slots):
        clock[slot] = 0.0
        clock[at.slots + slot] = 0.0
        work[at.window + slot] = 0
    if next_event(_ZERO, 1.0, at, numbers) > 0.0:  # else a scheduled change comes before anything is reached
        reach_all(0.0, at, static, work, passages, trajectory)


@device_function
def reach_all(now, at, static, work, passages, trajectory):
    """Note the first time of each read-out that is true."""
    for readout in range(at.readouts):
        if work[at.values + at.wires + readout]:
            reach(readout, now, at, static, passages, trajectory)


@device_function
def end(stop, at, static, work, clock, state, sums, final, trajectory):
    """Turn off all slots and store what remains."""
    for slot in range(at.readout_slots):
        if is_on(np.uint64(static[at.shown + slot]), state):
            close(slot, stop, at, work, clock, sums)
        store(slot, at, work, clock, sums)
    for readout in range(at.readouts):
        value = np.uint64(work[at.values + at.wires + readout])
        if value:
            close(static[at.slot_bases + readout] + value - _ONE, stop, at, work, clock, sums)
    for slot in range(at.readout_slots, at.slots):
        store(slot, at, work, clock, sums)
    for word in range(state.shape[0]):
        final[trajectory, word] = state[word]


@inlined_function
def total_rate(at, numbers, work):
    """Sum of all flip rates, per window; of their bounds where rates are thinned."""
    total = 0.0
    each = _ONE
    while each <= at.last_class:
        total += np.float64(work[at.counts + each]) * numbers[at.bounds + each]
        each += _ONE
    return total


@inlined_function
def chosen(point, at, numbers, work):
    """The class at a point in [0, total rate), the member in it, and the place in that, uniform in (0, 1]."""
    each = _ONE
    part = np.float64(work[at.counts + each]) * numbers[at.bounds + each]
    while point >= part and each < at.last_class:
        point -= part
        each += _ONE
        part = np.float64(work[at.counts + each]) * numbers[at.bounds + each]
    while work[at.counts + each] == 0:
        each -= _ONE  # rounding has carried the point past the last member
    position = point * numbers[at.inverses + each]
    member = min(np.uint64(position), work[at.counts + each] - _ONE)
    rest = max(SMALLEST, 1.0 - (position - np.float64(member)))
    return each, member, rest


@inlined_function
def is_hopeless(step, most, now, looked_at, stop):
    """Whether a trajectory has no more steps, has stood still since it was last looked at, or is far too slow."""
    return step >= most or now == looked_at or (step >= EARLY and now < stop * LEAST_SHARE)


@inlined_function
def drawn(step, w2, w3, at, trajectory):
    """The random number of a step, and the words that are left for the next one."""
    if step & _ONE:
        return unit_from_words(w2, w3), w2, w3
    w0, w1, w2, w3 = philox4x32(
        step >> _ONE,
        _ZERO,
        np.uint64(at.first + trajectory),
        _ZERO,
        np.uint64(at.seed) & _LOW_WORD,
        np.uint64(at.seed) >> _WORD_BITS,
    )
    return unit_from_words(w0, w1), w2, w3


@inlined_function
def due(now, tick, rest, mean, at, numbers):
    """When the next flip comes: after an exponential time, or at the next tick, which is none of the past."""
    if at.discrete:
        return max(tick, np.float64(math.ceil(now)))
    return now + minus_log(rest, at, numbers) * mean


@inlined_function
def rejected(node, each, step, at, numbers, work, trajectory):
    """Whether a flip drawn by the bound of its class does not take place."""
    rate = numbers[at.rates + work[at.addresses + node]]
    return uniform(at.seed, at.first + trajectory, 0, ACCEPTED, step) * numbers[at.bounds + each] >= rate


@device_function
def set_by_schedule(event, at, static, classes, numbers, work, clock, state, sums, passages, trajectory):
    """Carry out all scheduled changes of one time; return the next event.

    They come at once: a state between two of them is none that was reached, nor is one before those of time 0.
    """
    now = numbers[at.event_times + event]
    while event < at.events and numbers[at.event_times + event] == now:
        node = np.uint64(static[at.event_nodes + event])
        on = uniform(at.seed, at.first + trajectory, 0, SCHEDULED, event) < numbers[at.event_chances + event]
        if on != is_on(node, state):
            _flip_apart(node, now, TIMES, at, static, classes, work, clock, state, sums, passages, trajectory)
        event += _ONE
    reach_all(now, at, static, work, passages, trajectory)
    return event


@device_function
def course(stop, most, at, static, classes, numbers, work, clock, state, sums, fixed, passages, status, trajectory):
    """Run one trajectory from its start to the end, in at most `most` steps."""
    event = _ZERO
    halt = next_event(event, stop, at, numbers)
    now, tick, looked_at = 0.0, 1.0, -1.0
    step, look = _ZERO, _ZERO
    w2, w3 = _ZERO, _ZERO
    while True:
        total = total_rate(at, numbers, work)
        if at.bad_class and work[at.counts + at.bad_class]:
            status[trajectory] = Status.NOT_FINITE
            return
        then = math.inf
        each, member = _ZERO, _ZERO
        if total > 0.0:
            mean = 1.0 / total  # a division that need not wait for the draw
            unit, w2, w3 = drawn(step, w2, w3, at, trajectory)
            if step >= look:
                if is_hopeless(step, most, now, looked_at, stop):
                    status[trajectory] = Status.OUT_OF_TIME
                    return
                looked_at = now
                look = min(step + STANDSTILL, most)
            step += _ONE
            each, member, rest = chosen(unit * total, at, numbers, work)
            then = due(now, tick, rest, mean, at, numbers)
        if then >= halt:
            if halt >= stop:
                fixed[trajectory] = total == 0.0
                return
            now = halt
            event = set_by_schedule(event, at, static, classes, numbers, work, clock, state, sums, passages, trajectory)
            halt = next_event(event, stop, at, numbers)
            continue
        node = np.uint64(work[at.members + each * at.nodes + member])
        if at.thinned and rejected(node, each, step, at, numbers, work, trajectory):
            if not at.discrete:
                now = then
            continue
        now = then
        tick = then + 1.0
        flip(node, now, ARRIVALS, at, static, classes, work, clock, state, sums, passages, trajectory)


@kernel
def trajectories(
    lane,
    layout,
    most,
    static,
    classes,
    numbers,
    initial,
    memory,
    clocks,
    states,
    totals,
    final,
    fixed,
    passages,
    status,
):
    """Run the trajectories of a lane, up to the first that fails."""
    at = layout[0]
    work, clock, state, sums = memory[lane], clocks[lane], states[lane], totals[lane]
    first = lane * at.per_lane
    for trajectory in range(first, min(first + at.per_lane, at.count)):
        stop = at.end * (trajectory + 0.5) / at.count if at.spread else at.end
        begin(at, static, classes, numbers, work, clock, state, sums, passages, trajectory, initial)
        course(stop, most, at, static, classes, numbers, work, clock, state, sums, fixed, passages, status, trajectory)
        end(stop, at, static, work, clock, state, sums, final, trajectory)
        if status[trajectory] != Status.OK:
            return
