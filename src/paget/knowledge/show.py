"""Rows for ``paget show``: one dict per record, columns in reading order, empty text where there is nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from paget.errors import InputError
from paget.knowledge import library as tables
from paget.knowledge.agents import SYMBOLS, Drug, Drugs, Observed
from paget.knowledge.library import Library
from paget.knowledge.naming import did_you_mean
from paget.knowledge.records import Parameter

Row = dict[str, Any]


def rows(kind: str, name: str | None = None, shelf: Library | None = None) -> list[Row]:
    """List the records of ``kind`` (one of `KINDS`), or those called ``name``; letter case is ignored.

    Raises `InputError` with the nearest names when kind or name is unknown.
    """
    if kind not in KINDS:
        raise InputError(f"{kind!r} cannot be shown", remedy=did_you_mean(kind, KINDS))
    listing, key = KINDS[kind]
    found = listing(shelf or Library())
    if name is None:
        return found
    wanted = _inn(name, shelf) if kind == "drugs" else name
    chosen = [row for row in found if str(row[key]).casefold() == wanted.casefold()]
    if not chosen:
        raise InputError(f"{kind} {name!r} is unknown", remedy=did_you_mean(name, [str(row[key]) for row in found]))
    return chosen


def _plain(records: Iterable[BaseModel]) -> list[Row]:
    return [
        {column: "" if value is None else value for column, value in record.model_dump().items()} for record in records
    ]


def _genes(shelf: Library) -> list[Row]:
    also = {symbol: [] for symbol in shelf.genes}
    for alias, members in shelf.aliases.items():
        for member in members:
            also.setdefault(member, []).append(alias)
    aliases = [
        {"symbol": alias, "name": f"any of {', '.join(members)}", "role": "alias", "hgnc_id": "", "aliases": ""}
        for alias, members in shelf.aliases.items()
    ]
    return [row | {"aliases": ", ".join(also[row["symbol"]])} for row in _plain(shelf.genes.values())] + aliases


def _sites(shelf: Library) -> list[Row]:
    return [
        row | {"normalised_flow_share": round(shelf.flow_shares[row["id"]], _DIGITS)} for row in _plain(shelf.sites)
    ]


def _mechanisms(shelf: Library) -> list[Row]:
    return _plain(shelf.mechanisms.values())


def _sources(shelf: Library) -> list[Row]:
    return _plain(shelf.sources.values())


def _parameters(shelf: Library) -> list[Row]:
    shared = [
        {"disease": ""} | row for path in shelf.parameter_files for row in _plain(shelf.table(path, tables.PARAMETERS))
    ]
    own = [
        {"disease": disease} | row
        for disease in shelf.disease_ids
        for row in _plain(shelf.own_parameters(disease).values())
    ]
    return shared + own


def _diseases(shelf: Library) -> list[Row]:
    return [row | {"era_notes": " ".join(row["era_notes"])} for row in _plain(shelf.diseases.values())]


def _drugs(shelf: Library) -> list[Row]:
    """One row per agent; each pharmacokinetic record as ``value unit (source, status)``."""
    return [_drug(drug) for drug in Drugs(shelf).values()]


def _drug(drug: Drug) -> Row:
    record = drug.record.model_dump(exclude={"acts", "aliases", "targets"})
    row = {column: "" if value is None else value for column, value in record.items()}
    row["aliases"] = ", ".join(drug.record.aliases)
    row["targets"] = ", ".join(drug.record.targets)
    row["acts"] = ", ".join(" ".join(filter(None, (act.how, act.cycle_phase, act.target))) for act in drug.acts)
    for symbol in SYMBOLS:
        number = drug.pharmacokinetics.get(symbol)
        row[symbol] = "" if number is None else _number(number)
    row["observed"] = "; ".join(_observed(observed) for observed in drug.observed)
    return row


def _number(record: Parameter) -> str:
    unit = "" if record.unit == "1" else f" {record.unit}"
    return f"{record.value:g}{unit} ({record.source}, {record.status})"


def _observed(observed: Observed) -> str:
    if observed.value is None:
        return "none published in what was read"
    return f"{observed.observable} {observed.value:g} {observed.unit}, {observed.regimen}, {observed.occasion}"


def _trials(shelf: Library) -> list[Row]:
    """One row per arm of a study with published results: what ``compare_with`` takes in a scenario of its diseases."""
    found: dict[tuple[str, str], Row] = {}
    for disease in shelf.disease_ids:
        for result in shelf.published(disease):
            empty = {"study": result.study_id, "arm": result.arm, "n": "", "diseases": "", "source": ""}
            row = found.setdefault((result.study_id, result.arm), empty)
            row["n"] = max(row["n"] or 0, result.n or 0) or ""
            row["diseases"] = ", ".join(dict.fromkeys([*filter(None, row["diseases"].split(", ")), disease]))
            row["source"] = shelf.sources[result.study_id].citation if result.study_id in shelf.sources else ""
    return list(found.values())


def _inn(name: str, shelf: Library | None) -> str:
    """The INN of a name or alias of an agent, or the name itself where it is unknown."""
    drugs = Drugs(shelf)
    return drugs[name].inn if name in drugs else name


_DIGITS = 4

KINDS: Mapping[str, tuple[Callable[[Library], list[Row]], str]] = MappingProxyType(
    {
        "genes": (_genes, "symbol"),
        "sites": (_sites, "id"),
        "mechanisms": (_mechanisms, "name"),
        "parameters": (_parameters, "symbol"),
        "sources": (_sources, "id"),
        "trials": (_trials, "study"),
        "diseases": (_diseases, "id"),
        "drugs": (_drugs, "inn"),
    }
)
