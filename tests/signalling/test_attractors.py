"""Attractors and long-run averages of networks whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from laws.chance import ERROR
from paget.errors import InputError
from paget.signalling import attractors as searching
from paget.signalling.attractors import attractors
from paget.signalling.bnd import parse_bnd
from paget.signalling.interventions import Interventions
from paget.signalling.settings import InitialGroup, Settings
from paget.signalling.simulate import simulate
from paget.signalling.stationary import stationary

SWITCH = parse_bnd("Node A { logic = !B; } Node B { logic = !A; }")
RING = parse_bnd("Node A { logic = !C; } Node B { logic = A; } Node C { logic = B; }")
BOTH = parse_bnd(
    "Node S { } Node A { logic = !B; } Node B { logic = !A; }"
    "Node P { logic = S & !R; } Node Q { logic = P; } Node R { logic = Q; }"
)
SETTINGS = Settings(time_tick=1.0, max_time=40.0, sample_count=400, seed=21)


def labels(result) -> list[tuple[str, ...]]:
    return [each.labels for each in result.found]


def test_a_switch_has_two_fixed_points():
    result = attractors(SWITCH, SETTINGS)
    assert result.exhaustive
    assert labels(result) == [("A",), ("B",)]
    assert all(each.is_fixed_point for each in result.found)


def test_a_negative_ring_has_one_cycle_of_six_states():
    """Thomas's ring: the two states in which all elements disagree are transient."""
    (cycle,) = attractors(RING, SETTINGS).found
    assert not cycle.is_fixed_point
    assert set(cycle.labels) == {"<nil>", "A", "A -- B", "A -- B -- C", "B -- C", "C"}
    assert cycle.activity == pytest.approx({"A": 0.5, "B": 0.5, "C": 0.5})


def test_without_input_the_ring_stands_still():
    still = attractors(BOTH, SETTINGS, interventions=Interventions(held={"S": 0}))
    assert labels(still) == [("A",), ("B",)]
    running = attractors(BOTH, SETTINGS, interventions=Interventions(held={"S": 1}))
    assert [len(each.states) for each in running.found] == [6, 6]
    assert len(attractors(BOTH, SETTINGS).found) == 4


def test_sampling_finds_what_the_search_of_all_states_finds(monkeypatch):
    complete = attractors(BOTH, SETTINGS)
    monkeypatch.setattr(searching, "MOST_FREE", 0)
    sampled = attractors(BOTH, SETTINGS)
    assert not sampled.exhaustive
    assert sampled.unresolved == 0.0
    assert labels(sampled) == labels(complete)


def test_attractors_too_large_to_follow_are_counted(monkeypatch):
    monkeypatch.setattr(searching, "MOST_FREE", 0)
    monkeypatch.setattr(searching, "MOST_REACHED", 3)
    result = attractors(BOTH, SETTINGS)
    share = simulate(BOTH, SETTINGS).fixed.mean()
    assert result.unresolved == pytest.approx(1.0 - share)
    assert labels(result) == [("A",), ("B",)]


def test_attractors_behind_gates(monkeypatch):
    from paget.signalling import compiled as compiling

    plain = labels(attractors(BOTH, SETTINGS))
    monkeypatch.setattr(compiling, "WIDEST", 2)
    assert labels(attractors(BOTH, SETTINGS)) == plain


def test_stationary_probability_of_a_birth_and_death_pair():
    """A: up 0.2, down 0.6, so 1/4; B follows A at rates 1 and 1: E[B] = E[A]."""
    network = parse_bnd("Node A { rate_up = 0.2; rate_down = 0.6; } Node B { logic = A; }")
    start = (InitialGroup.fixed("A", 1), InitialGroup.fixed("B", 1))
    result = stationary(network, Settings(initial=start, max_time=2.0, sample_count=4000, seed=6))
    assert result.converged
    assert result.time >= 4.0
    for probability, error in zip(result.probability, result.standard_error, strict=True):
        # At `time` = 4 the memory of the start, exp(-0.8 * 4) * 3/4, still adds 0.01 to the average of the window.
        assert abs(probability - 0.25) < 0.011 + stats.norm.isf(ERROR / 2) * error


def test_a_network_that_still_changes_says_so():
    network = parse_bnd("Node A { rate_up = 0.01; rate_down = 0; }")
    settings = Settings(initial=(InitialGroup.fixed("A", 0),), max_time=4.0, sample_count=2000)
    result = stationary(network, settings, doublings=3)
    assert not result.converged
    assert result.change > 0.03
    assert np.isclose(result.time, 16.0)


def test_discrete_time_has_no_long_run_here():
    with pytest.raises(InputError, match="continuous"):
        stationary(SWITCH, Settings(discrete_time=True))
