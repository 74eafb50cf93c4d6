"""Priors on the normal scale, and what the model does with their values."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from paget import knowledge
from paget.calibration.priors import free_parameters, from_normal, model_values, to_normal
from paget.errors import InputError
from paget.knowledge.fitted import MOST_FREE, Prior
from paget.trial.plan import Study, parameter_values, plan

PRIORS = free_parameters("atc", 1)
RECORDS = knowledge.shipped_library().unfitted_parameters("atc")


def prior(transform: str, low: float, high: float) -> Prior:
    return Prior(
        symbol="x", stage=1, transform=transform, low=low, high=high, unit="1", source="assumed", status="assumed"
    )  # type: ignore[arg-type]


LAWS = {
    "log": lambda a, b: stats.lognorm(np.log(b / a) / 2 / stats.norm.ppf(0.95), scale=np.sqrt(a * b)),
    "linear": lambda a, b: stats.norm((a + b) / 2, (b - a) / 2 / stats.norm.ppf(0.95)),
}


@pytest.mark.parametrize(("transform", "low", "high"), [("log", 4.0, 15.0), ("linear", -3.0, 5.0)])
def test_the_central_ninety_per_cent_lie_between_low_and_high(transform, low, high):
    law, tested = LAWS[transform](low, high), prior(transform, low, high)
    for share in (0.01, 0.05, 0.5, 0.95, 0.999):
        assert from_normal(tested, stats.norm.ppf(share)) == pytest.approx(law.ppf(share), rel=1e-12)


def test_a_share_is_normal_in_its_log_odds():
    tested = prior("logit", 0.1, 0.8)
    odds = [from_normal(tested, z) / (1 - from_normal(tested, z)) for z in (-1.0, 0.0, 1.0)]
    assert odds[1] / odds[0] == pytest.approx(odds[2] / odds[1], rel=1e-12)
    assert odds[1] == pytest.approx(np.sqrt(0.1 / 0.9 * 0.8 / 0.2), rel=1e-12)


@pytest.mark.parametrize("each", PRIORS, ids=lambda each: each.symbol)
def test_round_trip(each):
    for z in (-3.0, -0.4, 0.0, 2.5):
        assert to_normal(each, from_normal(each, z)) == pytest.approx(z, abs=1e-9)
    assert from_normal(each, stats.norm.ppf(0.05)) == pytest.approx(each.low, rel=1e-9)
    assert from_normal(each, stats.norm.ppf(0.95)) == pytest.approx(each.high, rel=1e-9)


def test_at_most_fifteen_parameters_are_free():
    assert 0 < sum(1 for _ in knowledge.shipped_library().priors("atc")) <= MOST_FREE == 15


def test_a_disease_without_priors_cannot_be_fitted():
    with pytest.raises(InputError, match=r"has no free parameter in stage 2"):
        free_parameters("benign", 2)


def test_values_arrive_in_the_units_of_the_model():
    values = model_values(PRIORS, np.zeros(len(PRIORS)), RECORDS)
    assert values["vascular_limit"] == pytest.approx(1000.0 * np.sqrt(300 * 5000))  # mm^3
    assert values["metastasis_vascular_limit"] == values["vascular_limit"]
    assert values["lethal_airway_diameter"] == pytest.approx(10.0 * np.sqrt(8 * 13))  # mm
    study = Study("x", "atc", 1, 1, ("a",), 10, parameters=values)
    assert values.items() <= parameter_values(study).items()


def lung_share(**parameters: float) -> float:
    table = plan(Study("x", "atc", 1, 1, ("a",), 10, parameters=parameters)).lodged[0, 0].sum(axis=0)
    sites = [site.id for site in knowledge.sites()]
    return table[sites.index("lung")] / table.sum()


def test_the_lung_takes_founders_as_its_permissiveness_says():
    usual = lung_share(permissiveness_lung=1.0)
    for factor in (0.2, 3.0):
        expected = factor * usual / (factor * usual + 1.0 - usual)
        assert lung_share(permissiveness_lung=factor) == pytest.approx(expected, rel=1e-9)
    assert lung_share(permissiveness_lung=0.0) == 0.0
