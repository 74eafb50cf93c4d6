"""Concentrations against an independent solution: matrix exponentials of the equations as written, and closed forms."""

from __future__ import annotations

import importlib
import math
from pathlib import Path

import numpy as np
import pytest
from scipy.linalg import expm

from paget import knowledge
from paget.calibration.drug_observables import Comparison, comparisons, terminal_half_life
from paget.compute import kernel
from paget.knowledge import Drugs, Library
from paget.knowledge.regimen import regimen
from paget.therapy.agents import compiled_drugs
from paget.therapy.exposure_course import exposure_course
from paget.therapy.pharmacokinetics import (
    DISPOSITION,
    DRUG,
    INPUT_COLUMNS,
    INPUTS,
    MODE_ROWS,
    draw_disposition,
    give_iv,
    give_oral,
    mean_occupancy,
    pk_day,
)

ROOT = Path(__file__).resolve().parents[2]
WEIGHT, SURFACE = 70.0, 1.73
ORAL, IV = 0, 1

HALF_LIVES = {
    "cisplatin": 1.32, "dabrafenib": 4.76, "doxorubicin": 45.8, "lenvatinib": 38.6, "paclitaxel": 20.2,
    "sorafenib": 18.2, "spartalizumab": 454.0, "trametinib": 60.9,
}  # fmt: skip
"""Hours, computed independently from the compartments of each source when they were collected."""

PRINTED_CV = {
    "cisplatin": (14.9, 23.4), "dabrafenib": (16.0, 50.8), "doxorubicin": (22.9, 0.0), "lenvatinib": (25.5, 22.8),
    "sorafenib": (18.0, 68.7), "trametinib": (29.6, 0.0),
}  # fmt: skip
"""Printed variability of clearance and central volume, %: Urien2004, Balakirouchenane2020, PerezBlanco2016, Gupta2016,
Jain2011."""


@kernel
def following(i, doses, drug, state, inputs, modes, course, days, vanishing):
    """One person over days; doses (doses, 5): day, hour, mg, route, hours of infusion."""
    for day in range(course.shape[0]):
        for dose in range(doses.shape[0]):
            if doses[dose, 0] == day:
                if doses[dose, 3] == IV:
                    give_iv(inputs, doses[dose, 1], doses[dose, 2], doses[dose, 4])
                else:
                    give_oral(inputs, drug[0], doses[dose, 1], doses[dose, 2])
        mean, peak, trough = pk_day(state[0], inputs, modes, course[day], drug[0], 0.0, vanishing)
        days[day, 0] = mean
        days[day, 1] = peak
        days[day, 2] = trough


@kernel
def drawing(i, drug, persons, out):
    draw_disposition(out[i], drug[0], WEIGHT, SURFACE, persons[i], 7)


@kernel
def occupying(i, course, half, exponent, out):
    out[i] = mean_occupancy(course, half, exponent)


@kernel
def filling(i, drug, inputs, noted):
    for dose in range(noted.shape[0]):
        noted[dose] = give_oral(inputs, drug[0], 1.0, 1.0)


def agent(**values: float) -> np.ndarray:
    """A made-up agent: one compartment of 10 L, 2 L/h, 1 nmol unbound per mg, absorbed at 1/h."""
    drug = np.zeros(1, DRUG)
    usual = {
        "oral_share": 1.0, "absorption_rate": 1.0, "clearance": 2.0, "central_volume": 10.0, "peripheral_volume": 1.0,
        "second_volume": 1.0, "unbound_per_mg": 1.0, "induction_ratio": 1.0, "induction_time": 1.0,
    }  # fmt: skip
    for name, value in (usual | values).items():
        drug[name] = value
    return drug


THREE = {"flow": 3.0, "peripheral_volume": 40.0, "second_flow": 0.4, "second_volume": 90.0}


def start() -> np.ndarray:
    state = np.zeros(1, DISPOSITION)
    for name in ("clearance_factor", "flow_factor", "central_factor", "peripheral_factor"):
        state[name] = 1.0
    return state


def follow(drug: np.ndarray, doses: list[tuple[float, ...]], days: int, substeps: int = 24):
    """Means of the parts (days, substeps), mean, peak and trough by day, and the final state."""
    state, course, out = start(), np.zeros((days, substeps)), np.zeros((days, 3))
    work = (np.zeros((INPUTS, INPUT_COLUMNS)), np.zeros((MODE_ROWS, 3)))
    following.launch(1, np.array(doses), drug, state, *work, course, out, 0.0, threads=1)
    return course, out, state


class Solution:
    """The equations as written, as one matrix over depot, three amounts, area and two constant inputs."""

    def __init__(self, drug: np.ndarray) -> None:
        d = drug[0]
        central, near, far = d["central_volume"], d["peripheral_volume"], d["second_volume"]
        self.rates = np.zeros((7, 7))
        r = self.rates
        r[0, 0], r[1, 0] = -d["absorption_rate"], d["absorption_rate"]
        r[1, 1] = -(d["clearance"] + d["flow"] + d["second_flow"]) / central
        r[2, 1], r[1, 2], r[2, 2] = d["flow"] / central, d["flow"] / near, -d["flow"] / near
        r[3, 1], r[1, 3], r[3, 3] = d["second_flow"] / central, d["second_flow"] / far, -d["second_flow"] / far
        r[4, 1] = 1.0 / central
        r[0, 5] = r[1, 6] = 1.0
        self.drug = d

    def inputs(self, doses: list[tuple[float, ...]]) -> list[tuple[float, float, float, float]]:
        """Start, end, mg to depot, mg to the central compartment, absolute hours."""
        d, found = self.drug, []
        for day, hour, amount, route, hours in doses:
            at = 24 * day + hour
            if route == IV:
                found.append((at, at + hours, 0.0, amount))
                continue
            begin, reached = at + d["lag_time"], amount * d["oral_share"]
            direct = d["direct_share"] * reached
            duration = d["input_duration"]
            if direct > 0:
                found += [(begin, begin + duration, 0.0, direct), (begin, begin, reached - direct, 0.0)]
            else:
                found.append((begin, begin + duration, reached, 0.0))
        return found

    def at(self, doses: list[tuple[float, ...]], times: np.ndarray) -> np.ndarray:
        """States at increasing times, just before what is given then."""
        inputs = self.inputs(doses)
        moments = sorted({*times, *(m for each in inputs for m in each[:2] if m <= times[-1]), 0.0})
        x, now, out = np.zeros(7), 0.0, {}
        for moment in moments:
            middle = (now + moment) / 2
            running = [each for each in inputs if each[0] < middle < each[1]]
            x[5] = sum(each[2] / (each[1] - each[0]) for each in running)
            x[6] = sum(each[3] / (each[1] - each[0]) for each in running)
            x = expm(self.rates * (moment - now)) @ x
            now, out[moment] = moment, x.copy()
            for begin, end, to_depot, to_central in inputs:
                if begin == end == moment:
                    x[0] += to_depot
                    x[1] += to_central
        return np.array([out[time] for time in times])


CASES = {
    "three compartments by mouth, with lag, over midnight": (
        agent(**THREE, lag_time=0.73, oral_share=0.6),
        [(0, 8.21, 100.0, ORAL, 0), (0, 23.6, 80.0, ORAL, 0), (2, 0.0, 50.0, ORAL, 0)],
    ),
    "partly at zero order into the blood": (
        agent(**THREE, input_duration=1.22, direct_share=0.5),
        [(0, 8.0, 24.0, ORAL, 0), (1, 23.5, 24.0, ORAL, 0)],
    ),
    "zero order into the depot": (agent(**THREE, input_duration=1.09), [(0, 7.3, 10.0, ORAL, 0)]),
    "a bolus and an infusion over three days": (
        agent(**THREE),
        [(0, 5.0, 30.0, IV, 0.0), (0, 9.5, 70.0, IV, 60.4), (3, 1.0, 5.0, IV, 0.5)],
    ),
    "two compartments": (
        agent(flow=20.0, peripheral_volume=150.0, absorption_rate=0.3),
        [(0, 0.0, 9.0, ORAL, 0), (1, 0.0, 9.0, ORAL, 0)],
    ),
    "two peripheral compartments alike": (
        agent(flow=2.0, peripheral_volume=20.0, second_flow=4.0, second_volume=40.0),
        [(0, 3.0, 9.0, ORAL, 0)],
    ),
    "absorption as fast as elimination": (agent(absorption_rate=0.2), [(0, 0.0, 10.0, ORAL, 0)]),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("substeps", [5, 24])
def test_every_part_of_a_day_and_the_amounts_at_its_end_are_those_of_the_equations(name: str, substeps: int):
    drug, doses = CASES[name]
    days = 4
    course, out, state = follow(drug, doses, days, substeps)
    times = np.arange(days * substeps + 1) * 24.0 / substeps
    exact = Solution(drug).at(doses, times)
    means = np.diff(exact[:, 4]) / (24.0 / substeps)
    scale = means.max()
    np.testing.assert_allclose(course.ravel(), means, atol=1e-11 * scale, rtol=1e-9)
    np.testing.assert_allclose(out[:, 0], means.reshape(days, -1).mean(axis=1), atol=1e-11 * scale, rtol=1e-9)
    for column, field in enumerate(("depot", "central", "peripheral", "second")):
        assert state[field][0] == pytest.approx(exact[-1, column], rel=1e-9, abs=1e-9)
    ends = exact[:, 1].reshape(-1) / drug["central_volume"][0]
    for day in range(days):
        inside = ends[day * substeps : (day + 1) * substeps + 1]
        assert out[day, 1] >= inside.max() * (1 - 1e-9)
        assert out[day, 2] <= inside.min() * (1 + 1e-9) + 1e-12 * scale


def test_a_bolus_is_seen_in_peak_and_trough():
    _, out, _ = follow(agent(), [(0, 0.0, 50.0, IV, 0.0), (1, 12.25, 50.0, IV, 0.0)], 2)
    assert out[0, 1] == pytest.approx(5.0)
    before = 5.0 * math.exp(-0.2 * 36.25)
    assert out[1, 2] == pytest.approx(before, rel=1e-9)
    assert out[1, 1] == pytest.approx(before + 5.0, rel=1e-9)


def test_the_number_of_parts_changes_nothing_but_the_sampling():
    drug, doses = CASES["partly at zero order into the blood"]
    found = [follow(drug, doses, 4, substeps) for substeps in (1, 6, 24, 96)]
    for _, out, state in found[1:]:
        np.testing.assert_allclose(out[:, 0], found[0][1][:, 0], rtol=1e-11)
        np.testing.assert_allclose(state["second"], found[0][2]["second"], rtol=1e-11)


def test_what_is_given_is_in_the_body_or_cleared():
    drug, doses = CASES["a bolus and an infusion over three days"]
    _, out, state = follow(drug, doses, 6)
    inside = sum(float(state[field][0]) for field in ("depot", "central", "peripheral", "second"))
    cleared = float(drug["clearance"][0]) * out[:, 0].sum() * 24.0
    assert inside + cleared == pytest.approx(105.0, rel=1e-11)


def test_concentrations_are_proportional_to_dose():
    drug, doses = CASES["three compartments by mouth, with lag, over midnight"]
    once, _, _ = follow(drug, doses, 4)
    thrice, _, _ = follow(drug, [(day, hour, 3.0 * mg, *rest) for day, hour, mg, *rest in doses], 4)
    np.testing.assert_allclose(thrice, 3.0 * once, rtol=1e-12)


def test_slow_absorption_governs_the_fall():
    """Flip-flop: with ka below the rate of elimination the level falls at ka."""
    _, out, _ = follow(agent(absorption_rate=0.05), [(0, 0.0, 10.0, ORAL, 0)], 8)
    assert math.log(out[6, 0] / out[7, 0]) / 24.0 == pytest.approx(0.05, rel=1e-6)


def test_a_lag_shifts_the_course_by_itself():
    plain, _, _ = follow(agent(), [(0, 0.0, 10.0, ORAL, 0)], 2)
    late, _, _ = follow(agent(lag_time=3.0), [(0, 0.0, 10.0, ORAL, 0)], 2)
    assert not late.ravel()[:3].any()
    np.testing.assert_allclose(late.ravel()[3:], plain.ravel()[:-3], rtol=1e-12)


def test_a_long_infusion_reaches_rate_over_clearance():
    _, out, _ = follow(agent(**THREE), [(0, 0.0, 2400.0, IV, 24.0 * 100)], 100)
    assert out[-1, 2] == pytest.approx(2400.0 / 2400.0 / 2.0, rel=1e-3)


def test_doses_accumulate_to_the_closed_form():
    doses = [(day, 0.0, 10.0, IV, 0.0) for day in range(20)]
    _, out, _ = follow(agent(clearance=0.2), doses, 20)
    assert out[-1, 1] / out[0, 1] == pytest.approx(1.0 / (1.0 - math.exp(-0.02 * 24.0)), rel=1e-3)


def test_clearance_rises_with_dosing_and_recovers_after_it():
    drug = compiled_drugs(["dabrafenib"], knowledge.parameters("atc"))
    course = exposure_course(drug, regimen("dabrafenib 150 mg every 12 h oral"), 60, 24, WEIGHT, SURFACE)
    first = exposure_course(drug, regimen("dabrafenib 150 mg once oral"), 3, 24, WEIGHT, SURFACE)
    half_day = course.parts[17, :12].mean() / first.parts[0, :12].mean()
    assert half_day == pytest.approx(0.73, rel=0.01)
    total = 24.0 * course.mean[-1] / float(drug["unbound_per_mg"][0])
    assert total * 19.3 == pytest.approx(300.0, rel=1e-3)
    # A pause of eight time constants undoes it.
    paused = [(0, 0.0, 1.0, ORAL, 0), (1, 0.0, 1.0, ORAL, 0), (10, 0.0, 1.0, ORAL, 0)]
    ratios = agent(induction_ratio=4.0, induction_time=24.0)
    _, out, _ = follow(ratios, paused, 12)
    assert out[10, 0] == pytest.approx(out[0, 0], rel=0.01)
    assert out[1, 0] < 0.75 * out[0, 0]


@pytest.mark.parametrize("inn", sorted(HALF_LIVES))
def test_the_slowest_rate_is_that_of_the_source(inn: str):
    record = compiled_drugs([inn], knowledge.parameters("atc"))[0]
    assert terminal_half_life(record) == pytest.approx(HALF_LIVES[inn], rel=0.01)


@pytest.mark.parametrize("inn", sorted(PRINTED_CV))
def test_clearance_and_volume_vary_as_printed(inn: str):
    drug = compiled_drugs([inn], knowledge.parameters("atc"))
    persons = np.arange(40_000)
    out = np.zeros(len(persons), DISPOSITION)
    drawing.launch(len(persons), drug, persons, out, threads=1)
    for field, printed in zip(("clearance_factor", "central_factor"), PRINTED_CV[inn], strict=True):
        values = out[field]
        assert 100.0 * values.std() / values.mean() == pytest.approx(printed, rel=0.04, abs=1e-9)
    assert abs(np.corrcoef(out["clearance_factor"], np.log(out["central_factor"] + persons * 1e-9))[0, 1]) < 0.02


def test_a_person_keeps_the_same_clearance_whatever_else_is_given():
    parameters = knowledge.parameters("atc")
    alone = compiled_drugs(["trametinib"], parameters)
    together = compiled_drugs(["dabrafenib", "trametinib"], parameters)
    found = np.zeros((2, 3), DISPOSITION)
    drawing.launch(3, alone, np.array([4, 5, 6]), found[0], threads=1)
    drawing.launch(3, together[1:], np.array([6, 5, 4]), found[1], threads=1)
    np.testing.assert_array_equal(found[0]["clearance_factor"], found[1]["clearance_factor"][::-1])
    assert len(set(found[0]["clearance_factor"])) == 3


def test_size_matters_where_the_source_says_so():
    parameters = knowledge.parameters("atc")
    for inn, expected in (("lenvatinib", (WEIGHT / 75.0) ** 0.75), ("paclitaxel", 1.0), ("trametinib", 1.0)):
        drug = compiled_drugs([inn], parameters)
        drug["clearance_spread"] = 0.0
        out = np.zeros(1, DISPOSITION)
        drawing.launch(1, drug, np.array([0]), out, threads=1)
        assert out["clearance_factor"][0] == pytest.approx(expected)


def test_occupancy_is_the_mean_over_the_parts():
    course = np.array([0.0, 1.0, 5.0, 20.0])
    out = np.zeros(1)
    for half, exponent in ((5.0, 1.0), (2.0, 1.7)):
        occupying.launch(1, course, half, exponent, out, threads=1)
        assert out[0] == pytest.approx(np.mean(course**exponent / (course**exponent + half**exponent)), rel=1e-12)


def test_traces_are_dropped_and_a_gone_drug_is_zero():
    state, modes, out = start(), np.zeros((MODE_ROWS, 3)), np.ones((1, 3))
    state["second"] = 1e-7
    course = np.ones((1, 24))
    work = np.zeros((INPUTS, INPUT_COLUMNS))
    following.launch(1, np.zeros((0, 5)), agent(), state, work, modes, course, out, 1e-6, threads=1)
    assert not out.any()
    assert not course.any()
    assert state["second"][0] == 0.0
    assert not modes.any(), "nothing was solved for it"


def test_a_full_day_says_so():
    noted = np.zeros(INPUTS + 1, np.bool_)
    filling.launch(1, agent(), np.zeros((INPUTS, INPUT_COLUMNS)), noted, threads=1)
    assert noted[:-1].all()
    assert not noted[-1]


def test_apparent_values_give_the_same_level_by_mouth_and_the_right_one_by_vein():
    drug = compiled_drugs(["trametinib"], knowledge.parameters("atc"))
    assert float(drug["clearance"][0]) == pytest.approx(0.72 * 5.83)
    assert float(drug["oral_share"][0]) == 0.72
    assert float(drug["unbound_per_mg"][0]) == pytest.approx(1e6 * 0.026 / 615.4)


@pytest.fixture(scope="module")
def compared() -> tuple[Comparison, ...]:
    return comparisons(knowledge.parameters("atc"))


def test_observables_are_hits_or_misses_with_a_reason(compared: tuple[Comparison, ...]):
    for each in compared:
        assert each.hit or each.observed.why_off, f"{each.drug} {each.observed.observable}: {each.ratio:.2f}"
    hits = {(each.drug, each.observed.observable) for each in compared if each.hit}
    assert hits >= {("trametinib", name) for name in ("AUC", "Cmax", "Cmin", "tmax")}
    assert hits >= {("spartalizumab", "AUC"), ("dabrafenib", "steady-state volume iv")}
    assert {each.drug for each in compared} == set(HALF_LIVES) - {"cisplatin", "doxorubicin", "lenvatinib"}


def test_the_page_is_what_the_tool_prints(monkeypatch: pytest.MonkeyPatch, compared: tuple[Comparison, ...]):
    monkeypatch.syspath_prepend(ROOT / "tools")
    tool = importlib.import_module("pharmacokinetics_table")
    monkeypatch.setattr(tool, "comparisons", lambda _: compared)
    assert (ROOT / "docs" / "pharmacokinetics.md").read_text(encoding="utf-8") == tool.page()


def test_a_day_of_a_drug_compiles_to_ptx():
    pytest.importorskip("numba_cuda")
    work = (np.zeros((INPUTS, INPUT_COLUMNS)), np.zeros((MODE_ROWS, 3)), np.zeros((1, 24)), np.zeros((1, 3)))
    text = following.ptx(np.zeros((1, 5)), agent(), start(), *work, 0.0, optimised=False)
    assert ".target sm_90" in text
    drawn = drawing.ptx(agent(), np.zeros(1, np.int64), start(), optimised=False)
    assert ".visible .entry" in drawn


MADE_UP = """\
symbol,meaning,value,low,high,unit,source,status,note
clearance,made up,2,,,L/h,assumed,assumed,
central_volume,made up,10,,,L,assumed,assumed,
infusion_duration,made up,2,,,h,assumed,assumed,
unbound_fraction,made up,0.5,,,1,assumed,assumed,
molar_mass,made up,500,,,g/mol,assumed,assumed,
"""


def test_an_agent_is_added_by_adding_a_folder(tmp_path: Path):
    folder = tmp_path / "drugs" / "nonexistinib"
    folder.mkdir(parents=True)
    (folder / "drug.yaml").write_text(
        "inn: nonexistinib\naliases: [NX-1]\ndrug_class: none\nmechanism: none\nlabel: seed\nroute: iv\n"
        "regimen: nonexistinib 100 mg every 7 d iv\nclearance_is: absolute\nsource: assumed\nstatus: assumed\n",
        encoding="utf-8",
    )
    (folder / "pharmacokinetics.csv").write_text(MADE_UP, encoding="utf-8")
    (folder / "observed.csv").write_text(
        "observable,source,status,note\nnone,assumed,assumed,none published\n", encoding="utf-8"
    )
    drugs = Drugs(Library(tmp_path))
    assert list(drugs) == ["nonexistinib"]
    record = compiled_drugs(["nx-1"], knowledge.parameters("atc"), drugs)
    course = exposure_course(record, drugs["nonexistinib"].usual, 1, 24, WEIGHT, SURFACE)
    peak = 50.0 / 2.0 * (1.0 - math.exp(-0.2 * 2.0)) * 1000.0
    assert course.peak[0] == pytest.approx(peak, rel=1e-9)
    assert course.trough[0] == 0.0
