"""Involvement of lymph-node levels: the hidden Markov model of lymph-model, Ludwig et al. 2021.

Doi:10.1038/s41598-021-91544-1.

In one step a clean level v stays clean with (1 - b_v) prod over involved levels w that drain into it of (1 - t_wv);
an involved level stays involved. The step of diagnosis is binomial(N, p).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy import stats


def one_level(feed: float, steps: int, p: float) -> float:
    """P(a level that only the tumour feeds is involved at diagnosis) = 1 - (1 - p b)^N.

    From E (1 - b)^T = (1 - p + p (1 - b))^N.
    """
    return 1.0 - (1.0 - p * feed) ** steps


def none_involved(feeds: Sequence[float], steps: int, p: float) -> float:
    """P(no level involved at diagnosis) = [1 - p + p prod (1 - b_v)]^N, whatever the spread between levels."""
    return float((1.0 - p + p * np.prod(1.0 - np.asarray(feeds, float))) ** steps)


def transition(feeds: Sequence[float], spread: Mapping[tuple[int, int], float]) -> np.ndarray:
    """One step between the 2^n states, shape (2^n, 2^n); level 0 is the highest bit, `spread`[w, v] is t_wv."""
    levels = len(feeds)
    states = [tuple(number >> (levels - 1 - v) & 1 for v in range(levels)) for number in range(2**levels)]
    matrix = np.ones((len(states), len(states)))
    for i, now in enumerate(states):
        clean = [
            (1.0 - feeds[v]) * np.prod([1.0 - t for (w, into), t in spread.items() if into == v and now[w]])
            for v in range(levels)
        ]
        for j, then in enumerate(states):
            for v in range(levels):
                stays_clean = 0.0 if now[v] else clean[v]
                matrix[i, j] *= 1.0 - stays_clean if then[v] else stays_clean
    return matrix


def at_step(feeds: Sequence[float], spread: Mapping[tuple[int, int], float], step: int) -> np.ndarray:
    """Distribution over the 2^n states after `step` steps from all clean."""
    return np.linalg.matrix_power(transition(feeds, spread), step)[0]


def at_diagnosis(feeds: Sequence[float], spread: Mapping[tuple[int, int], float], steps: int, p: float) -> np.ndarray:
    """Distribution over the 2^n states at diagnosis, the step binomial(N, p)."""
    weights = stats.binom.pmf(np.arange(steps + 1), steps, p)
    return sum(weight * at_step(feeds, spread, step) for step, weight in enumerate(weights))
