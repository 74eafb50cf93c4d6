"""Death: the cause that is recorded is the one that killed, and the hazards are those that were written down.

Limits of 5 or 6 standard errors: a correct model fails by chance less than once in 10^6 cohorts.
"""

from __future__ import annotations

import numpy as np
import pytest

from body.cohorts import ALIKE, compiled, simulated, written
from paget.patient.death import CANCER_CAUSES, CAUSES
from paget.trial.cohort import simulate
from paget.trial.plan import Prescribed

DAYS_PER_YEAR = 365.25
NEVER = 1e9
"""A load that nobody reaches."""

LETHAL_LOADS = {
    "airway obstruction": "lethal_airway_diameter",
    "respiratory insufficiency from lung metastases": "lethal_lung_volume",
    "brain metastasis": "lethal_brain_volume",
    "liver failure": "lethal_liver_volume",
    "pleural or pericardial effusion": "lethal_effusion_volume",
    "cachexia from total burden": "lethal_total_volume",
    "haemorrhage or circulatory failure": "lethal_haemorrhage_diameter",
}
HARMLESS = dict.fromkeys(LETHAL_LOADS.values(), NEVER)
BY_SIZE_ALONE = {"symptom_load": NEVER, "airway_loss_on_exertion": NEVER, "nodal_mass_diameter": NEVER}
FROZEN = {
    "small_lesion_doubling_time": 1e12,
    "brake_rate": 1e-12,
    "vessel_stimulation": 1e-12,
    "time_scale_spread": 0.0,
}
"""A tumour that stays as it is."""


@pytest.mark.parametrize("cause", LETHAL_LOADS)
def test_the_cause_is_the_load_that_kills(cause):
    loads = {**HARMLESS, LETHAL_LOADS[cause]: 1.0}
    switches = {"background_mortality": 0.0, "extrathyroidal_extension": 1e6}
    events = written(
        15,
        "time_to_event",
        mechanisms=switches,
        **ALIKE,
        **loads,
        **BY_SIZE_ALONE,
        lodging_probability=1.7e-3,
    )
    assert set(events["EVNTDESC"]) == {f"death: {cause}"}
    assert np.all(events["CNSR"] == 0)


def test_nobody_dies_of_haemorrhage_within_the_thyroid():
    loads = {**HARMLESS, "lethal_haemorrhage_diameter": 1.0}
    switches = {"background_mortality": 0.0, "extrathyroidal_extension": 0.0}
    cohort = simulated(20, mechanisms=switches, follow_up_days=200, **loads, **BY_SIZE_ALONE)
    assert np.all(cohort.persons["alive"] == 1)
    assert np.all(cohort.persons["cause"] == -1)


def test_death_from_other_causes_is_censored_in_cause_specific_survival():
    events = written(
        20, "time_to_event", mechanisms={"death": 0.0}, mortality_at_reference_age_female=1.0,
        mortality_at_reference_age_male=1.0,
    )  # fmt: skip
    described = {name: set(rows["EVNTDESC"]) for name, rows in events.groupby("PARAMCD", observed=True)}
    assert described == {"OS": {f"death: {CAUSES[CANCER_CAUSES]}"}, "CSS": {"death from another cause"}}
    assert np.all(events.loc[events["PARAMCD"] == "OS", "CNSR"] == 0)
    assert np.all(events.loc[events["PARAMCD"] == "CSS", "CNSR"] == 1)


@pytest.mark.parametrize(("sex", "age", "at_70"), [("F", 70.0, 0.0157), ("M", 80.0, 0.0236)])
def test_background_mortality_is_the_integral_of_gompertz(sex, age, at_70):
    slope, n = 0.09, 600
    cohort = simulated(
        n,
        mechanisms={"death": 0.0, "shedding": 0.0},
        prescribed=Prescribed(sex=sex, age_years=age, diameter_mm=20.0, start_cells=1e9, start_capacity=1e5),
        mortality_at_reference_age_female=0.0157 / DAYS_PER_YEAR,
        mortality_at_reference_age_male=0.0236 / DAYS_PER_YEAR,
        mortality_slope=slope,
    )
    person = cohort.persons
    survived = person["last_day"] - person["diagnosis_day"]
    for years in range(1, 6):
        cumulated = at_70 * np.exp(slope * (age - 70.0)) * (np.exp(slope * years) - 1.0) / slope
        expected = np.exp(-cumulated)
        alive = (survived > round(years * DAYS_PER_YEAR)) | (person["alive"] == 1)
        error = np.sqrt(expected * (1.0 - expected) / n)
        # Hazards are those of the morning of each day: half a day's rise, far below the noise.
        assert abs(alive.mean() - expected) < 5.0 * error


def test_nobody_dies_with_both_kinds_of_death_off():
    cohort = simulated(10, mechanisms={"death": 0.0, "background_mortality": 0.0}, follow_up_days=300)
    assert np.all(cohort.persons["alive"] == 1)
    assert np.all(cohort.persons["last_day"] - cohort.persons["diagnosis_day"] == 300)


@pytest.mark.parametrize("load", [1.0, 0.8])
def test_the_hazard_at_the_lethal_load_leaves_thirty_days(load):
    n, diameter = 2_000, 60.0
    volume = 0.65 * np.pi / 6.0 * diameter**3
    cells = 2e5 * volume * (1.0 + 1e-9)
    cohort = simulated(
        n,
        mechanisms={
            "background_mortality": 0.0,
            "shedding": 0.0,
            "extrathyroidal_extension": 0.0,
            "immune_killing": 0.0,
        },
        prescribed=Prescribed(diameter_mm=diameter, start_cells=cells, start_capacity=1e6),
        **{**HARMLESS, **FROZEN, **BY_SIZE_ALONE, "lethal_total_volume": volume / load},
        lethal_other_spread=0.0,
        follow_up_days=3000,
    )
    person = cohort.persons
    assert np.all(person["alive"] == 0)
    assert person["diameter_at_diagnosis"] == pytest.approx(diameter, rel=1e-6)
    days = person["last_day"] - person["diagnosis_day"]
    # Constant hazard h: the day of death is geometric with chance 1 - exp(-h) a day, its mean just above 1 / h.
    hazard = load**6 / 30.0
    chance = 1.0 - np.exp(-hazard)
    error = np.sqrt(1.0 - chance) / chance / np.sqrt(n)
    assert abs(days.mean() - 1.0 / chance) < 5.0 * error
    assert 1.0 / chance == pytest.approx(1.0 / hazard, abs=0.51)
    for quantile in (0.25, 0.5, 0.9):
        day = np.ceil(-np.log(1.0 - quantile) / hazard)
        share = np.exp(-hazard * day)
        assert abs((days > day).mean() - share) < 5.0 * np.sqrt(share * (1.0 - share) / n)


def test_twins_share_everything_up_to_the_diagnosis():
    described = {"lodging_probability": 1.7e-3, "follow_up_days": 100}
    plans = [compiled(40, mechanisms={"death": factor}, **described) for factor in (1.0, 0.0)]
    dying, living = (simulate(each, 0, 40, threads=2) for each in plans)
    assert np.any(dying.persons["alive"] != living.persons["alive"])
    before = {"person", "candidates", "age_years", "female", "genotype", "clone", "time_scale", "seeding_scale",
              "presentation_diameter", "extension_susceptibility", "founder_rate", "diagnosis_day", "restarts",
              "presentation", "stage", "tumour_category", "node_category", "metastasis_category", "ecog"}  # fmt: skip
    for name in dying.persons.dtype.names:
        if name in before or name.endswith("_at_diagnosis") or name.startswith("lethal_"):
            assert np.array_equal(dying.persons[name], living.persons[name]), name
    assert np.array_equal(dying.cascade[:, 0], living.cascade[:, 0])
    assert np.array_equal(dying.micro[:, 0], living.micro[:, 0])
    seen = dying.lesions["cells_at_diagnosis"] > 0.0
    assert seen.any()
    for name in ("cells_at_diagnosis", "diameter_at_diagnosis", "site", "seeded_day"):
        assert np.array_equal(dying.lesions[name][seen], living.lesions[name][seen])


def test_another_seed_is_another_person():
    one, other = (simulated(20, seed=seed, follow_up_days=1).persons for seed in (1, 2))
    assert not np.any(one["age_years"] == other["age_years"])
