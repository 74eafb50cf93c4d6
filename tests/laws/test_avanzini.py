"""Relapse after resection: the preset avanzini-antal against the exact law of first passage.

The primary of the preset counts in units of a million cells (laws/oracles/avanzini.ANCHOR), so that its vessels set its
pace and leave the metastases theirs. A line is stepped exactly to 15 cells and has from there on the size to which it
will have grown in the long run; the oracle counts first passages cell by cell.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from laws.chance import assert_counts, assert_z
from laws.oracles import avanzini
from laws.published import DAY, LESIONS, cohorts, curve, preset
from paget.body.state import CASCADE_COUNTS

PERSONS = 1000
LOOKS = np.array([420.0, 448.0, 476.0, 497.0, 518.0, 539.0, 560.0, 581.0, 602.0, 630.0])
"""Days of the time course, which has one a week, that the relapses are sorted into."""


def relapses(plan, persons: int):
    """First day of the time course with a visible metastasis (inf: none), founders and lasting founders by person."""
    days, founders, lasting, last = [], [], [], None
    for cohort in cohorts(plan, persons):
        for person in range(len(cohort.persons)):
            course = curve(cohort, person)
            seen = course[course[:, LESIONS] > 0.0, DAY]
            days.append(seen[0] if len(seen) else math.inf)
        counts = cohort.cascade[:, 1].sum(axis=1)
        founders.append(counts[:, CASCADE_COUNTS.index("founders_blood")])
        lasting.append(counts[:, CASCADE_COUNTS.index("established")])
        last = cohort.persons
    assert last is not None
    return np.array(days), np.concatenate(founders), np.concatenate(lasting), float(last["diagnosis_day"][0])


@pytest.fixture(scope="module")
def resected():
    return relapses(preset("avanzini-antal", seed=11), PERSONS)


def law(resected_on: float) -> avanzini.Course:
    """The oracle's course with the size that the kernel's primary has on the day of the operation."""
    return replace(avanzini.ANCHOR, resected_at=math.exp(avanzini.ANCHOR.growth * resected_on))


@pytest.fixture(scope="module")
def free(resected) -> np.ndarray:
    """P(no relapse by each of the LOOKS)."""
    course = law(resected[3])
    return np.array([math.exp(-avanzini.relapsed_by(day, course)) for day in LOOKS])


def test_founders_of_the_primary_and_those_that_last(resected):
    """Founders are Poisson with mean nu (N - 1) / lambda_1; of each line the share 1 - d/b lasts."""
    _, founders, lasting, day = resected
    course = law(day)
    assert course.resected_at == pytest.approx(2e4, rel=5e-3)
    mean = course.seeding * (course.resected_at - 1.0) / course.growth
    assert_z(founders.sum(), PERSONS * mean, PERSONS * mean)
    assert mean * course.survival == pytest.approx(avanzini.mean_established(course), rel=1e-4)
    assert_z(lasting.sum(), PERSONS * mean * course.survival, PERSONS * mean * course.survival)


def test_days_of_relapse_follow_the_law_of_first_passage(resected, free):
    """Chi-square over the looks, before the operation (day 495) and after it: 1 - exp(-Lambda(t))."""
    expected = -PERSONS * np.diff(np.concatenate([[1.0], free, [0.0]]))
    observed = np.bincount(np.searchsorted(LOOKS, resected[0]), minlength=len(expected))
    assert_counts(observed, expected)


@pytest.mark.parametrize("look", [3, 6, 8])
def test_share_relapsed(resected, free, look):
    """On days 497, 560 and 602: 0.25, 0.60 and 0.89 of the patients."""
    without = float((resected[0] > LOOKS[look]).sum())
    assert_z(without, PERSONS * free[look], PERSONS * free[look] * (1.0 - free[look]))


def test_another_law_does_not_fit(resected):
    """Negative control: were the metastases to die less, at 0.21/day, more would relapse."""
    course = replace(law(resected[3]), death=0.21)
    other = math.exp(-avanzini.relapsed_by(LOOKS[6], course))
    with pytest.raises(AssertionError):
        assert_z(float((resected[0] > LOOKS[6]).sum()), PERSONS * other, PERSONS * other * (1.0 - other))


def test_a_primary_that_stays_seeds_on(resected):
    """Without the operation founders go on to nu (N - 1) / lambda_1 with the N of the last day."""
    _, founders, _, _ = relapses(preset("avanzini-antal", "mechanisms.care=off", seed=11), 20)
    mean = avanzini.ANCHOR.seeding * math.expm1(avanzini.ANCHOR.growth * (resected[3] + 300.0)) / avanzini.ANCHOR.growth
    assert_z(founders.sum(), 20 * mean, 20 * mean)


def test_metastases_that_do_not_settle_never_relapse():
    days, founders, _, _ = relapses(preset("avanzini-antal", "mechanisms.colonisation=off", seed=11), 20)
    assert not founders.any()
    assert np.isinf(days).all()
