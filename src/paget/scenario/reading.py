"""A scenario file becomes a validated scenario, or one error that lists everything found wrong with it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from paget.errors import InputError
from paget.scenario import known, network_known
from paget.scenario.document import Document, parse
from paget.scenario.faults import shown
from paget.scenario.fields import did_you_mean
from paget.scenario.migrate import migrate
from paget.scenario.model import KINDS, UNBUILT_KINDS, AnyScenario
from paget.scenario.network_model import Network
from paget.scenario.network_source import anchored
from paget.scenario.overrides import apply
from paget.scenario.problems import at, from_faults, from_validation, raise_all
from paget.scenario.text import LARGEST_BYTES, read_text


def load(source: str | os.PathLike[str], overrides: Iterable[str] = ()) -> AnyScenario:
    """Read, override and validate the scenario at a path; InputError(s) with file, line, field and remedy otherwise."""
    path = Path(source)
    return read(read_text(path), file=str(path), overrides=overrides)


def read(text: str, *, file: str = "scenario", overrides: Iterable[str] = ()) -> AnyScenario:
    """Validate the text of a scenario; ``file`` is the name used in messages."""
    if len(text) > LARGEST_BYTES:
        raise InputError("is larger than 1 MB", file=file, remedy="A scenario is a few kB of YAML.")
    return validate(apply(parse(text, file=file), overrides))


def located(error: InputError, source: str | os.PathLike[str], field: str) -> InputError:
    """The error with file and line of a top-level field of the scenario at a path."""
    document = parse(read_text(Path(source)), file=str(source))
    return at(document, (field,), error.message, error.remedy or "")


def validate(document: Document) -> AnyScenario:
    """The scenario that a document describes; InputError(s) otherwise."""
    if not isinstance(document.data, dict):
        what = "a list" if isinstance(document.data, list) else shown(document.data)
        raise at(document, (), f"a scenario is a mapping, this is {what}", 'Start with "paget: 1" and "kind: trial".')
    document = replace(document, data=_migrated(document))
    model = _model_of(document)
    if model is Network:
        document = replace(document, data=anchored(document.data, document.file))
    try:
        scenario = model.model_validate(document.data)
    except ValidationError as caught:
        raise_all(from_validation(caught, document, model))
        raise
    found = network_known.problems(scenario) if isinstance(scenario, Network) else known.problems(scenario)
    raise_all(from_faults(found, document))
    return scenario


def _migrated(document: Document) -> dict[str, Any]:
    try:
        return migrate(document.data)
    except PydanticCustomError as error:
        raise from_faults([(("paget",), error)], document)[0] from error


def _model_of(document: Document) -> Any:
    kind = document.data.get("kind")
    if isinstance(kind, str) and kind in KINDS:
        return KINDS[kind]
    kinds = f"Kinds: {', '.join(KINDS)}."
    if kind is None:
        raise at(document, ("kind",), "is missing", f'Write e.g. "kind: trial". {kinds}')
    if kind in UNBUILT_KINDS:
        raise at(document, ("kind",), f"kind {kind} is not built yet in this version", kinds)
    remedy = did_you_mean(kind, KINDS) if isinstance(kind, str) else kinds
    raise at(document, ("kind",), f"kind {shown(kind)} is unknown", remedy)
