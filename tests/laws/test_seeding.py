"""How many founders a primary sends out: negative binomial from a growing line, Poisson from a given size."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from laws.chance import assert_counts, assert_follows, assert_z
from laws.reduced import (
    cells_at_diagnosis,
    cohorts,
    first_lodged,
    founders_by_site,
    founding,
    persons_of,
    rates,
    reduced,
)

CELLS = 400
"""M: cells at which the pure-birth primary presents."""

BIRTH, SEEDING = 0.06, 0.0006
"""1/day, in the anchors' ratio 1 : 0.01."""

PERSONS = 10_000
TOP = 40


def seeds_at_presentation(birth: float, seeding: float, cells: int, days: float) -> np.ndarray:
    """P(0 .. TOP seeds) when a Yule line from one cell is looked at every `days` days until it has `cells` or more.

    Each cell divides at `birth` and seeds at `seeding`. With a seed marked by z the line is killed at rate
    c = seeding (1 - z) per cell, so one cell becomes m in a step, unkilled, with
    e^(-(birth + c) days) r^(m - 1), r = birth / (birth + c) (1 - e^(-(birth + c) days)); n cells: n-fold convolution.
    Sums over the looks are (1 - K)^-1 with K among sizes below `cells`; the law follows by inverse Fourier transform.
    """
    points = 128
    over = cells + max(60, math.ceil(40.0 * cells * math.expm1(birth * days) / 20.0))
    transform = np.array([
        _generating(np.exp(2j * np.pi * k / points), birth, seeding, cells, days, over) for k in range(points)
    ])  # fmt: skip
    return (np.fft.fft(transform) / points).real[: TOP + 1]


def _generating(z: complex, birth: float, seeding: float, cells: int, days: float, over: int) -> complex:
    rate = birth + seeding * (1.0 - z)
    one = np.exp(-rate * days)
    ratio = birth / rate * (1.0 - one)
    m = np.arange(1, over + 1)
    before = m[: cells - 1]
    visits = np.zeros(cells - 1, complex)
    weight = np.zeros(over, complex)
    weight[0] = 1.0
    log_choose = _log_choose(over)
    for n in before:
        visits[n - 1] = weight[n - 1]
        row = np.exp(log_choose[n:, n] + n * np.log(one) + (m[n - 1 :] - n) * np.log(ratio))
        visits[n - 1] = weight[n - 1] / (1.0 - row[0])
        weight[n:] += visits[n - 1] * row[1:]
    return weight[cells - 1 :].sum()


_CHOOSE: dict[int, np.ndarray] = {}


def _log_choose(over: int) -> np.ndarray:
    """Logarithm of C(m - 1, n - 1) at [m, n]."""
    from scipy.special import gammaln

    if over not in _CHOOSE:
        m, n = np.arange(over + 1)[:, None], np.arange(over + 1)[None, :]
        with np.errstate(invalid="ignore"):
            _CHOOSE[over] = gammaln(m) - gammaln(n) - gammaln(m - n + 1.0)
    return _CHOOSE[over]


@pytest.fixture(scope="module")
def seeded() -> np.ndarray:
    parameters = {**rates(BIRTH, 0.0), **founding(first_lodged(), SEEDING), "class_capacity": 24.0}
    return persons_of(reduced(31, parameters, presents_at=CELLS - 0.5), PERSONS)


def test_the_law_at_daily_looks_tends_to_the_negative_binomial():
    """Looked at often enough the line presents at exactly M cells: NegBin(M - 1, b / (b + q)), here for M = 60.

    At looks 3e-5 days apart the chance to miss M is below b M 3e-5 < 2e-4.
    """
    success = BIRTH / (BIRTH + 20.0 * SEEDING)
    law = seeds_at_presentation(BIRTH, 20.0 * SEEDING, 60, 3e-5)
    assert np.abs(law - stats.nbinom.pmf(np.arange(TOP + 1), 59, success)).max() < 2e-4


def test_anchors_of_the_negative_binomial():
    """Mean (M - 1) q / b, variance mean (1 + q / b), P(0) = (b / (b + q))^(M - 1)."""
    law = stats.nbinom(CELLS - 1, BIRTH / (BIRTH + SEEDING))
    assert math.isclose(law.mean(), 3.99, rel_tol=1e-9)
    assert math.isclose(law.var(), 4.0299, rel_tol=1e-9)
    assert math.isclose(law.pmf(0), 0.01886999828637027, rel_tol=1e-9)


def test_founders_of_a_yule_primary(seeded):
    """Chi-square against the exact law at daily looks.

    The kernel seeds by the logarithmic mean of a day's two sizes instead of the path between them; the two differ by
    about 1/(12 N) per division, together ln(M)/12 of M/b = 6,700 cell days: 8e-5 of the mean.
    """
    assert_follows(seeded["founders_at_diagnosis"], seeds_at_presentation(BIRTH, SEEDING, CELLS, 1.0))


def test_mean_variance_and_none_corrected_for_the_overshoot(seeded):
    """The anchors hold exactly with the size M' >= M found on the day of presentation in place of M.

    By optional stopping of N - b int N, of its square, and of z^(N-1) exp(-b (z - 1) int N), z = 1 + q/b:
    E S = (q/b) E(M' - 1);  E (S - (q/b)(M' - 1))^2 = (q/b)(1 + q/b) E(M' - 1);  E[z^(M' - 1); S = 0] = 1.
    The fourth moment for the error of the second is the sample's.
    """
    ratio = SEEDING / BIRTH
    grown = cells_at_diagnosis(seeded) - 1.0
    assert grown.min() >= CELLS - 1
    founders = seeded["founders_at_diagnosis"]
    excess = founders - ratio * grown
    variance = ratio * (1.0 + ratio) * grown.mean()
    assert_z(excess.mean(), 0.0, variance / PERSONS)
    assert_z((excess**2).mean(), variance, (excess**2).var() / PERSONS)
    none = np.where(founders == 0.0, (1.0 + ratio) ** grown, 0.0)
    assert_z(none.mean(), 1.0, none.var() / PERSONS)


@pytest.mark.parametrize("mean", [2.5, 400.0])
def test_founders_of_a_deterministic_primary_are_poisson(mean):
    """Mean q int N dt = q N_0 (e^(g T) - 1) / g up to presentation on day T, dispersion index 1."""
    birth, death, start, days = 0.7, 0.6, 2e4, 40
    net = birth - death
    integral = start * math.expm1(net * days) / net
    parameters = {**rates(birth, death), **founding(first_lodged(), mean / integral)}
    study = reduced(32, parameters, presents_at=start * math.exp(net * (days - 0.5)), start_cells=start)
    persons = 4000
    people = persons_of(study, persons)
    assert np.all(people["diagnosis_day"] == days)
    founders = people["founders_at_diagnosis"]
    assert_follows(founders, stats.poisson.pmf(np.arange(int(mean + 12.0 * math.sqrt(mean)) + 1), mean))
    assert_z(founders.mean(), mean, mean / persons)
    dispersion = founders.var(ddof=1) / founders.mean()
    assert_z(dispersion, 1.0, 2.0 / (persons - 1))


def test_founders_settle_by_the_shares_of_circulation():
    """Founders by site are multinomial with the plan's shares (circulation, extravasation and soil)."""
    parameters = {**rates(0.7, 0.6), **founding(first_lodged(), 1e-3)}
    study = reduced(33, parameters, presents_at=1e6, start_cells=2e4)
    by_site = sum(founders_by_site(cohort).sum(axis=0) for cohort in cohorts(study, 60))
    from_primary = study.lodged[0, :2].sum(axis=(0, 1))
    share = from_primary / from_primary.sum()
    assert share[study.sites.index("thyroid")] == 0.0
    assert by_site[share == 0.0].sum() == 0.0
    order = np.argsort(-share[share > 0.0])
    assert_counts(by_site[share > 0.0][order], share[share > 0.0][order] * by_site.sum())
