"""Levels of qualitative species as bits, and MathML over levels as rules over bits.

A species of maximum level L > 1 becomes L nodes X_b1 … X_bL, of which the first v are on at level v (Van Ham 1979,
as in MaBoSS and bioLQM). A bit rises only above the bit below it and falls only under the bit above it, so the level
moves by one at a time towards its target.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeAlias

from paget.signalling.operations import Code, Op

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "gt": operator.gt,
    "le": operator.le,
    "ge": operator.ge,
}
_MIRROR = {"eq": "eq", "ne": "ne", "lt": "gt", "gt": "lt", "le": "ge", "ge": "le"}
_EMPTY = {"and": 1.0, "or": 0.0, "xor": 0.0, "add": 0.0, "mul": 1.0}
FALSE: Code = (("num", 0.0),)
TRUE: Code = (("num", 1.0),)


@dataclass(frozen=True)
class Level:
    """The level of a species, by its bits."""

    bits: tuple[str, ...]


Value: TypeAlias = Level | float | Code
"""A level, a number, or the code of a rule."""


def bits_of(species: str, max_level: int) -> tuple[str, ...]:
    """Names of the nodes of a species; a species of one level keeps its name."""
    return (species,) if max_level <= 1 else tuple(f"{species}_b{level}" for level in range(1, max_level + 1))


def join(name: str, *codes: Code) -> Code:
    """Rules joined by AND or OR; constants are resolved, none at all is the neutral constant."""
    decisive, neutral = (FALSE, TRUE) if name == "and" else (TRUE, FALSE)
    if decisive in codes:
        return decisive
    given = [code for code in codes if code != neutral]
    ops: list[Op] = []
    for number, code in enumerate(given):
        ops.extend(code)
        if number:
            ops.append((name, None))
    return tuple(ops) or neutral


def negate(code: Code) -> Code:
    """NOT of a rule."""
    if code in (TRUE, FALSE):
        return FALSE if code == TRUE else TRUE
    return (*code, ("not", None))


def at_least(terms: Mapping[int, Code], default: int, level: int) -> Code:
    """Where the target level is at least the given one.

    Terms of one level are joined by OR beforehand; where terms of several levels hold, the highest counts; where none
    holds, the default.
    """
    high = join("or", *(code for result, code in terms.items() if result >= level))
    if default < level:
        return high
    return join("or", high, negate(join("or", *(code for result, code in terms.items() if result < level))))


def bit_rule(target: Code, bits: Sequence[str], position: int) -> Code:
    """The logic of one bit, given where the target level is at least its own."""
    below: Code = (("node", bits[position - 1]),) if position else TRUE
    above: Code = (("node", bits[position + 1]),) if position + 1 < len(bits) else FALSE
    return join("or", join("and", target, below), above)


def truth(value: Value) -> Code:
    """A value as a condition: a level or number counts as true when it is not 0."""
    if isinstance(value, Level):
        return (("node", value.bits[0]),)
    return value if isinstance(value, tuple) else (TRUE if value else FALSE)


def number(value: Value) -> Code:
    """A value as a number: a level is the count of its bits that are on."""
    if isinstance(value, Level):
        ops: list[Op] = [("node", value.bits[0])]
        for bit in value.bits[1:]:
            ops += [("node", bit), ("add", None)]
        return tuple(ops)
    return value if isinstance(value, tuple) else (("num", value),)


def fold(name: str, values: Sequence[Value]) -> Code:
    """AND, OR, XOR, sum or product of any number of values."""
    convert = truth if name in ("and", "or", "xor") else number
    if name in ("and", "or"):
        return join(name, *(convert(value) for value in values))
    ops: list[Op] = list(convert(values[0])) if values else [("num", _EMPTY[name])]
    for value in values[1:]:
        ops += [*convert(value), (name, None)]
    return tuple(ops)


def compare(name: str, values: Sequence[Value]) -> Code:
    """A comparison of neighbours in a row of values, e.g. a < b < c."""
    return join("and", *(_pair(name, left, right) for left, right in pairwise(values)))


def _pair(name: str, left: Value, right: Value) -> Code:
    if isinstance(left, float) and isinstance(right, Level):
        return _pair(_MIRROR[name], right, left)
    if not (isinstance(left, Level) and isinstance(right, float)):
        return (*number(left), *number(right), (name, None))
    if name == "ne":
        return negate(_pair("eq", left, right))
    met = [level for level in range(len(left.bits) + 1) if _COMPARE[name](level, right)]
    if not met:
        return FALSE
    # The levels that meet a comparison are neighbours: at least the lowest and not above the highest.
    low: Code = (("node", left.bits[met[0] - 1]),) if met[0] else TRUE
    high: Code = negate((("node", left.bits[met[-1]]),)) if met[-1] < len(left.bits) else TRUE
    return join("and", low, high)


def read_math(root: Any, combine: Callable[[Any, list[Value]], Value]) -> Code:
    """The rule that a formula of libsbml holds, read without recursion; `combine` joins the values of children."""
    todo: list[tuple[Any, int]] = [(root, 0)]
    values: list[Value] = []
    while todo:
        node, child = todo.pop()
        count = node.getNumChildren()
        if child < count:
            todo.append((node, child + 1))
            todo.append((node.getChild(child), 0))
            continue
        operands = values[len(values) - count :]
        del values[len(values) - count :]
        values.append(combine(node, operands))
    return truth(values[0])
