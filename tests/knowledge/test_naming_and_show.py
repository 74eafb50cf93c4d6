"""Nearest names and the rows of ``paget show``."""

from __future__ import annotations

import pytest

from paget.errors import InputError
from paget.knowledge import did_you_mean, nearest
from paget.knowledge.show import KINDS, rows


def test_nearest_gives_at_most_three_best_first():
    assert nearest("cervical_node", ["lung", "cervical_nodes", "intrathoracic_nodes"])[0] == "cervical_nodes"
    assert len(nearest("nodes", ["node", "nodes", "nodess", "nods", "noodes"])) == 3


def test_nearest_ignores_letter_case_and_keeps_the_spelling():
    assert nearest("braf", ["BRAF", "NRAS"]) == ("BRAF",)


def test_nearest_gives_nothing_where_nothing_is_near():
    assert nearest("xyzzy", ["thyroid", "lung"]) == ()


def test_sentences():
    assert did_you_mean("lnug", ["lung", "bone"]) == "Did you mean lung?"
    assert did_you_mean("q", ["lung", "bone"]) == "Known: bone, lung."
    assert did_you_mean("q", []) == "None is known."


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_has_rows_of_equal_columns(kind: str):
    found = rows(kind)
    assert found
    assert {tuple(row) for row in found} == {tuple(found[0])}
    assert all(value is not None for row in found for value in row.values())


def test_one_name_gives_its_row():
    (row,) = rows("sites", "Lung")
    assert row["icdo3_code"] == "C34.9"
    assert row["normalised_flow_share"] == pytest.approx(2.5 / 102.55, abs=1e-4)


def test_an_alias_is_shown_as_a_gene():
    (row,) = rows("genes", "RAS")
    assert row["name"] == "any of NRAS, HRAS, KRAS"


def test_a_gene_names_its_aliases():
    (row,) = rows("genes", "KRAS")
    assert row["aliases"] == "RAS"


def test_an_unknown_name_and_an_unknown_kind():
    with pytest.raises(InputError, match=r"sites 'lnug' is unknown\. Did you mean lung\?"):
        rows("sites", "lnug")
    with pytest.raises(InputError, match=r"'site' cannot be shown\. Did you mean sites"):
        rows("site")
