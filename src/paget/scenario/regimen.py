"""What is written about one drug: ``paclitaxel 80 mg/m2 days 1, 8, 15 of 28 d iv`` becomes a dose for each day.

Behind drug and dose stand clauses in any order: a schedule (``every 12 h``, ``every 21 d``, ``days 1-14 of 21 d``,
both, or ``once``), the route, and where needed ``over 3 h``, ``for 6 cycles``, ``from day 8``, ``until day 90``. Days
count from 1, the first day of the line; a schedule begins on its ``from`` day. ``800 mg once then 400 mg every 28 d``
gives the loading dose in place of the first dose.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from paget.scenario.drugs import flat_dose, inn_of, known_drugs, largest_dose_mg, usual_route
from paget.scenario.faults import fault, shown
from paget.scenario.fields import did_you_mean
from paget.scenario.phrase import NUMBER, as_text, clauses, listed, tidy
from paget.trial.treatment import INTRAVENOUS, MG, MG_PER_KILOGRAM, MG_PER_SQUARE_METRE, ORAL, ROUTES

EXAMPLE = "dabrafenib 150 mg every 12 h oral"
LONGEST_INTERVAL = 365
MOST_A_DAY = 4
MOST_CYCLES = 200
LAST_DAY = 36525
LONGEST_INFUSION_H = 24.0
LARGEST_AMOUNT_MG = 20_000.0
"""Largest single dose of a drug of which no usual dose is known, mg for a person of usual build."""

HOURS_A_DAY = 24.0

_MG = {"mg": 1.0, "ug": 1e-3, "mg/m2": 1.0, "mg/kg": 1.0}
_UNITS = {"mcg": "ug", "mg/m^2": "mg/m2", "mg/sqm": "mg/m2"} | {unit: unit for unit in _MG}
_BASES = {"mg": MG, "ug": MG, "mg/m2": MG_PER_SQUARE_METRE, "mg/kg": MG_PER_KILOGRAM}
_TIMES = {"h": 1.0, "hour": 1.0, "hours": 1.0, "d": HOURS_A_DAY, "day": HOURS_A_DAY, "days": HOURS_A_DAY}
_TIMES |= {"w": 7 * HOURS_A_DAY, "week": 7 * HOURS_A_DAY, "weeks": 7 * HOURS_A_DAY, "min": 1 / 60}
_ROUTES = {"oral": ORAL, "orally": ORAL, "po": ORAL, "iv": INTRAVENOUS, "i.v.": INTRAVENOUS, "intravenous": INTRAVENOUS}
_WORDS = "every|days?|once|then|oral|orally|po|iv|i[.]v[.]|intravenous|over|for|from|until"
_DOSE = rf"(?P<amount>{NUMBER}) ?(?P<unit>(?!(?:{_WORDS})(?: |,|$))[a-z][a-z0-9/^]{{0,11}})?"
_HEAD = re.compile(rf"(?P<drug>[^ ].{{0,60}}?) {_DOSE}(?= |,|$)")
_NO_NUMBER = re.compile(r" (?P<amount>-?(?:nan|inf(?:inity)?|[0-9.]{1,20}e[-+]?[0-9]{1,9})) ?(?:mg|ug|mcg)(?=[ ,/]|$)")
_CLAUSES = {
    "every": re.compile(rf"every (?P<number>{NUMBER})(?: ?(?P<unit>(?!(?:{_WORDS})(?: |,|$))[a-z]{{1,8}}))?"),
    "days": re.compile(rf"days? (?P<days>[0-9][0-9 ,-]{{0,120}}?) of (?P<number>{NUMBER}) ?(?P<unit>[a-z]{{1,8}})?"),
    "once": re.compile("once"),
    "then": re.compile(rf"then {_DOSE}"),
    "route": re.compile("|".join(re.escape(word) for word in sorted(_ROUTES, key=len, reverse=True))),
    "over": re.compile(rf"over (?P<number>{NUMBER}) ?(?P<unit>[a-z]{{1,8}})?"),
    "for": re.compile(rf"for (?P<number>{NUMBER}) cycles?"),
    "from": re.compile(rf"from day (?P<number>{NUMBER})"),
    "until": re.compile(rf"until day (?P<number>{NUMBER})"),
}
_WHEN = 'Write when it is given, e.g. "every 12 h", "every 21 d", "days 1, 8, 15 of 28 d" or "once".'
_HINTS = {
    "every": _WHEN,
    "day": 'Write e.g. "days 1, 8, 15 of 28 d".',
    "days": 'Write e.g. "days 1, 8, 15 of 28 d".',
    "daily": 'Write "every 24 h".',
    "twice": 'Write "every 12 h".',
    "weekly": 'Write "every 7 d".',
    "then": 'Write e.g. "800 mg once then 400 mg every 28 d".',
    "over": 'Write e.g. "over 3 h".',
    "for": 'Write e.g. "for 6 cycles".',
    "from": 'Write e.g. "from day 8"; days count from 1.',
    "until": 'Write e.g. "until day 90"; what ends a line stands in its "until".',
}
_PIECE = re.compile(r"[0-9]{1,4}(?: ?-|$| of )")
_WORD = re.compile(rf"(?:^| )(?:{_WORDS})(?: |$)")
_COMMA = "In [ … ] a comma ends an entry: put the whole text in quotes, or one entry a line."


@dataclass(frozen=True)
class Dose:
    """An amount with its unit: mg, ug, mg/m2 or mg/kg."""

    amount: float
    unit: str

    @property
    def basis(self) -> str:
        """What the amount is counted in: mg, mg/m^2 or mg/kg."""
        return _BASES[self.unit]

    @property
    def in_basis(self) -> float:
        """The amount in its basis."""
        return self.amount * _MG[self.unit]

    @property
    def flat_mg(self) -> float:
        """Milligrams for a person of usual build."""
        return flat_dose(self.in_basis, self.unit.removeprefix("mg").removeprefix("ug"))

    def __str__(self) -> str:
        return f"{as_text(self.amount)} {self.unit}"


@dataclass(frozen=True)
class Schedule:
    """When doses are due: every `interval` h or d, on the `days` (from 1) of a period, or both; once: neither."""

    interval: float | None = None
    interval_unit: str = "d"
    days: tuple[int, ...] = ()
    period: int | None = None

    @property
    def once(self) -> bool:
        """Whether there is one administration and no more."""
        return self.interval is None and self.period is None

    @property
    def interval_hours(self) -> float:
        """Hours between administrations on or between days with a dose."""
        return HOURS_A_DAY if self.interval is None else self.interval * _TIMES[self.interval_unit]

    @property
    def cycle_days(self) -> int | None:
        """Days of a cycle: the period, or an interval of more than a day; None where nothing comes in cycles."""
        if self.period is not None:
            return self.period
        days = round(self.interval_hours / HOURS_A_DAY)
        return None if self.once or days <= 1 else days

    @property
    def hours(self) -> tuple[float, ...]:
        """Times of day of the administrations, hours from the beginning of the day."""
        step = min(self.interval_hours, HOURS_A_DAY)
        return tuple(step * place for place in range(round(HOURS_A_DAY / step)))

    def due(self, day: int) -> bool:
        """Whether a dose is due on a day, counted from 0 on the first day of the schedule."""
        if self.once:
            return day == 0
        if self.period is not None:
            return day % self.period + 1 in self.days
        return day % max(1, round(self.interval_hours / HOURS_A_DAY)) == 0

    @property
    def every(self) -> str:
        """The interval as written; empty without one."""
        return "" if self.interval is None else f"every {as_text(self.interval)} {self.interval_unit}"

    @property
    def on_days(self) -> str:
        """The days of the period as written; empty without one."""
        if self.period is None:
            return ""
        return f"{'day' if len(self.days) == 1 else 'days'} {_spans(self.days)} of {self.period} d"


@dataclass(frozen=True)
class Regimen:
    """One drug: its doses and when they are given; days count from 1, the first day of the line."""

    drug: str
    dose: Dose
    schedule: Schedule
    route: str
    loading: Dose | None = None
    infusion_hours: float | None = None
    cycles: int | None = None
    first_day: int = 1
    last_day: int | None = None

    @property
    def ends_after(self) -> int | None:
        """Days of the line, from its first, after which nothing more is given; None: it goes on."""
        ends = [] if self.last_day is None else [self.last_day]
        if self.schedule.once:
            ends.append(self.first_day)
        if self.cycles is not None and self.schedule.cycle_days is not None:
            ends.append(self.first_day - 1 + self.cycles * self.schedule.cycle_days)
        return min(ends) if ends else None

    def __str__(self) -> str:
        timing = [self.schedule.every, self.schedule.on_days]
        if self.schedule.every and self.schedule.on_days:
            timing.insert(1, self.route)
        else:
            timing.append(self.route)
        first = [f"{self.loading} once then"] if self.loading else []
        once = ["once"] if self.schedule.once else []
        parts = [self.drug, *first, str(self.dose), *once, *timing, *self._limits()]
        return " ".join(part for part in parts if part)

    def _limits(self) -> list[str]:
        return [
            "" if self.infusion_hours is None else f"over {as_text(self.infusion_hours)} h",
            "" if self.cycles is None else f"for {self.cycles} {'cycle' if self.cycles == 1 else 'cycles'}",
            "" if self.first_day == 1 else f"from day {self.first_day}",
            "" if self.last_day is None else f"until day {self.last_day}",
        ]


def doses_by_day(regimen: Regimen, days: int) -> list[float]:
    """Amount per administration on each of the first `days` days of the line, in the basis of the dose; 0: none."""
    first = regimen.first_day - 1
    end = days if regimen.ends_after is None else min(days, regimen.ends_after)
    amounts = [0.0] * days
    given = [day for day in range(first, end) if regimen.schedule.due(day - first)]
    for day in given:
        amounts[day] = regimen.dose.in_basis
    if regimen.loading is not None and given:
        amounts[given[0]] = regimen.loading.in_basis
    return amounts


def known_regimen(given: object) -> Regimen:
    """The regimen of a drug that knowledge holds, at a dose that can be meant; a pydantic error otherwise."""
    if isinstance(given, Regimen):
        return given
    if _is_a_piece(given):
        raise fault(f"{shown(given)} does not begin with a drug", _COMMA)
    regimen = parse_regimen(given)
    names = {name.casefold(): name for name in known_drugs()}
    if regimen.drug not in names:
        inn = inn_of(regimen.drug)
        if inn is None:
            raise fault(f"drug {shown(regimen.drug)} is unknown", did_you_mean(regimen.drug, known_drugs()))
        names[regimen.drug] = inn
    regimen = replace(regimen, drug=names[regimen.drug])
    if usual_route(regimen.drug) not in (None, regimen.route):
        raise fault(f"{regimen.drug} is not given {regimen.route}", f"Write {usual_route(regimen.drug)}.")
    for dose in (regimen.dose, regimen.loading):
        if dose is not None:
            _plausible(regimen.drug, dose)
    return regimen


def _is_a_piece(given: object) -> bool:
    """Whether this is what a comma left of a text such as ``days 1, 8, 15 of 28 d iv`` in a list in brackets."""
    if isinstance(given, str):
        return _PIECE.match(given) is not None
    return isinstance(given, int) and not isinstance(given, bool)


def parse_regimen(given: object) -> Regimen:
    """The regimen that a text describes, of whatever drug; a pydantic error for what cannot be read or be given."""
    text = tidy(given, "drug, dose, schedule and route", EXAMPLE)
    written = shown(given)
    head = _HEAD.match(text)
    no_number = _NO_NUMBER.search(text)
    if no_number is not None:
        remedy = f"Write an ordinary number with {listed(_MG)} behind it, without an exponent."
        raise fault(f"{written}: {shown(no_number['amount'])} is no dose", remedy)
    if head is None or _WORD.search(head["drug"]):
        raise fault(f"{written} has no dose", f'Write drug, dose, schedule and route, e.g. "{EXAMPLE}".')
    found = clauses(text[head.end() :], _CLAUSES, written, _HINTS, _otherwise())
    first = _dose(head, written)
    loading, dose = (first, _dose(found["then"], written)) if "then" in found else (None, first)
    if loading is not None and loading.basis != dose.basis:
        raise fault(f"{written}: loading and further doses are in {loading.unit} and {dose.unit}", "Write one unit.")
    schedule = _schedule(found, written)
    route = _route(found, written)
    regimen = Regimen(
        drug=head["drug"],
        dose=dose,
        schedule=schedule,
        route=route,
        loading=loading,
        infusion_hours=_infusion(found, route, written),
        cycles=_whole(found, "for", MOST_CYCLES, "cycles", written),
        first_day=_whole(found, "from", LAST_DAY, "a day", written) or 1,
        last_day=_whole(found, "until", LAST_DAY, "a day", written),
    )
    _possible(regimen, written)
    return regimen


def _otherwise() -> str:
    return (
        f'Known: every, days … of …, once, then, {listed(ROUTES)}, over, for, from day, until day, as in "{EXAMPLE}".'
    )


def _dose(match: re.Match[str], written: str) -> Dose:
    number, unit = float(match["amount"]), match["unit"]
    units = listed(_MG)
    if unit is None:
        raise fault(f"{written}: the dose {as_text(number)} has no unit", f"Write {units} behind it.")
    if unit not in _UNITS:
        raise fault(f"{written}: {shown(unit)} is no unit of a dose", f"Write {units}.")
    if number <= 0:
        what = "negative" if number < 0 else "no dose"
        raise fault(f"{written}: {as_text(number)} {unit} is {what}", "Write a dose above 0, or leave the drug out.")
    return Dose(number, _UNITS[unit])


def _plausible(drug: str, dose: Dose) -> None:
    limit = largest_dose_mg(drug) or LARGEST_AMOUNT_MG
    if dose.flat_mg <= limit:
        return
    allowed = limit * dose.amount / dose.flat_mg
    raise fault(
        f"{dose} of {drug} in one administration is not plausible", f"Allowed: up to {allowed:.4g} {dose.unit}."
    )


def _route(found: dict[str, re.Match[str]], written: str) -> str:
    if "route" not in found:
        raise fault(f"{written} has no route", f'Write {listed(ROUTES)} behind it, e.g. "{EXAMPLE}".')
    return _ROUTES[found["route"][0]]


def _schedule(found: dict[str, re.Match[str]], written: str) -> Schedule:
    if "then" in found and "once" not in found:
        raise fault(f'{written} has "then" without "once"', _HINTS["then"])
    if "every" not in found and "days" not in found:
        if "once" not in found or "then" in found:
            raise fault(f"{written} does not say when", _WHEN)
        return Schedule()
    if "once" in found and "then" not in found:
        raise fault(f'{written}: "once" stands beside a repeated schedule', _HINTS["then"])
    interval, unit = _interval(found["every"], written) if "every" in found else (None, "d")
    days, period = _days(found["days"], written) if "days" in found else ((), None)
    schedule = Schedule(interval, unit, days, period)
    if period is not None and schedule.interval_hours > HOURS_A_DAY:
        raise fault(f'{written}: "every" of more than a day stands beside days of a cycle', "Keep one of them.")
    return schedule


def _interval(match: re.Match[str], written: str) -> tuple[float, str]:
    number, unit = float(match["number"]), match["unit"]
    if unit not in _TIMES or unit == "min":
        what = f"{shown(unit)} is no unit of time" if unit else f'"{match[0]}" has no unit'
        raise fault(f"{written}: {what}", _WHEN)
    hours = number * _TIMES[unit]
    if hours <= 0:
        raise fault(f"{written}: {shown(match[0])} is impossible", _WHEN)
    if hours > LONGEST_INTERVAL * HOURS_A_DAY:
        raise fault(f"{written}: {shown(match[0])} is not plausible", f"Allowed: up to {LONGEST_INTERVAL} d.")
    if hours < HOURS_A_DAY / MOST_A_DAY:
        remedy = f"Write every {as_text(HOURS_A_DAY / MOST_A_DAY)} h or more."
        raise fault(f"{written} has more than {MOST_A_DAY} administrations a day", remedy)
    if HOURS_A_DAY % hours and hours % HOURS_A_DAY:
        raise fault(f"{written}: {shown(match[0])} falls on other hours each day", "Write 6, 8, 12 h or whole days.")
    return (number, "h") if _TIMES[unit] == 1.0 else (hours / HOURS_A_DAY, "d")


def _days(match: re.Match[str], written: str) -> tuple[tuple[int, ...], int]:
    length = float(match["number"]) * _TIMES.get(match["unit"] or "", 0.0) / HOURS_A_DAY
    if (match["unit"] or "h") in ("h", "hour", "hours", "min") or length == 0:
        raise fault(f"{written}: {shown(match[0])} has no length in days", _HINTS["days"])
    if not length.is_integer() or not 1 <= length <= LONGEST_INTERVAL:
        raise fault(f"{written}: a cycle of {as_text(length)} d will not do", f"Allowed: 1 to {LONGEST_INTERVAL} d.")
    days: list[int] = []
    for span in re.split(r" ?, ?| (?![-])(?<!- )", match["days"].strip(" ,")):
        days.extend(_span(span, int(length), written))
    if len(set(days)) < len(days):
        raise fault(f"{written}: a day stands twice in {shown(match['days'])}", "Write each day once.")
    return tuple(sorted(days)), int(length)


def _span(text: str, length: int, written: str) -> range:
    ends = re.fullmatch(r"([0-9]{1,4})(?: ?- ?([0-9]{1,4}))?", text)
    if ends is None:
        raise fault(f"{written}: {shown(text)} is no day", _HINTS["days"])
    first, last = int(ends[1]), int(ends[2] or ends[1])
    if first < 1:
        raise fault(f"{written}: there is no day {first}", "Days count from 1.")
    if last > length:
        raise fault(f"{written}: there is no day {last} in a cycle of {length} d", f"Write days from 1 to {length}.")
    if last < first:
        raise fault(f"{written}: the days {shown(text)} run backwards", "Swap them.")
    return range(first, last + 1)


def _spans(days: tuple[int, ...]) -> str:
    """Days as written: three or more in a row as ``1-14``."""
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs)


def _infusion(found: dict[str, re.Match[str]], route: str, written: str) -> float | None:
    if "over" not in found:
        return None
    match = found["over"]
    hours = round(float(match["number"]) * _TIMES.get(match["unit"] or "", 0.0), 4)
    if route != INTRAVENOUS:
        raise fault(f"{written}: {shown(match[0])} belongs to an infusion", 'Write "iv", or leave it out.')
    if not 0 < hours <= LONGEST_INFUSION_H:
        raise fault(
            f"{written}: {shown(match[0])} will not do", f'Write e.g. "over 3 h", up to {LONGEST_INFUSION_H:g} h.'
        )
    return hours


def _whole(found: dict[str, re.Match[str]], name: str, most: int, what: str, written: str) -> int | None:
    if name not in found:
        return None
    number = float(found[name]["number"])
    if not number.is_integer() or not 1 <= number <= most:
        raise fault(f"{written}: {shown(found[name][0])} will not do", f"Write {what} from 1 to {most}.")
    return int(number)


def _possible(regimen: Regimen, written: str) -> None:
    """A pydantic error where the limits of a regimen leave nothing to give or have no meaning."""
    if regimen.cycles is not None and regimen.schedule.cycle_days is None:
        raise fault(f"{written} has cycles of no length", 'Write e.g. "every 21 d for 6 cycles", or "until day 90".')
    if regimen.last_day is not None and regimen.last_day < regimen.first_day:
        raise fault(f"{written} ends before it begins", f"Write until day {regimen.first_day} or later.")
    end = regimen.ends_after
    if end is not None and not any(doses_by_day(regimen, end)):
        raise fault(f"{written} ends before the first dose", "Write a later day behind until.")
