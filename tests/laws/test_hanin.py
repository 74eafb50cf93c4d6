"""Sizes of detectable metastases: the preset hanin against their truncated Pareto law.

The preset founds each step's expected number; a size class holds the founders of one step, so that a share above a size
is read between classes. With chance in the numbers alone (`expected_growth`) the sizes themselves are judged.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from laws.chance import ERROR, assert_z
from laws.oracles import hanin
from laws.published import cohorts, preset
from laws.reduced import classes_of
from paget.body.micrometastases import COUNT, LOG_CELLS
from paget.body.state import WITH_VESSELS
from paget.trial.cohort import Cohort

PRIMARY, METASTASIS, THETA, DAYS, LEAST, EMISSION = 0.02, 0.05, 2.0 / 3.0, 400.0, 1e3, 0.01
KAPPA = hanin.exponent(PRIMARY, METASTASIS, THETA)
GREATEST = math.exp(METASTASIS * DAYS)
PERSONS = 200


@pytest.fixture(scope="module")
def course() -> Cohort:
    return next(cohorts(preset("hanin"), 1))


def above(cohort: Cohort, cells) -> np.ndarray:
    """Metastases above each size, interpolated between classes in ln size; half a class lies above its middle."""
    number, sizes = all_sizes(cohort)
    cumulative = np.cumsum(number) - 0.5 * number
    return np.interp(-np.log(cells), -np.log(sizes), cumulative)


def all_sizes(cohort: Cohort) -> tuple[np.ndarray, np.ndarray]:
    """(number, cells) of records and classes, largest first."""
    number, sizes = classes_of(cohort)
    lesions = cohort.lesions[0, : int(cohort.persons["lesion_count"][0])]
    number = np.concatenate([np.ones(len(lesions)), number])
    sizes = np.concatenate([np.exp(lesions["log_cells"]), sizes])
    order = np.argsort(-sizes)
    return number[order], sizes[order]


def test_primary_grows_at_its_own_rate(course):
    """By its vessels: e^(0.02 t)."""
    person = course.persons[0]
    assert person["last_day"] == DAYS
    assert math.log(person["primary_cells"] / 1e9) == pytest.approx(PRIMARY * DAYS, rel=1e-5)


def test_expected_number_of_metastases(course):
    """Everything founded, and those of 1000 cells or more."""
    all_of_them = hanin.expected_detectable(DAYS, EMISSION, PRIMARY, METASTASIS, THETA, 1.0)
    assert float(course.persons["founders_at_death"][0]) == pytest.approx(all_of_them, rel=1e-4)
    detectable = hanin.expected_detectable(DAYS, EMISSION, PRIMARY, METASTASIS, THETA, LEAST)
    assert above(course, [LEAST])[0] == pytest.approx(detectable, rel=2e-4)
    assert detectable == pytest.approx(23.87, abs=0.005)


@pytest.mark.parametrize(("cells", "share"), [(1e4, 0.5267533), (1e6, 0.1320495), (1e8, 0.0164548)])
def test_share_above_a_size(course, cells, share):
    assert float(hanin.share_above(cells, LEAST, GREATEST, KAPPA)) == pytest.approx(share, abs=1e-6)
    assert above(course, [cells])[0] / above(course, [LEAST])[0] == pytest.approx(share, rel=2e-4)


def test_quantiles(course):
    shares = np.array([0.1, 0.5, 0.9, 0.99])
    number, sizes = all_sizes(course)
    cumulative = np.cumsum(number) - 0.5 * number
    wanted = above(course, [LEAST])[0] * (1.0 - shares)
    found = np.exp(np.interp(wanted, cumulative, np.log(sizes)))
    assert found == pytest.approx(hanin.quantile(shares, LEAST, GREATEST, KAPPA), rel=1e-3)


def test_half_the_step_is_nearer():
    errors = []
    for step in (2.0, 1.0):
        cohort = next(cohorts(preset("hanin", f"parameters.time_step={step} d"), 1))
        share = above(cohort, [1e8])[0] / above(cohort, [LEAST])[0]
        errors.append(abs(share / float(hanin.share_above(1e8, LEAST, GREATEST, KAPPA)) - 1.0))
    assert errors[1] < 0.5 * errors[0]


@pytest.fixture(scope="module")
def by_chance() -> np.ndarray:
    """Sizes (cells) on the last day of every metastasis founded by chance in 200 persons."""
    plan = preset(
        "hanin", "parameters.expected_numbers=0", "parameters.expected_growth=1", "parameters.class_capacity=450",
        seed=9,
    )  # fmt: skip
    drawn = []
    for cohort in cohorts(plan, PERSONS):
        for sizes in cohort.sizes[:, WITH_VESSELS]:
            used = sizes[: int(sizes[-1, 0])]
            drawn.append(np.repeat(np.exp(used[:, LOG_CELLS]), used[:, COUNT].astype(int)))
    return np.concatenate(drawn)


def test_sizes_by_chance_follow_the_truncated_pareto_law(by_chance):
    """Kolmogorov-Smirnov; a founder of a step is half a day old, so that every size is spread over its day."""
    spread = by_chance * np.exp(METASTASIS * np.random.default_rng(3).uniform(-0.5, 0.5, len(by_chance)))
    detectable = spread[spread >= LEAST]
    assert len(detectable) > 4000
    assert _ks(detectable, KAPPA) > ERROR
    assert _ks(detectable, 1.25 * KAPPA) < ERROR


def _ks(sizes: np.ndarray, kappa: float) -> float:
    return float(stats.kstest(sizes, lambda x: 1.0 - hanin.share_above(x, LEAST, GREATEST, kappa)).pvalue)


def test_number_by_chance(by_chance):
    """Poisson numbers: all that were founded, and those of 1000 cells or more."""
    for least in (1.0, LEAST):
        expected = PERSONS * hanin.expected_detectable(DAYS, EMISSION, PRIMARY, METASTASIS, THETA, least)
        seen = float((by_chance >= least).sum())
        assert_z(seen, expected, expected)


def test_the_exponent_is_told(course):
    """Negative control: metastases that grow as the primary would have kappa = 2/3."""
    other = float(hanin.share_above(1e6, LEAST, GREATEST, THETA))
    assert abs(above(course, [1e6])[0] / above(course, [LEAST])[0] / other - 1.0) > 0.5
