"""Growth in the whole course: vessels, immunity, mutation, the cell of origin, and what an operation sets free.

Every effect is measured between twins (same seed, one switch or parameter apart) or against a closed form.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from body.cohorts import ALIKE, SITES, TO_DIAGNOSIS, compiled, simulated
from laws.chance import assert_z
from paget import knowledge
from paget.patient.staging import STAGES
from paget.trial.care import CareTable, care_table
from paget.trial.cohort import Cohort, simulate
from paget.trial.plan import Prescribed, parameter_values

RATE = np.log(2.0) / 7.0
"""1/day, growth of cohorts.CARCINOMA without brake."""

ALIVE = {"death": 0.0, "background_mortality": 0.0}
LONE = {**ALIVE, "shedding": 0.0, "immune_killing": 0.0, "differentiated_origin": 0.0}
"""A primary that nothing but its vessels holds."""

# --- vessels ----------------------------------------------------------------------------------------------------------


def followed_from_one_millimetre(switches: dict[str, float], patients: int = 10, **parameters: float) -> np.ndarray:
    """PERSON of primaries found at 1 mm (0.34 mm^3), 200 days later."""
    return simulated(
        patients,
        mechanisms=switches,
        prescribed=Prescribed(diameter_mm=1.0),
        follow_up_days=200,
        **{**ALIKE, **parameters},
    ).persons


@pytest.mark.inventory("ANG-1", off="angiogenesis", scale="body")
def test_a_tumour_stays_at_what_diffusion_supports_until_it_has_vessels(mechanisms):
    """Without vessels it ends between the 0.34 mm^3 of the start and 1 mm^3, with them a thousand times larger."""
    without = followed_from_one_millimetre({**LONE, "angiogenesis": 0.0})
    with_vessels = followed_from_one_millimetre(mechanisms(**LONE))
    assert np.all((without["volume_primary"] > 0.8) & (without["volume_primary"] < 1.0))
    assert np.all(with_vessels["volume_primary"] > 1000.0 * without["volume_primary"])
    # Twice the diffusion limit is twice the size: the limit is that of vessels, not of the clock.
    wider = followed_from_one_millimetre({**LONE, "angiogenesis": 0.0}, avascular_capacity=2.0)
    assert np.all((wider["volume_primary"] > 1.5) & (wider["volume_primary"] < 2.0))


@pytest.mark.inventory("ANG-1", off="angiogenesis", scale="body")
def test_growth_resumes_when_the_angiogenic_switch_turns(mechanisms):
    """With eightfold thrombospondin-1 every tumour waits; the switch turns at the rate B^1.2 / tau and growth resumes.

    Until then nothing depends on tau, so the times at risk are those of the twin in whom it never turns. tau is 100
    days in place of 14, so that about half have turned.
    """
    described = {"patients": 60, "thrombospondin_level": 8.0}
    waiting = followed_from_one_millimetre(LONE, **described, angiogenic_switch_time=1e12)
    turning = followed_from_one_millimetre(mechanisms(**LONE), **described, angiogenic_switch_time=100.0)
    assert not waiting["switched"].any()
    assert np.all(waiting["volume_primary"] < 1.0)
    kept = np.exp(-(waiting["angiogenic_balance"] ** 1.2) / 100.0 * waiting["last_day"])
    assert_z(turning["switched"].sum(), (1.0 - kept).sum(), (kept * (1.0 - kept)).sum())
    still = turning["switched"] == 0
    assert np.all(turning["volume_primary"][still] < 1.0)
    assert np.median(turning["volume_primary"][~still]) > 1000.0


def operated(residual: float, inhibitor: float) -> Cohort:
    """Fifteen persons, 120 days after an operation that leaves `residual` of the primary (1: a sham operation)."""
    switches = {**ALIVE, "immune_killing": 0.0, "endothelial_precursors": 0.0, "reseeding": 0.0}
    described: dict[str, Any] = {
        **ALIKE,
        "mechanisms": {**switches, "systemic_inhibitor": inhibitor},
        "lodging_probability": 8.7e-3,
        "systemic_inhibitor_effect": 5.0,
    }
    study = compiled(15, follow_up_days=120, **described)
    table = care_table("atc", "population", parameter_values(study.study))
    row = table.care[[table.options.index("surgery")]].copy()
    for name, value in (
        ("fitness_slope", 0.0), ("extension_slope", 0.0), ("ecog_limit", 9.0), ("operation_delay", 1.0),
        ("delay_spread", 0.0), ("maximal_share", 1.0), ("maximal_residual", residual),
    ):  # fmt: skip
        row[name] = value
    everybody = CareTable(("surgery",), row, np.ones((len(STAGES), 1)))
    return simulate(replace(study, care=everybody, allowed_care=1), 0, 15, threads=2)


def doublings_after_diagnosis(cohort: Cohort) -> float:
    """Mean doublings of the lesions that were above 1 mm^3 at the diagnosis."""
    seen = cohort.lesions["cells_at_diagnosis"] > 0.0
    assert seen.sum() > 10
    grown = cohort.lesions["log_cells"][seen] - np.log(cohort.lesions["cells_at_diagnosis"][seen])
    return float(grown.mean() / np.log(2.0))


def test_resection_sets_free_the_vessels_of_metastases():
    """O'Reilly 1994: metastases grow after the primary that held their vessels is gone.

    Five times the assumed strength of the circulating inhibitor, since at the assumed one (1) metastases hardly answer.
    """
    (held, freed), (never, neither) = (
        [operated(residual, inhibitor) for residual in (1.0, 1e-6)] for inhibitor in (1.0, 0.0)
    )
    doublings = [doublings_after_diagnosis(each) for each in (held, freed, never)]
    assert doublings[1] > doublings[0] + 2.0
    # Once the inhibitor is cleared (0.38 per day) growth is all but that of people who never had it.
    assert doublings[1] == pytest.approx(doublings[2], abs=0.3)
    # Without the inhibitor the operation changes nothing in lesions founded before it.
    assert doublings_after_diagnosis(neither) == doublings[2]


DAYS = 160


def mean_log_cells(switches: dict[str, float]) -> tuple[float, float]:
    """(Mean ln cells of the metastases of ten hosts DAYS days after an injection, its variance).

    Seeding by the root of the cells: metastases of metastases, smaller because younger, hardly add to the mean.
    """
    base = {**ALIVE, "immune_killing": 0.0, "dormancy": 0.0, "premetastatic_niche": 0.0}
    cohort = simulated(
        10,
        mechanisms={**base, **switches},
        prescribed=Prescribed(injected_cells=1e8, injected_into="other"),
        follow_up_days=DAYS,
        **{**ALIKE, "host_factor_spread": 0.0, "lodging_probability": 8.7e-3, "seeding_exponent": 0.5},
    )
    classes = cohort.sizes[:, :, :-1]
    used = np.arange(classes.shape[2]) < cohort.sizes[:, :, -1:, 0]
    recorded = np.arange(cohort.lesions.shape[1]) < cohort.persons["lesion_count"][:, None]
    sizes = np.concatenate([classes[used][:, 1], cohort.lesions["log_cells"][recorded]])
    count = np.concatenate([classes[used][:, 0], np.ones(recorded.sum())])
    mean = np.average(sizes, weights=count)
    return float(mean), float(np.average((sizes - mean) ** 2, weights=count) / count.sum())


def log_cells_without_chance(drive: float, days: float) -> float:
    """Integral of dV/dt = min(l, l_1 ln(K/V)) V, dK/dt = a phi V - psi K V^(2/3), K >= 1 mm^3, of one lasting line."""

    def rates(_: float, state: np.ndarray) -> tuple[float, float]:
        volume, capacity = np.exp(state[0]) / 2e5, state[1]
        grown = min(RATE, 0.0125 * np.log(capacity / volume))
        supply = drive * 5.85 * volume - 5.85 / 1e4 * capacity * volume ** (2.0 / 3.0)
        return grown, supply if capacity > 1.0 else max(supply, 0.0)

    start = np.log(0.7 / RATE)
    return float(solve_ivp(rates, (0.0, days), (start, 1.0), rtol=1e-8, max_step=1.0).y[0, -1])


@pytest.mark.inventory("EXT-4", off="platelets", scale="body")
def test_platelets_speed_the_early_growth_of_metastases(mechanisms):
    """A drive of 1 / 1.25 without them leaves the mean metastasis of 160 days smaller, by as much as its ODE says."""
    usual, without = (mean_log_cells(mechanisms(platelets=factor)) for factor in (1.0, 0.0))
    drive = 0.9  # no primary mobilises precursors, a tenth of the usual drive
    expected = log_cells_without_chance(drive, DAYS) - log_cells_without_chance(drive / 1.25, DAYS)
    assert expected > 0.1
    assert abs(usual[0] - without[0] - expected) < 5.0 * np.sqrt(usual[1] + without[1])
    assert usual[0] - without[0] > 0.5 * expected


# --- immunity ---------------------------------------------------------------------------------------------------------

HOT = {
    "macrophage_ratio": 0.0,
    "t_cell_recruitment": 0.5,
    "immune_recruitment_spread": 0.0,
    "killing_rate": 0.06,
    "pd_l1_positive_share": 0.0,
}
"""Calibrated so that killing is there to knock out: as shipped, macrophages leave an eighth of it.

T cells fill the room they find, one for each cancer cell, so that half of 0.06 per day is killed.
"""


def days_from_two_to_four_centimetres(switch: float, **parameters: float) -> np.ndarray:
    found = [
        simulated(
            10,
            mechanisms={**LONE, "growth_brake": 0.0, "immune_killing": switch},
            prescribed=Prescribed(diameter_mm=diameter),
            follow_up_days=TO_DIAGNOSIS,
            **{**ALIKE, "usual_vessels": 1.0, **HOT, **parameters},
        ).persons["diagnosis_day"]
        for diameter in (20.0, 40.0)
    ]
    return found[1] - found[0]


@pytest.mark.parametrize(
    ("switch", "parameters", "killed"),
    [
        (1.0, {}, 0.03),
        (0.5, {}, 0.015),
        (0.0, {}, 0.0),
        # PD-L1 on all cells exhausts 1 / (1 + 0.2) of the T cells; a drug on all PD-1 gives them back.
        (1.0, {"pd_l1_positive_share": 1.0, "pd_l1_shape": 1e-6}, 0.03 / 6.0),
        (1.0, {"pd_l1_positive_share": 1.0, "pd_l1_shape": 1e-6, "pd1_blockade": 1.0}, 0.03),
        # As many macrophages as halve recruitment and killing.
        (1.0, {"macrophage_ratio": 0.15}, 0.015),
    ],
)
def test_t_cells_slow_the_tumour_by_what_they_kill(switch, parameters, killed):
    days = days_from_two_to_four_centimetres(switch, **parameters)
    assert days == pytest.approx(3.0 * np.log(2.0) / (RATE - killed), abs=1.0)


# --- clones and origin ------------------------------------------------------------------------------------------------


@cache
def mutants(factor: float) -> np.ndarray:
    """Share of mutant cells in primaries of 40 mm that grew without brake, by person."""
    cohort = simulated(
        60,
        mechanisms={**LONE, "growth_brake": 0.0, "mutation": factor},
        prescribed=Prescribed(diameter_mm=40.0),
        follow_up_days=TO_DIAGNOSIS,
        **{**ALIKE, "usual_vessels": 1.0, "mutation_rate_scale": 1.0},
    )
    return cohort.primary_clones[:, 1:].sum(axis=1) / cohort.primary_clones.sum(axis=1)


def test_mutants_follow_luria_and_delbruecks_median_and_their_rate():
    """Median mutants of a clone: m (ln m + 1.24) in the Luria-Delbrueck law of m mutations (Lea & Coulson 1949).

    m = u N / s, s = 0.14 the chance that a line of cells with 0.7 divisions a day lasts; four clones of u = 5e-8. Their
    costs of 5 to 10 % of growth slow early ones: less than the law's by up to half, more than a quarter of it.
    """
    lasting = RATE / 0.7
    cells = 0.65 * np.pi / 6.0 * 40.0**3 * 2e5
    expected = 5e-8 / lasting * cells
    law = 4.0 * expected * (np.log(expected) + 1.24) / cells
    usual = np.median(mutants(1.0))
    assert 0.25 * law < usual < law
    assert not mutants(0.0).any()
    # Twice the rate: twice the mutants and a little more, since the first comes ln 2 / growth earlier.
    assert 2.0 < np.median(mutants(2.0)) / usual < 2.6


def test_a_differentiated_origin_lends_its_vessels_to_some():
    """Four in ten start with the vessels of a differentiated carcinoma and are found weeks earlier, nobody else is."""
    some, none = (
        simulated(
            80,
            mechanisms={"shedding": 0.0, "immune_killing": 0.0, "differentiated_origin": factor},
            follow_up_days=TO_DIAGNOSIS,
            **ALIKE,
        ).persons
        for factor in (1.0, 0.0)
    )
    inside = some["differentiated"] == 1
    assert not none["differentiated"].any()
    assert_z(inside.sum(), 0.4 * 80, 0.4 * 0.6 * 80)
    assert np.all(some["start_capacity"][~inside] == 1.0)
    assert np.median(some["start_capacity"][inside]) > 1000.0
    earlier = none["diagnosis_day"] - some["diagnosis_day"]
    assert np.all(earlier[~inside] == 0.0)
    assert np.all(earlier[inside] >= 0.0)
    assert np.all(earlier[inside & (some["start_capacity"] > 100.0)] > 20.0)


# --- many lesions in one organ ----------------------------------------------------------------------------------------


@cache
def crowded(confluence: float) -> Cohort:
    """Three persons whose lungs fill with metastases."""
    return simulated(
        3,
        mechanisms={**ALIVE, "immune_killing": 0.0, "confluence": confluence},
        follow_up_days=220,
        **ALIKE,
        lodging_probability=0.03,
    )


@pytest.mark.inventory("CAS-9", off="confluence", scale="body")
def test_lesions_replace_the_lung_and_no_more(mechanisms):
    """Their summed volume nears that of the organ; what they occupy is V (1 - exp(-sum / V)), Avrami's law."""
    lung = 1000.0 * next(site.tissue_mass_g or 0.0 for site in knowledge.sites() if site.id == "lung")
    summed = crowded(0.0).persons["volume_lung"]
    occupied = crowded(mechanisms().get("confluence", 1.0)).persons["volume_lung"]
    assert summed.max() > 0.5 * lung
    assert occupied == pytest.approx(-lung * np.expm1(-summed / lung), rel=1e-9)
    assert np.all(occupied < lung)


def test_lesions_of_one_organ_differ_widely_in_size():
    """In each lung the largest lesion holds a hundred times the cells of the median one."""
    cohort = crowded(1.0)
    lung = SITES.index("lung")
    for person in range(len(cohort.persons)):
        count = cohort.members[person, 0, lung]
        used = np.flatnonzero(count)
        sizes, weights = cohort.sizes[person, 0, used, 1], count[used]
        records = cohort.lesions[person][: cohort.persons["lesion_count"][person]]
        records = records["log_cells"][records["site"] == lung]
        sizes = np.concatenate([sizes, records])
        weights = np.concatenate([weights, np.ones(len(records))])
        order = np.argsort(sizes)
        middle = sizes[order][np.searchsorted(np.cumsum(weights[order]), 0.5 * weights.sum())]
        assert sizes.max() - middle > np.log(100.0)
