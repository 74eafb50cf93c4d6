"""The trial scale: a two-arm trial from YAML to report, and what treatment adds to the cost of a lesion-day.

`measure()` writes benchmarks/results/trial.json and returns the text that `paget bench trial` prints. Treatment is
compared on the same persons with drugs whose effect is switched off, so that both carry the same lesions; CPU seconds.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results" / "trial.json"
PER_ARM = 300
SAMPLE = 300
REPEATS = 3

TRIAL = """\
paget: 1
kind: trial
name: BRAF V600E, two arms
disease: atc
patients: {patients}
eligibility: {{BRAF: V600E}}
cohort: {{clock: enrolment}}
enrolment: {{delay: 30 d}}
follow_up: 36 months
scans: every 8 weeks
arms:
  - name: best supportive care
    lines: []
  - name: dabrafenib + trametinib
    lines:
      - drugs: [dabrafenib 150 mg every 12 h oral, trametinib 2 mg every 24 h oral]
endpoints: [OS, PFS, ORR, DOR]
seed: 1
"""

WITHOUT_EFFECT = ["mechanisms.target_inhibition=off", "mechanisms.toxicity=off"]


def measure() -> str:
    """Measure, store and return the text."""
    from paget.cli.facts import machine_facts

    with tempfile.TemporaryDirectory() as folder:
        scenario = Path(folder) / "trial.yaml"
        scenario.write_text(TRIAL.format(patients=PER_ARM), encoding="utf-8")
        # The first run compiles and makes the response tables of its genotypes.
        _run(scenario, Path(folder) / "first", PER_ARM)
        results: dict[str, Any] = {
            "date": date.today().isoformat(),
            "machine": {name: fact for name, fact in machine_facts() if name != "kernel cache"},
            "patients_per_arm": PER_ARM,
            "seconds": _run(scenario, Path(folder) / "run", PER_ARM),
            **_added_cost(scenario),
        }
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return _text(results)


def _run(scenario: Path, directory: Path, patients: int) -> float:
    """Wall seconds of a whole `paget run`, report included."""
    command = [sys.executable, "-m", "paget", "run", str(scenario), "--patients", str(patients), "-o", str(directory)]
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ)
    return time.perf_counter() - began


def _added_cost(scenario: Path) -> dict[str, float]:
    """CPU of one thread per person, untreated and treated without effect: the same persons with the same lesions."""
    from paget.scenario import load
    from paget.scenario.study import study_of
    from paget.trial.cohort import simulate
    from paget.trial.job import arm_plans
    from paget.trial.plan import plan

    study = study_of(load(scenario, [*WITHOUT_EFFECT, f"patients={SAMPLE}"]))
    _, treated = arm_plans(plan(study))
    untreated = plan(replace(study, protocols={}, design=replace(study.design, scan_days=())))
    found = {}
    for name, compiled in (("untreated", untreated), ("treated", treated)):
        simulate(compiled, 0, 2)
        found[f"{name}_ms_per_person"] = 1e3 * min(_cost(compiled) for _ in range(REPEATS)) / SAMPLE
    found["added_share"] = found["treated_ms_per_person"] / found["untreated_ms_per_person"] - 1.0
    return found


def _cost(compiled: Any) -> float:
    """CPU seconds of the sample."""
    from paget.trial.cohort import simulate

    before = time.process_time()
    simulate(compiled, 0, SAMPLE, threads=1)
    return time.process_time() - before


def _text(found: dict[str, Any]) -> str:
    return "\n".join(
        [
            f"trial, {found['date']}",
            f"  2 x {found['patients_per_arm']} patients, YAML to report, after the first compilation: "
            f"{found['seconds']:.1f} s (target 60)",
            f"  CPU per person: untreated {found['untreated_ms_per_person']:.1f} ms, treated "
            f"{found['treated_ms_per_person']:.1f} ms: {100 * found['added_share']:+.0f} % (target below 60)",
        ]
    )
