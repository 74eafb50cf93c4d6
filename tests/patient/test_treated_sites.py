"""What a beam or a knife leaves of the small lesions of a site; clones on the first day of treatment."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from paget.body import decisions
from paget.body.state import NURSERY_CELLS
from paget.compute import kernel
from paget.patient.treatment import strike_lines
from paget.trial.treatment import Design
from trial.treated import BRAF_P53, UNTREATED, line, protocol, simulated, when

LINES, CELLS = 100_000.0, 12


@kernel
def striking(i, nursery, left, cells, strikes):
    for strike in range(strikes):
        for size in range(1, cells + 1):
            if nursery[size, 0] > 0.0:
                strike_lines(nursery, size, left, 0, size * (cells + 1), decisions.BEAM_LESIONS, 7, strike)


def struck(left: float, strikes: int = 1) -> np.ndarray:
    """Young lines of one site after strikes that leave each cell alive with the chance `left`; (cells + 1, 3)."""
    nursery = np.zeros((NURSERY_CELLS + 1, 3))
    nursery[CELLS] = LINES, 5.0 * LINES, 0.25 * LINES
    striking.launch(1, nursery, left, NURSERY_CELLS, strikes, threads=1)
    return nursery


def test_each_cell_of_a_young_line_survives_by_itself():
    found = struck(0.3)
    expected = LINES * stats.binom.pmf(np.arange(CELLS + 1), CELLS, 0.3)
    for size in range(1, CELLS + 1):
        assert abs(found[size, 0] - expected[size]) <= 5.0 * np.sqrt(expected[size]) + 1.0, size
    # Founding days and parents go with their lines.
    assert found[:, 1].sum() == pytest.approx(5.0 * found[:, 0].sum())
    assert found[:, 2].sum() == pytest.approx(0.25 * found[:, 0].sum())


def test_fractions_multiply_and_clear_young_lines():
    sizes = np.arange(NURSERY_CELLS + 1)
    thrice, once = struck(0.5, 3), struck(0.125)
    for found in (thrice, once):
        cells = float((found[:, 0] * sizes).sum())
        assert cells == pytest.approx(LINES * CELLS * 0.125, rel=0.01)
    assert struck(0.5, 60)[:, 0].sum() == 0.0


def test_without_mutation_the_first_line_leaves_the_tumour_as_it_is():
    """One cell of the start stood for the primary where no clones had been counted."""
    trace = protocol("paclitaxel 0.001 mg/m2 every 7 d iv")
    switches = {"mutation": 0.0, "toxicity": 0.0}
    more = {"genotype": BRAF_P53, "mechanisms": switches, "design": Design(), "follow_up_days": 3}
    treated, untreated = simulated(8, trace, **more), simulated(8, UNTREATED, **more)
    np.testing.assert_allclose(treated.persons["primary_cells"], untreated.persons["primary_cells"], rtol=0.02)
    assert treated.persons["primary_cells"].min() > 1e8


def test_a_drug_of_an_earlier_line_goes_on_acting_under_a_later_one():
    """Dabrafenib throughout; a trace of trametinib as a second line beside it must not switch it off."""
    throughout = line("dabrafenib 150 mg every 12 h oral")
    trace = line("trametinib 0.01 mg every 24 h oral", when=when("after start", 8.0), until=when("duration", 2.0))
    more = {"genotype": BRAF_P53, "mechanisms": {"toxicity": 0.0, "mutation": 0.0}, "follow_up_days": 40}
    from paget.trial.treatment import Protocol

    def cells(*lines) -> np.ndarray:
        return np.log(np.maximum(simulated(8, Protocol(lines), **more).persons["primary_cells"], 1.0))

    alone, beside, none = (
        cells(throughout),
        cells(throughout, trace),
        np.log(np.maximum(simulated(8, UNTREATED, **more).persons["primary_cells"], 1.0)),
    )
    assert np.median(alone - none) < -0.5
    np.testing.assert_allclose(beside - none, alone - none, rtol=0.1, atol=0.05)
