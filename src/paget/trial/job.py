"""A study as a job of the run layer: units are (arm, place), arm after arm."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from paget.runs import Job
from paget.trial.cohort import simulate
from paget.trial.outputs import tables
from paget.trial.plan import Plan
from paget.trial.tables import KEYS, TABLES


@dataclass(frozen=True)
class Payload:
    """What a worker needs: the compiled study and the CPU threads that one launch may use."""

    plan: Plan
    threads: int = 1


def study_job(plan: Plan, threads: int = 1) -> Job:
    """The job whose tables are those of trial/tables.py."""
    study = plan.study
    return Job(
        task=simulate_units,
        payload=Payload(plan, threads),
        count=len(study.arms) * study.patients,
        tables=TABLES,
        keys=KEYS,
        warm=compile_course,
    )


def simulate_units(payload: Payload, start: int, stop: int) -> dict[str, pa.Table]:
    """Tables of units start .. stop - 1; a unit's rows don't depend on the range."""
    plan = payload.plan
    patients = plan.study.patients
    parts = []
    for position in range(start // patients, (stop - 1) // patients + 1):
        first = max(start - position * patients, 0)
        last = min(stop - position * patients, patients)
        cohort = simulate(plan, first, last - first, threads=payload.threads)
        parts.append(tables(plan, plan.study.arms[position], cohort))
    if len(parts) == 1:
        return parts[0]
    return {name: pa.concat_tables([part[name] for part in parts]).unify_dictionaries() for name in TABLES}


def compile_course(payload: Payload) -> None:
    """Compile the course for this plan without simulating anybody."""
    simulate(payload.plan, 0, 0)
