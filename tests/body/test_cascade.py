"""The steps of the metastatic cascade: each is needed, has the size that its numbers give, and leaves a count.

Limits of 6 standard errors: a correct model fails by chance once in 10^8 cohorts.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from body.cohorts import (
    ALIKE,
    SITES,
    TO_DIAGNOSIS,
    compiled,
    counted,
    distance,
    ratio_distance,
    simulated,
    soil_of,
    written,
)  # fmt: skip

STEPS = ("SHED", "ARRESTED", "EXTRAVASATED", "FOUNDERS", "ESTABLISHED", "COLONISED")
LODGING = 8.7e-3
"""Ten times that of cohorts.CARCINOMA, so that a small cohort shows the effect."""

FROM_THE_PRIMARY = {"reseeding": 0.0, "immune_killing": 0.0}
"""Only the primary seeds, and neither seeding nor its success changes how the primary grows."""

ONE_FACTOR = {
    **FROM_THE_PRIMARY,
    "collective_migration": 0.0,
    "stem_hierarchy": 0.0,
    "host_factor": 0.0,
    "premetastatic_niche": 0.0,
}
"""Single cells, all of them able to found, nobody's host unlike another's: founders are cells x lodging x soil."""

MANY = {**ALIKE, "lodging_probability": LODGING}
FEW_STANDARD_ERRORS = 6.0


def funnel(patients: int, **described: Any) -> dict[str, float]:
    """Cells and founders of a whole cohort at every step until the diagnosis."""
    rows = written(patients, "cascade", **described)
    rows = rows[rows["MOMENT"] == "diagnosis"]
    return {step: float(rows[step].sum()) for step in STEPS}


def assert_nothing_arrives(cohort) -> None:
    assert cohort.cascade.sum() == 0.0
    assert cohort.micro.sum() == 0.0
    assert cohort.persons["lesion_count"].sum() == 0
    assert cohort.persons["founders_at_death"].sum() == 0.0


@pytest.mark.inventory("CAS-1", off="intravasation", scale="body")
def test_every_step_is_counted_and_fewer_cells_pass_each(mechanisms):
    steps = funnel(20, mechanisms=mechanisms(), follow_up_days=TO_DIAGNOSIS, **MANY)
    counts = [steps[step] for step in STEPS]
    assert counts[0] > 1e6
    assert all(before > after for before, after in pairwise(counts))


@pytest.mark.inventory("CAS-1", off="intravasation", scale="body")
def test_founders_are_the_extravasated_cells_that_find_soil(mechanisms):
    described: dict[str, Any] = {"mechanisms": mechanisms(**ONE_FACTOR), "follow_up_days": TO_DIAGNOSIS, **ALIKE}
    described["lodging_probability"] = 0.05 * LODGING  # twenty times as many cells can found as with the hierarchy
    rows = written(20, "cascade", **described)
    rows = rows[rows["MOMENT"] == "diagnosis"].groupby("SITE", observed=True)[["EXTRAVASATED", "FOUNDERS"]].sum()
    soil = soil_of(**described)
    for site in ("lung", "cervical_nodes", "bone", "brain", "liver", "kidney", "skin_soft_tissue"):
        expected = float(rows["EXTRAVASATED"][site]) * 0.05 * LODGING * soil[site]
        assert expected > 300.0
        assert distance(float(rows["FOUNDERS"][site]), expected) < FEW_STANDARD_ERRORS


@pytest.mark.inventory("CAS-1", off="intravasation", scale="body")
def test_half_the_intravasation_gives_half_the_founders(mechanisms):
    whole, half = (
        simulated(
            20,
            mechanisms=mechanisms(**{**FROM_THE_PRIMARY, "intravasation": factor}),
            follow_up_days=TO_DIAGNOSIS,
            **MANY,
        )
        for factor in (1.0, 0.5)
    )
    entered = [each.shed[:, 1, :, 0].sum() for each in (whole, half)]
    founders = [each.persons["founders_at_diagnosis"].sum() for each in (whole, half)]
    assert min(founders) > 1e4
    assert entered[1] == pytest.approx(0.5 * entered[0], rel=1e-12)
    assert ratio_distance(founders[1], founders[0], 0.5) < FEW_STANDARD_ERRORS


@pytest.mark.parametrize("step", ["shedding", "intravasation", "arrest", "extravasation", "colonisation"])
def test_no_metastasis_without_the_step(step):
    assert_nothing_arrives(simulated(20, mechanisms={step: 0.0}, **MANY))


@pytest.mark.inventory("CAS-2", off="extravasation", scale="body")
def test_organs_receive_by_blood_flow_and_the_lung_first(mechanisms):
    described = {
        "mechanisms": mechanisms(**ONE_FACTOR, lymphatic_spread=0.0),
        "follow_up_days": TO_DIAGNOSIS,
        **ALIKE,
        "lodging_probability": 0.3 * LODGING,
    }
    cohort = simulated(20, **described)
    assert cohort.persons["founders_at_diagnosis"].sum() > 5e4
    lung = counted(cohort, "founders", "lung")
    for organ in ("bone", "liver", "brain", "adrenal", "kidney", "peritoneum", "skin_soft_tissue", "other"):
        assert lung > 10.0 * counted(cohort, "founders", organ)
    # 92 % of the cells are arrest-prone; the lung, the first bed, catches 90 % of those; its lymph carries a tenth on.
    table = compiled(1, **described).arrested[0, 0]
    chest = sum(table[SITES.index(site)] for site in ("lung", "pleura", "intrathoracic_nodes")) / table.sum()
    assert 0.92 * 0.9 < chest < 1.0
    # Beds without onward links in the data receive in proportion to their share of cardiac output (27, 7.5, 12, 2 %)
    # and keep by their soil and by how open their vessels are (the brain's barrier lets 40 % out).
    soil = soil_of(**described)
    for above, below, flows in (
        ("skin_soft_tissue", "other", 0.2633 / 0.019),
        ("skin_soft_tissue", "bone", 27 / 7.5),
        ("skin_soft_tissue", "brain", 27 / 12 / 0.4),
    ):
        pair = [counted(cohort, "founders", site) / soil[site] for site in (above, below)]
        noise = np.sqrt(sum(1.0 / counted(cohort, "founders", site) for site in (above, below)))
        assert abs(np.log(pair[0] / pair[1] / flows)) < FEW_STANDARD_ERRORS * noise + 0.01
    # The liver has a second inflow, from the portal bed, on top of its hepatic artery (less what its lymph carries on).
    liver, skin = (counted(cohort, "founders", site) / soil[site] for site in ("liver", "skin_soft_tissue"))
    assert liver / skin > 1.2 * 0.9 * 6.5 / 27


@pytest.mark.inventory("CAS-2", off="extravasation", scale="body")
def test_half_the_extravasation_gives_half_the_arrivals_in_the_same_organs(mechanisms):
    described = {"follow_up_days": TO_DIAGNOSIS, **MANY}
    whole, half = (
        simulated(
            20,
            mechanisms=mechanisms(**{**FROM_THE_PRIMARY, "collective_migration": 0.0, "extravasation": factor}),
            **described,
        )
        for factor in (1.0, 0.5)
    )
    for organ in ("lung", "cervical_nodes", "skin_soft_tissue", "kidney", "brain"):
        assert counted(half, "founders", organ) > 100.0
        assert (
            ratio_distance(counted(half, "founders", organ), counted(whole, "founders", organ), 0.5)
            < FEW_STANDARD_ERRORS
        )


@pytest.mark.inventory("CAS-3", off="colonisation", scale="body")
def test_founders_lasting_lines_and_lesions_are_counted_apart(mechanisms):
    switches = mechanisms(death=0.0, background_mortality=0.0)
    described = {"mechanisms": switches, "follow_up_days": 60, **MANY}
    cohort = simulated(20, **described)
    for moment in (0, 1):
        founders, established, colonised = (
            counted(cohort, name, moment=moment) for name in ("founders", "established", "colonised")
        )
        assert founders > 5.0 * established > 0.0
        assert established > 5.0 * colonised
    assert counted(cohort, "colonised", moment=1) > 100.0 > counted(cohort, "colonised", moment=0)
    assert counted(cohort, "colonised", moment=1) == written(20, "lesions", **described)["COUNT"].sum()


@pytest.mark.inventory("CAS-3", off="colonisation", scale="body")
def test_share_of_founders_that_last_is_the_survival_of_their_birth_and_death(mechanisms):
    division, doubling = 0.7, 7.0
    survival = np.log(2.0) / doubling / division
    cohort = simulated(
        20,
        mechanisms=mechanisms(growth_brake=0.0, dormancy=0.0, immune_killing=0.0, collective_migration=0.0),
        follow_up_days=TO_DIAGNOSIS,
        **MANY,
        division_rate=division,
        small_lesion_doubling_time=doubling,
    )
    founders, established = counted(cohort, "founders"), counted(cohort, "established")
    assert founders > 1e4
    error = np.sqrt(founders * survival * (1.0 - survival))
    assert abs(established - founders * survival) / error < FEW_STANDARD_ERRORS


@pytest.mark.inventory("CAS-3", off="colonisation", scale="body")
@pytest.mark.parametrize("brake", [0.0, 1.0])
def test_lesions_grow(mechanisms, brake):
    doubling, days = 7.0, 30
    switches = mechanisms(death=0.0, background_mortality=0.0, immune_killing=0.0, growth_brake=brake)
    # Without the brake the primary is ahead by more doublings: records begin at 2,000 cells, or there were none yet.
    described = {**MANY, "lodging_probability": 5.0 * LODGING, "individual_limit": 1.0 if brake else 0.01}
    cohort = simulated(20, mechanisms=switches, follow_up_days=days, **described)
    seen = cohort.lesions["cells_at_diagnosis"] > 0.0
    assert seen.sum() > 5
    growth = cohort.lesions["log_cells"][seen] - np.log(cohort.lesions["cells_at_diagnosis"][seen])
    doublings = growth / np.log(2.0)
    if brake:
        assert np.all((0.2 * days / doubling < doublings) & (doublings < 0.99 * days / doubling))
    else:
        assert doublings == pytest.approx(days / doubling, rel=1e-9)


@pytest.mark.inventory("CAS-4", off="lymphatic_spread", scale="body")
def test_neck_nodes_are_seeded_by_lymph_and_distant_organs_by_blood(mechanisms):
    described = {"follow_up_days": TO_DIAGNOSIS, **MANY}
    both = simulated(30, mechanisms=mechanisms(**FROM_THE_PRIMARY), **described)
    blood = simulated(30, mechanisms=mechanisms(**FROM_THE_PRIMARY, lymphatic_spread=0.0), **described)
    neck = [
        counted(each, "founders", "cervical_nodes") / each.persons["founders_at_diagnosis"].sum()
        for each in (both, blood)
    ]
    assert neck[0] > 0.2
    assert neck[0] > 10.0 * neck[1]
    # Of the nodes' founders nearly all came by lymph; of the distant organs' fewer than a third (14 to 27 %).
    assert counted(both, "founders_lymph", "cervical_nodes") > 0.99 * counted(both, "founders", "cervical_nodes")
    for organ in ("lung", "bone", "brain", "liver"):
        assert 0.0 < counted(both, "founders_lymph", organ) < 0.3 * counted(both, "founders", organ)
    assert counted(blood, "founders_lymph") == 0.0
    # As many cells enter lymph as blood (lymph_share 0.5); one or two node groups let a fifth of them by.
    fallen = counted(blood, "founders", "lung") / counted(both, "founders", "lung")
    noise = FEW_STANDARD_ERRORS * np.sqrt(2.0 / counted(blood, "founders", "lung"))
    assert 1.0 / 1.25 - noise < fallen < 1.0 - noise


def test_the_nodes_keep_most_cells_that_enter_lymph():
    """Of the arrest-prone cells that enter lymph a node group lets 1 - 0.9 x 0.91 pass, so 17 % reach the lung.

    0.9 is caught; of these 0.1 / (0.1 + 0.39 + 0.64) per hour are washed on before they bind (with platelets 1.3 x 0.3)
    or are killed (0.6 x 1.05 by natural killers, 0.5 x 0.02 by TNF-alpha, 0.003 by anoikis). 4 in 5 meet the neck's
    nodes first, a tenth of those the chest's too. Passers, a twentieth of the lung's founders, pass nodes easily: they
    bring the ratio to 19 %, and are a larger part of what gets by the lung to other organs.
    """
    described: dict[str, Any] = {"mechanisms": {"collective_migration": 0.0}, **MANY}
    blood, lymph = (compiled(1, **described, lymph_share=share) for share in (0.0, 1.0))
    passing = 1.0 - 0.9 * (1.0 - 0.1 / 1.133)
    prone = 0.8 * passing * (0.9 + 0.1 * passing) + 0.2 * passing
    for organ, most in (("lung", 1.2 * prone), ("bone", 0.3), ("brain", 0.3), ("liver", 0.4)):
        place = blood.sites.index(organ)
        by_blood, by_lymph = (each.lodged[0, origin, :, place].sum() for origin, each in enumerate((blood, lymph)))
        assert prone < by_lymph / by_blood < most


BENIGN = {"disease": "benign", "seeding_spread": 0.0, "lodging_probability": 1e-2, "follow_up_days": 365}


@pytest.mark.inventory("CAS-5", off="basement_membrane", scale="body")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_benign_tumour_grows_but_never_seeds(mechanisms, seed):
    cohort = simulated(40, mechanisms=mechanisms(), seed=seed, **BENIGN)
    assert np.all(cohort.persons["diameter_at_diagnosis"] > 5.0)
    assert_nothing_arrives(cohort)
    assert cohort.shed.sum() == 0.0
    assert np.all(cohort.persons["metastasis_category"] + cohort.persons["node_category"] == 0)


def test_the_benign_tumour_would_seed_without_the_membrane():
    cohort = simulated(20, mechanisms={"basement_membrane": 0.0}, **BENIGN)
    assert np.all(cohort.persons["founders_at_diagnosis"] > 100.0)


@pytest.mark.parametrize("factor", [0.5, 1.0, 2.0])
def test_a_stronger_membrane_never_gives_negative_cells(factor):
    cohort = simulated(10, mechanisms={"basement_membrane": factor}, **BENIGN)
    assert cohort.shed.min() >= 0.0
    assert cohort.cascade.min() >= 0.0
    assert (cohort.persons["founders_at_diagnosis"].sum() > 0.0) == (factor < 1.0)


def test_an_invasive_tumour_passes_the_membrane():
    """But for the tenth at most by which lack of oxygen changes the invasiveness that its network gives it."""
    with_membrane, without = (
        simulated(20, mechanisms={"basement_membrane": factor}, follow_up_days=TO_DIAGNOSIS, **MANY)
        for factor in (1.0, 0.0)
    )
    passed, all_of_them = (each.persons["founders_at_diagnosis"].sum() for each in (with_membrane, without))
    assert all_of_them > 1e4
    assert 0.9 < passed / all_of_them < 1.1
