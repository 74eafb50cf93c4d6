"""The built-in scenarios as they ship: the benign control, and one patient's futures."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

import paget
from paget.api import Result
from paget.trial.tables import TABLES


@pytest.fixture(scope="session")
def benign(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """The benign control at a third of its size."""
    return paget.run("benign-control", output=tmp_path_factory.mktemp("controls") / "benign", patients=100)


@pytest.fixture(scope="session")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """One patient's futures."""
    return paget.run("atc-patient", output=tmp_path_factory.mktemp("controls") / "patient", patients=40)


@pytest.fixture(scope="session", params=["benign", "patient"])
def either(request: pytest.FixtureRequest) -> Result:
    """Each of the two runs."""
    return request.getfixturevalue(request.param)


def test_the_benign_control_gives_no_metastasis(benign: Result):
    subjects = benign.table("subjects")
    assert len(subjects) == 100
    founders = ["FOUNDERS_DIAGNOSIS", "FOUNDERS_DEATH", "LODGED_DIAGNOSIS", "LODGED_DEATH", "SHED_DEATH", "CTC_PER_ML"]
    assert (subjects[founders] == 0).all(axis=None)
    assert (subjects["MSTAGE"] == "M0").all()
    assert (subjects["NSTAGE"] == "N0").all()
    assert (subjects["DIAGNOSIS_SITES"] == "").all()
    assert (subjects["AUTOPSY_SITES"] == "").all()
    assert not subjects["EXTRATHYROIDAL"].any()
    assert (subjects["DIAMETER_MM"] > 5).all()
    assert len(benign.table("lesions")) == 0
    assert len(benign.table("micrometastases")) == 0
    cascade = benign.table("cascade")
    steps = ["SHED", "CIRCULATING", "ARRESTED", "EXTRAVASATED", "FOUNDERS", "ESTABLISHED", "COLONISED"]
    assert (cascade[steps].fillna(0.0) == 0).all(axis=None)
    assert benign.summary["cohort"]["best supportive care"]["metastases"] == 0


def test_nobody_dies_of_metastases_of_a_benign_tumour(benign: Result):
    causes = set(benign.table("subjects")["DEATH_CAUSE"])
    of_the_primary = {"", "not due to the cancer", "airway obstruction", "cachexia from total burden"}
    assert causes <= of_the_primary


def test_futures_share_what_is_known_of_the_patient(patient: Result):
    subjects = patient.table("subjects")
    assert len(subjects) == 40
    assert (subjects["AGE"] == 70.0).all()
    assert (subjects["SEX"] == "F").all()
    assert (subjects["GENOTYPE"].str.split(";").map(set) == {"BRAF V600E", "TP53"}).all()
    assert ((subjects["DIAMETER_MM"] >= 60.0) & (subjects["DIAMETER_MM"] < 62.0)).all()


def test_futures_differ_in_what_chance_decides(patient: Result):
    subjects = patient.table("subjects")
    assert subjects["DEATH_DAYS"].nunique() > 20
    assert subjects["TUMOUR_AGE_DAYS"].nunique() > 20
    assert subjects["STAGE"].nunique() > 1


def test_the_page_is_whole_and_says_research_use_only(either: Result):
    page = (either.directory / "report.html").read_text("utf-8")
    assert "research use only" in page.lower()
    assert "Research use only" in page
    assert page.rstrip().endswith("</html>")
    assert "Research use only" in either.summary["research_use_only"]


def test_a_finished_run_is_left_as_it_is_by_a_resume(benign: Result):
    before = {path.name: path.stat().st_mtime_ns for path in Path(benign.directory).iterdir()}
    paget.run("benign-control", output=benign.directory, patients=100, resume=True)
    after = {path.name: path.stat().st_mtime_ns for path in Path(benign.directory).iterdir()}
    assert {name for name in before if before[name] != after.get(name)} <= {"log.txt"}


def test_every_table_has_its_documented_columns(either: Result):
    for name, schema in TABLES.items():
        assert pq.read_schema(either.directory / f"{name}.parquet").names == schema.names
