"""How a command ends: a sentence on standard error and the exit code, a traceback only with ``--debug``."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from typing import Annotated, NoReturn, ParamSpec, TypeVar

import typer

from paget.errors import PagetError

INTERRUPTED = 130
P = ParamSpec("P")
R = TypeVar("R")

Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]


def laid_out(command: Callable[P, R]) -> Callable[P, R]:
    """Let the examples in a command's docstring keep their lines in its help: click looks for a real backspace."""
    command.__doc__ = (command.__doc__ or "").replace("\\b\n", "\b\n")
    return command


def guarded(command: Callable[P, R]) -> Callable[P, R]:
    """Wrap a command so that its errors become a sentence and an exit code."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            result = command(*args, **kwargs)
            sys.stdout.flush()
            return result
        except (typer.Exit, typer.Abort):
            raise
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(1) from None
        except (Exception, KeyboardInterrupt) as error:
            if kwargs.get("debug"):
                _print_traceback()
            _end(error)

    return laid_out(wrapped)


def _print_traceback() -> None:
    import traceback

    traceback.print_exc()


def _end(error: BaseException) -> NoReturn:
    text, code = _ending(error)
    typer.echo(printable(text), err=True)
    raise typer.Exit(code) from None


def _ending(error: BaseException) -> tuple[str, int]:
    if isinstance(error, KeyboardInterrupt):
        return str(error) or "interrupted", INTERRUPTED
    if isinstance(error, PagetError):
        return str(error) or type(error).__name__, error.exit_code
    if isinstance(error, OSError) and error.strerror:
        where = f": {error.filename}" if error.filename else ""
        return f"paget: {error.strerror}{where}", 1
    if isinstance(error, MemoryError):
        return "paget: out of memory; use fewer patients or a smaller --batch", 1
    message = " ".join(str(error).split())[:300]
    return f"paget: unexpected {type(error).__name__}: {message} (--debug shows where)", 1


def printable(text: str) -> str:
    """The text with control characters other than line ends made harmless for a terminal."""
    return "".join(letter if letter.isprintable() or letter == "\n" else "·" for letter in text)
