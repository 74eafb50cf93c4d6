"""The result of a fit as files: fitted.csv, posterior.csv and the page that shows what was learned."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from paget.calibration.fit import Settings
from paget.calibration.priors import from_normal
from paget.calibration.smoother import shrinkage
from paget.calibration.targets import Target
from paget.knowledge.fitted import NATURAL_HISTORY, POSTERIOR, TREATMENT, Prior
from paget.knowledge.library import PARAMETERS
from paget.knowledge.records import Parameter
from paget.knowledge.verdict import published_interval
from paget.trial.comparison import Comparison

Floats = NDArray[np.float64]

PERCENTILES = (5.0, 50.0, 95.0)
ENDS = (5.0, 95.0)
DIGITS = 6
"""Significant digits of values in the files."""

HEADS: Mapping[int, str] = MappingProxyType({
    NATURAL_HISTORY: """# Calibration

Made by `make fit`; do not edit. The free parameters of the natural history (stage 1) against published rows of blocks
A, B and C up to 12 months, marked in `diseases/{disease}/fit_targets.csv`; rows that are not fitted carry the reason
there and are left for [validation](validation.md). Each registry is simulated under its own preset with its care; a
study without a preset under the plain natural history. Rows that share patients share one unit of weight. Treatment:
[stage 2](calibration-treatment.md).
""",
    TREATMENT: """# Calibration of treatment

Made by `make fit-treatment`; do not edit. The free parameters of treatment (stage 2), the natural history being that of
[stage 1](calibration.md), against published rows of blocks D and E, marked in `diseases/{disease}/fit_targets.csv` with
the built-in scenario that shows them; rows that are not fitted carry the reason there and are left for
[validation](validation.md), as are all rows of predict.csv. Each study runs as its scenario says, with more patients
than it had. Rows that share patients share one unit of weight.
""",
})  # fmt: skip
"""What a page begins with, by stage."""

SHORT = {NATURAL_HISTORY: ", half as many where the registry takes the unresected", TREATMENT: " and arm"}

METHOD = """
Method: ensemble smoother with multiple data assimilation (Emerick & Reynolds 2013, doi:10.1016/j.cageo.2012.03.011)
localised by correlation (Luo, Bhakta & Naevdal 2018, doi:10.2118/185936-PA). A row's error is that of its published
95 % interval plus the Monte-Carlo error of the cohort. {members} members, {steps} steps, {patients} patients per
cohort, seed {seed}. Priors are central 90 % intervals (`priors.csv`). Shrinkage is 1 − posterior SD / prior SD on the
prior's own scale: near 0 the data said nothing and the posterior is the prior. The fit is approximate: it takes the
model as linear in every step, and {members} members know an SD to about {precision:.0f} %.

Installed is one place, not the medians, which need not lie where the members do: {rounds} rounds with {finer} patients
per cohort, the first at the medians, each other where an emulator of all forecasts so far (a Gaussian process per row)
expects the best; the one with the least penalised misfit is kept. In this choice a required row (`fit_targets.csv`)
counts as one, whatever its share of its group.

"""


def fitted_records(
    priors: Sequence[Prior],
    place: Floats,
    posterior: Floats,
    targets: Sequence[Target],
    records: Mapping[str, Parameter],
) -> list[Parameter]:
    """Records of all fitted symbols: the refined place, 5 and 95 % of the posterior; source: the fitted studies."""
    studies = ";".join(sorted({target.row.study_id for target in targets if target.row.study_id != "prior"}))
    found = []
    for prior, best, z in zip(priors, place, posterior.T, strict=True):
        # The interval holds the value, which need not lie among the middle nine tenths of the members.
        ends = np.percentile([*z, best], ENDS)
        low, value, high = (
            _rounded(from_normal(prior, float(at))) for at in (min(ends[0], best), best, max(ends[1], best))
        )
        note = (
            f"least penalised misfit; 5 and 95 % of the posterior; prior 90 % {prior.low:g}-{prior.high:g} {prior.unit}"
        ).removesuffix(" 1")
        for symbol in prior.symbols:
            found.append(
                records[symbol].model_copy(
                    update={"value": value, "low": low, "high": high, "source": studies, "status": "fitted",
                            "note": note}
                )
            )  # fmt: skip
    return found


def posterior_rows(priors: Sequence[Prior], posterior: Floats) -> list[dict[str, object]]:
    """One row per draw and parameter."""
    return [
        {"draw": draw, "symbol": prior.symbol, "value": _rounded(from_normal(prior, float(at))), "unit": prior.unit}
        for draw, place in enumerate(posterior, 1)
        for prior, at in zip(priors, place, strict=True)
    ]


def write_tables(
    folder: Path, priors: Sequence[Prior], fitted: Sequence[Parameter], draws: Sequence[Mapping[str, object]]
) -> None:
    """Write fitted.csv and posterior.csv; rows of symbols that `priors` don't free, those of another stage, stay."""
    mine = {symbol for prior in priors for symbol in prior.symbols}
    rows = [record.model_dump(exclude_none=True) for record in fitted]
    for name, columns, made in (("fitted.csv", PARAMETERS.columns, rows), ("posterior.csv", POSTERIOR.columns, draws)):
        kept = [row for row in _held(folder / name) if row["symbol"] not in mine]
        (folder / name).write_text(_csv(columns, [*kept, *made]), encoding="utf-8")


def _held(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def page(
    settings: Settings,
    priors: Sequence[Prior],
    place: Floats,
    posterior: Floats,
    targets: Sequence[Target],
    simulated: Mapping[tuple, Comparison],
) -> str:
    """docs/calibration.md; simulated: the fitted rows at the installed place."""
    precision = 100.0 / np.sqrt(2.0 * (settings.members - 1))
    head = (HEADS[settings.stage] + METHOD).format(
        disease=settings.disease, members=settings.members, steps=settings.steps, patients=settings.patients,
        seed=settings.seed, precision=precision, rounds=settings.rounds, finer=settings.finer.patients,
    )  # fmt: skip
    return "".join(
        (head, "## What was learned\n\n", learned(priors, place, posterior), against(priors, place),
         "\n## The fitted rows at the installed place\n\n",
         f"{settings.finer.patients} patients per cohort{SHORT[settings.stage]}.\n\n",
         hits(targets, simulated))
    )  # fmt: skip


def learned(priors: Sequence[Prior], place: Floats, posterior: Floats) -> str:
    """Prior, posterior and installed value of every parameter as a Markdown table."""
    rows = []
    for prior, best, z, gained in zip(priors, place, posterior.T, shrinkage(posterior), strict=True):
        before = (prior.low, from_normal(prior, 0.0), prior.high)
        after = (from_normal(prior, float(at)) for at in np.percentile(z, PERCENTILES))
        value = f"{from_normal(prior, float(best)):.3g}"
        rows.append((prior.symbol, prior.unit, _three(before), _three(after), f"{gained:.2f}", value))
    head = ("parameter", "unit", "prior 5 / 50 / 95 %", "posterior 5 / 50 / 95 %", "shrinkage", "installed")
    return _markdown(head, rows)


def against(priors: Sequence[Prior], place: Floats) -> str:
    """A sentence about the parameters whose installed value lies outside the prior's central 90 %; else nothing."""
    names = [
        prior.symbol
        for prior, best in zip(priors, place, strict=True)
        if not prior.low <= from_normal(prior, float(best)) <= prior.high
    ]
    if not names:
        return ""
    return (
        f"\nData against prior: the value of {', '.join(names)} lies outside the prior's 90 %. Model, data or prior "
        "is wrong there.\n"
    )


def hits(targets: Sequence[Target], simulated: Mapping[tuple, Comparison]) -> str:
    """Hits and misses of the fitted rows as a Markdown table."""
    rows = []
    for target in targets:
        found = simulated.get(target.row.key)
        shown = found is not None and found.simulated is not None
        interval = published_interval(target.asked) or (None, None)
        rows.append(
            (target.name, target.scenario or target.cohort or "natural history", f"{target.weight:.3f}",
             f"{found.simulated:.3g} ({_span(found.low, found.high)})" if shown and found else "not reached",
             f"{target.asked.value:.3g} ({_span(*interval)}) {target.row.unit}",
             (found.verdict if found else None) or "no verdict")
        )  # fmt: skip
    fitted = [row for target, row in zip(targets, rows, strict=True) if target.row.study_id != "prior"]
    count = sum(row[-1] == "hit" for row in fitted)
    columns = ("row", "cohort", "weight", "simulated (95 % Monte Carlo)", "published (95 %)", "verdict")
    head = f"{count} of {len(fitted)} fitted rows are hits; a row called prior is a prior on a read-out.\n\n"
    return head + _markdown(columns, rows)


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def _three(values: Sequence[float] | object) -> str:
    return " / ".join(f"{value:.3g}" for value in values)  # type: ignore[attr-defined]


def _span(low: float | None, high: float | None) -> str:
    return " to ".join("?" if end is None else f"{end:.3g}" for end in (low, high))


def _markdown(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in line) + " |" for line in lines) + "\n"


def _csv(columns: Sequence[str], rows: Sequence[Mapping[str, object]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
