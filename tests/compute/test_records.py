"""Records are aligned structured arrays, float64 unless said."""

from __future__ import annotations

import numpy as np
import pytest

from paget.compute import record, record_type


def test_fields_are_float64_in_order_and_aligned():
    kind = record_type(["alive", "age_years", "sites"], {"alive": np.int8, "sites": (np.float64, (3,))})
    assert kind.isalignedstruct
    assert kind.names == ("alive", "age_years", "sites")
    assert kind["age_years"] == np.float64
    assert kind["sites"].shape == (3,)


def test_record_holds_its_values():
    made = record(["rate", "switches"], [0.25, [1, 0]], {"switches": (np.int8, (2,))})
    assert made.shape == (1,)
    assert made[0]["rate"] == 0.25
    assert made[0]["switches"].tolist() == [1, 0]


def test_mistakes_are_named():
    with pytest.raises(ValueError, match="2 names but 1 values"):
        record(["a", "b"], [1.0])
    with pytest.raises(ValueError, match="do not exist: c"):
        record_type(["a"], {"c": np.int8})
    with pytest.raises(ValueError, match="occurs more than once"):
        record_type(["a", "a"])
