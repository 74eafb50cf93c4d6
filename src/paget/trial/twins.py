"""What an arm changes in the same virtual patients: paired effects against the first arm, each with its interval.

Draws are addressed by person, so a place of the study holds the same person in every arm (trial/job.py) and arms are
counterfactual twins. A pair is one USUBJID whose candidate was accepted in both arms: where an arm's eligibility took
another candidate for the place, the two are not the same person and are left out. With a, b the values of a person in
the arm and in the first arm:

    counts                 mean over pairs of ln((1 + a) / (1 + b)): zero counts stay in, and no lesion in both gives 0
    shares                 100 (mean a - mean b), percentage points
    organ distribution     total variation distance 1/2 sum_s |p_s - q_s|; p_s, q_s: share of organ s in a patient's
                           lesions, averaged over the patients with lesions in the arm, in the first arm
    survival               difference of the restricted means (area under Kaplan-Meier to the horizon) and of the
                           medians (Kaplan-Meier), months

Interval: 95 % percentiles over paired bootstrap resamples; a resample draws persons, each with both of its values.
Resample r of a study draws from Philox with the study's seed as key and r in the counter. A distance can't be negative:
where both arms hold the same distribution, chance alone puts it and its interval above 0 unless every twin agrees.
Bootstrap of paired observations: Efron and Tibshirani 1993, ISBN 9780412042317.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from paget import knowledge
from paget.trial.comparison import finite
from paget.trial.endpoints import PERCENT, CohortView
from paget.trial.job import study_of_arm
from paget.trial.plan import Study, switch_factors
from paget.trial.survival import DAYS_PER_MONTH

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

RESAMPLES = 1000
"""Bootstrap resamples behind an interval."""

LEVEL = 0.95

HORIZON_MONTHS = 12
"""To which survival is averaged, at most to the end of follow-up."""

CHUNK = 2**21
"""Weights held at once (resamples x pairs)."""

STREAM = 1
"""Second word of the generator's key: apart from any other use of the seed."""


@dataclass(frozen=True)
class Followed:
    """Days to death or end of observation and whether it was death, per person."""

    days: Floats
    died: NDArray[np.bool_]


@dataclass(frozen=True)
class Outcomes:
    """What is compared, rows in the order of the pairs.

    lesions: (n,) above 1 mm^3 at the end; founders: established lines at (diagnosis, end), (n, 2); distant: (n,) M1 at
    diagnosis as 0 or 1; organs: (n, organs) shares of a person's lesions, zeros for a person without any.
    """

    lesions: Floats
    founders: Floats
    distant: Floats
    organs: Floats
    survival: Followed


Weights = Floats
"""(resamples, pairs): how often a resample holds a pair; the first row, of ones, is the observed cohort."""


def twins(directory: Path, study: Study, views: Mapping[str, CohortView]) -> list[dict[str, Any]]:
    """Rows of summary.json's ``twins``: every arm but the first, every measure.

    Raises KeyError where a view lacks a column of trial/tables.py.
    """
    arms = study.arms
    if len(arms) < 2:
        return []
    sites = tuple(site.id for site in knowledge.sites())
    counts = {arm: lesion_counts(directory, arm, sites) for arm in arms}
    rows: list[dict[str, Any]] = []
    for arm in arms[1:]:
        both = pairs(views[arms[0]], views[arm])
        here, there = (outcomes(views[name], counts[name], both) for name in (arm, arms[0]))
        about = {"arm": arm, **changed(study, arm)}
        rows += [
            {**about, **row} for row in effects(here, there, study.seed, horizon_days(study.follow_up_days), sites)
        ]
    return rows


def changed(study: Study, arm: str) -> dict[str, str]:
    """Mechanisms in which an arm differs from the first, joined by `` + ``, and their common label (else empty)."""
    own, first = (switch_factors(study_of_arm(study, name)) for name in (arm, study.arms[0]))
    names = [name for name in own if own[name] != first[name]]
    labels = {knowledge.mechanisms()[name].label for name in names}
    return {"mechanism": " + ".join(names), "label": labels.pop() if len(labels) == 1 else ""}


def horizon_days(follow_up_days: float) -> float:
    """Day to which survival is averaged."""
    return min(HORIZON_MONTHS * DAYS_PER_MONTH, float(follow_up_days))


def pairs(first: CohortView, other: CohortView) -> pd.Index:
    """USUBJIDs that are the same person in both arms, in the first arm's order."""
    shared = first.subjects.index[first.subjects.index.isin(other.subjects.index)]
    same = first.subjects.loc[shared, "CANDIDATES"].to_numpy() == other.subjects.loc[shared, "CANDIDATES"].to_numpy()
    return shared[same]


def lesion_counts(directory: Path, arm: str, sites: tuple[str, ...]) -> pd.DataFrame:
    """Lesions above 1 mm^3 at the end of observation by person (index) and site (columns)."""
    import pandas as pd

    columns = ["USUBJID", "SITE", "COUNT"]
    table = pd.read_parquet(directory / "lesions.parquet", columns=columns, filters=[("ARM", "==", arm)])
    table["SITE"] = table["SITE"].astype(str)
    summed = table.pivot_table(index="USUBJID", columns="SITE", values="COUNT", aggfunc="sum", fill_value=0.0)
    return summed.reindex(columns=list(sites), fill_value=0.0)


def outcomes(view: CohortView, lesions: pd.DataFrame, persons: pd.Index) -> Outcomes:
    """The compared values of some persons of an arm."""
    subjects, events = view.subjects.loc[persons], view.overall.loc[persons]
    counts = lesions.reindex(index=persons, fill_value=0.0).to_numpy(np.float64)
    total = counts.sum(axis=1)
    return Outcomes(
        lesions=total,
        founders=subjects[["FOUNDERS_DIAGNOSIS", "FOUNDERS_DEATH"]].to_numpy(np.float64),
        distant=np.asarray(subjects["MSTAGE"].astype(str) == "M1", np.float64),
        organs=counts / np.where(total > 0.0, total, 1.0)[:, None],
        survival=Followed(events["AVAL"].to_numpy(np.float64), events["CNSR"].to_numpy() == 0),
    )


def effects(here: Outcomes, there: Outcomes, seed: int, horizon: float, sites: tuple[str, ...]) -> list[dict[str, Any]]:
    """One row per measure: value, interval, unit and number of pairs of `here` against `there`."""
    measures: dict[str, tuple[str, Callable[[Weights], Floats]]] = {
        "lesions_at_death": ("ln ratio", lambda w: mean(w, log_ratio(here.lesions, there.lesions))),
        "founders_at_death": ("ln ratio", lambda w: mean(w, log_ratio(here.founders[:, 1], there.founders[:, 1]))),
        "founders_at_diagnosis": ("ln ratio", lambda w: mean(w, log_ratio(here.founders[:, 0], there.founders[:, 0]))),
        "distant_at_diagnosis": ("percentage points", lambda w: PERCENT * mean(w, here.distant - there.distant)),
        "organ_distribution": ("1", lambda w: distance(organ_shares(w, here.organs), organ_shares(w, there.organs))),
        "restricted_mean_survival": ("months", lambda w: (
            restricted_mean(w, here.survival, horizon) - restricted_mean(w, there.survival, horizon)) / DAYS_PER_MONTH),
        "median_survival": ("months", lambda w: apart(median(w, here.survival), median(w, there.survival))
                            / DAYS_PER_MONTH),
    }  # fmt: skip
    n = len(here.lesions)
    found = estimates([measure for _, measure in measures.values()], n, seed)
    rows: list[dict[str, Any]] = [
        {"measure": name, "value": finite(value), "low": finite(low), "high": finite(high), "unit": unit, "n": n}
        for (name, (unit, _)), (value, low, high) in zip(measures.items(), found, strict=True)
    ]
    for row in rows:
        if row["measure"] == "organ_distribution":
            row["organs"] = _shifts(here.organs, there.organs, sites)
    return rows


def estimates(measures: list[Callable[[Weights], Floats]], n: int, seed: int) -> list[tuple[float, float, float]]:
    """(value, low, high) of each measure over n pairs; no interval from fewer than two pairs."""
    if n == 0:
        return [(np.nan, np.nan, np.nan)] * len(measures)
    observed = [float(measure(np.ones((1, n)))[0]) for measure in measures]
    if n < 2:
        return [(value, np.nan, np.nan) for value in observed]
    parts = [[measure(weights) for measure in measures] for weights in resamples(n, seed)]
    drawn = [np.concatenate(part) for part in zip(*parts, strict=True)]
    return [(value, *interval(values)) for value, values in zip(observed, drawn, strict=True)]


def resamples(n: int, seed: int, count: int = RESAMPLES) -> Iterator[Weights]:
    """Weights of `count` resamples of n persons, some at a time; resample r doesn't depend on the others."""
    rows = max(CHUNK // n, 1)
    for start in range(0, count, rows):
        numbers = range(start, min(start + rows, count))
        yield np.array([_times_drawn(n, seed, number) for number in numbers], np.float64)


def _times_drawn(n: int, seed: int, number: int) -> NDArray[np.int64]:
    chance = np.random.Philox(key=[seed, STREAM], counter=[0, 0, 0, number])
    return np.bincount((chance.random_raw(n) % np.uint64(n)).astype(np.int64), minlength=n)


def interval(values: Floats) -> tuple[float, float]:
    """Percentile interval; a resample without a value counts as beyond either end."""
    tail = (1.0 - LEVEL) / 2.0
    low = np.quantile(np.where(np.isnan(values), -np.inf, values), tail, method="inverted_cdf")
    high = np.quantile(np.where(np.isnan(values), np.inf, values), 1.0 - tail, method="inverted_cdf")
    return float(low), float(high)


def log_ratio(a: Floats, b: Floats) -> Floats:
    """ln((1 + a) / (1 + b)) of counts."""
    return np.log1p(a) - np.log1p(b)


def mean(weights: Weights, values: Floats) -> Floats:
    """Mean over persons in every resample."""
    return weights @ values / weights.sum(axis=1)


def organ_shares(weights: Weights, organs: Floats) -> Floats:
    """Mean share of every organ over the persons with lesions, (resamples, organs); NaN where nobody has any."""
    carriers = weights @ (organs.sum(axis=1) > 0.0)
    return (weights @ organs) / np.where(carriers > 0.0, carriers, np.nan)[:, None]


def distance(p: Floats, q: Floats) -> Floats:
    """Total variation distance of distributions in rows."""
    return 0.5 * np.abs(p - q).sum(axis=1)


def _shifts(here: Floats, there: Floats, sites: tuple[str, ...]) -> dict[str, float]:
    """Change of every organ's mean share; empty where one arm has no lesion."""
    ones = np.ones((1, len(here)))
    change = (organ_shares(ones, here) - organ_shares(ones, there))[0]
    return {site: float(value) for site, value in zip(sites, change, strict=True) if np.isfinite(value) and value != 0}


def _kaplan_meier(weights: Weights, followed: Followed) -> tuple[Floats, Floats]:
    """Times in order (n,) and the survival just after each, (resamples, n); at equal times deaths come first."""
    order = np.lexsort((~followed.died, followed.days))
    weight = weights[:, order]
    at_risk = np.cumsum(weight[:, ::-1], axis=1)[:, ::-1]
    deaths = np.where(followed.died[order], weight, 0.0)
    survival = np.cumprod(1.0 - deaths / np.where(at_risk > 0.0, at_risk, 1.0), axis=1)
    return followed.days[order], np.asarray(survival, np.float64)


def restricted_mean(weights: Weights, followed: Followed, horizon: float) -> Floats:
    """Area under the Kaplan-Meier curve from 0 to `horizon` (days), which nobody is censored before."""
    time, survival = _kaplan_meier(weights, followed)
    steps = np.diff(np.minimum(time, horizon), prepend=0.0, append=horizon)
    before = np.concatenate([np.ones((len(weights), 1)), survival], axis=1)
    return before @ steps


def median(weights: Weights, followed: Followed) -> Floats:
    """Kaplan-Meier median (days); infinite where half never die."""
    time, survival = _kaplan_meier(weights, followed)
    # The product of survival steps may miss 1/2 by its rounding.
    below = survival <= 0.5 + np.sqrt(np.finfo(np.float64).eps)
    return np.where(below.any(axis=1), time[np.argmax(below, axis=1)], np.inf)


def apart(a: Floats, b: Floats) -> Floats:
    """Difference; NaN where neither is finite."""
    with np.errstate(invalid="ignore"):
        return a - b
