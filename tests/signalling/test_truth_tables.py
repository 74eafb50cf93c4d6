"""Rules as paget reads them against a second parser: truth tables of random networks and of every reference model."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from paget.signalling.expression import Expression, parse_expression
from paget.signalling.network_file import read_network
from signalling.oracle import grammar, random_networks, reference_models
from signalling.oracle.subject import read

WHOLE = 9
"""A rule of at most this many nodes is compared on its whole truth table, a larger one on 2^9 random states."""

ARITHMETIC = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "eq": np.equal,
    "ne": np.not_equal,
    "lt": np.less,
    "gt": np.greater,
    "le": np.less_equal,
    "ge": np.greater_equal,
    "and": lambda a, b: (a != 0) & (b != 0),
    "or": lambda a, b: (a != 0) | (b != 0),
    "xor": lambda a, b: (a != 0) != (b != 0),
    "log_base": lambda a, b: np.log(a) / np.log(b),
    "exp_base": lambda a, b: b**a,
}
ONE = {"not": lambda a: a == 0, "neg": np.negative, "log": np.log, "exp": np.exp}


def column(expression: Expression, columns: Mapping[str, np.ndarray], variables: Mapping[str, float]) -> np.ndarray:
    """Value of postfix code in many states at once."""
    stack: list[np.ndarray] = []
    for operator, content in expression.code:
        if operator in ("num", "node", "var"):
            leaf = {"num": lambda x: x, "node": columns.get, "var": variables.get}[operator](content)
            stack.append(np.asarray(leaf, float))
        elif operator == "select":
            other, chosen, condition = stack.pop(), stack.pop(), stack.pop()
            stack.append(np.where(condition != 0, chosen, other))
        elif operator in ONE:
            stack.append(np.asarray(ONE[operator](stack.pop()), float))
        else:
            right = stack.pop()
            stack.append(np.asarray(ARITHMETIC[operator](stack.pop(), right), float))
    assert len(stack) == 1
    return stack[0]


def states(names: set[str]) -> dict[str, np.ndarray]:
    """Columns of the whole truth table, or of random states."""
    ordered = sorted(names)
    if len(ordered) <= WHOLE:
        table = np.array(list(itertools.product((0.0, 1.0), repeat=len(ordered)))).reshape(
            2 ** len(ordered), len(ordered)
        )
    else:
        table = np.random.default_rng(len(ordered)).integers(0, 2, (2**WHOLE, len(ordered))).astype(float)
    return {name: table[:, k] for k, name in enumerate(ordered)}


def used(node: grammar.Declared, attribute: str) -> set[str]:
    """Nodes that an attribute depends on, aliases followed."""
    found, left, seen = set(), [node.attributes[attribute]], set()
    while left:
        tree = left.pop()
        found |= grammar.names(tree)
        fresh = grammar.names(tree, "alias") - seen
        seen |= fresh
        left += [node.attributes[name] for name in fresh]
    return found


def compare(
    node: grammar.Declared, expressions: Mapping[str, Expression | None], variables: Mapping[str, float]
) -> int:
    """Every attribute on its truth table; the number of values compared."""
    compared = 0
    for attribute, expression in expressions.items():
        if attribute not in node.attributes:
            assert expression is None, (node.name, attribute)
            continue
        assert expression is not None, (node.name, attribute)
        columns = states(used(node, attribute))
        expected = grammar.value(node.attributes[attribute], columns, variables, node.attributes)
        found = column(expression, columns, variables)
        if attribute == "logic":
            expected, found = expected != 0, found != 0
        np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-13, err_msg=f"{node.name}.{attribute}")
        compared += np.size(expected)
    return compared


def rules(node) -> dict[str, Expression | None]:
    return {"logic": node.logic, "rate_up": node.rate_up, "rate_down": node.rate_down}


@pytest.mark.parametrize("batch", range(4))
def test_two_hundred_random_networks_have_the_truth_tables_they_were_written_from(batch: int) -> None:
    compared = 0
    for seed in range(50 * batch, 50 * (batch + 1)):
        chance = random.Random(seed)
        made = random_networks.model(chance, chance.randint(1, 10))
        network, settings = read(made, chance)
        assert {node.name for node in network.nodes} == set(made.names)
        assert dict(settings.variables) == dict(made.variables)
        for node in network.nodes:
            declared = made.nodes[made.names.index(node.name)]
            compared += compare(declared, rules(node), made.variables)
    assert compared > 4000


def test_random_rules_as_bnet(tmp_path: Path) -> None:
    """Rules of `! & | ^`, which are all that .bnet files share between tools."""
    for seed in range(50):
        chance = random.Random(1000 + seed)
        names = list(random_networks.NAMES[: chance.randint(1, 8)])
        trees = {name: random_networks.boolean(chance, names, 3) for name in names}
        lines = [f"{name}, {random_networks.write(tree)}" for name, tree in trees.items()]
        path = tmp_path / f"{seed}.bnet"
        path.write_text("\n".join((["targets, factors"] if seed % 2 else []) + lines) + "\n", encoding="utf-8")
        network, _ = read_network(path)
        assert [node.name for node in network.nodes] == names
        declared = {node.name: node for node in grammar.read_nodes(path.read_text(encoding="utf-8"))}
        for node in network.nodes:
            assert declared[node.name].attributes["logic"] == trees[node.name]
            compare(declared[node.name], {"logic": node.logic}, {})


@pytest.mark.parametrize("network", sorted(set(reference_models.CONDITIONS.values())))
def test_reference_models_have_the_same_truth_tables(network: str) -> None:
    conditions = [name for name, bnd in reference_models.CONDITIONS.items() if bnd == network]
    path = reference_models.MODELS / f"{network}.bnd"
    declared = {node.name: node for node in grammar.read_nodes(grammar.read_text(path))}
    for condition in conditions[:3]:
        cfg = reference_models.MODELS / f"{condition}.cfg"
        expected = grammar.read_settings(grammar.read_text(cfg))
        found, settings = read_network(path, cfg=[cfg])
        assert {node.name for node in found.nodes} == set(declared)
        assert dict(settings.variables) == expected.variables
        assert sum(compare(declared[node.name], rules(node), expected.variables) for node in found.nodes) > 70
        compare_settings(settings, expected)


def compare_settings(settings, expected: grammar.Configured) -> None:
    """Initial states, internal nodes and times of a .cfg."""
    parameters = {name.lower(): number for name, number in expected.parameters.items()}
    assert (settings.time_tick, settings.max_time) == (parameters["time_tick"], parameters["max_time"])
    assert settings.discrete_time == bool(parameters["discrete_time"])
    internal = {name for (name, mark), number in expected.marks.items() if mark == "is_internal" and number}
    assert set(settings.internal) == internal
    found = {group.nodes: dict(zip(group.states, group.probabilities, strict=True)) for group in settings.initial}
    for nodes, entries in expected.groups:
        total = sum(share for share, _ in entries)
        given = {state: share for state, share in found.pop(nodes).items() if share > 0.0}
        assert given == pytest.approx({state: share / total for share, state in entries if share > 0.0})
    # What is left says no more than the default does.
    for group in found.values():
        assert np.allclose(group.probabilities, 0.5 ** len(group.nodes))


MEASURED = {
    "exp(2, 0.5)": 0.25,
    "exp(0.5, 2)": 2.0**0.5,
    "log(8, 2)": 3.0,
    "log(2, 8)": 1.0 / 3.0,
    "-1 + 2*2": 3.0,
    "2 - 1 - 0.5": 0.5,
    "(1 == 1) + 1 > 1": 1.0,
    "!0 + 1": 2.0,
    "4/2/2": 1.0,
    "2 & 1": 1.0,
    "1 ^ 0 | 1": 0.0,
    "1 ? 0 ? 3 : 4 : 5": 4.0,
    "0 ? 1 : 0 ? 2 : 3": 3.0,
    "2 > 1 == 1": 1.0,
    "1 == 2 > 1": 1.0,
    "0 == 2 < 1": 1.0,
    "3 > 2 > 1": 0.0,
    "1 - -1": 2.0,
    "!!3": 1.0,
    "1 XOR 1 OR 1": 0.0,
    "1 xor 0 And 0": 1.0,
    "Not 0 oR 1 && 0": 1.0,
    ".5 + 1. + 5e-1": 2.0,
    "2*3 == 6 && 1 < 2": 1.0,
    "8/2*4": 16.0,
    "7 != 7 | 5 <= 5": 1.0,
    "1 || 0 && 0": 1.0,
    "2 >= 2 == 1 & 1 ^ 1": 0.0,
    "-2*-1": 2.0,
}
"""Value of a constant rate_up, each measured in MaBoSS (cmaboss 1.0.0b34) by how fast the node goes up."""


@pytest.mark.parametrize("text", MEASURED)
def test_operators_bind_as_in_maboss(text: str) -> None:
    expected = pytest.approx(MEASURED[text], rel=1e-12)
    assert float(grammar.value(grammar.parse(text), {})) == expected
    expression = parse_expression(text, "rule")
    assert expression.evaluate({}, {}) == expected
    assert float(column(expression, {}, {})) == expected


def test_evaluate_is_the_postfix_code() -> None:
    for seed in range(100):
        chance = random.Random(2000 + seed)
        names, variables = list(random_networks.NAMES[:6]), {"v": 0.75, "w": 2.0}
        tree = random_networks.positive(chance, names, list(variables))
        if seed % 2:
            tree = random_networks.rule(chance, names, 3)
        expression = parse_expression(random_networks.write(tree, chance), "rule")
        assert set(expression.nodes()) == grammar.names(tree)
        for _ in range(8):
            state = {name: float(chance.randrange(2)) for name in names}
            expected = float(grammar.value(tree, state, variables))
            assert expression.evaluate(state, variables) == pytest.approx(expected, rel=1e-13)
            assert float(column(expression, state, variables)) == pytest.approx(expected, rel=1e-13)
