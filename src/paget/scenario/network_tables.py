"""The final tables of a network run, put together from its blocks in their order.

Means and squared deviations of blocks combine as in Chan, Golub and LeVeque 1983 (The American Statistician 37:242):
M2 = sum_b [M2_b + n_b (m_b - m)^2], so that the standard error sqrt(M2 / (n (n - 1))) is that of one large block.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from paget.runs import files
from paget.runs.compaction import ROW_GROUP_ROWS, table_path
from paget.scenario.network_job import BLOCKS
from paget.scenario.network_plan import Experiment, NetworkStudy

MOST_STATES = 50
"""States kept of each condition; the rest is one row."""

OTHER_STATES = "other states"
PASSAGE_POINTS = 100
ROUNDING = 1e-9
"""Of a number of windows that fill the course."""

_TEXT = pa.dictionary(pa.int32(), pa.string())
_NUMBERS = [("probability", pa.float64()), ("standard_error", pa.float64())]
SCHEMAS = {
    "nodes": pa.schema([("condition", _TEXT), ("time", pa.float64()), ("node", _TEXT), *_NUMBERS]),
    "read_outs": pa.schema([("condition", _TEXT), ("time", pa.float64()), ("read_out", _TEXT), *_NUMBERS]),
    "states": pa.schema([("condition", _TEXT), ("state", _TEXT), *_NUMBERS]),
    "first_passage": pa.schema([("condition", _TEXT), ("event", _TEXT), ("time", pa.float64()), *_NUMBERS]),
    "conditions": pa.schema(
        [
            *((name, _TEXT) for name in ("condition", "part", "row", "column")),
            ("dose", pa.float64()),
            ("fixed_share", pa.float64()),
        ]
    ),
}
"""Tables by name. nodes, read_outs: means over the window that begins at `time`. states: at the end of the course.
first_passage: share of trajectories in which the event has happened by `time`. conditions: fixed_share is the share of
trajectories that end where nothing can flip any more."""


def write_tables(directory: Path, study: NetworkStudy) -> None:
    """Write the final tables from blocks.parquet and remove it; nothing happens where that is done already."""
    source = table_path(directory, BLOCKS)
    if not source.is_file():
        return
    found: dict[str, list[pa.Table]] = {name: [] for name in SCHEMAS}
    for experiment, blocks in zip(study.experiments, _by_experiment(source), strict=True):
        for name, table in experiment_tables(study, experiment, blocks).items():
            found[name].append(table)
    for name, tables in found.items():
        if tables:
            _write(table_path(directory, name), pa.concat_tables(tables).unify_dictionaries())
    files.remove(source)


def _write(path: Path, table: pa.Table) -> None:
    texts = [column.name for column in table.schema if pa.types.is_dictionary(column.type)]
    with files.atomic(path) as sink:
        pq.write_table(
            table.combine_chunks(),
            sink,
            version="2.6",
            compression="zstd",
            use_dictionary=texts,  # pyright: ignore[reportArgumentType]
            row_group_size=ROW_GROUP_ROWS,
        )


def _by_experiment(path: Path) -> Iterator[list[dict[str, Any]]]:
    """Rows of one experiment after another."""
    held: list[dict[str, Any]] = []
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=256):
            for row in batch.to_pylist():
                if held and held[0]["experiment"] != row["experiment"]:
                    yield held
                    held = []
                held.append(row)
    if held:
        yield held


def experiment_tables(study: NetworkStudy, experiment: Experiment, blocks: list[dict[str, Any]]) -> dict[str, pa.Table]:
    """Rows of one experiment in every table that has any."""
    names = (*study.shown, *study.read_outs)
    mean, error = combined(blocks, len(names))
    tick = experiment.settings.time_tick
    last = int(experiment.settings.max_time / tick + ROUNDING)
    times = tick * np.arange(last - len(mean), last)
    nodes = len(study.shown)
    tables = {
        "nodes": _courses("node", experiment, times, names[:nodes], mean[:, :nodes], error[:, :nodes]),
        "states": _states(experiment, blocks),
        "conditions": _about(experiment, blocks),
    }
    if study.read_outs:
        tables["read_outs"] = _courses("read_out", experiment, times, names[nodes:], mean[:, nodes:], error[:, nodes:])
    if study.first_passage:
        tables["first_passage"] = _passages(study, experiment, blocks)
    return tables


def combined(blocks: list[dict[str, Any]], columns: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard error over all trajectories, shape (windows, columns), from those of the blocks."""
    counts = np.array([block["trajectories"] for block in blocks], dtype=float)
    means = np.array([block["mean"] for block in blocks], dtype=float)
    errors = np.nan_to_num(np.array([block["standard_error"] for block in blocks], dtype=float))
    total = counts.sum()
    weights = counts[:, None]
    mean = (weights * means).sum(axis=0) / total
    spread = (errors**2 * weights * (weights - 1.0) + weights * (means - mean) ** 2).sum(axis=0)
    error = np.sqrt(spread / (total * (total - 1.0)))
    return mean.reshape(-1, columns), error.reshape(-1, columns)


def _courses(
    column: str, experiment: Experiment, times: np.ndarray, names: tuple[str, ...], mean: np.ndarray, error: np.ndarray
) -> pa.Table:
    schema = SCHEMAS["nodes" if column == "node" else "read_outs"]
    windows = len(times)
    return _table(
        schema,
        {
            "condition": [experiment.name] * (windows * len(names)),
            "time": np.repeat(times, len(names)),
            column: list(names) * windows,
            "probability": mean.ravel(),
            "standard_error": error.ravel(),
        },
    )


def _table(schema: pa.Schema, columns: Mapping[str, Any]) -> pa.Table:
    arrays = [
        pa.array(columns[field.name], pa.string()).dictionary_encode()
        if pa.types.is_dictionary(field.type)
        else pa.array(columns[field.name], field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _states(experiment: Experiment, blocks: list[dict[str, Any]]) -> pa.Table:
    """The most frequent states at the end, then all others together; ties by label."""
    counts: Counter[str] = Counter()
    for block in blocks:
        counts.update(dict(zip(block["states"], block["state_counts"], strict=True)))
    total = sum(block["trajectories"] for block in blocks)
    ranked = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    kept = ranked[:MOST_STATES]
    if len(ranked) > MOST_STATES:
        kept.append((OTHER_STATES, total - sum(count for _, count in kept)))
    share, error = binomial(np.array([count for _, count in kept]), total)
    columns = {"condition": [experiment.name] * len(kept), "state": [state for state, _ in kept]}
    return _table(SCHEMAS["states"], {**columns, "probability": share, "standard_error": error})


def binomial(counts: np.ndarray, total: int) -> tuple[np.ndarray, np.ndarray]:
    """Shares and their standard errors sqrt(p (1 - p) / (n - 1))."""
    share = counts / total
    return share, np.sqrt(share * (1.0 - share) / (total - 1.0))


def _passages(study: NetworkStudy, experiment: Experiment, blocks: list[dict[str, Any]]) -> pa.Table:
    """Share of trajectories in which each event has happened, on a grid of times from 0 to the end."""
    total = sum(block["trajectories"] for block in blocks)
    grid = np.linspace(0.0, experiment.settings.max_time, PASSAGE_POINTS + 1)
    times = [_event_times(blocks, position) for position in range(len(study.first_passage))]
    counts = [np.searchsorted(np.sort(found), grid, side="right") for found in times]
    share, error = binomial(np.concatenate(counts), total)
    return _table(
        SCHEMAS["first_passage"],
        {
            "condition": [experiment.name] * len(share),
            "event": np.repeat(list(study.first_passage), len(grid)),
            "time": np.tile(grid, len(times)),
            "probability": share,
            "standard_error": error,
        },
    )


def _event_times(blocks: list[dict[str, Any]], position: int) -> np.ndarray:
    found = []
    for block in blocks:
        counts = block["passage_counts"]
        begin = sum(counts[:position])
        found.append(np.array(block["passage_times"][begin : begin + counts[position]], dtype=float))
    return np.concatenate(found)


def _about(experiment: Experiment, blocks: list[dict[str, Any]]) -> pa.Table:
    total = sum(block["trajectories"] for block in blocks)
    return _table(
        SCHEMAS["conditions"],
        {
            "condition": [experiment.name],
            "part": [experiment.part],
            "row": [experiment.row],
            "column": [experiment.column],
            "dose": [experiment.dose],
            "fixed_share": [sum(block["fixed"] for block in blocks) / total],
        },
    )
