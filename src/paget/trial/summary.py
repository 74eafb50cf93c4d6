"""summary.json: every endpoint with its interval beside the published value, and what the cohort shows besides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from paget import knowledge
from paget.patient.death import CAUSES
from paget.trial.comparison import as_json, compare, finite, rows_of
from paget.trial.endpoints import CohortView
from paget.trial.plan import Plan, parameter_values
from paget.trial.survival import DAYS_PER_MONTH, KaplanMeier, cumulative_incidence
from paget.trial.twins import twins

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


def load_view(directory: Path, arm: str) -> CohortView:
    """The subjects and event times of one arm of a run directory."""
    import pandas as pd

    only = [("ARM", "==", arm)]
    subjects = pd.read_parquet(directory / "subjects.parquet", filters=only).set_index("USUBJID")
    events = pd.read_parquet(directory / "time_to_event.parquet", filters=only).set_index("USUBJID")
    return CohortView(subjects, events[events["PARAMCD"] == "OS"], events[events["PARAMCD"] == "CSS"])


def summarise(directory: Path, plan: Plan, compare_with: Sequence[str]) -> dict[str, Any]:
    """Everything that summary.json holds apart from the scenario's own description.

    The comparison with published results uses the first arm, which is also what every other arm's twins are held
    against.
    """
    study = plan.study
    views = {arm: load_view(directory, arm) for arm in study.arms}
    first = views[study.arms[0]]
    published = rows_of(study.disease, compare_with)
    registry = study.registry or knowledge.diseases()[study.disease].genotype_registry
    fitted = knowledge.shipped_library().fitted_rows(study.disease)
    comparisons = compare(first, published, disease=study.disease, stands_for=study.stands_for, registry=registry)
    curves = {arm: view.curve(view.overall) for arm, view in views.items()}
    records = _parameters(plan)
    return {
        "research_use_only": RESEARCH_USE_ONLY,
        "endpoints": [*_own_endpoints(views, curves), *(as_json(row, fitted) for row in comparisons)],
        "not_addressed": len(published) - len(comparisons),
        "cohort": {arm: _cohort(view) for arm, view in views.items()},
        "causes": {arm: _causes(view.overall) for arm, view in views.items()},
        "survival": {arm: _curve(curve) for arm, curve in curves.items()},
        "twins": twins(directory, study, views),
        "published_points": _points(study.disease, compare_with),
        "parameters": records,
        "sources": _sources(records, [row.published.study_id for row in comparisons]),
        **{status: sum(record["status"] == status for record in records)
           for status in ("measured", "derived", "fitted", "assumed")},
    }  # fmt: skip


def _own_endpoints(views: Mapping[str, CohortView], curves: Mapping[str, KaplanMeier]) -> list[dict[str, Any]]:
    """Median survival and survival at 6 and 12 months of every arm, without a published counterpart."""
    rows = []
    for arm, view in views.items():
        estimates: list[tuple[str, int | None, tuple[float, float, float], float, str]] = [
            ("OS_median", None, curves[arm].median(), 1.0 / DAYS_PER_MONTH, "months")
        ]
        for months in (6, 12):
            estimates.append(("OS_rate", months, curves[arm].at(months * DAYS_PER_MONTH), 100.0, "%"))
        for endpoint, months, values, scale, unit in estimates:
            value, low, high = (finite(number * scale) for number in values)
            rows.append(
                {"study": None, "arm": arm, "population": "", "endpoint": endpoint, "time_months": months,
                 "simulated": value, "low": low, "high": high, "published": None, "published_low": None,
                 "published_high": None, "n": len(view.subjects), "verdict": None, "unit": unit, "fitted": False,
                 "note": ""}
            )  # fmt: skip
    return rows


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


def _causes(overall: pd.DataFrame) -> list[dict[str, Any]]:
    """Share of deaths by cause and cumulative incidence at 12 months."""
    names = overall["EVNTDESC"].astype(str).to_numpy()
    index = np.array([CAUSES.index(name) + 1 if name in CAUSES else 0 for name in names], np.int64)
    time, incidence = cumulative_incidence(overall["AVAL"].to_numpy(np.float64), index, len(CAUSES))
    year = int(np.searchsorted(time, 12 * DAYS_PER_MONTH, side="right")) - 1
    deaths = int((index > 0).sum())
    return [
        {
            "cause": name,
            "deaths": int((index == number + 1).sum()),
            "share": finite(float((index == number + 1).sum()) / deaths) if deaths else None,
            "incidence_12_months": float(incidence[number, year]) if year >= 0 else 0.0,
        }
        for number, name in enumerate(CAUSES)
    ]


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
    """The records that the run used; a value set by the scenario has the status assumed and says so."""
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
