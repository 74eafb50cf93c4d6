"""The tables of one arm of a run directory, as the analyses read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from paget.trial.endpoints import CohortView
from paget.trial.treatment import ENROLMENT

if TYPE_CHECKING:
    import pandas as pd

LESION_COLUMNS = ["USUBJID", "CLONE", "CELLS_DEATH", "COUNT"]
CURVE_COLUMNS = ["USUBJID", "DAY", "MUTANT_SHARE", "DRUG_1", "DRUG_2", "DRUG_3", "DRUG_4"]

SURVIVAL_TABLES = ("subjects", "time_to_event")


@dataclass(frozen=True)
class ArmTables:
    """Rows of one arm. subjects: index USUBJID; events: by PARAMCD, index USUBJID; the others with that column."""

    subjects: pd.DataFrame
    events: Mapping[str, pd.DataFrame]
    adverse_events: pd.DataFrame
    treatments: pd.DataFrame
    lesions: pd.DataFrame
    curves: pd.DataFrame

    @property
    def view(self) -> CohortView:
        """Subjects and times to events."""
        further = {name: rows for name, rows in self.events.items() if name not in ("OS", "CSS")}
        return CohortView(self.subjects, self.events["OS"], self.events["CSS"], further)

    def days_on_study(self, clock: str) -> pd.Series:
        """Days from the start of treatment to death or last contact, by USUBJID; NaN for who never started.

        clock: from when the times of the tables count (trial/treatment.CLOCKS).
        """
        start = self.subjects["ENROLMENT_DAY"]
        until = self.events["OS"]["AVAL"].reindex(self.subjects.index)
        return until.where(start.notna()) if clock == ENROLMENT else until - start

    def of(self, persons: pd.Index) -> ArmTables:
        """The rows of some persons."""

        def theirs(table: pd.DataFrame) -> pd.DataFrame:
            return table[table["USUBJID"].isin(persons)]

        return ArmTables(
            subjects=self.subjects[self.subjects.index.isin(persons)],
            events={name: table[table.index.isin(persons)] for name, table in self.events.items()},
            adverse_events=theirs(self.adverse_events),
            treatments=theirs(self.treatments),
            lesions=theirs(self.lesions),
            curves=theirs(self.curves),
        )


def load_arm(directory: Path, arm: str, *, survival_only: bool = False) -> ArmTables:
    """The tables of an arm; survival_only: leave all but subjects and events empty.

    Raises FileNotFoundError where the run lacks a table.
    """
    import pandas as pd

    def read(name: str, columns: list[str] | None = None) -> pd.DataFrame:
        if survival_only and name not in SURVIVAL_TABLES:
            return pd.DataFrame(columns=columns or ["USUBJID"])
        return pd.read_parquet(directory / f"{name}.parquet", columns=columns, filters=[("ARM", "==", arm)])

    events = read("time_to_event").set_index("USUBJID")
    return ArmTables(
        subjects=read("subjects").set_index("USUBJID"),
        events={str(name): rows for name, rows in events.groupby("PARAMCD", sort=False, observed=True)},
        adverse_events=read("adverse_events"),
        treatments=read("treatments"),
        lesions=read("lesions", LESION_COLUMNS),
        curves=read("curves", CURVE_COLUMNS),
    )
