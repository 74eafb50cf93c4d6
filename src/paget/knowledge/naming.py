"""The closest valid names, for error messages that carry their remedy."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_CUTOFF = 0.6
_OFFERED = 3


def nearest(name: str, candidates: Iterable[str]) -> tuple[str, ...]:
    """Up to three of ``candidates`` that look most like ``name``, best first; letter case is ignored.

    >>> nearest("thyriod", ["thyroid", "lung"])
    ('thyroid',)
    """
    spelt: dict[str, str] = {}
    for candidate in candidates:
        spelt.setdefault(candidate.casefold(), candidate)
    found = difflib.get_close_matches(name.casefold(), list(spelt), n=_OFFERED, cutoff=_CUTOFF)
    return tuple(spelt[match] for match in found)


def did_you_mean(name: str, candidates: Iterable[str]) -> str:
    """One sentence with the nearest names, or with all names where none is near and they are few."""
    known = tuple(candidates)
    offered = nearest(name, known)
    if offered:
        return f"Did you mean {_either(offered)}?"
    return f"Known: {', '.join(sorted(known))}." if known else "None is known."


def _either(names: tuple[str, ...]) -> str:
    head, last = names[:-1], names[-1]
    return f"{', '.join(head)} or {last}" if head else last
