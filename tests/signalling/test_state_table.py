"""Which networks run on a table of their states, and that the table says what the rules say."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from paget.signalling.bnd import parse_bnd
from paget.signalling.compiled import compile_network
from paget.signalling.expression import parse_expression
from paget.signalling.interventions import Interventions
from paget.signalling.launch import prepared
from paget.signalling.settings import InitialGroup, Settings
from paget.signalling.simulate import simulate
from paget.signalling.state_table import MOST_FREE, fits

SETTINGS = Settings(time_tick=1.0, max_time=8.0, sample_count=40_000, seed=5)
NETWORK = parse_bnd(
    "Node In { rate_up = 0; rate_down = 0; }"
    "Node A { rate_up = (In & !B) ? 2.0 : 0.0; rate_down = B ? 0.5 : 0.0; }"
    "Node B { rate_up = A ? 1.5 : 0.25; rate_down = A ? 0.0 : 3.0; }"
)


def ring(size):
    return parse_bnd("".join(f"Node N{k} {{ logic = !N{(k + 1) % size}; }}\n" for k in range(size)))


def kernel_of(network, settings=SETTINGS, **options):
    compiled = compile_network(network, settings, **options)
    return prepared(compiled, settings, compiled.nodes, 0)[0].__name__


def test_networks_of_few_moving_nodes_run_on_a_table():
    assert kernel_of(ring(MOST_FREE)) == "tabulated"
    assert kernel_of(ring(MOST_FREE + 1)) == "trajectories"
    assert kernel_of(ring(5), replace(SETTINGS, schedules={"N0": ((1.0, 0.5),)})) == "trajectories"
    still = "".join(f"Node S{k} {{ logic = S{k}; }}\n" for k in range(40))
    off = replace(SETTINGS, initial=tuple(InitialGroup((f"S{k}",), ((k % 2,),), (1.0,)) for k in range(40)))
    assert kernel_of(parse_bnd(still + "Node A { logic = !A; }"), off) == "tabulated", "nodes at rest don't count"


def test_a_rate_that_is_no_rate_needs_the_rules():
    network = parse_bnd("Node A { rate_up = 1.0; rate_down = 0; } Node B { rate_up = A ? 0.0 - 1.0 : 1.0; }")
    assert not fits(compile_network(network, SETTINGS))


def test_the_table_lists_the_flips_of_each_state_with_their_rates():
    on = replace(SETTINGS, initial=())
    compiled = compile_network(NETWORK, on)
    free = [compiled.nodes[node] for node in compiled.free]
    _, _, arguments = prepared(compiled, on, compiled.nodes, 0)
    totals, starts, rates, flips = arguments[6:10]
    for state in range(1 << len(free)):
        bits = {name: state >> place & 1 for place, name in enumerate(free)}
        a, b = bits.get("A", 0), bits.get("B", 0)
        entering = bits.get("In", 0)
        expected = {
            "A": (0.5 if b else 0.0) if a else (2.0 if entering and not b else 0.0),
            "B": (0.0 if a else 3.0) if b else (1.5 if a else 0.25),
        }
        found = {free[flips[k]]: rates[2 * k] for k in range(starts[state], starts[state + 1])}
        assert found == {name: rate for name, rate in expected.items() if name in free and rate > 0.0}
        assert totals[2 * state] == pytest.approx(sum(found.values()))


@pytest.mark.parametrize("discrete", [False, True])
def test_both_kernels_give_the_same_trajectories(monkeypatch, discrete):
    settings = replace(SETTINGS, discrete_time=discrete)
    conditions = {"both": parse_expression("A & B"), "neither": parse_expression("!A & !B & In")}
    runs = []
    for most in (MOST_FREE, -1):
        monkeypatch.setattr("paget.signalling.state_table.MOST_FREE", most)
        runs.append(simulate(NETWORK, settings, readouts=conditions, first_passage=conditions, states=6))
    # All rates differ, and both look at flips by falling rate: not only one law, the same trajectories.
    one, other = runs
    assert one.followed == other.followed
    for name in ("probability", "standard_error", "state_probability", "state_standard_error", "final", "fixed"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name
    for name in conditions:
        assert np.array_equal(one.readouts[name], other.readouts[name])
        assert np.array_equal(one.first_passage[name].times, other.first_passage[name].times)
        assert 0 < len(one.first_passage[name].times) < SETTINGS.sample_count
    assert 0.05 < one.probability.min() < one.probability.max() < 0.95


@st.composite
def networks(draw):
    """At most four nodes that move, each pair of rates its own, and nodes at rest, up to several words."""
    chosen = draw(st.permutations([0.3, 0.45, 0.7, 1.1, 1.6, 2.3, 3.1, 0.2]))
    moving = [f"M{k}" for k in range(draw(st.integers(0, 4)))]
    resting = [f"R{k}" for k in range(draw(st.sampled_from([1, 3, 70, 130])))]
    literal = st.tuples(st.sampled_from(["", "!"]), st.sampled_from([*moving, *resting])).map("".join)
    rule = st.tuples(literal, st.sampled_from([" & ", " | "]), literal).map("".join)
    lines = [f"Node {name} {{ logic = {name}; }}" for name in resting]
    for k, name in enumerate(moving):
        up, down = chosen[2 * k : 2 * k + 2]
        lines.append(f"Node {name} {{ rate_up = ({draw(rule)}) ? {up} : 0; rate_down = ({draw(rule)}) ? {down} : 0; }}")
    network = parse_bnd("\n".join(draw(st.permutations(lines))))
    start = tuple(InitialGroup.fixed(name, draw(st.integers(0, 1))) for name in resting)
    together = draw(st.lists(st.tuples(*[st.integers(0, 1)] * len(moving)), min_size=1, max_size=3, unique=True))
    if moving and draw(st.booleans()):
        start += (InitialGroup(tuple(moving), tuple(together), (1.0 / len(together),) * len(together)),)
    settings = Settings(
        initial=start, time_tick=draw(st.sampled_from([0.25, 1.0, 3.0])), max_time=9.0, sample_count=200,
        seed=draw(st.integers(0, 2**62)), discrete_time=draw(st.booleans()),
        internal=frozenset(draw(st.sets(st.sampled_from([*moving, *resting]), max_size=len(resting) - 1))),
        reference={name: 1 for name in draw(st.sets(st.sampled_from([*moving, *resting]), max_size=3))},
    )  # fmt: skip
    conditions = {name: parse_expression(draw(rule)) for name in draw(st.sets(st.sampled_from("abc")))}
    held = {name: draw(st.integers(0, 1)) for name in draw(st.sets(st.sampled_from([*moving, *resting]), max_size=2))}
    done = Interventions(held=held)
    return network, settings, {"readouts": conditions, "first_passage": conditions, "interventions": done, "states": 5}


def plain(value):
    """All numbers of a result, in order."""
    if isinstance(value, dict):
        return [(key, plain(each)) for key, each in value.items()]
    if is_dataclass(value):
        return [plain(getattr(value, each.name)) for each in fields(value)]
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    return value.tolist() if isinstance(value, np.ndarray) else value


@hypothesis_settings(max_examples=60, derandomize=True, database=None, deadline=None)
@given(networks())
def test_random_networks_take_the_same_trajectories_by_both_kernels(made):
    network, settings, options = made
    found = []
    for most in (MOST_FREE, -1):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("paget.signalling.state_table.MOST_FREE", most)
            found.append(plain(simulate(network, settings, **options)))
    assert found[0] == found[1]


def test_a_rate_too_small_to_have_an_inverse_is_never(monkeypatch):
    network = parse_bnd("Node A { rate_up = exp(-744); rate_down = 1; } Node B { rate_up = A ? 1 : 1e-320; }")
    off = tuple(InitialGroup.fixed(name, 0) for name in "AB")
    for most in (MOST_FREE, -1):
        monkeypatch.setattr("paget.signalling.state_table.MOST_FREE", most)
        result = simulate(network, replace(SETTINGS, initial=off, sample_count=200))
        assert not result.probability.any()
        assert result.fixed.all()


def test_the_table_needs_no_memory_for_the_rules():
    still = "".join(f"Node S{k} {{ logic = S{k}; }}\n" for k in range(300))
    off = replace(SETTINGS, initial=tuple(InitialGroup.fixed(f"S{k}", 0) for k in range(300)))
    compiled = compile_network(parse_bnd(still + "Node A { logic = !A; }"), off)
    kernel, lanes, arguments = prepared(compiled, off, ("A",), 0)
    assert kernel.__name__ == "tabulated"
    assert (lanes, 1) in [each.shape for each in arguments if isinstance(each, np.ndarray) and each.dtype == np.uint32]


def test_nodes_of_one_rate_flip_in_another_order_by_the_same_law(monkeypatch):
    runs = []
    for most in (MOST_FREE, -1):
        monkeypatch.setattr("paget.signalling.state_table.MOST_FREE", most)
        runs.append(simulate(ring(7), SETTINGS, readouts={"three": parse_expression("N0 & N3 & !N5")}))
    one, other = runs
    assert not np.array_equal(one.final, other.final)
    for (p, e), (q, f) in (
        ((one.probability, one.standard_error), (other.probability, other.standard_error)),
        (one.readouts["three"], other.readouts["three"]),
    ):
        assert np.abs((p - q) / np.hypot(e, f)).max() < 4.5
