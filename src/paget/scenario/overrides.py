"""Values set on the command line: ``--set arms[0].name=control`` replaces or adds one value of the document."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from paget.errors import InputError, Place
from paget.scenario.document import DEEPEST, Document, Path, field_name, parse
from paget.scenario.text import decode

_PART = re.compile(r"\[(\d{1,6})\]|([^.\[\]]+)")
_PATH = re.compile(r"(?:[^.\[\]]+|\[\d{1,6}\])(?:\.[^.\[\]]+|\[\d{1,6}\])*")
_EXAMPLE = "Write e.g. --set patients=50 or --set mechanisms.extravasation=off."


def apply(document: Document, settings: Iterable[str]) -> Document:
    """The document with every ``path=value`` applied in order; InputError names the setting."""
    for setting in settings:
        document = _apply_one(document, setting)
    return document


def _apply_one(document: Document, setting: str) -> Document:
    label = f"--set {setting if len(setting) <= 80 else setting[:79] + '…'}"
    written, equals, value_text = setting.partition("=")
    if not equals or not _PATH.fullmatch(written.strip()):
        raise InputError("is not path=value", file=label, remedy=_EXAMPLE)
    path: Path = tuple(_part(found) for found in _PART.finditer(written.strip()))
    if len(path) > DEEPEST:
        raise InputError(f"is deeper than {DEEPEST} levels", file=label, remedy=_EXAMPLE)
    value = _value(value_text, label)
    data = _with(document.data, path, value.data, label, ())
    kept = {place: spot for place, spot in document.places.items() if place[: len(path)] != path}
    added = {(*path, *inner): Place(label) for inner in value.places}
    return replace(document, data=data, places=kept | added)


def _part(found: re.Match[str]) -> str | int:
    if found[1] is not None:
        return int(found[1])
    return int(found[2]) if found[2].isdigit() and len(found[2]) < 7 else found[2].strip()


def _value(text: str, label: str) -> Document:
    if not text.strip():
        return Document(None, {(): Place(label)}, label)
    try:
        return parse(decode(text.encode("utf-8", "surrogatepass"), file=label), file=label)
    except InputError as error:
        raise InputError(error.message, file=label, remedy=error.remedy) from error


def _with(data: Any, path: Path, value: Any, label: str, done: Path) -> Any:
    if not path:
        return value
    head, rest = path[0], path[1:]
    if isinstance(data, list) and isinstance(head, int):
        if head > len(data):
            remedy = f"The list has {len(data)} entries, counted from 0."
            raise InputError(f"{field_name(done)} has no entry {head}", file=label, remedy=remedy)
        inner = data[head] if head < len(data) else {}
        return [*data[:head], _with(inner, rest, value, label, (*done, head)), *data[head + 1 :]]
    if (data is None or isinstance(data, dict)) and isinstance(head, str):
        inner = (data or {}).get(head, {})
        return {**(data or {}), head: _with(inner, rest, value, label, (*done, head))}
    what = "a list" if isinstance(data, list) else "a single value" if not isinstance(data, dict) else "a mapping"
    raise InputError(f"{field_name(done) or 'the scenario'} is {what}, it has no {head!r}", file=label, remedy=_EXAMPLE)
