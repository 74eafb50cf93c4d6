"""The part of summary.json on treatment and randomisation, from a made-up run directory with known numbers."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from paget.api import Result
from paget.errors import InputError
from paget.scenario import read
from paget.scenario.study import study_of
from paget.trial.allocation import FILE, MARKED, allocation, as_parquet, mark, strata
from paget.trial.arm_results import named
from paget.trial.arm_tables import load_arm
from paget.trial.plan import Study
from paget.trial.side_by_side import COLUMNS, rows_of_run
from paget.trial.summary import summarise
from paget.trial.survival import DAYS_PER_MONTH
from paget.trial.tables import TABLES
from paget.trial.treatment import Design, Line, Protocol

CONTROL, TREATED = ARMS = ("control", "treated")
PERSONS = 24
CAUSE = "airway obstruction"

STUDY = Study(
    name="made up",
    disease="atc",
    seed=1,
    patients=PERSONS,
    arms=ARMS,
    follow_up_days=730.0,
    protocols={TREATED: Protocol((Line("operation"),))},
    design=Design(
        kind="randomised", stratify=("stage", "BRAF"), clock="enrolment", scan_days=(0, 56),
        endpoints=("OS", "PFS", "ORR", "RMST"),
    ),
)  # fmt: skip
TWINS = replace(STUDY, design=replace(STUDY.design, kind="twins", stratify=()))


def table(name: str, **columns: object) -> pd.DataFrame:
    """Rows of one of a run's tables; columns that aren't given hold 1, or an empty text."""
    n = len(columns["USUBJID"])
    defaults = {field.name: _default(field.type, n) for field in TABLES[name]}
    assert set(columns) <= set(defaults)
    return pd.DataFrame({**defaults, **columns})


def _default(kind: pa.DataType, n: int) -> object:
    if pa.types.is_dictionary(kind) or pa.types.is_string(kind):
        return [""] * n
    return np.ones(n, bool if pa.types.is_boolean(kind) else float)


def tables_of_arm(arm: str, gain: float) -> dict[str, pd.DataFrame]:
    """Person k dies on day 20 (k + 1) + gain; the last one lives on. Even persons respond, odd ones progress."""
    number = np.arange(PERSONS)
    persons = np.array([f"ATC-{place + 1:06d}" for place in number], dtype=object)
    alive, even = number == PERSONS - 1, number % 2 == 0
    days = np.where(alive, 730.0, 20.0 * (number + 1) + gain)
    subjects = table(
        "subjects", USUBJID=persons, ARM=[arm] * PERSONS, CANDIDATES=np.full(PERSONS, 3),
        STAGE=np.where(even, "IVB", "IVC"), MSTAGE=np.where(even, "M0", "M1"), 
        GENOTYPE=np.where(number < 8, "BRAF V600E;TP53", "NRAS"), AGE=number + 50.0,
        ENROLMENT_DAY=np.full(PERSONS, 5.0), TREATED=np.full(PERSONS, arm == TREATED), BOR=np.where(even, "PR", "PD"),
        DEPTH=np.where(number == 1, np.nan, number / 100.0 - 0.1), TREATMENT_DAYS=days / 4.0, ALIVE=alive,
        REFUSED_AT_DIAGNOSIS=np.ones(PERSONS, int), LOST_BEFORE_START=np.zeros(PERSONS, int),
        REFUSED_AT_START=np.zeros(PERSONS, int), SEX=["F"] * PERSONS, AUTOPSY_SITES=[""] * PERSONS,
    )  # fmt: skip
    text = np.where(alive, "data cut-off", f"death: {CAUSE}")
    about = {"USUBJID": persons, "ARM": [arm] * PERSONS, "AVAL": days, "CNSR": alive.astype(int), "EVNTDESC": text}
    events = [table("time_to_event", PARAMCD=[name] * PERSONS, **about) for name in ("OS", "CSS", "PFS")]
    none: dict[str, list[object]] = {"USUBJID": []}
    given = table("treatments", USUBJID=persons, ARM=[arm] * PERSONS, LINE=np.ones(PERSONS, int),
                  GIVEN=np.ones(PERSONS, bool), DCSREAS=["completed"] * PERSONS)  # fmt: skip
    return {
        "subjects": subjects,
        "time_to_event": pd.concat(events),
        "treatments": given if arm == TREATED else table("treatments", **none),
        "adverse_events": table("adverse_events", **none),
        "lesions": table("lesions", **none),
        "curves": table("curves", **none),
    }


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A run of which the treated live ten days longer than the control."""
    parts = [tables_of_arm(CONTROL, 0.0), tables_of_arm(TREATED, 10.0)]
    for name in parts[0]:
        both = pd.concat([part[name] for part in parts], ignore_index=True)
        kinds = {field.name: "string" for field in TABLES[name] if not pa.types.is_floating(field.type)}
        texts = {column: kind for column, kind in kinds.items() if both[column].dtype == object or not len(both)}
        both.astype(texts).to_parquet(tmp_path / f"{name}.parquet", index=False)
    return tmp_path


def summary(directory: Path, study: Study) -> dict:
    found = summarise(directory, SimpleNamespace(study=study), [])
    return json.loads(json.dumps(found, allow_nan=False))


def by_name(rows: list[dict], endpoint: str, months: float | None = None) -> dict:
    return next(row for row in rows if row["endpoint"] == endpoint and row["time_months"] == months)


def test_twins_hold_everybody_in_every_arm(directory):
    found = summary(directory, TWINS)["trial"]
    assert found["design"] == {
        "kind": "twins", "stratify": [], "clock": "enrolment", "simulated_per_arm": PERSONS,
        "horizon_months": pytest.approx(12.0),
    }  # fmt: skip
    control = found["arms"][CONTROL]
    assert control["n"] == PERSONS
    # The twelfth of 24 dies on day 240; 9 have died by 6 months, 18 by 12, and the last one lives on.
    assert by_name(control["endpoints"], "OS_median")["value"] == pytest.approx(240.0 / DAYS_PER_MONTH)
    assert by_name(control["endpoints"], "OS_rate", 6)["value"] == pytest.approx(100.0 * 15 / 24)
    assert by_name(control["endpoints"], "OS_rate", 12)["value"] == pytest.approx(100.0 * 6 / 24)
    area = (20.0 * sum(range(1, 19)) + 365.25 * 6) / 24
    assert by_name(control["endpoints"], "OS_RMST", 12)["value"] == pytest.approx(area / DAYS_PER_MONTH)
    # Follow-up ends with day 730, 24 months are 730.5 days: the rate at its end is that of the curve.
    assert by_name(control["endpoints"], "OS_rate", 24)["value"] == pytest.approx(100.0 / 24)
    assert by_name(control["endpoints"], "ORR")["value"] == 50.0
    assert control["best_response"] == {"CR": 0, "PR": 12, "SD": 0, "PD": 12, "NE": 0}
    assert control["treatment_share"] == {"mean": 0.25, "median": 0.25}
    assert control["median_follow_up_months"] == pytest.approx(730.0 / DAYS_PER_MONTH)
    (paired,) = [row for row in found["contrasts"] if row["endpoint"] == "OS" and row["design"] == "paired"]
    # 18 die within the year, the last of them on day 360: 17 gain ten days until then, the last what is left of it.
    assert paired["rmst_difference_months"] == pytest.approx((10.0 * 17 + 5.25) / 24 / DAYS_PER_MONTH)
    assert paired["median_difference_months"] == pytest.approx(10.0 / DAYS_PER_MONTH)
    assert {row["design"] for row in found["contrasts"]} == {"paired", "arms"}


def test_the_waterfall_falls_and_leaves_out_who_was_not_measured(directory):
    bars = summary(directory, TWINS)["trial"]["arms"][TREATED]["waterfall"]
    depths = [bar["depth_percent"] for bar in bars]
    assert len(bars) == PERSONS - 1
    assert depths == sorted(depths, reverse=True)
    assert bars[0] == {"USUBJID": "ATC-000024", "depth_percent": pytest.approx(13.0), "BOR": "PD"}


def test_deaths_have_their_causes(directory):
    arm = summary(directory, TWINS)["trial"]["arms"][CONTROL]
    row = next(row for row in arm["causes"] if row["cause"] == CAUSE)
    assert row["deaths"] == PERSONS - 1
    assert 0.0 < row["incidence_12_months_low"] < row["incidence_12_months"] < row["incidence_12_months_high"] < 1.0
    (curve,) = arm["competing"]["curves"]
    assert curve["cause"] == CAUSE
    assert curve["incidence"][-1] == pytest.approx((PERSONS - 1) / PERSONS)
    assert arm["competing"]["followed_to_days"] == 730.0


def test_of_a_randomised_study_arms_hold_those_allocated(directory):
    found = summary(directory, STUDY)
    trial = found["trial"]
    allocated = allocation(load_arm(directory, CONTROL).subjects, STUDY)
    sizes = allocated["ARM"].value_counts().to_dict()
    assert {arm: content["n"] for arm, content in trial["arms"].items()} == sizes
    assert sum(sizes.values()) == PERSONS
    assert {arm: row["allocated"] for arm, row in trial["flow"].items()} == sizes
    assert trial["enrolment"]["candidates"] == 3 * PERSONS
    assert trial["enrolment"]["enrolled"] == PERSONS
    assert trial["flow"][TREATED]["started"] == sizes[TREATED]
    assert "started" not in trial["flow"][CONTROL]
    assert sum(row["cut_off"] for row in trial["flow"].values()) == 1
    designs = {row["design"]: row for row in trial["contrasts"] if row["endpoint"] == "OS"}
    assert set(designs) == {"randomised", "paired"}
    lot = allocated["ARM"].to_numpy()
    number = np.arange(PERSONS)
    halves = [np.sort(20.0 * (number[lot == arm] + 1) + gain) for arm, gain in ((TREATED, 10.0), (CONTROL, 0.0))]
    medians = [days[(len(days) + 1) // 2 - 1] for days in halves]
    found_apart = designs["randomised"]["median_difference_months"]
    assert found_apart == pytest.approx((medians[0] - medians[1]) / DAYS_PER_MONTH)
    assert designs["randomised"]["median_low"] <= found_apart <= designs["randomised"]["median_high"]
    assert designs["randomised"]["n"] == designs["paired"]["n"] == PERSONS
    assert found["survival"][CONTROL]["at_risk"]["count"][0] == sizes[CONTROL]
    assert trial["lines"][TREATED][0]["started"] == sizes[TREATED]
    assert trial["lines"][CONTROL] == []


def test_endpoints_that_the_scenario_names_are_listed(directory):
    rows = [row for row in summary(directory, TWINS)["endpoints"] if row["arm"] == CONTROL]
    assert {row["endpoint"] for row in rows} == {"OS_median", "OS_rate", "OS_RMST", "PFS_median", "PFS_rate", "ORR"}
    assert all(row["study"] is None and row["published"] is None for row in rows)
    kept = [{"endpoint": name} for name in ("OS_median", "CR", "DOR_rate", "PFS_RMST")]
    assert [row["endpoint"] for row in named(kept, ("DOR",))] == ["OS_median", "DOR_rate"]


def test_nobody_treated_or_scanned_is_no_trial(directory):
    watched = replace(STUDY, protocols={}, design=Design())
    found = summary(directory, watched)
    assert "trial" not in found
    assert {row["endpoint"] for row in found["endpoints"]} == {"OS_median", "OS_rate", "CSS_median", "CSS_rate"}


def test_strata_are_what_the_scenario_names(directory):
    subjects = load_arm(directory, CONTROL).subjects
    labels = strata(subjects, ("stage", "BRAF", "RAS", "age", "sex", "metastatic"), "atc")
    assert labels[0] == "stage IVB, BRAF altered, RAS wild type, under 65 years, F, M0"
    assert labels[-1] == "stage IVC, BRAF wild type, RAS altered, 65 years and over, F, M1"
    assert set(strata(subjects, (), "atc")) == {"all"}


def test_a_randomised_scenario_has_places_for_all_arms_together():
    text = "paget: 1\nkind: trial\nname: a\npatients: 30\ndesign: {}\narms: [{{name: a}}, {{name: b}}, {{name: c}}]\n"
    assert study_of(read(text.format("twins"))).patients == 30
    assert study_of(read(text.format("randomised"))).patients == 90
    with pytest.raises(InputError, match="333333"):
        read(text.format("randomised").replace("30", "333334"))


@pytest.fixture
def result(directory: Path) -> Result:
    """The run as the user holds it."""
    content = {"scenario": {"seed": STUDY.seed}, **summary(directory, STUDY)}
    (directory / "summary.json").write_text(json.dumps(content), "utf-8")
    table = allocation(load_arm(directory, CONTROL).subjects, STUDY)
    (directory / FILE).write_bytes(as_parquet(table))
    return Result(directory)


def test_who_counts_in_an_arm_is_marked_in_the_tables(result):
    for _ in range(2):  # a run that was killed in between does it again
        mark(result.directory, result.allocation)
        for name in MARKED:
            found = pd.read_parquet(result.directory / f"{name}.parquet")
            theirs = found["USUBJID"].map(result.allocation["ARM"]).to_numpy(object)
            assert (found["ALLOCATED"] == (found["ARM"] == theirs)).all()
            assert found["ALLOCATED"].sum() * 2 == len(found)


def test_rows_of_a_randomised_run_hold_its_hazard_ratio(result):
    own = rows_of_run("one", result.directory, STUDY, result.summary, ())
    (row,) = [row for row in own if row["endpoint"] == "OS_HR"]
    assert row["arm"] == f"{TREATED} v {CONTROL}"
    assert row["simulated"] == pytest.approx(result.hazard_ratio("OS", TREATED, CONTROL).value)
    (means,) = [row for row in own if row["endpoint"] == "OS_RMST_diff"]
    assert means["time_months"] == pytest.approx(12.0)


def test_the_result_reads_the_allocation(result):
    who = result.allocation
    ratio = result.hazard_ratio("OS", TREATED, CONTROL)
    assert ratio.design == "randomised"
    (row,) = [
        row for row in result.summary["trial"]["contrasts"] if row["endpoint"] == "OS" and row["design"] == "randomised"
    ]
    assert (ratio.value, ratio.low, ratio.high) == pytest.approx((row["hazard_ratio"], row["low"], row["high"]))
    assert ratio.rmst_difference_months == pytest.approx(row["rmst_difference_months"])
    assert result.kaplan_meier("PFS", TREATED).number_at_risk(0.0) == (who["ARM"] == TREATED).sum()
    rates = result.response_rates().set_index(["arm", "endpoint"])
    assert rates.loc[(CONTROL, "ORR"), "n"] == (who["ARM"] == CONTROL).sum()
    assert set(result.waterfall(TREATED)["USUBJID"]) <= set(who.index[who["ARM"] == TREATED])


def test_the_result_says_what_it_has(result):
    with pytest.raises(InputError, match="TTP"):
        result.kaplan_meier("TTP")
    with pytest.raises(InputError, match="itself"):
        result.hazard_ratio("OS", CONTROL, CONTROL)
    with pytest.raises(InputError, match="nope"):
        result.waterfall("nope")


def test_rows_beside_a_study_are_read_from_the_tables(result):
    own = rows_of_run("one", result.directory, STUDY, result.summary, ())
    assert {row["study"] for row in own} == {None}
    assert all(tuple(row) == COLUMNS for row in own)
    beside = [
        row for row in rows_of_run("one", result.directory, STUDY, result.summary, ("Kebebew2005",)) if row["study"]
    ]
    (age,) = [row for row in beside if row["endpoint"] == "age_mean"]
    chosen = result.allocation.index[result.allocation["ARM"] == CONTROL]
    subjects = result.table("subjects").query("ARM == @CONTROL").set_index("USUBJID")
    assert age["simulated"] == pytest.approx(subjects.loc[chosen, "AGE"].mean())
    assert age["published"] is not None
