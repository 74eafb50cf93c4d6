"""What the user writes: YAML with units, validated with file, line and remedy."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from paget.scenario.catalogue import built_in, find
    from paget.scenario.known import parameter_values
    from paget.scenario.model import AnyScenario, Patient, Scenario, Trial
    from paget.scenario.naming import default_directory, slug
    from paget.scenario.network_model import Network
    from paget.scenario.reading import load, located, read
    from paget.scenario.resolve import content_hash, resolved, resolved_yaml

_HOMES = {
    "AnyScenario": "model",
    "Network": "network_model",
    "Patient": "model",
    "Scenario": "model",
    "Trial": "model",
    "built_in": "catalogue",
    "content_hash": "resolve",
    "default_directory": "naming",
    "find": "catalogue",
    "load": "reading",
    "located": "reading",
    "parameter_values": "known",
    "read": "reading",
    "resolved": "resolve",
    "resolved_yaml": "resolve",
    "slug": "naming",
}
__all__ = [
    "AnyScenario",
    "Network",
    "Patient",
    "Scenario",
    "Trial",
    "built_in",
    "content_hash",
    "default_directory",
    "find",
    "load",
    "located",
    "parameter_values",
    "read",
    "resolved",
    "resolved_yaml",
    "slug",
]


def __getattr__(name: str) -> Any:
    """Load a public name on first use, so that listing scenarios does not import the models."""
    if name not in _HOMES:
        raise AttributeError(f"module 'paget.scenario' has no attribute {name!r}")
    value = getattr(import_module(f"paget.scenario.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
