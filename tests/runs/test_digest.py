"""The digest sees content and nothing else."""

from __future__ import annotations

import math
import shutil
import struct
from pathlib import Path

import dummy_job
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from paget import runs
from paget.errors import InputError, PagetError
from paget.runs.digest import table_digest


def rewrite(path: Path, **options: object) -> None:
    pq.write_table(pq.read_table(path), path, **options)


def digest_of(tmp_path: Path, *arrays: pa.Array | pa.ChunkedArray, **options: object) -> str:
    path = tmp_path / "table.parquet"
    pq.write_table(pa.table(list(arrays), names=[f"c{place}" for place in range(len(arrays))]), path, **options)
    return table_digest(path)


def test_layout_of_the_files_makes_no_difference(tmp_path: Path, reference: Path):
    copy = tmp_path / "copy"
    shutil.copytree(reference, copy)
    before = (copy / "lesions.parquet").read_bytes()
    rewrite(copy / "lesions.parquet", row_group_size=10, compression="snappy", use_dictionary=False)
    assert (copy / "lesions.parquet").read_bytes() != before
    (copy / "report.html").write_text("other")
    summary = copy / "summary.json"
    summary.write_text("\n " + summary.read_text())
    assert runs.digest(copy) == runs.digest(reference)


def test_one_changed_value_makes_a_difference(tmp_path: Path, reference: Path):
    changed = dummy_job.run(tmp_path / "run", dummy_job.make_job(changed_unit=17))
    assert changed != runs.digest(reference)


def test_summary_and_tables_count(tmp_path: Path, reference: Path):
    for name, change in {
        "summary.json": lambda path: path.write_text('{"mean_age": 1}'),
        "rare.parquet": lambda path: path.unlink(),
        "subjects.parquet": lambda path: path.rename(path.with_name("people.parquet")),
    }.items():
        copy = tmp_path / name
        shutil.copytree(reference, copy)
        change(copy / name)
        assert runs.digest(copy) != runs.digest(reference)


def test_all_nan_are_one_but_zeros_have_signs(tmp_path: Path):
    other_nan = struct.unpack("<d", struct.pack("<Q", 0xFFF8_0000_0000_0001))[0]
    assert digest_of(tmp_path, pa.array([math.nan])) == digest_of(tmp_path, pa.array([other_nan]))
    assert digest_of(tmp_path, pa.array([0.0])) != digest_of(tmp_path, pa.array([-0.0]))


def test_nulls_texts_and_lists_are_told_apart(tmp_path: Path):
    texts = [["ab", "c"], ["a", "bc"], ["ab", None], ["ab", ""], [None, "ab"]]
    lists = [[[1, 2], [3]], [[1], [2, 3]], [[1, 2, 3], []], [[1, 2, 3], None]]
    arrays = [pa.array(value) for value in texts] + [pa.array(value, pa.list_(pa.int64())) for value in lists]
    arrays += [pa.array([0, 1]), pa.array([None, 1], pa.int64()), pa.array([0, 1], pa.int32()), pa.array([True, False])]
    assert len({digest_of(tmp_path, array) for array in arrays}) == len(arrays)


def test_a_dictionary_is_its_texts(tmp_path: Path):
    plain = pa.array(["b", "a", None, "b"])
    assert digest_of(tmp_path, plain) == digest_of(tmp_path, plain.dictionary_encode())
    assert digest_of(tmp_path, plain) == digest_of(tmp_path, plain.cast(pa.large_string()))


def test_row_order_and_column_names_count(tmp_path: Path):
    assert digest_of(tmp_path, pa.array([1, 2])) != digest_of(tmp_path, pa.array([2, 1]))
    path = tmp_path / "named.parquet"
    pq.write_table(pa.table({"other": [1, 2]}), path)
    assert table_digest(path) != digest_of(tmp_path, pa.array([1, 2]))


def test_dates_have_a_digest_and_structures_do_not(tmp_path: Path):
    days = pa.array([1, None], pa.date32())
    assert digest_of(tmp_path, days) != digest_of(tmp_path, pa.array([2, None], pa.date32()))
    with pytest.raises(PagetError, match="not defined"):
        digest_of(tmp_path, pa.array([{"a": 1}]))


def test_unfinished_and_missing_runs_have_none(tmp_path: Path):
    with pytest.raises(InputError, match="not a run directory"):
        runs.digest(tmp_path)
    runs.prepare(tmp_path / "run", fingerprint=dummy_job.FINGERPRINT, scenario_text="").close()
    with pytest.raises(InputError, match="not finished"):
        runs.digest(tmp_path / "run")
