"""Commands, exit codes and messages; api is replaced where a command would simulate."""

import csv
import io
import json
import types

import pytest
from typer.testing import CliRunner

from paget.cli.app import app

COMMANDS = [
    "run",
    "check",
    "scenarios",
    "new",
    "show",
    "report",
    "compare",
    "import",
    "export",
    "digest",
    "bench",
    "doctor",
]


@pytest.fixture
def paget():
    """The command line: a function of the arguments."""
    runner = CliRunner()
    return lambda *arguments: runner.invoke(app, list(arguments), prog_name="paget")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(paget, command):
    result = paget(command, "--help")
    assert result.exit_code == 0
    assert f"  paget {command}" in result.output


def test_help_keeps_the_lines_of_the_examples(paget):
    for command, example in ((("run",), "  paget run atc-natural-history"), ((), "  paget run atc-natural-history")):
        lines = paget(*command, "--help").output.splitlines()
        assert "\\b" not in "".join(lines)
        assert example in [line.removeprefix("  ") for line in lines]


def test_shown_trials_are_those_that_a_scenario_may_name(paget, tmp_path):
    rows = list(csv.DictReader(io.StringIO(paget("show", "trials", "--format", "csv").output)))
    (row,) = [row for row in rows if (row["study"], row["arm"]) == ("Kebebew2005", "SEER 1973-2000")]
    assert row["n"] == "516"
    assert row["source"].startswith("Kebebew")
    path = tmp_path / "all.yaml"
    names = ", ".join(sorted({row["study"] for row in rows if "atc" in row["diseases"].split(", ")}))
    path.write_text(f"paget: 1\nkind: trial\nname: all\ncompare_with: [{names}]\n")
    assert paget("check", str(path)).exit_code == 0


def test_nothing_to_resume(paget, tmp_path):
    result = paget("run", "atc-natural-history", "--resume", "-o", str(tmp_path / "nowhere"))
    assert result.exit_code == 2
    assert "nothing to resume" in result.output
    assert not (tmp_path / "nowhere").exists()


def test_commands_that_are_not_built_are_absent(paget):
    listed = paget("--help").output
    assert "research use only" in listed
    for command in ("fit",):
        assert paget(command).exit_code == 2
        assert f"\n  {command} " not in listed


def test_version(paget):
    assert paget("--version").output.startswith("paget ")


def test_check(paget, tmp_path):
    assert paget("check", "atc-natural-history").exit_code == 0
    path = tmp_path / "a.yaml"
    path.write_text("paget: 1\nkind: trial\nname: a\nfollow_up: 36\n")
    result = paget("check", str(path))
    assert result.exit_code == 2
    assert result.stderr == f'{path}:4: follow_up: 36 has no unit. Write e.g. "36 months".\n'
    assert paget("check", str(path), "--set", "follow_up=36 months").exit_code == 0


def test_debug_shows_the_traceback(paget):
    assert "Traceback" in paget("check", "nope.yaml", "--debug").stderr
    assert "Traceback" not in paget("check", "nope.yaml").stderr


def test_control_characters_never_reach_the_terminal(paget):
    assert "\x1b" not in paget("check", "\x1b[2J.yaml").stderr


def test_scenarios(paget):
    lines = paget("scenarios").output.splitlines()
    names = [line.split()[0] for line in lines]
    assert {"atc-natural-history", "atc-patient", "benign-control", "atc-knockouts", "iwata", "bozic"} <= set(names)
    assert names == sorted(names)


@pytest.mark.parametrize("kind", ["trial", "patient", "network"])
def test_new_prints_what_check_accepts(paget, tmp_path, kind):
    path = tmp_path / "new.yaml"
    path.write_text(paget("new", kind).output)
    assert paget("check", str(path)).exit_code == 0
    assert paget("new", "trail").exit_code == 2


@pytest.mark.parametrize("kind", ["genes", "sites", "mechanisms", "parameters", "sources", "diseases"])
def test_show(paget, kind):
    assert paget("show", kind).exit_code == 0
    rows = json.loads(paget("show", kind, "--format", "json").output)
    assert rows
    table = list(csv.DictReader(io.StringIO(paget("show", kind, "--format", "csv").output)))
    assert len(table) == len(rows)
    assert list(table[0]) == list(rows[0])


def test_show_one_and_none(paget):
    assert "BRAF" in paget("show", "genes", "braf").output
    assert paget("show", "genes", "BRAFF").exit_code == 2
    assert "Did you mean BRAF" in paget("show", "genes", "BRAFF").stderr
    assert paget("show", "jeans").exit_code == 2


@pytest.fixture
def asked(monkeypatch):
    """What `paget run` asks of api."""
    calls = []

    def run(scenario, **options):
        calls.append((scenario, options))
        return types.SimpleNamespace(directory=options["output"], summary_text=lambda: "the table")

    monkeypatch.setattr("paget.api.run", run)
    return calls


def test_run(paget, asked, tmp_path):
    target = tmp_path / "x"
    target.mkdir()
    options = ["-o", str(target), "--patients", "9", "--seed", "3", "--threads", "1", "--executor", "processes"]
    result = paget("run", "benign-control", *options, "--resume", "--batch", "7", "--memory", "2", "--set", "seed=4")
    assert result.exit_code == 0
    assert "the table" in result.output
    scenario, given = asked[0]
    assert scenario.name == "benign-control.yaml"
    assert given == {
        "output": target,
        "patients": 9,
        "seed": 3,
        "threads": 1,
        "executor": "processes",
        "resume": True,
        "batch": 7,
        "memory_gb": 2.0,
        "verbose": False,
        "overrides": ("seed=4",),
    }


def test_run_names_its_folder_by_name_and_seed(paget, asked):
    paget("run", "benign-control", "--seed", "8", "--set", "name=../../evil")
    assert str(asked[0][1]["output"]) == "evil-8"


@pytest.mark.parametrize(
    "options", [["--patients", "0"], ["--patients", "x"], ["--seed", "-1"], ["--threads", "0"], ["--executor", "dask"]]
)
def test_run_refuses_wrong_options(paget, asked, options):
    assert paget("run", "benign-control", *options).exit_code == 2
    assert not asked


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (KeyboardInterrupt(), 130, "interrupted"),
        (ValueError("odd\nthing"), 1, "unexpected ValueError: odd thing"),
        (OSError(28, "No space left on device"), 1, "No space left on device"),
        (MemoryError(), 1, "out of memory"),
    ],
)
def test_exit_codes(paget, monkeypatch, error, code, text):
    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr("paget.api.run", fail)
    result = paget("run", "benign-control")
    assert result.exit_code == code
    assert text in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_interrupted_run_says_how_to_go_on(paget, monkeypatch, tmp_path):
    def fail(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr("paget.api.run", fail)
    result = paget("run", "benign-control", "-o", str(tmp_path))
    assert (result.exit_code, f"-o {tmp_path} --resume" in result.stderr) == (130, True)


def test_import_writes_a_scenario_that_check_accepts(paget, tmp_path):
    model, target = tmp_path / "switch.bnet", tmp_path / "switch.yaml"
    model.write_text("A, A\nB, A & !C\nC, !B\n")
    assert paget("import", "network", str(model), "-o", str(target)).exit_code == 0
    assert paget("check", str(target)).exit_code == 0
    assert "network: switch.bnet" in target.read_text()
    again = paget("import", "network", str(model), "-o", str(target))
    assert (again.exit_code, "exists already" in again.stderr) == (2, True)
    assert paget("import", "network", str(model)).output.startswith("#")


def test_import_says_what_is_wrong(paget, tmp_path):
    model, target = tmp_path / "broken.bnet", tmp_path / "broken.yaml"
    model.write_text("A, A\nB, A & & A\n")
    result = paget("import", "network", str(model), "-o", str(target))
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{model}:2: ")
    assert not target.exists()
    assert paget("import", "networks", str(model)).exit_code == 2
    assert "is a folder" in paget("import", "network", str(tmp_path)).stderr
    nowhere = paget("import", "network", str(model), "-o", str(tmp_path / "none" / "a.yaml"))
    assert nowhere.stderr.startswith(f"{tmp_path / 'none'}: there is no such folder")


def test_import_keeps_what_the_settings_say_and_blames_them(paget, tmp_path):
    model, settings, target = tmp_path / "m.bnd", tmp_path / "m.cfg", tmp_path / "m.yaml"
    model.write_text("Node A { logic = !A; }")
    settings.write_text("sample_count = 50000; seed_pseudorandom = 100; max_time = 10; time_tick = 0.5;")
    assert paget("import", "network", str(model), "-o", str(target)).exit_code == 0
    assert "samples: 50000\n" in target.read_text()
    assert "seed: 100\n" in target.read_text()
    target.unlink()
    settings.write_text("max_time = 0.1; time_tick = 0.5;")
    result = paget("import", "network", str(model), "-o", str(target))
    assert (result.exit_code, target.exists()) == (2, False)
    assert result.stderr.startswith(f"{settings}: duration: a course of 0.1 has 0 windows of 0.5")
    assert paget("import", "network", str(tmp_path / "none.bnd")).exit_code == 2


@pytest.mark.parametrize("command", [["report"], ["digest"], ["export"]])
def test_folders_that_are_no_runs(paget, tmp_path, command):
    tail = ["csv"] if command == ["export"] else []
    for folder in (tmp_path, tmp_path / "none"):
        result = paget(*command, str(folder), *tail)
        assert result.exit_code == 2
        assert str(folder) in result.stderr


def test_export_knows_csv_only(paget, tmp_path):
    result = paget("export", str(tmp_path), "xlsx")
    assert (result.exit_code, "Known: csv." in result.stderr) == (2, True)


def test_doctor_tells_the_facts(paget):
    result = paget("doctor")
    assert result.exit_code == 0
    for label in ("paget", "python", "threads", "GPU", "kernel cache", "numba"):
        assert any(line.startswith(label) for line in result.output.splitlines())
