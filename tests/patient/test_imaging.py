"""Scans of made-up lesions by small kernels of their own: what is seen, chosen, measured and judged."""

from __future__ import annotations

import math

import numpy as np
import pytest

from paget import knowledge
from paget.body.shape import volume_of_diameter
from paget.body.state import LESION, PERSON
from paget.compute import kernel
from paget.patient.imaging import (
    FIRST_TARGET,
    IMAGING,
    NEW,
    NODES,
    NON_TARGET_LESION,
    NOT_MEASURABLE,
    PRIMARY_ORGAN,
    SCAN_FIELDS,
    SCANS,
    TARGET,
    TARGETS,
    UNSEEN,
    Radiology,
    baseline_scan,
    clinical_progression,
    follow_up_scan,
    organ_table,
)
from paget.patient.parameters import PARAMETERS, UNITS
from paget.patient.recist import NON_TARGET, PERSISTS, RECIST, RESPONSES
from paget.therapy.dead_cells import cleared
from paget.trial.units import convert

SITES = [site.id for site in knowledge.sites()]
ORGANS = organ_table(knowledge.sites())
PEOPLE = 1
COLUMN = {name: place for place, name in enumerate(SCAN_FIELDS)}
PD, PR, CR, SD = (RESPONSES.index(name) for name in ("PD", "PR", "CR", "SD"))


def parameters(**changed: float) -> np.ndarray:
    records = knowledge.parameters("atc")
    p = np.zeros(1, PARAMETERS)
    for symbol, unit in UNITS.items():
        if symbol in records:
            p[symbol] = convert(records[symbol].value, records[symbol].unit, unit)
    p["switch_detection"] = 1.0
    p["switch_dead_cell_clearance"] = 1.0
    p["measurement_error"] = 0.0
    for symbol, value in changed.items():
        p[symbol] = value
    return p


@kernel
def scanning(i, persons, lesions, organs, imaging, recist, scans, days, status, p, out, plain):
    """The scan of each day, the first one at a negative scan count as baseline; then a look at the patient."""
    radiology = Radiology(lesions[i], organs, imaging[i], recist[i], scans[i])
    for row in range(days.shape[0]):
        if imaging[i, 0].scans < 0:
            imaging[i, 0].scans = 0
            baseline_scan(persons[i], radiology, days[row], 1, 7, p[0])
            out[i, row] = -1
        else:
            out[i, row] = follow_up_scan(persons[i], radiology, days[row], 7, p[0])
    plain[i] = int(clinical_progression(persons[i], radiology, status, p[0]))


@kernel
def decaying(i, dead, lost, days, p, out):
    """Dead cells of one lesion that loses `lost` cells a day, in steps of `days`."""
    for step in range(out.shape[1]):
        dead = cleared(dead, lost * days, p[0], days)
        out[i, step] = dead


class Patient:
    """One person with a primary and lesions of given longest diameters (mm), and their scans."""

    def __init__(self, primary: float, *lesions: tuple[str, float], **changed: float) -> None:
        self.p = parameters(**changed)
        self.persons = np.zeros(PEOPLE, PERSON)
        self.lesions = np.zeros((PEOPLE, 256), LESION)
        self.imaging = np.zeros((PEOPLE, 1), IMAGING)
        self.imaging["scans"] = -1
        self.recist = np.zeros((PEOPLE, 1), RECIST)
        self.scans = np.zeros((PEOPLE, SCANS, len(SCAN_FIELDS)))
        self.persons["person"] = 3
        self.set_primary(primary)
        for site, diameter in lesions:
            self.add(site, diameter)

    def cells(self, diameter: float) -> float:
        volume = volume_of_diameter(diameter, float(self.p["shape_factor"][0]))
        return max(volume * float(self.p["cell_density"][0]), 1e-3)

    def set_primary(self, diameter: float) -> None:
        self.persons["primary_cells"] = self.cells(diameter)

    def set(self, place: int, diameter: float) -> None:
        self.lesions["log_cells"][0, place] = math.log(self.cells(diameter))

    def add(self, site: str, diameter: float) -> None:
        place = int(self.persons["lesion_count"][0])
        self.lesions["site"][0, place] = SITES.index(site)
        self.persons["lesion_count"] = place + 1
        self.set(place, diameter)

    def scan(self, *days: float, status: int = 1) -> list[str]:
        out = np.zeros((PEOPLE, len(days)), np.int64)
        self.plain = np.zeros(PEOPLE, np.int64)
        scanning.launch(
            PEOPLE, self.persons, self.lesions, ORGANS, self.imaging, self.recist, self.scans,
            np.array(days, np.float64), status, self.p, out, self.plain, threads=1,
        )  # fmt: skip
        return ["baseline" if code < 0 else RESPONSES[code] for code in out[0]]

    def watch(self, status: int) -> bool:
        self.scan(status=status)
        return bool(self.plain[0])

    def row(self, scan: int) -> np.ndarray:
        return self.scans[0, scan]

    @property
    def seen(self) -> list[int]:
        count = int(self.persons["lesion_count"][0])
        return [int(self.persons["primary_seen"][0]), *self.lesions["seen"][0, :count].tolist()]


def test_organs_nodes_are_one_and_bone_and_serosa_are_not_measured():
    organ = dict(zip(SITES, ORGANS, strict=True))
    assert {name for name in SITES if organ[name] == NODES} == {name for name in SITES if name.endswith("nodes")}
    assert organ["thyroid"] == PRIMARY_ORGAN
    assert {name for name in SITES if organ[name] == NOT_MEASURABLE} == {"bone", "pleura", "peritoneum"}
    others = [code for name, code in organ.items() if code > PRIMARY_ORGAN]
    assert len(set(others)) == len(others)


def test_targets_are_the_largest_at_most_five_and_two_of_an_organ():
    patient = Patient(
        60, ("lung", 30), ("lung", 40), ("lung", 35), ("liver", 12), ("brain", 11), ("adrenal", 10.5), ("bone", 50),
        ("lung", 7), ("kidney", 4.9),
    )  # fmt: skip
    assert patient.scan(0.0) == ["baseline"]
    none, target, other = UNSEEN, TARGET, NON_TARGET_LESION
    assert patient.seen == [target, other, target, target, target, target, other, other, other, none]
    row = patient.row(0)
    np.testing.assert_allclose(row[FIRST_TARGET:], [60, 40, 35, 12, 11])
    assert row[COLUMN["sum_mm"]] == pytest.approx(158)
    assert row[COLUMN["response"]] == -1
    assert patient.recist["baseline_sum"][0, 0] == pytest.approx(158)
    assert patient.imaging["non_targets"][0, 0] == 4


def test_the_limits_of_the_guideline_are_read_from_the_records():
    lesions = [("lung", 30.0), ("lung", 29.0), ("lung", 28.0), ("liver", 27.0)]
    patient = Patient(60, *lesions, recist_target_limit=2.0)
    patient.scan(0.0)
    assert patient.seen.count(TARGET) == 2
    patient = Patient(60, *lesions, recist_organ_limit=3.0)
    patient.scan(0.0)
    assert patient.seen.count(TARGET) == 5


def test_nodes_are_read_by_their_short_axis():
    ratio = float(parameters()["node_axis_ratio"][0])
    patient = Patient(30, *(("cervical_nodes", short / ratio) for short in (15.1, 14.9, 9.9)), ("lung", 12))
    patient.scan(0.0)
    assert patient.seen == [TARGET, TARGET, NON_TARGET_LESION, UNSEEN, TARGET]
    np.testing.assert_allclose(patient.row(0)[FIRST_TARGET : FIRST_TARGET + 3], [30, 15.1, 12])
    patient.set_primary(0)
    patient.set(0, 9.9 / ratio)
    patient.set(1, 9.9 / ratio)
    patient.set(3, 0)
    assert patient.scan(56.0) == ["CR"]


def test_node_groups_share_two_targets():
    patient = Patient(30, ("cervical_nodes", 50), ("intrathoracic_nodes", 49), ("retroperitoneal_nodes", 48))
    patient.scan(0.0)
    assert patient.seen == [TARGET, TARGET, TARGET, NON_TARGET_LESION]


def test_shrinkage_and_growth_are_judged_by_the_sum():
    patient = Patient(60, ("lung", 40))
    assert patient.scan(0.0, 56.0) == ["baseline", "SD"]
    patient.set_primary(41)
    patient.set(0, 29)
    assert patient.scan(112.0) == ["PR"]
    patient.set_primary(56)
    assert patient.scan(168.0) == ["PD"]
    assert patient.recist["progression_day"][0, 0] == 168.0
    np.testing.assert_array_equal(patient.scans[0, :4, COLUMN["day"]], [0, 56, 112, 168])
    np.testing.assert_allclose(patient.scans[0, :4, COLUMN["nadir_mm"]], [100, 100, 70, 70])
    assert patient.row(3)[COLUMN["response"]] == PD


def test_a_small_target_counts_5_mm_and_a_vanished_one_nothing():
    patient = Patient(60, ("lung", 40))
    patient.scan(0.0)
    patient.set(0, 4)
    patient.scan(56.0)
    assert patient.row(1)[FIRST_TARGET + 1] == 5.0
    patient.set(0, 2.9)
    patient.scan(112.0)
    assert patient.row(2)[FIRST_TARGET + 1] == 0.0
    assert patient.row(2)[COLUMN["sum_mm"]] == pytest.approx(60)


def test_dead_cells_keep_a_killed_lesion_visible_until_they_are_cleared():
    patient = Patient(60)
    patient.scan(0.0)
    patient.persons["dead_cells"] = patient.persons["primary_cells"]
    patient.persons["primary_cells"] = 1.0
    assert patient.scan(7.0) == ["SD"]
    patient.persons["dead_cells"] = 0.0
    assert patient.scan(56.0) == ["CR"]


@pytest.mark.parametrize(
    ("diameter", "site", "expected"),
    [
        (10.1, "lung", "PD"),
        (9.9, "lung", "SD"),
        (14.9 / 0.7, "cervical_nodes", "SD"),
        (15.1 / 0.7, "cervical_nodes", "PD"),
    ],
)
def test_a_lesion_not_seen_at_baseline_is_new_from_measurable_size_on(diameter, site, expected):
    patient = Patient(60, (site, 4.0))
    patient.scan(0.0)
    patient.set(0, diameter)
    assert patient.scan(56.0) == [expected]
    assert (patient.seen[1] == NEW) == (expected == "PD")
    assert patient.row(1)[COLUMN["new_lesions"]] == (expected == "PD")


def test_a_lesion_founded_after_baseline_is_new():
    patient = Patient(60)
    patient.scan(0.0)
    patient.add("liver", 12)
    assert patient.scan(56.0) == ["PD"]


def test_without_detection_metastases_are_never_seen():
    patient = Patient(60, ("lung", 40), switch_detection=0.0)
    patient.scan(0.0)
    assert patient.seen == [TARGET, UNSEEN]
    patient.set(0, 80)
    assert patient.scan(56.0) == ["SD"]


@pytest.mark.parametrize(("factor", "expected"), [(1.72, "SD"), (1.74, "PD")])
def test_non_target_disease_progresses_by_its_volume(factor, expected):
    patient = Patient(60, ("bone", 30))
    patient.scan(0.0)
    patient.set(0, 30 * factor ** (1.0 / 3.0))
    assert patient.scan(56.0) == [expected]


def test_the_rise_of_non_target_disease_counts_from_its_smallest_volume():
    patient = Patient(60, ("bone", 30))
    patient.scan(0.0)
    patient.set(0, 20)
    assert patient.scan(56.0) == ["SD"]
    patient.set(0, 20 * 1.21)
    assert patient.scan(112.0) == ["PD"]


def test_a_small_rise_of_small_non_target_disease_is_not_unequivocal():
    patient = Patient(60, ("lung", 5.5))
    patient.scan(0.0)
    assert patient.seen == [TARGET, NON_TARGET_LESION]
    patient.set(0, 9.0)
    assert patient.scan(56.0) == ["SD"]
    patient.set(0, 11.0)
    assert patient.scan(112.0) == ["PD"]


def test_complete_response_needs_non_target_disease_to_vanish():
    patient = Patient(60, ("bone", 30))
    patient.scan(0.0)
    patient.set_primary(0)
    assert patient.scan(56.0) == ["PR"]
    assert patient.row(1)[COLUMN["non_target"]] == PERSISTS
    patient.set(0, 2)
    assert patient.scan(112.0) == ["CR"]
    assert NON_TARGET[int(patient.row(2)[COLUMN["non_target"]])] == "CR"
    patient.set(0, 6)
    assert patient.scan(168.0) == ["PD"]


def test_a_patient_without_measurable_disease_is_judged_by_the_rest():
    patient = Patient(0, ("bone", 30))
    patient.scan(0.0)
    assert patient.recist["targets"][0, 0] == 0
    assert patient.scan(56.0) == ["non-CR/non-PD"]
    patient.set(0, 0)
    assert patient.scan(112.0) == ["CR"]


def test_a_missing_scan_is_not_evaluable_and_nothing_is_lost():
    patient = Patient(60, ("lung", 40), ("bone", 30))
    patient.scan(0.0)
    patient.p["scan_missing_chance"] = 1.0
    patient.set_primary(10)
    assert patient.scan(56.0) == ["NE"]
    assert np.isnan(patient.row(1)[FIRST_TARGET])
    assert patient.row(1)[COLUMN["evaluable"]] == 0
    assert patient.recist["nadir"][0, 0] == pytest.approx(100)
    patient.p["scan_missing_chance"] = 0.0
    assert patient.scan(112.0) == ["PR"]


def test_a_missing_scan_shows_nothing_where_there_was_no_disease_either():
    patient = Patient(0)
    patient.scan(0.0)
    patient.p["scan_missing_chance"] = 1.0
    assert patient.scan(56.0) == ["NE"]
    assert patient.row(1)[COLUMN["evaluable"]] == 0
    patient.p["scan_missing_chance"] = 0.0
    assert patient.scan(112.0) == ["NED"]
    assert patient.row(2)[COLUMN["evaluable"]] == 1


def test_readings_differ_by_the_published_error_and_not_by_who_else_is_there():
    error = knowledge.parameters("atc")["measurement_error"].value
    patient = Patient(60, ("lung", 40), measurement_error=error)
    days = np.arange(0.0, 60.0)
    patient.scan(*days)
    logs = np.log(patient.scans[0, : len(days), FIRST_TARGET : FIRST_TARGET + 2] / [60, 40])
    assert logs.std() == pytest.approx(error, rel=0.25)
    assert abs(logs.mean()) < 5 * error / math.sqrt(logs.size)
    assert abs(np.corrcoef(logs.T)[0, 1]) < 0.5
    other = Patient(60, ("lung", 40), ("liver", 20), measurement_error=error)
    other.scan(*days[:3])
    np.testing.assert_array_equal(other.scans[0, :3, FIRST_TARGET], patient.scans[0, :3, FIRST_TARGET])


def test_a_new_line_starts_with_a_new_baseline():
    patient = Patient(60, ("lung", 40))
    patient.scan(0.0)
    patient.add("liver", 30)
    assert patient.scan(56.0) == ["PD"]
    patient.imaging["scans"] = -1
    assert patient.scan(70.0, 126.0) == ["baseline", "SD"]
    assert patient.seen == [TARGET, TARGET, TARGET]
    assert patient.recist["baseline_day"][0, 0] == 70.0


def test_more_scans_than_kept_take_the_last_place():
    patient = Patient(60)
    patient.scan(*np.arange(0.0, SCANS + 6.0))
    assert patient.imaging["scans"][0, 0] == SCANS + 6
    np.testing.assert_array_equal(patient.scans[0, :-1, 0], np.arange(SCANS - 1))
    assert patient.row(SCANS - 1)[0] == SCANS + 5


def test_the_array_holds_the_targets_of_the_guideline():
    assert knowledge.parameters("atc")["recist_target_limit"].value == TARGETS


def test_clinical_progression_is_what_was_not_so_at_baseline():
    patient = Patient(60)
    patient.persons["lumen_loss"] = 0.5
    patient.scan(0.0)
    assert not patient.watch(1)
    assert patient.watch(4)
    patient.persons["lumen_loss"] = 0.75
    assert patient.watch(1)
    patient.imaging["baseline_lumen_loss"] = 0.75
    patient.imaging["baseline_ecog"] = 4
    assert not patient.watch(4)


def test_a_primary_that_has_trebled_is_felt():
    patient = Patient(60)
    patient.scan(0.0)
    patient.set_primary(30)
    assert not patient.watch(1)
    patient.set_primary(30 * 2.99 ** (1 / 3))
    assert not patient.watch(1)
    patient.set_primary(30 * 3.01 ** (1 / 3))
    assert patient.watch(1)
    small = Patient(6)
    small.scan(0.0)
    small.set_primary(19)
    assert not small.watch(1)


def dead_after(dead: float, lost: float, days: float, steps: int, **changed: float) -> float:
    out = np.zeros((1, steps))
    decaying.launch(1, dead, lost, days, parameters(**changed), out, threads=1)
    return float(out[0, -1])


@pytest.mark.parametrize("steps", [20, 80])
def test_killed_cells_follow_the_exact_solution_whatever_the_step(steps):
    clearance = math.log(2.0) / float(parameters()["dead_cell_half_life"][0])
    exact = 1e8 / clearance * (1.0 - math.exp(-20.0 * clearance))
    assert dead_after(0.0, 1e8, 20.0 / steps, steps) == pytest.approx(exact, rel=3e-4)


def test_dead_cells_halve_in_the_half_life_and_nothing_is_made():
    half_life = int(parameters()["dead_cell_half_life"][0])
    assert dead_after(8e9, 0.0, 1.0, half_life) == pytest.approx(4e9)


def test_without_the_mechanism_killed_cells_are_gone_at_once():
    assert dead_after(0.0, 1e8, 1.0, 10, switch_dead_cell_clearance=0.0) == 0.0
