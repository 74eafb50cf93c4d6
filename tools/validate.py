"""Rebuild docs/validation.md: the natural history at full size beside published results (``make validate``)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RUN = ROOT / "runs" / "validation"
SCENARIO, PATIENTS = "atc-natural-history", "2000"
HEAD = """# Validation

Made by `make validate`; do not edit. Simulated against published, hit or miss: a hit is a simulated value inside the
published 95 % interval, or where none is printed the one that follows from n. Rows marked (may be fitted) are those
that a calibration may use; all others are predictions.

"""
COLUMNS = ("study", "arm", "endpoint", "months", "simulated", "interval", "published", "interval", "n", "verdict")


def run() -> dict[str, Any]:
    """Run the scenario, or finish an interrupted run of it, and return its summary."""
    command = [str(Path(sys.executable).with_name("paget")), "run", SCENARIO, "--patients", PATIENTS, "-o", str(RUN)]
    subprocess.run([*command, "--resume"] if RUN.exists() else command, check=True)
    return json.loads((RUN / "summary.json").read_text(encoding="utf-8"))


def number(value: float | None, unit: str = "") -> str:
    """Three significant digits and the unit; nothing for a missing value."""
    return "" if value is None else f"{value:.3g}{unit}"


def interval(low: float | None, high: float | None) -> str:
    """``low to high``, or nothing when one is missing."""
    return "" if low is None or high is None else f"{number(low)} to {number(high)}"


def row(endpoint: dict[str, Any]) -> str:
    """One row of the table."""
    unit = f" {endpoint['unit']}" if endpoint.get("unit") else ""
    cells = (
        endpoint["study"],
        endpoint.get("population") or endpoint.get("arm") or "",
        endpoint["endpoint"] + (" (may be fitted)" if endpoint.get("fitted") else ""),
        number(endpoint.get("time_months")),
        number(endpoint.get("simulated"), unit),
        interval(endpoint.get("low"), endpoint.get("high")),
        number(endpoint.get("published"), unit),
        interval(endpoint.get("published_low"), endpoint.get("published_high")),
        str(endpoint.get("n") or ""),
        endpoint.get("verdict") or "no verdict",
    )
    return "| " + " | ".join(str(cell).replace("|", "/") for cell in cells) + " |"


def page(summary: dict[str, Any]) -> str:
    """The whole page: counts of hits and misses, then every endpoint."""
    endpoints = summary["endpoints"]
    hits = sum(1 for each in endpoints if each.get("verdict") == "hit")
    misses = sum(1 for each in endpoints if each.get("verdict") == "miss")
    scenario = summary["scenario"]
    count = (
        f"`{SCENARIO}`, {scenario['patients']} virtual patients, seed {scenario['seed']}, paget {summary['paget']}.\n"
    )
    verdicts = f"{hits} hits, {misses} misses, {len(endpoints) - hits - misses} without a verdict.\n\n"
    header = "| " + " | ".join(COLUMNS) + " |\n|" + "---|" * len(COLUMNS) + "\n"
    return HEAD + count + verdicts + header + "\n".join(row(each) for each in endpoints) + "\n"


def main() -> int:
    """Write the page."""
    (ROOT / "docs" / "validation.md").write_text(page(run()), encoding="utf-8")
    print("docs/validation.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
