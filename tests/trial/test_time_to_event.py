"""Endpoints of one person after another, each written out by the rules; response rates."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from paget.trial.response_rates import response_rates
from paget.trial.time_to_event import (
    History,
    duration_of_response,
    endpoints,
    progression_free_survival,
)

NEVER = np.nan
EVERY_8_WEEKS = 56.0
EMPTY = {
    "start": 10.0, "death": NEVER, "cause": "", "of_cancer": False, "progression": NEVER, "clinical_progression": NEVER,
    "metastasis": NEVER, "response": NEVER, "scans": (), "new_therapy": NEVER, "drop_out": NEVER, "cutoff": 1010.0,
}  # fmt: skip


def history(*persons: dict) -> History:
    rows = [{**EMPTY, **person} for person in persons]
    width = max((len(row["scans"]) for row in rows), default=0)
    names = [field.name for field in fields(History) if field.name != "scans"]
    columns = {name: np.array([row[name] for row in rows], type(EMPTY[name])) for name in names}
    scans = np.full((len(rows), width), np.nan)
    for row, days in zip(scans, (row["scans"] for row in rows), strict=True):
        row[: len(days)] = days
    return History(scans=scans, **columns)


def row(paramcd: str, **person) -> tuple[float, int, str] | None:
    """(AVAL, CNSR, EVNTDESC) of one person; None where the endpoint isn't defined."""
    found = endpoints(history(person), EVERY_8_WEEKS)[paramcd]
    return (found.aval[0], int(found.cnsr[0]), str(found.evntdesc[0])) if len(found.person) else None


SCANS = (66.0, 122.0, 178.0)
DEATH = {"death": 210.0, "cause": "airway obstruction", "of_cancer": True}


@pytest.mark.parametrize(
    ("paramcd", "person", "expected"),
    [
        ("OS", DEATH, (200.0, 0, "death: airway obstruction")),
        ("OS", {}, (1000.0, 1, "data cut-off")),
        ("OS", {**DEATH, "drop_out": 110.0}, (100.0, 1, "lost to follow-up")),
        ("OS", {**DEATH, "cutoff": 210.0}, (200.0, 0, "death: airway obstruction")),
        ("CSS", DEATH, (200.0, 0, "death: airway obstruction")),
        ("CSS", {**DEATH, "of_cancer": False}, (200.0, 1, "death from another cause")),
        # Progression, death without it, neither
        ("PFS", {"scans": SCANS, "progression": 234.0, "death": 300.0}, (224.0, 0, "progression")),
        ("PFS", {"scans": SCANS, **DEATH}, (200.0, 0, "death without progression")),
        ("PFS", {"scans": SCANS, "cutoff": 220.0}, (168.0, 1, "data cut-off")),
        ("PFS", {"scans": SCANS, "drop_out": 170.0}, (112.0, 1, "lost to follow-up")),
        ("PFS", {"cutoff": 500.0}, (0.0, 1, "data cut-off")),
        # One missed scan counts, two don't: 178 + 112 = 290 is the last day
        ("PFS", {"scans": SCANS, "progression": 290.0}, (280.0, 0, "progression")),
        ("PFS", {"scans": SCANS, "progression": 291.0}, (168.0, 1, "two or more missed scans")),
        ("PFS", {"scans": SCANS, "death": 400.0}, (168.0, 1, "two or more missed scans")),
        # The scan that shows progression is no scan without it
        ("PFS", {"scans": (66.0, 300.0), "progression": 300.0}, (56.0, 1, "two or more missed scans")),
        # What comes before the event
        (
            "PFS",
            {"scans": SCANS, "new_therapy": 130.0, "progression": 178.0},
            (112.0, 1, "new anticancer therapy before progression"),
        ),
        ("PFS", {"scans": SCANS, "new_therapy": 178.0, "progression": 178.0}, (168.0, 0, "progression")),
        (
            "PFS",
            {"scans": SCANS, "clinical_progression": 150.0, **DEATH},
            (112.0, 1, "stopped for clinical progression"),
        ),
        ("PFS", {"progression": 66.0, "drop_out": 50.0}, (0.0, 1, "lost to follow-up")),
        ("TTP", {"scans": SCANS, "progression": 234.0}, (224.0, 0, "progression")),
        ("TTP", {"scans": SCANS, **DEATH}, (200.0, 1, "death without progression")),
        # From the response on; who doesn't respond has no duration
        ("DOR", {"scans": SCANS, "response": 122.0, "progression": 234.0}, (112.0, 0, "progression")),
        ("DOR", {"scans": SCANS, "response": 178.0, "cutoff": 190.0}, (0.0, 1, "data cut-off")),
        ("DOR", {"scans": SCANS, "progression": 234.0}, None),
        ("DOR", {"scans": SCANS, "response": 122.0, "drop_out": 100.0}, None),
        ("DOR", {"scans": SCANS, "response": 122.0, "new_therapy": 100.0}, None),
        # What ended a line before the response doesn't end the response
        (
            "DOR",
            {"scans": SCANS, "response": 122.0, "clinical_progression": 100.0, "progression": 178.0},
            (56.0, 0, "progression"),
        ),
        (
            "DOR",
            {"scans": SCANS, "response": 122.0, "clinical_progression": 150.0, "progression": 178.0},
            (0.0, 1, "stopped for clinical progression"),
        ),
        ("TTR", {"scans": SCANS, "response": 122.0}, (112.0, 0, "response")),
        ("TTR", {"scans": SCANS}, None),
        ("DMFS", {"metastasis": 60.0, "death": 100.0}, (50.0, 0, "distant metastasis")),
        ("DMFS", {"death": 100.0}, (90.0, 0, "death without distant metastasis")),
        ("DMFS", {"metastasis": 10.0}, None),
        ("DMFS", {"metastasis": 60.0, "cutoff": 50.0}, (40.0, 1, "data cut-off")),
        ("TTNT", {"new_therapy": 80.0, "death": 100.0}, (70.0, 0, "new anticancer therapy")),
        ("TTNT", {"death": 100.0}, (90.0, 0, "death without new therapy")),
        ("TTNT", {}, (1000.0, 1, "data cut-off")),
    ],
)
def test_one_person(paramcd, person, expected):
    assert row(paramcd, **person) == expected


def test_rows_of_many_persons():
    whole = history({**DEATH, "scans": SCANS}, {"response": 66.0, "scans": SCANS, "cutoff": 200.0}, {})
    found = duration_of_response(whole, np.full(3, EVERY_8_WEEKS))
    assert found.person.tolist() == [1]
    frame = found.frame(np.array(["A", "B", "C"]))
    assert frame.to_dict("records") == [
        {"USUBJID": "B", "PARAMCD": "DOR", "AVAL": 112.0, "CNSR": 1, "EVNTDESC": "data cut-off"}
    ]
    assert progression_free_survival(whole, EVERY_8_WEEKS).aval.tolist() == [200.0, 168.0, 0.0]


def test_nobody():
    none = history()
    assert {paramcd: len(found.aval) for paramcd, found in endpoints(none, EVERY_8_WEEKS).items()} == dict.fromkeys(
        ("OS", "CSS", "PFS", "TTP", "DOR", "TTR", "DMFS", "TTNT"), 0
    )
    assert all(rate.note and np.isnan(rate.value) for rate in response_rates(np.array([], str)))


def test_rates_count_everybody_treated():
    rates = {rate.paramcd: rate for rate in response_rates(np.array(["CR", "PR", "PR", "SD", "PD", "NE", "PD", "PD"]))}
    assert {name: (rate.count, rate.n) for name, rate in rates.items()} == {"ORR": (3, 8), "DCR": (4, 8), "CR": (1, 8)}
    # Clopper-Pearson of 3 in 8, as printed in tables: 8.5 to 75.5 %
    assert (rates["ORR"].value, rates["ORR"].low, rates["ORR"].high) == pytest.approx((0.375, 0.0852, 0.7551), abs=1e-4)
