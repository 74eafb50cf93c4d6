"""The tree of one person's lesions: who is chosen, what is cut, which line starts where."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from paget.report import genealogy
from paget.report.build import render
from paget.report.figures import DAYS_PER_MONTH
from paget.report.run_directory import read
from paget.report.text import labels
from paget.trial.tables import LESIONS

ENGLISH = labels("en").with_terms(people="virtual patients", person="virtual patient")
ARM = "supportive care"


def lesion(person: str, number: int, parent: int, month: float, diameter: float, **more: object) -> dict[str, object]:
    row: dict[str, object] = {
        "USUBJID": person, "ARM": ARM, "LESION": number, "SITE": "lung", "PARENT": parent,
        "SEEDED_DAY": month * DAYS_PER_MONTH, "CLONE": "founder", "MUTANT_CELLS": 0.0, "EPITHELIAL_SHARE": 1.0,
        "DIAMETER_DIAGNOSIS_MM": 1.0, "DIAMETER_DEATH_MM": diameter, "CELLS_DIAGNOSIS": 1e5, "CELLS_DEATH": 1e6,
        "AGGREGATED": False, "COUNT": 1.0,
    }  # fmt: skip
    return row | more


FAMILY = [
    lesion("ATC-000002", 0, -1, -8, 20),
    lesion("ATC-000002", 1, -1, -6, 10, MUTANT_CELLS=1e3, CLONE="ras_acquired", SITE="bone"),
    lesion("ATC-000002", 2, 0, -4, 8, MUTANT_CELLS=1e5),
    lesion("ATC-000002", 3, 2, -2, 4),
    lesion("ATC-000002", 4, -2, -3, 6),
    lesion("ATC-000002", 256, -1, -1, 2, AGGREGATED=True, COUNT=5.0, CLONE="", MUTANT_CELLS=np.nan),
]
OTHERS = [
    lesion("ATC-000001", 0, -1, -8, 20), lesion("ATC-000001", 1, -1, -8, 20),
    *(lesion("ATC-000003", k, -1, -8, 20) for k in range(9)),
    lesion("ATC-000004", 0, -1, -8, 20),
    *(lesion("ATC-000005", k, -1, -8, 20) for k in range(9)),
]  # fmt: skip


@pytest.fixture
def directory(synthetic: ModuleType, tmp_path: Path) -> Path:
    synthetic.write(tmp_path, synthetic.Recipe(patients=6))
    return with_lesions(tmp_path, FAMILY + OTHERS)


def with_lesions(directory: Path, rows: list[dict[str, object]]) -> Path:
    pd.DataFrame(rows, columns=list(LESIONS.names)).to_parquet(directory / "lesions.parquet", index=False)
    return directory


def drawn(directory: Path) -> genealogy.Genealogy:
    found = genealogy.genealogy(read(directory), ENGLISH)
    assert found is not None
    return found


def test_the_person_has_the_median_number_of_records(directory: Path) -> None:
    # 2, 5, 9 and 9 records (one person has no tree, aggregated rows are no records): the lower of the middle two.
    assert genealogy.chosen(read(directory)) == ("ATC-000002", 5)
    about = drawn(directory).about
    assert about.startswith(f"ATC-000002 of arm “{ARM}”")
    assert "the median number of them (5)" in about
    assert about.endswith("5 further lesions above 1 mm³ are kept only as size classes without a parent.")


def test_children_stand_below_their_parent_the_latest_on_top(directory: Path) -> None:
    rows = drawn(directory).rows
    assert [row.number for row in rows] == ["1", "0", "2", "3", "4"]
    assert [row.parent for row in rows] == [
        "primary",
        "primary",
        "lesion 0",
        "lesion 2",
        "a metastasis without a record",
    ]
    assert [row.founded for row in rows] == ["−6", "−8", "−4", "−2", "−3"]
    assert [row.at_end for row in rows] == ["10", "20", "8", "4", "6"]
    assert [row.clone for row in rows] == ["acquired RAS mutation", *["founder clone"] * 4]
    assert rows[0].mutants == "0.1\N{NARROW NO-BREAK SPACE}%"


def test_every_branch_starts_at_its_parent_on_its_day(directory: Path) -> None:
    figure = json.loads(str(drawn(directory).figure.payload))
    branches = {trace["name"]: trace for trace in figure["data"][1:3]}
    founder = branches["commonest clone: founder clone"]
    strokes = [
        [(x, y) for x, y in zip(founder["x"][k : k + 3], founder["y"][k : k + 3], strict=True)]
        for k in range(0, len(founder["x"]), 4)
    ]
    last = strokes[0][-1][0]
    assert strokes == [
        [(-8, 0), (-8, 2), (last, 2)],  # from the primary
        [(-4, 2), (-4, 3), (last, 3)],  # from lesion 0
        [(-2, 3), (-2, 4), (last, 4)],  # from lesion 2
        [(-3, 5), (-3, 5), (last, 5)],  # from what has no record
    ]
    assert branches["commonest clone: acquired RAS mutation"]["y"][:3] == [0, 1, 1]
    assert figure["layout"]["yaxis"]["ticktext"] == ["primary", "bone 10 mm", "lung 20 mm", "lung 8 mm", "lung 4 mm",
                                                     "lung 6 mm"]  # fmt: skip


def test_circles_show_size_and_mutated_share(directory: Path) -> None:
    figure = json.loads(str(drawn(directory).figure.payload))
    plain, mutated = figure["data"][3:]
    assert plain["y"] == [2, 4, 5]
    assert plain["marker"]["size"] == pytest.approx([20, 5, 6])  # 20, 4 (at least 5) and 6 mm
    assert mutated["y"] == [1, 3]
    assert mutated["marker"]["color"] == pytest.approx([-3, -1])
    assert mutated["marker"]["size"] == pytest.approx([10, 8])
    assert (mutated["marker"]["cmin"], mutated["marker"]["cmax"]) == pytest.approx((-3.04, -0.96))
    assert mutated["marker"]["colorbar"]["tickvals"] == [-3, -2, -1]
    assert mutated["marker"]["colorbar"]["ticktext"] == ["0.001", "0.01", "0.1"]


def test_no_stroke_crosses_another_line(synthetic: ModuleType, tmp_path: Path) -> None:
    chance = np.random.default_rng(3)
    lesions = [genealogy.Lesion(0, "lung", -1, -50.0, 1, 1, "founder", 0.0)]
    for number in range(1, 40):
        parent = int(chance.integers(-1, number))
        start = -50.0 if parent < 0 else lesions[parent].founded
        lesions.append(genealogy.Lesion(number, "lung", parent, start + 9 * chance.random(), 1, 1, "founder", 0.0))
    placed = genealogy.lanes(lesions)
    lane = {-1: 0} | {lesion.number: lesion.lane for lesion in placed}
    assert sorted(lane.values()) == list(range(41))
    for lesion in placed:
        between = [o for o in placed if lane[lesion.parent] < o.lane < lesion.lane]
        assert all(other.founded >= lesion.founded for other in between)


def test_the_cut_keeps_the_largest_the_secondary_and_their_ancestors() -> None:
    rows = [lesion("x", k, -1, -8, 100 - k) for k in range(60)]
    rows += [lesion("x", 60, 55, -6, 0.5), lesion("x", 61, 60, -4, 0.4)]
    rows += [lesion("x", 70 + k, 0, -4, 2 + k) for k in range(9)]
    kept = genealogy.cut(pd.DataFrame(rows))
    # The ten largest secondary ones are 70 to 78 and 60, whose founder 55 is no. 56 by size.
    assert kept == {*range(30), 55, 60, *range(70, 79)}


def test_whoever_has_no_tree_shows_none(synthetic: ModuleType, tmp_path: Path) -> None:
    synthetic.write(tmp_path, synthetic.Recipe(patients=6))
    assert drawn(tmp_path).rows
    assert genealogy.genealogy(read(with_lesions(tmp_path, OTHERS[11:12])), ENGLISH) is None
    assert 'id="genealogy"' not in render(tmp_path)
    (tmp_path / "lesions.parquet").unlink()
    assert genealogy.genealogy(read(tmp_path), ENGLISH) is None


def test_names_are_text(directory: Path) -> None:
    wild = "</script><i>x</i>"
    html = render(with_lesions(directory, [{**row, "SITE": wild, "CLONE": wild} for row in FAMILY]))
    assert "<i>x" not in html
    figure = next(json.loads(part.split("</script>")[0]) for part in
                  html.split('<script type="application/json" data-figure="genealogy-tree">')[1:])  # fmt: skip
    assert figure["layout"]["yaxis"]["ticktext"][1].startswith("&lt;/script&gt;&lt;i&gt;x")
    assert "&lt;/script&gt;&lt;i&gt;x" in html.split('id="genealogy-table"')[1]
