"""The section of a published model: what is read from the tables, how far points lie away, and when it is absent."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from paget.report import published_model
from paget.report.run_directory import RunDirectory
from paget.report.text import labels

WORDS = labels("en").with_terms(people="people", person="person", People="People", Person="Person")
ARMS = ("no drug", "endostatin", "angiostatin", "TNP-470")


def run(disease: str, arms: tuple[str, ...], curves: dict[str, np.ndarray], step: float = 1.0) -> RunDirectory:
    """Two people of each arm with the same courses, diagnosed on day 2."""
    frames = [
        pd.DataFrame(curves).assign(ARM=arm, USUBJID=f"{arm}-{person}", DAY=curves["DAY"] - 2.0)
        for arm in arms for person in range(2)
    ]  # fmt: skip
    table = pd.concat(frames, ignore_index=True)
    subjects = table[["USUBJID", "ARM"]].drop_duplicates().assign(TUMOUR_AGE_DAYS=2.0)
    lesions = pd.DataFrame(
        {"USUBJID": "a", "ARM": arms[0], "CELLS_DEATH": [1e6, 1e8], "COUNT": [6.0, 4.0], "SITE": "lung"}
    )
    summary = {
        "scenario": {"disease": disease},
        "survival": dict.fromkeys(arms),
        "parameters": [
            {"symbol": "time_step", "value": 5.0, "model_value": step},
            {"symbol": "direct_seeding", "value": 1.0},
        ],
    }  # fmt: skip
    tables = {"curves": table, "subjects": subjects, "lesions": lesions}
    return RunDirectory(manifest={}, summary=summary, scenario="", tables=tables, missing=())


def hahnfeldt(factor: float) -> RunDirectory:
    """Every arm with the untreated volumes times `factor`."""
    days = np.array([5.0, 10.0, 15.0, 20.0])
    volumes = factor * np.array([1105.0, 3857.0, 7753.0, 11293.0]) / 1000.0
    return run("hahnfeldt", ARMS, {"DAY": days, "PRIMARY_ML": volumes})


def test_points_are_held_against_the_curve_of_their_arm():
    part = published_model.part(hahnfeldt(1.02), WORDS)
    assert part is not None
    assert part.alone
    assert part.points == 16
    assert [figure.id for figure in part.figures] == ["published-model-primary-volume"]
    untreated = [row for row in part.rows if row.arm == "no drug"]
    assert [row.difference.replace("\N{NARROW NO-BREAK SPACE}", "") for row in untreated] == [
        "0.20%", "0.68%", "1.37%", "2.00%"
    ]  # fmt: skip
    worst = (1.02 * 11293 - 78) / 165
    assert part.largest.startswith(f"{100 * worst:.2f}")
    exact = published_model.part(hahnfeldt(1.0), WORDS)
    assert exact is not None
    assert next(row for row in exact.rows if row.arm == "no drug").difference.startswith("< 0.01")


def test_figure_has_a_line_and_points_for_every_arm():
    part = published_model.part(hahnfeldt(1.0), WORDS)
    assert part is not None
    traces = json.loads(
        part.figures[0].payload.replace("\\u003c", "<").replace("\\u003e", ">").replace("\\u0026", "&")
    )["data"]
    assert [trace["mode"] for trace in traces] == ["lines"] * 4 + ["markers"] * 4
    assert traces[0]["x"] == [5.0, 10.0, 15.0, 20.0]
    assert traces[4]["y"] == [1105.0, 3857.0, 7753.0, 11293.0]
    assert traces[5]["y"] == [165.0, 128.0, 100.0, 78.0]


def test_metastases_count_those_of_the_step_before_and_all_at_the_end():
    """A row of a time course lacks the founders of its own step; the table of lesions has them."""
    found = run("iwata", ("a",), {"DAY": np.array([7.0, 14.0]), "LESIONS": np.array([3.0, 8.0])}, step=0.5)
    days, counts = published_model.QUANTITIES["metastases"].read(found, "a")
    assert days.tolist() == [6.5, 13.5, 14.0]
    assert counts.tolist() == [3.0, 8.0, 10.0 / 2]
    sizes, above = published_model.QUANTITIES["metastases_above"].read(found, "a")
    assert sizes.tolist() == [1e6, 1e8]
    assert above.tolist() == [(4.0 + 3.0) / 2, 2.0 / 2]


def test_between_samples_the_curve_is_straight_in_the_logarithm():
    curve = np.array([0.0, 2.0]), np.array([1.0, 100.0])
    assert published_model._at(curve, 1.0) == pytest.approx(10.0)
    assert published_model._at((curve[0], np.array([0.0, 4.0])), 1.0) == pytest.approx(2.0)
    assert np.isnan(published_model._at(curve, 2.1))
    assert published_model._at(curve, 2.0 + 1e-12) == 100.0


def test_absent_without_published_points():
    assert published_model.part(run("atc", ("a",), {"DAY": np.array([1.0, 2.0])}), WORDS) is None


def test_every_quantity_has_its_words_and_every_point_a_quantity():
    from paget.knowledge import shipped_library, sources
    from paget.knowledge.published_curve import published_curve
    from paget.report.text import strings

    words = strings("en")
    for name in published_model.QUANTITIES:
        assert f"model_quantity.{name}" in words
        assert f"model_axis.{name}" in words
    for disease in shipped_library().disease_ids:
        for point in published_curve(disease):
            assert point.quantity in published_model.QUANTITIES, (disease, point.quantity)
            assert all(source in sources() for source in point.source.split(";"))
