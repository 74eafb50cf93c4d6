"""The lines and the conduct of a scenario in the units of the model, as the trial layer compiles them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from paget.scenario.conduct import NEVER, SupportiveCare
from paget.scenario.drugs import usual_infusion_hours
from paget.scenario.line import Event, Line
from paget.scenario.local_treatment import Radiation
from paget.scenario.model import Arm, Scenario, Trial
from paget.scenario.regimen import Regimen, doses_by_day
from paget.scenario.treatment_faults import days_of
from paget.trial import treatment
from paget.trial.treatment import Condition, Design, Dosing, Protocol, Radiotherapy, Surgery

USUAL_INFUSION_HOURS = 1.0
"""Where neither the scenario nor the drug's record says how long an infusion takes."""


def protocols_of(scenario: Scenario) -> Mapping[str, Protocol]:
    """Protocols by arm; an arm without lines has none."""
    days = max(1, math.ceil(scenario.follow_up_days))
    return {arm.name: _protocol(arm, days) for arm in scenario.arms if arm.lines}


def design_of(scenario: Scenario) -> Design:
    """How the scenario is run; the futures of one patient are twins in every arm, treated at once."""
    care = scenario.supportive_care or SupportiveCare()
    design = Design(
        clock=scenario.cohort.clock,
        endpoints=scenario.endpoints,
        scan_days=() if scenario.scans is None else scenario.scans.days(scenario.follow_up_days),
        tracheostomy=care.tracheostomy != NEVER,
        nutrition=care.nutrition,
    )
    return _conducted(design, scenario) if isinstance(scenario, Trial) else design


def _conducted(design: Design, trial: Trial) -> Design:
    """The design with what a trial says of entry, losses and the analysis."""
    enrolment = trial.enrolment
    return replace(
        design,
        kind=trial.design or treatment.TWINS,
        stratify=trial.stratify or (),
        accrual_days=0.0 if trial.accrual is None else trial.accrual.value,
        drop_out_rate_per_day=0.0 if trial.drop_out is None else trial.drop_out.per_day,
        cut_off_days=None if trial.cut_off is None else trial.cut_off.after.value,
        enrolment_delay_days=0.0 if enrolment is None else enrolment.delay.value,
        enrolment_spread=0.0 if enrolment is None else enrolment.spread,
        enrolment_ecog_limit=None if enrolment is None else enrolment.ecog_limit,
    )


def _protocol(arm: Arm, days: int) -> Protocol:
    lines: list[treatment.Line] = []
    for number, line in enumerate(arm.lines, start=1):
        taken = {given.name for given in lines} | {other.name for other in arm.lines if other is not line}
        name = line.title if line.title not in taken else f"{line.title} (line {number})"
        lines.append(_line(line, name, days))
    return Protocol(tuple(lines))


def _line(line: Line, name: str, days: int) -> treatment.Line:
    operation = line.surgery
    return treatment.Line(
        name=name,
        dosings=tuple(_dosing(drug, days) for drug in line.drugs),
        radiotherapy=None if line.radiotherapy is None else _radiotherapy(line.radiotherapy),
        surgery=None if operation is None else Surgery(operation.procedure, operation.sites),
        when=tuple(_condition(event, line) for event in line.when),
        until=tuple(_condition(event, line) for event in line.until),
        delay_days=line.delay_days,
    )


def _condition(event: Event, line: Line) -> Condition:
    return Condition(event.kind, days_of(event, line))


def _dosing(drug: Regimen, days: int) -> Dosing:
    calendar = np.array(doses_by_day(drug, days), np.float64)
    calendar.flags.writeable = False
    return Dosing(
        drug=drug.drug,
        basis=drug.dose.basis,
        route=drug.route,
        infusion_hours=_infusion_hours(drug),
        hours=drug.schedule.hours,
        calendar=calendar,
        ends_after=drug.ends_after,
    )


def _infusion_hours(drug: Regimen) -> float:
    if drug.route != treatment.INTRAVENOUS:
        return 0.0
    return drug.infusion_hours or usual_infusion_hours(drug.drug) or USUAL_INFUSION_HOURS


def _radiotherapy(given: Radiation) -> Radiotherapy:
    return Radiotherapy(
        dose_gy=given.dose_gy,
        fractions=given.fractions,
        fractions_per_day=given.fractions_per_day,
        days_per_week=given.days_per_week,
        hours_between=given.hours_between or 0.0,
        sites=given.sites,
    )
