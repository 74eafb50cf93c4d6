"""A fit's files: laid over the disease's parameters, refused without a prior, shown with what was learned."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest

from paget import knowledge
from paget.calibration import outcome, smoother
from paget.calibration.fit import Settings
from paget.calibration.priors import free_parameters, from_normal
from paget.calibration.targets import fit_targets
from paget.errors import InputErrors
from paget.knowledge.check import check
from paget.knowledge.library import Library
from paget.knowledge.reading import shipped
from paget.trial.comparison import Comparison

PRIORS, TARGETS = free_parameters("atc", 1), fit_targets("atc")
RECORDS = knowledge.shipped_library().unfitted_parameters("atc")
POSTERIOR = 0.5 * smoother.draws(9, 0, 40, len(PRIORS)) + 1.0
PLACE = np.r_[-1.0, POSTERIOR[3][1:]]
"""The installed place; its first value lies below all members."""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A copy of the shipped data with this fit installed."""
    root = Path(shutil.copytree(str(shipped()), tmp_path / "data"))
    for name in ("fitted.csv", "posterior.csv"):
        (root / "diseases" / "atc" / name).unlink()
    outcome.write_tables(
        root / "diseases" / "atc",
        PRIORS,
        outcome.fitted_records(PRIORS, PLACE, POSTERIOR, TARGETS, RECORDS),
        outcome.posterior_rows(PRIORS, POSTERIOR),
    )
    return root


def test_fitted_values_win_and_say_so(data):
    library = Library(data)
    for prior, z in zip(PRIORS, PLACE, strict=True):
        for symbol in prior.symbols:
            record = library.parameters("atc")[symbol]
            assert record.status == "fitted"
            assert record.value == pytest.approx(from_normal(prior, float(z)), rel=1e-5)
            assert record.low is not None
            assert record.high is not None
            assert record.low <= record.value <= record.high
            assert record.low < record.high
            assert record.unit == RECORDS[symbol].unit
            assert "Kebebew2005" in record.source.split(";")
            assert library.unfitted_parameters("atc")[symbol] == RECORDS[symbol]
            assert library.own_parameters("atc")[symbol] == record
    fitted = {symbol for symbol, record in library.parameters("atc").items() if record.status == "fitted"}
    assert fitted == {symbol for prior in PRIORS for symbol in prior.symbols}


def test_a_row_counts_as_fitted_once_a_fit_is_installed(data):
    assert Library(data).fitted_rows("atc") == {target.row.key for target in TARGETS}
    (data / "diseases" / "atc" / "fitted.csv").unlink()
    assert Library(data).fitted_rows("atc") == frozenset()


def test_the_installed_files_pass_the_check_and_leave_other_diseases_alone(data):
    assert [str(problem) for problem in check(data) if problem.file.startswith("diseases/atc/")] == []
    assert all(record.status != "fitted" for record in Library(data).parameters("benign").values())


def test_the_other_stage_keeps_its_values(data):
    folder = data / "diseases" / "atc"
    priors, targets = free_parameters("atc", 2), fit_targets("atc", 2)
    posterior = smoother.draws(5, 0, 10, len(priors))
    place = posterior[2]
    outcome.write_tables(
        folder, priors, outcome.fitted_records(priors, place, posterior, targets, RECORDS),
        outcome.posterior_rows(priors, posterior),
    )  # fmt: skip
    library = Library(data)
    for prior, z in (*zip(PRIORS, PLACE, strict=True), *zip(priors, place, strict=True)):
        assert library.parameters("atc")[prior.symbol].value == pytest.approx(from_normal(prior, float(z)), rel=1e-5)
    assert len(library.posterior("atc")) == POSTERIOR.size + posterior.size
    assert library.fitted_rows("atc") == {target.row.key for target in (*TARGETS, *targets)}


def test_the_posterior_is_kept_draw_by_draw(data):
    rows = Library(data).posterior("atc")
    assert len(rows) == POSTERIOR.size
    lodging = [row.value for row in rows if row.symbol == "lodging_probability"]
    place = [prior.symbol for prior in PRIORS].index("lodging_probability")
    np.testing.assert_allclose(lodging, [from_normal(PRIORS[place], z) for z in POSTERIOR[:, place]], rtol=1e-5)


def rewritten(data: Path, name: str, change) -> list[str]:
    """Problems after `change` was made to the rows of a table of the disease."""
    path = data / "diseases" / "atc" / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = list(rows[0])
    change(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return [str(problem) for problem in check(data) if problem.file.startswith("diseases/atc/")]


def test_a_fitted_symbol_without_a_prior_is_refused(data):
    problems = rewritten(data, "priors", lambda rows: rows.pop(0))
    assert any("small_lesion_doubling_time is fitted but has no prior" in problem for problem in problems)
    assert any("posterior.csv" in problem and "has no prior" in problem for problem in problems)
    with pytest.raises(InputErrors, match="small_lesion_doubling_time is fitted but has no prior"):
        Library(data).parameters("atc")


@pytest.mark.parametrize(
    ("table", "change", "message"),
    [
        ("fitted", {"status": "derived"}, "the status is derived. Write fitted."),
        ("fitted", {"unit": "h"}, "the unit is not d, as before the fit"),
        ("priors", {"symbol": "doubling_tme"}, "symbol 'doubling_tme' has no record"),
        ("priors", {"unit": "h"}, "the unit is h, that of small_lesion_doubling_time is d"),
        ("priors", {"low": "20"}, "low 20 is not below high 15"),
        ("priors", {"low": "-1"}, "low -1 has no log"),
        ("priors", {"transform": "logit"}, "high 15 has no logit"),
        ("priors", {"transform": "root"}, "'root' is not a known transform"),
        ("fit_targets", {"study_id": "Pezzi2018"}, "no row of published.csv has this key"),
        ("fit_targets", {"fitted": "no"}, "the row is not fitted and nothing says why"),
    ],
)
def test_what_is_wrong_in_the_first_row(data, table, change, message):
    problems = rewritten(data, table, lambda rows: rows[0].update(change))
    assert any(problem.startswith(f"diseases/atc/{table}.csv:2: ") and message in problem for problem in problems)


def test_a_symbol_that_two_priors_set_is_refused(data):
    problems = rewritten(data, "priors", lambda rows: rows[0].update({"also": "brake_rate"}))
    assert any("priors.csv:4: brake_rate: also: symbol 'brake_rate' is set twice" in problem for problem in problems)


def test_a_late_row_may_not_be_fitted(data):
    rows = Library(data).fit_targets("atc")
    late = [row.key for row in rows if (row.time_months or 0.0) > 12.0 and row.scenario is None]
    assert late

    def mark(rows):
        for row in rows:
            if row["time_months"] and float(row["time_months"]) > 12.0 and not row["scenario"]:
                row["fitted"] = "yes"

    problems = rewritten(data, "fit_targets", mark)
    assert sum("the row is about more than 12 months" in problem for problem in problems) == len(late)


def test_more_than_fifteen_free_parameters_are_refused(data):
    spare = [symbol for symbol, record in RECORDS.items() if record.unit == "1"][:20]

    def add(rows):
        used = {symbol for prior in PRIORS for symbol in prior.symbols}
        free = [symbol for symbol in spare if symbol not in used][: 16 - len(rows)]
        template = next(row for row in rows if row["symbol"] == "seeding_spread")
        rows += [{**template, "symbol": symbol} for symbol in free]

    problems = rewritten(data, "priors", add)
    assert len(problems) == 1
    assert "more than 15 parameters are free" in problems[0]


def test_a_posterior_that_leaves_its_prior_is_named():
    assert outcome.against(PRIORS, np.zeros(len(PRIORS))) == ""
    moved = np.zeros(len(PRIORS))
    moved[3] = -2.0
    assert outcome.against(PRIORS, moved).startswith(
        f"\nData against prior: the value of {PRIORS[3].symbol} lies outside"
    )


def test_the_page_shows_what_was_learned_and_what_was_hit():
    rows = {
        target.row.key: Comparison(target.asked, target.asked.value, 0.9 * target.asked.value, None, "hit", "")
        for target in TARGETS[1:]
    }
    text = outcome.page(Settings(), PRIORS, PLACE, POSTERIOR, TARGETS, rows)
    learned = next(line for line in text.splitlines() if line.startswith("| small_lesion_doubling_time |"))
    assert learned.split("|")[3:4] == [" 4 / 7.75 / 15 "]
    assert [part.strip() for part in learned.split("|")[5:7]] == ["0.50", f"{from_normal(PRIORS[0], -1.0):.3g}"]
    assert f"{len(TARGETS) - 1} of {len(TARGETS)} fitted rows are hits; a row called prior" in text
    assert next(line for line in text.splitlines() if line.startswith(f"| {TARGETS[0].name} ")).endswith(
        "| no verdict |"
    )
    assert "9.9 to ?" in text
