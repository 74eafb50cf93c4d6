"""Rules are read with an explicit stack of waiting operations (shunting yard): no recursion, whatever the nesting.

Grammar and precedence are those of MaBoSS (BooleanGrammar.y, BSD-3), tightest first: unary ``! + -``; ``* /``; ``+ -``;
``< > <= >=``; ``== !=``; AND; OR; XOR; ``?:``. The functions are ``log(x[, base])`` and ``exp(x[, base])``.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from paget.signalling.operations import LONGEST_CODE, PRECEDENCE, Code, Op
from paget.signalling.tokens import Token, Tokens

_BINARY = {
    **{"^": "xor", "|": "or", "||": "or", "&": "and", "&&": "and", "==": "eq", "!=": "ne", "<": "lt", ">": "gt"},
    **{"<=": "le", ">=": "ge", "+": "add", "-": "sub", "*": "mul", "/": "div"},
}
_WORDS = {"and": "and", "or": "or", "xor": "xor"}
_PREFIXES = {"!": "not", "-": "neg", "+": ""}
_FUNCTIONS = frozenset({"log", "exp"})
_TRUTH = {"true": 1.0, "false": 0.0}
_OPEN = frozenset({"(", "call", "?"})
KEYWORDS = frozenset({*_WORDS, "not"})
"""Words that can be no node's name, in any case of their letters."""


class _Waiting(NamedTuple):
    """An operation whose right operand isn't read yet, or an open bracket (``(``, ``call``) or condition (``?``)."""

    name: str
    token: Token
    commas: int = 0


def parse_rule(tokens: Tokens, *, truth_words: bool = False) -> Code:
    """Take the longest rule at the front and leave the word after it; InputError when there is none.

    Args:
        tokens: the source, placed before the rule.
        truth_words: whether TRUE and FALSE (any case) are constants (.cfg, .bnet) or names (.bnd).
    """
    return _Reader(tokens, truth_words).read()


class _Reader:
    def __init__(self, tokens: Tokens, truth_words: bool) -> None:
        self.tokens = tokens
        self.truth_words = truth_words
        self.done: list[Op] = []
        self.waiting: list[_Waiting] = []
        self.known: dict[Op, Op] = {}

    def read(self) -> Code:
        while True:
            self._operand()
            while self._closes():
                pass
            if not self._continues():
                break
        self._finish()
        return tuple(self.done)

    def _emit(self, op: Op) -> None:
        # Equal operations share one tuple: a rule of a million words then costs a million pointers.
        self.done.append(self.known.setdefault(op, op))
        if len(self.done) > LONGEST_CODE:
            self.tokens.fail(f"the rule has more than {LONGEST_CODE:,} operations", "Split it, or write it shorter.")

    def _operand(self) -> None:
        """Read prefixes and opening brackets up to and with the next operand."""
        while True:
            token = self.tokens.take()
            if token.kind == "number":
                return self._number(token)
            if token.kind == "variable":
                return self._emit(("var", token.text))
            if token.kind == "name" and token.text.lower() not in KEYWORDS:
                if self._named(token):
                    return None
            elif token.kind == "sign" and token.text == "@":
                return self._emit(("alias", self.tokens.expect_name("the name of an alias").text))
            elif not self._opens(token):
                self.tokens.fail(
                    f"a node, number, variable or '(' is missing before {token}",
                    "Is an operand missing, or an operator too many?",
                    token,
                )

    def _number(self, token: Token) -> None:
        value = float(token.text)
        if not math.isfinite(value):
            self.tokens.fail(f"the number {token} is too large", "Numbers go up to 1.7e308.", token)
        self._emit(("num", value))

    def _named(self, token: Token) -> bool:
        """Take a node, a truth word, or the name and bracket of a function; whether the operand is complete."""
        if self.tokens.take_if("("):
            if token.text not in _FUNCTIONS:
                self.tokens.fail(
                    f"the function {token} is unknown",
                    "log and exp are built in; a missing operator before '(' reads like a function, too.",
                    token,
                )
            self.waiting.append(_Waiting("call", token))
            return False
        value = _TRUTH.get(token.text.lower()) if self.truth_words else None
        self._emit(("node", token.text) if value is None else ("num", value))
        return True

    def _opens(self, token: Token) -> bool:
        """Whether the word is a prefix or an opening bracket."""
        name = _PREFIXES.get(token.text) if token.kind == "sign" else None
        if token.kind == "name":
            name = "not" if token.text.lower() == "not" else None
        if token.kind == "sign" and token.text == "(":
            name = "("
        if name:
            self.waiting.append(_Waiting(name, token))
        return name is not None

    def _closes(self) -> bool:
        """Take a closing bracket that belongs to this rule."""
        if not self._next_is(")") or not self._bracketed():
            return False
        self._reduce(0)
        opened = self.waiting.pop()
        if opened.name == "?":
            self._no_else(opened)
        self.tokens.take()
        if opened.name == "call":
            self._emit((opened.token.text + ("_base" if opened.commas else ""), None))
        return True

    def _bracketed(self) -> bool:
        """Whether a bracket is open; seen from the top it hides behind operations that it will complete."""
        return any(each.name in ("(", "call") for each in reversed(self.waiting))

    def _next_is(self, sign: str) -> bool:
        return self.tokens.head.kind == "sign" and self.tokens.head.text == sign

    def _continues(self) -> bool:
        """Take the operator after an operand; False when the rule ends here."""
        token = self.tokens.head
        name = _BINARY.get(token.text) if token.kind == "sign" else None
        if token.kind == "name":
            name = _WORDS.get(token.text.lower())
        if name:
            self._reduce(PRECEDENCE[name])
            self.waiting.append(_Waiting(name, token))
        elif self._next_is("?"):
            self._reduce(PRECEDENCE["select"] + 1)
            self.waiting.append(_Waiting("?", token))
        elif not (self._next_is(":") and self._else()) and not (self._next_is(",") and self._comma()):
            return False
        self.tokens.take()
        return True

    def _else(self) -> bool:
        """Whether the colon belongs to a condition of this rule."""
        self._reduce(0)
        if not self.waiting or self.waiting[-1].name != "?":
            return False
        self.waiting[-1] = _Waiting("select", self.waiting[-1].token)
        return True

    def _comma(self) -> bool:
        """Whether the comma separates arguments of a function in this rule."""
        self._reduce(0)
        if not self.waiting or self.waiting[-1].name != "call":
            return False
        opened = self.waiting[-1]
        if opened.commas:
            self.tokens.fail(f"{opened.token} takes one or two arguments", f"Write {opened.token.text}(x, base).")
        self.waiting[-1] = opened._replace(commas=1)
        return True

    def _reduce(self, precedence: int) -> None:
        """Complete the waiting operations that bind at least so tightly, up to the innermost bracket or condition."""
        while self.waiting and self.waiting[-1].name not in _OPEN:
            if PRECEDENCE[self.waiting[-1].name] < precedence:
                return
            self._emit((self.waiting.pop().name, None))

    def _finish(self) -> None:
        self._reduce(0)
        if not self.waiting:
            return
        opened = self.waiting[-1]
        if opened.name == "?":
            self._no_else(opened)
        where = "" if opened.token.line == self.tokens.head.line else f" of line {opened.token.line}"
        self.tokens.fail(f"'('{where} is not closed before {self.tokens.head}", "Is a ')' or an operator missing?")

    def _no_else(self, opened: _Waiting) -> None:
        self.tokens.fail("a condition '?' has no ':'", "Write condition ? value : other value.", opened.token)
