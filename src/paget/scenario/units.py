"""Units at the door: text such as ``36 months`` becomes a number in the unit that the model uses.

The everyday units stand in one table, so that reading a scenario does not import pint (half a second); whatever the
table does not hold goes to pint. A test holds the two against each other.
"""

from __future__ import annotations

import math
import re
from functools import cache
from typing import Any

from paget.scenario.faults import article, fault, shown

# dimension -> (unit of the model, {spelling: how many of the unit of the model})
TABLE: dict[str, tuple[str, dict[str, float]]] = {
    "time": (
        "day",
        {
            "d": 1,
            "day": 1,
            "days": 1,
            "h": 1 / 24,
            "hour": 1 / 24,
            "hours": 1 / 24,
            "min": 1 / 1440,
            "week": 7,
            "weeks": 7,
        }
        | {"month": 30.4375, "months": 30.4375, "year": 365.25, "years": 365.25},
    ),
    "length": ("mm", {"mm": 1, "cm": 10, "um": 1e-3, "millimetre": 1, "centimetre": 10}),
    "volume": ("mL", {"mL": 1, "ml": 1, "cm^3": 1, "cm3": 1, "mm^3": 1e-3, "mm3": 1e-3, "L": 1000}),
    "dose": ("Gy", {"Gy": 1}),
    "mass": ("mg", {"mg": 1, "g": 1000, "kg": 1e6, "ug": 1e-3}),
    "share": ("1", {"1": 1, "%": 0.01, "percent": 0.01}),
}
EXAMPLES = {"time": "36 months", "length": "5 mm", "volume": "2 mL", "dose": "60 Gy", "mass": "150 mg", "share": "40 %"}
SPELLINGS: dict[str, tuple[str, float]] = {
    spelling: (dimension, factor)
    for dimension, (_, spellings) in TABLE.items()
    for spelling, factor in spellings.items()
}
_QUANTITY = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?:\s+(\S.*)|([A-Za-zµμ%].*))?")
_UNIT_TEXT = re.compile(r"(?!.*\*\*)(?!.*\^-?\d\d)[A-Za-z0-9µμ%/^*(). -]{1,40}")


def split(text: str) -> tuple[float, str]:
    """Number and unit (empty if none) of a quantity; a pydantic error if the text does not start with a number."""
    found = _QUANTITY.fullmatch(text.strip())
    if found is None:
        raise fault(f"{shown(text)} is not a number with a unit", 'Write e.g. "36 months" or "5 mm".')
    return float(found[1]), re.sub(r"[µμ]", "u", (found[2] or found[3] or "").strip())


def convert(number: float, unit: str, target: str) -> float:
    """``number`` of ``unit`` in ``target``; a pydantic error for an unknown unit or another dimension."""
    if unit == target:
        return number
    plain, wanted = SPELLINGS.get(unit), SPELLINGS.get(target)
    if plain and wanted and plain[0] == wanted[0]:
        return number * plain[1] / wanted[1]
    return _convert_with_pint(number, unit, target)


def in_dimension(number: float, unit: str, dimension: str, written: str, example: str) -> float:
    """``number`` of ``unit`` in the unit of the model for ``dimension``; ``example`` is the remedy of its errors."""
    if not unit:
        raise fault(f"{written} has no unit", example)
    plain = SPELLINGS.get(unit)
    if plain is None:
        return _foreign(number, unit, dimension, written, example)
    if plain[0] != dimension:
        raise fault(f"{written} is {article(plain[0])}, {article(dimension)} is needed", example)
    return number * plain[1]


def _foreign(number: float, unit: str, dimension: str, written: str, example: str) -> float:
    from paget.knowledge import nearest

    near = nearest(unit, SPELLINGS)
    if near and not _known_to_pint(unit):
        raise fault(f"{written}: unit {shown(unit)} is not known", f"Did you mean {near[0]}? {example}")
    target = TABLE[dimension][0]
    try:
        return _convert_with_pint(number, unit, target if target != "1" else "dimensionless")
    except Exception as error:
        if not _known_to_pint(unit):
            raise fault(f"{written}: unit {shown(unit)} is not known", example) from error
        raise fault(f"{written} is not {article(dimension)}", example) from error


@cache
def registry() -> Any:
    """Pint's units and the cells of ours."""
    import pint

    from paget.knowledge.units import PINT_DEFINITIONS

    units = pint.UnitRegistry()
    for definition in PINT_DEFINITIONS:
        units.define(definition)
    return units


def _known_to_pint(unit: str) -> bool:
    if not _UNIT_TEXT.fullmatch(unit):
        return False
    try:
        registry().Unit(unit)
    except Exception:  # pint raises a dozen kinds for text that is no unit
        return False
    return True


def _convert_with_pint(number: float, unit: str, target: str) -> float:
    if not _known_to_pint(unit):
        raise fault(f"unit {shown(unit)} is not known", f'The unit here is "{target}".')
    try:
        return float(registry().Quantity(number, unit).to(target).magnitude)
    except Exception as error:
        raise fault(
            f"{number:g} {unit} does not convert to {target}", f'Write the number with the unit "{target}".'
        ) from error


def finite(number: float, written: str) -> float:
    """The number itself; a pydantic error for NaN and infinity."""
    if not math.isfinite(number):
        raise fault(f"{written} is not a finite number", "Write an ordinary number.")
    return number
