"""Adverse events that drugs and radiation cause: how often, how severe, and what is then done with the dose.

`toxicity.csv` holds one row per regimen, population and event, in the terms of MedDRA; an empty percentage was not
reported, which is not zero. Rows for `hazard` set what the model does (one per regimen and event), rows to `compare`
are other studies and composites. `adverse_events.csv` gives the CTCAE term and grades of each event,
`dose_modifications.csv` the reference dose and the rules of each drug.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, FiniteFloat, model_validator

from paget.knowledge.library import Library
from paget.knowledge.naming import did_you_mean
from paget.knowledge.reading import Entry, Problem, Table
from paget.knowledge.records import Percent, Record, StatusField, _one_of, fault

FILE = "toxicity.csv"
EVENTS_FILE = "adverse_events.csv"
DOSES_FILE = "dose_modifications.csv"

DAYS_PER_MONTH = 365.25 / 12
LEVELS = 4
"""Most dose levels that a drug may have, the full dose among them."""

Use = Literal["hazard", "compare"]
Basis = Literal["mg", "mg/m^2", "mg/kg", "Gy"]
AtGrade4 = Literal["reduce", "stop"]

Grade = Annotated[int, Field(ge=1, le=5)]
Positive = Annotated[FiniteFloat, Field(gt=0)]


class Toxicity(Record):
    """Share of `n` persons (%) in whom a regimen caused an event within `duration_months`, the median time on it.

    `drugs`: INN joined by ``+``. `fatal_percent`: deaths by the event.
    """

    drugs: str
    regimen: str
    n: Annotated[int, Field(gt=0)]
    population: str
    basis: str
    term: str
    any_grade_percent: Percent | None = None
    grade_3_plus_percent: Percent | None = None
    fatal_percent: Percent | None = None
    duration_months: Positive
    duration_source: str
    duration_status: StatusField
    use: Annotated[Use, _one_of("use of a row", get_args(Use))]
    source: str
    status: StatusField
    note: str = ""

    @model_validator(mode="after")
    def _nested(self) -> Self:
        reported = [
            (name, value)
            for name in ("any_grade_percent", "grade_3_plus_percent", "fatal_percent")
            if (value := getattr(self, name)) is not None
        ]
        if not {"any_grade_percent", "grade_3_plus_percent"} & {name for name, _ in reported}:
            raise fault("missing", "neither any grade nor grade 3 or more is given", "Fill one, or remove the row.")
        for (wider, most), (narrower, least) in pairwise(reported):
            if least > most:
                message = f"{narrower} {least:g} is more than {wider} {most:g}"
                raise fault("order", message, "The severe are among all: lower the one or raise the other.")
        return self

    @property
    def regimen_drugs(self) -> frozenset[str]:
        """Drugs of the regimen (INN)."""
        return frozenset(self.drugs.split("+"))

    @property
    def duration_days(self) -> float:
        """Days on treatment within which the events were counted."""
        return self.duration_months * DAYS_PER_MONTH

    @property
    def any_grade_share(self) -> float | None:
        """Share of persons with the event (0 to 1), None if not reported."""
        return _share(self.any_grade_percent)

    @property
    def grade_3_plus_share(self) -> float | None:
        """Share of persons with the event at grade 3 or more (0 to 1), None if not reported."""
        return _share(self.grade_3_plus_percent)

    @property
    def fatal_share(self) -> float | None:
        """Share of persons whom the event killed (0 to 1), None if not reported."""
        return _share(self.fatal_percent)


class AdverseEvent(Record):
    """An event by its MedDRA term: the term and the grades that CTCAE 5.0 gives it.

    `corticosteroids`: whether it is treated with them when a checkpoint inhibitor caused it.
    """

    term: str
    ctcae_term: str
    lowest_grade: Grade
    highest_grade: Grade
    corticosteroids: bool
    source: str
    status: StatusField
    note: str = ""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.lowest_grade > self.highest_grade:
            message = f"lowest_grade {self.lowest_grade} is above highest_grade {self.highest_grade}"
            raise fault("order", message, "Order them.")
        return self


class DoseModification(Record):
    """Reference dose of a drug (exposure 1) and what severe events do to it.

    `reference_dose` in `basis` every `interval_days`. `levels`: shares of the dose joined by ``;``, the full one
    first; after the last one the drug is stopped. `grade_4`: what the first event of grade 4 does.
    """

    drug: str
    reference_dose: Positive
    basis: Annotated[Basis, _one_of("basis of a dose", get_args(Basis))]
    interval_days: Positive
    levels: Annotated[str, Field(pattern=r"^\d+(\.\d+)?(;\d+(\.\d+)?)*$")]
    grade_4: Annotated[AtGrade4, _one_of("rule for grade 4", get_args(AtGrade4))]
    checkpoint_inhibitor: bool
    source: str
    status: StatusField
    note: str = ""

    @model_validator(mode="after")
    def _falling(self) -> Self:
        shares = self.dose_levels
        if shares[0] != 1 or len(shares) > LEVELS or any(later > earlier for earlier, later in pairwise(shares)):
            raise fault(
                "order", f"dose levels {self.levels!r} don't fall from 1", f"Write 1 and up to {LEVELS - 1} more."
            )
        return self

    @property
    def dose_levels(self) -> tuple[float, ...]:
        """Shares of the full dose, in the order in which they are tried."""
        return tuple(float(share) for share in self.levels.split(";"))

    @property
    def dose_rate(self) -> float:
        """Reference dose a day, in `basis`."""
        return self.reference_dose / self.interval_days


TOXICITY = Table(Toxicity, ("drugs", "regimen", "population", "term"))
"""The table toxicity.csv."""

ADVERSE_EVENTS = Table(AdverseEvent, ("term",))
"""The table adverse_events.csv."""

DOSE_MODIFICATIONS = Table(DoseModification, ("drug",))
"""The table dose_modifications.csv."""


def toxicity(library: Library | None = None) -> tuple[Toxicity, ...]:
    """All rows of toxicity.csv, in file order."""
    return (library or Library()).table(FILE, TOXICITY)


def adverse_events(library: Library | None = None) -> tuple[AdverseEvent, ...]:
    """All events that the model can cause, in file order."""
    return (library or Library()).table(EVENTS_FILE, ADVERSE_EVENTS)


def dose_modifications(library: Library | None = None) -> tuple[DoseModification, ...]:
    """Reference doses and rules of all drugs, in file order."""
    return (library or Library()).table(DOSES_FILE, DOSE_MODIFICATIONS)


def faults_of(entries: Iterable[Entry[Toxicity]], terms: Iterable[str], drugs: Iterable[str]) -> Iterator[Problem]:
    """Rows for hazards whose event or drug has no record of its own, and events that a regimen has twice."""
    terms, drugs = tuple(terms), tuple(drugs)
    first: dict[tuple[frozenset[str], str], Entry[Toxicity]] = {}
    for entry in entries:
        row = entry.record
        if row.use != "hazard":
            continue
        if row.term not in terms:
            yield entry.problem(f"adverse event {row.term!r} is unknown", did_you_mean(row.term, terms), "term")
        for drug in sorted(row.regimen_drugs - set(drugs)):
            message = f"drug {drug!r} is not in {DOSES_FILE}"
            yield entry.problem(message, did_you_mean(drug, drugs), "drugs")
        earlier = first.setdefault((row.regimen_drugs, row.term), entry)
        if earlier is not entry:
            message = f"the hazard of {row.term} is already set in line {earlier.line}"
            yield entry.problem(message, "Set the use of one to compare.", "use")


def _share(percent: float | None) -> float | None:
    return None if percent is None else percent / 100
