"""The shipped numbers as the record that the device functions of therapy read, with all switches on unless said."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from paget import knowledge
from paget.compute import record_type
from paget.therapy import antiangiogenic, checkpoint, cytotoxic, radiation, supportive_care, surgery
from paget.trial.units import convert

PARTS = (radiation, surgery, cytotoxic, supportive_care, antiangiogenic, checkpoint)
UNITS = {symbol: unit for part in PARTS for symbol, unit in part.UNITS.items()}
SWITCHES = tuple(dict.fromkeys([name for part in PARTS for name in part.SWITCHES] + ["stem_hierarchy"]))
P = record_type([*UNITS, *(f"switch_{name}" for name in SWITCHES)])


@lru_cache
def values() -> dict[str, float]:
    """Every number of therapy in the unit in which it is read."""
    known = knowledge.parameters("atc")
    return {symbol: convert(known[symbol].value, known[symbol].unit, unit) for symbol, unit in UNITS.items()}


def parameters(**changed: float) -> np.ndarray:
    """One record of the shipped numbers and switches, but for what is given (a symbol or ``switch_<name>``)."""
    record = np.zeros(1, P)
    for symbol, value in values().items():
        record[symbol] = value
    for name in SWITCHES:
        record[f"switch_{name}"] = 1.0
    for name, value in changed.items():
        record[name] = value
    return record
