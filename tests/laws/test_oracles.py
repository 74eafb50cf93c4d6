"""The oracles agree with published or independently computed numbers, with quadrature, integration and simulation.

Printed anchors were computed apart from these modules, by other code or by Monte Carlo; each constant names its origin.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad, solve_bvp, solve_ivp

from laws import kendall
from laws.chance import ERROR, assert_counts, assert_follows, assert_z
from laws.oracles import (
    avanzini,
    baxter_jain,
    bottleneck,
    bozic,
    clone_sizes,
    filter_flow,
    haeno,
    hahnfeldt,
    hanin,
    iwata,
    luria_delbruck,
    lymph_levels,
    mtgm,
    negative_binomial,
    overlapping_grains,
)

# Iwata, Kawasaki & Shigesada 2000

FIRST_GENERATION = {
    730: 13.372251849371418, 1110: 111.77638495557315, 1460: 304.0063236787621, 1825: 567.4832591949547,
    2190: 859.1098428203984,
}  # fmt: skip
ALL_GENERATIONS = {1110: 134.90841, 1825: 8454.2666, 2190: 68795.8635, 2920: 4794805.64}
LARGER_ON_DAY_1825 = {1e6: 1603.9546, 1e7: 983.5965, 1e8: 525.0557, 1e9: 225.5382}
FIRST_LARGER_ON_DAY_1825 = {1e6: 360.5769868619997, 1e7: 306.3062309684403, 1e8: 240.36616070125496}
AGES = {1e6: 281.0036, 1e7: 361.4911, 1e8: 466.2271, 1e9: 616.4444, 1.55e9: 654.1186}
SIZES = {365: 1.09289e7, 730: 3.28632e9, 1110: 2.56518e10, 1460: 4.97047e10, 1825: 6.37605e10}
"""Computed apart, with a = 0.00286, b = 7.3e10, m = 5.3e-8, alpha = 0.663, to the digits printed."""


def test_iwata_sizes_and_ages():
    for day, cells in SIZES.items():
        assert math.isclose(iwata.size(day), cells, rel_tol=1e-5)
        assert math.isclose(iwata.age_at(iwata.size(day)), day, rel_tol=1e-12)
    for cells, days in AGES.items():
        assert abs(iwata.age_at(cells) - days) < 1e-4


def test_iwata_size_solves_its_equation():
    disease = iwata.HEPATOCELLULAR
    grown = solve_ivp(
        lambda _, y: disease.a * (math.log(disease.b) - y), (0.0, 1825.0), [0.0], rtol=1e-11, atol=1e-12
    ).y[0, -1]
    assert math.isclose(math.exp(grown), iwata.size(1825.0), rel_tol=1e-9)


@pytest.mark.parametrize(("day", "number"), FIRST_GENERATION.items())
def test_iwata_first_generation(day, number):
    assert math.isclose(iwata.first_generation(day), number, rel_tol=1e-12)
    assert math.isclose(iwata.first_generation_by_quadrature(day), number, rel_tol=1e-11)


def test_iwata_first_generation_with_the_other_exponent():
    """121.622352 on day 1110 and 620.361035 on day 1825 at alpha = 2/3."""
    disease = iwata.Disease(0.00286, 7.3e10, 5.3e-8, 2.0 / 3.0)
    assert math.isclose(iwata.first_generation(1110, disease), 121.622352, rel_tol=1e-8)
    assert math.isclose(iwata.first_generation(1825, disease), 620.361035, rel_tol=1e-8)


@pytest.mark.parametrize(("day", "number"), ALL_GENERATIONS.items())
def test_iwata_all_generations(day, number):
    """To the digits printed; twice the steps move the result by less than 1e-10."""
    assert math.isclose(iwata.all_generations(day), number, rel_tol=4e-8)
    assert math.isclose(iwata.all_generations(day), iwata.all_generations(day, steps=500), rel_tol=1e-10)


def test_iwata_metastases_above_a_size():
    """2e-6: the anchors were interpolated on a daily grid."""
    for cells, number in LARGER_ON_DAY_1825.items():
        assert math.isclose(iwata.above(iwata.all_generations, cells, 1825.0), number, rel_tol=2e-6)
    for cells, number in FIRST_LARGER_ON_DAY_1825.items():
        assert math.isclose(iwata.above(iwata.first_generation, cells, 1825.0), number, rel_tol=1e-10)
    assert iwata.above(iwata.first_generation, 1e9, 600.0) == 0.0


def test_iwata_malthus_rate():
    """Printed 0.00580566491848269 to 1e-10, root of the integral to 1e-12, and slope of the number in the long run.

    The next characteristic root decays away from the slope; by day 12,000 it is below 1e-9.
    """
    rate = iwata.malthus()
    assert math.isclose(rate, 0.00580566491848269, rel_tol=1e-10)
    pieces = np.linspace(0.0, 12_000.0, 61)
    offspring = sum(
        quad(
            lambda age: math.exp(-rate * age) * float(iwata.emission(iwata.size(age))), low, low + 200.0, epsrel=1e-13
        )[0]
        for low in pieces[:-1]
    )
    assert abs(offspring - 1.0) < 1e-12
    days, number = iwata.number_curve(12_000.0, steps=500)
    slope = math.log(number[-1] / number[-51]) / (days[-1] - days[-51])
    assert math.isclose(slope, rate, rel_tol=1e-8)


def drawn_trees(trees: int, days: float, rate, integral_inverse, chance) -> np.ndarray:
    """Descendants by day `days` of tumours born on day 0, emission by emission (ages at emission by inversion)."""
    counts = np.zeros(trees)
    owner, left = np.arange(trees), np.full(trees, float(days))
    while owner.size:
        children = chance.poisson(rate(left))
        owner = np.repeat(owner, children)
        whole = np.repeat(left, children)
        age = integral_inverse(chance.random(owner.size) * rate(whole))
        left = whole - age
        np.add.at(counts, owner, 1.0)
    return counts


def test_iwata_mean_and_variance_against_trees():
    """20,000 trees of 1,110 days: z-test of the mean and of the variance (fourth moment from the sample)."""
    chance, trees, days = np.random.default_rng(101), 20_000, 1110.0
    grid = np.linspace(0.0, days, 20_001)
    cumulative = iwata.first_generation(grid)
    found = drawn_trees(trees, days, iwata.first_generation, lambda y: np.interp(y, cumulative, grid), chance)
    mean, variance = iwata.all_generations(days), iwata.number_variance(days)
    assert_z(found.mean(), mean, variance / trees)
    spread = (found - mean) ** 2
    assert_z(spread.mean(), variance, spread.var() / trees)
    assert variance > 2.0 * mean


def test_iwata_exponential_growth():
    """Printed for a = 0.1, m = 0.02, alpha = 0.7, day 45; Monte Carlo 12.50885 +- 0.0553 and 4.5101 +- 0.025."""
    law = {"a": 0.1, "m": 0.02, "alpha": 0.7}
    number = float(iwata.exponential_number(45.0, **law))
    above = iwata.exponential_above(3.0, 45.0, **law)
    assert math.isclose(number, 12.532768232321375, rel_tol=1e-12)
    assert math.isclose(above, 4.523157921410231, rel_tol=1e-12)
    assert abs(number - 12.50885) < 3.0 * 0.0553
    assert abs(above - 4.5101) < 3.0 * 0.025
    births = quad(lambda t: float(iwata.exponential_birth(t, **law)), 0.0, 45.0, epsrel=1e-12)[0]
    assert math.isclose(births, number, rel_tol=1e-11)
    beyond = quad(
        lambda y: float(iwata.exponential_density(math.exp(y), 45.0, **law)) * math.exp(y), math.log(3.0), 4.5
    )[0]
    assert math.isclose(beyond, above, rel_tol=1e-9)


def test_iwata_exponential_growth_solves_the_renewal_equation():
    law = {"a": 0.1, "m": 0.02, "alpha": 0.7}
    days, births = iwata.renewal_limit(
        lambda t: 0.02 * np.exp(0.07 * t), lambda t: 0.02 * np.exp(0.07 * t), 45.0, steps=50
    )
    assert np.allclose(births, iwata.exponential_birth(days, **law), rtol=1e-10)


# Benzekry's line: MTGM

MTGM = {
    "lung": {20: (0.91156527, 6.6616129e-05), 40: (6.5955343, 0.0045771657), 60: (15.730325, 0.036800476)},
    "breast": {20: (0.37413081, 1.0920999e-05), 40: (2.3100192, 0.00040614628), 60: (5.3972217, 0.0026748598)},
}
"""Number and mm^3 by day, computed apart by the trapezoidal rule."""


@pytest.mark.parametrize("name", MTGM)
def test_mtgm_number_and_mass(name):
    number, mass = mtgm.number_and_mass(60, {"lung": mtgm.LUNG, "breast": mtgm.BREAST}[name])
    for day, (n, m) in MTGM[name].items():
        assert math.isclose(number[day], n, rel_tol=1e-7)
        assert math.isclose(mass[day], m, rel_tol=1e-7)


def test_mtgm_published_curve():
    """Sixty daily points of the published figure within its drawing: 1e-5 in number, 1e-8 mm^3 in mass."""
    number, mass = mtgm.number_and_mass(60, mtgm.BREAST)
    assert len(mtgm.PUBLISHED_NUMBER) == len(mtgm.PUBLISHED_MASS) == 60
    assert np.abs(number[1:] - mtgm.PUBLISHED_NUMBER).max() < 1e-5
    assert np.abs(mass[1:] - mtgm.PUBLISHED_MASS).max() < 1e-8


def test_mtgm_first_generation_bounds_the_number():
    number, _ = mtgm.number_and_mass(60, mtgm.LUNG)
    first = mtgm.first_generation(60.0, mtgm.LUNG)
    assert first < number[60] < 1.01 * first


def test_mtgm_volume_solves_gompertz():
    solved = solve_ivp(
        lambda t, y: mtgm.LUNG.a * np.exp(-mtgm.LUNG.beta * t) * y, (0.0, 30.0), [1.0], rtol=1e-11, atol=1e-12
    )
    assert math.isclose(solved.y[0, -1], mtgm.volume(30.0, 1.0, mtgm.LUNG), rel_tol=1e-8)


# Hahnfeldt et al. 1999

VOLUMES = {
    "none": (1105.0, 3857.0, 7753.0, 11293.0), "endostatin": (165.0, 128.0, 100.0, 78.0),
    "angiostatin": (241.0, 185.0, 137.0, 101.0), "TNP-470": (508.0, 1394.0, 2649.0, 4808.0),
}  # fmt: skip
"""mm^3 on days 5, 10, 15, 20 under boluses from day 0, computed apart."""

DRUGS = {"endostatin": hahnfeldt.ENDOSTATIN, "angiostatin": hahnfeldt.ANGIOSTATIN, "TNP-470": hahnfeldt.TNP_470}


@pytest.mark.parametrize("name", VOLUMES)
def test_hahnfeldt_volumes(name):
    drug = DRUGS.get(name)
    found = hahnfeldt.course((5, 10, 15, 20), drug, hahnfeldt.boluses(drug, 0.0, 20.0) if drug else ())
    assert np.allclose(found[:, 0], VOLUMES[name], rtol=0.01)


def test_hahnfeldt_drug_kept_as_a_third_equation():
    """The same course of angiostatin with g' = -clr g integrated along."""
    drug, state, found = hahnfeldt.ANGIOSTATIN, np.array([200.0, 625.0, 0.0]), []

    def change(_, y):
        vessels = hahnfeldt.STIMULATION * y[0] - hahnfeldt.INHIBITION * y[1] * y[0] ** (2.0 / 3.0)
        return [
            -hahnfeldt.GROWTH * y[0] * np.log(y[0] / y[1]), vessels - drug.effect * y[2] * y[1], -drug.clearance * y[2]
        ]  # fmt: skip

    for _ in range(10):
        state[2] += drug.dose
        state = solve_ivp(change, (0.0, 1.0), state, method="Radau", rtol=1e-10, atol=1e-10).y[:, -1]
        found.append(state[0])
    own = hahnfeldt.course(range(1, 11), drug, hahnfeldt.boluses(drug, 0.0, 9.0))[:, 0]
    assert np.allclose(own, found, rtol=1e-6)


def test_hahnfeldt_rest():
    """17,347 mm^3 untreated; angiostatin at its mean level, e g = 7.9/day > b, leaves nothing."""
    assert math.isclose(hahnfeldt.rest_volume(), 17347.0, rel_tol=1e-4)
    assert math.isclose(hahnfeldt.course((400,))[0, 0], hahnfeldt.rest_volume(), rel_tol=1e-7)
    assert hahnfeldt.rest_volume(hahnfeldt.ANGIOSTATIN.effect * hahnfeldt.mean_held(hahnfeldt.ANGIOSTATIN)) == 0.0
    tnp = hahnfeldt.TNP_470.effect * hahnfeldt.mean_held(hahnfeldt.TNP_470)
    assert 0.0 < hahnfeldt.rest_volume(tnp) < hahnfeldt.rest_volume()


PUBLISHED_NUMBERS = {"endostatin": 1.35836, "angiostatin": 1.48263, "TNP-470": 2.00598}
"""Metastases on day 15, figures of Bulai et al. 2024 (MTGM_Toolbox, demo 4), solver at its default tolerance."""

OWN_NUMBERS = {"endostatin": 1.36535, "angiostatin": 1.48331, "TNP-470": 2.01859}
"""The same computed apart, first generation."""


@pytest.mark.parametrize("name", PUBLISHED_NUMBERS)
def test_hahnfeldt_metastases_under_treatment(name):
    drug = DRUGS[name]
    given = (4, 6, 8, 10) if name == "TNP-470" else range(5, 11)
    number = hahnfeldt.course((15,), drug, list(given), emission=(1e-3, 2.0 / 3.0))[0, 2]
    assert math.isclose(number, OWN_NUMBERS[name], rel_tol=1e-5)
    assert math.isclose(number, PUBLISHED_NUMBERS[name], rel_tol=0.007)


def test_hahnfeldt_metastases_untreated():
    """All generations, from 200 mm^3 to day 15 and from 1e-6 mm^3 to day 40; published 2.80907 and 10.5138."""
    assert math.isclose(hahnfeldt.metastases(15.0), 2.80823, rel_tol=1e-5)
    assert math.isclose(hahnfeldt.metastases(15.0), 2.80907, rel_tol=0.001)
    small = hahnfeldt.metastases(40.0, start=(1e-6, 625.0))
    assert math.isclose(small, 10.40455, rel_tol=1e-6)
    assert math.isclose(small, 10.5138, rel_tol=0.011)


# Avanzini & Antal 2019

RELAPSE = {0: 0.2799039722495329, 100: 2.072055217501603, 200: 9.606316292462989, 300: 11.858538382425767}
RELAPSE_EXACT = {0: 0.2794648704912664, 100: 2.0688126488214227, 200: 9.611899900806565, 300: 11.859109855887334}
"""Expected visible metastases by day after resection, approximate and exact one-time law, computed apart."""


@pytest.mark.parametrize("day", RELAPSE)
def test_avanzini_relapse(day):
    course = avanzini.ANCHOR
    t = course.resection_day + day
    assert math.isclose(avanzini.visible_by(t, course), RELAPSE[day], rel_tol=1e-10)
    assert math.isclose(avanzini.visible_on(t, course), RELAPSE_EXACT[day], rel_tol=1e-8)
    assert math.isclose(avanzini.visible_by(t, course), avanzini.visible_on(t, course), rel_tol=2e-3)


def test_avanzini_limits():
    """12 established metastases; all of them visible in the end; visible once before visible now."""
    course = avanzini.ANCHOR
    assert math.isclose(avanzini.mean_established(course), 12.0, rel_tol=1e-12)
    late = course.resection_day + 3000.0
    assert math.isclose(avanzini.visible_by(late, course), 12.0, rel_tol=2e-3)
    assert math.isclose(avanzini.visible_on(late, course), 12.0 * (1.0 - 1.0 / course.resected_at), rel_tol=1e-8)
    for day in (0.0, 100.0, 300.0):
        now = avanzini.visible_on(course.resection_day + day, course)
        assert now < avanzini.relapsed_by(course.resection_day + day, course) < 1.02 * now


def test_avanzini_first_passage_against_the_chain():
    """M = 30: the absorbing chain of 31 states integrated, at 4 ages, to the inversion's 1e-7."""
    course = avanzini.Course(growth=0.02, seeding=1e-4, birth=0.25, death=0.2, visible=30, resected_at=2e4)
    n = np.arange(31)
    rates = np.zeros((31, 31))
    rates[n[1:30], n[1:30] + 1], rates[n[1:30], n[1:30] - 1] = course.birth * n[1:30], course.death * n[1:30]
    rates -= np.diag(rates.sum(axis=1))
    ages = np.array([10.0, 30.0, 60.0, 200.0])
    solved = solve_ivp(
        lambda _, p: p @ rates, (0.0, 200.0), np.eye(31)[1], method="DOP853", t_eval=ages, rtol=1e-11, atol=1e-13
    )
    assert np.abs(avanzini.share_ever_visible(ages, course) - solved.y[30]).max() < 1e-7


def test_avanzini_first_passage_without_death_is_the_one_time_law():
    """A line that never loses a cell stays visible; ages from too young to certain, M = 2000."""
    course = avanzini.Course(growth=0.02, seeding=1e-4, birth=0.25, death=0.0, visible=2000, resected_at=2e4)
    ages = np.array([1.0, 16.0, 25.0, 30.0, 45.0, 80.0])
    law = [avanzini.share_visible(age, course) for age in ages]
    assert np.abs(avanzini.share_ever_visible(ages, course) - law).max() < 1e-7


# Numbers of seeds


def test_negative_binomial_anchors():
    """M = 400, q / lambda = 0.01: printed 3.99, 4.0299, 0.01886999828637027."""
    assert np.allclose(negative_binomial.moments(400, 1.0, 0.01), (3.99, 4.0299, 0.01886999828637027), rtol=1e-12)
    law = negative_binomial.seeds(400, 1.0, 0.01)
    assert np.allclose((law.mean(), law.var(), law.pmf(0)), negative_binomial.moments(400, 1.0, 0.01), rtol=1e-12)


def test_negative_binomial_against_events():
    found = negative_binomial.drawn(400, 1.0, 0.01, 40_000, np.random.default_rng(102))
    assert_follows(found, negative_binomial.seeds(400, 1.0, 0.01).pmf(np.arange(30)))


def test_negative_binomial_thinned():
    """Keeping each seed with probability s gives the law at the rate q s."""
    whole = negative_binomial.seeds(60, 1.0, 0.2).pmf(np.arange(200))
    kept = [float(whole @ stats.binom.pmf(k, np.arange(200), 0.3)) for k in range(20)]
    assert np.allclose(kept, negative_binomial.seeds(60, 1.0, 0.2, 0.3).pmf(np.arange(20)), rtol=1e-9, atol=1e-14)


def test_poisson_mean():
    mean = quad(lambda t: 0.3 * 2e-4 * 5e3 * math.exp(0.05 * t), 0.0, 40.0)[0]
    assert math.isclose(negative_binomial.poisson_mean_exponential(5e3, 0.05, 40.0, 2e-4, 0.3), mean, rel_tol=1e-10)
    assert math.isclose(negative_binomial.poisson_mean_exponential(5e3, 0.0, 40.0, 2e-4), 40.0, rel_tol=1e-12)
    assert math.isclose(negative_binomial.poisson(mean).var(), mean)


# Mutants


def test_luria_delbruck_anchors():
    printed = (0.135335, 0.135335, 0.112779, 0.090224, 0.071803, 0.057517)
    assert np.abs(luria_delbruck.mutants(2.0, 5) - printed).max() < 1e-6


def test_luria_delbruck_three_ways():
    """Recursion, compound Poisson of clone sizes at kappa = 1, and generating function at |z| = 0.9."""
    law = luria_delbruck.mutants(2.0, 400)
    clone = np.concatenate([[0.0], clone_sizes.sizes(1.0, 400)])
    assert np.allclose(luria_delbruck.compound(2.0, clone), law, rtol=1e-10)
    for z in (0.9, -0.9, 0.5 + 0.5j):
        assert abs((law * z ** np.arange(401)).sum() - luria_delbruck.generating(2.0, z)) < 1e-12


def test_luria_delbruck_against_cultures():
    """Cultures of Poisson(2) mutant lines with ages exponential in doublings."""
    chance = np.random.default_rng(103)
    lines = chance.poisson(2.0, 40_000)
    sizes = chance.geometric(np.exp(-chance.exponential(1.0, lines.sum())))
    found = np.bincount(np.repeat(np.arange(40_000), lines), weights=sizes, minlength=40_000)
    assert_follows(found, luria_delbruck.mutants(2.0, 100))


def test_compound_with_lost_lines():
    """A line of size 0 with probability 0.4 thins the number of lines."""
    clone = np.concatenate([[0.0], clone_sizes.sizes(0.5, 60)])
    lost = 0.6 * clone
    lost[0] = 0.4
    assert np.allclose(luria_delbruck.compound(2.0, lost), luria_delbruck.compound(1.2, clone), rtol=1e-10)


# Bozic et al. 2013

OWN_FAILURES = (0.2875, 0.1988, 0.1222, 0.0800, 0.0607, 0.8818, 0.8236, 0.6784)
"""By the same formula computed apart, in the order of the table."""


@pytest.mark.parametrize(("row", "own"), list(zip(bozic.TABLE_1, OWN_FAILURES, strict=True)))
def test_bozic_table(row, own):
    """Printed to three digits from M that is printed to two: the failure differs by the 5 % that M may be off."""
    _, cells, n12, printed = row
    fails = 1.0 - bozic.eradicated(cells, bozic.Lesion(n12=n12))
    assert abs(fails - own) < 1e-4
    reach = [1.0 - bozic.eradicated(factor * cells, bozic.Lesion(n12=n12)) for factor in (0.94, 1.06)]
    assert reach[0] <= printed <= reach[1]


SMALL = bozic.Lesion(birth=1.0, death=0.6, treated_death=1.3, mutation=1e-3, n1=0, n2=0, n12=1)


@pytest.fixture(scope="module")
def small_lesions():
    return bozic.grown_to(1000, SMALL, 8000, np.random.default_rng(104))


def test_bozic_no_resistance_in_small_lesions(small_lesions):
    """Printed 0.21715340932759253 (Monte Carlo elsewhere 0.21825 +- 0.0065); the formula is for M >> 1, here to 1 %."""
    share = bozic.none_present(1000, 1e-3, 1, SMALL.survival)
    assert math.isclose(share, 0.21715340932759253, rel_tol=1e-12)
    assert_z(np.count_nonzero(small_lesions[1] == 0.0), 8000 * share, 8000 * share * (1.0 - share))


def test_bozic_resistant_cells_in_small_lesions(small_lesions):
    """Mean resistant cells, about M n12 mu = 15 per thousand, to 10 %: the formula is for M >> 1."""
    resistant = small_lesions[1]
    assert math.isclose(resistant.mean(), bozic.resistant_cells_along_lines(1000, SMALL), rel_tol=0.1)


def test_bozic_cure_of_small_lesions(small_lesions):
    """P(cure) e^(-M u n12 + M u n12 s/s') against the exact cure of the lesions grown, to 5 %."""
    cured = bozic.cured_given(*small_lesions, SMALL)
    assert math.isclose(cured.mean(), bozic.eradicated(1000, SMALL), rel_tol=0.05)
    safe = bozic.Lesion(birth=1.0, death=0.6, treated_death=1.3, mutation=0.0, n12=1)
    assert math.isclose(bozic.cured_given(1000.0, 0.0, safe), 1.0, rel_tol=1e-12)


def test_bozic_resistant_cells():
    """Against the mean equations of four types; and the printed second-order term at n12 = 0.

    The tumour starts as 1/s cells, the mean of lines that last, and a cell mutates at the rate u b per position.
    """
    lesion, cells = bozic.Lesion(mutation=1e-5, n12=0), 1e9
    net, rate = lesion.birth - lesion.death, lesion.birth * lesion.mutation

    def change(_, x):
        return [
            (net - rate * 100.0) * x[0], (net - rate * 50.0) * x[1] + rate * 50.0 * x[0],
            (net - rate * 50.0) * x[2] + rate * 50.0 * x[0], net * x[3] + rate * 50.0 * (x[1] + x[2]),
        ]  # fmt: skip

    days = math.log(cells * lesion.survival) / net
    start = [1.0 / lesion.survival, 0.0, 0.0, 0.0]
    mean = solve_ivp(change, (0.0, days), start, method="DOP853", rtol=1e-11, atol=1e-9).y[3, -1]
    assert math.isclose(bozic.resistant_cells_along_lines(cells, lesion), mean, rel_tol=1e-7)
    lesion = bozic.Lesion()
    assert math.isclose(
        bozic.resistant_cells(cells, lesion), bozic.resistant_cells_along_lines(cells, lesion), rel_tol=1e-4
    )
    lesion = bozic.Lesion(n12=1)
    assert math.isclose(
        bozic.resistant_cells(cells, lesion), bozic.resistant_cells_along_lines(cells, lesion), rel_tol=1e-4
    )


# Haeno et al. 2012


def test_haeno_means():
    net, rates = (0.06, 0.055, 0.05), {"birth": 0.16, "u": 1e-4, "q": 1e-5}
    found = haeno.means(200.0, net, **rates)
    assert np.allclose(found, (162754.791, 329.21807905217975, 0.20810551610692832), rtol=1e-8)
    assert np.allclose(found, haeno.means_by_integration(200.0, net, **rates), rtol=1e-9)


def test_haeno_equal_rates_are_the_limit():
    rates = {"birth": 0.16, "u": 1e-4, "q": 1e-5}
    equal = haeno.means_equal_rates(200.0, 0.05, **rates)
    assert np.allclose(equal, haeno.means_by_integration(200.0, (0.05, 0.05, 0.05), **rates), rtol=1e-9)
    assert np.allclose(equal, haeno.means(200.0, (0.05 + 1e-6, 0.05, 0.05 - 1e-6), **rates), rtol=1e-3)


# Sizes


def test_hanin_anchors():
    """g0 = 0.02, g1 = 0.05, theta = 2/3, day 400, above 1000 cells."""
    kappa = hanin.exponent(0.02, 0.05, 2.0 / 3.0)
    for cells, share in {1e4: 0.5267533, 1e6: 0.1320495, 1e8: 0.0164548}.items():
        assert abs(hanin.share_above(cells, 1e3, math.exp(20.0), kappa) - share) < 1e-7
        assert math.isclose(hanin.quantile(1.0 - share, 1e3, math.exp(20.0), kappa), cells, rel_tol=1e-4)


def test_hanin_against_birth_days():
    sizes = hanin.drawn(60_000, 400.0, (0.02, 0.05, 2.0 / 3.0), 1e3, np.random.default_rng(105))
    kappa = hanin.exponent(0.02, 0.05, 2.0 / 3.0)
    law = stats.kstest(sizes, lambda x: 1.0 - hanin.share_above(x, 1e3, math.exp(20.0), kappa))
    assert law.pvalue > ERROR
    rate = 0.02 * 2.0 / 3.0
    whole = math.expm1(rate * 400.0) / rate
    share = hanin.expected_detectable(400.0, 1.0, 0.02, 0.05, 2.0 / 3.0, 1e3) / whole
    assert_z(len(sizes), 60_000 * share, 60_000 * share * (1.0 - share))


def test_clone_size_anchors():
    printed = {1: 0.3333333333, 2: 0.1333333333, 3: 0.0761904762, 5: 0.0369408369, 10: 0.0135130092}
    law = clone_sizes.sizes(0.5, 10)
    for k, share in printed.items():
        assert abs(law[k - 1] - share) < 1e-10


def test_clone_sizes_against_ages():
    """Mixture kappa int e^(-kappa a) e^-a (1 - e^-a)^(k - 1) da; tail; finite time; death."""
    for k in (1, 2, 7):
        mixed = quad(lambda a, k=k: 0.5 * math.exp(-1.5 * a) * (1.0 - math.exp(-a)) ** (k - 1), 0.0, np.inf)[0]
        assert math.isclose(mixed, clone_sizes.sizes(0.5, k)[-1], rel_tol=1e-8)
    assert np.allclose(clone_sizes.share_above(0.5, np.arange(1, 9)), 1.0 - np.cumsum(clone_sizes.sizes(0.5, 8)))
    assert np.allclose(clone_sizes.sizes_at(0.5, 9, 60.0), clone_sizes.sizes(0.5, 9), rtol=1e-9)
    pure = clone_sizes.sizes_with_death(0.5, 6, 1.0, 0.0, 3.0)
    assert np.allclose(pure[1:], clone_sizes.sizes_at(0.5, 6, 3.0), rtol=1e-8)
    assert abs(pure[0]) < 1e-12


def test_clone_sizes_with_death_against_kendall():
    """Ages exponential on [0, T], net rate 0.2, founders' rate 0.1."""
    ages, weights = np.polynomial.legendre.leggauss(200)
    ages = 10.0 * (ages + 1.0)
    density = 0.1 * np.exp(-0.1 * ages) / -np.expm1(-0.1 * 20.0)
    law = sum(w * 10.0 * d * kendall.sizes(0.5, 0.3, a, 8) for a, w, d in zip(ages, weights, density, strict=True))
    assert np.allclose(clone_sizes.sizes_with_death(0.5, 8, 0.5, 0.3, 0.2 * 20.0), law, rtol=1e-7)


# Bottleneck


def test_bottleneck_anchors():
    printed = {1: 0.006737946999085467, 3: 0.12465201948308113, 5: 0.4404932850652124, 8: 0.8666283259299927}
    for cells, share in printed.items():
        assert math.isclose(bottleneck.survival(cells, 5.0), share, rel_tol=1e-12)
    assert math.isclose(bottleneck.survival(1, 12.0), math.exp(-12.0), rel_tol=1e-12)


def test_bottleneck_is_the_ruin_of_its_walk():
    walk = bottleneck.survival_by_ruin(200, 5.0)
    assert np.allclose(walk[1:30], bottleneck.survival(np.arange(1, 30), 5.0), rtol=1e-9)


def test_bottleneck_expected_metastases():
    """Against the integral of shedding from the surface; a ball of 1 cm^3 has 4.836 cm^2."""
    assert math.isclose(bottleneck.surface_cells(1.0), 4.835975862e6, rel_tol=1e-9)
    mean = quad(
        lambda t: 1e-3 * 0.8 * 11.0 * bottleneck.surface_cells(1e-9 * math.exp(4.0 * t)), 1.0, 3.0, epsrel=1e-11
    )
    assert math.isclose(bottleneck.expected_metastases(1e-9, 4.0, (1.0, 3.0), (1e-3, 0.8, 11.0)), mean[0], rel_tol=1e-9)


# Routes


def test_filter_flow_anchors():
    printed = {
        "S": 0.03885, "lung": 0.936378, "liver": 0.014982, "kidney": 0.009884, "gut": 0.009884, "brain": 0.006243,
        "skeleton": 0.002601,
    }  # fmt: skip
    ends = filter_flow.filter_flow(0.9, 0.5, 0.9, 0.5)
    for site, share in printed.items():
        assert abs(ends[site] - share) < 5e-7


@pytest.mark.parametrize("caught", [(0.9, 0.5, 0.9, 0.5), (0.02, 0.02, 0.02, 0.02), (0.0, 0.3, 1.0, 0.0)])
def test_filter_flow_is_the_absorbing_chain(caught):
    names, passing, ending = filter_flow.chain(*caught)
    visits, ends = filter_flow.absorbing(passing, ending)
    law = filter_flow.filter_flow(*caught)
    for name, share in zip(names, ends[0], strict=True):
        assert math.isclose(share, law[name], abs_tol=1e-12)
    assert math.isclose(visits[0, 0], 1.0 / (1.0 - law["S"]), rel_tol=1e-11)
    assert math.isclose(ends[0].sum(), 1.0, rel_tol=1e-12)


FEEDS, SPREAD = (0.2, 0.05), {(0, 1): 0.1}


def test_lymph_levels_anchors():
    """Values of lymph-model 1.3.8 for feeds 0.2 and 0.05, spread 0.1 from the first to the second, N = 10, p = 0.3."""
    assert math.isclose(lymph_levels.one_level(0.2, 10, 0.3), 0.46138488590510063, rel_tol=1e-13)
    assert math.isclose(lymph_levels.none_involved(FEEDS, 10, 0.3), 0.4736742347807141, rel_tol=1e-13)
    states = lymph_levels.at_diagnosis(FEEDS, SPREAD, 10, 0.3)
    assert np.abs(states - (0.47367423, 0.06494088, 0.33462707, 0.12675781)).max() < 5e-9
    assert math.isclose(states[2] + states[3], lymph_levels.one_level(0.2, 10, 0.3), rel_tol=1e-12)
    assert math.isclose(states[0], lymph_levels.none_involved(FEEDS, 10, 0.3), rel_tol=1e-12)


def test_lymph_levels_against_patients():
    """20,000 patients stepped level by level; three levels, two of which drain into the third."""
    feeds, spread, chance, patients = (0.15, 0.1, 0.02), {(0, 2): 0.2, (1, 2): 0.3}, np.random.default_rng(106), 20_000
    involved = np.zeros((patients, 3), bool)
    left = chance.binomial(8, 0.4, patients)
    while (left > 0).any():
        clean = np.tile(1.0 - np.array(feeds), (patients, 1))
        for (source, into), share in spread.items():
            clean[:, into] *= np.where(involved[:, source], 1.0 - share, 1.0)
        fall = (chance.random((patients, 3)) > clean) & (left > 0)[:, None]
        involved, left = involved | fall, left - 1
    seen = np.bincount(involved @ np.array([4, 2, 1]), minlength=8)
    law = lymph_levels.at_diagnosis(feeds, spread, 8, 0.4)
    assert math.isclose(law.sum(), 1.0, rel_tol=1e-12)
    assert_counts(seen, patients * law)


# Interstitial pressure


def test_baxter_jain_anchors():
    """Printed: 0.815 of the effective pressure 11.5 mmHg in the middle at R = 1 mm, 0.998 at 2.5 mm."""
    assert math.isclose(baxter_jain.TUMOUR.plateau, 11.5, rel_tol=1e-12)
    assert abs(baxter_jain.centre(0.1) - 0.815) < 5e-4
    assert abs(baxter_jain.centre(0.25) - 0.998) < 5e-4
    assert math.isclose(float(baxter_jain.isolated(0.0, 0.1)), 11.5 * baxter_jain.centre(0.1), rel_tol=1e-12)
    assert math.isclose(float(baxter_jain.isolated(0.1, 0.1)), 0.0, abs_tol=1e-12)


def test_baxter_jain_isolated_solves_darcy():
    """With u = r p: u'' = k^2 (u - r p_e), by a boundary-value solver; outflow is what the vessels let in."""
    tissue, radius = baxter_jain.TUMOUR, 0.1
    r = np.linspace(0.0, radius, 101)
    solved = solve_bvp(
        lambda x, y: np.vstack([y[1], tissue.decay**2 * (y[0] - x * tissue.plateau)]),
        lambda low, high: np.array([low[0], high[0]]), r, np.zeros((2, 101)), tol=1e-9, max_nodes=20_000,
    )  # fmt: skip
    assert np.allclose(solved.sol(r)[0][1:] / r[1:], baxter_jain.isolated(r[1:], radius), atol=1e-6)
    leaked = quad(
        lambda x: tissue.leak * (tissue.effective - float(baxter_jain.isolated(x, radius))) * x**2, 0.0, radius
    )[0]
    assert math.isclose(leaked, baxter_jain.surface_outflow(radius) * radius**2, rel_tol=1e-8)


def test_baxter_jain_embedded_is_continuous():
    """Pressure and K p' on both sides of the border; normal tissue drained by lymph; limit of a wide surrounding."""
    around = baxter_jain.Tissue(conductivity=8.53e-9, leak=2.52e-6, effective=6.0, lymph=1e-5, lymph_pressure=-1.0)
    radius, step = 0.2, 1e-6
    inner = baxter_jain.embedded(radius - step * np.arange(3), radius, baxter_jain.TUMOUR, around)
    outer = baxter_jain.embedded(radius + step * np.arange(3), radius, baxter_jain.TUMOUR, around)
    assert math.isclose(inner[0], outer[0], rel_tol=1e-12)
    slope_in = (1.5 * inner[0] - 2.0 * inner[1] + 0.5 * inner[2]) / step
    slope_out = (-1.5 * outer[0] + 2.0 * outer[1] - 0.5 * outer[2]) / step
    assert math.isclose(baxter_jain.TUMOUR.conductivity * slope_in, around.conductivity * slope_out, rel_tol=1e-5)
    far = float(baxter_jain.embedded(5.0, radius, baxter_jain.TUMOUR, around))
    assert math.isclose(far, around.plateau, rel_tol=1e-6)
    assert around.plateau < outer[0] < float(baxter_jain.embedded(0.0, radius, baxter_jain.TUMOUR, around))


# Lesions that merge


def test_grains_closed_forms():
    assert math.isclose(
        overlapping_grains.summed(3.0, lambda _: 0.01, lambda age: 0.4 * age),
        overlapping_grains.constant_rates(3.0, 0.01, 0.4), rel_tol=1e-10,
    )  # fmt: skip
    free = overlapping_grains.founded_in_free_tissue(5.0, lambda _: 0.01, lambda age: 0.4 * age)
    direct = quad(lambda t: 0.01 * math.exp(-overlapping_grains.constant_rates(t, 0.01, 0.4)), 0.0, 5.0)[0]
    assert math.isclose(free, direct, rel_tol=1e-8)
    assert free < 0.05
    many = overlapping_grains.covered_by_given(np.full(1000, 1e-3), 1.0)
    assert math.isclose(many, overlapping_grains.covered(1.0), rel_tol=1e-3)


def test_grains_against_thrown_balls():
    """400 tori of side 10: covered share for Poisson many balls from founders at a constant rate, and balls alone."""
    chance, rate, speed, days, side = np.random.default_rng(107), 0.01, 0.4, 3.0, 10.0
    shares, alone = [], []
    for _ in range(400):
        radii = speed * chance.uniform(0.0, days, chance.poisson(rate * side**3 * days))
        share, lonely = overlapping_grains.thrown(radii, side, 200, chance)
        shares.append(share)
        alone.append(lonely)
    law = float(overlapping_grains.covered(overlapping_grains.constant_rates(days, rate, speed)))
    assert 0.05 < law < 0.3
    assert_z(np.mean(shares), law, np.var(shares) / len(shares))
    nodes, weights = np.polynomial.legendre.leggauss(30)
    lonely = side**3 * overlapping_grains.alone(rate * days, 0.5 * speed * days * (nodes + 1.0), 0.5 * weights)
    assert_z(np.mean(alone), lonely, np.var(alone) / len(alone))


def test_grains_given_balls():
    """400 tori with 20 balls of one radius: 1 - (1 - v/V)^20 covered."""
    chance, radii = np.random.default_rng(108), np.full(20, 1.5)
    shares = [overlapping_grains.thrown(radii, 10.0, 200, chance)[0] for _ in range(400)]
    law = overlapping_grains.covered_by_given(overlapping_grains.BALL * radii**3, 1000.0)
    assert_z(np.mean(shares), law, np.var(shares) / len(shares))
    assert law < overlapping_grains.BALL * (radii**3).sum() / 1000.0
