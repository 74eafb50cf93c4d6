"""The course of a drug in one person under a regimen, for pages and tests; the daily loop calls the same functions."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np

from paget.compute import kernel
from paget.errors import InputError
from paget.knowledge.regimen import Regimen
from paget.therapy.pharmacokinetics import (
    DISPOSITION,
    HOURS_PER_DAY,
    INPUT_COLUMNS,
    INPUTS,
    MODE_ROWS,
    TIE,
    draw_disposition,
    give_iv,
    give_oral,
    pk_day,
)


@dataclass(frozen=True)
class ExposureCourse:
    """Unbound concentrations (nmol/L): `parts` (days, substeps) means, and mean, peak and trough of each day."""

    parts: np.ndarray
    mean: np.ndarray
    peak: np.ndarray
    trough: np.ndarray


@kernel
def _following(i, doses, iv, hours, state, inputs, modes, drug, sizes, parts, days, seed, resolution, vanishing):
    """Give the doses, rows of day, hour and mg in order, and follow the drug."""
    draw_disposition(state[i], drug[i], sizes[0], sizes[1], i, seed)
    given = 0
    for day in range(parts.shape[0]):
        while given < doses.shape[0] and doses[given, 0] <= day:
            if iv:
                give_iv(inputs, doses[given, 1], doses[given, 2], hours)
            else:
                give_oral(inputs, drug[i], doses[given, 1], doses[given, 2])
            given += 1
        mean, peak, trough = pk_day(state[i], inputs, modes, parts[day], drug[i], resolution, vanishing)
        days[day, 0] = mean
        days[day, 1] = peak
        days[day, 2] = trough


def exposure_course(
    drug: np.ndarray, given: Regimen, days: int, substeps: int, weight: float, surface: float, first_hour: float = 0.0
) -> ExposureCourse:
    """Follow the typical person (no variability) over `days`, from the first dose at `first_hour` of day 0 on.

    drug: one-element array of DRUG; weight kg, surface m^2. Raises `InputError` where a day has more doses than
    `pk_day` holds.
    """
    typical = drug.copy()
    typical["clearance_spread"] = 0.0
    typical["volume_spread"] = 0.0
    hours = float(typical["infusion_duration"][0]) if given.over_hours is None else given.over_hours
    doses = _doses(given, days, first_hour, given.milligrams(weight, surface))
    parts, out = np.zeros((days, substeps)), np.zeros((days, 3))
    # Every change of clearance is followed here, and the drug to the last trace.
    _following.launch(
        1, doses, given.route == "iv", hours, np.zeros(1, DISPOSITION), np.zeros((INPUTS, INPUT_COLUMNS)),
        np.zeros((MODE_ROWS, 3)), typical, np.array([weight, surface]), parts, out, 0, 0.0, 0.0, threads=1,
    )  # fmt: skip
    return ExposureCourse(parts, out[:, 0], out[:, 1], out[:, 2])


def _doses(given: Regimen, days: int, first_hour: float, amount: float) -> np.ndarray:
    """(doses, 3): day, hour of the day, mg."""
    if given.every_hours is None:
        moments = np.array([first_hour])
    else:
        number = max(1, ceil((days * HOURS_PER_DAY - first_hour) / given.every_hours))
        moments = first_hour + given.every_hours * np.arange(number)
    day = np.floor(moments / HOURS_PER_DAY + TIE)
    if np.bincount(day.astype(int)).max(initial=0) > INPUTS // 4:
        raise InputError(f"{given.name}: too many doses a day", remedy=f"Give at most {INPUTS // 4}.")
    return np.column_stack([day, moments - day * HOURS_PER_DAY, np.full(len(moments), amount)])
