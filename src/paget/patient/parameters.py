"""The numbers a course reads, packed from the cited records into one numpy record.

Every field is the symbol of a record under knowledge/data; the unit that the kernel expects stands here once, and the
record's value is converted to it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from paget.body import surroundings
from paget.therapy import antiangiogenic, cytotoxic, radiation, supportive_care, surgery

_COURSE: dict[str, str] = {
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
    "shedding_measured_at": "cell",
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
    "time_step": "d",
    "class_spacing": "1",
    "loss_resolution": "1/d",
    "clone_interval": "d",
    "seeding_exponent": "1",
    "expected_numbers": "1",
    "expected_growth": "1",
    "emission_limit": "1",
    "colony_bottleneck": "cell",
    "usual_vessels": "1",
    "vascular_inhibitor_dose": "mg/kg",
    "vascular_inhibitor_effect": "1",
    "vascular_inhibitor_clearance": "1/d",
    "vascular_inhibitor_interval": "d",
    "vascular_inhibitor_start": "d",
    "vascular_inhibitor_end": "d",
}

_ARRIVAL: dict[str, str] = {
    "niche_half_volume": "mm^3",
    "niche_formation_rate": "1/d",
    "niche_loss_rate": "1/d",
    "vegf_free_permeability": "1",
    "vegf_permeability_half_effect": "1",
    "host_factor_spread": "1",
    "arriving_epithelial_share": "1",
    "epithelial_reversion_rate": "1/d",
    "solitary_dormancy_share": "1",
    "dormant_wake_rate": "1/d",
    "dormant_death_rate": "1/d",
    "aspirin_exposure": "1",
    "aspirin_immune_loss": "1",
    "aspirin_loss_age": "year",
}

_CELLS: dict[str, str] = {
    "stem_self_renewal": "1",
    "non_stem_division": "1",
    "non_stem_deficit": "1",
    "dedifferentiation_chance": "1",
    "origin_share_stem_cell": "1",
    "origin_share_progenitor": "1",
    "origin_share_fusion": "1",
    "origin_share_dedifferentiation": "1",
    "origin_prescribed": "1",
    "progenitor_renewal_chance": "1",
    "fusion_chance": "1",
    "differentiated_origin_share": "1",
    "differentiated_doubling_time": "d",
    "differentiated_tempo_spread": "1",
    "differentiated_plateau": "mm^3",
    "differentiated_division_rate": "1/d",
    "p53_loss_chance": "1",
    "transformation_limit": "d",
    "t_cell_recruitment": "1/d",
    "immune_recruitment_spread": "1",
    "antigenicity": "1",
    "t_cell_division": "1/d",
    "t_cell_division_half": "cell",
    "t_cell_loss": "1/d",
    "t_cell_limit": "1",
    "killing_rate": "1/d",
    "killing_half": "cell",
    "pd_l1_half": "1",
    "pd_l1_positive_share": "1",
    "pd_l1_recruitment_correlation": "1",
    "pd_l1_shape": "1",
    "pd1_blockade": "1",
    "ctla4_blockade": "1",
    "ctla4_gain": "1",
    "macrophage_ratio": "1",
    "macrophage_half": "1",
    "airway_loss_at_rest": "1",
    "airway_loss_on_exertion": "1",
}

_TREATMENT: dict[str, str] = {
    "drug_sensitivity_spread": "1",
    "phenotype_death_rate": "1/d",
    "mitotic_death_share": "1",
    "least_delivery": "1",
    "partner_exposure_limit": "1",
    "drug_induction_resolution": "1",
    "drug_vanishing_concentration": "nmol/L",
    "typical_weight": "kg",
    "typical_surface": "m^2",
    "cytotoxic_spread": "1",
    "cytotoxic_death_rate": "1/d",
}


_RECIST: dict[str, str] = {
    "recist_target_diameter": "mm",
    "recist_target_node": "mm",
    "recist_normal_node": "mm",
    "recist_target_limit": "count",
    "recist_organ_limit": "count",
    "recist_too_small": "mm",
    "recist_partial_response": "1",
    "recist_progression": "1",
    "recist_progression_absolute": "mm",
    "recist_non_target_progression": "1",
    "recist_confirmation": "d",
    "recist_stable_minimum": "d",
    "recist_tie_tolerance": "1",
}

_IMAGING: dict[str, str] = {
    "node_axis_ratio": "1",
    "measurement_error": "1",
    "known_lesion_diameter": "mm",
    "new_lesion_diameter": "mm",
    "scan_missing_chance": "1",
    "clinical_ecog": "1",
    "clinical_rise": "1",
    "palpable_diameter": "mm",
    "dead_cell_half_life": "d",
}

_MONITORING: dict[str, str] = {
    "ctdna_shed_share": "1",
    "ctdna_half_life": "d",
    "plasma_share": "1",
    "plasma_sample": "mL",
    "ctdna_positive_copies": "count",
    "ctc_sample": "mL",
    "ultrasound_sensitivity": "1",
    "fna_sensitivity": "1",
    "core_biopsy_sensitivity": "1",
    "core_biopsy_first": "1",
    "punctures_limit": "count",
    "unsuspicious_delay": "d",
    "repeat_biopsy_delay": "d",
    "cytology_turnaround": "d",
    "histology_turnaround": "d",
    "sequencing_turnaround": "d",
    "sequencing_spread": "1",
    "liquid_turnaround": "d",
    "liquid_spread": "1",
    "liquid_biopsy": "1",
    "encasement_diameter": "mm",
    "encasement_spread": "1",
}

UNITS: dict[str, str] = (
    _COURSE | _ARRIVAL | _CELLS | _TREATMENT | _RECIST | _IMAGING | _MONITORING | surroundings.UNITS | radiation.UNITS
    | surgery.UNITS | supportive_care.UNITS | antiangiogenic.UNITS
)  # fmt: skip
"""Symbol -> unit in which the course reads it."""

SWITCHES = (
    "shedding", "basement_membrane", "growth_brake", "angiogenesis", "extrathyroidal_extension", "staging", "detection",
    "death", "background_mortality", "premetastatic_niche", "vascular_permeability", "host_factor",
    "mesenchymal_epithelial_transition", "dormancy", "aspirin", "stem_hierarchy", "dedifferentiation", "tumour_origin",
    "differentiated_origin", "p53_loss", "mutation", "immune_killing", "confluence", "airway_compression",
    *surroundings.SWITCHES, *radiation.SWITCHES, *surgery.SWITCHES, *cytotoxic.SWITCHES, *supportive_care.SWITCHES,
    *antiangiogenic.SWITCHES, "checkpoint_blockade", "dead_cell_clearance", "target_inhibition",
)  # fmt: skip
"""Mechanisms whose factor the course reads."""

CONSTANTS = ("millilitre", "days_per_year", "p53_mask", "platelet_angiogenesis", "nodes_raise_stage")
"""What a plan computes for the course: mm^3 per mL, days per year, the genotype bits that mean a loss of p53, the
factor of platelets on the vessels of metastases, and whether nodes raise the stage (AJCC 8) or not (6, 7)."""

PARAMETERS = np.dtype(
    [(symbol, np.float64) for symbol in UNITS]
    + [(name, np.float64) for name in CONSTANTS]
    + [(f"switch_{name}", np.float64) for name in SWITCHES],
    align=True,
)
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
    for name in SWITCHES:
        record[f"switch_{name}"] = switches[name]
    return record
