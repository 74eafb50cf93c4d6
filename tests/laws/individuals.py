"""Metastatic lines one by one, written apart from the model: chance to 1e4 cells, then the growth equations themselves.

A line starts as one cell and makes exact birth-death transitions a day long at the rates of its size; from 1e4 cells
on, V and K follow dV/dt = r V, dK/dt = phi V - psi K V^(2/3), r = min(lambda, lambda_1 ln(K/V)), by Runge-Kutta 4.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

CHANCE_TO = 1e4
"""Cells from which a line grows without chance; it then varies by 1 % more at most (CV^2 = (b + d) / (r N))."""

PIECES = 16
"""Runge-Kutta steps per day; the fastest rate is phi V / K <= 6/day there, so a step errs below (6/16)^5 / 120."""


@dataclass(frozen=True)
class Kinetics:
    """Rates in 1/day, volumes in mm^3, density in cells per mm^3."""

    unbraked: float
    division: float
    brake: float
    brake_share: float
    stimulation: float
    limit: float
    diffusion: float
    density: float

    def rate(self, log_volume: np.ndarray, log_capacity: np.ndarray) -> np.ndarray:
        """Net growth rate."""
        return np.minimum(self.unbraked, self.brake * (log_capacity - log_volume))

    def change(self, log_volume: np.ndarray, log_capacity: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Time derivatives of (ln V, ln K)."""
        gain = self.stimulation * np.exp(log_volume - log_capacity)
        loss = self.stimulation * (np.exp(log_volume) / self.limit) ** (2.0 / 3.0)
        return self.rate(log_volume, log_capacity), gain - loss


def follow(kinetics: Kinetics, founded: np.ndarray, days: int, chance: np.random.Generator) -> np.ndarray:
    """Cells at the end of day `days` - 1 of lines founded on the given days; 0: extinct.

    A founder of day k makes its first transition on day k + 1.
    """
    cells = np.ones(len(founded))
    log_capacity = np.full(len(founded), np.log(kinetics.diffusion))
    for day in range(days):
        present = (founded < day) & (cells > 0.0)
        small = np.flatnonzero(present & (cells < CHANCE_TO))
        large = np.flatnonzero(present & (cells >= CHANCE_TO))
        before = cells[small]
        cells[small] = _transition(kinetics, before, log_capacity[small], chance)
        log_capacity[small] = _capacity_of_small(kinetics, before, cells[small], log_capacity[small])
        log_volume, log_capacity[large] = _runge_kutta(
            kinetics, np.log(cells[large] / kinetics.density), log_capacity[large]
        )
        cells[large] = np.exp(log_volume) * kinetics.density
    return cells


def _transition(kinetics: Kinetics, cells, log_capacity, chance: np.random.Generator) -> np.ndarray:
    rate = kinetics.rate(np.log(cells / kinetics.density), log_capacity)
    birth = kinetics.division - kinetics.brake_share * (kinetics.unbraked - rate)
    death = birth - rate
    assert death.min(initial=1.0) > 0.0
    shrink = np.exp(-rate)
    extinct = death * (1.0 - shrink) / (birth - death * shrink)
    ratio = birth * (1.0 - shrink) / (birth - death * shrink)
    survivors = chance.binomial(cells.astype(np.int64), 1.0 - extinct)
    offspring = chance.negative_binomial(np.maximum(survivors, 1), 1.0 - ratio)
    return np.where(survivors > 0, survivors + offspring, 0).astype(float)


def _capacity_of_small(kinetics: Kinetics, before, after, log_capacity) -> np.ndarray:
    """K after a day at the mean volume of the day; it stays at what diffusion supports or more."""
    volume = 0.5 * (before + after) / kinetics.density
    loss = kinetics.stimulation * (volume / kinetics.limit) ** (2.0 / 3.0)
    capacity = np.exp(log_capacity) + (kinetics.stimulation * volume - loss * np.exp(log_capacity))
    return np.log(np.maximum(capacity, kinetics.diffusion))


def _runge_kutta(kinetics: Kinetics, log_volume, log_capacity) -> tuple[np.ndarray, np.ndarray]:
    step = 1.0 / PIECES
    state = np.array([log_volume, log_capacity])
    for _ in range(PIECES):
        first = np.array(kinetics.change(*state))
        second = np.array(kinetics.change(*(state + 0.5 * step * first)))
        third = np.array(kinetics.change(*(state + 0.5 * step * second)))
        fourth = np.array(kinetics.change(*(state + step * third)))
        state = state + step / 6.0 * (first + 2.0 * second + 2.0 * third + fourth)
    return state[0], state[1]
