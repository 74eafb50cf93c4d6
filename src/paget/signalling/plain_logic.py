"""Rules rewritten with nodes, NOT, AND and OR only: what .bnet and SBML-qual hold.

XOR, conditions and constants are rewritten where they stand; comparisons and arithmetic become an OR of ANDs over the
states of the nodes in them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from paget.errors import InputError
from paget.signalling.operations import LONGEST_CODE, Code, Op, spans
from paget.signalling.truth_bits import WIDEST, as_set, sum_of_products, tabulate

_LOGIC = frozenset({"not", "and", "or", "xor", "select"})
_FALSE: Op = ("num", 0.0)
_TRUE: Op = ("num", 1.0)
_NOT: Op = ("not", None)
_AND: Op = ("and", None)
_OR: Op = ("or", None)


def plain(code: Code, variables: Mapping[str, float]) -> Code:
    """A rule that is true in the same states as the given one.

    Raises:
        InputError: arithmetic over more than 16 nodes, or a result of more than a million operations.
        KeyError: a variable without a value.
    """
    starts = spans(code)
    pieces: list[Code] = []
    position = len(code) - 1
    while position >= 0:  # from the root down: what logic consumes counts as true or false only
        name = code[position][0]
        if name in _LOGIC or name == "node":
            pieces.append((code[position],))
            position -= 1
        else:
            pieces.append(_tabulated(code[starts[position] : position + 1], variables))
            position = starts[position] - 1
    rewriter = _Rewriter()
    for piece in reversed(pieces):
        if piece[-1][0] in _LOGIC and len(piece) == 1:
            rewriter.apply(piece[0][0])
        else:
            rewriter.push(piece)
    return tuple(rewriter.pop())


def _tabulated(code: Code, variables: Mapping[str, float]) -> Code:
    names = tuple(dict.fromkeys(str(operand) for name, operand in code if name == "node"))
    if len(names) > WIDEST:
        raise InputError(f"it computes with {len(names)} nodes, and more than {WIDEST} are not turned into logic")
    return sum_of_products(as_set(tabulate(code, names, variables) != 0.0), names)


class _Rewriter:
    """Rules in a row; each operator joins the last of them."""

    def __init__(self) -> None:
        self.ops: list[Op] = []
        self.starts: list[int] = []

    def push(self, code: Sequence[Op]) -> None:
        self.starts.append(len(self.ops))
        self.ops.extend(code)
        if len(self.ops) > LONGEST_CODE:
            raise InputError(f"without XOR and conditions it is longer than {LONGEST_CODE:,} operations")

    def pop(self) -> list[Op]:
        start = self.starts.pop()
        code = self.ops[start:]
        del self.ops[start:]
        return code

    def apply(self, name: str) -> None:
        if name == "not":
            self._negate()
        elif name in ("and", "or"):
            self._join((name, None))
        elif name == "xor":
            right, left = self.pop(), self.pop()
            self._either(left, right, negated=True)
        else:
            other, value, condition = self.pop(), self.pop(), self.pop()
            self._either(condition, value, other)

    def _negate(self) -> None:
        last = self.ops[-1]
        if last in (_TRUE, _FALSE):
            self.ops[-1] = _FALSE if last == _TRUE else _TRUE
        elif last == _NOT:
            self.ops.pop()
        else:
            self.ops.append(_NOT)

    def _join(self, op: Op) -> None:
        """AND or OR of the last two rules; a constant among them decides the result or drops out."""
        decisive, neutral = (_FALSE, _TRUE) if op == _AND else (_TRUE, _FALSE)
        middle = self.starts.pop()
        left, right = self.ops[middle - 1], self.ops[-1]
        if decisive in (left, right):
            self.ops[self.starts[-1] :] = [decisive]
        elif right == neutral:
            self.ops.pop()
        elif left == neutral:
            del self.ops[middle - 1]
        else:
            self.ops.append(op)

    def _either(
        self, condition: list[Op], value: list[Op], other: list[Op] | None = None, *, negated: bool = False
    ) -> None:
        """``condition & value | !condition & other``; with `negated` the XOR of condition and value."""
        self.push(condition)
        self.push(value)
        if negated:
            self._negate()
        self._join(_AND)
        self.push(condition)
        self._negate()
        self.push(value if other is None else other)
        self._join(_AND)
        self._join(_OR)
