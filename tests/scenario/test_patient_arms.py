"""Arms of one patient: read as those of a trial, lived through as twins."""

from __future__ import annotations

from paget.scenario import read, resolved
from paget.scenario.study import study_of
from paget.trial.treatment import TWINS

HEAD = "paget: 1\nkind: patient\nname: a\ngenotype: [BRAF V600E, TP53]\n"
ARMS = """arms:
  - {name: none, lines: []}
  - name: pair
    lines:
      - drugs: [dabrafenib 150 mg every 12 h oral, trametinib 2 mg every 24 h oral]
        until: [progression, unacceptable toxicity]
supportive_care: {tracheostomy: when obstructed, nutrition: on}
"""


def test_a_patient_is_untreated_and_unscanned_unless_the_scenario_says_otherwise():
    patient = read(HEAD)
    assert [arm.lines for arm in patient.arms] == [()]
    assert patient.scans is None
    assert study_of(patient).design.scan_days == ()


def test_treatment_of_a_patient_brings_scans_and_twins():
    patient = read(HEAD + "futures: 7\n" + ARMS)
    study = study_of(patient)
    assert study.arms == ("none", "pair")
    assert study.patients == 7
    assert study.design.kind == TWINS
    assert study.design.scan_days[:2] == (0, 56)
    assert study.design.tracheostomy
    assert study.design.nutrition
    assert list(study.protocols) == ["pair"]
    assert study.prescribed.genotype == ("BRAF V600E", "TP53")
    assert resolved(patient)["scans"] == "every 8 weeks"


def test_endpoints_that_are_seen_on_scans_bring_them_too():
    assert study_of(read(HEAD + "endpoints: [PFS]\n")).design.scan_days[:2] == (0, 56)


def test_switches_and_parameters_of_one_arm():
    arms = "arms: [{name: a}, {name: b, mechanisms: {mutation: off}, parameters: {brake_rate: 0.02 1/d}}]\n"
    study = study_of(read(HEAD + arms))
    assert study.arm_mechanisms == {"b": {"mutation": 0.0}}
    assert study.arm_parameters == {"b": {"brake_rate": 0.02}}
