"""Vessels at body scale: balance of inducers and inhibitors, VEGF, quality of vessels, oxygen, pressure, delivery.

The compiled step is compared with the equations written anew here and solved by scipy; sizes are compared with the
published figures that the body scale can show (Naumov 2006, Winkler 2004, Gutmann 1992, Nordsmark 2005).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from paget import knowledge
from paget.body import angiogenic_switch, surroundings
from paget.body.drug_delivery import drug_delivery
from paget.body.platelets import platelet_angiogenesis
from paget.compute import kernel
from paget.trial.units import convert

VALUES: dict[str, float] = {
    symbol: convert(knowledge.parameters("atc")[symbol].value, knowledge.parameters("atc")[symbol].unit, unit)
    for symbol, unit in surroundings.UNITS.items()
}
"""Shipped numbers in the units of the model."""

PARAMETERS = np.dtype(
    [(name, np.float64) for name in (*VALUES, "platelet_angiogenesis")]
    + [(f"switch_{name}", np.float64) for name in surroundings.SWITCHES]
)
PERSON = np.dtype(
    [(name, np.float64) for name in surroundings.PERSON_FIELDS]
    + [
        (name, np.float64)
        for name in ("volume_primary", "primary_log_ratio", "p53_lost", "inflammation", "vegf_blockade")
    ]
)
DRIVE = np.dtype([("drive", np.float64)])

USUAL = VALUES["reference_primary_volume"]
"""mm^3: the primary in which everything is 1."""

REST_DAYS = 600
"""Long beside the slowest state, macrophages (50 days)."""

STIMULATION, LIMIT, DIFFUSION = 5.85, 1e6, 1.0
"""phi (1/day), K_inf and K_0 (mm^3) of the law of vascular capacity."""


@kernel
def stepped(i, persons, kinetics, p, days, steps, fresh):
    """Take `steps` steps of `days` each, from the start state where `fresh` is 1."""
    if fresh == 1:
        surroundings.start_surroundings(persons[i], p[0])
    for _ in range(steps):
        surroundings.step_surroundings(persons[i], kinetics[i, 0], kinetics[i, 1], p[0], days)


@kernel
def delivered(i, persons, p, diffusive, convective, out):
    """Exposure of each person's primary to a drug."""
    out[i] = drug_delivery(diffusive, convective, persons[i], p[0])


@kernel
def switched(i, balances, p, out):
    """Drive and hazard of the switch at each balance."""
    out[i, 0] = angiogenic_switch.drive(balances[i], p[0])
    out[i, 1] = angiogenic_switch.switch_hazard(balances[i], p[0])


def parameters(switches: Mapping[str, float] | None = None, **changed: float) -> np.ndarray:
    """The shipped numbers with `changed` ones, every mechanism on but for `switches`."""
    p = np.zeros(1, PARAMETERS)
    for symbol, value in {**VALUES, "platelet_angiogenesis": 1.0, **changed}.items():
        p[symbol] = value
    for name in surroundings.SWITCHES:
        p[f"switch_{name}"] = (switches or {}).get(name, 1.0)
    return p


class Course:
    """One person's vessels, moved on at will."""

    def __init__(self, p: np.ndarray, *, volume=USUAL, log_ratio=1.0, p53_lost=1.0, inflammation=1.0) -> None:
        self.persons, self.kinetics = np.zeros(1, PERSON), np.zeros((1, 2), DRIVE)
        self.persons["volume_primary"], self.persons["primary_log_ratio"] = volume, log_ratio
        self.persons["p53_lost"], self.persons["inflammation"] = p53_lost, inflammation
        stepped.launch(1, self.persons, self.kinetics, p, 1.0, 0, 1)

    def on(self, p: np.ndarray, count: int, days: float = 1.0) -> Course:
        """Take `count` steps."""
        stepped.launch(1, self.persons, self.kinetics, p, days, count, 0)
        return self

    def __getitem__(self, field: str) -> float:
        return float(self.persons[field][0])

    @property
    def drive(self) -> float:
        """Of the primary."""
        return float(self.kinetics["drive"][0, 0])

    @property
    def drive_of_metastases(self) -> float:
        return float(self.kinetics["drive"][0, 1])


def at_rest(switches: Mapping[str, float] | None = None, changed: Mapping[str, float] | None = None, **state) -> Course:
    """A person whose primary has kept its size for long."""
    p = parameters(switches, **(changed or {}))
    return Course(p, **state).on(p, REST_DAYS)


def exposure(course: Course, p: np.ndarray, kind: str) -> float:
    """Of the primary to a small molecule or an antibody."""
    out = np.zeros(1)
    delivered.launch(1, course.persons, p, VALUES[f"{kind}_diffusive"], VALUES[f"{kind}_convective"], out)
    return float(out[0])


def switch_of(balances, p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(drive, hazard per day) at the balances."""
    balances = np.atleast_1d(np.asarray(balances, np.float64))
    out = np.zeros((balances.size, 2))
    switched.launch(balances.size, balances, p, out)
    return out[:, 0], out[:, 1]


def volume_without_brake(drive: float, days: float, start: float = 0.1, rate: float = 0.1) -> tuple[float, float]:
    """(V, K) in mm^3 of a lesion after `days` of dV/dt = min(rate, rate ln(K/V)) V and the law of capacity."""
    loss = STIMULATION / LIMIT ** (2.0 / 3.0)

    def change(_, state):
        volume, capacity = state[0], max(state[1], DIFFUSION)
        gain = drive * STIMULATION * volume - loss * capacity * volume ** (2.0 / 3.0)
        held = state[1] <= DIFFUSION and gain < 0.0
        return [min(rate, rate * np.log(capacity / volume)) * volume, 0.0 if held else gain]

    solved = solve_ivp(change, (0.0, days), [start, DIFFUSION], method="LSODA", rtol=1e-8, atol=1e-10)
    return float(solved.y[0, -1]), float(solved.y[1, -1])


# The reference


def test_everything_is_one_in_the_usual_carcinoma():
    course = at_rest()
    for field in ("vegf", "angiogenic_balance", "endothelial_precursors", "inhibitor_pool", "vessel_density"):
        assert course[field] == pytest.approx(1.0, rel=1e-5), field
    assert course.drive == pytest.approx(1.0, rel=1e-9)
    assert course["vessel_quality"] == pytest.approx(VALUES["vessel_quality_reference"], rel=1e-9)
    assert course["hypoxia"] == pytest.approx(VALUES["hypoxic_share_reference"], rel=1e-9)
    assert course["macrophage_share"] == pytest.approx(0.5, rel=1e-9)


def test_weights_and_shares_are_shares_of_one():
    for suffix, count in (("_weight", 6), ("vegf_share", 6)):
        chosen = [value for symbol, value in VALUES.items() if symbol.endswith(suffix) or symbol.startswith(suffix)]
        assert len(chosen) == count
        assert sum(chosen) == pytest.approx(1.0, abs=1e-12)


def test_the_rest_state_draws_back_from_every_side():
    for disturbed in (0.0, 0.2, 1.0):
        p = parameters()
        course = Course(p)
        course.persons["vessel_quality"] = course.persons["mural_cover"] = disturbed
        course.persons["hypoxia"] = 1.0 - disturbed
        assert course.on(p, 2 * REST_DAYS)["vessel_quality"] == pytest.approx(0.45, rel=1e-6)


def test_a_tiny_lesion_starts_at_rest_but_for_what_only_a_large_one_sends():
    for p53_lost in (0.0, 1.0):
        p = parameters()
        started = Course(p, volume=1e-6, log_ratio=10.0, p53_lost=p53_lost)
        before = {field: started[field] for field in surroundings.PERSON_FIELDS}
        started.on(p, 100)
        for field in ("vegf", "vessel_quality", "mural_cover", "hypoxia", "macrophage_share", "perfusion"):
            assert started[field] == pytest.approx(before[field], rel=1e-9), field
        assert started["endothelial_precursors"] < 1e-6
        assert started["inhibitor_pool"] < 1e-9
        assert started["interstitial_pressure"] < 0.01
    assert Course(parameters(), volume=1e-6).on(parameters(), 1).drive == pytest.approx(
        1.0 - VALUES["precursor_share"], rel=1e-6
    )


# The equations


def right_hand_side(v: Mapping[str, float], *, volume, log_ratio, p53_lost, inflammation):
    """d/dt of (cover, quality, density, macrophages, precursors, pool), written from the docstrings alone."""
    quality_ref, cover_ref, lack_ref = (
        v["vessel_quality_reference"], v["mural_cover_reference"], v["hypoxic_share_reference"],
    )  # fmt: skip
    share_ref, usual, half = v["macrophage_share_reference"], v["reference_primary_volume"], v["precursor_half_volume"]

    def change(_, state):
        cover, quality, density, share, precursors, pool = state
        flow = quality * density * min(1.0, np.exp(log_ratio)) ** (1 / 3)
        hill = flow**3 / (flow**3 + quality_ref**3 * lack_ref / (1 - lack_ref))
        lack = (1 - hill) / lack_ref
        bare = (1 - cover) / (1 - cover_ref)
        vegf = (1 - v["vegf_blockade"]) * (
            v["vegf_share_baseline"]
            + v["vegf_share_hypoxia"] * lack
            + v["vegf_share_p53"] * p53_lost
            + v["vegf_share_inflammation"] * inflammation
            + v["vegf_share_macrophages"] * share / share_ref
            + v["vegf_share_mural"] * bare
        )
        strain = (1 - v["mural_cover_quality_share"]) * vegf + v["mural_cover_quality_share"] * bare
        odds = share_ref / (1 - share_ref)
        odds *= 1 + v["macrophage_draw_hypoxia"] * (lack - 1) + v["macrophage_draw_inflammation"] * (inflammation - 1)
        mobilised = (1 + half / usual) * vegf * volume / (vegf * volume + half)
        return [
            (1 / (1 + vegf * (1 - cover_ref) / cover_ref) - cover) / v["mural_cover_time"],
            (1 / (1 + strain * (1 - quality_ref) / quality_ref) - quality) / v["vessel_quality_time"],
            v["vessel_regrowth_rate"] * vegf * (1 - density)
            - v["vessel_pruning_rate"] * v["vegf_blockade"] * (1 - cover) * density,
            (odds / (1 + odds) - share) * v["macrophage_turnover"],
            (mobilised - precursors) / v["precursor_time"],
            v["systemic_inhibitor_clearance"] * (volume / usual - pool),
        ]

    return change


STATES = (
    "mural_cover", "vessel_quality", "vessel_density", "macrophage_share", "endothelial_precursors", "inhibitor_pool",
)  # fmt: skip


@pytest.mark.parametrize(
    ("blockade", "log_ratio", "p53_lost", "inflammation"),
    [(0.0, 1.0, 0.0, 0.3), (0.9, 1.0, 1.0, 1.0), (0.5, -1.2, 1.0, 2.0)],
)
def test_time_course_is_that_of_the_coupled_equations_to_first_order(blockade, log_ratio, p53_lost, inflammation):
    days, setting = 12.0, {"p53_lost": p53_lost, "inflammation": inflammation, "log_ratio": log_ratio}
    begin = Course(parameters())
    start = [begin[name] for name in STATES]
    values = {**VALUES, "vegf_blockade": blockade}
    change = right_hand_side(values, volume=USUAL, **setting)
    exact = solve_ivp(change, (0.0, days), start, method="LSODA", rtol=1e-10, atol=1e-12).y[:, -1]
    assert np.abs(exact - start).max() > 0.05
    errors = []
    for step in (1.0, 1.0 / 8.0):
        course = Course(parameters())
        for name, value in {"primary_log_ratio": log_ratio, "p53_lost": p53_lost, "inflammation": inflammation}.items():
            course.persons[name] = value
        course.on(parameters(vegf_blockade=blockade), round(days / step), step)
        errors.append(np.abs(np.array([course[name] for name in STATES]) - exact).max())
    assert errors[0] < 0.05
    assert errors[1] < 0.006
    assert 5.0 < errors[0] / errors[1] < 12.0


def test_drive_is_a_hill_function_of_the_excess():
    p = parameters()
    balances = np.array([0.0, 0.2, 0.35, 0.36, 0.6, 1.0, 2.0, 50.0])
    drive, _ = switch_of(balances, p)
    threshold, half = VALUES["angiogenic_threshold"], VALUES["angiogenic_half_effect"]
    excess = np.clip(balances - threshold, 0.0, None)
    response = excess**2 / (excess**2 + half**2)
    at_one = (1.0 - threshold) ** 2 / ((1.0 - threshold) ** 2 + half**2)
    np.testing.assert_allclose(drive, response / at_one, rtol=1e-12)
    assert (drive[:3] == 0.0).all()
    assert 0.0 < drive[3] < 1e-3


# The switch from avascular to angiogenic


@pytest.mark.inventory("ANG-2", off="angiogenic_inhibitors", scale="body")
def test_thrombospondin_keeps_a_lesion_below_the_switch(mechanisms):
    """5- to 23-fold thrombospondin (Naumov 2006): avascular, at most 1 mm^3 for ever; onefold: grows on."""
    for fold in (5.0, 11.0, 23.0):
        course = at_rest(mechanisms(), {"thrombospondin_level": fold})
        assert course.drive == 0.0
        volume, capacity = volume_without_brake(course.drive, 1000.0)
        assert volume <= DIFFUSION + 1e-6
        assert capacity == pytest.approx(DIFFUSION)
    usual = at_rest(mechanisms())
    assert usual.drive == pytest.approx(1.0, rel=1e-6)
    assert volume_without_brake(usual.drive, 300.0)[0] > 1e4


def test_waiting_times_of_naumovs_sub_lines():
    """Angiogenic sub-lines are palpable by day 20 (perfused at 14); others after 119, 226 and 238 days on average."""
    p = parameters()
    palpable_after_switch = 20.0
    balance = at_rest({}, {"thrombospondin_level": 11.0})["angiogenic_balance"]
    hazard = switch_of([1.0, balance], p)[1]
    assert 7.0 <= 1.0 / hazard[0] <= 20.0
    assert 119.0 <= 1.0 / hazard[1] + palpable_after_switch <= 238.0
    folds = [at_rest({}, {"thrombospondin_level": fold})["angiogenic_balance"] for fold in (1.0, 5.0, 11.0, 23.0)]
    waits = 1.0 / switch_of(folds, p)[1]
    assert (np.diff(waits) > 30.0).all()
    assert switch_of([0.0], p)[1][0] == 0.0


@pytest.mark.inventory("ANG-2", off="angiogenic_inducers", scale="body")
@pytest.mark.parametrize(
    ("factor", "weight"),
    [("fgf2", 0.20), ("egf", 0.08), ("pdgf", 0.10), ("plgf", 0.07), ("mmp", 0.10)],
)
def test_each_inducer_is_a_term(mechanisms, factor, weight):
    usual, without = at_rest(mechanisms()), at_rest(mechanisms(), {f"{factor}_level": 0.0})
    assert usual["angiogenic_balance"] - without["angiogenic_balance"] == pytest.approx(weight, rel=1e-6)
    assert without.drive < 0.97 * usual.drive
    assert without.drive > 0.3
    doubled = at_rest(mechanisms(), {f"{factor}_level": 2.0})
    assert doubled.drive > 1.02 * usual.drive


@pytest.mark.inventory("ANG-2", off="angiogenic_inducers", scale="body")
def test_vegf_is_the_first_inducer_but_not_the_only_one(mechanisms):
    whole = at_rest(mechanisms())
    blocked = at_rest(mechanisms(), {"vegf_blockade": 1.0})
    assert whole.drive == pytest.approx(1.0, rel=1e-6)
    assert blocked["vegf"] == 0.0
    assert 0.02 < blocked.drive < 0.5


@pytest.mark.inventory("ANG-2", off="angiogenic_inhibitors", scale="body")
@pytest.mark.parametrize("factor", ["thrombospondin", "angiostatin", "tumstatin"])
def test_each_inhibitor_is_a_term(mechanisms, factor):
    potency = VALUES[f"{factor}_potency"]
    usual, twice = at_rest(mechanisms()), at_rest(mechanisms(), {f"{factor}_level": 2.0})
    assert usual["angiogenic_balance"] / twice["angiogenic_balance"] == pytest.approx(1.0 + potency / 5.0, rel=1e-6)
    assert twice.drive < 0.9 * usual.drive
    assert at_rest(mechanisms(), {f"{factor}_level": 0.0}).drive > 1.05 * usual.drive


def test_inducers_off_means_no_vessels_and_inhibitors_off_more():
    assert at_rest({"angiogenic_inducers": 0.0}).drive == 0.0
    assert 1.3 < at_rest({"angiogenic_inhibitors": 0.0}).drive < 2.0
    half = at_rest({"angiogenic_inducers": 0.5})
    assert half["angiogenic_balance"] == pytest.approx(0.5, rel=1e-6)


# What turns it on


@pytest.mark.inventory("ANG-3", off="p53_angiogenesis", scale="body")
def test_loss_of_p53_raises_vegf_and_the_drive(mechanisms):
    lost, kept = at_rest(mechanisms()), at_rest(mechanisms(), p53_lost=0.0)
    assert kept["vegf"] < (1.0 - VALUES["vegf_share_p53"] + 1e-9) * lost["vegf"]
    assert kept["angiogenic_balance"] < 0.9 * lost["angiogenic_balance"]
    assert 0.4 < kept.drive / lost.drive < 0.9
    assert 0.4 < kept.drive_of_metastases / lost.drive_of_metastases < 0.9


@pytest.mark.inventory("ANG-3", off="hypoxia", scale="body")
def test_hypoxia_raises_vegf_and_the_drive(mechanisms):
    perfused, starved = at_rest(mechanisms()), at_rest(mechanisms(), log_ratio=np.log(0.5))
    assert starved["perfusion"] < 0.8 * perfused["perfusion"]
    assert starved["hypoxia"] > perfused["hypoxia"] + 0.1
    assert starved["vegf"] > 1.08 * perfused["vegf"]
    assert starved.drive > 1.05 * perfused.drive


@pytest.mark.inventory("ANG-3", off="inflammation", scale="body")
def test_inflammation_raises_vegf_and_the_drive(mechanisms):
    none, usual, strong = (at_rest(mechanisms(), inflammation=level) for level in (0.0, 1.0, 3.0))
    assert none["vegf"] < (1.0 - VALUES["vegf_share_inflammation"]) * usual["vegf"]
    assert none["macrophage_share"] < usual["macrophage_share"] - 0.03
    assert none.drive < 0.95 * usual.drive < 0.95 * 0.95 * strong.drive


@pytest.mark.parametrize(
    "off",
    ["p53_angiogenesis", "hypoxia", "inflammation", "macrophages", "mural_cells", "endothelial_precursors"],
)
def test_each_cause_off_lowers_the_drive_and_doubled_raises_it(off):
    lowered, raised = at_rest({off: 0.0}).drive, at_rest({off: 2.0}).drive
    assert 0.3 < lowered < 0.95
    assert raised > 1.04


def test_without_p53_mechanism_the_genotype_does_not_matter():
    kept, lost = (at_rest({"p53_angiogenesis": 0.0}, p53_lost=value) for value in (0.0, 1.0))
    assert kept.drive == lost.drive


# Cells from elsewhere


@pytest.mark.inventory("ANG-5", off="endothelial_precursors", scale="body")
def test_vegf_of_a_growing_primary_mobilises_precursors_that_add_vessels(mechanisms):
    small, half, usual = (at_rest(mechanisms(), volume=volume) for volume in (1.0, 5000.0, USUAL))
    level = [course["endothelial_precursors"] for course in (small, half, usual)]
    assert level[0] < 0.001
    assert level[1] == pytest.approx(0.5 * (1.0 + 5.0 / 70.0), rel=1e-6)
    assert small.drive < half.drive < usual.drive
    assert usual.drive / small.drive == pytest.approx(1.0 / 0.9, rel=1e-3)
    blocked = at_rest(mechanisms(), {"vegf_blockade": 0.9})
    assert blocked["endothelial_precursors"] < 0.8 * usual["endothelial_precursors"]


@pytest.mark.inventory("ANG-5", off="macrophages", scale="body")
def test_macrophages_are_recruited_and_add_factors(mechanisms):
    usual, none = at_rest(mechanisms()), at_rest(mechanisms(macrophages=0.0))
    assert usual["macrophage_share"] >= 0.5 - 1e-9  # Caillou 2011: more than half of the nucleated cells
    assert none["macrophage_share"] < 1e-4
    assert none["vegf"] < 0.87 * usual["vegf"]
    balance = 0.45 * none["vegf"] + 0.25 + (0.20 + 0.10) * (1.0 - VALUES["macrophage_factor_share"])
    assert none["angiogenic_balance"] == pytest.approx(balance, rel=1e-4)
    assert none.drive < 0.9 * usual.drive


# Vessels


@pytest.mark.inventory("ANG-6", off="vessel_quality", scale="body")
def test_tumour_vessels_are_leaky_badly_perfused_and_bare(mechanisms):
    course = at_rest(mechanisms())
    assert 0.2 < course["perfusion"] < 0.7
    assert 0.2 < course["mural_cover"] < 0.7
    assert course["vessel_quality"] < 0.7
    assert course["interstitial_pressure"] > 20.0
    more = at_rest(mechanisms(), inflammation=4.0)
    assert more["vegf"] > 1.2
    assert more["vessel_quality"] < 0.93 * course["vessel_quality"]
    assert more["perfusion"] < 0.93 * course["perfusion"]


@pytest.mark.inventory("ANG-6", off="mural_cells", scale="body")
def test_badly_covering_mural_cells_secrete_vegf_themselves(mechanisms):
    with_feedback, without = at_rest(mechanisms()), at_rest(mechanisms(mural_cells=0.0))
    assert with_feedback["vegf"] > (1.0 + VALUES["vegf_share_mural"]) * without["vegf"]
    assert with_feedback.drive > 1.05 * without.drive
    assert with_feedback["mural_cover"] < without["mural_cover"] - 0.02


def test_normal_vessels_give_no_mural_vegf():
    course = at_rest({"vessel_quality": 0.0})
    assert course["mural_cover"] == pytest.approx(1.0)
    assert course["vessel_quality"] == pytest.approx(1.0)
    assert course["hypoxia"] < 0.1
    assert course["vegf"] < 0.75


def after_a_blow(switches: Mapping[str, float], days: int, field: str) -> np.ndarray:
    """A field day by day after a third of the vessels is lost at once."""
    p = parameters(switches)
    course = at_rest(switches)
    course.persons["vessel_density"] = 2.0 / 3.0
    values = []
    for _ in range(days):
        course.on(p, 1)
        values.append(course[field])
    return np.array(values)


@pytest.mark.inventory("ANG-7", off="hypoxia", scale="body")
@pytest.mark.inventory("ANG-7", off="vessel_quality", scale="body")
def test_poor_vessels_raise_hypoxia_which_raises_vegf_and_leak(mechanisms):
    """First oxygen falls, then VEGF rises, then quality falls below where it was, and pressure rises: in that order."""
    hypoxia, vegf, quality, pressure, drive = (
        after_a_blow(mechanisms(), 40, field)
        for field in ("hypoxia", "vegf", "vessel_quality", "interstitial_pressure", "angiogenic_balance")
    )
    assert hypoxia[0] > 0.5
    assert vegf[1] > 1.1
    assert quality[0] == pytest.approx(0.45, rel=0.01)  # VEGF of the first day is still that of the day before
    assert quality.min() < 0.97 * 0.45
    assert pressure.max() > pressure[0] + 0.2
    assert drive[1:].max() > 1.05
    assert np.argmax(hypoxia) <= np.argmax(vegf) < np.argmin(quality)
    assert vegf[-1] < vegf.max() - 0.05  # regrown vessels end it


def test_feedback_amplifies_a_disturbance_and_stays_stable():
    """A cause moves the rest state by more than its own share: 1 / (1 - loop gain), with a gain below 1."""
    p53_share = VALUES["vegf_share_p53"]
    closed = 1.0 - at_rest(p53_lost=0.0)["vegf"]
    assert 1.1 < closed / p53_share < 2.0
    opened = 1.0 - at_rest({"hypoxia": 0.0, "mural_cells": 0.0}, p53_lost=0.0)["vegf"]
    base = 1.0 - at_rest({"hypoxia": 0.0, "mural_cells": 0.0})["vegf"]
    assert opened - base == pytest.approx(p53_share, rel=0.01)


# Treatment of vessels


def under_blockade(days: int, blockade: float = 0.9, switches: Mapping[str, float] | None = None):
    """(perfusion, quality, density, hypoxia, antibody, small molecule) by day from 0 on under VEGF blockade."""
    p = parameters(switches, vegf_blockade=blockade)
    course = at_rest(switches)
    rows = []
    for _ in range(days + 1):
        fields = [course[name] for name in ("perfusion", "vessel_quality", "vessel_density", "hypoxia")]
        rows.append([*fields, exposure(course, p, "antibody"), exposure(course, p, "small_molecule")])
        course.on(p, 1)
    return np.array(rows).T


def test_blockade_normalises_then_prunes():
    """Window of normalisation at 4 (2 to 8) days (Winkler 2004); then perfusion falls below its start."""
    perfusion, quality, density, hypoxia, *_ = under_blockade(90)
    peak = int(np.argmax(perfusion))
    assert 2 <= peak <= 8
    assert perfusion[4] > 1.05 * perfusion[0]
    assert hypoxia[peak] < 0.9 * hypoxia[0]
    assert perfusion[-1] < 0.8 * perfusion[0]
    assert hypoxia[-1] > hypoxia[0]
    assert quality[-1] > 1.5 * quality[0]
    assert density[-1] < 0.5
    still = under_blockade(90, blockade=0.0)
    np.testing.assert_allclose(still, still[:, :1] * np.ones(91), rtol=1e-4)


def test_blockade_can_hurt_delivery():
    """Uptake of antibodies and small drugs falls under VEGF blockade (doi:10.18632/oncotarget.6918)."""
    *_, antibody, small = under_blockade(90)
    assert small[-1] < 0.8 * small[0]
    assert antibody[-1] < antibody[0]


def test_vessels_return_after_blockade():
    p = parameters()
    course = at_rest().on(parameters(vegf_blockade=0.9), 60)
    assert course["vessel_density"] < 0.6
    assert course.on(p, 90)["vessel_density"] > 0.95


# Metastases


def test_primary_sends_an_inhibitor_that_resection_removes():
    p = parameters()
    course = at_rest()
    before = course.drive_of_metastases
    assert 0.6 < before < 0.95
    course.persons["volume_primary"] = 0.0
    course.on(p, 1)
    clearance = VALUES["systemic_inhibitor_clearance"]
    assert course["inhibitor_pool"] == pytest.approx(np.exp(-clearance), rel=1e-6)
    course.on(p, 9)
    assert course["inhibitor_pool"] == pytest.approx(np.exp(-10.0 * clearance), rel=1e-6)
    alone = at_rest({"endothelial_precursors": 0.0}).drive_of_metastases
    gone = at_rest({"endothelial_precursors": 0.0}, volume=0.0).drive_of_metastases
    assert gone > 1.05 * alone
    never = at_rest({"systemic_inhibitor": 0.0, "endothelial_precursors": 0.0}).drive_of_metastases
    assert never == pytest.approx(gone, rel=1e-6)
    assert at_rest({"systemic_inhibitor": 0.0}).drive == at_rest().drive


def test_pool_grows_with_the_primary_and_its_strength_can_stop_metastases():
    drives = [at_rest(volume=volume).drive_of_metastases for volume in (0.5 * USUAL, USUAL, 3.0 * USUAL)]
    assert drives[0] > drives[1] > drives[2]
    assert at_rest({}, {"systemic_inhibitor_effect": 20.0}).drive_of_metastases == 0.0


@pytest.mark.inventory("EXT-4", off="platelets", scale="body")
def test_platelets_speed_the_early_growth_of_metastases(mechanisms):
    """Platelets promote angiogenesis after adhesion; the primary, which did not come with platelets, is as before."""
    values = {symbol: record.value for symbol, record in knowledge.parameters("atc").items()}

    def grown(**switches: float) -> tuple[float, float, float]:
        chosen = {"platelets": 1.0, "aspirin": 0.0, **mechanisms(**switches)}
        course = at_rest({}, {"platelet_angiogenesis": platelet_angiogenesis(values, chosen)})
        return course.drive, course.drive_of_metastases, volume_without_brake(course.drive_of_metastases, 250.0)[0]

    usual, without = grown(), grown(platelets=0.0)
    assert usual[0] == without[0]
    assert without[1] / usual[1] == pytest.approx(1.0 / (1.0 + values["platelet_angiogenesis_gain"]), rel=1e-9)
    assert without[2] < 0.95 * usual[2]


# Pressure and delivery


def test_pressure_of_head_and_neck_tumours():
    """4 to 33 mmHg, rising with size, in tumours of 1 to 24 mL (Gutmann 1992); middle of the range 18."""
    pressures = [at_rest(volume=1000.0 * millilitres)["interstitial_pressure"] for millilitres in (1, 3, 6, 12, 24)]
    assert (np.diff(pressures) > 1.0).all()
    assert pressures[0] == pytest.approx(4.0, abs=2.5)
    assert 20.0 < pressures[-1] <= 33.0
    assert np.mean(pressures) == pytest.approx(18.0, abs=5.0)


def test_hypoxia_of_the_usual_carcinoma_is_that_of_head_and_neck_tumours():
    assert 0.19 <= at_rest()["hypoxia"] <= 0.38 + 1e-9


@pytest.mark.inventory("ANG-8", off="interstitial_pressure", scale="body")
def test_exposure_falls_with_interstitial_pressure(mechanisms):
    p = parameters(mechanisms())
    for kind, lost in (("antibody", 0.4), ("small_molecule", 0.1)):
        seen = exposure(at_rest(mechanisms()), p, kind)
        relaxed = at_rest(mechanisms())
        relaxed.persons["interstitial_pressure"] = 0.0
        unhindered = exposure(relaxed, p, kind)
        assert seen < (1.0 - lost) * unhindered
    antibody = [exposure(at_rest(mechanisms(), volume=size), p, "antibody") for size in (500.0, 5000.0, 50000.0)]
    assert antibody[0] > antibody[1] > antibody[2]


@pytest.mark.inventory("ANG-8", off="drug_delivery", scale="body")
def test_antibodies_reach_tissue_worse_than_small_molecules(mechanisms):
    p = parameters(mechanisms())
    for volume in (1.0, 1000.0, USUAL):
        course = at_rest(mechanisms(), volume=volume)
        assert 0.1 - 1e-9 <= exposure(course, p, "antibody") <= 0.5 + 1e-9
        assert 0.8 - 1e-9 <= exposure(course, p, "small_molecule") <= 1.0 + 1e-9
    assert exposure(at_rest(mechanisms()), p, "antibody") < 0.2


def test_pressure_acts_on_convection_only():
    p = parameters()
    course = at_rest()
    course.persons["interstitial_pressure"] = 1e6
    assert exposure(course, p, "antibody") == pytest.approx(VALUES["antibody_diffusive"], rel=1e-6)
    assert exposure(course, p, "small_molecule") == pytest.approx(VALUES["small_molecule_diffusive"], rel=1e-6)
    course.persons["interstitial_pressure"] = 0.0
    assert exposure(course, p, "antibody") == pytest.approx(0.5, rel=1e-6)
    assert exposure(course, p, "small_molecule") == pytest.approx(1.0, rel=1e-6)
    off = parameters({"drug_delivery": 0.0})
    assert exposure(course, off, "antibody") == 1.0
    course.persons["perfusion"] = 0.5 * VALUES["vessel_quality_reference"]
    assert exposure(course, p, "antibody") == pytest.approx(0.25, rel=1e-6)


def test_nothing_is_undefined_without_perfusion_or_tumour():
    course = at_rest(volume=0.0, log_ratio=-2000.0)
    assert course["perfusion"] < 1e-200
    assert course["hypoxia"] == 1.0
    assert np.isfinite([course[field] for field in surroundings.PERSON_FIELDS]).all()
    assert np.isfinite([course.drive, course.drive_of_metastases]).all()
