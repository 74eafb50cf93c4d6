"""What a study sees of its persons: everything up to the last contact, and nothing after it.

Last contact is the earlier of drop-out and cut-off of the data. Scans, adverse events and lines after it are left out,
a line that it cuts is ongoing, and what sums them up (best response, depth, days on treatment, radiation, operation,
tracheostomy) is that of the time until then; who leaves before the start of treatment never started. What only the
model knows (cells, sites, day and cause of death in `subjects`) stays.

Response also ends with the first new anticancer therapy, as in RECIST 1.1: scans after it, and confirmation by them,
count no more. A later line of the protocol is a new therapy where it was begun for progression, or on the end of a line
that progression, clinical progression or unacceptable toxicity had ended. What follows by plan is part of the strategy:
after a line given in full or for its time, at a set time, on the end of radiation, or because a scan shows the primary
resectable.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from paget.compute import record_type
from paget.patient.imaging import FIRST_TARGET
from paget.patient.protocol import (
    ACTIVE,
    CLINICAL_PROGRESSION,
    ENDED,
    PASSED_OVER,
    PREVIOUS_LINE_ENDED,
    PROGRESSION,
    UNACCEPTABLE_TOXICITY,
    UNREACHED,
)
from paget.patient.recist import NEVER, RULES, best_until
from paget.trial.accrual import calendar
from paget.trial.cohort import Cohort
from paget.trial.plan import Plan
from paget.trial.protocol import fraction_days
from paget.trial.survival import Floats
from paget.trial.treatment import DIAGNOSIS

DAY, SUM, NADIR, RESPONSE, TARGET_RESPONSE, NON_TARGET_STATE, NEW_LESIONS, MEASURED, EVALUABLE = range(FIRST_TARGET)
"""Columns of a row of scans before those of the targets (patient/imaging.SCAN_FIELDS)."""

FAILED = 1 << PROGRESSION | 1 << CLINICAL_PROGRESSION | 1 << UNACCEPTABLE_TOXICITY
"""Ends of a line that make what follows on its end a new therapy."""


def enrolled(cohort: Cohort) -> np.ndarray:
    """Who has been on study, (n,) of bool."""
    return cohort.persons["on_study"] > 0


def start_day(cohort: Cohort) -> Floats:
    """Days from diagnosis to the start of treatment, (n,); NaN for those who never started."""
    person = cohort.persons
    return np.where(enrolled(cohort), person["enrolment_day"] - person["diagnosis_day"], np.nan)


def origin_day(plan: Plan, cohort: Cohort) -> Floats:
    """Day since diagnosis from which times count, (n,)."""
    if plan.study.design.clock == DIAGNOSIS:
        return np.zeros(len(cohort.persons))
    return start_day(cohort)


def followed_days(cohort: Cohort) -> Floats:
    """Days from diagnosis to death or the end of what was simulated, (n,)."""
    return cohort.persons["last_day"] - cohort.persons["diagnosis_day"]


def contact_days(plan: Plan, cohort: Cohort) -> tuple[Floats, Floats]:
    """(drop-out, cut-off of the data), days since diagnosis, (n,) each; infinite: nobody is lost, nothing is cut."""
    design = plan.study.design
    cut_off = plan.study.follow_up_days if design.cut_off_days is None else design.cut_off_days
    accrual = 0.0 if design.cut_off_days is None else design.accrual_days
    known = calendar(
        plan.study.seed, cohort.first + np.arange(len(cohort.persons)), accrual_days=accrual,
        follow_up_days=cut_off - accrual, drop_out_rate=design.drop_out_rate_per_day,
    )  # fmt: skip
    start = origin_day(plan, cohort)
    simulated = np.where(cohort.persons["alive"] == 0, np.inf, followed_days(cohort))
    return start + known.drop_out, np.minimum(start + known.cutoff, simulated)


def scan_numbers(cohort: Cohort) -> tuple[np.ndarray, np.ndarray]:
    """(person, row) of the scans that were made, the baselines among them."""
    made = np.arange(cohort.scans.shape[1]) < cohort.persons["scan_rows"][:, None]
    who, which = np.nonzero(made)
    return who, which


def baseline_number(who: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Number of the baseline, from 1, against which each row of a person's scans is judged."""
    counted = np.cumsum(first)
    start = np.searchsorted(who, who)
    before = np.where(start > 0, counted[np.maximum(start - 1, 0)], 0)
    return (counted - before).astype(np.int16)


def new_therapy_day(lines: np.ndarray) -> Floats:
    """Day since the start of treatment on which the first new anticancer therapy begins, (n,), NaN: none.

    lines: (n, lines) LINE_STATE.
    """
    day = np.full(len(lines), np.nan)
    failed = np.zeros(len(lines), bool)
    for place in range(lines.shape[1]):
        line = lines[:, place]
        given = (line["status"] == ACTIVE) | (line["status"] == ENDED)
        after = (line["cause"] & (1 << PREVIOUS_LINE_ENDED) > 0) & failed
        new = given & (after | (line["cause"] & (1 << PROGRESSION) > 0)) & (place > 0)
        day = np.where(new, np.fmin(day, line["begun_day"]), day)
        failed = np.where(given, line["reason"] & FAILED > 0, failed)
    return day


def clinical_stop_day(lines: np.ndarray) -> Floats:
    """Day since the start of treatment on which a line first ends for clinical progression, (n,), NaN: never.

    lines: (n, lines) LINE_STATE.
    """
    stopped = (lines["status"] == ENDED) & (lines["reason"] & (1 << CLINICAL_PROGRESSION) > 0)
    return np.fmin.reduce(np.where(stopped, lines["ended_day"], np.nan), axis=1, initial=np.nan)


def as_seen(plan: Plan, cohort: Cohort) -> Cohort:
    """The cohort as the study sees it; the arrays given are left alone."""
    contact = np.minimum(*contact_days(plan, cohort))
    # NaN, never on study, is no early end.
    left = contact < followed_days(cohort)
    until = np.where(left, contact - start_day(cohort), np.inf)
    until = np.where(np.isnan(until), np.inf, until)
    persons = cohort.persons.copy()
    persons["on_study"][until < 0.0] = 0
    lines = _lines_until(cohort.lines, until)
    made = np.arange(cohort.scans.shape[1]) < persons["scan_rows"][:, None]
    persons["scan_rows"] = (made & (cohort.scans[:, :, DAY] <= until[:, None])).sum(axis=1)
    noted = np.arange(cohort.events.shape[1]) < persons["event_count"][:, None]
    persons["event_count"] = (noted & (cohort.events["day"] <= until[:, None])).sum(axis=1)
    _treatment_until(plan, persons, lines, until)
    seen = replace(cohort, persons=persons, lines=lines)
    limit = np.fmin(until, new_therapy_day(lines))
    _response_until(plan, seen, np.flatnonzero(enrolled(seen) & (limit < np.inf)), limit)
    return seen


def _lines_until(lines: np.ndarray, until: Floats) -> np.ndarray:
    """The lines as they stand on day `until` since the start of treatment; (n, lines) LINE_STATE."""
    seen, day = lines.copy(), until[:, None]
    later = (seen["begun_day"] > day) | ((seen["status"] == PASSED_OVER) & (seen["ended_day"] > day))
    cut = (seen["status"] == ENDED) & (seen["ended_day"] > day)
    for field, value in (("status", ACTIVE), ("ended_day", NEVER), ("reason", 0)):
        seen[field][cut] = value
    for field, value in (("status", UNREACHED), ("begun_day", NEVER), ("ended_day", NEVER), ("cause", 0)):
        seen[field][later] = value
    return seen


def _treatment_until(plan: Plan, persons: np.ndarray, lines: np.ndarray, until: Floats) -> None:
    """What was given and done until then, of those who left.

    Of two operations the last is kept, or none; fractions left out for toxicity count as given before the last contact
    where as many were given after it, days with a tube likewise.
    """
    left = until < np.inf
    persons["first_treatment_day"][persons["first_treatment_day"] > until] = NEVER
    persons["treatment_days"][left] = days_given(lines[left], until[left])
    planned = _planned_dose(plan, lines, until)
    persons["radiation_given"][left] = np.minimum(persons["radiation_given"], planned)[left]
    undone = persons["operated_day"] > until
    persons["margin"][undone] = 0
    persons["complications"][undone] = 0
    tube = persons["tracheostomy_day"]
    days = np.where(tube < 0.0, 0.0, np.maximum(until - tube, 0.0))
    persons["relieved_days"][left] = np.minimum(persons["relieved_days"], days)[left]
    persons["tracheostomy_day"][tube > until] = NEVER


def days_given(lines: np.ndarray, until: Floats) -> Floats:
    """Days up to `until` on which any line was being given, (n,); lines: (n, lines) LINE_STATE."""
    given = (lines["status"] == ACTIVE) | (lines["status"] == ENDED)
    begins = np.where(given, lines["begun_day"], np.inf)
    ends = np.where(lines["status"] == ENDED, lines["ended_day"], until[:, None])
    total, reached = np.zeros(len(lines)), np.zeros(len(lines))
    order = np.argsort(begins, axis=1)
    for place in order.T:
        begin, end = (np.take_along_axis(each, place[:, None], axis=1)[:, 0] for each in (begins, ends))
        here = begin < np.inf
        total += np.where(here, np.maximum(end - np.maximum(begin, reached), 0.0), 0.0)
        reached = np.where(here, np.maximum(reached, end), reached)
    return total


def _planned_dose(plan: Plan, lines: np.ndarray, until: Floats) -> Floats:
    """Gy that the lines prescribe up to `until`, (n,)."""
    total = np.zeros(len(lines))
    for place, line in enumerate(plan.treatment.protocol.lines):
        beam = line.radiotherapy
        if beam is None:
            continue
        given = np.concatenate([[0.0], np.cumsum(fraction_days(beam))]) * (beam.dose_gy / beam.fractions)
        begun = lines["begun_day"][:, place]
        days = np.where((begun >= 0.0) & (until < np.inf), until - begun + 1.0, 0.0)
        total += given[np.clip(days, 0, len(given) - 1).astype(np.int64)]
    return total


def _response_until(plan: Plan, seen: Cohort, who: np.ndarray, limit: Floats) -> None:
    """Best response, its day and the least sum of some persons from their scans up to `limit` alone."""
    persons = seen.persons
    who = who[persons["scan_rows"][who] > 0]
    if not len(who):
        return
    rows = seen.scans[who]
    made = np.arange(rows.shape[1]) < persons["scan_rows"][who][:, None]
    baseline = made & (rows[:, :, RESPONSE] < 0.0)
    counted = made & (np.cumsum(baseline, axis=1) == 1) & (rows[:, :, DAY] <= limit[who][:, None])
    found = best_until(np.where(counted, rows[:, :, DAY], np.nan), rows[:, :, RESPONSE], rows[:, 0, MEASURED],
                       _rules(plan))  # fmt: skip
    persons["best"][who], persons["best_confirmed"][who] = found["best"], found["best_confirmed"]
    persons["response_day"][who], persons["confirmed_day"][who] = found["response_day"], found["confirmed_day"]
    progression = np.where(found["progression_day"] < 0.0, np.inf, found["progression_day"])
    after = counted & ~baseline & (rows[:, :, DAY] <= progression[:, None]) & ~np.isnan(rows[:, :, SUM])
    persons["least_sum"][who] = np.where(after, rows[:, :, SUM], np.inf).min(axis=1)


def _rules(plan: Plan) -> np.ndarray:
    """The thresholds of response in this study, one record."""
    rules = np.zeros(1, record_type(RULES))
    for name in RULES:
        rules[name] = plan.parameters[name]
    return rules
