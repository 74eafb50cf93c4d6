"""Sizes of detectable metastases: Hanin, Rose & Zaider 2006, J Theor Biol 243:407.

The primary has e^(g0 t) cells and emits metastases at a rate proportional to x^theta; each grows as e^(g1 age) from
one cell, none dies out. On day S the sizes above m are independent draws from a truncated Pareto law with exponent
kappa = theta g0 / g1 on [m, e^(g1 S)]: birth times have density e^(theta g0 t), and age = ln(size) / g1.
"""

from __future__ import annotations

import math

import numpy as np


def exponent(primary_rate: float, metastasis_rate: float, theta: float) -> float:
    """Exponent kappa = theta g0 / g1."""
    return theta * primary_rate / metastasis_rate


def share_above(x, least: float, greatest: float, kappa: float):
    """P(size > x) = (x^-kappa - G^-kappa) / (m^-kappa - G^-kappa) for m <= x <= G."""
    x = np.clip(np.asarray(x, float), least, greatest)
    end = greatest**-kappa
    return (x**-kappa - end) / (least**-kappa - end)


def quantile(share, least: float, greatest: float, kappa: float):
    """Size below which a share of the sizes lies."""
    end = greatest**-kappa
    return (least**-kappa - np.asarray(share, float) * (least**-kappa - end)) ** (-1.0 / kappa)


def expected_detectable(
    days: float, emission: float, primary_rate: float, metastasis_rate: float, theta: float, least: float
) -> float:
    """Expected metastases above `least` cells: int_0^(S - ln m / g1) mu e^(theta g0 t) dt."""
    last = days - math.log(least) / metastasis_rate
    return emission * math.expm1(theta * primary_rate * last) / (theta * primary_rate) if last > 0.0 else 0.0


def drawn(number: int, days: float, rates: tuple[float, float, float], least: float, chance) -> np.ndarray:
    """Sizes above `least` of `number` metastases born by the primary's law, from their birth days (no Pareto used)."""
    primary_rate, metastasis_rate, theta = rates
    rate = theta * primary_rate
    born = np.log1p(chance.random(number) * math.expm1(rate * days)) / rate
    sizes = np.exp(metastasis_rate * (days - born))
    return sizes[sizes > least]
