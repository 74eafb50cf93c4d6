"""Networks as .bnet: one line ``node, rule`` each (BoolNet, Müssel et al. 2010, doi:10.1093/bioinformatics/btq124).

The grammar of rules is that of .bnd, as in MaBoSS: words and signs for NOT, AND, OR, and XOR looser than OR. TRUE and
FALSE (any case) are constants. An input has itself as its rule, or no line at all, as BoolNet and others write it.
"""

from __future__ import annotations

import os

from paget.signalling.bnd import RESERVED, short_declaration, skip_header
from paget.signalling.declarations import Declarations, check_name
from paget.signalling.network import Network
from paget.signalling.settings import Settings
from paget.signalling.source_text import read_text, write_text
from paget.signalling.tokens import Token, tokenise
from paget.signalling.update_rule import update_rules

_RESERVED = RESERVED | {"true", "false"}


def read_bnet(path: str | os.PathLike[str]) -> Network:
    """The network of a .bnet file; InputError with file, line, reason and remedy otherwise.

    Nodes keep the order of their lines; inputs without a line follow in the order in which rules name them. A name that
    differs from that of a node only in the case of its letters is an error.
    """
    return parse_bnet(read_text(path), os.fspath(path))


def write_bnet(network: Network, path: str | os.PathLike[str], settings: Settings | None = None) -> None:
    """Write what the nodes do as .bnet, one plain logical rule each (see update_rules); speeds are lost.

    Raises:
        InputError: the rates of a node hold more than a logical rule can, or a variable has no value in the settings.
    """
    lines = ["targets, factors"]
    for name, rule in update_rules(network, settings).items():
        check_name(name, _RESERVED | {"targets"})
        lines.append(f"{name}, {rule.text('bnet')}")
    write_text("\n".join([*lines, ""]), path)


def parse_bnet(text: str, file: str | None = None) -> Network:
    """The network that the text of a .bnet file declares; `file` is the name used in messages."""
    tokens = tokenise(text, file)
    declarations = Declarations(tokens, _RESERVED)
    skip_header(tokens)
    while tokens.head.kind != "end":
        if tokens.head.kind != "name" or tokens.ahead().text != ",":
            remedy = "Write one node a line, with letters, digits and _ in its name."
            tokens.fail(f"a line 'node, rule' is to begin here, not {tokens.head}", remedy)
        short_declaration(tokens, declarations)
    _add_inputs(declarations)
    return declarations.network()


def _add_inputs(declarations: Declarations) -> None:
    """Declare what rules name and no line declares."""
    tokens = declarations.tokens
    spelt = {name.lower(): name for name in declarations.found}
    for declaration in list(declarations.found.values()):
        for name in declaration.attributes["logic"].rule.nodes():
            if name in declarations.found:
                continue
            at = Token("name", name, declaration.line)
            if name.lower() in spelt:
                tokens.fail(
                    f"{declaration.name} depends on {name}, and another node is called {spelt[name.lower()]}",
                    f'If {name} is an input of its own, write the line "{name}, {name}".',
                    at,
                )
            declarations.add(at, {})
