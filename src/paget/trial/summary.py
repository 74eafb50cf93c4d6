"""summary.json: every endpoint with its interval beside the published value, and what the cohort shows besides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from paget import knowledge
from paget.trial.arm_results import endpoint_rows, named
from paget.trial.arm_tables import ArmTables
from paget.trial.comparison import Comparison, as_json, compare_arms, finite, rows_of
from paget.trial.competing import causes
from paget.trial.endpoints import CohortView
from paget.trial.plan import Plan, Study, parameter_values
from paget.trial.study_arms import study_arms
from paget.trial.survival import DAYS_PER_MONTH, KaplanMeier
from paget.trial.trial_summary import allocated_arms, analysed, is_trial, load_arms, trial
from paget.trial.twins import horizon_days, twins

if TYPE_CHECKING:
    import pandas as pd

RESEARCH_USE_ONLY = "Research use only: a model for study and teaching, never a basis for treating a person."

CURVE_LIMIT = 400
"""Points of a survival curve kept in the summary."""

AT_RISK_MONTHS = (0, 3, 6, 9, 12, 18, 24, 36, 48, 60)

READ_OUTS = {
    "doubling_time_at_5mm_days": "DOUBLING_TIME_5MM_DAYS",
    "doubling_time_at_diagnosis_days": "DOUBLING_TIME_DAYS",
    "tumour_age_at_diagnosis_days": "TUMOUR_AGE_DAYS",
    "first_founder_day": "FIRST_FOUNDER_DAY",
    "established_founders_at_diagnosis": "FOUNDERS_DIAGNOSIS",
    "established_founders_at_death": "FOUNDERS_DEATH",
    "ctc_per_ml_at_diagnosis": "CTC_PER_ML",
    "ki67_at_diagnosis": "KI67",
    "diameter_at_diagnosis_mm": "DIAMETER_MM",
    "visible_metastases_at_diagnosis": "VISIBLE_METASTASES",
}
"""Natural-history read-outs -> column of subjects."""


def summarise(directory: Path, plan: Plan, compare_with: Sequence[str]) -> dict[str, Any]:
    """Everything that summary.json holds apart from the scenario's own description.

    A published result of treatment is compared with the arm that prescribes it, any other with the first arm, which is
    also what every other arm's twins are held against. In a randomised study an arm's results are those of the persons
    allocated to it; twins are all persons.
    """
    study = plan.study
    everyone = load_arms(directory, study)
    allocated = allocated_arms(study, everyone)
    counted = analysed(everyone, allocated)
    views = {arm: tables.view for arm, tables in counted.items()}
    published = rows_of(study.disease, compare_with)
    fitted = knowledge.shipped_library().fitted_rows(study.disease)
    comparisons = against(views, study, compare_with)
    records = _parameters(plan)
    content = {
        "research_use_only": RESEARCH_USE_ONLY,
        "endpoints": [*_own_endpoints(counted, study), *(as_json(row, fitted) for row in comparisons)],
        "not_addressed": len(published) - len(comparisons),
        "cohort": {arm: _cohort(view) for arm, view in views.items()},
        "causes": {arm: causes(view.overall) for arm, view in views.items()},
        "survival": {arm: _curve(view.curve(view.overall)) for arm, view in views.items()},
        "twins": twins(directory, study, {arm: tables.view for arm, tables in everyone.items()}),
        "published_points": _points(study.disease, compare_with),
        "parameters": records,
        "sources": _sources(records, [row.published.study_id for row in comparisons]),
        **{status: sum(record["status"] == status for record in records)
           for status in ("measured", "derived", "fitted", "assumed")},
    }  # fmt: skip
    return content | ({"trial": trial(study, everyone, counted, allocated)} if is_trial(study) else {})


def against(views: Mapping[str, CohortView], study: Study, studies: Sequence[str]) -> list[Comparison]:
    """Published results of some studies beside those of the arms."""
    registry = study.registry or knowledge.diseases()[study.disease].genotype_registry
    rows = rows_of(study.disease, studies)
    return compare_arms(
        views, rows, study_arms(study), disease=study.disease, stands_for=study.stands_for, registry=registry
    )


def _own_endpoints(arms: Mapping[str, ArmTables], study: Study) -> list[dict[str, Any]]:
    """The endpoints that the scenario names, of every arm, without a published counterpart."""
    horizon, scanned = horizon_days(study.follow_up_days), bool(study.design.scan_days)
    return [
        {"study": None, "arm": arm, "population": "", "endpoint": row["endpoint"], "time_months": row["time_months"],
         "simulated": row["value"], "low": row["low"], "high": row["high"], "published": None, "published_low": None,
         "published_high": None, "n": row["n"], "verdict": None, "unit": row["unit"], "fitted": False,
         "note": row["note"]}
        for arm, tables in arms.items()
        for row in named(endpoint_rows(tables, horizon, scanned=scanned), study.design.endpoints)
    ]  # fmt: skip


def _cohort(view: CohortView) -> dict[str, Any]:
    """Median and 5-95 % range of every read-out, counts by stage, candidates examined."""
    subjects = view.subjects
    out: dict[str, Any] = {name: _spread(subjects[column]) for name, column in READ_OUTS.items()}
    shed = float(subjects["SHED_DIAGNOSIS"].sum())
    out["founders_per_shed_cell"] = finite(subjects["FOUNDERS_DIAGNOSIS"].sum() / shed) if shed > 0 else None
    out["patients"] = len(subjects)
    out["stages"] = {str(name): int(count) for name, count in subjects["STAGE"].value_counts().sort_index().items()}
    out["presentations"] = {
        str(name): int(count) for name, count in subjects["PRESENTATION"].value_counts().sort_index().items()
    }
    out["candidates"] = int(subjects["CANDIDATES"].sum())
    out["alive_at_end"] = int(subjects["ALIVE"].sum())
    out["metastases"] = int((subjects["LODGED_DEATH"] > 0).sum())
    return out


def _spread(column: pd.Series) -> dict[str, float | int | None]:
    values = column.dropna().to_numpy(np.float64)
    if not len(values):
        return {"n": 0, "median": None, "p5": None, "p95": None}
    # A tumour that doesn't grow doubles in infinite time: it has its rank, but nothing lies between it and another.
    method = "linear" if np.isfinite(values).all() else "inverted_cdf"
    low, middle, high = (finite(value) for value in np.percentile(values, [5, 50, 95], method=method))
    return {"n": len(values), "median": middle, "p5": low, "p95": high}


def _curve(curve: KaplanMeier) -> dict[str, Any]:
    step = max(1, -(-len(curve.time) // CURVE_LIMIT))
    kept = np.unique(np.append(np.arange(0, len(curve.time), step), max(len(curve.time) - 1, 0)))
    kept = kept[kept < len(curve.time)]
    risk = [(months * DAYS_PER_MONTH, curve.number_at_risk(months * DAYS_PER_MONTH)) for months in AT_RISK_MONTHS]
    return {
        "time_days": [0.0, *curve.time[kept].tolist()],
        "survival": [1.0, *curve.survival[kept].tolist()],
        "low": [1.0, *curve.low[kept].tolist()],
        "high": [1.0, *curve.high[kept].tolist()],
        "at_risk": {"time_days": [time for time, _ in risk], "count": [count for _, count in risk]},
        "followed_to_days": float(curve.followed[-1]) if len(curve.followed) else 0.0,
    }


def _points(disease: str, studies: Sequence[str]) -> list[dict[str, Any]]:
    """Points of published survival curves for the figure."""
    wanted = set(studies)
    return [
        {"study": point.study_id, "arm": point.arm, "curve": point.curve, "time_months": point.time_months,
         "survival": point.survival, "low": point.ci_low, "high": point.ci_high, "type": point.point_type,
         "n": point.n}
        for point in knowledge.survival_points(disease)
        if point.study_id in wanted
    ]  # fmt: skip


def _parameters(plan: Plan) -> list[dict[str, Any]]:
    """Every record of the disease, read by this run or not; a value set by the scenario is assumed and says so."""
    study = plan.study
    values = parameter_values(study)
    rows = []
    for symbol, record in sorted(knowledge.parameters(study.disease).items()):
        changed = symbol in study.parameters
        rows.append(
            {"symbol": symbol, "meaning": record.meaning, "value": record.value, "low": record.low,
             "high": record.high, "unit": record.unit, "source": "scenario" if changed else record.source,
             "status": "assumed" if changed else record.status, "note": record.note}
        )  # fmt: skip
        if changed:
            rows[-1]["model_value"] = values[symbol]
        in_arms = {arm: own[symbol] for arm, own in study.arm_parameters.items() if symbol in own}
        if in_arms:
            rows[-1]["model_value_in_arms"] = in_arms
    return rows


def _sources(records: Sequence[Mapping[str, Any]], studies: Sequence[str]) -> list[dict[str, Any]]:
    known = knowledge.sources()
    cited = {name for record in records for name in record["source"].split(";")} | set(studies)
    return [known[name].model_dump() for name in sorted(cited) if name in known]
