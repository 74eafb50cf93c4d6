"""A network written as SBML-qual: one species of two levels for each node, one transition for each that has a rule."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import TypeAlias
from xml.sax.saxutils import quoteattr

from paget.errors import InputError
from paget.signalling.declarations import check_name
from paget.signalling.expression import Expression
from paget.signalling.network import Network
from paget.signalling.operations import Code, parts, spans
from paget.signalling.settings import Settings
from paget.signalling.source_text import write_text
from paget.signalling.update_rule import update_rules
from paget.signalling.xml_guard import DEEPEST

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1"
      xmlns:qual="http://www.sbml.org/sbml/level3/version1/qual/version1" qual:required="true">"""
_MATH = "http://www.w3.org/1998/Math/MathML"
_AROUND_A_FORMULA = 12
"""Elements around and in the leaf of a formula."""
_Piece: TypeAlias = str | tuple[int, int]


def write_sbml_qual(network: Network, path: str | os.PathLike[str], settings: Settings | None = None) -> None:
    """Write what the nodes do as SBML-qual (see update_rules); speeds are lost, certain initial states are kept.

    Raises:
        InputError: the rates of a node hold more than a logical rule can, or a rule is nested too deeply.
    """
    write_text("\n".join([*_lines(network, settings or Settings()), ""]), path)


def _lines(network: Network, settings: Settings) -> Iterator[str]:
    rules = update_rules(network, settings)
    compartment = "cell"
    while compartment in network.index:
        compartment += "_"
    initial = {group.nodes[0]: group.states[0][0] for group in settings.initial if _is_certain(group.states)}
    yield _HEAD
    yield f"  <model id={quoteattr(_model_id(network))}>"
    yield f'    <listOfCompartments><compartment id="{compartment}" constant="true"/></listOfCompartments>'
    yield "    <qual:listOfQualitativeSpecies>"
    for node in network.nodes:
        check_name(node.name, frozenset())
        level = f' qual:initialLevel="{initial[node.name]}"' if node.name in initial else ""
        shown = f" qual:name={quoteattr(_printable(node.description))}" if node.description else ""
        yield (
            f'      <qual:qualitativeSpecies qual:id="{node.name}" qual:compartment="{compartment}"'
            f' qual:constant="false" qual:maxLevel="1"{level}{shown}/>'
        )
    yield "    </qual:listOfQualitativeSpecies>"
    yield "    <qual:listOfTransitions>"
    for name, rule in rules.items():
        if rule.code != (("node", name),):
            yield from _transition(name, rule)
    yield "    </qual:listOfTransitions>"
    yield "  </model>"
    yield "</sbml>"


def _is_certain(states: tuple[tuple[int, ...], ...]) -> bool:
    return len(states) == 1 and len(states[0]) == 1


def _model_id(network: Network) -> str:
    name = re.sub(r"\W", "_", network.name, flags=re.ASCII)
    while name in network.index:
        name += "_"
    return name if re.match(r"[A-Za-z_]", name) else f"network_{name}"


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _transition(name: str, rule: Expression) -> Iterator[str]:
    name_of_only, value = rule.code[0]
    constant = value if len(rule.code) == 1 and name_of_only == "num" else None
    yield "      <qual:transition>"
    if rule.nodes():
        yield "        <qual:listOfInputs>"
        for source in rule.nodes():
            yield f'          <qual:input qual:qualitativeSpecies="{source}" qual:transitionEffect="none"/>'
        yield "        </qual:listOfInputs>"
    yield "        <qual:listOfOutputs>"
    yield f'          <qual:output qual:qualitativeSpecies="{name}" qual:transitionEffect="assignmentLevel"/>'
    yield "        </qual:listOfOutputs>"
    yield "        <qual:listOfFunctionTerms>"
    yield f'          <qual:defaultTerm qual:resultLevel="{int(constant or 0.0)}"/>'
    if constant is None:
        math = _math(rule.code, name)
        yield f'          <qual:functionTerm qual:resultLevel="1"><math xmlns="{_MATH}">{math}</math>'
        yield "          </qual:functionTerm>"
    yield "        </qual:listOfFunctionTerms>"
    yield "      </qual:transition>"


def _math(code: Code, name: str) -> str:
    """MathML of a plain rule; ANDs of ANDs and ORs of ORs are one element, so long rules stay flat."""
    starts = spans(code)
    out: list[str] = []
    todo: list[_Piece] = [(len(code) - 1, 0)]
    while todo:
        item = todo.pop()
        if isinstance(item, str):
            out.append(item)
            continue
        position, depth = item
        if depth > DEEPEST - _AROUND_A_FORMULA:
            raise InputError(f"the rule of {name} is nested too deeply for SBML", remedy="Write .bnet or .bnd.")
        todo.extend(reversed(_pieces(code, starts, position, depth)))
    return "".join(out)


def _pieces(code: Code, starts: list[int], position: int, depth: int) -> list[_Piece]:
    operator, operand = code[position]
    if operator == "node":
        return [_level(str(operand), 1)]
    if operator == "num":
        return [f"<{'true' if operand else 'false'}/>"]
    if operator == "not" and code[position - 1][0] == "node":
        return [_level(str(code[position - 1][1]), 0)]
    ends = _operands(code, starts, position) if operator != "not" else [position - 1]
    return [f"<apply><{operator}/>", *((end, depth + 1) for end in ends), "</apply>"]


def _operands(code: Code, starts: list[int], position: int) -> list[int]:
    """Ends of the operands of a chain of ANDs or of ORs, left to right."""
    ends: list[int] = []
    todo = [position]
    while todo:
        end = todo.pop()
        if code[end] == code[position]:
            todo.extend(parts(code, starts, end))
        else:
            ends.append(end)
    return ends[::-1]


def _level(name: str, level: int) -> str:
    return f'<apply><eq/><ci>{name}</ci><cn type="integer">{level}</cn></apply>'
