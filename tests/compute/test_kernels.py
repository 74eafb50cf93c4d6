"""A body over one index gives the same numbers on any number of threads, with records as arguments."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from paget.compute import Status, available_threads, device_function, first_failure, kernel, record, record_type


@kernel
def decay(i, parameters, amount, after, status):
    after[i]["time"] = amount[i]
    after[i]["left"] = amount[i] * np.exp(-parameters[0]["rate"] * parameters[0]["steps"])
    if not np.isfinite(after[i]["left"]):
        status[i] = Status.NOT_FINITE


@kernel
def reciprocal(i, x, out):
    out[i] = 1.0 / x[i]


def test_importing_the_package_imports_no_compiler():
    probe = "import paget.compute, sys; dir(paget.compute); sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", probe], check=False).returncode == 0


def test_unknown_names_are_refused():
    import paget.compute

    with pytest.raises(AttributeError, match="no attribute 'grid'"):
        _ = paget.compute.grid
    assert set(paget.compute.__all__) <= set(dir(paget.compute))


@pytest.mark.parametrize("sampler", ["fill_normal", "fill_gamma", "fill_poisson", "fill_negative_binomial"])
def test_the_number_of_threads_changes_nothing(sampled, sampler):
    one, two = (sampled.draw(getattr(sampled, sampler), 3.3, 0.1, count=5000, threads=n) for n in (1, 2))
    assert np.array_equal(one, two)


def test_a_batch_is_a_part_of_the_whole(sampled):
    whole = sampled.draw(sampled.fill_normal, count=1000)
    assert np.array_equal(whole[:100], sampled.draw(sampled.fill_normal, count=100))


def test_records_as_arguments_and_status_per_index():
    parameters = record(["rate", "steps"], [0.5, 3], {"steps": np.int32})
    amount = np.array([1.0, np.inf, 4.0, np.nan])
    after = np.zeros(4, record_type(["time", "left"]))
    status = np.zeros(4, np.int8)
    decay.launch(4, parameters, amount, after, status, threads=2)
    np.testing.assert_allclose(after["left"][[0, 2]], amount[[0, 2]] * np.exp(-1.5), rtol=1e-15)
    assert first_failure(status) == (1, Status.NOT_FINITE)
    assert first_failure(status[:1]) is None


def test_division_by_zero_is_infinite_as_in_numpy():
    out = np.zeros(2)
    reciprocal.launch(2, np.array([0.0, -4.0]), out)
    assert out.tolist() == [np.inf, -0.25]


def test_launch_of_nothing_compiles_and_writes_nothing():
    out = np.full(2, 7.0)
    reciprocal.launch(0, np.zeros(2), out)
    assert reciprocal.cpu.signatures
    assert out.tolist() == [7.0, 7.0]


def test_more_threads_than_processors_are_cut():
    out = np.zeros(3)
    reciprocal.launch(3, np.full(3, 2.0), out, threads=10_000)
    assert out.tolist() == [0.5] * 3
    assert available_threads() >= 1


def test_a_body_without_arguments_is_refused():
    @kernel
    def lonely(i):
        return

    with pytest.raises(TypeError, match="takes the index and one array"):
        lonely.launch(1)


def test_a_kernel_keeps_the_name_and_the_docstring_of_its_body():
    def course(i, out):
        """Day by day."""

    made = kernel(course)
    assert (made.__name__, made.__doc__, made.function) == ("course", "Day by day.", course)


@device_function
def shifted(i, decision):
    return i - decision


@kernel
def two_constants(i, out):
    out[i] = shifted(i, 1) + shifted(i, 2)


def test_constants_make_no_further_variants_and_the_index_is_a_signed_integer():
    from numba import int64

    out = np.zeros(1, np.int64)
    two_constants.launch(1, out)
    assert out[0] == -3
    if not two_constants.cpu.stats.cache_hits:
        assert shifted.signatures == [(int64, int64)]
