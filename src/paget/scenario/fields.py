"""The small types of scenario fields: each reads what the user wrote and says what would be right."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema, model_validator

from paget.knowledge.pd_l1_assays import PD_L1_ASSAYS, USUAL_ASSAY
from paget.scenario.faults import fault, shown
from paget.scenario.quantity import Quantity, QuantityOf, WholeNumber
from paget.scenario.units import finite, split

STAGES = ("IVA", "IVB", "IVC")
ENDPOINT_NAMES = {
    "OS": "overall survival",
    "CSS": "cause-specific survival",
    "PFS": "progression-free survival",
    "TTP": "time to progression",
    "ORR": "objective response rate",
    "DCR": "disease control rate",
    "DOR": "duration of response",
    "TTR": "time to response",
    "DMFS": "distant metastasis-free survival",
    "RMST": "restricted mean survival time",
}
"""Endpoints by abbreviation; a scenario may write either, in any case."""

ENDPOINTS = tuple(ENDPOINT_NAMES)
SCANNED_ENDPOINTS = ("PFS", "TTP", "ORR", "DCR", "DOR", "TTR", "DMFS")
"""Endpoints that need imaging."""
WILD_TYPE = "wild type"
ALTERED = "any"
LONGEST_NAME = 200
DAYS_PER_YEAR = 365.25

_ENDPOINT_ALIASES = {name: short for short, name in ENDPOINT_NAMES.items()}
_ENDPOINT_ALIASES |= {short.casefold(): short for short in ENDPOINTS}
_ENDPOINT_ALIASES |= {"dss": "CSS", "disease-specific survival": "CSS", "overall response rate": "ORR"}
_SEXES = {"female": "female", "male": "male", "f": "female", "m": "male"}
_SWITCHES = {"on": 1.0, "off": 0.0, "yes": 1.0, "no": 0.0}
_STRONGEST = 1000.0
_FEW = 20


class ScenarioRecord(BaseModel):
    """A part of a scenario: frozen, unknown keys rejected."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def did_you_mean(name: str, candidates: Iterable[str], *, otherwise: str = "") -> str:
    """The nearest valid names (imported late: the readers of knowledge cost time).

    otherwise: what to say where none is near and they are too many to list.
    """
    from paget.knowledge import did_you_mean as offered
    from paget.knowledge import nearest

    known = tuple(candidates)
    if len(known) > _FEW and not nearest(name, known):
        return otherwise or f"{len(known)} names are known; `paget show` lists them."
    return offered(name, known)


def text_of(given: object, what: str) -> str:
    """Printable text on one line; a pydantic error otherwise."""
    if not isinstance(given, str):
        raise fault(f"{shown(given)} is not text", f"Write {what}, in quotes if it looks like a number.")
    if len(given) > LONGEST_NAME or not given.strip() or not given.isprintable():
        raise fault(f"{shown(given)} will not do", f"Write {what}: 1 to {LONGEST_NAME} printable characters.")
    return given.strip()


def one_or_many(given: object, what: str) -> list[str]:
    """A list of texts; a single text stands for a list of one."""
    items = given if isinstance(given, list | tuple) else [given]
    return [text_of(item, what) for item in items]


def _named(what: str) -> BeforeValidator:
    return BeforeValidator(lambda given: text_of(given, what))


def choice(what: str, known: Callable[[], Iterable[str]], translate: dict[str, str] | None = None) -> BeforeValidator:
    """A validator for one of the names that ``known()`` lists; the nearest are offered."""

    def read(given: object) -> str:
        written = text_of(given, f"a {what}")
        name = (translate or {}).get(written.casefold(), written)
        names = {candidate.casefold(): candidate for candidate in known()}
        if name.casefold() not in names:
            raise fault(f"{what} {shown(written)} is unknown", did_you_mean(written, names.values()))
        return names[name.casefold()]

    return BeforeValidator(read)


def _stages(given: object) -> tuple[str, ...]:
    found: list[str] = []
    for name in one_or_many(given, "a stage"):
        label = re.sub(r"^stage\s+", "", name, flags=re.IGNORECASE).upper()
        if label != "IV" and label not in STAGES:
            raise fault(f"stage {shown(name)} is unknown", f"Write one or more of {', '.join(STAGES)}.")
        found.extend(STAGES if label == "IV" else [label])
    if not found:
        raise fault("the list of stages is empty", f"Write one or more of {', '.join(STAGES)}.")
    return tuple(stage for stage in STAGES if stage in found)


def _one_stage(given: object) -> str:
    stages = _stages(given)
    if len(stages) != 1 or isinstance(given, list):
        raise fault(f"{shown(given)} is not one stage", f"Write one of {', '.join(STAGES)}.")
    return stages[0]


def _endpoints(given: object) -> tuple[str, ...]:
    found: list[str] = []
    for name in one_or_many(given, "an endpoint"):
        label = _ENDPOINT_ALIASES.get(" ".join(name.casefold().split()))
        if label is None:
            raise fault(
                f"endpoint {shown(name)} is unknown", did_you_mean(name, (*ENDPOINTS, *ENDPOINT_NAMES.values()))
            )
        if label in found:
            raise fault(f"endpoint {label} stands twice", "Keep one.")
        found.append(label)
    if not found:
        raise fault("the list of endpoints is empty", "Write e.g. [OS, CSS].")
    return tuple(found)


def _strength(given: object) -> float:
    if isinstance(given, bool):
        return float(given)
    if isinstance(given, str) and given.casefold() in _SWITCHES:
        return _SWITCHES[given.casefold()]
    remedy = "Write on, off or a factor of at least 0, e.g. 0.4 for 40 % strength."
    if not isinstance(given, int | float):
        raise fault(f"{shown(given)} is not a switch", remedy)
    if not math.isfinite(given):
        raise fault(f"{shown(given)} is not a finite number", remedy)
    if given < 0:
        raise fault(f"{shown(given)} is negative", remedy)
    if given > _STRONGEST:
        raise fault(f"{shown(given)} is not plausible", f"Allowed: 0 to {_STRONGEST:g}.")
    return float(given)


def _strength_as_written(factor: float) -> str | float:
    return {0.0: "off", 1.0: "on"}.get(factor, factor)


def _yes_or_no(given: object) -> bool:
    words = {"yes": True, "no": False, "on": True, "off": False}
    if isinstance(given, str) and given.casefold() in words:
        return words[given.casefold()]
    if not isinstance(given, bool):
        raise fault(f"{shown(given)} is neither true nor false", "Write true or false.")
    return given


def _share(given: object) -> float:
    remedy = 'Write e.g. "1 %" or 0.01.'
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        raise fault(f"{shown(given)} is not a share", remedy)
    number, unit = split(given) if isinstance(given, str) else (float(given), "")
    finite(number, shown(given))
    if unit not in ("", "%"):
        raise fault(f"{shown(given)} is not a share", remedy)
    if not unit and number == 1.0:
        # One percent is the usual limit, and 1 as a share is everything.
        raise fault(f"{shown(given)} may mean 1 % or everything", 'Write "1 %" or "100 %".')
    share = number / 100.0 if unit else number
    if not 0.0 <= share <= 1.0:
        raise fault(f"{shown(given)} is no share", "Write 0 to 100 %, or less than 1 without a unit.")
    return share


def _share_as_written(share: float) -> str | float:
    return "100 %" if share == 1.0 else share


_NAME_SCHEMA = {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME}
_STAGE_SCHEMA = {"type": "string", "enum": list(STAGES)}
_STAGES_OR_ALL = {"type": "string", "enum": [*STAGES, "IV"]}


def _one_or_list(schema: dict[str, Any]) -> WithJsonSchema:
    return WithJsonSchema({"anyOf": [schema, {"type": "array", "items": schema, "minItems": 1}]})


Name = Annotated[str, _named("a name"), WithJsonSchema(_NAME_SCHEMA)]
Text = Annotated[str, BeforeValidator(lambda given: _paragraph(given)), WithJsonSchema({"type": "string"})]
Stages = Annotated[tuple[str, ...], BeforeValidator(_stages), _one_or_list(_STAGES_OR_ALL)]
Stage = Annotated[str, BeforeValidator(_one_stage), WithJsonSchema(_STAGE_SCHEMA)]
Endpoints = Annotated[
    tuple[str, ...],
    BeforeValidator(_endpoints),
    _one_or_list({"type": "string", "examples": [*ENDPOINTS, *ENDPOINT_NAMES.values()]}),
]
Sex = Annotated[str, choice("sex", lambda: ("female", "male"), _SEXES), WithJsonSchema({"enum": ["female", "male"]})]
Strength = Annotated[
    float,
    BeforeValidator(_strength),
    PlainSerializer(_strength_as_written),
    WithJsonSchema({"anyOf": [{"enum": ["on", "off"]}, {"type": "boolean"}, {"type": "number", "minimum": 0}]}),
]
YesNo = Annotated[bool, BeforeValidator(_yes_or_no), WithJsonSchema({"type": "boolean"})]
Share = Annotated[
    float,
    BeforeValidator(_share),
    PlainSerializer(_share_as_written),
    WithJsonSchema({
        "anyOf": [
            {"type": "number", "minimum": 0, "exclusiveMaximum": 1},
            {"type": "string", "pattern": r"^\s*[+]?[0-9.]+([eE][-+]?[0-9]+)?\s*%\s*$", "examples": ["1 %"]},
        ]
    }),
]  # fmt: skip
Assay = Annotated[str, choice("PD-L1 assay", lambda: PD_L1_ASSAYS), WithJsonSchema({"enum": list(PD_L1_ASSAYS)})]
Age = Annotated[Quantity, QuantityOf("time", 0.0, 43830.0, "70 years")]
Length = Annotated[Quantity, QuantityOf("length", 0.0, 500.0, "6 cm")]
Detection = Annotated[Quantity, QuantityOf("length", 0.1, 100.0, "5 mm")]
Time = Annotated[Quantity, QuantityOf("time", 1.0, 36525.0, "36 months")]
Ecog = Annotated[int, WholeNumber("a performance status", 0, 4)]
Seed = Annotated[int, WholeNumber("a seed", 0, 2**63 - 1)]
Count = Annotated[int, WholeNumber("a number", 1, 1_000_000)]


def _paragraph(given: object) -> str:
    if not isinstance(given, str) or len(given) > 10 * LONGEST_NAME:
        raise fault(f"{shown(given)} will not do", f"Write text of at most {10 * LONGEST_NAME} characters.")
    return " ".join(given.split())


class _Range(ScenarioRecord):
    @model_validator(mode="before")
    @classmethod
    def _is_a_range(cls, given: object) -> object:
        if isinstance(given, cls | dict):
            return given
        raise fault(f"{shown(given)} is not a range", f"Write e.g. {{min: {cls._example()}}}.")

    @model_validator(mode="after")
    def _ordered(self) -> _Range:
        low, high = self.bounds
        if low > high:
            raise fault("min is larger than max", "Swap them.")
        return self

    @classmethod
    def _example(cls) -> str:
        return "1"

    @property
    def bounds(self) -> tuple[float, float]:
        """Lowest and highest allowed value in the unit of the model; infinite where not given."""
        low, high = getattr(self, "min", None), getattr(self, "max", None)
        return (-math.inf if low is None else _number(low), math.inf if high is None else _number(high))


def _number(value: Any) -> float:
    return float(getattr(value, "value", value))


class AgeRange(_Range):
    """Ages from ``min`` to ``max``; bounds in days."""

    min: Age | None = Field(default=None)
    max: Age | None = Field(default=None)

    @classmethod
    def _example(cls) -> str:
        return "18 years"


class LengthRange(_Range):
    """Lengths from ``min`` to ``max``; bounds in mm."""

    min: Length | None = Field(default=None)
    max: Length | None = Field(default=None)

    @classmethod
    def _example(cls) -> str:
        return "2 cm"


class EcogRange(_Range):
    """ECOG performance status from ``min`` to ``max``."""

    min: Ecog | None = Field(default=None)
    max: Ecog | None = Field(default=None)

    @classmethod
    def _example(cls) -> str:
        return "0, max: 2"


class PdL1Range(_Range):
    """Tumour cells that an antibody against PD-L1 stains, from ``min`` to ``max``; bounds as shares."""

    min: Share | None = Field(default=None)
    max: Share | None = Field(default=None)
    assay: Assay = Field(default=USUAL_ASSAY, description="Antibody; the measured PD-L1 of every patient is its.")

    @classmethod
    def _example(cls) -> str:
        return "1 %"
