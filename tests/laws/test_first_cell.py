"""The first cell's line: restarts are geometric, and the line that lasts has the law conditioned on survival."""

from __future__ import annotations

import numpy as np
import pytest

from laws import kendall
from laws.chance import assert_follows
from laws.reduced import CELL_DENSITY, cohorts, persons_of, rates, reduced

PERSONS = 5000
LASTING = 2000.0
"""Cells at presentation: a line of so many dies out with probability (d/b)^2000 < 1e-57 for every case here."""

ALONE = {"class_capacity": 2.0}
"""No metastases: hardly any room for them, so that a person is cleared fast."""

MILLILITRE = 1000.0
"""mm^3."""


@pytest.mark.parametrize(("birth", "death"), [(0.7, 0.601), (0.7, 0.35), (0.5, 0.05), (0.9, 0.84)])
def test_restarts_before_the_lasting_line_are_geometric(birth, death):
    persons = persons_of(reduced(11, {**rates(birth, death), **ALONE}, presents_at=LASTING), PERSONS)
    success = kendall.survival(birth, death)
    assert_follows(persons["restarts"], success * (1.0 - success) ** np.arange(200))


def test_without_death_no_line_is_ever_restarted():
    persons = persons_of(reduced(12, {**rates(0.2, 0.0), **ALONE}, presents_at=LASTING), PERSONS)
    assert not persons["restarts"].any()


@pytest.mark.parametrize(("birth", "death"), [(0.7, 0.601), (0.4, 0.2)])
def test_young_primary_has_the_size_law_conditioned_on_survival(birth, death):
    """P(n | lasts) = P(n) (1 - (d/b)^n) / (1 - d/b) two weeks after the first cell.

    Persons whose tumour presents sooner are none: the chance of 2,000 cells in 14 days is below 1e-12 (geometric tail).
    """
    row, days, top = 1, 14, 400
    assert kendall.ratio_at(birth, death, days) ** LASTING < 1e-12
    study = reduced(13, {**rates(birth, death), **ALONE}, presents_at=LASTING)
    curves = np.concatenate([cohort.curves[:, row] for cohort in cohorts(study, PERSONS)])
    assert np.array_equal(curves[:, 0] % 7, np.zeros(PERSONS))
    assert np.array_equal(curves[:, 0], np.full(PERSONS, days))
    n = np.arange(top + 1)
    law = kendall.sizes(birth, death, days, top) * (1.0 - (death / birth) ** n) / kendall.survival(birth, death)
    assert_follows(np.rint(curves[:, 1] * MILLILITRE * CELL_DENSITY), law)
