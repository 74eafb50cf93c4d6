"""The declarations of a network file become a network, with file and line in every error."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from paget.errors import InputError
from paget.signalling.aliases import AliasExpansion, Attribute
from paget.signalling.expression_parser import KEYWORDS
from paget.signalling.network import Network, Node, check_size, undeclared, undeclared_error
from paget.signalling.tokens import Token, Tokens

ACTING = ("logic", "rate_up", "rate_down")
"""Attributes that rule a node; any other is an alias."""


@dataclass(frozen=True)
class Declaration:
    """A node as declared: attributes may still hold aliases."""

    name: str
    line: int
    attributes: Mapping[str, Attribute]
    description: str = ""


@dataclass
class Declarations:
    """What a file declares, in its order."""

    tokens: Tokens
    reserved: frozenset[str] = KEYWORDS
    found: dict[str, Declaration] = field(default_factory=dict)

    def add(self, name: Token, attributes: Mapping[str, Attribute], description: str = "") -> None:
        """Note a node; InputError for a name that stands for something else or is declared already."""
        if name.text.lower() in self.reserved:
            self.tokens.fail(f"{name} is a word of the format and no name of a node", "Rename the node.", name)
        first = self.found.get(name.text)
        if first:
            self.tokens.fail(
                f"the node {name.text} is declared twice, first in line {first.line}", "Keep one of them.", name
            )
        self.found[name.text] = Declaration(name.text, name.line, attributes, description)

    def network(self) -> Network:
        """The network; InputError when it is empty, too large, or a rule names a node or alias that does not exist."""
        file = self.tokens.file
        check_size(len(self.found), file)
        expansion = AliasExpansion(file)
        nodes: list[Node] = []
        for declaration in self.found.values():
            rules = expansion.expand(declaration.name, declaration.attributes)
            acting = {name: rules.get(name) for name in ACTING}
            node = Node(declaration.name, **acting, description=declaration.description)
            for missing in undeclared(node, self.found):
                raise undeclared_error(
                    missing, node.name, self.found, file=file, line=_line_of(missing, node, declaration)
                )
            nodes.append(node)
        return Network(tuple(nodes), PurePath(file or "").stem)


def _line_of(missing: str, node: Node, declaration: Declaration) -> int:
    """The line of the attribute that names a node, or else of the declaration (the name came with an alias)."""
    for attribute in declaration.attributes.values():
        if missing in attribute.rule.nodes():
            return attribute.line
    return declaration.line


def check_name(name: str, reserved: frozenset[str]) -> None:
    """Raise InputError unless a format can hold the name of a node."""
    if not re.fullmatch(r"[A-Za-z_][A-Za-z_0-9]*", name, re.ASCII):
        raise InputError(f"{name!r} cannot be written", remedy="A name is a letter or _ and letters, digits or _.")
    if name.lower() in reserved:
        raise InputError(f"{name!r} is a word of the format and no name of a node", remedy="Rename the node.")
