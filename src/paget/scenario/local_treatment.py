"""Radiation and operations as written: ``66 Gy in 33 fractions to primary, neck``, ``lobectomy``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from paget.scenario.faults import fault, shown
from paget.scenario.fields import did_you_mean
from paget.scenario.phrase import NUMBER, as_text, clauses, tidy
from paget.trial.treatment import PROCEDURES

RADIATION_EXAMPLE = "66 Gy in 33 fractions to primary, neck"
SURGERY_EXAMPLE = "total thyroidectomy with neck dissection"
PRIMARY = "thyroid"
NECK = "cervical_nodes"
NOWHERE = "other"
"""Stands in knowledge for all places without a name: no beam is pointed at it."""

LARGEST_DOSE_GY = 100.0
LARGEST_FRACTION_GY = 34.0
MOST_FRACTIONS = 60
MOST_A_DAY = 3
WEEK = 7
HOURS_A_DAY = 24.0
USUAL_DAYS_A_WEEK = 5
USUAL_HOURS_APART = 6.0
"""Least time between two fractions of a day in trials of accelerated schedules; what is left out is this."""

_SPOKEN = {PRIMARY: "primary", NECK: "neck", "intrathoracic_nodes": "mediastinum"}
_SITES = {spoken: site for site, spoken in _SPOKEN.items()} | {"thyroid bed": PRIMARY, "whole brain": "brain"}
_TIMES_A_DAY = {"once": 1, "twice": 2, "three times": 3}
_CLAUSES = {
    "dose": re.compile(rf"(?P<dose>{NUMBER}) ?(?P<unit>[a-z]{{1,6}})? in (?P<fractions>{NUMBER}) fractions?"),
    "a day": re.compile("(?P<times>once|twice|three times) (?:daily|a day)"),
    "a week": re.compile(rf"(?P<days>{NUMBER}) days? (?:a|per) week"),
    "apart": re.compile(rf"(?P<hours>{NUMBER}) ?h apart"),
    "to": re.compile(r"to (?P<sites>[a-z][a-z_, -]{0,200}?)(?=,? (?:once|twice|three times|[0-9])|$)"),
}
_HINTS = {"to": 'Write the sites behind "to", e.g. "to primary, neck".'}
_OPTIONS = "Known: … Gy in … fractions, to …, twice daily, 6 h apart, 5 days a week, as in"
_WITH_NECK = " with neck dissection"


@dataclass(frozen=True)
class Radiation:
    """External beam radiation; sites by id of knowledge, hours between the fractions of a day (None: one a day)."""

    dose_gy: float
    fractions: int
    sites: tuple[str, ...]
    fractions_per_day: int = 1
    days_per_week: int = USUAL_DAYS_A_WEEK
    hours_between: float | None = None

    def __str__(self) -> str:
        times = {number: word for word, number in _TIMES_A_DAY.items()}[self.fractions_per_day]
        fractions = "fraction" if self.fractions == 1 else "fractions"
        parts = [
            f"{as_text(self.dose_gy)} Gy in {self.fractions} {fractions}",
            "" if self.fractions_per_day == 1 else f"{times} {'a day' if ' ' in times else 'daily'}",
            "" if self.hours_between is None else f"{as_text(self.hours_between)} h apart",
            "" if self.days_per_week == USUAL_DAYS_A_WEEK else f"{self.days_per_week} days a week",
            f"to {', '.join(map(spoken, self.sites))}",
        ]
        return " ".join(part for part in parts if part)


@dataclass(frozen=True)
class Operation:
    """An operation on the primary, with the nodes of the neck or without."""

    procedure: str
    neck_dissection: bool

    @property
    def sites(self) -> tuple[str, ...]:
        """Ids of the places that it clears."""
        return (PRIMARY, NECK) if self.neck_dissection else (PRIMARY,)

    def __str__(self) -> str:
        return f"{self.procedure}{_WITH_NECK if self.neck_dissection else ''}"


def spoken(site: str) -> str:
    """A site as a scenario writes it."""
    return _SPOKEN.get(site, site)


def parse_radiation(given: object) -> Radiation:
    """The radiation that a text describes; a pydantic error otherwise."""
    if isinstance(given, Radiation):
        return given
    text = tidy(given, "dose, fractions and sites", RADIATION_EXAMPLE)
    written = shown(given)
    found = clauses(text, _CLAUSES, written, _HINTS, f'{_OPTIONS} "{RADIATION_EXAMPLE}".')
    for name, missing in (("dose", "no dose in fractions"), ("to", "no site")):
        if name not in found:
            raise fault(f"{written} has {missing}", f'Write e.g. "{RADIATION_EXAMPLE}".')
    dose, fractions = _dose(found["dose"], written)
    a_day = _TIMES_A_DAY[found["a day"]["times"]] if "a day" in found else 1
    return Radiation(
        dose_gy=dose,
        fractions=fractions,
        sites=_irradiated(found["to"]["sites"]),
        fractions_per_day=a_day,
        days_per_week=_days_a_week(found, written),
        hours_between=_hours_between(found, a_day, written),
    )


def parse_operation(given: object) -> Operation:
    """The operation that a text names; a pydantic error with the nearest ones otherwise."""
    if isinstance(given, Operation):
        return given
    text = tidy(given, "an operation", SURGERY_EXAMPLE)
    procedure = text.removesuffix(_WITH_NECK)
    if procedure not in PROCEDURES:
        offered = [name + more for name in PROCEDURES for more in ("", _WITH_NECK)]
        raise fault(f"operation {shown(given)} is unknown", did_you_mean(text, offered))
    return Operation(procedure, neck_dissection=procedure != text)


def _dose(match: re.Match[str], written: str) -> tuple[float, int]:
    dose, fractions = float(match["dose"]), float(match["fractions"])
    if match["unit"] != "gy":
        raise fault(f"{written}: the dose is not in Gy", f'Write e.g. "{RADIATION_EXAMPLE}".')
    if not 0 < dose <= LARGEST_DOSE_GY:
        raise fault(f"{written}: a dose of {as_text(dose)} Gy will not do", f"Allowed: up to {LARGEST_DOSE_GY:g} Gy.")
    if not fractions.is_integer() or not 1 <= fractions <= MOST_FRACTIONS:
        raise fault(f"{written}: {as_text(fractions)} fractions will not do", f"Allowed: 1 to {MOST_FRACTIONS}.")
    if dose / fractions > LARGEST_FRACTION_GY:
        each = f"{dose / fractions:.3g} Gy in one fraction"
        raise fault(f"{written}: {each} is not plausible", f"Allowed: up to {LARGEST_FRACTION_GY:g} Gy.")
    return dose, int(fractions)


def _irradiated(text: str) -> tuple[str, ...]:
    from paget import knowledge

    ids = [site.id for site in knowledge.sites() if site.id != NOWHERE]
    known = _SITES | {site.casefold(): site for site in ids}
    sites: list[str] = []
    for name in re.split(r" ?, ?| and ", text):
        if name not in known:
            offered = [*_SPOKEN.values(), *(site for site in ids if site not in _SPOKEN)]
            raise fault(f"site {shown(name)} is unknown", did_you_mean(name, offered))
        if known[name] in sites:
            raise fault(f"site {shown(name)} stands twice", "Write each site once.")
        sites.append(known[name])
    return tuple(sites)


def _days_a_week(found: dict[str, re.Match[str]], written: str) -> int:
    if "a week" not in found:
        return USUAL_DAYS_A_WEEK
    days = float(found["a week"]["days"])
    if not days.is_integer() or not 1 <= days <= WEEK:
        raise fault(f"{written}: {shown(found['a week'][0])} will not do", f"Write 1 to {WEEK} days a week.")
    return int(days)


def _hours_between(found: dict[str, re.Match[str]], a_day: int, written: str) -> float | None:
    if "apart" not in found:
        return None if a_day == 1 else USUAL_HOURS_APART
    hours, apart = float(found["apart"]["hours"]), shown(found["apart"][0])
    if a_day == 1:
        raise fault(f"{written}: {apart} without twice daily", 'Write "twice daily" beside it, or leave it out.')
    if not 0 < hours * (a_day - 1) < HOURS_A_DAY:
        raise fault(f"{written}: {apart} does not fit into a day", f'Write e.g. "{USUAL_HOURS_APART:g} h apart".')
    return hours
