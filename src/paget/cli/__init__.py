"""The command line: thin commands over `paget.api` and the readers."""

from __future__ import annotations


def main() -> None:
    """Run the command line; exit code 0 done, 2 wrong input, 1 anything else, 130 interrupted."""
    from paget.cli.app import app

    app(prog_name="paget")
