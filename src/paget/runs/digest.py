"""The digest of a run: SHA-256 over what its tables and summary say, not over how the files are laid out.

Each column is hashed as three streams (which values are there, lengths of texts and lists, values), so that row
groups, dictionaries and compression make no difference. All NaN are one NaN; a value behind a null counts as zero.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paget.errors import InputError, PagetError
from paget.runs.manifest import read_manifest

if TYPE_CHECKING:
    import pyarrow as pa

SUMMARY = "summary.json"


def digest(directory: str | Path) -> str:
    """SHA-256, in hexadecimal, of the canonical content of all tables and summary.json of a finished run.

    manifest.json, log.txt and report.html are left out. InputError if the run is not finished.
    """
    path = Path(directory)
    if read_manifest(path).state != "done":
        raise InputError(f"the run in {path} is not finished", remedy="Finish it with --resume first.")
    lines = [f"{table.stem} {table_digest(table)}" for table in sorted(path.glob("*.parquet"))]
    if (path / SUMMARY).exists():
        lines.append(f"{SUMMARY} {_sha(canonical_json((path / SUMMARY).read_bytes()))}")
    return _sha("\n".join(lines).encode())


def canonical_json(text: bytes) -> bytes:
    """The same document with sorted keys and without optional white space."""
    document = json.loads(text)
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def table_digest(path: Path) -> str:
    """SHA-256 of column names, types and values, in order, of one Parquet file."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        schema = file.schema_arrow
        columns = [_ColumnHash() for _ in schema]
        for batch in file.iter_batches():
            for column, array in zip(columns, batch.columns, strict=True):
                column.update(array)
    described = (
        f"{field.name} {_type_name(field.type)} {column.hexdigest()}"
        for field, column in zip(schema, columns, strict=True)
    )
    return _sha("\n".join(described).encode())


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _type_name(kind: pa.DataType) -> str:
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        return _type_name(kind.value_type)
    return str(kind).removeprefix("large_")


class _ColumnHash:
    """Running hashes of a column's validity, lengths and values."""

    def __init__(self) -> None:
        self._streams: dict[str, Any] = {}

    def update(self, array: pa.Array) -> None:
        """Add the next values."""
        for name, content in _canonical_streams(array, ""):
            self._streams.setdefault(name, hashlib.sha256()).update(content)

    def hexdigest(self) -> str:
        """The hash of all streams together."""
        return _sha("\n".join(f"{name} {self._streams[name].hexdigest()}" for name in sorted(self._streams)).encode())


def _canonical_streams(array: pa.Array, prefix: str) -> list[tuple[str, bytes]]:
    import pyarrow as pa

    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    present = (f"{prefix}present", array.is_valid().cast("uint8").to_numpy(zero_copy_only=False).tobytes())
    if pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
        return [present, _lengths(array, prefix), *_canonical_streams(array.flatten(), f"{prefix}item.")]
    if _is_text(array.type):
        return [present, _lengths(array, prefix), (f"{prefix}value", _text_bytes(array))]
    return [present, (f"{prefix}value", _number_bytes(array))]


def _is_text(kind: pa.DataType) -> bool:
    import pyarrow as pa

    tests = (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary)
    return any(test(kind) for test in tests)


def _lengths(array: pa.Array, prefix: str) -> tuple[str, bytes]:
    import pyarrow.compute as pc

    measure = pc.binary_length if _is_text(array.type) else pc.list_value_length  # pyright: ignore[reportAttributeAccessIssue]
    lengths = measure(array).fill_null(0).cast("int64").to_numpy(zero_copy_only=False)
    return f"{prefix}length", lengths.astype("<i8").tobytes()


def _text_bytes(array: pa.Array) -> bytes:
    import numpy as np

    texts = array.drop_null().cast("large_binary")
    _, offsets_buffer, values = texts.buffers()
    if len(texts) == 0 or values is None:
        return b""
    offsets = np.frombuffer(offsets_buffer, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    return bytes(memoryview(values)[offsets[0] : offsets[-1]])


def _number_bytes(array: pa.Array) -> bytes:
    import numpy as np
    import pyarrow as pa

    kind = array.type
    if pa.types.is_boolean(kind):
        array = array.cast("uint8")
    elif pa.types.is_temporal(kind):
        array = array.view("int32" if kind.bit_width == 32 else "int64")
    elif not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        raise PagetError(f"The digest of a column of type {kind} is not defined.")
    values = array.fill_null(0).to_numpy(zero_copy_only=False)
    if values.dtype.kind == "f":
        values = np.where(np.isnan(values), values.dtype.type(np.nan), values)
    return values.astype(values.dtype.newbyteorder("<")).tobytes()
