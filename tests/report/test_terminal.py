"""The table on the terminal."""

from __future__ import annotations

import json
from copy import deepcopy

from paget.report.summary_table import summary_table


def columns(text: str) -> list[str]:
    """Each column of a table with borders, its lines joined."""
    rows = [line.strip("│").split("│") for line in text.splitlines() if line.startswith("│")]
    return ["".join(cell.strip() for cell in column) for column in zip(*rows, strict=True)]


def test_long_names_are_folded_so_that_no_two_rows_look_alike(run_directory):
    summary = json.loads((run_directory / "summary.json").read_text(encoding="utf-8"))
    row = next(row for row in summary["endpoints"] if row["study"] is not None)
    names = [f"metastasis_site_of_the_{organ}" for organ in ("adrenal_glands", "kidneys", "peritoneum")]
    summary["endpoints"] += [{**deepcopy(row), "endpoint": name} for name in names]
    text = summary_table({"not_addressed": 0, "assumed": 0, **summary})
    assert "…" not in text
    endpoints = columns(text)[2]
    assert all(name in endpoints for name in names)
