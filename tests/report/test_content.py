"""What the report shows equals what the run directory holds."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from paget.report import body_map, cascade, causes, comparison, lesion_sizes, natural_history, provenance, workup
from paget.report import citations as cited
from paget.report.build import render
from paget.report.number_format import number, percent, span
from paget.report.run_directory import RunDirectory, read
from paget.report.survival_curves import curves, median_months
from paget.report.text import labels

ENGLISH = labels("en").with_terms(people="virtual patients", person="virtual patient")
ARM = "supportive care"


@pytest.fixture(scope="module")
def run(run_directory: Path) -> RunDirectory:
    return read(run_directory)


def test_every_endpoint_is_a_row_with_its_numbers(run: RunDirectory, run_directory: Path) -> None:
    summary = json.loads((run_directory / "summary.json").read_text())
    html = render(run_directory)
    table = html[html.index('id="comparison-table"') :]
    rows = re.findall(r"<tr>(.*?)</tr>", table[: table.index("</table>")], re.DOTALL)[1:]
    assert len(rows) == len(summary["endpoints"])
    for row, endpoint in zip(rows, summary["endpoints"], strict=True):
        for value in (number(endpoint["simulated"]), number(endpoint["published"]), endpoint["study"]):
            assert value in row
        assert span(endpoint["published_low"], endpoint["published_high"]) in row
        assert {"hit": "> hit", "miss": "> miss", None: "no verdict"}[endpoint["verdict"]].strip("> ") in row


def test_misses_are_counted_and_shown(run: RunDirectory, run_directory: Path) -> None:
    counts = comparison.counts(run)
    assert counts["miss"] > 0
    assert sum(counts.values()) == len(run.endpoints)
    html = render(run_directory)
    assert f"{counts['miss']} missed" in html


def test_values_that_sort_are_exact(run: RunDirectory) -> None:
    shown = comparison.rows(run, ENGLISH)
    assert [row.published_key for row in shown] == [entry["published"] for entry in run.endpoints]


def test_the_median_is_where_the_curve_crosses_one_half(run: RunDirectory) -> None:
    (curve,) = curves(run)
    median, low, high = median_months(curve)
    assert curve.at(median) <= 0.5 < curve.at(median - 1e-9)
    assert low < median < high
    assert number(median) in render_text(run)


def test_the_median_stated_by_the_summary_is_the_one_shown(run: RunDirectory) -> None:
    own = {"study": None, "arm": ARM, "endpoint": "OS_median", "simulated": 3.21, "low": 2.5, "high": None}
    changed = replace(run, summary={**run.summary, "endpoints": [{**own, "published": None}, *run.endpoints]})
    assert "3.21 months (95 % interval not closed)" in render_text(changed)
    assert comparison.counts(changed) == comparison.counts(run)
    # What nothing is published beside stands apart from what there is.
    assert comparison.rows(changed, ENGLISH) == comparison.rows(run, ENGLISH)
    assert [row.verdict for row in comparison.own_rows(changed, ENGLISH)] == ["own"]


def render_text(run: RunDirectory) -> str:
    from paget.report.headline import sentences

    return " ".join(sentences(run, ENGLISH))


def test_cumulative_incidence_adds_up_to_one_minus_survival() -> None:
    chance = np.random.default_rng(5)
    times, cause = chance.exponential(size=400), chance.integers(-1, 3, 400)
    days, incidence = causes.cumulative_incidence(times, cause, 3)
    order = np.argsort(times)
    at_risk = np.arange(400, 0, -1)
    survival = np.cumprod(1 - (cause[order] >= 0) / at_risk)
    assert days == pytest.approx(times[order])
    assert incidence.sum(axis=1) == pytest.approx(1 - survival, abs=1e-12)


def test_cumulative_incidence_without_censoring_is_the_share() -> None:
    cause = np.array([0, 1, 0, 1, 1])
    _, incidence = causes.cumulative_incidence(np.array([1.0, 1.0, 2.0, 3.0, 3.0]), cause, 2)
    assert incidence[-1] == pytest.approx([2 / 5, 3 / 5])


def test_site_shares_count_patients_not_lesions(run: RunDirectory) -> None:
    lesions = run.tables["lesions"]
    shares = body_map.shares(run, ARM, "death")
    patients = len(run.tables["subjects"])
    for site in body_map.PLACES:
        assert shares[site] == pytest.approx(lesions[lesions["SITE"] == site]["USUBJID"].nunique() / patients)


def test_cascade_means_are_per_patient_and_fall(run: RunDirectory) -> None:
    means = cascade.per_patient(run, ARM, "death")
    assert means is not None
    table = run.tables["cascade"].query("MOMENT == 'death' and ROUTE == 'blood'")
    assert means.loc["blood", "SHED"] == pytest.approx(table["SHED"].sum() / len(run.tables["subjects"]))
    assert (np.diff(means.loc[["blood", "lymph"]].drop(columns="CIRCULATING").to_numpy()) <= 0).all()
    assert list(means.index) == ["blood", "lymph", "metastases"]
    assert means.loc["metastases", "SHED"] == 0 < means.loc["metastases", "FOUNDERS"]


def test_size_distribution_loses_no_lesion(run: RunDirectory) -> None:
    patients = len(run.tables["subjects"])
    table = lesion_sizes.distribution(run, ARM, "death")
    small = run.tables["micrometastases"].query("MOMENT == 'death'")["COUNT"].sum()
    large = run.tables["lesions"].query("CELLS_DEATH > 0")["COUNT"].sum()
    assert table["LESIONS"].sum() * patients == pytest.approx(small + large)


def test_read_outs_are_medians_of_the_subjects(run: RunDirectory) -> None:
    subjects = run.tables["subjects"]
    shown = {row.name: row.values[0] for row in natural_history.rows(run, ENGLISH)}
    assert shown["Ki-67 index"][0] == number(float(subjects["KI67"].median()))
    ratio = (subjects["FOUNDERS_DIAGNOSIS"] / subjects["SHED_DIAGNOSIS"]).median()
    assert shown["Founders per shed cell at diagnosis, each virtual patient"][0] == number(float(ratio))


def test_work_up_says_how_the_diagnosis_was_made_and_what_was_measured(run: RunDirectory, run_directory: Path) -> None:
    subjects = run.tables["subjects"]
    core = percent(float((subjects["TISSUE_METHOD"] == "core biopsy").mean()))
    stained = percent(float((subjects["PD_L1_MEASURED"] >= 0.01).mean()))
    (sentence,) = workup.sentences(run, ENGLISH)
    assert f"a core biopsy in {core}" in sentence
    assert f"by the antibody 22C3 in {stained}" in sentence
    assert sentence in render(run_directory)


def test_only_switches_that_are_not_on_are_listed(run: RunDirectory) -> None:
    listed = {switch.name: switch.setting for switch in provenance.switches(run, ENGLISH)}
    assert listed == {"lymphatic_spread": "at 40\N{NARROW NO-BREAK SPACE}% strength", "background_mortality": "off"}


def test_assumed_parameters_are_counted_as_the_summary_counts_them(run: RunDirectory) -> None:
    known = cited.citations(run)
    rows = provenance.parameters(run, known, ENGLISH)
    assert dict(provenance.status_counts(rows))["assumed"] == run.summary["assumed"]
    assert len(rows) == len(run.summary["parameters"])
    assert rows[0].status == "assumed"


def test_the_share_of_assumed_parameter_records_is_said_twice(run: RunDirectory, run_directory: Path) -> None:
    assert provenance.assumed_share(run) == (15, 60)
    assert "Of 60 parameter records of the model, 15 (25\N{NARROW NO-BREAK SPACE}%) are assumed." in render_text(run)
    assert "15 of 60 parameter records of the model (25 %) are assumed." in render(run_directory)
    bare = replace(run, summary={**run.summary, "parameters": []})
    assert "assumed" not in render_text(bare)


def test_sources_link_to_their_doi(run: RunDirectory, run_directory: Path) -> None:
    html = render(run_directory)
    assert 'href="https://doi.org/10.1016/S0002-9440(10)65628-3"' in html
    assert 'href="https://pubmed.ncbi.nlm.nih.gov/9736035/"' in html
    assert cited.Citation("x", "", url="javascript:alert(1)").web_link == ""


def test_sources_come_from_knowledge_where_the_run_recorded_none(run: RunDirectory) -> None:
    bare = replace(run, summary={k: v for k, v in run.summary.items() if k != "sources"})
    found = {c.id: c for c in cited.used(bare, cited.citations(bare))}
    assert found["Onoda2020"].text


def test_a_damaged_scenario_is_shown_but_not_read(run: RunDirectory) -> None:
    assert provenance.switches(replace(run, scenario="{: ["), ENGLISH) == []


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (float("nan"), "–"),
        (0, "0"),
        (45, "45"),
        (1288, "1\N{NARROW NO-BREAK SPACE}288"),
        (3.2e9, "3.20 × 10⁹"),
        (2.5e-8, "2.50 × 10⁻⁸"),
        (0.0123456, "0.0123"),
        (-4.444, "−4.44"),
        (99.96, "100.0"),
    ],
)
def test_numbers_read_well(value: float | None, text: str) -> None:
    assert number(value) == text


def test_a_subgroup_point_is_hidden_at_first(synthetic: ModuleType, run: RunDirectory) -> None:
    from paget.report import published_points

    points = {(p.study, p.is_median): p.same_population for p in published_points.read(run, curves(run))}
    assert points[("Onoda2020", True)] is False
    assert points[("Pezzi2017", True)] is True
