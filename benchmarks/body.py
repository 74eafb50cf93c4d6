"""The body scale: cost per lesion-day, patients per second, threads, memory, cold and warm start.

`measure()` runs everything in this and in fresh processes, writes benchmarks/results/body.json and returns the text
that
`paget bench body` prints. CPU seconds wherever the machine may be shared.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results" / "body.json"
SAMPLE = 600
RUN_SIZES = (1000, 10000)


def measure() -> str:
    """Measure, store and return the text."""
    from paget.cli.facts import machine_facts

    results: dict[str, Any] = {
        "date": date.today().isoformat(),
        "machine": {name: fact for name, fact in machine_facts() if name != "kernel cache"},
    }
    results |= _cost_per_lesion_day()
    results |= _threads()
    results |= _starts()
    results["runs"] = [_run(size) for size in RUN_SIZES]
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return _text(results)


def _plan() -> Any:
    from paget.scenario import find, load
    from paget.scenario.study import study_of
    from paget.trial.plan import plan

    return plan(study_of(load(find("atc-natural-history"), ["patients=1000000"])))


def _cost_per_lesion_day() -> dict[str, float]:
    """CPU seconds of one thread over the demo's persons, the host's tables not counted."""
    from paget.trial.cohort import simulate

    plan = _plan()
    simulate(plan, 0, 2, threads=1)
    before = time.process_time()
    cohort = simulate(plan, 0, SAMPLE, threads=1)
    spent = time.process_time() - before
    own = cohort.persons["record_days"]
    records = own + cohort.sites["records"].sum(axis=1)
    lesions = own + cohort.sites["lesions"].sum(axis=1)
    return {
        "persons": SAMPLE,
        "cpu_ms_per_patient": 1e3 * spent / SAMPLE,
        "lesion_days_per_patient": float(lesions.mean()),
        "record_days_per_patient": float(records.mean()),
        "ns_per_lesion_day": 1e9 * spent / float(lesions.sum()),
        "ns_per_record_day": 1e9 * spent / float(records.sum()),
        "days_per_patient": float(cohort.persons["last_day"].mean()),
    }


def _threads() -> dict[str, float]:
    """Patients per second of wall time with one thread and with all, the same persons, best of three."""
    from paget.compute import available_threads
    from paget.trial.cohort import simulate

    plan = _plan()
    simulate(plan, 0, 2, threads=available_threads())
    rates = {}
    for threads in sorted({1, available_threads()}):
        walls = []
        for _ in range(3):
            before = time.perf_counter()
            simulate(plan, 0, SAMPLE, threads=threads)
            walls.append(time.perf_counter() - before)
        rates[threads] = SAMPLE / min(walls)
    most = max(rates)
    return {
        "threads": most,
        "patients_per_second_1_thread": rates[1],
        "patients_per_second": rates[most],
        "thread_speed_up": rates[most] / rates[1],
    }


_FIRST_STEP = """
import time
began = time.perf_counter()
from paget.scenario import find, load
from paget.scenario.study import study_of
from paget.trial.plan import plan
from paget.trial.cohort import simulate
simulate(plan(study_of(load(find("atc-natural-history")))), 0, 1)
print(time.perf_counter() - began, time.process_time())
"""


def _starts() -> dict[str, float]:
    """Seconds from the interpreter's start to the first person, with an empty and with a filled kernel cache."""
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "XDG_CACHE_HOME": cache}
        cold, warm = (_first_step(environment) for _ in range(2))
    return {
        "cold_start_seconds": cold[0],
        "cold_start_cpu_seconds": cold[1],
        "warm_start_seconds": warm[0],
        "warm_start_cpu_seconds": warm[1],
    }


def _first_step(environment: dict[str, str]) -> tuple[float, float]:
    done = subprocess.run(
        [sys.executable, "-c", _FIRST_STEP], env=environment, check=True, capture_output=True, text=True
    )
    wall, cpu = done.stdout.split()
    return float(wall), float(cpu)


def _run(size: int) -> dict[str, float]:
    """A whole `paget run`, tables and report included: wall seconds and the process's peak memory."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "paget", "run", "atc-natural-history", "--patients", str(size)]
        began = time.perf_counter()
        process = subprocess.Popen(
            [*command, "-o", f"{folder}/run"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
    if status:
        raise RuntimeError(f"the run of {size} patients ended with status {status}")
    return {
        "patients": size,
        "wall_seconds": wall,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "peak_memory_mb": usage.ru_maxrss / 1024,
        "patients_per_second": size / wall,
    }


def _text(results: dict[str, Any]) -> str:
    lines = [
        f"body, {results['date']}, {results['machine'].get('processor', '')}",
        f"cost of a lesion-day          {results['ns_per_lesion_day']:8.1f} ns CPU (one thread, everything counted)",
        f"cost of a record-day          {results['ns_per_record_day']:8.1f} ns CPU "
        "(lines of one size and size classes counted as records)",
        f"lesion-days per patient       {results['lesion_days_per_patient']:8.0f}",
        f"CPU per patient               {results['cpu_ms_per_patient']:8.2f} ms",
        f"patients per second           {results['patients_per_second_1_thread']:8.0f} on 1 thread, "
        f"{results['patients_per_second']:.0f} on {results['threads']} ({results['thread_speed_up']:.2f} x)",
        f"start to first person         {results['cold_start_seconds']:8.1f} s with compilation, "
        f"{results['warm_start_seconds']:.1f} s without",
    ]
    lines += [
        f"run of {run['patients']:6d} patients        {run['wall_seconds']:8.1f} s, "
        f"{run['peak_memory_mb']:.0f} MB at most, {run['patients_per_second']:.0f} patients/s"
        for run in results["runs"]
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    print(measure())
