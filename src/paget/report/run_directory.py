"""What the report reads from a run directory; optional tables may be absent and are then named as missing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from paget.errors import InputError
from paget.report import randomised

TABLES = {
    "subjects": None,
    "time_to_event": ["USUBJID", "ARM", "PARAMCD", "AVAL", "CNSR", "EVNTDESC"],
    "lesions": [
        "USUBJID",
        "ARM",
        "SITE",
        "CELLS_DIAGNOSIS",
        "CELLS_DEATH",
        "AGGREGATED",
        "COUNT",
    ],
    "curves": None,
}
"""Tables read and the columns needed of each; None reads all."""

TREATMENT_TABLES = {
    "responses": ["USUBJID", "ARM", "AVISITN", "ADY", "AVALC", "SUM_MM", "EVALUABLE", "BASELINE_NUMBER"],
    "treatments": ["USUBJID", "ARM", "LINE", "NAME", "GIVEN", "ASTDY", "AENDY", "DCSREAS"],
}
"""Tables of treatment and its assessment: read where the run was a treatment trial."""

SUMMED = {
    "micrometastases": (["ARM", "SITE", "MOMENT", "CELLS_LOW", "CELLS_HIGH"], ["COUNT"]),
    "cascade": (
        ["ARM", "SITE", "ROUTE", "MOMENT"],
        ["SHED", "CIRCULATING", "ARRESTED", "EXTRAVASATED", "FOUNDERS", "CLUSTER_FOUNDERS", "ESTABLISHED", "COLONISED"],
    ),
}
"""Tables of which only sums over patients are needed: keys and columns summed, row group by row group."""


NETWORK = "network"
NETWORK_TABLES = ("nodes", "states", "conditions")
OPTIONAL_NETWORK_TABLES = ("read_outs", "first_passage")
"""Tables of a network run; the optional ones are there where the scenario asks for what they hold."""


@dataclass(frozen=True)
class RunDirectory:
    """Content of one run directory; `tables` holds those that exist, `missing` the names of the others.

    `path` is where tables are read again that are too large to hold with all columns.
    """

    manifest: Mapping[str, Any]
    summary: Mapping[str, Any]
    scenario: str
    tables: Mapping[str, pd.DataFrame]
    missing: tuple[str, ...]
    path: Path | None = None

    def rows_of(self, name: str, person: str, arm: str) -> pd.DataFrame | None:
        """All columns of one person's rows in a table on disk, or None where the table is absent."""
        if self.path is None:
            return None
        path = self.path / f"{name}.parquet"
        found = _readable(path, lambda: pd.read_parquet(path, filters=[("USUBJID", "==", person)]))
        return None if found is None else found[found["ARM"].astype(str) == arm]

    def table(self, name: str) -> pd.DataFrame | None:
        """The table, or None where it is absent or has no rows."""
        table = self.tables.get(name)
        return None if table is None or table.empty else table

    @property
    def about(self) -> Mapping[str, Any]:
        """The scenario part of the summary: name, kind, disease, patients, seed."""
        return self.summary.get("scenario") or {}

    @property
    def endpoints(self) -> list[Mapping[str, Any]]:
        """Simulated and published values side by side, in the summary's order."""
        return list(self.summary.get("endpoints") or [])

    @property
    def arms(self) -> list[str]:
        """Arm names in the order of the survival summary, else of the subjects table."""
        if self.summary.get("survival"):
            return list(self.summary["survival"])
        subjects = self.table("subjects")
        return [] if subjects is None else list(dict.fromkeys(subjects["ARM"].astype(str)))


def read(directory: Path) -> RunDirectory:
    """Read manifest.json, summary.json, scenario.yaml and the tables of `directory`.

    Of a randomised run the rows of an arm are those of the persons allocated to it, as in its summary.
    """
    if not directory.is_dir():
        raise InputError("no such folder", file=str(directory), remedy="Give the folder that `paget run` wrote.")
    summary = _json(directory / "summary.json", required=True)
    network = (summary.get("scenario") or {}).get("kind") == NETWORK
    tables = _network_tables(directory) if network else _cohort_tables(directory, treated=bool(summary.get("trial")))
    return RunDirectory(
        manifest=_json(directory / "manifest.json", required=False),
        summary=summary,
        scenario=_text(directory / "scenario.yaml"),
        tables={name: table for name, table in tables.items() if table is not None},
        missing=tuple(name for name, table in tables.items() if table is None and name not in OPTIONAL_NETWORK_TABLES),
        path=directory,
    )


def _cohort_tables(directory: Path, *, treated: bool) -> dict[str, pd.DataFrame | None]:
    wanted = TABLES | (TREATMENT_TABLES if treated else {})
    allocated = randomised.allocated(directory)
    tables = {name: _table(directory / f"{name}.parquet", columns) for name, columns in wanted.items()}
    counted = {name: None if table is None else randomised.counted(table, allocated) for name, table in tables.items()}
    summed = {name: _summed(directory / f"{name}.parquet", *columns, allocated) for name, columns in SUMMED.items()}
    return counted | summed


def _network_tables(directory: Path) -> dict[str, pd.DataFrame | None]:
    names = (*NETWORK_TABLES, *OPTIONAL_NETWORK_TABLES)
    return {name: _table(directory / f"{name}.parquet", None) for name in names}


def _json(path: Path, *, required: bool) -> Mapping[str, Any]:
    if not path.is_file():
        if not required:
            return {}
        raise InputError(
            f"{path.name} is missing: no finished run here",
            file=str(path.parent),
            remedy="Give the folder that `paget run` wrote, or finish it with --resume.",
        )
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as problem:
        raise InputError(
            f"not readable as JSON: {problem}", file=str(path), remedy="Run the scenario again."
        ) from problem
    if not isinstance(content, dict):
        raise InputError("not a JSON object", file=str(path), remedy="Run the scenario again.")
    return content


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def _table(path: Path, columns: list[str] | None) -> pd.DataFrame | None:
    return _readable(path, lambda: pd.read_parquet(path, columns=columns))


def _summed(path: Path, keys: list[str], values: list[str], allocated: pd.Series | None) -> pd.DataFrame | None:
    """Sums over patients; one row group in memory at a time."""
    return _readable(path, lambda: _sum_groups(path, keys, values, allocated))


def _sum_groups(path: Path, keys: list[str], values: list[str], allocated: pd.Series | None) -> pd.DataFrame:
    import pyarrow.parquet as parquet

    parts: list[pd.DataFrame] = []
    with parquet.ParquetFile(path) as file:
        for number in range(file.num_row_groups):
            columns = [*keys, *values] if allocated is None else ["USUBJID", *keys, *values]
            part = randomised.counted(file.read_row_group(number, columns=columns).to_pandas(), allocated)
            parts.append(part.groupby(keys, observed=True, as_index=False)[values].sum())
    if not parts:
        return pd.DataFrame(columns=[*keys, *values])
    for part in parts:
        part[keys] = part[keys].astype({key: str for key in keys if part[key].dtype == "category"})
    return pd.concat(parts).groupby(keys, as_index=False, sort=True)[values].sum()


def _readable(path: Path, reader: Callable[[], pd.DataFrame]) -> pd.DataFrame | None:
    if not path.is_file():
        return None
    try:
        return reader()
    except (OSError, ValueError) as problem:
        raise InputError(f"not readable: {problem}", file=str(path), remedy="Run the scenario again.") from problem
