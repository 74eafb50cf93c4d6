"""The JSON Schema of a scenario, for editors and other programs; shipped as docs/scenario.schema.json."""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter

from paget.scenario.model import AnyScenario

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """The schema of every kind of scenario that this version reads."""
    schema = TypeAdapter(AnyScenario).json_schema(mode="validation")
    _open_to_genes(schema["$defs"]["Eligibility"])
    _open_to_texts(schema["$defs"]["HeatMap"])
    return {"$schema": _DIALECT, "title": "paget scenario", **schema}


def _open_to_genes(eligibility: dict[str, Any]) -> None:
    """In a file the genes are keys of their own."""
    genes = eligibility["properties"].pop("genes")
    eligibility["additionalProperties"] = genes["additionalProperties"]


def _open_to_texts(heat_map: dict[str, Any]) -> None:
    """In a file an entry may be a text such as ``BRAF V600E + TP53 loss``."""
    for key in ("genotypes", "drugs"):
        part = heat_map["properties"][key]
        part["items"] = {"anyOf": [{"type": "string"}, part["items"]]}


def schema_text() -> str:
    """The schema as it stands in the documentation."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
