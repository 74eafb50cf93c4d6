"""Lines of cells with constant rates, stepped day by day, have Kendall's law of extinction and size at any age."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from laws import kendall, stepped
from laws.chance import ERROR, assert_follows, assert_z
from paget.body.birth_death import extinction_and_spread, fill_size_law
from paget.body.state import NURSERY_CELLS

LINES = 100_000
TOP = 3000
"""Largest size with a class of its own."""

RATES = [
    pytest.param(0.7, 0.601, id="usual-turnover"),
    pytest.param(0.7, 0.35, id="half-the-cells-die"),
    pytest.param(0.7, 0.1, id="few-cells-die"),
    pytest.param(0.7, 0.001, id="hardly-a-cell-dies"),
    pytest.param(0.2, 0.0, id="none-dies"),
    pytest.param(0.5, 0.5, id="critical"),
    pytest.param(0.3, 0.4, id="shrinking"),
]


def run(kernel, start: float, birth: float, death: float, days: int) -> np.ndarray:
    sizes = np.full(LINES, np.nan)
    kernel.launch(LINES, 2024, start, birth, death, days, sizes, threads=1)
    return sizes


@pytest.mark.parametrize(("birth", "death"), RATES)
@pytest.mark.parametrize("days", [1, 5])
@pytest.mark.parametrize("start", [1, 40])
def test_size_by_sampling(birth, death, days, start):
    assert_follows(
        run(stepped.lines_by_sampling, float(start), birth, death, days),
        kendall.sizes(birth, death, days, TOP, start),
    )


@pytest.mark.parametrize(("birth", "death"), RATES)
@pytest.mark.parametrize("start", [1, NURSERY_CELLS])
def test_size_by_inversion(birth, death, start):
    law, sizes = np.empty(stepped.TABLE), np.full(LINES, np.nan)
    fill_size_law(law, start, *extinction_and_spread(birth, death, 1.0))
    stepped.lines_by_inversion.launch(LINES, 2024, start, law, sizes, threads=1)
    assert_follows(sizes, kendall.sizes(birth, death, 1, TOP, start))


@pytest.mark.parametrize(("birth", "death"), RATES)
@pytest.mark.parametrize("days", [2, 10, 30])
def test_extinct_by_a_day(birth, death, days):
    share = float(kendall.extinct_by(birth, death, days))
    extinct = np.count_nonzero(run(stepped.lines_by_sampling, 1.0, birth, death, days) == 0.0)
    if share == 0.0:
        assert extinct == 0
    else:
        assert_z(extinct, LINES * share, LINES * share * (1.0 - share))


@pytest.mark.parametrize(("birth", "death"), [*RATES, pytest.param(0.7, 1e-9, id="a-cell-in-a-thousand-million-dies")])
@pytest.mark.parametrize("cells", [1, 5, NURSERY_CELLS])
def test_table_of_sizes_is_the_law(birth, death, cells):
    """Cumulative probabilities to 1e-9.

    The reference sums positive terms only: error below cells * TOP * eps = 1e-11.
    """
    alpha, beta = extinction_and_spread(birth, death, 1.0)
    table = np.empty(stepped.TABLE)
    fill_size_law(table, cells, alpha, beta)
    law = np.cumsum(kendall.sizes(birth, death, 1.0, TOP, cells))[: stepped.TABLE]
    assert np.abs(table - law).max() < 1e-9


@pytest.mark.parametrize(("birth", "death"), [(0.7, 0.601), (0.7, 0.1), (0.2, 0.0)])
@pytest.mark.parametrize("cells", [1, NURSERY_CELLS + 1, 300])
def test_lasting_size_is_the_limit_of_the_line(birth, death, cells):
    """W: 0 with chance (d/b)^cells, else a sum of k exponentials of mean b / (b - d), k ~ Bin(cells, 1 - d/b)."""
    survival = kendall.survival(birth, death)
    sizes = run(stepped.lasting_sizes, float(cells), birth, death, 7)
    k = np.arange(cells + 1)
    weight = stats.binom.pmf(k, cells, survival)
    extinct = np.count_nonzero(sizes == 0.0)
    assert_z(extinct, LINES * weight[0], LINES * weight[0] * (1.0 - weight[0]) + 1.0)
    lasting = np.sort(sizes[sizes > 0.0])[::20]
    used = k[1:][weight[1:] > 1e-12]
    law = sum(weight[n] * stats.gamma.cdf(lasting, n, scale=1.0 / survival) for n in used) / (1.0 - weight[0])
    steps = (np.arange(len(lasting)) + 0.5) / len(lasting)
    distance = float(np.abs(law - steps).max())
    # Every 20th order statistic of n: their empirical law is within 20/n of the full one.
    lines = np.count_nonzero(sizes > 0.0)
    limit = math.sqrt(-0.5 * math.log(ERROR / 2.0) / lines) + 20.0 / lines
    assert distance < limit
