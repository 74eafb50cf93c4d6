"""The words of .bnd, .bnet and .cfg files with their lines; alphabet of MaBoSS (BooleanGrammar.l, BSD-3)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple, NoReturn

from paget.errors import InputError

# Atomic groups: a million digits before a letter must not be tried a million times.
_PATTERN = re.compile(
    r"""
    (?P<blank>[ \t\f\v\r\n]+ | //[^\n]* | /\*(?s:.*?)\*/)
  | (?P<number>(?>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?>(?:[eE][+-]?[0-9]+)?))(?![A-Za-z0-9_.])
  | (?P<name>[A-Za-z_][A-Za-z_0-9]*)
  | \$(?P<variable>[A-Za-z_][A-Za-z_0-9]*)
  | "(?P<string>(?:[^"\\]|\\(?s:.))*+)"
  | (?P<sign>==|!=|<=|>=|&&|\|\||/(?!\*)|[][&|!^<>+\-*?:;,=(){}@.])
    """,
    re.VERBOSE,
)
_LONGEST_SHOWN = 40
_MOST_WORDS = 2_000_000
"""Bound of memory, about 250 MB; the largest published model found has 520,000."""
_HASH = "A comment that starts with # takes a line of its own; // works everywhere."
_REMEDIES = {
    "#": _HASH,
    '"': "A text in quotes must be closed.",
    "$": "A variable is $ and a name.",
    "~": 'Write "!" or "NOT".',
}


class Token(NamedTuple):
    """A word: kind is name, number, variable, string, sign or end; line counts from 1."""

    kind: str
    text: str
    line: int

    def __str__(self) -> str:
        if self.kind == "end":
            return "the end of the file"
        shown = self.text if len(self.text) <= _LONGEST_SHOWN else f"{self.text[:_LONGEST_SHOWN]}…"
        return f"${shown}" if self.kind == "variable" else f"'{shown}'"


@dataclass
class Tokens:
    """The words of one source, read from left to right; the last is of kind end and stays."""

    words: list[Token]
    file: str | None = None
    position: int = field(default=0)

    @property
    def head(self) -> Token:
        """The next word, not yet taken."""
        return self.words[self.position]

    def ahead(self, distance: int = 1) -> Token:
        """The word so many places after the next one."""
        return self.words[min(self.position + distance, len(self.words) - 1)]

    def take(self) -> Token:
        """The next word, taken."""
        word = self.words[self.position]
        if word.kind != "end":
            self.position += 1
        return word

    def take_if(self, *signs: str) -> bool:
        """Whether the next word was one of these signs; it is taken then."""
        found = self.head.kind == "sign" and self.head.text in signs
        if found:
            self.position += 1
        return found

    def expect(self, sign: str, where: str, remedy: str = "") -> Token:
        """Take this sign or raise an error that says where it is missing."""
        if self.head.kind != "sign" or self.head.text != sign:
            self.fail(f"'{sign}' is missing {where}, before {self.head}", remedy or f"Put a '{sign}' there.")
        return self.take()

    def expect_name(self, what: str) -> Token:
        """Take a name or raise an error that says what was to be named."""
        if self.head.kind != "name":
            self.fail(f"{what} is missing, before {self.head}", "A name is a letter or _ and letters, digits or _.")
        return self.take()

    def fail(self, message: str, remedy: str = "", at: Token | None = None) -> NoReturn:
        """Raise InputError at a word, by default the next one."""
        raise InputError(message, file=self.file, line=(at or self.head).line, remedy=remedy or None)


def tokenise(text: str, file: str | None = None, line: int = 1) -> Tokens:
    """Words of a text whose first line has the given number; InputError at a character that belongs to no word."""
    words: list[Token] = []
    position, end = 0, len(text)
    fresh = True  # nothing but blanks so far on this line, so that # starts a comment
    while position < end:
        if fresh and text[position] == "#":
            position = _line_end(text, position)
            continue
        match = _PATTERN.match(text, position)
        if match is None:
            raise _stray(text, position, file, line)
        kind, word = str(match.lastgroup), match.group(str(match.lastgroup))
        position = match.end()
        if kind == "blank":
            line += word.count("\n")
            fresh = "\n" in word or fresh
        else:
            words.append(Token(kind, word, line))
            line += word.count("\n") if kind == "string" else 0
            fresh = False
            if len(words) > _MOST_WORDS:
                what = f"has more than {_MOST_WORDS:,} words and signs"
                raise InputError(what, file=file, line=line, remedy="Split the network, or write its rules shorter.")
    words.append(Token("end", "", line))
    return Tokens(words, file)


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end


def _stray(text: str, position: int, file: str | None, line: int) -> InputError:
    """What is wrong with a character that starts no word."""
    letter = text[position]
    if text.startswith("/*", position):
        return InputError("the comment /* is not closed", file=file, line=line, remedy="Close it with */.")
    if letter == "#" and re.match(r"#\s*(cell|rc)\b", text[position : position + 8], re.IGNORECASE):
        return InputError(
            "counts cells, which belongs to population models (PopMaBoSS)",
            file=file,
            line=line,
            remedy="Only networks of one cell are read.",
        )
    if letter in "0123456789.":
        shown = re.match(r"[\w.]{0,40}", text[position:])
        what = f"'{shown.group() if shown else letter}' is neither a number nor a name"
        return InputError(what, file=file, line=line, remedy="A name starts with a letter or _.")
    shown = f"'{letter}'" if letter.isprintable() and letter != "\ufffd" else f"U+{ord(letter):04X}"
    remedy = _REMEDIES.get(letter, "Names hold letters A-Z, digits and _ only.")
    return InputError(f"the character {shown} has no meaning here", file=file, line=line, remedy=remedy)
