"""Kernels become device code for compute capability 9.0 on a machine without a GPU."""

from __future__ import annotations

import importlib.util
import math
import subprocess
import sys

import numpy as np
import pytest

from paget.compute import Status, kernel, record
from paget.compute.random import binomial, gamma, negative_binomial, normal, poisson, uniforms4

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("numba_cuda") is None, reason="numba-cuda is not installed on this platform"
)


@kernel
def course(i, seed, parameters, cells, status):
    """Every sampler once, with a record as argument."""
    p = parameters[0]
    a, b, c, d = uniforms4(seed, i, 0, 0, 0)
    cells[i] = a + b + c + d + normal(seed, i, 0, 1, 0) + gamma(p.shape, seed, i, 0, 2, 0)
    cells[i] += poisson(p.mean, seed, i, 0, 3, 0) + binomial(p.trials, 0.5, seed, i, 0, 4, 0)
    cells[i] += negative_binomial(p.trials, 0.5, seed, i, 0, 5, 0)
    if not math.isfinite(cells[i]):
        status[i] = Status.NOT_FINITE


def arguments():
    parameters = record(["shape", "mean", "trials"], [0.5, 20.0, 100], {"trials": np.int64})
    return 1, parameters, np.zeros(8), np.zeros(8, np.int8)


def test_kernel_with_records_and_every_sampler_compiles_to_ptx():
    text = course.ptx(*arguments())
    assert ".target sm_90" in text
    assert text.count(".visible .entry") == 1
    assert "course_on_cuda" in text


def test_the_same_kernel_runs_on_the_cpu():
    _, parameters, cells, status = arguments()
    course.launch(8, 1, parameters, cells, status, threads=1)
    assert np.isfinite(cells).all()
    assert not status.any()


def test_running_on_the_cpu_imports_no_cuda():
    probe = (
        "import sys, numpy as np; from paget.compute import kernel; from paget.compute.random import uniform;"
        "sys.exit('numba.cuda' in sys.modules or any(n.startswith('cuda') for n in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", probe], check=False).returncode == 0


@pytest.mark.gpu
def test_the_gpu_draws_what_the_cpu_draws():
    from numba import cuda

    if not cuda.is_available():
        pytest.skip("no CUDA device")
    seed, parameters, cells, status = arguments()
    course.launch(8, seed, parameters, cells, status)
    on_gpu = np.zeros_like(cells)
    course.launch_cuda(8, seed, parameters, on_gpu, status)
    np.testing.assert_allclose(on_gpu, cells, rtol=1e-9)
