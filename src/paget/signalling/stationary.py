"""The stationary distribution of a network: long-run averages, with a check that they no longer change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from paget.errors import InputError
from paget.signalling.simulate import simulate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from paget.signalling.expression import Expression
    from paget.signalling.interventions import Interventions
    from paget.signalling.network import Network
    from paget.signalling.result import Result
    from paget.signalling.settings import Settings

DOUBLINGS = 6
TOLERANCE = 0.01
STANDARD_ERRORS = 3.0


@dataclass(frozen=True)
class Stationary:
    """Averages over the time from `time` to twice that, over trajectories from the initial states of the settings.

    Attributes:
        nodes, probability, standard_error: of each shown node being on, [nodes].
        readouts: (probability, standard error) of each.
        time: where the average begins.
        change: largest difference to the average over the time before, from half of `time`.
        converged: whether no difference exceeds the tolerance by more than three standard errors.
    """

    nodes: tuple[str, ...]
    probability: NDArray[np.float64]
    standard_error: NDArray[np.float64]
    readouts: Mapping[str, tuple[float, float]]
    time: float
    change: float
    converged: bool


def stationary(
    network: Network,
    settings: Settings,
    *,
    samples: int | None = None,
    seed: int | None = None,
    readouts: Mapping[str, Expression] | None = None,
    interventions: Interventions | None = None,
    threads: int | None = None,
    tolerance: float = TOLERANCE,
    doublings: int = DOUBLINGS,
) -> Stationary:
    """The long-run averages; the time is doubled from the settings' end until they stay within `tolerance`.

    Where several attractors exist the average depends on the initial states. Trajectories are the same at each
    doubling, only longer, so both averages that are compared share them.

    Raises:
        InputError: the network has discrete time or schedules, for which no long run is defined here.
    """
    if settings.discrete_time or settings.schedules:
        raise InputError("a stationary distribution is computed in continuous time and without schedules")

    def averaged(time: float) -> Result:
        windows = replace(settings, time_tick=time, max_time=2.0 * time)
        return simulate(
            network,
            windows,
            samples=samples,
            seed=seed,
            readouts=readouts,
            interventions=interventions,
            threads=threads,
        )

    time = settings.max_time / 2.0
    before, converged, change, after = averaged(time), False, np.inf, None
    for _ in range(max(1, doublings)):
        time *= 2.0
        after = averaged(time)
        change, converged = _compared(before, after, tolerance)
        if converged:
            break
        before = after
    assert after is not None
    return Stationary(
        nodes=after.nodes,
        probability=after.probability[-1],
        standard_error=after.standard_error[-1],
        readouts={name: (float(mean[-1]), float(error[-1])) for name, (mean, error) in after.readouts.items()},
        time=time,
        change=change,
        converged=converged,
    )


def _compared(before: Result, after: Result, tolerance: float) -> tuple[float, bool]:
    """Largest change of the last window, and whether all are within the tolerance and their standard errors."""
    (old, old_error), (new, new_error) = _last(before), _last(after)
    difference = np.abs(new - old)
    # Windows of the same trajectories vary together, so the true error of the difference is smaller still.
    allowed = tolerance + STANDARD_ERRORS * np.nan_to_num(np.hypot(old_error, new_error))
    return float(np.max(difference, initial=0.0)), bool(np.all(difference <= allowed))


def _last(result: Result) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    means = [result.probability[-1], *([mean[-1]] for mean, _ in result.readouts.values())]
    errors = [result.standard_error[-1], *([error[-1]] for _, error in result.readouts.values())]
    return np.concatenate(means), np.concatenate(errors)
