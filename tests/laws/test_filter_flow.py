"""Circulation: closed form of filters in series and parallel, conservation, and a walk that knows only the rules."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from laws.chance import assert_counts, assert_z
from paget.body.circulation import FlowGraph, fates

LISTED = {
    "kidney": 0.19, "muscle": 0.17, "brain": 0.12, "skeleton": 0.05, "fat": 0.05, "skin": 0.05, "heart": 0.04,
    "thyroid": 0.015, "adrenal": 0.003,
}  # fmt: skip
"""Shares of cardiac output of a reference man (ICRP 89)."""

GUT, HEPATIC_ARTERY = 0.19, 0.065
REST = 1.0 - sum(LISTED.values()) - GUT - HEPATIC_ARTERY


def filter_flow(lung: float, organ: float, liver: float, gut: float) -> dict[str, float]:
    """Where a cell released into the veins ends when nothing else kills it.

    With S the chance to come back to the veins per circuit the law is geometric:
    S = (1 - f_L)[sum c_k (1 - f_k) + (c_h + c_p (1 - f_g))(1 - f_h)],  P_lung = f_L / (1 - S),
    P_k = (1 - f_L) c_k f_k / (1 - S),  P_liver = (1 - f_L)(c_h + c_p (1 - f_g)) f_h / (1 - S).
    """
    others = {**LISTED, "rest": REST}
    to_liver = HEPATIC_ARTERY + GUT * (1.0 - gut)
    back = (1.0 - lung) * (sum(others.values()) * (1.0 - organ) + to_liver * (1.0 - liver))
    ends = {site: (1.0 - lung) * share * organ / (1.0 - back) for site, share in others.items()}
    ends |= {
        "lung": lung / (1.0 - back), "gut": (1.0 - lung) * GUT * gut / (1.0 - back),
        "liver": (1.0 - lung) * to_liver * liver / (1.0 - back), "S": back,
    }  # fmt: skip
    return ends


def body() -> FlowGraph:
    arterial = {**LISTED, "rest": REST, "gut": GUT, "liver": HEPATIC_ARTERY}
    return FlowGraph(
        sites=("lung", *arterial), arterial=arterial, onward={"gut": {"liver": 1.0}}, lymph_entry={}, drainage={}
    )


@pytest.mark.parametrize(
    ("lung", "organ", "liver", "gut"), [(0.9, 0.5, 0.9, 0.5), (0.02, 0.02, 0.02, 0.02), (0.0, 0.3, 1.0, 0.0)]
)
def test_recirculation_follows_the_closed_form(lung, organ, liver, gut):
    """To 1e-12: at most 1 / (1 - S) < 60 circuits multiply rounding errors of 1e-16 of a dozen terms."""
    graph = body()
    capture = {site: organ for site in graph.sites} | {"lung": lung, "liver": liver, "gut": gut}
    blood, _ = fates(graph, capture, 0.0)
    law = filter_flow(lung, organ, liver, gut)
    for site, share in zip(graph.sites, blood.arrested, strict=True):
        assert math.isclose(share, law[site], rel_tol=0.0, abs_tol=1e-12), site
    assert math.isclose(blood.arrested.sum(), 1.0, abs_tol=1e-12)
    assert math.isclose(blood.circuits, 1.0 / (1.0 - law["S"]), rel_tol=1e-12)
    assert blood.died == 0.0


def test_anchors_of_the_closed_form():
    """Values computed elsewhere by Monte Carlo and by hand, to their six printed digits."""
    anchors = json.loads(
        '{"S": 0.03885, "lung": 0.936378, "liver": 0.014982, "kidney": 0.009884, "gut": 0.009884,'
        ' "brain": 0.006243, "skeleton": 0.002601}'
    )
    law = filter_flow(0.9, 0.5, 0.9, 0.5)
    for name, value in anchors.items():
        assert abs(law[name] - value) <= 0.5e-6, name


SITES = ("lung", "a", "b", "c", "node", "far_node", "shore")

unit = st.floats(0.0, 1.0)


@st.composite
def graphs(draw) -> tuple[FlowGraph, dict[str, float], float]:
    """A body with portal flow, nodes in series, drainage, bronchial flow; something somewhere absorbs."""
    weights = draw(st.lists(st.floats(0.01, 1.0), min_size=4, max_size=4))
    arterial = dict(zip(("lung", "a", "b", "c"), (weight / sum(weights) for weight in weights), strict=True))
    split = draw(unit)
    graph = FlowGraph(
        sites=SITES,
        arterial=arterial,
        onward={"a": {"b": draw(unit)}, "node": {"far_node": draw(unit)}},
        lymph_entry={"node": split, "far_node": 1.0 - split},
        drainage={"lung": {"shore": 0.5 * draw(unit), "node": 0.5 * draw(unit)}, "b": {"lung": draw(unit)}},
    )
    capture = {site: draw(unit) for site in SITES} | {"lung": draw(st.floats(1e-3, 1.0))}
    return graph, capture, draw(unit)


@given(graphs())
def test_every_cell_is_caught_or_dies(case):
    """Conservation to 1e-9: with capture of 1e-3 or more in the lung a cell makes at most 1e3 circuits."""
    graph, capture, death = case
    for fate in fates(graph, capture, death):
        assert fate.arrested.min() >= -1e-12
        assert 0.0 <= fate.died <= 1.0 + 1e-9
        assert abs(fate.arrested.sum() + fate.died - 1.0) < 1e-9


@given(graphs(), st.floats(0.0, 0.999))
def test_more_death_on_the_way_never_lets_more_arrive(case, factor):
    graph, capture, death = case
    for less, more in zip(fates(graph, capture, factor * death), fates(graph, capture, death), strict=True):
        assert more.died >= less.died - 1e-9
        assert more.circuits <= less.circuits + 1e-9


def test_cells_that_nothing_catches_and_nothing_kills_end_nowhere():
    graph = body()
    for fate in fates(graph, dict.fromkeys(graph.sites, 0.0), 0.0):
        assert not fate.arrested.any()
        assert fate.died == 0.0
        assert fate.circuits == math.inf


def walk(graph: FlowGraph, capture, death: float, by_lymph: bool, cells: int, chance) -> tuple[np.ndarray, list[int]]:
    """Follow cells one by one: counts by site (last: dead) and passages through the lung of each cell."""
    ends = np.zeros(len(graph.sites) + 1)
    passages = []
    for _ in range(cells):
        bed, seen = (_pick(graph.lymph_entry, chance), 0) if by_lymph else ("lung", 0)
        while True:
            through_lung = bed == "lung"
            seen += through_lung
            site = "lung" if bed == "bronchi" else bed
            if chance.random() < capture[site]:
                ends[graph.sites.index(_drained(graph, site, chance))] += 1
                break
            if through_lung and chance.random() < death:
                ends[-1] += 1
                break
            if through_lung:
                bed = _pick(graph.arterial, chance)
                bed = "bronchi" if bed == "lung" else bed
            else:
                bed = _pick(graph.onward.get(bed, {}), chance) or "lung"
        passages.append(seen)
    return ends, passages


def _pick(shares, chance):
    """A key by its share; None for what the shares leave of 1."""
    left = chance.random()
    for key, share in shares.items():
        left -= share
        if left < 0.0:
            return key
    return None


def _drained(graph: FlowGraph, site: str, chance) -> str:
    return _pick(graph.drainage.get(site, {}), chance) or site


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("by_lymph", [False, True])
def test_fates_agree_with_a_walk(number, by_lymph):
    """Chi-square of 20,000 walks over a random body, and a z-test of the passages through the lung."""
    chance = np.random.default_rng(4100 + number)
    arterial = dict(zip(("lung", "a", "b", "c"), chance.dirichlet(np.ones(4)), strict=True))
    split, to_liver, to_next = chance.random(3)
    graph = FlowGraph(
        sites=SITES,
        arterial=arterial,
        onward={"a": {"b": to_liver}, "node": {"far_node": to_next}},
        lymph_entry={"node": split, "far_node": 1.0 - split},
        drainage={"lung": {"shore": 0.1, "node": 0.2}, "b": {"shore": 0.3}, "shore": {"c": 0.5}},
    )
    capture = dict(zip(SITES, chance.uniform(0.05, 0.5, len(SITES)), strict=True))
    death = float(chance.uniform(0.02, 0.2))
    fate = fates(graph, capture, death)[int(by_lymph)]
    cells = 20_000
    ends, passages = walk(graph, capture, death, by_lymph, cells, chance)
    share = np.append(fate.arrested, fate.died)
    assert ends[share == 0.0].sum() == 0.0
    assert_counts(ends[share > 0.0], share[share > 0.0] * cells)
    assert_z(float(np.mean(passages)), fate.circuits, float(np.var(passages)) / cells)
