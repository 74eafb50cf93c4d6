"""Aliases of a node (``@logic``, ``@name``) are written out where they are used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from paget.errors import InputError
from paget.signalling.expression import Expression
from paget.signalling.operations import LONGEST_CODE, Code, Op


@dataclass(frozen=True)
class Attribute:
    """A rule in the body of a node, and its line in the file."""

    rule: Expression
    line: int


@dataclass
class AliasExpansion:
    """Writes out the aliases of one file; all results together may hold a million operations.

    The length is known before anything is built, so a file in which each alias names the one before twice costs
    nothing but the error.
    """

    file: str | None
    used: int = 0

    def expand(self, node: str, attributes: Mapping[str, Attribute]) -> dict[str, Expression]:
        """The attributes without aliases; InputError for one that is unknown, goes in a circle or grows too long."""
        whole: dict[str, Code] = {}
        for name in self._dependencies_first(node, attributes):
            rule = attributes[name].rule
            if not rule.aliases():
                whole[name] = rule.code
                continue
            length = sum(len(whole[str(operand)]) if kind == "alias" else 1 for kind, operand in rule.code)
            self.used += length
            if self.used > LONGEST_CODE:
                raise InputError(
                    f"the aliases of {node} make its rules longer than {LONGEST_CODE:,} operations",
                    file=self.file,
                    line=attributes[name].line,
                    remedy="Make what the aliases stand for nodes of their own.",
                )
            whole[name] = tuple(op for each in rule.code for op in _written_out(each, whole))
        return {name: Expression(code) for name, code in whole.items()}

    def _dependencies_first(self, node: str, attributes: Mapping[str, Attribute]) -> list[str]:
        """Names of the attributes such that each follows those that it uses (depth first, without recursion)."""
        order: dict[str, None] = {}
        for first in attributes:
            path: dict[str, Iterator[str]] = {} if first in order else {first: iter(attributes[first].rule.aliases())}
            while path:
                name, remaining = next(reversed(path.items()))
                used = next((alias for alias in remaining if alias not in order), None)
                if used is None:
                    order[name] = None
                    del path[name]
                    continue
                self._check(node, used, name, path, attributes)
                path[used] = iter(attributes[used].rule.aliases())
        return list(order)

    def _check(
        self, node: str, used: str, name: str, path: Mapping[str, object], attributes: Mapping[str, Attribute]
    ) -> None:
        line = attributes[name].line
        if used not in attributes:
            known = ", ".join(f"@{each}" for each in list(attributes)[:8])
            raise InputError(
                f"{node} has no attribute {used}, so @{used} means nothing",
                file=self.file,
                line=line,
                remedy=f"Its attributes: {known}.",
            )
        if used in path:
            names = list(path)
            circle = [*names[names.index(used) :], used]
            shown = circle if len(circle) <= 9 else [*circle[:4], "…", *circle[-4:]]
            raise InputError(
                f"the aliases of {node} go in a circle: {' → '.join('@' * (each != '…') + each for each in shown)}",
                file=self.file,
                line=line,
                remedy="An alias stands for its rule and so cannot hold itself.",
            )


def _written_out(op: Op, whole: Mapping[str, Code]) -> Code:
    return whole[str(op[1])] if op[0] == "alias" else (op,)
