"""Adverse events by a small kernel of its own: published incidence, the law of exposure, and what happens to the dose.

Shares among 20 000 persons are held against the published ones within 5 standard errors.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest

from paget import knowledge
from paget.compute import kernel, record_type
from paget.knowledge import toxicity as known
from paget.therapy import toxicity as tox
from paget.therapy.toxicity import (
    ACTIONS,
    EVENT,
    FATAL,
    INTERRUPTED,
    LIFE_THREATENING,
    MODERATE,
    NOT_APPLICABLE,
    NOT_CHANGED,
    REDUCED,
    SEVERE,
    TOXICITY_STATE,
    WITHDRAWN,
    adverse_events_today,
    compile_dose_rules,
    compile_toxicity,
    dose_modification,
    dose_share,
    reference_dose_rate,
    terms,
)

PERSONS = 20_000
PERSON = record_type(["person"], {"person": np.int64})
LIMIT = 64

REGIMENS = (
    ("dabrafenib",),
    ("trametinib",),
    ("dabrafenib", "trametinib"),
    ("paclitaxel",),
    ("doxorubicin",),
    ("cisplatin",),
    ("lenvatinib",),
    ("sorafenib",),
    ("spartalizumab",),
    ("external-beam radiotherapy",),
)


@kernel
def happening(i, persons, table, rules, exposures, states, days, seed, obey, worst, totals):
    """One person's events with or without the rules of dose; the highest grade of each term and moment it came."""
    states_of = states[i]
    written = totals[i]
    count = 0
    for day in range(days):
        for drug in range(rules.shape[0]):
            share = dose_share(states_of[drug], rules[drug], day) if obey else 1.0
            exposures[i, drug, 1] = exposures[i, drug, 0] * share
        before = count
        count, fatal = adverse_events_today(
            table, rules, exposures[i, :, 1], states_of, persons[i], seed, day, written, count
        )
        for place in range(before, min(count, written.shape[0])):
            event = written[place]
            worst[i, event.term, 0] = max(worst[i, event.term, 0], event.grade)
            if worst[i, event.term, 1] == 0:
                worst[i, event.term, 1] = day + 1
        if fatal and obey:
            break
    worst[i, 0, 2] = count


@kernel
def modifying(i, states, rules, grades, days, actions, shares):
    """A sequence of events of one drug: the action after each and the share of the dose on the following day."""
    for step in range(grades.shape[1]):
        actions[i, step] = dose_modification(states[i, 0], grades[i, step], days[i, step], rules[0])
        shares[i, step, 0] = dose_share(states[i, 0], rules[0], days[i, step] + 1)
        shares[i, step, 1] = dose_share(states[i, 0], rules[0], states[i, 0].hold_until)
    actions[i, grades.shape[1]] = states[i, 0].stopped


@cache
def values() -> dict[str, float]:
    return {symbol: record.value for symbol, record in knowledge.parameters("atc").items()}


def changed(**other: float) -> dict[str, float]:
    return {**values(), **other}


class Course:
    """What happened to many persons on a table of events."""

    def __init__(
        self, drugs, days, *, exposure=1.0, seed=1, obey=False, switch=1.0, persons=PERSONS, limit=LIMIT, lines=None,
        given_in=0, **p,
    ):  # fmt: skip
        self.drugs = tuple(drugs)
        self.table = compile_toxicity(self.drugs, lines or [self.drugs], changed(**p), switch)
        rules = compile_dose_rules(self.drugs, changed(**p))
        people = np.zeros(persons, PERSON)
        people["person"] = np.arange(persons)
        exposures = np.empty((persons, len(self.drugs), 2))
        exposures[:] = np.broadcast_to(np.asarray(exposure, float), (len(self.drugs),))[None, :, None]
        self.states = np.zeros((persons, len(self.drugs)), TOXICITY_STATE)
        self.states["line"] = given_in
        self.events = np.zeros((persons, limit), EVENT)
        self.worst = np.zeros((persons, len(terms()), 3), np.int64)
        happening.launch(
            persons, people, self.table, rules, exposures, self.states, math.ceil(days), seed, obey, self.worst,
            self.events, threads=2,
        )  # fmt: skip

    @property
    def counts(self) -> np.ndarray:
        return self.worst[:, 0, 2]

    def share(self, term: str, grade: int = 1, days: float = math.inf) -> float:
        found = self.worst[:, terms().index(term), :]
        return float(((found[:, 0] >= grade) & (found[:, 1] <= days)).mean())

    def person(self, number: int) -> np.ndarray:
        return self.events[number, : self.counts[number]]


def within(observed: float, expected: float, persons: int = PERSONS, errors: float = 5.0) -> bool:
    # Half a person is the least error that a share of 0 or 1 can show.
    error = math.sqrt(max(expected * (1.0 - expected), 0.5 / persons) / persons)
    return abs(observed - expected) <= errors * error


def hazard_rows(*drugs: str) -> list[known.Toxicity]:
    return [row for row in known.toxicity() if row.use == "hazard" and row.regimen_drugs == set(drugs)]


EVENTS = {event.term: event for event in known.adverse_events()}


def days_of(rows: list[known.Toxicity]) -> int:
    return math.ceil(max(row.duration_days for row in rows))


@pytest.mark.parametrize("drugs", REGIMENS, ids="+".join)
def test_incidence_over_the_reference_time_is_the_published_one(drugs):
    """P(event by T) = 1 - exp(-h T) = p, at any grade and at grade 3 or more; T is rounded up to whole days."""
    rows = hazard_rows(*drugs)
    assert rows
    for days in {math.ceil(row.duration_days) for row in rows}:
        course = Course(drugs, days, limit=256)
        assert course.counts.max() < 256
        for row in (row for row in rows if math.ceil(row.duration_days) == days):
            for published, grade in ((row.any_grade_share, 1), (row.grade_3_plus_share, SEVERE)):
                if published is None:
                    continue
                expected = min(published, 1.0 - 0.5 / row.n)
                expected = 1.0 - (1.0 - expected) ** (days / row.duration_days)
                assert within(course.share(row.term, grade), expected), (row.term, grade)


def test_exposure_scales_the_hazard_by_its_power():
    rows = hazard_rows("lenvatinib")
    half = Course(["lenvatinib"], 60, exposure=0.5)
    steep = Course(["lenvatinib"], 60, exposure=0.5, toxicity_exposure_exponent=2.0)
    for row in rows:
        hazard = -math.log1p(-row.any_grade_share) / row.duration_days
        assert within(half.share(row.term), -math.expm1(-hazard * 60 / 2)), row.term
        assert within(steep.share(row.term), -math.expm1(-hazard * 60 / 4)), row.term


def test_a_cycle_reproduces_the_incidence_that_its_mean_exposure_gives():
    """The hazard is linear in exposure: all of a cycle's exposure on one day in 21 is as much as an even one."""
    even = compile_toxicity(["paclitaxel"], [["paclitaxel"]], values())
    pulsed = Course(["paclitaxel"], 6, exposure=21.0, limit=256)
    for record in even:
        expected = -math.expm1(-record["hazard"] * 21 * 6)
        assert within(pulsed.share(terms()[record["term"]]), expected)


def test_grades_follow_their_shares_and_their_bounds_in_ctcae():
    course = Course(["sorafenib"], 400, limit=256, grade_4_share=0.25)
    grades = {term: np.zeros(FATAL + 1) for term in terms()}
    for number in range(5_000):
        for event in course.person(number):
            grades[terms()[event["term"]]][event["grade"]] += 1
    for term in (row.term for row in hazard_rows("sorafenib")):
        possible = range(EVENTS[term].lowest_grade, EVENTS[term].highest_grade + 1)
        assert set(np.flatnonzero(grades[term])) <= set(possible), term
    seen = grades["Hypertension"]
    mild = seen[1] + seen[MODERATE]
    assert within(seen[MODERATE] / mild, values()["grade_2_share"], mild)
    severe = seen[SEVERE] + seen[LIFE_THREATENING]
    assert within(seen[LIFE_THREATENING] / severe, 0.25, severe)


def test_severity_that_was_not_reported_is_that_of_other_studies_else_the_record():
    rows = {row.term: row for row in hazard_rows("lenvatinib")}
    # Wirth2021 gives any grade only; SELECT has 42.9 of 69.3 % at grade 3 or more.
    severe = tox.published_shares(rows["Hypertension"], EVENTS["Hypertension"], values())[1]
    assert severe == pytest.approx(0.56 * 42.9 / 69.3)
    severe = tox.published_shares(rows["Stomatitis"], EVENTS["Stomatitis"], values())[1]
    assert severe == pytest.approx(0.29 * values()["severe_share"])
    assert tox.published_shares(rows["Alopecia"], EVENTS["Alopecia"], values())[1] == 0.0


def test_fatal_events_have_their_own_hazard_and_end_the_course():
    course = Course(["lenvatinib"], 80, fatal_share=0.5, obey=True)
    died = np.zeros(PERSONS, bool)
    for number in range(2_000):
        events = course.person(number)
        fatal = events["grade"] == FATAL
        died[number] = fatal.any()
        assert not fatal[:-1].any()
        assert np.all((events["action"] == NOT_APPLICABLE) == fatal)
    assert 0.03 < died[:2_000].mean() < 0.3
    assert np.all(course.states["stopped"][died, 0] == 1)
    assert not np.any(Course(["lenvatinib"], 80, fatal_share=0.0).events["grade"] == FATAL)


@pytest.mark.inventory("SUP-3", off="toxicity", scale="trial")
def test_drugs_cause_events_and_are_held_reduced_and_stopped(mechanisms):
    switch = mechanisms(toxicity=1.0)["toxicity"]
    course = Course(["lenvatinib"], 300, obey=True, switch=switch)
    assert set(np.unique(course.events["action"])) >= {NOT_CHANGED, INTERRUPTED, REDUCED, WITHDRAWN}
    assert 0.05 < course.states["stopped"].mean() < 0.95
    assert 0.2 < (course.states["level"] > 0).mean()


def test_with_the_switch_off_nothing_happens():
    course = Course(["lenvatinib", "paclitaxel"], 300, switch=0.0, obey=True, persons=100)
    assert len(course.table) == 0
    assert not course.counts.any()
    assert course.states.tobytes() == bytes(course.states.nbytes)


def test_without_exposure_nothing_happens():
    assert not Course(["lenvatinib"], 300, exposure=0.0, toxicity_exposure_exponent=0.0, persons=100).counts.any()


def test_a_factor_scales_all_hazards():
    full, third = (compile_toxicity(["cisplatin"], [["cisplatin"]], values(), factor) for factor in (1.0, 1 / 3))
    np.testing.assert_allclose(third["hazard"], full["hazard"] / 3)
    np.testing.assert_array_equal(third["grade_3"], full["grade_3"])


def test_events_of_a_person_depend_on_nobody_else_and_holding_lowers_them():
    alone = Course(["sorafenib"], 200, persons=50, obey=True)
    among = Course(["sorafenib"], 200, persons=500, obey=True)
    np.testing.assert_array_equal(alone.events, among.events[:50])
    other = Course(["sorafenib"], 200, persons=50, obey=True, seed=2)
    assert np.any(other.events != alone.events)
    unmodified = Course(["sorafenib"], 200, persons=500)
    assert unmodified.counts.mean() > among.counts.mean()


def test_another_arm_has_the_same_events_until_the_doses_differ():
    """Counterfactual twins: an arm with a further drug that is not yet given changes nothing."""
    alone = Course(["lenvatinib"], 100, persons=300)
    both = Course(["lenvatinib", "spartalizumab"], 100, persons=300, exposure=(1.0, 0.0))
    np.testing.assert_array_equal(alone.events, both.events)
    given = Course(["lenvatinib", "spartalizumab"], 100, persons=300, exposure=(1.0, 1.0))
    assert np.all(given.counts >= alone.counts)
    assert given.counts.sum() > alone.counts.sum()


def test_the_most_specific_rows_win():
    def events_of(*drugs: str) -> set[tuple[int, str]]:
        return {(int(row["drugs"]), terms()[row["term"]]) for row in compile_toxicity(drugs, [drugs], values())}

    combined = {row.term for row in hazard_rows("dabrafenib", "trametinib")}
    assert events_of("dabrafenib", "trametinib") == {(3, term) for term in combined}
    assert events_of("trametinib", "dabrafenib") == {(3, term) for term in combined}
    paclitaxel = {row.term for row in hazard_rows("paclitaxel")}
    assert events_of("dabrafenib", "paclitaxel", "trametinib") == {(5, term) for term in combined} | {
        (2, term) for term in paclitaxel
    }
    # One composite figure of doxorubicin with cisplatin is no set of events: the rows of each are used.
    assert {drugs for drugs, _ in events_of("doxorubicin", "cisplatin")} == {1, 2}


def test_a_combination_is_as_toxic_as_its_mean_exposure_and_acts_on_both_drugs():
    drugs = ("dabrafenib", "trametinib")
    table = compile_toxicity(drugs, [drugs], values())
    one = Course(drugs, 100, exposure=(1.0, 0.0))
    place = terms().index("Pyrexia")
    (hazard,) = table["hazard"][table["term"] == place]
    assert within(one.share("Pyrexia"), -math.expm1(-hazard * 100 / 2))
    obeying = Course(drugs, 300, obey=True)
    np.testing.assert_array_equal(obeying.states["severe_count"][:, 0], obeying.states["severe_count"][:, 1])
    assert obeying.states["severe_count"].any()


def test_events_past_the_limit_act_and_are_counted_though_not_written():
    wide = Course(["lenvatinib"], 300, persons=500, obey=True, limit=128)
    narrow = Course(["lenvatinib"], 300, persons=500, obey=True, limit=2)
    np.testing.assert_array_equal(wide.counts, narrow.counts)
    np.testing.assert_array_equal(wide.states, narrow.states)
    np.testing.assert_array_equal(wide.events[:, :2], narrow.events)
    assert narrow.counts.max() > 2


def sequence(drug: str, *events: tuple[int, int], **p: float) -> tuple[list[str], list[tuple[float, float]], bool]:
    """Actions; shares of the dose on the next day and at the end of the hold; whether the drug is stopped at last."""
    states = np.zeros((1, 1), TOXICITY_STATE)
    actions, shares = np.zeros((1, len(events) + 1), np.int64), np.zeros((1, len(events), 2))
    grades, days = (np.array([[event[column] for event in events]]) for column in (1, 0))
    modifying.launch(1, states, compile_dose_rules([drug], changed(**p)), grades, days, actions, shares, threads=1)
    words = [ACTIONS[action] for action in actions[0, :-1]]
    return words, [(float(a), float(b)) for a, b in shares[0]], bool(actions[0, -1])


def test_hold_and_reduce_twice_then_stop():
    actions, shares, stopped = sequence("paclitaxel", (10, 3), (60, 3), (120, 3))
    assert actions == ["DOSE REDUCED", "DOSE REDUCED", "DRUG WITHDRAWN"]
    assert shares == [(0.0, 0.75), (0.0, 0.5), (0.0, 0.0)]
    assert stopped


def test_the_number_of_severe_events_may_stop_a_drug_before_its_levels_do():
    actions, _, _ = sequence("paclitaxel", (10, 3), (60, 3), severe_events_limit=2)
    assert actions == ["DOSE REDUCED", "DRUG WITHDRAWN"]


def test_mild_events_change_nothing():
    actions, shares, stopped = sequence("paclitaxel", (10, 1), (11, 2))
    assert actions == ["DOSE NOT CHANGED"] * 2
    assert shares == [(1.0, 1.0)] * 2
    assert not stopped


def test_a_severe_event_on_hold_only_lengthens_it():
    # Grade 3 on day 10 holds to day 24; grade 4 on day 20 to day 41 and grade 3 on day 22 to 36, which is sooner.
    actions, shares, _ = sequence("paclitaxel", (10, 3), (20, 4), (22, 3), (40, 3), (54, 3))
    assert actions == ["DOSE REDUCED", "DRUG INTERRUPTED", "DRUG INTERRUPTED", "DRUG INTERRUPTED", "DOSE REDUCED"]
    assert [share for _, share in shares] == [0.75, 0.75, 0.75, 0.75, 0.5]


def test_grade_4_stops_where_the_rule_says_so_and_even_on_hold():
    assert sequence("paclitaxel", (10, 4))[0] == ["DOSE REDUCED"]
    assert sequence("lenvatinib", (10, 4)) == (["DRUG WITHDRAWN"], [(0.0, 0.0)], True)
    assert sequence("lenvatinib", (10, 3), (12, 4))[0] == ["DOSE REDUCED", "DRUG WITHDRAWN"]


def test_a_stopped_drug_stays_stopped_and_a_fatal_event_stops_it():
    actions, shares, stopped = sequence("lenvatinib", (10, 4), (500, 3))
    assert actions == ["DRUG WITHDRAWN", "DOSE NOT CHANGED"]
    assert shares[-1] == (0.0, 0.0)
    assert stopped
    assert sequence("paclitaxel", (10, 5)) == (["NOT APPLICABLE"], [(0.0, 0.0)], True)


def test_a_checkpoint_inhibitor_is_held_for_long_not_reduced_and_stopped_at_the_second_event():
    hold = values()["recovery_time_immune"]
    actions, shares, stopped = sequence("spartalizumab", (10, 3), (10 + int(hold), 3))
    assert actions == ["DRUG INTERRUPTED", "DRUG WITHDRAWN"]
    assert shares[0] == (0.0, 1.0)
    assert stopped
    # One day sooner it is still on hold.
    assert sequence("spartalizumab", (10, 3), (9 + int(hold), 3))[0] == ["DRUG INTERRUPTED"] * 2
    assert sequence("spartalizumab", (10, 4))[0] == ["DRUG WITHDRAWN"]


def test_severe_immune_related_events_are_marked_as_treated_with_corticosteroids():
    course = Course(["spartalizumab"], 500, severe_share=0.5)
    events = np.concatenate([course.person(number) for number in range(PERSONS)])
    immune = np.array([EVENTS[term].corticosteroids for term in terms()])[events["term"]]
    np.testing.assert_array_equal(events["steroids"] == 1, immune & (events["grade"] >= SEVERE))
    assert events["steroids"].any()
    assert not Course(["lenvatinib"], 100).events["steroids"].any()


def test_rows_stand_for_the_drugs_of_one_line_and_not_of_an_arm():
    drugs = ("dabrafenib", "trametinib", "external-beam radiotherapy")

    def lines_of(*lines: tuple[str, ...]) -> dict[int, set[int]]:
        """Regimens, by the bits of their drugs: the lines that their rows stand for."""
        table = compile_toxicity(drugs, lines, values())
        return {int(mask): set(table["lines"][table["drugs"] == mask].tolist()) for mask in np.unique(table["drugs"])}

    apart = lines_of(("dabrafenib",), ("trametinib", "external-beam radiotherapy"))
    assert apart == {1: {0b01}, 2: {0b10}, 4: {0b10}}
    pair = ("dabrafenib", "trametinib")
    assert lines_of(pair, pair) == {3: {0b11}}
    assert lines_of(("dabrafenib",), pair, ("dabrafenib",)) == {1: {0b101}, 3: {0b010}}


def test_what_is_in_the_blood_counts_for_the_line_that_gave_it_last():
    pair = ("dabrafenib", "trametinib")
    lines = (("dabrafenib",), pair)
    first, second = (Course(pair, 100, exposure=(1.0, 0.0), lines=lines, given_in=place) for place in (0, 1))
    alone, half = Course(pair[:1], 100), Course(pair, 100, exposure=(1.0, 0.0))
    np.testing.assert_array_equal(first.counts, alone.counts)
    np.testing.assert_array_equal(second.counts, half.counts)
    assert alone.counts.mean() != half.counts.mean()


def test_a_drug_without_records_causes_nothing():
    assert len(compile_toxicity(["nivolumab"], [["nivolumab"]], values())) == 0
    assert sequence("nivolumab", (10, 3))[0] == ["DRUG WITHDRAWN"]
    assert reference_dose_rate("nivolumab", 70.0, 1.73) == 0.0


def test_reference_doses_are_rates_a_day():
    rates = [
        reference_dose_rate(drug, 70.0, 1.73) for drug in ("dabrafenib", "paclitaxel", "external-beam radiotherapy")
    ]
    np.testing.assert_allclose(rates, [300.0, 1.73 * 175 / 21, 10 / 7])


def test_the_device_functions_compile_for_a_gpu():
    from numba import float64, from_dtype, int64

    table = from_dtype(tox.ADVERSE_EVENT)[:]
    rules = from_dtype(tox.DOSE_RULE)[:]
    states, events = from_dtype(TOXICITY_STATE)[:, :], from_dtype(EVENT)[:, :]
    text = happening.ptx(
        from_dtype(PERSON)[:], table, rules, float64[:, :, :], states, int64, int64, int64, int64[:, :, :], events,
        optimised=False,
    )  # fmt: skip
    assert ".target sm_90" in text
