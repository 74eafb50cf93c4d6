"""Deaths that stop with the divisions: the net loss of an arrested clone, by the formula and in a treated body."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from paget.therapy.mitotic_death import net_loss
from trial.treated import BRAF_P53, protocol, simulated

PAIR = ("dabrafenib 150 mg every 12 h oral", "trametinib 2 mg every 24 h oral")


def lost(stopped: float, share: float, division: float = 0.55, growth: float = 0.09) -> float:
    kinetics = SimpleNamespace(division_rate=division, untreated_rate=growth)
    return net_loss.py_func(stopped, kinetics, SimpleNamespace(mitotic_death_share=share))


def test_a_clone_whose_deaths_all_follow_divisions_stands_still_when_arrested():
    assert lost(0.55, 1.0) == pytest.approx(0.09)


def test_a_clone_whose_deaths_go_on_loses_what_died_before():
    assert lost(0.55, 0.0) == pytest.approx(0.55)
    assert lost(0.2, 0.0) == pytest.approx(0.2)


def test_a_clone_faster_than_the_reference_has_no_deaths_to_spare():
    assert lost(0.7, 0.7, division=0.55, growth=0.7) == pytest.approx(0.7)


def test_a_response_is_the_slower_the_more_deaths_follow_divisions():
    """Eight weeks of a response, from the same day of the same persons: decline per day by the share."""

    def decline(share: float) -> float:
        cells = [
            simulated(
                12, protocol(*given), genotype=BRAF_P53, follow_up_days=56, mitotic_death_share=share,
                mechanisms={"toxicity": 0.0, "mutation": 0.0, "death": 0.0, "background_mortality": 0.0},
            ).persons["primary_cells"]
            for given in (PAIR, ("dabrafenib 0.001 mg every 12 h oral",))
        ]  # fmt: skip
        return float(np.median(np.log(np.maximum(cells[1], 1.0) / np.maximum(cells[0], 1.0)))) / 56

    slow, fast = decline(0.9), decline(0.0)
    assert 0.0 < slow < 0.05
    assert fast > 0.2
