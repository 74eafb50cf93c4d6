"""Relapse after resection: Avanzini & Antal 2019, doi:10.1371/journal.pcbi.1007423.

The primary has e^(lambda_1 t) cells until it is resected at N cells, on day T; every cell seeds at the rate nu. A seed
is a birth-death line with rates b, d, lambda = b - d, s = lambda/b, and is visible at M cells.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.integrate import quad
from scipy.special import gamma, gammainc


@dataclass(frozen=True)
class Course:
    """Growth and seeding of the primary, birth and death of metastatic cells (1/day each), M and N (cells)."""

    growth: float
    seeding: float
    birth: float
    death: float
    visible: int
    resected_at: float

    @property
    def net(self) -> float:
        return self.birth - self.death

    @property
    def survival(self) -> float:
        return 1.0 - self.death / self.birth

    @property
    def resection_day(self) -> float:
        return math.log(self.resected_at) / self.growth


ANCHOR = Course(growth=0.02, seeding=1e-4, birth=0.25, death=0.22, visible=2000, resected_at=2e4)


def mean_established(course: Course) -> float:
    """Expected metastases that do not die out: nu N s / lambda_1; none with probability exp(-mean).

    Exactly nu (N - 1) s / lambda_1 when the primary starts from one cell.
    """
    return course.seeding * course.resected_at * course.survival / course.growth


def visible_by(t: float, course: Course) -> float:
    """Approximate expected metastases visible on day `t`; P(no relapse by t) = exp(-this).

    (nu s / lambda) e^(lambda_1 t) (s M)^-kappa
    [gamma(kappa, s M e^(-lambda (t - T)_+)) - gamma(kappa, s M e^(-lambda t))],
    kappa = lambda_1 / lambda: the size of a lasting line is e^(lambda a) times an exponential variable of mean 1/s.
    """
    kappa, scaled = course.growth / course.net, course.survival * course.visible
    since = max(0.0, t - course.resection_day)
    newest, oldest = (scaled * math.exp(-course.net * age) for age in (since, t))
    front = course.seeding * course.survival / course.net * math.exp(course.growth * t - kappa * math.log(scaled))
    return front * gamma(kappa) * float(gammainc(kappa, newest) - gammainc(kappa, oldest))


def seeded_age_integral(t: float, course: Course, share) -> float:
    """Integral of nu e^(lambda_1 u) share(t - u) du over the days 0 .. min(t, T) before resection."""
    last = min(t, course.resection_day)
    pieces = np.linspace(0.0, last, 9)
    return sum(
        quad(lambda u: course.seeding * math.exp(course.growth * u) * share(t - u), low, high, epsrel=1e-9)[0]
        for low, high in pairwise(pieces)
    )


def share_visible(age: float, course: Course) -> float:
    """P(line of one cell has M cells or more at this age) = (1 - p0) r^(M - 1), Kendall's law."""
    shrink = math.exp(-course.net * age)
    whole = course.birth - course.death * shrink
    alive, ratio = course.net / whole, course.birth * (1.0 - shrink) / whole
    return alive * ratio ** (course.visible - 1) if ratio > 0.0 else 0.0


def visible_on(t: float, course: Course) -> float:
    """Exact expected metastases of M cells or more on day `t`, each looked at once."""
    return seeded_age_integral(t, course, lambda age: share_visible(age, course))


def share_ever_visible(ages, course: Course) -> np.ndarray:
    """P(line of one cell has ever had M cells by each age): first passage, exact, by Laplace inversion.

    u_n = E_n e^(-theta T_M) solves ((b + d) n + theta) u_n = b n u_(n+1) + d n u_(n-1) with u_0 = 0, so u_1 = w_1/w_M
    with w from the same recursion and w_1 = 1. Inverted by Euler's summation (Abate & Whitt 1995,
    doi:10.1287/ijoc.7.1.36).
    """
    ages = np.atleast_1d(np.asarray(ages, float))
    # Even a line without death has M cells with a chance below e^(-M e^(-b age)): 1e-12 at this age, below which w_M
    # overflows.
    youngest = math.log(max(1.0 + 1e-3, course.visible / -math.log(1e-12))) / course.birth
    old = ages > youngest
    share = np.zeros(len(ages))
    share[old] = _inverted(ages[old], course)
    return share


def _inverted(ages: np.ndarray, course: Course) -> np.ndarray:
    """First-passage share at each age by Euler's summation; error about 1e-8."""
    terms, averaged = 40, 14
    shift = 18.4 / 2.0
    points = (shift + 1j * np.pi * np.arange(terms + averaged + 1)) / ages[:, None]
    transform = (1.0 / (points * _divided(points, course))).real
    transform[:, 0] *= 0.5
    signs = (-1.0) ** np.arange(terms + averaged + 1)
    partial = np.cumsum(signs * transform, axis=1) * np.exp(shift) / ages[:, None]
    weight = np.array([math.comb(averaged, k) for k in range(averaged + 1)]) / 2.0**averaged
    return partial[:, terms:] @ weight


def _divided(theta: np.ndarray, course: Course) -> np.ndarray:
    """w_M of the recursion at every theta."""
    before, now = np.zeros_like(theta), np.ones_like(theta)
    for n in range(1, course.visible):
        ahead = ((course.birth + course.death) * n + theta) * now - course.death * n * before
        before, now = now, ahead / (course.birth * n)
    return now


def relapsed_by(t: float, course: Course, points: int = 160) -> float:
    """Exact expected metastases that have ever been visible by day `t`; P(no relapse by t) = exp(-this)."""
    nodes, weights = np.polynomial.legendre.leggauss(points)
    last = min(t, course.resection_day)
    born = 0.5 * last * (nodes + 1.0)
    seeded = course.seeding * np.exp(course.growth * born)
    return float(0.5 * last * (weights * seeded) @ share_ever_visible(t - born, course))
