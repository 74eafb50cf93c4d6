"""The network engine: trajectories per CPU second, next to MaBoSS on the same models in the same call, and threads.

`measure()` runs both engines in turn on one thread, each several times, with the nodes that the model's .cfg shows;
writes benchmarks/results/signalling.json and returns the text that `paget bench signalling` prints. Ratios are taken
within a repeat, since the machine may be shared.

Both give the probability of each shown node in each window, ours with its standard error. MaBoSS obtains it from the
distribution over all states of the shown nodes, which it always keeps; a second figure is ours with the 50 most
frequent states followed as well. Our time includes making the tables of the network; MaBoSS's excludes reading files.

MaBoSS runs as cmaboss, which has a build for each number of 64-bit words.
"""

from __future__ import annotations

import json
import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "signalling.json"
MODELS = HERE.parent / "tests" / "data" / "networks" / "reference"
CONDITIONS = {
    "p53_Mdm2": "p53_Mdm2",
    "cellcycle": "cellcycle",
    "metastasis": "metastasis",
    "sizek": "sizek",
    "atc_WT_GF": "atc_network_draft",
    "atc_BRAF": "atc_network_draft",
    "atc_ATCB": "atc_network_draft",
    "atc_ATCB_dabrafenib": "atc_network_draft",
    "atc_ATCB_dab_tram": "atc_network_draft",
    "atc_ATCR": "atc_network_draft",
}
"""Condition (its .cfg) to network (its .bnd)."""

REPEATS = 5
SECONDS = 0.7
"""CPU seconds of one run, about, of either engine."""

STATES = 50
CMABOSS = {64: "cmaboss", 128: "cmaboss_128n", 256: "cmaboss_256n", 512: "cmaboss_512n"}
"""Most nodes of each build."""

SEED_DISTANCE = 1_000_003
"""MaBoSS gives trajectory i the seed s + i, so the seeds of two runs stand further apart than their samples."""

Runner = Callable[[int, int], float]
"""CPU seconds of so many trajectories from a seed."""


@dataclass(frozen=True)
class Speed:
    """Trajectories per CPU second of the repeats of one run after another."""

    rates: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.rates)


def measure() -> str:
    """Measure, store and return the text."""
    from paget.cli.facts import machine_facts

    results: dict[str, Any] = {
        "date": date.today().isoformat(),
        "machine": {name: fact for name, fact in machine_facts() if name != "kernel cache"},
        "models": {condition: _condition(condition, network) for condition, network in CONDITIONS.items()},
        **_threads(),
    }
    ratios = [model["ratio"] for model in results["models"].values()]
    results["ratio_geometric_mean"] = statistics.geometric_mean(ratios)
    by_network: dict[str, list[float]] = {}
    for condition, network in CONDITIONS.items():
        by_network.setdefault(network, []).append(results["models"][condition]["ratio"])
    results["ratio_geometric_mean_over_networks"] = statistics.geometric_mean(
        [statistics.geometric_mean(each) for each in by_network.values()]
    )
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return _text(results)


def _loaded(condition: str, network: str) -> tuple[Any, Any]:
    from paget.signalling.network_file import read_network

    return read_network(MODELS / f"{network}.bnd", cfg=[MODELS / f"{condition}.cfg"])


def _condition(condition: str, network: str) -> dict[str, Any]:
    model, settings = _loaded(condition, network)
    ours, with_states = _ours(model, settings, 0), _ours(model, settings, STATES)
    speeds = _alternating([ours, with_states, _maboss(condition, network, len(model))])
    ratios = sorted(one / other for one, other in zip(speeds[0].rates, speeds[2].rates, strict=True))
    ratio = statistics.median(ratios)
    return {
        "nodes": len(model),
        "shown_nodes": len(model) - len(settings.internal),
        "trajectories_per_cpu_second": speeds[0].median,
        "with_states": speeds[1].median,
        "maboss": speeds[2].median,
        "ratios": ratios,
        "ratio": ratio,
        "ratio_with_states": ratio * speeds[1].median / speeds[0].median,
    }


def _alternating(runners: list[Runner]) -> list[Speed]:
    """Speeds of several engines, run in turn with as many trajectories as take about SECONDS."""
    counts = [_count(run) for run in runners]
    rates: list[list[float]] = [[] for _ in runners]
    for repeat in range(1, REPEATS + 1):
        for run, count, found in zip(runners, counts, rates, strict=True):
            found.append(count / run(count, repeat * SEED_DISTANCE))
    return [Speed(tuple(found)) for found in rates]


def _count(run: Runner) -> int:
    """Trajectories that take about SECONDS; the first run compiles."""
    run(10, 1)
    count, spent = 100, run(100, 1)
    while spent < SECONDS / 2.0:
        count *= 2
        spent = run(count, 1)
    return math.ceil(count * SECONDS / spent)


def _ours(network: Any, settings: Any, states: int) -> Runner:
    from paget.signalling.simulate import simulate

    def run(count: int, seed: int) -> float:
        before = time.process_time()
        simulate(network, settings, samples=count, seed=seed, threads=1, states=states)
        return time.process_time() - before

    return run


def _maboss(condition: str, network: str, nodes: int) -> Runner:
    cmaboss: Any = import_module(next(name for most, name in CMABOSS.items() if nodes <= most))
    simulation = cmaboss.MaBoSSSim(network=str(MODELS / f"{network}.bnd"), config=str(MODELS / f"{condition}.cfg"))

    def run(count: int, seed: int) -> float:
        simulation.update_parameters(
            sample_count=count, thread_count=1, seed_pseudorandom=seed, use_physrandgen=0, statdist_traj_count=0
        )
        before = time.process_time()
        simulation.run().get_nodes_probtraj()
        return time.process_time() - before

    return run


def _threads() -> dict[str, float]:
    """Wall time with one thread and with all, the same trajectories, best of three."""
    from paget.compute import available_threads
    from paget.signalling.simulate import simulate

    network, settings = _loaded("metastasis", "metastasis")
    chosen = replace(settings, sample_count=400_000)
    walls = {}
    for threads in sorted({1, available_threads()}):
        found = []
        for _ in range(3):
            before = time.perf_counter()
            simulate(network, chosen, threads=threads)
            found.append(time.perf_counter() - before)
        walls[threads] = min(found)
    return {"threads": max(walls), "thread_speed_up": walls[1] / walls[max(walls)]}


def _text(results: dict[str, Any]) -> str:
    lines = [
        f"signalling, {results['date']}, {results['machine'].get('processor', '')}",
        "trajectories per CPU second      nodes shown      paget  +states   MaBoSS    ratio (lowest - highest)",
    ]
    for name, model in results["models"].items():
        lines.append(
            f"{name:<30} {model['nodes']:7d} {model['shown_nodes']:5d} {model['trajectories_per_cpu_second']:10.0f} "
            f"{model['with_states']:8.0f} {model['maboss']:8.0f} {model['ratio']:8.1f} "
            f"({model['ratios'][0]:.1f} - {model['ratios'][-1]:.1f})"
        )
    lines += [
        f"geometric mean of the ratios: {results['ratio_geometric_mean']:.1f} over conditions, "
        f"{results['ratio_geometric_mean_over_networks']:.1f} over networks",
        f"{results['threads']} threads: {results['thread_speed_up']:.2f} x the speed of one",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    print(measure())
