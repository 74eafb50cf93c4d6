"""run() and what it returns: the whole of paget from Python.

>>> import paget
>>> result = paget.run("atc-natural-history", patients=200, seed=3)  # doctest: +SKIP
>>> result.kaplan_meier("OS").median()  # doctest: +SKIP
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paget.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from paget.scenario import Scenario
    from paget.trial.plan import Plan
    from paget.trial.survival import KaplanMeier

PROBES = 2
"""Places simulated before anything is written, to find an eligibility that nobody meets."""

HOPELESS_ARM = (
    "No tumour presents within the limit, or nobody who does is eligible. Weaken the arm's mechanisms by a factor, "
    "e.g. 0.1, instead of switching them off, or widen the eligibility."
)

OVERHEAD_BYTES = 600_000_000
"""Memory of the process itself: Python, compiled code, libraries (measured: 350-550 MB)."""

LAUNCH_PLACES = 2000
"""Persons in memory at once at most, for the estimate (a launch lasts about half a second)."""


@dataclass(frozen=True)
class Result:
    """A finished run; tables and summary are read when first asked for."""

    directory: Path

    @cached_property
    def summary(self) -> dict[str, Any]:
        """The content of summary.json."""
        return json.loads((self.directory / "summary.json").read_text("utf-8"))

    def table(self, name: str) -> pd.DataFrame:
        """A table of the run, e.g. ``subjects``; InputError for a name that isn't there."""
        import pandas as pd

        path = self.directory / f"{name}.parquet"
        if not path.is_file():
            raise InputError(
                f"the run has no table {name!r}",
                file=str(self.directory),
                remedy=f"Tables: {', '.join(sorted(file.stem for file in self.directory.glob('*.parquet')))}.",
            )
        return pd.read_parquet(path)

    @property
    def arms(self) -> tuple[str, ...]:
        """Names of the arms, in the scenario's order."""
        return tuple(self.summary["survival"])

    def kaplan_meier(self, endpoint: str = "OS", arm: str | None = None) -> KaplanMeier:
        """Kaplan-Meier estimate of ``OS`` or ``CSS`` in an arm (the first by default), times in days."""
        from paget.trial.survival import kaplan_meier

        events = self.table("time_to_event")
        name = arm or self.arms[0]
        chosen = events[(events["PARAMCD"] == endpoint) & (events["ARM"] == name)]
        if chosen.empty:
            raise InputError(
                f"there is no endpoint {endpoint!r} in arm {name!r}",
                remedy=f"Endpoints: OS, CSS. Arms: {', '.join(self.arms)}.",
            )
        return kaplan_meier(chosen["AVAL"].to_numpy(float), chosen["CNSR"].to_numpy() == 0)

    def summary_text(self) -> str:
        """The table that `paget run` prints: simulated against published, with intervals."""
        from paget.report.summary_table import summary_table

        return summary_table(self.summary)


def run(
    scenario: str | Path | Scenario,
    *,
    output: str | Path | None = None,
    patients: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    executor: str = "local",
    resume: bool = False,
    batch: int | None = None,
    memory_gb: float | None = None,
    verbose: bool = False,
    overrides: Iterable[str] = (),
) -> Result:
    """Run a scenario (a path, a built-in name or a Scenario) and return its result.

    patients, seed: in place of the scenario's; overrides: ``path=value`` texts as of ``--set``. The run directory is
    `output`, by default the scenario's name and seed in the working directory. Results don't depend on threads,
    executor ("local" or "processes"), batch or resume.

    Raises InputError for anything wrong in the input (nothing is written), PagetError when storage fails,
    KeyboardInterrupt on Ctrl-C (the directory can be resumed).
    """
    from paget.compute import available_threads
    from paget.report.build import render
    from paget.runs import (
        check_estimate,
        execute,
        memory_limit_bytes,
        prepare,
        progress_display,
        run_log,
        task_threads,
    )
    from paget.runs.files import write_atomic
    from paget.scenario import default_directory, resolved_yaml
    from paget.scenario.study import study_of
    from paget.trial.job import study_job
    from paget.trial.plan import plan as compile_plan

    loaded = _load(scenario, _with(overrides, patients, seed, scenario))
    compiled = compile_plan(study_of(loaded))
    workers = threads or available_threads()
    processes = workers if executor == "processes" else 1
    check_estimate(_estimated_bytes(compiled, batch, processes), memory_limit_bytes(memory_gb))
    directory = Path(output) if output is not None else default_directory(loaded)
    job = study_job(compiled, task_threads(executor, workers))
    _refuse_impossible(job.payload.plans, directory, scenario)
    fingerprint = _fingerprint(loaded, job.payload.plans)
    with (
        prepare(directory, fingerprint=fingerprint, scenario_text=resolved_yaml(loaded), resume=resume) as folder,
        run_log(directory, verbose=verbose),
        progress_display("patients") as show,
    ):
        entries = {"seed": loaded.seed, "executor": executor, "threads": workers}
        execute(job, folder, manifest=entries, executor=executor, threads=workers, batch=batch, progress=show)
        if not folder.done:
            write_atomic(directory / "summary.json", _summary(directory, loaded, compiled))
            folder.finish({"report.html": render(directory).encode()})
    return Result(directory)


def report(directory: str | Path) -> Path:
    """(Re)build report.html of a run directory; returns its path."""
    from paget.report.build import build

    return build(Path(directory))


def bench(name: str | None = None) -> str:
    """Run the project's benchmark `name` (all of them by default) and return what it measured, as text.

    Benchmarks are part of the source repository (folder ``benchmarks``), not of an installed wheel.
    """
    import runpy

    import paget

    folder = Path(paget.__file__).parents[2] / "benchmarks"
    known = {path.stem: path for path in sorted(folder.glob("*.py"))}
    if not known:
        raise InputError("benchmarks are not part of this installation", remedy="Run from a checkout of the source.")
    if name is not None and name not in known:
        from paget.knowledge import did_you_mean

        raise InputError(f"there is no benchmark {name!r}", remedy=did_you_mean(name, known))
    chosen = [known[name]] if name else list(known.values())
    return "\n".join(runpy.run_path(str(path))["measure"]() for path in chosen)


def _with(overrides: Iterable[str], patients: int | None, seed: int | None, scenario: object) -> list[str]:
    texts = list(overrides)
    if patients is not None:
        texts.append(f"{'futures' if _is_patient(scenario, texts) else 'patients'}={patients}")
    if seed is not None:
        texts.append(f"seed={seed}")
    return texts


def _is_patient(scenario: object, overrides: list[str]) -> bool:
    return getattr(_load(scenario, overrides), "kind", "") == "patient"


def _load(scenario: Any, overrides: Iterable[str]) -> Scenario:
    from paget.scenario import find, load, read, resolved_yaml

    if isinstance(scenario, str | Path):
        return load(find(scenario), overrides)
    return read(resolved_yaml(scenario), file=scenario.name, overrides=overrides)


def _estimated_bytes(plan: Plan, batch: int | None, processes: int) -> int:
    from paget.trial.cohort import bytes_per_person

    places = min(plan.study.patients, batch or LAUNCH_PLACES)
    return processes * (OVERHEAD_BYTES + 3 * places * bytes_per_person(plan))


def _refuse_impossible(plans: Sequence[Plan], directory: Path, scenario: Any) -> None:
    """Simulate the first places of each different arm before the directory exists: what is hopeless writes nothing."""
    if directory.is_dir() and any(directory.iterdir()):
        return  # a run to resume has been probed; any other content is refused when the directory is prepared
    from paget.trial.cohort import simulate

    for position, plan in enumerate(plans):
        if plan is plans[0] and position:
            continue
        try:
            simulate(plan, 0, min(PROBES, plan.study.patients))
        except InputError as error:
            raise _placed(error, plans, position, scenario) from error


def _placed(error: InputError, plans: Sequence[Plan], position: int, scenario: Any) -> InputError:
    """The error with the place of what makes an arm hopeless: its own changes, else what all arms share."""
    from paget.scenario import find, located
    from paget.trial.plan import Prescribed

    study = plans[position].study
    field = "eligibility" if study.prescribed == Prescribed() else "presentation"
    if plans[position] is not plans[0] or study.arms[0] in {*study.arm_mechanisms, *study.arm_parameters}:
        field, name = "arms", study.arms[position]
        error = InputError(f"arm {name!r}: {error.message}", field=field, remedy=HOPELESS_ARM)
    return located(error, find(scenario), field) if isinstance(scenario, str | Path) else error


def _fingerprint(scenario: Scenario, plans: Sequence[Plan]) -> Any:
    import paget
    from paget.runs import Fingerprint
    from paget.scenario import content_hash

    return Fingerprint(
        scenario_hash=content_hash(scenario), paget_version=paget.__version__, parameter_hash=_parameter_hash(plans)
    )


def _parameter_hash(plans: Sequence[Plan]) -> str:
    """SHA-256 of every number and table that the compiled course reads; arms that share a plan count once."""
    digest = hashlib.sha256()
    for position, plan in enumerate(plans):
        for name, value in sorted(vars(plan).items()) if position == 0 or plan is not plans[0] else ():
            if hasattr(value, "tobytes"):
                digest.update(name.encode())
                digest.update(value.tobytes())
    return digest.hexdigest()


def _summary(directory: Path, scenario: Scenario, plan: Plan) -> bytes:
    """The content of summary.json, computed from the run's tables."""
    import paget
    from paget.trial.summary import summarise

    about = {
        "name": scenario.name,
        "kind": scenario.kind,
        "disease": scenario.disease,
        "patients": scenario.patients,
        "seed": scenario.seed,
    }
    content = {
        "paget": paget.__version__,
        "scenario": about,
        **summarise(directory, plan, scenario.compare_with),
    }
    return json.dumps(content, indent=1, allow_nan=False).encode()
