"""One patient under several treatments: the same futures in every arm, and a report that speaks of futures."""

from __future__ import annotations

import pytest

import paget
from paget.report.page import page
from paget.report.run_directory import read

SCENARIO = """paget: 1
kind: patient
name: options
genotype: [BRAF V600E, TP53]
presentation: {diameter: 6 cm, stage: IVB}
futures: 24
follow_up: 12 months
endpoints: [OS, PFS, ORR]
arms:
  - {name: none, lines: []}
  - {name: none again, lines: []}
  - name: pair
    lines:
      - drugs: [dabrafenib 150 mg every 12 h oral, trametinib 2 mg every 24 h oral]
        until: [progression, unacceptable toxicity]
"""


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> paget.api.Result:
    folder = tmp_path_factory.mktemp("options")
    (folder / "options.yaml").write_text(SCENARIO)
    return paget.run(folder / "options.yaml", output=folder / "run")


def test_a_future_is_the_same_in_every_arm_but_for_the_treatment(result):
    subjects = result.table("subjects").set_index("USUBJID")
    none, again, pair = (subjects[subjects["ARM"] == arm] for arm in result.arms)
    same = [name for name in none.columns if name != "ARM"]
    assert none[same].equals(again[same])
    assert none["DIAMETER_MM"].equals(pair["DIAMETER_MM"])
    assert set(none["GENOTYPE"].astype(str)) == {"BRAF V600E;TP53"}
    longer = pair["DEATH_DAYS"].fillna(1e9) > none["DEATH_DAYS"].fillna(1e9)
    assert longer.mean() > 0.6


def test_the_report_compares_the_arms_and_enrols_nobody(result):
    text = page(read(result.directory), "en")
    assert "simulated futures of one presentation" in text
    assert "each of 3 arms" in text
    assert 'id="contrasts"' in text
    assert "Who was enrolled" not in text
