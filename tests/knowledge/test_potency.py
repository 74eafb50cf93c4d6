"""Half-effect concentrations and thyroid lines: units, sources, authenticity, and what may not be shipped."""

from __future__ import annotations

import csv
import math
import re
from pathlib import Path

import pytest

from paget import knowledge
from paget.errors import InputErrors
from paget.knowledge import Library
from paget.knowledge.potency import Potency, cell_lines, potency
from paget.knowledge.reading import child, shipped

NOT_THYROID = ("ARO", "DRO", "NPA", "KAT4", "KAT5", "KAT10", "KAK1", "MRO")
"""Lines that Schweppe et al. (2008) found to be colon carcinoma or melanoma, and their derivatives."""

# cell_lines.csv
LINES = {line.line: line for line in cell_lines()}


def plain(name: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", name.upper())


def test_every_value_is_a_concentration_in_nmol_per_litre():
    rows = potency()
    assert {row.unit for row in rows} == {"nmol/L"}
    # Kd 0.26 nmol/L of an antibody to 10 umol/L: outside, a unit was mistaken.
    assert all(0.1 <= row.value <= 10_000 for row in rows)


def test_a_row_is_of_a_target_or_of_the_growth_of_a_known_line():
    for row in potency():
        if row.kind == "target":
            assert row.targets, row
            assert not row.genotype, row
            assert row.assay != "growth of the line", row
        else:
            assert not row.targets, row
            assert row.genotype == LINES[row.form_or_line].genotype, row
            assert row.assay == "growth of the line", row


def cited(named: str) -> list[str]:
    return [part for part in named.split(";") if part != "assumed"]


@pytest.mark.parametrize("table", [potency, cell_lines])
def test_sources_resolve_and_carry_what_the_status_claims(table):
    known = knowledge.sources()
    for row in table():
        ids = cited(row.source)
        assert set(ids) <= set(known), row
        if row.status in ("measured", "derived"):
            assert ids, row
            assert all(known[name].supports_measured for name in ids), row


def test_authenticity_is_sourced():
    known = knowledge.sources()
    for line in LINES.values():
        assert line.authenticated_in in known
        assert line.authentication_status != "measured" or known[line.authenticated_in].supports_measured


def test_no_line_of_another_tissue_is_taken_for_thyroid():
    assert not {plain(name) for name in LINES} & set(NOT_THYROID)
    assert not {plain(row.form_or_line) for row in potency() if row.kind == "growth"} & set(NOT_THYROID)


def test_no_row_of_the_set_that_may_only_be_compared():
    for name in ("potency.csv", "cell_lines.csv"):
        text = child(shipped(), name).read_text(encoding="utf-8").casefold()
        assert "gdsc" not in text
        assert "ln um" not in text


def test_no_value_equals_one_of_the_set_that_may_only_be_compared():
    path = Path(__file__).parents[3] / "shared" / "reference" / "drugs" / "potency_gdsc_check_only.csv"
    if not path.is_file():
        pytest.skip("the set for comparison is not here")
    with path.open(newline="", encoding="utf-8") as handle:
        compared = {
            (plain(row["drug"]), plain(row["target_or_cell_line"]), float(row["value_nM"]))
            for row in csv.DictReader(handle)
            if row["value_nM"]
        }
    growth = {(plain(row.drug), plain(row.form_or_line), row.value) for row in potency() if row.kind == "growth"}
    assert compared
    assert not growth & compared


def test_a_derived_value_with_a_range_is_its_geometric_mean():
    ranged = [row for row in potency() if row.low is not None and row.high is not None]
    assert {row.status for row in ranged} == {"derived"}
    for row in ranged:
        assert row.low is not None
        assert row.high is not None
        # Written with one digit after the point.
        assert math.isclose(row.value, math.sqrt(row.low * row.high), abs_tol=0.0501), row


def growth(drug: str, line: str) -> list[Potency]:
    return [row for row in potency() if (row.drug, row.kind, row.form_or_line) == (drug, "growth", line)]


def test_a_braf_inhibitor_spares_lines_without_its_target():
    # Salerno et al. (2010): at most 97 nmol/L in BRAF V600E lines, 500 nmol/L or more in the others.
    (sensitive,) = (row for row in growth("vemurafenib", "8505C") if row.source == "Salerno2010")
    (resistant,) = growth("vemurafenib", "CAL-62")
    assert sensitive.high == 97
    assert (resistant.relation, resistant.value) == (">=", 500)
    assert "RAS" in LINES["CAL-62"].alterations
    assert "BRAF V600E" in LINES["8505C"].alterations


def test_an_mtor_inhibitor_is_strongest_where_pten_is_lost():
    values = {line: growth("everolimus", line)[0].value for line in ("FTC-133", "BCPAP", "SW1736", "8505C")}
    assert values == {"FTC-133": 1, "BCPAP": 10, "SW1736": 1000, "8505C": 9400}
    assert "PTEN loss" in LINES["FTC-133"].alterations


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("potency.csv", "x,target,X,BRAF,IC50,=,-1,,,nmol/L,,biochemical,assumed,assumed,"),
        ("potency.csv", "x,target,X,BRAF,IC60,=,1,,,nmol/L,,biochemical,assumed,assumed,"),
        ("potency.csv", "x,target,X,BRAF,IC50,=,1,2,3,nmol/L,,biochemical,assumed,assumed,"),
        ("potency.csv", "x,target,X,BRAF,IC50,=,1,,,nanomolar,,biochemical,assumed,assumed,"),
        ("cell_lines.csv", "x,anaplastic,RAS,NRAS,assumed,sure,Schweppe2008,measured,"),
    ],
)
def test_a_wrong_row_is_refused(tmp_path: Path, name: str, wrong: str):
    header = child(shipped(), name).read_text(encoding="utf-8").splitlines()[0]
    (tmp_path / name).write_text(f"{header}\n{wrong}\n", encoding="utf-8")
    read = potency if name == "potency.csv" else cell_lines
    with pytest.raises(InputErrors, match=name):
        read(Library(tmp_path))
