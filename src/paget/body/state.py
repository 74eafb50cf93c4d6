"""Records that hold a person's body: kinetics of a clone, a lesion, the state of the whole person.

Numba reads and writes these as structured arrays; one element is one object. Unless a field says otherwise, times are
days since the first cancer cell, volumes mm^3, diameters mm, sizes viable cancer cells.
"""

import numpy as np

ROUTES = ("blood", "lymph")
MOMENTS = ("diagnosis", "death")

PART_STRIDE = 4096
"""Draw addresses per (site, line size): line ordinals and destination sizes stay below it."""

LINE_STRIDE = 32768
"""Steps between two lines that share an address part; more days than any course lasts."""

NURSERY_CELLS = 15
"""Largest line followed cell by cell among micrometastases (beyond it body/birth_death.lasting_size takes over)."""

LOTS = 32
"""Sizes drawn for many lines that outgrow the nursery together; more lines share them."""

TOGETHER = 24.0
"""Lines of one size above which they split together (a choice of speed, not of law)."""

NEXT_CELLS = 96
"""Sizes of the next day that the nursery's cumulative table holds; rarer ones are found by the recurrence itself."""

LOG_VANISHED = -6.0
"""ln cells below which a lesion no longer counts; a lasting line's effective size may be smaller than one cell."""

GROUPS = 3
"""Kinds of growth among metastases without a record: with vessels of their own, waiting for the angiogenic switch, and
grown from cells that resist the drugs given (from the first day of a line of treatment on)."""

WITH_VESSELS, AVASCULAR, RESISTANT = range(GROUPS)

OUTPUT_CLASSES = 36
"""Half-doubling classes from one cell to 2e5 cells in the output table."""

LESION_LIMIT = 256
"""Individual lesions per person; further ones stay in their size classes."""

CURVE_POINTS = 600
"""Sampled moments of a time course."""

KINETICS = np.dtype(
    [
        ("untreated_rate", np.float64),  # 1/day, net growth of an unhindered lesion without drugs
        ("unbraked_rate", np.float64),  # 1/day, the same under the drugs of today
        ("division_rate", np.float64),  # 1/day
        ("brake_rate", np.float64),  # 1/day
        ("brake_share", np.float64),
        ("stimulation", np.float64),  # 1/day
        ("inhibition", np.float64),  # 1/(day mm^2)
        ("log_avascular_capacity", np.float64),  # ln mm^3
        ("log_cell_density", np.float64),  # ln cells per mm^3
        ("log_individual_cells", np.float64),  # ln cells from which a lesion may have a record of its own
        ("log_reference_cells", np.float64),  # ln cells of a lesion of the reference diameter
        ("brake_switch", np.float64),
        ("angiogenesis_switch", np.float64),
        ("drive", np.float64),  # angiogenic drive relative to the disease's usual lesion
        ("capacity_loss", np.float64),  # 1/day, extra loss of vascular capacity
        ("loss_rate", np.float64),  # 1/day, extra death of cells
        ("colony_bottleneck", np.float64),  # cells; losses per birth rise by this over the cells of a colony
        ("parts", np.int64),  # into which a day is divided
    ],
    align=True,
)
"""How a clone grows in one place, in this person's own clock."""

EFFECT = np.dtype(
    [
        ("unbraked_rate", np.float64),  # 1/day, net growth of an unhindered lesion of this clone under today's drugs
        ("division_rate", np.float64),  # 1/day, divisions of its cells that today's drugs leave
        ("loss_rate", np.float64),  # 1/day, extra deaths of its cells
    ],
    align=True,
)
"""What treatment and immunity do to one clone in one place today."""

LESION = np.dtype(
    [
        ("site", np.int64),
        ("parent", np.int64),  # -1: the primary; -2: a metastasis without a record
        ("secondary", np.float64),  # chance that a metastasis founded it
        ("log_cells", np.float64),
        ("clone_cells", np.float64),  # when its clones were last brought up to date; that day, -1: never
        ("clone_day", np.float64),
        ("log_ratio", np.float64),  # ln(K / V)
        ("seeded_day", np.float64),
        ("cells_at_diagnosis", np.float64),
        ("diameter_at_diagnosis", np.float64),
        ("dead_cells", np.float64),  # killed by treatment and not yet cleared
        ("seen", np.int64),  # what imaging took it for (patient/imaging.py)
    ],
    align=True,
)

SITE = np.dtype(
    [
        ("role", np.int64),
        ("top", np.int64),  # largest occupied nursery size
        ("organ_volume", np.float64),  # mm^3
        ("founders_blood", np.float64),  # by how the cell left the primary
        ("founders_lymph", np.float64),
        ("founders_metastases", np.float64),  # from metastases, whatever route
        ("founders_cluster", np.float64),  # those of the above that came as a cluster
        ("dormant", np.float64),  # solitary founders that don't divide now
        ("woken", np.float64),
        ("established", np.float64),
        ("colonised", np.float64),
        ("emission", np.float64),  # sum of cells^exponent of the metastases here, end of the step
        ("emission_before", np.float64),  # start of the step
        ("volume", np.float64),  # mm^3 of lesions above 1 mm^3
        ("crowd_count", np.float64),  # lesions above 1 mm^3 without a record of their own
        ("crowd_volume", np.float64),  # mm^3
        ("records", np.float64),  # lines, classes and lesions advanced, for benchmarks
        ("lesions", np.float64),  # lesions that these stand for
    ],
    align=True,
)
"""What a site holds; counts since the first cell."""

_PERSON_FLOATS = (
    "age_years", "time_scale", "seeding_scale", "presentation_diameter", "extension_susceptibility",
    "lethal_airway", "lethal_lung", "lethal_brain", "lethal_liver", "lethal_effusion", "lethal_total",
    "lethal_haemorrhage",
    "invasiveness", "invasiveness_oxic", "invasiveness_hypoxic",
    "primary_cells", "cells_before", "primary_log_ratio", "extension_hazard",
    "diagnosis_day", "first_founder_day", "last_day",
    "diameter_at_diagnosis", "doubling_at_diagnosis", "doubling_at_5mm", "ki67_at_diagnosis", "ctc_at_diagnosis",
    "founders_at_diagnosis", "founders_at_death",
    "established_at_diagnosis", "established_at_death", "ctc_at_death", "largest_distant", "largest_node",
    "volume_primary", "volume_lung", "volume_metastases", "volume_brain", "volume_liver", "volume_effusion",
    "crowd_count", "record_days",
    "host_factor", "clearance", "founding_share", "niche", "permeability", "returned",
    "vegf", "vessel_quality", "vessel_density", "perfusion", "hypoxia", "mural_cover", "endothelial_precursors",
    "macrophage_share", "inhibitor_pool", "interstitial_pressure", "angiogenic_balance",
    "angiogenic_balance_metastases", "inflammation", "inhibitor_level",
    "stem_share", "t_cells", "immune_loss", "immune_recruitment", "pd_l1",
    "transformed_cells", "differentiated_years", "start_capacity", "lumen_loss", "lumen_loss_at_diagnosis",
    "nursery_loss", "clone_day", "clone_cells",
    "operation_day", "operation_residual", "radiation_day", "drug_day", "care_response",
    "dead_cells", "vegf_blockade", "pd1_blockade", "capacity_loss", "drug_invasiveness",
    "network_sensitivity", "cytotoxic_sensitivity", "radiation_alpha", "radiation_given", "tracheostomy_day",
    "recovered_day", "operated_day", "first_treatment_day", "treatment_days", "relieved_days",
    "progression_day", "clinical_progression_day", "metastasis_day", "response_day", "confirmed_day", "baseline_sum",
    "least_sum", "enrolment_day", "ctdna_at_diagnosis", "ctdna_at_start", "ctc_at_start",
)  # fmt: skip

_PERSON_INTEGERS = (
    "person", "candidates", "female", "genotype", "clone", "stage", "tumour_category", "node_category",
    "metastasis_category", "extended", "extended_at_diagnosis", "ecog", "presentation", "cause", "alive",
    "lesion_count", "visible_at_diagnosis",
    "curve_count", "restarts", "size_prescribed", "group",
    "p53_lost", "origin", "differentiated", "switched", "care", "treated", "resistant_clone",
    "on_study", "enrolment_step", "primary_seen", "margin", "complications", "event_count", "scans_done", "scan_rows",
    "baselines", "best", "best_confirmed", "refused_at_diagnosis", "lost_before_start", "refused_at_start",
)  # fmt: skip

PERSON = np.dtype(
    [(name, np.float64) for name in _PERSON_FLOATS] + [(name, np.int64) for name in _PERSON_INTEGERS], align=True
)
"""Traits, state and read-outs of one person (the subject's row before labels)."""

DRUGS_SHOWN = 4
"""Drugs of an arm whose concentrations a time course holds."""

CURVE_FIELDS = (
    "day", "primary_ml", "metastases_ml", "lung_ml", "lesions", "ctc_per_ml", "diameter_mm", "niche", "vegf",
    "vessel_quality", "hypoxia", "interstitial_pressure_mmhg", "stem_share", "t_cells", "mutant_share", "dormant",
    "ctdna_per_ml", "drug_1", "drug_2", "drug_3", "drug_4",
)  # fmt: skip
CASCADE_COUNTS = (
    "founders_blood", "founders_lymph", "founders_metastases", "founders_cluster", "dormant", "established",
    "colonised",
)  # fmt: skip

SHED_WEIGHTS = ("all", "niche", "permeability", "both")
"""Cells shed into blood and lymph, added up plain, times niche occupancy, times permeability, times both."""
