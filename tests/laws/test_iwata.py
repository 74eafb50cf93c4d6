"""The preset `iwata` against the exact solution of its model: number and sizes of metastases.

Growth is exact (a Gompertz step), emission and the age of a step's founders are integrated over the step, so that
numbers have an error of second order in the step.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from laws.chance import assert_follows, assert_z
from laws.oracles import iwata
from laws.presets import founded, limit, one, order, runs
from laws.reduced import classes_of

BY_CHANCE = ("parameters.expected_numbers=0", "parameters.expected_growth=1", "parameters.class_capacity=400")
"""Founders in Poisson numbers, each growing by its equation."""


def number(days: float, step: float, *settings: str) -> float:
    run = one("iwata", f"follow_up={days} d", f"parameters.time_step={step} d", *settings)
    assert run.persons["last_day"][0] == days
    return float(founded([run])[0])


def test_the_preset_is_five_years_of_the_published_model():
    run = one("iwata")
    person = run.persons[0]
    assert person["last_day"] == 1825.0
    assert person["primary_cells"] == pytest.approx(iwata.size(1825.0), rel=1e-9)
    assert founded([run])[0] == pytest.approx(iwata.all_generations(1825.0), rel=1e-4)
    assert person["alive"] == 1


@pytest.mark.parametrize("days", [1110, 1825])
def test_first_generation_to_a_millionth(days):
    """At the preset's step of a day: 9e-7 below the closed form on day 1110."""
    found = number(days, 1, "mechanisms.reseeding=off")
    assert found == pytest.approx(float(iwata.first_generation(days)), rel=1e-6)


@pytest.mark.parametrize(("days", "steps"), [(1110, (6, 3, 1.5)), (1825, (5, 2.5, 1.25))])
def test_all_generations_at_second_order_to_a_millionth(days, steps):
    exact = iwata.all_generations(days)
    found = [number(days, step) for step in steps]
    assert order(value - exact for value in found) == pytest.approx([2.0, 2.0], abs=0.1)
    assert limit(found, (2, 3)) == pytest.approx(exact, rel=1e-6)


def test_metastases_of_metastases_need_their_switch():
    with_them, without = number(1825, 5), number(1825, 5, "mechanisms.reseeding=off")
    assert with_them > 14.0 * without
    assert number(1825, 5, "mechanisms.shedding=off") == 0.0
    assert number(1825, 5, "mechanisms.reseeding=0.5") < 0.5 * with_them


def test_sizes_of_metastases_on_day_1825():
    """N(> x, t) = N(t - tau(x)); 6e-5 is the error of N at the preset's step."""
    counts, cells = classes_of(one("iwata"))
    above = np.cumsum(counts) - 0.5 * counts
    for size in (1e6, 1e7, 1e8, 1e9):
        found = np.interp(-np.log(size), -np.log(cells), above)
        assert found == pytest.approx(iwata.above(iwata.all_generations, size, 1825.0), rel=2e-4), size


def test_malthus_rate_of_the_long_run():
    """Slope of ln N after 26 years; the error of the step falls at second order, the limit meets the root."""
    found = []
    for step in (16, 8, 4):
        run = one("iwata", "follow_up=9600 d", f"parameters.time_step={step} d")
        curve = run.curves[0, : run.persons["curve_count"][0]]
        # The last row is the end itself, less than the usual distance after the one before.
        day, lesions = curve[-12:-1, 0], curve[-12:-1, 4]
        found.append(np.log(lesions[-1] / lesions[0]) / (day[-1] - day[0]))
    exact = iwata.malthus()
    assert np.all(order(rate - exact for rate in found) > 1.75)
    assert limit(found, (2, 3)) == pytest.approx(exact, rel=1e-5)


def test_first_generation_is_poisson():
    """2,000 courses to day 730; the mean at a step of five days is 2e-5 off."""
    settings = ("follow_up=730 d", "parameters.time_step=5 d", "mechanisms.reseeding=off", *BY_CHANCE)
    mean = float(iwata.first_generation(730.0))
    found = founded(runs("iwata", *settings, persons=2000))
    assert_follows(found, stats.poisson.pmf(np.arange(60), mean))


def test_all_generations_by_chance():
    """1,000 courses to day 1110: mean, and a variance 2.5 times Poisson's (fourth moment from the sample)."""
    days, persons = 1110.0, 1000
    found = founded(runs("iwata", f"follow_up={days} d", "parameters.time_step=3 d", *BY_CHANCE, persons=persons))
    mean, variance = iwata.all_generations(days), iwata.number_variance(days)
    assert variance > 2.5 * mean
    assert_z(found.mean(), mean, variance / persons)
    spread = (found - mean) ** 2
    assert_z(spread.mean(), variance, spread.var() / persons)
