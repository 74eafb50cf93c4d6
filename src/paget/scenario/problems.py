"""Validation errors become sentences with file, line, field and remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError

from paget.errors import InputError, InputErrors
from paget.scenario.document import Document, Path
from paget.scenario.faults import shown
from paget.scenario.fields import did_you_mean
from paget.scenario.model import KINDS

_HIDDEN = {"genes", "[key]"}


def raise_all(errors: list[InputError]) -> None:
    """Raise the errors, sorted by line; one alone stays as it is. Nothing happens without errors."""
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise InputErrors(sorted(errors, key=lambda error: error.place.line or 0))


def from_validation(caught: ValidationError, document: Document, root: type[BaseModel]) -> list[InputError]:
    """One error for each thing that pydantic found."""
    found: dict[str, InputError] = {}
    for error in caught.errors(include_url=False):
        location = tuple(part for part in error["loc"])
        message, remedy = _sentence(error, location, root)
        problem = at(document, tuple(part for part in location if part not in _HIDDEN), message, remedy)
        found.setdefault(str(problem), problem)
    return list(found.values())


def from_faults(pairs: Iterable[tuple[Path, PydanticCustomError]], document: Document) -> list[InputError]:
    """Errors for faults found at paths of the document."""
    return [at(document, path, *_text(fault.context or {})) for path, fault in pairs]


def at(document: Document, path: Path, message: str, remedy: str = "") -> InputError:
    """An error at a path of the document."""
    place = document.place(path)
    return InputError(
        message, file=place.file, line=place.line, column=place.column, field=place.field, remedy=remedy or None
    )


def _text(context: Mapping[str, Any]) -> tuple[str, str]:
    return str(context.get("message", "will not do")), str(context.get("remedy", ""))


def _sentence(error: Any, location: Path, root: type[BaseModel]) -> tuple[str, str]:
    kind = error["type"]
    if kind == "scenario":
        return _text(error["ctx"])
    if kind == "extra_forbidden":
        return _unknown_key(str(location[-1]), model_at(root, location[:-1]))
    example = f"paget new {next((name for name, model in KINDS.items() if model is root), 'trial')}"
    if kind in _PLAIN:
        message, remedy = _PLAIN[kind](error["input"])
        return message, remedy.replace("paget new KIND", example)
    return f"{shown(error['input'])} will not do: {error['msg']}", f"See `{example}` for an example."


def _unknown_key(key: str, model: type[BaseModel] | None) -> tuple[str, str]:
    names = tuple(_fields(model)) if model else ()
    owner = next((kind for kind, other in KINDS.items() if model in KINDS.values() and key in other.model_fields), None)
    if owner:
        return f"key {shown(key)} belongs to kind {owner}", f"Known here: {', '.join(names)}."
    if "genes" in names:
        from paget.scenario.genotype import gene_names

        names = (*(name for name in names if name != "genes"), *gene_names())
        return f"{shown(key)} is neither a condition nor a gene", did_you_mean(key, names)
    return f"unknown key {shown(key)}", did_you_mean(key, names, otherwise=f"Known here: {', '.join(names)}.")


_PLAIN: dict[str, Callable[[Any], tuple[str, str]]] = {
    "missing": lambda _: ("is missing", "Add it; `paget new KIND` shows an example."),
    "model_type": lambda given: (f"{shown(given)} is not a mapping", 'Write "key: value" pairs, indented.'),
    "model_attributes_type": lambda given: (f"{shown(given)} is not a mapping", 'Write "key: value" pairs, indented.'),
    "dict_type": lambda given: (f"{shown(given)} is not a mapping", 'Write "key: value" pairs, indented.'),
    "tuple_type": lambda given: (f"{shown(given)} is not a list", 'Write a list: [ … ] or lines that start with "- ".'),
    "too_short": lambda _: ("the list is empty", "Write at least one entry."),
    "too_long": lambda _: ("the list is too long", "Write fewer entries."),
    "string_type": lambda given: (f"{shown(given)} is not text", "Put it in quotes."),
}


def model_at(root: type[BaseModel], location: Path) -> type[BaseModel] | None:
    """The model that stands at a location below ``root``; None where there is none."""
    model: type[BaseModel] | None = root
    for part in location:
        if isinstance(part, int):
            continue
        field = _fields(model).get(part) if model else None
        model = _model_in(field.annotation) if field else None
    return model


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    """Fields by the keys that a file writes."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (Annotated, Union, UnionType, tuple):
        return next((found for inner in get_args(annotation) if (found := _model_in(inner))), None)
    return None
