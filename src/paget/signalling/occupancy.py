"""Time spent in states, window by window, without a loop over windows.

A slot is anything that is on or off: a node, a read-out, a state. Its time on in window k of a trajectory is w_k in
[0, 1]; wanted are the sums of w_k and w_k^2 over trajectories. An interval on fills the windows inside it entirely,
which two entries in a table of differences record, and at most two windows in part. Sums are whole numbers in units
of 2^-32, so they are the same in whatever order trajectories are added.

Arrays, all of one lane: `work` holds at ``at.window`` the window that each slot's part belongs to; `clock` holds for
each slot when it was turned on, then for each slot the time on in its window so far, windows filled entirely apart;
`sums` holds for each slot three rows of windows + 1 numbers: parts, their squares, and differences of the number of
windows filled.
"""

from __future__ import annotations

import numpy as np

from paget.compute import inlined_function
from paget.signalling.layout import ROWS, UNIT

_ONE = np.uint64(1)
_ROWS = np.uint64(ROWS)


@inlined_function
def store(slot, at, work, clock, sums):
    """Add the part of the slot's present window to the sums."""
    part = clock[at.slots + slot]
    place = slot * _ROWS * at.row + work[at.window + slot]
    sums[place] += np.int64(part * UNIT + 0.5)
    sums[place + at.row] += np.int64(part * part * UNIT + 0.5)


@inlined_function
def add_part(slot, window, part, at, work, clock, sums):
    """Add time on within one window."""
    if work[at.window + slot] == window:
        clock[at.slots + slot] += part
    else:
        store(slot, at, work, clock, sums)
        work[at.window + slot] = window
        clock[at.slots + slot] = part


@inlined_function
def close(slot, now, at, work, clock, sums):
    """Turn a slot off at time `now`, in windows."""
    opened = clock[slot]
    until = min(now, at.windows)
    if opened >= until:
        return
    first = np.uint64(opened)
    last = np.uint64(until)
    if first == last:
        add_part(slot, first, until - opened, at, work, clock, sums)
        return
    if opened > np.float64(first):
        add_part(slot, first, np.float64(first + _ONE) - opened, at, work, clock, sums)
        first = first + _ONE
    filled = (slot * _ROWS + _ROWS - _ONE) * at.row
    sums[filled + first] += 1
    sums[filled + last] -= 1
    if until > np.float64(last):
        add_part(slot, last, until - np.float64(last), at, work, clock, sums)
