"""What is known: cited records and their typed readers.

Each reader returns frozen records and keeps them; the first call reads the package's data. `check` lists what is wrong
in the data, `verdict` compares a simulated value with a published one, `show` prepares tables for printing.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from paget.knowledge.agents import Drug, Drugs
from paget.knowledge.disease import Disease, Genotype, Phenotype, Published, SurvivalPoint
from paget.knowledge.library import Library
from paget.knowledge.naming import did_you_mean, nearest
from paget.knowledge.records import FlowLink, Gene, Mechanism, Parameter, Site, Source

__all__ = [
    "Disease",
    "Drug",
    "Drugs",
    "FlowLink",
    "Gene",
    "Genotype",
    "Library",
    "Mechanism",
    "Parameter",
    "Phenotype",
    "Published",
    "Site",
    "Source",
    "SurvivalPoint",
    "aliases",
    "did_you_mean",
    "diseases",
    "drugs",
    "flow_links",
    "flow_shares",
    "genes",
    "genotypes",
    "mechanisms",
    "nearest",
    "parameters",
    "phenotypes",
    "published",
    "shipped_library",
    "sites",
    "sources",
    "survival_points",
]


drugs: Drugs = Drugs()
"""Agents by international nonproprietary name, aliases included: ``drugs["trametinib"].pharmacokinetics``."""


@cache
def shipped_library() -> Library:
    """Return the library of the shipped data; one per process."""
    return Library()


def sources() -> Mapping[str, Source]:
    """All sources by id."""
    return shipped_library().sources


def parameters(disease: str) -> Mapping[str, Parameter]:
    """Parameters by symbol: the shared ones, overlaid by those of ``disease``; `InputError` for an unknown disease."""
    return shipped_library().parameters(disease)


def sites() -> tuple[Site, ...]:
    """Return the places of the body, in the order of the data."""
    return shipped_library().sites


def flow_links() -> tuple[FlowLink, ...]:
    """Portal, lymphatic and pulmonary links between places."""
    return shipped_library().flow_links


def flow_shares() -> Mapping[str, float]:
    """Share of systemic cardiac output by site id; sums to 1."""
    return shipped_library().flow_shares


def genes() -> Mapping[str, Gene]:
    """Genes by HGNC symbol."""
    return shipped_library().genes


def aliases() -> Mapping[str, tuple[str, ...]]:
    """Names that stand for several genes, such as ``RAS``, with their members."""
    return shipped_library().aliases


def mechanisms() -> Mapping[str, Mechanism]:
    """Switchable mechanisms by name."""
    return shipped_library().mechanisms


def diseases() -> Mapping[str, Disease]:
    """Diseases by id."""
    return shipped_library().diseases


def genotypes(disease: str) -> tuple[Genotype, ...]:
    """Frequencies of alterations in ``disease``, all registries."""
    return shipped_library().genotypes(disease)


def phenotypes(disease: str) -> tuple[Phenotype, ...]:
    """Relative phenotypes of the clones of ``disease`` on the grid of their surroundings."""
    return shipped_library().phenotypes(disease)


def published(disease: str) -> tuple[Published, ...]:
    """Return the published results of ``disease``."""
    return shipped_library().published(disease)


def survival_points(disease: str) -> tuple[SurvivalPoint, ...]:
    """Points of published survival curves of ``disease``, for the overlay of a figure."""
    return shipped_library().survival_points(disease)
