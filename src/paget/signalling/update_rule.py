"""What a node does, as one logical rule: the form of a network in which rates have no place (.bnet, SBML-qual)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from paget.errors import InputError
from paget.signalling.expression import Expression
from paget.signalling.expression_text import is_plain_logic
from paget.signalling.network import Network, Node
from paget.signalling.operations import Code
from paget.signalling.plain_logic import plain
from paget.signalling.settings import Settings
from paget.signalling.truth_bits import WIDEST, as_set, sum_of_products, tabulate

_REMEDY = "Write .bnd and .cfg, which hold rates."


def update_rules(network: Network, settings: Settings | None = None) -> dict[str, Expression]:
    """For each node the rule that is true in a state exactly when the node goes to 1 or stays there.

    A node that is off goes to 1 where its rate up is positive; one that is on stays where its rate down is 0. Where the
    node has a logic that says the same, the rule is that logic; otherwise an OR of ANDs. Rules hold nodes, 0, 1, NOT,
    AND and OR only.

    Args:
        network: the network.
        settings: values of the variables, if the rules have any.

    Raises:
        InputError: a rate takes several positive values, so that a single rule would lose what the node does; a rate
            is negative or infinite; a variable has no value; or the rule is too wide to be rewritten.
    """
    variables = {} if settings is None else settings.variables
    rules: dict[str, Expression] = {}
    for node in network.nodes:
        try:
            rules[node.name] = Expression(_update(node, variables))
        except KeyError as error:
            remedy = "Give the settings of its .cfg file."
            raise InputError(
                f"the rules of {node.name} use {_shown(error)}, which has no value",
                file=network.name or None,
                remedy=remedy,
            ) from error
        except InputError as error:
            message = f"{node.name} cannot be written as one logical rule: {error.message}"
            raise InputError(message, file=network.name or None, remedy=error.remedy or _REMEDY) from error
    return rules


def _shown(error: KeyError) -> str:
    return f"${error.args[0]}"


def _update(node: Node, variables: Mapping[str, float]) -> Code:
    if node.is_input:
        return (("node", node.name),)
    if node.logic is not None and _rates_follow_logic(node, node.logic, variables):
        return node.logic.code if is_plain_logic(node.logic.code) else plain(node.logic.code, variables)
    names = tuple(dict.fromkeys(name for rule in (node.up, node.down) for name in rule.nodes() if name != node.name))
    if len(names) >= WIDEST:
        raise InputError(f"its rates depend on {len(names)} nodes; up to {WIDEST - 1} are compared with its logic")
    rises = _positive(node.up, node.name, 0.0, names, variables)
    falls = _positive(node.down, node.name, 1.0, names, variables)
    return _rule(node, names, np.concatenate([rises, ~falls]), variables)


def _rates_follow_logic(node: Node, logic: Expression, variables: Mapping[str, float]) -> bool:
    """Whether each rate is missing or has the usual form, ``@logic ? u : 0`` up and ``@logic ? 0 : d`` down."""
    return all(
        rate is None
        or (
            rate.code[:-3] == logic.code
            and rate.code[-1][0] == "select"
            and _is_switch(rate.code[-3:-1], on, variables)
        )
        for rate, on in ((node.rate_up, True), (node.rate_down, False))
    )


def _is_switch(values: Code, on: bool, variables: Mapping[str, float]) -> bool:
    numbers = [
        variables[str(operand)] if name == "var" else operand for name, operand in values if name in ("num", "var")
    ]
    if len(numbers) != 2 or not all(isinstance(number, float) for number in numbers):
        return False
    rate, zero = numbers if on else reversed(numbers)
    return zero == 0.0 and 0.0 < float(rate or 0.0) < np.inf


def _positive(
    rate: Expression, node: str, state: float, names: tuple[str, ...], variables: Mapping[str, float]
) -> np.ndarray:
    """Where a rate is positive while the node itself is in a state; shape (states of the named nodes,)."""
    code = tuple(("num", state) if op == ("node", node) else op for op in rate.code)
    values = tabulate(code, names, variables)
    if not np.all((values >= 0.0) & (values < np.inf)):
        raise InputError("a rate of it is negative or not finite", remedy="Correct the rate.")
    different = np.unique(values[values > 0.0])
    if len(different) > 1 and different[-1] > different[0] * (1.0 + 1e-12):
        raise InputError(
            f"one of its rates takes {len(different)} positive values, which a logical rule cannot tell apart"
        )
    return values > 0.0


def _rule(node: Node, names: tuple[str, ...], truth: np.ndarray, variables: Mapping[str, float]) -> Code:
    """A rule for values over the states of the named nodes and, as the highest bit, the node itself."""
    if node.logic is not None and set(node.logic.nodes()) <= {*names, node.name}:
        said = tabulate(node.logic.code, (*names, node.name), variables) != 0.0
        if np.array_equal(said, truth):
            return plain(node.logic.code, variables)
    half = len(truth) // 2
    if np.array_equal(truth[:half], truth[half:]):
        return sum_of_products(as_set(truth[:half]), names)
    return sum_of_products(as_set(truth), (*names, node.name))
