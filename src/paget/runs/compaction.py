"""Compaction: parts become one Parquet file per table, the same bytes whatever the parts were.

Row groups have 65,536 rows, counted from the first row of the table, and each is written from contiguous arrays, so
that pages begin where the content says and not where a part ended. Dictionary columns are encoded afresh in each row
group, categories in order of first appearance. No file holds a time or a path.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from paget.runs import files, parts
from paget.runs.job import conform

if TYPE_CHECKING:
    import pyarrow as pa

ROW_GROUP_ROWS = 65_536
_ZSTD_LEVEL = 3


def table_path(directory: Path, name: str) -> Path:
    """Where the table `name` of a finished run lies."""
    return directory / f"{name}.parquet"


def compact(
    directory: Path, schemas: Mapping[str, pa.Schema], pulse: Callable[[], None] = lambda: None
) -> dict[str, int]:
    """Write `<table>.parquet` for every table from the parts, in unit order; returns the rows of each.

    Memory: one row group and one record batch of a part. `pulse` is called between row groups and may raise.
    """
    ranges = parts.parts_done(directory)
    paths = [parts.part_path(directory, start, stop) for start, stop in ranges]
    return {name: _write_table(directory, name, schemas[name], paths, pulse) for name in sorted(schemas)}


def _write_table(directory: Path, name: str, schema: pa.Schema, paths: list[Path], pulse: Callable[[], None]) -> int:
    batches = (batch for path in paths for batch in parts.read_part(path, name))
    return _write(directory, name, schema, row_groups(batches, schema), pulse)


def rewrite(directory: Path, name: str, change: Callable[[pa.Table], pa.Table]) -> None:
    """Put `change` of every row group, of the same schema, in its place; a crash leaves the table as it was."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(table_path(directory, name)) as file:
        groups = (change(file.read_row_group(number)) for number in range(file.num_row_groups))
        _write(directory, name, file.schema_arrow, groups, lambda: None)


def _write(directory: Path, name: str, schema: pa.Schema, groups: Iterator[pa.Table], pulse: Callable[[], None]) -> int:
    import pyarrow.parquet as pq

    rows = 0
    with (
        files.atomic(table_path(directory, name)) as sink,
        pq.ParquetWriter(
            sink,
            schema,
            version="2.6",
            compression="zstd",
            compression_level=_ZSTD_LEVEL,
            use_dictionary=_text_columns(schema),  # pyright: ignore[reportArgumentType]
        ) as writer,
    ):
        for group in groups:
            pulse()
            writer.write_table(group, row_group_size=ROW_GROUP_ROWS)
            rows += group.num_rows
    return rows


def row_groups(batches: Iterator[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.Table]:
    """Contiguous tables of exactly 65,536 rows, the last one shorter, from batches of any size."""
    held: list[pa.RecordBatch] = []
    held_rows = 0
    for batch in batches:
        position = 0
        while position < batch.num_rows:
            piece = batch.slice(position, ROW_GROUP_ROWS - held_rows)
            position += piece.num_rows
            held.append(piece)
            held_rows += piece.num_rows
            if held_rows == ROW_GROUP_ROWS:
                yield _contiguous(held, schema)
                held, held_rows = [], 0
    if held:
        yield _contiguous(held, schema)


def _contiguous(batches: list[pa.RecordBatch], schema: pa.Schema) -> pa.Table:
    import pyarrow as pa

    plain = pa.schema([_plain(column) for column in schema])
    pieces = [conform(pa.Table.from_batches([batch]), plain) for batch in batches]
    table = pa.concat_tables(pieces).combine_chunks()
    columns = [
        table.column(place).dictionary_encode().cast(column.type)
        if pa.types.is_dictionary(column.type)
        else table.column(place)
        for place, column in enumerate(schema)
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def _text_columns(schema: pa.Schema) -> list[str]:
    import pyarrow as pa

    tests = (pa.types.is_string, pa.types.is_large_string, pa.types.is_dictionary)
    return [column.name for column in schema if any(test(column.type) for test in tests)]


def _plain(column: pa.Field) -> pa.Field:
    import pyarrow as pa

    return column.with_type(column.type.value_type) if pa.types.is_dictionary(column.type) else column
