"""Schemas of the tables that a cohort writes (pyarrow); keys first, then what is known of each row."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

_LABEL = pa.dictionary(pa.int32(), pa.string())
_FLOAT = pa.float64()
_PERSON = [("USUBJID", pa.string()), ("ARM", _LABEL)]


def _schema(*columns: tuple[str, pa.DataType]) -> pa.Schema:
    return pa.schema([*_PERSON, *columns])


SUBJECTS = _schema(
    ("AGE", _FLOAT), ("SEX", _LABEL), ("GENOTYPE", _LABEL), ("ECOG", pa.int8()), ("STAGE", _LABEL), ("TSTAGE", _LABEL),
    ("NSTAGE", _LABEL), ("MSTAGE", _LABEL), ("DIAMETER_MM", _FLOAT), ("EXTRATHYROIDAL", pa.bool_()),
    ("TUMOUR_AGE_DAYS", _FLOAT), ("DOUBLING_TIME_5MM_DAYS", _FLOAT), ("DOUBLING_TIME_DAYS", _FLOAT), ("KI67", _FLOAT),
    ("FIRST_FOUNDER_DAY", _FLOAT), ("FOUNDERS_DIAGNOSIS", _FLOAT), ("FOUNDERS_DEATH", _FLOAT),
    ("LODGED_DIAGNOSIS", _FLOAT), ("LODGED_DEATH", _FLOAT), ("SHED_DIAGNOSIS", _FLOAT), ("SHED_DEATH", _FLOAT),
    ("CTC_PER_ML", _FLOAT), ("VISIBLE_METASTASES", pa.int64()), ("PRESENTATION", _LABEL), ("DEATH_CAUSE", _LABEL),
    ("DEATH_DAYS", _FLOAT), ("ALIVE", pa.bool_()), ("CANDIDATES", pa.int64()), ("RESTARTS", pa.int64()),
    ("TIME_SCALE", _FLOAT), ("SEEDING_SCALE", _FLOAT), ("HOST_FACTOR", _FLOAT), ("ORIGIN", _LABEL),
    ("TRANSFORMED_CELLS", _FLOAT), ("DIFFERENTIATED_YEARS", _FLOAT), ("STEM_SHARE", _FLOAT), ("VEGF", _FLOAT),
    ("VESSEL_QUALITY", _FLOAT), ("HYPOXIA", _FLOAT), ("INTERSTITIAL_PRESSURE_MMHG", _FLOAT), ("NICHE", _FLOAT),
    ("T_CELLS", _FLOAT), ("PD_L1", _FLOAT), ("MUTANT_CELLS", _FLOAT), ("AIRWAY_LUMEN_LOSS", _FLOAT), ("CARE", _LABEL),
    ("SYSTEMIC_DAY", _FLOAT), ("EXTRATHYROIDAL_DEATH", pa.bool_()),
    ("SELF_SEEDED", _FLOAT), ("DIAGNOSIS_SITES", _LABEL), ("AUTOPSY_SITES", _LABEL),
    ("LOCAL_TUMOUR", pa.bool_()),
    ("ENROLMENT_DAY", _FLOAT), ("TREATED", pa.bool_()), ("BOR", _LABEL), ("BOR_UNCONFIRMED", _LABEL),
    ("BASELINE_SUM_MM", _FLOAT), ("DEPTH", _FLOAT), ("TREATMENT_DAYS", _FLOAT), ("RADIATION_GY", _FLOAT),
    ("MARGIN", _LABEL), ("COMPLICATIONS", pa.int8()), ("TRACHEOSTOMY_DAY", _FLOAT), ("RELIEVED_DAYS", _FLOAT),
    ("SENSITIVITY", _FLOAT), ("REFUSED_AT_DIAGNOSIS", pa.int64()), ("LOST_BEFORE_START", pa.int64()),
    ("REFUSED_AT_START", pa.int64()), ("ALLOCATED", pa.bool_()),
    ("ULTRASOUND_SUSPICIOUS", pa.bool_()), ("TISSUE_METHOD", _LABEL), ("PUNCTURES", pa.int8()), ("TISSUE_DAY", _FLOAT),
    ("GENOTYPE_DAY", _FLOAT), ("PD_L1_MEASURED", _FLOAT), ("PD_L1_ASSAY", _LABEL), ("CTDNA_PER_ML", _FLOAT),
    ("CTDNA_COPIES", _FLOAT), ("CTDNA_TEST", _LABEL), ("CTC_COUNTED", _FLOAT), ("CTDNA_PER_ML_START", _FLOAT),
    ("CTDNA_COPIES_START", _FLOAT), ("CTDNA_TEST_START", _LABEL), ("CTC_COUNTED_START", _FLOAT),
)  # fmt: skip
"""One row per virtual patient. Days: TUMOUR_AGE from the first cell, FIRST_FOUNDER_DAY and DEATH from diagnosis.

AIRWAY_LUMEN_LOSS (share of area) is that at diagnosis; STEM_SHARE to MUTANT_CELLS are those of the primary at the end.
VEGF is relative to the disease's usual; T_CELLS and MUTANT_CELLS count cells; DIFFERENTIATED_YEARS is NaN where the
tumour started on its own. LOCAL_TUMOUR: imaging would see primary or nodes of the neck at the end. ALLOCATED: whether
the person counts in this arm; a randomised study simulates everyone in every arm (trial/allocation.py). ENROLMENT_DAY
to RELIEVED_DAYS are what is seen up to the last contact (trial/follow_up.py), all before them what the model knows.

TISSUE_DAY, GENOTYPE_DAY: reports of the tissue diagnosis and of sequencing, from the day the mass was found, which is
day 0 of the other times too. PD_L1 is the share of cells that have it, PD_L1_MEASURED what PD_L1_ASSAY reads. CTDNA and
CTC: true level per mL of plasma and of blood, and the counts in one sample (plasma_sample, ctc_sample), of which
CTDNA_TEST is the plasma test's result; _START: on the first day on study."""

RESPONSES = _schema(
    ("AVISITN", pa.int16()), ("ADY", _FLOAT), ("AVALC", _LABEL), ("TARGET", _LABEL), ("NONTARGET", _LABEL),
    ("NEW_LESIONS", pa.int32()), ("SUM_MM", _FLOAT), ("NADIR_MM", _FLOAT), ("EVALUABLE", pa.bool_()),
    ("BASELINE_NUMBER", pa.int16()), *((f"TARGET_{number}_MM", _FLOAT) for number in range(1, 6)),
)  # fmt: skip
"""Assessments by RECIST 1.1 up to the last contact, days from the start of treatment.

A line begun after progression has its own baseline."""

ADVERSE_EVENTS = _schema(
    ("AESEQ", pa.int32()), ("ASTDY", _FLOAT), ("AEDECOD", _LABEL), ("AETOXGR", pa.int8()), ("AETRT", _LABEL),
    ("AEACN", _LABEL), ("STEROIDS", pa.bool_()),
)  # fmt: skip

TREATMENTS = _schema(
    ("LINE", pa.int8()), ("NAME", _LABEL), ("GIVEN", pa.bool_()), ("ASTDY", _FLOAT), ("AENDY", _FLOAT),
    ("DCSREAS", _LABEL),
)  # fmt: skip
"""Lines of treatment that were begun, or passed over because what they waited for was not found."""

TIME_TO_EVENT = _schema(
    ("PARAMCD", _LABEL), ("AVAL", _FLOAT), ("CNSR", pa.int8()), ("EVNTDESC", _LABEL), ("ALLOCATED", pa.bool_()),
)  # fmt: skip
"""AVAL in days from diagnosis; ALLOCATED as in SUBJECTS."""

LESIONS = _schema(
    ("LESION", pa.int32()), ("SITE", _LABEL), ("PARENT", pa.int32()), ("SEEDED_DAY", _FLOAT), ("CLONE", _LABEL),
    ("MUTANT_CELLS", _FLOAT), ("EPITHELIAL_SHARE", _FLOAT),
    ("DIAMETER_DIAGNOSIS_MM", _FLOAT), ("DIAMETER_DEATH_MM", _FLOAT), ("CELLS_DIAGNOSIS", _FLOAT),
    ("CELLS_DEATH", _FLOAT), ("AGGREGATED", pa.bool_()), ("COUNT", _FLOAT),
)  # fmt: skip
"""Lesions above 1 mm^3 at the end of observation; an aggregated row stands for COUNT lesions of that mean size, whose
size at diagnosis is not known. PARENT: -1 the primary, -2 a metastasis without a record, else the LESION that founded
it. CLONE: the most frequent clone of its cells."""

MICROMETASTASES = _schema(
    ("SITE", _LABEL), ("MOMENT", _LABEL), ("SIZE_CLASS", pa.int16()), ("CELLS_LOW", _FLOAT), ("CELLS_HIGH", _FLOAT),
    ("COUNT", _FLOAT),
)  # fmt: skip

CASCADE = _schema(
    ("SITE", _LABEL), ("ROUTE", _LABEL), ("MOMENT", _LABEL), ("SHED", _FLOAT), ("CIRCULATING", _FLOAT),
    ("ARRESTED", _FLOAT), ("EXTRAVASATED", _FLOAT), ("FOUNDERS", _FLOAT), ("CLUSTER_FOUNDERS", _FLOAT),
    ("DORMANT", _FLOAT), ("ESTABLISHED", _FLOAT), ("COLONISED", _FLOAT),
)  # fmt: skip
"""Cells (expected up to EXTRAVASATED, counted from FOUNDERS on) since the first cell.

ROUTE is how the cells left the primary, or ``metastases`` for what lesions elsewhere seeded (whose cells shed are not
added up). Rows with SITE ``all`` hold the cells shed into the route and still circulating; the other rows hold what
arrived at a site. Lines are not followed by route: CLUSTER_FOUNDERS, DORMANT, ESTABLISHED and COLONISED are shared out
as the site's founders came.
"""

CURVES = _schema(
    ("DAY", _FLOAT), ("PRIMARY_ML", _FLOAT), ("METASTASES_ML", _FLOAT), ("LUNG_ML", _FLOAT), ("LESIONS", _FLOAT),
    ("CTC_PER_ML", _FLOAT), ("DIAMETER_MM", _FLOAT), ("NICHE", _FLOAT), ("VEGF", _FLOAT), ("VESSEL_QUALITY", _FLOAT),
    ("HYPOXIA", _FLOAT), ("INTERSTITIAL_PRESSURE_MMHG", _FLOAT), ("STEM_SHARE", _FLOAT), ("T_CELLS", _FLOAT),
    ("MUTANT_SHARE", _FLOAT), ("DORMANT", _FLOAT), ("CTDNA_PER_ML", _FLOAT), ("DRUG_1", _FLOAT), ("DRUG_2", _FLOAT),
    ("DRUG_3", _FLOAT), ("DRUG_4", _FLOAT),
)  # fmt: skip
"""Time courses of the first persons; DAY from diagnosis. NICHE to MUTANT_SHARE: of the primary and its host."""

TABLES: Mapping[str, pa.Schema] = {
    "subjects": SUBJECTS,
    "time_to_event": TIME_TO_EVENT,
    "lesions": LESIONS,
    "micrometastases": MICROMETASTASES,
    "cascade": CASCADE,
    "curves": CURVES,
    "responses": RESPONSES,
    "adverse_events": ADVERSE_EVENTS,
    "treatments": TREATMENTS,
}

KEYS: Mapping[str, tuple[str, ...]] = {
    "subjects": ("USUBJID", "ARM"),
    "time_to_event": ("USUBJID", "ARM", "PARAMCD"),
    "lesions": ("USUBJID", "ARM", "LESION"),
    "micrometastases": ("USUBJID", "ARM", "SITE", "MOMENT", "SIZE_CLASS"),
    "cascade": ("USUBJID", "ARM", "SITE", "ROUTE", "MOMENT"),
    "curves": ("USUBJID", "ARM", "DAY"),
    "responses": ("USUBJID", "ARM", "AVISITN"),
    "adverse_events": ("USUBJID", "ARM", "AESEQ"),
    "treatments": ("USUBJID", "ARM", "LINE"),
}
