"""The same tables whatever the executor, the batch size and the number of workers."""

from __future__ import annotations

import json
from pathlib import Path

import dummy_job
import pyarrow.parquet as pq
import pytest

from paget import runs
from paget.errors import InputError
from paget.runs import compaction


@pytest.mark.parametrize("batch", [1, 7, 60, None])
def test_batch_size_leaves_no_trace(tmp_path: Path, same_as_reference, batch):
    dummy_job.run(tmp_path / "run", dummy_job.make_job(), batch=batch)
    same_as_reference(tmp_path / "run")


@pytest.mark.parametrize(("workers", "batch"), [(1, 7), (2, None), (2, 5)])
def test_worker_processes_agree_with_one_process(tmp_path: Path, same_as_reference, workers, batch):
    dummy_job.run(tmp_path / "run", dummy_job.make_job(), executor="processes", threads=workers, batch=batch)
    same_as_reference(tmp_path / "run")


def test_tables_hold_the_rows_of_the_task_in_unit_order(reference: Path):
    whole = dummy_job.task(dummy_job.Payload(), 0, 60)
    for name, table in whole.items():
        read = pq.read_table(reference / f"{name}.parquet")
        assert read.schema.equals(dummy_job.TABLES[name])
        assert str(read.to_pylist()) == str(table.to_pylist())


def test_row_groups_do_not_depend_on_parts(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(compaction, "ROW_GROUP_ROWS", 64)
    for batch in (7, 60):
        dummy_job.run(tmp_path / str(batch), dummy_job.make_job(), batch=batch)
    assert (tmp_path / "7/lesions.parquet").read_bytes() == (tmp_path / "60/lesions.parquet").read_bytes()
    metadata = pq.read_metadata(tmp_path / "7/lesions.parquet")
    sizes = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
    assert len(sizes) > 1
    assert set(sizes[:-1]) == {64}


def test_no_units_give_empty_tables(tmp_path: Path):
    with runs.prepare(tmp_path / "run", fingerprint=dummy_job.FINGERPRINT, scenario_text="") as opened:
        runs.execute(dummy_job.make_job(0), opened)
    assert pq.read_table(tmp_path / "run/lesions.parquet").num_rows == 0


def test_manifest_tells_what_was_done(reference: Path):
    manifest = json.loads((reference / "manifest.json").read_text())
    assert manifest["state"] == "done"
    assert manifest["done"] == [[0, 60]]
    assert (manifest["scenario_hash"], manifest["seed"], manifest["device"]) == ("aa", 1, "cpu")
    assert manifest["rows"]["subjects"] == 60
    assert set(manifest["timings"]) == {"compilation", "computation", "compaction"}


def test_failing_task_keeps_what_is_done_and_can_be_resumed(tmp_path: Path, same_as_reference):
    with pytest.raises(RuntimeError, match="unit 33 failed"):
        dummy_job.run(tmp_path / "run", dummy_job.make_job(fails_at=33), batch=10)
    manifest = runs.read_manifest(tmp_path / "run")
    assert (manifest.state, manifest.done) == ("failed", ((0, 30),))
    assert "unit 33" in str(manifest.error)
    dummy_job.run(tmp_path / "run", dummy_job.make_job(), batch=11, resume=True)
    same_as_reference(tmp_path / "run")


def test_failing_worker_task_shows_its_own_error(tmp_path: Path):
    with pytest.raises(RuntimeError, match="unit 33 failed"):
        dummy_job.run(tmp_path / "run", dummy_job.make_job(fails_at=33), executor="processes", threads=2, batch=10)


def test_warm_runs_once_in_the_parent(tmp_path: Path):
    warmed = []
    job = runs.Job(dummy_job.task, dummy_job.Payload(), 20, dummy_job.TABLES, warm=warmed.append)
    dummy_job.run(tmp_path / "run", job, executor="processes", threads=2)
    assert warmed == [dummy_job.Payload()]


def test_saved_units_only_grow_and_end_at_all(tmp_path: Path):
    events: list[runs.Progress] = []
    dummy_job.run(tmp_path / "run", dummy_job.make_job(), batch=20, progress=events.append)
    assert [event.saved for event in events if event.phase == "computing"] == [0, 20, 40, 60]
    assert events[-1].phase == "writing tables"


def test_unknown_executor_is_refused(tmp_path: Path):
    with pytest.raises(InputError, match="Choose one of local, processes"):
        dummy_job.run(tmp_path / "run", dummy_job.make_job(), executor="cloud")
