"""Time courses of niche and vessels: medians and bands of known courses, who counts when, and what is left out."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from paget.report import microenvironment
from paget.report.build import render
from paget.report.figures import DAYS_PER_MONTH
from paget.report.run_directory import RunDirectory
from paget.report.text import labels

ENGLISH = labels("en").with_terms(people="virtual patients", person="virtual patient", People="Virtual patients")


def person(name: str, start: float, end: float, level: float, slope: float = 0.0) -> pd.DataFrame:
    """A course with straight lines between months `start` and `end`."""
    months = np.array([start, (start + end) / 3, end])
    values = level + slope * (months - start)
    columns = {name: values for name in microenvironment.QUANTITIES}
    return pd.DataFrame({"USUBJID": name, "ARM": "one", "DAY": months * DAYS_PER_MONTH, **columns})


PEOPLE = [person("a", -24, 12, 1), person("b", -24, 3, 2), person("c", -12, 3, 3), person("d", -12, 0, 4)]


def made_up(people: list[pd.DataFrame]) -> RunDirectory:
    curves = pd.concat(people)
    return RunDirectory({}, {"survival": {arm: {} for arm in curves["ARM"].unique()}}, "", {"curves": curves}, ())


def test_bands_are_quantiles_over_those_observed() -> None:
    found = microenvironment.band(PEOPLE, "VEGF", np.array([-24.0, -6.0, 0.0, 3.0, 12.0, 13.0]))
    assert list(found.people) == [2, 4, 4, 3, 1, 0]
    assert found.median == pytest.approx([1.5, 2.5, 2.5, 2, 1, np.nan], nan_ok=True)
    assert found.low == pytest.approx([1.05, 1.15, 1.15, 1.1, 1, np.nan], nan_ok=True)
    assert found.high == pytest.approx([1.95, 3.85, 3.85, 2.9, 1, np.nan], nan_ok=True)


def test_between_sampled_days_a_course_is_a_straight_line() -> None:
    found = microenvironment.band([person("a", -10, 10, 5, slope=2)], "VEGF", np.array([-10.0, -9.25, 6.5]))
    assert found.median == pytest.approx([5, 6.5, 38])


def test_a_tumour_has_no_niche_before_its_first_cell() -> None:
    at = np.array([-24.0])
    assert microenvironment.band(PEOPLE, "NICHE", at).median == pytest.approx([0.5])  # 0, 0, 1, 2
    assert microenvironment.band(PEOPLE, "VESSEL_QUALITY", at).median == pytest.approx([1.5])  # 1, 2


def test_the_last_few_are_not_drawn() -> None:
    people = [person("long", -30, 30, 9), *(person(f"p{k}", -6, 6, k) for k in range(7))]
    found = microenvironment.band(people, "VEGF", np.array([-20.0, 0.0, 20.0]))
    assert list(found.people) == [1, 8, 1]
    assert np.isfinite(found.median).tolist() == [False, True, False]
    shown = microenvironment.courses(made_up(people), ENGLISH)
    assert shown is not None
    months = json.loads(str(shown.figures[0].payload))["data"][2]["x"]
    assert (months[0], months[-1]) == (-6, 6)


def test_the_table_states_medians_ranges_and_people() -> None:
    shown = microenvironment.courses(made_up(PEOPLE), ENGLISH)
    assert shown is not None
    assert shown.months == ("−24", "−12", "−6", "−3", "0", "3", "6", "12")
    assert shown.people == (("one", ("2", "4", "4", "4", "4", "3", "1", "1")),)
    row = next(row for row in shown.rows if row.name.startswith("VEGF"))
    assert row.cells[0] == ("1.50", "1.1 to 1.9")
    assert row.cells[5] == ("2", "1.1 to 2.9")


def test_a_figure_holds_the_numbers_of_its_band() -> None:
    shown = microenvironment.courses(made_up(PEOPLE), ENGLISH)
    assert shown is not None
    assert [figure.id for figure in shown.figures][:3] == ["course-niche", "course-vegf", "course-vessel-quality"]
    low, high, median = json.loads(str(shown.figures[1].payload))["data"]
    expected = microenvironment.band(PEOPLE, "VEGF", np.array(median["x"]))
    for trace, values in ((low, expected.low), (high, expected.high), (median, expected.median)):
        assert trace["y"] == pytest.approx(list(values), rel=1e-4)
    assert median["text"][0].endswith("n = 2")


def test_a_logarithmic_axis_ends_at_its_smallest_value() -> None:
    people = [person("a", -10, 10, 0), person("b", -10, 10, 100), person("c", -10, 10, 1e4)]
    shown = microenvironment.courses(made_up(people), ENGLISH)
    assert shown is not None
    drawn = {figure.id: json.loads(str(figure.payload)) for figure in shown.figures}["course-t-cells"]
    assert drawn["layout"]["yaxis"]["type"] == "log"
    low, _, median = drawn["data"]
    assert min(low["y"]) >= 1
    assert set(median["y"]) == {100}


def test_arms_are_told_apart_and_their_names_are_text() -> None:
    arm = "<b>two</b>"
    other = [course.assign(ARM=arm) for course in PEOPLE]
    shown = microenvironment.courses(made_up([*PEOPLE, *other]), ENGLISH)
    assert shown is not None
    named = [t["name"] for t in json.loads(str(shown.figures[0].payload))["data"] if t.get("showlegend")]
    assert named == ["one", "&lt;b&gt;two&lt;/b&gt;"]
    assert "<b>two" not in str(shown.figures[0].payload)


def test_no_course_no_section(synthetic: ModuleType, tmp_path: Path) -> None:
    run = made_up(PEOPLE)
    assert microenvironment.courses(replace(run, tables={}), ENGLISH) is None
    old = run.tables["curves"].drop(columns=list(microenvironment.QUANTITIES))
    assert microenvironment.courses(replace(run, tables={"curves": old}), ENGLISH) is None
    directory = synthetic.write(tmp_path, synthetic.Recipe(patients=6))
    (directory / "curves.parquet").unlink()
    assert "microenvironment" not in render(directory)
