"""What the sections on treatment show equals what the run directory holds, number for number."""

from __future__ import annotations

import html as entities
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from paget.patient.death import CAUSES
from paget.report import (
    best_response,
    causes,
    circulating,
    contrasts,
    endpoint_curves,
    exposure,
    flow_diagram,
    headline,
    page,
    published_points,
    randomised,
    resistance,
    sampling_band,
    spider,
    survival,
    swimmer,
    toxicity,
    treatment_lines,
    trial_part,
    waterfall,
)
from paget.report.build import render
from paget.report.figures import DAYS_PER_MONTH, Figure, colour
from paget.report.origin import from_start, origin
from paget.report.run_directory import RunDirectory, read
from paget.report.survival_curves import endpoint_curves as curves_of
from paget.report.text import labels

ENGLISH = labels("en").with_terms(people="patients", person="patient", People="Patients", Person="Patient", origin="x")
NEW, CONTROL = "new drug", "control"
MOST_BYTES = 700_000
TREATMENT = [name for name, content in page.SECTIONS.items() if content == "trial"]


@pytest.fixture(scope="module")
def run(trial_directory: Path) -> RunDirectory:
    return read(trial_directory)


def content(figure: Figure | None) -> dict[str, Any]:
    assert figure is not None
    return json.loads(figure.payload)


def traces(figure: Figure | None, group: str | None = "0") -> dict[str, dict[str, Any]]:
    """Named series of a figure by name; of a group where the figure has a choice."""
    return {t["name"]: t for t in content(figure)["data"] if t.get("name") and group in {None, t["meta"].get("group")}}


def with_trial(run: RunDirectory, **changed: object) -> RunDirectory:
    return replace(run, summary={**run.summary, "trial": {**run.summary["trial"], **changed}})


def arm(run: RunDirectory, **changed: object) -> RunDirectory:
    return with_trial(run, arms={NEW: {**run.summary["trial"]["arms"][NEW], **changed}})


def test_a_band_without_censoring_is_binomial_at_the_published_size() -> None:
    days = np.arange(1.0, 101.0)
    when, low, high = sampling_band.limits(days, np.full(100, True), 25)
    place = 39
    alive = 0.6
    error = np.sqrt(alive * (1 - alive) / 25)
    width = 1.959964 * error / (alive * abs(np.log(alive)))
    assert when[place] == 40.0
    assert low[place] == pytest.approx(alive ** np.exp(width), rel=1e-6)
    assert high[place] == pytest.approx(alive ** np.exp(-width), rel=1e-6)


def test_the_band_stands_with_the_arm_and_the_size_of_the_study(run: RunDirectory) -> None:
    drawn = curves_of(run, "PFS")
    points = published_points.read(run, drawn, "PFS")
    assert [(p.arm, p.month, p.survival, p.n) for p in points] == [(NEW, 6.0, 0.46, 36)]
    (band,) = sampling_band.bands(run, drawn, points, "PFS")
    assert (band.arm, band.study, band.n) == (NEW, "Onoda2020", 36)
    dashed = [t for t in content(survival.figure(run, ENGLISH))["data"] if t.get("line", {}).get("dash") == "dash"]
    assert [t["meta"]["label"] for t in dashed] == ["95 % of studies of n = 36 (Onoda2020)"] * 2


def test_endpoint_curves_hold_the_table(run: RunDirectory) -> None:
    shown = {figure.id: content(figure) for figure in endpoint_curves.figures(run, ENGLISH)}
    assert list(shown) == ["curve-pfs", "curve-dor", "curve-ttr", "curve-css"]
    first = next(t for t in shown["curve-pfs"]["data"] if t.get("name") == NEW)
    assert first["y"] == pytest.approx([1, 5 / 6, 4 / 6, 3 / 6, 2 / 6, 1 / 6, 1 / 6], abs=1e-5)
    assert first["x"][1] == pytest.approx(50 / DAYS_PER_MONTH, abs=1e-4)
    risk = [t["text"] for t in shown["curve-pfs"]["data"] if t.get("mode") == "text"]
    assert [row[:3] for row in risk] == [["6", "5", "3"]] * 2
    assert shown["curve-dor"]["layout"]["xaxis"]["title"]["text"] == "Months from the first response"
    assert shown["curve-pfs"]["layout"]["xaxis"]["title"]["text"] == "Months from x"


def test_responses_are_counted_over_all_with_exact_intervals(run: RunDirectory) -> None:
    table = best_response.table(run, ENGLISH)
    assert table is not None
    shown = {row.name: row for row in table.rows}
    assert [cell.text for cell in shown["partial response (PR)"].cells] == ["2", "2"]
    rate = shown["Objective response rate (CR + PR)"]
    assert rate.cells[0].text.startswith("50")
    assert rate.cells[0].more == "11.8 to 88.2"
    assert rate.published == ("56 % (46 to 66), n = 36, Onoda2020",)
    assert shown["Disease control rate (CR + PR + SD)"].cells[0].percent == pytest.approx(66.7)
    assert best_response.rates({"PR": 0, "PD": 6})["ORR"] == pytest.approx((0, 0, 1 - 0.025 ** (1 / 6)))
    assert "50" in best_response.sentences(run, ENGLISH)[0]


def test_the_waterfall_falls_and_is_coloured_by_response(run: RunDirectory) -> None:
    shown = traces(waterfall.figure(run, ENGLISH))
    bars = sorted((x, y, t["marker"]["color"]) for t in shown.values() for x, y in zip(t["x"], t["y"], strict=True))
    assert [y for _, y, _ in bars] == [40, -10, -50, -90, -100]
    wanted = ["PD", "SD", "PR", "PR", "CR"]
    assert [shade for _, _, shade in bars] == [best_response.COLOURS[name] for name in wanted]
    assert [s["y0"] for s in content(waterfall.figure(run, ENGLISH))["layout"]["shapes"]] == [20, -30]
    assert waterfall.note(run, ENGLISH).startswith("new drug: 1 of 6 have no sum")


def test_a_long_waterfall_keeps_its_ends(run: RunDirectory) -> None:
    bars = [{"USUBJID": str(k), "depth_percent": k / 10 - 90, "BOR": "SD"} for k in range(1000)]
    many = arm(run, waterfall=bars, n=1000)
    chosen = waterfall.ranked(bars)
    assert len(chosen) == waterfall.MOST_BARS
    assert (chosen[0]["depth_percent"], chosen[-1]["depth_percent"]) == (pytest.approx(9.9), -90)
    assert len(traces(waterfall.figure(many, ENGLISH))["stable disease (SD)"]["x"]) == waterfall.MOST_BARS


def test_the_spider_counts_from_the_first_baseline(run: RunDirectory) -> None:
    course = spider.changes(run, NEW)
    assert course["CHANGE"].tolist() == pytest.approx([0, -90, -65])
    assert course["MONTH"].tolist() == pytest.approx([0, 56 / DAYS_PER_MONTH, 112 / DAYS_PER_MONTH])
    shown = traces(spider.figure(run, ENGLISH))
    assert list(shown) == ["partial response (PR)", "first progression"]
    assert shown["partial response (PR)"]["y"] == [0, -90, -65, None]
    assert shown["first progression"]["y"] == [-65]


def test_swimmers_end_with_the_last_contact(run: RunDirectory) -> None:
    found = swimmer.swimmers(run, NEW)
    assert [each.end for each in found] == [600, 500, 400, 300, 200, 100]
    longest, second = found[0], found[4]
    assert (longest.died, longest.response, longest.progression) == (False, 112, None)
    assert longest.lines == ((1, 0, 600),)
    assert second.lines == ((1, 0, 112), (2, 120, 150))
    assert (second.response, second.progression, second.mark("death"), second.mark("alive")) == (56, 112, 200, None)
    assert found[3].lines == ((1, 0, 168),)
    shown = traces(swimmer.figure(run, ENGLISH))
    assert shown["line 2"]["x"] == pytest.approx([120 / DAYS_PER_MONTH, 150 / DAYS_PER_MONTH, None], abs=1e-4)
    assert shown["death"]["x"][-1] == pytest.approx(100 / DAYS_PER_MONTH, abs=1e-4)
    assert shown["alive at last contact"]["text"] == ["ATC-000006"]


def test_days_from_diagnosis_become_days_from_the_start(run: RunDirectory) -> None:
    assert origin(run) == "enrolment"
    late = with_trial(run, design={"clock": "diagnosis"})
    assert origin(late) == "diagnosis"
    days = pd.Series([179.0, 600.0], index=["ATC-000001", "nobody"])
    assert from_start(late, NEW, days).to_dict() == {"ATC-000001": 100.0}
    assert from_start(run, NEW, days).to_dict() == days.to_dict()


def test_lines_name_why_they_ended(run: RunDirectory) -> None:
    first = treatment_lines.lines(run, ENGLISH)[0]
    assert (first.number, first.started) == ("1", "6")
    assert first.reasons == "progression 5, ongoing at death or last contact 1"
    assert treatment_lines.arms(run)[0].median_share.startswith("62")


def test_each_forest_draws_what_its_contrasts_have(run: RunDirectory) -> None:
    ratio, difference = contrasts.figures(run, ENGLISH)
    (series,) = (t for t in content(ratio)["data"])
    assert (series["x"], series["error_x"]["array"], series["error_x"]["arrayminus"]) == ([0.5], [0.5], [0.25])
    assert series["name"] == "randomised"
    (series,) = (t for t in content(difference)["data"])
    assert (series["x"], series["error_x"]["array"], series["error_x"]["arrayminus"]) == ([2.5], [1.5], [2.0])
    assert content(ratio)["layout"]["xaxis"]["type"] == "log"
    first, second = contrasts.rows(run, ENGLISH)
    assert (first.p, first.interval, first.difference) == ("< 0.001", "0.250 to 1", "–")
    assert (second.hazard_ratio, second.difference_interval) == ("–", "0.500 to 4")


def test_contrasts_of_arms_that_are_not_shown_are_left_out(run: RunDirectory) -> None:
    (row,) = [dict(run.summary["trial"]["contrasts"][0], reference="elsewhere")]
    assert contrasts.figures(with_trial(run, contrasts=[row]), ENGLISH) == []


def test_adverse_events_are_shares_of_the_patients(run: RunDirectory) -> None:
    shown = traces(toxicity.figure(run, ENGLISH))
    assert shown["any grade"]["text"] == ["Pyrexia", "Rash"]
    assert shown["any grade"]["x"] == pytest.approx([4 / 6, 3 / 6], abs=1e-4)
    assert shown["grade ≥ 3"]["x"] == pytest.approx([1 / 6, 0], abs=1e-4)
    table = toxicity.table(run)
    assert table is not None
    assert [row.term for row in table.rows] == ["Pyrexia", "Rash"]
    assert [count for count, _ in table.rows[0].cells] == ["4", "1", "0"] * 2


def test_drugs_have_their_names_and_months_from_the_start(run: RunDirectory) -> None:
    ((name, series),) = traces(exposure.figure(run, ENGLISH)).items()
    assert name == "dabrafenib"
    known = [(x, y) for x, y in zip(series["x"], series["y"], strict=True) if y is not None]
    assert {y for _, y in known} == {3, 4, 5}
    assert 0 < min(x for x, _ in known) <= 7 / DAYS_PER_MONTH
    assert max(x for x, _ in known) == pytest.approx(112 / DAYS_PER_MONTH, abs=7 / DAYS_PER_MONTH)
    rows = exposure.rows(run, ENGLISH)
    assert [(row.drug, row.median, row.range) for row in rows] == [
        ("dabrafenib", "2", "1 to 3"), ("dabrafenib", "75", "60 to 90"), ("trametinib", "–", "–"),
    ]  # fmt: skip


def test_clones_that_vanished_have_no_point(run: RunDirectory) -> None:
    shown = traces(resistance.figure(run, ENGLISH))
    assert (shown["at the start of treatment"]["x"], shown["at the start of treatment"]["y"]) == ([1e-6, 1e-8], [1, 2])
    assert (shown["at the end of observation"]["x"], shown["at the end of observation"]["y"]) == ([0.25, 0.75], [0, 1])
    last = resistance.rows(run, ENGLISH)[2]
    assert (last.clone, last.end) == ("antigen lost", "0 %")


def test_tumour_dna_is_a_median_over_the_people_kept(run: RunDirectory) -> None:
    (figure,) = circulating.figures(run, ENGLISH)
    assert figure.id == "blood-ctdna"
    band = circulating.course(run, NEW, "CTDNA_PER_ML")
    assert band is not None
    late = band.months > 1
    assert band.median[late] == pytest.approx(0.2)
    assert band.low[late] == pytest.approx(0.11)
    assert band.median[band.months < -0.1] == pytest.approx(10)
    assert circulating.course(run, NEW, "CTC_PER_ML") is None


def test_the_flow_adds_up(run: RunDirectory) -> None:
    flow = flow_diagram.flows(run, ENGLISH)[0]
    lines = [text for box in flow.boxes for text in box.lines]
    assert [text for text in lines if text.startswith("n = ")] == ["n = 20", "n = 7", "n = 6", "n = 6"]
    assert [text for text in lines if text.startswith("Left out")] == ["Left out, n = 13", "Left out, n = 1"]
    assert "Refused at the start: 0" not in lines
    assert "Never started: 1" in flow.description
    assert flow.height >= max(box.y + box.height for box in flow.boxes)


def test_causes_of_death_are_those_of_the_model(run: RunDirectory) -> None:
    assert causes.shares(run, ENGLISH) == [("airway obstruction", 1.0)]


def test_of_a_randomised_run_only_the_allocated_count(trial_directory: Path, run: RunDirectory, tmp_path: Path) -> None:
    folder = tmp_path / "lot"
    shutil.copytree(trial_directory, folder)
    people = sorted(run.tables["subjects"]["USUBJID"].unique())
    allocated = pd.DataFrame({"USUBJID": people, "ARM": [NEW, CONTROL] * 3, "STRATUM": "all"})
    allocated.to_parquet(folder / randomised.FILE)
    counted = read(folder)
    assert [each.person for each in swimmer.swimmers(counted, NEW)] == people[4::-2]
    assert [each.person for each in swimmer.swimmers(counted, CONTROL)] == people[5::-2]
    for name in ("lesions", "cascade"):
        table = counted.tables[name]
        assert 0 < len(table) <= len(run.tables[name])
    assert counted.tables["cascade"]["SHED"].sum() < run.tables["cascade"]["SHED"].sum()
    lot = with_trial(counted, design={"kind": "randomised"})
    assert headline.sentences(lot, ENGLISH)[0].endswith("by lot: 3 to “new drug”, 3 to “control”.")


def test_a_randomised_study_has_one_flow_until_the_lot(run: RunDirectory) -> None:
    before = {"candidates": 20, "ineligible_traits": 9, "refused_at_start": 4, "enrolled": 7}
    arms = {
        NEW: {"allocated": 4, "started": 3, "lost_to_follow_up": 1, "cut_off": 0, "analysed": 4},
        CONTROL: {"allocated": 3, "lost_to_follow_up": 0, "cut_off": 2, "analysed": 3},
    }
    shown = [
        [text for box in flow.boxes for text in box.lines]
        for flow in flow_diagram.flows(with_trial(run, enrolment=before, flow=arms), ENGLISH)
    ]
    assert [text for text in shown[0] if text.startswith("n = ")] == ["n = 20", "n = 7"]
    assert "Randomised" in shown[0]
    assert "Left out, n = 13" in shown[0]
    assert [text for text in shown[1] if ", n = " in text] == ["Left out, n = 1", "Last seen alive, n = 1"]
    assert "Never started: 1" in shown[1]
    wanted = ["n = 3", "Allocated to this arm", "n = 3", "Analysed", "Last seen alive, n = 2", "At the data cut-off: 2"]
    assert sorted(shown[2]) == sorted(wanted)


def test_causes_keep_their_colours_and_only_those_of_the_arm_are_named(run: RunDirectory) -> None:
    assert set(causes.ORDER) == set(CAUSES)
    shown = [t for t in content(causes.figure(run, ENGLISH))["data"] if t["meta"]["group"] == "0"]
    assert [(t["name"], t["line"]["color"]) for t in shown] == [("airway obstruction", colour(0))]


def test_next_treatment_is_shown_where_it_is_asked_for(run: RunDirectory) -> None:
    events = run.tables["time_to_event"]
    with_next = replace(run, tables={**run.tables, "time_to_event": pd.concat(
        [events, events[events["PARAMCD"] == "PFS"].assign(PARAMCD="TTNT")])})  # fmt: skip
    assert "curve-ttnt" not in [figure.id for figure in endpoint_curves.figures(with_next, ENGLISH)]
    asked = {"study": None, "arm": NEW, "endpoint": "TTNT_median", "published": None}
    named = replace(with_next, summary={**run.summary, "endpoints": [*run.endpoints, asked]})
    assert "curve-ttnt" in [figure.id for figure in endpoint_curves.figures(named, ENGLISH)]


def test_few_of_many_are_spread_evenly() -> None:
    assert trial_part.evenly(5, 10).tolist() == [0, 1, 2, 3, 4]
    assert trial_part.evenly(1001, 3).tolist() == [0, 500, 1000]
    assert trial_part.evenly(0, 3).tolist() == []


def test_the_page_shows_every_section_and_no_id_twice(trial_directory: Path) -> None:
    html = render(trial_directory)
    sections = re.findall(r'<section id="([\w-]+)"', html)
    assert [name for name in sections if name in TREATMENT] == TREATMENT
    ids = re.findall(r'\sid="([\w-]+)"', html)
    assert len(ids) == len(set(ids))
    assert html.count("Research use only") >= 2
    captions = re.findall(r'role="img" aria-label="([^"]*)"', html)
    assert all(len(entities.unescape(text)) > 10 for text in captions)
    assert "from the start of treatment" in html


def test_where_there_is_nothing_to_draw_a_sentence_says_so(trial_directory: Path, run: RunDirectory) -> None:
    bare = {name: run.tables[name] for name in ("subjects", "lesions", "micrometastases", "cascade")}
    empty = replace(with_trial(run, **dict.fromkeys(run.summary["trial"])), tables=bare)
    text = page.page(empty, "en")
    for key in ("flow.none", "endpoints.none", "contrasts.none", "trial.no_response", "waterfall.none", "spider.none",
                "swimmer.none", "toxicity.none", "exposure.none", "clones.none", "blood.none"):  # fmt: skip
        words = labels("en").with_terms(people="virtual patients", person="virtual patient")(key)
        assert words in entities.unescape(text), key


def test_many_patients_stay_few_bytes(synthetic: ModuleType, synthetic_trial: ModuleType, tmp_path: Path) -> None:
    many = read(synthetic_trial.write(tmp_path, synthetic, people=250))
    drawn: list[Callable[[RunDirectory, Any], Figure | None]] = [
        waterfall.figure, spider.figure, swimmer.figure, toxicity.figure, exposure.figure, resistance.figure,
    ]  # fmt: skip
    figures = [draw(many, ENGLISH) for draw in drawn] + endpoint_curves.figures(many, ENGLISH)
    assert sum(len(figure.payload) for figure in figures if figure) < MOST_BYTES
    assert "of 1 500 patients are drawn" in swimmer.note(many, ENGLISH).replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert spider.note(many, ENGLISH).startswith("new drug: 150 of 250")
