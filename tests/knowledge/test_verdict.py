"""The hit-or-miss rule against values computed by hand and against statsmodels."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paget import knowledge
from paget.knowledge import Published
from paget.knowledge.verdict import median_interval, published_interval, verdict, wilson


def result(endpoint: str, value: float, unit: str, **others) -> Published:
    """Return a published row with what a test needs."""
    given = {"ci_low": None, "ci_high": None, "n": None, "note": ""} | others
    return Published(
        block="A",
        table="t",
        study_id="s",
        endpoint=endpoint,
        value=value,
        unit=unit,
        verified_via="x",
        status="measured",
        **given,
    )


def test_a_printed_interval_comes_first():
    row = result("OS_HR", 0.843, "HR", ci_low=0.718, ci_high=0.988, n=1288)
    assert published_interval(row) == (0.718, 0.988)
    assert verdict(0.718, row) == "hit"
    assert verdict(0.99, row) == "miss"


def test_an_upper_bound_that_was_not_reached_is_open():
    row = result("DoR_median", 14.4, "months", ci_low=7.4, n=20)
    assert published_interval(row) == (7.4, math.inf)
    assert verdict(60.0, row) == "hit"


def test_wilson_of_38_of_100_by_hand():
    # z = 1.959964, z² = 3.841459: centre (0.38 + 0.019207)/1.038415 = 0.384439,
    # half width 1.959964·√(0.002356 + 0.000096036)/1.038415 = 0.093463.
    low, high = wilson(0.38, 100)
    assert low == pytest.approx(0.290976, abs=2e-6)
    assert high == pytest.approx(0.477902, abs=2e-6)


def test_a_share_is_compared_in_percent():
    row = result("distant_metastasis_at_dx", 38, "%", n=100)
    assert published_interval(row) == pytest.approx((29.0976, 47.7902), abs=2e-4)
    assert verdict(30.0, row) == "hit"
    assert verdict(29.0, row) == "miss"


def test_median_by_hand():
    # n = 45: 1.96/√31.5 = 0.349222, e^0.349222 = 1.417964.
    assert median_interval(15.8, 45) == pytest.approx((15.8 / 1.417964, 15.8 * 1.417964), rel=1e-6)


def test_a_mean_gets_a_verdict_only_with_its_spread():
    assert published_interval(result("tumor_size_mean", 6.4, "cm", n=516)) is None
    # 1.96·2.75/√45 = 0.803494
    low_high = published_interval(result("metastatic_sites_mean", 4.02, "count", n=45, note="SD 2.75"))
    assert low_high == pytest.approx((3.216506, 4.823494), abs=1e-6)


@pytest.mark.parametrize(
    "row",
    [
        result("OS_HR", 0.5, "HR", n=100),
        result("OS_rate", 20.0, "%"),
        result("OS_median", 4.0, "months"),
        result("age_mean", 71.3, "years", n=516),
    ],
    ids=["hazard ratio", "share without n", "median without n", "mean without spread"],
)
def test_no_interval_no_verdict(row: Published):
    assert published_interval(row) is None
    assert verdict(row.value, row) is None


def test_a_value_that_does_not_exist_gets_no_verdict():
    assert verdict(math.nan, result("OS_rate", 20.0, "%", n=50)) is None
    assert verdict(math.inf, result("OS_median", 4.0, "months", n=50)) is None


def test_shares_of_none_and_all():
    assert wilson(0.0, 15)[0] == 0.0
    assert wilson(1.0, 15)[1] == 1.0
    assert wilson(0.0, 15)[1] > 0.0


@given(n=st.integers(1, 5000), data=st.data())
def test_wilson_agrees_with_statsmodels(n: int, data: st.DataObject):
    from statsmodels.stats.proportion import proportion_confint

    count = data.draw(st.integers(0, n))
    low, high = proportion_confint(count, n, alpha=0.05, method="wilson")
    # Cancellation in centre ± half width leaves a few units of the last place of 1.
    assert wilson(count / n, n) == pytest.approx((max(low, 0.0), min(high, 1.0)), abs=1e-12)


@given(n=st.integers(1, 5000), share=st.floats(0, 1))
def test_the_published_share_lies_in_its_own_interval(n: int, share: float):
    low, high = wilson(share, n)
    assert 0.0 <= low <= share + 1e-12
    assert share - 1e-12 <= high <= 1.0


@given(n=st.integers(1, 100_000), median=st.floats(1e-3, 1e3))
def test_more_patients_narrow_the_interval_of_a_median(n: int, median: float):
    low, high = median_interval(median, n)
    tighter_low, tighter_high = median_interval(median, 2 * n)
    assert low < tighter_low < median < tighter_high < high


def test_every_published_value_is_a_hit_for_itself():
    for row in knowledge.published("atc"):
        assert verdict(row.value, row) in {"hit", None}, row.key
