"""Simulated against published: one row per published result that the cohort can show."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from paget import knowledge
from paget.knowledge.disease import Published
from paget.knowledge.verdict import published_interval, verdict
from paget.trial.endpoints import ADDRESSED, CohortView, population
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


def compare(view: CohortView, rows: Iterable[Published]) -> list[Comparison]:
    """Compare the addressed rows, in the order given."""
    found = []
    for row in rows:
        estimate = ADDRESSED.get(row.endpoint)
        if estimate is None or not addressed(row):
            continue
        row, note = of_known_extent(row)
        value, low, high = estimate(population(view, row.arm, row.endpoint), row.time_months)
        simulated = finite(value)
        said = None if simulated is None else verdict(simulated, row)
        found.append(Comparison(row, simulated, finite(low), finite(high), said, note))
    return found


def addressed(row: Published) -> bool:
    """Whether this version simulates what the row measures: rows on treated subsets are not."""
    return row.endpoint in ADDRESSED and row.arm != "any systemic"


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


def as_json(comparison: Comparison) -> dict[str, object]:
    """The row as summary.json holds it."""
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
        "fitted": False,
        "note": comparison.note,
    }


def rows_of(disease: str, studies: Iterable[str]) -> list[Published]:
    """Published rows of the named studies, in the order of the data."""
    wanted = set(studies)
    return [row for row in knowledge.published(disease) if row.study_id in wanted]
