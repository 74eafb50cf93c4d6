"""Simulated against published: one row per published result that the cohort can show."""

from __future__ import annotations

import math
from collections.abc import Container, Iterable
from dataclasses import dataclass

from paget import knowledge
from paget.knowledge.cohorts import CohortPreset, cohort_of_study
from paget.knowledge.disease import Published
from paget.knowledge.verdict import published_interval, verdict
from paget.trial.endpoints import ADDRESSED, GENES, NEEDS, CohortView, population
from paget.trial.units import convert


@dataclass(frozen=True)
class Comparison:
    """A published result and its simulated counterpart, both in the published unit; None where there is none."""

    published: Published
    simulated: float | None
    low: float | None
    high: float | None
    verdict: str | None
    note: str


def compare(
    view: CohortView,
    rows: Iterable[Published],
    *,
    disease: str = "atc",
    stands_for: str | None = None,
    registry: str | None = None,
) -> list[Comparison]:
    """Compare the addressed rows, in the order given; each in the stage edition of its own study.

    stands_for: the study whose cohort preset the run uses; rows of a study with a preset of its own then show the
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


INPUT = "the run draws genotypes from this study: an input"


def _elsewhere(preset: CohortPreset | None, stands_for: str | None) -> str:
    if preset is None or stands_for is None or preset.study_id == stands_for:
        return ""
    return f"another cohort: preset {preset.id} is this study's own"


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
