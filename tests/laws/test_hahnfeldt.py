"""The preset `hahnfeldt`: a tumour and its vessels, untreated and under three inhibitors."""

from __future__ import annotations

import pytest

from laws.oracles import hahnfeldt
from laws.presets import one, order

PRINTED = {
    "no drug": (1105.0, 3857.0, 7753.0, 11293.0), "endostatin": (165.0, 128.0, 100.0, 78.0),
    "angiostatin": (241.0, 185.0, 137.0, 101.0), "TNP-470": (508.0, 1394.0, 2649.0, 4808.0),
}  # fmt: skip
"""mm^3 on days 5, 10, 15, 20; drugs from day 0 on, a day of a bolus read before it."""

DAYS = (5, 10, 15, 20)

DRUGS = {
    "no drug": None, "endostatin": hahnfeldt.ENDOSTATIN, "angiostatin": hahnfeldt.ANGIOSTATIN,
    "TNP-470": hahnfeldt.TNP_470,
}  # fmt: skip


def volume(arm: str, day: float, *settings: str) -> float:
    """mm^3 of the primary of an arm on a day."""
    person = one("hahnfeldt", f"follow_up={day} d", *settings, arm=arm).persons[0]
    assert person["last_day"] == pytest.approx(day, rel=1e-12)
    return float(person["volume_primary"])


def exact(arm: str, day: float, first: float = 0.0, last: float = 1e9) -> float:
    drug = DRUGS[arm]
    given = [] if drug is None else [float(when) for when in hahnfeldt.boluses(drug, first, min(last, day - 1e-6))]
    return float(hahnfeldt.course([day], drug, given)[0, 0])


@pytest.mark.parametrize("arm", PRINTED)
def test_the_printed_volumes_within_one_per_cent(arm):
    found = [volume(arm, day) for day in DAYS]
    assert found == pytest.approx(PRINTED[arm], rel=0.01)


@pytest.mark.parametrize("arm", PRINTED)
def test_the_equations_within_a_thousandth(arm):
    """At the preset's step of 1/21 day; the largest error is 5e-4 (endostatin, day 20)."""
    for day in DAYS:
        assert volume(arm, day) == pytest.approx(exact(arm, day), rel=1e-3), day


@pytest.mark.parametrize("arm", PRINTED)
def test_second_order_in_the_step(arm):
    errors = [volume(arm, 10, f"parameters.time_step={1.0 / per_day!r} d") - exact(arm, 10) for per_day in (14, 28, 56)]
    assert order(errors) == pytest.approx([2.0, 2.0], abs=0.35)


def test_ranking_of_the_inhibitors():
    untreated, endostatin, angiostatin, tnp = (volume(arm, 10) for arm in PRINTED)
    assert endostatin < angiostatin < tnp < untreated


def test_a_dose_of_nothing_and_a_course_of_five_days():
    """No dose: as without the drug. Days 5 to 9 only: growth before, relapse after, as the equations have it."""
    settings = ("arms[1].parameters.vascular_inhibitor_start=5 d", "arms[1].parameters.vascular_inhibitor_end=10 d")
    for day in (5, 10, 15):
        found = volume("endostatin", day, *settings)
        assert found == pytest.approx(exact("endostatin", day, 5.0, 9.0), rel=1e-3), day
    none = volume("endostatin", 10, "arms[1].parameters.vascular_inhibitor_dose=0 mg/kg")
    assert none == volume("no drug", 10)


def test_without_angiogenesis_the_vessels_only_decay():
    assert volume("no drug", 10, "mechanisms.angiogenesis=off") < 0.05 * volume("no drug", 10)
