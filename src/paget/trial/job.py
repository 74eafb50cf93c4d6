"""A study as a job of the run layer: units are (arm, place), arm after arm."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import pyarrow as pa

from paget.runs import Job
from paget.trial.cohort import simulate
from paget.trial.outputs import tables
from paget.trial.plan import Plan, Study
from paget.trial.plan import plan as compile_plan
from paget.trial.protocol import acts_on_network
from paget.trial.tables import KEYS, TABLES


@dataclass(frozen=True)
class Payload:
    """What a worker needs: the compiled study of every arm and the CPU threads that one launch may use."""

    plans: tuple[Plan, ...]
    threads: int = 1

    @property
    def plan(self) -> Plan:
        """The first arm's."""
        return self.plans[0]


def study_job(plan: Plan, threads: int = 1) -> Job:
    """The job whose tables are those of trial/tables.py; an arm with switches or parameters of its own has its plan.

    All arms share the seed and the numbering of persons: the same place holds the same virtual patient in each of them.
    """
    study = plan.study
    return Job(
        task=simulate_units,
        payload=Payload(arm_plans(plan, threads), threads),
        count=len(study.arms) * study.patients,
        tables=TABLES,
        keys=KEYS,
        warm=compile_course,
    )


def arm_plans(plan: Plan, threads: int = 1) -> tuple[Plan, ...]:
    """The compiled study of every arm, in order; `plan` itself where an arm changes nothing."""
    study = plan.study
    treated = _treated_genotypes(plan, threads)
    return tuple(plan_of_arm(study, arm, treated) if _differs(study, arm) else plan for arm in study.arms)


def plan_of_arm(study: Study, arm: str, genotypes: Collection[int] | None = None) -> Plan:
    """The study compiled as one arm of it runs; genotypes: masks of the tumours in it, None: all that can occur."""
    return compile_plan(study_of_arm(study, arm), arm, genotypes)


def _treated_genotypes(plan: Plan, threads: int) -> set[int] | None:
    """Masks of the tumours that will be treated with drugs on the network of the cells; None: nobody is.

    A response table takes a second, and thousands of genotypes can occur: so those of the persons who enter are looked
    up first. Until treatment starts a person lives the same life in every arm.
    """
    study = plan.study
    if not any(acts_on_network(protocol) for protocol in study.protocols.values()):
        return None
    found: set[int] = set()
    for arm in {study.arms[0], *study.arm_parameters, *study.arm_mechanisms}:
        short = compile_plan(replace(study_of_arm(study, arm), follow_up_days=1.0))
        for first in range(0, study.patients, LOOKED_UP):
            count = min(LOOKED_UP, study.patients - first)
            found |= set(simulate(short, first, count, threads=threads).persons["genotype"].tolist())
    return found


LOOKED_UP = 2 ** (4 * 2)
"""Persons whose genotypes are looked up at a time, for memory."""


def study_of_arm(study: Study, arm: str) -> Study:
    """The study with the arm's mechanisms and parameters in place of its own."""
    return replace(
        study,
        mechanisms={**study.mechanisms, **study.arm_mechanisms.get(arm, {})},
        parameters={**study.parameters, **study.arm_parameters.get(arm, {})},
    )


def _differs(study: Study, arm: str) -> bool:
    return bool(study.arm_mechanisms.get(arm) or study.arm_parameters.get(arm) or study.protocols.get(arm))


def simulate_units(payload: Payload, start: int, stop: int) -> dict[str, pa.Table]:
    """Tables of units start .. stop - 1; a unit's rows don't depend on the range."""
    study = payload.plan.study
    patients = study.patients
    parts = []
    for position in range(start // patients, (stop - 1) // patients + 1):
        plan = payload.plans[position]
        first = max(start - position * patients, 0)
        last = min(stop - position * patients, patients)
        cohort = simulate(plan, first, last - first, threads=payload.threads)
        parts.append(tables(plan, study.arms[position], cohort))
    if len(parts) == 1:
        return parts[0]
    return {name: pa.concat_tables([part[name] for part in parts]).unify_dictionaries() for name in TABLES}


def compile_course(payload: Payload) -> None:
    """Compile the course for this study without simulating anybody."""
    simulate(payload.plan, 0, 0)
