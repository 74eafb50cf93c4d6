"""The tables of a run directory as CSV files beside them, for programs that read no Parquet."""

from __future__ import annotations

from pathlib import Path

from paget.errors import InputError

FOLDER = "csv"


def export_csv(directory: str | Path) -> list[Path]:
    """Write ``<directory>/csv/<table>.csv`` for every table; returns the files, in name order.

    Numbers are written so that they read back the same. Raises InputError where there are no tables.
    """
    import pyarrow.parquet as parquet

    source = Path(directory)
    tables = sorted(source.glob("*.parquet"))
    if not tables:
        raise InputError(
            "holds no tables", file=str(directory), remedy="Give the directory of a finished run (see `paget run`)."
        )
    target = source / FOLDER
    target.mkdir(exist_ok=True)
    written = []
    for table in tables:
        path = target / f"{table.stem}.csv"
        partial = path.with_suffix(".partial")
        parquet.read_table(table).to_pandas().to_csv(partial, index=False)
        partial.replace(path)
        written.append(path)
    return written
