"""Agents as data: names, what a folder must hold, and every fault of one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import paget
from paget.errors import InputError, InputErrors
from paget.knowledge import Drugs, Library
from paget.knowledge.agents import entries_of, faults_of
from paget.knowledge.check import check
from paget.knowledge.reading import Problem, shipped
from paget.knowledge.regimen import regimen
from paget.knowledge.show import rows

INNS = {
    "cisplatin", "dabrafenib", "doxorubicin", "lenvatinib", "paclitaxel", "sorafenib", "spartalizumab", "trametinib",
}  # fmt: skip


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder that holds the agents only."""
    shutil.copytree(str(shipped() / "drugs"), tmp_path / "drugs")
    return tmp_path


def faults(data: Path, *folders: str) -> list[str]:
    """What is wrong with some agents, taken by themselves; networks and potencies know all but sorafenib."""
    problems: list[Problem] = []
    held = {folder: entries_of(folder, data, problems) for folder in folders}
    known = INNS - {"sorafenib"}
    problems += faults_of(held, known, [(inn, "KDR") for inn in known])
    return [str(problem) for problem in problems]


def replaced(data: Path, path: str, old: str, new: str) -> None:
    file = data / "drugs" / path
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_agents_are_a_read_only_mapping():
    drugs = paget.knowledge.drugs
    assert set(drugs) == INNS
    assert len(drugs) == len(INNS)
    assert drugs["trametinib"].pharmacokinetics["clearance"].value == 5.83
    assert drugs["Mekinist"] is drugs["trametinib"] is drugs["TRAMETINIB"]
    assert "adriamycin" in drugs
    assert "aspirin" not in drugs
    with pytest.raises(TypeError):
        drugs["trametinib"].pharmacokinetics["clearance"] = 1  # type: ignore[index]
    with pytest.raises(TypeError):
        drugs["trametinib"] = 1  # type: ignore[index]


def test_an_unknown_agent_offers_the_nearest():
    with pytest.raises(InputError, match=r"drug 'trametnib' is unknown\. Did you mean trametinib") as raised:
        paget.knowledge.drugs["trametnib"]
    assert isinstance(raised.value, KeyError)


def test_agents_differ_in_their_numbers_for_draws():
    assert len({drug.number for drug in paget.knowledge.drugs.values()}) == len(INNS)


def test_acts_say_what_they_need():
    drugs = paget.knowledge.drugs
    act = drugs["lenvatinib"].acts_by("antiangiogenic")
    assert act is not None
    assert act.target == "KDR"
    assert drugs["paclitaxel"].acts[0].cycle_phase == "M"
    assert drugs["dabrafenib"].acts_by("cytotoxic") is None


def test_good_agents_have_no_fault(data: Path):
    assert faults(data, *sorted(INNS - {"sorafenib"})) == []


@pytest.mark.parametrize(
    ("path", "old", "new", "message"),
    [
        ("cisplatin/pharmacokinetics.csv", "clearance,", "clearence,", "symbol 'clearence' is unknown. Did you mean"),
        ("cisplatin/pharmacokinetics.csv", "clearance,", "clearence,", "clearance: the record is missing. Add it, in"),
        ("cisplatin/pharmacokinetics.csv", "L/h", "L/min", "clearance: unit: the unit is L/min. Write it in L/h."),
        ("cisplatin/pharmacokinetics.csv", "L/h", "L/hh", "unit 'L/hh' is not in the vocabulary"),
        ("cisplatin/pharmacokinetics.csv", ",35.5,", ",0,", "0 is impossible. Write a positive number."),
        ("cisplatin/pharmacokinetics.csv", "peripheral_volume,", "lag_time,", "peripheral_volume: the record is missi"),
        ("cisplatin/pharmacokinetics.csv", "infusion_duration,", "lag_time,", "infusion_duration: the record is missi"),
        ("cisplatin/drug.yaml", "inn: cisplatin", "inn: cisplatine", "is no iv regimen of cisplatine"),
        ("cisplatin/drug.yaml", "CDDP", "Taxol", "'Taxol' is already a name of cisplatin"),
        ("cisplatin/drug.yaml", "every 7 d", "each 7 d", "is no iv regimen of cisplatin"),
        ("cisplatin/drug.yaml", ", cycle_phase: any", "", "cycle_phase belongs to cytotoxic and to nothing else"),
        (
            "cisplatin/drug.yaml",
            "how: cytotoxic",
            "how: cytotoxc",
            "'cytotoxc' is not a known way to act. Did you mean",
        ),
        ("cisplatin/drug.yaml", "label: seed", "label: sead", "'sead' is not a known label. Did you mean seed"),
        ("cisplatin/observed.csv", "none,", "AUC,", "regimen, occasion, value and unit do not fit"),
    ],
)
def test_every_fault_is_found(data: Path, path: str, old: str, new: str, message: str):
    replaced(data, path, old, new)
    assert any(message in found for found in faults(data, "cisplatin", "paclitaxel")), faults(data, "cisplatin")


def test_what_acts_on_cells_or_vessels_must_be_known_there(data: Path):
    found = faults(data, "sorafenib")
    assert any("no network has an entry for it" in each for each in found)
    assert any("no potency on KDR is known" in each for each in found)


def test_a_folder_is_named_as_its_agent(data: Path):
    (data / "drugs" / "cisplatin").rename(data / "drugs" / "platinum")
    assert any("the INN differs from the folder 'platinum'" in each for each in faults(data, "platinum"))


def test_a_broken_folder_is_refused_when_it_is_read(data: Path):
    replaced(data, "cisplatin/pharmacokinetics.csv", "L/h", "L/min")
    drugs = Drugs(Library(data))
    assert drugs["paclitaxel"].inn == "paclitaxel"
    with pytest.raises(
        InputErrors, match=r"drugs/cisplatin/pharmacokinetics\.csv:2: clearance: unit: the unit is L/min"
    ):
        drugs["cisplatin"]


def test_check_reads_the_folders(tmp_path: Path):
    data = Path(shutil.copytree(str(shipped()), tmp_path / "data"))
    replaced(data, "cisplatin/pharmacokinetics.csv", "Urien2004", "Urien2005")
    replaced(data, "dabrafenib/observed.csv", "Swiss_dabrafenib", "Swiss_dabrafenb")
    shutil.rmtree(data / "drugs" / "paclitaxel")
    (data / "drugs" / "lenvatinib" / "observed.csv").unlink()
    found = [str(problem) for problem in check(data)]
    assert len(found) == 3
    assert "drugs/cisplatin/pharmacokinetics.csv:2: clearance: source: source 'Urien2005' is not in" in found[0]
    assert "drugs/dabrafenib/observed.csv:2" in found[1]
    assert "drugs/lenvatinib/observed.csv: the file is missing" in found[2]


def test_shown_by_alias_with_every_number():
    (row,) = rows("drugs", "mekinist")
    assert row["inn"] == "trametinib"
    assert row["clearance"] == "5.83 L/h (Balakirouchenane2020, measured)"
    assert row["bioavailability"] == "0.72 (Swiss_trametinib, measured)"
    assert row["acts"] == "network"
    with pytest.raises(InputError, match=r"drugs 'trametnib' is unknown\. Did you mean trametinib"):
        rows("drugs", "trametnib")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dabrafenib 150 mg every 12 h oral", ("dabrafenib", 150.0, "mg", 12.0, "oral", None)),
        ("paclitaxel 80 mg/m2 every 7 d iv", ("paclitaxel", 80.0, "mg/m^2", 168.0, "iv", None)),
        ("paclitaxel 175 mg/m^2 once iv over 3 h", ("paclitaxel", 175.0, "mg/m^2", None, "iv", 3.0)),
        ("BAY 43-9006 2.5 mg/kg every 0.5 d oral", ("BAY 43-9006", 2.5, "mg/kg", 12.0, "oral", None)),
    ],
)
def test_regimens_are_read(text: str, expected: tuple[object, ...]):
    read = regimen(text)
    assert (read.name, read.amount, read.basis, read.every_hours, read.route, read.over_hours) == expected


def test_a_dose_grows_with_what_it_is_counted_by():
    assert regimen("x 10 mg/kg once iv").milligrams(80.0, 2.0) == 800.0
    assert regimen("x 10 mg/m2 once iv").milligrams(80.0, 2.0) == 20.0
    assert regimen("x 10 mg once iv").milligrams(80.0, 2.0) == 10.0


@pytest.mark.parametrize(
    "text", ["dabrafenib", "dabrafenib 150 every 12 h oral", "x 1 mg every 12 h nasal", "x 1 mg oral"]
)
def test_what_is_no_regimen_shows_the_grammar(text: str):
    with pytest.raises(InputError, match="Write it as 'dabrafenib 150 mg every 12 h oral'"):
        regimen(text)
