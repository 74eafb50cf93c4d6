"""A scenario as it will run: every default written out, re-runnable as it is, with a stable hash."""

from __future__ import annotations

import hashlib
import io
import json
from typing import Any

from paget.scenario.model import AnyScenario


def resolved(scenario: AnyScenario) -> dict[str, Any]:
    """Plain data of the scenario with its defaults; what is unset is left out."""
    plain = scenario.model_dump(mode="json", exclude_none=True)
    first = {key: plain.pop(key) for key in ("paget", "kind")}
    return first | {key: value for key, value in plain.items() if value != {}}


def resolved_yaml(scenario: AnyScenario) -> str:
    """The resolved scenario as YAML; reading it gives an equal scenario."""
    from ruamel.yaml import YAML

    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = False
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    writer.allow_unicode = True
    writer.width = 4096
    text = io.StringIO()
    writer.dump(resolved(scenario), text)
    return text.getvalue()


def content_hash(scenario: AnyScenario) -> str:
    """SHA-256 of the resolved scenario; the order of keys in the file does not matter."""
    plain = json.dumps(resolved(scenario), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(plain.encode("utf-8")).hexdigest()
