"""Effect of a treatment that begins during follow-up: two analyses of the same persons.

    naive       group at the end of follow-up, counted from diagnosis. Who dies before the treatment can't be in its
                group, so the time until then is credited to it: immortal time (Suissa 2008,
                doi:10.1093/aje/kwm324).
    landmark    who is in follow-up at a fixed day, by the group reached until then, counted from that day
                (Anderson, Cain and Gelber 1983, doi:10.1200/JCO.1983.1.11.710). Later changes of group are ignored.

A group is a level of treatment such as a dose: level k from day reached[:, k - 1] on, level 0 before. One column is
ever treated against never. Neither takes out that treated persons differ from others before the treatment.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from paget.trial.proportional_hazards import HazardRatio, hazard_ratios
from paget.trial.survival import Floats


def naive(time: Floats, event: NDArray[np.bool_], reached: Floats, groups: Sequence[str]) -> tuple[HazardRatio, ...]:
    """Hazard ratio of each level ever reached against none.

    time: (n,) days from diagnosis to death or end of follow-up; event: (n,) whether it was death; reached: (n, levels)
    days on which the levels begin, in order, NaN for never; groups: level 0 and the others by name.
    """
    return hazard_ratios(time, event, _level(reached, np.asarray(time, np.float64), groups), groups)


def landmark(
    time: Floats, event: NDArray[np.bool_], reached: Floats, groups: Sequence[str], day: float
) -> tuple[HazardRatio, ...]:
    """Hazard ratios of the levels reached by `day`, among those still followed after it; arguments as in `naive`."""
    here = np.asarray(time) > day
    level = _level(reached[here], np.full(int(np.count_nonzero(here)), day), groups)
    return hazard_ratios(np.asarray(time)[here] - day, np.asarray(event)[here], level, groups)


def _level(reached: Floats, day: Floats, groups: Sequence[str]) -> NDArray[np.str_]:
    """Name of the level reached by a day of each person."""
    return np.array(groups, np.str_)[np.count_nonzero(reached <= day[:, None], axis=1)]
