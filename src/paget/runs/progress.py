"""Progress: a bar with rate and time left on a terminal, one line per saved batch when piped."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TextIO

Phase = Literal["compiling", "computing", "writing tables"]


@dataclass(frozen=True)
class Progress:
    """How far a run is, in units: computed, saved for good, in all; and seconds since this process began."""

    phase: Phase
    computed: int
    saved: int
    total: int
    seconds: float


@contextlib.contextmanager
def progress_display(unit: str = "units", stream: TextIO | None = None) -> Iterator[Callable[[Progress], None]]:
    """A function that shows each Progress on the stream (standard error) in the way that fits it."""
    target = stream or sys.stderr
    if target.isatty():
        with _bar(unit, target) as show:
            yield show
    else:
        yield _Lines(unit, target)


class _Lines:
    """One line for each step of `saved`, rates counted from the first."""

    def __init__(self, unit: str, stream: TextIO) -> None:
        self._unit = unit
        self._stream = stream
        self._first: Progress | None = None
        self._shown: tuple[str, int] | None = None

    def __call__(self, event: Progress) -> None:
        if self._first is None or self._first.phase != "computing":
            self._first = event
        if self._shown == (event.phase, event.saved):
            return
        self._shown = (event.phase, event.saved)
        # A reader that has gone away (a closed pipe) is no reason to end a run.
        with contextlib.suppress(BrokenPipeError, ValueError):
            print(self._line(event, self._first), file=self._stream, flush=True)

    def _line(self, event: Progress, first: Progress) -> str:
        head = f"{event.phase}: {event.saved} of {event.total} {self._unit}"
        pace = rate(event.saved - first.saved, event.seconds - first.seconds)
        if event.phase != "computing" or pace is None:
            return head
        return f"{head}, {pace:.3g}/s, {duration((event.total - event.saved) / pace)} left"


@contextlib.contextmanager
def _bar(unit: str, stream: TextIO) -> Iterator[Callable[[Progress], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(f"{unit} {{task.fields[rate]}}"),
        TimeRemainingColumn(),
    )
    with Bars(*columns, console=Console(file=stream)) as bars:
        task = bars.add_task("starting", total=None, rate="")
        begun: list[Progress] = []

        def show(event: Progress) -> None:
            if event.phase == "computing":
                begun.append(event)
                del begun[1:]
            pace = rate(event.computed - begun[0].computed, event.seconds - begun[0].seconds) if begun else None
            bars.update(
                task,
                description=event.phase,
                completed=event.computed,
                total=event.total,
                rate=f"{pace:.3g}/s" if pace else "",
            )

        yield show


def rate(units: int, seconds: float) -> float | None:
    """Units per second; None while there is nothing to tell it from."""
    return units / seconds if units > 0 and seconds > 0 else None


def duration(seconds: float) -> str:
    """Seconds as 45 s, 12 min 5 s or 3 h 20 min."""
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    hours, minutes_rest = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes_rest} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
