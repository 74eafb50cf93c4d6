"""Which clones a cohort's cancers consist of, before treatment and at the end of observation.

The end is that of the recorded metastases: mean over persons of the share of their cells in lesions of which the clone
is the most frequent. The tables don't hold the clones of single lesions before treatment; what they hold is the share
of all mutants together in the primaries of the first persons, before treatment and at the end, as a last row.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from paget.knowledge.clones import clones
from paget.trial.arm_tables import ArmTables
from paget.trial.comparison import finite

MUTANTS = "mutants of the primary"


def clone_shares(tables: ArmTables, disease: str) -> list[dict[str, Any]]:
    """One row per clone of the disease that leads a lesion, in the disease's order, then the primaries' mutants."""
    found = _shares_at_end(tables.lesions)
    known = {record.id: record.label for record in clones(disease)}
    rows: list[dict[str, Any]] = [
        {"clone": name, "label": label, "share_at_start": None, "share_at_end": finite(found[name])}
        for name, label in known.items()
        if name in found
    ]
    if tables.curves.empty:
        return rows
    start, end = _mutants(tables)
    return [*rows, {"clone": MUTANTS, "label": "all mutant clones together", "share_at_start": start,
                    "share_at_end": end}]  # fmt: skip


def _shares_at_end(lesions: pd.DataFrame) -> dict[str, float]:
    """Clone -> mean over persons with recorded lesions of its share of their cells."""
    known = lesions[lesions["CLONE"].astype(str) != ""]
    if known.empty:
        return {}
    cells = (known["CELLS_DEATH"] * known["COUNT"]).groupby([known["USUBJID"], known["CLONE"].astype(str)]).sum()
    by_person = cells.unstack(fill_value=0)
    shares = by_person.div(by_person.sum(axis=1), axis=0)
    return {str(name): float(value) for name, value in shares.mean().items()}


def _mutants(tables: ArmTables) -> tuple[float | None, float | None]:
    """Mean share of mutants in the primary at the last point before treatment (diagnosis without any), and the last."""
    curves = tables.curves.sort_values(["USUBJID", "DAY"])
    begins = tables.subjects["ENROLMENT_DAY"].reindex(curves["USUBJID"]).fillna(0.0).to_numpy(np.float64)
    before = curves[curves["DAY"] <= begins].groupby("USUBJID")["MUTANT_SHARE"].last()
    last = curves.groupby("USUBJID")["MUTANT_SHARE"].last()
    return tuple(finite(float(np.mean(each))) if len(each) else None for each in (before, last))  # type: ignore[return-value]
