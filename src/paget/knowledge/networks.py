"""Logical networks of a cell's decisions as data: ``networks/<name>/``.

``rules.bnet`` holds one rule per node; the tables say what each node is and where its rule was read (nodes), which
inputs are surroundings and at which usual level (environment), which alteration or drug acts where (alterations,
drugs), what is read out (read_outs), how it is run (settings), which published statements shaped the rules
(checks_shaping) or were checked only afterwards (checks_after, with the first verdicts on them), and which questions
were settled or stay open (points). A node whose rule is itself is an input.
Nothing here simulates; `signalling.library` does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Annotated, Literal, get_args

from pydantic import Field, FiniteFloat

from paget.errors import InputError, InputErrors
from paget.knowledge.library import PARAMETERS
from paget.knowledge.naming import did_you_mean
from paget.knowledge.reading import Entry, Problem, Table, child, read_table, shipped
from paget.knowledge.records import Parameter, Record, Share, StatusField, _one_of

FOLDER = "networks"
RULES = "rules.bnet"
CIRCUIT_FILE = "parameters.csv"
"""Constants of a published circuit of equations, which has no rules."""

SCALE = "network"
"""Scale of those mechanisms that are modules of a network."""

DRUG_SWITCH = "target_inhibition"
"""The switch without which drugs do nothing; it has no nodes of its own."""

Direction = Literal["inhibit", "activate", "hold"]
Change = Literal["up", "down", "same"]
Comparison = Literal["higher", "lower", "same", "on", "off"]
FirstVerdict = Literal["hit", "miss"]
Answer = Literal["yes", "no"]
Rate = Annotated[FiniteFloat, Field(gt=0)]
_WORD = re.compile(r"[A-Za-z_]\w*")


class NodeRecord(Record):
    """A node; rates in 1/h towards on and off (none: an input), ``hgnc`` symbols joined by ``;``, ``initial`` state.

    ``source`` and ``status`` are those of the rule, ``rate_source`` and ``rate_status`` those of both rates.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z_]\w*$")]
    hgnc: str = ""
    meaning: str
    module: str = ""
    rate_up: Rate | None = None
    rate_down: Rate | None = None
    rate_source: str = ""
    rate_status: StatusField | None = None
    source: str
    status: StatusField
    note: str = ""
    initial: Annotated[int, Field(ge=0, le=1)] = 0

    @property
    def is_input(self) -> bool:
        """Whether the node is set from outside."""
        return self.rate_up is None


class EnvironmentRecord(Record):
    """An input that stands for the cell's surroundings; ``level``: share of the time that it is on, usually."""

    input: str
    alias: str = ""
    meaning: str
    level: Share
    source: str
    status: StatusField
    note: str = ""


class AlterationRecord(Record):
    """The input that an alteration holds on; ``label`` as in a genotype, e.g. ``BRAF V600E``."""

    label: str
    input: str
    source: str
    status: StatusField
    note: str = ""


class DrugRecord(Record):
    """One target of a drug; at exposure theta it is hit with theta x ``max_efficacy``.

    ``hold``: that share of the cells has the input on for good, drawn once per cell.
    """

    drug: str
    alias: str = ""
    node: str
    direction: Annotated[Direction, _one_of("direction", get_args(Direction))]
    max_efficacy: Share
    source: str
    status: StatusField
    note: str = ""


class ReadOutRecord(Record):
    """A condition on the nodes whose probability is wanted."""

    name: str
    hgnc: str = ""
    expression: str
    meaning: str
    source: str
    status: StatusField
    note: str = ""


class CheckRecord(Record):
    """A published direction: the read-out in condition a against b, in share of the time.

    ``higher``, ``lower``: by at least ``effect``; ``same``: within it; ``on``, ``off``: a alone, at least, at most it.
    """

    id: str
    statement: str
    source: str
    status: StatusField
    condition_a: str = ""
    condition_b: str = ""
    readout: str
    direction: Annotated[Comparison, _one_of("comparison", get_args(Comparison))]
    effect: Annotated[FiniteFloat, Field(ge=-1, le=1)]
    note: str = ""


class AfterRecord(Record):
    """A published direction that shaped no rule: the read-out in condition b against a, in share of the time.

    ``up``, ``down``: by at least ``margin``; ``same``: within it. Lists are joined by ``;``, levels stand behind ``=``.
    """

    id: str
    statement: str
    genotype_a: str = ""
    drugs_a: str = ""
    environment_a: str = ""
    genotype_b: str = ""
    drugs_b: str = ""
    environment_b: str = ""
    read_out: str
    direction: Annotated[Change, _one_of("direction", get_args(Change))]
    margin: Share
    system: str
    source: str
    status: StatusField
    note: str = ""

    def condition(self, side: Literal["a", "b"]) -> Condition:
        """The condition before (a) or after (b)."""
        parts = {key: getattr(self, f"{key}_{side}").replace(";", ",") for key in ("genotype", "drugs", "environment")}
        written = (f"{key}={text.replace('=', ':')}" for key, text in parts.items() if text)
        return parse_condition("; ".join(written), self.id)


class FirstVerdictRecord(Record):
    """What the network did on a finding (`AfterRecord`) when it was first run on it, before its rules were revised.

    ``value_a``, ``value_b``: the read-out in both conditions, in share of the time; ``error``: standard error of their
    difference; ``clear``: whether the border lay more than four of them away; ``independent``: whether neither its
    source nor its very comparison had shaped the rules.
    """

    id: str
    verdict: Annotated[FirstVerdict, _one_of("verdict", get_args(FirstVerdict))]
    clear: Annotated[Answer, _one_of("answer", get_args(Answer))]
    independent: Annotated[Answer, _one_of("answer", get_args(Answer))]
    value_a: Share
    value_b: Share
    error: Share


class PointRecord(Record):
    """A question about the rules on which sources differ or are silent: how it was decided, or why it is open."""

    point: str
    verdict: Annotated[Literal["settled", "open"], _one_of("verdict", ("settled", "open"))]
    decision: str
    source: str
    status: StatusField


NODES = Table(NodeRecord, ("name",))
ENVIRONMENT = Table(EnvironmentRecord, ("input",))
ALTERATIONS = Table(AlterationRecord, ("label",))
DRUGS = Table(DrugRecord, ("drug", "node"))
READ_OUTS = Table(ReadOutRecord, ("name",))
CHECKS = Table(CheckRecord, ("id", "condition_a", "condition_b", "readout"))
AFTER = Table(AfterRecord, ("id",))
FIRST_VERDICTS = Table(FirstVerdictRecord, ("id",))
POINTS = Table(PointRecord, ("point",))

TABLES: Mapping[str, Table] = MappingProxyType(
    {
        "nodes": NODES,
        "environment": ENVIRONMENT,
        "alterations": ALTERATIONS,
        "drugs": DRUGS,
        "read_outs": READ_OUTS,
        "settings": PARAMETERS,
        "checks_shaping": CHECKS,
        "checks_after": AFTER,
        "checks_after_first_verdicts": FIRST_VERDICTS,
        "points": POINTS,
    }
)
"""Tables of a network by the name of the file."""


@dataclass(frozen=True)
class CellTables:
    """What is known of one network; settings by symbol."""

    name: str
    rules: str
    nodes: tuple[NodeRecord, ...]
    environment: tuple[EnvironmentRecord, ...]
    alterations: tuple[AlterationRecord, ...]
    drugs: tuple[DrugRecord, ...]
    read_outs: tuple[ReadOutRecord, ...]
    settings: Mapping[str, Parameter]
    checks: tuple[CheckRecord, ...]
    checks_after: tuple[AfterRecord, ...]
    first_verdicts: tuple[FirstVerdictRecord, ...]
    points: tuple[PointRecord, ...]

    @property
    def modules(self) -> Mapping[str, tuple[str, ...]]:
        """Nodes of each module, which is one switch."""
        names = dict.fromkeys(node.module for node in self.nodes if node.module)
        return {name: tuple(node.name for node in self.nodes if node.module == name) for name in names}


@dataclass(frozen=True)
class Condition:
    """What is done to a cell: alterations, drugs and surroundings by their level (0 to 1), nodes held, modules off."""

    genotype: tuple[str, ...] = ()
    drugs: Mapping[str, float] = field(default_factory=dict)
    environment: Mapping[str, float] = field(default_factory=dict)
    held: Mapping[str, int] = field(default_factory=dict)
    off: tuple[str, ...] = ()


def network_names(root: Traversable | None = None) -> tuple[str, ...]:
    """Networks of the data folder ``root`` (the shipped one by default), in name order."""
    folder = child(root or shipped(), FOLDER)
    if not folder.is_dir():
        return ()
    return tuple(sorted(each.name for each in folder.iterdir() if (each / RULES).is_file()))


def circuit_files(root: Traversable | None = None) -> tuple[str, ...]:
    """Paths of the constants of all circuits of the data folder ``root``, relative to it, in name order."""
    folder = child(root or shipped(), FOLDER)
    names = sorted(each.name for each in folder.iterdir() if (each / CIRCUIT_FILE).is_file()) if folder.is_dir() else []
    return tuple(f"{FOLDER}/{name}/{CIRCUIT_FILE}" for name in names)


@cache
def cell_tables(name: str) -> CellTables:
    """The shipped tables of a network; InputError for an unknown one. Read once per process."""
    return read_cell_tables(name)


def read_cell_tables(name: str, root: Traversable | None = None) -> CellTables:
    """The tables of one network of a data folder; `InputErrors` when rows are invalid."""
    known = network_names(root)
    if name not in known:
        raise InputError(f"network {name!r} is unknown", remedy=did_you_mean(name, known))
    problems: list[Problem] = []
    held = entries_of(name, root or shipped(), problems)
    if problems:
        raise InputErrors([problem.as_error() for problem in problems])
    records = {stem: tuple(entry.record for entry in entries) for stem, entries in held.items()}
    return CellTables(
        name=name,
        rules=rules_of(name, root or shipped()),
        nodes=records["nodes"],
        environment=records["environment"],
        alterations=records["alterations"],
        drugs=records["drugs"],
        read_outs=records["read_outs"],
        settings=MappingProxyType({record.symbol: record for record in records["settings"]}),
        checks=records["checks_shaping"],
        checks_after=records["checks_after"],
        first_verdicts=records["checks_after_first_verdicts"],
        points=records["points"],
    )


def entries_of(name: str, root: Traversable, problems: list[Problem]) -> dict[str, list[Entry]]:
    """Every table of a network with the lines of its rows; what is wrong is appended to ``problems``."""
    return {stem: read_table(root, f"{FOLDER}/{name}/{stem}.csv", table, problems) for stem, table in TABLES.items()}


def rules_of(name: str, root: Traversable) -> str:
    """Text of the rules of a network."""
    return child(root, f"{FOLDER}/{name}/{RULES}").read_text(encoding="utf-8")


def parse_condition(text: str, where: str = "") -> Condition:
    """A condition as written in a table of checks; levels from 0 to 1, held nodes 0 or 1, alterations and modules none.

    >>> parse_condition("genotype=BRAF V600E,TP53; drugs=dabrafenib:0.9; environment=TGFB").drugs
    {'dabrafenib': 0.9}
    """
    parts: dict[str, dict[str, float]] = {key: {} for key in ("genotype", "drugs", "environment", "held", "off")}
    for piece in filter(None, (each.strip() for each in text.split(";"))):
        key, found, value = piece.partition("=")
        if not found or key.strip() not in parts:
            raise InputError(
                f"{piece!r} is no part of a condition", file=where or None, remedy=did_you_mean(key, parts)
            )
        for item in filter(None, (each.strip() for each in value.split(","))):
            name, stated, level = item.partition(":")
            parts[key.strip()][name.strip()] = _level(key.strip(), level, item, where) if stated else 1.0
    return Condition(
        genotype=tuple(parts["genotype"]),
        drugs=parts["drugs"],
        environment=parts["environment"],
        held={name: int(value) for name, value in parts["held"].items()},
        off=tuple(parts["off"]),
    )


def _level(key: str, text: str, item: str, where: str) -> float:
    """The level behind a name of one part of a condition."""
    remedy = "Write e.g. dabrafenib:0.9."
    try:
        value = float(text)
    except ValueError:
        raise InputError(f"{text.strip()!r} in {item!r} is not a number", file=where or None, remedy=remedy) from None
    if key in ("genotype", "off"):
        what, remedy = f"{key} takes names without a level", "Leave out what does not apply."
    elif key == "held" and value not in (0.0, 1.0):
        what, remedy = "a node is held at 0 or 1", "Write e.g. held=ERK:0."
    elif not 0.0 <= value <= 1.0:
        what = "a level lies between 0 and 1"
    else:
        return value
    raise InputError(f"{what}, not {item!r}", file=where or None, remedy=remedy)


def faults_of(
    name: str, held: Mapping[str, list[Entry]], rules: str, genes: Iterable[str], modules: Iterable[str]
) -> Iterator[Problem]:
    """What is wrong between the files of one network, its genes and its modules."""
    nodes = {entry.record.name: entry.record for entry in held["nodes"]}
    yield from _faults_of_rules(f"{FOLDER}/{name}/{RULES}", rules, nodes)
    yield from _faults_of_nodes(held["nodes"], tuple(modules))
    yield from _unknown_genes([*held["nodes"], *held["read_outs"]], tuple(genes))
    inputs = tuple(each for each, record in nodes.items() if record.is_input)
    for stem, column, known in (
        ("environment", "input", inputs),
        ("alterations", "input", inputs),
        ("drugs", "node", tuple(nodes)),
    ):
        for entry in held[stem]:
            yield from _unknown(entry, column, getattr(entry.record, column), known)
    yield from _faults_of_drugs(held["drugs"], inputs)
    for entry in held["read_outs"]:
        for word in dict.fromkeys(_WORD.findall(entry.record.expression)):
            yield from _unknown(entry, "expression", word, tuple(nodes))
    readable = (*nodes, *(entry.record.name for entry in held["read_outs"]))
    names = _names_in_conditions(held)
    for entry in held["checks_shaping"]:
        yield from _unknown(entry, "readout", entry.record.readout, readable)
        for column in ("condition_a", "condition_b"):
            text = getattr(entry.record, column)
            yield from _faults_of_condition(entry, column, partial(parse_condition, text), names)
    for entry in held["checks_after"]:
        yield from _unknown(entry, "read_out", entry.record.read_out, readable)
        for side in ("a", "b"):
            read = partial(entry.record.condition, side)
            yield from _faults_of_condition(entry, f"condition {side}", read, names)
    findings = tuple(entry.record.id for entry in held["checks_after"])
    for entry in held["checks_after_first_verdicts"]:
        yield from _unknown(entry, "id", entry.record.id, findings)


def _faults_of_drugs(entries: Iterable[Entry[DrugRecord]], inputs: tuple[str, ...]) -> Iterator[Problem]:
    for entry in entries:
        if entry.record.direction == "hold" and entry.record.node not in inputs:
            remedy = "Write inhibit or activate, or let an input of its own stand for the drug."
            yield entry.problem(f"only an input can be held; {entry.record.node} is none", remedy, "direction")


def _names_in_conditions(held: Mapping[str, list[Entry]]) -> dict[str, tuple[str, ...]]:
    """What may stand in each part of a condition."""
    modules = dict.fromkeys(entry.record.module for entry in held["nodes"] if entry.record.module)
    return {
        "genotype": tuple(entry.record.label for entry in held["alterations"]),
        "drugs": tuple(name for entry in held["drugs"] for name in (entry.record.drug, entry.record.alias) if name),
        "environment": tuple(
            name for entry in held["environment"] for name in (entry.record.input, entry.record.alias) if name
        ),
        "held": tuple(entry.record.name for entry in held["nodes"]),
        "off": (*modules, DRUG_SWITCH),
    }


def _faults_of_condition(
    entry: Entry, column: str, read: Callable[[], Condition], known: Mapping[str, tuple[str, ...]]
) -> Iterator[Problem]:
    """What cannot be read in a condition of a check, and names in it that nothing has, letter case apart."""
    try:
        condition = read()
    except InputError as error:
        yield entry.problem(error.message, error.remedy or "", column)
        return
    for part, names in known.items():
        folded = {name.casefold() for name in names}
        for name in getattr(condition, part):
            if name.casefold() not in folded:
                yield entry.problem(f"{part}: {name!r} is unknown", did_you_mean(name, dict.fromkeys(names)), column)


def _faults_of_rules(file: str, rules: str, nodes: Mapping[str, NodeRecord]) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, line in enumerate(rules.splitlines(), start=1):
        name, found, rule = (part.strip() for part in line.partition(","))
        if not found or name == "targets" or line.startswith("#"):
            continue
        seen.add(name)
        for word in (name, *dict.fromkeys(_WORD.findall(rule))):
            if word not in nodes:
                yield Problem(file, number, name, f"node {word} is not in nodes.csv", did_you_mean(word, nodes))
        if name in nodes and nodes[name].is_input != (rule == name):
            yield Problem(file, number, name, "an input has itself as its rule, and no rates", "Make both agree.")
    for name in nodes.keys() - seen:
        yield Problem(file, None, name, "the node has no rule", f"Write '{name}, {name}' if it is an input.")


def _faults_of_nodes(entries: Iterable[Entry], modules: tuple[str, ...]) -> Iterator[Problem]:
    for entry in entries:
        record = entry.record
        if (record.rate_up is None) != (record.rate_down is None):
            yield entry.problem("only one of the two rates is given", "Fill both, or none for an input.", "rate_up")
        if record.is_input == bool(record.rate_source and record.rate_status):
            what = "rates have a source and a status, an input has neither"
            yield entry.problem(what, "Write assumed where nothing was read.", "rate_source")
        if record.is_input == bool(record.module):
            yield entry.problem("a node with rates has a module, an input has none", "Fill or empty it.", "module")
        if record.module:
            yield from _unknown(entry, "module", record.module, modules)


def _unknown_genes(entries: Iterable[Entry], genes: tuple[str, ...]) -> Iterator[Problem]:
    for entry in entries:
        for symbol in filter(None, entry.record.hgnc.split(";")):
            yield from _unknown(entry, "hgnc", symbol, genes)


def _unknown(entry: Entry, column: str, name: str, known: tuple[str, ...]) -> Iterator[Problem]:
    if name not in known:
        yield entry.problem(f"{name!r} is unknown", did_you_mean(name, known), column)
