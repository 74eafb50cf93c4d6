"""What calibration may change and what it changed: priors, rows that are fitted, fitted values, posterior draws.

    priors.csv       free parameters of a disease, each with its prior; at most `MOST_FREE` in all stages together
    fit_targets.csv  rows of published.csv that calibration may look at: fitted or not, and why not
    read_out_priors.csv  ranges that read-outs of the whole model must keep to; fitted like a row, never counted as one
    fitted.csv       records laid over the disease's own, status ``fitted``: the place of least misfit
    posterior.csv    the posterior ensemble, one row per draw and parameter

A fitted record without a prior, with another status or another unit than the record that it replaces is refused.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Annotated, Literal, Self, get_args

from pydantic import BeforeValidator, Field, FiniteFloat, PositiveInt, model_validator

from paget.knowledge.disease import Published
from paget.knowledge.naming import did_you_mean
from paget.knowledge.reading import Entry, Problem, Table
from paget.knowledge.records import Parameter, Record, StatusField, Unit, _one_of, fault

MOST_FREE = 15
"""Free parameters of one disease at most."""

LATEST_MONTHS = 12.0
"""The natural history is not fitted to rows about a later time."""

NATURAL_HISTORY, TREATMENT = STAGES = (1, 2)
"""Stages of the fit; the second is made with the first installed."""

BLOCKS: Mapping[int, tuple[str, ...]] = MappingProxyType({NATURAL_HISTORY: ("A", "B", "C"), TREATMENT: ("D", "E")})
"""Stage -> blocks of published.csv that it may be fitted to."""

NEVER = "do not fit"
"""In the note of a published row that no stage may be fitted to."""

Transform = Literal["linear", "log", "logit"]


def _names(value: object) -> object:
    return tuple(value.split(";")) if isinstance(value, str) else value


class Prior(Record):
    """A free parameter: ``low`` … ``high`` is the central 90 % of a normal distribution on the transformed scale.

    ``also``: symbols that take the same value. ``stage``: 1 natural history, 2 treatment.
    """

    symbol: str
    stage: Annotated[int, Field(ge=1, le=2)]
    transform: Annotated[Transform, _one_of("transform", get_args(Transform))]
    low: FiniteFloat
    high: FiniteFloat
    unit: Unit
    also: Annotated[tuple[str, ...], BeforeValidator(_names)] = ()
    source: str
    status: StatusField
    note: str = ""

    @property
    def symbols(self) -> tuple[str, ...]:
        """Every symbol that takes the value."""
        return (self.symbol, *self.also)

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if not self.low < self.high:
            raise fault("order", f"low {self.low:g} is not below high {self.high:g}", "Order them: low < high.")
        if self.transform != "linear" and self.low <= 0:
            raise fault("order", f"low {self.low:g} has no {self.transform}", "Write a positive low, or linear.")
        if self.transform == "logit" and self.high >= 1:
            raise fault("order", f"high {self.high:g} has no logit", "Write a high below 1, or log.")
        return self


class FitTarget(Record):
    """A row of published.csv by its key.

    ``cohort``: the preset that stands for its patients (none: no treatment); ``scenario``: the built-in study of
    treatment that shows it, which makes it a row of the second stage. ``required``: the model is meant to meet it, so
    that it counts in full when the installed place is chosen.
    """

    study_id: str
    arm: str = ""
    population: str = ""
    endpoint: str
    time_months: FiniteFloat | None = None
    cohort: str | None = None
    scenario: str | None = None
    fitted: bool
    required: bool = False
    note: str = ""

    @property
    def key(self) -> tuple[str, str, str, str, float | None]:
        """As `Published.key`."""
        return (self.study_id, self.arm, self.population, self.endpoint, self.time_months)

    @property
    def stage(self) -> int:
        """Stage of the fit that looks at it."""
        return NATURAL_HISTORY if self.scenario is None else TREATMENT


class ReadOutPrior(Record):
    """What a read-out of the whole model must come out at: ``low`` … ``high`` is its 95 % interval on a log scale."""

    endpoint: str
    low: Annotated[FiniteFloat, Field(gt=0)]
    high: FiniteFloat
    unit: Unit
    source: str
    status: StatusField
    note: str = ""

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if not self.low < self.high:
            raise fault("order", f"low {self.low:g} is not below high {self.high:g}", "Order them: low < high.")
        return self

    @property
    def row(self) -> Published:
        """As a row that a cohort can be held against."""
        return Published(
            block="prior", table="read_out_priors", study_id="prior", endpoint=self.endpoint,
            value=math.sqrt(self.low * self.high), unit=self.unit, ci_low=self.low, ci_high=self.high,
            verified_via="", status=self.status, note=self.note,
        )  # fmt: skip


class PosteriorDraw(Record):
    """One parameter of one draw of the posterior."""

    draw: PositiveInt
    symbol: str
    value: FiniteFloat
    unit: Unit


PRIORS = Table(Prior, ("symbol",))
READ_OUT_PRIORS = Table(ReadOutPrior, ("endpoint",))
FIT_TARGETS = Table(FitTarget, ("study_id", "arm", "population", "endpoint", "time_months"))
POSTERIOR = Table(PosteriorDraw, ("draw", "symbol"))


def faults_of_priors(priors: Iterable[Entry[Prior]], known: Mapping[str, Parameter]) -> Iterator[Problem]:
    """Priors of unknown symbols or in another unit than the record's, symbols set twice, too many priors."""
    seen: set[str] = set()
    for number, entry in enumerate(priors, 1):
        if number == MOST_FREE + 1:
            yield entry.problem(f"more than {MOST_FREE} parameters are free", "Take priors out.")
        for symbol in entry.record.symbols:
            if symbol not in known:
                yield entry.problem(f"symbol {symbol!r} has no record", did_you_mean(symbol, known), "symbol")
            elif known[symbol].unit != entry.record.unit:
                yield entry.problem(
                    f"the unit is {entry.record.unit}, that of {symbol} is {known[symbol].unit}", "Use that.", "unit"
                )
            if symbol in seen:
                yield entry.problem(f"symbol {symbol!r} is set twice", "Remove one of the two.", "also")
            seen.add(symbol)


def faults_of_fitted(
    fitted: Iterable[Entry[Parameter]], priors: Iterable[Prior], known: Mapping[str, Parameter]
) -> Iterator[Problem]:
    """Fitted records that no prior frees, or that don't fit the records they replace."""
    free = {symbol for prior in priors for symbol in prior.symbols}
    for entry in fitted:
        symbol = entry.record.symbol
        if entry.record.status != "fitted":
            yield entry.problem(f"the status is {entry.record.status}", "Write fitted.", "status")
        if symbol not in free:
            yield entry.problem(f"{symbol} is fitted but has no prior", "Give it one in priors.csv.", "symbol")
        if symbol not in known:
            yield entry.problem(f"symbol {symbol!r} has no record", did_you_mean(symbol, known), "symbol")
        elif known[symbol].unit != entry.record.unit:
            yield entry.problem(f"the unit is not {known[symbol].unit}, as before the fit", "Use that.", "unit")


def faults_of_targets(targets: Iterable[Entry[FitTarget]], published: Iterable[Published]) -> Iterator[Problem]:
    """Targets that are not published rows, or that must not be fitted."""
    rows = {row.key: row for row in published}
    for entry in targets:
        row = rows.get(entry.record.key)
        if row is None:
            yield entry.problem("no row of published.csv has this key", "Copy study … time_months from there.")
        elif entry.record.fitted:
            stage = entry.record.stage
            if row.block.split(" ")[0] not in BLOCKS[stage]:
                yield entry.problem(
                    f"rows of block {row.block!r} are not fitted in stage {stage}",
                    f"Blocks: {', '.join(BLOCKS[stage])}; a row with a scenario belongs to stage {TREATMENT}.",
                )
            if NEVER in row.note:
                yield entry.problem(f"the row says {NEVER!r}", "Write fitted: no.")
            if (
                stage == NATURAL_HISTORY
                and max(row.time_months or 0.0, row.value if row.unit == "months" else 0.0) > LATEST_MONTHS
            ):
                yield entry.problem(f"the row is about more than {LATEST_MONTHS:g} months", "Write fitted: no.")
        elif not entry.record.note:
            yield entry.problem("the row is not fitted and nothing says why", "Fill the column note.", "note")


def faults_of_draws(draws: Iterable[Entry[PosteriorDraw]], priors: Iterable[Prior]) -> Iterator[Problem]:
    """Draws of parameters that no prior frees."""
    free = {prior.symbol for prior in priors}
    for entry in draws:
        if entry.record.symbol not in free:
            yield entry.problem(f"{entry.record.symbol} has no prior", did_you_mean(entry.record.symbol, free))
