"""The engine against the master equation, solved on all states of small networks (oracle/master_equation.py).

Every comparison uses a bound that holds for any law of a trajectory's window average (Bennett), so that all of a test's
comparisons together fail a correct engine with probability below ERROR.
"""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.linalg import expm

from laws.chance import ERROR, assert_counts
from paget.signalling.attractors import attractors
from paget.signalling.expression import parse_expression
from paget.signalling.interventions import Interventions
from paget.signalling.stationary import stationary
from signalling.oracle import grammar, random_networks
from signalling.oracle import master_equation as exact
from signalling.oracle.master_equation import Model, bennett, bound
from signalling.oracle.subject import read, run

pytestmark = pytest.mark.usefixtures("either_engine")

SAMPLES = 3000
EXAMPLES = 40
MOST = EXAMPLES * 2 * 4 * 12
"""Comparisons of a property test: mean and mean square in at most 4 windows of at most 10 nodes and 2 read-outs."""

seeds = st.integers(0, 2**32 - 1)
few = settings(max_examples=EXAMPLES, derandomize=True, database=None, deadline=None)


def assert_close(found: float, mean: float, variance: float, samples: int, where: object) -> None:
    z = bennett(found, mean, variance, samples)
    assert z < bound(ERROR, MOST), f"{where}: |z| = {z:.1f}: {found:.6f} where {mean:.6f} is expected"


def check_averages(made: Model, chance: random.Random) -> None:
    """Means and standard errors of all nodes and two read-outs in all windows."""
    trees = {f"read-out {k}": random_networks.boolean(chance, made.names, 2) for k in range(2)}
    readouts = {name: parse_expression(random_networks.write(tree, chance), name) for name, tree in trees.items()}
    result = run(made, chance, SAMPLES, 20260, readouts=readouts)
    assert set(result.nodes) == set(made.names)
    assert np.allclose(result.times, np.arange(made.windows) * made.tick)
    expected = exact.averages(made, np.array([*made.states.T, *(made.of(tree) for tree in trees.values())]))
    tables = [
        (result.probability[:, result.nodes.index(n)], result.standard_error[:, result.nodes.index(n)])
        for n in made.names
    ]
    tables += [result.readouts[name] for name in trees]
    for i, (name, (probability, error)) in enumerate(zip([*made.names, *trees], tables, strict=True)):
        for k in range(made.windows):
            where = (name, "window", k)
            assert_close(probability[k], expected.mean[k, i], expected.variance[k, i], SAMPLES, where)
            # From the standard error back to the mean square, a mean of values in [0, 1] too.
            square, second = (SAMPLES - 1) * error[k] ** 2 + probability[k] ** 2, expected.square[k, i]
            assert_close(square, second, second * (1.0 - second), SAMPLES, (*where, "mean square"))


@few
@given(seeds, st.integers(1, 10))
def test_window_averages_of_random_networks(seed: int, size: int) -> None:
    chance = random.Random(seed)
    check_averages(random_networks.model(chance, size), chance)


@few
@given(seeds, st.integers(1, 10))
def test_discrete_time_is_the_jump_chain_on_a_clock(seed: int, size: int) -> None:
    chance = random.Random(seed)
    check_averages(random_networks.model(chance, size, discrete=True), chance)


@pytest.mark.parametrize("seed", range(8))
def test_final_states_follow_the_transient_law(seed: int) -> None:
    """All nodes jointly, so dependence between nodes counts."""
    chance = random.Random(300 + seed)
    made = random_networks.model(chance, 4 + seed % 4)
    samples = 20_000
    network, _ = read(made, chance)
    result = run(made, chance, samples, 9 + seed)
    words = np.asarray(result.final).astype(np.uint64)
    assert len(words) == samples
    numbers = np.zeros(samples, int)
    for k, name in enumerate(made.names):
        place = network.index[name]
        numbers |= ((words[:, place // 64] >> np.uint64(place % 64)) & np.uint64(1)).astype(int) << k
    law = exact.at_end(made)
    seen = np.bincount(numbers, minlength=len(law))
    assert not seen[law < 1e-14].any()
    order = np.argsort(-law)
    possible = order[law[order] >= 1e-14]
    if len(possible) > 1:
        assert_counts(seen[possible], samples * law[possible])


def copies(made: Model, count: int, chance: random.Random) -> Model:
    """Independent copies of a network, their nodes shuffled into one another, so that rules reach across words."""

    def renamed(tree: grammar.Tree, copy: int) -> grammar.Tree:
        if tree[0] in grammar.LEAVES:
            return (tree[0], f"{tree[1]}_{copy}") if tree[0] == "node" else tree
        return (tree[0], *(renamed(part, copy) for part in tree[1:]))

    nodes, groups = [], []
    for copy in range(count):
        for node in made.nodes:
            rules = {name: renamed(tree, copy) for name, tree in node.attributes.items()}
            nodes.append(grammar.Declared(f"{node.name}_{copy}", rules))
        groups += [(tuple(f"{name}_{copy}" for name in names), entries) for names, entries in made.groups]
    chance.shuffle(nodes)
    return replace(made, nodes=nodes, groups=groups)


@pytest.mark.parametrize("count", [9, 30, 64])
def test_networks_of_several_words_are_independent_copies_of_a_small_one(count: int) -> None:
    """Of 8 nodes each: 72, 240 and 512 nodes in 2, 4 and 8 words."""
    chance = random.Random(800 + count)
    small = random_networks.model(chance, 8, interventions=False)
    large, samples = copies(small, count, chance), 300
    result = run(large, chance, samples, 13)
    law = exact.averages(small, small.states.T)
    for i, name in enumerate(small.names):
        columns = [result.nodes.index(f"{name}_{copy}") for copy in range(count)]
        for k in range(small.windows):
            found = float(result.probability[k, columns].mean())
            assert_close(found, law.mean[k, i], law.variance[k, i], samples * count, (name, k))
            for column in columns[:: max(1, count // 8)]:
                found = float(result.probability[k, column])
                assert_close(found, law.mean[k, i], law.variance[k, i], samples, (result.nodes[column], k))


@pytest.mark.parametrize("seed", range(6))
def test_states_shown_are_those_of_the_nodes_that_are_not_internal(seed: int) -> None:
    chance = random.Random(500 + seed)
    made = random_networks.model(chance, 5)
    made.internal = frozenset(chance.sample(made.names, 2))
    shown = [name for name in made.names if name not in made.internal]
    result = run(made, chance, SAMPLES, 77 + seed, states=8)
    assert set(result.nodes) == set(shown)
    patterns = {name: made.columns[name].astype(int) for name in shown}
    indicators, rest = [], np.ones(len(made.states), bool)
    for label in result.followed:
        on = set() if label == "<nil>" else set(label.split(" -- "))
        if label != "(other)":
            assert on <= set(shown)
            this = np.all([patterns[name] == (name in on) for name in shown], axis=0)
            assert (this & rest).sum() == 4, f"{label} twice"
            rest &= ~this
            indicators.append(this)
    law = exact.averages(made, np.array([*indicators, rest]))
    found = result.state_probability[:, [i for i, label in enumerate(result.followed) if label != "(other)"]]
    others = 1.0 - found.sum(1)
    for k in range(made.windows):
        for j, probability in enumerate([*found[k], others[k]]):
            assert_close(probability, law.mean[k, j], law.variance[k, j], SAMPLES, (result.followed[j:][:1], k))


@pytest.mark.parametrize("seed", range(6))
def test_hamming_distance_to_the_reference_state(seed: int) -> None:
    chance = random.Random(600 + seed)
    made = random_networks.model(chance, 6)
    made.reference = {name: chance.randrange(2) for name in chance.sample(made.names, 1 + seed % 4)}
    distance = np.sum([made.columns[name] != state for name, state in made.reference.items()], axis=0)
    law = exact.averages(made, np.array([distance == k for k in range(len(made.reference) + 1)]))
    probability, _ = run(made, chance, SAMPLES, 66).hamming
    assert probability.shape == law.mean.shape
    for place in np.ndindex(*law.mean.shape):
        assert_close(probability[place], law.mean[place], law.variance[place], SAMPLES, place)


@pytest.mark.parametrize("seed", range(6))
def test_late_windows_have_the_stationary_law(seed: int) -> None:
    """From the attractors and their own laws, which knows nothing of time."""
    chance = random.Random(700 + seed)
    made = random_networks.model(chance, 6, interventions=False)
    made.tick, made.windows = 4.0, 40
    limit, law = exact.long_run(made), exact.at_end(made)
    assert np.abs(law - limit).max() < 1e-6
    samples = 1500
    result = run(made, chance, samples, 5)
    for k, name in enumerate(made.names):
        mean = float(limit @ made.states[:, k])
        found = result.probability[-1, result.nodes.index(name)]
        assert_close(found, mean, mean * (1.0 - mean), samples, name)


@pytest.mark.parametrize("seed", range(8))
def test_stationary_averages_are_exact_for_their_time_and_near_the_limit(seed: int) -> None:
    chance = random.Random(900 + seed)
    made = random_networks.model(chance, 2 + seed % 5, interventions=False)
    made.tick, made.windows = 2.0, 4
    network, settings = read(made, chance)
    tree = random_networks.boolean(chance, made.names, 2)
    readouts = {"rule": parse_expression(random_networks.write(tree, chance), "rule")}
    found = stationary(network, settings, samples=SAMPLES, seed=8, readouts=readouts)
    assert found.converged
    limit = exact.long_run(made)
    indicators = np.array([*made.states.T, made.of(tree)])
    law = exact.averages(replace(made, tick=found.time, windows=2), indicators)
    averages = [found.probability[found.nodes.index(name)] for name in made.names] + [found.readouts["rule"][0]]
    for i, average in enumerate(averages):
        assert_close(average, law.mean[1, i], law.variance[1, i], SAMPLES, (i, found.time))
        assert abs(law.mean[1, i] - float(indicators[i] @ limit)) < 0.03


def reachable(made: Model) -> set[frozenset[int]]:
    """Attractors in which the nodes that never flip have states that they can start in."""
    held = np.all([made.columns[name] == state for name, state in made.held.items()] or [True], axis=0)
    still = np.flatnonzero((exact.flip_rates(made)[np.broadcast_to(held, len(made.states))] == 0.0).all(0))
    key = (made.states[:, still] << np.arange(len(still))).sum(1)
    possible = set(key[exact.initial(made) > 0.0].tolist())
    return {members for members in exact.attractors(made) if int(key[min(members)]) in possible}


def as_numbers(made: Model, attractor) -> frozenset[int]:
    order = [attractor.nodes.index(name) for name in made.names]
    numbers = (np.asarray(attractor.states, int)[:, order] << np.arange(len(order))).sum(1)
    assert len(set(numbers.tolist())) == len(numbers)
    return frozenset(numbers.tolist())


@pytest.mark.parametrize("batch", range(3))
def test_attractors_are_the_terminal_components_of_all_flips(batch: int) -> None:
    sizes = []
    for seed in range(20 * batch, 20 * (batch + 1)):
        chance = random.Random(1200 + seed)
        made = random_networks.model(chance, chance.randint(1, 10))
        made.schedules = {}
        network, settings = read(made, chance)
        interventions = Interventions(held=made.held, inhibited=made.inhibited, activated=made.activated)
        found = attractors(network, settings, interventions=interventions)
        assert found.exhaustive
        members = [as_numbers(made, attractor) for attractor in found.found]
        assert len(set(members)) == len(members)
        assert set(members) == reachable(made), seed
        sizes += [len(attractor) for attractor in members]
        assert sizes[-len(members) :] == sorted(sizes[-len(members) :], key=lambda size: size > 1), "fixed points first"
    assert sizes.count(1) > 5
    assert len([size for size in sizes if size > 1]) > 5


@pytest.mark.parametrize("seed", [3, 6, 34])
def test_attractors_of_a_large_network_are_sampled_and_are_products_of_those_of_its_parts(seed: int) -> None:
    """Four independent copies of a network: 32 nodes, too many to search all states."""
    chance = random.Random(1300 + seed)
    small = random_networks.model(chance, 8, interventions=False)
    small.tick, small.windows = 20.0, 2
    parts = {members for members in reachable(small) if sum(exact.at_end(small)[sorted(members)]) > 1e-3}
    large = copies(small, 4, chance)
    network, settings = read(large, chance)
    found = attractors(network, settings, samples=2000, seed=3)
    assert not found.exhaustive
    assert found.unresolved == 0.0
    seen = set()
    for attractor in found.found:
        projected = []
        for copy in range(4):
            order = [attractor.nodes.index(f"{name}_{copy}") for name in small.names]
            projected.append(frozenset((np.asarray(attractor.states, int)[:, order] << np.arange(8)).sum(1).tolist()))
        assert set(projected) <= reachable(small)
        assert len(attractor.states) == np.prod([len(part) for part in projected])
        seen |= {(copy, part) for copy, part in enumerate(projected)}
    assert {(copy, part) for copy in range(4) for part in parts} <= seen


# --- the oracle itself ------------------------------------------------------------------------------------------------


def test_one_node_is_a_relaxation_to_u_over_u_plus_d() -> None:
    up, down, tick = 2.0, 0.5, 0.75
    node = grammar.read_nodes(f"node A {{ rate_up = {up}; rate_down = {down}; }}")
    made = Model(node, groups=[(("A",), [(1.0, (0,))])], tick=tick, windows=3)
    found = exact.averages(made, made.states.T)
    total = up + down

    def on(t: float) -> float:
        return up / total * (1.0 - np.exp(-total * t))

    def stays(t: float) -> float:
        return up / total + down / total * np.exp(-total * t)

    for k in range(3):
        start = k * tick
        mean = quad(on, start, start + tick)[0] / tick
        square = 2.0 * quad(lambda s: on(s) * quad(stays, 0.0, start + tick - s)[0], start, start + tick)[0] / tick**2  # noqa: B023
        assert found.mean[k, 0] == pytest.approx(mean, rel=1e-9)
        assert found.square[k, 0] == pytest.approx(square, rel=1e-9)


def test_averages_are_those_of_the_dense_exponential() -> None:
    made = random_networks.model(random.Random(11), 4, interventions=False)
    made.tick, made.windows = 0.8, 2
    q, start = exact.generator(made).toarray(), exact.initial(made)
    assert np.allclose(q.sum(1), 0.0, atol=1e-12)
    nodes, weights = np.polynomial.legendre.leggauss(24)
    times = 0.8 + 0.4 * (nodes + 1.0)
    law = sum(w / 2.0 * (start @ expm(q * t)) for w, t in zip(weights, times, strict=True))
    assert np.allclose(exact.averages(made, made.states.T).mean[1], law @ made.states, atol=1e-10)
    assert np.allclose(exact.at_end(made), start @ expm(1.6 * q), atol=1e-10)


def test_a_schedule_sets_the_node_at_its_time() -> None:
    node = grammar.read_nodes("node A { rate_up = 0; rate_down = 0; }")
    made = Model(node, groups=[(("A",), [(1.0, (0,))])], schedules={"A": [(1.25, 0.5)]}, windows=3)
    found = exact.averages(made, made.states.T)
    assert found.mean[:, 0] == pytest.approx([0.0, 0.375, 0.5])
    assert found.square[:, 0] == pytest.approx([0.0, 0.28125, 0.5])
