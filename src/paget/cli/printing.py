"""How commands print rows: as a table for reading, as CSV or JSON for programs."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Any

import typer


class Format(StrEnum):
    """How records are printed."""

    table = "table"
    csv = "csv"
    json = "json"


def print_json(rows: list[dict[str, Any]]) -> None:
    """Rows as a JSON list."""
    import json

    typer.echo(json.dumps(rows, indent=2, ensure_ascii=False, default=str))


def print_csv(rows: list[dict[str, Any]]) -> None:
    """Rows of one shape as CSV with a header."""
    import csv

    writer = csv.DictWriter(sys.stdout, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
