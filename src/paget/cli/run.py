"""`paget run`: simulate a scenario into a run directory."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from paget.cli.outcome import Debug, guarded
from paget.errors import InputError

MOST_PATIENTS = 1_000_000


class Executor(StrEnum):
    """Where batches are computed."""

    local = "local"
    processes = "processes"


@guarded
def run(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A YAML file or the name of a built-in one.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="DIR", help="Run directory [default: NAME-SEED].")
    ] = None,
    patients: Annotated[
        int | None, typer.Option(min=1, max=MOST_PATIENTS, help="Patients per arm (network: trajectories).")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, max=2**63 - 1, help="Seed, in place of the scenario's.")] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="CPU threads [default: all].")] = None,
    executor: Annotated[Executor, typer.Option(help="In this process, or in worker processes.")] = Executor.local,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an interrupted run.")] = False,
    batch: Annotated[int | None, typer.Option(min=1, help="Patients or blocks per batch [default: adapts].")] = None,
    memory: Annotated[
        float | None, typer.Option(metavar="GB", min=0, help="Memory that may be used [default: half].")
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change one value; may be repeated.")
    ] = None,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Show what is being done.")] = False,
    debug: Debug = False,
) -> None:
    r"""Simulate a scenario; tables, summary and report go to a run directory.

    \b
    Examples:
      paget run atc-natural-history
      paget run trial.yaml -o results --patients 200 --seed 3
      paget run atc-natural-history --set mechanisms.extravasation=off -o knock-out
    """
    from paget.scenario import default_directory, find, load

    path, overrides = find(scenario), tuple(settings or ())
    checked = load(path, overrides)
    directory = output or default_directory(checked, seed)
    if resume and not directory.exists():
        raise InputError(
            "there is nothing to resume: no such folder",
            file=str(directory),
            remedy="Leave out --resume to start it, or give the folder of the run with -o.",
        )

    from paget import api

    try:
        result = api.run(
            path,
            output=directory,
            patients=patients,
            seed=seed,
            threads=threads,
            executor=executor.value,
            resume=resume,
            batch=batch,
            memory_gb=memory,
            verbose=verbose,
            overrides=overrides,
        )
    except KeyboardInterrupt as interrupt:
        if not directory.is_dir():
            raise
        raise KeyboardInterrupt(f"interrupted; the same command with -o {directory} --resume goes on") from interrupt
    typer.echo(result.summary_text())
    typer.echo(f"Report: {Path(result.directory) / 'report.html'}")
