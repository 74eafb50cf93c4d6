"""The presets `mtgm-lung` and `mtgm-breast` against the exact solution and the published curve."""

from __future__ import annotations

import numpy as np
import pytest

from laws.oracles import mtgm
from laws.presets import founded, limit, one, order
from laws.reduced import classes_of

TUMOURS = {"mtgm-lung": mtgm.LUNG, "mtgm-breast": mtgm.BREAST}

CELLS_PER_MM3 = 1e6

DECODED = 7.5e-6
"""Largest distance of the exact number of metastases from the published figure on days 1 to 60."""


def at(name: str, days: float, per_day: int = 21) -> tuple[float, float, float]:
    """Metastases, their mm^3 and the primary's mm^3 on a day; those of the last step count, as in the equations."""
    run = one(name, f"follow_up={days} d", f"parameters.time_step={1.0 / per_day!r} d")
    person = run.persons[0]
    assert person["last_day"] == pytest.approx(days, rel=1e-12)
    counts, cells = classes_of(run)
    return float(founded([run])[0]), float(counts @ cells) / CELLS_PER_MM3, float(person["volume_primary"])


@pytest.mark.parametrize("name", TUMOURS)
def test_the_preset_itself(name):
    """Number to 1e-5, volume to 1e-6 mm^3, the primary to rounding, at the step that the preset has."""
    numbers, volumes = mtgm.number_and_mass(60, TUMOURS[name])
    run = one(name)
    person = run.persons[0]
    assert person["last_day"] == pytest.approx(60.0, rel=1e-12)
    assert founded([run])[0] == pytest.approx(numbers[-1], abs=1e-5)
    assert person["volume_metastases"] == pytest.approx(volumes[-1], abs=1e-6)
    assert person["volume_primary"] == pytest.approx(mtgm.volume(60.0, 1.0, TUMOURS[name]), rel=1e-9)


@pytest.mark.parametrize("name", TUMOURS)
@pytest.mark.parametrize("days", [20, 40])
def test_number_and_volume_on_the_way(name, days):
    numbers, volumes = mtgm.number_and_mass(days, TUMOURS[name])
    found, volume, _ = at(name, days)
    assert found == pytest.approx(numbers[-1], abs=1e-5)
    assert volume == pytest.approx(volumes[-1], abs=1e-6)


@pytest.mark.parametrize("name", TUMOURS)
def test_second_order_in_the_step_and_its_limit(name):
    """Steps of 1/7, 1/14 and 1/28 day; the limit meets the exact values to a millionth."""
    numbers, volumes = mtgm.number_and_mass(60, TUMOURS[name])
    found = np.array([at(name, 60, per_day)[:2] for per_day in (7, 14, 28)])
    for column, exact in enumerate((numbers[-1], volumes[-1])):
        assert order(found[:, column] - exact) == pytest.approx([2.0, 2.0], abs=0.1)
        assert limit(found[:, column], (2,)) == pytest.approx(exact, rel=1e-6)


def test_the_published_curve():
    """Every sixth day of the breast figure, to what it can be read plus the step's error (2.3e-6 at the end)."""
    for day in range(6, 61, 6):
        found, volume, _ = at("mtgm-breast", day)
        assert abs(found - mtgm.PUBLISHED_NUMBER[day - 1]) < DECODED + 2.5e-6
        assert abs(volume - mtgm.PUBLISHED_MASS[day - 1]) < 5e-8


def test_capacity_and_switches_matter():
    """Off the brake or the metastases' emission the numbers are others."""
    usual = at("mtgm-lung", 20)[0]
    without = founded([one("mtgm-lung", "follow_up=20 d", "mechanisms.reseeding=off")])[0]
    assert without == pytest.approx(mtgm.first_generation(20.0, mtgm.LUNG), abs=1e-5)
    assert 1e-7 < usual - without
    smaller = founded([one("mtgm-lung", "follow_up=20 d", "start.capacity=1000 mm^3")])[0]
    assert smaller < 0.8 * usual
