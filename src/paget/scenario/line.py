"""One line of treatment: what is given together, what begins it and what ends it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, PlainSerializer, PlainValidator, WithJsonSchema, model_validator

from paget.scenario.faults import fault, shown
from paget.scenario.fields import Name, ScenarioRecord, did_you_mean
from paget.scenario.local_treatment import (
    RADIATION_EXAMPLE,
    SURGERY_EXAMPLE,
    Operation,
    Radiation,
    parse_operation,
    parse_radiation,
)
from paget.scenario.phrase import NUMBER, tidy
from paget.scenario.quantity import Quantity, QuantityOf, parse_quantity
from paget.scenario.regimen import EXAMPLE, Regimen, known_regimen
from paget.trial.treatment import (
    AFTER_START,
    CLINICAL_PROGRESSION,
    COMPLETE_RESPONSE,
    DURATION,
    END_OF_RADIOTHERAPY,
    PREVIOUS_LINE_ENDED,
    PROGRESSION,
    RESECTABLE,
    UNACCEPTABLE_TOXICITY,
)

MOST_LINES = 20
MOST_DRUGS = 10
MOST_CYCLES = 200
LONGEST_DAYS = 36525.0

BEGINNINGS = (PREVIOUS_LINE_ENDED, PROGRESSION, RESECTABLE)
ENDINGS = (PROGRESSION, UNACCEPTABLE_TOXICITY, RESECTABLE, COMPLETE_RESPONSE, CLINICAL_PROGRESSION, END_OF_RADIOTHERAPY)
DRUGS_UNTIL = (PROGRESSION, UNACCEPTABLE_TOXICITY)
"""What ends a line with drugs where the scenario does not say."""

_CYCLES = re.compile(rf"({NUMBER}) cycles?")
_AFTER = re.compile(r"(.+) after (?:the )?start(?: of treatment)?")
_COMMA = "In { … } a comma ends a value: put it in quotes, or write one key a line."


@dataclass(frozen=True)
class Event:
    """What begins or ends a line, by its kind in trial/treatment.py; `days` of a duration, or `cycles` of the drugs."""

    kind: str
    text: str
    days: float | None = None
    cycles: int | None = None

    def __str__(self) -> str:
        return self.text


def beginning(given: object) -> Event:
    """``progression``, ``resectable``, ``previous line ended`` or ``3 months after start``; a pydantic error else."""
    if isinstance(given, Event):
        return given
    text = tidy(given, "when the line begins", PREVIOUS_LINE_ENDED)
    if text in BEGINNINGS:
        return Event(text, text)
    after = _AFTER.fullmatch(text)
    if after is None:
        offered = (*BEGINNINGS, "3 months after start")
        raise fault(f"{shown(given)} does not begin a line", did_you_mean(text, offered))
    since = parse_quantity(after[1], "time", 0.0, LONGEST_DAYS, "3 months")
    return Event(AFTER_START, f"{since} after start", days=since.value)


def ending(given: object) -> Event:
    """One of `ENDINGS`, a number of cycles or a time; a pydantic error otherwise."""
    if isinstance(given, Event):
        return given
    if isinstance(given, int | float) and not isinstance(given, bool):
        raise fault(f"{shown(given)} has no unit", 'Write e.g. "6 cycles" or "6 months".')
    text = tidy(given, "when the line ends", PROGRESSION)
    if text in ENDINGS:
        return Event(text, text)
    cycles = _CYCLES.fullmatch(text)
    if cycles is not None:
        return _of_cycles(float(cycles[1]), shown(given))
    if text[0] in "-0123456789.":
        lasting = parse_quantity(text, "time", 1.0, LONGEST_DAYS, "6 months")
        return Event(DURATION, str(lasting), days=lasting.value)
    raise fault(f"{shown(given)} does not end a line", did_you_mean(text, (*ENDINGS, "6 cycles", "6 months")))


def _of_cycles(number: float, written: str) -> Event:
    if not number.is_integer() or not 1 <= number <= MOST_CYCLES:
        raise fault(f"{written} will not do", f"Write 1 to {MOST_CYCLES} cycles.")
    return Event(DURATION, f"{int(number)} {'cycle' if number == 1 else 'cycles'}", cycles=int(number))


def _events(read: Callable[[object], Event]) -> Callable[[object], tuple[Event, ...]]:
    def read_all(given: object) -> tuple[Event, ...]:
        events = [read(item) for item in (given if isinstance(given, list | tuple) else [given])]
        for event in events:
            if events.count(event) > 1:
                raise fault(f"{shown(event.text)} stands twice", "Keep one.")
        return tuple(events)

    return read_all


def _texts(events: tuple[Event, ...]) -> list[str]:
    return [str(event) for event in events]


def _text_schema(*examples: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "examples": list(examples)})


def _texts_schema(*examples: str) -> WithJsonSchema:
    text: dict[str, Any] = {"type": "string", "examples": list(examples)}
    return WithJsonSchema({"anyOf": [text, {"type": "array", "items": text}]})


RegimenField = Annotated[Regimen, PlainValidator(known_regimen), PlainSerializer(str), _text_schema(EXAMPLE)]
RadiationField = Annotated[
    Radiation, PlainValidator(parse_radiation), PlainSerializer(str), _text_schema(RADIATION_EXAMPLE)
]
OperationField = Annotated[
    Operation, PlainValidator(parse_operation), PlainSerializer(str), _text_schema(SURGERY_EXAMPLE)
]
Drugs = Annotated[tuple[RegimenField, ...], Field(max_length=MOST_DRUGS), _texts_schema(EXAMPLE)]
Beginnings = Annotated[
    tuple[Event, ...],
    PlainValidator(_events(beginning)),
    PlainSerializer(_texts),
    _texts_schema(*BEGINNINGS, "3 months after start"),
]
Endings = Annotated[
    tuple[Event, ...],
    PlainValidator(_events(ending)),
    PlainSerializer(_texts),
    _texts_schema(*ENDINGS, "6 cycles", "6 months"),
]
Delay = Annotated[Quantity, QuantityOf("time", 0.0, 3652.5, "4 weeks")]


class Line(ScenarioRecord):
    """Drugs and radiation given together, or an operation; any one of `when` begins it, any one of `until` ends it."""

    name: Name | None = Field(default=None, description="Shown in the report; what is given, if left out.")
    drugs: Drugs = Field(default=(), description="Drug, dose, schedule, route; `paget show drugs` lists the drugs.")
    radiotherapy: RadiationField | None = Field(default=None, description="Dose, fractions, sites; from day 1 on.")
    surgery: OperationField | None = Field(default=None, description="An operation, in a line of its own.")
    when: Beginnings = Field(
        default=(Event(PREVIOUS_LINE_ENDED, PREVIOUS_LINE_ENDED),), description="What begins it, any one of them."
    )
    until: Endings = Field(
        default=(),
        description=f"What ends it, any one of them. Left out: {' or '.join(DRUGS_UNTIL)} for a line with drugs (with "
        f"radiation also {END_OF_RADIOTHERAPY}), nothing for any other. []: it goes on until all is given, or death.",
    )
    delay: Delay | None = Field(default=None, description="Time from what begins it to its first day.")

    @model_validator(mode="before")
    @classmethod
    def _with_its_end(cls, given: object) -> object:
        """The usual end of a line with drugs, so that the resolved scenario shows it."""
        if not isinstance(given, dict):
            return given
        for key, value in given.items():
            if value is None and key not in cls.model_fields:
                raise fault(f"{shown(key)} stands without a value", _COMMA)
        written = {key: value for key, value in given.items() if value is not None}
        if isinstance(written.get("drugs"), str):
            written["drugs"] = [written["drugs"]]
        if not written.get("drugs") or "until" in written:
            return written
        also = [END_OF_RADIOTHERAPY] if "radiotherapy" in written else []
        return {**written, "until": [*DRUGS_UNTIL, *also]}

    @property
    def cycle_days(self) -> int | None:
        """Days of a cycle: the longest of its drugs'; None without one."""
        return max((days for drug in self.drugs if (days := drug.schedule.cycle_days)), default=None)

    @property
    def delay_days(self) -> float:
        """Days from what begins it to its first day."""
        return 0.0 if self.delay is None else self.delay.value

    @property
    def given_for(self) -> float | None:
        """Days after which all has been given, without radiation's exact end; None: it goes on."""
        ends = [drug.ends_after for drug in self.drugs]
        if any(end is None for end in ends):
            return None
        return float(max((end for end in ends if end is not None), default=0))

    @property
    def has_an_end(self) -> bool:
        """Whether anything but death ends it."""
        return bool(self.until) or self.given_for is not None

    @property
    def title(self) -> str:
        """Its name, or else what it gives."""
        if self.name is not None:
            return self.name
        radiation = [] if self.radiotherapy is None else ["radiotherapy"]
        operation = [] if self.surgery is None else [str(self.surgery)]
        return " + ".join([*dict.fromkeys(drug.drug for drug in self.drugs), *radiation, *operation])
