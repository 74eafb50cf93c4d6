"""Conditions of a network's checks: what may stand in them, and that `check` finds what may not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from paget.errors import InputError
from paget.knowledge.networks import FOLDER, entries_of, faults_of, parse_condition, rules_of
from paget.knowledge.reading import Problem, shipped

CHECK = "C99,s,Knauf2011,derived,{},{},proliferation,higher,0.1,"
AFTER = "A99,s,{},{},{},,,,proliferation,up,0.05,s,Salerno2010,measured,"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("held=RHO:0.5", "a node is held at 0 or 1, not 'RHO:0.5'. Write e.g. held=ERK:0"),
        ("held=RHO:nan", "a node is held at 0 or 1"),
        ("genotype=RAS:0", "genotype takes names without a level, not 'RAS:0'"),
        ("genotype=RAS:1", "genotype takes names without a level"),
        ("off=hypoxia_signalling:0", "off takes names without a level"),
        ("drugs=trametinib:1.5", "a level lies between 0 and 1, not 'trametinib:1.5'"),
        ("drugs=trametinib:nan", "a level lies between 0 and 1"),
        ("environment=TGFB:-0.1", "a level lies between 0 and 1"),
        ("environment=TGFB:", "'' in 'TGFB:' is not a number"),
    ],
)
def test_a_level_that_means_nothing_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_condition(text, "C99")
    assert message in str(caught.value)
    assert str(caught.value).startswith("C99")


def test_levels_and_names_are_read() -> None:
    found = parse_condition("genotype=BRAF V600E, RAS; drugs=trametinib:0.5; environment=TGFB; held=ERK:0,RHO; off=m")
    assert found.genotype == ("BRAF V600E", "RAS")
    assert (found.drugs, found.environment) == ({"trametinib": 0.5}, {"TGFB": 1.0})
    assert found.held == {"ERK": 0, "RHO": 1}
    assert found.off == ("m",)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A copy of the shipped networks that may be broken."""
    shutil.copytree(str(shipped() / FOLDER), tmp_path / FOLDER)
    return tmp_path


def faults(data: Path, table: str, row: str) -> list[str]:
    """What is wrong of the network once a row has been added."""
    with (data / FOLDER / "atc" / f"{table}.csv").open("a", encoding="utf-8") as file:
        file.write(row + "\n")
    problems: list[Problem] = []
    held = entries_of("atc", data, problems)
    genes = [
        gene for table in ("nodes", "read_outs") for each in held[table] for gene in each.record.hgnc.split(";") if gene
    ]
    modules = [each.record.module for each in held["nodes"]]
    problems += faults_of("atc", held, rules_of("atc", data), genes, modules)
    return [str(problem) for problem in problems]


@pytest.mark.parametrize(
    ("column", "text", "message"),
    [
        ("condition_a", "drugs=trametinip:0.9", "drugs: 'trametinip' is unknown. Did you mean trametinib"),
        ("condition_b", "genotype=BRAF V600", "genotype: 'BRAF V600' is unknown. Did you mean BRAF V600E"),
        ("condition_a", "environment=TGBF", "environment: 'TGBF' is unknown. Did you mean TGFB"),
        ("condition_b", "held=ERKK:1", "held: 'ERKK' is unknown. Did you mean ERK"),
        ("condition_a", "off=genome_gard", "off: 'genome_gard' is unknown. Did you mean genome_guard"),
        ("condition_a", "held=ERK:0.5", "a node is held at 0 or 1"),
        ("condition_b", "drug=trametinib", "'drug=trametinib' is no part of a condition. Did you mean drugs"),
    ],
)
def test_a_wrong_condition_that_shaped_rules_is_found(data: Path, column: str, text: str, message: str) -> None:
    sides = (text, "") if column == "condition_a" else ("", text)
    (found,) = faults(data, "checks_shaping", CHECK.format(*sides))
    assert "checks_shaping.csv" in found
    assert f"{column}: {message}" in found


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (("RAZ", "", ""), "condition a: genotype: 'RAZ' is unknown"),
        (("", "trametinip=0.9", ""), "condition a: drugs: 'trametinip' is unknown. Did you mean trametinib"),
        (("", "trametinib=9", ""), "condition a: a level lies between 0 and 1"),
        (("", "", "hypoxa=1"), "condition a: environment: 'hypoxa' is unknown. Did you mean Hypoxia"),
        (("RAS=0", "", ""), "condition a: genotype takes names without a level"),
    ],
)
def test_a_wrong_condition_checked_afterwards_is_found(data: Path, cells: tuple[str, ...], message: str) -> None:
    (found,) = faults(data, "checks_after", AFTER.format(*cells))
    assert "checks_after.csv" in found
    assert message in found


def test_aliases_and_any_letter_case_are_no_fault(data: Path) -> None:
    text = "drugs=SAHA:0.5,Trametinib:1,radiation; environment=hypoxia,tgfb; off=target_inhibition; genotype=braf v600e"
    assert faults(data, "checks_shaping", CHECK.format(f'"{text}"', "")) == []


def test_a_drug_holds_nothing_but_an_input(data: Path) -> None:
    (found,) = faults(data, "drugs", "newdrug,,MEK,hold,1.0,assumed,assumed,")
    assert "newdrug + MEK: direction: only an input can be held; MEK is none." in found
    assert len(faults(data, "drugs", "other,,AdP53,hold,1.0,assumed,assumed,")) == 1, "AdP53 is an input"
