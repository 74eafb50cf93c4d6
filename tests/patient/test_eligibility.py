"""Eligibility admits those it names and nobody else, and a place's person depends on that place alone."""

from __future__ import annotations

import numpy as np
import pytest

from body.cohorts import compiled, simulated
from paget.errors import InputError
from paget.patient.staging import STAGES
from paget.trial.cohort import simulate
from paget.trial.plan import Bounds, Entry, Plan, Prescribed

PATIENTS = 40
OUTPUTS = ("persons", "lesions", "micro", "cascade", "curves")
SPREADING = {"follow_up_days": 1, "lodging_probability": 5e-4, "seeding_spread": 1.5, "detection_diameter": 2.0}


def carries(study: Plan, genotype: np.ndarray, label: str) -> np.ndarray:
    return (genotype >> study.alterations.index(label) & 1) > 0


RULES = {
    "age": (Entry(age=Bounds(60.0, 70.0)),
            lambda study, person: (person["age_years"] >= 60) & (person["age_years"] <= 70)),
    "oldest": (Entry(age=Bounds(None, 65.0)), lambda study, person: person["age_years"] <= 65.0),
    "women": (Entry(sex="F"), lambda study, person: person["female"] == 1),
    "men": (Entry(sex="M"), lambda study, person: person["female"] == 0),
    "performance": (Entry(ecog=Bounds(0, 1)), lambda study, person: person["ecog"] <= 1),
    "poor performance": (Entry(ecog=Bounds(2, 4)), lambda study, person: person["ecog"] >= 2),
    "size": (Entry(diameter=Bounds(40.0, 60.0)),
             lambda study, person: (person["diameter_at_diagnosis"] >= 40) & (person["diameter_at_diagnosis"] <= 60)),
    "PD-L1": (Entry(pd_l1=Bounds(0.01, None)), lambda study, person: person["pd_l1"] >= 0.01),
    "PD-L1 by another antibody": (Entry(pd_l1=Bounds(0.2, 0.4), pd_l1_assay="SP142"),
                                  lambda study, person: (person["pd_l1"] >= 0.4) & (person["pd_l1"] <= 0.8)),
    "metastatic": (Entry(metastatic=True), lambda study, person: person["metastasis_category"] == 1),
    "not metastatic": (Entry(metastatic=False), lambda study, person: person["metastasis_category"] == 0),
    "IVB or IVC": (Entry(stages=("IVB", "IVC")), lambda study, person: np.isin(person["stage"], [2, 3])),
    "IVC": (Entry(stages=("IVC",)), lambda study, person: person["stage"] == STAGES.index("IVC")),
    "BRAF": (Entry(any_of=(("BRAF V600E",),)), lambda study, person: carries(study, person["genotype"], "BRAF V600E")),
    "fusion": (Entry(any_of=(("NTRK fusion", "RET fusion"),)),
               lambda study, person: carries(study, person["genotype"], "NTRK fusion")
               | carries(study, person["genotype"], "RET fusion")),
    "both": (Entry(any_of=(("TP53",), ("PIK3CA", "PTEN"))),
             lambda study, person: carries(study, person["genotype"], "TP53")
             & (carries(study, person["genotype"], "PIK3CA") | carries(study, person["genotype"], "PTEN"))),
    "no BRAF, no RAS": (Entry(forbidden=("BRAF V600E", "RAS")),
                        lambda study, person: ~carries(study, person["genotype"], "BRAF V600E")
                        & ~carries(study, person["genotype"], "RAS")),
}  # fmt: skip


@pytest.fixture(scope="module")
def everybody() -> np.ndarray:
    """The cohort without any rule."""
    return simulated(PATIENTS, **SPREADING).persons


@pytest.mark.parametrize("name", RULES)
def test_only_such_persons_enter(name, everybody):
    entry, holds = RULES[name]
    study = compiled(PATIENTS, entry=entry, **SPREADING)
    person = simulate(study, 0, PATIENTS, threads=2).persons
    assert np.all(holds(study, person))
    # Without the rule others enter, and who fits anyway keeps the place.
    fits = holds(study, everybody)
    assert not np.all(fits)
    assert np.array_equal(person["candidates"] == 1, fits)
    assert np.array_equal(person[fits], everybody[fits])


@pytest.mark.parametrize(
    "entry",
    [
        Entry(age=Bounds(103.0, 120.0)),
        Entry(stages=("IVA",), metastatic=True),
        Entry(any_of=(("BRAF V600E",),), forbidden=("BRAF V600E",)),
        Entry(diameter=Bounds(900.0, 1000.0)),
        Entry(any_of=(("BRAF V600E",), ("RAS",))),
    ],
    ids=["nobody so old", "IVA with metastases", "with and without BRAF", "a metre", "two exclusive drivers"],
)
def test_an_eligibility_that_nobody_meets_is_said_soon(entry):
    with pytest.raises(InputError, match="no eligible person was found for place 1 of the study") as caught:
        simulate(compiled(2, entry=entry, follow_up_days=1), 0, 2, threads=2)
    assert caught.value.exit_code == 2
    assert "widen the eligibility" in str(caught.value)


def test_prescribed_traits_hold_for_everybody_and_the_rest_is_drawn():
    prescribed = Prescribed(sex="F", age_years=70.0, diameter_mm=60.0, genotype=("BRAF V600E", "TP53"))
    study = compiled(30, prescribed=prescribed, follow_up_days=1)
    person = simulate(study, 0, 30, threads=2).persons
    assert np.all(person["female"] == 1)
    assert np.all(person["age_years"] == 70.0)
    for position, label in enumerate(study.alterations):
        assert np.all((person["genotype"] >> position & 1) == int(label in prescribed.genotype))
    assert len(np.unique(person["time_scale"])) == 30


def test_a_place_does_not_depend_on_other_places():
    study = compiled(10, entry=Entry(metastatic=True), **{**SPREADING, "follow_up_days": 60})
    together = simulate(study, 0, 10, threads=2)
    for place in (0, 5, 9):
        alone = simulate(study, place, 1, threads=1)
        for name in OUTPUTS:
            assert getattr(alone, name)[0].tobytes() == getattr(together, name)[place].tobytes(), (place, name)


def test_nor_on_the_number_of_threads():
    study = compiled(40, lodging_probability=2e-6)
    one, two = (simulate(study, 0, 40, threads=threads) for threads in (1, 2))
    for name in OUTPUTS:
        assert getattr(one, name).tobytes() == getattr(two, name).tobytes(), name


def test_a_larger_study_holds_the_same_persons():
    small, large = (simulated(patients, follow_up_days=30) for patients in (20, 40))
    assert small.persons.tobytes() == large.persons[:20].tobytes()
