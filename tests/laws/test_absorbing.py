"""Travel as an absorbing chain: a plan's tables against (I - Q)^-1 R with Q and R written out from the body's links."""

from __future__ import annotations

import math

import numpy as np
import pytest

from laws.chance import assert_counts, assert_z
from laws.oracles import filter_flow
from laws.reduced import cohorts, founders_by_site, founding, rates, reduced
from paget import knowledge
from paget.body.arrival import arrival_factors
from paget.knowledge.soil import soils
from paget.trial.plan import Plan, parameter_values, switch_factors

SITES = tuple(site.id for site in knowledge.sites())

TRAVEL = {"wash_out_rate_prone": 0.0, "wash_out_rate_passer": 0.0, "permissiveness_lung": 1.0}
"""Whoever is caught stays caught; what washes cells out again is held against its own law in tests/body. No organ is
more permissive than the tables of soil say."""

ON = {"reseeding": 1.0, "self_seeding": 1.0}
KILLERS = ("shear_stress", "natural_killer_cells", "tumour_necrosis_factor", "platelets")
STILL = dict.fromkeys(KILLERS, 0.0)
"""Only anoikis kills on the way, by one rate."""


def compiled(seed: int, anoikis: float, **parameters: float) -> Plan:
    """The shipped body; single cells of both kinds, which detached from their neighbours die at the anoikis rate."""
    return reduced(
        seed, {**TRAVEL, **parameters}, presents_at=1e6, start_cells=2e4,
        mechanisms={**STILL, **ON, "anoikis": anoikis},
    )  # fmt: skip


def links() -> tuple[dict[str, dict[str, float]], dict[str, dict[str, float]], dict[str, float]]:
    """(Outflow of a bed, lymph of a site, the primary's lymph) as {origin: {target: share}}, from the knowledge alone.

    What leaves a bed without a link of its own returns to the veins, that is to the lung.
    """
    nodes = {site.id for site in knowledge.sites() if site.kind == "node"}
    outflow: dict[str, dict[str, float]] = {}
    lymph: dict[str, dict[str, float]] = {}
    for link in knowledge.flow_links():
        if link.origin == "veins" or link.target == "veins":
            continue
        table = outflow if link.route == "portal" or link.origin in nodes else lymph
        table.setdefault(link.origin, {})[link.target] = link.share
    return outflow, lymph, lymph.pop("thyroid")


def chain(caught: dict[str, float], death: float) -> tuple[list[str], np.ndarray]:
    """(Beds, share by bed and site of what ends there); the lung's own arteries are a bed beside its capillaries.

    Q: the lung leads to every bed by its share of cardiac output, less the dead; a bed to its links or to the lung.
    """
    arterial = {site: share for site, share in knowledge.flow_shares().items() if share > 0.0}
    beds = ["lung", *(site for site in arterial if site != "lung"), "bronchi"]
    outflow, _, _ = links()
    passing, ending = np.zeros((len(beds), len(beds))), np.zeros((len(beds), len(SITES) + 1))
    for place, bed in enumerate(beds):
        site = "lung" if bed == "bronchi" else bed
        ending[place, SITES.index(site)] = caught[site]
        free = 1.0 - caught[site]
        if bed == "lung":
            ending[place, -1] = free * death
            for target, share in arterial.items():
                onward = beds.index("bronchi" if target == "lung" else target)
                passing[place, onward] = free * (1.0 - death) * share
        else:
            for target, share in outflow.get(bed, {}).items():
                passing[place, beds.index(target)] = free * share
            passing[place, 0] += free * (1.0 - sum(outflow.get(bed, {}).values()))
    assert np.allclose(passing.sum(axis=1) + ending.sum(axis=1), 1.0, atol=1e-14)
    return beds, filter_flow.absorbing(passing, ending)[1]


def origins(beds: list[str]) -> np.ndarray:
    """Where a cell of each origin begins: the primary's veins, its lymph, the outflow of each site."""
    outflow, _, lymph = links()
    starts = np.zeros((2 + len(SITES), len(beds)))
    starts[0, 0] = 1.0
    for node, share in lymph.items():
        starts[1, beds.index(node)] = share / sum(lymph.values())
    arterial = knowledge.flow_shares()
    for place, site in enumerate(SITES):
        row = starts[2 + place]
        if site == "lung":
            # What leaves the lung goes to the arteries.
            for target, share in arterial.items():
                row[beds.index("bronchi" if target == "lung" else target)] += share
        else:
            for target, share in outflow.get(site, {}).items():
                row[beds.index(target)] += share
            row[0] += 1.0 - sum(outflow.get(site, {}).values())
    return starts


def carried(share: float) -> np.ndarray:
    """Cells caught in a site (rows) by the site where lymph leaves them: `share` of them goes on by its links."""
    _, lymph, _ = links()
    matrix = np.eye(len(SITES))
    for origin, targets in lymph.items():
        for target, part in targets.items():
            matrix[SITES.index(origin), SITES.index(target)] += share * part
            matrix[SITES.index(origin), SITES.index(origin)] -= share * part
    return matrix


def tables(study: Plan) -> tuple[np.ndarray, np.ndarray]:
    """(Arrested, founders) per shed cell by origin and site, without a pre-metastatic niche, by hand."""
    values, switches = parameter_values(study.study), switch_factors(study.study)
    receptors = np.array([soils()[site].endothelial_receptors for site in SITES])
    stuck = values["adhesion_probability"]
    adhesion = receptors / (1.0 - stuck + stuck * receptors)
    ground = arrival_factors(SITES, values, switches, 0.0)
    lodging = np.minimum(1.0, values["lodging_probability"] * ground.soil * ground.met_gate)
    _, _, lymph = links()
    arrested, founders = np.zeros((2 + len(SITES), len(SITES))), np.zeros((2 + len(SITES), len(SITES)))
    entry = np.array([1.0 - values["lymph_share"], values["lymph_share"], *np.ones(len(SITES))])[:, None]
    prone = values["arrest_prone_share"]
    pores = (values["matrix_pore_area"] - values["pore_area_arrest"]) / (
        values["pore_area_free"] - values["pore_area_arrest"]
    )
    assert values["protease_activity"] == 1.0
    modes = {
        "mesenchymal": values["mesenchymal_share"],
        "amoeboid": values["amoeboid_share"] * min(1.0, max(0.0, pores)),
    }
    for mode, emitted in modes.items():
        rate = switches["anoikis"] * values["anoikis_rate"] * (1.0 - values[f"anoikis_resistance_{mode}"])
        death = 1.0 - math.exp(-rate * values["blood_volume"] / values["cardiac_output"])
        out = ground.extravasation * values["binding_rate"] / (values["binding_rate"] + rate)
        for kind, weight in (("prone", prone), ("passer", 1.0 - prone)):
            organ = values["capture_passer" if kind == "passer" else "capture_organ_prone"]
            lung = values["capture_passer" if kind == "passer" else "capture_lung_prone"]
            chance = {site: organ for site in SITES} | dict.fromkeys(lymph, values["capture_node"]) | {"lung": lung}
            caught = {site: min(1.0, chance[site] * factor) for site, factor in zip(SITES, adhesion, strict=True)}
            beds, ends = chain(caught, death)
            held = origins(beds) @ ends[:, :-1]
            arrested += entry * emitted * weight * (held @ carried(values["lymph_drainage_share"]))
            founders += entry * emitted * weight * (held * out) @ carried(values["lymph_drainage_share"]) * lodging
    return arrested, founders


@pytest.mark.parametrize("anoikis", [0.0, 1.0, 30.0])
def test_arrests_of_a_plan_are_the_ends_of_the_chain(anoikis):
    """All 17 origins to 1e-12; where nothing kills every cell that enters ends in a vessel."""
    study = compiled(81, anoikis)
    arrested, _ = tables(study)
    assert np.abs(study.arrested[0] - arrested).max() < 1e-12
    entered = study.entry
    assert arrested.max() > 0.05
    if anoikis == 0.0:
        assert np.allclose(study.arrested[0].sum(axis=1), entered, rtol=1e-12)
    else:
        assert np.all(study.arrested[0].sum(axis=1) < entered)


@pytest.mark.parametrize("anoikis", [0.0, 1.0, 30.0])
def test_founders_of_a_plan_are_the_ends_that_settle(anoikis):
    """To 1e-12 of the largest; extravasation where the cell was caught, soil where lymph has left it."""
    study = compiled(82, anoikis)
    _, founders = tables(study)
    assert np.abs(study.lodged[0].sum(axis=1) - founders).max() < 1e-12 * founders.max()


def test_founders_of_the_course_settle_by_the_chain():
    """Numbers by site over 60 persons, blood and lymph together: total by z, shares by chi-square."""
    net, days, persons = 0.1, 40, 60
    study = compiled(83, 1.0)
    _, founders = tables(study)
    share = founders[:2].sum(axis=0)
    integral = 2e4 * math.expm1(net * days) / net
    parameters = {**TRAVEL, **rates(0.7, 0.6), **founding(study, 600.0 / integral)}
    grown = reduced(
        83, parameters, presents_at=2e4 * math.exp(net * (days - 0.5)), start_cells=2e4,
        mechanisms={**STILL, **ON, "reseeding": 0.0, "anoikis": 1.0},
    )  # fmt: skip
    by_site = sum(founders_by_site(cohort).sum(axis=0) for cohort in cohorts(grown, persons))
    # What comes home to the thyroid joins the primary and isn't counted.
    away = np.arange(len(SITES)) != SITES.index("thyroid")
    mean = 600.0 * persons * share / share.sum()
    assert by_site[~away].sum() == 0.0
    assert_z(by_site.sum(), mean[away].sum(), mean[away].sum())
    order = np.argsort(-mean[away])
    assert_counts(by_site[away][order], mean[away][order], estimated=0)
