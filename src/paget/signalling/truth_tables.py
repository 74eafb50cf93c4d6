"""Rules become tables over the bits they read; what reads too many bits is split into smaller tables.

A `Table` holds one number for each combination of its wires. A wire is a bit: the nodes of the network come first,
then *gates*, bits that are themselves tables of earlier wires. Where a part of a rule reads more than `WIDEST` wires
but takes few values, the values are coded in gates; thus a conjunction of forty nodes, or the count of twenty, needs
small tables only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from paget.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from paget.signalling.expression import Code, Expression

WIDEST = 12
"""Most wires of one table: 4,096 entries, so that the tables of a network stay in the cache."""

WIDEST_OF_ALL = 20
"""Most wires of the table of a rule that cannot do with fewer, such as a sum of nodes that all weigh differently."""


class TooWideError(Exception):
    """A part of a rule reads more wires than a table may have and takes too many values to be coded in fewer bits."""


@dataclass(frozen=True)
class Table:
    """wires: ascending; values: number or truth value for each combination, one axis of length 2 per wire."""

    wires: tuple[int, ...]
    values: NDArray[Any]

    def pruned(self) -> Table:
        """The same table without the wires that change nothing."""
        wires, values = list(self.wires), self.values
        for axis in reversed(range(len(wires))):
            off, on = values.take(0, axis), values.take(1, axis)
            if _alike(off, on):
                values = off
                del wires[axis]
        return Table(tuple(wires), np.asarray(values))

    def spread_over(self, wires: tuple[int, ...]) -> NDArray[Any]:
        """The values with an axis for each of `wires`, of length 1 for those that the table does not read."""
        if not self.wires or self.wires == wires:
            return self.values
        return self.values.reshape([2 if wire in self.wires else 1 for wire in wires])

    def truth(self) -> Table:
        """Which entries are true, that is not 0."""
        return self if self.values.dtype == np.bool_ else Table(self.wires, self.values != 0.0)


def _alike(one: NDArray[Any], other: NDArray[Any]) -> bool:
    same = one == other
    return bool(same.all() or (one.dtype == np.float64 and (same | (np.isnan(one) & np.isnan(other))).all()))


def constant(value: float) -> Table:
    """A table of no wires."""
    return Table((), np.asarray(value, dtype=np.float64))


def wire_table(wire: int) -> Table:
    """The table of one wire itself."""
    return Table((wire,), np.array([False, True]))


def _arithmetic(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *operands: function(*(np.asarray(each, dtype=np.float64) for each in operands))


_LOGIC: dict[str, Callable[..., Any]] = {"not": np.logical_not, "and": np.logical_and, "or": np.logical_or}
_LOGIC["xor"] = np.logical_xor
_ARITHMETIC: dict[str, Callable[..., Any]] = {
    "eq": _arithmetic(np.equal),
    "ne": _arithmetic(np.not_equal),
    "lt": _arithmetic(np.less),
    "gt": _arithmetic(np.greater),
    "le": _arithmetic(np.less_equal),
    "ge": _arithmetic(np.greater_equal),
    "add": _arithmetic(np.add),
    "sub": _arithmetic(np.subtract),
    "mul": _arithmetic(np.multiply),
    "div": _arithmetic(np.divide),
    "neg": _arithmetic(np.negative),
    "log": _arithmetic(np.log),
    "exp": _arithmetic(np.exp),
    "log_base": _arithmetic(lambda value, base: np.log(value) / np.log(base)),
    "exp_base": _arithmetic(lambda exponent, base: np.power(base, exponent)),
}
_OPERANDS = {"not": 1, "neg": 1, "log": 1, "exp": 1, "select": 3}


@dataclass
class Circuit:
    """Tables of the rules of one network; collects the gates that they share.

    index: wire of each node; constants: nodes whose value never changes; variables: values of the ``$names``;
    gates: found so far; widest: most wires of a table; part: code that occurs in the present rules, with its table.
    """

    index: Mapping[str, int]
    constants: Mapping[str, int]
    variables: Mapping[str, float]
    gates: list[Table] = field(default_factory=list)
    widest: int = WIDEST
    part: tuple[Code, Table] | None = None
    _known: dict[tuple[tuple[int, ...], bytes], int] = field(default_factory=dict)

    def table(self, expression: Expression) -> Table:
        """The table of an expression.

        Raises:
            InputError: it names an unknown node or a variable without a value.
            TooWideError: it reads too many nodes in a way that no smaller tables express.
        """
        waiting: list[Table] = []
        with np.errstate(all="ignore"):
            self._compute(expression, waiting)
        return waiting[0]

    def _compute(self, expression: Expression, waiting: list[Table]) -> None:
        code, position = expression.code, 0
        known, table = self.part or ((), constant(0.0))
        while position < len(code):
            name, operand = code[position]
            if known and code[position] == known[0] and code[position : position + len(known)] == known:
                waiting.append(table)
                position += len(known)
                continue
            position += 1
            if name in ("num", "node", "var"):
                waiting.append(self._operand(name, operand))
                continue
            arity = _OPERANDS.get(name, 2)
            operands = waiting[-arity:]
            del waiting[-arity:]
            waiting.append(self.combined(name, operands))

    def _operand(self, kind: str, operand: float | str | None) -> Table:
        if kind == "num":
            return constant(float(operand or 0.0))
        name = str(operand)
        if kind == "node":
            return self.node(name)
        if name not in self.variables:
            raise InputError(f"the variable ${name} has no value", field=name, remedy="Set it in the settings.")
        return constant(self.variables[name])

    def node(self, name: str) -> Table:
        """The table of a node."""
        if name in self.constants:
            return constant(self.constants[name])
        if name not in self.index:
            raise InputError(f"there is no node {name!r}", field=name)
        return wire_table(self.index[name])

    def combined(self, operation: str, operands: Sequence[Table]) -> Table:
        """The table of an operation on tables."""
        if operation == "select":
            return self._selected(*operands)
        if operation in _LOGIC:
            return self._applied(_LOGIC[operation], [each.truth() for each in operands])
        return self._applied(_ARITHMETIC[operation], operands)

    def looked_up(self, lookup: NDArray[np.int64], row: Table, column: Table) -> Table:
        """Entries of a two-dimensional table, by two tables of whole numbers."""
        return self._applied(lambda *place: lookup[tuple(each.astype(np.int64) for each in place)], [row, column])

    def _selected(self, condition: Table, yes: Table, no: Table) -> Table:
        condition = condition.truth()
        if not condition.wires:
            return yes if condition.values else no
        return self._applied(np.where, [condition, yes, no])

    def _applied(self, function: Callable[..., Any], operands: Sequence[Table]) -> Table:
        wires = _union(operands)
        if len(wires) > self.widest:
            operands = self._narrowed(operands)
            wires = _union(operands)
        return Table(wires, np.asarray(function(*(each.spread_over(wires) for each in operands))))

    def _narrowed(self, operands: Sequence[Table]) -> list[Table]:
        """The operands, the widest coded in gates until all together read at most `widest` wires."""
        narrow = [each.pruned() for each in operands]
        for position in sorted(range(len(narrow)), key=lambda place: -len(narrow[place].wires)):
            if len(_union(narrow)) <= self.widest:
                break
            narrow[position] = self._coded(narrow[position])
        if len(_union(narrow)) > self.widest:
            raise TooWideError
        return narrow

    def _coded(self, table: Table) -> Table:
        """The same values as a table of as few gates as can number them, if these are fewer than its wires."""
        values, code = np.unique(table.values, return_inverse=True)
        bits = max(1, int(len(values) - 1).bit_length())
        if bits >= len(table.wires):
            return table
        code = code.reshape(table.values.shape)
        wires = [self.gate(Table(table.wires, (code >> bit & 1).astype(np.bool_))) for bit in range(bits)]
        order = sorted(range(bits), key=lambda bit: wires[bit])
        places = np.indices((2,) * bits)
        number = np.zeros((2,) * bits, dtype=np.int64)
        for axis, bit in enumerate(order):
            number += places[axis] << bit
        coded = values[np.minimum(number, len(values) - 1)]
        return Table(tuple(wires[bit] for bit in order), coded)

    def gate(self, table: Table) -> int:
        """The wire of a truth table; the same table is one gate."""
        table = table.pruned()
        key = (table.wires, table.values.tobytes())
        if key not in self._known:
            self._known[key] = len(self.index) + len(self.gates)
            self.gates.append(table)
        return self._known[key]


def _union(operands: Sequence[Table]) -> tuple[int, ...]:
    wires: tuple[int, ...] = ()
    for each in operands:
        if not wires:
            wires = each.wires
        elif each.wires and each.wires != wires:
            wires = tuple(sorted({*wires, *each.wires}))
    return wires
