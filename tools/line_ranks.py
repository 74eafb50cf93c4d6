"""Lines of a drug panel ranked by the network of a cell: a section of docs/validation.md (`network_targets`)."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import permutations
from pathlib import Path

import numpy as np
from scipy.stats import rankdata

from markdown_table import table
from paget.knowledge.potency import cell_lines
from paget.signalling.anchoring import HALF, culture
from paget.signalling.exposure import settings_value
from paget.signalling.graded_response import half_response, smoothing_matrix
from paget.signalling.library import network

LINE_VALUES = Path("drugs") / "potency_gdsc_check_only.csv"
SAME_TARGET = {
    "tanespimycin": "17-AAG",
    "luminespib": "ganetespib",
    "PLX-4720": "vemurafenib",
    "SB590885": "dabrafenib",
    "mirdametinib": "trametinib",
    "refametinib": "trametinib",
    "selumetinib": "trametinib",
    "temsirolimus": "everolimus",
    "tipifarnib": "manumycin",
    "FTI-277": "manumycin",
    "docetaxel": "paclitaxel",
}
"""Compound of the panel -> drug of the network (its other name, or one with the same target there)."""

FEWEST_LINES = 3
RESOLUTION = 0.1
"""Differences of ln(GI50), and of the growth left, that are too small to rank two genotypes."""

MOST_ORDERS = 5040
ROUNDING = 1e-9
SEED = 2026


def section(reference: Path) -> str:
    """Rank correlation within each drug over authentic lines."""
    head = "### Sensitivity of thyroid lines\n\n"
    path = reference / LINE_VALUES
    if not path.is_file():
        return head + "Not compared here: the panel's values may not be passed on, and the file is not at hand.\n"
    genotypes = {record.line: record.genotype for record in cell_lines()}
    drugs = {drug: values for drug, values in panel(path, set(genotypes)).items() if len(values) >= FEWEST_LINES}
    unknown = lines_of(path) - set(genotypes)
    lines = sorted({name for values in drugs.values() for name in values})
    rows, plain = [], []
    for drug, values in drugs.items():
        expected = {name: sensitivity(SAME_TARGET.get(drug, drug), genotypes[name]) for name in values}
        rho, p = correlation([expected[name] for name in values], list(values.values()))
        rows.append((drug, SAME_TARGET.get(drug, ""), str(len(values)), classes(drug, values, genotypes), rho, p))
        plain.append(rho)
    mean, p = pooled(drugs, lines, genotypes)
    kinds = "; ".join(f"{kind}: {', '.join(each for each in lines if genotypes[each] == kind)}"
                      for kind in dict.fromkeys(genotypes[name] for name in lines))  # fmt: skip
    ranked = sum(rho != "tied" for rho in plain)
    return (
        f"{head}Spearman's rho, within each drug, between the rank that the network gives a line by its genotype and "
        "the IC50 of the GDSC panel (72 h viability; neither fitted nor shipped). The network ranks by the "
        "concentration that halves proliferation in serum, and lines that it never halves by the growth left at "
        f"saturation (over untreated). Authentic lines of known genotype in the panel: {len(lines)} ({kinds}); not "
        f"compared: {', '.join(sorted(unknown)) or 'none'}, which have no record here. The network cannot tell lines "
        "of one genotype apart, so they are tied; where one line stands against the rest, p by permutation cannot "
        "fall below 2/n, and no single drug can be significant. A compound that the network does not have is read as "
        "one with the same target, so that the rows are not independent.\n\n"
        + table(("drug", "read as", "n", "network: half at (nmol/L), or growth left", "rho", "p"), rows)
        + f"\nMean rho of the {ranked} drugs that the network ranks: {mean}, p = {p} by exchanging the lines' "
        "genotypes in all drugs at once. Where every genotype is tied the network has nothing to say.\n"
    )


def lines_of(path: Path) -> set[str]:
    """Every line of the panel."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["target_or_cell_line"] for row in csv.DictReader(file)}


def panel(path: Path, authentic: set[str]) -> dict[str, dict[str, float]]:
    """Drug of the network or compound with the same target -> line -> value (nmol/L), geometric mean over assays."""
    known = {name for row in network("atc").tables.drugs for name in (row.drug, row.alias)} | set(SAME_TARGET)
    found: dict[str, dict[str, list[float]]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            name, drug = row["target_or_cell_line"], row["drug"]
            if name in authentic and drug in known and row["relation"] == "=":
                found.setdefault(drug, {}).setdefault(name, []).append(math.log(float(row["value_nM"])))
    return {
        drug: {name: math.exp(sum(values) / len(values)) for name, values in sorted(lines.items())}
        for drug, lines in sorted(found.items())
    }


@cache
def response(drug: str, genotype: str) -> tuple[float | None, float]:
    """Where proliferation is halved, ln(nmol/L), None if nowhere; growth left at saturation, over untreated."""
    bench = culture("atc", drug)
    built = bench.build(bench.name_of(genotype.split(";")))
    points = bench.exposures[0]
    growth = smoothing_matrix(points, settings_value("cell_spread")) @ built.probability[..., 0]
    return half_response(points, growth, HALF), float(growth[-1] / growth[0])


def sensitivity(drug: str, genotype: str) -> tuple[int, int]:
    """What lines are ranked by: halved at (in steps), or after all that are, growth left (in steps)."""
    half, left = response(drug, genotype)
    return (1, round(left / RESOLUTION)) if half is None else (0, round(half / RESOLUTION))


def classes(drug: str, values: Mapping[str, float], genotypes: Mapping[str, str]) -> str:
    """What the network says of each genotype."""
    parts = []
    for genotype in dict.fromkeys(genotypes[name] for name in values):
        half, left = response(SAME_TARGET.get(drug, drug), genotype)
        parts.append(f"{genotype} " + (f"{left:.2f} left" if half is None else f"{math.exp(half):.3g}"))
    return ", ".join(parts).replace(";", " + ")


def rank_correlation(expected: Sequence[tuple[int, int]], values: Sequence[float]) -> float | None:
    """Spearman's rho with midranks; None where one side is all tied."""
    place = {key: rank for rank, key in enumerate(sorted(set(expected)))}
    first, second = rankdata([place[key] for key in expected]), rankdata(values)
    if not (np.ptp(first) and np.ptp(second)):
        return None
    return float(np.corrcoef(first, second)[0, 1])


def orders(count: int) -> list[tuple[int, ...]]:
    """Every order of so many things, or as many random ones as are affordable."""
    if math.factorial(count) <= MOST_ORDERS:
        return list(permutations(range(count)))
    draw = np.random.default_rng(SEED)
    return [tuple(draw.permutation(count).tolist()) for _ in range(MOST_ORDERS)]


def two_sided(observed: float, others: Sequence[float]) -> str:
    """Share of the values as far from 0 as the one observed."""
    return f"{np.mean(np.abs(others) >= abs(observed) - ROUNDING):.2f}"


def correlation(expected: Sequence[tuple[int, int]], values: Sequence[float]) -> tuple[str, str]:
    """Rho and p of one drug, as text."""
    rho = rank_correlation(expected, values)
    if rho is None:
        return "tied", ""
    exchanged = (rank_correlation([expected[k] for k in order], values) for order in orders(len(values)))
    return f"{rho:.2f}", two_sided(rho, [each for each in exchanged if each is not None])


def pooled(
    drugs: Mapping[str, Mapping[str, float]], lines: Sequence[str], genotypes: Mapping[str, str]
) -> tuple[str, str]:
    """Mean rho over drugs, and p when the lines exchange their genotypes."""

    def mean(order: Sequence[int]) -> float:
        own = {name: genotypes[lines[k]] for name, k in zip(lines, order, strict=True)}
        found = (
            rank_correlation(
                [sensitivity(SAME_TARGET.get(drug, drug), own[name]) for name in values], [*values.values()]
            )
            for drug, values in drugs.items()
        )
        return float(np.mean([rho for rho in found if rho is not None] or [0.0]))

    observed = mean(range(len(lines)))
    return f"{observed:.2f}", two_sided(observed, [mean(order) for order in orders(len(lines))])
