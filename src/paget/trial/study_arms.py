"""Which arm of a run stands for an arm of a published study: the one that prescribes the same (published_arms.csv)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from paget.knowledge.published_arms import ANY, PublishedArm
from paget.trial.plan import Study
from paget.trial.treatment import ENROLMENT, Protocol, Radiotherapy

PRIMARY_SITE = "thyroid"

_TOLERANCE = 0.5 / (3 + 2)
"""0.1 Gy, the last place of printed doses: 46 Gy in 36 fractions of 1.28 Gy are printed as 1.3."""


@dataclass(frozen=True)
class Given:
    """What an arm prescribes over all of its lines.

    drugs: INN; dose_gy: to the primary, 0 without; fraction_gy: the largest fraction of it; operated: whether an
    operation is planned. beam, delay_days: radiation of the first line and days from the start to it, None where the
    first line has none. from_diagnosis: whether times count from diagnosis.
    """

    drugs: frozenset[str] = frozenset()
    dose_gy: float = 0.0
    fraction_gy: float = 0.0
    operated: bool = False
    beam: Radiotherapy | None = None
    delay_days: float = 0.0
    from_diagnosis: bool = True


def study_arms(study: Study) -> dict[str, Given]:
    """What every arm of a study prescribes, in order."""
    from_diagnosis = study.design.clock != ENROLMENT
    return {arm: given(study.protocols.get(arm, Protocol()), from_diagnosis) for arm in study.arms}


def given(protocol: Protocol, from_diagnosis: bool = True) -> Given:
    """What a protocol prescribes."""
    beams = [line.radiotherapy for line in protocol.lines if line.radiotherapy is not None]
    beams = [beam for beam in beams if PRIMARY_SITE in beam.sites]
    first = protocol.lines[0] if protocol.lines else None
    return Given(
        drugs=frozenset(dosing.drug for line in protocol.lines for dosing in line.dosings),
        dose_gy=sum(beam.dose_gy for beam in beams),
        fraction_gy=max((beam.dose_gy / beam.fractions for beam in beams), default=0.0),
        operated=any(line.surgery is not None for line in protocol.lines),
        beam=None if first is None else first.radiotherapy,
        delay_days=0.0 if first is None else first.delay_days,
        from_diagnosis=from_diagnosis,
    )


def standing_for(published: PublishedArm, arms: Mapping[str, Given]) -> tuple[str, ...]:
    """Names of the arms that prescribe what the published arm gave: the first, or all where its result is pooled."""
    found = tuple(name for name, here in arms.items() if matches(published, here))
    return found if published.pooled else found[:1]


def matches(published: PublishedArm, here: Given) -> bool:
    """Whether drugs, dose to the primary, dose of a fraction and operation are those of the published arm."""
    if published.drugs != (ANY,) and here.drugs != set(published.drugs):
        return False
    low, high = published.dose_low_gy or 0.0, published.dose_high_gy or 0.0
    if not low - _TOLERANCE <= here.dose_gy <= high + _TOLERANCE:
        return False
    if published.fraction_gy is not None and abs(here.fraction_gy - published.fraction_gy) > _TOLERANCE:
        return False
    return published.surgery == ANY or here.operated == (published.surgery == "yes")
