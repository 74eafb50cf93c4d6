"""The alphabet of rules: one operation is a name with its operand, one rule is a sequence of them in postfix order.

Postfix order needs no tree, so neither the depth nor the length of a rule can exhaust a recursion limit.
"""

from __future__ import annotations

from typing import TypeAlias

Op: TypeAlias = tuple[str, float | str | None]
Code: TypeAlias = tuple[Op, ...]

LONGEST_CODE = 1_000_000
"""Most operations in one rule, and in all rules of a file once its aliases are written out."""

OPERANDS = frozenset({"num", "node", "var", "alias"})
ARITY = {
    **dict.fromkeys(OPERANDS, 0),
    **dict.fromkeys(("not", "neg", "log", "exp"), 1),
    **dict.fromkeys(("and", "or", "xor", "eq", "ne", "lt", "gt", "le", "ge", "add", "sub", "mul", "div"), 2),
    **dict.fromkeys(("log_base", "exp_base"), 2),
    "select": 3,
}
PRECEDENCE = {
    "select": 1,
    "xor": 2,
    "or": 3,
    "and": 4,
    **dict.fromkeys(("eq", "ne"), 5),
    **dict.fromkeys(("lt", "gt", "le", "ge"), 6),
    **dict.fromkeys(("add", "sub"), 7),
    **dict.fromkeys(("mul", "div"), 8),
    **dict.fromkeys(("not", "neg"), 9),
    **dict.fromkeys((*OPERANDS, "log", "exp", "log_base", "exp_base"), 10),
}
"""How tightly an operation binds, as in MaBoSS: XOR is looser than OR (BooleanGrammar.y, BSD-3)."""


def spans(code: Code) -> list[int]:
    """For each position, where the part that ends there begins; raises ValueError when the code is no single rule."""
    starts: list[int] = []
    waiting: list[int] = []
    for position, (name, _) in enumerate(code):
        arity = ARITY[name]
        if arity > len(waiting):
            raise ValueError(f"operation {position} ({name}) has too few operands")
        start = waiting[-arity] if arity else position
        del waiting[len(waiting) - arity :]
        waiting.append(start)
        starts.append(start)
    if len(waiting) != 1:
        raise ValueError(f"{len(waiting)} values remain where one rule is meant")
    return starts


def parts(code: Code, starts: list[int], position: int) -> tuple[int, ...]:
    """Where the operands of the operation at a position end, left to right."""
    ends: list[int] = []
    end = position - 1
    for _ in range(ARITY[code[position][0]]):
        ends.append(end)
        end = starts[end] - 1
    return tuple(reversed(ends))


def depth(code: Code) -> int:
    """Most values that wait at once while a rule is computed from left to right."""
    height = deepest = 0
    for name, _ in code:
        height += 1 - ARITY[name]
        deepest = max(deepest, height)
    return deepest
