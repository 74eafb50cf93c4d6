"""Arms of published studies of treatment: what was given, so that a simulated arm can be found that stands for each.

``published_arms.csv`` of a disease. A published row whose study and arm stand here is compared with the arm of the run
that prescribes the same, whatever that arm is called, and with no other. Rows of other studies (registries, autopsies)
speak of the untreated disease or of the care of an era and are compared with the run's first arm.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, FiniteFloat, model_validator

from paget.knowledge.reading import Table
from paget.knowledge.records import Record, StatusField, check_order

ANY = "any"
"""Stands for every drug, or none."""


def _names(value: object) -> object:
    return tuple(sorted(filter(None, value.split(";")))) if isinstance(value, str) else value


Dose = Annotated[FiniteFloat, Field(ge=0)]


class PublishedArm(Record):
    """An arm of a published study by what it gives over all of its lines.

    ``drugs``: INN of all of them, or `ANY`; ``dose_low_gy`` … ``dose_high_gy``: prescribed dose to the primary, none
    where blank; ``fraction_gy``: dose of a fraction, any where blank. ``pooled``: the published number is of several
    arms together. ``evaluable``: whose responses are counted, of everybody or of those with a measurable lesion.
    ``received_low_gy`` up to below ``received_high_gy``: the published group is that part of the arm which lived to
    receive such a dose (a low of 0: more than none), against those who received none. ``difference``: why the published
    patients are not those of the disease; a comparison then has no verdict.
    """

    study_id: str
    arm: str
    drugs: Annotated[tuple[str, ...], BeforeValidator(_names)] = ()
    dose_low_gy: Dose | None = None
    dose_high_gy: Dose | None = None
    fraction_gy: Dose | None = None
    surgery: Literal["yes", "no", "any"]
    pooled: bool
    evaluable: Literal["all", "measurable"]
    received_low_gy: Dose | None = None
    received_high_gy: Dose | None = None
    difference: str = ""
    status: StatusField
    note: str = ""

    @property
    def by_dose(self) -> bool:
        """Whether it is a group of one arm by the dose received."""
        return self.received_low_gy is not None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        for low, high in (("dose_low_gy", "dose_high_gy"), ("received_low_gy", "received_high_gy")):
            highest = getattr(self, high)
            if highest is not None:
                check_order(getattr(self, low), highest, None, low, high)
        return self


PUBLISHED_ARMS = Table(PublishedArm, ("study_id", "arm"))


@cache
def published_arms(disease: str) -> Mapping[tuple[str, str], PublishedArm]:
    """Arms of the published studies of treatment of ``disease`` by study and arm; empty where it has none."""
    from paget import knowledge

    library = knowledge.shipped_library()
    rows = [row for path in library.table_of(disease, "published_arms") for row in library.table(path, PUBLISHED_ARMS)]
    return MappingProxyType({(row.study_id, row.arm): row for row in rows})
