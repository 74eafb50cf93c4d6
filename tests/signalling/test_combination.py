"""Bliss and Loewe of two drugs: on curves whose answer is known, and on the pairs of DRG-36 in the ATC network."""

from __future__ import annotations

import numpy as np
import pytest

from paget.errors import InputError
from paget.signalling.checks import Estimate
from paget.signalling.combination import DOSES, Pair, combination_index, compare, dose_for, loewe_effect, run_pair
from paget.signalling.library import network

CERTAIN = 1e-9
MARGIN = 0.1
"""Excess above which a pair counts as synergistic; assumed, set with the results in view."""

CULTURE = {"growth_factor": 1.0}
STRONG = (4.0, 4.0)

BRAF_PIK3CA = ("BRAF V600E", "PIK3CA")
LINE_8505C = ("BRAF V600E", "TP53 loss")
LINE_THJ16T = ("PIK3CA", "TP53 loss", "RB1 loss")
CONTROLS = (
    # No synergy of NF-kB inhibition with docetaxel (for which paclitaxel stands) or radiation in 8505C, SW1736, BCPAP
    # and THJ16T (Pozdeyev et al. 2015).
    (LINE_8505C, ("paclitaxel", "bortezomib")),
    (LINE_8505C, ("radiation", "bortezomib")),
    (LINE_THJ16T, ("paclitaxel", "bortezomib")),
    (LINE_THJ16T, ("radiation", "bortezomib")),
    # Additive by Chou and Talalay in BRAF V600E lines (Gunda et al. 2023).
    (LINE_8505C, ("dabrafenib", "axitinib")),
)


def curve(values) -> tuple[Estimate, ...]:
    return tuple(Estimate(float(value), CERTAIN) for value in values)


def hyperbola(dose: float) -> float:
    return 1.0 / (1.0 + dose)


HYPERBOLA = tuple(0.5 * hyperbola(dose) for dose in DOSES)
FLAT = (0.5,) * len(DOSES)


def test_a_drug_with_itself_is_additive_by_loewe_and_not_by_bliss():
    both = compare(Pair((1.0, 1.0), curve(HYPERBOLA), curve(HYPERBOLA), Estimate(0.5 * hyperbola(2.0), CERTAIN)))
    assert both.index.value == pytest.approx(1.0)
    assert both.loewe.value == pytest.approx(0.0, abs=1e-9)
    assert both.bliss.value == pytest.approx(hyperbola(1.0) ** 2 - hyperbola(2.0))


def test_independent_drugs_have_no_bliss_excess():
    both = compare(Pair((1.0, 4.0), curve(HYPERBOLA), curve(HYPERBOLA), Estimate(0.5 * 0.5 * 0.2, CERTAIN)))
    assert both.bliss.value == pytest.approx(0.0, abs=1e-9)
    assert not both.synergistic(1e-6)


def test_an_effect_that_neither_has_alone_is_all_excess():
    both = compare(Pair((1.0, 1.0), curve(FLAT), curve(FLAT), Estimate(0.1, CERTAIN)))
    assert both.index.value == 0.0
    assert both.loewe.value == pytest.approx(0.8)
    assert both.bliss.value == pytest.approx(0.8)
    assert both.synergistic(0.7)
    assert not both.synergistic(0.81)


def test_an_inert_partner_changes_nothing():
    both = compare(Pair((2.0, 1.0), curve(HYPERBOLA), curve(FLAT), Estimate(0.5 * hyperbola(2.0), CERTAIN)))
    assert both.index.value == pytest.approx(1.0)
    assert both.loewe.value == pytest.approx(0.0, abs=1e-9)
    assert both.bliss.value == pytest.approx(0.0, abs=1e-9)


def test_doses_and_expected_effects_on_curves():
    effects = 1.0 - np.array([[hyperbola(dose) for dose in DOSES]] * len(DOSES))
    assert dose_for(effects, effects[0]) == pytest.approx(np.array(DOSES))
    assert dose_for(effects[:1], np.array([0.999]))[0] == float("inf")
    one, none = effects[:1], np.zeros((1, len(DOSES)))
    assert combination_index((one, one), (1.0, 1.0), np.zeros(1))[0] == float("inf")
    assert loewe_effect((one, none), (1.0, 3.0)) == pytest.approx(np.array([0.5]))


def test_intervals_follow_the_errors_of_the_runs():
    wide, narrow = (
        compare(Pair((1.0, 1.0), curve(HYPERBOLA), curve(HYPERBOLA), Estimate(0.1, error))) for error in (0.02, 0.002)
    )
    assert wide.bliss.value == narrow.bliss.value
    assert wide.bliss.high - wide.bliss.low == pytest.approx(2 * 1.96 * 0.02 / 0.5, rel=0.1)
    assert narrow.bliss.high - narrow.bliss.low == pytest.approx(2 * 1.96 * 0.002 / 0.5, rel=0.1)


def test_pairs_without_a_dose_or_without_a_read_out_are_refused():
    with pytest.raises(InputError, match="above 0"):
        run_pair(network("atc"), ("trametinib", "alpelisib"), (1.0, 0.0))
    nothing = curve((0.0,) * len(DOSES))
    with pytest.raises(InputError, match="untreated"):
        compare(Pair((1.0, 1.0), nothing, nothing, Estimate(0.0, CERTAIN)))


def pair_of(genotype, drugs, switches):
    off = tuple(name for name, factor in switches.items() if factor == 0.0)
    found = run_pair(
        network("atc"), drugs, STRONG, genotype=genotype, environment=CULTURE, off=off, samples=100, threads=1
    )
    return compare(found)


@pytest.mark.inventory("DRG-36", off="target_inhibition", scale="network")
def test_trametinib_with_alpelisib_exceeds_both_expectations_in_braf_pik3ca_cells(mechanisms):
    found = pair_of(BRAF_PIK3CA, ("trametinib", "alpelisib"), mechanisms())
    assert found.synergistic(MARGIN)
    assert found.bliss.low > 0.4
    assert found.loewe.low > 0.4
    assert found.index.high < 1.0


@pytest.mark.parametrize(("genotype", "drugs"), CONTROLS)
def test_published_controls_are_not_synergistic(genotype, drugs):
    found = pair_of(genotype, drugs, {})
    assert not found.synergistic(MARGIN)
    assert found.bliss.high < MARGIN
    # By Loewe alone two drugs with steep curves of their own lie above 0, and none above the margin for certain.
    assert found.loewe.low < MARGIN + 0.02
