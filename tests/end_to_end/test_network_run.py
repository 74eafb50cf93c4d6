"""Runs of kind network: their numbers against exact laws, and the same bytes whatever happens on the way."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import paget
from paget.api import Result
from paget.cli.app import app
from paget.errors import InputError
from paget.runs import digest, files
from paget.runs.digest import table_digest

NETWORK = "A, A\nB, A\nC, B & !D\nD, D\n"
SCENARIO = """paget: 1
kind: network
name: a small network
network: small.bnet
samples: 4500
duration: 8
time_tick: 0.5
seed: 4
conditions:
  - {name: driven, hold: {A: on}, initial: {B: 0, C: 0, D: 0}}
  - {name: half, initial: {A: 0.5, B: 0, C: 0, D: 0}}
  - {name: inhibited, hold: {A: on}, initial: {B: 0, C: 0, D: 0}, inhibit: {B: 0.75}}
read_outs: {both: B & C, only B: B & !C}
first_passage: {B comes on: B}
outputs: [A, B]
heat_map:
  genotypes: [{name: plain, hold: {A: on}}, {name: silent, hold: {A: off}}]
  drugs: [{name: none}, {name: B hit, inhibit: {B: 0.9}}]
dose_response: {inhibit: B, doses: [0, 0.5, 1], conditions: [driven]}
"""
LARGEST_Z = 4.5
"""Beyond it lies one standard normal value in 150,000."""


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("network")
    (folder / "small.bnet").write_text(NETWORK)
    path = folder / "scenario.yaml"
    path.write_text(SCENARIO)
    return path


@pytest.fixture(scope="module")
def result(scenario: Path) -> Result:
    return paget.run(scenario, output=scenario.parent / "run")


def course(result: Result, table: str, condition: str, name: str) -> pd.DataFrame:
    found = result.table(table)
    column = {"nodes": "node", "read_outs": "read_out"}[table]
    chosen = found[(found["condition"] == condition) & (found[column] == name)]
    return chosen.sort_values("time")


def z_of(rows: pd.DataFrame, expected: np.ndarray, samples: int = 4500) -> np.ndarray:
    """Standardised differences; where nothing varied yet, the error is at least that of one trajectory."""
    error = np.maximum(rows["standard_error"].to_numpy(), 0.5 / samples)
    return (rows["probability"].to_numpy() - expected) / error


def risen(times: np.ndarray, tick: float = 0.5) -> np.ndarray:
    """Mean over each window of 1 - exp(-t): a node that turns on once per unit of time on average."""
    return 1.0 - (np.exp(-times) - np.exp(-(times + tick))) / tick


def test_nodes_have_exactly_the_columns_of_the_contract(result: Result) -> None:
    assert list(result.nodes.columns) == ["condition", "time", "node", "probability", "standard_error"]
    assert set(result.nodes["condition"]) >= {"driven", "half", "inhibited"}
    driven = course(result, "nodes", "driven", "B")
    assert driven["time"].tolist() == [0.5 * window for window in range(16)]


def test_a_driven_node_follows_the_exponential_law(result: Result) -> None:
    rows = course(result, "nodes", "driven", "B")
    assert np.abs(z_of(rows, risen(rows["time"].to_numpy()))).max() < LARGEST_Z
    half = course(result, "nodes", "half", "B")
    assert np.abs(z_of(half, 0.5 * risen(half["time"].to_numpy()))).max() < LARGEST_Z


def test_standard_errors_are_those_of_the_windows(result: Result) -> None:
    """Late windows of the half-driven node are 0 or 1 as a whole: their error is binomial."""
    last = course(result, "nodes", "half", "A").iloc[-1]
    p = last["probability"]
    assert last["standard_error"] == pytest.approx(np.sqrt(p * (1 - p) / 4499), rel=1e-9)


def test_an_inhibited_node_is_on_in_the_share_that_is_left(result: Result) -> None:
    last = course(result, "nodes", "inhibited", "B").tail(4)
    assert np.abs(z_of(last, np.full(4, 0.25))).max() < LARGEST_Z


def test_held_nodes_stay(result: Result) -> None:
    held = course(result, "nodes", "driven", "A")
    assert set(held["probability"]) == {1.0}
    assert set(held["standard_error"]) == {0.0}


def test_read_outs_are_parts_of_their_nodes(result: Result) -> None:
    both, alone = (course(result, "read_outs", "driven", name) for name in ("both", "only B"))
    b = course(result, "nodes", "driven", "B")
    sums = both["probability"].to_numpy() + alone["probability"].to_numpy()
    assert sums == pytest.approx(b["probability"].to_numpy(), abs=1e-9)
    assert both["probability"].iloc[-1] > 0.9


def test_first_passage_is_exponential(result: Result) -> None:
    table = result.table("first_passage")
    rows = table[table["condition"] == "driven"]
    expected = 1.0 - np.exp(-rows["time"].to_numpy())
    assert rows["probability"].iloc[0] == 0.0
    assert rows["probability"].is_monotonic_increasing
    assert np.abs(z_of(rows, expected)[1:]).max() < LARGEST_Z


def test_states_add_up_and_are_of_the_outputs(result: Result) -> None:
    states = result.table("states").astype({"condition": str, "state": str})
    sums = states.groupby("condition")["probability"].sum()
    assert sums.to_numpy() == pytest.approx(1.0)
    assert set(states["state"]) <= {"<nil>", "A", "B", "A -- B"}
    half = states[states["condition"] == "half"].set_index("state")["probability"]
    assert abs(half["A -- B"] - 0.5) < LARGEST_Z * 0.5 / np.sqrt(4500)


def test_the_share_that_ends_for_good_is_told(result: Result) -> None:
    """B of the driven network is on by time 8 in all but exp(-8), C after it; an inhibited B flickers for ever."""
    fixed = result.table("conditions").astype({"condition": str}).set_index("condition")["fixed_share"]
    assert fixed["driven"] > 0.98
    assert fixed["inhibited"] == 0.0


def test_sweeps_keep_the_end_only_and_fall_with_dose(result: Result) -> None:
    table = result.table("conditions").astype({"condition": str, "part": str})
    assert table["part"].value_counts().to_dict() == {"condition": 3, "heat map": 4, "dose response": 3}
    doses = table[table["part"] == "dose response"]
    nodes = result.nodes.astype({"condition": str, "node": str})
    last = nodes[(nodes["node"] == "B") & nodes["condition"].isin(doses["condition"])].set_index("condition")
    assert set(last["time"]) == {7.5}
    values = last.loc[doses["condition"], "probability"].to_numpy()
    assert values[0] > 0.99
    assert abs(values[1] - 0.5) < 0.05
    assert values[2] == 0.0


def test_summary_holds_conditions_read_outs_and_the_warning(result: Result) -> None:
    summary = result.summary
    assert summary["scenario"]["kind"] == "network"
    assert "never a basis for treating a person" in summary["research_use_only"]
    found = {(row["condition"], row["read_out"]): row for row in summary["read_outs"]}
    row = found["driven", "both"]
    assert row["low"] <= row["probability"] <= row["high"]
    assert row["probability"] == course(result, "read_outs", "driven", "both")["probability"].iloc[-1]
    assert "driven" in result.summary_text()


def assert_same(directory: Path, reference: Path) -> None:
    """Equal tables, summary and page, byte for byte."""
    assert {name for name in os.listdir(directory) if not name.endswith((".json", ".txt"))} == {
        name for name in os.listdir(reference) if not name.endswith((".json", ".txt"))
    }
    for table in sorted(reference.glob("*.parquet")):
        assert table_digest(table) == table_digest(directory / table.name), table.name
        assert table.read_bytes() == (directory / table.name).read_bytes(), table.name
    assert (directory / "summary.json").read_bytes() == (reference / "summary.json").read_bytes()
    assert digest(directory) == digest(reference)


@pytest.mark.parametrize(
    "how",
    [{"threads": 1, "batch": 1}, {"threads": 2, "batch": 7}, {"threads": 1, "executor": "processes"}],
    ids=["one by one", "sevens", "processes"],
)
def test_threads_batches_and_processes_change_nothing(
    tmp_path: Path, scenario: Path, result: Result, how: dict[str, object]
) -> None:
    paget.run(scenario, output=tmp_path / "run", **how)
    assert_same(tmp_path / "run", result.directory)


class Crash(BaseException):
    """The process ended here."""


class Fault:
    """From operation number `at` on, each raises; without a number it only counts."""

    def __init__(self, at: int | None = None) -> None:
        self.at = at
        self.count = 0

    def __call__(self, name: str, path: Path) -> None:
        self.count += 1
        if self.at is not None and self.count > self.at:
            raise Crash


def test_a_crash_anywhere_and_a_resume_change_nothing(
    tmp_path: Path, scenario: Path, result: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every fourteenth operation on the disk ends the process in turn; the page is left out."""
    monkeypatch.setattr("paget.report.build.render", lambda directory: "the page")
    counter = Fault()
    few = ["samples=200", "duration=2"]
    with files.fault_injection(counter):
        paget.run(scenario, output=tmp_path / "reference", batch=4, overrides=few)
    reference = digest(tmp_path / "reference")
    for at in range(0, counter.count, 14):
        directory = tmp_path / f"crash-{at}"
        with pytest.raises(Crash), files.fault_injection(Fault(at)):
            paget.run(scenario, output=directory, batch=4, overrides=few)
        paget.run(scenario, output=directory, batch=3, resume=True, overrides=few)
        assert digest(directory) == reference, at
        assert not (directory / "blocks.parquet").exists()


def test_the_run_directory_can_be_moved_and_run_again(tmp_path: Path, result: Result) -> None:
    shutil.copytree(result.directory, tmp_path / "moved")
    paget.run(tmp_path / "moved" / "scenario.yaml", output=tmp_path / "again")
    assert_same(tmp_path / "again", result.directory)


def test_a_changed_network_is_not_resumed(tmp_path: Path, scenario: Path) -> None:
    shutil.copytree(scenario.parent, tmp_path / "copy", ignore=shutil.ignore_patterns("run"))
    own = tmp_path / "copy" / "scenario.yaml"
    paget.run(own, output=tmp_path / "run", patients=20)
    (tmp_path / "copy" / "small.bnet").write_text(NETWORK.replace("B & !D", "B | D"))
    with pytest.raises(InputError, match="have changed"):
        paget.run(own, output=tmp_path / "run", patients=20, resume=True)


def test_another_seed_is_another_result(tmp_path: Path, scenario: Path) -> None:
    one, two = (
        paget.run(scenario, output=tmp_path / str(seed), seed=seed, overrides=["samples=50"]).directory
        for seed in (1, 2)
    )
    assert digest(one) != digest(two)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("hold: {A: on}", "hold: {AA: on}", 'scenario.yaml:10: conditions[0].hold.AA: node "AA" is unknown'),
        ("small.bnet", "smal.bnet", "scenario.yaml:4: network: there is no file"),
        ("duration: 8", "duration: 8 mm", "scenario.yaml:6: duration:"),
        ("both: B & C", "both: B & & C", "scenario.yaml:13: read_outs.both:"),
    ],
)
def test_wrong_input_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.bnet").write_text(NETWORK)
    (tmp_path / "scenario.yaml").write_text(SCENARIO.replace(old, new))
    done = CliRunner().invoke(app, ["run", "scenario.yaml"])
    assert done.exit_code == 2
    assert said in done.stderr
    assert sorted(os.listdir(tmp_path)) == ["scenario.yaml", "small.bnet"]


def test_the_built_in_network_runs_with_names_of_its_own(tmp_path: Path) -> None:
    """Directions only: dabrafenib lowers ERK in BRAF V600E; every rule shown has a status."""
    short = ["--patients", "40", "--set", "heat_map=~", "--set", "duration=60 h"]
    done = CliRunner().invoke(app, ["run", "atc-network", "-o", str(tmp_path / "atc"), *short])
    assert done.exit_code == 0, done.stderr
    result = Result(tmp_path / "atc")
    last = result.nodes[(result.nodes["node"] == "ERK") & (result.nodes["time"] == result.nodes["time"].max())]
    erk = last.astype({"condition": str}).set_index("condition")["probability"]
    assert erk["BRAF V600E + TP53 loss"] > erk["with dabrafenib"] > erk["with dabrafenib and trametinib"]
    summary = json.loads((tmp_path / "atc" / "summary.json").read_text())
    assert all(rule["status"] for rule in summary["rules"])
    assert {entry["what"] for entry in summary["acting"]} >= {"BRAF V600E", "TP53 loss", "dabrafenib", "trametinib"}
    assert summary["sources"]
