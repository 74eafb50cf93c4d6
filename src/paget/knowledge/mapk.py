"""How often TK-RAS-RAF-MEK signalling is switched on by mutation: anaplastic and all thyroid cancers side by side.

BRAF, RAS and kinase fusions exclude one another (one driver per tumour) and add up; NF1 is drawn independently of them,

    share = 1 - (1 - sum of drivers) (1 - NF1),

and `disjoint` is the upper bound, NF1 only where no driver is ("enriched where BRAF V600E and RAS are wild type",
Wang et al. 2022). The review's figure of about 70 % is of thyroid cancers, not of anaplastic carcinoma.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from paget import knowledge
from paget.knowledge.disease import Genotype
from paget.knowledge.library import GENOTYPES

DRIVERS = frozenset({"BRAF", "RAS", "NRAS", "HRAS", "KRAS"})
FUSION = "fusion"
LOSS = "NF1"
FILE = "thyroid_genotypes.csv"


@dataclass(frozen=True)
class Activation:
    """Shares of tumours (0-1) with the pathway switched on, by kind of alteration and together."""

    registry: str
    braf: float
    ras: float
    fusion: float
    nf1: float

    @property
    def share(self) -> float:
        """Any of them, NF1 independent of the drivers."""
        return 1.0 - (1.0 - self._drivers) * (1.0 - self.nf1)

    @property
    def disjoint(self) -> float:
        """Any of them, NF1 only in tumours without a driver; at most 1."""
        return min(1.0, self._drivers + self.nf1)

    @property
    def _drivers(self) -> float:
        return min(1.0, self.braf + self.ras + self.fusion)


def all_thyroid_cancers() -> tuple[Genotype, ...]:
    """Frequencies of alterations in series of thyroid cancers of all kinds."""
    return knowledge.shipped_library().table(FILE, GENOTYPES)


def activation(registry: str, rows: Iterable[Genotype], drawn: float = 1.0) -> Activation:
    """Shares of one registry's series.

    Parameters
    ----------
    registry
        As in the column of that name.
    rows
        Frequencies, e.g. ``knowledge.genotypes("atc")`` or ``all_thyroid_cancers()``.
    drawn
        Factor of the switch `driver_mutations`: 0, no tumour carries an alteration.
    """
    chosen = [row for row in rows if row.registry == registry]
    if not chosen:
        raise KeyError(registry)
    return Activation(
        registry=registry,
        braf=_together((row for row in chosen if row.gene == "BRAF"), drawn),
        ras=_together((row for row in chosen if row.gene in DRIVERS - {"BRAF"}), drawn),
        fusion=_together((row for row in chosen if row.alteration == FUSION and row.gene not in DRIVERS), drawn),
        nf1=_together((row for row in chosen if row.gene == LOSS), drawn),
    )


def _together(rows: Iterable[Genotype], drawn: float) -> float:
    return min(1.0, drawn * sum(row.share for row in rows))


def side_by_side(drawn: float = 1.0) -> tuple[Activation, ...]:
    """Every registry of anaplastic carcinoma, then every series of all thyroid cancers; `drawn` as in `activation`."""
    found = []
    for rows in (knowledge.genotypes("atc"), all_thyroid_cancers()):
        found += [activation(registry, rows, drawn) for registry in dict.fromkeys(row.registry for row in rows)]
    return tuple(found)
