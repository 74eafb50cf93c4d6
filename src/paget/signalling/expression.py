"""A rule of a network: what a node's logic or rate is, given the states of the nodes and the values of variables.

A rule is data, never Python code. It stands in postfix order, so that every pass over it is a loop; states are 0 or 1,
every value is a double, a value counts as true when it is not 0, and logic and comparison give 0 or 1 (MaBoSS).
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from paget.errors import InputError, Place
from paget.signalling.expression_parser import parse_rule
from paget.signalling.expression_text import write_code
from paget.signalling.operations import Code, Op
from paget.signalling.tokens import tokenise

__all__ = ["Code", "Expression", "Op", "parse_expression"]

_NOTHING: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True)
class Expression:
    """A rule as postfix code.

    Operands are ``("num", 1.0)``, ``("node", "ERK")``, ``("var", "u_ERK")`` and, before aliases are written out,
    ``("alias", "logic")``; operators are ``(name, None)`` with the names of ``operations.ARITY``. ``select`` takes
    condition, value and other value; ``log_base`` and ``exp_base`` take argument and base.
    """

    code: Code

    def nodes(self) -> tuple[str, ...]:
        """Names of the nodes, in order of first appearance."""
        return self._names["node"]

    def variables(self) -> tuple[str, ...]:
        """Names of the $variables, in order of first appearance."""
        return self._names["var"]

    def aliases(self) -> tuple[str, ...]:
        """Names of the @aliases, in order of first appearance."""
        return self._names["alias"]

    @cached_property
    def _names(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, dict[str, None]] = {"node": {}, "var": {}, "alias": {}}
        for kind, name in self.code:
            if kind in found:
                found[kind][str(name)] = None
        return {kind: tuple(names) for kind, names in found.items()}

    def evaluate(self, state: Mapping[str, float], variables: Mapping[str, float] = _NOTHING) -> float:
        """The value in a state of the nodes (0 or 1 each); KeyError for a name without a value.

        Both values of a condition are computed; division by 0 and the like follow IEEE 754, as in MaBoSS.
        """
        stack: list[float] = []
        for name, operand in self.code:
            if name in _OPERATIONS:
                arity, compute = _OPERATIONS[name]
                operands = stack[-arity:]
                del stack[-arity:]
                stack.append(compute(*operands))
            elif name == "num":
                stack.append(float(operand or 0.0))
            elif name == "alias":
                raise KeyError(f"@{operand}")
            else:
                stack.append(float((state if name == "node" else variables)[str(operand)]))
        return stack[0]

    def text(self, style: str = "bnd") -> str:
        """The rule as written in .bnd (the default) or .bnet (InputError for what .bnet cannot hold)."""
        return write_code(self.code, style)


def parse_expression(text: str, where: Place | str = "", *, truth_words: bool = False) -> Expression:
    """The rule that a text holds, in the grammar of .bnd.

    Args:
        text: e.g. ``(A | NOT B) ? $u_A : 0``.
        where: file, line and field for messages, or only the file's name.
        truth_words: whether TRUE and FALSE are constants, as in .cfg.

    Raises:
        InputError: the text is no rule; file, line and remedy are given.
    """
    place = Place(file=where or None) if isinstance(where, str) else where
    try:
        tokens = tokenise(text, place.file, place.line or 1)
        code = parse_rule(tokens, truth_words=truth_words)
        if tokens.head.kind != "end":
            tokens.fail(f"{tokens.head} does not continue the rule", "Is an operator missing, or a ')' too many?")
    except InputError as error:
        raise InputError(
            error.message, file=place.file, line=error.place.line, field=place.field, remedy=error.remedy
        ) from error
    return Expression(code)


def _truth(test: Callable[[float, float], bool]) -> Callable[[float, float], float]:
    return lambda left, right: float(test(left, right))


def divide(left: float, right: float) -> float:
    """IEEE 754 division: x/0 is an infinity, 0/0 is NaN."""
    if right:
        return left / right
    return math.nan if not left or math.isnan(left) else math.copysign(math.inf, left) * math.copysign(1.0, right)


def logarithm(value: float) -> float:
    """Natural logarithm; -inf at 0, NaN below."""
    if value > 0.0:
        return math.log(value)
    return math.nan if value else -math.inf


def power(base: float, exponent: float) -> float:
    """C's pow: an infinity where the result is too large, NaN where it is not real."""
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return math.inf
    except ValueError:
        return math.nan if base else math.inf


_OPERATIONS: dict[str, tuple[int, Callable[..., float]]] = {
    "not": (1, lambda value: float(value == 0.0)),
    "neg": (1, lambda value: -value),
    "log": (1, logarithm),
    "exp": (1, lambda value: power(math.e, value)),
    "log_base": (2, lambda value, base: divide(logarithm(value), logarithm(base))),
    "exp_base": (2, lambda value, base: power(base, value)),
    "and": (2, lambda left, right: float(left != 0.0 and right != 0.0)),
    "or": (2, lambda left, right: float(left != 0.0 or right != 0.0)),
    "xor": (2, lambda left, right: float((left != 0.0) != (right != 0.0))),
    "eq": (2, _truth(operator.eq)),
    "ne": (2, _truth(operator.ne)),
    "lt": (2, _truth(operator.lt)),
    "gt": (2, _truth(operator.gt)),
    "le": (2, _truth(operator.le)),
    "ge": (2, _truth(operator.ge)),
    "add": (2, operator.add),
    "sub": (2, operator.sub),
    "mul": (2, operator.mul),
    "div": (2, divide),
    "select": (3, lambda condition, value, other: value if condition != 0.0 else other),
}
