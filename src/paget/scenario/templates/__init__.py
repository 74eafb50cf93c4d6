"""Commented scenarios to start from, one per kind."""

from __future__ import annotations

from importlib import resources

from paget.errors import InputError


def kinds() -> tuple[str, ...]:
    """Kinds of scenario that a template exists for."""
    folder = resources.files("paget.scenario.templates")
    return tuple(sorted(entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml")))


def template(kind: str) -> str:
    """The commented scenario of a kind; InputError with the nearest kinds for any other."""
    if kind not in kinds():
        from paget.knowledge import did_you_mean

        raise InputError(f"there is no kind {kind!r}", remedy=did_you_mean(kind, kinds()))
    return (resources.files("paget.scenario.templates") / f"{kind}.yaml").read_text("utf-8")
