"""Adverse events of treatment and what they do to its dose.

Each event of a regimen has a hazard that is constant while the person is exposed as in the reference regimen,

    h = -ln(1 - p) / T x (exposure)^a        p: published share of persons with the event within T, the time on it

exposure: mean concentration of the day over the time-averaged concentration under the reference dose (radiation: Gy of
the day over Gy a day of the reference), averaged over the drugs of the regimen. Shares with grade 3 or more, and with a
fatal event, set hazards of the same form, so that they too are reproduced; p is at most 1 - 1/(2n). Where grade 3 or
more was not reported, its share of the event is that of other studies of the same regimen, else the record
`severe_share`; where only grade 3 or more was reported, milder events don't happen. CTCAE bounds the grades. Real
events come early and in those who are prone; here they don't.

The most specific rows win: of the regimens of knowledge/toxicity.py whose drugs are all given in one line, that with
most drugs is taken, then the next among the drugs left. Rows of a combination are never added to those of its members:
what is in the blood counts for the regimen of the line that gave it last.

Dose: an event of grade 3 or more holds the drugs of its regimen until it has recovered; then each goes on at its next
lower level. After its last level, after `severe_events_limit` events, or at grade 4 where its rule says so, a drug
is stopped. While on hold a further event only lengthens the hold. Grade 5 is death by treatment. Checkpoint inhibitors
follow the same steps with their own records: held longer, never reduced, stopped at the second event; immune-related
events are marked as treated with corticosteroids, whose effect on immune killing is not modelled. Switch `toxicity`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from math import exp, log1p

import numpy as np

from paget.body import decisions
from paget.compute import device_function
from paget.compute.random import uniform
from paget.knowledge import toxicity as known
from paget.knowledge.toxicity import LEVELS, AdverseEvent, DoseModification, Toxicity

(NO_GRADE, MILD, MODERATE, SEVERE, LIFE_THREATENING, FATAL) = range(6)
"""Grades of CTCAE."""

NEVER_GRADE = FATAL + 1

ACTIONS = ("DOSE NOT CHANGED", "DRUG INTERRUPTED", "DOSE REDUCED", "DRUG WITHDRAWN", "NOT APPLICABLE")
"""What was done with the drug, as CDISC's AEACN calls it; a reduced drug is interrupted first."""

(NOT_CHANGED, INTERRUPTED, REDUCED, WITHDRAWN, NOT_APPLICABLE) = range(len(ACTIONS))

ADVERSE_EVENT = np.dtype(
    [
        ("drugs", np.int64),  # the regimen: bit k is drug k of the list compiled
        ("drug_count", np.int64),
        ("lines", np.int64),  # lines that give it: bit k is line k
        ("term", np.int64),  # place in terms()
        ("regimen_rows", np.int64),  # rows of the regimen, which stand together
        ("hazard", np.float64),  # 1/day at the reference exposure
        ("hazard_so_far", np.float64),  # 1/day, with that of the regimen's rows before it
        ("grade_2", np.float64),  # chance that an event is at least of this grade
        ("grade_3", np.float64),
        ("grade_4", np.float64),
        ("grade_5", np.float64),
        ("exponent", np.float64),
        ("steroid_grade", np.int64),  # lowest grade treated with corticosteroids
    ],
    align=True,
)
"""One adverse event of one regimen."""

DOSE_RULE = np.dtype(
    [
        ("levels", np.float64, LEVELS),  # shares of the dose
        ("level_count", np.int64),
        ("severe_limit", np.int64),
        ("stops_at_grade_4", np.int64),
        ("recovery_grade_3", np.float64),  # days
        ("recovery_grade_4", np.float64),
    ],
    align=True,
)
"""What severe events do to one drug."""

TOXICITY_STATE = np.dtype(
    [
        ("level", np.int64),
        ("hold_until", np.float64),  # day on which the drug may be given again
        ("severe_count", np.int64),
        ("stopped", np.int64),
        ("line", np.int64),  # place of the line that gave it last
    ],
    align=True,
)
"""Where one drug of one person stands; all zero at the start."""

EVENT = np.dtype(
    [
        ("day", np.int32),
        ("term", np.int32),  # place in terms()
        ("grade", np.int32),
        ("drugs", np.int32),  # bit k: drug k
        ("action", np.int32),  # place in ACTIONS; the strongest among the drugs
        ("steroids", np.int32),
    ],
    align=True,
)
"""One adverse event that happened."""


@cache
def terms() -> tuple[str, ...]:
    """MedDRA terms of the events, in the order of their numbers."""
    return tuple(_events())


@cache
def _events() -> dict[str, AdverseEvent]:
    return {event.term: event for event in known.adverse_events()}


@cache
def _dose_modifications() -> dict[str, DoseModification]:
    return {rule.drug: rule for rule in known.dose_modifications()}


@cache
def _rows() -> tuple[Toxicity, ...]:
    return known.toxicity()


def compile_toxicity(
    drugs: Sequence[str], lines: Sequence[Collection[str]], values: Mapping[str, float], switch: float = 1.0
) -> np.ndarray:
    """Events of the drugs that each line gives together, (events,) ADVERSE_EVENT; empty with the switch off.

    drugs: INN in the order of their numbers, "external-beam radiotherapy" among them; those without rows cause nothing.
    lines: drugs of each line. values: parameters by symbol in the units of their records. switch: factor of all
    hazards.
    """
    events, rules = _events(), _dose_modifications()
    chosen = [] if switch == 0.0 else _regimens(lines)
    table = np.zeros(sum(len(rows) for rows, _ in chosen), ADVERSE_EVENT)
    place = 0
    for rows, given_in in chosen:
        so_far = 0.0
        for row in rows:
            record = table[place : place + 1]
            event = events[row.term]
            record["drugs"] = sum(1 << number for number, drug in enumerate(drugs) if drug in row.regimen_drugs)
            record["drug_count"] = len(row.regimen_drugs)
            record["lines"] = given_in
            record["term"] = terms().index(row.term)
            record["regimen_rows"] = len(rows)
            _set_hazards(record, row, event, values, switch)
            so_far += record["hazard"][0]
            record["hazard_so_far"] = so_far
            record["exponent"] = values["toxicity_exposure_exponent"]
            immune = event.corticosteroids and any(rules[drug].checkpoint_inhibitor for drug in row.regimen_drugs)
            record["steroid_grade"] = int(values["steroid_grade"]) if immune else NEVER_GRADE
            place += 1
    return table


def compile_dose_rules(drugs: Sequence[str], values: Mapping[str, float]) -> np.ndarray:
    """Rules of the drugs, (drugs,) DOSE_RULE in their order; a drug without a record is only stopped.

    values: as for `compile_toxicity`.
    """
    rules = _dose_modifications()
    table = np.zeros(len(drugs), DOSE_RULE)
    for place, drug in enumerate(drugs):
        record = table[place : place + 1]
        record["levels"][0, 0] = 1.0
        record["level_count"] = 1
        record["severe_limit"] = int(values["severe_events_limit"])
        record["recovery_grade_3"] = values["recovery_time_grade_3"]
        record["recovery_grade_4"] = values["recovery_time_grade_4"]
        if drug in rules:
            _set_rule(record, rules[drug], values)
    return table


def reference_dose_rate(drug: str, weight: float, surface: float) -> float:
    """Dose (mg, of radiation Gy) a day at which the exposure is 1, by weight (kg) and surface (m^2); 0: no record.

    By linear kinetics the reference concentration is that under this rate for ever: F x rate / clearance.
    """
    rule = _dose_modifications().get(drug)
    return 0.0 if rule is None else rule.dose_rate * {"mg/kg": weight, "mg/m^2": surface}.get(rule.basis, 1.0)


def _regimens(lines: Sequence[Collection[str]]) -> list[tuple[list[Toxicity], int]]:
    """Rows of the regimens that cover the drugs of the lines, with the mask of the lines that give each.

    Those of most drugs first; each drug of a line is in one of its regimens at most.
    """
    found: dict[frozenset[str], list[Toxicity]] = {}
    for row in _rows():
        if row.use == "hazard":
            found.setdefault(row.regimen_drugs, []).append(row)
    left = [set(drugs) for drugs in lines]
    chosen = []
    for regimen in sorted(found, key=lambda members: (-len(members), sorted(members))):
        given_in = [place for place, drugs in enumerate(left) if regimen <= drugs]
        for place in given_in:
            left[place] -= regimen
        if given_in:
            chosen.append((found[regimen], sum(1 << place for place in given_in)))
    return chosen


def _set_hazards(
    record: np.ndarray, row: Toxicity, event: AdverseEvent, values: Mapping[str, float], switch: float
) -> None:
    """Fill hazard and grades so that the published shares of persons come out over the published time."""
    any_grade, severe, fatal = published_shares(row, event, values)
    total, severe_hazard, fatal_hazard = (-log1p(-share) / row.duration_days for share in (any_grade, severe, fatal))
    record["hazard"] = switch * total
    if total == 0.0:
        return
    grade_4 = values["grade_4_share"] if event.highest_grade >= LIFE_THREATENING else 0.0
    record["grade_5"] = fatal_hazard / total
    record["grade_3"] = severe_hazard / total
    record["grade_4"] = (fatal_hazard + grade_4 * (severe_hazard - fatal_hazard)) / total
    mild = 1.0 - severe_hazard / total
    grade_2 = 1.0 if event.lowest_grade >= MODERATE else values["grade_2_share"]
    record["grade_2"] = record["grade_3"] + grade_2 * mild


def published_shares(row: Toxicity, event: AdverseEvent, values: Mapping[str, float]) -> tuple[float, float, float]:
    """Shares of persons with the event at any grade, at grade 3 or more, and fatal, what is not reported filled in."""
    most = 1.0 - 0.5 / row.n
    any_grade = row.any_grade_share if row.any_grade_share is not None else row.grade_3_plus_share or 0.0
    severe = row.grade_3_plus_share
    if severe is None:
        severe = any_grade * _severe_share(row, values)
    if event.highest_grade < SEVERE:
        severe = 0.0
    if event.lowest_grade >= SEVERE:
        severe = any_grade
    fatal = row.fatal_share
    if fatal is None:
        fatal = values["fatal_share"] * severe if event.highest_grade == FATAL else 0.0
    return min(any_grade, most), min(severe, most), min(fatal, most)


def _severe_share(row: Toxicity, values: Mapping[str, float]) -> float:
    """Share of grade 3 or more among persons with the event: of other studies of the regimen, else the record."""
    among, severe = 0.0, 0.0
    for other in _rows():
        if (other.regimen_drugs, other.term) != (row.regimen_drugs, row.term):
            continue
        if other.any_grade_share and other.grade_3_plus_share is not None:
            among += other.n * other.any_grade_share
            severe += other.n * other.grade_3_plus_share
    return severe / among if among else values["severe_share"]


def _set_rule(record: np.ndarray, rule: DoseModification, values: Mapping[str, float]) -> None:
    for level, share in enumerate(rule.dose_levels):
        record["levels"][0, level] = share
    record["level_count"] = len(rule.dose_levels)
    record["stops_at_grade_4"] = int(rule.grade_4 == "stop")
    if rule.checkpoint_inhibitor:
        record["recovery_grade_3"] = record["recovery_grade_4"] = values["recovery_time_immune"]


@device_function
def dose_share(state, rule, day):
    """Share of the planned dose that a drug is given at on `day`; 0 while it is held and once it is stopped."""
    if state.stopped or day < state.hold_until:
        return 0.0
    return rule.levels[state.level]


@device_function
def dose_modification(state, grade, day, rule):
    """Apply the rule to a TOXICITY_STATE after an event of `grade` on `day`; returns the action (place in ACTIONS).

    The dose of `day` itself has been given.
    """
    if grade == FATAL:
        state.stopped = 1
        return NOT_APPLICABLE
    if grade < SEVERE or state.stopped:
        return NOT_CHANGED
    stops = grade == LIFE_THREATENING and rule.stops_at_grade_4
    recovery = rule.recovery_grade_4 if grade == LIFE_THREATENING else rule.recovery_grade_3
    if day < state.hold_until and not stops:
        state.hold_until = max(state.hold_until, day + recovery)
        return INTERRUPTED
    state.severe_count += 1
    if stops or state.severe_count >= rule.severe_limit or state.level + 1 >= rule.level_count:
        state.stopped = 1
        return WITHDRAWN
    before = rule.levels[state.level]
    state.level += 1
    state.hold_until = day + recovery
    return REDUCED if rule.levels[state.level] < before else INTERRUPTED


@device_function
def adverse_events_today(table, rules, exposures, states, person, seed, step, events, count):
    """Draw a person's adverse events of one day and act on the doses from the next day on.

    table: (n,) ADVERSE_EVENT; rules, exposures, states: (drugs,) DOSE_RULE, relative exposure of the day,
    TOXICITY_STATE; person: record with the number `person`; step: the day. Events are written to `events` (limit,)
    EVENT from `count` on. Returns (count, fatal): count of all events, beyond the limit too, where they act but are not
    written: the host must compare it with the limit; fatal: 1 if the person dies of treatment today. Exact in
    law: a Poisson number of events, one uniform on a day without any.
    """
    hazard = total_hazard(table, exposures, states)
    if hazard <= 0.0:
        return count, 0
    number = person.person
    none = exp(-hazard)
    draw = 0
    fatal = 0
    product = uniform(seed, number, draw, decisions.ADVERSE_EVENT, step)
    while product > none and not fatal:
        chance = hazard * uniform(seed, number, draw, decisions.ADVERSE_EVENT_TERM, step)
        place = _which_event(table, exposures, states, chance)
        row = table[place]
        grade = _grade(row, uniform(seed, number, draw, decisions.ADVERSE_EVENT_GRADE, step))
        action = _modify_doses(row, rules, states, grade, step)
        if count < events.shape[0]:
            _write_event(events[count], row, grade, action, step)
        count += 1
        fatal = 1 if grade == FATAL else 0
        draw += 1
        product *= uniform(seed, number, draw, decisions.ADVERSE_EVENT, step)
    return count, fatal


@device_function
def regimen_exposure(row, exposures, states):
    """(mean relative exposure to the drugs of the row's regimen)^exponent; 0 without any that its lines gave last."""
    together = 0.0
    for drug in range(exposures.shape[0]):
        if (row.drugs >> drug) & 1 and (row.lines >> states[drug].line) & 1:
            together += exposures[drug]
    if together <= 0.0:
        return 0.0
    return (together / row.drug_count) ** row.exponent


@device_function
def total_hazard(table, exposures, states):
    """Hazard of any adverse event (1/day) at the exposures of the day."""
    together = 0.0
    first = 0
    while first < table.shape[0]:
        row = table[first]
        first += row.regimen_rows
        together += table[first - 1].hazard_so_far * regimen_exposure(row, exposures, states)
    return together


@device_function
def _which_event(table, exposures, states, chance):
    """Place of the event at `chance`, uniform below the total hazard."""
    first = 0
    place = 0
    while first < table.shape[0]:
        factor = regimen_exposure(table[first], exposures, states)
        following = first + table[first].regimen_rows
        share = table[following - 1].hazard_so_far * factor
        if factor > 0.0:
            place = first
            while place + 1 < following and table[place].hazard_so_far * factor <= chance:
                place += 1
            if chance < share:
                return place
        chance -= share
        first = following
    # Rounding may carry the chance past the last regimen given.
    return place


@device_function
def _grade(row, chance):
    if chance < row.grade_5:
        return FATAL
    if chance < row.grade_4:
        return LIFE_THREATENING
    if chance < row.grade_3:
        return SEVERE
    return MODERATE if chance < row.grade_2 else MILD


@device_function
def _modify_doses(row, rules, states, grade, day):
    """Act on every drug of the regimen; returns the strongest action."""
    strongest = NOT_CHANGED
    for drug in range(states.shape[0]):
        if (row.drugs >> drug) & 1:
            strongest = max(strongest, dose_modification(states[drug], grade, day, rules[drug]))
    return strongest


@device_function
def _write_event(event, row, grade, action, day):
    event.day = day
    event.term = row.term
    event.grade = grade
    event.drugs = row.drugs
    event.action = action
    event.steroids = 1 if grade >= row.steroid_grade else 0
