"""Reading tables and YAML into records, with the file, line and key of everything that is wrong."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from paget.errors import InputError
from paget.knowledge.naming import did_you_mean

R = TypeVar("R", bound=BaseModel)


@dataclass(frozen=True)
class Problem:
    """Something wrong in a data file; ``line`` counts from 1, ``key`` names the record and, where known, the column."""

    file: str
    line: int | None
    key: str
    message: str
    remedy: str

    def as_error(self) -> InputError:
        """Return the error that a reader raises for it."""
        return InputError(self.message, file=self.file, line=self.line, field=self.key or None, remedy=self.remedy)

    def __str__(self) -> str:
        return str(self.as_error())


@dataclass(frozen=True)
class Entry(Generic[R]):
    """A record and where it was written."""

    file: str
    line: int
    key: tuple[str, ...]
    record: R

    def problem(self, message: str, remedy: str, column: str = "") -> Problem:
        """Return a problem of this entry, in ``column`` where given."""
        return Problem(self.file, self.line, named(self.key, column), message, remedy)


@dataclass(frozen=True)
class Table(Generic[R]):
    """What a table holds: the record of a row and the columns that make its key (none: rows may repeat)."""

    record: type[R]
    key: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns in the order of the record's fields."""
        return tuple(self.record.model_fields)


def shipped() -> Traversable:
    """Return the folder of the package's own data."""
    return files("paget.knowledge") / "data"


def child(root: Traversable, path: str) -> Traversable:
    """Return the file or folder at the slash-separated ``path`` under ``root``."""
    for part in path.split("/"):
        root = root / part
    return root


def named(key: tuple[str, ...], column: str = "") -> str:
    """``(TP53, MDACC)``, ``column`` as ``TP53 + MDACC: column`` for a message."""
    return ": ".join(part for part in (" + ".join(item for item in key if item), column) if part)


def read_table(root: Traversable, path: str, table: Table[R], problems: list[Problem]) -> list[Entry[R]]:
    """Read the valid rows of the CSV file ``path``; what is wrong with the others is appended to ``problems``.

    An empty cell means the column's default. A missing file, a missing or an unknown column is a problem of its own,
    and a key that comes twice is one at the second row.
    """
    resource = child(root, path)
    if not resource.is_file():
        problems.append(
            Problem(path, None, "", "the file is missing", f"Create it with the header {','.join(table.columns)}.")
        )
        return []
    lines = _lines(resource)
    header = next(lines, (1, []))[1]
    if not _header_is_right(path, header, table, problems):
        return []
    entries: list[Entry[R]] = []
    first_seen: dict[tuple[str, ...], int] = {}
    for number, cells in lines:
        entry = _entry(path, number, header, cells, table, problems)
        if entry is None:
            continue
        if table.key and entry.key in first_seen:
            problems.append(
                entry.problem(f"the key is already used in line {first_seen[entry.key]}", "Remove one of the two.")
            )
            continue
        first_seen[entry.key] = number
        entries.append(entry)
    return entries


def read_mapping(root: Traversable, path: str, record: type[R], problems: list[Problem]) -> Entry[R] | None:
    """Read the YAML file ``path`` as one record, or None with the reasons appended to ``problems``."""
    from ruamel.yaml import YAML, YAMLError

    try:
        content = YAML(typ="rt").load(child(root, path).read_text(encoding="utf-8"))
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = None if mark is None else mark.line + 1
        problems.append(Problem(path, place, "", str(getattr(error, "problem", None) or "not YAML"), "Mend the YAML."))
        return None
    if not isinstance(content, dict):
        problems.append(Problem(path, 1, "", "the file is not a mapping", "Write one 'name: value' per line."))
        return None
    key = (str(content.get("id", "")),)
    try:
        return Entry(path, 1, key, record.model_validate(_plain(content)))
    except ValidationError as error:
        problems.extend(_problems_of(error, path, _yaml_lines(content), key, record))
        return None


def _lines(resource: Traversable) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(resource.read_text(encoding="utf-8"), newline=""))
    start = 1
    for cells in reader:
        if cells:
            yield start, [cell.strip() for cell in cells]
        start = reader.line_num + 1


def _header_is_right(path: str, header: list[str], table: Table[Any], problems: list[Problem]) -> bool:
    before = len(problems)
    open_ended = table.record.model_config.get("extra") == "allow"
    for column in header:
        if column not in table.columns and not open_ended:
            problems.append(Problem(path, 1, column, "the column is unknown", did_you_mean(column, table.columns)))
    for column in _required(table.record) - set(header):
        problems.append(Problem(path, 1, column, "the column is missing", f"The header is {','.join(table.columns)}."))
    return len(problems) == before


@cache
def _required(record: type[BaseModel]) -> frozenset[str]:
    return frozenset(name for name, field in record.model_fields.items() if field.is_required())


def _entry(
    path: str, number: int, header: list[str], cells: list[str], table: Table[R], problems: list[Problem]
) -> Entry[R] | None:
    if len(cells) != len(header):
        found = f"{len(cells)} cells under {len(header)} columns"
        problems.append(Problem(path, number, cells[0], found, "Quote the cells that hold a comma."))
        return None
    filled = {column: cell for column, cell in zip(header, cells, strict=True) if cell}
    key = tuple(filled.get(column, "") for column in table.key or header[:1])
    try:
        return Entry(path, number, key, table.record.model_validate(filled))
    except ValidationError as error:
        problems.extend(_problems_of(error, path, {"": number}, key, table.record))
        return None


def _problems_of(
    error: ValidationError, path: str, lines: Mapping[str, int], key: tuple[str, ...], record: type[BaseModel]
) -> Iterator[Problem]:
    for detail in error.errors(include_url=False):
        location = [str(part) for part in detail["loc"]]
        message, remedy = _worded(dict(detail), location, record)
        line = lines.get(location[0] if location else "", lines.get("", 1))
        yield Problem(path, line, named(key, ".".join(location)), message, remedy)


def _worded(detail: Mapping[str, Any], location: list[str], record: type[BaseModel]) -> tuple[str, str]:
    context = detail.get("ctx") or {}
    kind = detail["type"]
    if "remedy" in context:
        return context["message"], context["remedy"]
    if kind == "missing":
        return f"the record has no {location[-1]}", f"Fill the column {location[-1]}."
    if kind == "extra_forbidden":
        return f"{location[-1]!r} is unknown", did_you_mean(location[-1], record.model_fields)
    if kind in ("float_parsing", "float_type", "int_parsing"):
        return f"{detail['input']!r} is not a number", "Write a plain number such as 0.25."
    if kind == "finite_number":
        return (
            f"{detail['input']!r} is not finite",
            "Write a finite number or leave the cell empty where that is allowed.",
        )
    return f"{detail['input']!r}: {detail['msg'][:1].lower()}{detail['msg'][1:]}", "Write a value that fits."


def _plain(content: Any) -> Any:
    if isinstance(content, dict):
        return {str(name): _plain(value) for name, value in content.items()}
    if isinstance(content, list):
        return [_plain(value) for value in content]
    return content


def _yaml_lines(content: Any) -> dict[str, int]:
    return {str(name): content.lc.key(name)[0] + 1 for name in content} | {"": 1}
