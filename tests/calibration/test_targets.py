"""Rows to fit: scales, errors, weights of rows that share patients, and what may not be fitted."""

from __future__ import annotations

import shutil
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from paget import knowledge
from paget.calibration.forecast import forecast
from paget.calibration.targets import centres, fit_targets, group_of, merits, variances, weighted, weights
from paget.errors import InputError
from paget.knowledge.check import check
from paget.knowledge.reading import shipped
from paget.knowledge.verdict import verdict
from paget.scenario import find, load
from paget.scenario.catalogue import names

TARGETS = fit_targets("atc")
BY_NAME = {target.name: target for target in TARGETS}


def test_rows_that_share_patients_share_one_unit_of_weight():
    of_group = defaultdict(float)
    for target in TARGETS:
        of_group[target.group] += target.weight
    assert set(of_group) == {"SEER/NCDB", "Japan", "Wendler2016", "Marsden2015_24", "MDACC", "Besic2013",
                             "Gangnam Severance", "Christie2014"}  # fmt: skip
    assert list(of_group.values()) == pytest.approx([1.0] * len(of_group))
    # Three studies of one registry, and one study without a named group.
    assert {target.row.study_id for target in TARGETS if target.group == "SEER/NCDB"} == {
        "Pezzi2017", "Kebebew2005", "Song2020"}  # fmt: skip


def test_fewer_rows_of_a_group_weigh_more_each():
    rows = [(target.row, target.cohort) for target in TARGETS if target.group == "Japan"]
    assert weights(weighted(rows[:2])).tolist() == [0.5, 0.5]
    assert weights(weighted(rows[:1])).tolist() == [1.0]


def test_the_metastatic_share_of_each_registry_counts_in_full_where_one_place_is_chosen():
    required = {target.name: target.cohort for target in TARGETS if target.required}
    assert required == {
        "Kebebew2005 SEER 1973-2000 extent_distant_metastasis": "SEER-1973-2000",
        "Onoda2020 IVC stage_share_IVC": "Japan",
        "LeeJS2022 all distant_metastasis_at_dx": "Gangnam-2004-2022",
    }
    for target, weight, merit in zip(TARGETS, weights(TARGETS), merits(TARGETS), strict=True):
        assert merit == (1.0 if target.name in required else weight)
        assert weight == target.weight < 1.0 or target.name not in required


def test_a_share_and_a_median_by_hand():
    share = BY_NAME["Maniakas2020 2000-2013 OS_rate 12 months"]
    # 35 % of 227; the error of arcsin(sqrt(p)) is 1 / (2 sqrt(n)).
    assert share.centre == pytest.approx(np.arcsin(np.sqrt(0.35)), abs=0.005)
    assert share.error == pytest.approx(0.5 / np.sqrt(227), rel=0.02)
    median = BY_NAME["Song2020 IVC SEER 1998-2015 OS_median"]
    assert median.centre == pytest.approx(np.log(2.0), rel=1e-9)
    assert median.error == pytest.approx(1 / np.sqrt(0.7 * 433), rel=1e-4)
    count = BY_NAME["Besic2013 autopsy metastatic_sites_mean"]
    assert (count.centre, count.error) == pytest.approx((4.02, 2.75 / np.sqrt(45)), rel=1e-4)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_a_hit_is_within_1_96_errors(target):
    for value in np.linspace(0.3, 99.7, 400) if target.row.unit == "%" else np.linspace(0.05, 20.0, 400):
        within = abs(target.scaled(value) - target.centre) <= 1.959964 * target.error
        assert (verdict(value, target.asked) == "hit") == within, value


def test_scaled_values_of_nothing_nobody_and_everybody():
    share = BY_NAME["Maniakas2020 2000-2013 OS_rate 12 months"]
    assert np.isnan(share.scaled(None))
    assert share.scaled(0.0) == 0.0
    assert share.scaled(100.0) == pytest.approx(np.pi / 2)
    assert BY_NAME["Song2020 IVC SEER 1998-2015 OS_median"].scaled(0.0) == -np.inf


def test_every_published_row_is_fitted_or_says_why_not():
    listed = {target.key: target for target in knowledge.shipped_library().fit_targets("atc")}
    assert set(listed) == {row.key for row in knowledge.published("atc")}
    assert all(target.fitted or target.note for target in listed.values())


def test_only_early_rows_of_blocks_a_to_c_are_fitted():
    for target in TARGETS:
        assert target.row.block[0] in "ABC"
        assert (target.row.time_months or 0.0) <= 12.0
        assert "do not fit" not in target.row.note


def test_a_registry_with_a_preset_is_simulated_under_it():
    from paget.knowledge.cohorts import cohort_of_study

    for target in TARGETS:
        preset = cohort_of_study("atc", target.row.study_id)
        assert target.cohort == (preset.id if preset else None)


def test_a_row_without_an_interval_is_refused():
    row = next(row for row in knowledge.published("atc") if row.endpoint == "tumor_size_mean")
    with pytest.raises(InputError, match=r"Kebebew2005 tumor_size_mean has no closed interval"):
        weighted([(row, None)])


def test_arrays_keep_the_order_of_the_rows():
    assert len(centres(TARGETS)) == len(variances(TARGETS)) == len(TARGETS)
    assert variances(TARGETS)[3] == TARGETS[3].error ** 2
    assert group_of(TARGETS[0].row) == "SEER/NCDB"


TREATED = fit_targets("atc", 2)


def test_treatment_is_fitted_to_rows_of_studies_that_a_scenario_shows():
    assert len(TREATED) > 25
    for target in TREATED:
        assert target.row.block[0] in "DE"
        assert target.scenario in names()
        assert target.row.study_id in load(find(target.scenario)).compare_with
        assert "do not fit" not in target.row.note
    assert not {target.row.key for target in TREATED} & {target.row.key for target in TARGETS}
    assert sum(target.weight for target in TREATED) == pytest.approx(len({target.group for target in TREATED}))


def test_a_confounded_row_may_not_be_fitted(tmp_path):
    root = Path(shutil.copytree(str(shipped()), tmp_path / "data"))
    path = root / "diseases" / "atc" / "fit_targets.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    place = next(number for number, line in enumerate(lines) if line.startswith("Pezzi2017,neck RT <45 Gy"))
    lines[place] = lines[place].replace(",,no,", ",atc-radiation-dose-registry,yes,")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert any(f"fit_targets.csv:{place + 1}: " in str(each) and "do not fit" in str(each) for each in check(root))


def test_a_study_of_treatment_is_forecast_by_its_own_scenario():
    chosen = [target for target in TREATED if target.row.study_id == "RTOG0912"]
    usual = forecast("atc", chosen, {}, patients=24, seed=1, threads=2)
    assert np.isfinite(usual.value).all()
    assert (usual.error > 0.0).all()
    harder = forecast("atc", chosen, {"radiation_alpha": 0.6, "taxane_kill_rate": 0.1}, patients=24, seed=1, threads=2)
    places = [place for place, target in enumerate(chosen) if target.row.endpoint == "OS_rate"]
    assert (harder.value[places] >= usual.value[places]).all()
    assert (harder.value[places] > usual.value[places]).any()
