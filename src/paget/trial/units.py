"""Conversion between the units of the records and those of the model; pint is loaded at first use."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from paget.knowledge.units import PINT_DEFINITIONS, pint_expression

if TYPE_CHECKING:
    from pint import UnitRegistry


@cache
def _registry() -> UnitRegistry:
    import pint

    registry = pint.UnitRegistry()
    for definition in PINT_DEFINITIONS:
        registry.define(definition)
    return registry


@cache
def factor(unit: str, target: str) -> float:
    """Multiplier from `unit` to `target`, both in the vocabulary of knowledge/units.py.

    Raises pint.DimensionalityError where they measure different things.
    """
    if unit == target:
        return 1.0
    source = _registry().Quantity(1.0, pint_expression(unit))
    return float(source.to(pint_expression(target)).magnitude)


def convert(value: float, unit: str, target: str) -> float:
    """`value` in `unit` expressed in `target`."""
    return value * factor(unit, target)
