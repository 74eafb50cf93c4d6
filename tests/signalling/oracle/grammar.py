"""Network files read a second time: MaBoSS's grammar by precedence climbing, evaluated over arrays of states.

Grammar: MaBoSS 2.6.6, engine/src/BooleanGrammar.y (Stoll et al. 2017, doi:10.1093/bioinformatics/btx123). An
expression is a nested tuple (operator, operands...) with the leaves ("num", value), ("node", name), ("var", name) and
("alias", name).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

Tree = tuple[Any, ...]

TIGHTNESS = {
    "?": 0,
    "xor": 1,
    "or": 2,
    "and": 3,
    "eq": 4,
    "ne": 4,
    "lt": 5,
    "gt": 5,
    "le": 5,
    "ge": 5,
    "add": 6,
    "sub": 6,
    "mul": 7,
    "div": 7,
}
UNARY = 8
LEAVES = ("num", "node", "var", "alias")

SPELLING = {
    "^": "xor",
    "|": "or",
    "||": "or",
    "&": "and",
    "&&": "and",
    "==": "eq",
    "!=": "ne",
    "<": "lt",
    ">": "gt",
    "<=": "le",
    ">=": "ge",
    "+": "add",
    "-": "sub",
    "*": "mul",
    "/": "div",
    "XOR": "xor",
    "OR": "or",
    "AND": "and",
}

BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "xor": lambda a, b: (a != 0) != (b != 0),
    "or": lambda a, b: (a != 0) | (b != 0),
    "and": lambda a, b: (a != 0) & (b != 0),
    "eq": np.equal,
    "ne": np.not_equal,
    "lt": np.less,
    "gt": np.greater,
    "le": np.less_equal,
    "ge": np.greater_equal,
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
}

TOKEN = re.compile(
    r"""\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z_]\w*)|\$(?P<var>[A-Za-z_]\w*)
    |@(?P<alias>[A-Za-z_]\w*)|(?P<text>"[^"]*")|(?P<sign>&&|\|\||==|!=|<=|>=|[-!&|^<>+*/?:(),;{}=\[\].]))""",
    re.VERBOSE,
)


def tokens(text: str) -> list[tuple[str, str]]:
    """(kind, text) of every token; comments are //, /* */ and lines that start with #."""
    text = re.sub(r"/\*.*?\*/|//[^\n]*|^[ \t]*#[^\n]*", " ", text, flags=re.DOTALL | re.MULTILINE).rstrip()
    found, place = [], 0
    while place < len(text):
        match = TOKEN.match(text, place)
        assert match, f"no token at {text[place : place + 30]!r}"
        found.append((str(match.lastgroup), str(match.group(str(match.lastgroup)))))
        place = match.end()
    return found


class Stream:
    """Tokens with one place in them. `words`: the cfg's TRUE and FALSE are numbers."""

    def __init__(self, text: str, *, words: bool = False) -> None:
        self.tokens = [*tokens(text), ("end", "")]
        self.place = 0
        self.words = words

    @property
    def next(self) -> tuple[str, str]:
        return self.tokens[self.place]

    def take(self, expected: str | None = None) -> str:
        text = self.next[1]
        assert expected in (None, text), f"{expected!r} expected, {text!r} found (token {self.place})"
        self.place += 1
        return text

    def taken(self, text: str) -> bool:
        if self.next[1] != text:
            return False
        self.place += 1
        return True

    def expression(self, least: int = 0) -> Tree:
        """The longest expression whose operators all bind at least as tightly as `least`."""
        left = self._unary()
        while True:
            kind, text = self.next
            operator = SPELLING.get(text.upper() if kind == "name" else text)
            if operator is not None and TIGHTNESS[operator] >= least:
                self.take()
                left = (operator, left, self.expression(TIGHTNESS[operator] + 1))
            elif text == "?" and least == 0:
                self.take()
                chosen = self.expression()
                self.take(":")
                left = ("?", left, chosen, self.expression())
            else:
                return left

    def _unary(self) -> Tree:
        kind, text = self.next
        if text == "!" or (kind == "name" and text.upper() == "NOT"):
            self.take()
            return ("not", self._unary())
        if text in "+-" and kind == "sign":
            self.take()
            operand = self._unary()
            return ("neg", operand) if text == "-" else operand
        return self._primary()

    def _primary(self) -> Tree:
        kind, text = self.next
        self.take()
        if text == "(":
            inner = self.expression()
            self.take(")")
            return inner
        if kind == "number":
            return ("num", float(text))
        if self.words and text.upper() in ("TRUE", "FALSE"):
            return ("num", float(text.upper() == "TRUE"))
        if kind == "name" and self.taken("("):
            arguments = [self.expression()]
            while self.taken(","):
                arguments.append(self.expression())
            self.take(")")
            return (text, *arguments)
        assert kind in ("name", "var", "alias"), f"operand expected, {text!r} found"
        return ({"name": "node"}.get(kind, kind), text)


def parse(text: str, *, words: bool = False) -> Tree:
    """The one expression in `text`."""
    stream = Stream(text, words=words)
    tree = stream.expression()
    assert stream.next[0] == "end", f"left over: {stream.next[1]!r}"
    return tree


def value(
    tree: Tree,
    columns: Mapping[str, Any],
    variables: Mapping[str, float] = {},
    aliases: Mapping[str, Tree] = {},
) -> Any:
    """`tree` where node k is `columns[k]`, a number or an array over states; float."""

    def of(part: Tree) -> Any:
        return value(part, columns, variables, aliases)

    operator = tree[0]
    if operator in LEAVES:
        return _leaf(operator, tree[1], columns, variables, aliases)
    operands = [of(part) for part in tree[1:]]
    if operator in BINARY:
        return np.asarray(BINARY[operator](*operands), float)
    if operator == "?":
        return np.where(operands[0] != 0, operands[1], operands[2])
    if operator in ("not", "neg"):
        return np.asarray(operands[0] == 0, float) if operator == "not" else -operands[0]
    base = np.log(operands[1]) if len(operands) == 2 else 1.0
    return np.log(operands[0]) / base if operator == "log" else np.exp(operands[0] * base)


def _leaf(operator: str, content: Any, columns, variables, aliases) -> Any:
    if operator == "num":
        return np.float64(content)
    if operator == "alias":
        return value(aliases[content], columns, variables, aliases)
    return np.asarray((columns if operator == "node" else variables)[content], float)


def names(tree: Tree, kind: str = "node") -> set[str]:
    """Names of the leaves of this kind."""
    if tree[0] in LEAVES:
        return {tree[1]} if tree[0] == kind else set()
    return set().union(*(names(part, kind) for part in tree[1:]))


@dataclass
class Declared:
    """A node as its file has it: attribute -> expression, `description` left out."""

    name: str
    attributes: dict[str, Tree] = field(default_factory=dict)


def read_nodes(text: str) -> list[Declared]:
    """Nodes of a .bnd or .bnet, in the order of their declarations."""
    stream, found = Stream(text), []
    if [text for _, text in stream.tokens[:3]] == ["targets", ",", "factors"]:
        stream.place = 3
    while stream.next[0] != "end":
        if stream.next[1].lower() == "node" and stream.tokens[stream.place + 1][0] == "name":
            stream.take()
            node = Declared(stream.take())
            stream.take("{")
            while not stream.taken("}"):
                _attribute(stream, node)
        else:
            node = Declared(stream.take())
            assert stream.take() in (",", ":")
            node.attributes["logic"] = stream.expression()
            stream.taken(";")
        found.append(node)
    return found


def _attribute(stream: Stream, node: Declared) -> None:
    name = stream.take()
    stream.take("=")
    if stream.next[0] == "text":
        stream.take()
    else:
        node.attributes[name] = stream.expression()
    stream.take(";")


@dataclass
class Configured:
    """What a .cfg says; `groups`: (nodes, [(probability, states)]); `schedules`: node -> [(time, probability)]."""

    variables: dict[str, float] = field(default_factory=dict)
    parameters: dict[str, float] = field(default_factory=dict)
    groups: list[tuple[tuple[str, ...], list[tuple[float, tuple[int, ...]]]]] = field(default_factory=list)
    schedules: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    marks: dict[tuple[str, str], float] = field(default_factory=dict)

    def number(self, stream: Stream) -> float:
        return float(value(stream.expression(), {}, self.variables))


def read_settings(text: str) -> Configured:
    """A .cfg, statement by statement."""
    stream, found = Stream(text, words=True), Configured()
    while stream.next[0] != "end":
        kind, word = stream.next
        stream.take()
        if kind == "var":
            stream.take("=")
            found.variables[word] = found.number(stream)
        elif word == "[":
            _group(stream, found)
        elif stream.taken("."):
            _mark(stream, found, word)
        else:
            stream.take("=")
            found.parameters[word] = found.number(stream)
        stream.take(";")
    return found


def _listed(stream: Stream) -> tuple[str, ...]:
    """Names or digits up to the closing bracket."""
    listed = [stream.take()]
    while stream.taken(","):
        listed.append(stream.take())
    stream.take("]")
    return tuple(listed)


def _group(stream: Stream, found: Configured) -> None:
    nodes, entries = _listed(stream), []
    stream.take(".")
    stream.take("istate")
    stream.take("=")
    while True:
        probability = found.number(stream)
        stream.take("[")
        entries.append((probability, tuple(int(state) for state in _listed(stream))))
        if not stream.taken(","):
            break
    found.groups.append((nodes, entries))


def _mark(stream: Stream, found: Configured, node: str) -> None:
    what = stream.take()
    stream.take("=")
    if what == "schedule":
        steps = []
        while True:
            time = found.number(stream)
            stream.take(":")
            steps.append((time, found.number(stream)))
            if not stream.taken(","):
                break
        found.schedules[node] = steps
        return
    number = found.number(stream)
    if what == "istate" and number >= 0:
        found.groups.append(((node,), [(1.0, (int(number),))]))
    else:
        found.marks[node, what] = number


def read_text(path: Path) -> str:
    """A file of any 8-bit encoding (p53_Mdm2.bnd is not UTF-8)."""
    return path.read_bytes().decode("utf-8", errors="replace")
