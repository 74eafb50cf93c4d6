"""Parts: the tables of units [start, stop), one file each, complete or absent.

A part file is a 16-digit length, a JSON index {table: [offset, length]} of that length, then one Arrow IPC stream
per table. Its name says which units it holds, so that the folder alone tells what is done.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from paget.runs import files
from paget.runs.job import Range

if TYPE_CHECKING:
    import pyarrow as pa

FOLDER = "parts"
STREAM_ROWS = 65_536
_LENGTH_DIGITS = 16
_NAME = re.compile(r"units-(\d{12})-(\d{12})\.part")


def part_path(directory: Path, start: int, stop: int) -> Path:
    """The file that holds units [start, stop) of the run in `directory`."""
    return directory / FOLDER / f"units-{start:012d}-{stop:012d}.part"


def write_part(directory: Path, start: int, stop: int, tables: Mapping[str, pa.Table]) -> None:
    """Save the tables of units [start, stop) so that no crash leaves half of them."""
    streams = {name: _stream(tables[name]) for name in sorted(tables)}
    index: dict[str, list[int]] = {}
    offset = 0
    for name, stream in streams.items():
        index[name] = [offset, stream.size]
        offset += stream.size
    header = json.dumps(index).encode()
    with files.atomic(part_path(directory, start, stop)) as sink:
        sink.write(f"{len(header):0{_LENGTH_DIGITS}d}".encode() + header)
        for stream in streams.values():
            sink.write(memoryview(stream))


def _stream(table: pa.Table) -> pa.Buffer:
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
        writer.write_table(table, max_chunksize=STREAM_ROWS)
    return sink.getvalue()


def read_part(path: Path, name: str) -> Iterator[pa.RecordBatch]:
    """The record batches of one table of a part, one at a time."""
    import pyarrow as pa

    with pa.memory_map(str(path)) as source:
        header_bytes = int(source.read(_LENGTH_DIGITS))
        offset, length = json.loads(source.read(header_bytes))[name]
        stream = source.read_at(length, _LENGTH_DIGITS + header_bytes + offset)
        with pa.ipc.open_stream(stream) as reader:
            yield from reader


def parts_done(directory: Path) -> list[Range]:
    """The unit ranges saved so far, sorted."""
    folder = directory / FOLDER
    if not folder.is_dir():
        return []
    found = (_NAME.fullmatch(name) for name in os.listdir(folder))
    return sorted((int(match[1]), int(match[2])) for match in found if match)


def remove_parts(directory: Path) -> None:
    """Remove the folder of parts with all that is in it; none is no error."""
    folder = directory / FOLDER
    if not folder.is_dir():
        return
    for name in sorted(os.listdir(folder)):
        files.remove(folder / name)
    files.remove_directory(folder)
    files.sync_directory(directory)
