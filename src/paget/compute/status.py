"""How a kernel says what went wrong: one code per index, raised on the host."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Status(IntEnum):
    """Outcome of one index of a kernel; compiled code writes the number."""

    OK = 0
    NOT_FINITE = 1
    """A quantity became infinite or NaN."""
    CAPACITY = 2
    """An array of fixed length was full and no merge rule applied."""
    NO_CANDIDATE = 3
    """No draw fulfilled a condition within the allowed number of tries."""
    OUT_OF_TIME = 4
    """The allowed number of steps ended before the index was done."""


def first_failure(status: NDArray) -> tuple[int, Status] | None:
    """Return the lowest index whose status is not OK, with that status; None when all are OK.

    Parameters
    ----------
    status
        Status per index, shape [count].
    """
    failed = status.nonzero()[0]
    if not len(failed):
        return None
    index = int(failed[0])
    return index, Status(int(status[index]))
