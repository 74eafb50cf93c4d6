"""How an agent is given, as people write it: ``paclitaxel 80 mg/m2 every 7 d iv over 1 h``.

NAME AMOUNT mg|mg/m2|mg/kg [once | every NUMBER h|d] oral|iv [over NUMBER h]
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from paget.errors import InputError

Basis = Literal["mg", "mg/m^2", "mg/kg"]
Route = Literal["oral", "iv"]

EXAMPLE = "dabrafenib 150 mg every 12 h oral"
_NUMBER = r"\d+(?:\.\d+)?"
_GRAMMAR = re.compile(
    rf"(?P<name>\S(?:.*\S)?) +(?P<amount>{_NUMBER}) +(?P<basis>mg(?:/m\^?2|/kg)?) +"
    rf"(?:once|every +(?P<every>{_NUMBER}) +(?P<unit>[hd])) +(?P<route>oral|iv)(?: +over +(?P<hours>{_NUMBER}) +h)?"
)
_HOURS = {"h": 1.0, "d": 24.0}


@dataclass(frozen=True)
class Regimen:
    """One agent's regimen; ``amount`` per dose in ``basis``, times in hours (None: once; as usual for the agent)."""

    name: str
    amount: float
    basis: Basis
    every_hours: float | None
    route: Route
    over_hours: float | None

    def milligrams(self, weight: float, surface: float) -> float:
        """Dose (mg) of a person of this weight (kg) and body surface (m^2)."""
        return self.amount * {"mg": 1.0, "mg/kg": weight, "mg/m^2": surface}[self.basis]


def regimen(text: str) -> Regimen:
    """Read a regimen; `InputError` that shows the grammar."""
    found = _GRAMMAR.fullmatch(text.strip())
    if found is None:
        raise InputError(f"{text!r} is not a regimen", remedy=f"Write it as {EXAMPLE!r}.")
    every, hours = found["every"], found["hours"]
    return Regimen(
        name=found["name"],
        amount=float(found["amount"]),
        basis=found["basis"].replace("m2", "m^2"),  # type: ignore[arg-type]
        every_hours=None if every is None else float(every) * _HOURS[found["unit"]],
        route=found["route"],  # type: ignore[arg-type]
        over_hours=None if hours is None else float(hours),
    )
