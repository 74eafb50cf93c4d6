"""Growth: exponential without a brake, Hahnfeldt's published model with it, and the integrator's order."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from laws.reduced import CELL_DENSITY, NEVER, cohorts, persons_of, rates, reduced
from paget.body.angiogenesis import grow
from paget.body.state import KINETICS

MILLILITRE = 1000.0
"""mm^3."""

STIMULATION, INHIBITION, BRAKE = 5.85, 0.00873, 0.192
"""Lewis lung carcinoma: b (1/day), d (1/(day mm^2)), lambda_1 (1/day); Hahnfeldt et al. 1999, PMID 10519381."""

VOLUME, CAPACITY = 200.0, 625.0
"""mm^3 at day 0."""

LIMIT = (STIMULATION / INHIBITION) ** 1.5
"""mm^3: V = K = (b/d)^(3/2) at rest."""

PRINTED = {5: 1105.0, 10: 3857.0, 15: 7753.0, 20: 11293.0}
"""mm^3 by day, untreated."""

HAHNFELDT = {
    "small_lesion_doubling_time": 0.01, "brake_rate": BRAKE, "vessel_stimulation": STIMULATION, "vascular_limit": LIMIT,
}  # fmt: skip
"""The cap on the net rate, 69/day, lies far above lambda_1 ln(K/V) < 0.3/day, so that only the brake acts."""


def change(_, state):
    """Time derivatives (1/day) of (ln V, ln K): dV/dt = -lambda_1 V ln(V/K), dK/dt = b V - d K V^(2/3)."""
    volume, capacity = np.exp(state)
    return [BRAKE * (state[1] - state[0]), STIMULATION * volume / capacity - INHIBITION * volume ** (2.0 / 3.0)]


@lru_cache
def solution(days: float) -> tuple[float, float]:
    """(V, K) in mm^3 after `days`, to a relative 1e-11."""
    solved = solve_ivp(change, (0.0, days), np.log([VOLUME, CAPACITY]), method="DOP853", rtol=1e-12, atol=1e-12)
    volume, capacity = np.exp(solved.y[:, -1])
    return float(volume), float(capacity)


def volumes_on(days) -> np.ndarray:
    """V in mm^3 on each of the rising `days`, from one solution (its interpolation is good to 1e-7)."""
    span = (0.0, float(days[-1]))
    start = np.log([VOLUME, CAPACITY])
    return np.exp(solve_ivp(change, span, start, method="DOP853", t_eval=days, rtol=1e-10, atol=1e-10).y[0])


def grown(last_day: int):
    """The preset through the course, presenting on day 1 and followed to `last_day`; one person."""
    study = reduced(
        41, HAHNFELDT, presents_at=1.0, start_cells=VOLUME * CELL_DENSITY, start_capacity=CAPACITY,
        follow_up_days=last_day - 1, mechanisms={"growth_brake": 1.0},
    )  # fmt: skip
    return next(cohorts(study, 1))


@pytest.mark.parametrize("day", PRINTED)
def test_reference_solution_gives_the_printed_volumes(day):
    assert math.isclose(solution(day)[0], PRINTED[day], rel_tol=0.01)


@pytest.mark.parametrize("day", PRINTED)
def test_hahnfeldt_untreated_within_one_per_cent(day):
    person = grown(day).persons[0]
    assert person["last_day"] == day
    assert math.isclose(person["primary_cells"] / CELL_DENSITY, PRINTED[day], rel_tol=0.01)


def test_hahnfeldt_time_course_and_limit():
    """Weekly samples against the solution within 1 %, and the rest state (b/d)^(3/2) = 17,347 mm^3 itself.

    The daily step is exact at rest (both half steps of ln V vanish there and k relaxes to 1), so 400 days end on it to
    rounding and to exp(-2/3 lambda_1 t) of the way there.
    """
    cohort = grown(400)
    curve = cohort.curves[0, : cohort.persons[0]["curve_count"]]
    assert {7.0, 14.0, 21.0, 28.0, 70.0} <= set(curve[:, 0])
    assert np.allclose(curve[:, 1] * MILLILITRE, volumes_on(curve[:, 0]), rtol=0.01, atol=0.0)
    assert math.isclose(LIMIT, 17347.0, rel_tol=1e-4)
    assert math.isclose(curve[-1, 1] * MILLILITRE, LIMIT, rel_tol=1e-9)


def kinetics(parts: int = 1) -> np.void:
    record = np.zeros(1, KINETICS)
    record["unbraked_rate"], record["brake_rate"] = 69.0, BRAKE
    record["stimulation"], record["inhibition"] = STIMULATION, INHIBITION
    record["log_avascular_capacity"], record["log_cell_density"] = 0.0, math.log(CELL_DENSITY)
    record["brake_switch"], record["angiogenesis_switch"], record["drive"] = 1.0, 1.0, 1.0
    record["parts"] = parts
    return record[0]


def error_of(steps: int, days: float, parts: int = 1) -> float:
    """|error| of ln V after `days` in `steps` equal steps of `parts` parts."""
    record = kinetics(parts)
    log_cells, log_ratio = math.log(VOLUME * CELL_DENSITY), math.log(CAPACITY / VOLUME)
    for _ in range(steps):
        log_cells, log_ratio = grow(log_cells, log_ratio, record, days / steps)
    return abs(log_cells - math.log(solution(days)[0] * CELL_DENSITY))


def test_growth_step_is_of_second_order():
    """Halving the step quarters the error once the step resolves 1/b = 0.17 days: slope 2 +- 0.1.

    An error of order three beside the leading one moves the measured slope by about the step's share of 1/b, 0.1 at
    1/64 day. The finest error stays a hundred times above the reference's.
    """
    steps = 10 * 2 ** np.arange(6, 10)
    errors = np.array([error_of(int(count), 10.0) for count in steps])
    assert errors[-1] > 1e-9
    slopes = np.log2(errors[:-1] / errors[1:])
    assert np.all(np.abs(slopes - 2.0) < 0.1), slopes


def test_daily_step_is_as_good_as_the_preset_needs():
    """Largest error of V over three weeks of daily steps in two parts stays below the 1 % that the preset promises."""
    assert max(error_of(day, float(day), parts=2) for day in (1, 2, 5, 10, 15, 20)) < 0.01


def test_without_vessels_growth_stops_at_what_diffusion_supports():
    """Angiogenesis off: K stays at K_0 = 1 mm^3, so ln V relaxes to 0 as the Gompertz law ln V_0 e^(-lambda_1 t).

    Whether V is above or below K_0, K / V = 1 / V at all times; a symmetric step of a linear relaxation by half steps
    has a relative error of order (lambda_1 dt)^3 / 12 per day, here 60 days of 0.02^3 / 12 < 1e-4 in ln V / ln V_0.
    """
    days = 60
    parameters = {**HAHNFELDT, "brake_rate": 0.02, "avascular_capacity": 1.0}
    study = reduced(
        42, parameters, presents_at=1.0, start_cells=0.1 * CELL_DENSITY, start_capacity=1.0, follow_up_days=days - 1,
        mechanisms={"growth_brake": 1.0, "angiogenesis": 0.0},
    )  # fmt: skip
    person = persons_of(study, 1)[0]
    expected = math.log(0.1) * math.exp(-0.02 * days)
    assert abs(math.log(person["primary_cells"] / CELL_DENSITY) - expected) < 1e-4 * abs(math.log(0.1))


@pytest.mark.parametrize(("birth", "death"), [(0.7, 0.601), (0.2, 0.0)])
def test_growth_without_a_brake_is_exponential(birth, death):
    """Ln N = ln N_0 + (b - d) t to 1e-9: each day adds two roundings of a number below 64, 1e-14, over 100 days."""
    start, days = 2e4, 100
    study = reduced(
        43, rates(birth, death), presents_at=NEVER ** (1.0 / 3.0), start_cells=start, follow_up_days=days,
    )  # fmt: skip
    cohort = next(cohorts(study, 1))
    curve = cohort.curves[0, : cohort.persons[0]["curve_count"]]
    assert len(curve) > 10
    logs = np.log(curve[:, 1] * MILLILITRE * CELL_DENSITY / start)
    assert np.abs(logs - (birth - death) * curve[:, 0]).max() < 1e-9
