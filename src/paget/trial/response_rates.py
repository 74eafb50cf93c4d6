"""Response by RECIST 1.1 (Eisenhauer 2009, doi:10.1016/j.ejca.2008.10.026): rates with exact intervals, and depth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from paget.trial.endpoints import PERCENT
from paget.trial.survival import LEVEL, Floats, exact_interval

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


def depth_of_response(baseline: Floats, sums: Floats) -> Floats:
    """Best change of the sum of longest diameters from baseline in %, 100 (min - baseline) / baseline.

    baseline: (n,) mm; sums: (n, scans) mm after it and up to progression or new therapy, NaN where none was measured.
    NaN for a person without target lesions or without a scan.
    """
    least = np.where(np.isnan(sums), np.inf, sums).min(axis=1, initial=np.inf)
    known = np.isfinite(least) & (baseline > 0.0)
    return PERCENT * np.divide(least - baseline, baseline, out=np.full(len(baseline), np.nan), where=known)
