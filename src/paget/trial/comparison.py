"""Simulated against published: one row per published result that the cohort can show.

Results of the untreated disease or of an era's care are compared with the first arm (`compare`). Those of a study of
treatment are compared with the arm that prescribes what was given there, or with none (`compare_arms`,
knowledge/published_arms.py).
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from paget import knowledge
from paget.knowledge.cohorts import CohortPreset, cohort_of_study
from paget.knowledge.disease import Published
from paget.knowledge.published_arms import PublishedArm, published_arms
from paget.knowledge.verdict import published_interval, verdict
from paget.trial.dose_groups import DoseEffect, dose_effects
from paget.trial.endpoints import ADDRESSED, GENES, NEEDS, PERCENT, CohortView, Estimate, population
from paget.trial.study_arms import Given, standing_for
from paget.trial.study_endpoints import NUMBER, RESPONSES, SHOWN, endpoint_of, measurable, of_population, shown
from paget.trial.units import convert


@dataclass(frozen=True)
class Comparison:
    """A published result and its simulated counterpart, both in the published unit; None where there is none.

    arm: of the run, several joined by `` + ``; empty where the whole run is one cohort.
    """

    published: Published
    simulated: float | None
    low: float | None
    high: float | None
    verdict: str | None
    note: str
    arm: str = ""


def compare(
    view: CohortView,
    rows: Iterable[Published],
    *,
    disease: str = "atc",
    stands_for: str | None = None,
    registry: str | None = None,
) -> list[Comparison]:
    """Compare the addressed rows, in the order given; each in the stage edition of its own study.

    stands_for: the study whose cohort preset the run uses, if any; rows of another study that has a preset show the
    difference without a verdict. registry: the genotype registry that the run draws from.
    """
    found = []
    views: dict[bool, CohortView] = {}
    shown = _shown(view)
    for row in rows:
        if not addressed(row, shown):
            continue
        preset = cohort_of_study(disease, row.study_id)
        raised = preset is None or preset.nodes_raise_stage
        staged = views.setdefault(raised, view.staged(nodes_raise_stage=raised))
        found.append(_compared(staged, row, _elsewhere(preset, stands_for), _inputs(disease, registry)))
    return found


def compare_arms(
    views: Mapping[str, CohortView],
    rows: Iterable[Published],
    arms: Mapping[str, Given],
    *,
    disease: str = "atc",
    stands_for: str | None = None,
    registry: str | None = None,
) -> list[Comparison]:
    """Compare the rows that the run shows, in the order given, each with the arm that stands for the published one.

    views, arms: tables and prescription by arm of the run; the other arguments as in `compare`.
    """
    known = published_arms(disease)
    first = next(iter(views))
    found: list[Comparison] = []
    for row in rows:
        published = known.get((row.study_id, row.arm))
        if published is None:
            plain = _of_study(views[first], row, "", first) if row.endpoint in SHOWN else None
            compared = compare(views[first], [row], disease=disease, stands_for=stands_for, registry=registry)
            found += [replace(each, arm=first) for each in compared] if plain is None else [plain]
        elif published.by_dose:
            found += _of_doses(views, arms, row, published, known.values())
        else:
            found += _of_treatment(views, arms, row, published)
    return found


def _of_treatment(
    views: Mapping[str, CohortView], arms: Mapping[str, Given], row: Published, published: PublishedArm
) -> list[Comparison]:
    """A row of a study of treatment; empty where no arm prescribes it or the run does not show it."""
    names = standing_for(published, arms)
    if not names:
        return []
    view = pooled([views[name] for name in names])
    if published.evaluable == "measurable" and row.endpoint in RESPONSES:
        view = measurable(view)
    compared = _of_study(view, row, published.difference, " + ".join(names))
    return [] if compared is None else [compared]


def _of_study(view: CohortView, row: Published, difference: str, arm: str) -> Comparison | None:
    """A row against the view of the arm that stands for it; None where the run does not show the endpoint."""
    if not shown(view, row.endpoint) and not addressed(row, _shown(view)):
        return None
    asked, note = as_simulated(row)
    chosen = of_population(population(view, row.arm, row.endpoint), row.population)
    return _judged(asked, endpoint_of(row.endpoint)(chosen, row.time_months), note, difference, arm)


def _of_doses(
    views: Mapping[str, CohortView],
    arms: Mapping[str, Given],
    row: Published,
    published: PublishedArm,
    known: Iterable[PublishedArm],
) -> list[Comparison]:
    """A hazard ratio by the dose received; the naive one, as the registry's, is compared."""
    names = standing_for(published, arms)
    groups = sorted(
        (each for each in known if each.by_dose and each.study_id == row.study_id),
        key=lambda each: each.received_low_gy or 0.0,
    )
    effect = dose_effects(views, arms, names[0], groups).get(row.arm) if names and row.endpoint == "OS_HR" else None
    return [] if effect is None else [_of_effect(row, effect, published.difference, names[0])]


def _of_effect(row: Published, effect: DoseEffect, difference: str, arm: str) -> Comparison:
    ratio = effect.naive
    note = "; ".join(filter(None, (row.note, effect.text)))
    return _judged(row, (ratio.value, ratio.low, ratio.high), note, difference, arm)


def _judged(asked: Published, estimate: Estimate, note: str, difference: str, arm: str) -> Comparison:
    value, low, high = (finite(number) for number in estimate)
    said = None if value is None or difference else verdict(value, asked)
    return Comparison(asked, value, low, high, said, "; ".join(filter(None, (note, difference))), arm)


def pooled(views: Sequence[CohortView]) -> CohortView:
    """Several arms as one population; every person counts once in each arm that holds them."""
    if len(views) == 1:
        return views[0]
    import pandas as pd

    def joined(tables: list[pd.DataFrame]) -> pd.DataFrame:
        numbered = [table.set_axis([f"{name}/{place}" for name in table.index]) for place, table in enumerate(tables)]
        return pd.concat(numbered)

    names = set(views[0].times).intersection(*(view.times for view in views))
    return CohortView(
        joined([view.subjects for view in views]),
        joined([view.overall for view in views]),
        joined([view.cause_specific for view in views]),
        {name: joined([view.times[name] for view in views]) for name in sorted(names)},
    )


def _shown(view: CohortView) -> frozenset[str]:
    """The columns that say something: where nobody got a drug, none is about drugs."""
    columns = frozenset(view.subjects.columns)
    untreated = "SYSTEMIC_DAY" in columns and view.subjects["SYSTEMIC_DAY"].isna().all()
    return columns - {"SYSTEMIC_DAY"} if untreated else columns


def _compared(view: CohortView, row: Published, elsewhere: str, inputs: frozenset[tuple[str, str]]) -> Comparison:
    """One row; elsewhere: why it is not like for like, inputs: (study, gene) that the run draws genotypes from."""
    asked, note = as_simulated(row)
    value, low, high = ADDRESSED[row.endpoint](population(view, row.arm, row.endpoint), row.time_months)
    simulated = finite(value)
    drawn = any((row.study_id, gene) in inputs for gene in GENES.get(row.endpoint, ()))
    remarks = [note, elsewhere, INPUT if drawn else ""]
    judged = simulated is not None and not any(remarks[1:])
    said = verdict(simulated, asked) if judged and simulated is not None else None
    return Comparison(asked, simulated, finite(low), finite(high), said, "; ".join(filter(None, remarks)))


ANOTHER_COHORT = "another cohort"
"""Stands in the note of a row whose study has a preset that the run doesn't use."""

INPUT = "the run draws genotypes from this study: an input"


def _elsewhere(preset: CohortPreset | None, stands_for: str | None) -> str:
    if preset is None or preset.study_id == stands_for:
        return ""
    return f"{ANOTHER_COHORT}: preset {preset.id} is this study's own"


def _inputs(disease: str, registry: str | None) -> frozenset[tuple[str, str]]:
    """Study and gene of the printed frequencies that the run's genotypes are drawn from."""
    rows = [row for row in knowledge.genotypes(disease) if row.registry == registry]
    return frozenset((name, row.gene) for row in rows for name in row.source.split(";"))


def addressed(row: Published, columns: Container[str]) -> bool:
    """Whether a run with these columns of subjects shows what the row measures.

    Rows on treated subsets need to know who got a drug.
    """
    if row.endpoint not in ADDRESSED or NEEDS.get(row.endpoint, "STAGE") not in columns:
        return False
    return row.arm != "any systemic" or "SYSTEMIC_DAY" in columns


def as_simulated(row: Published) -> tuple[Published, str]:
    """The row as the cohort can show it, and how it was changed."""
    if row.endpoint == "metastasis_site_heart":
        return _heart_or_pericardium(row)
    if row.endpoint == "metastasis_site_skin":
        return row, "simulated: skin and soft tissue together"
    if row.endpoint in RESPONSES and row.endpoint.endswith(NUMBER) and row.n is not None:
        shares = {"value": PERCENT * row.value / row.n, "unit": "%"}
        return row.model_copy(update=shares), "; ".join(filter(None, (row.note, f"printed {row.value:g} of {row.n}")))
    return of_known_extent(row)


def _heart_or_pericardium(row: Published) -> tuple[Published, str]:
    """The model has one place for both; the share with either lies between the larger and the sum of the two.

    The interval reaches from the lower end of the larger to the upper end of the sum.
    """
    other = next(
        (each for each in knowledge.published("atc")
         if each.study_id == row.study_id and each.endpoint == "metastasis_site_pericardium"), None
    )  # fmt: skip
    if other is None:
        return row, row.note
    larger, both = (
        row.model_copy(update={"value": share}) for share in (max(row.value, other.value), row.value + other.value)
    )
    ends = published_interval(larger), published_interval(both)
    if ends[0] is None or ends[1] is None:
        return row, row.note
    pooled = larger.model_copy(update={"ci_low": ends[0][0], "ci_high": ends[1][1]})
    return pooled, f"heart or pericardium: between {larger.value:g} and {both.value:g} %"


def of_known_extent(row: Published) -> tuple[Published, str]:
    """Kebebew2005 prints extents of all 516 patients, 11 % unknown: take the shares of the known."""
    if row.study_id != "Kebebew2005" or not row.endpoint.startswith("extent_") or row.n is None:
        return row, row.note
    record = knowledge.parameters("atc")["known_extent_share"]
    share = convert(record.value, record.unit, "1")
    known = row.model_copy(update={"value": row.value / share, "n": round(row.n * share)})
    return known, f"printed {row.value:g} % of all {row.n}; here of the known extents"


def finite(value: float) -> float | None:
    """The value, or None for NaN and infinity (JSON has neither)."""
    return float(value) if math.isfinite(value) else None


def as_json(comparison: Comparison, fitted: Container[object] = ()) -> dict[str, object]:
    """The row as summary.json holds it; fitted: keys of the rows that the parameters were fitted to."""
    row = comparison.published
    interval = published_interval(row)
    return {
        "study": row.study_id,
        "arm": row.arm,
        "simulated_arm": comparison.arm,
        "population": row.population,
        "endpoint": row.endpoint,
        "time_months": row.time_months,
        "simulated": comparison.simulated,
        "low": comparison.low,
        "high": comparison.high,
        "published": row.value,
        "published_low": None if interval is None else finite(interval[0]),
        "published_high": None if interval is None else finite(interval[1]),
        "n": row.n,
        "verdict": comparison.verdict,
        "unit": row.unit,
        "block": row.block,
        "overlap_group": row.overlap_group,
        "fitted": row.key in fitted,
        "note": comparison.note,
    }


def rows_of(disease: str, studies: Iterable[str]) -> list[Published]:
    """Published rows of the named studies, in the order of the data."""
    wanted = set(studies)
    return [row for row in knowledge.published(disease) if row.study_id in wanted]
