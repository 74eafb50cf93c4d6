"""Blocks balance every stratum; entry, drop-out and allocation depend on their addresses alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paget.errors import InputError
from paget.trial.accrual import calendar, drop_out_rate
from paget.trial.randomisation import allocate, randomised_view

ARMS = ("control", "treated")


def names(n: int) -> list[str]:
    return [f"P{number:05d}" for number in range(n)]


@settings(max_examples=60, deadline=None)
@given(
    strata=st.lists(st.sampled_from(["M0", "M1", "M0 old"]), max_size=40),
    sizes=st.lists(st.sampled_from([2, 4, 6]), min_size=1, max_size=3),
    seed=st.integers(0, 2**40),
)
def test_arms_of_a_stratum_never_differ_by_more_than_half_a_block(strata, sizes, seed):
    found = allocate(names(len(strata)), strata, ARMS, block_sizes=sizes, seed=seed)
    for label in set(strata):
        signs = np.where(found[np.array(strata) == label] == "treated", 1, -1)
        assert np.abs(np.cumsum(signs)).max() <= max(sizes) // 2


@settings(max_examples=30, deadline=None)
@given(st.data(), st.integers(0, 1000))
def test_allocation_depends_neither_on_the_order_of_rows_nor_on_other_strata(data, seed):
    strata = data.draw(st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=30))
    subjects = names(len(strata))
    whole = dict(zip(subjects, allocate(subjects, strata, ARMS, block_sizes=(4,), seed=seed), strict=True))
    order = data.draw(st.permutations(range(len(strata))))
    kept = [number for number in order if strata[number] != "b"]
    part = [subjects[number] for number in kept]
    labels = [strata[number] for number in kept]
    again = dict(zip(part, allocate(part, labels, ARMS, block_sizes=(4,), seed=seed), strict=True))
    assert again == {name: whole[name] for name in part}


def test_allocation_does_not_depend_on_threads_and_does_on_the_seed():
    subjects, strata = names(60), ["x", "y"] * 30

    def arms(seed: int) -> list[str]:
        return allocate(subjects, strata, ARMS, block_sizes=(2, 4), seed=seed).tolist()

    with ThreadPoolExecutor(4) as pool:
        assert len({tuple(found) for found in pool.map(arms, [7] * 8)}) == 1
    assert arms(7) != arms(8)


def test_strata_draw_blocks_of_their_own():
    found = allocate(names(80), ["x"] * 40 + ["y"] * 40, ARMS, block_sizes=(4,), seed=1)
    assert (found[:40] != found[40:]).any()


def test_every_order_of_a_block_has_the_same_chance():
    """6 orders of 2 + 2 over 1200 seeds: each within four standard errors of 200."""
    orders = [tuple(allocate(names(4), ["x"] * 4, ARMS, block_sizes=(4,), seed=seed)) for seed in range(1200)]
    counts = pd.Series(orders).value_counts()
    assert len(counts) == 6
    assert np.abs(counts - 200).max() < 4 * np.sqrt(1200 * (1 / 6) * (5 / 6))


def test_a_ratio_is_kept_by_every_block():
    found = allocate(names(12), ["x"] * 12, ("a", "b"), block_sizes=(3,), ratio=(2, 1), seed=1)
    assert [np.count_nonzero(found[start : start + 3] == "b") for start in range(0, 12, 3)] == [1] * 4


@pytest.mark.parametrize(
    ("sizes", "ratio"), [((3,), None), ((), None), ((4,), (1, 0)), ((4,), (1, 1, 2)), ((0,), None)]
)
def test_a_block_that_does_not_hold_the_ratio_is_refused(sizes, ratio):
    with pytest.raises(InputError):
        allocate(names(4), ["x"] * 4, ARMS, block_sizes=sizes, ratio=ratio, seed=1)


def test_the_randomised_view_takes_each_person_once():
    subjects = names(8)
    table = pd.DataFrame({"USUBJID": subjects * 2, "ARM": ["control"] * 8 + ["treated"] * 8, "AVAL": np.arange(16.0)})
    table["ARM"] = table["ARM"].astype("category")
    arms = pd.Series(allocate(subjects, ["x"] * 8, ARMS, block_sizes=(4,), seed=3), index=subjects)
    seen = randomised_view(table, arms)
    assert sorted(seen["USUBJID"]) == subjects
    assert (seen["ARM"].astype(str).to_numpy() == arms[seen["USUBJID"]].to_numpy()).all()
    assert seen["ARM"].value_counts().tolist() == [4, 4]
    assert len(randomised_view(table, arms.iloc[:3])) == 3


def test_days_of_a_person_do_not_depend_on_the_batch():
    options = {"accrual_days": 365.0, "follow_up_days": 180.0, "drop_out_rate": drop_out_rate(0.1, 365.0)}
    whole = calendar(5, np.arange(2000), **options)
    part = calendar(5, np.array([1234, 7]), **options)
    for column in ("entry", "cutoff", "drop_out", "end"):
        assert getattr(part, column).tolist() == getattr(whole, column)[[1234, 7]].tolist()
    assert whole.entry.mean() == pytest.approx(365.0 / 2, abs=4 * 365.0 / np.sqrt(12 * 2000))
    assert (whole.entry + whole.cutoff).tolist() == pytest.approx([545.0] * 2000)
    assert np.mean(whole.drop_out <= 365.0) == pytest.approx(0.1, abs=4 * np.sqrt(0.09 / 2000))
    assert np.corrcoef(whole.entry, whole.drop_out)[0, 1] == pytest.approx(0.0, abs=4 / np.sqrt(2000))
    assert np.isinf(calendar(5, np.arange(3), **{**options, "drop_out_rate": 0.0}).drop_out).all()
