"""Paired effects of an arm: against sums by hand, against known truths, and nothing where nothing changed."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from lifelines import KaplanMeierFitter
from lifelines.utils import restricted_mean_survival_time

from paget.trial.endpoints import CohortView
from paget.trial.plan import Study
from paget.trial.survival import DAYS_PER_MONTH, kaplan_meier
from paget.trial.twins import (
    RESAMPLES,
    Followed,
    Outcomes,
    changed,
    effects,
    estimates,
    interval,
    log_ratio,
    mean,
    median,
    pairs,
    resamples,
    restricted_mean,
    twins,
)

SITES = ("lung", "bone", "liver")
YEAR = 12 * DAYS_PER_MONTH


def outcomes(seed: int, n: int = 40) -> Outcomes:
    """Made-up persons; some without lesions, some still alive at two years."""
    chance = np.random.default_rng(seed)
    counts = chance.poisson(1.0, (n, len(SITES))).astype(float)
    total = counts.sum(axis=1)
    days = np.minimum(chance.exponential(400.0, n).round() + 1.0, 730.0)
    return Outcomes(
        lesions=total,
        founders=chance.poisson(20.0, (n, 2)).astype(float),
        distant=(total > 2).astype(float),
        organs=counts / np.where(total > 0, total, 1)[:, None],
        survival=Followed(days, days < 730.0),
    )


def measured(here: Outcomes, there: Outcomes, horizon: float = YEAR) -> dict[str, dict]:
    return {row["measure"]: row for row in effects(here, there, 1, horizon, SITES)}


def by_hand(here: Outcomes, there: Outcomes) -> dict[str, float]:
    """The same effects, person by person and with another library."""
    n = len(here.lesions)
    organs = []
    for arm in (here, there):
        carriers = [row for row in arm.organs if row.sum() > 0]
        organs.append([sum(row[k] for row in carriers) / len(carriers) for k in range(len(SITES))])
    curves = [KaplanMeierFitter().fit(arm.survival.days, arm.survival.died) for arm in (here, there)]
    areas = [restricted_mean_survival_time(curve, t=YEAR) for curve in curves]
    return {
        "lesions_at_death": sum(np.log((1 + a) / (1 + b)) for a, b in zip(here.lesions, there.lesions, strict=True))
        / n,
        "founders_at_death": float(np.mean(np.log((1 + here.founders[:, 1]) / (1 + there.founders[:, 1])))),
        "founders_at_diagnosis": float(np.mean(np.log((1 + here.founders[:, 0]) / (1 + there.founders[:, 0])))),
        "distant_at_diagnosis": 100 * (np.count_nonzero(here.distant) - np.count_nonzero(there.distant)) / n,
        "organ_distribution": sum(abs(p - q) for p, q in zip(*organs, strict=True)) / 2,
        "restricted_mean_survival": (areas[0] - areas[1]) / DAYS_PER_MONTH,
        "median_survival": (curves[0].median_survival_time_ - curves[1].median_survival_time_) / DAYS_PER_MONTH,
    }


@pytest.mark.parametrize("seed", range(8))
def test_every_effect_against_another_computation(seed: int):
    here, there = outcomes(seed), outcomes(seed + 100)
    found = measured(here, there)
    expected = by_hand(here, there)
    assert set(found) == set(expected)
    for name, value in expected.items():
        assert found[name]["value"] == pytest.approx(value, rel=1e-9, abs=1e-12), name
        assert found[name]["low"] <= found[name]["value"] <= found[name]["high"] or name == "organ_distribution"
        assert found[name]["n"] == 40


def test_organ_changes_add_up_to_the_distance():
    row = measured(outcomes(1), outcomes(2))["organ_distribution"]
    assert sum(row["organs"].values()) == pytest.approx(0.0, abs=1e-12)
    assert sum(map(abs, row["organs"].values())) / 2 == pytest.approx(row["value"])


def test_identical_twins_show_no_effect_at_all():
    for row in measured(outcomes(3), outcomes(3)).values():
        assert (row["value"], row["low"], row["high"]) == (0.0, 0.0, 0.0)


def test_an_effect_reversed_changes_its_sign():
    there, here = measured(outcomes(4), outcomes(5)), measured(outcomes(5), outcomes(4))
    for name, row in here.items():
        sign = 1 if name == "organ_distribution" else -1
        assert row["value"] == pytest.approx(sign * there[name]["value"])


def test_without_lesions_the_organs_have_no_distribution():
    none = outcomes(6)
    none = Outcomes(0 * none.lesions, none.founders, 0 * none.distant, 0 * none.organs, none.survival)
    row = measured(none, outcomes(7))["organ_distribution"]
    assert (row["value"], row["low"], row["high"], row["organs"]) == (None, None, None, {})
    assert measured(none, outcomes(7))["lesions_at_death"]["value"] < 0


def test_median_that_is_not_reached_has_no_value():
    n = 20
    alive = Followed(np.full(n, 700.0), np.zeros(n, bool))
    ones = np.ones((1, n))
    assert np.isinf(median(ones, alive)[0])
    other = outcomes(8, n)
    row = measured(Outcomes(other.lesions, other.founders, other.distant, other.organs, alive), other)
    assert row["median_survival"]["value"] is None
    assert row["restricted_mean_survival"]["value"] > 0


@pytest.mark.parametrize("seed", range(20))
def test_weighted_survival_is_that_of_the_repeated_persons(seed: int):
    chance = np.random.default_rng(seed)
    days = chance.integers(1, 30, 25).astype(float)
    died = chance.random(25) < 0.7
    weights = chance.multinomial(25, np.full(25, 1 / 25)).astype(float)
    copies = np.repeat(np.arange(25), weights.astype(int))
    curve = kaplan_meier(days[copies], died[copies])
    followed = Followed(days, died)
    expected = curve.median()[0]
    assert median(weights[None], followed)[0] == (expected if np.isfinite(expected) else np.inf)
    area, at, before = Fraction(0), Fraction(0), Fraction(1)
    for time in sorted({*days[copies][died[copies]]}):
        if time >= 20:
            break
        area += before * (Fraction(time) - at)
        at_risk = int((days[copies] >= time).sum())
        before *= 1 - Fraction(int(((days[copies] == time) & died[copies]).sum()), at_risk)
        at = Fraction(time)
    area += before * (20 - at)
    assert restricted_mean(weights[None], followed, 20.0)[0] == pytest.approx(float(area), rel=1e-12)


def test_resamples_are_addressed():
    first = np.concatenate(list(resamples(7, seed=3, count=50)))
    assert (first.sum(axis=1) == 7).all()
    again = np.concatenate(list(resamples(7, seed=3, count=20)))
    assert (first[:20] == again).all()
    assert (np.concatenate(list(resamples(7, seed=4, count=50))) != first).any()
    assert len(np.unique(first, axis=0)) > 40
    assert first.mean(axis=0) == pytest.approx(np.ones(7), abs=0.5)


def test_resamples_do_not_depend_on_how_many_are_held_at_once(monkeypatch: pytest.MonkeyPatch):
    whole = np.concatenate(list(resamples(7, seed=3, count=50)))
    monkeypatch.setattr("paget.trial.twins.CHUNK", 20)
    assert (np.concatenate(list(resamples(7, seed=3, count=50))) == whole).all()


def test_an_interval_counts_what_has_no_value_against_itself():
    values = np.arange(1000.0)
    assert interval(values) == pytest.approx((25, 975), abs=1)
    values[::10] = np.nan
    assert interval(values) == (-np.inf, np.inf)


def test_one_pair_gives_a_value_without_an_interval():
    ((value, low, high),) = estimates([lambda w: mean(w, np.array([3.0]))], 1, 1)
    assert value == 3.0
    assert np.isnan([low, high]).all()
    assert np.isnan(estimates([lambda w: mean(w, np.array([]))], 0, 1)).all()


def test_the_interval_covers_the_truth_as_often_as_it_says():
    """300 studies of 60 pairs; the covering share of a 95 % interval is 0.95 within four standard errors and 2 %."""
    studies, n, truth = 300, 60, np.log(2.0)
    chance = np.random.default_rng(11)
    covered = widths = alone = 0.0
    for seed in range(studies):
        common = chance.normal(4.0, 1.5, n)
        a, b = np.exp(common + truth + chance.normal(0, 0.3, n)), np.exp(common + chance.normal(0, 0.3, n))
        difference = log_ratio(a - 1, b - 1)
        ((_, low, high),) = estimates([lambda w, d=difference: mean(w, d)], n, seed)
        covered += low <= truth <= high
        widths += high - low
        alone += 2 * 1.96 * np.sqrt((np.log(a).var() + np.log(b).var()) / n)
    assert abs(covered / studies - 0.95) < 4 * np.sqrt(0.95 * 0.05 / studies) + 0.02
    assert widths < alone / 3  # pairing takes out what the persons have in common


def study(**changes: dict) -> Study:
    return Study(
        name="t",
        disease="atc",
        seed=1,
        patients=4,
        arms=("plain", "a", "b"),
        follow_up_days=700,
        arm_mechanisms=changes,
    )


def test_what_an_arm_changes():
    assert changed(study(a={"arrest": 0.0}), "a") == {"mechanism": "arrest", "label": "dispersal"}
    assert changed(study(a={"arrest": 0.0}), "b") == {"mechanism": "", "label": ""}
    assert changed(study(a={"arrest": 1.0}), "a")["mechanism"] == ""
    assert changed(study(plain={"arrest": 0.0}), "b")["mechanism"] == "arrest"
    both = changed(study(a={"arrest": 0.0, "colonisation": 0.5}), "a")
    assert (set(both["mechanism"].split(" + ")), both["label"]) == ({"arrest", "colonisation"}, "")


def view(candidates: list[int], names: str = "ABCD") -> CohortView:
    n = len(candidates)
    subjects = pd.DataFrame(
        {"CANDIDATES": candidates, "MSTAGE": ["M1"] * n, "FOUNDERS_DIAGNOSIS": 2.0, "FOUNDERS_DEATH": 5.0},
        index=pd.Index(list(names), name="USUBJID"),
    )
    times = pd.DataFrame({"AVAL": np.arange(1.0, n + 1.0), "CNSR": 0}, index=subjects.index)
    return CohortView(subjects, times, times)


def test_only_the_same_person_is_a_pair():
    assert list(pairs(view([1, 1, 2, 1]), view([1, 2, 2, 1]))) == ["A", "C", "D"]
    assert list(pairs(view([1, 1, 2, 1]), view([1, 3, 1], "DCA"))) == ["A", "D"]


def test_rows_of_a_run_directory(tmp_path: Path):
    """Three arms, of which a has lost A's bone lesions and found C's; D is another candidate there."""
    plain = [("A", "plain", "lung", 3), ("A", "plain", "bone", 4), ("B", "plain", "lung", 1), ("D", "plain", "lung", 9)]
    rows = [*plain, ("A", "a", "lung", 3), ("B", "a", "lung", 1), ("C", "a", "lung", 8)]
    lesions = pd.DataFrame(rows, columns=["USUBJID", "ARM", "SITE", "COUNT"])
    lesions.astype({"ARM": "category", "SITE": "category", "COUNT": float}).to_parquet(tmp_path / "lesions.parquet")
    views = {"plain": view([1] * 4), "a": view([1, 1, 1, 2]), "b": view([1] * 4)}
    found = twins(tmp_path, study(a={"arrest": 0.5}), views)
    assert [(row["arm"], row["measure"]) for row in found[:1]] == [("a", "lesions_at_death")]
    assert {row["arm"] for row in found} == {"a", "b"}
    at = {(row["arm"], row["measure"]): row for row in found}
    first = at["a", "lesions_at_death"]
    assert first["value"] == pytest.approx((np.log(4 / 8) + np.log(2 / 2) + np.log(9 / 1)) / 3)
    assert (first["n"], first["mechanism"], first["label"]) == (3, "arrest", "dispersal")
    organs = at["a", "organ_distribution"]
    assert organs["value"] == pytest.approx(2 / 7)  # lung (3/7 + 1) / 2 -> 1
    assert organs["organs"] == pytest.approx({"lung": 2 / 7, "bone": -2 / 7})
    gone = at["b", "lesions_at_death"]
    assert gone["value"] == pytest.approx(-(np.log(8) + np.log(2) + np.log(10)) / 4)
    assert at["b", "organ_distribution"]["value"] is None
    assert twins(tmp_path, Study("t", "atc", 1, 4, ("plain",), 700), {"plain": views["plain"]}) == []


def test_the_report_says_how_many_resamples():
    from paget.report.text import strings

    assert f"{RESAMPLES} paired" in " ".join(strings("en")["knockouts.how"].split())
