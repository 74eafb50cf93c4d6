"""How a trial is run: design, entry, scans, losses and supportive care. What is left out is as in a plain cohort.

Of one patient only scans and supportive care can be said.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer, PlainValidator, WithJsonSchema, model_validator

from paget.scenario.faults import fault, shown
from paget.scenario.fields import EcogRange, ScenarioRecord, YesNo, choice, did_you_mean, one_or_many
from paget.scenario.genotype import gene_names, known_gene
from paget.scenario.phrase import NUMBER, as_text, tidy
from paget.scenario.quantity import Quantity, QuantityOf, parse_quantity
from paget.scenario.units import TABLE
from paget.trial.treatment import DESIGNS, TWINS

USUAL_SCANS = "every 8 weeks"
WHEN_OBSTRUCTED, NEVER = TRACHEOSTOMY = ("when obstructed", "never")
STRATA = ("stage", "ECOG", "age", "sex", "metastatic")
"""What a randomisation may be stratified by, beside genes."""

_FACTORS = f"Write {', '.join(STRATA)} or a gene, e.g. BRAF."

MOST_SPANS = 20
LONGEST_DAYS = 36525.0
_OFF = ("off", "none", "no", "never")
_EVERY = re.compile("every (?P<interval>.+?)(?: until (?P<until>.+))?")
_RATE = re.compile(rf"(?P<number>{NUMBER}) ?(?P<percent>%|percent)? ?(?:/|per) ?(?P<unit>[a-z]{{1,8}})")
_CUT_OFF = re.compile("(?P<time>.+) after (?:the )?first patient")
_LARGEST_SPREAD = 3.0


@dataclass(frozen=True)
class Span:
    """Scans at one distance, up to a time after the start; times in days, None: without end."""

    interval: Quantity
    until: Quantity | None

    def __str__(self) -> str:
        return f"every {self.interval}" + ("" if self.until is None else f" until {self.until}")


@dataclass(frozen=True)
class Scans:
    """Imaging at regular distances; no spans: none."""

    spans: tuple[Span, ...]

    def __str__(self) -> str:
        return " then ".join(map(str, self.spans)) or "off"

    def days(self, end: float) -> tuple[int, ...]:
        """Whole days since the start of treatment up to `end`, from the baseline on day 0 on; empty without scans."""
        return tuple(dict.fromkeys(round(day) for day in self._times(end)))

    def _times(self, end: float) -> Iterator[float]:
        time = 0.0
        if self.spans:
            yield time
        for span in self.spans:
            last = end if span.until is None else min(end, span.until.value)
            while time + span.interval.value <= last:
                time += span.interval.value
                yield time


def parse_scans(given: object) -> Scans:
    """``every 8 weeks``, ``every 6 weeks until 24 weeks then every 12 weeks`` (or a list of such), or ``off``."""
    if isinstance(given, Scans):
        return given
    if given is False:
        return Scans(())
    items = given if isinstance(given, list | tuple) else [given]
    texts = [part for item in items for part in tidy(item, "how often scans are made", USUAL_SCANS).split(" then ")]
    if len(texts) == 1 and texts[0] in _OFF:
        return Scans(())
    if not 1 <= len(texts) <= MOST_SPANS:
        raise fault(f"{len(texts)} distances between scans will not do", f'Write e.g. "{USUAL_SCANS}" or "off".')
    written = shown(" then ".join(texts))
    spans = tuple(_span(text, written) for text in texts)
    _in_order(spans, written)
    return Scans(spans)


def _span(text: str, written: str) -> Span:
    match = _EVERY.fullmatch(text)
    if match is None:
        remedy = f'Write "off", "{USUAL_SCANS}" or "every 6 weeks until 24 weeks then every 12 weeks".'
        raise fault(f"{written}: {shown(text)} does not say how often", remedy)
    interval = parse_quantity(match["interval"], "time", 1.0, LONGEST_DAYS, "8 weeks")
    until = None if match["until"] is None else parse_quantity(match["until"], "time", 1.0, LONGEST_DAYS, "24 weeks")
    return Span(interval, until)


def _in_order(spans: tuple[Span, ...], written: str) -> None:
    """A pydantic error where one distance of scans has no end before the next, or ends before it begins."""
    reached = 0.0
    for place, span in enumerate(spans):
        if span.until is None and place < len(spans) - 1:
            raise fault(f'{written}: "{span}" has no end before the next', 'Write e.g. "every 6 weeks until 24 weeks".')
        if span.until is not None and span.until.value < reached + span.interval.value:
            raise fault(f'{written}: "{span}" leaves no scan', "Write a later time behind until.")
        reached = reached if span.until is None else span.until.value


@dataclass(frozen=True)
class DropOut:
    """Share of the patients who leave within a unit of time; `per_day` is the hazard, 1/day."""

    text: str
    per_day: float

    def __str__(self) -> str:
        return self.text


def parse_drop_out(given: object) -> DropOut:
    """``5 %/year``: that share of those still in the trial leaves within each year; a pydantic error otherwise."""
    if isinstance(given, DropOut):
        return given
    example = "5 %/year"
    match = _RATE.fullmatch(tidy(given, "the share that leaves in a time", example))
    factors = TABLE["time"][1]
    if match is None or match["unit"] not in factors:
        raise fault(f"{shown(given)} is no share in a time", f'Write e.g. "{example}".')
    number, percent = float(match["number"]), match["percent"]
    share = number / 100.0 if percent else number
    if not 0.0 <= share < 1.0:
        raise fault(f"{shown(given)} is no share", f'Write 0 to less than 100 %, e.g. "{example}".')
    text = f"{as_text(number)} {'%' if percent else ''}/{match['unit']}"
    return DropOut(text, -math.log1p(-share) / factors[match["unit"]])


@dataclass(frozen=True)
class CutOff:
    """When the data are cut: a time after the first patient entered."""

    after: Quantity

    def __str__(self) -> str:
        return f"{self.after} after first patient"


def parse_cut_off(given: object) -> CutOff:
    """``36 months after first patient``; a pydantic error otherwise."""
    if isinstance(given, CutOff):
        return given
    example = "36 months after first patient"
    match = _CUT_OFF.fullmatch(tidy(given, "when the data are cut", example))
    if match is None:
        raise fault(f"{shown(given)} does not say after what", f'Write e.g. "{example}".')
    return CutOff(parse_quantity(match["time"], "time", 1.0, LONGEST_DAYS, "36 months"))


def _strata(given: object) -> tuple[str, ...]:
    known = {name.casefold(): name for name in STRATA}
    found: list[str] = []
    for name in one_or_many(given, "a factor such as stage, ECOG or BRAF"):
        factor = known.get(name.casefold()) or known_gene(name)
        if factor is None:
            remedy = did_you_mean(name, (*STRATA, *gene_names()), otherwise=_FACTORS)
            raise fault(f"factor {shown(name)} is unknown", remedy)
        if factor in found:
            raise fault(f"factor {shown(factor)} stands twice", "Keep one.")
        found.append(factor)
    return tuple(found)


def _spread(given: object) -> float:
    remedy = f"Write the SD of ln delay, 0 to {_LARGEST_SPREAD:g}."
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise fault(f"{shown(given)} is not a number", remedy)
    if not 0.0 <= given <= _LARGEST_SPREAD:
        raise fault(f"{shown(given)} is out of range", remedy)
    return float(given)


def _text_schema(*examples: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "examples": list(examples)})


_TEXTS: dict[str, Any] = {"type": "array", "items": {"type": "string"}}

ScansField = Annotated[
    Scans,
    PlainValidator(parse_scans),
    PlainSerializer(str),
    WithJsonSchema({"anyOf": [{"type": "string", "examples": [USUAL_SCANS, "off"]}, {"const": False}, _TEXTS]}),
]
DropOutField = Annotated[DropOut, PlainValidator(parse_drop_out), PlainSerializer(str), _text_schema("5 %/year")]
CutOffField = Annotated[
    CutOff, PlainValidator(parse_cut_off), PlainSerializer(str), _text_schema("36 months after first patient")
]
DesignName = Annotated[
    str, choice("design", lambda: DESIGNS, {"randomized": "randomised"}), WithJsonSchema({"enum": list(DESIGNS)})
]
Strata = Annotated[tuple[str, ...], BeforeValidator(_strata), WithJsonSchema({"anyOf": [{"type": "string"}, _TEXTS]})]
Tracheostomy = Annotated[
    str, choice("policy for tracheostomy", lambda: TRACHEOSTOMY), WithJsonSchema({"enum": list(TRACHEOSTOMY)})
]
Wait = Annotated[Quantity, QuantityOf("time", 0.0, 3652.5, "2.6 months")]
Accrual = Annotated[Quantity, QuantityOf("time", 1.0, 7305.0, "24 months")]
Spread = Annotated[
    float, BeforeValidator(_spread), WithJsonSchema({"type": "number", "minimum": 0, "maximum": _LARGEST_SPREAD})
]


class SupportiveCare(ScenarioRecord):
    """Care that every arm gets."""

    tracheostomy: Tracheostomy = Field(default=NEVER, description="A tracheostomy when the airway is obstructed.")
    nutrition: YesNo = Field(default=False, description="Whether enteral nutrition is given.")


class Enrolment(ScenarioRecord):
    """From diagnosis to the start of treatment, and who is by then too ill to start."""

    delay: Wait = Field(description="Median time from diagnosis to the start.")
    spread: Spread = Field(default=0.0, description="SD of ln delay between patients.")
    ECOG: EcogRange | None = Field(default=None, description="Who is above its max at the start never starts.")

    @model_validator(mode="after")
    def _no_lowest_ecog(self) -> Enrolment:
        if self.ECOG is not None and self.ECOG.min is not None:
            raise fault("ECOG has a min, and nobody is too well to start", "Write {max: 2}.")
        return self

    @property
    def ecog_limit(self) -> float | None:
        """Highest ECOG with which one starts; None: any."""
        return None if self.ECOG is None or self.ECOG.max is None else float(self.ECOG.max)


class Monitoring(ScenarioRecord):
    """What everybody gets beside the treatment of an arm, in a trial or as one patient."""

    scans: ScansField | None = Field(
        default=None, description=f"Imaging from the start on; {USUAL_SCANS} where treatment or an endpoint needs it."
    )
    supportive_care: SupportiveCare | None = Field(
        default=None, description="Airway and nutrition; neither if left out."
    )


class Conduct(Monitoring):
    """The keys of a trial that say how it is run."""

    design: DesignName | None = Field(
        default=None, description=f"{TWINS} (the same persons in every arm, the default) or randomised."
    )
    stratify: Strata | None = Field(
        default=None, description="Factors of the randomisation: stage, ECOG, age, sex, a gene."
    )
    enrolment: Enrolment | None = Field(default=None, description="Diagnosis to start; at once if left out.")
    accrual: Accrual | None = Field(default=None, description="Time in which patients enter; all at once if left out.")
    drop_out: DropOutField | None = Field(default=None, description="Share lost to follow-up; nobody if left out.")
    cut_off: CutOffField | None = Field(default=None, description="When the data are cut; never if left out.")
