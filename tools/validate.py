"""Rebuild docs/validation.md: registries, mechanisms, signalling beside published results (``make validate``)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from markdown_table import table
from mechanism_targets import COLUMNS, Measured, measure
from mechanism_targets import rows as mechanism_rows
from network_targets import sections
from paget import knowledge
from paget.knowledge.cohorts import cohorts as presets
from paget.knowledge.disease import Published
from paget.scenario import find, load
from paget.scenario.catalogue import names
from paget.trial.arm_tables import load_arm
from paget.trial.survival import DAYS_PER_MONTH

ROOT = Path(__file__).resolve().parent.parent
RUNS = ROOT / "runs" / "validation"
SCENARIO = Path(__file__).with_name("validation.yaml")
MISSES = Path(__file__).with_name("validation_misses.md")
DISEASE = "atc"
PLAIN = "natural history"
ARM = "best supportive care"
REGISTRIES = {
    "Kebebew2005": "extent_distant_metastasis",
    "Onoda2020": "stage_share_IVC",
    "LeeJS2022": "distant_metastasis_at_dx",
}
"""Registries that the same biology must give by what their imaging saw and whom they took -> share metastatic."""

HEAD = """# Validation

Made by `make validate`; do not edit. Virtual cohorts beside published results. A hit is a simulated value inside the
published 95 % interval, or where none is printed the one that follows from n (Wilson for shares,
value x exp(+-1.96/sqrt(0.7 n)) for medians); without n there is no verdict. Simulated intervals are the Monte-Carlo
error of the cohort. A study with a cohort preset (era, detection limit, case mix, care) is compared under that preset;
the others with the untreated natural history. Care is a cited residual burden and hazard change. A study of treatment
is compared with its built-in scenario (`paget scenarios`), at its own n, schedule and clock; five parameters of
treatment are fitted to rows of blocks D and E ([calibration of treatment](calibration-treatment.md)).

"""
READ_OUTS = (
    ("doubling_time_at_5mm_days", "net doubling time of metastases at 5 mm", "d", "prior 4-15 d for small lesions"),
    ("doubling_time_at_diagnosis_days", "net doubling time of the primary at diagnosis", "d", "20-90 d, as a prior"),
    ("tumour_age_at_diagnosis_days", "age of the tumour at diagnosis", "d", "no data"),
    ("first_founder_day", "first founder seeded, day from diagnosis", "d", "no data"),
    ("established_founders_at_diagnosis", "established founders at diagnosis", "", "no data"),
    ("established_founders_at_death", "established founders at death", "", "no data"),
    ("ctc_per_ml_at_diagnosis", "circulating tumour cells at diagnosis", "per mL", "no ATC data"),
    ("ki67_at_diagnosis", "Ki-67 index at diagnosis", "share", "above 0.30 (WHO_Ki67)"),
    ("diameter_at_diagnosis_mm", "longest diameter at diagnosis", "mm", "mean 64 (Kebebew2005)"),
)
WHY_NOT = {
    "time_dx_to_systemic_median": "needs systemic treatment",
    "share_no_systemic": "needs systemic treatment",
    "stridor_during_or_soon_after_RT": "needs radiation by mechanism",
    "PDL1_TPS>=1": "an input",
    "PDL1_TPS>=50": "not distinguished",
}
RARE = "one or two of 45 autopsies; pooled under other places"
UNTREATED_BLOCKS = ("A", "B", "C")
"""Blocks of rows that cohorts without treatment by mechanism can show."""


def cohorts() -> dict[str, list[str]]:
    """Cohort preset (`PLAIN`: none) -> studies that are compared with it, in the order of the data."""
    own = {preset.study_id: preset.id for preset in presets(DISEASE).values()}
    found: dict[str, list[str]] = {PLAIN: []}
    for row in knowledge.published(DISEASE):
        if row.block.split(" ")[0] not in UNTREATED_BLOCKS:
            continue
        studies = found.setdefault(own.get(row.study_id, PLAIN), [])
        if row.study_id not in studies:
            studies.append(row.study_id)
    return found


def treated() -> list[str]:
    """Built-in scenarios that treat and are compared with published studies."""
    found = []
    for name in names():
        scenario = load(find(name))
        if any(arm.lines for arm in getattr(scenario, "arms", ()) if hasattr(arm, "lines")) and scenario.compare_with:
            found.append(name)
    return found


def run_study(name: str) -> dict[str, Any]:
    """Run a built-in scenario, or finish an interrupted run of it; returns its summary."""
    out = directory(name)
    command = [sys.executable, "-m", "paget", "run", name, "-o", str(out)]
    subprocess.run([*command, "--resume"] if out.exists() else command, check=True)
    return json.loads((out / "summary.json").read_text(encoding="utf-8"))


def directory(cohort: str) -> Path:
    """Where the run of a cohort is."""
    return RUNS / cohort.replace(" ", "-")


def run(cohort: str, studies: list[str]) -> dict[str, Any]:
    """Run the scenario under a preset, or finish an interrupted run of it; returns its summary."""
    out = directory(cohort)
    command = [sys.executable, "-m", "paget", "run", str(SCENARIO), "-o", str(out)]
    changes = [f"compare_with=[{', '.join(studies)}]"]
    if cohort != PLAIN:
        changes.append(f"cohort.preset={cohort}")
    for change in changes:
        command += ["--set", change]
    subprocess.run([*command, "--resume"] if out.exists() else command, check=True)
    return json.loads((out / "summary.json").read_text(encoding="utf-8"))


def number(value: float | None, unit: str = "") -> str:
    """Three significant digits and the unit; nothing for a missing value."""
    return "" if value is None else f"{value:.3g}{unit}"


def interval(low: float | None, high: float | None) -> str:
    """``low to high``, or nothing when one is missing."""
    return "" if low is None or high is None else f"{number(low)} to {number(high)}"


def compared(endpoint: dict[str, Any]) -> tuple[str, ...]:
    """One row of the comparison."""
    unit = f" {endpoint['unit']}" if endpoint.get("unit") else ""
    return (
        endpoint["study"],
        " ".join(part for part in (endpoint["arm"], endpoint["population"]) if part),
        endpoint["endpoint"],
        number(endpoint["time_months"]),
        number(endpoint["simulated"], unit),
        interval(endpoint["low"], endpoint["high"]),
        number(endpoint["published"], unit),
        interval(endpoint["published_low"], endpoint["published_high"]),
        str(endpoint["n"] or ""),
        "yes" if endpoint["fitted"] else "no",
        endpoint["verdict"] or "no verdict",
    )


def counted(rows: list[dict[str, Any]]) -> str:
    """``hits of verdicts``."""
    verdicts = [row["verdict"] for row in rows if row["verdict"]]
    return f"{verdicts.count('hit')} of {len(verdicts)}"


def tally(rows: list[dict[str, Any]]) -> str:
    """Hits and misses: fitted rows, the others, and by overlap group."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row["overlap_group"] or row["study"], []).append(row)
    lines = [f"{name}: {counted(found)}" for name, found in sorted(groups.items())]
    fitted = [row for row in rows if row["fitted"]]
    other = [row for row in rows if not row["fitted"]]
    return (
        f"Hits among fitted rows: {counted(fitted)}; among rows that were not fitted: {counted(other)}. "
        f"By overlap group: {'; '.join(lines)}.\n\n"
    )


def left_out(rows: list[Published], shown: list[dict[str, Any]]) -> str:
    """The rows of a block that this version does not address, with the reason."""
    keys = {(row["study"], row["arm"], row["endpoint"], row["time_months"]) for row in shown}
    missing = [row for row in rows if (row.study_id, row.arm, row.endpoint, row.time_months) not in keys]
    cells = [(row.study_id, row.arm, row.endpoint, _why(row)) for row in missing]
    return "Not addressed:\n\n" + table(("study", "arm", "endpoint", "why"), cells) + "\n" if cells else ""


def _why(row: Published) -> str:
    """Why a row is not addressed."""
    if row.block.split(" ")[0] in UNTREATED_BLOCKS:
        return WHY_NOT.get(row.endpoint, RARE)
    return "no scenario of this version shows it: a drug, a read-out or a choice of patients is missing"


def registries(summaries: dict[str, dict[str, Any]]) -> str:
    """Metastatic share, size and survival of the three registries under one biology."""
    own = {preset.study_id: preset for preset in presets(DISEASE).values()}
    cells = []
    for study, endpoint in REGISTRIES.items():
        preset = own[study]
        (cohort,) = summaries[preset.id]["cohort"].values()
        share = next(row for row in summaries[preset.id]["endpoints"] if row["endpoint"] == endpoint)
        rates = {f"{row['endpoint']}{row['time_months'] or ''}": row for row in summaries[preset.id]["endpoints"]
                 if not row["study"]}  # fmt: skip
        survival = (f"{number(rates[name]['simulated'])} %" for name in ("OS_rate6", "OS_rate12"))
        cells.append(
            (
                study,
                preset.id,
                f"{preset.detection_mm:g} mm",
                f"{number(share['published'], ' %')} ({interval(share['published_low'], share['published_high'])})",
                f"{number(share['simulated'], ' %')} ({interval(share['low'], share['high'])})",
                number(cohort["diameter_at_diagnosis_mm"]["median"], " mm"),
                *survival,
            )
        )
    columns = ("study", "preset", "detection", "M1 published", "M1 simulated", "median size", "OS 6 mo", "OS 12 mo")
    return table(columns, cells)


def by_stage(cohort: str) -> str:
    """Survival at 6 and 12 months by stage in one run, with its Monte-Carlo interval."""
    view = load_arm(directory(cohort), ARM, survival_only=True).view
    cells = []
    for stage in ("IVA", "IVB", "IVC"):
        found = view.where(view.subjects["STAGE"] == stage)
        curve = found.curve(found.overall)
        rates = [curve.at(months * DAYS_PER_MONTH) for months in (6, 12)]
        written = (f"{100 * value:.3g} % ({interval(100 * low, 100 * high)})" for value, low, high in rates)
        cells.append((cohort, stage, str(len(found.subjects)), *written))
    return table(("cohort", "stage", "patients", "OS 6 mo", "OS 12 mo"), cells)


def read_outs(summary: dict[str, Any]) -> str:
    """The natural history in numbers, beside what is known of it."""
    (cohort,) = summary["cohort"].values()
    rows = [
        (
            text,
            f"{number(cohort[name]['median'])} {unit}".strip(),
            interval(cohort[name]["p5"], cohort[name]["p95"]),
            known,
        )
        for name, text, unit, known in READ_OUTS
    ]
    efficiency = number(cohort["founders_per_shed_cell"])
    rows.append(("established founders per shed cell", efficiency, "", "metastases per shed cell 1.7e-8 (Coumans2013)"))
    return table(("read-out", "median", "5 to 95 %", "known"), rows)


def causes(summary: dict[str, Any]) -> str:
    """Shares of deaths by cause without treatment."""
    (found,) = summary["causes"].values()
    deaths = max(1, sum(each["deaths"] for each in found))
    cells = [(each["cause"], str(each["deaths"]), number(100 * each["deaths"] / deaths, " %")) for each in found]
    return table(("cause of death", "deaths", "share"), cells)


def mechanisms(measured: list[Measured]) -> str:
    """The published experiments run on the model."""
    verdicts = [each.verdict for each in measured if each.verdict]
    return (
        f"{verdicts.count('hit')} of {len(verdicts)} verdicts are hits; nothing is fitted to these rows, but where a "
        "parameter was set from the very figure the last column says so.\n\n"
    ) + table(COLUMNS, mechanism_rows(measured))


def page(
    summaries: dict[str, dict[str, Any]], studies: list[dict[str, Any]], measured: list[Measured], signalling: str
) -> str:
    """The whole page; studies: summaries of those of treatment, `signalling`: its sections on the network of a cell."""
    plain = summaries[PLAIN]
    shown = [row for summary in (*summaries.values(), *studies) for row in summary["endpoints"] if row["study"]]
    parts = [
        HEAD,
        f"{plain['scenario']['patients']} virtual patients per cohort, seed {plain['scenario']['seed']}, paget "
        f"{plain['paget']}. Of {len(plain['parameters'])} parameter records {plain['assumed']} are assumed "
        f"({plain['assumed'] / len(plain['parameters']):.0%}), {plain['fitted']} fitted "
        "([calibration](calibration.md)).\n\n",
        tally(shown),
        "## Three registries, one biology\n\n",
        registries(summaries),
        "\nBy stage:\n\n",
        *(by_stage(cohort) + "\n" for cohort in ("SEER-1973-2000", "Japan", "Gangnam-2004-2022", PLAIN)),
    ]
    published = knowledge.published(DISEASE)
    columns = ("study", "group", "endpoint", "months", "simulated", "interval", "published", "interval", "n", "fitted",
               "verdict")  # fmt: skip
    for block in dict.fromkeys(row.block for row in published):
        rows = [row for row in shown if row["block"] == block]
        known = [row for row in published if row.block == block]
        parts += [f"## Block {block}\n\n", tally(rows), table(columns, [compared(row) for row in rows]), "\n"]
        parts.append(left_out(known, rows))
    parts += ["## Natural history in numbers\n\n", read_outs(plain), "\n", causes(plain)]
    parts += ["\n## Mechanisms\n\n", mechanisms(measured), "\n", signalling, "\n", MISSES.read_text(encoding="utf-8")]
    return "".join(parts)


def main() -> int:
    """Write the page."""
    signalling = sections()
    summaries = {cohort: run(cohort, studies) for cohort, studies in cohorts().items()}
    studies = [run_study(name) for name in treated()]
    (ROOT / "docs" / "validation.md").write_text(page(summaries, studies, measure(), signalling), encoding="utf-8")
    print("docs/validation.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
