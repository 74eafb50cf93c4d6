"""The report of a network run: its numbers are those of the tables, its drawing follows the rules, names are text."""

from __future__ import annotations

import itertools
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paget
from paget.api import Result
from paget.errors import InputError
from paget.report.build import build, render
from paget.report.network_drawing import drawing
from paget.report.network_layout import WIDEST_ROW, ranks, rows
from paget.report.network_page import SECTIONS, html
from paget.report.run_directory import read
from paget.report.text import labels

EVIL = "</script><img src=x onerror=alert(1)>"
SCENARIO = f"""paget: 1
kind: network
name: "{EVIL}"
network: net.bnet
samples: 100
duration: 6
time_tick: 1
conditions:
  - {{name: "{EVIL} a", hold: {{GF: on, KO: off}}}}
  - {{name: b, hold: {{GF: off, KO: off}}, inhibit: {{ERK: 0.5}}}}
read_outs: {{grows: ERK & CYC, "{EVIL}": "!CYC"}}
first_passage: {{divides: CYC}}
heat_map:
  genotypes: [{{name: normal, hold: {{GF: on}}}}, {{name: mutant, hold: {{ERK: on}}}}]
  drugs: [{{name: none}}, {{name: "{EVIL}", inhibit: {{CYC: 0.9}}}}]
dose_response: {{inhibit: CYC, doses: [0, 1], conditions: [b]}}
"""
NETWORK = "GF, GF\nKO, KO\nERK, GF & !KO & !FB\nFB, ERK\nCYC, ERK | KO\n"


class Page(HTMLParser):
    """Tags, words and the data of figures."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.figures: dict[str, dict[str, object]] = {}
        self._open: str | None = None
        self._figure: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open, self._figure = tag, dict(attrs).get("data-figure")

    def handle_endtag(self, tag: str) -> None:
        self._open = self._figure = None

    def handle_data(self, data: str) -> None:
        if self._figure:
            self.figures[self._figure] = json.loads(data)
        elif self._open not in ("script", "style"):
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    folder = tmp_path_factory.mktemp("page")
    (folder / "net.bnet").write_text(NETWORK)
    (folder / "scenario.yaml").write_text(SCENARIO)
    return paget.run(folder / "scenario.yaml", output=folder / "run")


@pytest.fixture(scope="module")
def page(result: Result) -> Page:
    return Page(render(result.directory))


def test_every_section_is_there_and_in_order(page: Page) -> None:
    found = [attrs["id"] for tag, attrs in page.tags if tag == "section"]
    assert found == ["summary", *(name for name in SECTIONS if name != "sources")]
    assert "Research use only" in page.text
    identities = [attrs["id"] for _, attrs in page.tags if attrs.get("id")]
    assert len(identities) == len(set(identities))


def test_names_from_a_scenario_are_text(page: Page, result: Result) -> None:
    html = (result.directory / "report.html").read_text("utf-8")
    assert not any(tag == "img" for tag, _ in page.tags)
    assert "<img" not in html
    assert EVIL in page.text
    assert len([1 for tag, attrs in page.tags if tag == "script" and not attrs.get("type")]) == 2


def test_the_report_is_rebuilt_with_the_same_bytes(result: Result) -> None:
    before = (result.directory / "report.html").read_bytes()
    assert build(result.directory).read_bytes() == before


def test_read_outs_show_the_last_window(page: Page, result: Result) -> None:
    table = result.table("read_outs").astype({"condition": str, "read_out": str})
    last = table[(table["time"] == table["time"].max()) & (table["condition"] == "b")].set_index("read_out")
    row = last.loc["grows"]
    shown = f"{100 * row['probability']:.1f} ± {100 * 1.959964 * row['standard_error']:.1f}"
    assert shown in page.text.replace("\N{NARROW NO-BREAK SPACE}", " ")


def traces(page: Page, figure: str) -> list[dict[str, object]]:
    return page.figures[figure]["data"]  # type: ignore[return-value]


def test_the_heat_map_holds_the_final_probabilities(page: Page, result: Result) -> None:
    (grows, other) = traces(page, "heat-map-figure")
    assert (grows["visible"], other["visible"]) == (True, False)
    assert grows["y"] == ["normal", "mutant"]
    table = result.table("read_outs").astype({"condition": str, "read_out": str})
    last = table[(table["time"] == table["time"].max()) & (table["read_out"] == "grows")].set_index("condition")
    for row, genotype in zip(grows["z"], ("normal", "mutant"), strict=True):  # type: ignore[call-overload]
        assert row[0] == pytest.approx(last.loc[f"{genotype} · none", "probability"], rel=1e-4)
        assert row[1] == pytest.approx(last.loc[f"{genotype} · {EVIL}", "probability"], rel=1e-4)


def test_courses_have_a_band_of_1_96_standard_errors(page: Page, result: Result) -> None:
    low, high, line = traces(page, "course-nodes")[:3]
    node = line["meta"]["group"]  # type: ignore[index]
    rows = result.nodes.astype({"condition": str, "node": str})
    own = rows[(rows["node"] == node) & (rows["condition"] == f"{EVIL} a")].sort_values("time")
    assert line["y"] == pytest.approx(own["probability"].tolist(), rel=1e-4)
    assert line["x"] == [time + 0.5 for time in own["time"]]
    upper = (own["probability"] + 1.959964 * own["standard_error"]).clip(upper=1.0)
    assert high["y"] == pytest.approx(upper.tolist(), rel=1e-4)
    assert all(a <= b for a, b in zip(low["y"], high["y"], strict=True))  # type: ignore[call-overload]


def test_inputs_have_no_course_of_their_own(page: Page) -> None:
    drawn = {trace["meta"]["group"] for trace in traces(page, "course-nodes")}  # type: ignore[index]
    assert drawn == {"ERK", "FB", "CYC"}


def test_the_dose_response_is_drawn_against_dose(page: Page) -> None:
    line = traces(page, "dose-response-figure")[0]
    assert line["x"] == [0.0, 1.0]
    assert line["y"][1] == 0.0  # type: ignore[index]


def test_the_drawing_shows_every_rule_with_its_sign(result: Result) -> None:
    found = drawing(read(result.directory), labels("en"))
    assert found is not None
    kinds = {(line.source, line.target): line.kind for line in found.lines}
    assert kinds == {
        ("GF", "ERK"): "raises",
        ("FB", "ERK"): "lowers",
        ("ERK", "FB"): "raises",
        ("ERK", "CYC"): "raises",
    }
    assert found.left_out == ("KO",)
    (first, second) = found.boxes.values()
    shade = {box.name: box.shade for box in first}
    assert shade["GF"] == 0.8
    assert {box.name: box.shade for box in second}["GF"] == 0.0


def test_a_node_that_is_not_followed_is_not_drawn_as_off(result: Result, tmp_path: Path) -> None:
    folder = shutil.copytree(result.directory, tmp_path / "run")
    table = pd.read_parquet(folder / "nodes.parquet")
    table[table["node"] != "FB"].to_parquet(folder / "nodes.parquet")
    run = read(folder)
    found = drawing(run, labels("en"))
    assert found is not None
    boxes = {box.name: box for box in next(iter(found.boxes.values()))}
    assert not boxes["FB"].known
    assert boxes["FB"].hover == "FB: internal, not followed"
    assert all(boxes[name].known for name in ("GF", "ERK", "CYC"))
    assert html(run, "en").count('<g class="node unknown" data-node="FB"') == 2


def test_a_run_without_patients_has_no_arms(result: Result) -> None:
    for ask in (lambda: result.arms, result.kaplan_meier):
        with pytest.raises(InputError, match="a run of kind network has no arms"):
            ask()


def test_boxes_do_not_overlap(result: Result) -> None:
    found = drawing(read(result.directory), labels("en"))
    assert found is not None
    boxes = next(iter(found.boxes.values()))
    for one in boxes:
        assert one.width / 2 <= one.x <= found.width - one.width / 2
        for other in boxes:
            if one.name < other.name and one.y == other.y:
                assert abs(one.x - other.x) >= (one.width + other.width) / 2


NAMES = [f"n{number}" for number in range(30)]
EDGES = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=80)


@given(EDGES)
def test_a_layout_places_every_node_once_in_rows_of_limited_width(joined: list[tuple[str, str]]) -> None:
    joined = [(source, target) for source, target in joined if source != target]
    found = rows(NAMES, joined)
    assert sorted(name for row in found for name in row) == sorted(NAMES)
    assert max(map(len, found)) <= WIDEST_ROW
    assert rows(NAMES, joined) == found


@given(EDGES)
def test_without_circles_every_edge_leads_down(joined: list[tuple[str, str]]) -> None:
    downward = [(source, target) for source, target in joined if NAMES.index(source) < NAMES.index(target)]
    rank = ranks(NAMES, downward)
    assert all(rank[source] < rank[target] for source, target in downward)


def test_a_long_chain_needs_no_recursion() -> None:
    names = [f"n{number}" for number in range(3000)]
    rank = ranks(names, list(itertools.pairwise(names)))
    assert rank["n2999"] - rank["n0"] == 2999
