"""Adverse events of an arm: persons with each term, by the highest grade that they had of it (CTCAE)."""

from __future__ import annotations

from typing import Any

from paget.therapy.toxicity import FATAL, SEVERE
from paget.trial.arm_tables import ArmTables


def toxicity(tables: ArmTables) -> list[dict[str, Any]]:
    """Persons with any grade, with grade 3 or more and with a fatal event, most frequent term first.

    n: persons who started treatment; a person counts once per term.
    """
    n = int(tables.subjects["TREATED"].sum())
    events = tables.adverse_events
    worst = events.groupby(["AEDECOD", "USUBJID"], observed=True)["AETOXGR"].max()
    rows = [
        {
            "term": str(term),
            "any": len(grades),
            "grade3plus": int((grades >= SEVERE).sum()),
            "fatal": int((grades >= FATAL).sum()),
            "n": n,
        }
        for term, grades in worst.groupby(level="AEDECOD")
    ]
    return sorted(rows, key=lambda row: (-row["any"], row["term"]))
