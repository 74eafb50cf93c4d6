"""A network study as a job of the run layer: units are (experiment, block of trajectories), experiment by experiment.

A block is simulated on its own, with draws of its own, so that neither threads, batches, worker
processes nor a resume change it. All experiments share these random numbers: differences between two
conditions have less noise than each of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from paget.runs import Job
from paget.scenario.network_plan import NetworkStudy

if TYPE_CHECKING:
    from paget.signalling.simulate import Result

BLOCK_TRAJECTORIES = 2000
"""Trajectories of a block at most; part of what a run is, since sums are rounded block by block."""

BYTES_PER_CELL = 200
"""Of a window of a node: integer sums of some lanes per thread, means and errors of a row, Python's copy of both."""

BLOCKS = "blocks"
SCHEMA = pa.schema(
    [
        ("experiment", pa.int32()),
        ("block", pa.int32()),
        ("trajectories", pa.int64()),
        ("mean", pa.list_(pa.float64())),
        ("standard_error", pa.list_(pa.float64())),
        ("states", pa.list_(pa.string())),
        ("state_counts", pa.list_(pa.int64())),
        ("fixed", pa.int64()),
        ("passage_times", pa.list_(pa.float64())),
        ("passage_counts", pa.list_(pa.int64())),
    ]
)


@dataclass(frozen=True)
class Payload:
    """What a worker needs: the study and the CPU threads that one launch may use."""

    study: NetworkStudy
    threads: int = 1


def block_lengths(samples: int) -> list[int]:
    """Trajectories of each block: as few blocks as may be, equally long but for one trajectory.

    >>> block_lengths(5000)
    [1666, 1667, 1667]
    """
    blocks = -(-samples // BLOCK_TRAJECTORIES)
    return [samples * (block + 1) // blocks - samples * block // blocks for block in range(blocks)]


def network_job(study: NetworkStudy, threads: int = 1) -> Job:
    """The job whose one table holds a row per block, combined at the end (network_tables.py)."""
    return Job(
        task=simulate_blocks,
        payload=Payload(study, threads),
        count=len(study.experiments) * len(block_lengths(study.samples)),
        tables={BLOCKS: SCHEMA},
        keys={BLOCKS: ("experiment", "block")},
        warm=compile_engine,
    )


def simulate_blocks(payload: Payload, start: int, stop: int) -> dict[str, pa.Table]:
    """Rows of blocks start .. stop - 1; a block's row does not depend on the range."""
    lengths = block_lengths(payload.study.samples)
    places = [divmod(unit, len(lengths)) for unit in range(start, stop)]
    rows = [_row(payload, position, block, lengths[block]) for position, block in places]
    return {BLOCKS: pa.Table.from_pylist(rows, schema=SCHEMA)}


def _row(payload: Payload, position: int, block: int, length: int) -> dict[str, object]:
    import numpy as np

    study = payload.study
    experiment = study.experiments[position]
    first = sum(block_lengths(study.samples)[:block])
    result = run_block(study, position, first, length, payload.threads)
    kept = slice(None) if experiment.whole_course else slice(-1, None)
    columns = [(result.probability, result.standard_error)]
    columns += [(mean[:, None], error[:, None]) for mean, error in (result.readouts[name] for name in study.read_outs)]
    means, errors = (np.concatenate([pair[side][kept] for pair in columns], axis=1) for side in (0, 1))
    labels, counts = state_counts(study, result)
    passages = [np.asarray(result.first_passage[name].times, dtype=float) for name in study.first_passage]
    return {
        "experiment": position,
        "block": block,
        "trajectories": length,
        "mean": means.ravel(),
        "standard_error": errors.ravel(),
        "states": labels,
        "state_counts": counts,
        "fixed": int(np.count_nonzero(result.fixed)),
        "passage_times": np.concatenate(passages) if passages else np.empty(0),
        "passage_counts": [len(times) for times in passages],
    }


def run_block(study: NetworkStudy, position: int, first: int, length: int, threads: int) -> Result:
    """Simulate one block of an experiment: so many trajectories from the first on."""
    from paget.signalling.simulate import simulate

    experiment = study.experiments[position]
    return simulate(
        study.network,
        experiment.settings,
        samples=length,
        seed=study.seed,
        first=first,
        readouts=study.read_outs,
        interventions=experiment.interventions,
        threads=threads,
        first_passage=study.first_passage,
    )


def state_counts(study: NetworkStudy, result: Result) -> tuple[list[str], list[int]]:
    """Labels ``A -- B`` of the output nodes that are on at the end, and how many trajectories end so; by label."""
    import numpy as np

    final = np.asarray(result.final).view(np.uint64)
    places = [study.network.index[name] for name in study.outputs]
    bits = np.stack([(final[:, place // 64] >> np.uint64(place % 64)) & np.uint64(1) for place in places], axis=1)
    patterns, counts = np.unique(bits.astype(np.uint8), axis=0, return_counts=True)
    labels = [state_label([name for name, on in zip(study.outputs, row, strict=True) if on]) for row in patterns]
    order = sorted(range(len(labels)), key=labels.__getitem__)
    return [labels[place] for place in order], [int(counts[place]) for place in order]


def state_label(on: list[str]) -> str:
    """The name of a state as MaBoSS writes it.

    >>> state_label(["A", "B"]), state_label([])
    ('A -- B', '<nil>')
    """
    return " -- ".join(on) or "<nil>"


def compile_engine(payload: Payload) -> None:
    """Compile the engine for this study by a single trajectory of its first experiment."""
    run_block(payload.study, 0, 0, 1, payload.threads)


def estimated_bytes(study: NetworkStudy, threads: int) -> int:
    """Memory that one task needs: sums of every lane, and the rows of a batch until they are saved."""
    windows = max(int(each.settings.max_time / each.settings.time_tick) for each in study.experiments)
    cells = windows * (len(study.network) + len(study.read_outs))
    courses = sum(each.whole_course for each in study.experiments)
    return BYTES_PER_CELL * cells * (threads + courses)
