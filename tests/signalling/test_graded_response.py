"""Graded response to drugs: occupancy, its mean over cells, and partial inhibition as the limit of fast switching."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest

from paget.errors import InputError
from paget.signalling.expression import Expression, parse_expression
from paget.signalling.graded_response import (
    averaged,
    constants_of,
    half_response,
    joint,
    mixture,
    mixture_terms,
    occupancy,
    smoothing_matrix,
)
from paget.signalling.library import network
from paget.signalling.network import Network, Node
from paget.signalling.settings import InitialGroup, Settings
from paget.signalling.simulate import simulate
from paget.signalling.table_build import with_still_inputs

LEVELS = (0.0, 0.25, 0.5, 0.75, 0.9, 1.0)
SAMPLES = 256
LARGEST_Z = 4.5
"""Of some hundred comparisons with normal errors none is beyond this but with probability below 1e-3."""


def test_occupancy_is_half_at_the_half_maximal_concentration_and_shifts_with_the_cell():
    assert occupancy(7.0, 7.0, 2.0) == pytest.approx(0.5)
    assert occupancy(0.0, 7.0) == 0.0
    assert occupancy(1e9, 1e-9) == pytest.approx(1.0)
    for hill, concentration in product((0.7, 1.0, 3.0), (0.2, 1.0, 30.0)):
        half, shift = 4.0, 0.6
        wanted = concentration**hill / (concentration**hill + (half * np.exp(shift)) ** hill)
        assert occupancy(concentration, half, hill, shift) == pytest.approx(wanted)


def test_drugs_on_one_target_bind_independently():
    assert joint([0.5, 0.5, 0.2]) == pytest.approx(1.0 - 0.5 * 0.5 * 0.8)
    assert joint([]) == 0.0


def test_smoothing_is_the_mean_over_a_normal_spread_of_the_piecewise_linear_response():
    points = np.array([-9.0, -3.0, -1.5, 0.0, 0.4, 2.0, 5.0])
    response = np.array([1.0, 0.9, 0.7, 0.2, 0.25, 0.1, 0.0])
    spread = 0.75
    # Mid-point rule on 20,001 points within eight standard deviations: error below 1e-6.
    steps = (np.arange(20_001) + 0.5) / 20_001 * 16.0 - 8.0
    density = np.exp(-0.5 * steps**2)
    density /= density.sum()
    smoothed = smoothing_matrix(points, spread) @ response
    for place in range(1, len(points)):
        wanted = density @ np.interp(points[place] + spread * steps, points, response)
        assert smoothed[place] == pytest.approx(wanted, abs=1e-6)
    assert smoothed[0] == response[0], "no drug stays no drug"


def test_smoothing_keeps_a_constant_and_without_spread_everything():
    points = np.linspace(-4.0, 4.0, 9)
    assert smoothing_matrix(points, 1.3) @ np.ones(9) == pytest.approx(np.ones(9))
    assert np.array_equal(smoothing_matrix(points, 0.0), np.eye(9))


def test_half_response_is_found_on_the_line_between_points():
    points = np.array([0.0, 1.0, 2.0, 3.0])
    assert half_response(points, np.array([0.8, 0.7, 0.3, 0.1])) == pytest.approx(1.75)
    assert half_response(points, np.array([0.8, 0.7, 0.6, 0.5])) is None
    assert half_response(points, np.zeros(4)) is None


def test_a_mixture_is_the_mean_over_the_targets():
    rule = parse_expression("((A & !B) | C) ? 3.0 : 0.5")
    effects = constants_of({"A": 0.3, "C": 1.0}, {"B": 0.6, "D": 0.9})
    assert sum(weight for weight, _ in mixture_terms(rule, effects)) == pytest.approx(1.0)
    mean = mixture(rule, effects)
    for a, b, c in product((0.0, 1.0), repeat=3):
        wanted = 0.0
        for blocked, forced in product((0, 1), repeat=2):
            weight = (0.3 if blocked else 0.7) * (0.6 if forced else 0.4)
            state = {"A": 0.0 if blocked else a, "B": 1.0 if forced else b, "C": 0.0}
            wanted += weight * rule.evaluate(state)
        assert mean.evaluate({"A": a, "B": b, "C": c}) == pytest.approx(wanted)


def test_without_effect_the_network_is_untouched():
    cell = network("atc").network
    assert averaged(cell, {"MEK": 0.0}) is cell


def test_effects_outside_0_to_1_and_unknown_targets_are_refused():
    cell = network("atc").network
    with pytest.raises(InputError, match=r"lies in \[0, 1\], not 1.5"):
        averaged(cell, {"MEK": 1.5})
    with pytest.raises(InputError, match="no node 'MAK'"):
        averaged(cell, {"MAK": 0.5})


def cascade() -> Network:
    """A stimulated target T, its reader R, and Q, which needs both R and T and feeds back on R."""
    rules = {"T": ("1", 1.0), "R": ("T & !Q", 0.7), "Q": ("R & T", 0.4)}
    nodes = []
    for name, (rule, rate) in rules.items():
        logic = parse_expression(rule)
        up = Expression((*logic.code, ("num", rate), ("num", 0.0), ("select", None)))
        down = Expression((*logic.code, ("num", 0.0), ("num", rate), ("select", None)))
        nodes.append(Node(name, logic, up, down))
    return Network(tuple(nodes), "cascade")


def switching(cell: Network, name: str, effect: float, speed: float) -> Network:
    """The target with rates up (1 - theta) u and down + theta d, both multiplied by `speed`."""
    node = cell[name]
    forced = Expression((*node.up.code, ("num", (1.0 - effect) * speed), ("mul", None)))
    lost = Expression((*node.down.code, ("num", effect), ("add", None), ("num", speed), ("mul", None)))
    nodes = tuple(replace(node, rate_up=forced, rate_down=lost) if each is node else each for each in cell.nodes)
    return replace(cell, nodes=nodes)


def stationary(cell: Network) -> dict[str, float]:
    """Probability of each node in the stationary state, by the matrix of the master equation."""
    names = list(cell.index)
    states: list[tuple[int, ...]] = list(product((0, 1), repeat=len(names)))
    matrix = np.zeros((len(states), len(states)))
    for column, state in enumerate(states):
        values = dict(zip(names, map(float, state), strict=True))
        for place, node in enumerate(cell.nodes):
            rate = (node.down if state[place] else node.up).evaluate(values)
            target = states.index((*state[:place], 1 - state[place], *state[place + 1 :]))
            matrix[target, column] += rate
            matrix[column, column] -= rate
    matrix[0] = 1.0
    shares = np.linalg.solve(matrix, np.eye(len(states))[0])
    return {name: float(shares @ [state[place] for state in states]) for place, name in enumerate(names)}


@pytest.mark.parametrize("effect", [0.2, 0.5, 0.9])
def test_averaging_is_the_limit_of_fast_switching_with_an_error_of_first_order(effect: float):
    """Doubling the speed of the target halves the distance to the averaged network: first order in 1 / speed."""
    limit = stationary(averaged(cascade(), {"T": effect}))
    distances = [
        abs(stationary(switching(cascade(), "T", effect, speed))["Q"] - limit["Q"]) for speed in (500.0, 1000.0)
    ]
    assert distances[0] < 1e-3
    assert distances[0] / distances[1] == pytest.approx(2.0, rel=0.02)
    slow = stationary(switching(cascade(), "T", effect, 1.0))["Q"]
    assert abs(slow - limit["Q"]) > 20.0 * distances[0], "slow switching is something else"


def test_a_rate_that_is_not_stated_stays_what_it_is_without_a_drug():
    """A rises with T and has no logic, so nothing ever switches it off; L follows its logic at rate 1."""
    nodes = (
        Node("T", None, parse_expression("1"), parse_expression("1")),
        Node("A", None, parse_expression("T")),
        Node("L", parse_expression("T")),
    )
    treated = averaged(Network(nodes, "partial"), {"T": 0.25})
    for state in (0.0, 1.0):
        values = {"T": 1.0, "A": state, "L": state}
        assert treated["A"].up.evaluate(values) == pytest.approx(0.75)
        assert treated["A"].down.evaluate(values) == 0.0
        assert treated["L"].up.evaluate(values) == pytest.approx(0.75)
        assert treated["L"].down.evaluate(values) == pytest.approx(0.25)
    settings = Settings(
        initial=(InitialGroup.fixed("T", 1), InitialGroup.fixed("A", 1)), time_tick=5.0, max_time=10.0, sample_count=64
    )
    assert np.all(simulate(treated, settings).probability[:, 1] == 1.0)


def faster(cell: Network, name: str, factor: float) -> Network:
    """Both rates of a node multiplied."""
    scaled = [Expression((*rule.code, ("num", factor), ("mul", None))) for rule in (cell[name].up, cell[name].down)]
    nodes = tuple(
        replace(node, rate_up=scaled[0], rate_down=scaled[1]) if node.name == name else node for node in cell.nodes
    )
    return replace(cell, nodes=nodes)


def dose_response(target: str, others: dict[str, float], factor: float) -> np.ndarray:
    """ERK and proliferation at every level of inhibition of a target, (levels, read-outs, probability and error)."""
    cell = network("atc")
    settings, interventions = cell.condition(("BRAF V600E", "TP53"), environment={"growth_factor": 1.0})
    settings = replace(settings, time_tick=48.0, max_time=96.0, internal=frozenset(cell.network.index))
    base = with_still_inputs(faster(cell.network, target, factor), settings)
    read = {"ERK": cell.read_out("ERK"), "proliferation": cell.read_out("proliferation")}
    found = []
    for level in LEVELS:
        treated = averaged(base, {target: level}, {name: level * most for name, most in others.items()})
        # One seed for each curve: the curves that are compared below must not share their chance.
        result = simulate(
            treated, settings, samples=SAMPLES, seed=int(factor), readouts=read, interventions=interventions, threads=1
        )
        found.append([[result.readouts[name][which][-1] for which in range(2)] for name in read])
    return np.array(found)


@pytest.mark.parametrize(
    ("target", "others"), [("BRAFm", {"RAFi": 1.0}), ("MEK", {})], ids=["dabrafenib", "trametinib"]
)
def test_dose_response_is_monotone_and_independent_of_the_speed_of_the_target(target: str, others: dict[str, float]):
    usual, fast = dose_response(target, others, 1.0), dose_response(target, others, 10.0)
    for lower, higher in pairwise(usual):
        error = np.hypot(lower[:, 1], higher[:, 1])
        assert np.all(higher[:, 0] <= lower[:, 0] + LARGEST_Z * error), f"{target}: rises"
    assert np.all(usual[0, :, 0] - usual[-1, :, 0] > 0.3), "from untreated to full inhibition it falls"
    middle = usual[1:-1, :, 0]
    assert np.all(np.ptp(middle, axis=0) > 0.2), "graded in between"
    error = np.hypot(usual[..., 1], fast[..., 1])
    assert np.all(np.abs(usual[..., 0] - fast[..., 0]) <= LARGEST_Z * error + 1e-12)


def test_still_inputs_change_nothing():
    cell = network("atc")
    settings, interventions = cell.condition(("RAS",), environment={"hypoxia": 1.0})
    settings = replace(settings, time_tick=24.0, max_time=48.0, internal=frozenset(cell.network.index))
    read = {"proliferation": cell.read_out("proliferation")}
    plain, still = (
        simulate(each, settings, samples=64, seed=3, readouts=read, interventions=interventions, threads=1)
        for each in (cell.network, with_still_inputs(cell.network, settings))
    )
    assert plain.readouts["proliferation"][0] == pytest.approx(still.readouts["proliferation"][0])
    switching_input = Settings(variables={"rate": 2.0, "level": 0.5})
    node = Node("X", None, parse_expression("$rate * $level"), parse_expression("$rate * (1.0 - $level)"))
    assert with_still_inputs(Network((node,), "x"), switching_input).nodes == (node,)
