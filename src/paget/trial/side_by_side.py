"""Runs beside published studies: rows of one shape from several runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from paget import knowledge
from paget.trial.comparison import as_json
from paget.trial.plan import Study
from paget.trial.summary import against
from paget.trial.trial_summary import allocated_arms, analysed, load_arms

COLUMNS = (
    "run", "study", "arm", "population", "endpoint", "time_months", "unit", "simulated", "low", "high", "published",
    "published_low", "published_high", "verdict", "note",
)  # fmt: skip


def rows_of_run(
    name: str, directory: Path, study: Study, summary: Mapping[str, Any], studies: Sequence[str]
) -> list[dict[str, Any]]:
    """The run's own results, then those beside published ones.

    name: of the run in its rows. studies: read from the run's tables; empty: those of its summary.
    """
    own = [row for row in summary["endpoints"] if row["study"] is None]
    beside = [row for row in summary["endpoints"] if row["study"] is not None]
    if studies:
        beside = _compared(directory, study, studies)
    return [{"run": name, **{column: row[column] for column in COLUMNS[1:]}} for row in (*own, *beside)]


def _compared(directory: Path, study: Study, studies: Sequence[str]) -> list[dict[str, Any]]:
    """Rows of published studies beside the arms of a run, as in its summary."""
    arms = load_arms(directory, study)
    counted = analysed(arms, allocated_arms(study, arms))
    views = {arm: tables.view for arm, tables in counted.items()}
    fitted = knowledge.shipped_library().fitted_rows(study.disease)
    return [as_json(row, fitted) for row in against(views, study, studies)]
