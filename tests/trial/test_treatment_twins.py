"""Twins under treatment: what the arms share is the same bit for bit, whatever else the study holds or how it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from paget.body.state import CURVE_FIELDS
from paget.trial.cohort import Cohort, simulate
from paget.trial.job import Payload, arm_plans, simulate_units
from paget.trial.plan import Plan, plan
from paget.trial.treatment import AFTER_START, PROGRESSION, Design, Line, Protocol
from trial.treated import BRAF_P53, UNTREATED, beam, compiled, described, knife, line, protocol, simulated, when

PATIENTS = 16
PACLITAXEL = "paclitaxel 80 mg/m2 every 7 d iv"
PAIR = ("dabrafenib 150 mg every 12 h oral", "trametinib 2 mg every 24 h oral")
SCANS = Design(scan_days=tuple(range(0, 366, 28)))
ARRAYS = (
    "persons",
    "sites",
    "lesions",
    "primary_clones",
    "lesion_clones",
    "curves",
    "lines",
    "events",
    "scans",
    "micro",
)
LATER = 90


def same(first: Cohort, second: Cohort, rows: slice = slice(None)) -> bool:
    """Whether all that two cohorts hold is equal bit for bit; rows: of the first."""
    return all(getattr(first, name)[rows].tobytes() == getattr(second, name).tobytes() for name in ARRAYS)


def everybody(study_plan: Plan, threads: int = 2) -> Cohort:
    return simulate(study_plan, 0, study_plan.study.patients, threads=threads)


def sequence(*later: Line) -> Protocol:
    """Drugs and radiation from the first day, and what follows."""
    first = Line("first", (line(PACLITAXEL).dosings[0],), radiotherapy=beam(dose=30.0, fractions=10))
    return Protocol((first, *later))


def test_the_same_treatment_in_two_arms_gives_the_same_persons():
    study = described(PATIENTS, {"a": sequence(), "b": sequence()}, genotype=BRAF_P53, design=SCANS)
    a, b = (everybody(compiled(study, arm)) for arm in ("a", "b"))
    assert same(a, b)
    assert a.persons["first_treatment_day"].max() >= 0.0


def test_another_arm_and_another_drug_change_nobody_elsewhere():
    alone = described(PATIENTS, {"a": sequence()}, genotype=BRAF_P53, design=SCANS)
    among = described(
        PATIENTS, {"none": UNTREATED, "pair": protocol(*PAIR), "a": sequence()}, genotype=BRAF_P53, design=SCANS
    )
    first = everybody(compiled(alone, "a"))
    plans = arm_plans(plan(among))
    assert same(first, everybody(plans[2]))
    pair = everybody(plans[1])
    assert np.any(pair.persons["last_day"] != first.persons["last_day"])


def test_arms_are_alike_until_the_day_they_part():
    """Curves up to the day, scans and events before it; then the paths part."""
    later = line(*PAIR, when=when(AFTER_START, LATER))
    parted, held = (simulated(40, sequence(*lines), genotype=BRAF_P53, design=SCANS) for lines in ((later,), ()))
    day = CURVE_FIELDS.index("day")
    reached = (parted.persons["last_day"] - parted.persons["enrolment_day"]) > LATER
    assert reached.sum() >= 10
    for person in range(40):
        start = parted.persons["enrolment_day"][person]
        assert start == held.persons["enrolment_day"][person]
        rows = []
        for cohort in (parted, held):
            curve = cohort.curves[person, : cohort.persons["curve_count"][person]]
            rows.append(curve[curve[:, day] <= min(start + LATER, cohort.persons["last_day"][person] - 1.0)])
        shared = CURVE_FIELDS.index("drug_1") + 1
        assert np.array_equal(rows[0][:, :shared], rows[1][:, :shared])
        scans = [cohort.scans[person] for cohort in (parted, held)]
        early = [
            each[: cohort.persons["scan_rows"][person]] for each, cohort in zip(scans, (parted, held), strict=True)
        ]
        early = [each[each[:, 0] < LATER] for each in early]
        assert np.array_equal(early[0], early[1], equal_nan=True)
        if not reached[person]:
            assert parted.persons["last_day"][person] == held.persons["last_day"][person]
    assert np.mean(parted.persons["primary_cells"][reached] != held.persons["primary_cells"][reached]) > 0.5


@pytest.mark.parametrize("given", [sequence(), protocol(*PAIR), Protocol((Line("operation", surgery=knife()),))])
def test_threads_and_batches_change_nothing(given):
    study_plan = compiled(described(PATIENTS, {"a": given}, genotype=BRAF_P53, design=SCANS), "a")
    whole = everybody(study_plan, threads=1)
    assert same(whole, everybody(study_plan, threads=2))
    for first, count in ((0, 5), (5, 11)):
        assert same(whole, simulate(study_plan, first, count, threads=2), slice(first, first + count))


def test_tables_of_units_do_not_depend_on_how_a_run_was_cut():
    """What a resumed run rests on: the tables of a range of units are those of its parts, whatever came before."""
    arms = {"none": UNTREATED, "given": sequence(line(*PAIR, when=when(PROGRESSION)))}
    study = described(6, arms, genotype=BRAF_P53, design=SCANS)
    payload = Payload(arm_plans(plan(study)))
    whole = simulate_units(payload, 0, 12)
    parts = [simulate_units(payload, start, stop) for start, stop in ((0, 4), (4, 9), (9, 12))]
    for name, table in whole.items():
        joined = [row for part in parts for row in part[name].to_pylist()]
        assert [repr(row) for row in table.to_pylist()] == [repr(row) for row in joined]


def traces(switches: Mapping[str, float], dose: str, *drugs: str) -> Cohort:
    """Six weeks of drugs at a dose that does nothing, or with their mechanisms off."""
    alive = {"death": 0.0, "background_mortality": 0.0, "toxicity": 0.0, "shedding": 0.0}
    texts = [f"{drug} {dose} {rest}" for drug, rest in (each.split(" ", 1) for each in drugs)]
    return simulated(30, protocol(*texts), genotype=BRAF_P53, mechanisms={**alive, **switches}, follow_up_days=42)


OFF = {
    "target_inhibition": ("dabrafenib mg every 12 h oral", "150"),
    "cytotoxic_kill": ("paclitaxel mg/m2 every 7 d iv", "80"),
    "checkpoint_blockade": ("spartalizumab mg every 28 d iv", "400"),
    "vascular_endothelial_blockade": ("lenvatinib mg every 24 h oral", "24"),
}


@pytest.mark.parametrize("switch", OFF)
def test_a_drug_without_its_mechanism_does_nothing(switch):
    """To the last bit, the scheme for the treated being the same: a drug switched off is a drug at no dose."""
    drug, dose = OFF[switch]
    switches = {switch: 0.0, "target_inhibition": 0.0}
    off, trace = traces(switches, dose, drug), traces(switches, "0.001", drug)
    for field in ("primary_cells", "primary_log_ratio", "t_cells", "vegf"):
        assert np.array_equal(off.persons[field], trace.persons[field])
    on = traces({"target_inhibition": float(switch == "target_inhibition")}, dose, drug)
    assert np.any(on.persons["primary_cells"] != off.persons["primary_cells"])


def test_treatment_that_does_nothing_changes_only_the_numerical_scheme():
    """Untreated clones step once per interval, treated ones daily: 0.4 % of the cells in the median, 4 % at most."""
    nothing = traces({"cytotoxic_kill": 0.0}, "0.001", OFF["cytotoxic_kill"][0])
    alive = {"death": 0.0, "background_mortality": 0.0, "toxicity": 0.0, "shedding": 0.0, "cytotoxic_kill": 0.0}
    untreated = simulated(30, genotype=BRAF_P53, mechanisms=alive, follow_up_days=42)
    apart = np.abs(np.log(nothing.persons["primary_cells"] / untreated.persons["primary_cells"]))
    assert np.median(apart) < 0.01
    assert apart.max() < 0.06
    assert np.array_equal(nothing.persons["stage"], untreated.persons["stage"])


def test_survival_under_no_effect_is_that_without_treatment():
    """The uniform that decides a day's death is the same, so that only the scheme moves a death by some days."""
    none = simulated(60, genotype=BRAF_P53)
    trace = simulated(60, protocol("paclitaxel 0.001 mg/m2 every 7 d iv"), genotype=BRAF_P53)
    moved = np.abs(trace.persons["last_day"] - none.persons["last_day"])
    assert np.median(moved) <= 1.0
    assert np.mean(moved > 14.0) < 0.1


def test_a_different_seed_gives_other_persons():
    study = described(PATIENTS, {"a": sequence()}, genotype=BRAF_P53)
    a, b = (everybody(compiled(replace(study, seed=seed), "a")) for seed in (1, 2))
    assert np.all(a.persons["age_years"] != b.persons["age_years"])
