"""The table on the terminal for a network run: read-outs by condition, with intervals."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

WIDTH = 110
MOST_ROWS = 20
MOST_COLUMNS = 4
NORMAL_95 = 1.959963984540054


def summary_table(summary: Mapping[str, Any]) -> str:
    """Plain text of the first read-outs in the last window, from the content of summary.json."""
    from rich.console import Console
    from rich.table import Table

    conditions = [str(row["condition"]) for row in summary["conditions"] if row["part"] == "condition"]
    values = {(str(row["read_out"]), str(row["condition"])): row for row in summary["read_outs"]}
    names = list(dict.fromkeys(name for name, _ in values))
    table = Table(title=_title(summary), title_justify="left", caption=str(summary["research_use_only"]))
    table.add_column("share of cells (95 %)", overflow="fold")
    for condition in conditions[:MOST_COLUMNS]:
        table.add_column(condition, justify="right", overflow="fold")
    for name in names[:MOST_ROWS]:
        table.add_row(name, *(_cell(values[name, each]) for each in conditions[:MOST_COLUMNS]))
    out = io.StringIO()
    Console(file=out, width=WIDTH).print(table)
    left = len(values) - min(len(names), MOST_ROWS) * min(len(conditions), MOST_COLUMNS)
    return out.getvalue() + (f"{left} further values are in the report and its tables.\n" if left else "")


def _cell(row: Mapping[str, Any]) -> str:
    return f"{100 * row['probability']:.1f} ± {100 * NORMAL_95 * row['standard_error']:.1f} %"


def _title(summary: Mapping[str, Any]) -> str:
    about, network = summary["scenario"], summary["network"]
    unit = f" {network['time_unit']}" if network["time_unit"] else ""
    return (
        f"{about['name']}: {network['nodes']} nodes, {about['samples']} trajectories per condition, "
        f"{network['duration']:g}{unit}, seed {about['seed']}"
    )
