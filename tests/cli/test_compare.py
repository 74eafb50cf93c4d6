"""`paget compare`: rows of runs side by side, and what it refuses; the runs are made up."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from paget.cli.app import app
from paget.runs.manifest import Fingerprint, Manifest, write_manifest

SCENARIO = "paget: 1\nkind: trial\nname: {}\npatients: 20\nendpoints: [OS]\n"


def row(
    study: str | None, endpoint: str, value: float, published: float | None = None, verdict: str | None = None
) -> dict:
    return {
        "study": study, "arm": "supportive care", "population": "", "endpoint": endpoint, "time_months": None,
        "simulated": value, "low": value - 1, "high": value + 1, "published": published, "published_low": None,
        "published_high": None, "n": 20, "verdict": verdict, "unit": "months", "note": "",
    }  # fmt: skip


def write(directory: Path, value: float, *, state: str = "done") -> Path:
    directory.mkdir()
    mark = Fingerprint(scenario_hash="0", paget_version="0", parameter_hash="0")
    write_manifest(directory, Manifest(fingerprint=mark, state=state))
    (directory / "scenario.yaml").write_text(SCENARIO.format(directory.name), "utf-8")
    rows = [row("Kebebew2005", "OS_median", value, 3.5, "hit"), row(None, "OS_median", value)]
    summary = {"endpoints": rows, "scenario": {"kind": "trial"}}
    (directory / "summary.json").write_text(json.dumps(summary), "utf-8")
    return directory


@pytest.fixture
def paget():
    """The command line: a function of the arguments."""
    runner = CliRunner()
    return lambda *arguments: runner.invoke(app, ["compare", *map(str, arguments)], prog_name="paget")


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    return write(tmp_path / "first", 4.0), write(tmp_path / "second", 8.25)


def test_runs_stand_side_by_side(paget, two):
    result = paget(*two)
    assert result.exit_code == 0
    lines = [line for line in result.output.splitlines() if "OS_median" in line]
    # The runs' own results first; one line per result, a column per run.
    assert len(lines) == 2
    assert "runs" in lines[0]
    assert "3.5" not in lines[0]
    assert "4 (3–5)" in lines[0]
    assert "8.25 (7.25–9.25)" in lines[0]
    assert lines[1].index("3.5") < lines[1].index("4 (3–5) hit") < lines[1].index("8.25 (7.25–9.25) hit")
    assert "first: 1 of 1 published results" in result.output


def test_rows_for_programs(paget, two):
    rows = json.loads(paget(*two, "--format", "json").output)
    assert [(each["run"], each["study"]) for each in rows] == [
        ("first", None), ("first", "Kebebew2005"), ("second", None), ("second", "Kebebew2005"),
    ]  # fmt: skip
    table = list(csv.DictReader(io.StringIO(paget(*two, "--format", "csv").output)))
    assert [each["simulated"] for each in table] == ["4.0", "4.0", "8.25", "8.25"]
    assert list(table[0]) == list(rows[0])


def test_runs_of_one_name_are_told_apart(paget, tmp_path):
    (tmp_path / "other").mkdir()
    same = write(tmp_path / "same", 1.0), write(tmp_path / "other" / "same", 2.0)
    rows = json.loads(paget(*same, "--format", "json").output)
    assert {each["run"] for each in rows} == {str(path) for path in same}


def test_what_is_wrong_is_said_and_nothing_written(paget, two, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    halted = write(tmp_path / "halted", 1.0, state="running")
    for arguments, message in (
        ([tmp_path / "none"], "is no run directory"),
        ([halted], "not finished"),
        ([two[0], "--with", "Kebebew2006"], "Did you mean Kebebew2005"),
    ):
        result = paget(*arguments)
        assert result.exit_code == 2
        assert message in result.stderr
        assert result.stdout == ""
    assert [path for path in sorted(tmp_path.rglob("*")) if halted not in (path, *path.parents)] == before
    assert paget().exit_code == 2


def test_network_runs_are_refused(paget, tmp_path):
    path = write(tmp_path / "network", 1.0)
    (path / "scenario.yaml").write_text("paget: 1\nkind: network\nname: a\nnetwork: atc\n", "utf-8")
    result = paget(path)
    assert result.exit_code == 2
    assert "is the run of a network" in result.stderr
