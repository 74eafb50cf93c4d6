"""Who enters the study when, who drops out, and until which day each person can be followed.

Entry is uniform over the accrual period and drop-out exponential in time since entry; both are draws addressed by
(seed, person number), so that a person's days depend neither on the batch nor on how many others there are. The number
is the person's place in the study: the twins of a place enter and drop out on the same days in every arm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paget.body import decisions
from paget.compute.random import exponential, uniform
from paget.trial.survival import Floats


@dataclass(frozen=True)
class Calendar:
    """When persons are observed, (n,) each.

    entry: study day of enrolment, 0 for the first possible. cutoff and drop_out: days since the person's own entry, at
    which the data are cut off and contact is lost (infinite: never).
    """

    entry: Floats
    cutoff: Floats
    drop_out: Floats

    @property
    def end(self) -> Floats:
        """Last day since entry on which the person is observed."""
        return np.minimum(self.cutoff, self.drop_out)


def calendar(
    seed: int, persons: NDArray[np.int64], *, accrual_days: float, follow_up_days: float, drop_out_rate: float
) -> Calendar:
    """Days of the numbered persons.

    accrual_days: length of the period of enrolment. follow_up_days: from its end to the cut-off of the data, so that
    the first person is followed longest. drop_out_rate: hazard per day of losing contact (0: nobody is lost).
    """
    entry = accrual_days * np.array([uniform(seed, int(person), 0, decisions.ENTRY_DAY, 0) for person in persons])
    lost = np.full(len(entry), np.inf)
    if drop_out_rate > 0.0:
        waits = [exponential(seed, int(person), 0, decisions.DROP_OUT, 0) for person in persons]
        lost = np.array(waits, np.float64) / drop_out_rate
    return Calendar(entry, accrual_days + follow_up_days - entry, lost)


def drop_out_rate(share: float, days: float) -> float:
    """Hazard per day by which `share` of persons (below 1) would be lost within `days`: -ln(1 - share) / days."""
    return float(-np.log1p(-share) / days)
