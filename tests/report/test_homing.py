"""The section on homing: organ shares, ways of coming, people with a visible lesion, ligands and published series."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from paget.report import homing
from paget.report.build import render
from paget.report.run_directory import RunDirectory, read
from paget.report.text import labels

ENGLISH = labels("en").with_terms(people="virtual patients", person="virtual patient", People="Virtual patients")
THIN = "\N{NARROW NO-BREAK SPACE}"
SUMS = (  # site, route, arrested, extravasated, founders, clusters, established, colonised
    ("lung", "blood", 60.0, 30.0, 6.0, 1.5, 4.0, 3.0),
    ("lung", "lymph", 0.0, 0.0, 2.0, 0.5, 0.0, 0.0),
    ("lung", "metastases", 0.0, 0.0, 4.0, 1.0, 2.0, 0.0),
    ("bone", "blood", 20.0, 30.0, 4.0, 0.0, 2.0, 1.0),
    ("cervical_nodes", "lymph", 20.0, 40.0, 3984.0, 0.0, 0.0, 0.0),
    ("all", "blood", 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
)
NAMES = ("SITE", "ROUTE", "ARRESTED", "EXTRAVASATED", "FOUNDERS", "CLUSTER_FOUNDERS", "ESTABLISHED", "COLONISED")


def made_up(**changes: object) -> RunDirectory:
    cascade = pd.DataFrame(SUMS, columns=list(NAMES)).assign(ARM="one", MOMENT="death", SHED=0.0, CIRCULATING=0.0)
    subjects = pd.DataFrame(
        {
            "USUBJID": ["a", "b", "c", "d"],
            "ARM": "one",
            "ALIVE": [False, False, False, True],
            "AUTOPSY_SITES": ["lung;bone", "lung", "", ""],
            "DIAGNOSIS_SITES": ["lung", "", "", "bone"],
        }
    )
    endpoint = {"study": "Besic2013", "endpoint": "metastasis_site_lung", "published": 78.0, "unit": "%"}
    summary = {"endpoints": [{**endpoint, "published_low": 64.0, "published_high": 87.6}]}
    run = RunDirectory({}, summary, "", {"cascade": cascade, "subjects": subjects}, ())
    return replace(run, **changes)  # type: ignore[arg-type]


def rows(run: RunDirectory) -> dict[str, homing.Row]:
    found = homing.homing_map(run, ENGLISH)
    assert found is not None
    return {row.site: row for row in found.groups["death0"].rows}


def test_every_stage_is_shared_out_among_the_organs() -> None:
    found = rows(made_up())
    assert list(found)[:3] == ["cervical nodes", "lung", "bone"]  # by founders
    assert [cell.key for cell in found["lung"].stages] == pytest.approx([0.6, 0.3, 12 / 4000, 6 / 8, 3 / 4])
    assert [cell.text for cell in found["lung"].stages] == [f"{v}{THIN}%" for v in ("60", "30", "0.3", "75", "75")]
    assert [cell.percent for cell in found["bone"].stages] == [20.0, 30.0, 0.1, 25.0, 25.0]
    for place in range(len(homing.STAGES)):
        assert sum(row.stages[place].key for row in found.values()) == pytest.approx(1.0)


def test_founders_are_shared_out_by_the_way_they_came() -> None:
    found = rows(made_up())
    assert [cell.key for cell in found["lung"].origins] == pytest.approx([0.5, 1 / 6, 1 / 3, 0.25])
    assert [cell.key for cell in found["bone"].origins] == [1.0, 0.0, 0.0, 0.0]
    assert [cell.text for cell in found["liver"].origins] == ["–"] * 4


def test_the_last_row_holds_the_numbers_per_person() -> None:
    found = homing.homing_map(made_up(), ENGLISH)
    assert found is not None
    assert found.groups["death0"].totals == ("25", "25", f"1{THIN}000", "2", "1")


def test_people_count_once_and_at_death_only_the_deceased() -> None:
    found = rows(made_up())
    assert found["lung"].people.key == pytest.approx(2 / 3)
    assert found["bone"].people.key == pytest.approx(1 / 3)
    assert found["liver"].people.key == 0.0
    earlier = made_up()
    cascade = earlier.tables["cascade"].assign(MOMENT="diagnosis")
    both = replace(earlier, tables={**earlier.tables, "cascade": pd.concat([earlier.tables["cascade"], cascade])})
    shown = homing.homing_map(both, ENGLISH)
    assert shown is not None
    assert shown.control is not None
    assert [group for group, _ in shown.control.options] == ["death0", "diagnosis0"]
    at_diagnosis = {row.site: row for row in shown.groups["diagnosis0"].rows}
    assert at_diagnosis["lung"].people.key == at_diagnosis["bone"].people.key == 0.25
    assert not at_diagnosis["lung"].published


def test_autopsy_series_stand_beside_their_organ() -> None:
    found = rows(made_up())
    assert found["lung"].published == (f"78{THIN}% (64 to 87.6) Besic2013",)
    assert not found["bone"].published
    assert not homing.homing_map(made_up(summary={}), ENGLISH).groups["death0"].has_published  # type: ignore[union-attr]


def test_ligands_are_those_of_the_knowledge_and_of_receptors_that_are_on() -> None:
    from paget.knowledge.soil import soils

    found = rows(made_up())
    nodes = soils()["cervical_nodes"]
    assert [entry.split(" times")[0] for entry in found["cervical nodes"].ligands] == [
        f"CXCL12 for CXCR4: {nodes.cxcl12:g}",
        f"CCL21 for CCR7: {nodes.ccl21:g}",
    ]
    assert not found["kidney"].ligands
    off = rows(made_up(scenario="mechanisms: {ccr7_ccl21: off}"))
    assert [entry[:6] for entry in off["cervical nodes"].ligands] == ["CXCL12"]


def test_little_is_not_nothing() -> None:
    run = made_up()
    table = run.tables["cascade"].copy()
    table.loc[table["SITE"] == "bone", "FOUNDERS"] = 0.1
    assert rows(replace(run, tables={**run.tables, "cascade": table}))["bone"].stages[2].text == f"<{THIN}0.1{THIN}%"


def test_no_founder_no_section(synthetic: ModuleType, tmp_path: Path) -> None:
    run = made_up()
    nothing = run.tables["cascade"].assign(FOUNDERS=0.0)
    assert homing.homing_map(replace(run, tables={**run.tables, "cascade": nothing}), ENGLISH) is None
    assert homing.homing_map(replace(run, tables={}), ENGLISH) is None
    directory = synthetic.write(tmp_path, synthetic.Recipe(patients=6))
    (directory / "cascade.parquet").unlink()
    assert 'id="homing"' not in render(directory)


def test_the_page_shows_the_shares_of_the_tables(run_directory: Path) -> None:
    cascade = pd.read_parquet(run_directory / "cascade.parquet").query("MOMENT == 'death' and SITE != 'all'")
    lung = cascade[cascade["SITE"] == "lung"]
    share = lung["FOUNDERS"].sum() / cascade["FOUNDERS"].sum()
    found = {row.site: row for row in homing.homing_map(read(run_directory), ENGLISH).groups["death0"].rows}["lung"]  # type: ignore[union-attr]
    assert found.stages[2].key == pytest.approx(share)
    assert f'style="--share: {round(100 * share, 1)}%">{100 * share:.0f}{THIN}%</td>' in render(run_directory)


def test_names_of_studies_are_text(run_directory: Path) -> None:
    from paget.report.page import page

    run = read(run_directory)
    endpoint = {"study": "<b>x</b>", "endpoint": "metastasis_site_lung", "published": 78.0, "unit": "%"}
    html = page(replace(run, summary={**run.summary, "endpoints": [endpoint]}), "en")
    assert "&lt;b&gt;x&lt;/b&gt;</small>" in html
    assert "<b>x</b>" not in html
