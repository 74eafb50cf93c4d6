"""Colony sizes of multiple metastases: Iwata, Kawasaki & Shigesada 2000, doi:10.1006/jtbi.2000.1075.

Primary and metastases grow by x' = a x ln(b/x) from one cell and emit metastases at the rate m x^alpha each. The
density rho(x, t) obeys d_t rho + d_x(g rho) = 0, g(1) rho(1, t) = B(t), and the rate of birth of metastases solves
the Volterra equation B(t) = beta(x_p(t)) + int_0^t beta(X(t - s)) B(s) ds. Days, cells.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import exp1, gammainc, gammaln


@dataclass(frozen=True)
class Disease:
    """Growth rate a (1/day), largest size b (cells), emission m (1/day per cell^alpha), exponent alpha."""

    a: float
    b: float
    m: float
    alpha: float


HEPATOCELLULAR = Disease(a=0.00286, b=7.3e10, m=5.3e-8, alpha=0.663)
"""The patient of the paper (second-hand from a port of the model; alpha as printed by later authors)."""


def size(t, disease: Disease = HEPATOCELLULAR):
    """Cells of a tumour aged `t` days: X(t) = b^(1 - e^(-a t))."""
    return disease.b ** -np.expm1(-disease.a * np.asarray(t, float))


def age_at(x, disease: Disease = HEPATOCELLULAR):
    """Days from one cell to `x` cells: tau(x) = -(1/a) ln(1 - ln x / ln b)."""
    return -np.log1p(-np.log(x) / math.log(disease.b)) / disease.a


def emission(x, disease: Disease = HEPATOCELLULAR):
    """Metastases per day from a tumour of `x` cells: beta(x) = m x^alpha."""
    return disease.m * np.asarray(x, float) ** disease.alpha


def first_generation(t, disease: Disease = HEPATOCELLULAR):
    """Expected metastases of the primary by day `t`.

    N_1 = (m b^alpha / a)[E1(alpha L e^(-a t)) - E1(alpha L)], L = ln b, by y = alpha L e^(-a s) in int m x_p(s)^alpha
    ds.
    """
    start = disease.alpha * math.log(disease.b)
    scale = disease.m * disease.b**disease.alpha / disease.a
    return scale * (exp1(start * np.exp(-disease.a * np.asarray(t, float))) - exp1(start))


def first_generation_by_quadrature(t: float, disease: Disease = HEPATOCELLULAR) -> float:
    """The same from int_0^t m x_p(s)^alpha ds."""
    return quad(lambda s: float(emission(size(s, disease), disease)), 0.0, t, epsabs=0.0, epsrel=1e-12, limit=200)[0]


def above(number: Callable[[float], float], x: float, t: float, disease: Disease = HEPATOCELLULAR) -> float:
    """Expected metastases of more than `x` cells on day `t`: N(>x, t) = N(t - tau(x))."""
    born = t - float(age_at(x, disease))
    return float(number(born)) if born > 0.0 else 0.0


def renewal(forcing: np.ndarray, kernel: np.ndarray, step: float) -> np.ndarray:
    """Solution of f(t) = forcing(t) + int_0^t kernel(t - s) f(s) ds on an even grid by the trapezoidal rule."""
    solution = np.empty_like(forcing)
    solution[0] = forcing[0]
    for n in range(1, len(forcing)):
        past = 0.5 * kernel[n] * solution[0] + kernel[n - 1 : 0 : -1] @ solution[1:n]
        solution[n] = (forcing[n] + step * past) / (1.0 - 0.5 * step * kernel[0])
    return solution


def extrapolated(coarse_to_fine: list[np.ndarray]) -> np.ndarray:
    """Richardson's limit of values with errors in even powers of a step that is halved from entry to entry."""
    table = list(coarse_to_fine)
    factor = 4.0
    while len(table) > 1:
        table = [(factor * fine - coarse) / (factor - 1.0) for coarse, fine in pairwise(table)]
        factor *= 4.0
    return table[0]


def renewal_limit(
    forcing: Callable[[np.ndarray], np.ndarray],
    kernel: Callable[[np.ndarray], np.ndarray],
    days: float,
    steps: int = 500,
    levels: int = 4,
) -> tuple[np.ndarray, np.ndarray]:
    """Times and solution of the renewal equation, shape (steps + 1,) each: trapezoidal rule and Richardson's limit."""
    found = []
    for level in range(levels):
        t = np.linspace(0.0, days, steps * 2**level + 1)
        found.append(renewal(forcing(t), kernel(t), t[1])[:: 2**level])
    return np.linspace(0.0, days, steps + 1), extrapolated(found)


def all_generations(t: float, disease: Disease = HEPATOCELLULAR, steps: int = 250) -> float:
    """Expected metastases by day `t`, metastases of metastases counted: N = N_1 + int beta(X(t - s)) N(s) ds."""
    return float(number_curve(t, disease, steps)[1][-1])


def number_curve(days: float, disease: Disease = HEPATOCELLULAR, steps: int = 250) -> tuple[np.ndarray, np.ndarray]:
    """Days and expected metastases of all generations on an even grid up to `days`."""
    return renewal_limit(
        lambda t: first_generation(t, disease), lambda t: emission(size(t, disease), disease), days, steps
    )


def number_variance(t: float, disease: Disease = HEPATOCELLULAR, steps: int = 1000) -> float:
    """Variance of the number by day `t` when every tumour emits as a Poisson process.

    The number under a tumour is a sum over its emissions of (1 + their own numbers): with k = beta(X) and c = 1 + N the
    mean tree, Var(t) = int k(u) [Var(t - u) + c(t - u)^2] du. Trapezoidal rule at two steps and Richardson's limit.
    """
    found = []
    for level in range(2):
        grid = np.linspace(0.0, t, steps * 2**level + 1)
        rate = emission(size(grid, disease), disease)
        tree = 1.0 + renewal(first_generation(grid, disease), rate, grid[1])
        found.append(renewal(convolved(rate, tree**2, grid[1]), rate, grid[1])[-1])
    return float(extrapolated(found))


def convolved(left: np.ndarray, right: np.ndarray, step: float) -> np.ndarray:
    """int_0^t left(t - s) right(s) ds on the grid by the trapezoidal rule."""
    whole = np.convolve(left, right)[: len(left)]
    return step * (whole - 0.5 * (left * right[0] + left[0] * right))


def malthus(disease: Disease = HEPATOCELLULAR) -> float:
    """Rate (1/day) at which the number of metastases grows in the long run: the root of 1 = int e^(-r a) beta(X(a)) da.

    With y = alpha L e^(-a u): 1 = (m b^alpha / a)(alpha L)^(-r/a) gamma(r/a, alpha L), lower incomplete gamma function.
    Devys, Goudon & Lafitte 2009, doi:10.3934/dcdsb.2009.12.731.
    """
    spread = disease.alpha * math.log(disease.b)
    scale = math.log(disease.m / disease.a) + spread

    def log_offspring(rate: float) -> float:
        order = rate / disease.a
        return scale - order * math.log(spread) + float(gammaln(order)) + math.log(gammainc(order, spread))

    return brentq(log_offspring, 1e-3 * disease.a, 1e2 * disease.a, xtol=1e-18, rtol=1e-14)


def exponential_number(t, a: float, m: float, alpha: float):
    """Expected metastases by day `t` when all grow by x' = a x: N = m/(alpha a + m)(e^((alpha a + m) t) - 1)."""
    rate = alpha * a + m
    return m / rate * np.expm1(rate * np.asarray(t, float))


def exponential_birth(t, a: float, m: float, alpha: float):
    """Metastases born per day under exponential growth: B = m e^((alpha a + m) t)."""
    return m * np.exp((alpha * a + m) * np.asarray(t, float))


def exponential_density(x, t, a: float, m: float, alpha: float):
    """Metastases per cell of size: rho = (m/a) x^-(1 + alpha + m/a) e^((alpha a + m) t), 1 <= x <= e^(a t)."""
    x, t = np.asarray(x, float), np.asarray(t, float)
    density = m / a * x ** -(1.0 + alpha + m / a) * np.exp((alpha * a + m) * t)
    return np.where((x >= 1.0) & (x <= np.exp(a * t)), density, 0.0)


def exponential_above(x: float, t: float, a: float, m: float, alpha: float) -> float:
    """Expected metastases of more than `x` cells on day `t` under exponential growth: N(t - ln x / a)."""
    return float(exponential_number(max(0.0, t - math.log(x) / a), a, m, alpha))
