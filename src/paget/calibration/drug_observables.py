"""Published observables of the agents beside what their compartments give, for the page docs/pharmacokinetics.md.

An observable that was an input is no row of observed.csv. Simulated is the typical person; "hit" is within the record
drug_observable_tolerance of the printed value, or within its printed range.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import ceil, log
from types import MappingProxyType

import numpy as np

from paget.knowledge import drugs as shipped_drugs
from paget.knowledge.agents import NONE_PUBLISHED, Drug, Observed
from paget.knowledge.records import Parameter
from paget.knowledge.regimen import Regimen, regimen
from paget.therapy.agents import compiled_drugs
from paget.therapy.exposure_course import ExposureCourse, exposure_course

HOURS = 24.0
MINUTES_A_PART = 5
PARTS = 24 * 60 // MINUTES_A_PART
_SETTLED = 12.0
"""Half-lives, and time constants of induction, after which a level is called steady (1 in 4000 is left)."""

_PER_MG_L = MappingProxyType({"ng/mL": 1e3, "ug/mL": 1.0, "mg/L": 1.0, "ng*h/mL": 1e3, "ug*d/mL": 1.0 / HOURS})
"""Units of a concentration per mg/L, and of an area per mg h/L."""


@dataclass(frozen=True)
class Comparison:
    """One published observable: `simulated` in its unit, `ratio` of simulated to published."""

    drug: str
    observed: Observed
    simulated: float
    hit: bool

    @property
    def ratio(self) -> float:
        """Simulated over published."""
        assert self.observed.value is not None
        return self.simulated / self.observed.value


def comparisons(
    parameters: Mapping[str, Parameter], drugs: Mapping[str, Drug] = shipped_drugs
) -> tuple[Comparison, ...]:
    """Every published observable of every agent, in the order of the data."""
    tolerance = parameters["drug_observable_tolerance"].value
    found: list[Comparison] = []
    for inn, drug in drugs.items():
        for observed in drug.observed:
            if observed.observable != NONE_PUBLISHED:
                value = simulated(drug, observed, parameters, drugs)
                found.append(Comparison(inn, observed, value, _hits(observed, value, tolerance)))
    return tuple(found)


def simulated(
    drug: Drug, observed: Observed, parameters: Mapping[str, Parameter], drugs: Mapping[str, Drug] = shipped_drugs
) -> float:
    """The observable of the typical person, in its unit."""
    record = compiled_drugs([drug.inn], parameters, drugs)
    body = (parameters["typical_weight"].value, parameters["typical_surface"].value)
    trial = _Trial(record, regimen(observed.regimen), observed.occasion == "steady state", *body)
    unit = _PER_MG_L.get(observed.unit or "", 1.0)
    return _MEASURES[observed.observable](trial) * unit


def terminal_half_life(record: np.void, induced: bool = True) -> float:
    """Half-life (h) of the slowest step of a compiled agent, absorption included."""
    clearance = record["clearance"] if induced else record["clearance"] / record["induction_ratio"]
    central, near, far = record["central_volume"], record["peripheral_volume"], record["second_volume"]
    flow, second = record["flow"], record["second_flow"]
    rates = np.array(
        [
            [(clearance + flow + second) / central, -flow / near, -second / far],
            [-flow / central, flow / near, 0.0],
            [-second / central, 0.0, second / far],
        ]
    )
    kept = [0, *([1] if flow > 0 else []), *([2] if second > 0 else [])]
    slowest = np.linalg.eigvals(rates[np.ix_(kept, kept)]).real.min()
    taken_by_mouth = record["infusion_duration"] == 0.0
    return log(2.0) / float(min(slowest, record["absorption_rate"]) if taken_by_mouth else slowest)


@dataclass(frozen=True)
class _Trial:
    """A regimen in the typical person, after the first dose or at steady state; total concentrations, mg/L and h."""

    record: np.ndarray
    given: Regimen
    steady: bool
    weight: float
    surface: float

    @cached_property
    def half_life(self) -> float:
        return terminal_half_life(self.record[0], self.steady)

    @cached_property
    def interval(self) -> float:
        """Hours that an area covers: between doses, or until the drug has gone."""
        return self.given.every_hours or 2.0 * _SETTLED * self.half_life

    @cached_property
    def course(self) -> ExposureCourse:
        """The window that is measured, from one dose to the next, or a whole day where that is longer."""
        window = max(1, ceil(self.interval / HOURS))
        if not self.steady:
            return self.follow(Regimen(**{**vars(self.given), "every_hours": None}), window, window)
        settling = _SETTLED * (self.half_life + float(self.record["induction_time"][0]))
        return self.follow(self.given, window * ceil(settling / HOURS / window) + window, window)

    def follow(self, given: Regimen, days: int, window: int) -> ExposureCourse:
        found = exposure_course(self.record, given, days, PARTS, self.weight, self.surface)
        per = float(self.record["unbound_per_mg"][0])
        return ExposureCourse(*(part[-window:] / per for part in (found.parts, found.mean, found.peak, found.trough)))

    def area(self) -> float:
        parts = self.course.parts.ravel()
        return float(parts[: round(self.interval / HOURS * PARTS)].sum()) * HOURS / PARTS

    def accumulation(self) -> float:
        first = _Trial(self.record, self.given, False, self.weight, self.surface)
        return self.area() / first.area()

    def time_of_peak(self) -> float:
        return (float(np.argmax(self.course.parts.ravel())) + 0.5) * HOURS / PARTS

    def clearance(self) -> float:
        record = self.record[0]
        return float(record["clearance"] / (1.0 if self.steady else record["induction_ratio"]))

    def volume(self) -> float:
        record = self.record[0]
        near = record["peripheral_volume"] if record["flow"] > 0 else 0.0
        far = record["second_volume"] if record["second_flow"] > 0 else 0.0
        return float(record["central_volume"] + near + far)


_MEASURES: Mapping[str, Callable[[_Trial], float]] = MappingProxyType(
    {
        "AUC": _Trial.area,
        "Cmax": lambda trial: float(trial.course.peak.max()),
        "Cmin": lambda trial: float(trial.course.trough.min()),
        "tmax": _Trial.time_of_peak,
        "half-life": lambda trial: trial.half_life,
        "accumulation": _Trial.accumulation,
        "clearance iv": _Trial.clearance,
        "steady-state volume iv": _Trial.volume,
    }
)


def _hits(observed: Observed, value: float, tolerance: float) -> bool:
    assert observed.value is not None
    low = observed.value if observed.low is None else observed.low
    high = observed.value if observed.high is None else observed.high
    within_range = observed.low is not None and low <= value <= high
    return within_range or abs(value / observed.value - 1.0) <= tolerance
