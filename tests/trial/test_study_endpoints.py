"""Endpoints of treated studies from tables made by hand, and which arm of a run stands for which published one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from paget import knowledge
from paget.knowledge.disease import Published
from paget.knowledge.published_arms import published_arms
from paget.scenario import built_in, load
from paget.scenario.study import study_of
from paget.trial.comparison import as_simulated, compare_arms
from paget.trial.dose_groups import dose_effects, reached_days
from paget.trial.endpoints import CohortView
from paget.trial.plan import parameter_values
from paget.trial.study_arms import Given, matches, standing_for, study_arms
from paget.trial.study_endpoints import SHOWN, endpoint_of, of_population, shown
from paget.trial.treatment import Radiotherapy

MONTH = 365.25 / 12.0
PEOPLE = list("abcdefgh")
SUBJECTS = pd.DataFrame(
    {
        "USUBJID": PEOPLE,
        "STAGE": ["IVB", "IVB", "IVC", "IVC", "IVC", "IVC", "IVA", "IVB"],
        "NSTAGE": "N0",
        "MSTAGE": "M0",
        "EXTRATHYROIDAL": True,
        "GENOTYPE": ["BRAF V600E;TP53", "BRAF V600E", "BRAF fusion", "", "NRAS", "TP53", "BRAF V600E", "RAS"],
        "PD_L1": 0.3,
        "PD_L1_MEASURED": [0.0, 0.009, 0.01, 0.3, 0.495, 0.5, 0.9, 1.0],
        "BOR": ["CR", "PR", "PR", "SD", "SD", "PD", "NE", ""],
        "BASELINE_SUM_MM": [50.0, 40.0, 60.0, 70.0, 0.0, 80.0, 80.0, np.nan],
        # h was lost before the start.
        "ENROLMENT_DAY": [10.0, 10.0, 20.0, 10.0, 10.0, 10.0, 10.0, np.nan],
        "RADIATION_GY": [66.0, 60.0, 58.0, 45.0, 44.0, 2.0, 0.0, 0.0],
        "LOCAL_TUMOUR": [False, False, True, True, True, False, True, True],
        "ALIVE": [True, False, False, False, False, False, False, False],
        "DEATH_CAUSE": ["", "airway obstruction", "brain metastasis", "haemorrhage or circulatory failure",
                        "cachexia from total burden", "brain metastasis", "airway obstruction", "brain metastasis"],
        "SYSTEMIC_DAY": np.nan,
    }
).set_index("USUBJID")  # fmt: skip


def table(name: str, people: str, months: list[float], censored: list[int]) -> pd.DataFrame:
    return pd.DataFrame(
        {"PARAMCD": name, "AVAL": np.array(months) * MONTH, "CNSR": censored}, index=pd.Index(list(people))
    )


@pytest.fixture
def view() -> CohortView:
    """Eight persons: a responds completely and lives, b and c in part; deaths at 3 to 18 months."""
    months = [24.0, 18.0, 12.0, 9.0, 8.0, 6.0, 4.0, 3.0]
    events = pd.concat([
        table("OS", "abcdefgh", months, [1, 0, 0, 0, 0, 0, 0, 0]),
        table("CSS", "abcdefgh", months, [1, 0, 0, 0, 0, 0, 0, 0]),
        table("PFS", "abcdefg", [20.0, 10.0, 7.0, 5.0, 4.0, 2.0, 1.0], [1, 0, 0, 0, 0, 0, 0]),
        table("TTP", "abcdefg", [20.0, 10.0, 7.0, 5.0, 4.0, 2.0, 1.0], [1, 0, 0, 1, 0, 0, 1]),
        table("DOR", "abc", [18.0, 8.0, 5.0], [1, 0, 0]),
    ])  # fmt: skip
    return CohortView.of(SUBJECTS, events)


BY_HAND = {
    # Of the seven who started:
    "ORR": 300 / 7,
    "DCR": 500 / 7,
    "CR": 100 / 7,
    "PR": 200 / 7,
    "SD": 200 / 7,
    "PD": 100 / 7,
    # Half of seven have progressed or died at 5 months; one of seven is left beyond 10.
    "PFS_median": 5.0,
    # Events at 2, 4, 7, 10 with 6, 5, 3, 2 at risk: 5/6, 4/6, 4/9, 2/9.
    "TTP_median": 7.0,
    # Of three responders two progress, at 5 and 8 months.
    "DoR_median": 8.0,
    "no_local_recurrence": 300 / 8,
    "share_neck_RT": 600 / 8,
    "OS_median": 8.0,
    # Airway and haemorrhage, of all eight and not of the dead alone.
    "death_local_failure": 300 / 8,
}
AT = {
    ("PFS_rate", 6.0): 300 / 7,
    ("TTP_rate", 6.0): 400 / 6,
    ("DoR_rate", 6.0): 200 / 3,
    ("OS_rate", 12.0): 200 / 8,
    ("OS_crude", 12.0): 200 / 8,
}


@pytest.mark.parametrize("endpoint", BY_HAND)
def test_endpoint(view, endpoint):
    value, low, high = endpoint_of(endpoint)(view, None)
    assert value == pytest.approx(BY_HAND[endpoint], rel=1e-12)
    assert not low > value
    assert not high < value


@pytest.mark.parametrize(("endpoint", "months"), AT)
def test_endpoint_at_a_time(view, endpoint, months):
    value, low, high = endpoint_of(endpoint)(view, months)
    assert value == pytest.approx(AT[endpoint, months], rel=1e-12)
    assert low < value < high


def test_one_reader_stands_for_all():
    plain = {name for name in SHOWN if name.split("_")[-1] not in ("investigator", "independent", "n")}
    assert plain == (set(BY_HAND) | {name for name, _ in AT}) - {"OS_median", "OS_rate", "death_local_failure"}
    for name in set(SHOWN) - plain:
        keywords = {**SHOWN[name].keywords}  # type: ignore[attr-defined]
        assert keywords == {**SHOWN[name.rsplit("_", 1)[0]].keywords}  # type: ignore[attr-defined]


def test_interval_of_a_response_rate_is_exact(view):
    # Clopper-Pearson of 3 in 7, from the beta distribution's table.
    assert endpoint_of("ORR")(view, None)[1:] == pytest.approx((9.8987, 81.5949), abs=1e-3)
    nobody = view.where(SUBJECTS["BOR"] == "")
    assert np.isnan(endpoint_of("ORR")(nobody, None)).all()


def test_what_the_tables_lack_is_not_shown(view):
    plain = CohortView(view.subjects, view.overall, view.cause_specific)
    assert all(shown(view, name) for name in SHOWN)
    assert not shown(plain, "PFS_median")
    assert not shown(plain, "DoR_rate")
    unseen = CohortView(SUBJECTS.assign(BOR="", ENROLMENT_DAY=np.nan), view.overall, view.cause_specific)
    assert not shown(unseen, "ORR")
    assert not shown(unseen, "share_neck_RT")
    assert not shown(view, "locoregional_PFS_rate")


POPULATIONS = {
    "ATC": "abcdefgh",
    "ATC locally adv/metastatic": "abcdefgh",
    "ATC IVA/B/C/X 10/18/24/4": "abcdefgh",
    "ATC M0 56%/M1 44%": "abcdefgh",
    "advanced TC": "abcdefgh",
    "ATC PD-L1 positive (>=1%)": "cdefgh",
    "ATC PD-L1 negative": "ab",
    "ATC PD-L1 >=50%": "fgh",
    "ATC PD-L1 1-49%": "cde",
    "BRAF V600E ATC, unresectable/metastatic, full cohort": "abg",
    "BRAF V600E ATC stage IVB 35%/IVC 65%": "abg",
    "ATC IVB": "abh",
}


@pytest.mark.parametrize("text", POPULATIONS)
def test_population(view, text):
    chosen = of_population(view, text)
    assert "".join(chosen.subjects.index) == POPULATIONS[text]
    assert "".join(chosen.overall.index) == POPULATIONS[text]
    assert set(chosen.times["PFS"].index) == set(POPULATIONS[text]) - {"h"}


TRIALS = {
    "atc-roar": ("ROAR2022", "dabrafenib+trametinib", "dabrafenib + trametinib"),
    "atc-spartalizumab": ("Capdevila2020", "spartalizumab 400 mg q4w", "spartalizumab"),
    "atc-lenvatinib": ("Wirth2021", "lenvatinib 24 mg QD", "lenvatinib"),
    "atc-lenvatinib-japan": ("HOPE2022", "lenvatinib 24 mg QD", "lenvatinib"),
    "atc-sorafenib": ("Savvides2013", "sorafenib 400 mg BID", "sorafenib"),
    "atc-sorafenib-japan": ("Ito2017", "sorafenib 400 mg BID", "sorafenib"),
    "atc-weekly-paclitaxel": ("Onoda2016", "paclitaxel 80 mg/m2 weekly", "paclitaxel"),
    "atc-doxorubicin": ("Shimaoka1985", "doxorubicin+cisplatin", "doxorubicin + cisplatin"),
    "atc-surgery-radiotherapy": ("Tennvall2002", "B: 1.3 Gy x2/d", "1.3 Gy twice daily"),
    "atc-chemoradiation": ("RTOG0912", "paclitaxel+IMRT66Gy+placebo", "paclitaxel + radiotherapy"),
    "atc-radiotherapy": ("MSK_RT_2020", "RT", "doxorubicin + radiotherapy"),
    "atc-radiation-dose-registry": ("Pezzi2017", "neck RT <45 Gy vs none", "66 Gy planned"),
}


def arms_of(name: str) -> dict[str, Given]:
    path = next(entry.path for entry in built_in() if entry.name == name)
    return study_arms(study_of(load(path)))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", TRIALS)
def test_arms_of_the_built_in_studies_stand_for_the_published_ones(name):
    study, arm, ours = TRIALS[name]
    assert standing_for(published_arms("atc")[study, arm], arms_of(name)) == (ours,)
    path = next(entry.path for entry in built_in() if entry.name == name)
    assert study in load(path).compare_with  # type: ignore[union-attr]


def test_arms_that_differ_do_not_stand_for_a_study():
    known = published_arms("atc")
    assert not standing_for(known["ROAR2022", "dabrafenib+trametinib"], arms_of("atc-lenvatinib"))
    assert not standing_for(known["RTOG0912", "paclitaxel+IMRT66Gy+placebo"], arms_of("atc-weekly-paclitaxel"))
    assert not standing_for(known["Onoda2016", "paclitaxel 80 mg/m2 weekly"], arms_of("atc-chemoradiation"))
    assert not standing_for(known["RTOG0912", "paclitaxel+IMRT66Gy+pazopanib"], arms_of("atc-chemoradiation"))
    assert standing_for(known["Tennvall2002", "all"], arms_of("atc-surgery-radiotherapy")) == (
        "1.0 Gy twice daily", "1.3 Gy twice daily", "1.6 Gy twice daily",
    )  # fmt: skip
    alone = Given(drugs=frozenset({"lenvatinib"}))
    wirth = known["Wirth2021", "lenvatinib 24 mg QD"]
    assert matches(wirth, alone)
    assert not matches(wirth, Given(drugs=frozenset({"lenvatinib"}), operated=True))
    assert not matches(wirth, Given(drugs=frozenset({"lenvatinib"}), dose_gy=30.0))
    # Operated or not, the arms of a series of radiation stand for it.
    assert matches(known["MSK_RT_2020", "RT"], Given(dose_gy=60.0, fraction_gy=2.0, operated=True))


def test_every_published_arm_is_one_of_a_published_row():
    rows = {(row.study_id, row.arm) for row in knowledge.published("atc")}
    assert set(published_arms("atc")) <= rows
    # What was given in a trial has an arm here; the rest are registries, autopsies and genotypes.
    treated = {(row.study_id, row.arm) for row in knowledge.published("atc") if row.block[0] in "DE68T"}
    assert treated - set(published_arms("atc")) == {("Pezzi2017", "all")}


def rows_of(study: str, endpoint: str) -> list[Published]:
    return [row for row in knowledge.published("atc") if (row.study_id, row.endpoint) == (study, endpoint)]


def test_a_row_is_compared_with_the_arm_that_prescribes_it(view):
    arms = {
        "watched": Given(),
        "both": Given(drugs=frozenset({"dabrafenib", "trametinib"})),
        "antibody": Given(drugs=frozenset({"spartalizumab"})),
    }
    nobody = view.where(SUBJECTS["BOR"] == "PD")
    views = {"watched": nobody, "both": view, "antibody": nobody}
    rows = rows_of("ROAR2022", "ORR_investigator") + rows_of("Wirth2021", "ORR") + rows_of("Wendler2016", "DSS_rate")
    found = compare_arms(views, rows, arms)
    assert [each.arm for each in found if each.published.study_id == "ROAR2022"] == ["both"]
    # Two of the three with BRAF V600E respond, which is outside of 38.1 to 72.1 % by little or not at all.
    assert found[0].simulated == pytest.approx(200 / 3)
    assert found[0].verdict == "hit"
    assert not [each for each in found if each.published.study_id == "Wirth2021"]
    assert {each.arm for each in found if each.published.study_id == "Wendler2016"} == {"watched"}


def test_pooled_results_count_every_arm(view):
    arms = {name: Given(frozenset({"doxorubicin"}), 46.0, size) for name, size in (("A", 1.0), ("B", 1.278))}
    one, other = view.where(SUBJECTS["STAGE"] == "IVB"), view.where(SUBJECTS["STAGE"] == "IVC")
    rows = [row for row in rows_of("Tennvall2002", "no_local_recurrence") if not row.arm.startswith("C")]
    found = {each.published.arm: each for each in compare_arms({"A": one, "B": other}, rows, arms)}
    assert found["all"].arm == "A + B"
    assert found["all"].simulated == pytest.approx(300 / 7)
    assert found["A: 1.0 Gy x2/d"].simulated == pytest.approx(200 / 3)
    assert found["B: 1.3 Gy x2/d"].simulated == pytest.approx(100 / 4)


def test_responses_of_those_who_can_be_measured_and_studies_of_other_patients(view):
    weekly = {"weekly": Given(drugs=frozenset({"paclitaxel"}))}
    found = compare_arms({"weekly": view}, rows_of("Onoda2016", "SD") + rows_of("Onoda2016", "OS_rate"), weekly)
    # e had nothing to measure: of six, one is stable; survival is of everybody who is in the tables.
    assert [each.simulated for each in found] == [pytest.approx(100 / 6), pytest.approx(500 / 8)]
    doxorubicin = {"one": Given(drugs=frozenset({"doxorubicin"}))}
    other = compare_arms({"one": view}, rows_of("Shimaoka1985", "ORR"), doxorubicin)
    assert [(each.verdict, each.simulated) for each in other] == [(None, pytest.approx(300 / 7))]
    assert "every kind" in other[0].note


def test_printed_numbers_of_patients_are_compared_as_shares():
    asked, note = as_simulated(rows_of("ROAR2022", "CR_n")[0])
    assert (asked.value, asked.unit) == (pytest.approx(100 * 3 / 36), "%")
    assert "3 of 36" in note


BEAM = Radiotherapy(66.0, 33, 1, 5, 0.0, ("thyroid",))


def test_days_on_which_a_dose_is_reached(view):
    here = Given(dose_gy=66.0, fraction_gy=2.0, beam=BEAM, delay_days=1.0)
    days = reached_days(view, here, [0.0, 45.0, 60.0])
    # First fraction a day after the start. 45 Gy need 23 fractions: four weeks and three days, 60 Gy six weeks of five.
    assert days[0].tolist() == [11.0, 11.0 + 4 * 7 + 2, 11.0 + 5 * 7 + 4]
    assert days[2, :2].tolist() == [21.0, 21.0 + 4 * 7 + 2]
    # c stopped at 58 Gy, d at 45, e at 44; g and h got nothing.
    assert np.isnan(days).sum(axis=1).tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    later = reached_days(view, Given(dose_gy=66.0, beam=BEAM, from_diagnosis=False), [0.0])
    assert later[0, 0] == 0.0


def immortal(n: int, seed: int) -> tuple[dict[str, CohortView], dict[str, Given]]:
    """A dose without any effect: deaths after 120 days in the mean, 66 Gy from a lognormal day on for who lives."""
    chance = np.random.default_rng(seed)
    death = np.ceil(chance.exponential(120.0, n))
    start = np.floor(30.0 * np.exp(chance.normal(size=n)))
    fractions = np.clip(np.floor((death - start) * 5 / 7), 0, 33)
    people = pd.Index([f"p{number}" for number in range(n)])
    subjects = pd.DataFrame(
        {"RADIATION_GY": 2.0 * fractions, "ENROLMENT_DAY": np.where(start < death, start, np.nan)}, index=people
    )
    times = pd.DataFrame({"AVAL": death, "CNSR": 0}, index=people)
    view = CohortView(subjects, times, times)
    arms = {"dosed": Given(dose_gy=66.0, fraction_gy=2.0, beam=BEAM), "none": Given()}
    return {"dosed": view, "none": view}, arms


def test_immortal_time_is_in_the_naive_ratio_and_not_in_the_landmark():
    views, arms = immortal(1500, 1)
    groups = [row for (study, _), row in published_arms("atc").items() if study == "Pezzi2017"]
    found = dose_effects(views, arms, "dosed", groups)
    high = found["neck RT 60-75 Gy vs none"]
    assert high.naive.high < 0.5
    assert high.landmark.low < 1.0 < high.landmark.high
    assert high.landmark.high < 1.5
    assert high.planned is not None
    assert high.planned.value == pytest.approx(1.0)
    begun = views["dosed"].subjects
    begun = begun["ENROLMENT_DAY"][begun["RADIATION_GY"] > 0]
    assert high.day == np.ceil(begun.median() + 6 * 7 + 3)
    rows = [row for row in rows_of("Pezzi2017", "OS_HR") if row.arm in found]
    compared = compare_arms(views, rows, arms)
    assert [each.simulated for each in compared] == [found[row.arm].naive.value for row in rows]
    assert "planned in the same persons: 1.00" in compared[2].note
    assert compare_arms(views, rows, {"dosed": Given(), "none": Given()}) == []


def test_supportive_care_of_a_scenario_reaches_the_model():
    path = next(entry.path for entry in built_in() if entry.name == "atc-supportive-care")
    study = study_of(load(path))  # type: ignore[arg-type]
    values = parameter_values(study)
    assert (values["airway_policy"], values["nutrition_support"]) == (2.0, 1.0)
    off = parameter_values(replace(study, design=replace(study.design, tracheostomy=False, nutrition=False)))
    assert (off["airway_policy"], off["nutrition_support"]) == (0.0, 0.0)
    own = parameter_values(replace(study, parameters={"nutrition_support": 0.5}))
    assert own["nutrition_support"] == 0.5
