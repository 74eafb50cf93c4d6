"""Hit or miss: a simulated value against a published one.

The published 95 % interval where there is one; else one from the number of patients n: Wilson's for a share, value ·
exp(±1.96/√(0.7 n)) for a median, mean ± 1.96 SD/√n where the SD is stated. A hazard ratio without interval and anything
without n get no verdict. The median's rule is that of an exponential time with 70 % of events observed (the relative
standard error of the rate is 1/√events).
"""

from __future__ import annotations

import math
import re
from statistics import NormalDist
from typing import Literal, Protocol

Verdict = Literal["hit", "miss"]

_SHARE_UNIT = "%"
_PERCENT = 100.0
_Z = NormalDist().inv_cdf(0.975)
_Z_ROUNDED = 1.96
_EVENTS_PER_PATIENT = 0.7
_STANDARD_DEVIATION = re.compile(r"\bSD\s+(\d+(?:\.\d+)?)")


class Result(Protocol):
    """The part of a published row that the rule reads (`paget.knowledge.Published` has it)."""

    @property
    def endpoint(self) -> str:
        """Name of the endpoint, such as ``OS_median``."""
        ...

    @property
    def value(self) -> float:
        """Published value."""
        ...

    @property
    def unit(self) -> str:
        """Unit of value and interval."""
        ...

    @property
    def ci_low(self) -> float | None:
        """Lower end of the printed 95 % interval."""
        ...

    @property
    def ci_high(self) -> float | None:
        """Upper end of it."""
        ...

    @property
    def n(self) -> int | None:
        """Number of patients."""
        ...

    @property
    def note(self) -> str:
        """Free text; ``SD 2.75`` is read from it."""
        ...


def published_interval(row: Result) -> tuple[float, float] | None:
    """Return the 95 % interval of ``row`` in its own unit, or None where the rule gives none.

    A printed interval with one open end (upper bound not reached) is open there.
    """
    if row.ci_low is not None or row.ci_high is not None:
        return (0.0 if row.ci_low is None else row.ci_low, math.inf if row.ci_high is None else row.ci_high)
    if row.n is None or row.unit == "HR":
        return None
    if row.unit == _SHARE_UNIT:
        low, high = wilson(row.value / _PERCENT, row.n)
        return low * _PERCENT, high * _PERCENT
    if "median" in row.endpoint:
        return median_interval(row.value, row.n)
    stated = _STANDARD_DEVIATION.search(row.note)
    if "mean" in row.endpoint and stated:
        half_width = _Z_ROUNDED * float(stated.group(1)) / math.sqrt(row.n)
        return row.value - half_width, row.value + half_width
    return None


def verdict(simulated: float, row: Result) -> Verdict | None:
    """Say whether ``simulated`` (in the unit of ``row``) lies in the published interval; None without one."""
    interval = published_interval(row)
    if interval is None or not math.isfinite(simulated):
        return None
    low, high = interval
    return "hit" if low <= simulated <= high else "miss"


def wilson(share: float, n: int) -> tuple[float, float]:
    """Wilson's 95 % score interval of a share (0–1) seen in ``n`` patients; doi 10.1080/01621459.1927.10502953.

    (p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n)
    """
    scale = 1 + _Z**2 / n
    centre = (share + _Z**2 / (2 * n)) / scale
    half_width = _Z * math.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2)) / scale
    low = 0.0 if share == 0 else max(0.0, centre - half_width)
    high = 1.0 if share == 1 else min(1.0, centre + half_width)
    return low, high


def median_interval(median: float, n: int) -> tuple[float, float]:
    """Return median · exp(±1.96/√(0.7 n))."""
    factor = math.exp(_Z_ROUNDED / math.sqrt(_EVENTS_PER_PATIENT * n))
    return median / factor, median * factor
