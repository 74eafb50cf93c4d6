"""How the diagnosis was made and what pathology and blood showed at it, in a sentence or two per arm."""

from __future__ import annotations

import pandas as pd

from paget.patient.monitoring import TISSUE_METHODS
from paget.report import knockouts
from paget.report.number_format import percent
from paget.report.run_directory import RunDirectory
from paget.report.text import Labels

STAINED = 0.01
"""Share of cells from which a tumour counts as positive for PD-L1."""


def sentences(run: RunDirectory, labels: Labels) -> list[str]:
    """One paragraph per arm, of knock-outs for the untouched one; none where the table does not hold the work-up."""
    subjects = run.table("subjects")
    if subjects is None or "TISSUE_METHOD" not in subjects:
        return []
    found = []
    for arm in run.arms[:1] if knockouts.entries(run) else run.arms:
        own = subjects[subjects["ARM"].astype(str) == arm]
        if len(own):
            where = labels("headline.in_arm", arm=arm) if len(run.arms) > 1 else labels("workup.everybody")
            found.append(f"{_tissue(own, where, labels)} {_markers(own, labels)}")
    return found


def _tissue(own: pd.DataFrame, where: str, labels: Labels) -> str:
    method = own["TISSUE_METHOD"].astype(str)
    aspiration, core, open_biopsy = (percent(float((method == name).mean())) for name in TISSUE_METHODS)
    suspicious = percent(float(own["ULTRASOUND_SUSPICIOUS"].mean()))
    return labels(
        "workup.tissue", where=where, aspiration=aspiration, core=core, open=open_biopsy, suspicious=suspicious
    )


def _markers(own: pd.DataFrame, labels: Labels) -> str:
    return labels(
        "workup.markers",
        assay=str(own["PD_L1_ASSAY"].iloc[0]),
        stained=percent(float((own["PD_L1_MEASURED"] >= STAINED).mean())),
        dna=percent(float((own["CTDNA_TEST"].astype(str) == "positive").mean())),
        cells=percent(float((own["CTC_COUNTED"] > 0).mean())),
    )
