"""Invasion through the capsule goes by a person's own clock: confined tumours are not those that grow fast."""

from __future__ import annotations

import numpy as np

from trial.treated import UNTREATED, simulated


def test_confined_tumours_are_as_fast_as_those_that_extend():
    """Without tempo in the hazard the confined were 1.7 times as fast here: they presented before they extended."""
    persons = simulated(240, UNTREATED, extension_rate=5e-4).persons
    extended = persons["extended_at_diagnosis"] > 0
    assert 40 < extended.sum() < 200
    confined, beyond = (np.median(persons["time_scale"][each]) for each in (~extended, extended))
    assert confined < 1.3 * beyond
