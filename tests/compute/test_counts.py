"""Poisson, binomial and negative binomial counts follow their distributions.

A correct sampler fails one chi-square test with probability `ERROR`, over the choice of the
seed; the seeds are fixed, so a test that passes once passes always.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

ERROR = 1e-6
CLASSES = 60


def assert_counts_follow(draws, distribution) -> None:
    """Chi-square over classes of equal probability, each with at least 20 expected draws."""
    assert np.array_equal(draws, np.floor(draws))
    levels = np.linspace(0.0, 1.0, CLASSES + 1)[1:-1]
    lower, upper = distribution.ppf([20.0 / len(draws), 1.0 - 20.0 / len(draws)])
    edges = np.unique([lower, *distribution.ppf(levels), upper])
    probability = np.diff([0.0, *distribution.cdf(edges), 1.0])
    observed = np.bincount(np.searchsorted(edges, draws), minlength=len(edges) + 1)
    keep = probability * len(draws) >= 5.0
    probability = np.append(probability[keep], probability[~keep].sum())
    observed = np.append(observed[keep], observed[~keep].sum())
    if probability[-1] * len(draws) < 5.0:
        probability, observed = merge_last(probability), merge_last(observed)
    assert len(observed) >= 2
    assert stats.chisquare(observed, probability / probability.sum() * len(draws)).pvalue > ERROR


def merge_last(values):
    return np.append(values[:-2], values[-2] + values[-1])


@pytest.mark.parametrize("mean", [0.01, 0.7, 5.0, 9.99, 10.0, 12.5, 50.0, 1e3, 1e6, 9e8])
def test_poisson(sampled, mean):
    assert_counts_follow(sampled.draw(sampled.fill_poisson, mean), stats.poisson(mean))


@pytest.mark.parametrize("mean", [2e9, 1e12, 1e15])
def test_poisson_beyond_the_normal_limit(sampled, mean):
    draws = sampled.draw(sampled.fill_poisson, mean)
    assert np.array_equal(draws, np.floor(draws))
    assert stats.kstest((draws - mean) / math.sqrt(mean), stats.norm.cdf).pvalue > ERROR


@pytest.mark.parametrize(
    ("n", "p"),
    [
        (1, 0.3),
        (1, 0.999),
        (3, 0.5),
        (10, 0.01),
        (19, 0.5),
        (20, 0.5),
        (100, 0.5),
        (100, 0.95),
        (40, 0.3),
        (1e3, 0.99),
        (1e6, 1e-6),
        (1e6, 0.3),
        (1e6, 0.999999),
        (1e9, 0.5),
    ],
)
def test_binomial(sampled, n, p):
    draws = sampled.draw(sampled.fill_binomial, n, p)
    assert draws.min() >= 0.0
    assert draws.max() <= n
    assert_counts_follow(draws, stats.binom(n, p))


@pytest.mark.parametrize("mean", [1.0, 20.0, 1e4, 9e8])
def test_binomial_of_many_cells_with_a_rare_fate_is_poisson(sampled, mean):
    # With n = 1e15 and p < 1e-6 the variance differs from the Poisson one by less than 1e-6.
    assert_counts_follow(sampled.draw(sampled.fill_binomial, 1e15, mean / 1e15), stats.poisson(mean))


@pytest.mark.parametrize("p", [0.4, 0.9])
def test_binomial_beyond_the_normal_limit(sampled, p):
    draws = sampled.draw(sampled.fill_binomial, 1e15, p)
    scaled = (draws - 1e15 * p) / math.sqrt(1e15 * p * (1.0 - p))
    assert stats.kstest(scaled, stats.norm.cdf).pvalue > ERROR


@pytest.mark.parametrize(
    ("successes", "p"),
    [
        (1, 0.5),
        (1, 0.01),
        (1, 1e-5),
        (2, 0.1),
        (5, 0.9),
        (10, 0.3),
        (0.2, 0.01),
        (2.5, 0.2),
        (1e3, 0.999),
        (1e4, 0.4),
        (1e8, 0.9),
    ],
)
def test_negative_binomial(sampled, successes, p):
    draws = sampled.draw(sampled.fill_negative_binomial, successes, p)
    assert_counts_follow(draws, stats.nbinom(successes, p))


def test_negative_binomial_of_very_many_successes(sampled):
    successes, p = 1e14, 0.25
    draws = sampled.draw(sampled.fill_negative_binomial, successes, p)
    scaled = (draws - successes * (1.0 - p) / p) / math.sqrt(successes * (1.0 - p)) * p
    assert stats.kstest(scaled, stats.norm.cdf).pvalue > ERROR


@pytest.mark.parametrize(
    ("name", "parameters", "expected"),
    [
        ("poisson", (0.0,), 0.0),
        ("poisson", (-1.0,), 0.0),
        ("poisson", (math.nan,), math.nan),
        ("binomial", (0.0, 0.5), 0.0),
        ("binomial", (10.0, 0.0), 0.0),
        ("binomial", (10.0, 1.0), 10.0),
        ("binomial", (10.0, math.nan), math.nan),
        ("binomial", (math.nan, 0.5), math.nan),
        ("negative_binomial", (0.0, 0.5), 0.0),
        ("negative_binomial", (10.0, 1.0), 0.0),
        ("negative_binomial", (10.0, 0.0), math.inf),
        ("negative_binomial", (math.nan, 0.5), math.nan),
    ],
)
def test_certain_and_undefined_counts(name, parameters, expected):
    from paget.compute import random

    draw = getattr(random, name)(*parameters, 1, 2, 3, 4, 5)
    assert np.array_equal(draw, expected, equal_nan=True)
