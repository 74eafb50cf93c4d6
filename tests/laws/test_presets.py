"""Presets of published models: published points are the oracles', and circulating cells end as filters have it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from laws.chance import assert_counts, assert_z
from laws.oracles import avanzini, bottleneck, bozic, haeno, hanin
from laws.published import circulation, cohorts, preset, study
from paget import knowledge
from paget.body.state import CASCADE_COUNTS
from paget.knowledge.published_curve import published_curve

PRESETS = {
    "avanzini-antal": "avanzini_antal", "bozic": "bozic", "bozic-cross": "bozic_cross", "filter-flow": "filter_flow",
    "haeno": "haeno", "hanin": "hanin", "szczurek": "szczurek",
}  # fmt: skip

PRINTED = 2e-5
"""Points are printed to six digits."""


@pytest.mark.parametrize(("name", "disease"), PRESETS.items())
def test_preset_is_a_study_with_published_points(name, disease):
    described = study(name)
    assert described.disease == disease
    assert described.prescribed.resected == (name == "avanzini-antal")
    assert published_curve(disease)


def points(disease: str, quantity: str) -> list[tuple[float, float]]:
    found = [(point.x, point.y) for point in published_curve(disease) if point.quantity == quantity]
    assert len(found) > 3
    return found


def test_points_of_avanzini_and_antal():
    for day, number in points("avanzini_antal", "metastases"):
        assert avanzini.visible_on(day, avanzini.ANCHOR) == pytest.approx(number, rel=PRINTED)


def test_points_of_hanin():
    detectable = hanin.expected_detectable(400.0, 0.01, 0.02, 0.05, 2.0 / 3.0, 1e3)
    for size, number in points("hanin", "metastases_above"):
        share = float(hanin.share_above(size, 1e3, math.exp(20.0), 0.8 / 3.0))
        assert detectable * share == pytest.approx(number, rel=PRINTED)


def test_points_of_haeno():
    for cells, share in points("haeno", "mutant_share"):
        day = math.log(cells / 1e9) / 0.06
        zero, one, two = haeno.means(day, (0.06, 0.055, 0.05), 0.16, 1e-4, 1e-5)
        assert (one + two) / zero == pytest.approx(share, rel=PRINTED)


@pytest.mark.parametrize(("disease", "positions"), [("bozic", 100), ("bozic_cross", 101)])
def test_points_of_bozic(disease, positions):
    for cells, share in points(disease, "without_mutants"):
        lesion = bozic.Lesion()
        law = bozic.none_present(cells, lesion.mutation, positions, lesion.survival)
        assert law == pytest.approx(share, rel=PRINTED)


def test_points_of_filter_flow():
    sites, caught = circulation(0.9, 0.5)
    away = 1.0 - caught[sites.index("thyroid")]
    flow = knowledge.flow_shares()
    organs = [site.id for site in knowledge.sites() if site.kind == "organ"]
    for inflow, share in points("filter_flow", "caught_by_flow"):
        site = min(organs, key=lambda name: abs(flow[name] - inflow))
        assert caught[sites.index(site)] / away == pytest.approx(share, rel=PRINTED)


def test_every_cell_let_into_the_veins_ends_somewhere():
    sites, caught = circulation(0.9, 0.5)
    assert float(caught.sum()) == pytest.approx(1.0, rel=1e-12)
    assert caught[sites.index("lung")] == pytest.approx(0.944, abs=5e-4)


def founders(*overrides: str) -> np.ndarray:
    """Founders by site of 20 persons of the preset filter-flow, whoever had them."""
    columns = [CASCADE_COUNTS.index(f"founders_{route}") for route in ("blood", "lymph", "metastases")]
    cohort = next(cohorts(preset("filter-flow", *overrides), 20))
    return cohort.cascade[:, 1][:, :, columns].sum(axis=(0, 2))


def test_filter_flow_by_the_whole_course():
    """Chi-square of 400,000 founders by site; those that come back to the thyroid found nothing there."""
    sites, caught = circulation(0.9, 0.5)
    assert tuple(sites) == preset("filter-flow").sites
    found = founders()
    home = sites.index("thyroid")
    assert found[home] == 0.0
    assert found.sum() > 3e5
    away = np.delete(caught, home) / (1.0 - caught[home])
    assert_counts(np.delete(found, home), found.sum() * away)


def test_flow_alone_is_told_from_soil():
    """Negative control: with homing and matrix the same cells settle elsewhere."""
    sites, caught = circulation(0.9, 0.5)
    home = sites.index("thyroid")
    found = founders(
        "mechanisms.colonisation=1", "mechanisms.cxcr4_cxcl12=on", "mechanisms.ccr7_ccl21=on",
        "mechanisms.fibronectin=on", "mechanisms.mmp_timp=on",
    )  # fmt: skip
    assert found.sum() > 1e4
    away = np.delete(caught, home) / (1.0 - caught[home])
    with pytest.raises(AssertionError):
        assert_counts(np.delete(found, home), found.sum() * away)


def test_another_catch_of_the_lung_is_another_pattern():
    found = founders("parameters.capture_lung_prone=0.45")
    sites, caught = circulation(0.5, 0.5)
    home = sites.index("thyroid")
    assert_counts(np.delete(found, home), found.sum() * np.delete(caught, home) / (1.0 - caught[home]))


@pytest.mark.parametrize(
    ("arm", "size"), [("no bottleneck", 0.0), ("one cell", 1.0), ("three cells", 3.0), ("five cells", 5.0)]
)
def test_single_founders_pass_the_bottleneck(arm, size):
    """40,000 founders of the preset szczurek last with s_1 = exp(-b), which is the published point."""
    cohort = next(cohorts(preset("szczurek", arm=arm), 20))
    found, lasting = (cohort.persons[f"{name}_at_death"].sum() for name in ("founders", "established"))
    law = float(bottleneck.survival(1, size)) if size else 1.0
    assert dict(points("szczurek", "lasting_share"))[size] == pytest.approx(law, rel=PRINTED)
    assert_z(lasting, found * law, max(found * law * (1.0 - law), 1.0))
