"""Hosts of experiments: what an animal differs in from the patient, as parameters of the model.

`hosts.csv` holds one row per host and parameter; whatever a host has no row for is as in the patient. The cells are the
same: a host may set its circulation, its immunity and its organs only.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pydantic import FiniteFloat

from paget.errors import InputError
from paget.knowledge.library import Library
from paget.knowledge.naming import did_you_mean
from paget.knowledge.reading import Table
from paget.knowledge.records import Record, StatusField, Unit


class HostParameter(Record):
    """One parameter of one host: `value` in `unit`, in place of the patient's."""

    host: str
    symbol: str
    value: FiniteFloat
    unit: Unit
    source: str
    status: StatusField
    note: str = ""


HOSTS = Table(HostParameter, ("host", "symbol"))
"""The table hosts.csv."""


def hosts(library: Library | None = None) -> Mapping[str, Mapping[str, HostParameter]]:
    """Parameters of every host, by host and symbol; `InputErrors` where the table holds invalid rows."""
    found: dict[str, dict[str, HostParameter]] = {}
    for record in (library or Library()).table("hosts.csv", HOSTS):
        found.setdefault(record.host, {})[record.symbol] = record
    return MappingProxyType({name: MappingProxyType(rows) for name, rows in found.items()})


def host(name: str, library: Library | None = None) -> Mapping[str, HostParameter]:
    """Parameters of one host by symbol; `InputError` where it is unknown."""
    known = hosts(library)
    if name not in known:
        raise InputError(f"host {name!r} is unknown", remedy=did_you_mean(name, known))
    return known[name]
