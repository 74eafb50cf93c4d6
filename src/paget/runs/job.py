"""What a run computes: units 0 … count-1, each giving rows of some tables."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

Range = tuple[int, int]


@dataclass(frozen=True)
class Job:
    """A task over units and the tables that it yields.

    task(payload, start, stop) returns one table per name in `tables`, rows in unit order; it must be a module-level
    function and give the same rows for a unit whatever range it is called with. `warm(payload)` compiles what the
    task needs, once, before the first launch. `keys` names the columns that identify a row.
    """

    task: Callable[[Any, int, int], Mapping[str, pa.Table]]
    payload: Any
    count: int
    tables: Mapping[str, pa.Schema]
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    warm: Callable[[Any], object] | None = None


@dataclass(frozen=True)
class Launch:
    """The result of one call of the task: tables of units [start, stop) and the seconds it took."""

    start: int
    stop: int
    tables: Mapping[str, pa.Table]
    seconds: float


def launch(job_task: Callable[..., Mapping[str, pa.Table]], payload: object, start: int, stop: int) -> Launch:
    """Call the task for units [start, stop) and time it."""
    import time

    began = time.perf_counter()
    tables = job_task(payload, start, stop)
    return Launch(start, stop, tables, time.perf_counter() - began)


def tables_hash(job: Job) -> str:
    """SHA-256 of table names, column names and types: two jobs that differ here cannot share parts."""
    text = "\n".join(
        f"{name}.{column.name}: {column.type} {column.nullable}"
        for name in sorted(job.tables)
        for column in job.tables[name]
    )
    return hashlib.sha256(text.encode()).hexdigest()


def conform(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table with exactly the columns, types and metadata of the schema."""
    if table.schema.equals(schema, check_metadata=True):
        return table
    return table.select(schema.names).replace_schema_metadata(None).cast(schema)


def missing_ranges(done: list[Range], count: int) -> list[Range]:
    """The gaps that sorted, disjoint ranges leave in [0, count)."""
    gaps: list[Range] = []
    position = 0
    for start, stop in done:
        if start > position:
            gaps.append((position, start))
        position = max(position, stop)
    if position < count:
        gaps.append((position, count))
    return gaps


def coalesce(ranges: list[Range]) -> list[Range]:
    """Sorted ranges with neighbours joined."""
    joined: list[Range] = []
    for start, stop in sorted(ranges):
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], stop)
        else:
            joined.append((start, stop))
    return joined
