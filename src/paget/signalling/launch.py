"""Arrays for a launch of the kernel, on the CPU or on CUDA, and the sums that come back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from paget.compute import available_threads, first_failure
from paget.errors import InputError
from paget.signalling.layout import NOWHERE, Watch, lay_out
from paget.signalling.occupancy import ROWS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from paget.signalling.compiled import Compiled
    from paget.signalling.settings import Settings

LANES_PER_THREAD = 8
"""Lanes of one CPU thread, which balance trajectories of different length."""

FEWEST_PER_LANE = 16
"""Trajectories that make a lane worth its arrays."""

CUDA_LANES = 1 << 16
LARGEST_SUMS = 1 << 31
"""Bytes of sums that may be allocated: fewer lanes where slots times windows are many."""


@dataclass(frozen=True)
class Raw:
    """Sums over trajectories by slot and window (see `occupancy`), and what each trajectory ended in."""

    occupied: NDArray[np.int64]
    squared: NDArray[np.int64]
    filled: NDArray[np.int64]
    final: NDArray[np.uint64]
    fixed: NDArray[np.uint8]
    passages: NDArray[np.float64]


def window_count(settings: Settings) -> int:
    """Whole windows before the end; a ratio that rounding left just below a whole number counts as that."""
    return math.floor(settings.max_time / settings.time_tick + 1e-9)


def run(
    compiled: Compiled,
    settings: Settings,
    shown: Sequence[str],
    passages: int,
    *,
    threads: int | None = None,
    device: str = "cpu",
    first: int = 0,
    spread: bool = False,
) -> Raw:
    """Run trajectories `first` and following; the slots are the shown nodes, then the read-outs.

    The last `passages` read-outs have their first passages noted. With `spread` the trajectories end at equally spaced
    times, so that their final states are a sample of the time average.

    Raises:
        InputError: a rate is negative or not finite in a state that a trajectory reached.
    """
    from paget.signalling.engine import trajectories

    lanes, arguments = prepared(
        compiled, settings, shown, passages, threads=threads, device=device, first=first, spread=spread
    )
    if device == "cuda":
        trajectories.launch_cuda(lanes, *arguments)
    else:
        trajectories.launch(lanes, *arguments, threads=threads)
    totals, final, fixed, reached, status = arguments[-5:]
    _check(compiled, status, final)
    windows = window_count(settings)
    parts, squares, filled = totals.sum(axis=0).reshape(-1, ROWS, windows + 1).swapaxes(0, 1)
    return Raw(parts[:, :windows], squares[:, :windows], filled, final, fixed, reached)


def prepared(
    compiled: Compiled,
    settings: Settings,
    shown: Sequence[str],
    passages: int,
    *,
    threads: int | None = None,
    device: str = "cpu",
    first: int = 0,
    spread: bool = False,
) -> tuple[int, tuple[NDArray[Any], ...]]:
    """The number of lanes and the arguments of the kernel; the last five are written."""
    count, windows = settings.sample_count, window_count(settings)
    slots = len(shown) + sum(compiled.slot_counts)
    layout = lay_out(compiled, _watch(compiled, shown, passages), slots, windows)
    lanes = _lanes(count, slots * (windows + 1), threads, device)
    at = layout.at
    at["seed"], at["first"], at["count"], at["per_lane"] = settings.seed, first, count, -(-count // lanes)
    at["discrete"], at["spread"], at["end"] = settings.discrete_time, spread, settings.max_time / settings.time_tick
    return lanes, (
        at,
        layout.static,
        layout.classes,
        layout.numbers,
        compiled.tables.state,
        np.zeros((lanes, layout.work), np.uint32),
        np.zeros((lanes, 2 * slots)),
        np.zeros((lanes, compiled.words), np.uint64),
        np.zeros((lanes, slots * ROWS * (windows + 1)), np.int64),
        np.zeros((count, compiled.words), np.uint64),
        np.zeros(count, np.uint8),
        np.full((count, passages), np.inf),
        np.zeros(count, np.uint8),
    )


def _watch(compiled: Compiled, shown: Sequence[str], passages: int) -> Watch:
    node_slots = np.full(len(compiled.nodes), NOWHERE, np.uint32)
    place = {name: index for index, name in enumerate(compiled.nodes)}
    watched = np.array([place[name] for name in shown], np.uint32)
    node_slots[watched] = np.arange(len(shown))
    columns = np.full(len(compiled.readouts), NOWHERE, np.uint32)
    columns[len(columns) - passages :] = np.arange(passages)
    bases = len(shown) + np.cumsum([0, *compiled.slot_counts])[:-1]
    return Watch(node_slots, watched, bases.astype(np.uint32), columns)


def _lanes(count: int, cells: int, threads: int | None, device: str) -> int:
    wanted = CUDA_LANES if device == "cuda" else LANES_PER_THREAD * (threads or available_threads())
    fitting = max(1, LARGEST_SUMS // (3 * 8 * max(1, cells)))
    worthwhile = count if device == "cuda" else -(-count // FEWEST_PER_LANE)
    return max(1, min(wanted, fitting, worthwhile))


def _check(compiled: Compiled, status: NDArray[np.uint8], final: NDArray[np.uint64]) -> None:
    """Raise for the lowest trajectory that met a rate which is no rate."""
    failed = first_failure(status)
    if failed is None:
        return
    state = final[failed[0]]
    on = [name for bit, name in enumerate(compiled.nodes) if int(state[bit >> 6]) >> (bit & 63) & 1]
    raise InputError(
        f"a rate is negative or not finite in the state {' -- '.join(on) or '<nil>'}",
        remedy="Check the rates for differences and divisions by 0.",
    )
