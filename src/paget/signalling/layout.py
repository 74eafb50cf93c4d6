"""The flat arrays that the kernels take: tables, and the working memory of a lane, each part at a known place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from paget.signalling.compiled import Compiled, Tables

UNIT = 2.0**32
"""Whole numbers per window in sums of occupancy: 2^31 trajectories fit into an int64."""

ROWS = 3
"""Rows of sums of each slot; see `occupancy`."""

NOWHERE = 2**32 - 1
"""Slot of what is not watched, column of what has no first passage."""

_FIXED = ("rule_starts", "rules", "other_starts", "others", "after_starts", "after", "option_starts", "turned_starts")
_STATIC = (*_FIXED, "turned", "event_nodes", "node_slots", "shown", "slot_bases", "passages")
_CHANGING = ("addresses", "values", "members", "places", "counts")
_NUMBERS = ("logarithms", "bounds", "inverses", "rates", "chances", "event_times", "event_chances")
_COUNTS = ("nodes", "wires", "readouts", "draws", "events", "slots", "readout_slots", "image", "changing", "row")

LAYOUT = np.dtype(
    [("seed", np.int64), ("first", np.int64), ("count", np.int64), ("per_lane", np.int64)]
    + [(name, np.uint64) for name in (*_COUNTS, *_STATIC, *_CHANGING, "window", *_NUMBERS, "last_class", "bad_class")]
    + [
        ("discrete", np.uint64),
        ("thinned", np.uint64),
        ("spread", np.uint64),
        ("windows", np.float64),
        ("end", np.float64),
    ],
    align=True,
)
"""One launch: trajectories first … first + count - 1, shared by lanes; counts; where each part begins; times.

`image` is where the initial content of the working memory stands in the tables, `changing` its length; `row` is the
number of windows plus one; with `spread` trajectories end at equally spaced times up to `end`. Times are in windows.
"""


class Watch(NamedTuple):
    """What is recorded; NOWHERE where nothing is.

    Attributes:
        node_slots: slot of each node.
        shown: node of each slot.
        slot_bases: slot of the value 1 of each read-out.
        passages: column of each read-out.
    """

    node_slots: NDArray[np.uint32]
    shown: NDArray[np.uint32]
    slot_bases: NDArray[np.uint32]
    passages: NDArray[np.uint32]


class Layout(NamedTuple):
    """at: one LAYOUT record, [1]; static, classes, numbers: the tables, flat; work: length of a lane's memory."""

    at: NDArray[Any]
    static: NDArray[np.uint32]
    classes: NDArray[np.uint8]
    numbers: NDArray[np.float64]
    work: int


def lay_out(compiled: Compiled, watch: Watch, slots: int, windows: int) -> Layout:
    """Put the tables of a network end to end; the record still lacks the trajectories."""
    from paget.signalling.exponential_table import logarithm_table

    tables = compiled.tables
    at = np.zeros(1, LAYOUT)
    static = _joined(at, _STATIC, {**tables._asdict(), **watch._asdict()}, np.uint32, 0)
    at["image"] = len(static)
    image = _joined(at, _CHANGING, tables._asdict(), np.uint32, 0)
    inverses = np.divide(1.0, tables.bounds, out=np.zeros_like(tables.bounds), where=tables.bounds > 0.0)
    derived = {"logarithms": logarithm_table(), "inverses": inverses}
    numbers = _joined(at, _NUMBERS, {**tables._asdict(), **derived}, np.float64, 0)
    for name, value in _sizes(compiled, tables, watch, slots, windows, len(image)).items():
        at[name] = value
    return Layout(at, np.concatenate([static, image]), tables.classes, numbers, len(image) + slots)


def _joined(at: NDArray[Any], names: Sequence[str], arrays: dict[str, Any], kind: Any, begin: int) -> NDArray[Any]:
    for name in names:
        at[name] = begin
        begin += arrays[name].size
    return np.concatenate([arrays[name].ravel().astype(kind) for name in names])


def _sizes(
    compiled: Compiled, tables: Tables, watch: Watch, slots: int, windows: int, changing: int
) -> dict[str, float]:
    return {
        "nodes": len(compiled.nodes),
        "wires": len(compiled.nodes) + len(compiled.gates),
        "readouts": len(watch.passages),
        "draws": len(tables.option_starts) - 1,
        "events": len(tables.event_times),
        "slots": slots,
        "readout_slots": len(watch.shown),
        "changing": changing,
        "window": changing,
        "row": windows + 1,
        "last_class": len(tables.bounds) - 1 - bool(compiled.bad_class),
        "bad_class": compiled.bad_class,
        "thinned": compiled.thinned,
        "windows": windows,
    }
