"""From a job to the tables of its run directory: launches, parts, compaction."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from paget.errors import InputError, PagetError
from paget.runs import files, parts
from paget.runs.batches import BatchSize
from paget.runs.compaction import compact
from paget.runs.directory import RunDirectory
from paget.runs.executors import EXECUTORS
from paget.runs.interruption import Stop, interruptible
from paget.runs.job import Job, coalesce, missing_ranges, tables_hash
from paget.runs.manifest import RESERVED
from paget.runs.progress import Progress
from paget.runs.saving import PART_SECONDS, Saver

_log = logging.getLogger(__name__)

Report = Callable[[Progress], None]


def execute(
    job: Job,
    run: RunDirectory,
    *,
    manifest: Mapping[str, Any] | None = None,
    executor: str = "local",
    threads: int = 1,
    batch: int | None = None,
    progress: Report | None = None,
    part_seconds: float = PART_SECONDS,
) -> None:
    """Compute what the run lacks, save it in parts and compact them into `<table>.parquet`.

    `manifest` are entries to keep in manifest.json (seeds, …); `threads` is the number of worker processes of the
    executor "processes"; `batch` fixes the units of a launch, each then saved as a part of its own, otherwise a
    launch lasts about half a second and a part gathers about `part_seconds` of them. What `progress` was told as
    saved survives any crash.

    Raises KeyboardInterrupt after the first Ctrl-C (state "interrupted"), PagetError if the disk is full, InputError
    if the run was started with other units or tables.
    """
    if run.manifest.compacted:
        _clear_parts(run)
        return
    _admit(job, run, executor, manifest or {})
    report = progress or (lambda event: None)
    saver = Saver(job, run, report, 0.0 if batch else part_seconds)
    try:
        with interruptible() as stop:
            _compute(job, run, saver, BatchSize(batch), executor, threads, stop)
            _compact(job, run, report, stop)
    except BaseException as error:
        _record_failure(run, saver, error)
        raise


def _admit(job: Job, run: RunDirectory, executor: str, extra: Mapping[str, Any]) -> None:
    if executor not in EXECUTORS:
        raise InputError(
            f"there is no executor {executor!r}", field="executor", remedy=f"Choose one of {', '.join(EXECUTORS)}."
        )
    if clash := RESERVED & extra.keys():
        raise ValueError(f"manifest entries {sorted(clash)} are the run directory's own")
    state, tables = run.manifest, tables_hash(job)
    if (state.units, state.tables_hash) not in ((None, None), (job.count, tables)):
        raise InputError(
            f"cannot resume the run in {run.path}: it has {state.units} units of other tables or number",
            remedy="Start a new run in another folder with -o.",
        )
    folder = run.path / parts.FOLDER
    if not folder.is_dir():
        files.make_directory(folder)
    files.remove_partials(folder)
    done = coalesce(parts.parts_done(run.path))
    run.record(units=job.count, tables_hash=tables, keys=job.keys, done=tuple(done), extra={**state.extra, **extra})


def _compute(
    job: Job, run: RunDirectory, saver: Saver, size: BatchSize, executor: str, threads: int, stop: Stop
) -> None:
    missing = missing_ranges(list(run.manifest.done), job.count)
    if not missing:
        return
    _log.info("computing units %s with the executor %s", missing, executor)
    saver.report("compiling")
    began = time.perf_counter()
    if job.warm is not None:
        job.warm(job.payload)
    saver.time("compilation", time.perf_counter() - began)
    saver.begin()
    with contextlib.closing(EXECUTORS[executor](job, missing, size, stop, threads)) as finished:
        for done in finished:
            saver.add(done)
    saver.flush()
    stop.check()


def _compact(job: Job, run: RunDirectory, report: Report, stop: Stop) -> None:
    began = time.perf_counter()
    report(Progress("writing tables", job.count, job.count, job.count, 0.0))
    rows = compact(run.path, job.tables, stop.check)
    timings = {**run.manifest.timings, "compaction": round(time.perf_counter() - began, 3)}
    run.record(compacted=True, rows=rows, timings=timings)
    _clear_parts(run)
    _log.info("tables written: %s", rows)


def _clear_parts(run: RunDirectory) -> None:
    if not run.done:
        parts.remove_parts(run.path)


def _record_failure(run: RunDirectory, saver: Saver, error: BaseException) -> None:
    """Save what is computed and say in the manifest why the run ended, as far as the disk lets us."""
    interrupted = isinstance(error, KeyboardInterrupt)
    try:
        saver.flush()
        if interrupted:
            run.record(state="interrupted")
        else:
            run.record(state="failed", error=f"{type(error).__name__}: {error}")
    except PagetError as second:
        _log.warning("manifest.json could not be brought up to date: %s", second)
    _log.log(logging.WARNING if interrupted else logging.ERROR, "run ended: %r", error)
