"""Arrival: binding, homing, niche, permeability, matrix, proteases, reversion, dormancy, the host's own factor.

Every equation is checked against another computation; every mechanism has a direction, a size and a negative control.
A cascade of one passage (veins, lung, arteries, organs) shows what the factors do to where founders settle.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp
from scipy.optimize import brentq
from scipy.stats import kstest

from paget import knowledge
from paget.body.adhesion import bound_share
from paget.body.arrival import arrival_factors, inflow_shares, reference_values
from paget.body.dormancy import dormant_death_probability, dormant_share, wake_probability
from paget.body.homing import occupancy
from paget.body.host_factor import draw_host_factor
from paget.body.mesenchymal_epithelial_transition import epithelial_share, met_gate
from paget.body.mmp_timp import free_protease
from paget.body.premetastatic_niche import niche_drive, step_niche
from paget.body.vascular_permeability import permeability
from paget.compute import kernel
from paget.errors import InputErrors
from paget.knowledge.reading import shipped
from paget.knowledge.soil import Soil, read_soils, soils

SITES = tuple(site.id for site in knowledge.sites())
VALUES = {**reference_values(), "extravasation_probability": 0.8, "niche_half_volume": 5000.0}
"""Parameters of arrival in the units of the model: the niche's volume in mm^3."""

ARRIVAL = (
    "adhesion",
    "cxcr4_cxcl12",
    "ccr7_ccl21",
    "premetastatic_niche",
    "vascular_permeability",
    "fibronectin",
    "mmp_timp",
    "host_factor",
    "mesenchymal_epithelial_transition",
    "dormancy",
    "extravasation",
)
PLACES = {site: replace(each, permissiveness=1.0) for site, each in soils().items()}
"""The shipped soil without what calibration adds to the named factors."""

MILLILITRE = 1000.0


def factors(chosen: Mapping[str, float] | None = None, *, level=0.0, places=None, **values: float):
    """Factors of arrival at every site; `chosen`: switches other than 1, `values`: parameters other than shipped."""
    switches = {**dict.fromkeys(ARRIVAL, 1.0), **(chosen or {})}
    return arrival_factors(SITES, {**VALUES, **values}, switches, level, places or PLACES)


def founders(chosen: Mapping[str, float] | None = None, **described) -> dict[str, float]:
    """Founders per 10^6 cells that enter the veins and make one circuit, by site."""
    found = factors(chosen, **described)
    flow = knowledge.flow_shares()
    lung = min(1.0, 0.85 * found.adhesion[SITES.index("lung")])
    arrested = {
        site: lung if site == "lung" else (1.0 - lung) * flow[site] * min(1.0, 0.85 * found.adhesion[place])
        for place, site in enumerate(SITES)
    }
    return {
        site: arrested[site] * found.extravasation[place] * found.soil[place] * found.met_gate
        for place, site in enumerate(SITES)
    }


def changed(site: str, **properties: float) -> dict[str, Soil]:
    """The soil with one place changed."""
    return {**PLACES, site: replace(PLACES[site], **properties)}


def parameters(**other: float):
    """A record as the compiled course reads it: the parameters of arrival, all switches at 1 unless given."""
    values = {**VALUES, **{f"switch_{name}": 1.0 for name in ARRIVAL}, **other}
    record = np.zeros(1, np.dtype([(name, np.float64) for name in values]))
    for name, value in values.items():
        record[name] = value
    return record[0]


def ratios(above: Mapping[str, float], below: Mapping[str, float]) -> dict[str, float]:
    return {site: above[site] / below[site] for site in below}


def share(counts: Mapping[str, float], *sites: str) -> float:
    return sum(counts[site] for site in sites) / sum(counts.values())


# --- adhesion ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("receptors", [0.0, 0.3, 1.0, 5.0])
def test_binding_is_a_race_against_being_washed_on(receptors):
    wash, bind = 1.0, 0.9 / 0.1 * receptors
    won = quad(lambda time: bind * np.exp(-(bind + wash) * time), 0.0, np.inf)[0]
    assert bound_share(0.9, receptors, 1.0) == pytest.approx(won, rel=1e-7)
    assert bound_share(0.9, 1.0, receptors) == pytest.approx(won, rel=1e-7)


@pytest.mark.inventory("EXT-1", off="adhesion", scale="body")
def test_cells_bind_the_endothelium_before_they_leave_the_vessel(mechanisms):
    whole, half = factors(mechanisms()), factors(mechanisms(adhesion=0.5))
    assert whole.adhesion == pytest.approx(np.ones(len(SITES)), rel=1e-14)
    assert half.adhesion == pytest.approx(np.full(len(SITES), (0.45 / 0.55) / 0.9), rel=1e-12)
    for other in ("extravasation", "soil", "met_gate"):
        assert np.array_equal(getattr(half, other), getattr(whole, other))
    # What does not bind in the lung is washed on to the organs behind it.
    moved = ratios(founders(mechanisms(adhesion=0.5)), founders(mechanisms()))
    assert moved["lung"] == pytest.approx(10.0 / 11.0, rel=1e-12)
    assert moved["bone"] > 1.3
    assert sum(founders({"adhesion": 0.0}).values()) == 0.0
    assert sum(founders(mechanisms()).values()) > 0.1


def test_more_receptors_on_one_endothelium_bind_more_cells_there_only():
    more = ratios(founders(places=changed("bone", endothelial_receptors=3.0)), founders())
    assert more["bone"] == pytest.approx(2.7 / 2.8 / 0.9, rel=1e-12)
    assert all(value == 1.0 for site, value in more.items() if site != "bone")


# --- homing -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("concentration", [0.0, 0.1, 1.0, 25.0, 300.0])
def test_occupancy_is_the_balance_of_binding_and_release(concentration):
    balance = brentq(lambda bound: concentration * (1.0 - bound) - 25.0 * bound, -1e-9, 1.0 + 1e-9, xtol=1e-15)
    assert occupancy(concentration, 25.0) == pytest.approx(balance, abs=1e-12)


@pytest.mark.inventory("CYT-1", off="cxcr4_cxcl12", scale="body")
def test_homing_needs_the_receptor_on_the_cell_and_the_ligand_in_the_organ(mechanisms):
    def liver(level: float, ligand: float) -> float:
        places = changed("liver", cxcl12=ligand)
        return founders(mechanisms(ccr7_ccl21=0.0), cxcr4_level=level, places=places)["liver"]

    neither = liver(0.0, 0.0)
    assert liver(0.35, 0.0) == pytest.approx(neither, rel=1e-12)
    assert liver(0.0, 5.0) == pytest.approx(neither, rel=1e-12)
    # w R theta by hand: 18 x 0.35 x 5 / (5 + 25) = 1.05
    assert liver(0.35, 5.0) == pytest.approx(2.05 * neither, rel=1e-12)


@pytest.mark.inventory("CYT-2", off="cxcr4_cxcl12", scale="body")
@pytest.mark.inventory("CYT-2", off="ccr7_ccl21", scale="body")
def test_a_receptor_knock_out_moves_the_organ_distribution(mechanisms):
    both = founders(mechanisms())
    no_cxcr4, no_ccr7 = (ratios(founders(mechanisms(**{name: 0.0})), both) for name in ("cxcr4_cxcl12", "ccr7_ccl21"))
    # Gains by hand. CXCR4: 1.05 where rich, 18 x 0.35 / 26 elsewhere; CCR7: 3 x 0.2 and 3 / 21.
    high4, low4, high7, low7 = 1.05, 6.3 / 26.0, 0.6, 3.0 / 21.0
    for site in ("lung", "liver", "bone"):
        assert no_cxcr4[site] == pytest.approx((1.0 + low7) / (1.0 + high4 + low7), rel=1e-9)
    for site in ("brain", "kidney", "skin_soft_tissue"):
        assert no_cxcr4[site] == pytest.approx((1.0 + low7) / (1.0 + low4 + low7), rel=1e-9)
    assert no_ccr7["cervical_nodes"] == pytest.approx((1.0 + high4) / (1.0 + high4 + high7), rel=1e-9)
    assert no_ccr7["kidney"] == pytest.approx((1.0 + low4) / (1.0 + low4 + low7), rel=1e-9)
    assert no_cxcr4["liver"] < 0.65 * no_cxcr4["brain"]
    assert no_ccr7["cervical_nodes"] < 0.9 * no_ccr7["kidney"]


@pytest.mark.inventory("CYT-4", off="cxcr4_cxcl12", scale="body")
def test_the_organ_rate_scales_with_its_ligand(mechanisms):
    def bone(ligand: float) -> float:
        return founders(mechanisms(), places=changed("bone", cxcl12=ligand))["bone"]

    none, amounts = bone(0.0), np.array([0.5, 1.0, 2.0, 5.0, 10.0])
    advantage = np.array([bone(amount) for amount in amounts]) / none - 1.0
    assert np.all(advantage > 0.0)
    # Of the rest, 1 + 1/7 by CCR7; the ligand adds 6.3 c / (c + 25).
    assert advantage == pytest.approx(6.3 * amounts / (amounts + 25.0) / (8.0 / 7.0), rel=1e-12)
    # Proportional to the ligand as long as few receptors are occupied.
    assert advantage[2] / advantage[1] == pytest.approx(2.0, rel=0.05)
    elsewhere = ratios(founders(mechanisms(), places=changed("bone", cxcl12=0.0)), founders(mechanisms()))
    assert all(value == 1.0 for site, value in elsewhere.items() if site != "bone")


def test_without_any_ligand_the_receptors_make_no_difference():
    bare = {site: replace(each, cxcl12=0.0, ccl21=0.0) for site, each in PLACES.items()}
    off = {"cxcr4_cxcl12": 0.0, "ccr7_ccl21": 0.0}
    assert np.array_equal(factors(places=bare).soil, factors(off, places=bare).soil)


# --- pre-metastatic niche ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [0.25, 1.0, 30.0])
def test_niche_solves_its_equation(step):
    p, drive, niche = parameters(), 0.3, 0.05
    for _ in range(3):
        niche = step_niche(niche, drive, p, step)
    formation, loss = VALUES["niche_formation_rate"], VALUES["niche_loss_rate"]
    other = solve_ivp(
        lambda _, n: formation * drive * (1.0 - n) - loss * n, (0.0, 3.0 * step), [0.05], rtol=1e-11, atol=1e-13
    )
    assert niche == pytest.approx(other.y[0, -1], rel=1e-8)


@pytest.mark.parametrize("volume", [0.5, 5.0, 50.0, 1e5])
def test_a_lasting_primary_fills_half_of_the_niche_at_5_ml(volume):
    p = parameters()
    niche = step_niche(0.0, niche_drive(volume * MILLILITRE, 1.0, 1.0, 1.0, p), p, 1e4)
    assert niche == pytest.approx(0.9 * volume / (volume + 5.0), rel=1e-12)


def test_each_factor_drives_a_third_and_none_drives_nothing():
    p, volume = parameters(), 20.0 * MILLILITRE
    full = niche_drive(volume, 1.0, 1.0, 1.0, p)
    for absent in ((0.0, 1.0, 1.0), (1.0, 0.0, 1.0), (1.0, 1.0, 0.0)):
        assert niche_drive(volume, *absent, p) == pytest.approx(2.0 / 3.0 * full, rel=1e-12)
    assert niche_drive(volume, 2.0, 2.0, 2.0, p) == pytest.approx(niche_drive(2.0 * volume, 1.0, 1.0, 1.0, p))
    assert niche_drive(volume, 0.0, 0.0, 0.0, p) == niche_drive(0.0, 1.0, 1.0, 1.0, p) == 0.0
    assert niche_drive(1e15, 1.0, 1.0, 1.0, p) <= 1.0


def test_the_niche_fades_when_the_primary_is_removed_and_never_forms_when_off():
    p = parameters()
    assert step_niche(0.8, 0.0, p, np.log(2.0) / 0.1) == pytest.approx(0.4, rel=1e-12)
    off = parameters(switch_premetastatic_niche=0.0)
    assert step_niche(0.0, 1.0, off, 100.0) == 0.0


def test_a_full_niche_raises_lung_seeding_and_only_that():
    for switch, fold in ((1.0, 3.0), (0.5, 2.0), (0.0, 1.0), (2.0, 5.0)):
        chosen = {"premetastatic_niche": switch}
        raised = ratios(founders(chosen, level=1.0), founders(chosen))
        assert raised["lung"] == pytest.approx(fold, rel=1e-12)
        assert all(value == 1.0 for site, value in raised.items() if site != "lung")
    assert founders(level=0.25)["lung"] == pytest.approx(1.5 * founders()["lung"], rel=1e-12)


# --- permeability -----------------------------------------------------------------------------------------------


def test_vegf_opens_vessels_to_leaving_cells():
    p = parameters()
    assert permeability(1.0, p) == pytest.approx(1.0, rel=1e-14)
    assert permeability(0.0, p) == VALUES["vegf_free_permeability"] == 0.5
    # Half of VEGF: 0.5 + 0.5 x (0.5 / 1.0) / (1 / 1.5)
    assert permeability(0.5, p) == pytest.approx(0.875, rel=1e-14)
    amounts = np.geomspace(1e-3, 1e6, 40)
    rises = np.array([permeability(amount, p) for amount in amounts])
    assert np.all(np.diff(rises) > 0.0)
    assert rises[-1] == pytest.approx(1.25, rel=1e-5)
    assert rises[-1] * factors().extravasation.max() <= 1.0


@pytest.mark.parametrize(("switch", "loss"), [(0.0, 0.0), (0.5, 0.25), (1.0, 0.5)])
def test_anti_vegf_lowers_extravasation_through_its_switch(switch, loss):
    p = parameters(switch_vascular_permeability=switch)
    treated, untreated = (permeability(vegf, p) for vegf in (0.0, 1.0))
    assert untreated - treated == pytest.approx(loss, abs=1e-14)
    assert treated == 0.5


def test_the_barrier_of_the_brain_lets_fewer_cells_out():
    out = dict(zip(SITES, factors().extravasation, strict=True))
    assert out.pop("brain") == pytest.approx(0.8 * 0.4, rel=1e-14)
    assert set(out.values()) == {0.8}
    assert np.array_equal(factors({"extravasation": 0.5}).extravasation, 0.5 * factors().extravasation)
    assert factors({"extravasation": 5.0}).extravasation.max() == 1.0


# --- matrix and proteases ---------------------------------------------------------------------------------------


@pytest.mark.inventory("MIC-4", off="fibronectin", scale="body")
def test_fibroblasts_make_the_matrix_that_lets_an_organ_be_colonised(mechanisms):
    usual = founders(mechanisms())
    few = ratios(founders(mechanisms(), places=changed("kidney", fibroblasts=0.0)), usual)
    many = ratios(founders(mechanisms(), places=changed("kidney", fibroblasts=3.0)), usual)
    # F = 0.5 or 2 instead of 1; settling 1 + 2 F / (F + 1) = 5/3 and 7/3 instead of 2.
    assert few["kidney"] == pytest.approx(5.0 / 6.0, rel=1e-12)
    assert many["kidney"] == pytest.approx(7.0 / 6.0, rel=1e-12)
    assert all(few[site] == many[site] == 1.0 for site in SITES if site != "kidney")
    # The composition of the matrix moves where metastases form: few fibroblasts in the brain.
    without = ratios(founders(mechanisms(fibronectin=0.0)), usual)
    assert without["brain"] > 1.05 * without["kidney"]


@pytest.mark.inventory("MIC-5", off="fibronectin", scale="body")
def test_deposits_of_fibronectin_raise_the_score_of_a_place(mechanisms):
    def score(deposit: float) -> float:
        places = changed("lung", fibronectin=deposit)
        return factors(mechanisms(), places=places).soil[SITES.index("lung")]

    deposits = np.array([0.0, 1.0, 3.0, 10.0])
    scores = np.array([score(deposit) for deposit in deposits])
    assert np.all(np.diff(scores) > 0.0)
    amount = 0.5 + 0.5 * deposits
    assert scores / scores[1] == pytest.approx((1.0 + 2.0 * amount / (amount + 1.0)) / 2.0, rel=1e-12)


def test_without_fibronectin_cells_settle_half_as_often_in_the_usual_organ():
    none, half = (factors({"fibronectin": switch}).soil / factors().soil for switch in (0.0, 0.5))
    kidney = SITES.index("kidney")
    assert none[kidney] == pytest.approx(0.5, rel=1e-12)
    assert half[kidney] == pytest.approx(0.75, rel=1e-12)


@pytest.mark.parametrize("constant", [0.3, 1.0, 50.0])
@pytest.mark.parametrize("timp", [0.0, 0.2, 1.0, 10.0])
def test_free_protease_is_what_no_inhibitor_holds(timp, constant):
    free = brentq(lambda free: free + free * timp * constant - 2.0, 0.0, 2.0 + 1e-9, xtol=1e-15)
    assert free_protease(2.0, timp, constant) == pytest.approx(free, rel=1e-9)


@pytest.mark.inventory("MIC-6", off="mmp_timp", scale="body")
def test_timp_raised_at_a_site_lowers_colonisation_there_and_nowhere_else(mechanisms):
    usual, raised = (factors(mechanisms(), places=places) for places in (None, changed("liver", timp=10.0)))
    assert np.array_equal(raised.extravasation, usual.extravasation)  # Koop et al. 1995
    fallen = ratios(founders(mechanisms(), places=changed("liver", timp=10.0)), founders(mechanisms()))
    assert fallen["liver"] == pytest.approx(2.0 / 11.0, rel=1e-12)
    assert all(value == 1.0 for site, value in fallen.items() if site != "liver")
    more = ratios(founders(mechanisms(), places=changed("liver", timp=10.0, mmp=5.5)), founders(mechanisms()))
    assert more["liver"] == pytest.approx(1.0, rel=1e-12)


def test_the_protease_balance_plays_half_a_part_and_none():
    places = changed("liver", timp=10.0)
    liver = SITES.index("liver")
    for switch, expected in ((0.0, 1.0), (0.5, np.sqrt(2.0 / 11.0)), (2.0, (2.0 / 11.0) ** 2)):
        chosen = {"mmp_timp": switch}
        assert factors(chosen, places=places).soil[liver] / factors(chosen).soil[liver] == pytest.approx(expected)


# --- the host's own factor --------------------------------------------------------------------------------------


@kernel
def _drawn(person, p, seed, out):
    out[person] = draw_host_factor(p[0], seed, person)


def host_factors(count: int, seed: int = 1, **chosen: float) -> np.ndarray:
    record = np.array([parameters(**chosen)])
    drawn = np.zeros(count)
    _drawn.launch(count, record, seed, drawn, threads=1)
    return drawn


def test_the_host_factor_is_lognormal_with_median_1():
    drawn = np.log(host_factors(20000))
    assert kstest(drawn / VALUES["host_factor_spread"], "norm").pvalue > 1e-6
    assert abs(drawn.mean()) < 6.0 * 0.5 / np.sqrt(drawn.size)
    assert drawn.std() == pytest.approx(0.5, rel=6.0 / np.sqrt(2.0 * drawn.size))


def test_the_switch_scales_the_spread_and_a_person_keeps_the_factor():
    whole = host_factors(500)
    assert np.array_equal(host_factors(500), whole)
    assert np.unique(whole).size == 500
    assert not np.array_equal(host_factors(500, seed=2), whole)
    assert np.log(host_factors(500, switch_host_factor=0.5)) == pytest.approx(0.5 * np.log(whole), rel=1e-12)
    assert np.all(host_factors(500, switch_host_factor=0.0) == 1.0)


# --- reversion to epithelial ------------------------------------------------------------------------------------


def test_blocked_reversion_lowers_colonisation_as_measured_in_animals():
    """Tsai et al. 2012: 12 of 14 animals with metastases after a passing EMT, 3 of 13 while it was held on."""
    mean = -np.log(1.0 - 12.0 / 14.0)
    held = met_gate(0.0, 1.0, VALUES["sustained_mesenchymal_colonisation"], 0.0)
    passing = met_gate(0.0, 1.0, VALUES["sustained_mesenchymal_colonisation"], 1.0)
    assert passing == 1.0
    assert 1.0 - np.exp(-mean * held) == pytest.approx(3.0 / 13.0, abs=1e-4)


@pytest.mark.inventory("PLA-3", off="mesenchymal_epithelial_transition", scale="body")
def test_reversion_lets_arrived_cells_colonise_and_lesions_turn_epithelial(mechanisms):
    free = founders(mechanisms())
    hindered, blocked = (
        ratios(founders(mechanisms(mesenchymal_epithelial_transition=factor)), free) for factor in (0.5, 0.0)
    )
    for site in ("lung", "bone", "brain"):
        assert blocked[site] == pytest.approx(0.1 + 0.9 * 0.1348, rel=1e-12)
        assert hindered[site] == pytest.approx(0.5 * (1.0 + blocked[site]), rel=1e-12)
    switch = mechanisms().get("mesenchymal_epithelial_transition", 1.0)
    p = parameters()
    ages = np.linspace(0.0, 60.0, 7)
    shares = epithelial_share(ages, p["arriving_epithelial_share"], p["epithelial_reversion_rate"], switch)
    other = solve_ivp(lambda _, e: 0.1 * (1.0 - e), (0.0, 60.0), [0.1], t_eval=ages, rtol=1e-10, atol=1e-12)
    assert shares == pytest.approx(other.y[0], rel=1e-8)
    assert shares[0] == pytest.approx(0.1)
    assert shares[-1] > 0.99


def test_epithelial_cells_need_no_reversion_and_without_it_a_lesion_stays_as_it_came():
    assert met_gate(1.0, 1.0, 0.1348, 0.0) == 1.0
    assert met_gate(0.1, 1.0, 0.1348, 7.0) == 1.0
    assert epithelial_share(np.array([100.0]), 0.1, 0.05, 0.0) == pytest.approx([0.1])


# --- dormancy ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [0.0, 0.5, 1.0, 40.0])
def test_waking_and_dying_compete(days):
    p = parameters()
    wake, death = VALUES["dormant_wake_rate"], VALUES["dormant_death_rate"]
    other = solve_ivp(
        lambda _, y: [-(wake + death) * y[0], wake * y[0], death * y[0]],
        (0.0, max(days, 1e-9)),
        [1.0, 0.0, 0.0],
        rtol=1e-11,
        atol=1e-13,
    ).y[:, -1]
    woken, dead = wake_probability(p, days), dormant_death_probability(p, days)
    assert [1.0 - woken - dead, woken, dead] == pytest.approx(list(other), abs=1e-9)


def test_forty_steps_of_a_day_are_one_of_forty_days():
    p = parameters()
    left, woken = 1.0, 0.0
    for _ in range(40):
        woken += left * wake_probability(p, 1.0)
        left *= 1.0 - wake_probability(p, 1.0) - dormant_death_probability(p, 1.0)
    assert woken == pytest.approx(wake_probability(p, 40.0), rel=1e-12)


def test_dormant_cells_are_as_many_as_in_mouse_liver():
    """Luzzi et al. 1998: 0.8 extravasated by day 3, 1 in 40 of them started; 0.36 of the injected dormant at day 13."""
    p = parameters()
    dormant = dormant_share(p)
    assert 1.0 - dormant == pytest.approx(0.025, rel=1e-12)
    left = 1.0 - wake_probability(p, 10.0) - dormant_death_probability(p, 10.0)
    assert 0.8 * dormant * left == pytest.approx(0.36, rel=1e-3)


def test_rates_of_zero_wake_nobody_and_the_switch_scales_the_share():
    still = parameters(dormant_wake_rate=0.0, dormant_death_rate=0.0)
    assert wake_probability(still, 100.0) == dormant_death_probability(still, 100.0) == 0.0
    assert dormant_share(parameters(switch_dormancy=0.0)) == 0.0
    assert dormant_share(parameters(switch_dormancy=0.5)) == pytest.approx(0.4875)
    assert dormant_share(parameters(switch_dormancy=2.0)) == 1.0


# --- the factors together ---------------------------------------------------------------------------------------


def test_inflow_counts_arteries_the_venous_return_and_the_portal_vein():
    flow, inflow = knowledge.flow_shares(), inflow_shares()
    assert sum(inflow.values()) == pytest.approx(1.0, rel=1e-12)
    total = 1.0 + 1.0 + flow["peritoneum"]
    assert inflow["lung"] == pytest.approx((1.0 + flow["lung"]) / total, rel=1e-12)
    assert inflow["liver"] == pytest.approx((flow["liver"] + flow["peritoneum"]) / total, rel=1e-12)
    assert inflow["brain"] == pytest.approx(flow["brain"] / total, rel=1e-12)


def _by_hand(alone: tuple[str, ...]) -> np.ndarray:
    place = [soils()[site] for site in SITES]
    if alone == ("mmp_timp",):
        return np.array([2.0 * each.mmp / (1.0 + each.timp) for each in place])
    if alone == ("fibronectin",):
        amounts = [0.5 * each.fibroblasts + 0.5 * each.fibronectin for each in place]
        return np.array([1.0 + 2.0 * amount / (amount + 1.0) for amount in amounts])
    return np.array([1.0 + 6.3 * each.cxcl12 / (each.cxcl12 + 25.0) + 3.0 * 0.1 * each.ccl21 / (0.1 * each.ccl21 + 2.0)
                     for each in place])  # fmt: skip


def test_the_soil_is_the_product_of_its_factors_each_with_mean_1():
    weights = np.array([inflow_shares()[site] for site in SITES])
    product = np.ones(len(SITES))
    for alone in (("cxcr4_cxcl12", "ccr7_ccl21"), ("fibronectin",), ("mmp_timp",)):
        by_hand = _by_hand(alone)
        product *= by_hand / (weights @ by_hand)
    assert factors().soil == pytest.approx(product, rel=1e-12)


def test_permissiveness_scales_its_own_site_only():
    scaled = ratios(founders(places=changed("adrenal", permissiveness=20.0)), founders())
    assert scaled["adrenal"] == pytest.approx(20.0, rel=1e-12)
    assert all(value == 1.0 for site, value in scaled.items() if site != "adrenal")


def test_another_receptor_level_moves_the_total_as_well():
    assert sum(founders(cxcr4_level=0.0).values()) < 0.8 * sum(founders().values())
    assert np.array_equal(factors(cxcr4_level=0.0).soil, factors({"cxcr4_cxcl12": 0.0}).soil)


@pytest.mark.parametrize("number", range(len(SITES)))
def test_a_site_alone_has_the_factors_that_it_has_among_all(number):
    switches = dict.fromkeys(ARRIVAL, 1.0)
    alone = arrival_factors(SITES[number : number + 1], VALUES, switches, 1.0, PLACES)
    among = factors(level=1.0)
    for name in ("adhesion", "extravasation", "soil"):
        assert getattr(alone, name)[0] == getattr(among, name)[number]


# --- the table of the soil --------------------------------------------------------------------------------------


def test_every_site_has_a_soil_and_a_place_without_a_row_is_the_usual_organ():
    assert tuple(soils()) == SITES
    assert PLACES["kidney"] == Soil()
    assert [site for site, each in soils().items() if each.s100_response] == ["lung"]
    assert all(each.cxcl12 == 5.0 for site, each in soils().items() if site in ("lung", "liver", "bone"))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("spleen,cxcl12,1,,,1,assumed,assumed,", "site 'spleen' is unknown"),
        ("lung,oxygen,1,,,1,assumed,assumed,", "'oxygen' is not a known property of a place"),
        ("kidney,mmp,-1,,,1,assumed,assumed,", "greater than or equal to 0"),
        ("kidney,mmp,1,2,3,1,assumed,assumed,", "low 2 lies above value 1"),
        ("lung,cxcl12,1,,,1,assumed,assumed,", "the key is already used"),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, row: str, message: str):
    for name in ("sites.csv", "soil.csv"):
        (tmp_path / name).write_text((shipped() / name).read_text(encoding="utf-8"), encoding="utf-8")
    with (tmp_path / "soil.csv").open("a", encoding="utf-8") as table:
        table.write(f"{row}\n")
    with pytest.raises(InputErrors) as caught:
        read_soils(tmp_path)
    assert message in str(caught.value)
