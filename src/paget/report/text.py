"""Human-readable strings of the report, one YAML file per language, apart from code."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from paget.errors import InputError


class Labels:
    """Strings of one language, found by dotted key; `terms` fill the same placeholders in every string."""

    def __init__(self, strings: Mapping[str, str], terms: Mapping[str, str]) -> None:
        self._strings = dict(strings)
        self._terms = dict(terms)

    def __call__(self, key: str, **values: object) -> str:
        """The string of `key` with its placeholders filled; an unknown key is a mistake in this package."""
        return self._strings[key].format(**{**self._terms, **values})

    def family(self, name: str, member: object) -> str:
        """The string of an id that comes from data (a site, a cause); an id without a string is shown as words."""
        found = self._strings.get(f"{name}.{member}")
        return str(member).replace("_", " ") if found is None else found.format(**self._terms)

    def with_terms(self, **terms: str) -> Labels:
        """The same strings with more placeholders filled."""
        return Labels(self._strings, {**self._terms, **terms})


def languages() -> tuple[str, ...]:
    """Languages that have a file of strings."""
    folder = files("paget.report") / "labels"
    return tuple(sorted(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".yaml")))


@cache
def strings(language: str) -> Mapping[str, str]:
    """All strings of a language by dotted key; read once per process."""
    from ruamel.yaml import YAML

    if language not in languages():
        offered = ", ".join(languages())
        raise InputError(f"no report in language {language!r}", field="language", remedy=f"Languages: {offered}.")
    source = (files("paget.report") / "labels" / f"{language}.yaml").read_text(encoding="utf-8")
    return MappingProxyType(_flat(YAML(typ="safe", pure=True).load(source)))


def labels(language: str) -> Labels:
    """The strings of a language, ready to use."""
    return Labels(strings(language), {})


def _flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in tree.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = str(value).strip()
    return flat
