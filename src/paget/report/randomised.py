"""Of a randomised run the persons who count in each arm: everybody is simulated in every arm, and allocated to one."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from paget.errors import InputError
from paget.report.run_directory import RunDirectory

FILE = "randomisation.parquet"
"""USUBJID and the allocated ARM; only in the directory of a randomised run."""

BY_PERSON = ("subjects", "time_to_event", "responses", "treatments", "curves")
"""Tables that are cut to the allocated persons; sums over the persons of an arm keep everybody."""


def counted(run: RunDirectory) -> RunDirectory:
    """The run with the rows of allocated persons in BY_PERSON; the run itself where arms are twins."""
    allocated = _allocated(run)
    if allocated is None:
        return run
    kept = {name: table[table["ARM"].astype(str) == table["USUBJID"].astype(str).map(allocated)]
            for name, table in run.tables.items() if name in BY_PERSON}  # fmt: skip
    return replace(run, tables={**run.tables, **kept})


def _allocated(run: RunDirectory) -> pd.Series | None:
    """Allocated arm by USUBJID, or None where the run is not randomised."""
    path = None if run.path is None else run.path / FILE
    if path is None or not path.is_file():
        return None
    try:
        table = pd.read_parquet(path, columns=["USUBJID", "ARM"])
    except (OSError, ValueError) as problem:
        raise InputError(f"not readable: {problem}", file=str(path), remedy="Run the scenario again.") from problem
    return table.astype(str).set_index("USUBJID")["ARM"]
