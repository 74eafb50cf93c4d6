"""Executors: where launches run. Each yields finished launches, in any order, until all are done or a stop is asked.

An executor is a function (job, ranges, size, stop, workers) -> generator of Launch.
"""

from __future__ import annotations

import contextlib
import os
import pickle
from collections.abc import Callable, Generator, Iterator
from typing import TYPE_CHECKING, Any

from paget.errors import PagetError
from paget.runs.batches import BatchSize, launches
from paget.runs.interruption import Stop
from paget.runs.job import Job, Launch, Range, launch

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

Executor = Callable[[Job, list[Range], BatchSize, Stop, int], Generator[Launch]]

_AHEAD = 2
_THREAD_VARIABLES = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def task_threads(executor: str, threads: int) -> int:
    """How many threads the task itself may use, to be put into the payload: one in a worker process."""
    return 1 if executor == "processes" else threads


def local(job: Job, ranges: list[Range], size: BatchSize, stop: Stop, workers: int) -> Generator[Launch]:
    """One launch after another in this process; the task may use threads."""
    for start, end in launches(ranges, size):
        if stop.requested:
            return
        done = launch(job.task, job.payload, start, end)
        size.observe(end - start, done.seconds)
        yield done


def processes(job: Job, ranges: list[Range], size: BatchSize, stop: Stop, workers: int) -> Generator[Launch]:
    """Launches in spawned worker processes, one thread each."""
    from concurrent.futures.process import BrokenProcessPool

    with _pool(job, workers) as pool:
        try:
            yield from _stream(pool, launches(ranges, size, workers), size, stop, workers * _AHEAD)
        except BrokenProcessPool as error:
            if stop.requested:
                return
            raise PagetError(
                "A worker process ended unexpectedly, perhaps for want of memory. "
                "What was saved so far is safe: continue with --resume and fewer --threads."
            ) from error


@contextlib.contextmanager
def _pool(job: Job, workers: int) -> Iterator[ProcessPoolExecutor]:
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    work = pickle.dumps((job.task, job.payload))
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin_worker, initargs=(work,))
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _stream(
    pool: ProcessPoolExecutor, pieces: Iterator[Range], size: BatchSize, stop: Stop, ahead: int
) -> Iterator[Launch]:
    from concurrent.futures import FIRST_COMPLETED, wait

    running: set[Future[Launch]] = set()
    while True:
        while len(running) < ahead and not stop.requested and (piece := next(pieces, None)):
            running.add(pool.submit(_work, *piece))
        if not running:
            return
        if stop.requested:
            running = {future for future in running if not future.cancel()}
        finished, running = wait(running, return_when=FIRST_COMPLETED)
        for future in sorted(finished, key=lambda future: future.result().start):
            done = future.result()
            size.observe(done.stop - done.start, done.seconds)
            yield done


_worker: dict[str, Any] = {}


def _begin_worker(work: bytes) -> None:
    """Prepare a worker: one thread, no Ctrl-C of its own, and an end when the parent ends, however that happens."""
    import signal
    import threading

    os.environ.update(dict.fromkeys(_THREAD_VARIABLES, "1"), OMP_WAIT_POLICY="passive")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _worker["task"], _worker["payload"] = pickle.loads(work)


def _end_with_parent() -> None:
    import multiprocessing

    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(start: int, stop: int) -> Launch:
    return launch(_worker["task"], _worker["payload"], start, stop)


EXECUTORS: dict[str, Executor] = {"local": local, "processes": processes}
