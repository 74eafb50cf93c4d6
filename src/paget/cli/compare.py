"""`paget compare`: runs side by side with each other and with published studies."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from paget.cli.outcome import Debug, guarded, printable
from paget.cli.printing import Format, print_csv, print_json


@guarded
def compare(
    directories: Annotated[list[Path], typer.Argument(metavar="DIR...", help="Run directories.")],
    studies: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="STUDY", help="A published study; may be repeated [default: the runs' own]."),
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.table,
    debug: Debug = False,
) -> None:
    r"""Show results of runs side by side, published values beside them.

    \b
    Examples:
      paget compare first-1 second-1
      paget compare first-1 --with ROAR2022 --with Lin2019
      paget compare first-1 second-1 --format csv
    """
    from paget import api

    rows = api.compare(directories, studies or ())
    if form is Format.json:
        print_json(rows)
    elif form is Format.csv:
        print_csv(rows)
    else:
        from paget.report.run_comparison import comparison_table

        typer.echo(printable(comparison_table(rows)))
