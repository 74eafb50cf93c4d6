"""When a condition is first met."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class FirstPassage:
    """times: ascending, of the trajectories that met the condition before their end; samples: of all trajectories."""

    times: NDArray[np.float64]
    samples: int

    @property
    def share(self) -> float:
        """Share of the trajectories that met the condition."""
        return len(self.times) / self.samples

    @property
    def standard_error(self) -> float:
        """Standard error of the share."""
        return math.sqrt(self.share * (1.0 - self.share) / self.samples)


def first_passage_of(times: NDArray[np.float64]) -> FirstPassage:
    """The first passages of all trajectories; infinite where the condition was never met."""
    return FirstPassage(np.sort(times[np.isfinite(times)]), len(times))
