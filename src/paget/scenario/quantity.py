"""A quantity as the user wrote it and as the model needs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic_core import core_schema

from paget.scenario.faults import fault, shown
from paget.scenario.units import EXAMPLES, TABLE, finite, in_dimension, split


@dataclass(frozen=True)
class Quantity:
    """``value`` in ``unit``, the unit of the model; ``text`` is what the user wrote."""

    text: str
    value: float
    unit: str

    def __str__(self) -> str:
        return self.text


def parse_quantity(given: object, dimension: str, low: float, high: float, example: str = "") -> Quantity:
    """Read a quantity of ``dimension`` between ``low`` and ``high`` (units of the model)."""
    if isinstance(given, Quantity):
        return given
    unit = TABLE[dimension][0]
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        raise fault(f"{shown(given)} is not {_noun(dimension)}", _write(dimension, example))
    written = shown(given)
    number, given_unit = split(given) if isinstance(given, str) else (float(given), "")
    finite(number, written)
    if not given_unit:
        raise fault(f"{written} has no unit", _write(dimension, example))
    value = finite(in_dimension(number, given_unit, dimension, written, _write(dimension, example)), written)
    _within(value, low, high, unit, written)
    return Quantity(" ".join(str(given).split()), value, unit)


def _noun(dimension: str) -> str:
    return f"a {dimension} with its unit"


def _write(dimension: str, example: str) -> str:
    return f'Write e.g. "{example or EXAMPLES[dimension]}".'


def _within(value: float, low: float, high: float, unit: str, written: str) -> None:
    if value < 0:
        raise fault(f"{written} is negative", f"Allowed: {_span(low, high, unit)}.")
    if not low <= value <= high:
        raise fault(f"{written} is not plausible", f"Allowed: {_span(low, high, unit)}.")


def _span(low: float, high: float, unit: str) -> str:
    if unit == "day" and high >= 365.25:
        return f"{low:g} {'day' if low == 1 else 'days'} to {high / 365.25:g} years"
    return f"{low:g} to {high:g} {unit}"


@dataclass(frozen=True)
class QuantityOf:
    """Annotation of a quantity field: its dimension, bounds in the unit of the model, and an example for messages."""

    dimension: str
    low: float
    high: float
    example: str

    def read(self, given: object) -> Quantity:
        """The quantity that the user wrote; a pydantic error otherwise."""
        return parse_quantity(given, self.dimension, self.low, self.high, self.example)

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.read, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        return {
            "type": "string",
            "pattern": r"^\s*[+]?[0-9.]+([eE][-+]?[0-9]+)?\s*\S.*$",
            "description": f"A {self.dimension} with its unit, {_span(self.low, self.high, TABLE[self.dimension][0])}.",
            "examples": [self.example],
        }


@dataclass(frozen=True)
class WholeNumber:
    """Annotation of a whole number between ``low`` and ``high``; ``what`` it is, for messages."""

    what: str
    low: int
    high: int

    def read(self, given: object) -> int:
        """The number that the user wrote; a pydantic error otherwise."""
        remedy = f"Write {self.what} from {self.low:,} to {self.high:,}.".replace(",", " ")
        if isinstance(given, float) and given.is_integer():
            given = int(given)
        if isinstance(given, bool) or not isinstance(given, int):
            raise fault(f"{shown(given)} is not a whole number", remedy)
        if not self.low <= given <= self.high:
            raise fault(f"{shown(given)} is out of range", remedy)
        return given

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.low, "maximum": self.high}
