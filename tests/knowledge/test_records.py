"""The readers: what is shipped, that it is frozen, and that reading stays light."""

from __future__ import annotations

import math
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from pydantic import ValidationError

from paget import knowledge
from paget.errors import InputError, InputErrors
from paget.knowledge import Library
from paget.knowledge.identifiers import is_doi, is_pmid, is_url
from paget.knowledge.reading import shipped
from paget.knowledge.units import PINT_DEFINITIONS, UNITS, is_unit, pint_expression

SITES = (
    "thyroid",
    "cervical_nodes",
    "intrathoracic_nodes",
    "retroperitoneal_nodes",
    "lung",
    "pleura",
    "pericardium_heart",
    "bone",
    "liver",
    "brain",
    "adrenal",
    "kidney",
    "peritoneum",
    "skin_soft_tissue",
    "other",
)


def test_sites_are_those_of_the_run_directory():
    assert tuple(site.id for site in knowledge.sites()) == SITES
    assert [site.id for site in knowledge.sites() if site.kind == "primary"] == ["thyroid"]


def test_flow_shares_sum_to_one_and_keep_their_ratios():
    shares = knowledge.flow_shares()
    raw = {site.id: site.cardiac_output_share_percent for site in knowledge.sites()}
    # Sixteen roundings of relative size 2^-53 stay below 1e-14.
    assert math.isclose(sum(shares.values()), 1.0, rel_tol=1e-14)
    assert math.isclose(shares["brain"] / shares["liver"], raw["brain"] / raw["liver"], rel_tol=1e-14)


def test_raw_flow_shares_add_up_to_the_table_of_nrc_1999():
    # Table A-1 prints 102.55 % in all: the bronchial 2.5 % is counted beside the organs.
    total = sum(site.cardiac_output_share_percent for site in knowledge.sites())
    assert math.isclose(total, 102.55, rel_tol=1e-12)


def test_portal_bed_drains_into_the_liver():
    portal = [link for link in knowledge.flow_links() if link.route == "portal"]
    assert [(link.origin, link.target, link.share) for link in portal] == [("peritoneum", "liver", 1.0)]


def test_lymph_of_the_thyroid_reaches_nodes_and_then_veins():
    lymph = {(link.origin, link.target) for link in knowledge.flow_links() if link.route == "lymph"}
    assert ("thyroid", "cervical_nodes") in lymph
    assert ("cervical_nodes", "veins") in lymph


def test_every_node_drains_completely():
    for site in (site for site in knowledge.sites() if site.kind == "node"):
        leaving = sum(link.share for link in knowledge.flow_links() if link.origin == site.id and link.route == "lymph")
        assert math.isclose(leaving, 1.0, rel_tol=1e-12), site.id


def test_aliases_resolve_to_known_genes():
    assert knowledge.aliases()["RAS"] == ("NRAS", "HRAS", "KRAS")
    assert all(member in knowledge.genes() for members in knowledge.aliases().values() for member in members)


def test_hgnc_numbers_are_unique():
    numbers = [gene.hgnc_id for gene in knowledge.genes().values()]
    assert len(numbers) == len(set(numbers))


def test_diseases_and_their_behaviour():
    diseases = knowledge.diseases()
    assert diseases["atc"].malignant
    assert diseases["atc"].icdo3_morphology == "8021/3"
    assert not diseases["benign"].malignant


def test_default_registry_has_the_frequencies_of_its_series():
    registry = knowledge.diseases()["atc"].genotype_registry
    frequency = {row.label: row.value for row in knowledge.genotypes("atc") if row.registry == registry}
    assert (frequency["BRAF V600E"], frequency["RAS"], frequency["TP53"]) == (41, 22, 59)
    assert frequency["TERT promoter"] == 73


def test_braf_and_ras_exclude_each_other():
    for registry in ("MDACC", "Tiedje2017"):
        rows = [row for row in knowledge.genotypes("atc") if row.registry == registry]
        drivers = {row.gene: row.exclusive_group for row in rows if row.gene in {"BRAF", "RAS", "NRAS", "HRAS", "KRAS"}}
        assert len(set(drivers.values())) == 1
        assert None not in drivers.values()


def test_published_rows_by_block():
    """A to E may be fitted, 6 and 8 are predicted and never fitted, T stands beside them."""
    rows = knowledge.published("atc")
    assert Counter(row.block[0] for row in rows) == {
        "A": 29, "B": 38, "C": 8, "D": 30, "E": 16, "6": 5, "8": 3, "T": 31,
    }  # fmt: skip
    assert len({row.key for row in rows}) == len(rows)
    targets = knowledge.shipped_library().fit_targets("atc")
    fitted = {target.key for target in targets if target.fitted}
    assert {row.block[0] for row in rows if row.key in fitted} == {"A", "B", "D", "E"}


def test_a_published_row_is_copied_exactly():
    row = next(row for row in knowledge.published("atc") if row.key == ("Onoda2020", "IVC", "", "OS_median", None))
    assert (row.value, row.unit, row.n, row.status) == (2.8, "months", 290, "measured")


def test_parameters_of_a_disease_lie_over_the_shared_ones(tmp_path: Path):
    header = "symbol,meaning,value,low,high,unit,source,status,note\n"
    (tmp_path / "parameters").mkdir()
    (tmp_path / "parameters" / "body.csv").write_text(
        header + "a,shared,1,,,1,assumed,assumed,\nb,shared,2,,,1,assumed,assumed,\n"
    )
    folder = tmp_path / "diseases" / "x"
    folder.mkdir(parents=True)
    (folder / "disease.yaml").write_text("id: x\n")
    (folder / "parameters.csv").write_text(header + "b,own,3,,,1,assumed,assumed,\n")
    merged = Library(tmp_path).parameters("x")
    assert {symbol: record.value for symbol, record in merged.items()} == {"a": 1, "b": 3}


def test_records_are_frozen():
    site = knowledge.sites()[0]
    with pytest.raises(ValidationError, match="frozen"):
        site.name = "elsewhere"  # pyright: ignore[reportAttributeAccessIssue]


def test_an_unknown_disease_gets_the_nearest_names():
    with pytest.raises(InputError, match=r"disease 'atd' is unknown\. Did you mean atc\?"):
        knowledge.parameters("atd")


def test_readers_raise_every_problem_of_a_file(tmp_path: Path):
    text = (shipped() / "genes.csv").read_text(encoding="utf-8").replace(",oncogene,", ",oncogen,", 2)
    (tmp_path / "genes.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputErrors) as caught:
        _ = Library(tmp_path).genes
    assert str(caught.value).splitlines() == [
        "genes.csv:2: BRAF: role: 'oncogen' is not a known role. Did you mean oncogene?",
        "genes.csv:3: NRAS: role: 'oncogen' is not a known role. Did you mean oncogene?",
    ]


def test_pint_parses_every_unit():
    pint = pytest.importorskip("pint")
    registry = pint.UnitRegistry()
    for definition in PINT_DEFINITIONS:
        registry.define(definition)
    for unit in UNITS:
        registry.parse_units(pint_expression(unit))


def test_units_outside_the_vocabulary_are_refused():
    assert is_unit("1/d")
    assert not is_unit("1/dya")
    assert not is_unit("")


@pytest.mark.parametrize(
    ("form", "good", "bad"),
    [
        (is_doi, "10.1002/cncr.20936", "https://doi.org/10.1002/cncr.20936"),
        (is_pmid, "15739211", "PMC15739211"),
        (is_url, "https://example.org/a?b=1", "example.org/a"),
    ],
)
def test_identifiers(form, good: str, bad: str):
    assert form(good)
    assert not form(bad)


def test_reading_everything_imports_nothing_heavy():
    program = (
        "import sys\n"
        "from paget import knowledge as k\n"
        "k.sources(), k.sites(), k.published('atc'), k.parameters('atc'), k.diseases()\n"
        "print(*sorted({'numba', 'scipy', 'pandas', 'numpy', 'matplotlib', 'pint'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
