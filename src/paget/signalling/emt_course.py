"""How a cell moves through an EMT circuit: courses in time, where it settles, and its path under a slow input.

Times are hours. The equations are stiff (proteins turn over in under an hour, microRNAs in a day), so LSODA integrates
them; an input given as steps restarts it at each step.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np

from paget.errors import InputError, PagetError
from paget.signalling.emt_circuit import Circuit, SteadyState

Start = Literal["epithelial", "mesenchymal"]

_PRECISION = 1e-8
_LIFETIMES = 20.0
_SETTLING_SPANS = 200
_SETTLED = 1e-4


def hysteresis(circuit: Circuit, values: Sequence[float], start: Start = "epithelial") -> tuple[SteadyState, ...]:
    """Stable states that a cell passes while the input is led slowly through `values`.

    The cell starts in the stable state of lowest ZEB at the first value (of highest for ``mesenchymal``), stays on
    its branch while that exists, and else moves to where the equations take it.
    """
    if start not in get_args(Start):
        raise InputError(f"{start!r} is not a position", field="start", remedy="Use epithelial or mesenchymal.")
    path: list[SteadyState] = []
    for value in values:
        stable = circuit.stable_states(value)
        if not path:
            path.append(stable[-1 if start == "mesenchymal" else 0])
            continue
        stays = [state for state in stable if state.branch == path[-1].branch]
        path.append(stays[0] if stays else settled(circuit, path[-1].levels, value))
    return tuple(path)


def settled(circuit: Circuit, levels: np.ndarray, value: float) -> SteadyState:
    """Return the stable state that a cell with these levels comes to at a constant input."""
    stable = circuit.stable_states(value)
    span = _LIFETIMES / circuit.slowest_decay
    for _ in range(_SETTLING_SPANS):
        levels = course(circuit, levels, [(0.0, value)], [span])[0]
        distances = [float(np.abs(levels / state.levels - 1.0).max()) for state in stable]
        nearest = int(np.argmin(distances))
        if distances[nearest] < _SETTLED:
            return stable[nearest]
    raise PagetError(f"{circuit.name} did not settle at {circuit.input_name} {value:g} {circuit.unit}")


def course(
    circuit: Circuit, levels: np.ndarray, schedule: Sequence[tuple[float, float]], times: Sequence[float]
) -> np.ndarray:
    """Levels (times, species) from `levels` (species,) at the first time of the schedule, rising `times` in hours.

    schedule: (time from which it holds, input), in the order of time.
    """
    asked = np.asarray(times, float)
    starts = [start for start, _ in schedule]
    if not starts or sorted(set(starts)) != starts or not _rise_from(starts[0], asked):
        raise InputError("times must rise from the schedule's first on", field="schedule", remedy="Sort them.")
    out = np.empty((len(asked), len(circuit.species)))
    for (start, value), end in zip(schedule, [*starts[1:], math.inf], strict=True):
        circuit.check_input(value)
        inside = (asked >= start) & (asked < end)
        last = min(end, float(asked[-1]))
        if last > start:
            wanted = np.union1d(asked[inside], [last])
            piece = _integrated(circuit, levels, value, (start, last), wanted)
            out[inside] = piece[np.isin(wanted, asked[inside])]
            levels = piece[-1]
        else:
            out[inside] = levels
    return out


def _integrated(
    circuit: Circuit, levels: np.ndarray, value: float, span: tuple[float, float], times: np.ndarray
) -> np.ndarray:
    from scipy.integrate import solve_ivp

    solution = solve_ivp(
        lambda _, state: circuit.rates(state, value),
        span,
        levels,
        method="LSODA",
        t_eval=times,
        rtol=_PRECISION,
        atol=_PRECISION * np.asarray(levels, float),
    )
    if not solution.success:
        raise PagetError(f"{circuit.name} could not be integrated: {solution.message}")
    return solution.y.T


def _rise_from(start: float, times: np.ndarray) -> bool:
    return bool(len(times) and times[0] >= start and (np.diff(times) > 0.0).all())
