"""How persons pass through a study, as the CONSORT diagram counts them, and through the lines of an arm.

Every place of a study examines candidates until one is taken (patient/course.py). A candidate that is not taken had
traits outside the eligibility or a tumour that nobody notices within the limit of the search, was refused at diagnosis,
was lost between diagnosis and start, or was refused at the start. All that comes before the lot is drawn, so that a
randomised study has one such count and not one for each arm.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from paget.trial.arm_tables import ArmTables
from paget.trial.time_to_event import CUT, DROPPED

if TYPE_CHECKING:
    from paget.trial.treatment import Protocol

REFUSALS = {
    "refused_at_diagnosis": "REFUSED_AT_DIAGNOSIS",
    "lost_before_start": "LOST_BEFORE_START",
    "refused_at_start": "REFUSED_AT_START",
}
"""Why a candidate with a cancer is not taken -> column of subjects that counts such candidates of a place."""


def flow(tables: ArmTables, protocol: Protocol, *, allocated: bool = False) -> dict[str, int]:
    """Numbers of persons of an arm, and of the candidates for it unless its persons are allocated.

    ``candidates`` is the sum of the refused, lost and enrolled; ``started``: anything of the protocol was given, left
    out where it prescribes nothing; ``lost_to_follow_up``, ``cut_off``: last seen alive then; ``analysed``: with a time
    of overall survival.
    """
    overall = tables.events["OS"]
    endings = overall["EVNTDESC"].astype(str)[overall["CNSR"] != 0]
    return {
        **({"allocated": len(tables.subjects)} if allocated else enrolment(tables)),
        **({"started": int(tables.subjects["TREATED"].sum())} if protocol.lines else {}),
        "lost_to_follow_up": int((endings == DROPPED).sum()),
        "cut_off": int((endings == CUT).sum()),
        "analysed": len(overall),
    }


def enrolment(tables: ArmTables) -> dict[str, int]:
    """Candidates, who of them left for which reason, and the enrolled."""
    subjects = tables.subjects
    candidates, enrolled = int(subjects["CANDIDATES"].sum()), len(subjects)
    refused = {name: int(subjects[column].sum()) for name, column in REFUSALS.items()}
    return {
        "candidates": candidates,
        "ineligible_traits": candidates - enrolled - sum(refused.values()),
        **refused,
        "enrolled": enrolled,
    }


def lines(tables: ArmTables, protocol: Protocol) -> list[dict[str, Any]]:
    """Every line of a protocol: how many began it, and why it ended or was passed over (several reasons may hold)."""
    rows = []
    for number, line in enumerate(protocol.lines, start=1):
        here = tables.treatments[tables.treatments["LINE"] == number]
        reasons = Counter(reason for text in here["DCSREAS"].astype(str) for reason in text.split(";"))
        started = int(here["GIVEN"].sum())
        rows.append({"line": number, "name": line.name, "started": started, "reasons": dict(sorted(reasons.items()))})
    return rows
