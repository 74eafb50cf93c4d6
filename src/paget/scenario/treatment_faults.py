"""Treatment that can be read but not be given: lines that contradict each other, ends that never come.

Among operations a later one is larger than those before it, so that after a total thyroidectomy none follows. Radiation
of the primary after it is radiation of its bed, and allowed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from pydantic_core import PydanticCustomError

from paget.scenario.document import Path
from paget.scenario.faults import fault, shown
from paget.scenario.fields import SCANNED_ENDPOINTS
from paget.scenario.genotype import gene_names
from paget.scenario.line import Event, Line
from paget.scenario.local_treatment import LARGEST_DOSE_GY, spoken
from paget.scenario.model import Arm, Scenario, Trial
from paget.scenario.phrase import as_text
from paget.scenario.regimen import Regimen
from paget.trial.treatment import (
    AFTER_START,
    CLINICAL_PROGRESSION,
    DEBULKING,
    DURATION,
    END_OF_RADIOTHERAPY,
    LOBECTOMY,
    PREVIOUS_LINE_ENDED,
    PROGRESSION,
    RANDOMISED,
    RESECTABLE,
    SEEN_ON_SCANS,
    TOTAL_THYROIDECTOMY,
)

Problem = tuple[Path, PydanticCustomError]

_EXTENT = {DEBULKING: 1, LOBECTOMY: 2, TOTAL_THYROIDECTOMY: 3}


def faults_of_lines(scenario: Scenario) -> Iterator[Problem]:
    """Path and error of every line that cannot be given as written."""
    unscanned = _unscanned(scenario)
    for place, arm in enumerate(scenario.arms):
        at: Path = ("arms", place, "lines")
        for number, line in enumerate(arm.lines):
            here = (*at, number)
            yield from _of_what_is_given(line, here)
            yield from _of_its_ends(line, here)
            if unscanned:
                yield from _of_missing_scans(line, here, unscanned)
        yield from _of_names(arm, at)
        yield from _of_operations(arm, at)
        yield from _of_radiation(arm, at)
        yield from _of_beginnings(arm, at, scenario.follow_up_days)
        yield from _of_drugs_side_by_side(arm, at)


def faults_of_conduct(trial: Trial) -> Iterator[Problem]:
    """Path and error of what a trial's design contradicts."""
    yield from _of_randomisation(trial)
    yield from _of_strata(trial)
    if trial.cut_off is not None and trial.accrual is not None and trial.cut_off.after.value <= trial.accrual.value:
        message = f'"{trial.cut_off}" is not later than the end of accrual, {trial.accrual}'
        yield ("cut_off",), fault(message, "Write a later time.")
    accrual = 0.0 if trial.accrual is None else trial.accrual.value
    if trial.cut_off is not None and trial.cut_off.after.value > accrual + trial.follow_up_days:
        message = f'"{trial.cut_off}" is after the end of follow-up, {trial.follow_up}, of the last who can enter'
        yield ("cut_off",), fault(message, "Write an earlier time, a longer follow_up, or leave it out.")


def faults_of_endpoints(scenario: Scenario) -> Iterator[Problem]:
    """Path and error of endpoints that need scans where there are none; without treatment scans may be left out."""
    unscanned = _unscanned(scenario) if scenario.scans is not None else ""
    for endpoint in scenario.endpoints if unscanned else ():
        if endpoint in SCANNED_ENDPOINTS:
            message = f"endpoint {endpoint} is seen on scans, and {unscanned}"
            yield ("endpoints",), fault(message, _REMEDY_SCANS[unscanned])


_OFF = "scans are off"
_TOO_RARE = "the first scan after the baseline is after the end of follow-up"
_REMEDY_SCANS = {_OFF: "Leave out one of them.", _TOO_RARE: "Write scans at shorter distances, or leave it out."}


MOST_PLACES = 1_000_000
"""Persons of a randomised trial, all arms together: each is simulated in every arm under a number of its own."""


def _of_randomisation(trial: Trial) -> Iterator[Problem]:
    """One arm, strata without a randomisation, more persons than have numbers."""
    if trial.design != RANDOMISED:
        if trial.stratify:
            yield ("stratify",), fault("nothing is randomised", f'Write "design: {RANDOMISED}", or leave it out.')
        return
    if len(trial.arms) == 1:
        yield ("design",), fault("a randomised trial has one arm", "Write another arm, or leave out the design.")
    most = MOST_PLACES // len(trial.arms)
    if trial.patients > most:
        yield ("patients",), fault(f"{trial.patients} patients in each arm are too many", f"Write at most {most}.")


def _of_strata(trial: Trial) -> Iterator[Problem]:
    """Genes of which the disease has no frequencies do not divide its patients."""
    from paget import knowledge

    groups = knowledge.aliases()
    altered = {row.gene for row in knowledge.genotypes(trial.disease)}
    for place, factor in enumerate(trial.stratify or ()):
        if factor in gene_names() and not altered & {factor, *groups.get(factor, ())}:
            message = f"no frequency of altered {factor} is known for disease {trial.disease}"
            yield ("stratify", place), fault(message, f"Known: {', '.join(sorted(altered)) or 'none'}.")


def _unscanned(scenario: Scenario) -> str:
    """Why nobody has a scan after the baseline; empty where there are such scans."""
    if scenario.scans is None or not scenario.scans.spans:
        return _OFF
    return "" if len(scenario.scans.days(scenario.follow_up_days)) > 1 else _TOO_RARE


def _of_what_is_given(line: Line, here: Path) -> Iterator[Problem]:
    if not line.drugs and line.radiotherapy is None and line.surgery is None:
        yield here, fault("the line gives nothing", "Write drugs, radiotherapy or surgery; for a pause, write delay.")
    if line.surgery is not None and (line.drugs or line.radiotherapy is not None):
        yield (*here, "surgery"), fault("an operation stands beside other treatment", "Give it a line of its own.")
    for place, drug in enumerate(line.drugs):
        if any(other.drug == drug.drug and _overlap(other, drug) for other in line.drugs[:place]):
            remedy = 'Write it once, or end the first with "until day …" and begin the second with "from day …".'
            yield (*here, "drugs", place), fault(f"{drug.drug} stands twice in one line", remedy)


def _overlap(one: Regimen, other: Regimen) -> bool:
    first, second = sorted((one, other), key=lambda drug: drug.first_day)
    return first.ends_after is None or first.ends_after >= second.first_day


def _of_its_ends(line: Line, here: Path) -> Iterator[Problem]:
    """Errors for each condition of ``until`` that can never come."""
    for place, event in enumerate(line.until):
        message, remedy = _never(line, event)
        if message:
            yield (*here, "until", place), fault(f'"{event}" never comes: {message}', remedy)


def _never(line: Line, event: Event) -> tuple[str, str]:
    """Why a condition cannot end this line, and what to write; empty where it can."""
    if line.surgery is not None and not line.drugs:
        return "an operation is over on its day", "Leave until out."
    if event.kind == END_OF_RADIOTHERAPY and line.radiotherapy is None:
        return "the line has no radiotherapy", "Leave it out, or write radiotherapy."
    if event.cycles is not None and not line.drugs:
        return "the line has no drugs", 'Write a time, e.g. "6 months".'
    if event.cycles is not None and line.cycle_days is None:
        return "none of the line's drugs comes in cycles", 'Write a time, e.g. "6 months", or "every 21 d".'
    return "", ""


def _of_missing_scans(line: Line, here: Path, unscanned: str) -> Iterator[Problem]:
    for key, events in (("when", line.when), ("until", line.until)):
        for place, event in enumerate(events):
            if event.kind in SEEN_ON_SCANS:
                clinical = event.kind == PROGRESSION and key == "until"
                instead = f'Write "{CLINICAL_PROGRESSION}"' if clinical else "Leave it out"
                message = f'"{event}" never comes: it is seen on scans, and {unscanned}'
                yield (*here, key, place), fault(message, f'{instead}, or "scans: every 8 weeks".')


def _of_names(arm: Arm, at: Path) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, line in enumerate(arm.lines):
        if line.name is None:
            continue
        if line.name.casefold() in seen:
            yield (*at, number, "name"), fault(f"two lines are called {shown(line.name)}", "Give each its own name.")
        seen.add(line.name.casefold())


def _of_operations(arm: Arm, at: Path) -> Iterator[Problem]:
    done = ""
    for number, line in enumerate(arm.lines):
        if done == TOTAL_THYROIDECTOMY:
            yield from _of_a_gland_removed(line, (*at, number))
        if line.surgery is None:
            continue
        procedure = line.surgery.procedure
        if done and _EXTENT[procedure] <= _EXTENT[done]:
            message = f"{procedure} follows a {done}, which takes out as much or more"
            yield (*at, number, "surgery"), fault(message, "Keep one of them; a later operation is a larger one.")
        done = max(done, procedure, key=lambda name: _EXTENT.get(name, 0))


def _of_radiation(arm: Arm, at: Path) -> Iterator[Problem]:
    """Errors where the lines together give one site more than one line may: the model knows no recovery."""
    given: dict[str, float] = {}
    for number, line in enumerate(arm.lines):
        if line.radiotherapy is None:
            continue
        for site in line.radiotherapy.sites:
            given[site] = given.get(site, 0.0) + line.radiotherapy.dose_gy
        most = max(line.radiotherapy.sites, key=lambda site: given[site])
        if given[most] > LARGEST_DOSE_GY:
            message = f"with the lines before, {spoken(most)} would get {as_text(given[most])} Gy"
            remedy = f"Allowed: up to {LARGEST_DOSE_GY:g} Gy to one site in all lines together."
            yield (*at, number, "radiotherapy"), fault(message, remedy)


def _of_a_gland_removed(line: Line, here: Path) -> Iterator[Problem]:
    for key, events in (("when", line.when), ("until", line.until)):
        for place, event in enumerate(events):
            if event.kind == RESECTABLE:
                message = f'"{event}" never comes: the gland has been taken out in a line before'
                yield (*here, key, place), fault(message, "Leave it out.")


def _of_beginnings(arm: Arm, at: Path, follow_up: float) -> Iterator[Problem]:
    """Errors for lines that no one reaches."""
    latest = 0.0
    for number, line in enumerate(arm.lines):
        before = arm.lines[number - 1] if number else None
        for place, event in enumerate(line.when):
            path = (*at, number, "when", place)
            if event.kind == PREVIOUS_LINE_ENDED and before is not None and not before.has_an_end:
                remedy = 'Write an "until" there, or another "when" here.'
                yield path, fault("the line before has no end but death", remedy)
            if event.days is not None and event.days >= follow_up:
                yield path, fault(f'"{event}" is after the end of follow-up', "Write an earlier time.")
        times = [event.days for event in line.when if event.days is not None]
        if len(times) == len(line.when) and min(times, default=0.0) < latest:
            remedy = "Put the lines in the order of their times."
            yield (*at, number, "when"), fault(f'"{line.when[0]}" is before the line above begins', remedy)
        elif len(times) == len(line.when):
            latest = max(latest, *times)


def _of_drugs_side_by_side(arm: Arm, at: Path) -> Iterator[Problem]:
    """Errors for drugs of a line that may still be given in a line before."""
    for number, line in enumerate(arm.lines):
        for place, drug in enumerate(line.drugs):
            for earlier in range(number):
                names = {other.drug for other in arm.lines[earlier].drugs}
                if drug.drug in names and not _over(arm.lines, earlier, number):
                    message = f"{drug.drug} may still be given in line {earlier + 1} when this line begins"
                    remedy = f'Write "when: {PREVIOUS_LINE_ENDED}", or let that line end on what begins this one.'
                    yield (*at, number, "drugs", place), fault(message, remedy)
                    break


def _over(lines: tuple[Line, ...], earlier: int, later: int) -> bool:
    """Whether a line has ended whenever a later one begins, which is never before those between them begin."""
    return any(
        all(_ends(lines, earlier, number, event) for event in lines[number].when)
        for number in range(earlier + 1, later + 1)
    )


def _ends(lines: tuple[Line, ...], earlier: int, number: int, event: Event) -> bool:
    """Whether line `earlier` has ended when `event` begins line `number`."""
    if event.kind == PREVIOUS_LINE_ENDED:
        return earlier == number - 1
    if event.kind == AFTER_START:
        return event.days is not None and earlier == 0 and _latest_end(lines[0]) <= event.days
    return event.kind in {end.kind for end in lines[earlier].until}


def _latest_end(line: Line) -> float:
    """Days after the start at which the first line has ended for certain; infinite where nothing says so."""
    if any(event.kind not in (PREVIOUS_LINE_ENDED, AFTER_START) for event in line.when):
        return math.inf
    begins = max(event.days or 0.0 for event in line.when) + line.delay_days
    lasting = [] if line.given_for is None else [line.given_for]
    lasting += [days for event in line.until if (days := days_of(event, line)) is not None]
    return begins + min(lasting, default=math.inf)


def days_of(event: Event, line: Line) -> float | None:
    """Days of a duration, cycles counted in those of the line; None for other conditions."""
    if event.kind == DURATION and event.cycles is not None:
        return None if line.cycle_days is None else float(event.cycles * line.cycle_days)
    return event.days
