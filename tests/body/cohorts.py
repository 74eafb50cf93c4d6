"""Small cohorts in memory, for tests that look at the biology rather than at files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from paget import knowledge
from paget.body.arrival import arrival_factors
from paget.body.state import CASCADE_COUNTS
from paget.trial.cohort import Cohort, simulate
from paget.trial.outputs import tables
from paget.trial.plan import Entry, Plan, Prescribed, Study, parameter_values, plan, switch_factors

ALIKE: Mapping[str, float] = {"time_scale_spread": 0.0, "seeding_spread": 0.0, "presentation_spread": 0.0}
"""Everybody's tumour has the same tempo, seeds alike and is noticed at the same size."""

TO_DIAGNOSIS = 1
"""Days of follow-up where only what the diagnosis finds is looked at."""

CARCINOMA: Mapping[str, float] = {
    # growth
    "small_lesion_doubling_time": 7.0,
    "brake_rate": 0.0125,
    "vascular_limit": 1e6,
    "metastasis_vascular_limit": 1e6,
    "time_scale_spread": 0.8,
    "division_rate": 0.7,
    "extension_rate": 0.0025,
    # departure and journey
    "shedding_rate": 1.85e-3,
    "shedding_measured_at": 1.0,
    "seeding_exponent": 1.0,
    "seeding_spread": 1.0,
    "host_factor_spread": 0.5,
    "lymph_share": 0.5,
    "lymph_drainage_share": 0.1,
    "arrest_prone_share": 0.92,
    "capture_lung_prone": 0.9,
    "capture_organ_prone": 0.9,
    "capture_passer": 0.02,
    "capture_node": 0.9,
    "capture_cluster": 0.99,
    "mesenchymal_share": 0.7,
    "amoeboid_share": 0.25,
    "cluster_cell_share": 0.05,
    "cluster_mean_size": 5.0,
    # arrival
    "extravasation_probability": 0.8,
    "lodging_probability": 8.7e-4,
    "permissiveness_lung": 1.0,
    "niche_seeding_fold": 3.0,
    "niche_half_volume": 5e3,
    "vegf_free_permeability": 0.5,
    "arriving_epithelial_share": 0.1,
    "mesenchymal_reversion_probability": 1.0,
    "sustained_mesenchymal_colonisation": 0.1348,
    "solitary_dormancy_share": 0.5,
    "dormant_wake_rate": 0.02,
    "dormant_death_rate": 0.0573,
    # cells
    "stem_self_renewal": 0.525,
    "non_stem_division": 8.5,
    "non_stem_deficit": 0.74,
    "dedifferentiation_chance": 1e-3,
    "differentiated_origin_share": 0.4,
    "t_cell_recruitment": 0.045,
    "immune_recruitment_spread": 1.5,
    "killing_rate": 0.9,
    # clinic
    "presentation_diameter": 59.0,
    "presentation_spread": 0.42,
    "nodal_mass_diameter": 40.0,
    "detection_diameter": 5.0,
    "node_detection_diameter": 5.0,
    "airway_loss_at_rest": 0.75,
    "airway_loss_on_exertion": 0.5,
    "symptom_load": 0.5,
    "lethal_airway_diameter": 100.0,
    "lethal_haemorrhage_diameter": 105.0,
    "lethal_lung_volume": 1e5,
    "lethal_total_volume": 1e6,
}
"""A carcinoma for these tests, so that a new calibration of the disease does not move them."""

SITES = tuple(site.id for site in knowledge.sites())

SOURCES = ("founders_blood", "founders_lymph", "founders_metastases")
"""Counts that add up to all founders (those that came as clusters are among them)."""


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
    """Sum of a count of the cascade (body/state.CASCADE_COUNTS; "founders": whatever their source) over all persons.

    moment 0 is the diagnosis, 1 the end; no sites: all of them.
    """
    fields = SOURCES if name == "founders" else (name,)
    columns = [CASCADE_COUNTS.index(field) for field in fields]
    rows = [SITES.index(site) for site in sites or SITES]
    return float(cohort.cascade[:, moment][:, rows][:, :, columns].sum())


def soil_of(**described: Any) -> dict[str, float]:
    """Factor of lodging by site without a niche, straight from the body layer, for the study that is described."""
    study = compiled(1, **described).study
    factors = arrival_factors(SITES, parameter_values(study), switch_factors(study), 0.0)
    return dict(zip(SITES, factors.soil * factors.met_gate, strict=True))


def distance(observed: float, expected: float) -> float:
    """Standard errors between a Poisson count and its expectation."""
    return abs(observed - expected) / np.sqrt(expected)


def ratio_distance(above: float, below: float, expected: float) -> float:
    """Standard errors between the ratio of two independent Poisson counts, both large, and its expectation."""
    return abs(np.log(above / below / expected)) / np.sqrt(1.0 / above + 1.0 / below)
