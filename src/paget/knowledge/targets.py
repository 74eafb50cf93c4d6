"""Published figures that the model's mechanisms are held against: ``mechanism_targets.csv``.

A row says what was measured, its value and range, and at which scale of the model it can be measured: rows of the
scale `body` are run by the tools, the others are listed with the reason in `note`. None of them is used to fit
anything; where a parameter was set from the very figure, the parameter's own record says so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal, Self, get_args

from pydantic import BeforeValidator, FiniteFloat, model_validator

from paget.errors import InputError, InputErrors
from paget.knowledge.library import Library
from paget.knowledge.naming import did_you_mean
from paget.knowledge.reading import Table
from paget.knowledge.records import ASSUMED_SOURCE, Record, StatusField, Unit, check_order, fault

FILE = "mechanism_targets.csv"

Scale = Literal["body", "tissue", "network", "therapy"]
TargetVerdict = Literal["hit", "miss"]


def _known_scale(value: object) -> object:
    if isinstance(value, str) and value not in get_args(Scale):
        raise fault("vocabulary", f"{value!r} is not a known scale", did_you_mean(value, get_args(Scale)))
    return value


class Target(Record):
    """One figure: `value` within `low` … `high`, in `unit`; several sources are joined by ``;``.

    Without a value the row states a direction, and its one bound is not reached.
    """

    id: str
    what: str
    quantity: str
    value: FiniteFloat | None = None
    low: FiniteFloat | None = None
    high: FiniteFloat | None = None
    unit: Unit
    source: str
    status: StatusField
    scale: Annotated[Scale, BeforeValidator(_known_scale)]
    note: str = ""

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if self.value is not None:
            check_order(self.low, self.value, self.high, "low", "high")
        elif (self.low is None) == (self.high is None):
            raise fault("missing", "a row without value has one bound", "Fill value, or one of low and high.")
        if self.scale != "body" and not self.note:
            raise fault("missing", f"a row of the scale {self.scale} gives no reason", "Say in note what it needs.")
        return self

    def verdict(self, simulated: float | None, error: tuple[float, float] | None = None) -> TargetVerdict | None:
        """Whether `simulated` lies within the range; None where there is nothing to compare.

        A value without range is hit where the Monte-Carlo interval `error` of the simulation holds it.
        """
        if simulated is None or not math.isfinite(simulated):
            return None
        if self.value is None:
            inside = (self.low is None or simulated > self.low) and (self.high is None or simulated < self.high)
        elif self.low is None and self.high is None:
            if error is None:
                return None
            inside = error[0] <= self.value <= error[1]
        else:
            inside = (self.low is None or simulated >= self.low) and (self.high is None or simulated <= self.high)
        return "hit" if inside else "miss"


TARGETS = Table(Target, ("id",))
"""The table mechanism_targets.csv."""


def targets(library: Library | None = None) -> Mapping[str, Target]:
    """Every target by id, in file order; `InputErrors` where the table holds invalid rows or unknown sources."""
    shelf = library or Library()
    found = {record.id: record for record in shelf.table(FILE, TARGETS)}
    wrong = [error for record in found.values() for error in _unknown_sources(record, shelf)]
    if wrong:
        raise InputErrors(wrong)
    return MappingProxyType(found)


def _unknown_sources(record: Target, shelf: Library) -> list[InputError]:
    named = (part.strip() for part in record.source.split(";"))
    return [
        InputError(
            f"source {part!r} is not in sources.csv",
            file=FILE,
            field=f"{record.id}: source",
            remedy=did_you_mean(part, shelf.sources),
        )
        for part in named
        if part != ASSUMED_SOURCE and part not in shelf.sources
    ]
