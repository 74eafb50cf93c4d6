"""One arm against another, by what the study's design allows.

    randomised  each person counts in the arm allocated: hazard ratio and log-rank test, stratified as the allocation
                was, and the differences of restricted means and of medians (its interval by the bootstrap of all)
    paired      every person in both arms: differences of restricted means and medians with the paired bootstrap of
                twins.py; a pair that is the same in both arms adds nothing, so identical arms differ by exactly 0
    arms        hazard ratio and log-rank test of all persons of both arms as if they were different ones

The paired difference is what a treatment does; the randomised one is what a trial of this size would report. With twins
the hazard ratio over the arms is the same in a large cohort, but its interval and p take pairs for strangers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from paget.trial.arm_results import observed
from paget.trial.arm_tables import ArmTables
from paget.trial.comparison import finite
from paget.trial.log_rank import log_rank
from paget.trial.proportional_hazards import hazard_ratios
from paget.trial.restricted_mean import compare_restricted_means
from paget.trial.survival import DAYS_PER_MONTH, kaplan_meier
from paget.trial.twins import Followed, apart, estimates, median, pairs, restricted_mean

if TYPE_CHECKING:
    import pandas as pd

RANDOMISED, PAIRED, ARMS = DESIGNS = ("randomised", "paired", "arms")

USUAL = ("OS", "PFS", "DMFS")
COMPARED = (*USUAL, "CSS", "TTP")
"""Endpoints that arms are compared in; the last ones only where a scenario names them. Durations of response compare
those who responded, which the treatment itself chooses."""

SAME_PERSONS = "both arms hold the same persons: interval and p take them for different ones"

NO_MEDIANS = "no difference of medians: one of them is not reached"

NAN = float("nan")


@dataclass(frozen=True)
class Contrast:
    """An arm against a reference in one endpoint; NaN where a design has no such number or the data hold none.

    hazard_ratio with low, high (95 %) and p by Wald; differences in months, arm less reference, of the means up to
    horizon_months and of the medians; n: persons, or pairs; note: why a number is missing or what limits it.
    """

    arm: str
    reference: str
    endpoint: str
    design: str
    hazard_ratio: float = NAN
    low: float = NAN
    high: float = NAN
    p: float = NAN
    log_rank_p: float = NAN
    horizon_months: float = NAN
    rmst_difference_months: float = NAN
    rmst_low: float = NAN
    rmst_high: float = NAN
    median_difference_months: float = NAN
    median_low: float = NAN
    median_high: float = NAN
    n: int = 0
    note: str = ""

    @property
    def value(self) -> float:
        """The hazard ratio."""
        return self.hazard_ratio

    def as_json(self) -> dict[str, Any]:
        """A row of summary.json."""
        return {name: finite(value) if isinstance(value, float) else value for name, value in asdict(self).items()}


def contrasts(
    arms: Mapping[str, ArmTables],
    endpoints: Sequence[str],
    horizon: float,
    seed: int,
    allocated: pd.DataFrame | None = None,
) -> list[Contrast]:
    """Every arm but the first against the first, in every endpoint that both have.

    arms: everyone who was simulated in each. endpoints: of the scenario. horizon: days over which restricted means go.
    allocated: STRATUM and ARM by USUBJID of a randomised study; without it arms are twins.
    """
    first, *others = arms
    wanted = [name for name in COMPARED if name in USUAL or name in endpoints]
    rows: list[Contrast] = []
    for arm in others:
        for name in wanted:
            if name not in arms[arm].events or name not in arms[first].events:
                continue
            one, other = arms[arm].events[name], arms[first].events[name]
            rows.append(unpaired(Contrast(arm, first, name, ARMS), one, other, horizon, allocated, seed))
            persons = pairs(arms[first].view, arms[arm].view)
            rows.append(paired(Contrast(arm, first, name, PAIRED), one, other, persons, horizon, seed))
    return rows


def unpaired(
    about: Contrast,
    one: pd.DataFrame,
    other: pd.DataFrame,
    horizon: float,
    allocated: pd.DataFrame | None = None,
    seed: int = 0,
) -> Contrast:
    """The hazard ratio; randomised where persons are allocated to arms, else over all persons of both arms.

    about: names of the arms and the endpoint; one, other: events of the arm and of the reference, index USUBJID; seed:
    of the bootstrap.
    """
    if allocated is None:
        return _hazards(about, one, other, None, SAME_PERSONS)
    one, other = allocated_to(one, allocated, about.arm), allocated_to(other, allocated, about.reference)
    strata = allocated["STRATUM"].reindex([*one.index, *other.index]).to_numpy(str)
    found = _hazards(about, one, other, strata, "")
    days, happened, first = _together(one, other)
    means = compare_restricted_means(days, happened, first, horizon)
    difference, low, high = (value / DAYS_PER_MONTH for value in means.difference)
    middle, middle_low, middle_high = _medians_apart(days, happened, first, seed)
    return Contrast(
        **{
            **vars(found),
            "design": RANDOMISED,
            "horizon_months": horizon / DAYS_PER_MONTH,
            "rmst_difference_months": difference,
            "rmst_low": low,
            "rmst_high": high,
            "median_difference_months": middle,
            "median_low": middle_low,
            "median_high": middle_high,
            "note": _joined(found.note, means.note, "" if np.isfinite(middle) else NO_MEDIANS),
        }
    )


def _medians_apart(days: np.ndarray, happened: np.ndarray, first: np.ndarray, seed: int) -> tuple[float, float, float]:
    """(value, low, high) in months; a resample draws from all persons of both arms."""
    here, there = (Followed(days[own], happened[own]) for own in (first, ~first))
    if not first.any() or first.all():
        return NAN, NAN, NAN
    (found,) = estimates(
        [lambda weights: apart(median(weights[:, first], here), median(weights[:, ~first], there))], len(days), seed
    )
    value, low, high = (number / DAYS_PER_MONTH for number in found)
    return value, low, high


def allocated_to(events: pd.DataFrame, allocated: pd.DataFrame, arm: str) -> pd.DataFrame:
    """The rows of an arm's events (index USUBJID) of the persons allocated to it."""
    return events[allocated["ARM"].reindex(events.index).to_numpy(object) == arm]


def _together(one: pd.DataFrame, other: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(days, whether the event happened, whether the person is of the first table) of both, one after the other."""
    days, happened = (np.concatenate(both) for both in zip(observed(one), observed(other), strict=True))
    return days, happened, np.arange(len(days)) < len(one)


def _hazards(about: Contrast, one: pd.DataFrame, other: pd.DataFrame, strata: np.ndarray | None, note: str) -> Contrast:
    days, happened, first = _together(one, other)
    names = np.where(first, about.arm, about.reference)
    (ratio,) = hazard_ratios(days, happened, names, (about.reference, about.arm), strata=strata)
    test = log_rank(days, happened, names, arms=(about.reference, about.arm), strata=strata)
    return Contrast(
        **{
            **vars(about),
            "hazard_ratio": ratio.value,
            "low": ratio.low,
            "high": ratio.high,
            "p": ratio.p_wald,
            "log_rank_p": test.p,
            "n": len(days),
            "note": _joined(note, ratio.note, test.note),
        }
    )


def paired(
    about: Contrast, one: pd.DataFrame, other: pd.DataFrame, persons: pd.Index, horizon: float, seed: int
) -> Contrast:
    """Differences over the persons in both tables; persons: who is the same in both arms; seed: of the bootstrap."""
    in_one, in_other = (np.asarray(persons.isin(events.index), bool) for events in (one, other))
    both = persons[in_one & in_other]
    here, there = (Followed(*observed(events.loc[both])) for events in (one, other))
    followed = all(_followed_to(each, horizon) for each in (here, there))
    means, medians = estimates(
        [
            lambda weights: restricted_mean(weights, here, horizon) - restricted_mean(weights, there, horizon),
            lambda weights: apart(median(weights, here), median(weights, there)),
        ],
        len(both),
        seed,
    )
    if not followed:
        means = (NAN, NAN, NAN)
    rmst, rmst_low, rmst_high = (value / DAYS_PER_MONTH for value in means)
    middle, low, high = (value / DAYS_PER_MONTH for value in medians)
    notes = (
        "persons for whom only one arm defines the endpoint are left out" if np.any(in_one != in_other) else "",
        "" if followed else "follow-up of survivors ends before the horizon of the restricted mean",
        "" if np.isfinite(middle) else NO_MEDIANS,
    )
    return Contrast(
        **{
            **vars(about),
            "horizon_months": horizon / DAYS_PER_MONTH,
            "rmst_difference_months": rmst,
            "rmst_low": rmst_low,
            "rmst_high": rmst_high,
            "median_difference_months": middle,
            "median_low": low,
            "median_high": high,
            "n": len(both),
            "note": _joined(*notes) if len(both) else "no person is the same in both arms",
        }
    )


def _followed_to(each: Followed, horizon: float) -> bool:
    return bool(np.isfinite(kaplan_meier(each.days, each.died).at(horizon)[0]))


def _joined(*notes: str) -> str:
    return "; ".join(dict.fromkeys(filter(None, notes)))
