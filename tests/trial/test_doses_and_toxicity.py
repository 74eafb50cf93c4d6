"""Doses, holds and adverse events at the scale of a trial: published shares, what is made up, and what belongs to whom.

Shares among a few hundred immortal persons are held against the published ones within 3.5 standard errors.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import paget.patient.protocol as course_protocol
import paget.trial.treatment as trial_treatment
from paget.errors import InputError
from paget.knowledge import toxicity as known
from paget.patient.protocol import ENDED
from paget.therapy.pharmacokinetics import INPUTS
from paget.therapy.toxicity import SEVERE, WITHDRAWN, terms
from paget.trial.cohort import Cohort
from paget.trial.treatment import (
    AFTER_START,
    CLINICAL_PROGRESSION,
    CONDITIONS,
    DURATION,
    END_OF_RADIOTHERAPY,
    PREVIOUS_LINE_ENDED,
    PROGRESSION,
    Design,
    Line,
    Protocol,
)
from trial.treated import BRAF_P53, P53, beam, compiled, described, dosing, line, protocol, simulated, when

PERSONS = 400
IMMORTAL = {"death": 0.0, "background_mortality": 0.0, "shedding": 0.0}
"""Nobody dies but of treatment, and nothing spreads."""

RADIATION = Protocol((Line("radiation", radiotherapy=beam()),))
BEAM, PACLITAXEL = "external-beam radiotherapy", "paclitaxel"


def treated(given: Protocol, persons: int = PERSONS, **more: Any) -> Cohort:
    return simulated(persons, given, **{"genotype": P53, "mechanisms": IMMORTAL, "fatal_share": 0.0, **more})


def events(cohort: Cohort) -> np.ndarray:
    """Which rows of cohort.events have been written, (n, EVENTS)."""
    return np.arange(cohort.events.shape[1]) < cohort.persons["event_count"][:, None]


# --- published shares -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("drug", "given"),
    [(PACLITAXEL, protocol("paclitaxel 175 mg/m2 every 21 d iv over 3 h for 6 cycles")), (BEAM, RADIATION)],
)
def test_the_reference_regimen_reproduces_its_published_shares(drug, given):
    cohort = treated(given, follow_up_days=130)
    assert not np.any(cohort.persons["event_count"] > cohort.events.shape[1])
    rows = [row for row in known.toxicity() if row.use == "hazard" and row.regimen_drugs == {drug}]
    assert len(rows) >= 2
    for row in rows:
        mine = events(cohort) & (cohort.events["term"] == terms().index(row.term))
        mine &= cohort.events["day"] <= row.duration_days
        for published, grade in ((row.any_grade_share, 1), (row.grade_3_plus_share, SEVERE)):
            if published is not None:
                seen = (mine & (cohort.events["grade"] >= grade)).any(axis=1).mean()
                error = np.sqrt(max(published * (1.0 - published), 1.0 / PERSONS) / PERSONS)
                assert abs(seen - published) < 3.5 * error, (row.term, grade, seen)


def test_radiation_is_as_toxic_as_its_dose():
    half = Protocol((Line("radiation", radiotherapy=beam(dose=33.0)),))
    full, less = (treated(given, follow_up_days=130) for given in (RADIATION, half))
    assert less.persons["event_count"].sum() < 0.7 * full.persons["event_count"].sum()


# --- holds ------------------------------------------------------------------------------------------------------------


def withdrawn(cohort: Cohort) -> np.ndarray:
    return (events(cohort) & (cohort.events["action"] == WITHDRAWN)).any(axis=1)


def held(cohort: Cohort) -> np.ndarray:
    """Who had a severe event, and was not taken off the drug by one."""
    return (events(cohort) & (cohort.events["grade"] >= SEVERE)).any(axis=1) & ~withdrawn(cohort)


def test_fractions_that_fall_in_a_break_are_given_after_it():
    lines = (
        Line("radiation", radiotherapy=beam(), until=when(END_OF_RADIOTHERAPY)),
        line("paclitaxel 0.001 mg/m2 every 7 d iv", when=when(PREVIOUS_LINE_ENDED)),
    )
    cohort = treated(Protocol(lines), follow_up_days=200)
    ended, broken = cohort.lines["ended_day"][:, 0], held(cohort)
    assert broken.sum() >= 50
    assert not withdrawn(cohort).any()
    assert np.allclose(cohort.persons["radiation_given"], 66.0)
    assert np.all(ended[~broken] == 45.0)
    # Who had it on the last day had nothing left to make up; weeks of a break are weeks of delay.
    assert np.mean(ended[broken] >= 45.0 + 11.0) > 0.9
    assert np.all(cohort.lines["begun_day"][:, 1] == ended)
    # Where a severe event stops the beam, that is the end of radiotherapy.
    once = treated(Protocol(lines), follow_up_days=200, severe_events_limit=1.0)
    ended, stopped = once.lines["ended_day"][:, 0], withdrawn(once)
    assert stopped.sum() >= 50
    assert once.persons["radiation_given"][stopped].mean() < 50.0
    first = np.where(events(once) & (once.events["grade"] >= SEVERE), once.events["day"], 1000).min(axis=1)
    assert np.all(ended[stopped] <= np.minimum(first[stopped] + 2.0, 45.0))


def test_a_cycle_that_falls_due_in_a_hold_is_given_at_its_end():
    """The second of two doses, on day 21, falls in a hold of 60 days for whoever had a severe event."""
    given = protocol("paclitaxel 175 mg/m2 every 21 d iv over 3 h for 2 cycles")
    more: dict[str, Any] = {"recovery_time_grade_3": 60.0, "recovery_time_grade_4": 60.0, "severe_events_limit": 100.0}
    cohort = treated(given, follow_up_days=150, **more)
    ended, early = cohort.lines["ended_day"][:, 0], cohort.events["day"] < 21
    severe = events(cohort) & early & (cohort.events["grade"] >= SEVERE)
    last = np.where(severe, cohort.events["day"], -1).max(axis=1)
    assert np.all(cohort.lines["status"][:, 0] == ENDED)
    assert np.all(ended[last < 0] == 42.0)
    waited = (last >= 0) & ~withdrawn(cohort)
    assert waited.sum() >= 30
    assert np.all(ended[waited] == last[waited] + 60.0 + 21.0)
    # The dose has been given: it does harm again.
    again = events(cohort) & (cohort.events["day"] >= ended[:, None] - 21.0)
    assert again.any(axis=1)[waited].mean() > 0.3


def test_days_of_a_daily_drug_are_not_made_up():
    given = protocol("paclitaxel 8 mg/m2 every 24 h iv over 3 h until day 40")
    cohort = treated(given, follow_up_days=150)
    assert held(cohort).sum() >= 30
    assert np.all(cohort.lines["ended_day"][~withdrawn(cohort), 0] == 40.0)
    assert not cohort.lines["put_off"].any()


def test_only_the_calendar_of_the_drug_on_hold_is_put_off():
    """A second dose that waits from day 21 to day 56 at most doesn't delay the third dose of the other drug."""
    drugs = (
        "paclitaxel 175 mg/m2 every 21 d iv over 3 h for 2 cycles",
        "spartalizumab 400 mg every 28 d iv for 3 cycles",
    )
    cohort = treated(protocol(*drugs), follow_up_days=150, recovery_time_grade_3=20.0, recovery_time_grade_4=20.0)
    paclitaxel_held = (events(cohort) & (cohort.events["drugs"] == 1) & (cohort.events["grade"] >= SEVERE)).any(axis=1)
    other_held = (events(cohort) & (cohort.events["drugs"] == 2) & (cohort.events["grade"] >= SEVERE)).any(axis=1)
    only = paclitaxel_held & ~other_held
    assert only.sum() >= 30
    assert np.all(cohort.lines["ended_day"][only, 0] == 84.0)


# --- who is judged, and by what ---------------------------------------------------------------------------------------


def test_a_line_after_clinical_progression_is_judged_against_a_baseline_of_its_own():
    until = when(CLINICAL_PROGRESSION)
    lines = (
        line("paclitaxel 0.001 mg/m2 every 7 d iv", until=until),
        line("doxorubicin 0.001 mg/m2 every 7 d iv", until=until),
    )
    design = Design(scan_days=(0, 360))
    cohort = simulated(40, Protocol(lines), genotype=BRAF_P53, mechanisms={**IMMORTAL, "toxicity": 0.0}, design=design,
                       follow_up_days=360, brake_rate=0.005)  # fmt: skip
    second = cohort.lines[:, 1]
    begun = second["begun_day"] > 0.0
    assert begun.sum() >= 10
    assert np.all(cohort.persons["baselines"][begun] == 2)
    lasted = np.where(second["status"] == ENDED, second["ended_day"], 360.0) - second["begun_day"]
    assert np.median(lasted[begun]) > 7.0


def test_rows_of_a_combination_are_for_drugs_of_one_line():
    one, other = "dabrafenib 150 mg every 12 h oral", "trametinib 2 mg every 24 h oral"
    arms = {
        "in turn": Protocol((line(one, until=when(DURATION, 28.0)), line(other))),
        "together": protocol(one, other),
        "then alone": Protocol((line(one, other, until=when(DURATION, 28.0)), line(other))),
    }
    tables = {
        arm: compiled(described(1, {arm: given}, follow_up_days=60), arm).treatment.tables.adverse_events
        for arm, given in arms.items()
    }
    masks = {arm: set(zip(table["drugs"].tolist(), table["lines"].tolist(), strict=True))
             for arm, table in tables.items()}  # fmt: skip
    assert masks == {"in turn": {(1, 1), (2, 2)}, "together": {(3, 1)}, "then alone": {(3, 1), (2, 2)}}


# --- what may not happen in silence -----------------------------------------------------------------------------------


def test_more_doses_than_can_be_followed_are_refused():
    often = "cisplatin 1 mg/m2 every 6 h iv over 1 h"
    side_by_side = [Line(f"line {place}", (dosing(often, 60),), when=when(AFTER_START, 1.0)) for place in range(4)]
    with pytest.raises(InputError, match="doses of cisplatin") as caught:
        compiled(described(1, {"a": Protocol(tuple(side_by_side))}, follow_up_days=60), "a")
    assert "drugs" in str(caught.value)
    assert "fewer times a day" in str(caught.value)
    assert 4 * 3 == INPUTS
    compiled(described(1, {"a": Protocol(tuple(side_by_side[:3]))}, follow_up_days=60), "a")


def test_lines_that_follow_each_other_do_not_add_up():
    often = dosing("cisplatin 1 mg/m2 every 6 h iv over 1 h", 60)
    for kind in (PREVIOUS_LINE_ENDED, PROGRESSION):
        lines = tuple(Line(f"line {place}", (often,), when=when(kind), until=when(PROGRESSION)) for place in range(5))
        compiled(described(1, {"a": Protocol(lines)}, follow_up_days=60), "a")
    # An infusion of a day that begins at 18 h still runs on the next one.
    long = dosing("cisplatin 1 mg/m2 every 6 h iv over 24 h", 60)
    lines = tuple(Line(f"line {place}", (long,), until=when(DURATION, 10.0)) for place in range(3))
    compiled(described(1, {"a": Protocol(lines[:2])}, follow_up_days=60), "a")
    with pytest.raises(InputError, match="line 3"):
        compiled(described(1, {"a": Protocol(lines)}, follow_up_days=60), "a")


def test_lines_that_strike_the_same_cells_draw_for_themselves():
    """One fraction on the same day, in the second line or in the third, leaves numbers of its own."""
    field = beam("thyroid", dose=44.0, fractions=1)
    elsewhere = Line("elsewhere", radiotherapy=beam("kidney", dose=1.0, fractions=1))
    here = Line("here", radiotherapy=field, when=when(AFTER_START, 2.0))
    arms = (Protocol((elsewhere, here)), Protocol((elsewhere, elsewhere, here)))
    off = {**IMMORTAL, "toxicity": 0.0}
    left = [treated(given, 60, mechanisms=off, follow_up_days=3).persons["primary_cells"] for given in arms]
    few = (left[0] > 0.0) & (left[0] < 1e4)
    assert few.sum() >= 10
    assert np.mean(left[0][few] != left[1][few]) > 0.5


def test_conditions_have_one_number():
    """patient/protocol.py numbers what trial/treatment.py names; the two lists are matched by their order."""
    for number, kind in enumerate(CONDITIONS):
        name = kind.upper().replace(" ", "_")
        assert getattr(trial_treatment, name) == kind
        assert getattr(course_protocol, name) == number
