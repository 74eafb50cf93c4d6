"""Survival by the dose of radiation that patients lived to receive, and what becomes of it in three analyses.

A registry groups patients by the dose received and counts from diagnosis (`naive`): who dies before or during
radiation can't be in the group of a high dose, so that the dose takes the credit for the life that it needed (immortal
time; trial/landmark.py). A landmark after the time in which the whole course can be given takes that out. Where the run
has arms of the same persons in which the dose of a group, and none, was planned from the start, their ratio is what
the dose does (`planned`); it counts who did not live to receive it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from paget.knowledge.published_arms import PublishedArm
from paget.trial.endpoints import CohortView
from paget.trial.landmark import landmark, naive
from paget.trial.proportional_hazards import HazardRatio, hazard_ratio
from paget.trial.protocol import fraction_days
from paget.trial.study_arms import Given
from paget.trial.survival import Floats

NO_RADIATION = "no radiation"


@dataclass(frozen=True)
class DoseEffect:
    """Hazard of a dose group over that without radiation; day: of the landmark; planned: None without such arms."""

    naive: HazardRatio
    landmark: HazardRatio
    day: float
    planned: HazardRatio | None

    @property
    def text(self) -> str:
        """The analyses beside the naive one in words."""
        parts = [f"naive; alive on day {self.day:g}, by the dose received until then: {_shown(self.landmark)}"]
        if self.planned is not None:
            parts.append(f"dose against none planned in the same persons: {_shown(self.planned)}")
        return "; ".join(parts)


def _shown(ratio: HazardRatio) -> str:
    return ratio.note or f"{ratio.value:.2f} ({ratio.low:.2f} to {ratio.high:.2f})"


def dose_effects(
    views: Mapping[str, CohortView], arms: Mapping[str, Given], arm: str, groups: Sequence[PublishedArm]
) -> dict[str, DoseEffect]:
    """Effect in each group of one arm, by the published arm's name; groups: in ascending order of dose.

    Empty where the first line of the arm has no radiation.
    """
    view, here = views[arm], arms[arm]
    if here.beam is None:
        return {}
    reached = reached_days(view, here, [group.received_low_gy or 0.0 for group in groups])
    names = (NO_RADIATION, *(group.arm for group in groups))
    time, event = _times(view)
    first = reached[:, 0]
    begun = first[~np.isnan(first)]
    day = float(np.ceil(np.median(begun) + len(fraction_days(here.beam)))) if len(begun) else 0.0
    simple, late = naive(time, event, reached, names), landmark(time, event, reached, names, day)
    return {
        group.arm: DoseEffect(one, other, day, _planned(views, arms, group))
        for group, one, other in zip(groups, simple, late, strict=True)
    }


def reached_days(view: CohortView, here: Given, lows: Sequence[float]) -> Floats:
    """Day on the clock of the study on which each dose (Gy) was reached, (n, doses); NaN: never. A low of 0: any."""
    beam = here.beam
    received = view.subjects["RADIATION_GY"].to_numpy(np.float64)
    begun = here.delay_days + (view.subjects["ENROLMENT_DAY"].to_numpy(np.float64) if here.from_diagnosis else 0.0)
    if beam is None:
        return np.full((len(received), len(lows)), np.nan)
    given = np.cumsum(fraction_days(beam)) * (beam.dose_gy / beam.fractions)
    least = np.finfo(np.float32).eps * beam.dose_gy
    columns = []
    for low in lows:
        # Sums of fractions miss a limit by their rounding; no dose at all is none.
        limit = max(low - least, least)
        day = begun + np.searchsorted(given, limit)
        columns.append(np.where(received >= limit, day, np.nan))
    return np.stack(columns, axis=1)


def _times(view: CohortView) -> tuple[Floats, np.ndarray]:
    return view.overall["AVAL"].to_numpy(np.float64), view.overall["CNSR"].to_numpy() == 0


def _planned(views: Mapping[str, CohortView], arms: Mapping[str, Given], group: PublishedArm) -> HazardRatio | None:
    """Arm that plans a dose of the group against an arm that gives nothing; None where the run lacks one of them."""
    low, high = group.received_low_gy or 0.0, group.received_high_gy or np.inf
    nothing = next((name for name, here in arms.items() if not (here.drugs or here.dose_gy or here.operated)), None)
    dosed = next((name for name, here in arms.items() if here.dose_gy > 0.0 and low <= here.dose_gy < high), None)
    if nothing is None or dosed is None:
        return None
    (control, died), (treated, lost) = _times(views[nothing]), _times(views[dosed])
    mark = np.concatenate([np.zeros(len(control), bool), np.ones(len(treated), bool)])
    return hazard_ratio(np.concatenate([control, treated]), np.concatenate([died, lost]), mark)
