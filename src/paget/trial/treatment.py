"""What a trial prescribes and how it is run, as the compiler reads it: frozen, in the units of the model.

A protocol is a sequence of lines. Line i is waited for once line i - 1 has begun (the first: once treatment has begun);
it begins `delay_days` after the first of its `when` conditions holds, and ends on the first of its `until` conditions,
or when all that it gives has been given. Lines may therefore run side by side: only PREVIOUS_LINE_ENDED waits for an
end. RESECTABLE is a finding of scans, not something to wait for: a line of which it is the only condition is passed
over when the line before has ended and the next scan, made on that day or later, doesn't show it (at once where no
further scan is scheduled), and passing over counts as the end of that line.

Days: day 0 is the first day of a line (calendars), of treatment (AFTER_START, scans) or of enrolment of the first
patient (accrual, cut-off).

Scenarios name these things too, without what numpy costs to import: this file needs it for types only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

PROGRESSION = "progression"
"""RECIST 1.1 progression against the nadir, on a scan."""

CLINICAL_PROGRESSION = "clinical progression"
"""Worsening of symptoms or performance without a scan."""

UNACCEPTABLE_TOXICITY = "unacceptable toxicity"

RESECTABLE = "resectable"
"""The primary can be taken out, judged on a scan."""

COMPLETE_RESPONSE = "complete response"

DURATION = "duration"
"""`days` since the line began; months and cycles in a scenario."""

AFTER_START = "after start"
"""`days` since treatment began."""

PREVIOUS_LINE_ENDED = "previous line ended"

END_OF_RADIOTHERAPY = "end of radiotherapy"
"""The last fraction of the same line has been given."""

CONDITIONS = (
    PROGRESSION,
    CLINICAL_PROGRESSION,
    UNACCEPTABLE_TOXICITY,
    RESECTABLE,
    COMPLETE_RESPONSE,
    DURATION,
    AFTER_START,
    PREVIOUS_LINE_ENDED,
    END_OF_RADIOTHERAPY,
)
"""Every kind of condition; the place is its number in the compiled records."""

SEEN_ON_SCANS = (PROGRESSION, RESECTABLE, COMPLETE_RESPONSE)
"""Conditions that nobody notices without imaging."""

MG, MG_PER_SQUARE_METRE, MG_PER_KILOGRAM = BASES = ("mg", "mg/m^2", "mg/kg")
ORAL, INTRAVENOUS = ROUTES = ("oral", "iv")
TOTAL_THYROIDECTOMY, LOBECTOMY, DEBULKING = PROCEDURES = ("total thyroidectomy", "lobectomy", "debulking")
TWINS, RANDOMISED = DESIGNS = ("twins", "randomised")
DIAGNOSIS, ENROLMENT = CLOCKS = ("diagnosis", "enrolment")


@dataclass(frozen=True, eq=False)
class Dosing:
    """One drug of a line.

    drug: INN, the id of its folder in knowledge; infusion_hours: 0 for an oral dose; hours: times of day of the
    administrations of a day with a dose, hours from the beginning of the day; calendar: (days,) float64, amount per
    administration on each day of the line in `basis` (mg, mg/m^2 or mg/kg), 0: none. It is as long as the follow-up
    and read-only. ends_after: days of the line after which the regimen is over, the interval of its last dose included
    (``for 6 cycles``) or as written (``until day 21``); None: it goes on.
    """

    drug: str
    basis: str
    route: str
    infusion_hours: float
    hours: tuple[float, ...]
    calendar: np.ndarray
    ends_after: float | None = None

    def __eq__(self, other: object) -> bool:
        """Whether both give the same at the same times."""
        if not isinstance(other, Dosing):
            return NotImplemented
        if self._key() != other._key() or self.calendar.shape != other.calendar.shape:
            return False
        return bool((self.calendar == other.calendar).all())

    def __hash__(self) -> int:
        """Equal dosings hash alike."""
        return hash(self._key())

    def _key(self) -> tuple[object, ...]:
        return (self.drug, self.basis, self.route, self.infusion_hours, self.hours, self.ends_after)


@dataclass(frozen=True)
class Radiotherapy:
    """External beam radiation: total dose in Gy in equal fractions; sites: ids of knowledge.

    days_per_week: treatment days, from the first day of the line on; hours_between: between the fractions of one day,
    0 where there is one. The primary's site stands for its bed after an operation.
    """

    dose_gy: float
    fractions: int
    fractions_per_day: int
    days_per_week: int
    hours_between: float
    sites: tuple[str, ...]


@dataclass(frozen=True)
class Surgery:
    """An operation on the first day of its line; sites: ids of the places that it clears (PROCEDURES)."""

    procedure: str
    sites: tuple[str, ...]


@dataclass(frozen=True)
class Condition:
    """Something that begins or ends a line; days: of DURATION and AFTER_START, None for all others."""

    kind: str
    days: float | None = None


@dataclass(frozen=True)
class Line:
    """What is given together; any one of `when` begins it, any one of `until` ends it (none: all given, or death)."""

    name: str
    dosings: tuple[Dosing, ...] = ()
    radiotherapy: Radiotherapy | None = None
    surgery: Surgery | None = None
    when: tuple[Condition, ...] = (Condition(PREVIOUS_LINE_ENDED),)
    until: tuple[Condition, ...] = ()
    delay_days: float = 0.0


@dataclass(frozen=True)
class Protocol:
    """The lines of one arm in order; none: supportive care only."""

    lines: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Design:
    """How a trial is run; the defaults are a cohort of twins, observed from diagnosis, without scans.

    kind: TWINS (the same persons in every arm) or RANDOMISED; stratify: "stage", "ECOG", "age", "sex", "metastatic" or
    genes. accrual_days: length of the time in which patients enter; drop_out_rate_per_day: hazard of leaving;
    cut_off_days: from the first patient's entry to the analysis, None: everyone is followed to the end of follow-up.
    enrolment_delay_days: median from diagnosis to the start of treatment; enrolment_spread: SD of its logarithm;
    enrolment_ecog_limit: who is above it on that day never starts, None: no limit. clock: day 0 of all times, DIAGNOSIS
    or ENROLMENT. scan_days: days since the start of treatment, the first (0) is the baseline; empty: no scans.
    tracheostomy: when the airway is obstructed; nutrition: enteral support. endpoints: abbreviations as in a scenario.
    """

    kind: str = TWINS
    stratify: tuple[str, ...] = ()
    accrual_days: float = 0.0
    drop_out_rate_per_day: float = 0.0
    cut_off_days: float | None = None
    enrolment_delay_days: float = 0.0
    enrolment_spread: float = 0.0
    enrolment_ecog_limit: float | None = None
    clock: str = DIAGNOSIS
    scan_days: tuple[int, ...] = ()
    tracheostomy: bool = False
    nutrition: bool = False
    endpoints: tuple[str, ...] = ("OS", "CSS")
