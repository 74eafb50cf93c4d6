"""Networks as SBML-qual (SBML Level 3 qualitative models 1.1, Chaouiya et al. 2013, doi:10.1186/1752-0509-7-135).

Read through python-libsbml, the extra `sbml`. A species without a transition is an input; function terms of the same
result level are joined by OR; species of several levels become bits (see sbml_levels); an initial level is an initial
state; a maximum level that is not set counts as 1. Common exporters leave out attributes that nothing here needs, and
write an input as a transition without terms: that is read.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, NoReturn, TypeVar

from paget.errors import InputError
from paget.signalling.expression import Expression
from paget.signalling.network import Network, Node, check_size, nearest
from paget.signalling.operations import Code
from paget.signalling.sbml_levels import (
    FALSE,
    TRUE,
    Level,
    Value,
    at_least,
    bit_rule,
    bits_of,
    compare,
    fold,
    join,
    negate,
    read_math,
    truth,
)
from paget.signalling.sbml_text import write_sbml_qual
from paget.signalling.settings import InitialGroup, Settings
from paget.signalling.source_text import read_bytes
from paget.signalling.xml_guard import checked_xml

__all__ = ["read_sbml_qual", "write_sbml_qual"]

_STACK_BYTES = 64 * 2**20
"""Over 30 kB for each of the elements that may stand inside one another; libsbml takes about 1.2 kB (measured)."""
_Result = TypeVar("_Result")
_LONGEST_MESSAGE = 200
_UNREAD = ("compartment", "constant", "transitionEffect")
"""Attributes that the standard asks for and nothing here needs: exporters leave them out."""
_MEANT = ("id", "maxLevel", "initialLevel", "qualitativeSpecies", "thresholdLevel", "outputLevel", "resultLevel")
_UNSET = 2**31 - 1
"""What libsbml says for a maximum level that a file doesn't set."""


@dataclass(frozen=True)
class _Species:
    id: str
    name: str
    max_level: int
    initial: int | None
    bits: tuple[str, ...]


def read_sbml_qual(path: str | os.PathLike[str]) -> tuple[Network, Settings]:
    """The network of an SBML-qual file and the settings with its initial levels; InputError otherwise.

    Without an initial level each level has the same probability, as in MaBoSS for a node of two levels.
    """
    file = os.fspath(path)
    text = checked_xml(read_bytes(path), file)
    library = _library()
    return _with_deep_stack(lambda: _Reader(library, file).read(text))


def _with_deep_stack(work: Callable[[], _Result]) -> _Result:
    """The result of some work, done in a thread whose stack holds libsbml's recursion at the depth that is allowed."""
    before = threading.stack_size(_STACK_BYTES)
    try:
        with ThreadPoolExecutor(max_workers=1) as pool:
            return pool.submit(work).result()
    finally:
        threading.stack_size(before)


def _library() -> Any:
    try:
        import libsbml
    except ImportError as error:
        remedy = 'Install the extra: pip install "paget[sbml]".'
        raise InputError("SBML-qual is read by python-libsbml, which is not installed", remedy=remedy) from error
    return libsbml


class _Reader:
    def __init__(self, libsbml: Any, file: str) -> None:
        self.libsbml = libsbml
        self.file = file
        self.species: dict[str, _Species] = {}
        self.relations = {
            libsbml.AST_RELATIONAL_EQ: "eq",
            libsbml.AST_RELATIONAL_NEQ: "ne",
            libsbml.AST_RELATIONAL_LT: "lt",
            libsbml.AST_RELATIONAL_GT: "gt",
            libsbml.AST_RELATIONAL_LEQ: "le",
            libsbml.AST_RELATIONAL_GEQ: "ge",
        }
        self.folds = {
            libsbml.AST_LOGICAL_AND: "and",
            libsbml.AST_LOGICAL_OR: "or",
            libsbml.AST_LOGICAL_XOR: "xor",
            libsbml.AST_PLUS: "add",
            libsbml.AST_TIMES: "mul",
        }
        self.constants = {libsbml.AST_CONSTANT_TRUE: TRUE, libsbml.AST_CONSTANT_FALSE: FALSE}

    def fail(self, message: str, remedy: str, element: Any = None) -> NoReturn:
        line = int(element.getLine()) if element is not None else 0
        raise InputError(message, file=self.file, line=line or None, remedy=remedy)

    def read(self, text: str) -> tuple[Network, Settings]:
        # The document owns every element: it must live until the last formula is read.
        document = self.libsbml.readSBMLFromString(text)
        self._check(document)
        qual = self._qual(document)
        self._read_species(qual)
        rules: dict[str, Code] = {}
        for transition in _items(qual.getListOfTransitions()):
            for species, bit_rules in self._transition(transition):
                if species.bits[0] in rules:
                    self.fail(f"two transitions change {species.id}", "Join them into one.", transition)
                rules.update(zip(species.bits, bit_rules, strict=True))
        nodes = tuple(
            Node(bit, Expression(rules[bit]) if bit in rules else None, description=species.name)
            for species in self.species.values()
            for bit in species.bits
        )
        initial = (group for species in self.species.values() for group in _initial(species))
        return Network(nodes, PurePath(self.file).stem), Settings(initial=tuple(initial))

    def _check(self, document: Any) -> None:
        for number in range(document.getNumErrors()):
            error = document.getError(number)
            message = " ".join(error.getMessage().split())
            if error.getSeverity() >= self.libsbml.LIBSBML_SEV_ERROR and not _is_harmless(message):
                raise InputError(
                    f"is not valid SBML: {message[-_LONGEST_MESSAGE:]}",
                    file=self.file,
                    line=int(error.getLine()) or None,
                    remedy="Correct the file, or export the model again.",
                )

    def _qual(self, document: Any) -> Any:
        model = document.getModel()
        plugin = model.getPlugin("qual") if model is not None else None
        if plugin is None:
            remedy = "Export the model as SBML Level 3 with the package qual."
            self.fail("is SBML without a qualitative model", remedy)
        return plugin

    def _read_species(self, qual: Any) -> None:
        levels = [self._levels(each) for each in _items(qual.getListOfQualitativeSpecies())]
        check_size(sum(max(1, highest) for highest in levels), self.file)
        names: set[str] = set()
        for each, highest in zip(_items(qual.getListOfQualitativeSpecies()), levels, strict=True):
            initial = int(each.getInitialLevel()) if each.isSetInitialLevel() else None
            if initial is not None and not 0 <= initial <= highest:
                self.fail(f"{each.getId()} starts at level {initial} of {highest}", "Correct the initial level.", each)
            species = _Species(each.getId(), each.getName(), highest, initial, bits_of(each.getId(), highest))
            for bit in species.bits:
                if bit in names:
                    self.fail(f"the node {bit} is declared twice", "Rename one of the species.", each)
            names.update(species.bits)
            self.species[species.id] = species

    def _levels(self, species: Any) -> int:
        highest = int(species.getMaxLevel()) if species.isSetMaxLevel() else _UNSET
        if highest == _UNSET:
            return 1
        if highest < 0:
            self.fail(f"the maximum level of {species.getId()} is {highest}", "Give 1 or more.", species)
        return highest

    def _known(self, name: str, element: Any) -> _Species:
        if name not in self.species:
            near = nearest(name, self.species)
            remedy = f"Did you mean {near}?" if near else "Declare it among the qualitative species."
            self.fail(f"the species {name or '(without a name)'} is not declared", remedy, element)
        return self.species[name]

    def _transition(self, transition: Any) -> Iterator[tuple[_Species, list[Code]]]:
        """Each species that a transition changes, with the rules of its bits."""
        thresholds = self._thresholds(transition)
        terms = self._terms(transition, thresholds)
        default = transition.getDefaultTerm()
        if default is None and not terms:
            return  # how AEON writes an input
        if default is None or not default.isSetResultLevel():
            self.fail("a transition has no default term", "Give one with a result level.", transition)
        lowest = int(default.getResultLevel())
        for output in _items(transition.getListOfOutputs()):
            species = self._known(output.getQualitativeSpecies(), output)
            if output.getTransitionEffect() == self.libsbml.OUTPUT_TRANSITION_EFFECT_PRODUCTION:
                self.fail(f"a transition produces {species.id}", "Only assignmentLevel is a logical rule.", output)
            highest = max([lowest, *terms])
            if highest > species.max_level or min([lowest, *terms]) < 0:
                remedy = "Correct the result level or set the maximum level of the species."
                self.fail(f"a term sets {species.id} to level {highest} of {species.max_level}", remedy, transition)
            targets = [at_least(terms, lowest, level) for level in range(1, len(species.bits) + 1)]
            yield species, [bit_rule(target, species.bits, place) for place, target in enumerate(targets)]

    def _thresholds(self, transition: Any) -> dict[str, float]:
        """Threshold levels by the identifiers of inputs, which formulas may name."""
        found: dict[str, float] = {}
        for each in _items(transition.getListOfInputs()):
            species = self._known(each.getQualitativeSpecies(), each)
            if each.getTransitionEffect() == self.libsbml.INPUT_TRANSITION_EFFECT_CONSUMPTION:
                self.fail(f"a transition consumes {species.id}", "Only the effect none is a logical rule.", each)
            if each.isSetId() and each.isSetThresholdLevel():
                found[each.getId()] = float(each.getThresholdLevel())
        return found

    def _terms(self, transition: Any, thresholds: Mapping[str, float]) -> dict[int, Code]:
        """Where each result level is asked for."""
        found: dict[int, list[Code]] = {}
        for term in _items(transition.getListOfFunctionTerms()):
            if not term.isSetResultLevel() or term.getMath() is None:
                self.fail("a function term lacks its result level or formula", "Give both.", term)
            code = read_math(term.getMath(), lambda node, values, at=term: self._combine(node, values, thresholds, at))
            found.setdefault(int(term.getResultLevel()), []).append(code)
        return {level: join("or", *codes) for level, codes in found.items()}

    def _combine(self, node: Any, values: list[Value], thresholds: Mapping[str, float], at: Any) -> Value:
        kind = node.getType()
        if kind in self.relations and len(values) > 1:
            return compare(self.relations[kind], values)
        if kind in self.folds:
            return fold(self.folds[kind], values)
        if kind in self.constants:
            return self.constants[kind]
        if kind == self.libsbml.AST_LOGICAL_NOT and len(values) == 1:
            return negate(truth(values[0]))
        if kind == self.libsbml.AST_LOGICAL_IMPLIES and len(values) == 2:
            return join("or", negate(truth(values[0])), truth(values[1]))
        if kind == self.libsbml.AST_MINUS and values:
            return (*fold("add", values[:1]), ("neg", None)) if len(values) == 1 else fold("sub", values)
        if not values and node.isNumber():
            return float(node.getValue())
        if not values and kind == self.libsbml.AST_NAME:
            name = node.getName()
            return thresholds[name] if name in thresholds else Level(self._known(name, at).bits)
        shown = node.getName() or node.getOperatorName() or "an operation"
        remedy = "Logic, comparisons, sums and products of levels are read."
        self.fail(f"a formula uses {shown}, which is no logic of levels", remedy, at)


def _items(elements: Any) -> Iterator[Any]:
    return (elements.get(position) for position in range(elements.size()))


def _initial(species: _Species) -> Iterator[InitialGroup]:
    """How a species starts: at its level, or at any level with the same probability."""
    levels = range(species.max_level + 1) if species.initial is None else [species.initial]
    states = tuple(tuple(int(level > bit) for bit in range(len(species.bits))) for level in levels)
    if len(states) == 1 or len(species.bits) > 1:
        yield InitialGroup(species.bits, states, (1.0 / len(states),) * len(states))


def _is_harmless(message: str) -> bool:
    """Whether libsbml's complaint changes no meaning: common exporters leave lists empty and add attributes."""
    missing = re.search(r"attribute '(\w+)' is missing", message)
    unknown = re.search(r"[Aa]ttribute '(\w+)' is not part of the definition", message)
    if missing:
        return missing[1] in _UNREAD
    if unknown:
        return unknown[1] not in (*_MEANT, *_UNREAD)
    return message.endswith("cannot be empty.")
