"""Cohort presets: their data, what a scenario makes of them, and what it says when one is wrong."""

from __future__ import annotations

import itertools

import pytest

from paget import knowledge
from paget.errors import InputError
from paget.knowledge.cohorts import CARE_OPTIONS, all_cohorts, care_shares, cohort_of_study, cohorts
from paget.patient.staging import STAGES, TUMOUR_CATEGORIES, stage
from paget.scenario import find, load, read, resolved_yaml
from paget.scenario.cohort import Cohort, settings
from paget.scenario.study import study_of

HEAD = "paget: 1\nkind: trial\nname: a\n"
PRESETS = tuple(all_cohorts())


def written(section: str, more: str = ""):
    return read(f"{HEAD}cohort: {section}\n{more}")


def test_the_registries_that_are_compared_have_presets():
    studies = {preset.study_id for preset in cohorts("atc").values()}
    expected = {"Kebebew2005", "Onoda2020", "LeeJS2022", "Pezzi2017", "Wendler2016", "Maniakas2020", "Song2020"}
    assert studies == expected
    assert studies <= {row.study_id for row in knowledge.published("atc")}
    assert cohorts("benign") == {}


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_cites_known_sources_genotypes_and_care(name):
    preset = cohorts("atc")[name]
    assert {preset.study_id, *preset.source.split(";")} <= set(knowledge.sources())
    registries = {row.registry for row in knowledge.genotypes("atc")}
    assert preset.genotype_registry is None or preset.genotype_registry in registries
    assert preset.era_from is None or preset.era_from < preset.era_to
    if preset.care is not None:
        assert tuple(care_shares("atc", preset.care)) == CARE_OPTIONS


def test_detection_follows_the_era():
    limits = {name: cohorts("atc")[name].detection_mm for name in PRESETS}
    assert limits["SEER-1973-2000"] == 10.0
    assert limits["Gangnam-2004-2022"] == 3.0
    assert limits["Japan"] == limits["MDACC-2000-2013"] == 5.0


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_parses_and_its_resolved_scenario_is_the_same(name):
    scenario = written(f"{{preset: {name.lower()}}}")
    preset = cohorts("atc")[name]
    assert scenario.cohort.preset == name
    assert scenario.cohort.detection_mm == preset.detection_mm
    assert scenario.cohort.registry == preset.genotype_registry
    assert read(resolved_yaml(scenario)) == scenario
    study = study_of(scenario)
    assert study.parameters["detection_diameter"] == preset.detection_mm
    assert study.parameters["node_detection_diameter"] == preset.node_detection_mm
    assert study.registry == preset.genotype_registry
    assert study.entry.stages == preset.stages
    of = settings(scenario.cohort, "atc")
    assert (of.study_id, of.care, of.operated) == (preset.study_id, preset.care, preset.operated)
    assert of.landmark_days == preset.landmark_days
    assert of.nodes_raise_stage == (preset.stage_edition == 8)


def test_what_is_written_beside_a_preset_wins():
    scenario = written("{preset: SEER-1973-2000, detection: 4 mm, registry: Tiedje2017, care: off}")
    assert scenario.cohort.detection_mm == 4.0
    study = study_of(scenario)
    assert study.parameters["detection_diameter"] == 4.0
    assert study.registry == "Tiedje2017"
    assert settings(scenario.cohort, "atc").care is None
    assert settings(written("{preset: SEER-1973-2000, care: on}").cohort, "atc").care == "population"
    stages = written("{preset: SEER-IVC-1998-2015}", "eligibility: {stage: IVB}\n")
    assert study_of(stages).entry.stages == ("IVB",)
    size = written("{preset: Japan}", "parameters: {presentation_diameter: 5 cm}\n")
    assert study_of(size).parameters["presentation_diameter"] == pytest.approx(50.0)


def test_a_size_factor_multiplies_the_diseases_own_median():
    record = knowledge.parameters("atc")["presentation_diameter"]
    assert record.unit == "cm"
    for name in PRESETS:
        factor = cohorts("atc")[name].size_factor
        found = study_of(written(f"{{preset: {name}}}")).parameters.get("presentation_diameter")
        assert found is None if factor == 1.0 else found == pytest.approx(10.0 * record.value * factor)


def test_without_a_preset_nothing_changes_and_there_is_no_care():
    assert settings(Cohort(), "atc").care is None
    assert settings(Cohort(), "atc").stages == ()
    assert study_of(read(HEAD)).parameters == {}
    assert written("{detection: 5 mm}").cohort.detection_mm == 5.0


@pytest.mark.parametrize(
    ("section", "more", "message"),
    [
        ("{preset: SEER-1973-2001}", "", 'cohort.preset: cohort preset "SEER-1973-2001" is unknown. Did you mean SEER'),
        ("{preset: Atlantis}", "", "Known: Gangnam-2004-2022, Germany-2000-2015, Japan"),
        ("{preset: Japan}", "disease: benign\n", 'cohort: cohort preset "Japan" is not one of disease benign'),
        ("{care: on}", "", "cohort: care is that of a registry and no preset is named"),
        ("{preset: Japan, care: perhaps}", "", "cohort.care"),
        ("{preset: 7}", "", "cohort.preset: 7 is not text"),
        ("{presett: Japan}", "", "Did you mean preset?"),
    ],
)
def test_wrong_sections_are_refused_in_one_sentence(section, more, message):
    with pytest.raises(InputError) as caught:
        written(section, more)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("scenario:4:")


@pytest.mark.parametrize(
    ("name", "study"), [("atc-seer", "Kebebew2005"), ("atc-japan", "Onoda2020"), ("atc-gangnam", "LeeJS2022")]
)
def test_built_in_cohorts_are_compared_with_their_own_study(name, study):
    scenario = load(find(name))
    assert scenario.compare_with == (study,)
    assert cohort_of_study("atc", study).id == scenario.cohort.preset


def test_an_unknown_mix_of_care_names_the_known_ones():
    with pytest.raises(InputError, match="population"):
        care_shares("atc", "populatoin")


@pytest.mark.parametrize("mix", ["population", "tertiary"])
def test_shares_of_care_sum_to_the_whole_and_fall_with_stage(mix):
    rows = care_shares("atc", mix)
    for column in range(3):
        assert sum(row.percents[column] for row in rows.values()) == pytest.approx(100.0, abs=0.02)
    operated = [
        sum(rows[option].percents[column] for option in ("surgery", "surgery and radiochemotherapy"))
        for column in range(3)
    ]
    assert operated == sorted(operated, reverse=True)


def test_population_care_has_the_printed_margins():
    """Kebebew2005: 64 % operated, 63 % irradiated, extents 8, 38, 43 of 89; Pezzi2017: 47.6 % of the unresected."""
    rows = care_shares("atc", "population")
    mix = [8 / 89, 38 / 89, 43 / 89]

    def margin(*options: str) -> float:
        return sum(share * rows[option].percents[place] for place, share in enumerate(mix) for option in options)

    assert margin("surgery", "surgery and radiochemotherapy") == pytest.approx(64.0, abs=0.1)
    irradiated = margin("radiotherapy", "radiochemotherapy", "surgery and radiochemotherapy")
    assert irradiated == pytest.approx(63.0, abs=0.1)
    unresected = margin("radiotherapy", "radiochemotherapy")
    assert unresected / 36.0 == pytest.approx(0.476, abs=0.002)


def test_tertiary_care_has_the_printed_margins():
    """Brignardello2014: 41 of 55 operated, 31 of 55 IVC and no IVA; Prasongsook2017: 30 of 48 multimodal."""
    rows = care_shares("atc", "tertiary")

    def margin(option: str) -> float:
        return (24 * rows[option].ivb_percent + 31 * rows[option].ivc_percent) / 55

    both = margin("surgery and radiochemotherapy")
    assert both == pytest.approx(62.5, abs=0.1)
    assert both + margin("surgery") == pytest.approx(100 * 41 / 55, abs=0.1)


def older_group(category: str, nodes: bool, distant: bool) -> str:
    """AJCC 6 and 7 from their text: T4a within the thyroid IVA, T4b beyond it IVB, M1 IVC, any N."""
    if distant:
        return "IVC"
    return "IVB" if category in ("T3b", "T4") else "IVA"


def test_older_editions_leave_nodal_disease_within_the_thyroid_in_iva():
    moved = set()
    for tumour, nodes, distant in itertools.product(range(len(TUMOUR_CATEGORIES)), (False, True), (False, True)):
        category = TUMOUR_CATEGORIES[tumour]
        groups = {}
        for preset in (cohorts("atc")["Germany-2000-2015"], cohorts("atc")["Japan"]):
            counted = int(nodes) * int(preset.nodes_raise_stage)
            groups[preset.stage_edition] = STAGES[stage(tumour, counted, int(distant))]
        assert groups[7] == older_group(category, nodes, distant)
        if groups[7] != groups[8]:
            moved.add((category, nodes, distant, groups[7], groups[8]))
    assert moved == {(category, True, False, "IVA", "IVB") for category in ("T1", "T2", "T3a")}
