"""The course reads what cells do from the response tables of their network, by genotype and lack of oxygen."""

from __future__ import annotations

import numpy as np
import pytest

from body.cohorts import TO_DIAGNOSIS, simulated
from paget.signalling.response_table import NO_CLASS, load
from paget.trial.plan import Prescribed, Study, plan

USUAL = 0.38
"""Hypoxic share at which the rates of the disease hold."""


def compiled(disease: str = "atc", **given: object):
    return plan(Study("tables", disease, 1, 2, ("only",), TO_DIAGNOSIS, **given))  # pyright: ignore[reportArgumentType]


def test_every_genotype_that_can_be_drawn_has_a_class_of_the_network():
    found = compiled()
    labels = found.alterations
    both = sum(1 << labels.index(label) for label in ("BRAF V600E", "RAS"))
    assert found.clone_of_genotype[both] == NO_CLASS
    assert found.clone_of_genotype[0] != NO_CLASS
    one = [found.clone_of_genotype[1 << labels.index(label)] for label in ("BRAF V600E", "RAS", "TP53")]
    assert len({*one, found.clone_of_genotype[0]}) == 4
    assert np.sum(found.clone_of_genotype != NO_CLASS) > 100


def test_phenotypes_are_relative_to_the_usual_lack_of_oxygen():
    found = compiled()
    oxic, hypoxic = found.clones[:, 0], found.clones[:, 1]
    assert oxic["proliferation"] == pytest.approx(1.0)
    assert hypoxic["proliferation"] == pytest.approx(1.0)
    assert oxic["invasiveness"] + USUAL * (hypoxic["invasiveness"] - oxic["invasiveness"]) == pytest.approx(1.0)
    table = load("atc", [["BRAF V600E", "TP53"]])
    own = table.phenotypes(hypoxia=1.0)["invasiveness"] / table.phenotypes(hypoxia=USUAL)["invasiveness"]
    labels = found.alterations
    place = found.clone_of_genotype[sum(1 << labels.index(label) for label in ("BRAF V600E", "TP53"))]
    assert hypoxic["invasiveness"][place] == pytest.approx(own[table.class_of(["BRAF V600E", "TP53"])])


def test_a_prescribed_genotype_needs_no_other_class():
    found = compiled(prescribed=Prescribed(genotype=("BRAF V600E", "RAS")))
    assert len(found.clones) == 1
    assert np.sum(found.clone_of_genotype != NO_CLASS) == 1


def test_invasiveness_follows_the_lack_of_oxygen():
    cohort = simulated(6, follow_up_days=60)
    person = cohort.persons
    change = person["hypoxia"] * (person["invasiveness_hypoxic"] - person["invasiveness_oxic"])
    assert person["invasiveness"] == pytest.approx(person["invasiveness_oxic"] + change, rel=1e-12)
    assert np.any(person["invasiveness_hypoxic"] != person["invasiveness_oxic"])
    breathing = simulated(6, mechanisms={"hypoxia": 0.0}, follow_up_days=60).persons
    assert breathing["invasiveness"] == pytest.approx(breathing["invasiveness_oxic"])


def test_a_disease_without_a_network_keeps_its_cited_phenotypes():
    found = compiled("benign")
    assert found.clones["invasiveness"] == pytest.approx(0.0)
