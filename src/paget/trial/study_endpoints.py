"""Endpoints of studies of treatment, read from a cohort's tables; `SHOWN` maps published names to them.

Responses are best overall responses by RECIST 1.1, confirmed, as shares of everybody who started; where a study prints
them for those with a measurable lesion, of these (published_arms.csv). A run has one reader of its scans, who stands
for investigator and independent review alike. A response rate has the exact interval, a time the one of its
Kaplan-Meier curve.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from paget.trial.endpoints import ADDRESSED, PERCENT, CohortView, Estimate, share, survival_rate
from paget.trial.survival import DAYS_PER_MONTH, WHOLE_DAY, KaplanMeier, exact_interval

if TYPE_CHECKING:
    import pandas as pd

Endpoint = Callable[[CohortView, float | None], Estimate]

COUNTED: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "ORR": ("CR", "PR"),
    "DCR": ("CR", "PR", "SD"),
    "CR": ("CR",),
    "PR": ("PR",),
    "SD": ("SD",),
    "PD": ("PD",),
})  # fmt: skip
"""Share of responses -> best overall responses that count."""

READERS = ("", "_investigator", "_independent")
NUMBER = "_n"
"""End of the name of a printed number of patients, which is compared as a share."""

TIMES: Mapping[str, str] = MappingProxyType({"PFS": "PFS", "TTP": "TTP", "DoR": "DOR"})
"""Beginning of a published endpoint -> PARAMCD."""


def response_share(view: CohortView, time_months: float | None, *, counted: tuple[str, ...]) -> Estimate:
    """Share of those who started whose best response counts, in %, with the exact interval."""
    best = started(view).subjects["BOR"].astype(str)
    n, count = len(best), int(best.isin(counted).sum())
    low, high = exact_interval(count, n)
    return (PERCENT * count / n if n else np.nan, PERCENT * low, PERCENT * high)


def started(view: CohortView) -> CohortView:
    """Who has been on study."""
    return view.where(view.subjects["ENROLMENT_DAY"].notna())


def measurable(view: CohortView) -> CohortView:
    """Who had a lesion to measure at the start."""
    return view.where(view.subjects["BASELINE_SUM_MM"] > 0.0)


def median_time(view: CohortView, time_months: float | None, *, paramcd: str) -> Estimate:
    """Median of a time to event in months; NaN where it isn't reached."""
    value, low, high = _curve(view, paramcd).median()
    return (value / DAYS_PER_MONTH, low / DAYS_PER_MONTH, high / DAYS_PER_MONTH)


def event_free(view: CohortView, time_months: float | None, *, paramcd: str) -> Estimate:
    """Share without the event at a time, in %."""
    value, low, high = _curve(view, paramcd).at((time_months or 0.0) * DAYS_PER_MONTH, within=WHOLE_DAY)
    return (PERCENT * value, PERCENT * low, PERCENT * high)


def _curve(view: CohortView, paramcd: str) -> KaplanMeier:
    return view.curve(view.times[paramcd])


def _without_local_tumour(subjects: pd.DataFrame) -> pd.Series:
    return ~subjects["LOCAL_TUMOUR"].astype(bool)


def _irradiated(subjects: pd.DataFrame) -> pd.Series:
    return subjects["RADIATION_GY"] > 0.0


RESPONSES: Mapping[str, Endpoint] = MappingProxyType({
    name + end: partial(response_share, counted=counted)
    for name, counted in COUNTED.items()
    for end in (*READERS, NUMBER)
})  # fmt: skip

TIMED: Mapping[str, Endpoint] = MappingProxyType(
    {f"{name}_median{end}": partial(median_time, paramcd=paramcd) for name, paramcd in TIMES.items() for end in READERS}
    | {f"{name}_rate{end}": partial(event_free, paramcd=paramcd) for name, paramcd in TIMES.items() for end in READERS}
)

SHOWN: Mapping[str, Endpoint] = MappingProxyType({
    **RESPONSES,
    **TIMED,
    "OS_crude": partial(survival_rate, specific=False),
    "no_local_recurrence": partial(share, of=_without_local_tumour),
    "share_neck_RT": partial(share, of=_irradiated),
})  # fmt: skip
"""Published endpoint of a study of treatment -> function of (view, time in months)."""

_NEEDS: Mapping[str, str] = MappingProxyType({"no_local_recurrence": "LOCAL_TUMOUR", "share_neck_RT": "RADIATION_GY"})


def endpoint_of(name: str) -> Endpoint:
    """The function of a published endpoint, of either table; KeyError for another."""
    return SHOWN[name] if name in SHOWN else ADDRESSED[name]


def shown(view: CohortView, name: str) -> bool:
    """Whether the tables hold what an endpoint of `SHOWN` needs."""
    if name in RESPONSES:
        return "BOR" in view.subjects and bool((view.subjects["BOR"].astype(str) != "").any())
    if name in TIMED:
        return TIMES[name.split("_")[0]] in view.times
    if name == "share_neck_RT" and not len(started(view).subjects):
        # Whom the care of an era irradiates is not on study.
        return False
    return name in SHOWN and _NEEDS.get(name, "STAGE") in view.subjects


_PD_L1 = re.compile(r"PD-L1 (?:(?P<negative>negative)|(?:positive \()?>=(?P<least>\d+)%|(?P<low>\d+)-(?P<high>\d+)%)")
_ALTERED = re.compile(r"BRAF V600E\b")
_STAGE = re.compile(r"(?:^| )ATC (IVA|IVB|IVC)$")
ONE_PERCENT = 1.0 / PERCENT
"""A tumour with fewer cells that show PD-L1 is negative."""


def of_population(view: CohortView, text: str) -> CohortView:
    """The persons that the published `population` names: a stratum of PD-L1, BRAF V600E or one stage; else all.

    The score is what the study's assay reads (PD_L1_MEASURED). The model draws the share of cells with PD-L1 once and
    keeps it, so that there is one score from the start to the end. ``1-49%`` reaches up to 50.
    """
    stratum = _PD_L1.search(text)
    if stratum is not None:
        view = view.where(_of_stratum(view.subjects["PD_L1_MEASURED"], stratum))
    if _ALTERED.search(text):
        carried = [_ALTERED.pattern[:-2] in text.split(";") for text in view.subjects["GENOTYPE"].astype(str)]
        view = view.where(view.subjects["GENOTYPE"].notna() & np.array(carried, bool))
    stage = _STAGE.search(text)
    return view if stage is None else view.where(view.subjects["STAGE"] == stage[1])


def _of_stratum(score: pd.Series, stratum: re.Match[str]) -> pd.Series:
    if stratum["negative"]:
        return score < ONE_PERCENT
    if stratum["least"]:
        return score >= float(stratum["least"]) / PERCENT
    return (score >= float(stratum["low"]) / PERCENT) & (score < (float(stratum["high"]) + 1.0) / PERCENT)
