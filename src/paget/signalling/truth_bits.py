"""Rules over few nodes as their values in every state of those nodes.

State s, a whole number, has the node at position i on when bit i of s is set; a set of states is a whole number with
bit s set for each state s in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from paget.errors import InputError
from paget.signalling.operations import Code, depth, spans

WIDEST = 16
"""Most nodes over which a rule is tabulated: 65,536 states."""
_MOST_WORK = 2**31
"""Bound of operations times states: seconds of work."""
_MOST_VALUES = 2**25
"""Bound of waiting values times states: 256 MB."""

_Values = NDArray[np.float64]
_OPERATIONS: dict[str, tuple[int, Callable[..., _Values]]] = {
    "not": (1, lambda value: value == 0.0),
    "neg": (1, np.negative),
    "log": (1, np.log),
    "exp": (1, np.exp),
    "log_base": (2, lambda value, base: np.log(value) / np.log(base)),
    "exp_base": (2, lambda value, base: np.power(base, value)),
    "and": (2, lambda left, right: (left != 0.0) & (right != 0.0)),
    "or": (2, lambda left, right: (left != 0.0) | (right != 0.0)),
    "xor": (2, lambda left, right: (left != 0.0) ^ (right != 0.0)),
    "eq": (2, np.equal),
    "ne": (2, np.not_equal),
    "lt": (2, np.less),
    "gt": (2, np.greater),
    "le": (2, np.less_equal),
    "ge": (2, np.greater_equal),
    "add": (2, np.add),
    "sub": (2, np.subtract),
    "mul": (2, np.multiply),
    "div": (2, np.divide),
    "select": (3, lambda condition, value, other: np.where(condition != 0.0, value, other)),
}


def tabulate(code: Code, names: Sequence[str], variables: Mapping[str, float]) -> _Values:
    """Value of a rule in every state of the named nodes, shape (2 ** len(names),).

    Raises:
        InputError: too many nodes, or a rule too long for their number of states.
        KeyError: a node or variable without a value.
    """
    if len(names) > WIDEST:
        raise InputError(f"a rule over {len(names)} nodes is not tabulated; {WIDEST} are the most")
    count = 1 << len(names)
    spans(code)
    if len(code) * count > _MOST_WORK or depth(code) * count > _MOST_VALUES:
        raise InputError(f"a rule of {len(code):,} operations over {len(names)} nodes is too long to be tabulated")
    states = np.arange(count)
    columns = {name: (states >> position & 1).astype(np.float64) for position, name in enumerate(names)}
    with np.errstate(all="ignore"):
        return np.broadcast_to(_run(code, columns, variables), count)


def _run(code: Code, columns: Mapping[str, _Values], variables: Mapping[str, float]) -> _Values:
    stack: list[_Values] = []
    for name, operand in code:
        if name == "num":
            stack.append(np.float64(operand or 0.0))  # pyright: ignore[reportArgumentType]
        elif name == "node":
            stack.append(columns[str(operand)])
        elif name == "var":
            stack.append(np.float64(variables[str(operand)]))  # pyright: ignore[reportArgumentType]
        else:
            arity, compute = _OPERATIONS[name]
            operands = stack[-arity:]
            del stack[-arity:]
            stack.append(np.asarray(compute(*operands), np.float64))
    return stack[0]


def as_set(truth: NDArray[np.bool_]) -> int:
    """The states in which an array over all states is true, as a set."""
    return int.from_bytes(np.packbits(truth, bitorder="little").tobytes(), "little")


def sum_of_products(states: int, names: Sequence[str]) -> Code:
    """An OR of ANDs that is true in exactly these states, without a redundant part (Minato–Morreale)."""
    cubes = _cubes(states, states, len(names))[0]
    if not cubes:
        return (("num", 0.0),)
    code: list[tuple[str, float | str | None]] = []
    for number, (on, off) in enumerate(cubes):
        literals = [(name, on >> k & 1) for k, name in enumerate(names) if (on | off) >> k & 1]
        if not literals:
            return (("num", 1.0),)
        for place, (name, positive) in enumerate(literals):
            code += [("node", name)] if positive else [("node", name), ("not", None)]
            code += [("and", None)] if place else []
        code += [("or", None)] if number else []
    return tuple(code)


def _cubes(needed: int, allowed: int, width: int) -> tuple[list[tuple[int, int]], int]:
    """Products (nodes on, nodes off) that cover the needed states within the allowed ones, and what they cover.

    The recursion is over the nodes, so it is at most WIDEST + 1 deep.
    """
    if not needed:
        return [], 0
    if allowed == (1 << (1 << width)) - 1:
        return [(0, 0)], allowed
    half = 1 << (width - 1)
    full = (1 << half) - 1
    needed_off, needed_on = needed & full, needed >> half
    allowed_off, allowed_on = allowed & full, allowed >> half
    off, covered_off = _cubes(needed_off & ~allowed_on, allowed_off, width - 1)
    on, covered_on = _cubes(needed_on & ~allowed_off, allowed_on, width - 1)
    rest = needed_off & ~covered_off | needed_on & ~covered_on
    both, covered_both = _cubes(rest, allowed_off & allowed_on, width - 1)
    position = 1 << (width - 1)
    cubes = [(a, b | position) for a, b in off] + [(a | position, b) for a, b in on] + both
    return cubes, covered_off | covered_both | (covered_on | covered_both) << half
