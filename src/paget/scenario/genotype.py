"""Genes in a scenario: conditions on a cohort (``BRAF: V600E``) and the genotype of one patient (``BRAF V600E``)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from paget.scenario.faults import fault, shown
from paget.scenario.fields import ALTERED, WILD_TYPE, did_you_mean, one_or_many, text_of

_WILD = {"wild type", "wildtype", "wild-type", "wt"}
_ANY = {"any", "altered", "mutated", "mutant", "yes"}


def gene_names() -> tuple[str, ...]:
    """HGNC symbols and group names such as RAS."""
    from paget import knowledge

    return (*knowledge.genes(), *knowledge.aliases())


def known_gene(name: str) -> str | None:
    """The gene's symbol in its own spelling; None for a name that is no gene."""
    return {symbol.casefold(): symbol for symbol in gene_names()}.get(name.casefold())


def alterations(given: object) -> tuple[str, ...]:
    """Alterations of one gene: ``V600E``, ``any``, ``wild type`` or a list of alterations."""
    found: list[str] = []
    for name in one_or_many(given, "an alteration such as V600E, any or wild type"):
        folded = name.casefold()
        label = WILD_TYPE if folded in _WILD else ALTERED if folded in _ANY else name
        if label not in found:
            found.append(label)
    if not found:
        raise fault("the list of alterations is empty", "Write e.g. V600E, any or wild type.")
    if WILD_TYPE in found and len(found) > 1:
        raise fault("wild type and an alteration exclude each other", "Keep one of them.")
    return tuple(found)


def _as_written(found: tuple[str, ...]) -> str | list[str]:
    return found[0] if len(found) == 1 else list(found)


def _genotype(given: object) -> dict[str, str]:
    if isinstance(given, dict):
        pairs = [(text_of(gene, "a gene"), alteration) for gene, alteration in given.items()]
    else:
        pairs = _pairs(given)
    genotype: dict[str, str] = {}
    for name, alteration in pairs:
        gene = known_gene(name)
        if gene is None:
            raise fault(f"gene {shown(name)} is unknown", did_you_mean(name, gene_names()))
        if gene in genotype:
            raise fault(f"gene {gene} stands twice", "Keep one.")
        found = alterations(alteration)
        if len(found) > 1:
            raise fault(f"gene {gene} has {len(found)} alterations", "One patient has one; keep one of them.")
        genotype[gene] = next(iter(found))
    return genotype


def _pairs(given: object) -> list[tuple[str, Any]]:
    split = [item.partition(" ") for item in one_or_many(given, "a gene with its alteration, e.g. BRAF V600E")]
    return [(gene, alteration.strip() or ALTERED) for gene, _, alteration in split]


_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"type": "array", "items": {"type": "string"}},
        {"type": "object", "additionalProperties": {"type": "string"}},
    ],
    "examples": [["BRAF V600E", "TP53"]],
}
_ALTERATION_SCHEMA = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}

Alterations = Annotated[
    tuple[str, ...], BeforeValidator(alterations), PlainSerializer(_as_written), WithJsonSchema(_ALTERATION_SCHEMA)
]
GenotypeField = Annotated[dict[str, str], BeforeValidator(_genotype), WithJsonSchema(_SCHEMA)]


def label(gene: str, alteration: str) -> str:
    """The name in a genotype string.

    >>> label("BRAF", "V600E"), label("TP53", "any")
    ('BRAF V600E', 'TP53')
    """
    return gene if alteration == ALTERED else f"{gene} {alteration}"
