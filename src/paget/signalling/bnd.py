"""Networks in MaBoSS's .bnd (Stoll et al. 2012, doi:10.1186/1752-0509-6-116; BooleanGrammar.y of MaBoSS, BSD-3)."""

from __future__ import annotations

import os
import re

from paget.signalling.aliases import Attribute
from paget.signalling.declarations import Declarations, check_name
from paget.signalling.expression import Expression
from paget.signalling.expression_parser import KEYWORDS, parse_rule
from paget.signalling.network import Network, Node
from paget.signalling.source_text import read_text, write_text
from paget.signalling.tokens import Token, Tokens, tokenise

RESERVED = KEYWORDS | {"node"}
_POPULATION = frozenset({"division", "death"})


def read_bnd(path: str | os.PathLike[str]) -> Network:
    """The network of a .bnd file; InputError with file, line, reason and remedy otherwise.

    Besides ``Node NAME { attribute = rule; }`` the forms ``NAME : rule;`` and ``NAME, rule`` are read, as in MaBoSS.
    Of an attribute given twice the last counts, also as in MaBoSS. Nodes keep the order of their declarations.
    """
    return parse_bnd(read_text(path), os.fspath(path))


def write_bnd(network: Network, path: str | os.PathLike[str]) -> None:
    """Write a network as .bnd, aliases written out; variables keep their names, so a .cfg goes with it (write_cfg)."""
    write_text("".join(_written(node) for node in network.nodes), path)


def _written(node: Node) -> str:
    check_name(node.name, RESERVED)
    lines = [f"Node {node.name} {{"]
    if node.description:
        description = re.sub(r"\s+", " ", node.description).replace("\\", "\\\\").replace('"', '\\"')
        lines.append(f'  description = "{description}";')
    given = {"logic": node.logic, "rate_up": node.rate_up, "rate_down": node.rate_down}
    lines += [f"  {name} = {rule.text()};" for name, rule in given.items() if rule is not None]
    return "\n".join([*lines, "}", "", ""])


def parse_bnd(text: str, file: str | None = None) -> Network:
    """The network that the text of a .bnd file declares; `file` is the name used in messages."""
    tokens = tokenise(text, file)
    declarations = Declarations(tokens, RESERVED)
    skip_header(tokens)
    while tokens.head.kind != "end":
        _declaration(tokens, declarations)
    return declarations.network()


def skip_header(tokens: Tokens) -> None:
    """Take the line ``targets, factors`` (or ``targets, functions``) with which a .bnet may begin."""
    words = [tokens.ahead(distance) for distance in range(3)]
    if [word.text.lower() for word in words] in (["targets", ",", "factors"], ["targets", ",", "functions"]):
        if words[0].line == words[2].line and tokens.ahead(3).line > words[2].line:
            tokens.position += 3


def _declaration(tokens: Tokens, declarations: Declarations) -> None:
    head, second = tokens.head, tokens.ahead()
    if head.kind != "name":
        _fail_outside(tokens)
    if head.text.lower() == "node" and second.kind == "name":
        _block(tokens, declarations)
    elif second.kind == "sign" and second.text in (":", ","):
        short_declaration(tokens, declarations)
    elif second.kind == "sign" and second.text == "{" and head.text.lower() in _POPULATION:
        _fail_population(tokens)
    else:
        _fail_outside(tokens)


def _fail_outside(tokens: Tokens) -> None:
    head, second = tokens.head, tokens.ahead()
    if head.kind == "variable" or second.text in ("=", "."):
        tokens.fail("a value or setting stands in a network file", "Move it to the .cfg file.")
    tokens.fail(f"a node is to be declared here, not {head}", 'Write "Node NAME { logic = ...; }".')


def _fail_population(tokens: Tokens) -> None:
    tokens.fail(
        f"{tokens.head} belongs to population models (PopMaBoSS), which are not read",
        "Take the division and death rules out: the network of one cell remains.",
    )


def short_declaration(tokens: Tokens, declarations: Declarations) -> None:
    """Take ``NAME : rule;`` or ``NAME, rule``; the semicolon may be missing."""
    name = tokens.take()
    sign = tokens.take()
    rule = Expression(parse_rule(tokens, truth_words="true" in declarations.reserved))
    _check_end(tokens, name, sign)
    declarations.add(name, {"logic": Attribute(rule, name.line)})


def _check_end(tokens: Tokens, name: Token, sign: Token) -> None:
    """Take the end of a short declaration: a semicolon, or the name that begins the next one on a later line."""
    word = tokens.head
    if tokens.take_if(";") or word.kind == "end":
        return
    if word.kind == "name" and word.line > tokens.words[tokens.position - 1].line:
        return
    if word.text == sign.text and tokens.position >= 2:
        last = tokens.words[tokens.position - 1]
        tokens.fail(
            f"the rule of {name.text} is missing or breaks off",
            f"Write the rule on the line of its node; {last} begins another one.",
            name,
        )
    tokens.fail(f"{word} does not continue the rule of {name.text}", "Is an operator missing, or a ')' too many?")


def _block(tokens: Tokens, declarations: Declarations) -> None:
    tokens.take()
    name = tokens.take()
    attributes: dict[str, Attribute] = {}
    texts: dict[str, str] = {}
    tokens.expect("{", f"after Node {name.text}")
    while not tokens.take_if("}"):
        _attribute(tokens, name.text, attributes, texts)
    declarations.add(name, attributes, re.sub(r'\\(["\\])', r"\1", texts.get("description", "")))


def _attribute(tokens: Tokens, node: str, attributes: dict[str, Attribute], texts: dict[str, str]) -> None:
    if tokens.head.text.lower() in _POPULATION and tokens.ahead().text == "{":
        _fail_population(tokens)
    if tokens.head.kind == "end":
        tokens.fail(f"the braces of Node {node} are not closed", "Close them with '}'.")
    name = tokens.expect_name(f"an attribute of {node}")
    tokens.expect("=", f"after {name.text} of {node}", "Write attribute = rule;")
    if tokens.head.kind == "string":
        texts[name.text] = tokens.take().text
    else:
        attributes[name.text] = Attribute(Expression(parse_rule(tokens)), name.line)
    tokens.expect(";", f"after {name.text} of {node}", "Is an operator missing, or a ')' too many?")
