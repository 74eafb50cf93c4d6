"""The table on the terminal that sets runs beside each other and beside published results."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from paget.report.summary_table import span

WIDTH = 110

WHAT = ("study", "arm", "population", "endpoint", "time_months", "unit")
"""What makes two rows of different runs the same result."""


def comparison_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Plain text: a line per result, a column per run, the published value before them; rows as of api.compare."""
    from rich.console import Console
    from rich.table import Table

    runs = list(dict.fromkeys(row["run"] for row in rows))
    results: dict[tuple[Any, ...], dict[str, Mapping[str, Any]]] = {}
    for row in rows:
        results.setdefault(tuple(row[name] for name in WHAT), {})[row["run"]] = row
    table = Table(title="simulated and published, with 95 % intervals", title_justify="left")
    for name in ("study", "population", "endpoint", "unit"):
        table.add_column(name, overflow="fold")
    for name in ("published", *runs):
        table.add_column(name, justify="right", overflow="fold")
    # Results of the runs themselves come first, in whichever run they stand.
    for found in sorted(results.values(), key=lambda found: next(iter(found.values()))["study"] is not None):
        table.add_row(*_cells(found, runs))
    out = io.StringIO()
    Console(file=out, width=max(WIDTH, _needed(runs))).print(table)
    return out.getvalue() + _tally(rows, runs)


def _needed(runs: Sequence[str]) -> int:
    """Letters that columns of this many runs take without broken numbers."""
    return WIDTH // 2 + sum(max(len(name), WIDTH // 4) for name in ("published", *runs))


def _cells(found: Mapping[str, Mapping[str, Any]], runs: Sequence[str]) -> tuple[str, ...]:
    first = next(iter(found.values()))
    months = first["time_months"]
    when = "" if months is None else f" at {months:g} months"
    return (
        first["study"] or "runs",
        " ".join(part for part in (first["arm"], first["population"]) if part),
        f"{first['endpoint']}{when}",
        first["unit"],
        span(first["published"], first["published_low"], first["published_high"]),
        *(_simulated(found.get(run)) for run in runs),
    )


def _simulated(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return ""
    judged = f" {row['verdict']}" if row["verdict"] else ""
    return span(row["simulated"], row["low"], row["high"]) + judged


def _tally(rows: Sequence[Mapping[str, Any]], runs: Sequence[str]) -> str:
    lines = []
    for run in runs:
        verdicts = [row["verdict"] for row in rows if row["run"] == run and row["verdict"]]
        if verdicts:
            lines.append(
                f"{run}: {verdicts.count('hit')} of {len(verdicts)} published results with a verdict are hit.\n"
            )
    return "".join(lines)
