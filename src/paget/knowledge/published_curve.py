"""Points of the curves of a published model, beside which its preset is drawn: ``published_curve.csv`` of a disease."""

from __future__ import annotations

from pydantic import FiniteFloat

from paget.knowledge.library import Library
from paget.knowledge.reading import Table
from paget.knowledge.records import Record, StatusField, Unit


class CurvePoint(Record):
    """A point (x, y) of the curve of a quantity; `arm`: of which arm, empty for every arm."""

    quantity: str
    arm: str = ""
    x: FiniteFloat
    x_unit: Unit
    y: FiniteFloat
    y_unit: Unit
    source: str
    status: StatusField
    note: str = ""


PUBLISHED_CURVE = Table(CurvePoint, ("quantity", "arm", "x"))
"""The table published_curve.csv."""


def published_curve(disease: str, library: Library | None = None) -> tuple[CurvePoint, ...]:
    """Points of every curve of a disease's model, in file order; empty without the table."""
    shelf = library or Library()
    if disease not in shelf.disease_ids:
        return ()
    return tuple(
        point for path in shelf.table_of(disease, "published_curve") for point in shelf.table(path, PUBLISHED_CURVE)
    )
