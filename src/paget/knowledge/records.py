"""The records of what is known: one frozen, validated model per kind of row.

A constraint is declared here once; the loader raises it as an `InputError`, `check` lists it as a `Problem`. Every
record with a number carries its unit (a column, or the name of the field), the id of its source and a status:

measured
    read in the source, which has a well-formed DOI, PMID or address
derived
    computed from measured numbers as the note says
fitted
    result of calibration
assumed
    everything else, unverified and unconfirmed values included
"""

from __future__ import annotations

from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, FiniteFloat, model_validator
from pydantic_core import PydanticCustomError

from paget.knowledge import identifiers
from paget.knowledge.naming import did_you_mean
from paget.knowledge.units import UNITS

Status = Literal["measured", "derived", "fitted", "assumed"]
SiteKind = Literal["primary", "node", "organ", "serosa"]
Route = Literal["blood", "portal", "lymph"]
Role = Literal["oncogene", "tumour suppressor", "other"]
Label = Literal["seed", "dispersal", "soil", "local", "clinical"]

ASSUMED_SOURCE = "assumed"


def fault(kind: str, message: str, remedy: str) -> PydanticCustomError:
    """Return a validation error whose text is for the user and carries the remedy."""
    return PydanticCustomError(kind, "{message}", {"message": message, "remedy": remedy})  # type: ignore[arg-type]


def _one_of(what: str, choices: tuple[str, ...]) -> BeforeValidator:
    def known(value: object) -> object:
        if isinstance(value, str) and value not in choices:
            raise fault("vocabulary", f"{value!r} is not a known {what}", did_you_mean(value, choices))
        return value

    return BeforeValidator(known)


def _in_vocabulary(value: object) -> object:
    if isinstance(value, str) and value not in UNITS:
        raise fault("unit", f"unit {value!r} is not in the vocabulary", did_you_mean(value, UNITS))
    return value


def _well_formed(kind: str) -> BeforeValidator:
    def checked(value: object) -> object:
        if isinstance(value, str) and not identifiers.FORMS[kind](value):
            raise fault("identifier", f"{value!r} is not a well-formed {kind.upper()}", identifiers.REMEDIES[kind])
        return value

    return BeforeValidator(checked)


Unit = Annotated[str, BeforeValidator(_in_vocabulary)]
StatusField = Annotated[Status, _one_of("status", get_args(Status))]
Share = Annotated[FiniteFloat, Field(ge=0, le=1)]
Percent = Annotated[FiniteFloat, Field(ge=0, le=100)]


class Record(BaseModel):
    """A row of a table; frozen, unknown columns rejected."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Source(Record):
    """Where a fact was read; ``identifier_confirmed``: some of DOI, PMID and address were checked to be this work's."""

    id: str
    citation: str
    doi: Annotated[str | None, _well_formed("doi")] = None
    pmid: Annotated[str | None, _well_formed("pmid")] = None
    url: Annotated[str | None, _well_formed("url")] = None
    identifier_confirmed: bool = False

    @property
    def supports_measured(self) -> bool:
        """Whether a record may claim to be measured here: some identifier, and a confirmed one."""
        return self.identifier_confirmed and any((self.doi, self.pmid, self.url))


class Cited(BaseModel):
    """The part that rows of tables read elsewhere share: a source and a status."""

    model_config = ConfigDict(frozen=True, extra="allow", defer_build=True)

    source: str
    status: StatusField


class Parameter(Record):
    """A number of the model: ``value`` within ``low`` … ``high`` (where given), in ``unit``."""

    symbol: str
    meaning: str
    value: FiniteFloat
    low: FiniteFloat | None = None
    high: FiniteFloat | None = None
    unit: Unit
    source: str
    status: StatusField
    note: str = ""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        check_order(self.low, self.value, self.high, "low", "high")
        return self


class Site(Record):
    """A place of the body; blood share in % of cardiac output (raw, see `Library.flow_shares`), tissue mass in g."""

    id: str
    name: str
    icdo3_code: Annotated[str, Field(pattern=r"^C\d\d\.\d$")]
    icdo3_name: str
    kind: Annotated[SiteKind, _one_of("kind of site", get_args(SiteKind))]
    cardiac_output_share_percent: Percent
    source: str
    status: StatusField
    tissue_mass_g: Annotated[FiniteFloat, Field(gt=0)] | None = None
    mass_source: str | None = None
    mass_status: StatusField | None = None
    note: str = ""

    @model_validator(mode="after")
    def _mass_is_cited(self) -> Self:
        if self.tissue_mass_g is not None and not (self.mass_source and self.mass_status):
            raise fault("missing", "tissue_mass_g has no mass_source or mass_status", "Fill both columns.")
        return self


class FlowLink(Record):
    """Outflow of ``origin`` that reaches ``target`` by ``route``; ``share`` is a fraction of that route's outflow.

    Ends are site ids, ``veins`` (systemic venous return) or ``arteries``.
    """

    origin: str
    target: str
    route: Annotated[Route, _one_of("route", get_args(Route))]
    share: Share
    source: str
    status: StatusField
    note: str = ""


class Gene(Record):
    """A gene by its HGNC symbol."""

    symbol: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9-]*$")]
    name: str
    role: Annotated[Role, _one_of("role", get_args(Role))]
    hgnc_id: Annotated[str, Field(pattern=r"^HGNC:\d+$")]


class Alias(Record):
    """A name that stands for several genes, e.g. ``RAS``; ``members`` are HGNC symbols joined by ``;``."""

    alias: str
    members: str
    meaning: str

    @property
    def symbols(self) -> tuple[str, ...]:
        """Members, as HGNC symbols."""
        return tuple(self.members.split(";"))


class Mechanism(Record):
    """A switchable mechanism; ``name`` is the stem of ``file``, ``label`` says what it acts on (seed, soil …)."""

    name: str
    step: str
    label: Annotated[Label, _one_of("label", get_args(Label))]
    scale: str
    file: str
    meaning: str
    source: str
    status: StatusField


def check_order(low: float | None, value: float, high: float | None, low_name: str, high_name: str) -> None:
    """Raise unless low <= value <= high, where given."""
    if low is not None and low > value:
        raise fault(
            "order",
            f"{low_name} {low:g} lies above value {value:g}",
            f"Order them: {low_name} <= value <= {high_name}.",
        )
    if high is not None and high < value:
        raise fault(
            "order",
            f"{high_name} {high:g} lies below value {value:g}",
            f"Order them: {low_name} <= value <= {high_name}.",
        )
