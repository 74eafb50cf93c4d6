"""What is too much, too fast or no number at all is refused in one sentence, and every run ends."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from paget.errors import InputError
from paget.signalling import compiled as compiling
from paget.signalling import launch
from paget.signalling.attractors import attractors
from paget.signalling.bnd import parse_bnd
from paget.signalling.cfg import parse_cfg
from paget.signalling.compiled import compile_network
from paget.signalling.expression import parse_expression
from paget.signalling.settings import InitialGroup, Settings
from paget.signalling.simulate import simulate

pytestmark = pytest.mark.usefixtures("either_engine")

ONE = parse_bnd("Node A { rate_up = 1; rate_down = 1; }")
SHORT = Settings(time_tick=1.0, max_time=2.0, sample_count=4)
OFF = InitialGroup.fixed


# --- time that does not move on ---------------------------------------------------------------------------------------


def fast(rate: str):
    return parse_bnd(f"Node A {{ rate_up = {rate}; rate_down = {rate}; }}")


@pytest.mark.parametrize("rate", ["1e12", "1e17", "1e308"])
def test_a_pace_that_never_reaches_the_end_is_given_up(rate: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "MOST_STEPS", 2**62)
    with pytest.raises(InputError, match=r"in the state (A|<nil>) the total rate is 1e\+\d+") as caught:
        simulate(fast(rate), SHORT)
    assert "Lower the highest rates" in str(caught.value.remedy)


def test_steps_below_the_resolution_of_the_time_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """From time 1 on A flips at 1e20, where time has a resolution of 2e-16."""
    monkeypatch.setattr(launch, "MOST_STEPS", 2**62)
    network = parse_bnd("Node A { rate_up = X * 1e20; rate_down = X * 1e20; } Node X { rate_up = 0; rate_down = 0; }")
    settings = replace(SHORT, initial=(OFF("A", 0), OFF("X", 0)), schedules={"X": ((1.0, 1.0),)})
    with pytest.raises(InputError, match=r"in the state (A -- )?X the total rate is 1e\+20"):
        simulate(network, settings)


def test_the_total_rate_is_that_of_the_state_per_unit_of_time() -> None:
    """B is on and flips at 3e18, A has stopped; C reads a gate, which the sum looks up too."""
    inputs = [f"I{k}" for k in range(14)]
    text = "".join(f"Node {name} {{ rate_up = 0; rate_down = 0; }}\n" for name in inputs)
    text += "Node B { rate_up = 3e18; rate_down = 3e18; }\n"
    text += f"Node C {{ logic = {' & '.join(inputs)}; rate_up = @logic ? 1e18 : 0; rate_down = @logic ? 1e18 : 0; }}"
    network = parse_bnd(text)
    initial = (*(OFF(name, 1) for name in inputs), OFF("B", 1), OFF("C", 0))
    settings = replace(SHORT, time_tick=0.25, initial=initial)
    compiled = compile_network(network, settings)
    assert compiled.gates
    with pytest.raises(InputError, match=r"total rate is 4e\+18"):
        simulate(network, settings)


def test_steps_of_a_trajectory_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """At rate 1 and end 200 the number of steps is Poisson with mean 200: 400 are never made, 100 always."""
    settings = replace(SHORT, time_tick=200.0, max_time=200.0)
    monkeypatch.setattr(launch, "MOST_STEPS", 400)
    simulate(ONE, settings)
    monkeypatch.setattr(launch, "MOST_STEPS", 100)
    with pytest.raises(InputError, match="the total rate is 1, and a trajectory has at most 100 steps"):
        simulate(ONE, settings)


def test_a_node_that_follows_at_once_is_no_standstill() -> None:
    """B follows A at 1e20, far below the resolution of the time, once for each flip of A."""
    network = parse_bnd(
        "Node A { rate_up = 1; rate_down = 1; } Node B { rate_up = A ? 1e20 : 0; rate_down = A ? 0 : 1e20; }"
    )
    settings = replace(SHORT, max_time=300.0, time_tick=100.0, sample_count=50)
    result = simulate(network, settings)
    assert np.allclose(result.probability[1:, 0], result.probability[1:, 1], atol=1e-12)


def test_the_first_failure_ends_a_lane(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were all million trajectories run to the limit of steps, this test would not end."""
    monkeypatch.setattr(launch, "MOST_STEPS", 100_000)
    with pytest.raises(InputError, match="at most 100,000 steps"):
        simulate(fast("1e9"), replace(SHORT, sample_count=1_000_000))


# --- discrete time ----------------------------------------------------------------------------------------------------


def clocked(times: list[float], end: float = 20.0, text: str = "") -> np.ndarray:
    """Probability of A, which rises at rate 1 in discrete time while X is set at the given times."""
    network = parse_bnd(f"Node A {{ rate_up = {text or 1}; rate_down = 0; }} Node X {{ rate_up = 0; rate_down = 0; }}")
    settings = Settings(
        initial=(OFF("A", 0), OFF("X", 0)),
        schedules={"X": tuple((time, float(place % 2 == 0)) for place, time in enumerate(times))},
        time_tick=1.0,
        max_time=end,
        sample_count=3,
        discrete_time=True,
    )
    return simulate(network, settings).probability[:, 0]


@pytest.mark.parametrize("every", [0.9, 1.0, 0.25])
def test_scheduled_changes_do_not_hold_up_the_clock(every: float) -> None:
    on = clocked([every * k for k in range(1, int(20 / every))])
    assert np.array_equal(on, np.arange(20) >= 1)


@pytest.mark.parametrize(("set_at", "first"), [(3.4, 4), (3.0, 3), (0.0, 1)])
def test_a_clock_that_stood_idle_stays_on_the_grid(set_at: float, first: int) -> None:
    """A waits for X; flips come at whole ticks, after the scheduled change of the same time."""
    assert np.array_equal(clocked([set_at], 6.0, "X"), np.arange(6) >= first)


# --- size -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cfg", "words"),
    [
        (
            "sample_count = 2147483647; max_time = 1; time_tick = 1;",
            "sample_count: the ends of 2147483647 trajectories",
        ),
        ("time_tick = 1e-300; max_time = 1e300;", "time_tick: there are too many windows"),
        ("time_tick = 1; max_time = 170e6;", "time_tick: too many windows times shown nodes"),
        ("time_tick = 1; max_time = 170e6; A.is_internal = 1;", "time_tick: too many windows"),
    ],
)
def test_what_no_memory_holds_is_refused(cfg: str, words: str) -> None:
    settings = parse_cfg(cfg, ONE)
    with pytest.raises(InputError, match=words) as caught:
        simulate(ONE, settings)
    assert caught.value.remedy


def test_first_passages_count_in_the_size_and_cost_nothing_where_none_are_wanted() -> None:
    compiled = compile_network(ONE, SHORT, None, {"on": parse_expression("A")})
    sizes = []
    for passages in (0, 1):
        *_, arguments = launch.prepared(compiled, replace(SHORT, sample_count=1000), ("A",), passages)
        sizes.append(arguments[-2].shape)
        assert all(np.size(argument) for argument in arguments), "a GPU takes no empty array"
    assert sizes == [(1, 1), (1000, 1)]
    fitting = launch.LARGEST_ENDS // 18
    many = replace(SHORT, sample_count=fitting)
    with pytest.raises(InputError, match="Run at most"):
        launch.prepared(compiled, many, (), 2)


# --- settings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"schedules": {"A": ((float("nan"), 1.0),)}}, "A: the times of a schedule rise from 0; nan"),
        ({"schedules": {"A": ((-1.0, 1.0),)}}, "-1.0 does not"),
        ({"schedules": {"A": ((2.0, 1.0), (1.0, 0.0))}}, "1.0 does not"),
        ({"schedules": {"A": ((1.0, 1.0), (1.0, 0.0))}}, "1.0 does not"),
        ({"schedules": {"A": ((float("inf"), 1.0),)}}, "inf does not"),
        ({"schedules": {"A": ((1.0, 7.0),)}}, "7.0 in a schedule is no probability"),
        ({"schedules": {"A": ((1.0, float("nan")),)}}, "nan in a schedule is no probability"),
        ({"initial": (InitialGroup(("A",), ((5,),), (1.0,)),)}, r"A: \(5,\) is no initial state"),
        ({"initial": (InitialGroup(("A",), ((0, 1),), (1.0,)),)}, r"\(0, 1\) is no initial state"),
        ({"initial": (InitialGroup(("A",), ((),), (1.0,)),)}, r"\(\) is no initial state"),
        ({"initial": (InitialGroup(("A",), ((0,), (1,)), (1.0,)),)}, "not equally many"),
        ({"initial": (InitialGroup(("A",), ((0,), (1,)), (1.5, -0.5)),)}, "-0.5 is no probability"),
        ({"initial": (InitialGroup(("A",), ((0,), (1,)), (float("nan"), 0.5)),)}, "nan is no probability"),
        ({"seed": 1.5}, "seed_pseudorandom: a seed cannot be 1.5. Give a whole number from 0"),
        ({"sample_count": 10.5}, "sample_count: the number of trajectories cannot be 10.5"),
        ({"sample_count": 2**31}, "cannot be 2147483648"),
        ({"max_time": float("inf")}, "max_time"),
        ({"max_time": float("nan")}, "max_time"),
        ({"time_tick": float("nan")}, "time_tick"),
        ({"reference": {"A": 3}}, "A: a reference state is 0 or 1, not 3"),
    ],
)
def test_settings_that_no_file_could_give_are_refused(changes: dict, words: str) -> None:
    wrong = replace(SHORT, **changes)
    with pytest.raises(InputError, match=words) as caught:
        simulate(ONE, wrong)
    assert caught.value.remedy
    if "schedules" not in changes:
        with pytest.raises(InputError, match=words):
            attractors(ONE, wrong)


def test_distances_are_counted_or_refused() -> None:
    """254 nodes all differ from their reference; a 255th would not fit into the byte of the distance."""
    for count in (254, 255):
        names = [f"N{k}" for k in range(count)]
        network = parse_bnd("".join(f"Node {name} {{ rate_up = 0; rate_down = 0; }}\n" for name in names))
        initial = tuple(OFF(name, 1) for name in names)
        settings = replace(SHORT, initial=initial, reference=dict.fromkeys(names, 0))
        if count == 254:
            assert np.array_equal(simulate(network, settings).hamming[0].argmax(axis=1), [254, 254])
        else:
            with pytest.raises(InputError, match="nodes with a reference state cannot be 255"):
                simulate(network, settings)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"threads": 0}, "threads: the number of threads cannot be 0. Give a whole number from 1"),
        ({"threads": -3}, "cannot be -3"),
        ({"threads": 1.5}, "cannot be 1.5"),
        ({"samples": 10.5}, "cannot be 10.5"),
        ({"seed": 1.5}, "cannot be 1.5"),
        ({"seed": -1}, "cannot be -1"),
        ({"first": -1}, "first: the number of the first trajectory cannot be -1"),
        ({"first": 0.5}, "cannot be 0.5"),
        ({"states": 2.5}, "states: the number of states to be followed cannot be 2.5"),
    ],
)
def test_options_that_are_no_whole_numbers_are_refused(options: dict, words: str) -> None:
    with pytest.raises(InputError, match=words):
        simulate(ONE, SHORT, **options)


def test_whole_numbers_of_numpy_are_whole_numbers() -> None:
    plain = simulate(ONE, SHORT, samples=7, seed=3, threads=1)
    other = simulate(ONE, SHORT, samples=np.int64(7), seed=np.uint8(3), threads=np.int32(1))  # type: ignore[arg-type]
    assert np.array_equal(plain.final, other.final)


# --- work of compiling ------------------------------------------------------------------------------------------------


def weighted(rules: int, weights: int) -> str:
    """Nodes whose rates add up so many inputs, all of different weights."""
    text = "".join(f"Node I{k} {{ rate_up = 1; rate_down = 1; }}\n" for k in range(weights))
    total = " + ".join(f"{1.1**k:.6f} * I{k}" for k in range(weights))
    return text + "".join(f"Node W{j} {{ rate_up = {total}; rate_down = {j + 1}; }}\n" for j in range(rules))


def test_many_wide_rules_are_refused_together_and_the_node_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling, "MOST_WORK", 1 << 22)
    compile_network(parse_bnd(weighted(2, 13)), SHORT)
    compile_network(parse_bnd(weighted(60, 11)), SHORT)
    with pytest.raises(InputError, match=r"^W\d+: with this one too many rules read many nodes") as caught:
        compile_network(parse_bnd(weighted(60, 13)), SHORT)
    assert caught.value.place.field != "W59"


def test_sixteen_rules_of_eighteen_weights_are_too_many() -> None:
    with pytest.raises(InputError, match=r"^W\d+: with this one too many rules"):
        compile_network(parse_bnd(weighted(16, 18)), SHORT)


def test_twenty_nodes_that_weigh_differently_are_one_too_many_beside_the_node_itself() -> None:
    with pytest.raises(InputError, match="W0: reads more than 19 other nodes with different weights"):
        compile_network(parse_bnd(weighted(1, 20)), SHORT)
    network = parse_bnd(weighted(0, 21))
    total = " + ".join(f"{1.1**k:.6f} * I{k}" for k in range(21))
    with pytest.raises(InputError, match="heavy: reads more than 20 nodes with different weights"):
        compile_network(network, SHORT, None, {"heavy": parse_expression(f"({total}) > 9")})


def test_a_cfg_of_a_file_is_refused_in_the_same_way(tmp_path: Path) -> None:
    """The whole way from the files on."""
    from paget.signalling.network_file import read_network

    (tmp_path / "a.bnd").write_text("Node A { rate_up = 1e17; rate_down = 1e17; }", encoding="utf-8")
    (tmp_path / "a.cfg").write_text("max_time = 2; sample_count = 3;", encoding="utf-8")
    with pytest.raises(InputError, match="nodes flip too fast"):
        simulate(*read_network(tmp_path / "a.bnd", [tmp_path / "a.cfg"]))
