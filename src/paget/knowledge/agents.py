"""Agents as data: one folder per international nonproprietary name, ``drugs/<inn>/``.

``drug.yaml`` says what the agent is, what it hits and how it acts in the model; ``pharmacokinetics.csv`` holds the
numbers of its compartments, one record per symbol of `SYMBOLS`; ``observed.csv`` holds published observables that were
no inputs, for comparison. A new agent is a new folder. Nothing here simulates; `therapy.pharmacokinetics` does.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, FiniteFloat, model_validator

from paget.errors import InputError, InputErrors
from paget.knowledge.library import PARAMETERS, Library
from paget.knowledge.naming import did_you_mean
from paget.knowledge.reading import Entry, Problem, Table, child, read_mapping, read_table
from paget.knowledge.records import Label, Parameter, Record, StatusField, Unit, _one_of, check_order, fault
from paget.knowledge.regimen import Regimen, Route, regimen

FOLDER = "drugs"

Way = Literal["network", "cytotoxic", "antiangiogenic", "pd1_blockade"]
CyclePhase = Literal["any", "G1", "S", "G2/M", "M"]
Basis = Literal["apparent", "absolute"]
Size = Literal["small molecule", "antibody"]
Observable = Literal[
    "AUC", "Cmax", "Cmin", "tmax", "half-life", "accumulation", "clearance iv", "steady-state volume iv", "none"
]
Occasion = Literal["first dose", "steady state"]

NONE_PUBLISHED = "none"
"""The observable of the row that says that nothing was found to compare with."""

SYMBOLS: Mapping[str, str] = MappingProxyType(
    {
        "clearance": "L/h",
        "central_volume": "L",
        "flow": "L/h",
        "peripheral_volume": "L",
        "second_flow": "L/h",
        "second_peripheral_volume": "L",
        "absorption_rate": "1/h",
        "lag_time": "h",
        "input_duration": "h",
        "direct_share": "1",
        "bioavailability": "1",
        "infusion_duration": "h",
        "unbound_fraction": "1",
        "molar_mass": "g/mol",
        "clearance_cv": "%",
        "volume_cv": "%",
        "induction_ratio": "1",
        "induction_time": "h",
        "reference_weight": "kg",
        "reference_surface": "m^2",
        "clearance_size_exponent": "1",
        "volume_size_exponent": "1",
    }
)
"""Symbols of pharmacokinetics.csv with the unit of each; what each means stands in the records."""

REQUIRED = ("clearance", "central_volume", "unbound_fraction", "molar_mass")
REQUIRED_BY_ROUTE: Mapping[Route, str] = MappingProxyType({"oral": "absorption_rate", "iv": "infusion_duration"})
TOGETHER = (
    ("flow", "peripheral_volume"),
    ("second_flow", "second_peripheral_volume"),
    ("induction_ratio", "induction_time"),
    ("clearance_size_exponent", "volume_size_exponent"),
)
"""Symbols of which neither means anything without the other."""

_NMOL_PER_MMOL = 1e6
_PERCENT = 100.0
_NUMBER_BITS = 0x3FFFFFFF


class Act(Record):
    """One way in which an agent acts in the model.

    ``network``: inhibits nodes of the cells' network (networks/<name>/drugs.csv). ``cytotoxic``: kills dividing cells
    in ``cycle_phase``. ``antiangiogenic``: blocks VEGF receptors of endothelium; the potency on ``target`` decides.
    ``pd1_blockade``: frees T cells from PD-1.
    """

    how: Annotated[Way, _one_of("way to act", get_args(Way))]
    cycle_phase: Annotated[CyclePhase, _one_of("phase of the cell cycle", get_args(CyclePhase))] | None = None
    target: str | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for way, field in (("cytotoxic", "cycle_phase"), ("antiangiogenic", "target")):
            if (getattr(self, field) is not None) != (self.how == way):
                raise fault("act", f"{field} belongs to {way} and to nothing else", f"Give {field} with {way} only.")
        return self


class DrugRecord(Record):
    """What an agent is (``drug.yaml``); ``label``: what it is mainly aimed at, the seed, its dispersal or the soil.

    ``clearance_is``: whether clearance and volumes are apparent (over bioavailability) or absolute; ``left_out``: what
    of its pharmacokinetics the compartments cannot say; ``regimen``: as it is usually given.
    """

    inn: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 -]*$")]
    aliases: tuple[str, ...] = ()
    drug_class: str
    who_atc_code: Annotated[str, Field(pattern=r"^[A-Z]\d\d[A-Z]{2}\d\d$")] | None = None
    targets: tuple[str, ...] = ()
    mechanism: str
    acts: tuple[Act, ...] = ()
    label: Annotated[Label, _one_of("label", get_args(Label))]
    size: Annotated[Size, _one_of("size", get_args(Size))] = "small molecule"
    route: Annotated[Route, _one_of("route", get_args(Route))]
    regimen: str
    clearance_is: Annotated[Basis, _one_of("basis of clearance", get_args(Basis))]
    left_out: str = ""
    source: str
    status: StatusField

    @model_validator(mode="after")
    def _given_as_it_says(self) -> Self:
        read = readable(self.regimen)
        if read is None or read.name != self.inn or read.route != self.route:
            raise fault("regimen", f"{self.regimen!r} is no {self.route} regimen of {self.inn}", "See regimen.py.")
        return self


class Observed(Record):
    """A published observable that was no input; value in ``unit`` under ``regimen``, at the ``occasion``.

    ``why_off``: why the model misses it, where it does. The observable ``none`` says that nothing was found.
    """

    observable: Annotated[Observable, _one_of("observable", get_args(Observable))]
    regimen: str = ""
    occasion: Annotated[Occasion, _one_of("occasion", get_args(Occasion))] | None = None
    value: FiniteFloat | None = None
    low: FiniteFloat | None = None
    high: FiniteFloat | None = None
    unit: Unit | None = None
    source: str
    status: StatusField
    why_off: str = ""
    note: str = ""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        whole = self.value is not None and self.unit is not None and self.occasion is not None
        if (self.observable == NONE_PUBLISHED) == whole or (whole and readable(self.regimen) is None):
            raise fault("observable", "regimen, occasion, value and unit do not fit", "Give all four, or none.")
        if self.value is not None:
            check_order(self.low, self.value, self.high, "low", "high")
        return self


OBSERVED = Table(Observed, ("observable", "regimen", "occasion", "source"))
"""The table observed.csv."""


@dataclass(frozen=True)
class Drug:
    """An agent: what it is, its pharmacokinetic records by symbol, and what was published to compare with."""

    record: DrugRecord
    pharmacokinetics: Mapping[str, Parameter]
    observed: tuple[Observed, ...]

    @property
    def inn(self) -> str:
        """International nonproprietary name."""
        return self.record.inn

    @property
    def acts(self) -> tuple[Act, ...]:
        """How it acts in the model."""
        return self.record.acts

    @property
    def usual(self) -> Regimen:
        """How it is usually given."""
        return regimen(self.record.regimen)

    @property
    def number(self) -> int:
        """Number of the agent in addresses of draws: from its name alone, so that no other agent shifts it."""
        return zlib.crc32(self.inn.encode()) & _NUMBER_BITS

    @property
    def unbound_nmol_per_mg(self) -> float:
        """Unbound nmol per mg of drug in plasma: mg/L of all drug times this is nmol/L of free drug."""
        return _NMOL_PER_MMOL * self.value("unbound_fraction", 1.0) / self.value("molar_mass", 1.0)

    def value(self, symbol: str, default: float) -> float:
        """Value of a record in the unit of `SYMBOLS`, or `default` where the agent has none."""
        record = self.pharmacokinetics.get(symbol)
        return default if record is None else record.value

    def variation(self, symbol: str) -> float:
        """Coefficient of variation between persons as a fraction (clearance_cv, volume_cv); 0 where none is given."""
        return self.value(symbol, 0.0) / _PERCENT

    def acts_by(self, how: Way) -> Act | None:
        """Its act of one kind, or None."""
        return next((act for act in self.acts if act.how == how), None)


class Drugs(Mapping[str, Drug]):
    """All agents by INN, read when first asked for; an alias finds the agent too, in any letter case."""

    def __init__(self, library: Library | None = None) -> None:
        self._given = library
        self._read: dict[str, Drug] = {}

    @cached_property
    def _root(self) -> Traversable:
        return (self._given or Library()).root

    @cached_property
    def _folders(self) -> tuple[str, ...]:
        return drug_folders(self._root)

    @cached_property
    def _names(self) -> Mapping[str, str]:
        """Folder by every name, case-folded."""
        found = {folder.casefold(): folder for folder in self._folders}
        for folder in self._folders:
            for alias in self._record(folder).aliases:
                found.setdefault(alias.casefold(), folder)
        return found

    def __getitem__(self, name: str) -> Drug:
        """Return the agent of an INN or alias; KeyError for an unknown one: `named` offers the nearest."""
        folder = name if name in self._folders else self._names.get(name.casefold())
        if folder is None:
            raise UnknownDrug(name, did_you_mean(name, self._names))
        if folder not in self._read:
            self._read[folder] = self._drug(folder)
        return self._read[folder]

    def __iter__(self) -> Iterator[str]:
        return iter(self._folders)

    def __len__(self) -> int:
        return len(self._folders)

    def __repr__(self) -> str:
        return f"Drugs({', '.join(self._folders)})"

    def _record(self, folder: str) -> DrugRecord:
        problems: list[Problem] = []
        entry = read_mapping(self._root, f"{FOLDER}/{folder}/drug.yaml", DrugRecord, problems)
        _raise_all(problems)
        assert entry is not None
        return entry.record

    def _drug(self, folder: str) -> Drug:
        problems: list[Problem] = []
        record = self._record(folder)
        numbers = read_table(self._root, f"{FOLDER}/{folder}/pharmacokinetics.csv", PARAMETERS, problems)
        observed = read_table(self._root, f"{FOLDER}/{folder}/observed.csv", OBSERVED, problems)
        problems += faults_of_numbers(record, f"{FOLDER}/{folder}/pharmacokinetics.csv", numbers)
        _raise_all(problems)
        by_symbol = MappingProxyType({entry.record.symbol: entry.record for entry in numbers})
        return Drug(record, by_symbol, tuple(entry.record for entry in observed))


class UnknownDrug(InputError, KeyError):
    """No agent of this name; both a KeyError, as a mapping must raise, and an error for the user with its remedy."""

    def __init__(self, name: str, remedy: str) -> None:
        super().__init__(f"drug {name!r} is unknown", remedy=remedy)


def drug_folders(root: Traversable) -> tuple[str, ...]:
    """Names of the folders under ``drugs/`` that hold a ``drug.yaml``."""
    folder = child(root, FOLDER)
    if not folder.is_dir():
        return ()
    return tuple(sorted(each.name for each in folder.iterdir() if (each / "drug.yaml").is_file()))


def readable(text: str) -> Regimen | None:
    """The regimen that a text says, or None."""
    try:
        return regimen(text)
    except InputError:
        return None


def entries_of(folder: str, root: Traversable, problems: list[Problem]) -> dict[str, list[Entry]]:
    """Valid entries of one agent's folder by file stem; what is wrong with the others goes to `problems`."""
    path = f"{FOLDER}/{folder}"
    record = read_mapping(root, f"{path}/drug.yaml", DrugRecord, problems)
    return {
        "drug": [] if record is None else [record],
        "pharmacokinetics": read_table(root, f"{path}/pharmacokinetics.csv", PARAMETERS, problems),
        "observed": read_table(root, f"{path}/observed.csv", OBSERVED, problems),
    }


def faults_of_numbers(record: DrugRecord, path: str, numbers: Iterable[Entry[Parameter]]) -> list[Problem]:
    """What is wrong between the records of one agent: unknown or missing symbols, other units, impossible values."""
    found: list[Problem] = []
    symbols: set[str] = set()
    for entry in numbers:
        symbols.add(entry.record.symbol)
        found += _faults_of_number(entry)
    needed = [*REQUIRED, REQUIRED_BY_ROUTE[record.route]]
    for pair in TOGETHER:
        needed += pair if symbols & set(pair) else ()
    for symbol in needed:
        if symbol not in symbols:
            found.append(Problem(path, None, symbol, "the record is missing", f"Add it, in {SYMBOLS[symbol]}."))
    return found


def _faults_of_number(entry: Entry[Parameter]) -> Iterator[Problem]:
    symbol, unit, value = entry.record.symbol, entry.record.unit, entry.record.value
    if symbol not in SYMBOLS:
        yield entry.problem(f"symbol {symbol!r} is unknown", did_you_mean(symbol, SYMBOLS), "symbol")
        return
    if unit != SYMBOLS[symbol]:
        yield entry.problem(f"the unit is {unit}", f"Write it in {SYMBOLS[symbol]}.", "unit")
    if value < 0 or (value == 0 and symbol in (*REQUIRED, "absorption_rate", "peripheral_volume")):
        yield entry.problem(f"{value:g} is impossible", "Write a positive number.", "value")


def faults_of(
    held: Mapping[str, Mapping[str, list[Entry]]], network_drugs: Iterable[str], potent: Iterable[tuple[str, str]]
) -> Iterator[Problem]:
    """What is wrong between agents, and between an agent and the rest of the data.

    held: `entries_of` by folder. network_drugs: agents of any network. potent: agent and HGNC target with a potency.
    """
    known, potencies = set(network_drugs), set(potent)
    owner: dict[str, str] = {}
    for folder, files in held.items():
        for entry in files["drug"]:
            record: DrugRecord = entry.record
            yield from faults_of_numbers(record, f"{FOLDER}/{folder}/pharmacokinetics.csv", files["pharmacokinetics"])
            if record.inn != folder:
                yield entry.problem(f"the INN differs from the folder {folder!r}", "Name both alike.", "inn")
            for name in (record.inn, *record.aliases):
                if owner.setdefault(name.casefold(), folder) != folder:
                    other = owner[name.casefold()]
                    yield entry.problem(f"{name!r} is already a name of {other}", "Remove one.", "aliases")
            for act in record.acts:
                yield from _faults_of_act(entry, act, known, potencies)


def _faults_of_act(
    entry: Entry[DrugRecord], act: Act, known: set[str], potencies: set[tuple[str, str]]
) -> Iterator[Problem]:
    inn = entry.record.inn
    if act.how == "network" and inn not in known:
        yield entry.problem("no network has an entry for it", "Add one to networks/<name>/drugs.csv.", "acts")
    if act.how == "antiangiogenic" and (inn, act.target) not in potencies:
        yield entry.problem(f"no potency on {act.target} is known", "Add one to potency.csv.", "acts")


def _raise_all(problems: list[Problem]) -> None:
    if problems:
        raise InputErrors([problem.as_error() for problem in problems])
