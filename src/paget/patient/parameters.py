"""The numbers a course reads, packed from the cited records into one numpy record.

Every field is the symbol of a record under knowledge/data; the unit that the kernel expects stands here once, and the
record's value is converted to it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

UNITS: dict[str, str] = {
    "cell_density": "cell/mm^3",
    "shape_factor": "1",
    "division_rate": "1/d",
    "small_lesion_doubling_time": "d",
    "brake_share": "1",
    "brake_rate": "1/d",
    "largest_brake_step": "1/d",
    "vessel_stimulation": "1/d",
    "vascular_limit": "mm^3",
    "metastasis_vascular_limit": "mm^3",
    "avascular_capacity": "mm^3",
    "individual_limit": "mm^3",
    "stochastic_limit": "cell",
    "time_scale_spread": "1",
    "ki67_duration": "d",
    "shedding_rate": "1/d",
    "seeding_spread": "1",
    "blood_volume": "mL",
    "extension_rate": "1/d",
    "deep_extension_share": "1",
    "detection_diameter": "mm",
    "node_detection_diameter": "mm",
    "autopsy_diameter": "mm",
    "presentation_diameter": "mm",
    "presentation_spread": "1",
    "nodal_mass_diameter": "mm",
    "symptom_load": "1",
    "airway_symptom_load": "1",
    "undiagnosed_limit": "d",
    "t1_limit": "mm",
    "t2_limit": "mm",
    "reference_diameter": "mm",
    "lethal_hazard": "1/d",
    "hazard_exponent": "1",
    "lethal_airway_diameter": "mm",
    "lethal_airway_spread": "1",
    "lethal_lung_volume": "mm^3",
    "lethal_lung_spread": "1",
    "lethal_brain_volume": "mm^3",
    "lethal_liver_volume": "mm^3",
    "lethal_effusion_volume": "mm^3",
    "lethal_total_volume": "mm^3",
    "lethal_haemorrhage_diameter": "mm",
    "lethal_other_spread": "1",
    "mortality_at_reference_age_female": "1/d",
    "mortality_at_reference_age_male": "1/d",
    "mortality_slope": "1/year",
    "mortality_reference_age": "year",
    "age_mean": "year",
    "age_sd": "year",
    "age_minimum": "year",
    "age_maximum": "year",
    "female_share": "1",
    "ecog_burden_1": "mm^3",
    "ecog_burden_2": "mm^3",
    "ecog_burden_3": "mm^3",
    "ecog_airway_2": "1",
    "ecog_airway_3": "1",
    "ecog_age": "year",
}
"""Symbol -> unit in which the course reads it."""

PARAMETERS = np.dtype(
    [(symbol, np.float64) for symbol in UNITS]
    + [("millilitre", np.float64), ("days_per_year", np.float64)]
    + [(f"switch_{name}", np.float64) for name in (
        "shedding", "basement_membrane", "growth_brake", "angiogenesis", "extrathyroidal_extension",
        "staging", "detection", "death", "background_mortality",
    )],
    align=True,
)  # fmt: skip
"""Record of every number and switch that the compiled course reads."""


def pack(values: Mapping[str, float], switches: Mapping[str, float], constants: Mapping[str, float]) -> np.ndarray:
    """One-element array of PARAMETERS from values in the units above, switch factors and unit constants.

    Raises KeyError where a symbol is missing: a programming error, since knowledge.check() has passed.
    """
    record = np.zeros(1, PARAMETERS)
    for symbol in UNITS:
        record[symbol] = values[symbol]
    for name, value in constants.items():
        record[name] = value
    for field in PARAMETERS.names or ():
        if field.startswith("switch_"):
            record[field] = switches[field.removeprefix("switch_")]
    return record
