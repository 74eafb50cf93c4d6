"""Values in a .cfg: rules over numbers, TRUE, FALSE and variables set before, computed where they stand."""

from __future__ import annotations

import math
from collections.abc import Sequence

from paget.signalling.expression import Expression
from paget.signalling.expression_parser import parse_rule
from paget.signalling.network import nearest
from paget.signalling.tokens import Token, Tokens


class ValueReader:
    """Takes values off a source; each error names what the value was for."""

    def __init__(self, tokens: Tokens, variables: dict[str, float]) -> None:
        self.tokens = tokens
        self.variables = variables

    def value(self, what: str) -> float:
        """Take a rule and compute it; InputError for an unset variable, a node, or a result that is not finite."""
        head = self.tokens.head
        rule = Expression(parse_rule(self.tokens, truth_words=True))
        for name in rule.nodes():
            self.tokens.fail(f"{what} depends on {name}, which has no value here", f"Is ${name} meant?", head)
        for name in rule.aliases():
            self.tokens.fail(f"{what} uses @{name}, which has a meaning in a .bnd only", "Write its value.", head)
        for name in rule.variables():
            if name not in self.variables:
                self._unset(name, head)
        value = rule.evaluate({}, self.variables)
        if not math.isfinite(value):
            self.tokens.fail(f"{what} is {value}", "A value must be a finite number.", head)
        return value

    def _unset(self, name: str, at: Token) -> None:
        near = nearest(name, self.variables)
        remedy = f"Did you mean ${near}?" if near else "Set it in a line before."
        self.tokens.fail(f"${name} has no value yet", remedy, at)

    def choice(self, what: str, allowed: Sequence[int], remedy: str) -> int:
        """Take a value that must be one of a few whole numbers."""
        head = self.tokens.head
        value = self.value(what)
        if value not in allowed:
            listed = ", ".join(map(str, allowed[:-1]))
            self.tokens.fail(f"{what} is {value:g} and should be {listed} or {allowed[-1]}", remedy, head)
        return int(value)

    def probability(self, what: str) -> float:
        """Take a value from 0 to 1."""
        head = self.tokens.head
        value = self.value(what)
        if not 0.0 <= value <= 1.0:
            self.tokens.fail(f"a probability of {what} is {value:g}", "A probability lies between 0 and 1.", head)
        return value

    def end(self, what: str) -> None:
        """Take the semicolon after a statement."""
        self.tokens.expect(";", f"after {what}", "Is an operator missing, or a ')' too many?")
