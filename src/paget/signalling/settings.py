"""How a network is run: values of variables, initial states, what is shown, how long and how often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


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
