"""YAML text becomes plain data and the place of every value.

Events are read one by one, so that a bomb is refused before it is unfolded: nesting, the number of aliases and the
number of values are bounded, tags are refused, keys are text and unique. Plain scalars follow the YAML 1.2 core schema:
``on``, ``yes`` and dates are text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from paget.errors import InputError, Place

DEEPEST = 32
MOST_ALIASES = 16
MOST_VALUES = 20_000
LONGEST_NUMBER = 40

Path = tuple[str | int, ...]

_WORDS = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS |= {word: True for word in ("true", "True", "TRUE")} | {word: False for word in ("false", "False", "FALSE")}
_WHOLE = re.compile(r"[-+]?[0-9]+")
_DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"([-+]?)\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


@dataclass(frozen=True)
class Document:
    """Plain data with ``places``: path of a value (keys and list positions) -> where it stands."""

    data: Any
    places: Mapping[Path, Place]
    file: str

    def place(self, path: Path) -> Place:
        """Where ``path`` stands, or the closest enclosing value that was written."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.places:
                found = self.places[path[:length]]
                return Place(found.file, found.line, found.column, field_name(path) or None)
        return Place(self.file, None, None, field_name(path) or None)


@dataclass
class _Node:
    kind: str
    line: int
    column: int
    value: Any = None
    children: list[tuple[Any, _Node]] = field(default_factory=list)


def field_name(path: Path) -> str:
    """A path as the user reads it.

    >>> field_name(("arms", 0, "name"))
    'arms[0].name'
    """
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def parse(text: str, *, file: str) -> Document:
    """Read one YAML document; InputError with line and column for anything else."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError, YAMLWarning

    events: Iterator[Any] = YAML(typ="safe", pure=True).parse(text)
    try:
        root = _Builder(file).build(events)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (None, None)
        reason = " ".join(str(error.problem or error.context or "cannot be read").split())
        raise _broken(reason, file, line, column) from error
    except (YAMLError, YAMLWarning, RecursionError, ValueError, AttributeError, IndexError, TypeError) as error:
        raise _broken(" ".join(str(error).split())[:200] or "cannot be read", file, None, None) from error
    places: dict[Path, Place] = {}
    data = _unfold(root, (), places, file)
    return Document(data, places, file)


def _broken(reason: str, file: str, line: int | None, column: int | None) -> InputError:
    where = f" (column {column})" if column else ""
    remedy = "Check indentation, colons and quotes there."
    return InputError(f"is not valid YAML: {reason}{where}", file=file, line=line, column=column, remedy=remedy)


class _Builder:
    """Turns events into nodes; the only state is the stack of open collections and the anchors."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.documents = 0
        self.values = 0
        self.aliases = 0
        self.stack: list[_Node] = []
        self.pending: list[_Node | None] = []
        self.anchors: dict[str, _Node] = {}
        self.open_anchors: set[int] = set()
        self.root: _Node | None = None

    def build(self, events: Iterator[Any]) -> _Node:
        for event in events:
            handler = getattr(self, f"_{type(event).__name__}", None)
            if handler is not None:
                handler(event)
        if self.root is None:
            raise InputError("is empty", file=self.file, remedy="Start from `paget new trial`.")
        return self.root

    def _error(self, event: Any, message: str, remedy: str) -> InputError:
        mark = event.start_mark
        return InputError(message, file=self.file, line=mark.line + 1, column=mark.column + 1, remedy=remedy)

    def _DocumentStartEvent(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            raise self._error(event, "a second YAML document starts", "Keep one scenario per file: remove the '---'.")

    def _ScalarEvent(self, event: Any) -> None:
        node = self._node(event, "scalar")
        node.value = _scalar(event.value) if event.implicit[0] else event.value
        self._attach(node, event)

    def _SequenceStartEvent(self, event: Any) -> None:
        self._open(event, "sequence")

    def _MappingStartEvent(self, event: Any) -> None:
        self._open(event, "mapping")

    def _SequenceEndEvent(self, event: Any) -> None:
        self._close()

    def _MappingEndEvent(self, event: Any) -> None:
        self._close()

    def _AliasEvent(self, event: Any) -> None:
        self.aliases += 1
        if self.aliases > MOST_ALIASES:
            raise self._error(event, f"more than {MOST_ALIASES} aliases (*name)", "Write the values out.")
        node = self.anchors.get(event.anchor)
        if node is None or id(node) in self.open_anchors:
            raise self._error(event, f"alias *{event.anchor} has no finished anchor before it", "Write the value out.")
        self._attach(node, event)

    def _node(self, event: Any, kind: str) -> _Node:
        tag = str(event.tag) if event.tag else None
        if tag and tag != "!":
            short = tag.replace("tag:yaml.org,2002:", "!!")[:60]
            raise self._error(event, f"YAML tag {short} is not allowed", "Remove the tag; a scenario is plain data.")
        self.values += 1
        if self.values > MOST_VALUES:
            raise self._error(event, f"more than {MOST_VALUES} values", "A scenario has fewer than a thousand.")
        node = _Node(kind, event.start_mark.line + 1, event.start_mark.column + 1)
        if event.anchor:
            self.anchors[str(event.anchor)] = node
        return node

    def _open(self, event: Any, kind: str) -> None:
        if len(self.stack) >= DEEPEST:
            raise self._error(event, f"nested deeper than {DEEPEST} levels", "A scenario needs fewer than ten.")
        node = self._node(event, kind)
        self._attach(node, event)
        self.open_anchors.add(id(node))
        self.stack.append(node)
        self.pending.append(None)

    def _close(self) -> None:
        self.open_anchors.discard(id(self.stack.pop()))
        self.pending.pop()

    def _attach(self, node: _Node, event: Any) -> None:
        if not self.stack:
            self.root = node
        elif self.stack[-1].kind == "sequence":
            self.stack[-1].children.append((None, node))
        elif self.pending[-1] is None:
            self._check_key(node, event)
            self.pending[-1] = node
        else:
            self.stack[-1].children.append((self.pending[-1], node))
            self.pending[-1] = None

    def _check_key(self, node: _Node, event: Any) -> None:
        if node.kind != "scalar" or not isinstance(node.value, str):
            written = "a list or mapping" if node.kind != "scalar" else str(node.value)
            raise self._error(event, f"a key must be text, not {written}", 'Write e.g. "name: …".')
        for key, _ in self.stack[-1].children:
            if key.value == node.value:
                raise self._error(
                    event, f"key '{node.value[:60]}' stands twice (first in line {key.line})", "Keep one."
                )


def _scalar(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if len(text) > LONGEST_NUMBER:
        return text
    if _WHOLE.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return float(text)
    if special := _SPECIAL.fullmatch(text):
        return float(f"{special[1] or ''}inf") if special[2] else float("nan")
    return text


def _unfold(node: _Node, path: Path, places: dict[Path, Place], file: str, key: _Node | None = None) -> Any:
    if len(places) >= MOST_VALUES or len(path) > DEEPEST:
        raise InputError("unfolds to too many values", file=file, line=node.line, remedy="Remove the aliases.")
    spot = key or node
    places[path] = Place(file, spot.line, spot.column)
    if node.kind == "scalar":
        return node.value
    if node.kind == "sequence":
        return [_unfold(child, (*path, i), places, file) for i, (_, child) in enumerate(node.children)]
    return {k.value: _unfold(child, (*path, k.value), places, file, k) for k, child in node.children}
