"""Uniform, normal, exponential and gamma numbers follow their distributions.

A correct sampler fails one Kolmogorov-Smirnov test with probability `ERROR`, over the choice of
the seed; the seeds are fixed, so a test that passes once passes always.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

ERROR = 1e-6


def assert_follows(draws, distribution) -> None:
    assert stats.kstest(draws, distribution.cdf).pvalue > ERROR


def test_uniform(sampled):
    draws = sampled.draw(sampled.fill_uniform)
    assert 0.0 < draws.min()
    assert draws.max() < 1.0
    assert_follows(draws, stats.uniform())


def test_several_uniforms_of_one_block_are_uniform_and_uncorrelated(sampled):
    draws = np.zeros((100_000, 6))
    sampled.fill_uniforms.launch(len(draws), 11, draws)
    for column in draws.T:
        assert_follows(column, stats.uniform())
    limit = stats.norm.isf(ERROR / 2) / np.sqrt(len(draws))
    for group in (draws[:, :2], draws[:, 2:]):
        correlations = np.corrcoef(group.T) - np.eye(group.shape[1])
        assert np.abs(correlations).max() < limit


def test_pair_begins_with_the_single_uniform(sampled):
    draws = np.zeros((100, 6))
    sampled.fill_uniforms.launch(100, 11, draws)
    assert np.array_equal(draws[:, 0], sampled.draw(sampled.fill_uniform, count=100, seed=11))


def test_normal(sampled):
    draws = sampled.draw(sampled.fill_normal)
    assert_follows(draws, stats.norm())
    beyond = int((np.abs(draws) > 4.0).sum())
    assert stats.binomtest(beyond, len(draws), 2.0 * stats.norm.sf(4.0)).pvalue > ERROR


def test_exponential(sampled):
    assert_follows(sampled.draw(sampled.fill_exponential), stats.expon())


@pytest.mark.parametrize("shape", [0.05, 0.5, 1.0, 1.5, 7.0, 300.0, 1e6])
def test_gamma(sampled, shape):
    assert_follows(sampled.draw(sampled.fill_gamma, shape), stats.gamma(shape))


def test_gamma_of_a_very_large_shape_is_normal(sampled):
    # At shape 1e15 the skewness is 6e-8, far below what 200,000 draws can tell.
    draws = (sampled.draw(sampled.fill_gamma, 1e15) - 1e15) / np.sqrt(1e15)
    assert_follows(draws, stats.norm())


@pytest.mark.parametrize(("shape", "expected"), [(0.0, 0.0), (-1.0, 0.0), (np.nan, np.nan)])
def test_gamma_without_a_shape(shape, expected):
    from paget.compute.random import gamma

    assert np.array_equal(gamma(shape, 1, 2, 3, 4, 5), expected, equal_nan=True)
