"""`paget bench`, `paget doctor`: how fast and on what."""

from __future__ import annotations

from typing import Annotated

import typer

from paget.cli.outcome import Debug, guarded


@guarded
def bench(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="A benchmark [default: all].")] = None,
    debug: Debug = False,
) -> None:
    r"""Measure the speed of the model on this machine.

    \b
    Example:
      paget bench body
    """
    from paget import api

    measured = api.bench(name)
    if measured is not None:
        typer.echo(measured)


@guarded
def doctor(debug: Debug = False) -> None:
    r"""Show versions, processor, threads, GPU and cache; the first thing to send with a bug report.

    \b
    Example:
      paget doctor
    """
    from paget.cli.facts import machine_facts

    facts = machine_facts()
    width = max(len(label) for label, _ in facts)
    for label, value in facts:
        typer.echo(f"{label:<{width}}  {value}")
