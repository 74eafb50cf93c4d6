"""Small treated cohorts in memory: regimens written as in a scenario, arms of twins, one genotype at a time."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from body.cohorts import CARCINOMA
from paget.scenario.regimen import doses_by_day, known_regimen
from paget.trial.cohort import Cohort, simulate
from paget.trial.job import plan_of_arm
from paget.trial.outputs import tables
from paget.trial.plan import Entry, Plan, Prescribed, Study
from paget.trial.treatment import Condition, Design, Dosing, Line, Protocol, Radiotherapy, Surgery

DAYS = 730
"""Length of the calendars, at least that of any follow-up here."""

BRAF = ("BRAF V600E",)
BRAF_P53 = ("BRAF V600E", "TP53")
P53 = ("TP53",)
"""Genotypes of these tests: a response table under drugs takes seconds for each."""

TREATABLE: Mapping[str, float] = {
    **CARCINOMA,
    "shedding_measured_at": 2e10,
    "seeding_exponent": 0.66,
    "seeding_spread": 2.3,
    "lymph_share": 0.165,
    "lodging_probability": 1.5e-3,
    "extravasation_probability": 1.0,
    "permissiveness_lung": 1.6,
    "division_rate": 0.55,
    "presentation_diameter": 67.0,
    "lethal_airway_diameter": 108.0,
    "lethal_haemorrhage_diameter": 124.0,
    "lethal_lung_volume": 8e4,
    "drug_sensitivity_spread": 1.0,
    "phenotype_death_rate": 1.0,
    "mitotic_death_share": 0.7,
    "taxane_kill_rate": 0.02,
    "anthracycline_kill_rate": 0.02,
    "platinum_kill_rate": 0.02,
    "cytotoxic_spread": 0.8,
    "mutation_rate_scale": 1.0,
    "killing_rate": 0.9,
    "radiation_alpha": 0.2,
    "radiation_spread": 0.3,
    "antiangiogenic_pruning_rate": 0.02,
}
"""A carcinoma, half of them metastatic when found, and its answer to treatment, which no calibration moves."""

UNTREATED = Protocol()


def dosing(text: str, days: int = DAYS) -> Dosing:
    """One drug as a scenario writes it; an infusion takes an hour unless the text says otherwise."""
    regimen = known_regimen(text)
    calendar = np.array(doses_by_day(regimen, days))
    hours = 0.0 if regimen.route == "oral" else regimen.infusion_hours or 1.0
    return Dosing(
        regimen.drug, regimen.dose.basis, regimen.route, hours, regimen.schedule.hours, calendar, regimen.ends_after
    )


def line(*drugs: str, name: str = "", **more: Any) -> Line:
    """Drugs given together, until the person dies unless `until` says otherwise."""
    return Line(name or "; ".join(drugs) or "line", tuple(dosing(drug) for drug in drugs), **more)


def protocol(*drugs: str, **more: Any) -> Protocol:
    """One line."""
    return Protocol((line(*drugs, **more),))


def beam(*sites: str, dose: float = 66.0, fractions: int = 33, a_day: int = 1, days_per_week: int = 5) -> Radiotherapy:
    """External beam radiation; without sites of the neck."""
    where = sites or ("thyroid", "cervical_nodes")
    return Radiotherapy(dose, fractions, a_day, days_per_week, 6.0 if a_day > 1 else 0.0, where)


def knife(*sites: str, procedure: str = "total thyroidectomy") -> Surgery:
    """An operation; without sites of the primary and the nodes of the neck."""
    where = sites or ("thyroid", "cervical_nodes")
    return Surgery(procedure, where)


def when(kind: str, days: float | None = None) -> tuple[Condition, ...]:
    """One condition."""
    return (Condition(kind, days),)


def described(
    patients: int,
    arms: Mapping[str, Protocol],
    *,
    genotype: tuple[str, ...] | None = BRAF,
    mechanisms: Mapping[str, float] | None = None,
    arm_mechanisms: Mapping[str, Mapping[str, float]] | None = None,
    arm_parameters: Mapping[str, Mapping[str, float]] | None = None,
    design: Design | None = None,
    entry: Entry | None = None,
    diameter_mm: float | None = None,
    seed: int = 1,
    follow_up_days: int = 365,
    **parameters: float,
) -> Study:
    """A study without the care of a registry or metastases of metastases, which only cost time.

    parameters: by symbol in the model's units.
    """
    return Study(
        name="test",
        disease="atc",
        seed=seed,
        patients=patients,
        arms=tuple(arms),
        follow_up_days=follow_up_days,
        entry=entry or Entry(),
        prescribed=Prescribed(genotype=genotype, diameter_mm=diameter_mm),
        parameters={**TREATABLE, **parameters},
        mechanisms={"reseeding": 0.0, **(mechanisms or {})},
        arm_mechanisms=dict(arm_mechanisms or {}),
        arm_parameters=dict(arm_parameters or {}),
        protocols={name: given for name, given in arms.items() if given.lines},
        design=design or Design(),
    )


def compiled(study: Study, arm: str) -> Plan:
    """One arm of a study."""
    return plan_of_arm(study, arm)


def simulated(patients: int, given: Protocol = UNTREATED, **more: Any) -> Cohort:
    """Everybody of one arm; the same cohort is simulated once."""
    return _simulated(patients, given, _frozen(more))


def _frozen(given: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted((key, _frozen(value) if isinstance(value, dict) else value) for key, value in given.items()))


@cache
def _simulated(patients: int, given: Protocol, more: tuple[tuple[str, Any], ...]) -> Cohort:
    switches = {"mechanisms": dict(dict(more).get("mechanisms", ()))}
    study = described(patients, {"arm": given}, **{**dict(more), **switches})
    return simulate(compiled(study, "arm"), 0, patients, threads=2)


def written(patients: int, name: str, given: Protocol = UNTREATED, **more: Any) -> pd.DataFrame:
    """One of the output tables of one arm."""
    plan = compiled(described(patients, {"arm": given}, **more), "arm")
    return tables(plan, "arm", simulate(plan, 0, patients, threads=2))[name].to_pandas()


def survival(cohort: Cohort) -> np.ndarray:
    """Days from diagnosis to death or the end of follow-up."""
    return cohort.persons["last_day"] - cohort.persons["diagnosis_day"]


def median(values: np.ndarray) -> float:
    """Median as a plain number."""
    return float(np.median(values))
