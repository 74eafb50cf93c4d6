"""Who of a randomised study is allocated to which arm: the strata that a scenario names, in permuted blocks.

A study of A arms with n patients per arm has A n places (scenario/study.py), and everyone is simulated in every arm. Of
each person the randomised trial sees the arm that is drawn here, after the run, from its table of subjects; blocks hold
2 A or 3 A persons (4 or 6 with two arms), each size as often as the other. The last block of a stratum may be broken
off, so that an arm has about n. Strata are read at diagnosis, as the first
arm tells them: until treatment begins, a person lives the same life in every arm.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from paget import knowledge
from paget.runs.compaction import rewrite
from paget.trial.randomisation import allocate
from paget.trial.treatment import RANDOMISED
from paget.trial.units import convert

if TYPE_CHECKING:
    import pandas as pd

    from paget.trial.plan import Study

FILE = "randomisation.parquet"
"""Table of a run directory: USUBJID, STRATUM, ARM (the allocated one); randomised studies only."""

BLOCKS = (2, 3)
"""How often a block holds each arm."""

ONE_STRATUM = "all"


def randomised(study: Study) -> bool:
    """Whether persons are allocated to arms."""
    return study.design.kind == RANDOMISED and len(study.arms) > 1


def allocation(subjects: pd.DataFrame, study: Study) -> pd.DataFrame:
    """STRATUM and ARM of every person; subjects: of the first arm, index USUBJID, which the result shares."""
    import pandas as pd

    labels = strata(subjects, study.design.stratify, study.disease)
    persons = subjects.index.to_numpy(str)
    sizes = [times * len(study.arms) for times in BLOCKS]
    arms = allocate(persons, labels, study.arms, block_sizes=sizes, seed=study.seed)
    return pd.DataFrame({"STRATUM": labels, "ARM": arms}, index=subjects.index)


def strata(subjects: pd.DataFrame, factors: Sequence[str], disease: str) -> np.ndarray:
    """Label of the stratum of every person, (n,), such as ``stage IVC, BRAF altered``."""
    if not factors:
        return np.full(len(subjects), ONE_STRATUM, dtype=object)
    readers = _readers(disease)
    columns = [readers[factor](subjects) if factor in readers else _gene(subjects, factor) for factor in factors]
    return np.array([", ".join(levels) for levels in zip(*columns, strict=True)], dtype=object)


def as_parquet(table: pd.DataFrame) -> bytes:
    """The content of the file `FILE`."""
    out = io.BytesIO()
    table.reset_index().to_parquet(out, index=False)
    return out.getvalue()


MARKED = ("subjects", "time_to_event")
"""Tables whose column ALLOCATED says who counts in the arm of a row."""


def mark(directory: Path, allocated: pd.DataFrame) -> None:
    """Write ALLOCATED into the tables `MARKED` of a finished run; doing it again changes nothing."""
    import pyarrow as pa

    arms = allocated["ARM"]

    def marked(rows: pa.Table) -> pa.Table:
        own = np.asarray(rows.column("ARM").to_pylist(), dtype=object)
        theirs = arms.reindex(rows.column("USUBJID").to_pylist()).to_numpy(object)
        place = rows.schema.get_field_index("ALLOCATED")
        return rows.set_column(place, rows.schema.field(place), pa.array(own == theirs))

    for name in MARKED:
        rewrite(directory, name, marked)


def _readers(disease: str) -> dict[str, Callable[[pd.DataFrame], list[str]]]:
    """Factor of a scenario -> levels of the persons."""
    return {
        "stage": lambda subjects: [f"stage {level}" for level in subjects["STAGE"].astype(str)],
        "ECOG": lambda subjects: [f"ECOG {level}" for level in subjects["ECOG"]],
        "age": lambda subjects: _age_groups(subjects, disease),
        "sex": lambda subjects: subjects["SEX"].astype(str).to_list(),
        "metastatic": lambda subjects: subjects["MSTAGE"].astype(str).to_list(),
    }


def _age_groups(subjects: pd.DataFrame, disease: str) -> list[str]:
    record = knowledge.parameters(disease)["stratification_age"]
    years = convert(record.value, record.unit, "year")
    return [f"{years:g} years and over" if age >= years else f"under {years:g} years" for age in subjects["AGE"]]


def _gene(subjects: pd.DataFrame, gene: str) -> list[str]:
    """Whether any of a tumour's labels (such as ``BRAF V600E``) is of the gene, or of a gene of the group."""
    members = {gene, *knowledge.aliases().get(gene, ())}
    carried = [
        any(label.split(" ")[0] in members for label in text.split(";")) for text in subjects["GENOTYPE"].astype(str)
    ]
    return [f"{gene} {'altered' if here else 'wild type'}" for here in carried]
