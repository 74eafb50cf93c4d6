"""Diagnosis: at the prescribed size, and imaging that sees less doesn't change the disease."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from body.cohorts import simulated
from paget.patient.diagnosis import PRESENTATIONS
from paget.trial.plan import Prescribed

NEVER = 1e9
BY_SIZE_ALONE = {"symptom_load": NEVER, "airway_loss_on_exertion": NEVER, "nodal_mass_diameter": NEVER}
BIOLOGY = ("founders_at_diagnosis", "established_at_diagnosis", "founders_at_death", "diagnosis_day", "last_day",
           "diameter_at_diagnosis", "tumour_category", "cause", "lesion_count", "returned", "ecog")  # fmt: skip


@pytest.mark.parametrize("diameter", [10.0, 60.0, 120.0])
def test_size_at_diagnosis_is_the_prescribed_one_within_a_days_growth(diameter):
    cohort = simulated(60, prescribed=Prescribed(diameter_mm=diameter), follow_up_days=1, **BY_SIZE_ALONE)
    person = cohort.persons
    # Growth slows with size: the rate of the day before is at most the unbraked one in the person's own tempo.
    days_growth = np.exp(np.log(2.0) / 7.0 * person["time_scale"] / 3.0)
    assert np.all(person["diameter_at_diagnosis"] >= diameter)
    assert np.all(person["diameter_at_diagnosis"] < diameter * days_growth)
    assert {PRESENTATIONS[index] for index in person["presentation"]} == {"size"}


def test_a_larger_tumour_is_diagnosed_later_in_the_same_person():
    small, large = (
        simulated(
            25, prescribed=Prescribed(diameter_mm=diameter), follow_up_days=1, lodging_probability=1e-4, **BY_SIZE_ALONE
        ).persons
        for diameter in (20.0, 50.0)
    )
    assert np.all(small["diagnosis_day"] < large["diagnosis_day"])
    assert np.all(small["founders_at_diagnosis"] <= large["founders_at_diagnosis"])
    assert np.array_equal(small["age_years"], large["age_years"])


@pytest.mark.parametrize(
    ("parameter", "value", "reason"),
    [
        ("airway_loss_on_exertion", 0.01, "symptom"),
        ("symptom_load", 1e-12, "symptom"),
        ("nodal_mass_diameter", 1.5, "nodal mass"),
    ],
)
def test_other_ways_to_present(parameter, value, reason):
    described = {**BY_SIZE_ALONE, "lodging_probability": 1.7e-2, "seeding_spread": 0.0, parameter: value}
    described |= {"presentation_diameter": 110.0, "presentation_spread": 0.0}
    cohort = simulated(30, follow_up_days=1, **described)
    assert {PRESENTATIONS[index] for index in cohort.persons["presentation"]} == {reason}
    assert np.all(cohort.persons["diameter_at_diagnosis"] < 110.0)


def test_worse_imaging_finds_fewer_metastases_in_the_same_persons():
    described = {"lodging_probability": 5e-4, "seeding_spread": 1.5, "follow_up_days": 30}
    found = []
    for limit in (1.5, 2.0, 3.0):
        persons = simulated(200, **described, detection_diameter=limit).persons
        found.append(persons)
    shares = [persons["metastasis_category"].mean() for persons in found]
    # Paired: each person seen as metastatic at the higher limit is so at the lower one too.
    for better, worse in pairwise(found):
        assert np.all(better["metastasis_category"] >= worse["metastasis_category"])
        assert np.all(better["stage"] >= worse["stage"])
        for name in BIOLOGY:
            assert np.array_equal(better[name], worse[name]), name
    assert shares[0] > shares[1] + 0.02 > shares[2] + 0.04


def test_without_detection_no_metastasis_is_seen():
    described = {"lodging_probability": 8e-4, "follow_up_days": 30, "detection_diameter": 2.0}
    seen, unseen = (simulated(40, mechanisms={"detection": factor}, **described).persons for factor in (1.0, 0.0))
    assert seen["metastasis_category"].sum() > 0
    assert unseen["metastasis_category"].sum() == unseen["node_category"].sum() == 0
    for name in BIOLOGY:
        assert np.array_equal(seen[name], unseen[name]), name
