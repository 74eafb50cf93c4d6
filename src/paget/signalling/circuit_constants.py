"""The constants of a published gene circuit: one cited record a row of ``networks/<circuit>/parameters.csv``."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from functools import cache
from types import MappingProxyType

from paget import knowledge
from paget.errors import InputError
from paget.knowledge.library import PARAMETERS
from paget.knowledge.naming import did_you_mean
from paget.knowledge.networks import CIRCUIT_FILE, FOLDER
from paget.knowledge.records import Parameter


@cache
def circuit_records(circuit: str) -> tuple[Parameter, ...]:
    """Records of ``circuit`` (the name of its folder), in file order; `InputErrors` where a row is invalid."""
    return knowledge.shipped_library().table(f"{FOLDER}/{circuit}/{CIRCUIT_FILE}", PARAMETERS)


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
