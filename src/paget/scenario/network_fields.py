"""The small types of a network scenario: shares, doses, states, times in the network's unit, node names and rules."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from paget.scenario.faults import fault, shown
from paget.scenario.fields import one_or_many, text_of
from paget.scenario.quantity import Quantity, WholeNumber, parse_quantity
from paget.scenario.units import convert, finite, split

LONGEST_RULE = 10_000
TIME_UNITS = {"min": "min", "minutes": "min", "h": "h", "hours": "h", "d": "d", "days": "d"}
CONCENTRATION_UNIT = "nmol/L"
MOST_TRAJECTORIES = 10_000_000
FEWEST_TRAJECTORIES = 10
"""Below it a standard error says nothing."""

_LONGEST_DAYS = 36525.0
_LONGEST_PATH = 4096
_SHARE_SIGNS = ("%", "percent")
_HIGHEST_CONCENTRATION = 1e9


def number_of(given: object, what: str, remedy: str) -> float:
    """A finite number; a pydantic error otherwise."""
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise fault(f"{shown(given)} is not {what}", remedy)
    return finite(float(given), shown(given))


def share_of(given: object) -> float:
    """A share from 0 to 1, written as such or in per cent; a pydantic error otherwise."""
    remedy = 'Write a share from 0 to 1, e.g. 0.9, or "90 %".'
    if isinstance(given, str):
        number, unit = split(given)
        if unit not in _SHARE_SIGNS:
            raise fault(f"{shown(given)} is not a share", remedy)
        given = convert(number, "%", "1")
    value = number_of(given, "a share", remedy)
    if not 0.0 <= value <= 1.0:
        raise fault(f"{shown(given)} is not a share", remedy)
    return value


def state_of(given: object) -> int:
    """0 or 1, written so or as off and on; a pydantic error otherwise."""
    words = {"off": 0, "on": 1}
    if isinstance(given, str) and given.casefold() in words:
        return words[given.casefold()]
    if isinstance(given, bool) or given not in (0, 1):
        raise fault(f"{shown(given)} is not the state of a node", "Write 0 (off) or 1 (on).")
    return int(given)  # type: ignore[call-overload]


def level_of(given: object) -> float:
    """How much of the time an input is on: a share, or on and off; a pydantic error otherwise."""
    words = {"off": 0.0, "on": 1.0}
    return words[given] if isinstance(given, str) and given in words else share_of(given)


def dose_of(given: object) -> float | Quantity:
    """The inhibited share of the drug's targets (0.9, 90 %), or a concentration; a pydantic error otherwise."""
    if isinstance(given, Quantity):
        return given
    if not isinstance(given, str):
        return share_of(given)
    number, unit = split(given)
    written = shown(given)
    finite(number, written)
    if unit in _SHARE_SIGNS:
        return share_of(given)
    if not unit:
        raise fault(f"{written} has no unit", 'Write the inhibited share, e.g. 0.9, or e.g. "100 nmol/L".')
    value = convert(number, unit, CONCENTRATION_UNIT)
    if not 0.0 <= value <= _HIGHEST_CONCENTRATION:
        raise fault(f"{written} is not plausible", f"Allowed: 0 to {_HIGHEST_CONCENTRATION:g} {CONCENTRATION_UNIT}.")
    return Quantity(" ".join(given.split()), value, CONCENTRATION_UNIT)


def time_of(given: object) -> float | Quantity:
    """A time in the network's own unit (a number), or with a unit; a pydantic error otherwise."""
    if isinstance(given, Quantity):
        return given
    if isinstance(given, str):
        return parse_quantity(given, "time", 0.0, _LONGEST_DAYS, "100 h")
    value = number_of(given, "a time", 'Write a number in the time unit of the network, or e.g. "100 h".')
    if value <= 0.0:
        raise fault(f"{shown(given)} is not a length of time", "Write a number above 0.")
    return value


def time_in(given: float | Quantity, unit: str | None) -> float:
    """The time in the network's unit; a pydantic error where that is not known, or the time is 0."""
    if not isinstance(given, Quantity):
        return given
    if unit is None:
        remedy = "Write a plain number in the network's own unit, or say what that is, e.g. time_unit: h."
        raise fault(f"{shown(given.text)} has a unit, but the time unit of this network is not known", remedy)
    if given.value <= 0.0:
        raise fault(f"{shown(given.text)} is not a length of time", "Write a time above 0.")
    return convert(given.value, "d", unit)


def _time_unit(given: object) -> str:
    written = text_of(given, "a unit of time")
    if written not in TIME_UNITS:
        raise fault(f"{shown(given)} is not a unit of time here", f"Write one of {', '.join(TIME_UNITS)}.")
    return TIME_UNITS[written]


def path_of(given: object) -> str:
    """The name of a file; a pydantic error otherwise."""
    if not isinstance(given, str) or not given.strip() or not given.isprintable() or len(given) > _LONGEST_PATH:
        raise fault(f"{shown(given)} is no name", "Write a name or path, in quotes if it looks like a number.")
    return given.strip()


def _paths(given: object) -> tuple[str, ...]:
    return tuple(path_of(name) for name in (given if isinstance(given, list | tuple) else [given]))


def _texts(what: str) -> BeforeValidator:
    return BeforeValidator(lambda given: tuple(dict.fromkeys(one_or_many(given, what))))


def _each(read: Callable[[object], Any], what: str, example: str) -> BeforeValidator:
    """A validator for a mapping from names to values that ``read`` takes."""

    def values(given: object) -> Mapping[str, Any]:
        if not isinstance(given, Mapping):
            raise fault(f"{shown(given)} is not a mapping", f"Write e.g. {example}.")
        return {text_of(name, what): _read_value(read, name, value) for name, value in given.items()}

    return BeforeValidator(values)


def _read_value(read: Callable[[object], Any], name: object, value: object) -> Any:
    from pydantic_core import PydanticCustomError

    try:
        return read(value)
    except PydanticCustomError as error:
        context = error.context or {}
        raise fault(f"{name}: {context.get('message')}", str(context.get("remedy", ""))) from error


def _rule(given: object) -> str:
    remedy = 'Write a rule over nodes, e.g. "ERK & !TP53".'
    if not isinstance(given, str) or not given.strip() or len(given) > LONGEST_RULE:
        raise fault(f"{shown(given)} is not a rule", remedy)
    return " ".join(given.split())


def _plain(value: float | Quantity) -> float | str:
    return str(value) if isinstance(value, Quantity) else value


def _plain_values(values: Mapping[str, float | Quantity]) -> dict[str, float | str]:
    return {name: _plain(value) for name, value in values.items()}


def _object(values: dict[str, Any], example: dict[str, Any]) -> WithJsonSchema:
    return WithJsonSchema({"type": "object", "additionalProperties": values, "examples": [example]})


def _any_number(given: object) -> float:
    value = number_of(given, "a number", "Write an ordinary number, e.g. 0.5.")
    if not math.isfinite(value):
        raise fault(f"{shown(given)} is not a finite number", "Write an ordinary number, e.g. 0.5.")
    return value


_ONE_OR_MORE_TEXTS = WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]})
_SHARE_SCHEMA = {"anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, {"type": "string", "examples": ["90 %"]}]}
_LEVEL_SCHEMA = {"anyOf": [{"enum": ["off", "on"]}, *_SHARE_SCHEMA["anyOf"]]}
_DOSE_SCHEMA = {"anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, {"type": "string"}]}
_STATE_SCHEMA = {"enum": [0, 1, "off", "on"]}
_TIME_SCHEMA = {"anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "string", "examples": ["100 h"]}]}

Samples = Annotated[int, WholeNumber("a number of trajectories", FEWEST_TRAJECTORIES, MOST_TRAJECTORIES)]
Share = Annotated[float, BeforeValidator(share_of), WithJsonSchema(_SHARE_SCHEMA)]
Dose = Annotated[
    float | Quantity, BeforeValidator(dose_of), PlainSerializer(_plain), WithJsonSchema(_DOSE_SCHEMA)
]  # fmt: skip
NetworkTime = Annotated[
    float | Quantity, BeforeValidator(time_of), PlainSerializer(_plain), WithJsonSchema(_TIME_SCHEMA)
]  # fmt: skip
TimeUnit = Annotated[str, BeforeValidator(_time_unit), WithJsonSchema({"enum": list(TIME_UNITS)})]
NetworkName = Annotated[str, BeforeValidator(path_of), WithJsonSchema({"type": "string", "examples": ["atc"]})]
Paths = Annotated[tuple[str, ...], BeforeValidator(_paths), _ONE_OR_MORE_TEXTS]
Alterations = Annotated[tuple[str, ...], _texts("an alteration such as BRAF V600E"), _ONE_OR_MORE_TEXTS]
Modules = Annotated[tuple[str, ...], _texts("the name of a module"), _ONE_OR_MORE_TEXTS]
NodeNames = Annotated[tuple[str, ...], _texts("the name of a node"), _ONE_OR_MORE_TEXTS]
Drugs = Annotated[
    dict[str, float | Quantity],
    _each(dose_of, "a drug", "{dabrafenib: 0.9}"),
    PlainSerializer(_plain_values),
    _object(_DOSE_SCHEMA, {"dabrafenib": 0.9}),
]
States = Annotated[dict[str, int], _each(state_of, "a node", "{TP53: off}"), _object(_STATE_SCHEMA, {"TP53": 0})]
Shares = Annotated[dict[str, float], _each(share_of, "a node", "{MEK: 0.5}"), _object(_SHARE_SCHEMA, {"MEK": 0.5})]
Levels = Annotated[
    dict[str, float], _each(level_of, "an input", "{TGFB: on}"), _object(_LEVEL_SCHEMA, {"TGFB": "on", "Hypoxia": 0.5})
]
Values = Annotated[
    dict[str, float],
    _each(_any_number, "a variable", "{u_ERK: 2}"),
    _object({"type": "number"}, {"u_ERK": 2}),
]
Rules = Annotated[
    dict[str, str],
    _each(_rule, "the name of a read-out", '{growing: "ERK & !TP53"}'),
    _object({"type": "string"}, {"growing": "ERK & !TP53"}),
]
