"""Cited evidence of cancer stem cells by tumour type: which cells, marked how, made a tumour again in which assay.

The switch `stem_cell_evidence` (0 or 1) leaves the records out: a reader without them has no ground for the hierarchy.
"""

from __future__ import annotations

from paget import knowledge
from paget.knowledge.library import Table
from paget.knowledge.records import Record, StatusField

FILE = "stem_cell_evidence.csv"


class StemCellEvidence(Record):
    """One study: the sorted cells (`marker`) of a `tumour` and the `assay` in which they, and not the rest, grew."""

    tumour: str
    type: str
    marker: str
    assay: str
    source: str
    status: StatusField
    note: str = ""


STEM_CELL_EVIDENCE = Table(StemCellEvidence, ("type", "source"))


def stem_cell_evidence(factor: float = 1.0) -> tuple[StemCellEvidence, ...]:
    """All records, in the order of the file; none where the switch `factor` is 0."""
    if factor <= 0.0:
        return ()
    return knowledge.shipped_library().table(FILE, STEM_CELL_EVIDENCE)


def by_type(factor: float = 1.0) -> dict[str, tuple[StemCellEvidence, ...]]:
    """Records by tumour type, in the order of the file."""
    records = stem_cell_evidence(factor)
    kinds = dict.fromkeys(record.type for record in records)
    return {kind: tuple(record for record in records if record.type == kind) for kind in kinds}
