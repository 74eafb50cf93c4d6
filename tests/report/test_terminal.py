"""The table on the terminal."""

from __future__ import annotations

import json
from copy import deepcopy

from paget.report import network_summary
from paget.report.run_comparison import comparison_table
from paget.report.summary_table import summary_table

LONG = [f"metastasis_site_of_the_{organ}" for organ in ("adrenal_glands", "kidneys", "peritoneum")]


def columns(text: str) -> list[str]:
    """Each column of a table with borders, its lines joined."""
    rows = [line.strip("│").split("│") for line in text.splitlines() if line.startswith("│")]
    return ["".join(cell.strip() for cell in column) for column in zip(*rows, strict=True)]


def test_long_names_are_folded_so_that_no_two_rows_look_alike(run_directory):
    summary = json.loads((run_directory / "summary.json").read_text(encoding="utf-8"))
    row = next(row for row in summary["endpoints"] if row["study"] is not None)
    summary["endpoints"] += [{**deepcopy(row), "endpoint": name} for name in LONG]
    text = summary_table({"not_addressed": 0, "assumed": 0, **summary})
    assert "…" not in text
    endpoints = columns(text)[2]
    assert all(name in endpoints for name in LONG)


def test_a_comparison_of_runs_folds_long_names_too(run_directory):
    summary = json.loads((run_directory / "summary.json").read_text(encoding="utf-8"))
    row = next(row for row in summary["endpoints"] if row["study"] is not None)
    rows = [{**row, "endpoint": name, "run": run} for name in LONG for run in ("one", "other")]
    text = comparison_table(rows)
    assert "…" not in text
    endpoints = columns(text)[2]
    assert all(name in endpoints for name in LONG)


def test_the_table_of_a_network_folds_long_conditions():
    conditions = [f"{name} with a drug, in surroundings of the usual kind" for name in LONG]
    summary = {
        "scenario": {"name": "n", "samples": 10, "seed": 1},
        "network": {"nodes": 2, "time_unit": None, "duration": 1.0},
        "conditions": [{"condition": name, "part": "condition"} for name in conditions],
        "read_outs": [
            {"read_out": "r", "condition": name, "probability": 0.5, "standard_error": 0.01} for name in conditions
        ],
        "research_use_only": "",
    }
    text = network_summary.summary_table(summary)
    assert "…" not in text
    heads = [line.strip("┃").split("┃") for line in text.splitlines() if line.startswith("┃")]
    words = ["".join(cell.strip() for cell in column) for column in zip(*heads, strict=True)]
    assert [each.replace(" ", "") for each in words[1:]] == [name.replace(" ", "") for name in conditions]
