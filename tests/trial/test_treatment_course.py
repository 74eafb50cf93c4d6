"""The course under treatment: cells are conserved, lines begin and end as written, enrolment counts whom it should."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest

from body.cohorts import SITES
from paget.patient.protocol import ACTIVE, ENDED, PASSED_OVER, UNREACHED, WAITED_FOR
from paget.scenario import find, load
from paget.scenario.study import study_of
from paget.trial.cohort import Cohort
from paget.trial.treatment import (
    AFTER_START,
    CONDITIONS,
    DURATION,
    END_OF_RADIOTHERAPY,
    ENROLMENT,
    PREVIOUS_LINE_ENDED,
    PROGRESSION,
    RESECTABLE,
    UNACCEPTABLE_TOXICITY,
    Design,
    Line,
    Protocol,
)
from trial.treated import BRAF_P53, UNTREATED, beam, dosing, knife, line, protocol, simulated, when, written

IMMORTAL = {"death": 0.0, "background_mortality": 0.0, "toxicity": 0.0}
NOWHERE = {**IMMORTAL, "shedding": 0.0}
"""Nobody dies, nothing spreads: what is left is the primary."""

PACLITAXEL = "paclitaxel 80 mg/m2 every 7 d iv"
TRACE = "paclitaxel 0.001 mg/m2 every 7 d iv"
PAIR = ("dabrafenib 150 mg every 12 h oral", "trametinib 2 mg every 24 h oral")
SCANS = Design(scan_days=tuple(range(0, 366, 28)))
CLEAR: dict[str, Any] = {
    "gross_residual_confined": 0.0,
    "gross_residual_extended": 0.0,
    "gross_residual_infiltrating": 0.0,
    "free_margin_confined": 1.0,
    "free_margin_extended": 1.0,
    "free_margin_infiltrating": 1.0,
    "clear_resection_share": 1.0,
    "surgical_mortality": 0.0,
}
treated = partial(simulated, genotype=BRAF_P53)


def reasons(mask: int) -> set[str]:
    return {kind for place, kind in enumerate(CONDITIONS) if mask >> place & 1}


# --- cells ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    [
        protocol(*PAIR),
        Protocol((Line("both", (dosing(PACLITAXEL),), radiotherapy=beam("thyroid", "lung", dose=30.0, fractions=10)),)),
        Protocol((Line("operation", surgery=knife()),)),
    ],
)
def test_clones_add_up_to_the_cells_of_every_tumour(given):
    cohort = treated(30, given, mechanisms=IMMORTAL, follow_up_days=70)
    person = cohort.persons
    assert cohort.primary_clones.sum(axis=1) == pytest.approx(person["primary_cells"], rel=1e-9, abs=1e-6)
    # A lesion that got its record on the last day has no clones yet.
    recorded = np.arange(cohort.lesions.shape[1]) < person["lesion_count"][:, None]
    recorded &= cohort.lesions["clone_day"] >= 0.0
    cells = np.where(cohort.lesions["log_cells"] > -30.0, np.exp(cohort.lesions["log_cells"]), 0.0)
    assert recorded.sum() > 100
    assert cohort.lesion_clones.sum(axis=2)[recorded] == pytest.approx(cells[recorded], rel=1e-9, abs=1e-6)
    assert np.all(cohort.primary_clones >= 0.0)
    assert np.all(cohort.lesion_clones[recorded] >= 0.0)


def test_the_last_day_leaves_the_clones_of_the_treated_as_they_are():
    """Clones are brought up to date on days 56 and 70; what resists grows as much in the two days before as after."""
    mutants = [
        treated(16, protocol(*PAIR), mechanisms=NOWHERE, follow_up_days=days).primary_clones[:, 1:].sum(axis=1)
        for days in (68, 70, 72)
    ]
    assert np.log(mutants[1] / mutants[0]) == pytest.approx(np.log(mutants[2] / mutants[1]), abs=0.15)


def test_a_primary_that_was_taken_out_stays_out():
    cohort = treated(
        30, Protocol((Line("operation", surgery=knife()),)), mechanisms=IMMORTAL, follow_up_days=200, **CLEAR
    )
    person = cohort.persons
    assert not person["primary_cells"].any()
    assert not person["volume_primary"].any()
    assert not person["lumen_loss"].any()
    residual: dict[str, Any] = {**CLEAR, "clear_resection_share": 0.0, "free_margin_residual": 1e-4}
    back = treated(
        30, Protocol((Line("operation", surgery=knife()),)), mechanisms=NOWHERE, follow_up_days=200, **residual
    )
    assert np.all(back.persons["primary_cells"] > 0.0)


def test_killed_cells_decay_with_their_half_life():
    """One fraction of 8 Gy on day 0; a day's growth of a lesion that grows adds none to its dead."""
    once = Protocol((Line("radiation", radiotherapy=beam("thyroid", dose=8.0, fractions=1)),))
    dead = [treated(20, once, mechanisms=NOWHERE, follow_up_days=days).persons for days in (1, 11, 21)]
    assert np.all(dead[0]["dead_cells"] > 0.1 * dead[0]["primary_cells"])
    for earlier, later in ((0, 1), (1, 2)):
        assert dead[later]["dead_cells"] / dead[earlier]["dead_cells"] == pytest.approx(0.5, rel=1e-6)
    volume = (dead[1]["primary_cells"] + dead[1]["dead_cells"]) / 2e5
    assert dead[1]["volume_primary"] == pytest.approx(volume, rel=1e-9)
    gone = treated(20, once, mechanisms={**NOWHERE, "dead_cell_clearance": 0.0}, follow_up_days=11).persons
    assert np.all(gone["dead_cells"] <= dead[1]["dead_cells"])


def test_an_operation_takes_dead_cells_with_the_living():
    lines = (
        Line("radiation", radiotherapy=beam("thyroid", dose=8.0, fractions=1)),
        Line("operation", surgery=knife(), when=when(PREVIOUS_LINE_ENDED)),
    )
    person = treated(20, Protocol(lines), mechanisms=NOWHERE, follow_up_days=5, **CLEAR).persons
    assert not person["primary_cells"].any()
    assert not person["volume_primary"].any()


def test_without_clearance_cells_killed_by_a_beam_are_gone_at_once():
    once = Protocol((Line("radiation", radiotherapy=beam("thyroid", dose=8.0, fractions=1)),))
    person = treated(20, once, mechanisms={**NOWHERE, "dead_cell_clearance": 0.0}, follow_up_days=1).persons
    assert not person["dead_cells"].any()


def lesion_cells(cohort: Cohort, site: str) -> np.ndarray:
    """Cells of the recorded lesions at a site, per person."""
    recorded = np.arange(cohort.lesions.shape[1]) < cohort.persons["lesion_count"][:, None]
    here = recorded & (cohort.lesions["site"] == SITES.index(site))
    return np.where(here, np.exp(cohort.lesions["log_cells"]), 0.0).sum(axis=1)


def test_a_field_kills_in_its_sites_and_nowhere_else():
    """One fraction of 10 Gy to the lung: alpha 0.2, alpha/beta 10, hypoxic and stem shares leave ln kill 1.5 to 4."""
    fields = {
        site: Protocol((Line("r", radiotherapy=beam(site, dose=10.0, fractions=1)),)) for site in ("lung", "adrenal")
    }
    once, none = (
        treated(40, given, mechanisms=IMMORTAL, follow_up_days=1, radiation_spread=0.0) for given in fields.values()
    )
    before, after = lesion_cells(none, "lung"), lesion_cells(once, "lung")
    bearing = before > 1e6
    assert bearing.sum() >= 10
    kill = np.log(before[bearing] / after[bearing])
    assert 1.0 < kill.mean() < 4.5
    assert np.std(kill) < 0.1
    assert np.array_equal(once.persons["primary_cells"], none.persons["primary_cells"])
    for site in ("liver", "bone", "brain"):
        # Fewer cells mean fewer T cells, by which a lesion about to be recorded (1 mm^3) may just miss it.
        assert lesion_cells(once, site) == pytest.approx(lesion_cells(none, site), rel=0.1)


# --- lines ------------------------------------------------------------------------------------------------------------


def test_progression_ends_a_line_and_begins_the_next_against_a_new_baseline():
    lines = (line(TRACE, until=when(PROGRESSION)), line("doxorubicin 60 mg/m2 every 21 d iv", when=when(PROGRESSION)))
    more: dict[str, Any] = {"mechanisms": NOWHERE, "design": SCANS, "follow_up_days": 200, "brake_rate": 0.005}
    cohort = treated(20, Protocol(lines), **more)
    first, second = cohort.lines[:, 0], cohort.lines[:, 1]
    progressed = cohort.persons["progression_day"] >= 0.0
    assert progressed.sum() >= 10
    assert np.all(first["status"][progressed] == ENDED)
    assert all(reasons(mask) == {PROGRESSION} for mask in first["reason"][progressed].tolist())
    assert np.array_equal(first["ended_day"][progressed], cohort.persons["progression_day"][progressed])
    assert np.all(second["begun_day"][progressed] == first["ended_day"][progressed])
    assert np.all(cohort.persons["baselines"][progressed] == 2)
    assert np.all(cohort.persons["baselines"][~progressed] == 1)
    assert np.all(second["status"][~progressed] == WAITED_FOR)
    scans = written(20, "responses", Protocol(lines), genotype=BRAF_P53, **more)
    again = scans[(scans["BASELINE_NUMBER"] == 2) & (scans["AVALC"] == "baseline")]
    assert len(again) == progressed.sum()
    assert np.all(again["NADIR_MM"] == again["SUM_MM"])


def test_a_line_ends_with_its_duration_and_the_next_follows_after_its_delay():
    lines = (
        line(PACLITAXEL, until=when(DURATION, 63.0)),
        line("doxorubicin 60 mg/m2 every 21 d iv for 2 cycles", when=when(PREVIOUS_LINE_ENDED), delay_days=10.0),
        line("cisplatin 40 mg/m2 every 7 d iv", when=when(AFTER_START, 150.0), until=when(AFTER_START, 160.0)),
    )
    cohort = treated(6, Protocol(lines), mechanisms=NOWHERE, follow_up_days=200)
    assert np.all(cohort.lines["begun_day"] == [0.0, 73.0, 150.0])
    # Two cycles of 21 days, the rest after the last dose included.
    assert np.all(cohort.lines["ended_day"] == [63.0, 73.0 + 42.0, 160.0])
    assert [reasons(mask) for mask in cohort.lines["reason"][0].tolist()] == [{DURATION}, set(), {AFTER_START}]
    assert np.all(cohort.persons["treatment_days"] == 63.0 + 42.0 + 10.0)


def test_a_line_is_given_in_full_when_its_regimen_ends():
    """Days 1, 8 and 15 until day 21: the next line begins three weeks after the first dose."""
    lines = (
        line("paclitaxel 80 mg/m2 every 7 d until day 21 iv"),
        line("paclitaxel 50 mg/m2 every 7 d iv", when=when(PREVIOUS_LINE_ENDED)),
    )
    cohort = treated(4, Protocol(lines), mechanisms=NOWHERE, follow_up_days=30)
    assert np.all(cohort.lines["begun_day"] == [0.0, 21.0])
    first, second = study_of(load(find("atc-chemoradiation"))).protocols["paclitaxel + radiotherapy"].lines
    assert (first.dosings[0].ends_after, second.dosings[0].ends_after) == (21, None)


def test_lines_may_run_side_by_side_and_radiation_ends_its_own():
    lines = (
        line(PACLITAXEL),
        Line("radiation", radiotherapy=beam(), when=when(AFTER_START, 21.0), until=when(END_OF_RADIOTHERAPY)),
    )
    cohort = treated(6, Protocol(lines), mechanisms=NOWHERE, follow_up_days=100)
    assert np.all(cohort.lines["status"] == [ACTIVE, ENDED])
    # 33 fractions on five days of the week take 45 days.
    assert np.all(cohort.lines["ended_day"][:, 1] == 21.0 + 45.0)
    assert np.allclose(cohort.persons["radiation_given"], 66.0)


def test_what_is_not_resectable_is_passed_over_and_the_line_after_it_goes_on():
    lines = (
        line(TRACE, until=when(DURATION, 30.0)),
        Line("operation", surgery=knife(), when=when(RESECTABLE)),
        line("doxorubicin 60 mg/m2 every 21 d iv", when=when(PREVIOUS_LINE_ENDED)),
    )
    more: dict[str, Any] = {"mechanisms": NOWHERE, "design": SCANS, "follow_up_days": 60}
    never = treated(20, Protocol(lines), **more, encasement_diameter=1e-3, extension_rate=1.0)
    assert np.all(never.persons["extended"] == 1)
    assert np.all(never.lines["status"] == [ENDED, PASSED_OVER, ACTIVE])
    assert not never.persons["margin"].any()
    # The line ends on day 30, the next scan is that of day 56.
    assert np.all(never.lines["begun_day"][:, 2] == 56.0)
    always = treated(20, Protocol(lines), **more, encasement_diameter=1e3, lethal_airway_diameter=1e4, **CLEAR)
    assert np.all(always.lines["status"][:, 1] == ENDED)
    assert np.all(always.persons["margin"] > 0)


@pytest.mark.parametrize(
    ("scan_days", "ended", "status", "day"),
    [((0, 28, 56), 20.0, ENDED, 28.0), ((0, 28, 56), 28.0, ENDED, 28.0), ((0,), 20.0, PASSED_OVER, 20.0)],
)
def test_resectability_is_asked_of_the_next_scan_if_there_is_one(scan_days, ended, status, day):
    lines = (line(TRACE, until=when(DURATION, ended)), Line("operation", surgery=knife(), when=when(RESECTABLE)))
    easy: dict[str, Any] = {"encasement_diameter": 1e3, "lethal_airway_diameter": 1e4, **CLEAR}
    more: dict[str, Any] = {"mechanisms": NOWHERE, "design": Design(scan_days=scan_days), "follow_up_days": 60, **easy}
    operation = treated(10, Protocol(lines), **more).lines[:, 1]
    assert np.all(operation["status"] == status)
    assert np.all(operation["begun_day" if status == ENDED else "ended_day"] == day)


def test_recovery_from_an_operation_delays_what_follows():
    lines = (Line("operation", surgery=knife()), line(TRACE, when=when(PREVIOUS_LINE_ENDED)))
    cohort = treated(40, Protocol(lines), mechanisms=NOWHERE, follow_up_days=60, surgical_mortality=0.0)
    begun = cohort.lines["begun_day"][:, 1]
    complicated = cohort.persons["complications"] & 6 > 0
    assert 3 <= complicated.sum() <= 30
    assert np.all(begun[~complicated] == 21.0)
    assert np.all(begun[complicated] == 28.0)


def test_a_line_ends_once_every_drug_is_stopped_for_toxicity():
    lines = (
        line("lenvatinib 24 mg every 24 h oral", until=when(UNACCEPTABLE_TOXICITY)),
        line(TRACE, when=when(PREVIOUS_LINE_ENDED)),
    )
    harsh = {**NOWHERE, "toxicity": 5.0}
    cohort = treated(20, Protocol(lines), mechanisms=harsh, follow_up_days=300)
    ended = cohort.lines["status"][:, 0] == ENDED
    assert ended.sum() >= 5
    assert all(reasons(mask) == {UNACCEPTABLE_TOXICITY} for mask in cohort.lines["reason"][ended, 0].tolist())
    assert np.all(cohort.lines["begun_day"][ended, 1] >= cohort.lines["ended_day"][ended, 0])
    mild = treated(20, Protocol(lines), mechanisms=NOWHERE, follow_up_days=300)
    assert np.all(mild.lines["status"] == [ACTIVE, WAITED_FOR])


def test_lines_wait_for_the_one_before_to_have_begun():
    """Day 5 has come long before the line whose turn it would be has been waited for."""
    lines = (line(TRACE, when=when(AFTER_START, 40.0)), line(PACLITAXEL, when=when(AFTER_START, 5.0)))
    cohort = treated(4, Protocol(lines), mechanisms=NOWHERE, follow_up_days=60)
    assert np.all(cohort.lines["begun_day"][:, 0] == 40.0)
    assert np.all(cohort.lines["begun_day"][:, 1] >= 40.0)
    early = treated(4, Protocol(lines), mechanisms=NOWHERE, follow_up_days=30)
    assert np.all(early.lines["status"] == [WAITED_FOR, UNREACHED])


# --- enrolment --------------------------------------------------------------------------------------------------------

LATE: dict[str, Any] = {"enrolment_delay_days": 60.0, "scan_days": (0, 56)}


def test_counted_from_enrolment_those_who_die_before_are_replaced_and_counted():
    table = written(40, "subjects", protocol(TRACE), design=Design(clock=ENROLMENT, **LATE), genotype=BRAF_P53)
    assert len(table) == 40
    assert np.all(table["ENROLMENT_DAY"] == 60.0)
    assert np.all(table["TREATED"])
    assert table["LOST_BEFORE_START"].sum() >= 20
    assert np.all(table["CANDIDATES"] >= 1 + table["LOST_BEFORE_START"] + table["REFUSED_AT_START"])
    deaths = table["DEATH_DAYS"].dropna()
    assert deaths.min() >= 60.0
    short = treated(20, protocol(TRACE), design=Design(clock=ENROLMENT, **LATE), follow_up_days=40).persons
    alive = short["alive"] == 1
    assert 0 < alive.sum() < 20
    assert np.all((short["last_day"] - short["diagnosis_day"])[alive] == 60.0 + 40.0)


def test_counted_from_diagnosis_those_who_die_before_are_kept_untreated():
    design = Design(**LATE)
    table = written(40, "subjects", protocol(TRACE), design=design, genotype=BRAF_P53)
    never = ~table["TREATED"]
    assert never.sum() >= 10
    assert np.all(table.loc[never, "DEATH_DAYS"] <= 60.0)
    assert table.loc[never, "ENROLMENT_DAY"].isna().all()
    assert not table["LOST_BEFORE_START"].any()
    untreated = written(40, "subjects", UNTREATED, genotype=BRAF_P53)
    assert table.loc[never, "DEATH_DAYS"].tolist() == untreated.loc[never, "DEATH_DAYS"].tolist()
    assert np.array_equal(table["AGE"], untreated["AGE"])


def test_the_unfit_do_not_start():
    """Above the limit of performance status nobody is treated; from enrolment on they are replaced, and counted."""
    fit: dict[str, Any] = {"enrolment_ecog_limit": 0.0, "scan_days": (0, 56)}
    kept = treated(40, protocol(TRACE), design=Design(**fit)).persons
    assert 3 <= (kept["on_study"] == 0).sum() <= 39
    assert np.array_equal(kept["on_study"] == 0, kept["ecog"] > 0)
    chosen = treated(20, protocol(TRACE), design=Design(clock=ENROLMENT, **fit)).persons
    assert np.all(chosen["on_study"] == 1)
    assert chosen["refused_at_start"].sum() >= 5
    assert np.all(chosen["ecog"] == 0)
