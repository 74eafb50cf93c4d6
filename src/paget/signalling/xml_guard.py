"""What an XML file may be before a C library reads it: no DOCTYPE, no entities, bounded depth and size."""

from __future__ import annotations

from typing import Any
from xml.parsers import expat

from paget.errors import InputError

DEEPEST = 2000
"""Most elements inside one another: libsbml reads formulas by recursion. Published models reach 1,925."""
_MOST_ELEMENTS = 500_000
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff", b"<\x00", b"\x00<")
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
_ENCODINGS = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})


def checked_xml(content: bytes, file: str) -> str:
    """The text of an XML file that is well formed, UTF-8 and harmless; InputError with the line otherwise."""
    if content.startswith(_WIDE_MARKS):
        raise InputError("is encoded as UTF-16 or UTF-32", file=file, remedy="Save it as UTF-8.")
    guard = _Guard(file)
    try:
        guard.parser.Parse(content, True)
        text = content.decode("utf-8-sig")
        # XML needs no encoding where it is UTF-8; libsbml asks for one.
        return text if guard.encoded else _DECLARATION + text[text.index("?>") + 2 :]
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code)
        raise InputError(
            f"is not well-formed XML ({reason})", file=file, line=error.lineno, remedy="Export the model again."
        ) from error
    except UnicodeDecodeError as error:
        raise InputError("is not UTF-8 text", file=file, remedy="Save it as UTF-8.") from error


class _Guard:
    def __init__(self, file: str) -> None:
        self.file = file
        self.depth = 0
        self.count = 0
        self.encoded = True
        self.parser: Any = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.XmlDeclHandler = self._declaration
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.EntityDeclHandler = self._doctype
        self.parser.ExternalEntityRefHandler = self._doctype

    def _refuse(self, message: str, remedy: str) -> None:
        raise InputError(message, file=self.file, line=self.parser.CurrentLineNumber, remedy=remedy)

    def _start(self, *_: object) -> None:
        self.depth += 1
        self.count += 1
        if self.depth > DEEPEST:
            remedy = "Write AND and OR with many arguments instead of nesting them."
            self._refuse(f"nests more than {DEEPEST} elements", remedy)
        if self.count > _MOST_ELEMENTS:
            self._refuse(f"has more than {_MOST_ELEMENTS:,} elements", "Split the network.")

    def _end(self, _: object) -> None:
        self.depth -= 1

    def _declaration(self, _: object, encoding: str | None, __: object) -> None:
        self.encoded = bool(encoding)
        if encoding and encoding.lower() not in _ENCODINGS:
            self._refuse(f"is encoded as {encoding}", "Save it as UTF-8.")

    def _doctype(self, *_: object) -> None:
        self._refuse("declares a document type or an entity, which SBML has no use for", "Take the DOCTYPE out.")
