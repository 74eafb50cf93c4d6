"""The courses compile to PTX for compute capability 9.0: the same functions, no GPU needed."""

from __future__ import annotations

import numpy as np
import pytest

from paget.patient.course import course, untreated_course
from paget.trial.cohort import course_arguments, simulate
from paget.trial.plan import Study, plan
from paget.trial.treatment import Design

pytest.importorskip("numba_cuda")


@pytest.mark.parametrize(("kernel", "design"), [(untreated_course, Design()), (course, Design(scan_days=(0, 56)))])
def test_course_compiles_to_ptx(kernel, design):
    compiled = plan(Study(name="ptx", disease="atc", seed=1, patients=1, arms=("a",), follow_up_days=30, design=design))
    assert compiled.treated == (kernel is course)
    cohort = simulate(compiled, 0, 0)
    text = kernel.ptx(*course_arguments(compiled, cohort, np.zeros(1, np.int64)), optimised=False)
    assert ".target sm_90" in text
    assert ".visible .entry" in text
