"""The constants of a published gene circuit: one cited record a row of ``networks/<circuit>/parameters.csv``."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from functools import cache
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import Field, FiniteFloat, model_validator

from paget import knowledge
from paget.errors import InputError
from paget.knowledge.library import Table
from paget.knowledge.naming import did_you_mean
from paget.knowledge.records import Record, StatusField, check_order

NonNegative = Annotated[FiniteFloat, Field(ge=0)]


class CircuitConstant(Record):
    """A constant of a circuit: ``value`` within ``low`` … ``high`` (where given), never negative."""

    symbol: str
    meaning: str
    value: NonNegative
    low: NonNegative | None = None
    high: NonNegative | None = None
    unit: Literal["1", "1/h", "molecule", "molecule/h", "uM", "uM/h"]
    source: str
    status: StatusField
    note: str = ""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        check_order(self.low, self.value, self.high, "low", "high")
        return self


CIRCUIT_CONSTANTS = Table(CircuitConstant, ("symbol",))
"""The table parameters.csv of a circuit."""


@cache
def circuit_records(circuit: str) -> tuple[CircuitConstant, ...]:
    """Records of ``circuit`` (the name of its folder), in file order; `InputErrors` where a row is invalid."""
    return knowledge.shipped_library().table(f"networks/{circuit}/parameters.csv", CIRCUIT_CONSTANTS)


def circuit_constants(
    circuit: str, changes: Mapping[str, float] | None = None, may_vanish: Collection[str] = ()
) -> Mapping[str, float]:
    """Values by symbol, those in ``changes`` in place of the published ones.

    A change may be infinite: a threshold that is never reached cuts the link. Only the symbols in ``may_vanish`` may
    be 0. `InputError` names a symbol that the circuit lacks or a value that it can't have.
    """
    values = {record.symbol: record.value for record in circuit_records(circuit)}
    for symbol, value in (changes or {}).items():
        if symbol not in values:
            raise InputError(f"{circuit} has no constant {symbol!r}", field=symbol, remedy=did_you_mean(symbol, values))
        if math.isnan(value) or value < 0.0 or (value == 0.0 and symbol not in may_vanish):
            least = "at least 0" if symbol in may_vanish else "above 0"
            raise InputError(f"{symbol} of {circuit} can't be {value:g}", field=symbol, remedy=f"Give one {least}.")
        values[symbol] = float(value)
    return MappingProxyType(values)
