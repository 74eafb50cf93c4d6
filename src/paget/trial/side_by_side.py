"""Runs beside published studies: rows of one shape from several runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from paget import knowledge
from paget.trial.comparison import as_json
from paget.trial.contrasts import RANDOMISED
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
    rows = (*own, *contrast_rows(summary), *beside)
    return [{"run": name, **{column: row[column] for column in COLUMNS[1:]}} for row in rows]


def contrast_rows(summary: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Hazard ratios and differences of restricted means of a randomised study, as rows of its own results."""
    rows = []
    for found in (summary.get("trial") or {}).get("contrasts") or ():
        if found["design"] != RANDOMISED:
            continue
        about = dict.fromkeys(COLUMNS[1:]) | {
            "arm": f"{found['arm']} v {found['reference']}", "population": "", "note": found["note"],
        }  # fmt: skip
        name = found["endpoint"]
        rows.append(about | {
            "endpoint": f"{name}_HR", "unit": "1", "simulated": found["hazard_ratio"], "low": found["low"],
            "high": found["high"],
        })  # fmt: skip
        rows.append(about | {
            "endpoint": f"{name}_RMST_diff", "time_months": found["horizon_months"], "unit": "months",
            "simulated": found["rmst_difference_months"], "low": found["rmst_low"], "high": found["rmst_high"],
        })  # fmt: skip
    return rows


def _compared(directory: Path, study: Study, studies: Sequence[str]) -> list[dict[str, Any]]:
    """Rows of published studies beside the arms of a run, as in its summary."""
    arms = load_arms(directory, study)
    counted = analysed(arms, allocated_arms(study, arms))
    views = {arm: tables.view for arm, tables in counted.items()}
    fitted = knowledge.shipped_library().fitted_rows(study.disease)
    return [as_json(row, fitted) for row in against(views, study, studies)]
