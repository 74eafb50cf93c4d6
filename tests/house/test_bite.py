"""The bite run judges tests as it says: only a failed assertion with the mechanism off counts."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent.parent

HEAD = """import pytest

def metastases(switches):
    return 5 * switches.get("extravasation", 1)
"""
EXAMPLE = """
@pytest.mark.inventory({mark})
def test_{name}({fixture}):
    {body}
"""
CONFTEST = """import types
import paget.knowledge
paget.knowledge.mechanisms = lambda: (types.SimpleNamespace(name="extravasation"),)
pytest_plugins = ["plugins.bite"]
"""


def example(
    name: str, body: str, mark: str = '"CAS-2", off="extravasation", scale="body"', fixture="mechanisms"
) -> str:
    """The source of one marked test."""
    return EXAMPLE.format(name=name, body=body, mark=mark, fixture=fixture)


def run_pytest(folder: Path, source: str, *options: str) -> tuple[int, str]:
    """Exit code and output of pytest on one file, with the inventory plugin and a stand-in mechanism."""
    (folder / "test_example.py").write_text(HEAD + source, encoding="utf-8")
    (folder / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    ini = f"[pytest]\nmarkers = inventory\npythonpath = {TESTS.as_posix()}\n"
    (folder / "pytest.ini").write_text(ini, encoding="utf-8")
    plugins = ["-p", "no:cacheprovider", "-p", "no:hypothesispytest", "-p", "no:pytest_cov"]
    command = [sys.executable, "-m", "pytest", *plugins, *options, "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)
    return done.returncode, done.stdout + done.stderr


def coverage_row(folder: Path, statement: str) -> str:
    """The row of one statement in the table that the run wrote."""
    rows = (folder / "coverage.md").read_text(encoding="utf-8").splitlines()
    (row,) = [row for row in rows if row.startswith(f"| {statement} |")]
    return row


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_test_that_bites_is_counted(tmp_path: Path, workers: str) -> None:
    source = example("one", "assert metastases(mechanisms(shedding=0.5)) > 0")
    code, output = run_pytest(tmp_path, source, "-n", workers, "--bite", "--bite-table", "coverage.md")
    assert code == 0, output
    assert "CAS-2 body off=extravasation bites" in output
    assert "extravasation: `test_example.py::test_one`" in coverage_row(tmp_path, "CAS-2")
    assert "not yet" in coverage_row(tmp_path, "CAS-1")


BITELESS = {
    "CAS-1": ("assert mechanisms() is not None", "does not bite: passes with its mechanism off"),
    "CAS-2": ("assert metastases({}) > 0", "does not bite: never asked for its switches"),
    "CAS-3": ("1 / metastases(mechanisms())", "does not bite: ends by ZeroDivisionError"),
    "CAS-4": ("assert metastases(mechanisms()) < 0", "fails with everything on"),
}


def test_a_test_that_does_not_bite_is_named_and_fails_the_run(tmp_path: Path) -> None:
    source = "".join(
        example(f"number_{number}", body, f'"{statement}", off="extravasation", scale="body"')
        for number, (statement, (body, _)) in enumerate(BITELESS.items())
    )
    code, output = run_pytest(tmp_path, source, "-n", "0", "--bite", "--bite-table", "coverage.md")
    assert code == 1
    for statement, (_, verdict) in BITELESS.items():
        assert re.search(rf"^{statement} body off=extravasation {re.escape(verdict)}", output, re.MULTILINE)
        assert "not yet" in coverage_row(tmp_path, statement)


def test_without_bite_a_marked_test_is_an_ordinary_test(tmp_path: Path) -> None:
    code, output = run_pytest(tmp_path, example("one", "assert metastases(mechanisms()) > 0"), "-n", "0")
    assert code == 0
    assert "1 passed" in output


def test_marks_that_name_nothing_are_refused(tmp_path: Path) -> None:
    source = (
        example("statement", "mechanisms()", '"CAS-99", off="extravasation", scale="body"')
        + example("scale", "mechanisms()", '"CAS-2", off="extravasation", scale="trial"')
        + example("mechanism", "mechanisms()", '"CAS-2", off="extravasion", scale="body"')
        + example("no_switches", "pass", fixture="")
    )
    code, output = run_pytest(tmp_path, source, "-n", "0")
    assert code not in (0, 1)
    assert "no statement CAS-99 in the inventory" in output
    assert "CAS-2 is shown at body, not trial" in output
    assert "no mechanism 'extravasion' among extravasation" in output
    assert "test_no_switches: an inventory test takes its switches from the fixture `mechanisms`" in output


def test_a_mark_of_another_form_is_refused(tmp_path: Path) -> None:
    code, output = run_pytest(tmp_path, example("one", "mechanisms()", '"CAS-2", scale="body"'), "-n", "0")
    assert code not in (0, 1)
    assert 'write inventory("ID", off="mechanism", scale="scale")' in output
