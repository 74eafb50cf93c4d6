"""`paget check`, `paget scenarios`, `paget new`: scenarios before they run."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from paget.cli.outcome import Debug, guarded


@guarded
def check(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A YAML file or the name of a built-in one.")],
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change one value; may be repeated.")
    ] = None,
    debug: Debug = False,
) -> None:
    r"""Validate a scenario without running it; exit code 0 if it is right, 2 if not.

    \b
    Example:
      paget check trial.yaml
    """
    from paget.scenario import find, load

    path = find(scenario)
    found = load(path, tuple(settings or ()))
    typer.echo(f"{path}: valid; {found.kind} {found.name!r}, {_extent(found)}")


def _extent(scenario: Any) -> str:
    """What a scenario would simulate."""
    if scenario.kind != "network":
        return f"disease {scenario.disease}, {scenario.patients} patients"
    from paget.scenario.network_known import experiment_count

    count = experiment_count(scenario)
    return f"network {scenario.network}, {count} condition{'' if count == 1 else 's'}"


@guarded
def scenarios(debug: Debug = False) -> None:
    r"""List the built-in scenarios, a line each.

    \b
    Example:
      paget scenarios
    """
    from paget.scenario import built_in

    found = built_in()
    width = max(len(entry.name) for entry in found)
    for entry in found:
        typer.echo(f"{entry.name:<{width}}  {entry.description}")


@guarded
def new(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="trial, patient or network")],
    debug: Debug = False,
) -> None:
    r"""Print a commented scenario to start from.

    \b
    Example:
      paget new trial > trial.yaml
    """
    from paget.scenario.templates import template

    typer.echo(template(kind), nl=False)
