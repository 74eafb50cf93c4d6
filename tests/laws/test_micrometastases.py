"""Lesions between the nursery and 1 mm^3: size classes against exact laws, lines one by one, and a class for each line.

Classes are WIDTH apart at least: a newcomer joins the nearest within WIDTH or opens its own, and growth moves a class
as one. So a line's ln size is off by the spread of its class, its mean by nothing.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from laws.chance import ERROR, assert_follows, assert_z
from laws.individuals import Kinetics, follow
from laws.reduced import (
    CELL_DENSITY,
    NEVER,
    OFF,
    classes_of,
    cohorts,
    colonised_by_site,
    first_lodged,
    founders_by_site,
    founding,
    rates,
    reduced,
)
from paget.body.state import WITH_VESSELS
from paget.trial.cohort import Cohort, simulate

START = 2e4
"""Cells of the primary at day 0, above the stochastic limit."""

LIMIT = 0.01
"""mm^3 from which a lesion counts in the cases without a brake: 2,000 cells."""

WIDTH = 0.5 * math.log(2.0)
"""Least distance of two size classes in ln cells (half a doubling)."""


def expected_above_limit(birth: float, death: float, days: int, founders: float, limit: float = LIMIT) -> float:
    """Expected lesions of `limit` mm^3 or more on the last of `days` days, of `founders` expected founders.

    A line lasts with chance u = 1 - d/b and is then W exp((b - d) age) cells, W exponential of mean 1/u.
    """
    net, u = birth - death, 1.0 - death / birth
    day = np.arange(days)
    weight = np.exp(net * day) / np.exp(net * day).sum()
    reached = u * np.exp(-u * limit * CELL_DENSITY * np.exp(-net * (days - 1.0 - day)))
    return float(founders * (weight * reached).sum())


FEW = {"class_capacity": 24.0}
"""Room for the classes of a few lines; a person is cleared faster."""


def growing(seed: int, birth: float, death: float, days: int, founders: float, **parameters: float):
    """A primary that grows without chance or brake from START and presents on day `days`."""
    net = birth - death
    rate = founders * net / (START * math.expm1(net * days))
    parameters = {**rates(birth, death), **founding(first_lodged(), rate), "individual_limit": LIMIT, **parameters}
    return reduced(seed, parameters, presents_at=START * math.exp(net * (days - 0.5)), start_cells=START)


@pytest.mark.parametrize(("birth", "death"), [(0.7, 0.601), (0.7, 0.35), (0.3, 0.03)])
def test_few_lesions_grow_as_independent_lines(birth, death):
    """Lesions per person at diagnosis are Poisson with the exact mean.

    With 300 founders, of which a few are past the nursery at a time, two rarely share a class of a site.
    """
    days, persons = math.ceil(11.0 / (birth - death)), 4000
    mean = expected_above_limit(birth, death, days, 300.0)
    study = growing(51, birth, death, days, 300.0, **FEW)
    counts = np.concatenate([colonised_by_site(cohort).sum(axis=1) for cohort in cohorts(study, persons)])
    assert_z(counts.mean(), mean, mean / persons)
    assert_follows(counts, stats.poisson.pmf(np.arange(20), mean))


def test_lesions_with_a_record_have_the_exact_law_of_size():
    """Lesions of ten times the limit or more at diagnosis are Poisson with the exact mean.

    A lesion that grew one day too much when it got its record would pass that size exp(0.35) = 1.4 times as often.
    """
    birth, death, founders, persons = 0.7, 0.35, 1000.0, 6000
    days = math.ceil(12.0 / (birth - death))
    seen = 0
    for cohort in cohorts(growing(57, birth, death, days, founders, **FEW), persons):
        for lesions, used in zip(cohort.lesions, cohort.persons["lesion_count"], strict=True):
            seen += np.count_nonzero(lesions["cells_at_diagnosis"][:used] >= 10.0 * LIMIT * CELL_DENSITY)
    mean = persons * expected_above_limit(birth, death, days, founders, 10.0 * LIMIT)
    assert mean > 150.0
    assert_z(seen, mean, mean)


@pytest.mark.parametrize(("birth", "death"), [(0.7, 0.35), (0.3, 0.03)])
def test_many_lesions_pass_a_size_evenly(birth, death):
    """What the classes cost where a person has many lesions, seen on successive days.

    Sizes of a class's lines lie WIDTH about its mean, so the count on one day is that of a size WIDTH away at most, and
    counts fall as 1/size here: exp(WIDTH) either way. A line's displacement has mean 0, so the mean over days (a whole
    passage of a class) is off in second order only, WIDTH^2 / 2, and by chance.
    """
    net = birth - death
    first = math.ceil(10.0 / net)
    persons, seen, means = 10, [], []
    for days in range(first, first + math.ceil(2.0 * WIDTH / net) + 1):
        founders = 1e5 * math.exp(net * (days - first))
        study = growing(52, birth, death, days, founders)
        seen.append(sum(float(colonised_by_site(cohort).sum()) for cohort in cohorts(study, persons)))
        means.append(persons * expected_above_limit(birth, death, days, founders))
    ratios = np.array(seen) / means
    assert np.all(np.abs(np.log(ratios)) < WIDTH), ratios
    assert abs(math.log(np.mean(ratios))) < WIDTH**2 / 2.0 + 4.9 / math.sqrt(sum(means)), ratios


def at_the_end(seed: int, birth: float, death: float, days: int, founders: float, **parameters: float):
    """`growing`, read at the end of day `days` with every lasting line still in a size class."""
    rate = founders * (birth - death) / (START * math.expm1((birth - death) * days))
    parameters = {
        **rates(birth, death), **founding(first_lodged(), rate), "individual_limit": NEVER, **parameters,
    }  # fmt: skip
    return reduced(seed, parameters, presents_at=1.0, start_cells=START, follow_up_days=days - 1)


PAIRED = 60
"""Persons whose lines are followed both ways."""


@pytest.fixture(scope="module", params=[(0.7, 0.35), (0.3, 0.03)], ids=["half-die", "few-die"])
def paired(request) -> tuple[float, float, int, float, Cohort, Cohort]:
    """Rates, days, founders; the same persons with a class for every line, and with the usual classes."""
    birth, death = request.param
    days, founders = math.ceil(10.0 / (birth - death)), 2e4
    apart = at_the_end(58, birth, death, days, founders, class_spacing=0.0, class_capacity=2000.0)
    usual = at_the_end(58, birth, death, days, founders)
    return (
        birth, death, days, founders, *(simulate(study, 0, PAIRED, threads=1) for study in (apart, usual)),
    )  # fmt: skip


def together(cohort: Cohort) -> tuple[np.ndarray, np.ndarray]:
    """(Number, cells) of all persons' classes."""
    parts = [classes_of(cohort, person) for person in range(len(cohort.persons))]
    number, cells = zip(*parts, strict=True)
    return np.concatenate(number), np.concatenate(cells)


def test_lines_in_classes_of_their_own_have_the_exact_law(paired):
    """Number above 2,000 cells by z; sizes above 200 cells by Kolmogorov-Smirnov against u W e^(net age)."""
    birth, death, days, founders, apart, _ = paired
    number, cells = together(apart)
    assert np.all(number == 1.0)
    above = PAIRED * expected_above_limit(birth, death, days, founders)
    assert_z(np.count_nonzero(cells >= LIMIT * CELL_DENSITY), above, above)
    least = 200.0

    def law(x):
        at = np.array([expected_above_limit(birth, death, days, founders, cell / CELL_DENSITY) for cell in x])
        return 1.0 - at / expected_above_limit(birth, death, days, founders, least / CELL_DENSITY)

    assert stats.kstest(cells[cells > least], law).pvalue > ERROR


def test_classes_keep_lines_sites_and_mean_size(paired):
    """The same lines joined to classes: numbers by person and site, and every person's sum of ln cells, to rounding."""
    *_, apart, usual = paired
    for person in range(PAIRED):
        (number, cells), (joint, sizes) = classes_of(apart, person), classes_of(usual, person)
        assert joint.sum() == number.sum()
        assert len(joint) < 40
        by_site = [
            cohort.members[person, WITH_VESSELS, :, :used].sum(axis=1)
            for cohort, used in ((apart, len(number)), (usual, len(joint)))
        ]
        assert np.array_equal(*by_site)
        assert math.isclose(joint @ np.log(sizes), number @ np.log(cells), rel_tol=1e-12)


def test_classes_know_a_size_to_a_quarter_doubling(paired):
    """Spread of ln size within classes below WIDTH / 2, as recorded for `class_spacing`; volume falls by 3 % at most.

    The variance that classes lose is that within them, since means are kept; e^x is convex, so they lose volume.
    """
    *_, apart, usual = paired
    within, lines, volumes = 0.0, 0.0, np.zeros(2)
    for person in range(PAIRED):
        (number, cells), (joint, sizes) = classes_of(apart, person), classes_of(usual, person)
        within += number @ np.log(cells) ** 2 - joint @ np.log(sizes) ** 2
        lines += number.sum()
        volumes += number @ cells, joint @ sizes
    assert 0.0 < math.sqrt(within / lines) < WIDTH / 2.0
    assert (WIDTH / 2.0) ** 2 > 1.0 - volumes[1] / volumes[0] > 0.0


def test_classes_keep_the_number_above_a_size(paired):
    """At each of several sizes off in second order of WIDTH only, and by the chance of the pairs' differences."""
    *_, apart, usual = paired
    for limit in (300.0, 1000.0, 3000.0):
        counts = np.array([
            [number[cells >= limit].sum() for number, cells in (classes_of(cohort, person) for person in range(PAIRED))]
            for cohort in (apart, usual)
        ])  # fmt: skip
        difference = counts[1] - counts[0]
        error = difference.std(ddof=1) / math.sqrt(PAIRED)
        assert abs(difference.mean()) < counts[0].mean() * WIDTH**2 / 2.0 + 4.9 * error


DAYS = 260
PRIMARY = 1000.0
"""mm^3 of a primary at rest (V = K = its vascular limit), so that founders come at a constant rate."""

BRAKED = {
    "brake_rate": 0.0125, "brake_share": 0.5, "vessel_stimulation": 5.85, "vascular_limit": PRIMARY,
    "metastasis_vascular_limit": 1e6, "avascular_capacity": 1.0,
}  # fmt: skip

NET = math.log(2.0) / 7.0
"""Net rate of an unhindered lesion (1/day)."""


def steady(seed: int, founders_per_day: float, **parameters: float):
    """Founders at a constant rate for DAYS days; metastases grow with brake and vessels."""
    parameters = {
        **rates(0.7, 0.7 - NET), **BRAKED, **founding(first_lodged(), founders_per_day / (PRIMARY * CELL_DENSITY)),
        **parameters,
    }  # fmt: skip
    return reduced(
        seed, parameters, presents_at=1.0, start_cells=PRIMARY * CELL_DENSITY, start_capacity=PRIMARY,
        follow_up_days=DAYS - 1, mechanisms={**OFF, "growth_brake": 1.0},
    )  # fmt: skip


@pytest.fixture(scope="module")
def individuals() -> tuple[np.ndarray, np.ndarray]:
    """(age in days, cells) of lines founded evenly over the days, each on its own; 0 cells: extinct."""
    chance = np.random.default_rng(53)
    founded = chance.integers(0, DAYS, 120_000)
    kinetics = Kinetics(NET, 0.7, 0.0125, 0.5, 5.85, 1e6, 1.0, CELL_DENSITY)
    return DAYS - 1.0 - founded, follow(kinetics, founded, DAYS, chance)


def test_sparse_lesions_agree_with_lines_one_by_one(individuals):
    """Number above 1 mm^3, their ages and their sizes, with at most one lasting line or so per person.

    With even founding the ages of the lesions have the law of the time from founding to 1 mm^3, read off the other way:
    a lesion of age a is there if it needed less. Number by z-test, ages and sizes by two-sample Kolmogorov-Smirnov.
    """
    founders, ages, sizes = 0.0, [], []
    for cohort in cohorts(steady(54, 0.04, **FEW), 4000):
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
    """With hundreds of lines per class the number above 1 mm^3 is still that of lines one by one, up to half a class.

    Founders come evenly, so a class takes in lines of 2 WIDTH / net = 7 days at most; it passes 1 mm^3 as one, at the
    mean of its lines, so on one day a person's count is off by half of them. Ages of single lesions are not kept (a
    class remembers the mean founding day).
    """
    per_day, persons = 150.0, 10
    counts = np.concatenate([colonised_by_site(cohort, 1) for cohort in cohorts(steady(55, per_day), persons)])
    _, cells = individuals
    expected = persons * per_day * DAYS * float((cells >= CELL_DENSITY).mean())
    lasting = persons * per_day * NET / 0.7
    assert abs(counts.sum() - expected) < lasting * WIDTH / NET + 5.0 * math.sqrt(expected)
