"""Small cohorts in memory, for tests that look at the biology rather than at files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from paget import knowledge
from paget.body.state import CASCADE_COUNTS
from paget.trial.cohort import Cohort, simulate
from paget.trial.outputs import tables
from paget.trial.plan import Entry, Plan, Prescribed, Study, plan

ALIKE: Mapping[str, float] = {"time_scale_spread": 0.0, "seeding_spread": 0.0, "presentation_spread": 0.0}
"""Everybody's tumour has the same tempo, seeds alike and is noticed at the same size."""

TO_DIAGNOSIS = 1
"""Days of follow-up where only what the diagnosis finds is looked at."""

CARCINOMA: Mapping[str, float] = {
    "small_lesion_doubling_time": 7.0,
    "brake_rate": 0.0125,
    "vascular_limit": 1e6,
    "metastasis_vascular_limit": 1e6,
    "time_scale_spread": 0.8,
    "division_rate": 0.7,
    "shedding_rate": 1.85e-3,
    "lymph_share": 0.5,
    "lodging_probability": 2.9e-7,
    "seeding_spread": 1.0,
    "extension_rate": 0.0025,
    "presentation_diameter": 59.0,
    "presentation_spread": 0.42,
    "nodal_mass_diameter": 40.0,
    "detection_diameter": 5.0,
    "node_detection_diameter": 5.0,
    "airway_symptom_load": 0.65,
    "symptom_load": 0.5,
    "lethal_airway_diameter": 100.0,
    "lethal_haemorrhage_diameter": 105.0,
    "lethal_lung_volume": 1e5,
    "lethal_total_volume": 1e6,
    "arrest_prone_share": 0.92,
    "capture_lung_prone": 0.9,
    "capture_organ_prone": 0.9,
    "capture_passer": 0.02,
    "capture_node": 0.9,
    "lymph_drainage_share": 0.1,
    "death_per_circuit": 0.05,
    "extravasation_probability": 0.8,
}
"""A carcinoma for these tests, so that a new calibration of the disease does not move them."""

SITES = tuple(site.id for site in knowledge.sites())


def compiled(
    patients: int,
    *,
    mechanisms: Mapping[str, float] | None = None,
    disease: str = "atc",
    seed: int = 1,
    follow_up_days: int = 1826,
    entry: Entry | None = None,
    prescribed: Prescribed | None = None,
    **parameters: float,
) -> Plan:
    """A plan of one arm; parameters by symbol in the model's units (patient/parameters.UNITS)."""
    study = Study(
        name="test",
        disease=disease,
        seed=seed,
        patients=patients,
        arms=("only",),
        follow_up_days=follow_up_days,
        entry=entry or Entry(),
        prescribed=prescribed or Prescribed(),
        parameters={**(CARCINOMA if disease == "atc" else {}), **parameters},
        mechanisms=dict(mechanisms or {}),
    )
    return plan(study)


def simulated(patients: int, **described: Any) -> Cohort:
    """Everybody of the study that `compiled` describes."""
    return simulate(compiled(patients, **described), 0, patients, threads=2)


def written(patients: int, name: str, **described: Any) -> pd.DataFrame:
    """One of the output tables of the study that `compiled` describes."""
    study = compiled(patients, **described)
    return tables(study, "only", simulate(study, 0, patients, threads=2))[name].to_pandas()


def counted(cohort: Cohort, name: str, *sites: str, moment: int = 0) -> float:
    """Sum of a count of the cascade ("founders", "founders_lymph", "established", "colonised") over persons and sites.

    moment 0 is the diagnosis, 1 the end; no sites: all of them.
    """
    columns = [place for place, field in enumerate(CASCADE_COUNTS) if field.startswith(name)]
    rows = [SITES.index(site) for site in sites or SITES]
    return float(cohort.cascade[:, moment][:, rows][:, :, columns].sum())


def distance(observed: float, expected: float) -> float:
    """Standard errors between a Poisson count and its expectation."""
    return abs(observed - expected) / np.sqrt(expected)


def ratio_distance(above: float, below: float, expected: float) -> float:
    """Standard errors between the ratio of two independent Poisson counts, both large, and its expectation."""
    return abs(np.log(above / below / expected)) / np.sqrt(1.0 / above + 1.0 / below)
