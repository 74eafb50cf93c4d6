"""AJCC 8 for anaplastic carcinoma by a second assessor, written from the definitions alone.

Definitions: Amin et al. 2017 (doi:10.3322/caac.21439). T1 <= 2 cm, T2 > 2-4 cm, T3a > 4 cm, each within the thyroid;
T3b gross extension into strap muscles only; T4 beyond them. IVA: T1-T3a N0 M0; IVB: T1-T3a N1 M0, or T3b-T4 any N M0;
IVC: any T any N M1.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from body.cohorts import SITES, simulated
from laws.chance import ERROR
from paget import knowledge
from paget.patient.staging import STAGES, TUMOUR_CATEGORIES, stage, tumour_category
from paget.trial.plan import Prescribed

T1_LIMIT, T2_LIMIT = 20.0, 40.0
REGIONAL = ("cervical_nodes", "intrathoracic_nodes")
"""Central, lateral and upper mediastinal nodes are the regional ones."""


def assessed_category(diameter_mm: float, gross_extension: bool, beyond_straps: bool) -> str:
    if gross_extension:
        return "T4" if beyond_straps else "T3b"
    if diameter_mm > 40.0:
        return "T3a"
    return "T2" if diameter_mm > 20.0 else "T1"


def assessed_stage(category: str, nodes: bool, distant: bool) -> str:
    if distant:
        return "IVC"
    confined = category in {"T1", "T2", "T3a"}
    return "IVA" if confined and not nodes else "IVB"


def packages_category(diameter: float, extended: bool, deep: bool) -> str:
    return TUMOUR_CATEGORIES[tumour_category(diameter, int(extended), deep, T1_LIMIT, T2_LIMIT)]


def test_grid_of_sizes_extensions_nodes_and_metastases():
    sizes = [0.1, 10.0, 19.999, 20.0, 20.001, 30.0, 39.999, 40.0, 40.001, 60.0, 150.0, 400.0]
    states = [False, True]
    for diameter, extended, deep in itertools.product(sizes, states, states):
        category = assessed_category(diameter, extended, deep)
        assert packages_category(diameter, extended, deep) == category
        for nodes, distant in itertools.product(states, states):
            found = STAGES[stage(TUMOUR_CATEGORIES.index(category), int(nodes), int(distant))]
            assert found == assessed_stage(category, nodes, distant)


@given(st.floats(0.01, 500.0), st.booleans(), st.booleans(), st.booleans(), st.booleans())
def test_any_tumour(diameter, extended, deep, nodes, distant):
    category = packages_category(diameter, extended, deep)
    assert category == assessed_category(diameter, extended, deep)
    found = STAGES[stage(TUMOUR_CATEGORIES.index(category), int(nodes), int(distant))]
    assert found == assessed_stage(category, nodes, distant)
    assert found in {"IVA", "IVB", "IVC"}


ALL_KINDS = {
    "lodging_probability": 5e-4,
    "seeding_spread": 1.5,
    "airway_loss_on_exertion": 1e9,
    "symptom_load": 1e9,
    "nodal_mass_diameter": 1e9,
    "detection_diameter": 2.0,
    "node_detection_diameter": 1.5,
}
"""Tumours that present by their size alone, some of them with lesions that imaging finds."""


@pytest.mark.inventory("ATC-2", off="staging", scale="body")
@pytest.mark.parametrize(("diameter", "patients"), [(10.0, 100), (30.0, 100), (60.0, 100), (120.0, 30)])
def test_every_tumour_is_stage_four_whatever_its_size_nodes_and_spread(mechanisms, diameter, patients):
    # Fewer founders in the largest ones, where time would make thousands of lesions.
    described = {**ALL_KINDS, "lodging_probability": 5e-4 * min(1.0, 60.0 / diameter) ** 3}
    cohort = simulated(
        patients, mechanisms=mechanisms(), prescribed=Prescribed(diameter_mm=diameter), follow_up_days=1, **described
    )
    person = cohort.persons
    stages = [STAGES[index] for index in person["stage"]]
    assert set(stages) <= {"IVA", "IVB", "IVC"}
    categories = [TUMOUR_CATEGORIES[index] for index in person["tumour_category"]]
    for row, category, found in zip(person, categories, stages, strict=True):
        extended = bool(row["extended_at_diagnosis"])
        assert category == assessed_category(row["diameter_at_diagnosis"], extended, category == "T4")
        assert found == assessed_stage(category, row["node_category"] > 0, row["metastasis_category"] > 0)
    extended = person["extended_at_diagnosis"] > 0
    if extended.any():
        deep = knowledge.parameters("atc")["deep_extension_share"].value
        assert stats.binomtest(categories.count("T4"), int(extended.sum()), deep).pvalue > ERROR


@pytest.mark.inventory("ATC-2", off="staging", scale="body")
def test_each_stage_by_its_own_cause(mechanisms):
    confined = mechanisms(shedding=0.0, extrathyroidal_extension=0.0)
    extended = mechanisms(shedding=0.0, extrathyroidal_extension=1e6)
    assert _stages(confined) == {"IVA"}
    assert _stages(extended) == {"IVB"}
    # Without extension only nodes can make it IVB, and only a distant lesion IVC.
    spreading = {**ALL_KINDS, "lodging_probability": 5e-3}
    in_the_neck = _stages(mechanisms(extrathyroidal_extension=0.0), **{**spreading, "detection_diameter": 1e9})
    assert "IVB" in in_the_neck
    assert "IVC" not in in_the_neck
    assert "IVC" in _stages(mechanisms(extrathyroidal_extension=0.0), **spreading)


def _stages(switches: dict[str, float], **parameters: float) -> set[str]:
    described = {**ALL_KINDS, **parameters, "seeding_spread": 0.0}
    cohort = simulated(20, mechanisms=switches, follow_up_days=1, **described)
    return {STAGES[index] for index in cohort.persons["stage"]}


def test_nodes_and_metastases_are_those_that_imaging_sees():
    cohort = simulated(150, follow_up_days=1, **ALL_KINDS)
    used = np.arange(cohort.lesions.shape[1]) < cohort.persons["lesion_count"][:, None]
    regional = np.isin(cohort.lesions["site"], [SITES.index(name) for name in REGIONAL])
    diameter = np.where(used, cohort.lesions["diameter_at_diagnosis"], 0.0)
    nodes = np.where(regional, diameter, 0.0).max(axis=1) >= 1.5
    distant = np.where(regional, 0.0, diameter).max(axis=1) >= 2.0
    assert 0.05 < distant.mean() < 0.95
    assert np.array_equal(cohort.persons["node_category"] > 0, nodes)
    assert np.array_equal(cohort.persons["metastasis_category"] > 0, distant)
