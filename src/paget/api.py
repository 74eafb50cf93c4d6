"""run() and what it returns: the whole of paget from Python.

>>> import paget
>>> result = paget.run("atc-natural-history", patients=200, seed=3)  # doctest: +SKIP
>>> result.kaplan_meier("OS").median()  # doctest: +SKIP
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paget.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from paget.runs import Fingerprint, Job
    from paget.scenario import AnyScenario, Network, Scenario
    from paget.trial.contrasts import Contrast
    from paget.trial.plan import Plan, Study
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
    def nodes(self) -> pd.DataFrame:
        """Of a network run: condition, time, node, probability, standard_error; means over the window from `time`."""
        return self.table("nodes")

    @property
    def arms(self) -> tuple[str, ...]:
        """Names of the arms, in the scenario's order; InputError for a run without patients."""
        if "survival" not in self.summary:
            kind = self.summary["scenario"]["kind"]
            raise InputError(f"a run of kind {kind} has no arms", remedy="Read its tables: result.table('nodes').")
        return tuple(self.summary["survival"])

    def kaplan_meier(self, endpoint: str = "OS", arm: str | None = None) -> KaplanMeier:
        """Kaplan-Meier estimate of an endpoint (``OS``, ``PFS``, ...) in an arm (the first by default), times in days.

        In a randomised study it is that of the persons allocated to the arm.
        """
        from paget.trial.arm_results import observed
        from paget.trial.contrasts import allocated_to
        from paget.trial.survival import kaplan_meier

        name, allocated = arm or self.arms[0], self.allocation
        events = self._events(endpoint, name)
        if allocated is not None:
            events = allocated_to(events, allocated, name)
        return kaplan_meier(*observed(events))

    def hazard_ratio(self, endpoint: str, arm: str, reference: str) -> Contrast:
        """Hazard ratio of an arm over a reference: ``value``, ``low``, ``high``, ``p``, ``design`` and more.

        Of a randomised study (design ``randomised``) each person counts in the arm allocated, with the strata of the
        allocation; else (``arms``) all persons count in both arms, which hold the same ones.
        """
        from paget.trial.contrasts import ARMS, Contrast, unpaired
        from paget.trial.survival import DAYS_PER_MONTH

        one, other = (self._events(endpoint, name) for name in (arm, reference))
        if arm == reference:
            raise InputError("an arm is compared with itself", remedy=f"Arms: {', '.join(self.arms)}.")
        # Only a randomised contrast has a horizon, and a randomised study always has the part `trial`.
        horizon = self._trial["design"]["horizon_months"] * DAYS_PER_MONTH if self.allocation is not None else 0.0
        seed = self.summary["scenario"]["seed"]
        return unpaired(Contrast(arm, reference, endpoint, ARMS), one, other, horizon, self.allocation, seed)

    def response_rates(self) -> pd.DataFrame:
        """ORR, DCR and CR by arm in %, with exact 95 % intervals: arm, endpoint, value, low, high, n."""
        import pandas as pd

        rows = [
            {"arm": arm, **{name: row[name] for name in ("endpoint", "value", "low", "high", "n")}}
            for arm, results in self._trial["arms"].items()
            for row in results["endpoints"]
            if row["endpoint"] in ("ORR", "DCR", "CR")
        ]
        return pd.DataFrame(rows, columns=["arm", "endpoint", "value", "low", "high", "n"])

    def waterfall(self, arm: str | None = None) -> pd.DataFrame:
        """Best change of the sum of diameters by person, largest growth first: USUBJID, depth_percent, BOR."""
        import pandas as pd

        arms = self._trial["arms"]
        name = arm or self.arms[0]
        if name not in arms:
            raise InputError(f"there is no arm {name!r}", remedy=f"Arms: {', '.join(arms)}.")
        return pd.DataFrame(arms[name]["waterfall"], columns=["USUBJID", "depth_percent", "BOR"])

    @cached_property
    def allocation(self) -> pd.DataFrame | None:
        """STRATUM and allocated ARM by USUBJID of a randomised study; None where arms are twins."""
        if not (self.directory / "randomisation.parquet").is_file():
            return None
        return self.table("randomisation").set_index("USUBJID")

    @property
    def _trial(self) -> dict[str, Any]:
        if "trial" not in self.summary:
            raise InputError(
                "nobody in this run is treated by a protocol or scanned",
                file=str(self.directory),
                remedy="Give an arm of the scenario lines, or scans.",
            )
        return self.summary["trial"]

    def _events(self, endpoint: str, arm: str) -> pd.DataFrame:
        """Rows of time_to_event of one endpoint and arm, index USUBJID."""
        events = self.table("time_to_event")
        chosen = events[(events["PARAMCD"] == endpoint) & (events["ARM"] == arm)]
        if chosen.empty:
            raise InputError(
                f"there is no endpoint {endpoint!r} in arm {arm!r}",
                remedy=f"Endpoints: {', '.join(map(str, events['PARAMCD'].unique()))}. Arms: {', '.join(self.arms)}.",
            )
        return chosen.set_index("USUBJID")

    def summary_text(self) -> str:
        """The table that `paget run` prints: simulated against published, or a network's read-outs, with intervals."""
        from paget.report import network_summary, summary_table

        if self.summary["scenario"]["kind"] == "network":
            return network_summary.summary_table(self.summary)
        return summary_table.summary_table(self.summary)


@dataclass(frozen=True)
class _Work:
    """A scenario on the run layer: what is computed, what identifies it, and the last tables and summary.

    text: the resolved scenario; files: content of what it names, by file name; unit: what progress counts.
    """

    job: Job
    fingerprint: Fingerprint
    text: str
    unit: str
    complete: Callable[[Path], bytes]
    files: Mapping[str, bytes] = field(default_factory=dict)


def run(
    scenario: str | Path | AnyScenario,
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

    patients, seed: in place of the scenario's (patients: futures of a patient, trajectories of a network); overrides:
    ``path=value`` texts as of ``--set``. The run directory is `output`, by default the scenario's name and seed in the
    working directory. Results don't depend on threads, executor ("local" or "processes"), batch or resume.

    Raises InputError for anything wrong in the input (nothing is written), PagetError when storage fails,
    KeyboardInterrupt on Ctrl-C (the directory can be resumed).
    """
    from paget.compute import available_threads
    from paget.report.build import render
    from paget.runs import execute, memory_limit_bytes, prepare, progress_display, run_log, task_threads
    from paget.runs.files import write_atomic
    from paget.scenario import Network, default_directory

    loaded = _load(scenario, _with(overrides, patients, seed, scenario))
    workers = threads or available_threads()
    means = _Means(task_threads(executor, workers), workers if executor == "processes" else 1, batch,
                   memory_limit_bytes(memory_gb))  # fmt: skip
    directory = Path(output) if output is not None else default_directory(loaded)
    if isinstance(loaded, Network):
        work = _network_work(loaded, means)
    else:
        work = _cohort_work(loaded, means, directory, scenario)
    with (
        prepare(directory, fingerprint=work.fingerprint, scenario_text=work.text, resume=resume) as folder,
        run_log(directory, verbose=verbose),
        progress_display(work.unit) as show,
    ):
        for name, content in work.files.items():
            write_atomic(directory / name, content)
        entries = {"seed": loaded.seed, "executor": executor, "threads": workers}
        execute(work.job, folder, manifest=entries, executor=executor, threads=workers, batch=batch, progress=show)
        if not folder.done:
            write_atomic(directory / "summary.json", work.complete(directory))
            folder.finish({"report.html": render(directory).encode()})
    return Result(directory)


@dataclass(frozen=True)
class _Means:
    """What a run may use: threads of a task, worker processes, patients of a batch, bytes (None: unknown)."""

    threads: int
    processes: int
    batch: int | None
    memory_bytes: int | None


def _cohort_work(loaded: Scenario, means: _Means, directory: Path, scenario: Any) -> _Work:
    """Virtual patients; `directory` and the scenario as given are for what is refused."""
    from paget.runs import check_estimate
    from paget.scenario import resolved_yaml
    from paget.scenario.study import study_of
    from paget.trial.job import study_job
    from paget.trial.plan import plan as compile_plan

    compiled = compile_plan(study_of(loaded))
    job = study_job(compiled, means.threads)
    check_estimate(_estimated_bytes(job.payload.plans, means.batch, means.processes), means.memory_bytes)
    _refuse_impossible(job.payload.plans, directory, scenario)
    return _Work(
        job=job,
        fingerprint=_fingerprint(loaded, job.payload.plans),
        text=resolved_yaml(loaded),
        unit="patients",
        complete=lambda folder: _summary(folder, loaded, compiled),
    )


def _network_work(loaded: Network, means: _Means) -> _Work:
    """A logical network; its files go into the run directory, so that the scenario there can be run again."""
    import paget
    from paget.runs import Fingerprint, check_estimate
    from paget.scenario import content_hash, resolved_yaml
    from paget.scenario.network_files import portable
    from paget.scenario.network_job import estimated_bytes, network_job
    from paget.scenario.network_plan import study_of
    from paget.scenario.network_summary import complete, study_hash

    study = study_of(loaded)
    check_estimate(means.processes * (OVERHEAD_BYTES + estimated_bytes(study, means.threads)), means.memory_bytes)
    kept, files = portable(loaded)
    return _Work(
        job=network_job(study, means.threads),
        fingerprint=Fingerprint(
            scenario_hash=content_hash(kept), paget_version=paget.__version__, parameter_hash=study_hash(study)
        ),
        text=resolved_yaml(kept),
        unit="blocks of trajectories",
        complete=lambda folder: complete(folder, kept, study),
        files=files,
    )


def compare(directories: Sequence[str | Path], studies: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Results of runs and of published studies, one row per run and result.

    studies: ids of published studies of the runs' diseases; empty: those that each run was compared with. Rows have
    run, study (None: the run's own), arm, population, endpoint, time_months, unit, simulated, low, high, published,
    published_low, published_high, verdict, note. Raises InputError for what is no finished run of a cohort, and for an
    unknown study. Nothing is written.
    """
    from paget.trial.side_by_side import rows_of_run

    runs = [_cohort_run(Path(directory)) for directory in directories]
    for study in studies:
        _known_study(study, {study_of_run.disease for _, study_of_run, _ in runs})
    names = _run_names([directory for directory, _, _ in runs])
    return [
        row
        for name, (directory, study, summary) in zip(names, runs, strict=True)
        for row in rows_of_run(name, directory, study, summary, studies)
    ]


def _cohort_run(directory: Path) -> tuple[Path, Study, dict[str, Any]]:
    """Directory, study and summary of a finished run of virtual patients."""
    from paget.runs.manifest import read_manifest
    from paget.scenario import load
    from paget.scenario.study import study_of

    if not (directory / "manifest.json").is_file():
        raise InputError("is no run directory", file=str(directory), remedy="Give a directory that `paget run` made.")
    if read_manifest(directory).state != "done":
        raise InputError("the run is not finished", file=str(directory), remedy="Finish it with --resume first.")
    scenario = load(directory / "scenario.yaml")
    if scenario.kind == "network":
        raise InputError("is the run of a network", file=str(directory), remedy="Give runs of virtual patients.")
    return directory, study_of(scenario), Result(directory).summary


def _known_study(name: str, diseases: Iterable[str]) -> None:
    from paget import knowledge

    known = sorted({row.study_id for disease in diseases for row in knowledge.published(disease)})
    if name not in known:
        raise InputError(f"study {name!r} is unknown", field="--with", remedy=knowledge.did_you_mean(name, known))


def _run_names(directories: Sequence[Path]) -> list[str]:
    """The last part of each path, or the paths where two share it."""
    names = [directory.resolve().name for directory in directories]
    return names if len(set(names)) == len(names) else [str(directory) for directory in directories]


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
        texts.append(f"{_COUNTED[_kind(scenario, texts)]}={patients}")
    if seed is not None:
        texts.append(f"seed={seed}")
    return texts


_COUNTED = {"trial": "patients", "patient": "futures", "network": "samples"}
"""The key of each kind of scenario that says how many are simulated."""


def _kind(scenario: object, overrides: list[str]) -> str:
    return _load(scenario, overrides).kind


def _load(scenario: Any, overrides: Iterable[str]) -> AnyScenario:
    from paget.scenario import find, load, read, resolved_yaml

    if isinstance(scenario, str | Path):
        return load(find(scenario), overrides)
    return read(resolved_yaml(scenario), file=scenario.name, overrides=overrides)


def _estimated_bytes(plans: Sequence[Plan], batch: int | None, processes: int) -> int:
    """Memory of the run; the arm that takes the most counts, since each may be simulated in every process."""
    from paget.trial.cohort import bytes_per_person

    places = min(plans[0].study.patients, batch or LAUNCH_PLACES)
    return processes * (OVERHEAD_BYTES + 3 * places * max(bytes_per_person(plan) for plan in plans))


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
    """The content of summary.json, computed from the run's tables; of a randomised study the allocation is written."""
    import paget
    from paget.runs.files import write_atomic
    from paget.trial.allocation import FILE, as_parquet, mark, randomised
    from paget.trial.summary import summarise
    from paget.trial.trial_summary import allocation_of_run

    about = {
        "name": scenario.name,
        "kind": scenario.kind,
        "disease": scenario.disease,
        "patients": scenario.patients,
        "seed": scenario.seed,
    }
    if randomised(plan.study):
        allocated = allocation_of_run(directory, plan.study)
        write_atomic(directory / FILE, as_parquet(allocated))
        mark(directory, allocated)
    content = {
        "paget": paget.__version__,
        "scenario": about,
        **summarise(directory, plan, scenario.compare_with),
    }
    return json.dumps(content, indent=1, allow_nan=False).encode()
