"""Response by RECIST 1.1: Eisenhauer et al. 2009 (doi:10.1016/j.ejca.2008.10.026), Schwartz et al. 2016.

A time point is judged from the sum of diameters of the targets (longest diameter; short axis of nodes), the state of
non-target disease and new lesions:

    complete response     no target left, nodes below 10 mm short axis
    progressive disease   sum >= 1.2 x nadir and sum - nadir >= 5 mm; nadir: smallest complete sum so far, baseline too
    partial response      sum <= 0.7 x baseline
    stable disease        else
    not evaluable         a target was not measured, unless the measured ones, disease among them, prove progression

A target present but too small to measure counts 5 mm. Nodes all normal and other targets gone is complete response even
where the sum rose. After an overall complete response any disease that is seen again, a node from 10 mm on, is
progression (footnote of the guideline's table of confirmed responses; EORTC_RECIST). Ties meet a threshold (relative
tolerance of the record). Overall response is the guideline's tables 1 and 2. They have no row for a person without any
disease at baseline: no evidence of disease (NED, as in CDISC's terms) until a new lesion is progression.

Best response is the best one up to the first progression; stable disease counts from a minimum time after baseline.
Where confirmation is asked for, complete (partial) response counts when another complete (partial or complete) one
follows at least 28 days later, with at most one assessment of another kind between the two: one that cannot be
evaluated (PR-NE-PR of 4.4.4) or falls short of it (32, 28 and 33 % of the appendix, where two or three are too many).
Such a response begins with the first of the two. Unconfirmed response counts as stable disease.

The daily course and the functions over whole histories call the same device functions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import isnan

import numpy as np

from paget import knowledge
from paget.compute import device_function, kernel, record_type
from paget.knowledge.library import PARAMETERS

RESPONSES = ("NE", "NED", "PD", "non-CR/non-PD", "SD", "PR", "CR")
"""Responses by code, worst first, so that the best response is the largest code. NE: not evaluable; NED: no disease at
baseline, and none found."""

NE, NED, PD, NON, SD, PR, CR = range(len(RESPONSES))

NON_TARGET = ("none", "NE", "PD", "non-CR/non-PD", "CR")
"""State of non-target disease by code; none: there was none at baseline."""

(NONE_AT_BASELINE, NOT_EVALUATED, PROGRESSED, PERSISTS, VANISHED) = range(5)

NEVER = -1.0
"""Day of what has not happened."""

RECIST = np.dtype(
    [
        ("baseline_day", np.float64),
        ("baseline_sum", np.float64),  # mm
        ("nadir", np.float64),  # mm, smallest complete sum so far
        ("sum", np.float64),  # mm, of the last assessment; NaN where it was not complete
        ("complete_since", np.float64),  # first complete response after the last assessment of another kind, -1: none
        ("complete_before", np.float64),  # first one with a single assessment of another kind after it, -1: none
        ("partial_since", np.float64),  # the same of partial or complete response
        ("partial_before", np.float64),
        ("response_day", np.float64),  # first partial or complete response, confirmed or not, -1: none
        ("confirmed_day", np.float64),  # partial or complete response that was the first to be confirmed, -1: none
        ("progression_day", np.float64),  # first progression, -1: none
        ("targets", np.int64),
        ("response", np.int64),  # code of the last assessment
        ("target_response", np.int64),
        ("best", np.int64),  # code, up to the first progression
        ("best_confirmed", np.int64),
        ("was_complete", np.int64),  # whether an overall complete response was seen
        ("assessments", np.int64),  # after baseline
    ],
    align=True,
)
"""One person's course of response within a line of treatment; days as the caller counts them."""

RULES = (
    "recist_normal_node", "recist_too_small", "recist_partial_response", "recist_progression",
    "recist_progression_absolute", "recist_confirmation", "recist_stable_minimum", "recist_tie_tolerance",
)  # fmt: skip
"""Symbols that this file reads, in the units of their records (mm, shares of 1, days)."""


@device_function
def counted(value, p):
    """Diameter that a target adds to the sum (mm): 0 absent, else at least that of a target too small to measure."""
    return 0.0 if value <= 0.0 else max(value, p.recist_too_small)


@device_function
def add_targets(values, nodes, count, p):
    """Sum over the targets of one assessment: (sum in mm, number measured, whether all of these are gone or normal).

    values: (count,) mm, NaN not evaluated; nodes: (count,) nonzero where a target is a node, whose value is its short
    axis.
    """
    total = 0.0
    measured = 0
    gone = True
    for place in range(count):
        total, measured, gone = add_target(total, measured, gone, values[place], nodes[place], p)
    return total, measured, gone


@device_function
def add_target(total, measured, gone, value, node, p):
    """The three of `add_targets` with one more target, of `value` mm (NaN not evaluated)."""
    if isnan(value):
        return total, measured, gone
    value = counted(value, p)
    return total + value, measured + 1, gone and is_gone(value, node, p)


@device_function
def is_gone(value, node, p):
    """Whether a target of counted diameter `value` (mm) is absent, or a node of normal size."""
    if node:
        return not _at_least(value, p.recist_normal_node, p)
    return value <= 0.0


@device_function
def _at_least(value, limit, p):
    """Whether value >= limit, ties included."""
    return value >= limit - p.recist_tie_tolerance * abs(limit)


@device_function
def start_recist(state, day, total, targets):
    """Begin with the baseline assessment: sum of diameters (mm) of `targets` targets, all of them measured."""
    state.baseline_day = day
    state.baseline_sum = total
    state.nadir = total
    state.sum = total
    state.complete_since = NEVER
    state.complete_before = NEVER
    state.partial_since = NEVER
    state.partial_before = NEVER
    state.response_day = NEVER
    state.confirmed_day = NEVER
    state.progression_day = NEVER
    state.targets = targets
    state.response = NE
    state.target_response = NE
    state.best = NE
    state.best_confirmed = NE
    state.was_complete = 0
    state.assessments = 0


@device_function
def assess(state, day, total, measured, gone, non_target, new_lesion, p):
    """Judge one assessment after baseline and update the course of response; returns the overall response's code.

    total, measured, gone: as `add_targets` gives them; non_target: code of NON_TARGET; new_lesion: whether one is seen.
    """
    target = _target_response(state, total, measured, gone, p)
    response = overall_response(target, state.targets, non_target, new_lesion)
    if state.was_complete and (non_target == PERSISTS or (measured > 0 and not gone)):
        response = PD
    if measured == state.targets:
        state.nadir = min(state.nadir, total)
        state.sum = total
    else:
        state.sum = np.nan
    state.target_response = target
    state.response = response
    state.assessments += 1
    if response == CR:
        state.was_complete = 1
    if state.progression_day < 0.0:
        _update_best(state, day, p)
    return response


@device_function
def _target_response(state, total, measured, gone, p):
    """Response of the targets alone; NE where there are none."""
    if state.targets == 0:
        return NE
    complete = measured == state.targets
    if gone:
        # Where one was not measured, normal nodes prove nothing, however much they grew: all may be normal.
        return CR if complete else NE
    rise = total - state.nadir
    if _at_least(total, (1.0 + p.recist_progression) * state.nadir, p) and _at_least(
        rise, p.recist_progression_absolute, p
    ):
        return PD
    if not complete:
        return NE
    limit = (1.0 - p.recist_partial_response) * state.baseline_sum
    return PR if _at_least(-total, -limit, p) else SD


@device_function
def overall_response(target, targets, non_target, new_lesion):
    """Overall response of a time point, tables 1 and 2 of the guideline.

    target: response of the targets; targets: their number at baseline; without any, non-target disease decides.
    """
    if new_lesion or target == PD or non_target == PROGRESSED:
        return PD
    if targets == 0:
        return _without_targets(non_target)
    if target == CR and non_target != NONE_AT_BASELINE and non_target != VANISHED:
        return PR
    return target


@device_function
def _without_targets(non_target):
    if non_target == VANISHED:
        return CR
    if non_target == NONE_AT_BASELINE:
        return NED
    return NON if non_target == PERSISTS else NE


@device_function
def _update_best(state, day, p):
    """Best responses, and the days of response and progression, from the response of `day`."""
    response = state.response
    if response <= PD:
        state.best = max(state.best, response)
        state.best_confirmed = max(state.best_confirmed, response)
    if response == PD:
        state.progression_day = day
        return
    if response >= PR:
        if state.response_day < 0.0:
            state.response_day = day
        state.best = max(state.best, response)
    if response >= NON and _at_least(day - state.baseline_day, p.recist_stable_minimum, p):
        without_response = SD if state.targets > 0 else NON
        state.best = max(state.best, min(response, without_response))
        state.best_confirmed = max(state.best_confirmed, min(response, without_response))
    _confirm(state, day, p)


@device_function
def _confirm(state, day, p):
    """Begin, carry on or end what a later response can confirm; keep what today's response confirms."""
    complete, partial = state.response == CR, state.response >= PR
    state.complete_before, state.complete_since = _carried(state.complete_before, state.complete_since, complete, day)
    state.partial_before, state.partial_since = _carried(state.partial_before, state.partial_since, partial, day)
    first = _confirmed(state.partial_before, state.partial_since, day, p)
    if first >= 0.0:
        state.best_confirmed = max(state.best_confirmed, PR)
        if state.confirmed_day < 0.0:
            state.confirmed_day = first
    if _confirmed(state.complete_before, state.complete_since, day, p) >= 0.0:
        state.best_confirmed = CR


@device_function
def _carried(before, since, holds, day):
    """First days of a response with one assessment of another kind after it, and with none, after today's."""
    if not holds:
        return since, NEVER
    return before, since if since >= 0.0 else day


@device_function
def _confirmed(before, since, day, p):
    """Day of the earliest response that today's confirms, -1: none. before, since: as `_carried` gives them."""
    if since < 0.0:
        return NEVER
    first = before if before >= 0.0 else since
    return first if day > first and _at_least(day - first, p.recist_confirmation, p) else NEVER


@dataclass(frozen=True)
class Assessment:
    """One assessment. targets: mm each, None not evaluated, 0 absent; non_target: one of NON_TARGET; day >= 0."""

    day: float
    targets: Sequence[float | None]
    non_target: str = "none"
    new_lesion: bool = False


@dataclass(frozen=True)
class History:
    """A person's assessments in order of time, baseline first; nodes: whether each target is a node (short axis)."""

    assessments: Sequence[Assessment]
    nodes: Sequence[bool] = ()


@kernel
def _assess_history(i, states, responses, days, values, nodes, non_targets, new_lesions, rules):
    """Judge history i: row 0 of days, values, non_targets and new_lesions is the baseline."""
    p = rules[0]
    state = states[i]
    count = nodes.shape[0]
    total, _, _ = add_targets(values[0], nodes, count, p)
    start_recist(state, days[0], total, count)
    for row in range(1, days.shape[0]):
        total, measured, gone = add_targets(values[row], nodes, count, p)
        responses[row - 1] = assess(
            state, days[row], total, measured, gone, non_targets[row], new_lesions[row], p
        )  # fmt: skip


@kernel
def _look_back(i, states, days, responses, targets, rules):
    """Best responses of person i from the codes of the assessments; row 0 is the baseline, NaN: no assessment."""
    state = states[i]
    start_recist(state, days[i, 0], 0.0, targets[i])
    for row in range(1, days.shape[1]):
        if not isnan(days[i, row]) and state.progression_day < 0.0:
            state.response = int(responses[i, row])
            _update_best(state, days[i, row], rules[0])


def best_until(days: np.ndarray, responses: np.ndarray, targets: np.ndarray, rules: np.ndarray) -> np.ndarray:
    """Best responses of several persons from the responses of their time points, (n,) RECIST without the sums.

    days: (n, rows), baseline first, NaN where there is no assessment; responses: (n, rows), codes of RESPONSES;
    targets: (n,), number of each person's targets; rules: one record with the fields RULES.
    """
    states = np.zeros(len(days), RECIST)
    _look_back.launch(len(days), states, days, responses, targets.astype(np.int64), rules, threads=1)
    return states


def recist_rules(confirmation_days: float | None = None, minimum_days_sd: float | None = None) -> np.ndarray:
    """The thresholds as a one-element record array; days given here replace those of the records."""
    given = {"recist_confirmation": confirmation_days, "recist_stable_minimum": minimum_days_sd}
    rules = np.zeros(1, record_type(RULES))
    for symbol, value in _thresholds().items():
        replaced = given.get(symbol)
        rules[symbol] = value if replaced is None else replaced
    return rules


@cache
def _thresholds() -> dict[str, float]:
    """The records' values; the guideline is the same for every disease."""
    records = knowledge.shipped_library().table("parameters/imaging.csv", PARAMETERS)
    return {record.symbol: record.value for record in records if record.symbol in RULES}


def assess_history(
    history: History, *, confirmation_days: float | None = None, minimum_days_sd: float | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Course of response of a history: (RECIST record array of one, codes of the responses after baseline).

    Raises ValueError where assessments are not in order of time, begin before day 0, differ in their number of
    targets, name an unknown state, or where a target was not measured at baseline.
    """
    _check(history)
    visits = history.assessments
    values = np.array([[np.nan if v is None else v for v in visit.targets] for visit in visits], np.float64)
    states = np.zeros(1, RECIST)
    responses = np.zeros(len(visits) - 1, np.int64)
    _assess_history.launch(
        1,
        states,
        responses,
        np.array([visit.day for visit in visits], np.float64),
        values.reshape(len(visits), -1),
        np.array(history.nodes, np.int64),
        np.array([NON_TARGET.index(visit.non_target) for visit in visits], np.int64),
        np.array([visit.new_lesion for visit in visits], np.int64),
        recist_rules(confirmation_days, minimum_days_sd),
        threads=1,
    )
    return states, responses


def _check(history: History) -> None:
    if not history.assessments:
        raise ValueError("a history begins with a baseline assessment")
    days = [visit.day for visit in history.assessments]
    if days[0] < 0.0 or any(later <= earlier for earlier, later in pairwise(days)):
        raise ValueError("assessments must be in order of time, from day 0 on")
    for visit in history.assessments:
        if len(visit.targets) != len(history.nodes):
            raise ValueError(
                f"day {visit.day:g}: {len(visit.targets)} targets but {len(history.nodes)} flags for nodes"
            )
        if visit.non_target not in NON_TARGET:
            raise ValueError(f"day {visit.day:g}: non-target disease {visit.non_target!r} is none of {NON_TARGET}")
    if any(value is None for value in history.assessments[0].targets):
        raise ValueError("every target is measured at baseline")


def time_point_responses(history: History) -> tuple[str, ...]:
    """Overall response of every assessment after baseline, one of RESPONSES; ValueError as in `assess_history`."""
    _, codes = assess_history(history)
    return tuple(RESPONSES[code] for code in codes)


def best_overall_response(
    history: History,
    confirmed: bool = False,
    minimum_days_sd: float | None = None,
    confirmation_days: float | None = None,
) -> str:
    """Best response up to the first progression, one of RESPONSES.

    confirmed: whether a response has to be confirmed; minimum_days_sd: days after baseline from which stable disease
    (and non-CR/non-PD) counts; confirmation_days: between response and confirmation. None: as the records say.
    Raises ValueError as `assess_history` does.
    """
    states, _ = assess_history(history, confirmation_days=confirmation_days, minimum_days_sd=minimum_days_sd)
    return RESPONSES[int(states["best_confirmed" if confirmed else "best"][0])]


def progression_day(history: History) -> float | None:
    """Day of the first progression; None without one. ValueError as in `assess_history`."""
    states, _ = assess_history(history)
    day = float(states["progression_day"][0])
    return None if day < 0.0 else day
