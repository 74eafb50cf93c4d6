"""Which numbers a mechanism may hold: mathematical constants only; every other number is a cited record."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

ALLOWED = frozenset({0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 0.5})
ENUMERATIONS = frozenset({"IntEnum", "Enum", "IntFlag", "StrEnum"})


class Literal(NamedTuple):
    """A number in the source; ``scope`` is the enclosing function, class or assigned name."""

    line: int
    value: complex
    scope: str


def forbidden_literals(source: str) -> list[Literal]:
    """Every number of a module that is no mathematical constant, in the order of the file."""
    return sorted(_walk(ast.parse(source), "module"), key=lambda literal: literal.line)


def _walk(node: ast.AST, scope: str) -> Iterator[Literal]:
    if _is_exempt(node):
        return
    if isinstance(node, ast.Constant) and _is_forbidden(node.value):
        yield Literal(node.lineno, node.value, scope)
    inner = _scope_of(node, scope)
    for child in _children(node):
        yield from _walk(child, inner)


def _is_forbidden(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float | complex):
        return False
    return isinstance(value, complex) or abs(float(value)) not in ALLOWED


def _is_exempt(node: ast.AST) -> bool:
    """Declarations, not mechanisms: an enumeration as a class or as ``FIRST, SECOND = range(2)``."""
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple):
        return isinstance(node.value, ast.Call) and _name(node.value.func) == "range"
    return isinstance(node, ast.ClassDef) and any(
        isinstance(base, ast.Name | ast.Attribute) and _name(base) in ENUMERATIONS for base in node.bases
    )


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """The parts that compute: without annotations, decorators' arguments and the shapes in a layout call."""
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "type_comment"):
            continue
        if isinstance(node, ast.Call) and field in ("args", "keywords") and _name(node.func) == "dtype":
            continue
        yield from (part for part in (value if isinstance(value, list) else [value]) if isinstance(part, ast.AST))


def _name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _scope_of(node: ast.AST, scope: str) -> str:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return node.name
    if isinstance(node, ast.Assign | ast.AnnAssign) and scope == "module":
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        return _name(target) or scope
    return scope
