import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paget.errors import InputError
from paget.scenario import (
    built_in,
    content_hash,
    default_directory,
    find,
    load,
    parameter_values,
    read,
    resolved,
    resolved_yaml,
    slug,
)
from paget.scenario.schema import schema_text
from paget.scenario.templates import kinds, template
from paget.scenario.units import SPELLINGS, TABLE, registry, split

FULL = """
paget: 1
kind: trial
name: everything
disease: atc
patients: 1e2
seed: 5
eligibility:
  braf: V600E
  TP53: [any]
  TERT: wild type
  stage: [IVB, stage IVC]
  ECOG: {max: 2}
  age: {min: 18 years, max: 960 months}
  sex: F
  metastatic: no
  diameter: {min: 2 cm, max: 120 mm}
  pd-l1: {min: 1 %, max: 100 %, assay: sp142}
follow_up: 2 years
arms:
  - {name: a, lines: []}
  - name: b
endpoints: [OS, DSS]
compare_with: [Kebebew2005]
mechanisms: {extravasation: off, shedding: on, arrest: 0.4, Angiogenesis: true}
parameters: {small_lesion_doubling_time: 2 weeks, lymph_share: 0.3, lethal_lung_volume: 80 cm^3}
cohort: {detection: 10 mm, clock: diagnosis, registry: MDACC}
"""


def test_everything_that_a_trial_can_say():
    trial = read(FULL)
    assert trial.patients == 100
    assert trial.follow_up_days == pytest.approx(730.5)
    assert trial.eligibility.genes == {"BRAF": ("V600E",), "TP53": ("any",), "TERT": ("wild type",)}
    assert trial.eligibility.stage == ("IVB", "IVC")
    assert trial.eligibility.ecog[1] == 2
    assert trial.eligibility.age_years == pytest.approx((18, 80))
    assert trial.eligibility.diameter_mm == (20, 120)
    assert (trial.eligibility.sex, trial.eligibility.metastatic) == ("female", False)
    assert trial.eligibility.pd_l1_share == (0.01, 1.0)
    assert trial.eligibility.pd_l1_assay == "SP142"
    assert trial.endpoints == ("OS", "CSS")
    assert trial.mechanisms == {"extravasation": 0, "shedding": 1, "arrest": 0.4, "angiogenesis": 1}
    expected = {"small_lesion_doubling_time": 14, "lymph_share": 0.3, "lethal_lung_volume": 80}
    assert parameter_values(trial) == pytest.approx(expected)
    assert trial.cohort.detection_mm == 10


@pytest.mark.parametrize("name", [entry.name for entry in built_in()])
def test_built_in_scenarios(name):
    scenario = load(find(name))
    assert scenario.description
    assert read(resolved_yaml(scenario)) == scenario


@pytest.mark.parametrize("kind", kinds())
def test_templates_are_valid_and_round_trip(kind):
    scenario = read(template(kind))
    assert scenario.kind == kind
    assert read(resolved_yaml(scenario)) == scenario


@pytest.mark.parametrize("kind", kinds())
def test_templates_are_valid_with_every_comment_taken_out(kind):
    """The keys that the template shows commented out are valid too."""
    lines = []
    for line in template(kind).splitlines():
        commented = (line.startswith("#") and not line.startswith("# ")) or line.startswith("#  ")
        lines.append(line[1:] if commented else line)
    assert read("\n".join(lines)).mechanisms


def test_round_trip_of_everything():
    trial = read(FULL)
    assert read(resolved_yaml(trial)) == trial
    assert list(resolved(trial))[:2] == ["paget", "kind"]


def test_hash_does_not_depend_on_layout_but_on_content():
    one = read("paget: 1\nkind: trial\nname: a\npatients: 7\n")
    two = read("{kind: trial, patients: 7, 'name': a, paget: 1}")
    assert content_hash(one) == content_hash(two)
    assert content_hash(one) != content_hash(read("paget: 1\nkind: trial\nname: a\npatients: 8\n"))


def test_overrides():
    found = read(FULL, overrides=["patients=3", "arms[1].name=c", "mechanisms.shedding=0.2", "arms.0.name=d"])
    assert found.patients == 3
    assert [arm.name for arm in found.arms] == ["d", "c"]
    assert found.mechanisms["shedding"] == 0.2
    assert read(FULL, overrides=["cohort={detection: 3 mm}"]).cohort.detection_mm == 3
    assert read(FULL, overrides=["arms[2].name=e"]).arms[2].name == "e"


def test_scenarios_are_frozen():
    with pytest.raises(Exception, match="frozen"):
        read(FULL).patients = 3


def test_patient_genotypes_in_both_spellings():
    head = "paget: 1\nkind: patient\nname: a\n"
    one, two = read(head + "genotype: [BRAF V600E, tp53]"), read(head + "genotype: {BRAF: V600E, TP53: mutated}")
    assert one.genotype == two.genotype == {"BRAF": "V600E", "TP53": "any"}
    assert content_hash(one) == content_hash(two)
    assert resolved(one)["genotype"] == ["BRAF V600E", "TP53"]


def test_a_group_of_genes_stands_for_its_members():
    head = "paget: 1\nkind: trial\nname: a\n"
    assert read(head + "eligibility: {RAS: any}\n").eligibility.genes == {"RAS": ("any",)}
    assert read(head + "eligibility: {RAS: any}\ncohort: {registry: Tiedje2017}\n").cohort.registry == "Tiedje2017"
    with pytest.raises(InputError, match="Write RAS"):
        read(head + "eligibility: {NRAS: any}\n")


def test_benign_disease_knows_no_genotypes():
    with pytest.raises(InputError, match="no frequency of altered BRAF"):
        read("paget: 1\nkind: trial\nname: a\ndisease: benign\neligibility: {BRAF: any}\n")


@pytest.mark.parametrize("spelling", sorted(SPELLINGS))
def test_table_of_units_agrees_with_pint(spelling):
    dimension, factor = SPELLINGS[spelling]
    known = {"ml": "mL", "cm3": "cm^3", "mm3": "mm^3", "1": "dimensionless", "%": "percent"}
    target = TABLE[dimension][0]
    wanted = registry().Quantity(1.0, known.get(spelling, spelling)).to(known.get(target, target)).magnitude
    assert factor == pytest.approx(wanted, rel=1e-12)


def test_spelling_of_quantities():
    assert split("5 µm") == (5, "um")
    assert split("5mm") == (5, "mm")
    assert split("1e2 d") == (100, "d")
    assert read("paget: 1\nkind: trial\nname: a\nfollow_up: 1000 h\n").follow_up_days == pytest.approx(1000 / 24)
    assert read("paget: 1\nkind: trial\nname: a\nfollow_up: 6e6 s\n").follow_up_days == pytest.approx(6e6 / 86400)


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=80))
def test_slug_is_always_a_safe_name(name):
    text = slug(name)
    assert text
    assert set(text) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert len(text) <= 60
    assert not text.startswith("-")


@pytest.mark.parametrize(
    ("name", "expected"), [("../../etc/passwd", "etc-passwd"), ("CON", "run-con"), ("日本", "run"), ("Äpfel", "apfel")]
)
def test_slug(name, expected):
    assert slug(name) == expected


def test_default_directory():
    scenario = load(find("atc-natural-history"))
    assert default_directory(scenario) == Path("atc-natural-history-1")
    assert default_directory(scenario, 7) == Path("atc-natural-history-7")


def test_published_schema_is_current():
    """``python -c 'from paget.scenario.schema import schema_text; print(schema_text(), end="")'`` writes it."""
    path = Path(__file__).parents[2] / "docs" / "scenario.schema.json"
    assert path.read_text("utf-8") == schema_text()
    schema = json.loads(schema_text())
    assert {"Trial", "Patient"} <= set(schema["$defs"])
    assert "genes" not in schema["$defs"]["Eligibility"]["properties"]
