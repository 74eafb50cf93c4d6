"""What treatment does to patients of the inventory: effect, direction, and a control on which nothing happens.

Effects on tumours are read in twins that get a thousandth of a dose, so that nothing but the drug differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from scipy import stats

from paget import knowledge
from paget.patient.death import CAUSES
from paget.therapy.surgery import MARGINS, NERVE_PALSY
from paget.trial.cohort import Cohort
from paget.trial.plan import Entry
from paget.trial.treatment import PROGRESSION, RESECTABLE, Design, Line, Protocol
from trial.treated import (
    BRAF_P53,
    UNTREATED,
    beam,
    compiled,
    described,
    dosing,
    knife,
    line,
    protocol,
    simulated,
    survival,
    when,
    written,
)

PATIENTS = 48
RAS_P53 = ("RAS", "TP53")
AIRWAY, LUNG, BRAIN, LIVER, EFFUSION, CACHEXIA, HAEMORRHAGE, OTHER, TREATMENT = range(len(CAUSES))
LOCAL, METASTATIC = (AIRWAY, HAEMORRHAGE), (LUNG, BRAIN, LIVER, EFFUSION)
PAIR = ("dabrafenib 150 mg every 12 h oral", "trametinib 2 mg every 24 h oral")
TRACE_PAIR = ("dabrafenib 0.15 mg every 12 h oral", "trametinib 0.002 mg every 24 h oral")
SCANS = tuple(range(0, 366, 28))

Switches = Mapping[str, float]


def treated(switches: Switches, given: Protocol = UNTREATED, patients: int = PATIENTS, **more: Any) -> Cohort:
    """A year of patients with one genotype."""
    return simulated(patients, given, **{"genotype": BRAF_P53, "mechanisms": switches, **more})


def immortal(switches: Switches, drug: str, days: int = 42, patients: int = 30, **more: Any) -> Cohort:
    """The same persons' tumours after six weeks of a drug, whatever they would die of."""
    alive = {"death": 0.0, "background_mortality": 0.0, "toxicity": 0.0}
    return treated({**alive, **switches}, protocol(drug), patients, follow_up_days=days, **more)


def shrinkage(drug: str, dose: str, switches: Switches, **more: Any) -> np.ndarray:
    """Log ratio: the primary's cells under a dose over those under a thousandth of it, after six weeks."""
    number, rest = dose.split(" ", 1)
    full = immortal(switches, f"{drug} {dose}", **more)
    trace = immortal(switches, f"{drug} {float(number) / 1000:g} {rest}", **more)
    return np.log(full.persons["primary_cells"] / trace.persons["primary_cells"])


def one_year(cohort: Cohort) -> float:
    """Mean survival in days, restricted to a year."""
    return float(survival(cohort).mean())


def deaths_by(cohort: Cohort, causes: tuple[int, ...]) -> float:
    """Share who died of one of the causes."""
    return float(np.isin(cohort.persons["cause"], causes).mean())


# --- local treatment and chemotherapy ---------------------------------------------------------------------------------

OPERATION = Protocol((Line("operation", surgery=knife()),))
RADIATION = Protocol((Line("radiation", radiotherapy=beam()),))
CHEMOTHERAPY = protocol("paclitaxel 80 mg/m2 every 7 d iv")
COMBINED = Protocol(
    (
        Line("operation", surgery=knife()),
        Line("radiation", dosings=(dosing("paclitaxel 80 mg/m2 every 7 d iv for 6 cycles"),), radiotherapy=beam()),
    )
)


@pytest.mark.inventory("ATC-7", off="surgery", scale="trial")
def test_an_operation_delays_death_and_rarely_prevents_it(mechanisms):
    switches = mechanisms()
    none, operated = treated(switches), treated(switches, OPERATION)
    assert one_year(operated) > one_year(none) + 30.0
    assert np.mean(operated.persons["alive"] == 0) > 0.6
    # Where no tumour is, nothing comes of it but the risks of an operation.
    elsewhere = treated(switches, Protocol((Line("operation", surgery=knife("kidney")),)), surgical_mortality=0.0)
    assert one_year(elsewhere) < one_year(none) + 10.0


@pytest.mark.inventory("ATC-7", off="radiation", scale="trial")
def test_radiation_of_the_neck_delays_death_and_rarely_prevents_it(mechanisms):
    switches = mechanisms()
    none, irradiated = treated(switches), treated(switches, RADIATION)
    assert one_year(irradiated) > one_year(none) + 50.0
    assert np.mean(irradiated.persons["alive"] == 0) > 0.6
    elsewhere = treated(switches, Protocol((Line("radiation", radiotherapy=beam("kidney")),)))
    assert abs(one_year(elsewhere) - one_year(none)) < 10.0


@pytest.mark.inventory("ATC-7", off="cytotoxic_kill", scale="trial")
def test_chemotherapy_delays_death_and_rarely_prevents_it(mechanisms):
    switches = mechanisms()
    none, given = treated(switches), treated(switches, CHEMOTHERAPY)
    assert one_year(given) > one_year(none) + 30.0
    assert np.mean(given.persons["alive"] == 0) > 0.6
    trace = treated(switches, protocol("paclitaxel 0.08 mg/m2 every 7 d iv"))
    assert abs(one_year(trace) - one_year(none)) < 10.0


@pytest.mark.inventory("ATC-7", off="radiation", scale="trial")
def test_all_together_leave_less_tumour_than_each_alone_and_cure_few(mechanisms):
    switches = mechanisms()
    each = [treated(switches, given) for given in (OPERATION, RADIATION, CHEMOTHERAPY)]
    together = treated(switches, COMBINED)
    left = [deaths_by(cohort, LOCAL) for cohort in (*each, together)]
    assert left[-1] < min(left[:2]) - 0.04
    assert left[-1] < left[2] - 0.4
    assert np.mean(together.persons["alive"] == 0) > 0.6


@pytest.mark.inventory("ATC-13", off="radiation", scale="trial")
def test_radiation_controls_the_neck_and_patients_die_of_metastases(mechanisms):
    switches = mechanisms()
    none, irradiated = treated(switches), treated(switches, RADIATION)
    assert deaths_by(none, LOCAL) > 0.7
    assert deaths_by(irradiated, LOCAL) < deaths_by(none, LOCAL) - 0.4
    assert deaths_by(irradiated, METASTATIC) > deaths_by(none, METASTATIC) + 0.4
    # Without metastases nobody dies of them instead.
    spared = treated({**switches, "shedding": 0.0}, RADIATION)
    assert deaths_by(spared, METASTATIC) == 0.0


def log_kill(switches: Switches, days: int, *sites: str, **schedule) -> float:
    """Mean ln kill of the primary by a schedule, over the same persons with the kidney in its field."""
    alive = {"death": 0.0, "background_mortality": 0.0, "toxicity": 0.0}
    cells = [
        treated(
            {**alive, **switches}, Protocol((Line("radiation", radiotherapy=beam(*where, **schedule)),)),
            follow_up_days=days, patients=30,
        ).persons["primary_cells"]
        for where in (("kidney",), sites or ("thyroid",))
    ]  # fmt: skip
    return float(np.mean(np.log(cells[0] / np.maximum(cells[1], 1.0))))


@pytest.mark.inventory("DRG-38", off="radiation", scale="trial")
def test_radiation_kills_by_dose_fraction_and_time(mechanisms):
    switches = mechanisms()
    low, high = (log_kill(switches, 14, dose=dose, fractions=10) for dose in (20.0, 40.0))
    assert low > 1.5
    # Twice the dose per fraction is more than twice the kill: the quadratic term.
    assert high > 2.0 * low
    conventional = log_kill(switches, 50, dose=66.0, fractions=33)
    hyperfractionated = log_kill(switches, 50, dose=66.0, fractions=55, a_day=2)
    stereotactic = log_kill(switches, 14, dose=40.0, fractions=5)
    assert conventional > low
    assert 0.0 < hyperfractionated
    assert stereotactic > high
    assert log_kill(switches, 14, "lung", dose=20.0, fractions=10) == pytest.approx(0.0, abs=0.02)


@pytest.mark.inventory("DRG-38", off="radiation", scale="trial")
def test_a_wide_field_holds_metastases_that_a_field_of_the_neck_leaves(mechanisms):
    switches = {"death": 0.0, "background_mortality": 0.0, "toxicity": 0.0, **mechanisms()}
    wide = Protocol((Line("radiation", radiotherapy=beam("thyroid", "cervical_nodes", "lung", dose=20, fractions=10)),))
    neck = Protocol((Line("radiation", radiotherapy=beam(dose=20.0, fractions=10)),))
    volumes = [treated(switches, given, follow_up_days=28).persons["volume_lung"] for given in (wide, neck)]
    bearing = volumes[1] > 100.0
    assert bearing.sum() >= 10
    assert np.median(volumes[0][bearing] / volumes[1][bearing]) < 0.5


@pytest.mark.inventory("DRG-38", off="radiation", scale="trial")
def test_radiation_adds_to_an_antibody_against_pd_1(mechanisms):
    switches = {"death": 0.0, "background_mortality": 0.0, "toxicity": 0.0, **mechanisms()}
    field = beam(dose=20.0, fractions=10)
    given = (
        line("spartalizumab 400 mg every 28 d iv"),
        Line("both", dosings=(dosing("spartalizumab 400 mg every 28 d iv"),), radiotherapy=field),
    )
    alone, both = (
        treated(switches, Protocol((each,)), follow_up_days=28, **INFILTRATED).persons["primary_cells"]
        for each in given
    )
    assert np.median(np.log(both / alone)) < -1.0


# --- resection and stage ----------------------------------------------------------------------------------------------

PERFECT: dict[str, Any] = {
    "gross_residual_confined": 0.0,
    "gross_residual_extended": 0.0,
    "gross_residual_infiltrating": 0.0,
    "free_margin_confined": 1.0,
    "free_margin_extended": 1.0,
    "free_margin_infiltrating": 1.0,
    "clear_resection_share": 1.0,
    "surgical_mortality": 0.0,
}
"""Every operation leaves no cell in the neck."""


def cancer_cells(cohort: Cohort) -> np.ndarray:
    """Cancer cells in each person at the end, dormant ones and lines of a few cells among them."""
    recorded = np.arange(cohort.lesions.shape[1]) < cohort.persons["lesion_count"][:, None]
    large = np.where(recorded, np.floor(np.exp(cohort.lesions["log_cells"])), 0.0).sum(axis=1)
    small = cohort.micro[:, 1].sum(axis=(1, 2)) + cohort.sites["dormant"].sum(axis=1)
    return cohort.persons["primary_cells"] + large + small + cohort.persons["crowd_count"]


@pytest.mark.inventory("CAS-7", off="surgery", scale="trial")
@pytest.mark.inventory("CAS-7", off="colonisation", scale="trial")
def test_resection_cures_only_those_whose_tumour_has_not_spread(mechanisms):
    """Half the seeding for more people without founders: whoever has lasting founders elsewhere is not cured."""
    switches = mechanisms()
    sparse: dict[str, Any] = {
        "lodging_probability": 4e-5,
        "seeding_spread": 3.5,
        "diameter_mm": 45.0,
        "detection_diameter": 3.0,
        "follow_up_days": 1095,
    }
    cohort = treated(switches, OPERATION, 120, **PERFECT, **sparse)
    person = cohort.persons
    cured = cancer_cells(cohort) == 0.0
    metastatic = person["metastasis_category"] == 1
    occult = ~metastatic & (person["established_at_diagnosis"] >= 1.0)
    none = person["founders_at_diagnosis"] == 0.0
    assert metastatic.sum() >= 3
    assert occult.sum() >= 20
    assert none.sum() >= 5
    assert not cured[metastatic].any()
    assert cured[occult].mean() < 0.1
    assert cured[none].mean() > 0.9
    # Relapse comes from lesions that were there before the operation, not from the neck.
    relapsed = metastatic & (person["alive"] == 0)
    first = np.array([each["seeded_day"][:count].min() for each, count in
                      zip(cohort.lesions[relapsed], person["lesion_count"][relapsed], strict=True)])  # fmt: skip
    assert relapsed.sum() >= 3
    assert np.all(first < person["diagnosis_day"][relapsed])
    assert np.all(person["primary_cells"][relapsed] == 0.0)


@pytest.mark.inventory("CAS-8", off="staging", scale="trial")
@pytest.mark.inventory("CAS-8", off="colonisation", scale="trial")
def test_stage_separates_survival(mechanisms):
    switches = mechanisms()
    cohort = treated(switches, OPERATION, 120, surgical_mortality=0.0)
    stage, days = cohort.persons["stage"], survival(cohort)
    distant, local = days[stage == 3], days[(stage == 1) | (stage == 2)]
    assert len(distant) >= 15
    assert len(local) >= 15
    assert np.median(local) > 1.3 * np.median(distant)
    assert stats.mannwhitneyu(local, distant, alternative="greater").pvalue < 1e-2
    # Metastases that harm no organ separate nobody.
    unharmed: dict[str, Any] = dict.fromkeys(("lethal_lung_volume", "lethal_brain_volume", "lethal_liver_volume",
                              "lethal_effusion_volume", "lethal_total_volume"), 1e15)  # fmt: skip
    harmless = treated(switches, OPERATION, 120, surgical_mortality=0.0, symptom_load=1e15, **unharmed)
    stage, days = harmless.persons["stage"], survival(harmless)
    assert stats.mannwhitneyu(days[stage < 3], days[stage == 3], alternative="greater").pvalue > 1e-2


@pytest.mark.inventory("ATC-12", off="death", scale="trial")
def test_small_tumours_without_metastases_kill_all_the_same(mechanisms):
    switches = mechanisms()
    entry = Entry(metastatic=False)
    small = treated(switches, entry=entry, diameter_mm=35.0, follow_up_days=730)
    assert np.all(small.persons["metastasis_category"] == 0)
    assert np.mean(small.persons["alive"] == 0) > 0.7
    large = treated(switches, entry=entry, diameter_mm=70.0, follow_up_days=730)
    assert np.median(survival(small)) > np.median(survival(large))
    # Of anything else than the cancer few would have died.
    assert np.mean(small.persons["cause"] == OTHER) < 0.2


# --- supportive care --------------------------------------------------------------------------------------------------

TUBE: dict[str, Any] = {"design": Design(tracheostomy=True), "airway_policy": 2.0}
FED: dict[str, Any] = {"design": Design(nutrition=True), "nutrition_support": 1.0}
WASTING: dict[str, Any] = {
    "lethal_total_volume": 1.5e5,
    "lethal_airway_diameter": 1e3,
    "lethal_haemorrhage_diameter": 1e3,
}
"""Here most die of cachexia."""


@pytest.mark.inventory("ATC-8", off="airway_management", scale="trial")
@pytest.mark.inventory("SUP-1", off="airway_management", scale="trial")
def test_a_tracheostomy_lowers_deaths_by_the_airway(mechanisms):
    switches = mechanisms()
    without, tubes = treated(switches), treated(switches, **TUBE)
    assert deaths_by(without, (AIRWAY,)) > 0.4
    assert deaths_by(tubes, (AIRWAY,)) < 0.75 * deaths_by(without, (AIRWAY,))
    assert one_year(tubes) > one_year(without) + 10.0
    # Where nothing narrows the trachea a tube is never needed.
    free = {**switches, "airway_compression": 0.0}
    assert survival(treated(free, **TUBE)).tolist() == survival(treated(free)).tolist()


@pytest.mark.inventory("ATC-8", off="nutrition", scale="trial")
@pytest.mark.inventory("SUP-2", off="nutrition", scale="trial")
def test_nutrition_delays_death_by_wasting_and_nothing_else(mechanisms):
    switches = mechanisms()
    without, fed = treated(switches, **WASTING), treated(switches, **FED, **WASTING)
    gain = survival(fed) - survival(without)
    assert deaths_by(without, (CACHEXIA,)) > 0.5
    assert np.all(gain >= 0.0)
    assert gain[without.persons["cause"] == CACHEXIA].mean() > 1.0
    spared: dict[str, Any] = {"lethal_total_volume": 1e15}
    assert survival(treated(switches, **FED, **spared)).tolist() == survival(treated(switches, **spared)).tolist()


@pytest.mark.parametrize(
    ("design", "more", "least"), [(Design(tracheostomy=True), {}, 3.0), (Design(nutrition=True), WASTING, 0.5)]
)
def test_the_design_alone_brings_supportive_care(design, more, least):
    without = treated({}, **more)
    given = treated({}, design=design, **more)
    assert one_year(given) > one_year(without) + least


@pytest.mark.inventory("SUP-3", off="toxicity", scale="trial")
def test_severe_adverse_events_hold_reduce_and_stop_drugs(mechanisms):
    switches = mechanisms()
    given = protocol("lenvatinib 24 mg every 24 h oral")
    more: dict[str, Any] = {"genotype": BRAF_P53, "mechanisms": switches}
    events = written(PATIENTS, "adverse_events", given, **more)
    severe = events[events["AETOXGR"].isin([3, 4])]
    mild = events[events["AETOXGR"] <= 2]
    assert len(mild) > 50
    assert len(severe) > 20
    assert set(mild["AEACN"]) == {"DOSE NOT CHANGED"}
    acted = severe["AEACN"].isin(["DRUG INTERRUPTED", "DOSE REDUCED", "DRUG WITHDRAWN"])
    assert acted.mean() > 0.9
    assert {"DOSE REDUCED", "DRUG WITHDRAWN"} <= set(severe["AEACN"])
    levels = written(PATIENTS, "curves", given, **more)
    usual = written(PATIENTS, "curves", given, **{**more, "mechanisms": {**switches, "toxicity": 0.0}})
    last = [table[table["DAY"] > 21].groupby("USUBJID", observed=True)["DRUG_1"].mean() for table in (levels, usual)]
    assert last[0].mean() < 0.95 * last[1].mean()
    assert written(PATIENTS, "adverse_events", UNTREATED, **more).empty


@pytest.mark.inventory("SUP-3", off="toxicity", scale="trial")
def test_immune_related_events_are_treated_with_corticosteroids(mechanisms):
    more: dict[str, Any] = {
        "genotype": BRAF_P53,
        "mechanisms": {**mechanisms(), "death": 0.0, "shedding": 0.0},
        "follow_up_days": 300,
    }
    immune = written(PATIENTS, "adverse_events", protocol("spartalizumab 400 mg every 28 d iv"), **more)
    chemical = written(PATIENTS, "adverse_events", CHEMOTHERAPY, **more)
    assert immune["STEROIDS"].sum() >= 3
    assert len(chemical) > 20
    assert not chemical["STEROIDS"].any()


# --- what is measured -------------------------------------------------------------------------------------------------


def courses(switches: Switches, given: Protocol = UNTREATED, **more):
    """Time courses of the first persons after diagnosis."""
    table = written(24, "curves", given, genotype=BRAF_P53, mechanisms=switches, follow_up_days=120, **more)
    return table[table["DAY"] >= 0]


@pytest.mark.inventory("ATC-10", off="target_inhibition", scale="trial")
def test_tumour_dna_in_blood_falls_with_a_response_and_not_without(mechanisms):
    switches = {"death": 0.0, "background_mortality": 0.0, "toxicity": 0.0, **mechanisms()}

    def fall(given: Protocol, **more: Any) -> float:
        table = courses(switches, given, **more)
        by_person = table.groupby("USUBJID", observed=True)["CTDNA_PER_ML"]
        return float(np.median(np.log(by_person.last() / by_person.first())))

    assert courses(switches)["CTDNA_PER_ML"].median() > 1.0
    assert fall(protocol(*PAIR)) < -1.0
    assert fall(protocol(*TRACE_PAIR)) > 0.0


@pytest.mark.inventory("ATC-10", off="shedding", scale="trial")
def test_circulating_cells_follow_the_primary(mechanisms):
    switches = mechanisms()
    before = courses(switches)["CTC_PER_ML"]
    assert before.median() > 0.0
    operated = courses(switches, OPERATION, **PERFECT)
    assert operated[operated["DAY"] > 0].groupby("USUBJID", observed=True)["CTC_PER_ML"].last().max() == 0.0
    removed_nothing = courses(switches, Protocol((Line("operation", surgery=knife("kidney")),)))
    assert removed_nothing[removed_nothing["DAY"] > 0]["CTC_PER_ML"].median() > 0.0


@pytest.mark.inventory("ATC-10", off="detection", scale="trial")
def test_scans_find_metastases_from_a_size_on(mechanisms):
    switches = mechanisms()
    found = [
        treated(switches, detection_diameter=limit).persons["metastasis_category"].mean() for limit in (3.0, 5.0, 200.0)
    ]
    assert found[0] > found[1] + 0.03
    assert found[1] > 0.2
    assert found[2] == 0.0


# --- drugs that act on the cells --------------------------------------------------------------------------------------


@pytest.mark.inventory("DRG-01", off="cytotoxic_kill", scale="trial")
def test_doxorubicin_slows_every_tumour_a_little(mechanisms):
    """At the assumed rates of kill the effect is small: a few per cent of the cells in six weeks."""
    effect = shrinkage("doxorubicin", "60 mg/m2 every 21 d iv", mechanisms())
    assert np.all(effect < 0.0)
    assert np.median(effect) < -0.01
    weaker = shrinkage("doxorubicin", "30 mg/m2 every 21 d iv", mechanisms())
    assert np.all(effect < weaker)


@pytest.mark.inventory("DRG-02", off="cytotoxic_kill", scale="trial")
def test_cisplatin_adds_to_doxorubicin(mechanisms):
    switches = mechanisms()
    alive = {"death": 0.0, "background_mortality": 0.0, "toxicity": 0.0, **switches}
    base = "doxorubicin 60 mg/m2 every 21 d iv"
    full, trace = (
        treated(alive, protocol(base, f"cisplatin {dose} mg/m2 every 21 d iv"), follow_up_days=42)
        for dose in ("40", "0.04")
    )
    added = np.log(full.persons["primary_cells"] / trace.persons["primary_cells"])
    assert np.all(added < 0.0)
    alone = shrinkage("cisplatin", "40 mg/m2 every 21 d iv", switches)
    assert np.median(alone) < -5e-4
    # Independent kills add.
    assert np.median(added) == pytest.approx(np.median(alone), rel=0.3)


@pytest.mark.inventory("DRG-05", off="cytotoxic_kill", scale="trial")
def test_paclitaxel_shrinks_more_than_other_cytotoxics_and_kills_what_divides(mechanisms):
    switches = mechanisms()
    weekly = shrinkage("paclitaxel", "80 mg/m2 every 7 d iv", switches)
    assert np.all(weekly < 0.0)
    assert np.median(weekly) < -0.15
    assert np.median(weekly) < 1.3 * np.median(shrinkage("doxorubicin", "60 mg/m2 every 21 d iv", switches))
    lasting = shrinkage("paclitaxel", "80 mg/m2 every 7 d iv", switches, taxane_cycle_share=0.0)
    assert np.median(lasting) < np.median(weekly)
    # With another drug the kill is added.
    alive = {"death": 0.0, "background_mortality": 0.0, "toxicity": 0.0, **switches}
    both, alone = (
        treated(alive, protocol("paclitaxel 80 mg/m2 every 7 d iv", f"sorafenib {dose} mg every 12 h oral"),
                follow_up_days=42).persons["primary_cells"]
        for dose in ("400", "0.4")
    )  # fmt: skip
    assert np.median(np.log(both / alone)) < -0.04


@pytest.mark.inventory("DRG-08", off="target_inhibition", scale="trial")
def test_sorafenib_acts_on_the_cells(mechanisms):
    switches = {**mechanisms(), "vascular_endothelial_blockade": 0.0}
    full, trace = (
        immortal(switches, f"sorafenib {dose} mg every 12 h oral").persons["volume_metastases"] for dose in (400, 0.4)
    )
    effect = np.log(full[trace > 0.0] / trace[trace > 0.0])
    # A few are sensitive, most hardly: the spread of sensitivity between persons. Vessels hold the primary anyway.
    assert np.min(effect) < -0.2
    assert np.all(effect <= 1e-4)


@pytest.mark.inventory("DRG-08", off="vascular_endothelial_blockade", scale="trial")
def test_sorafenib_acts_on_the_vessels(mechanisms):
    switches = mechanisms()
    person = immortal(switches, "sorafenib 400 mg every 12 h oral").persons
    trace = immortal(switches, "sorafenib 0.4 mg every 12 h oral").persons
    assert np.median(person["vegf_blockade"]) > 0.1
    assert np.all(trace["vegf_blockade"] < 0.01)
    assert person["vegf"].mean() < trace["vegf"].mean() - 0.1


@pytest.mark.inventory("DRG-30", off="vascular_endothelial_blockade", scale="trial")
def test_lenvatinib_starves_tumours_through_their_vessels(mechanisms):
    switches = mechanisms()
    effect = shrinkage("lenvatinib", "24 mg every 24 h oral", switches)
    assert np.all(effect < 0.0)
    assert np.median(effect) < -0.05
    person = immortal(switches, "lenvatinib 24 mg every 24 h oral").persons
    trace = immortal(switches, "lenvatinib 0.024 mg every 24 h oral").persons
    assert person["vegf"].mean() < trace["vegf"].mean() - 0.2
    assert person["vessel_quality"].mean() > trace["vessel_quality"].mean() + 0.03
    # Tumours that want no vessels are left alone.
    idle = {**switches, "growth_brake": 0.0, "target_inhibition": 0.0}
    assert np.median(shrinkage("lenvatinib", "24 mg every 24 h oral", idle)) > -0.02


@pytest.mark.inventory("DRG-25", off="target_inhibition", scale="trial")
def test_dabrafenib_and_trametinib_answer_braf_v600e(mechanisms):
    switches = mechanisms()
    more: dict[str, Any] = {"mechanisms": switches, "design": Design(scan_days=SCANS), "follow_up_days": 180}

    def responses(given: Protocol, genotype) -> float:
        table = written(40, "subjects", given, genotype=genotype, **more)
        return float(table["BOR"].isin(["CR", "PR"]).mean())

    assert responses(protocol(*PAIR), BRAF_P53) > 0.5
    assert responses(protocol(*TRACE_PAIR), BRAF_P53) < 0.1
    assert responses(protocol(*PAIR), RAS_P53) < 0.3


@pytest.mark.inventory("ATC-11", off="mutation", scale="trial")
def test_the_tumour_comes_back_as_the_clone_that_resists_its_drugs(mechanisms):
    switches = {"toxicity": 0.0, **mechanisms()}
    study = described(PATIENTS, {"arm": protocol(*PAIR)}, genotype=BRAF_P53)
    names = compiled(study, "arm").clone_names
    resistant = names.index("mek_resistant")

    def share(given: Protocol, clone: int) -> float:
        counts = treated(switches, given, follow_up_days=540).primary_clones
        present = counts.sum(axis=1) > 1e6
        return float(np.mean(counts[present, clone] > 0.5 * counts[present].sum(axis=1))) if present.any() else 0.0

    assert share(protocol(*PAIR), resistant) > 0.5
    assert share(UNTREATED, 0) == 1.0
    # Another treatment lets another clone through.
    assert share(CHEMOTHERAPY, resistant) < 0.05
    without = treated({**switches, "mutation": 0.0}, protocol(*PAIR))
    assert one_year(without) > one_year(treated(switches, protocol(*PAIR))) + 5.0


@pytest.mark.inventory("DRG-39", off="surgery", scale="trial")
def test_operations_end_by_margins_and_monitoring_spares_nerves(mechanisms):
    switches = mechanisms()
    person = treated(switches, OPERATION, 72).persons
    shares = [float(np.mean(person["margin"] == margin)) for margin in range(len(MARGINS))]
    assert shares[MARGINS.index("")] == 0.0
    assert all(share > 0.08 for share in shares[1:])
    watched = treated(switches, OPERATION, 72, nerve_monitoring=1.0).persons
    palsies = [(each["complications"] & NERVE_PALSY > 0).mean() for each in (person, watched)]
    assert palsies[1] < palsies[0]
    never = treated(switches, UNTREATED, 72).persons
    assert not never["margin"].any()


NEOADJUVANT = Protocol(
    (
        line(*PAIR, until=(*when(PROGRESSION), *when(RESECTABLE))),
        Line("operation", surgery=knife(), when=when(RESECTABLE)),
    )
)


@pytest.mark.inventory("DRG-39", off="target_inhibition", scale="trial")
def test_targeted_drugs_make_primaries_resectable(mechanisms):
    switches = mechanisms()
    more: dict[str, Any] = {"design": Design(scan_days=SCANS)}
    trace = Protocol((line(*TRACE_PAIR, until=NEOADJUVANT.lines[0].until), NEOADJUVANT.lines[1]))
    operated = [treated(switches, given, **more).persons["margin"] > 0 for given in (NEOADJUVANT, trace)]
    assert operated[0].mean() > operated[1].mean() + 0.2


# --- immunity ---------------------------------------------------------------------------------------------------------

ANTIBODY = ("spartalizumab", "400 mg every 28 d iv")
INFILTRATED: dict[str, Any] = {"macrophage_ratio": 0.75, "pd_l1_positive_share": 0.8, "immune_recruitment_spread": 0.5}
"""Fewer macrophages than usual, so that T cells tell."""


@pytest.mark.inventory("DRG-31", off="checkpoint_blockade", scale="trial")
@pytest.mark.inventory("IMM-1", off="checkpoint_blockade", scale="trial")
@pytest.mark.inventory("IMM-1", off="immune_killing", scale="trial")
def test_an_antibody_against_pd_1_needs_t_cells_pd_l1_and_few_macrophages(mechanisms):
    switches = mechanisms()
    effect = shrinkage(*ANTIBODY, switches, patients=48, **INFILTRATED)
    pd_l1 = immortal(switches, " ".join(ANTIBODY), patients=48, **INFILTRATED).persons["pd_l1"]
    assert np.median(effect[pd_l1 > 0.0]) < -0.1
    assert np.all(effect[pd_l1 == 0.0] == 0.0)
    assert np.sum(pd_l1 == 0.0) >= 5
    # No infiltrate, no effect; many macrophages, next to none.
    bare = shrinkage(*ANTIBODY, switches, **{**INFILTRATED, "t_cell_recruitment": 0.0})
    assert np.all(bare == 0.0)
    suppressed = shrinkage(*ANTIBODY, switches, patients=48, **{**INFILTRATED, "macrophage_ratio": 3.0})
    assert np.median(suppressed[pd_l1 > 0.0]) > 0.1 * np.median(effect[pd_l1 > 0.0])


# --- strategies -------------------------------------------------------------------------------------------------------

LABELS = ("seed", "dispersal", "soil", "local", "clinical")


@pytest.mark.inventory("STR-1", off="target_inhibition", scale="trial")
@pytest.mark.inventory("STR-1", off="vascular_endothelial_blockade", scale="trial")
@pytest.mark.inventory("STR-1", off="intravasation", scale="trial")
def test_every_intervention_has_a_label_and_each_label_an_effect(mechanisms):
    assert {record.label for record in knowledge.mechanisms().values()} <= set(LABELS)
    labels = {name: drug.record.label for name, drug in knowledge.drugs.items()}
    assert set(labels.values()) <= {"seed", "dispersal", "soil"}
    assert (labels["dabrafenib"], labels["lenvatinib"]) == ("seed", "soil")
    assert knowledge.mechanisms()["intravasation"].label == "dispersal"
    switches = mechanisms()
    seed = np.median(shrinkage("dabrafenib", "150 mg every 12 h oral", switches))
    soil = np.median(shrinkage("lenvatinib", "24 mg every 24 h oral", {"target_inhibition": 0.0, **switches}))
    spread, held = (
        treated(each, follow_up_days=28).persons["founders_at_diagnosis"].mean()
        for each in (switches, {**switches, "intravasation": 0.0})
    )
    assert seed < -0.5
    assert soil < -0.05
    assert held < 0.5 * spread


@pytest.mark.inventory("STR-2", off="target_inhibition", scale="trial")
def test_the_share_of_life_on_treatment_is_written_down(mechanisms):
    switches = {"toxicity": 0.0, **mechanisms()}

    def on_treatment(given: Protocol) -> tuple[np.ndarray, np.ndarray]:
        cohort = treated(switches, given, design=Design(scan_days=SCANS))
        return cohort.persons["treatment_days"], survival(cohort)

    until = {"until": when(PROGRESSION)}
    days, life = on_treatment(protocol(*PAIR, **until))
    trace, _ = on_treatment(protocol(*TRACE_PAIR, **until))
    assert np.all(days <= life + 1.0)
    assert np.median(days / life) > 0.3
    assert np.mean(days) > 1.5 * np.mean(trace)
    assert not on_treatment(UNTREATED)[0].any()
