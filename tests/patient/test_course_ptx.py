"""The course compiles to PTX for compute capability 9.0: the same functions, no GPU needed."""

from __future__ import annotations

import numpy as np
import pytest

from paget.patient.course import course
from paget.trial.cohort import course_arguments, simulate
from paget.trial.plan import Study, plan

pytest.importorskip("numba_cuda")


def test_course_compiles_to_ptx():
    compiled = plan(Study(name="ptx", disease="atc", seed=1, patients=1, arms=("a",), follow_up_days=30))
    cohort = simulate(compiled, 0, 0)
    text = course.ptx(*course_arguments(compiled, cohort, np.zeros(1, np.int64)), optimised=False)
    assert ".target sm_90" in text
    assert ".visible .entry" in text
