"""The work-up of persons whose courses are known: how the diagnosis was made, and what samples of their blood held.

Nothing here changes a course: every function needs no more than levels that were written down on the day in question
(body/state.PERSON), so that it is computed when the tables are written. Draws have addresses of their own. The sample
of the day the mass is found is the one that a liquid biopsy is taken from.
"""

import numpy as np

from paget.compute import device_function, kernel
from paget.patient.monitoring import (
    ctc_count,
    ctdna_copies,
    ctdna_positive,
    measured_pd_l1,
    sequencing_day,
    suspicious_on_ultrasound,
    tissue_diagnosis,
)

(NOT_TAKEN, NEGATIVE, POSITIVE) = range(3)
TEST_RESULTS = ("", "negative", "positive")
"""A test of plasma for tumour DNA, by the numbers above."""

WORKUP = np.dtype(
    [
        ("suspicious", np.int64),  # whether ultrasound called the mass so
        ("method", np.int64),  # patient/monitoring.TISSUE_METHODS
        ("punctures", np.int64),
        ("tissue_day", np.float64),  # report of the tissue diagnosis, days since the mass was found
        ("genotype_day", np.float64),  # report of the sequencing, likewise
        ("pd_l1", np.float64),  # share of cells that the assay reads
        ("ctdna", np.float64),  # haploid genome equivalents counted in the sample of the day the mass was found
        ("ctdna_test", np.int64),  # TEST_RESULTS
        ("ctc", np.float64),  # circulating tumour cells counted in it
        ("ctdna_at_start", np.float64),  # the same on the first day on study
        ("ctdna_test_at_start", np.int64),
        ("ctc_at_start", np.float64),
    ],
    align=True,
)
"""What is found of one person; 0 at the start of those who never start."""


@device_function
def _result(copies, p):
    """Result of a plasma test with this count."""
    return POSITIVE if ctdna_positive(copies, p) else NEGATIVE


@kernel
def work_up(i, persons, p, pd_l1_factor, seed, found):
    """Fill found[i] (WORKUP) of persons[i] (PERSON); p: (1,) PARAMETERS; pd_l1_factor: of the study's assay."""
    person, out, number = persons[i], found[i], persons[i].person
    out.suspicious = int(suspicious_on_ultrasound(number, p[0], seed))
    day, punctures, method = tissue_diagnosis(number, p[0], seed)
    out.tissue_day = day
    out.punctures = punctures
    out.method = method
    out.genotype_day = sequencing_day(number, day, person.ctdna_at_diagnosis, p[0], seed)
    out.pd_l1 = measured_pd_l1(person.pd_l1, pd_l1_factor)
    out.ctdna = ctdna_copies(person.ctdna_at_diagnosis, p[0], seed, number, 0)
    out.ctdna_test = _result(out.ctdna, p[0])
    out.ctc = ctc_count(person.ctc_at_diagnosis, p[0], seed, number, 0)
    if person.on_study:
        begun = person.enrolment_day - person.diagnosis_day
        out.ctdna_at_start = ctdna_copies(person.ctdna_at_start, p[0], seed, number, begun)
        out.ctdna_test_at_start = _result(out.ctdna_at_start, p[0])
        out.ctc_at_start = ctc_count(person.ctc_at_start, p[0], seed, number, begun)
