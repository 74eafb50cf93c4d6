"""The kernel for networks whose states fit into a table (`state_table`): the same process as in `engine`.

The conventions are those of `engine`, from which the waiting time, the ways to give up and the sums of occupancy come;
a draw's number U picks the flip by its share of the total rate, and what remains of it gives the waiting time.

Arguments: `at`, `static`, `numbers`: see `layout`; `table`: a `StateTable`; `work`, `clock`, `sums`: of this lane, see
`occupancy`; `final`, `fixed`, `passages`, `status`: by trajectory; `most`: steps of a trajectory.
"""

from __future__ import annotations

import numpy as np

from paget.compute import Status, device_function, inlined_function, kernel
from paget.signalling.engine import SMALLEST, STANDSTILL, drawn, drawn_option, due, is_hopeless, reach
from paget.signalling.layout import NOWHERE
from paget.signalling.occupancy import close, store
from paget.signalling.state_table import StateTable

_ZERO, _ONE, _TWO = np.uint64(0), np.uint64(1), np.uint64(2)


@device_function
def _first_state(at, static, numbers, table, trajectory):
    """Draw the initial state."""
    state = np.uint64(table.begin[0])
    draw = _ZERO
    while draw < at.draws:
        state ^= np.uint64(table.masks[drawn_option(draw, at, static, numbers, trajectory)])
        draw += _ONE
    return state


@device_function
def _open(first, at, static, table, work, clock, passages, trajectory):
    """Turn on the slots that are on at the start, at time 0."""
    for slot in range(at.slots):
        clock[slot] = 0.0
        clock[at.slots + slot] = 0.0
        work[at.window + slot] = 0
    for readout in range(at.readouts):
        if table.values[readout * (table.starts.shape[0] - 1) + first]:
            reach(readout, 0.0, at, static, passages, trajectory)


@device_function
def _shut(state, stop, at, static, table, work, clock, sums):
    """Turn off all slots at the end and store what remains."""
    for node in range(table.slots.shape[0]):
        slot = np.uint64(table.slots[node])
        if slot != NOWHERE and (state >> np.uint64(node)) & _ONE:
            close(slot, stop, at, work, clock, sums)
    for place in range(table.held_count[0]):
        close(np.uint64(table.held[place]), stop, at, work, clock, sums)
    for readout in range(at.readouts):
        value = np.uint64(table.values[readout * (table.starts.shape[0] - 1) + state])
        if value:
            close(static[at.slot_bases + readout] + value - _ONE, stop, at, work, clock, sums)
    for slot in range(at.slots):
        store(slot, at, work, clock, sums)


@inlined_function
def _show(before, after, now, at, static, table, work, clock, sums, passages, trajectory):
    """Note the read-outs that differ between two states."""
    states = table.starts.shape[0] - 1
    for readout in range(at.readouts):
        old = np.uint64(table.values[readout * states + before])
        new = np.uint64(table.values[readout * states + after])
        if old != new:
            base = static[at.slot_bases + readout]
            if old:
                close(base + old - _ONE, now, at, work, clock, sums)
            if new:
                clock[base + new - _ONE] = now
                reach(readout, now, at, static, passages, trajectory)


@inlined_function
def _chosen(point, state, table):
    """The flip at a point in [0, total rate) of a state, and the place in it, uniform in (0, 1]."""
    flip = np.uint64(table.starts[state])
    last = np.uint64(table.starts[state + _ONE]) - _ONE
    while flip < last and point >= table.rates[_TWO * flip]:
        point -= table.rates[_TWO * flip]
        flip += _ONE
    return flip, max(SMALLEST, 1.0 - point * table.rates[_TWO * flip + _ONE])


@device_function
def _wander(state, stop, most, at, static, numbers, table, work, clock, sums, fixed, passages, status, trajectory):
    """Run one trajectory from a state to the end, in at most `most` steps; returns the state in which it ends."""
    now, tick, looked_at = 0.0, 1.0, -1.0
    step, look = _ZERO, _ZERO
    w2, w3 = _ZERO, _ZERO
    while True:
        total = table.totals[_TWO * state]
        if not total > 0.0:
            fixed[trajectory] = True
            return state
        unit, w2, w3 = drawn(step, w2, w3, at, trajectory)
        if step >= look:
            if is_hopeless(step, most, now, looked_at, stop):
                status[trajectory] = Status.OUT_OF_TIME
                return state
            looked_at = now
            look = min(step + STANDSTILL, most)
        step += _ONE
        flip, rest = _chosen(unit * total, state, table)
        then = due(now, tick, rest, table.totals[_TWO * state + _ONE], at, numbers)
        if then >= stop:
            return state
        now, tick = then, then + 1.0
        node = np.uint64(table.flips[flip])
        after = state ^ (_ONE << node)
        slot = np.uint64(table.slots[node])
        if slot != NOWHERE:
            if after > state:
                clock[slot] = now
            else:
                close(slot, now, at, work, clock, sums)
        if at.readouts:
            _show(state, after, now, at, static, table, work, clock, sums, passages, trajectory)
        state = after


@kernel
def tabulated(
    lane, layout, most, static, numbers, begin, masks, totals, starts, rates, flips, slots, held, held_count, values,
    words, memory, clocks, sums_of_lanes, final, fixed, passages, status,
):  # fmt: skip
    """Run the trajectories of a lane, up to the first that fails."""
    at = layout[0]
    table = StateTable(begin, masks, totals, starts, rates, flips, slots, held, held_count, values, words)
    work, clock, sums = memory[lane], clocks[lane], sums_of_lanes[lane]
    first = lane * at.per_lane
    for trajectory in range(first, min(first + at.per_lane, at.count)):
        stop = at.end * (trajectory + 0.5) / at.count if at.spread else at.end
        state = _first_state(at, static, numbers, table, trajectory)
        _open(state, at, static, table, work, clock, passages, trajectory)
        state = _wander(
            state, stop, most, at, static, numbers, table, work, clock, sums, fixed, passages, status, trajectory
        )
        _shut(state, stop, at, static, table, work, clock, sums)
        for word in range(final.shape[1]):
            final[trajectory, word] = words[state * np.uint64(final.shape[1]) + np.uint64(word)]
        if status[trajectory] != Status.OK:
            return
