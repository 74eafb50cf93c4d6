"""Read-outs of the natural history that no curve shows, with median and range, per arm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from paget.report.number_format import number, span
from paget.report.run_directory import RunDirectory
from paget.report.text import Labels

READ_OUTS = (
    "AGE",
    "DIAMETER_MM",
    "TUMOUR_AGE_DAYS",
    "FIRST_FOUNDER_DAY",
    "DOUBLING_TIME_5MM_DAYS",
    "DOUBLING_TIME_DAYS",
    "KI67",
    "AIRWAY_LUMEN_LOSS",
    "DIFFERENTIATED_YEARS",
    "LODGED_DIAGNOSIS",
    "LODGED_DEATH",
    "FOUNDERS_DIAGNOSIS",
    "FOUNDERS_DEATH",
    "SHED_DIAGNOSIS",
    "SHED_DEATH",
    "FOUNDERS_PER_SHED_CELL",
    "CTC_PER_ML",
    "SELF_SEEDED",
    "MUTANT_CELLS",
    "VISIBLE_METASTASES",
    "TISSUE_DAY",
    "GENOTYPE_DAY",
    "PD_L1_MEASURED",
    "CTDNA_PER_ML",
    "CTDNA_COPIES",
    "CTC_COUNTED",
    "CTDNA_COPIES_START",
    "CTC_COUNTED_START",
)
OUTER_QUANTILES = (0.05, 0.95)


@dataclass(frozen=True)
class Row:
    """One read-out: its name, and for each arm the median, the 5–95 % range and how many patients have a value."""

    name: str
    unit: str
    values: tuple[tuple[str, str, str], ...]


def rows(run: RunDirectory, labels: Labels) -> list[Row]:
    """Rows of the read-outs that the subjects table holds."""
    subjects = run.table("subjects")
    if subjects is None:
        return []
    found = []
    for name in READ_OUTS:
        values = [_values(subjects[subjects["ARM"].astype(str) == arm], name) for arm in run.arms]
        if any(v is not None for v in values):
            shown = tuple(_shown(v if v is not None else np.array([])) for v in values)
            found.append(Row(labels.family("read_out", name), labels.family("read_out_unit", name), shown))
    return found


def _values(subjects: pd.DataFrame, name: str) -> np.ndarray | None:
    if name == "FOUNDERS_PER_SHED_CELL":
        founders, shed = _values(subjects, "FOUNDERS_DIAGNOSIS"), _values(subjects, "SHED_DIAGNOSIS")
        if founders is None or shed is None:
            return None
        return np.divide(founders, shed, out=np.full(len(shed), np.nan), where=shed > 0)
    return subjects[name].to_numpy(dtype=float) if name in subjects else None


def _shown(values: np.ndarray) -> tuple[str, str, str]:
    known = values[np.isfinite(values)]
    if not len(known):
        return number(None), number(None), "0"
    low, high = (float(v) for v in np.quantile(known, OUTER_QUANTILES))
    return number(float(np.median(known))), span(low, high), number(len(known))
