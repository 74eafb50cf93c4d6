"""`check`: the shipped data pass, and every class of failure is found in a copy with one thing broken."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from paget.knowledge.check import check
from paget.knowledge.reading import shipped

PARAMETER_HEADER = "symbol,meaning,value,low,high,unit,source,status,note"
GOOD = "extra_rate,a rate,1,0.5,2,1/d,Kebebew2005,measured,"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a copy of the shipped data that may be broken."""
    return Path(shutil.copytree(str(shipped()), tmp_path / "data"))


def with_parameter(data: Path, row: str) -> list[str]:
    """Problems after ``row`` was added as the only one of a further shared table."""
    (data / "parameters").mkdir(exist_ok=True)
    (data / "parameters" / "extra.csv").write_text(f"{PARAMETER_HEADER}\n{row}\n", encoding="utf-8")
    return [str(problem) for problem in check(data)]


def with_replaced(data: Path, path: str, old: str, new: str) -> list[str]:
    """Problems after the first ``old`` in the file ``path`` became ``new``."""
    file = data / path
    text = file.read_text(encoding="utf-8")
    assert old in text, f"{path} no longer holds {old!r}"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return [str(problem) for problem in check(data)]


def test_shipped_data_pass():
    assert [str(problem) for problem in check()] == []


def test_the_good_row_of_the_broken_copies_passes(data: Path):
    assert with_parameter(data, GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("1/d", "", "extra_rate: unit: the record has no unit. Fill the column unit."),
        ("1/d", "1/dya", "extra_rate: unit: unit '1/dya' is not in the vocabulary. Did you mean 1/day, 1/d"),
        ("measured", "", "extra_rate: status: the record has no status. Fill the column status."),
        ("measured", "mesured", "extra_rate: status: 'mesured' is not a known status. Did you mean measured"),
        ("Kebebew2005", "", "extra_rate: source: the record has no source. Fill the column source."),
        ("Kebebew2005", "Kebebew2006", "extra_rate: source: source 'Kebebew2006' is not in sources.csv. Did you mean"),
        ("Kebebew2005", "assumed", "extra_rate: source: the source is 'assumed' but the status is measured."),
        ("Kebebew2005", "Koop1995", "the record is measured but Koop1995 has no confirmed DOI, PMID or address."),
        ("Kebebew2005", "Palumbo2005", "the record is measured but Palumbo2005 has no confirmed DOI, PMID or address."),
        (",1,0.5", ",nan,0.5", "extra_rate: value: 'nan' is not finite."),
        (",1,0.5", ",,0.5", "extra_rate: value: the record has no value."),
        (",1,0.5", ",one,0.5", "extra_rate: value: 'one' is not a number."),
        (",1,0.5", ",0.4,0.5", "extra_rate: low 0.5 lies above value 0.4. Order them: low <= value <= high."),
        (",1,0.5", ",3,0.5", "extra_rate: high 2 lies below value 3. Order them: low <= value <= high."),
    ],
)
def test_a_broken_parameter_is_named_with_file_line_key_and_remedy(data: Path, old: str, new: str, message: str):
    (problem,) = with_parameter(data, GOOD.replace(old, new, 1))
    assert problem.startswith("parameters/extra.csv:2: extra_rate: ")
    assert message in problem


def test_a_repeated_symbol_in_one_table(data: Path):
    (problem,) = with_parameter(data, f"{GOOD}\n{GOOD}")
    assert problem == "parameters/extra.csv:3: extra_rate: the key is already used in line 2. Remove one of the two."


def test_a_symbol_repeated_in_another_shared_table(data: Path):
    (data / "parameters" / "more.csv").write_text(f"{PARAMETER_HEADER}\n{GOOD}\n", encoding="utf-8")
    (problem,) = with_parameter(data, GOOD)
    assert problem.startswith(
        "parameters/more.csv:2: extra_rate: the symbol is already used in parameters/extra.csv:2."
    )


def test_one_good_source_among_several_supports_a_measured_record(data: Path):
    assert with_parameter(data, GOOD.replace("Kebebew2005", "Kebebew2005;Koop1995")) == []


def test_a_row_with_a_bare_comma(data: Path):
    (problem,) = with_parameter(data, GOOD + "this, that")
    assert problem.startswith("parameters/extra.csv:2: extra_rate: 10 cells under 9 columns. Quote")


def test_an_unknown_and_a_missing_column(data: Path):
    problems = with_replaced(data, "genes.csv", "symbol,name,role", "symbol,nome,role")
    assert any(
        problem.startswith("genes.csv:1: nome: the column is unknown. Did you mean name?") for problem in problems
    )
    assert any(problem.startswith("genes.csv:1: name: the column is missing.") for problem in problems)


def test_a_missing_file(data: Path):
    (data / "aliases.csv").unlink()
    assert any(str(problem).startswith("aliases.csv: the file is missing.") for problem in check(data))


@pytest.mark.parametrize(
    ("path", "old", "new", "message"),
    [
        ("sources.csv", "10.1002/cncr.20936", "doi:10.1002/cncr.20936", "is not a well-formed DOI. Write it as"),
        ("sources.csv", ",15739211,", ",PMC15739211,", "is not a well-formed PMID. Write the digits only"),
        ("sources.csv", "https://www.genenames.org/", "genenames", "is not a well-formed URL. Write an absolute"),
        ("flow_links.csv", "thyroid,cervical_nodes", "thyriod,cervical_nodes", "origin: site 'thyriod' is unknown."),
        ("flow_links.csv", "thyroid,cervical_nodes,lymph,0.8", "thyroid,cervical_nodes,lymph,0.9", "sum to 1.1"),
        ("flow_links.csv", "lymph,0.8", "lymph,1.8", "share: '1.8': input should be less than or equal to 1."),
        (
            "flow_links.csv",
            "cervical_nodes,lymph",
            "cervical_nodes,lymf",
            "'lymf' is not a known route. Did you mean lymph?",
        ),
        ("sites.csv", "C34.9", "C349", "lung: icdo3_code: 'C349'"),
        ("sites.csv", "lung,Lung", "thyroid,Lung", "thyroid: the key is already used in line 2."),
        ("sites.csv", "500,ICRP89,measured", "500,,", "tissue_mass_g has no mass_source or mass_status"),
        ("aliases.csv", "NRAS;HRAS", "NRAS;HRSA", "members: gene 'HRSA' is unknown. Did you mean HRAS"),
        ("diseases/atc/genotypes.csv", "MDACC,BRAF", "MDACC,BARF", "gene: gene 'BARF' is unknown. Did you mean BRAF"),
        (
            "diseases/atc/genotypes.csv",
            "V600E,41",
            "V600E,91",
            "frequencies of the exclusive group 'MAPK driver' exceed",
        ),
        ("diseases/atc/disease.yaml", "primary_site: thyroid", "primary_site: thyriod", "primary_site: site 'thyriod'"),
        ("diseases/atc/disease.yaml", "mechanisms: {}", "mechanisms: {arest: off}", "mechanism 'arest' is unknown."),
        (
            "diseases/atc/disease.yaml",
            "mechanisms: {}",
            "mechanisms: {arrest: of}",
            "'of' is not a switch. Write on, off",
        ),
        ("diseases/atc/disease.yaml", "id: atc", "id: act", "id: the id differs from the folder 'atc'."),
        (
            "diseases/atc/disease.yaml",
            "registry: MDACC",
            "registry: MDAC",
            "registry 'MDAC' is unknown. Did you mean MDACC?",
        ),
        (
            "diseases/atc/published.csv",
            "Kebebew2005",
            "Kebebew205",
            "study_id: source 'Kebebew205' is not in sources.csv",
        ),
        (
            "diseases/atc/survival_points.csv",
            "DSS,6.0,0.6",
            "DSS,6.0,1.6",
            "survival: '1.6': input should be less than",
        ),
    ],
)
def test_what_is_wrong_between_files(data: Path, path: str, old: str, new: str, message: str):
    problems = with_replaced(data, path, old, new)
    assert any(problem.startswith(f"{path}:") and message in problem for problem in problems), problems


def test_problems_of_yaml_carry_their_line(data: Path):
    problems = with_replaced(data, "diseases/benign/disease.yaml", "\nname: follicular", "\nnome: follicular")
    assert any(problem.startswith("diseases/benign/disease.yaml:2: benign: nome: ") for problem in problems)
    assert any("benign: name: the record has no name." in problem for problem in problems)


def test_yaml_that_does_not_parse(data: Path):
    problems = with_replaced(data, "diseases/benign/disease.yaml", "name: follicular", "name: [follicular")
    assert any(
        problem.startswith("diseases/benign/disease.yaml:") and "Mend the YAML." in problem for problem in problems
    )


def test_a_table_of_another_layer_still_needs_known_sources(data: Path):
    table = data / "diseases" / "atc" / "something_else.csv"
    table.write_text("name,amount,source,status\nx,1,Nobody1900,derived\n", encoding="utf-8")
    (problem,) = [str(problem) for problem in check(data)]
    assert problem.startswith("diseases/atc/something_else.csv:2: x: source: source 'Nobody1900' is not in sources.csv")
