"""Lesions between the nursery and 1 mm^3: classes of half doublings against exact laws and lines one by one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import brentq

from laws.chance import ERROR, assert_follows, assert_z
from laws.individuals import Kinetics, follow
from laws.reduced import (
    CELL_DENSITY,
    OFF,
    cohorts,
    colonised_by_site,
    first_lodged,
    founders_by_site,
    founding,
    rates,
    reduced,
)

START = 2e4
"""Cells of the primary at day 0, above the stochastic limit."""

LIMIT = 0.01
"""mm^3 from which a lesion counts in the cases without a brake: 2,000 cells."""

WIDTH = 0.5 * math.log(2.0)
"""Width of a size class in ln cells."""


def expected_above_limit(birth: float, death: float, days: int, founders: float, limit: float = LIMIT) -> float:
    """Expected lesions of `limit` mm^3 or more on the last of `days` days, of `founders` expected founders.

    A line lasts with chance u = 1 - d/b and is then W exp((b - d) age) cells, W exponential of mean 1/u.
    """
    net, u = birth - death, 1.0 - death / birth
    day = np.arange(days)
    weight = np.exp(net * day) / np.exp(net * day).sum()
    reached = u * np.exp(-u * limit * CELL_DENSITY * np.exp(-net * (days - 1.0 - day)))
    return float(founders * (weight * reached).sum())


def growing(seed: int, birth: float, death: float, days: int, founders: float):
    """A primary that grows without chance or brake from START and presents on day `days`."""
    net = birth - death
    rate = founders * net / (START * math.expm1(net * days))
    parameters = {**rates(birth, death), **founding(first_lodged(), rate), "individual_limit": LIMIT}
    return reduced(seed, parameters, presents_at=START * math.exp(net * (days - 0.5)), start_cells=START)


@pytest.mark.parametrize(("birth", "death"), [(0.7, 0.601), (0.7, 0.35), (0.3, 0.03)])
def test_few_lesions_grow_as_independent_lines(birth, death):
    """Lesions per person at diagnosis are Poisson with the exact mean.

    With 300 founders, of which a few are past the nursery at a time, two rarely share a class of a site.
    """
    days, persons = math.ceil(11.0 / (birth - death)), 6000
    mean = expected_above_limit(birth, death, days, 300.0)
    counts = np.concatenate([
        colonised_by_site(cohort).sum(axis=1) for cohort in cohorts(growing(51, birth, death, days, 300.0), persons)
    ])  # fmt: skip
    assert_z(counts.mean(), mean, mean / persons)
    assert_follows(counts, stats.poisson.pmf(np.arange(20), mean))


def test_lesions_with_a_record_have_the_exact_law_of_size():
    """Lesions of ten times the limit or more at diagnosis are Poisson with the exact mean.

    A lesion that grew one day too much when it got its record would pass that size exp(0.35) = 1.4 times as often.
    """
    birth, death, founders, persons = 0.7, 0.35, 1000.0, 6000
    days = math.ceil(12.0 / (birth - death))
    seen = 0
    for cohort in cohorts(growing(57, birth, death, days, founders), persons):
        for lesions, used in zip(cohort.lesions, cohort.persons["lesion_count"], strict=True):
            seen += np.count_nonzero(lesions["cells_at_diagnosis"][:used] >= 10.0 * LIMIT * CELL_DENSITY)
    mean = persons * expected_above_limit(birth, death, days, founders, 10.0 * LIMIT)
    assert mean > 150.0
    assert_z(seen, mean, mean)


def packet_period() -> float:
    """Growth (in ln cells) between two packets that leave the first class while founders rise as the lesions do.

    All lesions of a class move on when their mean has grown by WIDTH, and newcomers at the lower edge hold it back:
    m' = g - g e^x / (e^x - 1) m with x = g t has m(x) = 1 - x / (e^x - 1), so a packet needs m(x) = WIDTH.
    """
    return float(brentq(lambda x: 1.0 - x / math.expm1(x) - WIDTH, 1e-6, 5.0))


@pytest.mark.parametrize(("birth", "death"), [(0.7, 0.35), (0.3, 0.03)])
def test_many_lesions_move_in_packets_of_bounded_size(birth, death):
    """What the classes cost where a site holds many lesions: they pass a size in packets, packet_period() = 0.80 apart.

    So the count at one moment may be off by a factor exp(0.80) either way, and the mean over a whole period (moments a
    day apart here) by no more than the classes' own width, exp(WIDTH): a class replaces sizes within it by their mean.
    """
    net = birth - death
    first = math.ceil(10.0 / net)
    period = packet_period()
    ratios = []
    for days in range(first, first + math.ceil(period / net) + 1):
        founders, persons = 1e5 * math.exp(net * (days - first)), 10
        study = growing(52, birth, death, days, founders)
        seen = sum(float(colonised_by_site(cohort).sum()) for cohort in cohorts(study, persons))
        ratios.append(seen / (persons * expected_above_limit(birth, death, days, founders)))
    assert abs(math.log(np.mean(ratios))) < WIDTH
    assert np.all(np.abs(np.log(ratios)) < period)


DAYS = 260
PRIMARY = 1000.0
"""mm^3 of a primary at rest (V = K = its vascular limit), so that founders come at a constant rate."""

BRAKED = {
    "brake_rate": 0.0125, "brake_share": 0.5, "vessel_stimulation": 5.85, "vascular_limit": PRIMARY,
    "metastasis_vascular_limit": 1e6, "avascular_capacity": 1.0,
}  # fmt: skip

NET = math.log(2.0) / 7.0
"""Net rate of an unhindered lesion (1/day)."""


def steady(seed: int, founders_per_day: float):
    """Founders at a constant rate for DAYS days; metastases grow with brake and vessels."""
    parameters = {
        **rates(0.7, 0.7 - NET), **BRAKED, **founding(first_lodged(), founders_per_day / (PRIMARY * CELL_DENSITY)),
    }  # fmt: skip
    return reduced(
        seed, parameters, presents_at=1.0, start_cells=PRIMARY * CELL_DENSITY, start_capacity=PRIMARY,
        follow_up_days=DAYS - 1, mechanisms={**OFF, "growth_brake": 1.0},
    )  # fmt: skip


@pytest.fixture(scope="module")
def individuals() -> tuple[np.ndarray, np.ndarray]:
    """(age in days, cells) of lines founded evenly over the days, each on its own; 0 cells: extinct."""
    chance = np.random.default_rng(53)
    founded = chance.integers(0, DAYS, 200_000)
    kinetics = Kinetics(NET, 0.7, 0.0125, 0.5, 5.85, 1e6, 1.0, CELL_DENSITY)
    return DAYS - 1.0 - founded, follow(kinetics, founded, DAYS, chance)


def test_sparse_lesions_agree_with_lines_one_by_one(individuals):
    """Number above 1 mm^3, their ages and their sizes, with at most one lasting line or so per person.

    With even founding the ages of the lesions have the law of the time from founding to 1 mm^3, read off the other way:
    a lesion of age a is there if it needed less. Number by z-test, ages and sizes by two-sample Kolmogorov-Smirnov.
    """
    founders, ages, sizes = 0.0, [], []
    for cohort in cohorts(steady(54, 0.04), 6000):
        founders += founders_by_site(cohort, 1).sum()
        assert np.allclose(cohort.persons["primary_cells"], PRIMARY * CELL_DENSITY, rtol=1e-9)
        for lesions, used in zip(cohort.lesions, cohort.persons["lesion_count"], strict=True):
            ages.append(DAYS - 1.0 - lesions["seeded_day"][:used])
            sizes.append(lesions["log_cells"][:used])
    age, cells = individuals
    large = cells >= CELL_DENSITY
    share = large.mean()
    ages = np.concatenate(ages)
    assert_z(len(ages) / founders, share, share * (1.0 - share) * (1.0 / founders + 1.0 / len(cells)))
    assert stats.ks_2samp(ages, age[large]).pvalue > ERROR
    assert stats.ks_2samp(np.concatenate(sizes), np.log(cells[large])).pvalue > ERROR


def test_crowded_lesions_keep_their_number(individuals):
    """With hundreds of lines per class the number above 1 mm^3 is still that of lines one by one, up to one packet.

    Founders come evenly, so a class gains newcomers evenly: its mean grows at half the rate and needs 2 WIDTH / net
    = 7 days to move on. The mean age at 1 mm^3 is kept by merging, so a site's count is off by at most the founders of
    one packet that last; the ages of single lesions are not kept (a class remembers the mean founding day).
    """
    per_day, persons = 150.0, 10
    counts = np.concatenate([colonised_by_site(cohort, 1) for cohort in cohorts(steady(55, per_day), persons)])
    _, cells = individuals
    expected = persons * per_day * DAYS * float((cells >= CELL_DENSITY).mean())
    lasting = persons * per_day * NET / 0.7
    assert abs(counts.sum() - expected) < lasting * 2.0 * WIDTH / NET + 5.0 * math.sqrt(expected)
