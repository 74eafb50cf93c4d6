"""How many units one launch takes."""

from __future__ import annotations

from collections.abc import Iterator

from paget.runs.job import Range

LAUNCH_SECONDS = 0.5
_FIRST_UNITS = 16


class BatchSize:
    """A fixed size, or one that doubles from 16 units until a launch lasts about half a second."""

    def __init__(self, fixed: int | None) -> None:
        self.units = fixed or _FIRST_UNITS
        self._adapts = fixed is None

    def observe(self, units: int, seconds: float) -> None:
        """Learn from a launch of so many units that lasted so long; never more than double."""
        if not self._adapts:
            return
        wanted = units * LAUNCH_SECONDS / seconds if seconds > 0 else 2 * units
        if wanted >= units:
            self.units = max(self.units, int(min(wanted, 2 * units)))
        else:
            self.units = max(1, int(wanted))

    def within(self, left: int, workers: int) -> int:
        """The units of the next launch when so many are left: towards the end every worker gets a share."""
        if not self._adapts:
            return min(self.units, left)
        return max(1, min(self.units, -(-left // workers)))


def launches(ranges: list[Range], size: BatchSize, workers: int = 1) -> Iterator[Range]:
    """Cut ranges into launches, asking for the size anew each time."""
    left = sum(stop - start for start, stop in ranges)
    for start, stop in ranges:
        while start < stop:
            end = min(stop, start + size.within(left, workers))
            yield start, end
            left -= end - start
            start = end
