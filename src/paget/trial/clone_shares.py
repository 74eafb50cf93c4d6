"""Which clones a cohort's cancers consist of, before treatment and at the end of observation.

Of the primary: founder and all mutants together, means over the first persons, whose courses the tables hold, at the
last point before treatment and at the last of all. Of the recorded metastases, at the end only: mean over persons of
the share of their cells in lesions of which the clone is the most frequent; the tables don't hold the clones of single
lesions before treatment.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from paget.knowledge.clones import clones
from paget.trial.arm_tables import ArmTables
from paget.trial.comparison import finite

FOUNDER, MUTANTS = "founder", "mutants"
PRIMARY, METASTASES = "primary", "metastases"


def clone_shares(tables: ArmTables, disease: str) -> list[dict[str, Any]]:
    """Founder and mutants of the primary, then the clones that lead metastases, in the disease's order.

    ``of``: whose cells the shares are taken of, at both times.
    """
    known = {record.id: record.label for record in clones(disease)}
    found = _shares_at_end(tables.lesions)
    led = [_row(name, label, METASTASES, None, found[name]) for name, label in known.items() if name in found]
    start, end = _mutants(tables)
    if start is None or end is None:
        return led
    return [
        _row(FOUNDER, known.get(FOUNDER, FOUNDER), PRIMARY, 1.0 - start, 1.0 - end),
        _row(MUTANTS, "all mutant clones together", PRIMARY, start, end),
        *led,
    ]


def _row(clone: str, label: str, of: str, start: float | None, end: float) -> dict[str, Any]:
    return {"clone": clone, "label": label, "of": of, "share_at_start": start, "share_at_end": finite(end)}


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
    """Mean share of mutants in the primaries of the same persons, at the last point before treatment and the last.

    Before treatment is up to diagnosis where there is none; who has no point until then is left out.
    """
    curves = tables.curves.sort_values(["USUBJID", "DAY"])
    begins = tables.subjects["ENROLMENT_DAY"].reindex(curves["USUBJID"]).fillna(0.0).to_numpy(np.float64)
    before = curves[curves["DAY"] <= begins].groupby("USUBJID")["MUTANT_SHARE"].last()
    last = curves.groupby("USUBJID")["MUTANT_SHARE"].last().reindex(before.index)
    if before.empty:
        return None, None
    return finite(float(before.mean())), finite(float(last.mean()))
