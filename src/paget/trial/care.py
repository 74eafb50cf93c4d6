"""The care of an era as the tables that the course reads, and what of it each person got."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from paget import knowledge
from paget.knowledge.cohorts import STAGES as GROUPS
from paget.knowledge.cohorts import care_shares
from paget.patient.care import CARE, NEVER
from paget.patient.staging import STAGES
from paget.trial.units import convert

CARE_UNITS: Mapping[str, str] = {
    "care_fitness_slope": "1",
    "care_reference_ecog": "1",
    "care_extension_slope": "1",
    "deep_extension_share": "1",
    "care_ecog_limit": "1",
    "care_delay_spread": "1",
    "radiation_spread": "1",
    "surgery_delay": "d",
    "maximal_resection_share": "1",
    "maximal_resection_residual": "1",
    "partial_resection_residual": "1",
    "radiotherapy_delay": "d",
    "systemic_delay": "d",
    "radiation_alpha": "1/Gy",
    "radiation_alpha_beta": "Gy",
    "radical_dose": "Gy",
    "radical_fraction": "Gy",
    "palliative_dose": "Gy",
    "palliative_fraction": "Gy",
    "fractions_per_week": "1/d",
    "cytotoxic_loss_rate": "1/d",
    "cytotoxic_duration": "d",
}
"""Symbol -> unit in which the care table is computed."""

NO_CARE = "none"
OPERATED = ("surgery", "surgery and radiochemotherapy")
IRRADIATED = ("radiotherapy", "radiochemotherapy", "surgery and radiochemotherapy")
SYSTEMIC = ("chemotherapy", "radiochemotherapy", "surgery and radiochemotherapy")
PALLIATIVE = "radiotherapy"
"""Radiation alone is given in the palliative schedule, all other radiation in the radical one."""


@dataclass(frozen=True)
class CareTable:
    """Options of care: names, their effects (options,) CARE, and shares (patient/staging.STAGES, options) of 1."""

    options: tuple[str, ...]
    care: np.ndarray
    shares: np.ndarray


def care_table(disease: str, mix: str | None, values: Mapping[str, float], switch: float = 1.0) -> CareTable:
    """The care of a mix; an empty table without one (None) or with the switch `care` off.

    values: parameters by symbol, each in the unit of its record unless patient/parameters.UNITS holds it (as
    trial/plan.parameter_values gives them). switch: factor on every ln kill, of operations too.
    Raises InputError for an unknown mix.
    """
    if mix is None or switch == 0.0:
        return CareTable((), np.zeros(0, CARE), np.zeros((len(STAGES), 0)))
    rows = care_shares(disease, mix)
    numbers = _numbers(disease, values)
    care = np.zeros(len(rows), CARE)
    shares = np.zeros((len(STAGES), len(rows)))
    for place, (option, row) in enumerate(rows.items()):
        _fill(care[place : place + 1], option, numbers)
        _scale(care[place : place + 1], switch)
        for stage, percent in zip(GROUPS, row.percents, strict=True):
            shares[STAGES.index(stage), place] = convert(percent, "%", "1")
    # Where no stage is given (switch `staging` off) the mean of the groups stands for all.
    shares[0] = shares[1:].mean(axis=0)
    return CareTable(tuple(rows), care, shares)


def _numbers(disease: str, values: Mapping[str, float]) -> dict[str, float]:
    from paget.patient.parameters import UNITS

    records = knowledge.parameters(disease)
    return {
        symbol: convert(values[symbol], UNITS.get(symbol, records[symbol].unit), unit)
        for symbol, unit in CARE_UNITS.items()
    }


def _fill(row: np.ndarray, option: str, numbers: Mapping[str, float]) -> None:
    """Write one option's record; the delays of steps that it lacks stay negative."""
    row["ecog_limit"] = numbers["care_ecog_limit"]
    row["reference_ecog"] = numbers["care_reference_ecog"]
    row["reference_t4"] = numbers["deep_extension_share"]
    row["delay_spread"] = numbers["care_delay_spread"]
    row["response_spread"] = numbers["radiation_spread"]
    row["fitness_slope"] = 0.0 if option == NO_CARE else numbers["care_fitness_slope"]
    for step in ("operation_delay", "radiation_delay", "drug_delay"):
        row[step] = NEVER
    if option in OPERATED:
        row["extension_slope"] = numbers["care_extension_slope"]
        row["operation_delay"] = numbers["surgery_delay"]
        row["maximal_share"] = numbers["maximal_resection_share"]
        row["maximal_residual"] = numbers["maximal_resection_residual"]
        row["partial_residual"] = numbers["partial_resection_residual"]
    if option in IRRADIATED:
        row["radiation_delay"] = numbers["radiotherapy_delay"]
        row["radiation_kill"], row["radiation_days"] = _radiation(option, numbers)
    if option in SYSTEMIC:
        # With radiation the drug begins with it; alone it waits for its own appointment.
        row["drug_delay"] = numbers["radiotherapy_delay" if option in IRRADIATED else "systemic_delay"]
        row["drug_days"] = numbers["cytotoxic_duration"]
        row["drug_loss"] = numbers["cytotoxic_loss_rate"]


def _scale(row: np.ndarray, switch: float) -> None:
    """Multiply the ln kill of every step by the switch."""
    for name in ("maximal_residual", "partial_residual"):
        row[name] = row[name] ** switch
    for name in ("radiation_kill", "drug_loss"):
        row[name] *= switch


def _radiation(option: str, numbers: Mapping[str, float]) -> tuple[float, float]:
    """The ln kill alpha D (1 + d / (alpha/beta)) and the days that the schedule takes."""
    schedule = "palliative" if option == PALLIATIVE else "radical"
    dose, fraction = numbers[f"{schedule}_dose"], numbers[f"{schedule}_fraction"]
    kill = numbers["radiation_alpha"] * dose * (1.0 + fraction / numbers["radiation_alpha_beta"])
    # Whole days, since the kill is spread over the days of a course.
    return kill, max(1.0, float(round(dose / fraction / numbers["fractions_per_week"])))


def allowed_options(table: CareTable, operated: str) -> int:
    """Bit mask of the options that a registry's design lets in; operated: "any" or "no" (unresected only)."""
    return sum(1 << place for place, option in enumerate(table.options) if operated == "any" or option not in OPERATED)


def care_received(table: CareTable, persons: np.ndarray) -> np.ndarray:
    """Name of what each person got, as an array of objects; "" in a cohort without care.

    persons: (n,) PERSON at the end. Steps given up and steps that death came before are not counted, so that a planned
    "surgery and radiochemotherapy" may end as "surgery".
    """
    if not table.options:
        return np.full(len(persons), "", dtype=object)
    operated, irradiated, systemic = (_begun(persons, step) for step in ("operation", "radiation", "drug"))
    got = np.full(len(persons), NO_CARE, dtype=object)
    got[systemic] = "chemotherapy"
    got[irradiated] = "radiotherapy"
    got[irradiated & systemic] = "radiochemotherapy"
    got[operated] = "surgery"
    got[operated & irradiated] = "surgery and radiochemotherapy"
    return got


def systemic_day(persons: np.ndarray) -> np.ndarray:
    """Day after diagnosis of the first drug that each person got; NaN without one."""
    return np.where(_begun(persons, "drug"), persons["drug_day"], np.nan)


def _begun(persons: np.ndarray, step: str) -> np.ndarray:
    day = persons[f"{step}_day"]
    return (persons["care"] >= 0) & (day >= 0.0) & (day < persons["last_day"] - persons["diagnosis_day"])
