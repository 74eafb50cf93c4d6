"""What a simulation of a network gives: window averages with standard errors, and the ends of the trajectories."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from paget.signalling.first_passage import FirstPassage
from paget.signalling.layout import UNIT
from paget.signalling.output_states import label

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Estimate: TypeAlias = tuple[NDArray[np.float64], NDArray[np.float64]]


@dataclass(frozen=True)
class Result:
    """Averages over trajectories and over each window [time, time + tick), and what the trajectories end in.

    Attributes:
        times: beginning of each window, [windows].
        nodes: the nodes shown: those that are not internal.
        probability, standard_error: of each being on, [windows, nodes].
        readouts: (probability, standard error) of each, [windows] each.
        followed: labels of the followed states, the most frequent first, "(other)" last; empty unless asked for.
        state_probability, state_standard_error: of each followed state, [windows, states].
        hamming: (probability, standard error) of each distance to the reference state, [windows, distances] each;
            no distances where the settings have no reference.
        first_passage: when each condition was first met.
        final: state at the end, 64 nodes per word, the first in the lowest bit, [samples, words].
        fixed: whether the trajectory ended where nothing can flip, [samples].
        all_nodes: names of the nodes in the order of the bits.
    """

    times: NDArray[np.float64]
    nodes: tuple[str, ...]
    probability: NDArray[np.float64]
    standard_error: NDArray[np.float64]
    readouts: Mapping[str, Estimate]
    followed: tuple[str, ...]
    state_probability: NDArray[np.float64]
    state_standard_error: NDArray[np.float64]
    hamming: Estimate
    first_passage: Mapping[str, FirstPassage]
    final: NDArray[np.uint64]
    fixed: NDArray[np.bool_]
    all_nodes: tuple[str, ...]

    @property
    def samples(self) -> int:
        """Number of trajectories."""
        return len(self.fixed)

    @property
    def states(self) -> pd.DataFrame:
        """The followed states in long form: time, state, probability, standard_error."""
        import pandas as pd

        windows, states = self.state_probability.shape
        return pd.DataFrame(
            {
                "time": np.repeat(self.times, states),
                "state": list(self.followed) * windows,
                "probability": self.state_probability.ravel(),
                "standard_error": self.state_standard_error.ravel(),
            }
        )

    @property
    def fixed_points(self) -> dict[str, float]:
        """Share of the trajectories that ended in each state where nothing can flip, the most frequent first."""
        distinct, counts = np.unique(self.final[self.fixed], axis=0, return_counts=True)
        order = np.argsort(-counts, kind="stable")
        return {
            label(self.all_nodes, unpacked(distinct[place], len(self.all_nodes))): float(counts[place]) / self.samples
            for place in order
        }


def unpacked(words: NDArray[np.uint64], nodes: int) -> NDArray[np.uint8]:
    """States as one 0 or 1 per node, [..., nodes], of states as words, [..., words]."""
    octets = np.ascontiguousarray(words.astype("<u8")).view(np.uint8)
    return np.unpackbits(octets, axis=-1, bitorder="little")[..., :nodes]


def window_means(
    occupied: NDArray[np.int64], squared: NDArray[np.int64], filled: NDArray[np.int64], samples: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean occupancy of each window and its standard error, [windows, slots], from sums of shape [slots, windows].

    SE = sqrt((sum w^2 - N mean^2) / (N (N - 1))), MaBoSS's ErrorProba; NaN for one trajectory.
    """
    whole = np.cumsum(filled, axis=-1)[:, :-1].astype(np.float64)
    mean = (whole + occupied / UNIT) / samples
    if samples < 2:
        return mean.T, np.full_like(mean.T, np.nan)
    spread = whole + squared / UNIT - samples * mean**2
    return mean.T, np.sqrt(np.maximum(spread, 0.0) / (samples * (samples - 1))).T
