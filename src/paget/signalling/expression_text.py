"""Rules as text, with no more parentheses than the grammar needs."""

from __future__ import annotations

import math
from typing import TypeAlias

from paget.errors import InputError
from paget.signalling.operations import PRECEDENCE, Code, parts, spans

_Piece: TypeAlias = str | tuple[int, int]
_SIGNS = {
    **{"and": "&", "or": "|", "xor": "^", "eq": "==", "ne": "!=", "lt": "<", "gt": ">", "le": "<=", "ge": ">="},
    **{"add": "+", "sub": "-", "mul": "*", "div": "/", "not": "!", "neg": "-"},
}
_ASSOCIATIVE = frozenset({"and", "or", "xor"})
_LOOSEST = PRECEDENCE["select"]
_LOGIC = frozenset({"node", "not", "and", "or"})


def is_plain_logic(code: Code) -> bool:
    """Whether a rule holds only nodes, 0, 1, NOT, AND and OR, which every reader of .bnet knows."""
    return all(op[0] in _LOGIC or op in (("num", 0.0), ("num", 1.0)) for op in code)


def write_code(code: Code, style: str = "bnd") -> str:
    """The text of a rule; style ``bnet`` raises InputError for what .bnet cannot hold."""
    if style == "bnet" and not is_plain_logic(code):
        name = next(op[0] for op in code if not is_plain_logic((op,)))
        raise InputError(f"a rule with '{name}' cannot be written in .bnet", remedy=".bnd holds every rule.")
    starts = spans(code)
    out: list[str] = []
    # Texts and parts still to write, last first; a part is where it ends and how tightly it must bind.
    todo: list[_Piece] = [(len(code) - 1, _LOOSEST)]
    while todo:
        item = todo.pop()
        if isinstance(item, str):
            out.append(item)
            continue
        position, needed = item
        pieces = _pieces(code, starts, position)
        if _binding(code, position) < needed:
            pieces = ["(", *pieces, ")"]
        todo.extend(reversed(pieces))
    return "".join(out)


def _binding(code: Code, position: int) -> int:
    name, operand = code[position]
    negative = name == "num" and isinstance(operand, float) and math.copysign(1.0, operand) < 0
    return PRECEDENCE["neg" if negative else name]


def _pieces(code: Code, starts: list[int], position: int) -> list[_Piece]:
    """One operation as texts and parts, left to right."""
    name, operand = code[position]
    ends = parts(code, starts, position)
    if not ends:
        return [_operand(name, operand)]
    if name in ("log", "exp", "log_base", "exp_base"):
        arguments: list[_Piece] = [piece for end in ends for piece in (", ", (end, _LOOSEST))]
        return [f"{name[:3]}(", *arguments[1:], ")"]
    binding = PRECEDENCE[name]
    if name == "select":
        return [(ends[0], binding + 1), " ? ", (ends[1], _LOOSEST), " : ", (ends[2], binding)]
    if len(ends) == 1:
        return [_SIGNS[name], (ends[0], binding)]
    right = binding if name in _ASSOCIATIVE else binding + 1
    return [(ends[0], binding), f" {_SIGNS[name]} ", (ends[1], right)]


def _operand(name: str, operand: float | str | None) -> str:
    if name == "num":
        value = float(operand or 0.0)
        return str(int(value)) if value.is_integer() and abs(value) < 2.0**53 else repr(value)
    return {"node": "", "var": "$", "alias": "@"}[name] + str(operand)
