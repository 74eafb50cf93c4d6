"""One offset per drug: what its half-maximal concentrations gain so that the network meets authentic thyroid lines.

For every growth-inhibiting concentration GI50 of a line in ``potency.csv`` the network of the line's genotype is run in
culture (growth factors of serum) over the drug's concentrations; its own GI50 is where proliferation, averaged over
cells, has fallen to half. The offset is the mean over lines of

    delta = ln GI50(line) - ln GI50(network),

which moves all targets of the drug together. Values on lines are nominal concentrations in serum medium, so the offset
holds binding to serum, uptake and differences between assay and cell in one number. Bounds and lines whose genotype the
network does not halve say nothing; a drug without any line keeps offset 0, which is assumed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from statistics import fmean, stdev

from paget.knowledge.networks import cell_tables
from paget.knowledge.potency import Potency, cell_lines, potency
from paget.signalling.exposure import Arm, settings_value
from paget.signalling.graded_response import half_response, smoothing_matrix
from paget.signalling.table_build import Bench, digest

CULTURE = (("growth_factor", 1.0),)
"""Surroundings of a line in medium with serum; everything else as usual."""

READ = "proliferation"
HALF = 0.5


@dataclass(frozen=True)
class Offset:
    """offset: delta; spread: its standard deviation between lines (None: one line); lines: those that it rests on.

    silent: lines whose genotype the network does not halve; content: hash of all that the offset depends on.
    """

    drug: str
    offset: float | None
    spread: float | None
    lines: tuple[str, ...]
    silent: tuple[str, ...]
    sources: tuple[str, ...]
    content: str


def growth_rows(drug: str) -> tuple[Potency, ...]:
    """Concentrations (no bounds) of a drug that halve the growth of an authentic thyroid line."""
    authentic = {line.line for line in cell_lines()}
    return tuple(
        row
        for row in potency()
        if row.drug == drug and row.kind == "growth" and row.relation == "=" and row.form_or_line in authentic
    )


def anchored_drugs(network: str) -> tuple[str, ...]:
    """Drugs of a network for which there is a line."""
    drugs = dict.fromkeys(row.drug for row in cell_tables(network).drugs)
    return tuple(drug for drug in drugs if growth_rows(drug))


def culture(network: str, drug: str) -> Bench:
    """Dose-response of one drug in medium with serum, by its half-maximal concentrations as they are measured."""
    return _culture(network, drug)


@cache
def _culture(network: str, drug: str) -> Bench:
    from paget.signalling.library import network as cell_network

    return Bench(cell_network(network), Arm.of(drug), anchored=False, surroundings=dict(CULTURE), axes=(), read=(READ,))


def content(network: str, drug: str) -> str:
    """Hash of all that an offset depends on."""
    bench = culture(network, drug)
    rows = [
        (row.form_or_line, f"{row.value:.9g}", bench.key(bench.name_of(row.genotype.split(";"))))
        for row in growth_rows(drug)
    ]
    return digest([rows, f"{settings_value('cell_spread'):.9g}"])


def offset_of(network: str, drug: str, threads: int | None = None) -> Offset:
    """Run the lines of a drug and compute its offset."""
    rows = growth_rows(drug)
    found = list(_deviations(network, drug, rows, threads))
    heard = [(row, value) for row, value in found if value is not None]
    values = [value for _, value in heard]
    return Offset(
        drug=drug,
        offset=fmean(values) if values else None,
        spread=stdev(values) if len(values) > 1 else None,
        lines=tuple(dict.fromkeys(row.form_or_line for row, _ in heard)),
        silent=tuple(dict.fromkeys(row.form_or_line for row, value in found if value is None)),
        sources=tuple(dict.fromkeys(source for row in rows for source in row.source.split(";"))),
        content=content(network, drug),
    )


def _deviations(
    network: str, drug: str, rows: Sequence[Potency], threads: int | None
) -> Iterator[tuple[Potency, float | None]]:
    """Each row with its delta, None where the network is not halved."""
    bench = culture(network, drug)
    halves: dict[str, float | None] = {}
    for row in rows:
        if row.genotype not in halves:
            halves[row.genotype] = growth_half(bench, row.genotype, threads)
        half = halves[row.genotype]
        yield row, None if half is None else math.log(row.value) - half


def growth_half(bench: Bench, genotype: str, threads: int | None = None) -> float | None:
    """ln(exposure) at which the proliferation of a genotype, averaged over cells, is half of that without drug."""
    table = bench.build(bench.name_of(genotype.split(";")), threads)
    points = bench.exposures[0]
    response = smoothing_matrix(points, settings_value("cell_spread")) @ table.probability[..., 0]
    return half_response(points, response, HALF)
