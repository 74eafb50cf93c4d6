"""Errors that are meant for the user: what is wrong, where, and what would be right."""

from __future__ import annotations

from dataclasses import dataclass


class PagetError(Exception):
    """Anything that stops a run for a reason the user can read; exit code 1."""

    exit_code = 1


@dataclass(frozen=True)
class Place:
    """Where in the user's input a problem lies; line and column count from 1."""

    file: str | None = None
    line: int | None = None
    column: int | None = None
    field: str | None = None

    def __str__(self) -> str:
        parts = [self.file or ""]
        if self.line is not None:
            parts.append(str(self.line))
        head = ":".join(part for part in parts if part)
        return ": ".join(part for part in (head, self.field or "") if part)


class InputError(PagetError):
    """The user's input is wrong; exit code 2, nothing has been written.

    The text reads ``scenario.yaml:12: arms[0].name: <what is wrong>. <remedy>``.
    """

    exit_code = 2

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        line: int | None = None,
        column: int | None = None,
        field: str | None = None,
        remedy: str | None = None,
    ) -> None:
        self.message = message
        self.place = Place(file, line, column, field)
        self.remedy = remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        place = str(self.place)
        sentence = self.message if not self.remedy else f"{self.message.rstrip('.')}. {self.remedy}"
        return f"{place}: {sentence}" if place else sentence


class InputErrors(InputError):
    """Several problems found in one pass, one line each, in file order."""

    def __init__(self, errors: list[InputError]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(str(error) for error in errors))

    def __str__(self) -> str:
        return "\n".join(str(error) for error in self.errors)
