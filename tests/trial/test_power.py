"""Sizes of trials against printed designs, a published formula and simulation."""

from __future__ import annotations

import itertools
from math import comb

import numpy as np
import pytest

import paget
from paget.errors import InputError
from paget.trial.log_rank import log_rank

PRINTED = [
    # p0, p1, then r1/n1, r/n, expected size: of the optimal and of the minimax design
    (0.05, 0.25, (0, 9, 2, 17, 12.0), (0, 12, 2, 16, 13.8)),
    (0.10, 0.30, (1, 10, 5, 29, 15.0), (1, 15, 5, 25, 19.5)),
    (0.20, 0.40, (3, 13, 12, 43, 20.6), (4, 18, 10, 33, 22.3)),
]
"""Simon 1989, designs for p1 - p0 = 0.20, alpha 0.05, beta 0.20; ph2simon of the R package clinfun prints the same."""


@pytest.mark.parametrize(("p0", "p1", "optimal", "minimax"), PRINTED)
def test_two_stage_designs_are_those_printed(p0, p1, optimal, minimax):
    found = paget.simon_two_stage(p0, p1, alpha=0.05, beta=0.20, largest=44)
    for design, printed in zip(found, (optimal, minimax), strict=True):
        assert (design.r1, design.n1, design.r, design.n) == printed[:4]
        assert round(design.expected_size, 1) == printed[4]
        assert design.expected_size == pytest.approx(design.n1 + (1 - design.stop_probability) * (design.n - design.n1))
        assert design.error <= 0.05
        assert design.power >= 0.80


def exact_chances(n: int, p: float) -> list[float]:
    return [comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]


def test_no_design_tried_one_by_one_is_better():
    """Every (r1, n1, r, n) up to 16 persons, its chances summed outcome by outcome."""
    optimal, minimax = (np.inf,), (np.inf, np.inf)
    laws = {(p, n): exact_chances(n, p) for p in (0.05, 0.35) for n in range(17)}
    for n in range(2, 17):
        for n1, r1, r in itertools.product(range(1, n), range(n), range(n)):
            error, power = (
                sum(laws[p, n1][x] * sum(laws[p, n - n1][max(r - x + 1, 0) :]) for x in range(r1 + 1, n1 + 1))
                for p in (0.05, 0.35)
            )
            if error <= 0.1 and power >= 0.9:
                size = n1 + (1 - sum(laws[0.05, n1][: r1 + 1])) * (n - n1)
                optimal, minimax = min(optimal, (size,)), min(minimax, (n, size))
    found = paget.simon_two_stage(0.05, 0.35, alpha=0.1, beta=0.1, largest=16)
    assert found[0].expected_size == pytest.approx(optimal[0])
    assert (found[1].n, found[1].expected_size) == pytest.approx(minimax)


def test_attained_errors_of_a_two_stage_design_by_drawing():
    design = paget.simon_two_stage(0.05, 0.25, alpha=0.05, beta=0.20, largest=20)[0]
    chance = np.random.default_rng(2)
    for p, expected in ((0.05, design.error), (0.25, design.power)):
        first = chance.binomial(design.n1, p, 200_000)
        all_of_them = first + chance.binomial(design.n - design.n1, p, 200_000)
        share = np.mean((first > design.r1) & (all_of_them > design.r))
        assert share == pytest.approx(expected, abs=4 * np.sqrt(0.25 / 200_000))


def test_no_design_is_small_enough():
    assert paget.simon_two_stage(0.2, 0.25, alpha=0.05, beta=0.2, largest=10) == (None, None)


def test_events_for_a_log_rank_test():
    # 4 (1.96 + 0.8416)^2 / ln(0.5)^2 = 65.3; and three in four in one arm need 4/3 as many.
    assert paget.schoenfeld_events(0.5, alpha=0.05, power=0.8) == pytest.approx(65.35, abs=0.01)
    assert paget.schoenfeld_events(2.0, alpha=0.05, power=0.8, share=0.75) == pytest.approx(65.35 * 4 / 3, abs=0.02)
    assert paget.schoenfeld_events(1.0, alpha=0.05, power=0.8) == np.inf


def test_simulated_power_is_near_the_formula():
    """300 trials of 66 uncensored persons: four standard errors of the share and 4 % for the formula."""

    def p_value(number: int) -> float:
        chance = np.random.default_rng(number)
        arm = np.repeat(["a", "b"], 33)
        return log_rank(chance.exponential(np.where(arm == "a", 1.0, 2.0)), np.ones(66, bool), arm).p

    power = paget.simulated_power(p_value, trials=300, alpha=0.05)
    assert abs(power.value - 0.8) < 4 * np.sqrt(0.8 * 0.2 / 300) + 0.04
    assert power.low < power.value < power.high
    assert paget.simulated_power(lambda number: np.nan, trials=10, alpha=0.05).value == 0.0


def test_sizes_are_refused_for_what_is_no_share():
    assert {"schoenfeld_events", "simon_two_stage", "simulated_power"} <= set(dir(paget))
    with pytest.raises(InputError, match=r"alpha = 5 is no share"):
        paget.schoenfeld_events(0.5, alpha=5.0, power=0.8)
    with pytest.raises(InputError, match=r"hazard ratio of -1"):
        paget.schoenfeld_events(-1.0, alpha=0.05, power=0.8)
    with pytest.raises(InputError, match=r"p1 = 0.2 is not above p0 = 0.3"):
        paget.simon_two_stage(0.3, 0.2, alpha=0.05, beta=0.2, largest=10)
    with pytest.raises(InputError, match=r"alpha = 1 is no share"):
        paget.simulated_power(lambda number: 0.5, trials=1, alpha=1.0)
