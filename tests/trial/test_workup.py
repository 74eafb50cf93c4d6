"""What a trial's subjects say of the work-up: diagnosis, sequencing, PD-L1 and two blood samples of everybody."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

import numpy as np
import pandas as pd
import pytest

from paget import knowledge
from paget.trial.plan import Bounds, Entry
from paget.trial.treatment import Design
from trial.treated import BRAF_P53, UNTREATED, protocol, simulated, written

PATIENTS = 200
TRACE = "paclitaxel 0.001 mg/m2 every 7 d iv"
RECORDS = knowledge.parameters("atc")
LATER: dict[str, Any] = {"design": Design(enrolment_delay_days=45.0, scan_days=(0, 56)), "follow_up_days": 60}
subjects = cache(partial(written, PATIENTS, "subjects", protocol(TRACE), genotype=BRAF_P53, **LATER))


def errors(share: float, n: int = PATIENTS) -> float:
    return 5.0 * float(np.sqrt(share * (1.0 - share) / n))


def test_the_diagnosis_is_made_by_needle_and_takes_its_days():
    table = subjects()
    methods = table["TISSUE_METHOD"].astype(str)
    fna = RECORDS["fna_sensitivity"].value / 100.0
    assert (methods == "fine-needle aspiration").mean() == pytest.approx(fna, abs=errors(fna))
    assert set(methods) <= {"fine-needle aspiration", "core biopsy", "open biopsy"}
    assert np.array_equal(methods == "fine-needle aspiration", table["PUNCTURES"] == 1)
    seen = RECORDS["ultrasound_sensitivity"].value / 100.0
    assert table["ULTRASOUND_SUSPICIOUS"].mean() == pytest.approx(seen, abs=errors(seen))
    quick = table[table["ULTRASOUND_SUSPICIOUS"] & (table["PUNCTURES"] == 1)]
    assert set(quick["TISSUE_DAY"]) == {RECORDS["cytology_turnaround"].value}
    late = table[~table["ULTRASOUND_SUSPICIOUS"]]
    assert late["TISSUE_DAY"].min() >= RECORDS["unsuspicious_delay"].value
    assert np.all(table["GENOTYPE_DAY"] > table["TISSUE_DAY"])


def test_pd_l1_is_what_the_assay_of_the_study_reads():
    usual = subjects()
    assert set(usual["PD_L1_ASSAY"].astype(str)) == {"22C3"}
    assert usual["PD_L1_MEASURED"].tolist() == usual["PD_L1"].tolist()
    weak = written(40, "subjects", UNTREATED, genotype=BRAF_P53, entry=Entry(pd_l1_assay="SP142"), follow_up_days=1)
    assert set(weak["PD_L1_ASSAY"].astype(str)) == {"SP142"}
    assert weak["PD_L1_MEASURED"].tolist() == (weak["PD_L1"] * RECORDS["pd_l1_factor_sp142"].value).tolist()
    factor = written(
        40, "subjects", UNTREATED, genotype=BRAF_P53, entry=Entry(pd_l1_assay="SP142"), follow_up_days=1,
        pd_l1_factor_sp142=0.1,
    )  # fmt: skip
    assert factor["PD_L1_MEASURED"].tolist() == (factor["PD_L1"] * 0.1).tolist()


def test_samples_of_blood_count_by_chance_what_is_there():
    table = subjects()
    volume = RECORDS["plasma_sample"].value
    expected = volume * table["CTDNA_PER_ML"]
    assert (expected > 0.0).all()
    z = (table["CTDNA_COPIES"] - expected) / np.sqrt(expected)
    assert abs(z.mean()) < 5.0 / np.sqrt(PATIENTS)
    assert z.std() == pytest.approx(1.0, abs=0.3)
    positive = table["CTDNA_COPIES"] >= RECORDS["ctdna_positive_copies"].value
    assert table["CTDNA_TEST"].astype(str).tolist() == np.where(positive, "positive", "negative").tolist()
    cells = RECORDS["ctc_sample"].value * table["CTC_PER_ML"]
    assert table["CTC_COUNTED"].sum() == pytest.approx(cells.sum(), abs=5.0 * np.sqrt(cells.sum()))


def test_a_second_sample_is_taken_of_those_who_start():
    table = subjects()
    begun = table["ENROLMENT_DAY"].notna()
    assert 0 < begun.sum() < PATIENTS
    for column in ("CTDNA_PER_ML_START", "CTDNA_COPIES_START", "CTC_COUNTED_START"):
        assert np.array_equal(table[column].notna(), begun)
    assert set(table.loc[~begun, "CTDNA_TEST_START"].astype(str)) == {""}
    assert set(table.loc[begun, "CTDNA_TEST_START"].astype(str)) <= {"positive", "negative"}
    # Untreated tumours have grown by then.
    grown = table.loc[begun, "CTDNA_PER_ML_START"] / table.loc[begun, "CTDNA_PER_ML"]
    assert grown.median() > 1.1
    assert not np.array_equal(table.loc[begun, "CTDNA_COPIES_START"], table.loc[begun, "CTDNA_COPIES"])


def test_on_day_0_both_samples_are_one():
    table: pd.DataFrame = written(40, "subjects", protocol(TRACE), genotype=BRAF_P53, design=Design(scan_days=(0, 56)))
    begun = table[table["ENROLMENT_DAY"] == 0.0]
    assert len(begun) == 40
    assert begun["CTDNA_COPIES"].tolist() == begun["CTDNA_COPIES_START"].tolist()
    assert begun["CTC_COUNTED"].tolist() == begun["CTC_COUNTED_START"].tolist()


def test_entry_by_measured_pd_l1_takes_the_stained_only():
    entry = Entry(pd_l1=Bounds(0.01, None))
    asked = {"genotype": BRAF_P53, "follow_up_days": 1}
    everybody, stained = simulated(40, **asked).persons, simulated(40, entry=entry, **asked).persons
    assert (stained["pd_l1"] >= 0.01).all()
    kept = everybody["pd_l1"] >= 0.01
    assert 0 < kept.sum() < 40
    assert stained["person"][kept].tolist() == everybody["person"][kept].tolist()
    assert (stained["refused_at_diagnosis"][~kept] > 0).all()
