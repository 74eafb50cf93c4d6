"""The flip rate of a node as a table: rate up where it is off, rate down where it is on, interventions included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paget.errors import InputError
from paget.signalling.truth_tables import Circuit, Table, constant, wire_table

if TYPE_CHECKING:
    from paget.signalling.expression import Expression
    from paget.signalling.interventions import Interventions
    from paget.signalling.network import Node


def flip_rate(circuit: Circuit, node: Node, interventions: Interventions) -> Table:
    """The rate at which a node leaves its present state, for each combination of the wires that it reads."""
    circuit.part = None
    if node.logic is not None:
        # Both rates contain the logic, whose run of postfix code is looked up instead of computed again.
        circuit.part = (node.logic.code, circuit.table(node.logic))
    up, down = _up(circuit, node), _down(circuit, node)
    circuit.part = None
    if effect := interventions.inhibited.get(node.name, 0.0):
        up, down = _moved(circuit, up, down, effect, _basal(circuit, node, node.rate_down, stimulated=False))
    if effect := interventions.activated.get(node.name, 0.0):
        down, up = _moved(circuit, down, up, effect, _basal(circuit, node, node.rate_up, stimulated=True))
    return circuit.combined("select", [wire_table(circuit.index[node.name]), down, up]).pruned()


def _up(circuit: Circuit, node: Node) -> Table:
    if node.rate_up is not None:
        return circuit.table(node.rate_up)
    return constant(0.0) if node.logic is None else circuit.table(node.logic).truth()


def _down(circuit: Circuit, node: Node) -> Table:
    if node.rate_down is not None:
        return circuit.table(node.rate_down)
    if node.logic is None:
        return constant(0.0)
    return circuit.combined("not", [circuit.table(node.logic)])


def _moved(circuit: Circuit, opposed: Table, favoured: Table, effect: float, basal: Table) -> tuple[Table, Table]:
    """Both rates under a drug: the opposed one times 1 - effect, the favoured one plus effect times its basal rate."""
    weakened = circuit.combined("mul", [opposed, constant(1.0 - effect)])
    added = circuit.combined("mul", [basal, constant(effect)])
    return weakened, circuit.combined("add", [favoured, added])


def _basal(circuit: Circuit, node: Node, rate: Expression | None, *, stimulated: bool) -> Table:
    """A node's own rate towards off where its logic is false, or towards on where it is true.

    The logic is replaced by its value wherever the rate contains it, so that the rate is known even in surroundings
    that never let the logic take that value.
    """
    if rate is not None:
        return circuit.table(_with_logic(rate, node.logic, stimulated))
    if node.logic is not None:
        return constant(1.0)
    raise InputError("an input has no rates, so nothing can inhibit or activate it", field=node.name, remedy="Hold it.")


def _with_logic(rate: Expression, logic: Expression | None, value: bool) -> Expression:
    """The rate with each occurrence of the logic replaced by a truth value; in postfix a part is one run of code."""
    from paget.signalling.expression import Expression

    if logic is None:
        return rate
    part, code, position, kept = logic.code, rate.code, 0, []
    while position < len(code):
        if code[position] == part[0] and code[position : position + len(part)] == part:
            kept.append(("num", float(value)))
            position += len(part)
        else:
            kept.append(code[position])
            position += 1
    return Expression(tuple(kept))
