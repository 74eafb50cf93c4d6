"""The part ``trial`` of summary.json: arms, contrasts and what happened on the way, from the tables of a run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paget.trial.allocation import allocation, randomised
from paget.trial.arm_results import (
    endpoint_rows,
    median_follow_up,
    response_counts,
    treatment_share,
    waterfall,
)
from paget.trial.arm_tables import ArmTables, load_arm
from paget.trial.clone_shares import clone_shares
from paget.trial.competing import causes, incidence_curves
from paget.trial.contrasts import contrasts
from paget.trial.exposure_reached import exposure
from paget.trial.flow import enrolment, flow, lines
from paget.trial.plan import Study, parameter_values
from paget.trial.survival import DAYS_PER_MONTH
from paget.trial.toxicity_counts import toxicity
from paget.trial.treatment import RANDOMISED, TWINS, Protocol
from paget.trial.twins import horizon_days

if TYPE_CHECKING:
    import pandas as pd


def is_trial(study: Study) -> bool:
    """Whether anybody is treated by a protocol, scanned, or allocated to an arm."""
    treated = any(protocol.lines for protocol in study.protocols.values())
    return treated or bool(study.design.scan_days) or randomised(study)


def load_arms(directory: Path, study: Study) -> dict[str, ArmTables]:
    """The tables of every arm of a run, in order; where nobody is treated or scanned, those of survival only."""
    return {arm: load_arm(directory, arm, survival_only=not is_trial(study)) for arm in study.arms}


def allocation_of_run(directory: Path, study: Study) -> pd.DataFrame:
    """STRATUM and ARM by USUBJID of a finished randomised run."""
    return allocation(load_arm(directory, study.arms[0], survival_only=True).subjects, study)


def allocated_arms(study: Study, arms: Mapping[str, ArmTables]) -> pd.DataFrame | None:
    """STRATUM and ARM by USUBJID in a randomised study, else None."""
    return allocation(arms[study.arms[0]].subjects, study) if randomised(study) else None


def analysed(arms: Mapping[str, ArmTables], allocated: pd.DataFrame | None) -> dict[str, ArmTables]:
    """Of every arm the persons who count in it: those allocated, or everyone."""
    if allocated is None:
        return dict(arms)
    return {name: tables.of(allocated.index[allocated["ARM"] == name]) for name, tables in arms.items()}


def trial(
    study: Study, everyone: Mapping[str, ArmTables], counted: Mapping[str, ArmTables], allocated: pd.DataFrame | None
) -> dict[str, Any]:
    """Everything under ``trial``.

    everyone: the tables of each arm; counted: those of the persons who count in it; allocated: of a randomised study.
    """
    horizon = horizon_days(study.follow_up_days)
    protocols = {arm: study.protocols.get(arm, Protocol()) for arm in study.arms}
    values = parameter_values(study)
    compared = contrasts(everyone, study.design.endpoints, horizon, study.seed, allocated)
    return {
        "design": {
            "kind": TWINS if allocated is None else RANDOMISED,
            "stratify": list(study.design.stratify),
            "clock": study.design.clock,
            "simulated_per_arm": study.patients,
            "horizon_months": horizon / DAYS_PER_MONTH,
        },
        "arms": {arm: _arm(tables, study, horizon) for arm, tables in counted.items()},
        "contrasts": [row.as_json() for row in compared],
        **({} if allocated is None else {"enrolment": enrolment(next(iter(everyone.values())))}),
        "flow": {arm: flow(tables, protocols[arm], allocated=allocated is not None) for arm, tables in counted.items()},
        "toxicity": {arm: toxicity(tables) for arm, tables in counted.items()},
        "lines": {arm: lines(tables, protocols[arm]) for arm, tables in counted.items()},
        "exposure": {
            arm: exposure(tables, protocols[arm], study.disease, values, study.design.clock)
            for arm, tables in counted.items()
        },
        "clones": {arm: clone_shares(tables, study.disease) for arm, tables in counted.items()},
    }


def _arm(tables: ArmTables, study: Study, horizon: float) -> dict[str, Any]:
    scanned = bool(study.design.scan_days)
    overall = tables.events["OS"]
    return {
        "n": len(tables.subjects),
        "median_follow_up_months": median_follow_up(overall),
        "endpoints": endpoint_rows(tables, horizon, scanned=scanned),
        "best_response": response_counts(tables) if scanned else {},
        "confirmed": True,
        "waterfall": waterfall(tables),
        "treatment_share": treatment_share(tables, study.design.clock),
        "causes": causes(overall),
        "competing": incidence_curves(overall),
    }
