"""`paget import`: models of other programs become scenarios."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from paget.cli.outcome import Debug, guarded
from paget.errors import InputError

FORMATS = ("network",)


@guarded
def import_model(
    form: Annotated[str, typer.Argument(metavar="FORMAT", help="network")],
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A .bnd, .bnet or SBML-qual (.sbml, .xml) file.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="The scenario to write [default: print it].")
    ] = None,
    settings: Annotated[
        list[Path] | None,
        typer.Option("--settings", metavar="FILE", help="A .cfg file [default: the one of the same name, if any]."),
    ] = None,
    debug: Debug = False,
) -> None:
    r"""Make a scenario from a model of another program, after checking every rule of it.

    \b
    Examples:
      paget import network model.bnd -o model.yaml
      paget import network model.bnet
    """
    if form not in FORMATS:
        raise InputError(f"format {form!r} is unknown", remedy=f"Known: {', '.join(FORMATS)}.")
    from paget.interop.network_import import imported, write

    found = imported(path, tuple(settings or ()), output)
    if output is None:
        typer.echo(found.text, nl=False)
        return
    write(found, output)
    typer.echo(f"{output}: {found.what}. Next: paget run {output}")
