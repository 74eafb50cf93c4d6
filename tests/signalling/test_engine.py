"""The engine's own promises: nothing but the seed decides the result, and no shortcut changes it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import stats

from laws.chance import ERROR, assert_follows, assert_z
from paget.errors import InputError
from paget.signalling import compiled as compiling
from paget.signalling import launch
from paget.signalling.bnd import parse_bnd
from paget.signalling.compiled import compile_network
from paget.signalling.exponential_table import logarithm_table, minus_log
from paget.signalling.expression import parse_expression
from paget.signalling.interventions import Interventions
from paget.signalling.rate_classes import MOST_CLASSES, RateClasses
from paget.signalling.result import unpacked, window_means
from paget.signalling.settings import InitialGroup, Settings
from paget.signalling.simulate import simulate

pytestmark = pytest.mark.usefixtures("either_engine")

LOOP = parse_bnd(
    """
    Node A { logic = !C | D; rate_up = @logic ? 1.3 : 0; rate_down = @logic ? 0 : 0.7; }
    Node B { logic = A & (D | !E); rate_up = (@logic ? 0.4 : 0.05) * (1 + C); rate_down = @logic ? 0.1 : 0.9; }
    Node C { logic = B ^ E; rate_up = @logic ? 2 : 0; rate_down = @logic ? 0 : 1; }
    Node D { logic = (A & B & C) | (!A & E) | (D & !C); rate_up = @logic ? 0.5 : 0; rate_down = @logic ? 0 : 0.25; }
    Node E { rate_up = 0.3; rate_down = 0.2 + 0.1 * A; }
    """
)
START = (InitialGroup(("A", "B"), ((0, 1), (1, 0), (1, 1)), (0.2, 0.5, 0.3)), InitialGroup.fixed("C", 0))
SETTINGS = Settings(initial=START, reference={"A": 1, "E": 0}, time_tick=0.75, max_time=6.0, sample_count=700, seed=11)
CONDITIONS = {"both": parse_expression("A & B & !E"), "either": parse_expression("C | D")}


def on_at_end(result) -> np.ndarray:
    return unpacked(result.final, len(result.all_nodes))


def assert_same(one, other) -> None:
    assert np.array_equal(one.final, other.final)
    assert np.array_equal(one.probability, other.probability)
    assert np.array_equal(one.standard_error, other.standard_error)
    for name in CONDITIONS:
        assert np.array_equal(one.readouts[name][0], other.readouts[name][0])
        assert np.array_equal(one.first_passage[name].times, other.first_passage[name].times)


def looped(network=LOOP, settings=SETTINGS, **options):
    return simulate(network, settings, readouts=CONDITIONS, first_passage=CONDITIONS, **options)


def test_threads_and_lanes_do_not_change_the_result(monkeypatch):
    one = looped(threads=1)
    assert_same(one, looped(threads=2))
    monkeypatch.setattr(launch, "LANES_PER_THREAD", 3)
    monkeypatch.setattr(launch, "FEWEST_PER_LANE", 5)
    assert_same(one, looped(threads=1))
    assert not np.array_equal(one.final, looped(threads=1, seed=12).final)


def test_batches_add_up_to_the_whole():
    compiled = compile_network(LOOP, SETTINGS)
    whole = launch.run(compiled, SETTINGS, compiled.nodes, 0)
    parts = [
        launch.run(compiled, replace(SETTINGS, sample_count=count), compiled.nodes, 0, first=first)
        for first, count in ((0, 300), (300, 1), (301, 399))
    ]
    assert np.array_equal(np.concatenate([part.final for part in parts]), whole.final)
    for name in ("occupied", "squared", "filled"):
        assert np.array_equal(sum(getattr(part, name) for part in parts), getattr(whole, name))


def test_rules_split_into_gates_give_the_same_trajectories(monkeypatch):
    plain = looped(states=5)
    assert len(compile_network(LOOP, SETTINGS).gates) == 0
    monkeypatch.setattr(compiling, "WIDEST", 2)
    assert len(compile_network(LOOP, SETTINGS).gates) > 4
    split = looped(states=5)
    assert_same(plain, split)
    assert plain.followed == split.followed
    assert np.array_equal(plain.state_probability, split.state_probability)
    assert np.array_equal(plain.hamming[0], split.hamming[0])


def test_followed_states_and_distances_share_out_the_time():
    result = looped(states=40)
    assert 20 < len(result.followed) == len(set(result.followed)) <= 33
    assert np.allclose(result.state_probability.sum(axis=1), 1.0, atol=1e-9)
    other = result.state_probability[:, -1]
    assert other.max() < 0.05
    for place, name in enumerate(result.nodes):
        states = [name in label.split(" -- ") for label in result.followed]
        missing = result.probability[:, place] - result.state_probability[:, states].sum(axis=1)
        assert np.all((missing > -1e-9) & (missing < other + 1e-9))
    assert np.allclose(result.hamming[0].sum(axis=1), 1.0, atol=1e-9)
    expected = 1.0 - result.probability[:, 0] + result.probability[:, 4]
    assert np.allclose(result.hamming[0] @ np.arange(3), expected, atol=1e-9)
    assert list(result.states.columns) == ["time", "state", "probability", "standard_error"]
    assert len(result.states) == len(result.followed) * len(result.times)


def test_only_the_most_frequent_states_are_followed():
    few, many = looped(states=3), looped(states=12)
    assert few.followed == (*many.followed[:3], "(other)")
    assert np.array_equal(few.state_probability[:, :3], many.state_probability[:, :3])
    assert np.allclose(few.state_probability[:, 3], many.state_probability[:, 3:].sum(axis=1), atol=1e-9)


def test_internal_nodes_are_hidden_and_act():
    hidden = looped(settings=replace(SETTINGS, internal=frozenset("BD")))
    full = looped()
    assert hidden.nodes == ("A", "C", "E")
    assert np.array_equal(hidden.probability, full.probability[:, [0, 2, 4]])
    assert np.array_equal(hidden.final, full.final)


def test_standard_errors_are_those_of_repeated_runs():
    runs = [looped(seed=seed) for seed in range(300, 364)]
    means = np.array([run.probability for run in runs])
    claimed = np.array([run.standard_error for run in runs]) ** 2
    ratio = means.var(axis=0, ddof=1) / claimed.mean(axis=0)
    low, high = stats.chi2.ppf([ERROR / ratio.size / 2, 1.0 - ERROR / ratio.size / 2], 63) / 63
    assert low < ratio.min()
    assert ratio.max() < high


def test_window_means_match_the_definition():
    """Three trajectories; where a window is filled entirely only the difference table says so."""
    occupancy = np.array([[0.25, 1.0, 0.5], [0.0, 1.0, 1.0], [0.75, 0.5, 0.0]])
    parts = np.where(occupancy < 1.0, occupancy, 0.0)
    filled = np.diff((occupancy == 1.0).sum(axis=0), prepend=0, append=0)
    unit = 2.0**32
    sums = [(part.sum(axis=0, keepdims=True) * unit).astype(np.int64) for part in (parts, parts**2)]
    mean, error = window_means(sums[0], sums[1], filled[None, :], 3)
    assert np.allclose(mean[:, 0], occupancy.mean(axis=0))
    assert np.allclose(error[:, 0], occupancy.std(axis=0, ddof=1) / math.sqrt(3.0))


@pytest.mark.parametrize("count", [3, MOST_CLASSES + 4])
def test_many_different_rates_are_thinned_without_bias(count):
    """Independent nodes of rates k/10 up and 1 down: P(on at t) = u/(u+1) (1 - exp(-(u+1) t))."""
    text = "".join(f"Node N{k} {{ rate_up = {0.1 * k}; rate_down = 1; }}\n" for k in range(1, count + 1))
    network = parse_bnd(text)
    initial = tuple(InitialGroup.fixed(node.name, 0) for node in network.nodes)
    settings = Settings(initial=initial, time_tick=1.5, max_time=1.5, sample_count=20_000, seed=5)
    assert compile_network(network, settings).thinned == (count > MOST_CLASSES)
    on = on_at_end(simulate(network, settings))
    for k in range(1, count + 1):
        up = 0.1 * k
        p = up / (up + 1.0) * -math.expm1(-(up + 1.0) * 1.5)
        assert_z(float(on[:, k - 1].sum()), p * len(on), p * (1.0 - p) * len(on))


def test_rate_classes_bound_their_rates():
    rates = np.random.default_rng(3).lognormal(0.0, 3.0, 400)
    rates[:3] = 0.0, -1.0, np.inf
    classes = RateClasses.of([rates])
    of = classes.classes(rates)
    assert len(classes.bounds) <= MOST_CLASSES + 2
    assert classes.thinned
    assert of[0] == 0
    assert of[1] == of[2] == classes.bad
    assert np.all(classes.bounds[of[3:]] >= rates[3:])
    worst = (classes.bounds[of[3:]] / rates[3:]).max()
    assert worst <= (rates[3:].max() / rates[3:].min()) ** (1.0 / MOST_CLASSES) * 1.0001


def test_nodes_of_all_words_act_on_each_other():
    """A chain through 512 nodes: the first turns on, then each 64th one after another, each at rate 1."""
    links = {0: "1", **{64 * k: f"N{64 * (k - 1)}" for k in range(1, 8)}}
    text = "".join(f"Node N{k} {{ logic = {links.get(k, f'N{k}')}; rate_down = 0; }}\n" for k in range(512))
    network = parse_bnd(text)
    initial = tuple(InitialGroup.fixed(node.name, 0) for node in network.nodes)
    settings = Settings(initial=initial, time_tick=6.0, max_time=6.0, sample_count=20_000, seed=3)
    on = on_at_end(simulate(network, settings))
    assert on[:, [k for k in range(512) if k % 64]].sum() == 0
    reached = on[:, ::64].sum(axis=1)
    assert np.array_equal(on[:, ::64], np.arange(8) < reached[:, None])
    assert_follows(reached, stats.poisson.pmf(np.arange(8), 6.0))


def test_a_conjunction_of_forty_and_a_sum_of_different_weights():
    inputs = [f"I{k}" for k in range(40)]
    weights = " + ".join(f"{1.1**k:.6f} * I{k}" for k in range(14))
    text = "".join(f"Node {name} {{ rate_up = 0.2; rate_down = 0.01; }}\n" for name in inputs)
    text += f"Node ALL {{ logic = {' & '.join(inputs)}; rate_up = @logic ? 1e9 : 0; rate_down = @logic ? 0 : 1e9; }}\n"
    count = " + ".join(inputs)
    text += f"Node MANY {{ logic = ({count}) > 30; rate_up = @logic ? 1e9 : 0; rate_down = @logic ? 0 : 1e9; }}\n"
    network = parse_bnd(
        text + f"Node W {{ rate_up = ({weights}) > 22 ? 1e9 : 0; rate_down = ({weights}) > 22 ? 0 : 1e9; }}"
    )
    names = {"sum": parse_expression(f"({weights}) > 22"), "all": parse_expression(" & ".join(inputs))}
    initial = tuple(InitialGroup.fixed(node.name, 0) for node in network.nodes)
    settings = Settings(initial=initial, time_tick=12.0, max_time=12.0, sample_count=3000, seed=2)
    result = simulate(network, settings, readouts=names)
    on = on_at_end(result).astype(float)
    # At 1e9 a node follows its logic within a nanosecond, so the probability of a difference is below 1e-7.
    assert np.array_equal(on[:, 40], on[:, :40].all(axis=1))
    assert np.array_equal(on[:, 41], on[:, :40].sum(axis=1) > 30)
    assert np.array_equal(on[:, 42], on[:, :14] @ np.array([float(f"{1.1**k:.6f}") for k in range(14)]) > 22.0)
    assert 0.05 < on[:, 41].mean() < 0.999
    assert 0.05 < on[:, 42].mean() < 0.99
    assert result.readouts["sum"][0][0] == pytest.approx(result.probability[0, 42], abs=1e-6)
    assert result.readouts["all"][0][0] == pytest.approx(result.probability[0, 40], abs=1e-6)


@pytest.mark.parametrize("effect", [0.0, 0.35, 1.0])
@pytest.mark.parametrize("speed", [1.0, 10.0])
def test_partial_inhibition_and_activation(effect, speed):
    """P(on) = 1 - effect for a stimulated, inhibited node, and effect for an activated node without stimulus."""
    rates = f"rate_up = @logic ? {speed} : 0; rate_down = @logic ? 0 : {speed};"
    network = parse_bnd(f"Node S {{ logic = S; }} Node T {{ logic = S; {rates} }} Node U {{ logic = !S; {rates} }}")
    settings = Settings(initial=(InitialGroup.fixed("S", 1),), time_tick=20.0, max_time=40.0, sample_count=8000, seed=4)
    result = simulate(network, settings, interventions=Interventions(inhibited={"T": effect}, activated={"U": effect}))
    on = on_at_end(result)
    for place, p in ((1, 1.0 - effect), (2, effect)):
        variance = p * (1.0 - p) * len(on)
        if variance:
            assert_z(float(on[:, place].sum()), p * len(on), variance)
        else:
            assert on[:, place].mean() == p


def test_a_held_node_stays_and_is_read():
    network = parse_bnd("Node A { logic = B; } Node B { logic = !B; } Node C { logic = B; }")
    settings = Settings(schedules={"B": ((1.0, 0.0),)}, time_tick=30.0, max_time=60.0, sample_count=200)
    result = simulate(network, settings, interventions=Interventions(held={"B": 1}))
    assert np.all(result.probability[1] == 1.0)
    assert list(result.fixed_points) == ["A -- B -- C"]


def test_minus_log_is_the_logarithm():
    logarithm: Any = minus_log
    at = np.zeros(1, np.dtype([("logarithms", np.uint64)]))
    table = logarithm_table()
    numbers = np.concatenate([np.geomspace(2.0**-53, 1.0, 3001), 1.0 - np.geomspace(1e-16, 0.9, 3001), [1.0]])
    found = np.array([logarithm(number, at[0], table) for number in numbers])
    assert np.abs(found + np.log(numbers)).max() < 5e-16 * np.maximum(1.0, -np.log(numbers)).max()


def test_a_rate_that_is_no_rate_names_the_state():
    network = parse_bnd("Node A { logic = 1; } Node B { rate_up = 0.5 - A; rate_down = 1; }")
    initial = (InitialGroup.fixed("A", 0), InitialGroup.fixed("B", 0))
    settings = Settings(initial=initial, time_tick=5.0, max_time=50.0, sample_count=50)
    with pytest.raises(InputError, match=r"B: its rate is negative or not finite in the state A: -0\.5"):
        simulate(network, settings)


@pytest.mark.parametrize(
    ("changes", "options", "words"),
    [
        ({}, {"interventions": Interventions(held={"Z": 1})}, "Z"),
        ({}, {"interventions": Interventions(inhibited={"S": 0.5})}, "input has no rates"),
        ({}, {"readouts": {"x": parse_expression("Q")}}, "Q"),
        ({}, {"readouts": {"x": parse_expression("$u > 0")}}, "no value"),
        ({"sample_count": 0}, {}, "trajectories"),
        ({"time_tick": 0.0}, {}, "width"),
        ({"time_tick": 0.5, "max_time": 0.1}, {}, "end"),
        ({"seed": -1}, {}, "seed"),
        ({"time_tick": 1e-9}, {}, "too many windows"),
        ({}, {"device": "tpu"}, "device"),
        ({}, {"states": 300}, "254"),
        ({"initial": (InitialGroup.fixed("S", 1), InitialGroup.fixed("S", 0))}, {}, "twice"),
        ({"internal": frozenset({"X"})}, {}, "X"),
    ],
)
def test_what_cannot_be_simulated_is_refused(changes, options, words):
    network = parse_bnd("Node S { } Node A { logic = S; }")
    with pytest.raises(InputError, match=words):
        simulate(network, replace(Settings(sample_count=10, max_time=1.0), **changes), **options)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Interventions(held={"A": 2}),
        lambda: Interventions(inhibited={"A": 1.5}),
        lambda: Interventions(inhibited={"A": 0.5}, activated={"A": 0.5}),
    ],
)
def test_impossible_interventions_are_refused(make):
    with pytest.raises(InputError, match="A"):
        make()


def test_trajectories_are_addressed_by_their_number():
    """A run in two parts is one run; other trajectories have other draws."""
    network = parse_bnd("Node A { logic = !A; } Node B { logic = A & !C; } Node C { logic = A | B; }")
    settings = Settings(time_tick=1.0, max_time=9.0)
    whole = simulate(network, settings, samples=60, seed=3).final
    parts = [simulate(network, settings, samples=n, seed=3, first=first).final for first, n in ((0, 20), (20, 40))]
    assert np.array_equal(whole, np.concatenate(parts))
    assert not np.array_equal(whole[:20], parts[1][:20])
