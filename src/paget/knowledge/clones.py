"""Mutant clones that a disease can grow: from which clone, how often per division, at which cost of fitness."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import BeforeValidator, Field, FiniteFloat

from paget import knowledge
from paget.errors import InputError
from paget.knowledge.library import Table
from paget.knowledge.naming import did_you_mean
from paget.knowledge.records import Record, Share, StatusField

FOUNDER = "founder"
CLONE_LIMIT = 8
"""Clones of a disease at most, the founder among them (body/clones.py)."""


def _words(value: object) -> object:
    return tuple(filter(None, value.split(";"))) if isinstance(value, str) else value


class Clone(Record):
    """A clone; `rate`: mutants per division of the `parent`, `fitness_cost`: share of the net growth rate it loses.

    alteration: label that it adds to those of the tumour, as the network knows it. holds_off: targets (HGNC) or ways to
    act (`cytotoxic`, `pd1_blockade`) against which its change protects it, whatever the network says.
    """

    id: str
    parent: str = ""
    label: str
    rate: Annotated[FiniteFloat, Field(ge=0, le=1)]
    fitness_cost: Share
    alteration: str = ""
    holds_off: Annotated[tuple[str, ...], BeforeValidator(_words)] = ()
    source: str
    status: StatusField
    note: str = ""


CLONES = Table(Clone, ("id",))


@dataclass(frozen=True)
class CloneTable:
    """The clones of a disease as arrays [clones], founder first, parents before their children."""

    ids: tuple[str, ...]
    labels: tuple[str, ...]
    parents: np.ndarray
    rates: np.ndarray
    costs: np.ndarray


def clones(disease: str) -> tuple[Clone, ...]:
    """Records of ``diseases/<disease>/clones.csv``, or of that of the disease it is based on."""
    library = knowledge.shipped_library()
    if disease not in library.disease_ids:
        raise InputError(f"disease {disease!r} is unknown", remedy=did_you_mean(disease, library.disease_ids))
    return tuple(row for path in library.table_of(disease, "clones") for row in library.table(path, CLONES))


def clone_table(disease: str, factor: float = 1.0) -> CloneTable:
    """The disease's clones for the kernel; rates times the switch `mutation`."""
    return arrays(clones(disease), factor)


def arrays(records: tuple[Clone, ...], factor: float = 1.0) -> CloneTable:
    """Arrays of `records`; InputError unless the founder stands first and every parent before its children."""
    ids = tuple(record.id for record in records)
    if not ids or ids[0] != FOUNDER or len(ids) > CLONE_LIMIT:
        raise InputError(f"clones {ids}", remedy=f"List {FOUNDER!r} first, then at most {CLONE_LIMIT - 1} others.")
    parents = np.zeros(len(records), np.int64)
    for index, record in enumerate(records[1:], 1):
        if record.parent not in ids[:index]:
            raise InputError(
                f"clone {record.id!r} descends from {record.parent!r}", remedy="List the parent before its child."
            )
        parents[index] = ids.index(record.parent)
    rates = np.array([record.rate * factor for record in records])
    rates[0] = 0.0
    return CloneTable(
        ids=ids,
        labels=tuple(record.label for record in records),
        parents=parents,
        rates=rates,
        costs=np.array([record.fitness_cost for record in records]),
    )
