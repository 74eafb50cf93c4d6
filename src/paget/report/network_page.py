"""The report of a network run: what was changed, what came of it, how, and from which rules."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from paget.report import citations, network_courses, network_drawing, network_sweeps, page, provenance
from paget.report.network_tables import Part, conditions, final, measures, most_different
from paget.report.number_format import number, percent
from paget.report.run_directory import RunDirectory
from paget.report.text import Labels, labels

MOST_STATES = 10
MOST_MEASURES = 40
MOST_COLUMNS = 12
LONGEST_CHANGES = 12
NORMAL_95 = 1.959963984540054
OTHER_STATES = "other states"
NO_NODE = "<nil>"
"""A state without any node on, as MaBoSS writes it."""

SECTIONS = {
    "read-outs": "read_outs",
    "heat-map": "heat_map",
    "dose-response": "dose_response",
    "courses": "courses",
    "first-passage": "first_passage",
    "states": "states",
    "drawing": "drawing",
    "changes": "changes",
    "rules": "rules",
    "sources": "citations",
    "reproduce": "",
}
"""Sections in order and what each shows; one without anything to show is left out."""


@dataclass(frozen=True)
class Cell:
    """A probability as a bar: text with half of its 95 % interval, width in per cent."""

    text: str
    percent: float


def _cell(value: float, error: float) -> Cell:
    return Cell(f"{100 * value:.1f} ± {percent(NORMAL_95 * error, 1)}", round(100 * value, 1))


@dataclass(frozen=True)
class Row:
    """One read-out or node in every condition."""

    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Rule:
    """One rule as shown, or one record of what acts on the network."""

    node: str
    rule: str
    meaning: str
    status: str
    status_text: str
    citations: tuple[citations.Citation, ...]


def html(run: RunDirectory, language: str) -> str:
    """The whole report as one HTML text."""
    words = labels(language)
    context = _context(run, words)
    context["shown"] = [name for name, content in SECTIONS.items() if not content or context[content]]
    return page.rendered("network.html.j2", context, words, language)


def _context(run: RunDirectory, words: Labels) -> dict[str, Any]:
    known = citations.citations(run)
    rules = _rules(run, known, words)
    return {
        "name": str(run.about.get("name") or words("page.unnamed")),
        "research_use": str(run.summary.get("research_use_only") or ""),
        "missing": run.missing,
        "state": str(run.manifest.get("state") or ""),
        "unfinished": run.manifest.get("state") in page.BROKEN_STATES,
        "sentences": _sentences(run, words),
        "columns": conditions(run, Part.CONDITION)["condition"].tolist()[:MOST_COLUMNS],
        "columns_left_out": max(len(conditions(run, Part.CONDITION)) - MOST_COLUMNS, 0),
        "read_outs": _read_outs(run),
        "heat_map": network_sweeps.heat_map(run, words),
        "dose_response": network_sweeps.dose_response(run, words),
        "courses": network_courses.figures(run, words),
        "first_passage": network_courses.passages(run, words),
        "states": _states(run, words),
        "drawing": network_drawing.drawing(run, words),
        "changes": _changes(run, words),
        "rules": rules,
        "status_counts": [entry for entry in Counter(rule.status for rule in rules).most_common() if entry[0]],
        "citations": citations.used(run, known),
        "manifest": provenance.manifest_rows(run, words),
        "scenario": run.scenario,
    }


def _sentences(run: RunDirectory, words: Labels) -> list[str]:
    network = run.summary.get("network") or {}
    count = len(run.summary.get("conditions") or [])
    unit = f" {network['time_unit']}" if network.get("time_unit") else ""
    found = [
        words(
            "network.what",
            network=words("network.from_file")
            if _from_file(run)
            else words("network.built_in", name=run.about["network"]),
            nodes=number(network.get("nodes")),
            conditions=words("network.one_condition")
            if count == 1
            else words("network.several_conditions", count=count),
            samples=number(run.about.get("samples")),
            duration=f"{number(network.get('duration'))}{unit}",
            tick=f"{number(network.get('time_tick'))}{unit}",
        )
    ]
    values = final(run, measures(run), Part.CONDITION)
    if values is not None and len(values) > 1:
        name = most_different(values, 1)[0]
        low, high = values[name].idxmin(), values[name].idxmax()
        shares = {"low": percent(values[name].min(), 1), "high": percent(values[name].max(), 1)}
        found.append(words("network.furthest", name=name, least=low, most=high, **shares))
    return found


def _from_file(run: RunDirectory) -> bool:
    """Whether the network is the user's: its file lies in the run directory."""
    return "." in str(run.about.get("network"))


def _read_outs(run: RunDirectory) -> list[Row]:
    """Read-outs (else nodes that differ most) in every condition, in the last window."""
    table = measures(run)
    values, errors = (final(run, table, Part.CONDITION, value) for value in ("probability", "standard_error"))
    if values is None or errors is None:
        return []
    names = list(values.columns) if table == "read_outs" else most_different(values, MOST_MEASURES)
    return [
        Row(
            name,
            tuple(
                _cell(value, error)
                for value, error in zip(values[name][:MOST_COLUMNS], errors[name][:MOST_COLUMNS], strict=True)
            ),
        )
        for name in names
    ]


def _states(run: RunDirectory, words: Labels) -> list[tuple[str, str, list[Row]]]:
    """For each condition how many cells end for good, its most frequent states at the end, and what is left."""
    table = run.table("states")
    if table is None:
        return []
    table = table.astype({"condition": str, "state": str})
    found = []
    own_conditions = conditions(run, Part.CONDITION)[:MOST_COLUMNS]
    for condition, fixed in zip(own_conditions["condition"], own_conditions["fixed_share"], strict=True):
        own = table[(table["condition"] == condition) & (table["state"] != OTHER_STATES)].head(MOST_STATES)
        rows = [
            Row(words("network.no_node") if state == NO_NODE else state, (_cell(value, error),))
            for state, value, error in zip(own["state"], own["probability"], own["standard_error"], strict=True)
        ]
        rest = max(1.0 - float(own["probability"].sum()), 0.0)
        if rest > 1e-9:
            rows.append(Row("", (Cell(percent(rest, 1), round(100 * rest, 1)),)))
        found.append((condition, words("network.fixed", share=percent(fixed, 1)), rows))
    return found


def _changes(run: RunDirectory, words: Labels) -> list[tuple[str, str, str]]:
    """Name of each condition of the scenario, what the scenario writes, and what that does to nodes, in words."""
    return [
        (str(entry["condition"]), _given(entry.get("given") or {}, words), _change(entry, words))
        for entry in run.summary.get("conditions") or []
        if entry["part"] == Part.CONDITION
    ]


def _given(change: dict[str, Any], words: Labels) -> str:
    """The change as the scenario writes it."""
    parts = []
    for key, values in change.items():
        items = values if isinstance(values, list) else [f"{name} {value}" for name, value in values.items()]
        parts.append(f"{words.family('network_key', key)}: {', '.join(map(str, items[:LONGEST_CHANGES]))}")
    return "; ".join(parts) or words("network.nothing_changed")


def _change(entry: dict[str, Any], words: Labels) -> str:
    held = [f"{node} {words.family('network_state', state)}" for node, state in entry["held"].items()]
    parts = [words("network.inhibited", node=node, share=percent(share)) for node, share in entry["inhibited"].items()]
    parts += [words("network.activated", node=node, share=percent(share)) for node, share in entry["activated"].items()]
    shown = [*held, *parts]
    more = words("network.more", count=len(shown) - LONGEST_CHANGES) if len(shown) > LONGEST_CHANGES else ""
    return ", ".join([*shown[:LONGEST_CHANGES], *([more] if more else [])]) or words("network.nothing_changed")


def _rules(run: RunDirectory, known: Any, words: Labels) -> list[Rule]:
    """Rules of the nodes, then what drugs and alterations of the scenario act on."""
    rules = [_rule(entry, str(entry.get("rule") or ""), known, words) for entry in run.summary.get("rules") or []]
    for entry in run.summary.get("acting") or []:
        text = words("network.acts", what=entry["what"], how=words.family("network_direction", entry["direction"]))
        rules.append(_rule({**entry, "meaning": entry.get("note") or ""}, text, known, words))
    return rules


def _rule(entry: dict[str, Any], text: str, known: Any, words: Labels) -> Rule:
    status = str(entry.get("status") or "")
    return Rule(
        node=str(entry["node"]),
        rule=text,
        meaning=str(entry.get("meaning") or ""),
        status=status,
        status_text=words.family("status", status) if status else "",
        citations=tuple(
            known.get(name, citations.Citation(name, "")) for name in citations.names(str(entry.get("source") or ""))
        ),
    )
