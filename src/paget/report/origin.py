"""From which day a run counts, diagnosis or the start of treatment, and how one becomes the other."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from paget.report.provenance import scenario_content
from paget.report.run_directory import RunDirectory
from paget.report.trial_part import trial

DIAGNOSIS, ENROLMENT = "diagnosis", "enrolment"


def origin(run: RunDirectory) -> str:
    """Day 0 of the times to events: the clock that the summary or else the scenario states; otherwise the diagnosis."""
    cohort = scenario_content(run).get("cohort")
    clock = cohort.get("clock") if isinstance(cohort, Mapping) else None
    clock = (trial(run).get("design") or {}).get("clock") or clock
    return ENROLMENT if clock == ENROLMENT else DIAGNOSIS


def start_days(run: RunDirectory, arm: str) -> pd.Series:
    """Days from diagnosis to the start of treatment by USUBJID, of an arm's patients who started; may be empty."""
    subjects = run.table("subjects")
    if subjects is None or "ENROLMENT_DAY" not in subjects:
        return pd.Series(dtype=float)
    own = subjects[subjects["ARM"].astype(str) == arm]
    return own.set_index("USUBJID")["ENROLMENT_DAY"].astype(float).dropna()


def from_start(run: RunDirectory, arm: str, days: pd.Series) -> pd.Series:
    """Days of the table of times, indexed by USUBJID, counted from the start of treatment."""
    if origin(run) == ENROLMENT:
        return days
    return (days - start_days(run, arm).reindex(days.index)).dropna()
