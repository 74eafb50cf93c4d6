"""Adverse events: what rows may say, and that what the model needs of them is there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from paget import knowledge
from paget.errors import InputErrors
from paget.knowledge import Library
from paget.knowledge.check import check
from paget.knowledge.reading import child, shipped
from paget.knowledge.toxicity import adverse_events, dose_modifications, toxicity

ROW = "lenvatinib,24 mg,10,people,all-cause,Chills,20,5,1,3,assumed,assumed,compare,assumed,assumed,"


def header(name: str) -> str:
    return child(shipped(), name).read_text(encoding="utf-8").splitlines()[0]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a copy of the shipped data that may be broken."""
    return Path(shutil.copytree(str(shipped()), tmp_path / "data"))


def with_row(data: Path, name: str, row: str) -> list[str]:
    with (data / name).open("a", encoding="utf-8") as file:
        file.write(f"{row}\n")
    return [str(problem) for problem in check(data)]


def test_every_drug_of_a_hazard_has_its_rules_and_every_event_its_grades():
    rules = {rule.drug for rule in dose_modifications()}
    terms = {event.term for event in adverse_events()}
    used = [row for row in toxicity() if row.use == "hazard"]
    assert {drug for row in used for drug in row.regimen_drugs} == rules
    assert {row.term for row in used} == terms


def test_composites_are_compared_only():
    composites = {"Any adverse event", "Life-threatening toxicity", "Adverse event leading to discontinuation"}
    assert composites <= {row.term for row in toxicity()}
    assert not composites & {row.term for row in toxicity() if row.use == "hazard"}


def test_what_was_not_reported_is_not_zero():
    rows = {(row.drugs, row.population, row.term): row for row in toxicity()}
    wirth = rows["lenvatinib", "ATC phase II", "Hypertension"]
    assert (wirth.any_grade_share, wirth.grade_3_plus_share, wirth.fatal_share) == (0.56, None, None)
    nausea = rows["dabrafenib+trametinib", "BRAF V600E NSCLC (proxy; ATC table not readable)", "Nausea"]
    assert nausea.grade_3_plus_share == 0.0


def test_a_duration_that_nobody_read_is_assumed():
    assert {row.duration_status for row in toxicity()} == {"assumed"}


def test_the_share_of_severe_events_is_that_of_the_rows_that_report_both():
    terms = {event.term for event in adverse_events()}
    both = [
        (row.n * row.any_grade_share, row.n * row.grade_3_plus_share)
        for row in toxicity()
        if row.term in terms and row.any_grade_share is not None and row.grade_3_plus_share is not None
    ]
    share = sum(severe for _, severe in both) / sum(among for among, _ in both)
    assert knowledge.parameters("atc")["severe_share"].value == pytest.approx(share, abs=0.005)


def test_no_drug_is_ever_given_above_its_full_dose_and_checkpoint_inhibitors_are_never_reduced():
    for rule in dose_modifications():
        assert max(rule.dose_levels) == 1.0
        assert not rule.checkpoint_inhibitor or set(rule.dose_levels) == {1.0}
    assert next(rule for rule in dose_modifications() if rule.drug == "dabrafenib").dose_rate == 300.0


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("20,5,1", "20,25,1", "grade_3_plus_percent 25 is more than any_grade_percent 20"),
        ("20,5,1", ",5,6", "fatal_percent 6 is more than grade_3_plus_percent 5"),
        ("20,5,1", ",,", "neither any grade nor grade 3 or more is given"),
        ("20,5,1", "200,5,1", "any_grade_percent: '200'"),
        (",1,3,", ",1,0,", "duration_months: '0'"),
        ("compare", "compere", "'compere' is not a known use of a row. Did you mean compare"),
        ("3,assumed,assumed", "3,Nobody1900,assumed", "duration_source: source 'Nobody1900' is not in sources.csv"),
        (
            "3,assumed,assumed",
            "3,assumed,measured",
            "duration_source: the source is 'assumed' but the status is measur",
        ),
        ("3,assumed,assumed", "3,Taxol_label,measured", "measured but Taxol_label has no confirmed DOI"),
        (
            "Chills,20,5,1,3,assumed,assumed,compare",
            "Chils,20,5,1,3,assumed,assumed,hazard",
            "event 'Chils' is unknown",
        ),
        ("lenvatinib,24", "lenvatinip,24", ""),
        ("compare", "hazard", ""),
    ],
)
def test_a_wrong_row_is_named_with_line_and_remedy(data: Path, old: str, new: str, message: str):
    assert old in ROW
    lines = (data / "toxicity.csv").read_text(encoding="utf-8").count("\n")
    problems = with_row(data, "toxicity.csv", ROW.replace(old, new, 1))
    if message:
        (problem,) = problems
        assert problem.startswith(f"toxicity.csv:{lines + 1}: ")
        assert message in problem
    else:
        # A row to compare may be of any drug, and a new event of a known drug sets its hazard.
        assert problems == []


def test_a_hazard_of_an_unknown_drug_and_one_set_twice_are_found(data: Path):
    twice = ROW.replace("Chills", "Diarrhoea").replace("compare", "hazard")
    problems = with_row(data, "toxicity.csv", twice)
    assert any("use: the hazard of Diarrhoea is already set in line" in problem for problem in problems)
    problems = with_row(data, "toxicity.csv", ROW.replace("lenvatinib", "lenvatinip").replace("compare", "hazard"))
    message = "drug 'lenvatinip' is not in dose_modifications.csv. Did you mean lenvatinib"
    assert any(message in problem for problem in problems)


@pytest.mark.parametrize(
    ("name", "row", "message"),
    [
        ("adverse_events.csv", "x,X,4,3,no,assumed,assumed,", "lowest_grade 4 is above highest_grade 3"),
        ("adverse_events.csv", "x,X,1,6,no,assumed,assumed,", "highest_grade: '6'"),
        ("dose_modifications.csv", "x,1,mg,1,0.5;1,stop,no,assumed,assumed,", "don't fall from 1"),
        ("dose_modifications.csv", "x,1,mg,1,1;0.8;0.6;0.4;0.2,stop,no,assumed,assumed,", "Write 1 and up to 3 more"),
        ("dose_modifications.csv", "x,1,mg,1,1;half,stop,no,assumed,assumed,", "levels: '1;half'"),
        ("dose_modifications.csv", "x,1,mg,0,1,stop,no,assumed,assumed,", "interval_days: '0'"),
        ("dose_modifications.csv", "x,1,ml,1,1,stop,no,assumed,assumed,", "'ml' is not a known basis of a dose"),
        ("dose_modifications.csv", "x,1,mg,1,1,pause,no,assumed,assumed,", "'pause' is not a known rule for grade 4"),
    ],
)
def test_a_wrong_record_is_refused(tmp_path: Path, name: str, row: str, message: str):
    (tmp_path / name).write_text(f"{header(name)}\n{row}\n", encoding="utf-8")
    read = adverse_events if name == "adverse_events.csv" else dose_modifications
    with pytest.raises(InputErrors, match=name) as caught:
        read(Library(tmp_path))
    assert message in str(caught.value)
