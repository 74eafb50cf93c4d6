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

TOGETHER = 24.0
"""Lines of one size above which they split together (a choice of speed, not of law)."""

NEXT_CELLS = 96
"""Sizes of the next day that the nursery's cumulative table holds; rarer ones are found by the recurrence itself."""

DOUBLINGS_BELOW_ONE = 6
"""The size classes start this many doublings below one cell (effective sizes of lines that will last)."""

CLASS_COUNT = 86
"""Half-doubling classes up to 1e11 cells, beyond the largest organ."""

OUTPUT_CLASSES = 36
"""Half-doubling classes from one cell to 2e5 cells in the output table."""

LESION_LIMIT = 256
"""Individual lesions per person; further ones stay in their size classes."""

CURVE_POINTS = 600
"""Sampled moments of a time course."""

KINETICS = np.dtype(
    [
        ("unbraked_rate", np.float64),  # 1/day
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
        ("parts", np.int64),  # into which a day is divided
    ],
    align=True,
)
"""How a clone grows in one place, in this person's own clock."""

LESION = np.dtype(
    [
        ("site", np.int64),
        ("parent", np.int64),  # -1: the primary
        ("log_cells", np.float64),
        ("log_ratio", np.float64),  # ln(K / V)
        ("seeded_day", np.float64),
        ("cells_at_diagnosis", np.float64),
        ("diameter_at_diagnosis", np.float64),
    ],
    align=True,
)

_PERSON_FLOATS = (
    "age_years", "time_scale", "seeding_scale", "presentation_diameter", "extension_susceptibility",
    "lethal_airway", "lethal_lung", "lethal_brain", "lethal_liver", "lethal_effusion", "lethal_total",
    "lethal_haemorrhage",
    "invasiveness", "founder_rate",
    "primary_cells", "primary_log_ratio", "extension_hazard",
    "shed_blood", "shed_lymph",
    "diagnosis_day", "first_founder_day", "last_day",
    "diameter_at_diagnosis", "doubling_at_diagnosis", "doubling_at_5mm", "ki67_at_diagnosis", "ctc_at_diagnosis",
    "shed_blood_at_diagnosis", "shed_lymph_at_diagnosis", "founders_at_diagnosis", "founders_at_death",
    "established_at_diagnosis", "established_at_death", "ctc_at_death", "largest_distant", "largest_node",
    "volume_primary", "volume_lung", "volume_metastases", "volume_brain", "volume_liver", "volume_effusion",
    "crowd_count", "record_days", 
)  # fmt: skip

_PERSON_INTEGERS = (
    "person", "candidates", "female", "genotype", "clone", "stage", "tumour_category", "node_category",
    "metastasis_category", "extended", "extended_at_diagnosis", "ecog", "presentation", "cause", "alive",
    "lesion_count", "visible_at_diagnosis",
    "curve_count", "restarts", "size_prescribed",
)  # fmt: skip

PERSON = np.dtype(
    [(name, np.float64) for name in _PERSON_FLOATS] + [(name, np.int64) for name in _PERSON_INTEGERS], align=True
)
"""Traits, state and read-outs of one person (the subject's row before labels)."""

CURVE_FIELDS = ("day", "primary_ml", "metastases_ml", "lung_ml", "lesions", "ctc_per_ml", "diameter_mm")
CASCADE_COUNTS = ("founders_blood", "founders_lymph", "established", "colonised")
