"""Causes of death as competing events: shares of the deaths, and cumulative incidence over time (Aalen-Johansen)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from paget.patient.death import CAUSES
from paget.trial.comparison import finite
from paget.trial.survival import (
    DAYS_PER_MONTH,
    cumulative_incidence,
    cumulative_incidence_error,
    log_log_interval,
)
from paget.trial.time_to_event import DEATH
from paget.trial.twins import HORIZON_MONTHS

if TYPE_CHECKING:
    import pandas as pd

CURVE_POINTS = 4**4
"""Points of an incidence curve that are kept."""


def cause_numbers(overall: pd.DataFrame) -> NDArray[np.int64]:
    """1 + place in CAUSES of each row of OS, 0 where no death is seen; an event of unknown cause is a ValueError."""
    died = overall["CNSR"].to_numpy() == 0
    names = overall["EVNTDESC"].astype(str).str.removeprefix(DEATH)
    return np.array([CAUSES.index(name) + 1 if dead else 0 for name, dead in zip(names, died, strict=True)], np.int64)


def causes(overall: pd.DataFrame) -> list[dict[str, Any]]:
    """Share of deaths by cause, and cumulative incidence at 12 months with its pointwise 95 % interval."""
    index, days = cause_numbers(overall), overall["AVAL"].to_numpy(np.float64)
    time, incidence = cumulative_incidence(days, index, len(CAUSES))
    low, high = log_log_interval(incidence, cumulative_incidence_error(days, index, len(CAUSES)))
    year = int(np.searchsorted(time, HORIZON_MONTHS * DAYS_PER_MONTH, side="right")) - 1
    deaths = int((index > 0).sum())
    return [
        {
            "cause": name,
            "deaths": int((index == number + 1).sum()),
            "share": finite(float((index == number + 1).sum()) / deaths) if deaths else None,
            **{
                f"incidence_12_months{end}": float(values[number, year]) if year >= 0 else 0.0
                for end, values in (("", incidence), ("_low", low), ("_high", high))
            },
        }
        for number, name in enumerate(CAUSES)
    ]


def incidence_curves(overall: pd.DataFrame) -> dict[str, Any]:
    """Cumulative incidence of every cause that occurred, right-continuous steps from 0 on.

    ``time_days`` and ``followed_to_days``; ``curves``: by cause, one share per time.
    """
    index, days = cause_numbers(overall), overall["AVAL"].to_numpy(np.float64)
    time, incidence = cumulative_incidence(days, index, len(CAUSES))
    kept = np.unique(np.linspace(0, len(time) - 1, min(len(time), CURVE_POINTS)).round().astype(np.int64))
    return {
        "time_days": [0.0, *time[kept].tolist()],
        "followed_to_days": float(days.max(initial=0.0)),
        "curves": [
            {"cause": name, "incidence": [0.0, *incidence[number, kept].tolist()]}
            for number, name in enumerate(CAUSES)
            if (index == number + 1).any()
        ],
    }
