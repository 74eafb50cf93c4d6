"""Response by RECIST 1.1 (Eisenhauer 2009, doi:10.1016/j.ejca.2008.10.026): rates with exact intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from paget.trial.survival import LEVEL, exact_interval

COUNTED: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "ORR": ("CR", "PR"),
    "DCR": ("CR", "PR", "SD"),
    "CR": ("CR",),
})  # fmt: skip
"""Rate -> best overall responses that count; all treated persons are the denominator, those not evaluable (NE) too."""


@dataclass(frozen=True)
class ResponseRate:
    """Share of responders (0 to 1) among n persons with its Clopper-Pearson interval; note: why there is none."""

    paramcd: str
    count: int
    n: int
    value: float
    low: float
    high: float
    note: str


def response_rates(best: NDArray[np.str_], level: float = LEVEL) -> tuple[ResponseRate, ...]:
    """ORR, DCR and CR rate from best overall responses (CR, PR, SD, PD, NE), shape (n,)."""
    best = np.asarray(best, np.str_)
    n, rates = len(best), []
    for paramcd, counted in COUNTED.items():
        count = int(np.count_nonzero(np.isin(best, counted)))
        low, high = exact_interval(count, n, level)
        rates.append(ResponseRate(paramcd, count, n, count / n if n else np.nan, low, high, "" if n else "nobody"))
    return tuple(rates)
