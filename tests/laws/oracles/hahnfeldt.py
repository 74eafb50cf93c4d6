"""A tumour and its vessels under inhibitors of angiogenesis: Hahnfeldt et al. 1999, PMID 10519381.

dV/dt = -lambda_1 V ln(V/K), dK/dt = b V - d K V^(2/3) - e g K, g the drug in the body (mg/kg): boluses, cleared at the
rate clr. mm^3, days. Solved in ln V, ln K from bolus to bolus, with g in closed form in between.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.integrate import solve_ivp

from laws.oracles.iwata import extrapolated, renewal

GROWTH, STIMULATION, INHIBITION = 0.192, 5.85, 0.00873
"""lambda_1 (1/day), b (1/day), d (1/(day mm^2)): Lewis lung carcinoma."""

VOLUME, CAPACITY = 200.0, 625.0
"""mm^3 at day 0."""


@dataclass(frozen=True)
class Inhibitor:
    """Effect e (1/(day mg/kg)), clearance clr (1/day), dose (mg/kg), days between boluses."""

    effect: float
    clearance: float
    dose: float
    every: float


ENDOSTATIN = Inhibitor(effect=0.66, clearance=1.7, dose=20.0, every=1.0)
ANGIOSTATIN = Inhibitor(effect=0.15, clearance=0.38, dose=20.0, every=1.0)
TNP_470 = Inhibitor(effect=1.3, clearance=10.1, dose=30.0, every=2.0)


def boluses(drug: Inhibitor, first: float, last: float) -> np.ndarray:
    """Days of the boluses from `first` to `last`, both counted."""
    return np.arange(first, last + 1e-9, drug.every)


def course(
    days: Sequence[float],
    drug: Inhibitor | None = None,
    bolus_days: Sequence[float] = (),
    start: tuple[float, float] = (VOLUME, CAPACITY),
    emission: tuple[float, float] = (0.0, 1.0),
) -> np.ndarray:
    """V, K (mm^3) and int mu V^gamma dt at each of `days`, shape (len(days), 3); `emission` is (mu, gamma)."""
    days = np.asarray(days, float)
    given = np.sort(np.asarray(bolus_days, float))
    edges = np.unique(np.concatenate([[0.0], given[given < days.max()], [days.max()]]))
    state, held = np.array([*np.log(start), 0.0]), 0.0
    rows = np.zeros((len(days), 3))
    for now, until in pairwise(edges):
        held += (drug.dose if drug else 0.0) * np.count_nonzero(given == now)
        asked = (days > now) & (days <= until) if now > 0.0 else days <= until
        found = _between(state, (now, until), days[asked], held, drug, emission)
        rows[asked], state = found[:-1], found[-1]
        held *= np.exp(-(drug.clearance if drug else 0.0) * (until - now))
    rows[:, :2] = np.exp(rows[:, :2])
    return rows


def _between(state, span, asked, held, drug, emission) -> np.ndarray:
    """State ln V, ln K, emission so far at each day `asked` and at the end of a time without a bolus; days ascend."""
    clearance, effect = (drug.clearance, drug.effect) if drug else (0.0, 0.0)

    def change(t, y):
        kill = effect * held * np.exp(-clearance * (t - span[0]))
        growing = -GROWTH * (y[0] - y[1])
        vessels = STIMULATION * np.exp(y[0] - y[1]) - INHIBITION * np.exp(2.0 / 3.0 * y[0]) - kill
        return [growing, vessels, emission[0] * np.exp(emission[1] * y[0])]

    times = np.append(asked, span[1])
    once, where = np.unique(times, return_inverse=True)
    return solve_ivp(change, span, state, method="DOP853", t_eval=once, rtol=1e-10, atol=1e-12).y.T[where]


def rest_volume(steady_kill: float = 0.0) -> float:
    """mm^3 at rest, V = K = ((b - e g) / d)^(3/2), under a steady e g (1/day); 0 when e g >= b."""
    return (max(0.0, STIMULATION - steady_kill) / INHIBITION) ** 1.5


def mean_held(drug: Inhibitor) -> float:
    """mg/kg in the body, mean over a cycle of repeated boluses: dose / (clr every)."""
    return drug.dose / (drug.clearance * drug.every)


def metastases(
    days: float,
    start: tuple[float, float] = (VOLUME, CAPACITY),
    child: tuple[float, float] = (1e-6, CAPACITY),
    emission: tuple[float, float] = (1e-3, 2.0 / 3.0),
    steps: int = 150,
) -> float:
    """Expected metastases by day `days` without a drug, metastases of metastases counted.

    N = int mu V_p^gamma + int mu V_m(t - s)^gamma N(s) ds; a metastasis starts with `child` = (V, K) in mm^3.
    """
    found = []
    for level in range(3):
        t = np.linspace(0.0, days, steps * 2**level + 1)
        own = course(t, start=start, emission=emission)[:, 2]
        kernel = emission[0] * course(t, start=child)[:, 0] ** emission[1]
        found.append(renewal(own, kernel, t[1])[-1])
    return float(extrapolated(found))
