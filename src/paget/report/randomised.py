"""Of a randomised run the persons who count in each arm: everybody is simulated in every arm, and allocated to one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from paget.errors import InputError

FILE = "randomisation.parquet"
"""USUBJID and the allocated ARM; only in the directory of a randomised run."""

KIND = "randomised"


def allocated(directory: Path) -> pd.Series | None:
    """Allocated arm by USUBJID, or None where the run is not randomised."""
    path = directory / FILE
    if not path.is_file():
        return None
    try:
        table = pd.read_parquet(path, columns=["USUBJID", "ARM"])
    except (OSError, ValueError) as problem:
        raise InputError(f"not readable: {problem}", file=str(path), remedy="Run the scenario again.") from problem
    return table.astype(str).set_index("USUBJID")["ARM"]


def counted(table: pd.DataFrame, arms: pd.Series | None) -> pd.DataFrame:
    """The rows (columns USUBJID and ARM) of persons in the arm allocated to them; all rows where arms are twins."""
    if arms is None:
        return table
    return table[table["ARM"].astype(str) == table["USUBJID"].astype(str).map(arms)]


def is_randomised(summary: Mapping[str, Any]) -> bool:
    """Whether a summary is that of a randomised study."""
    return ((summary.get("trial") or {}).get("design") or {}).get("kind") == KIND
