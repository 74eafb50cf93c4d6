"""The report as a file: it opens offline, says what it is for, escapes names, and copes with runs of every size."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType

import pyarrow.parquet as pq
import pytest

from paget.errors import InputError
from paget.report.build import build, render
from paget.report.page import SECTIONS
from paget.trial.tables import TABLES

LARGEST_FILE = 8_000_000
LOADING = {
    ("script", "src"),
    ("link", "href"),
    ("img", "src"),
    ("iframe", "src"),
    ("object", "data"),
    ("source", "src"),
}


class Page(HTMLParser):
    """What a browser would load, run and show."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.data: list[dict[str, object]] = []
        self._inside: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = [tag, dict(attrs).get("type") or ""]

    def handle_endtag(self, tag: str) -> None:
        self._inside = []

    def handle_data(self, data: str) -> None:
        if self._inside == ["script", "application/json"]:
            self.data.append(json.loads(data))
        elif not self._inside or self._inside[0] not in {"script", "style"}:
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


@pytest.fixture(scope="module")
def html(run_directory: Path) -> str:
    return render(run_directory)


def test_the_same_directory_gives_the_same_bytes(run_directory: Path, html: str) -> None:
    assert render(run_directory) == html


def test_another_process_and_place_give_the_same_bytes(synthetic: ModuleType, tmp_path: Path, html: str) -> None:
    copy = synthetic.write(tmp_path / "elsewhere")
    code = "import sys; from pathlib import Path; from paget.report.build import build; build(Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", code, str(copy)], check=True, env={"PYTHONHASHSEED": "7"})
    assert (copy / "report.html").read_text(encoding="utf-8") == html


def test_build_leaves_the_report_and_no_temporary_file(synthetic: ModuleType, tmp_path: Path) -> None:
    directory = synthetic.write(tmp_path, synthetic.Recipe(patients=5))
    before = {entry.name for entry in directory.iterdir()}
    assert build(directory) == directory / "report.html"
    assert {entry.name for entry in directory.iterdir()} == before | {"report.html"}


def test_nothing_is_loaded_from_elsewhere(html: str) -> None:
    page = Page(html)
    loaded = [(tag, name, value) for tag, attrs in page.tags for name, value in attrs.items() if (tag, name) in LOADING]
    assert loaded == []
    style = html[html.index("<style>") : html.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style
    policy = next(attrs["content"] for tag, attrs in page.tags if attrs.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert "http" not in policy


def test_research_use_only_stands_above_and_below(html: str) -> None:
    body = html[html.index("<body>") :]
    head, foot = body.index("Research use only"), body.rindex("Research use only")
    assert head < body.index("<main")
    assert foot > body.index("<footer")


def test_names_from_a_scenario_are_text(synthetic: ModuleType, tmp_path: Path) -> None:
    name, arm = "</script><script>alert(1)</script>", "<img src=x onerror=alert(2)>"
    recipe = synthetic.Recipe(patients=12, name=name, arms=(arm, "b"))
    html = render(synthetic.write(tmp_path, recipe))
    page = Page(html)
    assert "<script>alert" not in html
    assert "<img" not in html
    assert not any(tag == "img" for tag, _ in page.tags)
    assert name in page.text
    assert arm in page.text
    scripts = [attrs for tag, attrs in page.tags if tag == "script" and attrs.get("type") != "application/json"]
    assert len(scripts) == 2
    names = [trace.get("name") for figure in page.data for trace in figure["data"]]  # type: ignore[attr-defined]
    assert "&lt;img src=x onerror=alert(2)&gt;" in names


TREATMENT = {name for name, content in SECTIONS.items() if content in ("trial", "enrolment")}
WITHOUT_SPREAD = {"where", "homing", "cascade-steps", "lesion-sizes", "genealogy"}


@pytest.mark.parametrize(
    ("change", "left_out"),
    [
        ({"benign": True, "disease": "benign", "patients": 20}, {"published", "causes-of-death", *WITHOUT_SPREAD}),
        ({"patients": 1}, set()),
        ({"patients": 1, "kind": "patient"}, set()),
        ({"patients": 30, "arms": ("a", "b", "c")}, set()),
        ({"patients": 15, "examples": 0}, {"one-course", "microenvironment"}),
    ],
    ids=["no deaths", "one patient", "one future", "three arms", "no curves"],
)
def test_sections_without_data_are_left_out(
    synthetic: ModuleType, tmp_path: Path, change: dict[str, object], left_out: set[str]
) -> None:
    page = Page(render(synthetic.write(tmp_path, synthetic.Recipe(**change))))
    found = [attrs["id"] for tag, attrs in page.tags if tag == "section"]
    expected = [
        "summary",
        *(name for name in SECTIONS if name not in left_out | TREATMENT | {"knock-outs", "published-model"}),
    ]
    assert found == expected
    linked = [str(attrs["href"])[1:] for tag, attrs in page.tags if str(attrs.get("href")).startswith("#")]
    assert linked == ["content", *expected[1:]]
    assert "{" not in page.text.replace("mechanisms: {", "")


def test_a_run_without_events_says_so(synthetic: ModuleType, tmp_path: Path) -> None:
    recipe = synthetic.Recipe(benign=True, disease="benign", patients=20)
    text = Page(render(synthetic.write(tmp_path, recipe))).text
    for sentence in ("Nobody died in this run.", "No metastasis above 1 mm³ arose."):
        assert sentence in text


def test_the_synthetic_tables_have_the_columns_that_a_run_writes(run_directory: Path) -> None:
    for name, schema in TABLES.items():
        found = pq.read_schema(run_directory / f"{name}.parquet").names
        assert sorted(found) == sorted(schema.names), name


def test_a_missing_table_is_named_and_the_rest_stands(synthetic: ModuleType, tmp_path: Path) -> None:
    directory = synthetic.write(tmp_path, synthetic.Recipe(patients=10))
    for name in ("subjects", "time_to_event", "lesions", "micrometastases", "cascade", "curves"):
        (directory / f"{name}.parquet").unlink()
        text = Page(render(directory)).text
        assert "left out below:" in text
        assert name in text
    assert "Overall survival" in text


def test_the_wording_follows_the_kind(synthetic: ModuleType, tmp_path: Path) -> None:
    recipe = synthetic.Recipe(patients=12, kind="patient")
    text = Page(render(synthetic.write(tmp_path, recipe))).text
    assert "simulated futures" in text
    assert "virtual patients" not in text


def test_a_large_cohort_stays_a_small_file(synthetic: ModuleType, tmp_path: Path) -> None:
    html = render(synthetic.write(tmp_path, synthetic.Recipe(patients=3000, arms=("a", "b"))))
    assert len(html.encode()) < LARGEST_FILE
    assert "ATC-002999" not in html


def test_a_broken_run_is_marked(synthetic: ModuleType, tmp_path: Path) -> None:
    directory = synthetic.write(tmp_path, synthetic.Recipe(patients=5))
    for state, marked in (("interrupted", True), ("running", False), ("done", False)):
        (directory / "manifest.json").write_text(json.dumps({"state": state}))
        assert ("what is shown may be incomplete" in Page(render(directory)).text) is marked


def test_a_folder_without_a_run_is_the_users_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"summary\.json is missing"):
        build(tmp_path)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(InputError, match="no such folder"):
        build(tmp_path / "nowhere")


def test_a_damaged_file_is_the_users_error(synthetic: ModuleType, tmp_path: Path) -> None:
    directory = synthetic.write(tmp_path, synthetic.Recipe(patients=5))
    summary = (directory / "summary.json").read_text()
    for damaged, message in (("{", "not readable as JSON"), ("[]", "not a JSON object")):
        (directory / "summary.json").write_text(damaged)
        with pytest.raises(InputError, match=message):
            build(directory)
    (directory / "summary.json").write_text(summary)
    (directory / "lesions.parquet").write_bytes(b"not parquet")
    with pytest.raises(InputError, match="not readable"):
        build(directory)


def test_an_unknown_language_offers_the_known_ones(run_directory: Path) -> None:
    with pytest.raises(InputError, match="Languages: en"):
        render(run_directory, language="xx")


def test_importing_the_report_is_cheap() -> None:
    heavy = "{'pandas', 'plotly', 'numba', 'scipy', 'jinja2', 'pyarrow'}"
    code = f"import sys, paget.report.build; assert not {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
