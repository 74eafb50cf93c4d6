"""The section on knock-outs: ranking, groups, words and numbers as the summary's twins state them."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from types import ModuleType

import pytest

from paget.report import knockouts
from paget.report.build import render
from paget.report.run_directory import RunDirectory, read
from paget.report.text import labels

ENGLISH = labels("en").with_terms(people="virtual patients", person="virtual patient")
ARMS = ("untouched", "alpha off", "beta off", "gamma off", "delta off", "epsilon off", "zeta off", "eta off")
EFFECTS = {  # mechanism, label, ln ratio of lesions
    "alpha off": ("alpha", "dispersal", -0.1),
    "beta off": ("beta", "soil", -2.0),
    "gamma off": ("gamma", "dispersal", -4.0),
    "delta off": ("delta", "seed", 0.7),
    "epsilon off": ("epsilon", "local", 0.0),
    "zeta off": ("zeta", "dispersal", -4.0),
    "eta off": ("eta + theta", "", 0.2),
}


def twins(arms: tuple[str, ...]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for arm in arms[1:]:
        mechanism, label, size = EFFECTS[arm]
        about = {"arm": arm, "mechanism": mechanism, "label": label, "n": 1000}
        for measure in knockouts.MEASURES:
            unit = "ln ratio" if measure in knockouts.MEASURES[:3] else "months"
            row = {**about, "measure": measure, "value": size, "low": size - 0.3, "high": size + 0.5, "unit": unit}
            if measure == "organ_distribution":
                row |= {"value": None, "low": None, "high": None, "unit": "1", "organs": {}}
                if size > 0:
                    row |= {"value": 0.25, "low": 0.2, "high": 0.31, "organs": {"lung": -0.25, "bone": 0.15}}
            rows.append(row)
    return rows


@pytest.fixture(scope="module")
def directory(synthetic: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(synthetic, tmp_path_factory.mktemp("knockouts"), ARMS)


def written(synthetic: ModuleType, place: Path, arms: tuple[str, ...]) -> Path:
    synthetic.write(place, synthetic.Recipe(patients=15, arms=arms))
    summary = json.loads((place / "summary.json").read_text())
    summary["twins"] = twins(arms)
    summary["endpoints"] += [
        {"study": None, "arm": arm, "population": "", "endpoint": "OS_rate", "time_months": 6, "simulated": 11.0 + k,
         "low": None, "high": None, "published": None, "unit": "%", "n": 15, "verdict": None, "note": ""}
        for k, arm in enumerate(arms)
    ]  # fmt: skip
    (place / "summary.json").write_text(json.dumps(summary))
    return place


@pytest.fixture(scope="module")
def run(directory: Path) -> RunDirectory:
    return read(directory)


def test_arms_are_ranked_by_the_size_of_their_effect(run: RunDirectory) -> None:
    shown = knockouts.rows(run, ENGLISH)
    assert [row.arm for row in shown] == ["gamma off", "zeta off", "beta off", "delta off", "eta off", "alpha off",
                                          "epsilon off"]  # fmt: skip
    assert [row.rank for row in shown] == [1, 1, 3, 4, 5, 6, 7]
    assert [row.label_text for row in shown][:5] == ["dispersal", "dispersal", "soil", "seed", "several kinds"]


def test_cells_state_the_effects(run: RunDirectory) -> None:
    row = {row.arm: row for row in knockouts.rows(run, ENGLISH)}["delta off"]
    cells = dict(zip(knockouts.TABLE, row.cells, strict=True))
    assert cells["lesions_at_death"].value.endswith("2.01")  # exp(0.7)
    assert cells["lesions_at_death"].span == "1.5 to 3.3"
    assert cells["lesions_at_death"].key == pytest.approx(0.7)
    assert (cells["organ_distribution"].value, cells["organ_distribution"].note) == ("0.250", "lung −25")
    assert cells["median_survival"].value == "+0.700"
    none = {row.arm: row for row in knockouts.rows(run, ENGLISH)}["gamma off"]
    assert none.cells[2].value == "–"
    assert math.isfinite(none.cells[2].key)


def figure_data(run: RunDirectory) -> dict:
    figure = knockouts.figure(run, ENGLISH)
    assert figure is not None
    assert [value for value, _ in figure.control.options] == list(knockouts.MEASURES)  # type: ignore[union-attr]
    return json.loads(str(figure.payload))


def test_bars_stand_beside_their_names_grouped_by_label(run: RunDirectory) -> None:
    data = figure_data(run)
    frame = data["layout"]["meta"]["lesions_at_death"]
    assert frame["yaxis.ticktext"] == [
        "<b>seed</b>", "delta off", "<b>dispersal</b>", "gamma off", "zeta off", "alpha off", "<b>soil</b>", "beta off",
        "<b>local growth</b>", "epsilon off", "<b>several kinds</b>", "eta off",
    ]  # fmt: skip
    found = {}
    for trace in data["data"]:
        if trace["meta"]["group"] == "lesions_at_death":
            assert trace["visible"] is True
            for place, value, up, down in zip(
                trace["y"], trace["x"], trace["error_x"]["array"], trace["error_x"]["arrayminus"], strict=True
            ):
                found[frame["yaxis.ticktext"][place]] = value
                assert (up, down) == pytest.approx((0.5, 0.3))
        else:
            assert trace["visible"] is False
    assert found == {arm: value for arm, (_, _, value) in EFFECTS.items()}


def test_the_axis_of_ratios_has_round_factors(run: RunDirectory) -> None:
    frame = figure_data(run)["layout"]["meta"]["lesions_at_death"]
    assert len(frame["xaxis.tickvals"]) >= 3
    for place, text in zip(frame["xaxis.tickvals"], frame["xaxis.ticktext"], strict=True):
        assert float(text.split("\N{NARROW NO-BREAK SPACE}")[1]) == pytest.approx(math.exp(place), rel=1e-3)
    low, high = frame["xaxis_range"]
    assert low < -4.3
    assert high > 1.2


def test_the_page_holds_the_section_and_links_it(directory: Path) -> None:
    html = render(directory)
    assert 'href="#knock-outs"' in html
    table = html[html.index('id="knockout-table"') :]
    assert table[: table.index("</table>")].count("<tr>") == len(ARMS)
    assert "gamma off (×\N{NARROW NO-BREAK SPACE}0.018), zeta off" in html
    assert "In the arm “untouched”" in html
    assert "In the arm “gamma off”" not in html


def test_the_other_sections_keep_the_first_arm_and_the_strongest(directory: Path, run: RunDirectory) -> None:
    few = knockouts.few_arms(run)
    assert few.arms == ["untouched", "beta off", "gamma off", "delta off", "zeta off", "eta off"]
    assert set(few.tables["subjects"]["ARM"].astype(str)) == set(few.arms)
    own = [row["arm"] for row in few.endpoints if not row["study"]]
    assert own == few.arms
    assert len(few.endpoints) - len(own) == len(run.endpoints) - len(ARMS)
    assert re.search(r"first arm and the 5 knock-outs of largest effect; 2 further arms", render(directory))


def test_few_arms_are_all_shown(synthetic: ModuleType, tmp_path: Path) -> None:
    place = written(synthetic, tmp_path, ARMS[:4])
    run = read(place)
    assert knockouts.few_arms(run) is run
    assert "further arms" not in render(place)


def test_no_knock_out_no_section(synthetic: ModuleType, tmp_path: Path) -> None:
    synthetic.write(tmp_path, synthetic.Recipe(patients=5, arms=("a", "b")))
    summary = json.loads((tmp_path / "summary.json").read_text())
    summary["twins"] = [{**row, "arm": "b", "mechanism": "", "label": ""} for row in twins(ARMS[:2])]
    (tmp_path / "summary.json").write_text(json.dumps(summary))
    html = render(tmp_path)
    assert "knock-outs" not in html
    assert "In the arm “b”" in html


def test_nothing_changed_is_said(run: RunDirectory) -> None:
    from dataclasses import replace

    still = [{**row, "value": 0.0} for row in run.summary["twins"]]
    (sentence,) = knockouts.sentences(replace(run, summary={**run.summary, "twins": still}), ENGLISH)
    assert sentence == "None of the 7 knock-outs changed the number of metastases."


def test_names_of_arms_are_not_read_as_html(run: RunDirectory) -> None:
    from dataclasses import replace

    named = [{**row, "arm": "<b>x</b>"} for row in run.summary["twins"] if row["arm"] == "beta off"]
    figure = knockouts.figure(replace(run, summary={**run.summary, "twins": named}), ENGLISH)
    assert figure is not None
    assert "&lt;b&gt;x" in json.loads(str(figure.payload))["layout"]["yaxis"]["ticktext"][1]


def test_measures_and_labels_have_words() -> None:
    from paget import knowledge
    from paget.report.text import strings
    from paget.trial.twins import Followed, Outcomes, effects

    known = strings("en")
    for measure in knockouts.MEASURES:
        assert f"twin.{measure}" in known
        assert f"twin_axis.{measure}" in known
    labels_used = {record.label for record in knowledge.mechanisms().values()}
    assert labels_used <= set(knockouts.LABELS)
    assert {f"mechanism_label.{label}" for label in labels_used} <= set(known)
    import numpy as np

    nobody = np.zeros(0)
    none = Outcomes(nobody, np.zeros((0, 2)), nobody, np.zeros((0, 1)), Followed(nobody, nobody > 0))
    assert [row["measure"] for row in effects(none, none, 1, 1.0, ("lung",))] == list(knockouts.MEASURES)
