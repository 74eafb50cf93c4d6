"""What a run rests on: switches that are not on, parameters with their status, and how to make it again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from paget import knowledge
from paget.report import citations
from paget.report.citations import Citation
from paget.report.number_format import percent, span, trimmed
from paget.report.run_directory import RunDirectory
from paget.report.text import Labels

STATUSES = ("assumed", "fitted", "derived", "measured")
EVERY_OTHER = "all"
"""Key of a scenario's switches that stands for those it does not name."""
MANIFEST_KEYS = ("paget_version", "seed", "scenario_hash", "parameter_hash", "device")


@dataclass(frozen=True)
class Switch:
    """A mechanism that the scenario did not leave on."""

    name: str
    setting: str
    meaning: str


@dataclass(frozen=True)
class ParameterRow:
    """One parameter as shown; `value_key` sorts."""

    symbol: str
    meaning: str
    value: str
    value_key: float
    range: str
    unit: str
    status: str
    status_text: str
    citations: tuple[Citation, ...]


def switches(run: RunDirectory, labels: Labels) -> list[Switch]:
    """Mechanisms of the scenario that are off or scaled."""
    settings = scenario_content(run).get("mechanisms")
    known = knowledge.mechanisms()
    found = []
    for name, setting in (settings if isinstance(settings, Mapping) else {}).items():
        words = _setting(setting, labels)
        if words:
            meaning = labels("switches.every_other") if name == EVERY_OTHER else ""
            found.append(Switch(str(name), words, known[name].meaning if name in known else meaning))
    return found


def switched_off(run: RunDirectory) -> set[str]:
    """Mechanisms that the scenario switches off in every arm."""
    settings = scenario_content(run).get("mechanisms")
    known = settings.items() if isinstance(settings, Mapping) else ()
    return {str(name) for name, setting in known if setting is False or setting in ("off", 0)}


def scenario_content(run: RunDirectory) -> Mapping[str, Any]:
    """The scenario as read; empty where it is absent or damaged."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        content = YAML(typ="safe", pure=True).load(run.scenario)
    except YAMLError:
        return {}
    return content if isinstance(content, Mapping) else {}


def _setting(setting: object, labels: Labels) -> str:
    """Words for a switch; empty where the mechanism runs unchanged."""
    if setting is True or setting == "on":
        return ""
    if setting is False or setting == "off":
        return labels("switches.off")
    if isinstance(setting, int | float):
        return "" if setting == 1 else labels("switches.factor", percent=percent(setting))
    return str(setting)


def parameters(run: RunDirectory, known: Mapping[str, Citation], labels: Labels) -> list[ParameterRow]:
    """Parameters of the run, the assumed ones first, then by symbol."""
    records = _records(run)
    rows = []
    for entry in run.summary.get("parameters") or []:
        record = records.get(str(entry["symbol"]))
        source, status = str(entry.get("source") or ""), str(entry.get("status") or "assumed")
        value = entry.get("value")
        rows.append(
            ParameterRow(
                symbol=str(entry["symbol"]),
                meaning=str(entry.get("meaning") or (record.meaning if record else "")),
                value=trimmed(value),
                value_key=float(value) if isinstance(value, int | float) else 0.0,
                range=span(entry.get("low"), entry.get("high")),
                unit="" if str(entry.get("unit")) == "1" else str(entry.get("unit") or ""),
                status=status,
                status_text=labels.family("status", status),
                citations=tuple(known.get(name, Citation(name, "")) for name in citations.names(source)),
            )
        )
    order = {status: index for index, status in enumerate(STATUSES)}
    return sorted(rows, key=lambda row: (order.get(row.status, len(order)), row.symbol.casefold()))


def _records(run: RunDirectory) -> Mapping[str, knowledge.Parameter]:
    disease = str(run.about.get("disease") or "")
    return knowledge.parameters(disease) if disease in knowledge.diseases() else {}


def status_counts(rows: list[ParameterRow]) -> list[tuple[str, int]]:
    """Number of parameters by status, the assumed ones first."""
    counts = Counter(row.status for row in rows)
    return [(status, counts[status]) for status in STATUSES if counts[status]]


def assumed_share(run: RunDirectory) -> tuple[int, int]:
    """Parameter records of the run without a confirmed source, and all of them."""
    statuses = [str(entry.get("status") or "assumed") for entry in run.summary.get("parameters") or []]
    return statuses.count("assumed"), len(statuses)


def manifest_rows(run: RunDirectory, labels: Labels) -> list[tuple[str, str]]:
    """What the manifest and the summary say about the run; timings are left out, they differ between equal runs."""
    merged = {**run.manifest, "paget_version": run.summary.get("paget"), "seed": run.about.get("seed")}
    return [
        (labels.family("manifest", key), str(merged[key]))
        for key in MANIFEST_KEYS
        if isinstance(merged.get(key), str | int | float)
    ]
