"""What a study sees of its persons: nothing after the last contact, and which lines are new therapies."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from paget.api import OVERHEAD_BYTES, _estimated_bytes
from paget.patient.protocol import ACTIVE, ENDED, LINE_STATE, PASSED_OVER
from paget.trial.cohort import bytes_per_person, simulate
from paget.trial.follow_up import clinical_stop_day, days_given, new_therapy_day
from paget.trial.outputs import tables
from paget.trial.treatment import (
    CLINICAL_PROGRESSION,
    CONDITIONS,
    DURATION,
    ENROLMENT,
    PREVIOUS_LINE_ENDED,
    PROGRESSION,
    RESECTABLE,
    UNACCEPTABLE_TOXICITY,
    Condition,
    Design,
    Line,
    Protocol,
)
from trial.treated import BRAF_P53, UNTREATED, beam, compiled, described, knife, line, when

SCANS = (0, 28, 56, 84, 140)
UNTIL = (Condition(PROGRESSION), Condition(UNACCEPTABLE_TOXICITY))
LINES = Protocol(
    (
        line("dabrafenib 150 mg every 12 h oral", until=UNTIL),
        Line("radiation", radiotherapy=beam(), when=(Condition(PREVIOUS_LINE_ENDED),)),
        Line("operation", surgery=knife(), when=when(RESECTABLE)),
    )
)
SEEN = (
    "ENROLMENT_DAY", "TREATED", "BOR", "BOR_UNCONFIRMED", "BASELINE_SUM_MM", "DEPTH", "MARGIN",
    "COMPLICATIONS", "TRACHEOSTOMY_DAY", "REFUSED_AT_START",
)  # fmt: skip


@cache
def written(given: Protocol, follow_up_days: int, count: int, **design: Any) -> dict[str, pd.DataFrame]:
    study = described(
        count, {"arm": given}, genotype=BRAF_P53, design=Design(clock=ENROLMENT, scan_days=SCANS, **design),
        follow_up_days=follow_up_days,
    )  # fmt: skip
    study = replace(study, design=replace(study.design, endpoints=("OS", "CSS", "PFS", "DOR", "TTNT")))
    plan = compiled(study, "arm")
    found = tables(plan, "arm", simulate(plan, 0, count, threads=2))
    return {name: table.to_pandas() for name, table in found.items()}


@pytest.mark.parametrize("days", [40.5, 100.5])
def test_a_cut_off_leaves_what_a_shorter_course_would_have_left(days):
    """Cut in the middle of a day, or simulated to its end: no scan falls between, and ends of lines are taken back."""
    cut, short, whole = (
        written(LINES, 365, 60, cut_off_days=days), written(LINES, round(days + 0.5), 60), written(LINES, 365, 60)
    )  # fmt: skip
    late = short["treatments"]["AENDY"] > days
    short["treatments"].loc[late, "AENDY"] = np.nan
    short["treatments"]["DCSREAS"] = short["treatments"]["DCSREAS"].astype(str).mask(late, "ongoing")
    cut["treatments"]["DCSREAS"] = cut["treatments"]["DCSREAS"].astype(str)
    assert late.sum() < 3
    for name in ("responses", "adverse_events", "treatments"):
        pd.testing.assert_frame_equal(cut[name], short[name], check_categorical=False)
        assert len(whole[name]) > len(cut[name]), name
    subjects = [found["subjects"] for found in (cut, short, whole)]
    pd.testing.assert_frame_equal(subjects[0][list(SEEN)], subjects[1][list(SEEN)], check_categorical=False)
    # Fractions that toxicity left out before the cut are taken for those given after it.
    dose, exact = (each["RADIATION_GY"].to_numpy() for each in subjects[:2])
    assert np.all(dose >= exact)
    assert np.mean(dose == exact) > 0.9
    assert np.all(dose <= subjects[2]["RADIATION_GY"])
    assert subjects[0]["TREATMENT_DAYS"].to_numpy() == pytest.approx(subjects[1]["TREATMENT_DAYS"], abs=0.5)
    assert subjects[2]["TREATMENT_DAYS"].sum() > 1.2 * subjects[0]["TREATMENT_DAYS"].sum()
    # On day 40 there is one scan, and no response is confirmed.
    unconfirmed = subjects[0]["BOR"].astype(str) != subjects[2]["BOR"].astype(str)
    assert unconfirmed.mean() > 0.5 if days < SCANS[2] else np.any(exact > 0.0)


def test_who_leaves_before_the_first_scan_is_not_evaluable():
    found = written(LINES, 365, 60, drop_out_rate_per_day=0.02)
    subjects, events = found["subjects"].set_index("USUBJID"), found["time_to_event"]
    overall = events[events["PARAMCD"] == "OS"].set_index("USUBJID")
    early = overall.index[(overall["EVNTDESC"] == "lost to follow-up") & (overall["AVAL"] < SCANS[1])]
    assert 10 <= len(early) < 50
    assert (subjects.loc[early, "BOR"] == "NE").all()
    assert subjects.loc[early, "DEPTH"].isna().all()
    assert (subjects["TREATMENT_DAYS"] <= overall["AVAL"] + 1.0).all()
    for name, day in (("responses", "ADY"), ("adverse_events", "ASTDY"), ("treatments", "ASTDY"),
                      ("treatments", "AENDY")):  # fmt: skip
        rows = found[name]
        assert not (rows[day] > overall["AVAL"].reindex(rows["USUBJID"]).to_numpy()).any(), name


def test_clinical_progression_censors_only_where_a_line_ends_for_it():
    """A primary that grows through treatment is felt; only the line that says so is stopped for it."""
    trace = "paclitaxel 0.001 mg/m2 every 7 d iv"
    plain, stopping = (
        written(Protocol((line(trace, until=until),)), 365, 60)["time_to_event"]
        for until in (UNTIL, (*UNTIL, Condition(CLINICAL_PROGRESSION)))
    )
    stopped = [(rows["EVNTDESC"] == "stopped for clinical progression").sum() for rows in (plain, stopping)]
    assert stopped[0] == 0
    assert stopped[1] >= 5


def test_a_second_line_after_failure_is_the_next_therapy_and_a_planned_one_is_not():
    trace = "paclitaxel 0.001 mg/m2 every 7 d iv"
    failing = Protocol((line(trace, until=UNTIL), line("doxorubicin 60 mg/m2 every 21 d iv", when=when(PROGRESSION))))
    planned = Protocol((line(trace, until=when(DURATION, 30.0)), line("doxorubicin 60 mg/m2 every 21 d iv")))
    found, other = written(failing, 365, 60), written(planned, 365, 60)
    events = found["time_to_event"]
    switched = events[(events["PARAMCD"] == "TTNT") & (events["EVNTDESC"] == "new anticancer therapy")]
    second = found["treatments"].query("LINE == 2").set_index("USUBJID")["ASTDY"]
    assert len(switched) >= 20
    assert switched.set_index("USUBJID")["AVAL"].to_dict() == second.to_dict()
    assert (other["treatments"]["LINE"] == 2).sum() >= 20
    assert not (other["time_to_event"]["EVNTDESC"] == "new anticancer therapy").any()


def test_progression_is_followed_beyond_an_operation_that_takes_every_lesion():
    """Neither the knife nor what follows it by plan ends the observation; what it took is no response."""
    operation = Line("operation", surgery=knife())
    trace = line("paclitaxel 0.001 mg/m2 every 7 d iv")
    for given in (Protocol((operation,)), Protocol((operation, trace))):
        found = written(given, 365, 60)
        operated = found["subjects"][found["subjects"]["MARGIN"] != ""]
        assert len(operated) >= 20
        assert set(operated["BOR"]) == {"NE"}
        events = found["time_to_event"]
        events = events[(events["PARAMCD"] == "PFS") & events["USUBJID"].isin(operated["USUBJID"])]
        assert (events["EVNTDESC"] == "progression").sum() >= 10
        assert (events["AVAL"] > 0.0).all()
        after = found["responses"].query("BASELINE_NUMBER >= 2 and AVALC != 'baseline'")
        assert {"NED", "PD"} <= set(after["AVALC"])


def mask(*kinds: str) -> int:
    return sum(1 << CONDITIONS.index(kind) for kind in kinds)


def states(*lines: tuple[int, float, float, int, int]) -> np.ndarray:
    """Lines of one person: status, first and last day, why it ended, why it began."""
    made = np.zeros((1, len(lines)), LINE_STATE)
    for place, (status, begun, ended, reason, cause) in enumerate(lines):
        for name, value in zip(("status", "begun_day", "ended_day", "reason", "cause"),
                               (status, begun, ended, reason, cause), strict=True):  # fmt: skip
            made[name][0, place] = value
    return made


AFTER = mask(PREVIOUS_LINE_ENDED)
SKIPPED = (PASSED_OVER, -1.0, 60.0, 0, 0)


@pytest.mark.parametrize(
    ("lines", "day"),
    [
        # Surgery, then radiation; the drug after it is not planned where radiation was stopped.
        ([(ENDED, 0, 1, 0, AFTER), (ACTIVE, 21, -1, 0, AFTER)], np.nan),
        ([(ENDED, 0, 1, 0, AFTER), (ENDED, 21, 60, mask(CLINICAL_PROGRESSION), AFTER), (ACTIVE, 70, -1, 0, AFTER)], 70),
        ([(ENDED, 0, 50, mask(DURATION), AFTER), (ACTIVE, 60, -1, 0, AFTER)], np.nan),
        ([(ENDED, 0, 50, mask(UNACCEPTABLE_TOXICITY), AFTER), (ACTIVE, 60, -1, 0, AFTER)], 60),
        # Begun at a scan, whatever becomes of the line before
        ([(ACTIVE, 0, -1, 0, AFTER), (ACTIVE, 60, -1, 0, mask(PROGRESSION))], 60),
        ([(ENDED, 0, 56, mask(PROGRESSION), AFTER), (ACTIVE, 60, -1, 0, mask(RESECTABLE))], np.nan),
        # What was passed over changes nothing
        ([(ENDED, 0, 50, mask(PROGRESSION), AFTER), SKIPPED, (ACTIVE, 60, -1, 0, AFTER)], 60),
        ([(ENDED, 0, 50, 0, AFTER), SKIPPED, (ACTIVE, 60, -1, 0, AFTER)], np.nan),
    ],
)
def test_new_therapies(lines, day):
    assert new_therapy_day(states(*lines))[0] == pytest.approx(day, nan_ok=True)


def test_days_of_lines_side_by_side_count_once():
    both = states((ENDED, 10, 50, mask(CLINICAL_PROGRESSION), AFTER), (ACTIVE, 40, -1, 0, AFTER), SKIPPED)
    assert days_given(both, np.array([60.0])).tolist() == [50.0]
    assert days_given(states((ENDED, 30, 40, 0, 0), (ENDED, 5, 10, 0, 0)), np.array([60.0])).tolist() == [15.0]
    assert clinical_stop_day(both).tolist() == [50.0]


def test_memory_counts_what_treatment_writes_down():
    study = described(2, {"none": UNTREATED, "arm": LINES}, genotype=BRAF_P53, design=Design(scan_days=SCANS))
    none, plan = compiled(study, "none"), compiled(study, "arm")
    cohort = simulate(plan, 0, 2)
    outputs = sum(getattr(cohort, name).nbytes for name in vars(cohort) if name != "first")
    assert bytes_per_person(plan) > outputs / 2
    assert bytes_per_person(plan) > bytes_per_person(none) + (cohort.events.nbytes + cohort.lines.nbytes) / 2
    assert _estimated_bytes((none, plan), None, 1) == OVERHEAD_BYTES + 3 * 2 * bytes_per_person(plan)
