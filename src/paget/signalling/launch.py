"""Arrays for a launch of the kernel, on the CPU or on CUDA, and the sums that come back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from paget.compute import Status, available_threads, first_failure
from paget.errors import InputError
from paget.signalling.layout import NOWHERE, ROWS, Watch, lay_out
from paget.signalling.output_states import label
from paget.signalling.state_table import fits, state_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from paget.compute.kernels import Kernel
    from paget.signalling.compiled import Compiled
    from paget.signalling.settings import Settings

LANES_PER_THREAD = 8
"""Lanes of one CPU thread, which balance trajectories of different length."""

FEWEST_PER_LANE = 16
"""Trajectories that make a lane worth its arrays."""

CUDA_LANES = 1 << 16
LARGEST_SUMS = 1 << 29
"""Bytes of sums beyond which fewer lanes are used."""

LARGEST_LANE = 1 << 28
"""Bytes of sums that one lane may have."""

LARGEST_ENDS = 1 << 28
"""Bytes that the ends and first passages of all trajectories may have."""

MOST_STEPS = 1 << 28
"""Steps of one trajectory, some ten seconds' work; see `engine.is_hopeless` for what is given up before."""


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
        InputError: in a state that a trajectory reached a rate is negative or not finite, or nodes flip so fast that
            its end is out of reach; or there are too many windows or trajectories.
    """
    engine, lanes, arguments = prepared(
        compiled, settings, shown, passages, threads=threads, device=device, first=first, spread=spread
    )
    if device == "cuda":
        engine.launch_cuda(lanes, *arguments)
    else:
        engine.launch(lanes, *arguments, threads=threads)
    totals, final, fixed, reached, status = arguments[-5:]
    _check(compiled, settings, status, final)
    windows, slots = window_count(settings), int(arguments[0]["slots"][0])
    sums = totals.sum(axis=0)[: slots * ROWS * (windows + 1)]
    parts, squares, filled = sums.reshape(slots, ROWS, windows + 1).swapaxes(0, 1)
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
) -> tuple[Kernel, int, tuple[Any, ...]]:
    """The kernel for this network, the number of lanes and the arguments; the last five are written.

    No array is empty, which a GPU would not take.
    """
    count, windows = settings.sample_count, window_count(settings)
    slots = len(shown) + sum(compiled.slot_counts)
    _check_size(count, compiled.words, passages, slots, windows)
    watch = _watch(compiled, shown, passages)
    layout = lay_out(compiled, watch, slots, windows)
    lanes = _lanes(count, slots * (windows + 1), threads, device)
    at = layout.at
    at["seed"], at["first"], at["count"], at["per_lane"] = settings.seed, first, count, -(-count // lanes)
    at["discrete"], at["spread"], at["end"] = settings.discrete_time, spread, settings.max_time / settings.time_tick
    clocks = np.zeros((lanes, max(1, 2 * slots)))
    results = (
        np.zeros((lanes, max(1, slots * ROWS * (windows + 1))), np.int64),
        np.zeros((count, compiled.words), np.uint64),
        np.zeros(count, np.uint8),
        np.full((count, passages) if passages else (1, 1), np.inf),
        np.zeros(count, np.uint8),
    )
    limit = np.uint64(MOST_STEPS)
    if fits(compiled):
        from paget.signalling.state_engine import tabulated

        at["window"] = 0  # the only part of the working memory that this kernel has
        memory = np.zeros((lanes, max(1, slots)), np.uint32)
        table = state_table(compiled, watch)
        return tabulated, lanes, (at, limit, layout.static, layout.numbers, *table, memory, clocks, *results)
    from paget.signalling.engine import trajectories

    network = at, limit, layout.static, layout.classes, layout.numbers, compiled.tables.state
    of_lane = np.zeros((lanes, layout.work), np.uint32), clocks, np.zeros((lanes, compiled.words), np.uint64)
    return trajectories, lanes, (*network, *of_lane, *results)


def _watch(compiled: Compiled, shown: Sequence[str], passages: int) -> Watch:
    node_slots = np.full(len(compiled.nodes), NOWHERE, np.uint32)
    place = {name: index for index, name in enumerate(compiled.nodes)}
    watched = np.array([place[name] for name in shown], np.uint32)
    node_slots[watched] = np.arange(len(shown))
    columns = np.full(len(compiled.readouts), NOWHERE, np.uint32)
    columns[len(columns) - passages :] = np.arange(passages)
    bases = len(shown) + np.cumsum([0, *compiled.slot_counts])[:-1]
    return Watch(node_slots, watched, bases.astype(np.uint32), columns)


def _check_size(count: int, words: int, passages: int, slots: int, windows: int) -> None:
    """Refuse what no memory should be asked for."""
    if max(1, slots) * (windows + 1) * ROWS * 8 > LARGEST_LANE:
        remedy = "Make time_tick longer, or declare nodes internal that need not be shown."
        raise InputError("too many windows times shown nodes to be added up", field="time_tick", remedy=remedy)
    each = 8 * (words + passages) + 2
    if count * each > LARGEST_ENDS:
        raise InputError(
            f"the ends of {count} trajectories are more than {LARGEST_ENDS >> 20} MiB",
            field="sample_count",
            remedy=f"Run at most {LARGEST_ENDS // each} at once, the next ones from a later first trajectory.",
        )


def _lanes(count: int, cells: int, threads: int | None, device: str) -> int:
    wanted = CUDA_LANES if device == "cuda" else LANES_PER_THREAD * (threads or available_threads())
    fitting = max(1, LARGEST_SUMS // (ROWS * 8 * max(1, cells)))
    worthwhile = count if device == "cuda" else -(-count // FEWEST_PER_LANE)
    return max(1, min(wanted, fitting, worthwhile))


def _check(compiled: Compiled, settings: Settings, status: NDArray[np.uint8], final: NDArray[np.uint64]) -> None:
    """Raise for the lowest trajectory that did not come to its end."""
    failed = first_failure(status)
    if failed is None:
        return
    trajectory, why = failed
    bits = [int(final[trajectory, node >> 6]) >> (node & 63) & 1 for node in range(len(compiled.nodes))]
    state = label(compiled.nodes, bits)
    if why is Status.OUT_OF_TIME:
        total = sum(_rates(compiled, bits)) / settings.time_tick
        raise InputError(
            f"nodes flip too fast for a trajectory to reach its end: in the state {state} the total rate is "
            f"{total:.4g}, and a trajectory has at most {MOST_STEPS:,} steps",
            remedy="Lower the highest rates, or shorten max_time.",
        )
    for name, rate in zip(compiled.nodes, _rates(compiled, bits), strict=True):
        if not 0.0 <= rate < math.inf:
            raise InputError(
                f"its rate is negative or not finite in the state {state}: {rate / settings.time_tick:.4g}",
                field=name,
                remedy="Check the rate for differences, divisions by 0 and the values of its $variables.",
            )
    raise AssertionError(f"no rate is wrong in the state {state}")


def _rates(compiled: Compiled, state: Sequence[int]) -> list[float]:
    """The rate per window at which each node leaves a state."""
    wires = list(state)
    for gate in compiled.gates:
        wires.append(int(gate.values[tuple(wires[wire] for wire in gate.wires)]))
    return [float(rule.values[tuple(wires[wire] for wire in rule.wires)]) for rule in compiled.rules]
