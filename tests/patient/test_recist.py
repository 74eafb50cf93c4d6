"""RECIST 1.1 on hand-made histories with the answer of the guideline, and properties on random ones."""

from __future__ import annotations

import math

import numpy as np
import pytest

from paget import knowledge
from paget.patient.recist import (
    NON_TARGET,
    RESPONSES,
    RULES,
    Assessment,
    History,
    assess_history,
    best_overall_response,
    progression_day,
    recist_rules,
    time_point_responses,
)

INTERVAL = 56.0
GOODNESS = {name: place for place, name in enumerate(RESPONSES)}


def history(*rows, nodes: tuple[bool, ...] | None = None, interval: float = INTERVAL) -> History:
    """Assessments `interval` days apart; a row: targets, or (targets, non-target, new lesion)."""
    visits = []
    for place, row in enumerate(rows):
        targets, *rest = row if isinstance(row, tuple) else (row,)
        visits.append(Assessment(place * interval, targets, *rest))
    return History(visits, (False,) * len(visits[0].targets) if nodes is None else nodes)


def sums(*values: float | None, **named) -> History:
    """One target that carries the sum."""
    return history(*([value] for value in values), **named)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((100, 70), "PR"),
        ((100, 70.001), "SD"),
        ((100, 120), "PD"),
        ((100, 119.999), "SD"),
        ((20, 24.9), "SD"),  # 24.5 %, but less than 5 mm
        ((20, 25), "PD"),
        ((100, 0), "CR"),
        ((10, 3), "PR"),  # counts as 5 mm
        ((100, None), "NE"),
        ((0.1 + 0.2, 0.3 * 0.7), "SD"),  # both count as 5 mm
    ],
)
def test_thresholds_of_the_targets(values, expected):
    assert time_point_responses(sums(*values)) == (expected,)


@pytest.mark.parametrize("baseline", [33.3, 47.1, 61.7, 99.9, 23.7])
def test_exact_ties_are_met_whatever_the_rounding(baseline):
    third = baseline / 3.0
    tie = history([third] * 3, [0.7 * third] * 3)
    assert time_point_responses(tie) == ("PR",)
    assert time_point_responses(history([10 * third] * 3, [12 * third] * 3)) == ("PD",)


def test_progression_is_measured_from_the_smallest_sum_and_response_from_baseline():
    assert time_point_responses(sums(100, 60, 70, 72)) == ("PR", "PR", "PD")
    assert time_point_responses(sums(100, 60, 71, 71.9)) == ("PR", "SD", "SD")
    assert time_point_responses(sums(60, 100)) == ("PD",)


def test_an_assessment_that_is_not_complete_does_not_lower_the_nadir():
    rows = [[50, 50], [30, None], [55, 50], [61, 60]]
    assert time_point_responses(history(*rows)) == ("NE", "SD", "PD")


def test_a_partial_measurement_is_not_evaluable_unless_progression_is_proven():
    assert time_point_responses(history([50, 50], [119, None])) == ("NE",)
    assert time_point_responses(history([50, 50], [120, None])) == ("PD",)
    assert time_point_responses(history([50, 50], [0, None])) == ("NE",)
    # Normal nodes prove nothing, though their sum rises from 0 to 9 mm: the third may be normal too.
    rows = [([20, 20], "non-CR/non-PD"), ([0, 0], "non-CR/non-PD"), ([9, None], "non-CR/non-PD")]
    assert time_point_responses(history(*rows, nodes=(True, True))) == ("PR", "NE")


def test_nodes_below_10_mm_are_normal():
    both = (True, False)
    assert time_point_responses(history([20, 30], [9.9, 0], nodes=both)) == ("CR",)
    assert time_point_responses(history([20, 30], [10, 0], nodes=both)) == ("PR",)
    assert time_point_responses(history([20, 30], [9.9, 1], nodes=both)) == ("PR",)
    # A normal node that grows but stays normal: no progression, although the sum rises by 5 mm and more.
    assert time_point_responses(history([20], [0], [9.9], nodes=(True,))) == ("CR", "CR")


@pytest.mark.parametrize(
    ("targets", "non_target", "new", "expected"),
    [
        ([0], "CR", False, "CR"),
        ([0], "none", False, "CR"),
        ([0], "non-CR/non-PD", False, "PR"),
        ([0], "NE", False, "PR"),
        ([60], "non-CR/non-PD", False, "PR"),
        ([60], "NE", False, "PR"),
        ([90], "CR", False, "SD"),
        ([90], "NE", False, "SD"),
        ([None], "CR", False, "NE"),
        ([None], "PD", False, "PD"),
        ([130], "CR", False, "PD"),
        ([60], "PD", False, "PD"),
        ([0], "CR", True, "PD"),
        ([None], "NE", True, "PD"),
    ],
)
def test_overall_response_with_targets_is_table_1(targets, non_target, new, expected):
    found = time_point_responses(history(([100.0], "non-CR/non-PD"), (targets, non_target, new)))
    assert found == (expected,)


@pytest.mark.parametrize(
    ("non_target", "new", "expected"),
    [
        ("CR", False, "CR"),
        ("non-CR/non-PD", False, "non-CR/non-PD"),
        ("NE", False, "NE"),
        ("PD", False, "PD"),
        ("CR", True, "PD"),
    ],
)
def test_overall_response_without_targets_is_table_2(non_target, new, expected):
    rows = [([], "non-CR/non-PD"), ([], non_target, new)]
    assert time_point_responses(history(*rows)) == (expected,)
    assert best_overall_response(history(*rows)) == expected


def test_without_any_disease_at_baseline_there_is_no_evidence_of_disease_until_a_new_lesion():
    free = [([], "none"), ([], "none"), ([], "none")]
    assert time_point_responses(history(*free)) == ("NED", "NED")
    assert best_overall_response(history(*free), confirmed=True) == best_overall_response(history(*free)) == "NED"
    ill = history(*free, ([], "none", True))
    assert best_overall_response(ill, confirmed=True) == best_overall_response(ill) == "PD"
    assert progression_day(ill) == 3 * INTERVAL


def test_disease_seen_again_after_complete_response_is_progression():
    nodes = (True, True, True, False)
    # The sum rises from 27 to 32 mm only, by less than 20 %.
    rows = [[20, 20, 20, 20], [9, 9, 9, 0], [9, 9, 9, 5]]
    assert time_point_responses(history(*rows, nodes=nodes)) == ("CR", "PD")
    assert time_point_responses(history(*rows[:2], [9, 9, 10, 0], nodes=nodes)) == ("CR", "PD")
    assert time_point_responses(history(*rows[:2], [9, 9, 9.9, 0], nodes=nodes)) == ("CR", "CR")
    again = [([50], "non-CR/non-PD"), ([0], "CR"), ([0], "non-CR/non-PD")]
    assert time_point_responses(history(*again)) == ("CR", "PD")
    # Before an overall complete response a lesion that comes back is only added to the sum.
    part = [[50, 50], [40, 0], [40, 6]]
    assert time_point_responses(history(*part)) == ("PR", "PR")


@pytest.mark.parametrize(
    ("values", "plain", "confirmed"),
    [
        ((100, 0, 0), "CR", "CR"),
        ((100, 0), "CR", "SD"),
        ((100, 60, 0), "CR", "PR"),
        ((100, 60, 0, 0), "CR", "CR"),
        ((100, 60, 60), "PR", "PR"),
        ((100, 60, 71), "PR", "SD"),
        ((100, 60, 80), "PR", "SD"),
        ((100, 60, None), "PR", "SD"),
        ((100, 60, None, 60), "PR", "PR"),
        ((100, 60, None, None, 60), "PR", "SD"),
        ((100, 60, 71, 60), "PR", "PR"),
        ((100, 60, 71, 71, 60), "PR", "SD"),
        ((100, 60, 71, None, 60), "PR", "SD"),
        ((100, 60, None, 60, None, 60), "PR", "PR"),
        ((100, 0, None, 0), "CR", "CR"),
        ((100, 0, 30), "CR", "SD"),
        ((100, 90), "SD", "SD"),
        ((100, 125, 10), "PD", "PD"),
        ((100, None, None), "NE", "NE"),
        ((100,), "NE", "NE"),
        ((100, None, 130), "PD", "PD"),
    ],
)
def test_best_response(values, plain, confirmed):
    found = sums(*values)
    assert best_overall_response(found) == plain
    assert best_overall_response(found, confirmed=True) == confirmed


def test_nothing_after_the_first_progression_counts():
    assert best_overall_response(sums(100, 90, 130, 20, 20), confirmed=True) == "SD"
    assert progression_day(sums(100, 90, 130, 20, 200)) == 2 * INTERVAL
    assert progression_day(sums(100, 90)) is None


def test_stable_disease_needs_its_minimum_time():
    early = sums(100, 95, interval=41.0)
    assert best_overall_response(early) == "NE"
    assert best_overall_response(sums(100, 95, interval=42.0)) == "SD"
    assert best_overall_response(early, minimum_days_sd=41.0) == "SD"
    # A response, too, counts as stable disease only from then on.
    assert best_overall_response(sums(100, 60, 130, interval=30.0), confirmed=True) == "PD"
    assert best_overall_response(sums(100, 60, interval=30.0)) == "PR"
    assert best_overall_response(sums(100, 95, 130, interval=30.0)) == "PD"


def test_confirmation_needs_its_interval():
    assert best_overall_response(sums(100, 60, 60, interval=28.0), confirmed=True) == "PR"
    near = sums(100, 60, 60, interval=27.0)
    assert best_overall_response(near, confirmed=True) == "SD"
    assert best_overall_response(near, confirmed=True, confirmation_days=27.0) == "PR"
    assert best_overall_response(sums(100, 60, 60, 60, interval=14.0), confirmed=True) == "PR"
    # Whatever the interval, a response does not confirm itself.
    assert best_overall_response(sums(100, 60), confirmed=True, confirmation_days=0.0) == "SD"


def test_days_of_response():
    states, _ = assess_history(sums(100, 90, 60, 71, 71, 55, 50, 90))
    assert states["response_day"][0] == 2 * INTERVAL
    assert states["confirmed_day"][0] == 5 * INTERVAL  # the first one did not stand
    assert states["progression_day"][0] == 7 * INTERVAL
    assert states["nadir"][0] == 50.0
    # A confirmed complete response counts from the partial response before it.
    states, _ = assess_history(sums(100, 60, 0, 0))
    assert states["confirmed_day"][0] == INTERVAL
    # Nor does it need to be confirmed as partial response before.
    states, _ = assess_history(sums(100, 60, 0, 0, interval=14.0), confirmation_days=28.0)
    assert states["confirmed_day"][0] == 14.0


def test_days_count_from_the_baseline_assessment():
    visits = [Assessment(1000.0, [100.0]), Assessment(1041.0, [95.0])]
    assert best_overall_response(History(visits, (False,))) == "NE"
    assert best_overall_response(History([visits[0], Assessment(1042.0, [95.0])], (False,))) == "SD"


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (History([], ()), "baseline"),
        (History([Assessment(0, [1.0]), Assessment(0, [1.0])], (False,)), "order"),
        (History([Assessment(0, [1.0, 2.0])], (False,)), "2 targets"),
        (History([Assessment(0, [None])], (False,)), "measured at baseline"),
        (History([Assessment(0, [], "better")], ()), "better"),
    ],
)
def test_a_broken_history_is_refused(broken, message):
    with pytest.raises(ValueError, match=message):
        time_point_responses(broken)


def random_history(rng: np.random.Generator) -> History:
    count = int(rng.integers(0, 4))
    nodes = tuple(bool(flag) for flag in rng.random(count) < 0.4)
    size = [float(rng.uniform(10, 60)) for _ in range(count)]
    days = np.cumsum(rng.integers(10, 70, int(rng.integers(2, 8))))
    visits = [Assessment(0.0, size, str(rng.choice(["none", "non-CR/non-PD"])))]
    for day in days:
        values = [None if rng.random() < 0.1 else float(max(0.0, v * rng.uniform(0.0, 1.3) - 3.0)) for v in size]
        status = "none" if visits[0].non_target == "none" else str(rng.choice(NON_TARGET[1:], p=[0.1, 0.05, 0.6, 0.25]))
        visits.append(Assessment(float(day), values, status, bool(rng.random() < 0.03)))
    return History(visits, nodes)


def test_properties_of_random_histories():
    rng = np.random.default_rng(3)
    seen = set()
    for _ in range(1500):
        found = random_history(rng)
        responses = time_point_responses(found)
        best, confirmed = best_overall_response(found), best_overall_response(found, confirmed=True)
        seen |= {best, confirmed}
        assert GOODNESS[confirmed] <= GOODNESS[best]
        assert best in {*responses, "NE"}
        day = progression_day(found)
        assert (day is None) == ("PD" not in responses)
        if day is not None:
            place = responses.index("PD")
            assert found.assessments[1 + place].day == day
            cut = History(found.assessments[: place + 2], found.nodes)
            assert best_overall_response(cut, confirmed=True) == confirmed
        # Waiting longer for confirmation, or for stable disease, never makes a response better.
        longer = best_overall_response(found, confirmed=True, confirmation_days=80.0, minimum_days_sd=80.0)
        assert GOODNESS[longer] <= GOODNESS[confirmed]
    assert seen == set(RESPONSES)


def test_a_tumour_twice_as_large_responds_alike():
    # Sums far from the 5 mm of the guideline.
    rng = np.random.default_rng(5)
    for _ in range(200):
        values = [100.0, *rng.uniform(30.0, 140.0, 4)]
        assert time_point_responses(sums(*values)) == time_point_responses(sums(*(2.0 * v for v in values)))


def test_every_threshold_is_a_record_of_the_guideline():
    rules = recist_rules()
    assert rules.dtype.names == RULES
    records = knowledge.parameters("atc")
    for symbol in RULES:
        assert rules[symbol][0] == records[symbol].value
        assert math.isfinite(records[symbol].value)
    assert {records[symbol].source for symbol in RULES} == {"Eisenhauer2009", "assumed"}
