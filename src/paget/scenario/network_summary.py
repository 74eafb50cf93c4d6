"""What a network run says in short: summary.json, and the hash of everything that decides its numbers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paget.scenario.network_graph import edges
from paget.scenario.network_known import changes
from paget.scenario.network_model import Network
from paget.scenario.network_plan import Experiment, NetworkStudy
from paget.scenario.network_source import source_of
from paget.scenario.network_tables import write_tables
from paget.signalling.operations import parts, spans
from paget.trial.summary import RESEARCH_USE_ONLY

if TYPE_CHECKING:
    from paget.knowledge.networks import CellTables
    from paget.signalling.expression import Expression
    from paget.signalling.network import Node

NORMAL_95 = 1.959963984540054
LONGEST_RULE = 2000
"""Characters of a rule that the summary keeps; the network's file holds all of them."""


def study_hash(study: NetworkStudy) -> str:
    """SHA-256 of the network, every condition's settings and interventions, and all rules read out."""
    plain = json.dumps(canonical(replace(study, samples=0, seed=0)), separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()


def canonical(value: Any) -> Any:
    """Plain data in an order of its own: the same text in every process."""
    if is_dataclass(value):
        return [canonical(getattr(value, field.name)) for field in fields(value)]
    if isinstance(value, Mapping):
        return [[key, canonical(inner)] for key, inner in sorted(value.items())]
    if isinstance(value, frozenset):
        return sorted(value)
    return [canonical(inner) for inner in value] if isinstance(value, tuple | list) else value


def complete(directory: Path, scenario: Network, study: NetworkStudy) -> bytes:
    """Write the final tables and return the content of summary.json."""
    write_tables(directory, study)
    return json.dumps(summary(directory, scenario, study), indent=1, allow_nan=False).encode()


def summary(directory: Path, scenario: Network, study: NetworkStudy) -> dict[str, Any]:
    """Scenario, network, conditions, and every read-out of the last window with its 95 % interval."""
    import paget

    first = study.experiments[0].settings
    return {
        "paget": paget.__version__,
        "scenario": {
            "name": scenario.name,
            "kind": scenario.kind,
            "network": scenario.network,
            "samples": study.samples,
            "seed": study.seed,
        },
        "network": {
            "nodes": len(study.network),
            "inputs": list(study.network.inputs),
            "outputs": list(study.outputs),
            "time_unit": study.time_unit,
            "duration": first.max_time,
            "time_tick": first.time_tick,
            "show": list(scenario.show),
            "edges": [list(edge) for edge in edges(study.network, first.variables)],
        },
        "conditions": [_condition(experiment) for experiment in study.experiments],
        "read_outs": _read_outs(directory),
        **_knowledge(study, scenario),
        "research_use_only": RESEARCH_USE_ONLY,
    }


def _condition(experiment: Experiment) -> dict[str, Any]:
    done = experiment.interventions
    return {
        "condition": experiment.name,
        "part": experiment.part,
        "row": experiment.row,
        "column": experiment.column,
        "dose": experiment.dose,
        "given": dict(experiment.given),
        "held": dict(done.held),
        "inhibited": dict(done.inhibited),
        "activated": dict(done.activated),
    }


def _read_outs(directory: Path) -> list[dict[str, Any]]:
    """Read-outs of the last window; without a rule of its own every node shown is one."""
    import pandas as pd

    path = directory / "read_outs.parquet"
    column = "read_out" if path.is_file() else "node"
    table = pd.read_parquet(path if path.is_file() else directory / "nodes.parquet")
    last = table[table["time"] == table["time"].max()]
    return [_interval(row) for row in last.rename(columns={column: "read_out"}).to_dict("records")]


def _interval(row: Mapping[str, Any]) -> dict[str, Any]:
    value, error = float(row["probability"]), float(row["standard_error"])
    return {
        "condition": row["condition"],
        "read_out": row["read_out"],
        "probability": value,
        "standard_error": error,
        "low": max(0.0, value - NORMAL_95 * error),
        "high": min(1.0, value + NORMAL_95 * error),
    }


def _knowledge(study: NetworkStudy, scenario: Network) -> dict[str, Any]:
    """Rules with their sources and status where the network is the package's own; those of a file as they are."""
    cell = None if scenario.files else source_of(scenario).cell
    if cell is None:
        return {"rules": [_rule(node) for node in study.network.nodes], "acting": [], "sources": []}
    from paget import knowledge

    rules = [
        _cited(record) | _rule(study.network[record.name], is_input=record.is_input) for record in cell.tables.nodes
    ]
    acting = list(_acting(cell.tables, scenario))
    used = {name for record in (*rules, *acting) for name in _names(record["source"])}
    known = knowledge.sources()
    sources = [known[name].model_dump(mode="json") for name in sorted(used, key=str.casefold) if name in known]
    return {"rules": rules, "acting": acting, "sources": sources}


def _rule(node: Node, *, is_input: bool = False) -> dict[str, str]:
    text = "" if is_input or node.is_input else _acting_rule(node)
    shown = text if len(text) <= LONGEST_RULE else f"{text[:LONGEST_RULE]}…"
    return {"node": node.name, "rule": shown, "meaning": node.description}


def _acting_rule(node: Node) -> str:
    """The logic where it alone decides when either rate is 0, else both rates as they are."""
    if node.logic is not None and _follows(node.logic, node.up, True) and _follows(node.logic, node.down, False):
        return node.logic.text()
    return f"on at {node.up.text()}; off at {node.down.text()}"


def _follows(logic: Expression, rate: Expression, on: bool) -> bool:
    """Whether a rate is ``logic ? number : 0``, of the way down ``logic ? 0 : number``; numbers may be $variables."""
    code = rate.code
    if code[-1][0] != "select":
        return False
    condition, first, _ = parts(code, spans(code), len(code) - 1)
    values = code[condition + 1 : first + 1], code[first + 1 : -1]
    moving, resting = values if on else values[::-1]
    turns = not any(kind == "node" for kind, _ in moving)
    return turns and resting == (("num", 0.0),) and code[: condition + 1] == logic.code


def _acting(tables: CellTables, scenario: Network) -> Iterator[dict[str, Any]]:
    """Records of the alterations and drugs that the scenario names."""
    named = [change for _, change in changes(scenario)]
    labels = {label.casefold() for change in named for label in change.genotype}
    drugs = {drug.casefold() for change in named for drug in change.drugs}
    drugs |= {drug.casefold() for drug in (scenario.dose_response.drug if scenario.dose_response else ())}
    for record in tables.alterations:
        if record.label.casefold() in labels:
            yield {"what": record.label, "node": record.input, **_cited(record), "direction": "hold"}
    for record in tables.drugs:
        if {record.drug.casefold(), record.alias.casefold()} & drugs:
            yield {"what": record.drug, "node": record.node, **_cited(record), "direction": record.direction}


def _cited(record: Any) -> dict[str, str]:
    return {"source": record.source, "status": record.status, "note": record.note}


def _names(sources: str) -> list[str]:
    return [name.strip() for name in sources.split(";") if name.strip() and name.strip() != "assumed"]
