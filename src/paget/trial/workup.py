"""Columns of subjects on how the diagnosis was made and what blood showed (patient/workup.py)."""

from __future__ import annotations

import numpy as np

from paget.patient.monitoring import TISSUE_METHODS
from paget.patient.workup import TEST_RESULTS, WORKUP, work_up
from paget.trial.cohort import Cohort
from paget.trial.plan import Plan


def workup_columns(plan: Plan, cohort: Cohort) -> dict[str, np.ndarray]:
    """One value per person and column; NaN and empty at the start for those who never started."""
    person = cohort.persons
    found = np.zeros(len(person), WORKUP)
    factor = float(plan.eligibility["pd_l1_factor"][0])
    work_up.launch(len(person), person, plan.parameters, factor, plan.study.seed, found, threads=1)
    begun = person["on_study"] > 0
    return {
        "ULTRASOUND_SUSPICIOUS": found["suspicious"] > 0,
        "TISSUE_METHOD": _labels(TISSUE_METHODS, found["method"]),
        "PUNCTURES": found["punctures"].astype(np.int8),
        "TISSUE_DAY": found["tissue_day"],
        "GENOTYPE_DAY": found["genotype_day"],
        "PD_L1_MEASURED": found["pd_l1"],
        "PD_L1_ASSAY": np.full(len(person), plan.study.entry.pd_l1_assay, dtype=object),
        "CTDNA_PER_ML": person["ctdna_at_diagnosis"],
        "CTDNA_COPIES": found["ctdna"],
        "CTDNA_TEST": _labels(TEST_RESULTS, found["ctdna_test"]),
        "CTC_COUNTED": found["ctc"],
        "CTDNA_PER_ML_START": np.where(begun, person["ctdna_at_start"], np.nan),
        "CTDNA_COPIES_START": np.where(begun, found["ctdna_at_start"], np.nan),
        "CTDNA_TEST_START": _labels(TEST_RESULTS, found["ctdna_test_at_start"]),
        "CTC_COUNTED_START": np.where(begun, found["ctc_at_start"], np.nan),
    }


def _labels(names: tuple[str, ...], index: np.ndarray) -> np.ndarray:
    return np.array(names, dtype=object)[index]
