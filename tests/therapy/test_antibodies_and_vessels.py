"""Blockade of VEGF receptors and of immune checkpoints: occupancy, limits, and what a pruned lesion does."""

from __future__ import annotations

import math

import numpy as np
import pytest

from paget.body.angiogenesis import grow
from paget.body.state import KINETICS
from paget.compute import kernel
from paget.errors import InputError
from paget.therapy.antiangiogenic import joint_occupancy, receptor_occupancy, vascular_blockade
from paget.therapy.checkpoint import affinity, checkpoint_blockade
from therapy.numbers import parameters, values

VALUES = values()


@kernel
def pruning(i, occupancies, kinetics, p, days, sizes):
    _, loss = vascular_blockade(occupancies[i], p[0])
    kinetics[i].capacity_loss = loss
    size, ratio = sizes[i], 1.0
    for _ in range(days):
        size, ratio = grow(size, ratio, kinetics[i], 1.0)
    sizes[i] = size


def grown(occupancies, days: int, **changed) -> np.ndarray:
    """The ln of cells after `days` of a lesion of 1 mL at constant occupancy; its drive stays."""
    count = len(occupancies)
    kinetics = np.zeros(count, KINETICS)
    usual = {
        "unbraked_rate": math.log(2.0) / 12.0, "division_rate": 0.7, "brake_rate": 0.015, "stimulation": 0.1,
        "inhibition": 0.1 / 3e6 ** (2.0 / 3.0), "log_cell_density": math.log(2e5), "brake_switch": 1.0,
        "angiogenesis_switch": 1.0, "drive": 1.0, "parts": 1,
    }  # fmt: skip
    for name, value in usual.items():
        kinetics[name] = value
    sizes = np.full(count, math.log(2e8))
    pruning.launch(count, np.array(occupancies, float), kinetics, parameters(**changed), days, sizes, threads=1)
    return sizes


def test_occupancy_is_half_at_the_constant_and_bounded():
    assert receptor_occupancy(4.0, 4.0) == pytest.approx(0.5)
    assert receptor_occupancy(0.0, 4.0) == 0.0
    assert receptor_occupancy(4e6, 4.0) == pytest.approx(1.0, abs=1e-5)
    levels = [receptor_occupancy(c, 4.0) for c in (0.1, 1.0, 10.0, 100.0)]
    assert levels == sorted(levels)


def test_two_independent_drugs_leave_the_product_of_what_each_leaves():
    assert joint_occupancy(0.5, 0.5) == pytest.approx(0.75)
    assert joint_occupancy(0.0, 0.3) == pytest.approx(0.3)
    assert joint_occupancy(1.0, 0.3) == 1.0


def test_blockade_follows_occupancy_and_prunes_in_proportion():
    blocked, loss = vascular_blockade(0.8, parameters()[0])
    assert blocked == pytest.approx(0.8)
    assert loss == pytest.approx(0.8 * VALUES["antiangiogenic_pruning_rate"])
    assert vascular_blockade(0.0, parameters()[0]) == (0.0, 0.0)
    assert vascular_blockade(1.0, parameters(switch_vascular_endothelial_blockade=0.0)[0]) == (0.0, 0.0)


def test_pruning_slows_a_lesion_the_more_the_more_is_blocked():
    free, half, full = grown([0.0, 0.5, 1.0], 200)
    assert free > half > full
    assert free - full > 0.5
    still = grown([1.0], 200, switch_vascular_endothelial_blockade=0.0)[0]
    assert still == pytest.approx(free)


@pytest.mark.parametrize(
    ("drug", "contact", "constant"),
    [
        ("nivolumab", "PD-1", 1.45),
        ("pembrolizumab", "PD-1", 0.4),
        ("atezolizumab", "PD-1", 1.75),
        ("spartalizumab", "PD-1", 1.45),
        ("ipilimumab", "CTLA-4", 11.5),
    ],
)
def test_affinities_are_the_published_ones(drug, contact, constant):
    assert affinity(drug, VALUES) == (contact, pytest.approx(constant))


def test_a_drug_against_another_target_is_no_checkpoint_antibody():
    with pytest.raises(InputError, match="lenvatinib"):
        affinity("lenvatinib", VALUES)


def test_registered_doses_saturate_the_receptor_even_where_a_tenth_reaches_it():
    """Spartalizumab 400 mg in 5.9 L is 460 nmol/L (146 kDa)."""
    peak = 400.0 / 5.9 / 146.0 * 1000.0
    constant = affinity("spartalizumab", VALUES)[1]
    assert peak == pytest.approx(464.0, rel=0.01)
    assert checkpoint_blockade(0.1 * peak, constant, 0.0, parameters()[0]) > 0.95
    assert checkpoint_blockade(constant, constant, 0.0, parameters()[0]) == pytest.approx(0.5)


def test_blockade_adds_to_that_of_the_scenario_and_stays_a_share():
    assert checkpoint_blockade(1.45, 1.45, 0.4, parameters()[0]) == pytest.approx(0.7)
    assert checkpoint_blockade(0.0, 1.45, 0.4, parameters()[0]) == pytest.approx(0.4)
    assert checkpoint_blockade(1e9, 1.45, 0.4, parameters()[0]) <= 1.0
    assert checkpoint_blockade(100.0, 1.45, 0.4, parameters(switch_checkpoint_blockade=0.0)[0]) == pytest.approx(0.4)
