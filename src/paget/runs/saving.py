"""Launches gathered into parts: few files for a long run, little lost when it is killed."""

from __future__ import annotations

import time
from collections.abc import Callable

from paget.runs import parts
from paget.runs.directory import RunDirectory
from paget.runs.job import Job, Launch, coalesce, conform
from paget.runs.progress import Phase, Progress

PART_SECONDS = 5.0
PART_BYTES = 64_000_000


class Saver:
    """Holds finished launches and saves them as parts, every few seconds or 64 MB."""

    def __init__(self, job: Job, run: RunDirectory, progress: Callable[[Progress], None], part_seconds: float) -> None:
        self._job = job
        self._run = run
        self._progress = progress
        self._part_seconds = part_seconds
        self._pending: list[Launch] = []
        self._pending_bytes = 0
        self._began = self._last_flush = time.perf_counter()
        self._computed = self._saved = sum(stop - start for start, stop in run.manifest.done)
        self._timings = dict(run.manifest.timings)

    def add(self, launch: Launch) -> None:
        """Take a finished launch over."""
        tables = {name: conform(launch.tables[name], schema) for name, schema in self._job.tables.items()}
        self._pending.append(Launch(launch.start, launch.stop, tables, launch.seconds))
        self._pending_bytes += sum(table.nbytes for table in tables.values())
        self._computed += launch.stop - launch.start
        if self._is_due():
            self.flush()
        else:
            self.report("computing")

    def _is_due(self) -> bool:
        return time.perf_counter() - self._last_flush >= self._part_seconds or self._pending_bytes >= PART_BYTES

    def flush(self) -> None:
        """Save all that is held, one part per contiguous stretch of units."""
        if not self._pending:
            return
        launches = sorted(self._pending, key=lambda launch: launch.start)
        ranges = coalesce([(launch.start, launch.stop) for launch in launches])
        for start, stop in ranges:
            self._write(start, stop, [launch for launch in launches if start <= launch.start < stop])
        self._saved += sum(stop - start for start, stop in ranges)
        self._pending, self._pending_bytes = [], 0
        now = time.perf_counter()
        self.time("computation", now - self._last_flush)
        self._last_flush = now
        self._run.record(
            done=tuple(coalesce([*self._run.manifest.done, *ranges])),
            batches=self._run.manifest.batches + len(launches),
            timings=dict(self._timings),
        )
        self.report("computing")

    def _write(self, start: int, stop: int, launches: list[Launch]) -> None:
        import pyarrow as pa

        tables = {name: pa.concat_tables([launch.tables[name] for launch in launches]) for name in self._job.tables}
        parts.write_part(self._run.path, start, stop, tables)

    def time(self, name: str, seconds: float) -> None:
        """Add seconds to an entry of the manifest's timings."""
        self._timings[name] = round(self._timings.get(name, 0.0) + seconds, 3)

    def begin(self) -> None:
        """Count the time of computation from here."""
        self._last_flush = time.perf_counter()
        self.report("computing")

    def report(self, phase: Phase) -> None:
        """Tell how far the run is."""
        seconds = time.perf_counter() - self._began
        self._progress(Progress(phase, self._computed, self._saved, self._job.count, seconds))
