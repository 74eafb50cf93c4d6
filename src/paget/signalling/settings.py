"""How a network is run: values of variables, initial states, what is shown, how long and how often."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import index
from typing import SupportsIndex

from paget.errors import InputError

MOST_SAMPLES = 2**31 - 1
LARGEST_SEED = 2**63 - 1
MOST_REFERENCE = 254
"""Nodes with a reference state: distances are counted in one byte."""


@dataclass(frozen=True)
class InitialGroup:
    """Nodes whose initial states are drawn together.

    Attributes:
        nodes: names.
        states: possible states, each a 0 or 1 per node.
        probabilities: of each state; their sum is 1.
    """

    nodes: tuple[str, ...]
    states: tuple[tuple[int, ...], ...]
    probabilities: tuple[float, ...]

    @classmethod
    def fixed(cls, node: str, state: int) -> InitialGroup:
        """A node that starts in one state for certain."""
        return cls((node,), ((state,),), (1.0,))


@dataclass(frozen=True)
class Settings:
    """What a .cfg file says; the defaults are those of MaBoSS.

    Attributes:
        variables: value of each $variable.
        initial: groups of initial states; a node in no group is 0 or 1 with probability 1/2.
        internal: nodes that are left out of the states shown (their dynamics are unchanged).
        reference: reference state (0 or 1) of nodes that count in the Hamming distance.
        schedules: for a node the (time, probability) at which it is set to 1, else 0; times rise.
        time_tick: width of a window of the output (time unit of the rates).
        max_time: end of a trajectory.
        sample_count: number of trajectories.
        discrete_time: one flip per time_tick instead of exponential waiting times.
        seed: of the random numbers.
    """

    variables: Mapping[str, float] = field(default_factory=dict)
    initial: tuple[InitialGroup, ...] = ()
    internal: frozenset[str] = frozenset()
    reference: Mapping[str, int] = field(default_factory=dict)
    schedules: Mapping[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)
    time_tick: float = 0.5
    max_time: float = 1000.0
    sample_count: int = 10_000
    discrete_time: bool = False
    seed: int = 0


def check_settings(settings: Settings) -> None:
    """Raise InputError for a number that no run can take; names are checked where the network is known."""
    whole(settings.sample_count, 1, MOST_SAMPLES, "the number of trajectories", "sample_count")
    whole(settings.seed, 0, LARGEST_SEED, "a seed", "seed_pseudorandom")
    tick, end = settings.time_tick, settings.max_time
    if not 0.0 < tick < math.inf:
        raise InputError("a window needs a positive width", field="time_tick", remedy="Give a finite time above 0.")
    if not tick <= end * (1.0 + 1e-9) < math.inf:
        remedy = "Give a finite time that is not below time_tick."
        raise InputError("the end lies before the end of the first window", field="max_time", remedy=remedy)
    if not end / tick < math.inf:
        remedy = "Make time_tick longer or max_time shorter."
        raise InputError("there are too many windows to be counted", field="time_tick", remedy=remedy)
    whole(len(settings.reference), 0, MOST_REFERENCE, "the number of nodes with a reference state", "refstate")
    for name, state in settings.reference.items():
        if state not in (0, 1):
            raise InputError(f"a reference state is 0 or 1, not {state!r}", field=name, remedy="Give 0 or 1.")
    for name, steps in settings.schedules.items():
        _check_schedule(name, steps)


def whole(value: object, least: int, most: int, what: str, where: str) -> None:
    """Raise InputError unless a value is a whole number (no float) within limits."""
    if not isinstance(value, SupportsIndex) or not least <= index(value) <= most:
        remedy = f"Give a whole number from {least} to {most}."
        raise InputError(f"{what} cannot be {value!r}", field=where, remedy=remedy)


def _check_schedule(name: str, steps: Sequence[tuple[float, float]]) -> None:
    before = -math.inf
    for time, chance in steps:
        if not 0.0 <= time < math.inf or time <= before:
            remedy = "Write finite times in rising order, each once."
            raise InputError(f"the times of a schedule rise from 0; {time!r} does not", field=name, remedy=remedy)
        if not 0.0 <= chance <= 1.0:
            remedy = "Give a probability from 0 to 1."
            raise InputError(f"{chance!r} in a schedule is no probability", field=name, remedy=remedy)
        before = time
