"""Reading a short text such as ``paclitaxel 80 mg/m2 every 7 d iv``: clauses in any order, each at most once.

Texts are bounded before anything is matched, and no pattern has nested repeats: no text takes long.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from paget.scenario.faults import fault, shown

LONGEST = 300
NUMBER = r"-?[0-9]{1,7}(?:\.[0-9]{1,4})?"

_DASHES = str.maketrans({"–": "-", "—": "-", "−": "-", "‑": "-", "μ": "u"})


def tidy(given: object, what: str, example: str) -> str:
    """The text in lower case with single spaces, the micro sign as ``u`` and superscripts as digits.

    A pydantic error for anything but a text of at most `LONGEST` characters; what: what it should say.
    """
    remedy = f'Write {what}, e.g. "{example}".'
    if not isinstance(given, str):
        raise fault(f"{shown(given)} is not text", remedy)
    if len(given) > LONGEST or not given.strip():
        raise fault(f"{shown(given)} will not do", f"{remedy} At most {LONGEST} characters.")
    plain = unicodedata.normalize("NFKC", given).casefold().translate(_DASHES)
    text = " ".join(plain.split())
    if not text.isprintable() or len(text) > LONGEST:
        raise fault(f"{shown(given)} will not do", f"{remedy} At most {LONGEST} characters.")
    return text


def as_text(number: float) -> str:
    """A number as a scenario writes it.

    >>> as_text(80.0), as_text(2.5)
    ('80', '2.5')
    """
    return repr(float(number)).removesuffix(".0")


def clauses(
    text: str, patterns: Mapping[str, re.Pattern[str]], written: str, hints: Mapping[str, str], otherwise: str
) -> dict[str, re.Match[str]]:
    """The clauses of a text by name; a pydantic error for one that stands twice and for text that is none.

    patterns: name -> pattern, tried in this order at each place; hints: first word -> remedy; otherwise: remedy for
    any other word. Commas between clauses are passed over.
    """
    found: dict[str, re.Match[str]] = {}
    place = _next(text, 0)
    while place < len(text):
        name, match = _first(text, place, patterns)
        if match is None:
            rest = text[place:]
            raise fault(f"{written}: {shown(rest)} is not understood", hints.get(rest.split(" ")[0], otherwise))
        if name in found:
            raise fault(f"{written}: {shown(match[0])} stands beside {shown(found[name][0])}", "Keep one of them.")
        found[name] = match
        place = _next(text, match.end())
    return found


def _next(text: str, place: int) -> int:
    while place < len(text) and text[place] in " ,":
        place += 1
    return place


def _first(text: str, place: int, patterns: Mapping[str, re.Pattern[str]]) -> tuple[str, re.Match[str] | None]:
    for name, pattern in patterns.items():
        match = pattern.match(text, place)
        if match is not None and (match.end() == len(text) or text[match.end()] in " ,"):
            return name, match
    return "", None


def listed(names: Iterable[str]) -> str:
    """Names as a sentence lists them.

    >>> listed(["mg", "ug"])
    'mg or ug'
    """
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else last
