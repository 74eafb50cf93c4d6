"""Arms with a knocked-out mechanism in a whole run: the same patients, and only that arm changed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import paget
from paget import knowledge
from paget.api import Result
from paget.errors import InputError

PATIENTS = 6

HEAD = f"""\
paget: 1
kind: trial
name: knock-outs
patients: {PATIENTS}
follow_up: 24 months
arms:
  - name: untouched
"""

ARMS = """\
  - {name: no arrest, mechanisms: {arrest: off}}
  - {name: same again}
  - {name: no lymph, parameters: {lymph_share: 0.0}}
"""

FOUNDED = ["FOUNDERS_DIAGNOSIS", "FOUNDERS_DEATH", "LODGED_DIAGNOSIS", "LODGED_DEATH"]
TABLES = ["subjects", "time_to_event", "lesions", "micrometastases", "cascade", "curves"]


@pytest.fixture(scope="session")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """The untouched arm as the only one."""
    folder = tmp_path_factory.mktemp("alone")
    (folder / "a.yaml").write_text(HEAD)
    return paget.run(folder / "a.yaml", output=folder / "run")


@pytest.fixture(scope="session")
def together(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """All four arms; batches cross from one arm to the next."""
    folder = tmp_path_factory.mktemp("together")
    (folder / "a.yaml").write_text(HEAD + ARMS)
    return paget.run(folder / "a.yaml", output=folder / "run", batch=4)


def arm(result: Result, table: str, name: str) -> pd.DataFrame:
    rows = result.table(table)
    rows = rows[rows["ARM"].astype(str) == name].drop(columns="ARM").reset_index(drop=True)
    return rows.astype({column: str for column in rows.columns if rows[column].dtype == "category"})


@pytest.mark.parametrize("table", TABLES)
def test_other_arms_leave_the_untouched_one_as_it_is(alone: Result, together: Result, table: str):
    expected = arm(alone, table, "untouched")
    pd.testing.assert_frame_equal(arm(together, table, "untouched"), expected)
    pd.testing.assert_frame_equal(arm(together, table, "same again"), expected)


def test_without_arrest_nothing_is_founded_in_that_arm_only(together: Result):
    for name in ("untouched", "same again", "no lymph"):
        assert arm(together, "subjects", name)["FOUNDERS_DEATH"].sum() > 0, name
        assert len(arm(together, "lesions", name)) > 0, name
    knocked_out = arm(together, "subjects", "no arrest")
    assert (knocked_out[FOUNDED] == 0).all(axis=None)
    assert len(arm(together, "lesions", "no arrest")) == 0


def test_twins_are_the_same_patients(together: Result):
    untouched, knocked_out = (arm(together, "subjects", name) for name in ("untouched", "no arrest"))
    # Without metastases a tumour may never be found: that place is somebody else's, and no pair.
    same = untouched["CANDIDATES"] == knocked_out["CANDIDATES"]
    assert same.sum() >= PATIENTS - 1
    for trait in ("USUBJID", "AGE", "SEX", "GENOTYPE", "TIME_SCALE", "SEEDING_SCALE"):
        assert (untouched[trait] == knocked_out[trait])[same].all(), trait


def test_a_parameter_of_one_arm_changes_that_arm(together: Result):
    routes = {
        name: arm(together, "cascade", name).groupby("ROUTE")["FOUNDERS"].sum() for name in ("untouched", "no lymph")
    }
    assert routes["untouched"]["lymph"] > 0
    assert routes["no lymph"]["lymph"] == 0
    assert routes["no lymph"]["blood"] > 0


def test_the_summary_states_the_paired_effect(together: Result):
    rows = {(row["arm"], row["measure"]): row for row in together.summary["twins"]}
    lesions = together.table("lesions")
    counts = lesions[lesions["ARM"].astype(str) == "untouched"].groupby("USUBJID", observed=True)["COUNT"].sum()
    untouched, other = (arm(together, "subjects", name) for name in ("untouched", "no arrest"))
    pairs = untouched.loc[untouched["CANDIDATES"] == other["CANDIDATES"], "USUBJID"]
    wanted = -np.log1p(counts.reindex(pairs, fill_value=0.0)).mean()
    row = rows["no arrest", "lesions_at_death"]
    assert row["value"] == pytest.approx(wanted)
    assert row["low"] < row["value"] < row["high"] <= 0
    assert (row["mechanism"], row["label"], row["n"]) == ("arrest", "dispersal", len(pairs))
    assert rows["no lymph", "lesions_at_death"]["mechanism"] == ""
    same = [row for (name, _), row in rows.items() if name == "same again"]
    assert all((row["value"], row["low"], row["high"]) == (0.0, 0.0, 0.0) for row in same)


def test_a_lesion_turns_epithelial_with_its_age(together: Result):
    values = knowledge.parameters("atc")
    arriving, rate = (values[name].value for name in ("arriving_epithelial_share", "epithelial_reversion_rate"))
    lesions = arm(together, "lesions", "untouched")
    people = arm(together, "subjects", "untouched").set_index("USUBJID")
    age = people["DEATH_DAYS"].reindex(lesions["USUBJID"]).to_numpy() - lesions["SEEDED_DAY"].to_numpy()
    dead = np.isfinite(age)
    assert dead.sum() > 20
    mesenchymal = (1.0 - arriving) * np.exp(-rate * age[dead])
    assert 1.0 - lesions["EPITHELIAL_SHARE"].to_numpy()[dead] == pytest.approx(mesenchymal, rel=1e-6, abs=1e-15)
    assert mesenchymal.max() > 100.0 * mesenchymal.min()


def test_the_report_has_the_section(together: Result):
    page = (together.directory / "report.html").read_text("utf-8")
    assert 'id="knock-outs"' in page
    assert "no arrest" in page


def test_another_knock_out_is_another_study(tmp_path: Path, together: Result):
    from paget.runs import digest

    (tmp_path / "a.yaml").write_text(HEAD + ARMS.replace("arrest: off", "arrest: 0.5"))
    other = paget.run(tmp_path / "a.yaml", output=tmp_path / "run")
    assert digest(other.directory) != digest(together.directory)
    with pytest.raises(InputError, match="other"):
        paget.run(tmp_path / "a.yaml", output=together.directory, resume=True)


def test_a_knock_out_in_which_no_tumour_presents_is_refused(tmp_path: Path):
    path = tmp_path / "a.yaml"
    path.write_text(HEAD + "  - {name: starved, mechanisms: {angiogenesis: off}}\n")
    with pytest.raises(InputError) as caught:
        paget.run(path, output=tmp_path / "run", patients=1, overrides=["parameters.undiagnosed_limit=7 years"])
    assert caught.value.exit_code == 2
    assert str(caught.value).startswith(f"{path}:6: arms: arm 'starved': ")
    assert "factor" in str(caught.value)
    assert not (tmp_path / "run").exists()


def test_every_knock_out_of_the_built_in_study_runs(tmp_path: Path):
    result = paget.run("atc-knockouts", output=tmp_path / "run", patients=2)
    subjects = result.table("subjects")
    assert set(subjects.groupby("ARM", observed=True).size()) == {2}
    assert {row["arm"] for row in result.summary["twins"]} == set(result.arms) - {result.arms[0]}
    assert {row["mechanism"] for row in result.summary["twins"]} >= {"arrest", "colonisation", "angiogenesis"}
