"""What the sections of a network's report read from its tables."""

from __future__ import annotations

from enum import StrEnum

import pandas as pd

from paget.report.run_directory import RunDirectory


class Part(StrEnum):
    """The section of a scenario that a condition belongs to."""

    CONDITION = "condition"
    HEAT_MAP = "heat map"
    DOSE_RESPONSE = "dose response"


COLUMNS = {"nodes": "node", "read_outs": "read_out"}


def conditions(run: RunDirectory, part: Part) -> pd.DataFrame:
    """Rows of the table of conditions that belong to a part, in the scenario's order."""
    table = run.table("conditions")
    if table is None:
        return pd.DataFrame(columns=["condition", "part", "row", "column", "dose", "fixed_share"])
    return table[table["part"].astype(str) == part].astype({"condition": str, "row": str, "column": str})


def measures(run: RunDirectory) -> str:
    """The table whose columns are compared: the read-outs, else the nodes."""
    return "read_outs" if run.table("read_outs") is not None else "nodes"


def course(run: RunDirectory, name: str) -> pd.DataFrame | None:
    """Rows of nodes or read-outs of the scenario's conditions, sweeps left out; text as plain objects."""
    table = run.table(name)
    if table is None:
        return None
    wanted = set(conditions(run, Part.CONDITION)["condition"])
    column = COLUMNS[name]
    found = table[table["condition"].astype(str).isin(wanted)]
    return found.astype({"condition": str, column: str}).rename(columns={column: "name"})


def final(run: RunDirectory, name: str, part: Part, value: str = "probability") -> pd.DataFrame | None:
    """Values of the last window: a row per condition, a column per node or read-out, both in the order of the run."""
    table = run.table(name)
    wanted = conditions(run, part)["condition"].tolist()
    if table is None or not wanted:
        return None
    last = table[(table["time"] == table["time"].max()) & table["condition"].astype(str).isin(wanted)]
    column = COLUMNS[name]
    last = last.astype({"condition": str, column: str})
    order = list(dict.fromkeys(last[column]))
    return last.pivot(index="condition", columns=column, values=value).loc[wanted, order]


def most_different(values: pd.DataFrame, most: int) -> list[str]:
    """Columns by how far their values lie apart over rows, the furthest first; ties in their order."""
    spread = values.max() - values.min()
    return list(spread.sort_values(ascending=False, kind="stable").index[:most])
