"""`paget report`, `paget export`, `paget digest`: what comes after a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from paget.cli.outcome import Debug, guarded
from paget.errors import InputError

FORMATS = ("csv",)
_MADE_BY_RUN = "Give a directory that `paget run` made."
Directory = Annotated[Path, typer.Argument(metavar="DIR", help="A run directory.")]


@guarded
def report(directory: Directory, debug: Debug = False) -> None:
    r"""Build report.html of a run directory again.

    \b
    Example:
      paget report atc-natural-history-1
    """
    from paget import api

    typer.echo(api.report(_existing(directory)))


@guarded
def export(
    directory: Directory,
    form: Annotated[str, typer.Argument(metavar="FORMAT", help="csv")],
    debug: Debug = False,
) -> None:
    r"""Write the tables of a run in another format, into the run directory.

    \b
    Example:
      paget export atc-natural-history-1 csv
    """
    if form not in FORMATS:
        raise InputError(f"format {form!r} is unknown", remedy=f"Known: {', '.join(FORMATS)}.")
    from paget.interop.csv_export import export_csv

    for path in export_csv(_existing(directory)):
        typer.echo(path)


@guarded
def digest(directory: Directory, debug: Debug = False) -> None:
    r"""Print the SHA-256 of a run's canonical content; equal runs have equal digests.

    \b
    Example:
      paget digest atc-natural-history-1
    """
    from paget.runs.digest import digest as digest_of

    typer.echo(digest_of(_existing(directory)))


def _existing(directory: Path) -> Path:
    """The directory of a run; InputError when it is none."""
    if not directory.is_dir():
        raise InputError("there is no such folder", file=str(directory), remedy=_MADE_BY_RUN)
    if not (directory / "manifest.json").is_file():
        raise InputError(
            "is not a run directory (it has no manifest.json)",
            file=str(directory),
            remedy=_MADE_BY_RUN,
        )
    return directory
