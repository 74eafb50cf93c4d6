"""No number without a source: mechanism code holds mathematical constants only, parameters are records."""

from __future__ import annotations

import csv
from collections.abc import Collection
from pathlib import Path

import pytest

from house.literals import forbidden_literals

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "paget"
FOLDERS = ("body", "patient", "therapy", "tissue", "trial")
ALLOW_LIST = Path(__file__).with_name("literals_allowed.csv")


def read_allowed() -> dict[tuple[str, str, float], str]:
    """Exceptions by file, scope (``*``: the whole file) and value, each with its reason."""
    with ALLOW_LIST.open(encoding="utf-8", newline="") as lines:
        return {(row["file"], row["scope"], float(row["value"])): row["reason"] for row in csv.DictReader(lines)}


def covering(key: tuple[str, str, float], allowed: Collection[tuple[str, str, float]]) -> set[tuple[str, str, float]]:
    """Those exceptions that allow one literal."""
    file, _, value = key
    return {key, (file, "*", value)} & set(allowed)


def found_in_mechanisms() -> dict[tuple[str, str, float], list[str]]:
    """Every forbidden literal of the mechanisms, by file, scope and value, with the places where it stands."""
    found: dict[tuple[str, str, float], list[str]] = {}
    for path in sorted(path for folder in FOLDERS for path in (PACKAGE / folder).rglob("*.py")):
        file = path.relative_to(PACKAGE).as_posix()
        for literal in forbidden_literals(path.read_text(encoding="utf-8")):
            key = (file, literal.scope, abs(literal.value))
            found.setdefault(key, []).append(f"src/paget/{file}:{literal.line}: {literal.value} in {literal.scope}")
    return found


def test_mechanisms_hold_no_unsourced_number() -> None:
    allowed = read_allowed()
    places = [place for key, at in found_in_mechanisms().items() if not covering(key, allowed) for place in at]
    assert not places, "make each a record in knowledge, or give a reason in literals_allowed.csv:\n" + "\n".join(
        places
    )


def test_every_exception_is_used_and_has_a_reason() -> None:
    found = found_in_mechanisms()
    used = {key for each in found for key in covering(each, read_allowed())}
    for key, reason in read_allowed().items():
        assert key in used, f"literals_allowed.csv: {key} is no longer in the code"
        assert len(reason.split()) > 2, f"literals_allowed.csv: {key} needs a reason"


@pytest.mark.parametrize(
    ("source", "values"),
    [
        ("rate = 0.7", [0.7]),
        ("def volume(d):\n    return 3.14 * d**3 / 6", [3.14]),
        ("def half(x):\n    return -0.5 * x + 2 * x**2 - 1", []),
        ("x = -7", [7]),
        ("x = 1e-9", [1e-9]),
        ("x = 2j", [2j]),
        ("class Decision(IntEnum):\n    SHEDDING = 17", []),
        ("A, B, C, D, E = range(5)", []),
        ("for i in range(5):\n    pass", [5]),
        ("class Rates:\n    fast: float = 17.0", [17.0]),
        ("LAYOUT = np.dtype([('loads', np.float64, 15)])", []),
        ("def f(x, y=5):\n    return x", [5]),
        ("flag = True\nname = 'take 5'", []),
        ("@njit(inline=7)\ndef f(x: Literal[9]) -> Literal[8]:\n    return x", []),
        ("a = [[10], {11: (12,)}]", [10, 11, 12]),
    ],
)
def test_the_scan_finds_numbers_and_only_numbers(source: str, values: list[complex]) -> None:
    assert [literal.value for literal in forbidden_literals(source)] == values
