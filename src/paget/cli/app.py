"""The commands of `paget` under one name."""

from __future__ import annotations

from typing import Annotated

import typer

import paget
from paget.cli import compare, foreign, machine, results, run, scenarios, show
from paget.cli.outcome import laid_out

app = typer.Typer(
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: importing rich would double the time of every command
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"paget {paget.__version__}")
        raise typer.Exit


@app.callback()
@laid_out
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    r"""Virtual cohorts of a cancer that spreads, from the first cell to a survival curve. For research use only.

    \b
    Example:
      paget run atc-natural-history
    """


for command in (
    run.run,
    scenarios.check,
    scenarios.scenarios,
    scenarios.new,
    show.show,
    results.report,
    compare.compare,
    results.export,
    results.digest,
    machine.bench,
    machine.doctor,
):
    app.command()(command)
app.command("import")(foreign.import_model)
