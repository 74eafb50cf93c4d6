"""First-passage times against the absorbing chain, in which states of the target have no way out.

The empirical distribution function of n times stays within sqrt(ln(2/error)/(2n)) of the true one whatever its law
(Massart 1990, doi:10.1214/aop/1176990746).
"""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laws.chance import ERROR, assert_counts
from paget.signalling.expression import parse_expression
from signalling.oracle import grammar, random_networks
from signalling.oracle import master_equation as exact
from signalling.oracle.master_equation import Model
from signalling.oracle.subject import run

pytestmark = pytest.mark.usefixtures("either_engine")

SAMPLES = 6000
EXAMPLES = 30
BAND = math.sqrt(math.log(2.0 * 2 * EXAMPLES / ERROR) / (2.0 * SAMPLES))
"""Two targets an example."""

OFF = [(("A",), [(1.0, (0,))])]
few = settings(max_examples=EXAMPLES, derandomize=True, database=None, deadline=None)


def passages(made: Model, chance: random.Random, trees, samples: int = SAMPLES, seed: int = 31) -> list[np.ndarray]:
    """Sorted times at which each target was first reached; shares agree with their number."""
    targets = {f"target {k}": random_networks.write(tree, chance) for k, tree in enumerate(trees)}
    parsed = {name: parse_expression(text, name) for name, text in targets.items()}
    result = run(made, chance, samples, seed, first_passage=parsed)
    found = []
    for name in targets:
        passage = result.first_passage[name]
        assert np.all(np.diff(passage.times) >= 0.0)
        assert passage.share == pytest.approx(len(passage.times) / samples, abs=1e-12)
        found.append(np.asarray(passage.times))
    return found


def assert_distribution(made: Model, target: np.ndarray, found: np.ndarray) -> None:
    end = made.tick * made.windows
    assert found.size == 0 or (found[0] >= 0.0 and found[-1] <= end)
    # Off the scheduled times, at which the distribution function jumps.
    looks = end * (np.arange(24) + 0.98) / 24
    expected = exact.reached(made, target, looks)
    share = np.searchsorted(found, looks, side="right") / SAMPLES
    worst = int(np.argmax(np.abs(share - expected)))
    assert np.abs(share - expected).max() < BAND, (looks[worst], share[worst], expected[worst])
    at_once = float(target @ exact.after_start(made))
    assert abs(float((found == 0.0).sum()) / SAMPLES - at_once) < BAND


@few
@given(st.integers(0, 2**32 - 1), st.integers(1, 8))
def test_first_passage_of_random_networks(seed: int, size: int) -> None:
    chance = random.Random(seed)
    made = random_networks.model(chance, size)
    trees = [random_networks.boolean(chance, made.names, 2, ("and", "and", "xor")) for _ in range(2)]
    for tree, found in zip(trees, passages(made, chance, trees), strict=True):
        assert_distribution(made, made.of(tree), found)


def test_a_chain_of_steps_has_a_gamma_law() -> None:
    """A then B then C at one rate: the third is reached after an Erlang time."""
    text = "node A { rate_up = 2; } node B { rate_up = A ? 2 : 0; } node C { rate_up = B ? 2 : 0; }"
    start = [((name,), [(1.0, (0,))]) for name in "ABC"]
    made = Model(grammar.read_nodes(text), groups=start, tick=1.0, windows=6)
    (found,) = passages(made, random.Random(1), [("node", "C")])
    looks = np.linspace(0.1, 6.0, 60)
    erlang = 1.0 - np.exp(-2.0 * looks) * (1.0 + 2.0 * looks + 2.0 * looks**2)
    assert np.allclose(exact.reached(made, made.states[:, 2].astype(float), looks), erlang, atol=1e-12)
    share = np.searchsorted(found, looks, side="right") / SAMPLES
    assert np.abs(share - erlang).max() < BAND


def test_waiting_times_are_exponential_to_the_far_tail() -> None:
    """Classes of equal probability, and finer ones at both ends, for one node that goes up at rate 1."""
    samples = 400_000
    made = Model(grammar.read_nodes("node A { rate_up = 1; rate_down = 0; }"), groups=OFF, tick=20.0, windows=1)
    (found,) = passages(made, random.Random(4), [("node", "A")], samples)
    ends = np.concatenate([[0.0, 1e-4, 3e-4, 1e-3, 3e-3], np.arange(0.01, 1.0, 0.01), [0.995, 0.999, 0.9997, 0.9999]])
    times = np.append(-np.log1p(-ends), 20.0)
    seen = np.histogram(found, times)[0]
    expected = samples * (np.exp(-times[:-1]) - np.exp(-times[1:]))
    assert_counts(seen, expected, estimated=0)
    assert found[0] > 0.0
    assert len(np.unique(found)) > 0.99 * samples


def test_a_target_that_holds_at_the_start_is_reached_at_0_and_one_out_of_reach_never() -> None:
    made = Model(
        grammar.read_nodes("node A { rate_down = 1; } node B { }"), held={"B": 0}, groups=[(("A",), [(1.0, (1,))])]
    )
    now, never = passages(made, random.Random(2), [("node", "A"), ("node", "B")])
    assert len(now) == SAMPLES
    assert not now.any()
    assert len(never) == 0


def test_a_scheduled_change_counts_as_arrival() -> None:
    made = Model(grammar.read_nodes("node A { }"), groups=OFF, windows=2)
    made.schedules = {"A": [(1.25, 0.5)]}
    (found,) = passages(made, random.Random(3), [("node", "A")])
    assert np.allclose(found, 1.25)
    assert abs(len(found) / SAMPLES - 0.5) < BAND


def test_changes_of_one_time_come_at_once_and_no_state_between_them_is_reached() -> None:
    made = Model(grammar.read_nodes("node A { } node B { }"), groups=[(("A", "B"), [(1.0, (1, 0))])], windows=2)
    made.schedules = {"A": [(1.25, 0.0)], "B": [(1.25, 1.0)]}
    both, neither = ("and", ("node", "A"), ("node", "B")), ("and", ("not", ("node", "A")), ("not", ("node", "B")))
    swapped = ("and", ("not", ("node", "A")), ("node", "B"))
    first, second, third = passages(made, random.Random(3), [both, neither, swapped])
    assert len(first) == len(second) == 0
    assert np.allclose(third, 1.25)
    assert len(third) == SAMPLES


def test_a_state_before_the_changes_of_time_0_is_not_reached() -> None:
    made = Model(
        grammar.read_nodes("node A { } node B { rate_up = A; }"), groups=[(("A", "B"), [(1.0, (0, 0))])], windows=2
    )
    made.schedules = {"A": [(0.0, 1.0)]}
    before, after, later = passages(made, random.Random(3), [("not", ("node", "A")), ("node", "A"), ("node", "B")])
    assert len(before) == 0
    assert len(after) == SAMPLES
    assert not after.any()
    assert_distribution(made, made.states[:, 1].astype(float), later)
    assert exact.reached(made, 1.0 - made.states[:, 0], [1.0]) == pytest.approx([0.0])
