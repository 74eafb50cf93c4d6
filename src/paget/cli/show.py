"""`paget show`: the records that the model is made of."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from paget.cli.outcome import Debug, guarded
from paget.cli.printing import Format, print_csv, print_json

_COLUMNS = {
    "genes": ("symbol", "name", "role", "aliases"),
    "sites": ("id", "name", "icdo3_code", "kind", "normalised_flow_share", "source", "status"),
    "mechanisms": ("name", "step", "label", "meaning", "source", "status"),
    "parameters": ("disease", "symbol", "value", "low", "high", "unit", "status", "source", "meaning"),
    "sources": ("id", "citation", "doi", "pmid"),
    "diseases": ("id", "name", "icdo3_morphology", "primary_site", "source", "status"),
    "trials": ("study", "arm", "n", "diseases", "source"),
    "drugs": ("inn", "aliases", "drug_class", "label", "acts", "regimen", "clearance"),
}
_PIPED_WIDTH = 200


@guarded
def show(
    kind: Annotated[
        str,
        typer.Argument(metavar="KIND", help="genes, sites, mechanisms, parameters, sources, diseases, trials or drugs"),
    ],
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Only the record of this name.")] = None,
    form: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.table,
    debug: Debug = False,
) -> None:
    r"""Show the records of knowledge: every number with its source and status.

    \b
    Examples:
      paget show parameters
      paget show genes BRAF
      paget show drugs trametinib
      paget show sources --format csv
    """
    from paget.knowledge.show import rows

    found = rows(kind, name)
    if form is Format.json:
        print_json(found)
    elif form is Format.csv:
        print_csv(found)
    elif name is not None:
        _print_records(found)
    else:
        _print_table(kind, found)


def _print_records(found: list[dict[str, Any]]) -> None:
    width = max(len(column) for row in found for column in row)
    blocks = ("\n".join(f"{column:<{width}}  {value}" for column, value in row.items()) for row in found)
    typer.echo("\n\n".join(blocks))


def _print_table(kind: str, found: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    columns = [column for column in _COLUMNS.get(kind, ()) if found and column in found[0]] or list(found[0])
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in found:
        table.add_row(*(Text(_cell(row[column])) for column in columns))
    Console(width=None if sys.stdout.isatty() else _PIPED_WIDTH).print(table)


def _cell(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
