"""Supportive care: when a tube is needed, what it and nutrition leave of the hazards, and what is recorded."""

from __future__ import annotations

import math

import numpy as np
import pytest

from paget.compute import kernel, record_type
from paget.patient.death import CANCER_CAUSES, CAUSES
from paget.therapy.supportive_care import (
    AIRWAY,
    CACHEXIA,
    ELECTIVE,
    EMERGENCY,
    NEVER,
    NO_TRACHEOSTOMY,
    TREATMENT,
    airway_relieved,
    fill_factors,
    needs_tracheostomy,
    plan_tracheostomy,
    relieve,
    tracheostomy_setback,
)
from therapy.numbers import parameters, values

VALUES = values()
PERSON = record_type(["lumen_loss", "tracheostomy_day"])


@kernel
def living(i, persons, losses, p, planned, relieved, factors, hazards, sums):
    """Days of one person whose lumen narrows; hazards of 1 a day for every cause before relief."""
    person = persons[i]
    for day in range(losses.shape[0]):
        person.lumen_loss = losses[day]
        planned[i, day] = plan_tracheostomy(person, float(day), p[0])
        relieved[i, day] = airway_relieved(person, float(day), p[0])
        fill_factors(factors[i, day], person, float(day), p[0])
        for cause in range(hazards.shape[2]):
            hazards[i, day, cause] = 1.0
        sums[i, day] = relieve(hazards[i, day], factors[i, day])


@kernel
def needing(i, persons, p, out):
    out[i] = needs_tracheostomy(persons[i], p[0])


@kernel
def delaying(i, p, seed, out):
    out[i] = tracheostomy_setback(p[0], seed, i)


class Lived:
    """One person's days at the given losses of lumen."""

    def __init__(self, losses, **changed: float):
        persons = np.zeros(1, PERSON)
        persons["tracheostomy_day"] = NEVER
        days = len(losses)
        planned, relieved = np.zeros((1, days), np.int64), np.zeros((1, days), np.int64)
        factors, hazards = np.zeros((1, days, len(CAUSES))), np.zeros((1, days, len(CAUSES)))
        sums = np.zeros((1, days))
        p = parameters(**changed)
        living.launch(1, persons, np.array(losses, float), p, planned, relieved, factors, hazards, sums, threads=1)
        self.planned, self.relieved, self.factors, self.hazards = planned[0], relieved[0], factors[0], hazards[0]
        self.sums, self.day = sums[0], float(persons["tracheostomy_day"][0])


def needed(loss: float, **changed: float) -> bool:
    persons = np.zeros(1, PERSON)
    persons["lumen_loss"] = loss
    out = np.zeros(1, np.int64)
    needing.launch(1, persons, parameters(**changed), out, threads=1)
    return bool(out[0])


def test_places_are_those_of_the_causes_of_death():
    assert CAUSES[AIRWAY] == "airway obstruction"
    assert CAUSES[CACHEXIA] == "cachexia from total burden"
    assert CAUSES[CANCER_CAUSES] == "not due to the cancer"
    assert CAUSES.index("treatment") == TREATMENT == len(CAUSES) - 1


def test_the_policy_says_when_a_tube_is_needed():
    rest, exertion = VALUES["airway_loss_at_rest"], VALUES["airway_loss_on_exertion"]
    assert needed(rest, airway_policy=EMERGENCY)
    assert not needed(rest - 0.01, airway_policy=EMERGENCY)
    assert needed(exertion, airway_policy=ELECTIVE)
    assert not needed(exertion - 0.01, airway_policy=ELECTIVE)
    assert not needed(1.0, airway_policy=NO_TRACHEOSTOMY)
    assert not needed(1.0, airway_policy=ELECTIVE, switch_airway_management=0.0)


def test_a_tube_comes_once_after_its_delay_and_takes_most_of_the_airways_hazard():
    lived = Lived([0.3, 0.8, 0.8, 0.8, 0.9], airway_policy=EMERGENCY, tracheostomy_delay=2.0)
    assert list(lived.planned) == [0, 1, 0, 0, 0]
    assert lived.day == 3.0
    left = VALUES["tracheostomy_airway_factor"]
    assert list(lived.factors[:, AIRWAY]) == [1.0, 1.0, 1.0, left, left]
    others = [cause for cause in range(len(CAUSES)) if cause != AIRWAY]
    assert np.all(lived.factors[:, others] == 1.0)
    np.testing.assert_allclose(lived.hazards, lived.factors)
    rest = len(CAUSES) - 1.0
    np.testing.assert_allclose(lived.sums, [rest + 1.0] * 3 + [rest + left] * 2)


def test_relief_is_recorded_while_the_tube_carries_the_breath_and_the_tube_stays():
    losses = [0.8, 0.8, 0.8, 0.2, 0.2, 0.8]  # shrinks under treatment, then grows back
    lived = Lived(losses, airway_policy=EMERGENCY, tracheostomy_delay=1.0)
    assert list(lived.relieved) == [0, 1, 1, 0, 0, 1]
    assert np.all(lived.factors[1:, AIRWAY] < 1.0)
    assert not Lived(losses, airway_policy=NO_TRACHEOSTOMY).relieved.any()


def test_an_elective_tube_comes_earlier():
    narrowing = np.linspace(0.0, 1.0, 41)
    early, late = (Lived(narrowing, airway_policy=policy).day for policy in (ELECTIVE, EMERGENCY))
    assert early == 20 + VALUES["tracheostomy_delay"]
    assert late == 30 + VALUES["tracheostomy_delay"]
    assert Lived(narrowing, airway_policy=NO_TRACHEOSTOMY).day == NEVER


def test_switched_off_no_tube_and_no_relief():
    lived = Lived([0.9] * 4, airway_policy=EMERGENCY, switch_airway_management=0.0)
    assert lived.day == NEVER
    assert np.all(lived.factors == 1.0)


def test_nutrition_lowers_cachexia_by_the_trials_hazard_ratio_and_nothing_else():
    """Deaths within 30 days, 14.1 against 19.9 % (Bargetzi 2021): ratio of the cumulative hazards 0.685."""
    fed = Lived([0.0], nutrition_support=1.0)
    assert fed.factors[0, CACHEXIA] == pytest.approx(math.log(1.0 - 0.141) / math.log(1.0 - 0.199), rel=1e-3)
    assert np.all(np.delete(fed.factors[0], CACHEXIA) == 1.0)
    half = Lived([0.0], nutrition_support=0.5).factors[0, CACHEXIA]
    assert half == pytest.approx(math.sqrt(fed.factors[0, CACHEXIA]))
    assert Lived([0.0], nutrition_support=1.0, switch_nutrition=0.0).factors[0, CACHEXIA] == 1.0
    assert Lived([0.0]).factors[0, CACHEXIA] == 1.0


@pytest.mark.parametrize(("policy", "share"), [(EMERGENCY, 16.0 / 22.0), (ELECTIVE, 4.0 / 11.0)])
def test_complications_are_as_frequent_as_published_and_delay_treatment(policy, share):
    out = np.zeros(20_000)
    delaying.launch(len(out), parameters(airway_policy=policy), 1, out, threads=1)
    assert set(out) == {0.0, VALUES["tracheostomy_setback"]}
    assert (out > 0).mean() == pytest.approx(share, abs=5.0 * math.sqrt(share * (1.0 - share) / len(out)) + 0.005)
