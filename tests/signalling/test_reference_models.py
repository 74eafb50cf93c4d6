"""Published models against trajectories of MaBoSS 2.6.6, by the rule of oracle/reference_models.py.

Reduced: a few windows and a few thousand trajectories; tools/validate_signalling.py makes the whole comparison.
"""

from __future__ import annotations

import numpy as np
import pytest

from signalling.oracle import grammar
from signalling.oracle import master_equation as exact
from signalling.oracle.reference_models import (
    CONDITIONS,
    MODELS,
    broken,
    own_error_z,
    pooled_z,
    trajectories,
    windows_of,
)
from signalling.oracle.subject import run_reference

pytestmark = pytest.mark.usefixtures("either_engine")

SAMPLES = {"p53_Mdm2": 8000, "cellcycle": 8000, "metastasis": 16_000, "sizek": 2000}
"""Late windows of the invasion model stand still and deviate as one, so it has more."""
OTHERS = 2000


def compared(condition: str, samples: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The z by the pooled binomial variance and by the engines' own standard errors."""
    reference = trajectories(condition)
    result = run_reference(CONDITIONS[condition], MODELS / f"{condition}.cfg", samples, seed)
    windows = windows_of(reference, np.asarray(result.times))
    columns = [result.nodes.index(name) for name in reference.nodes]
    assert len(columns) == len(result.nodes)
    found, error = result.probability[:, columns], result.standard_error[:, columns]
    z = pooled_z(found[windows], samples, reference.mean, reference.samples)
    return z, own_error_z(found, error, reference, windows)


def test_trajectories_agree_with_maboss() -> None:
    tables = {}
    for place, condition in enumerate(CONDITIONS):
        tables[condition], own = compared(condition, SAMPLES.get(condition, OTHERS), 4000 + place)
        # By the errors themselves, which are smaller than binomial ones; 1.5 allows for windows that move together.
        assert np.sqrt(np.mean(own**2)) < 1.5, condition
    worst = {condition: round(float(np.abs(z).max()), 2) for condition, z in tables.items()}
    assert not broken(np.concatenate([z.ravel() for z in tables.values()])), worst


def test_the_rule_finds_a_rate_that_is_wrong_by_a_fifth(tmp_path) -> None:
    """p53_Mdm2 with damage that lasts six rather than five time units: the rule must not be met."""
    cfg = grammar.read_text(MODELS / "p53_Mdm2.cfg")
    assert "$tDd=5;" in cfg
    wrong = tmp_path / "wrong.cfg"
    wrong.write_text(cfg.replace("$tDd=5;", "$tDd=6;"), encoding="utf-8")
    result = run_reference("p53_Mdm2", wrong, SAMPLES["p53_Mdm2"], 3)
    reference = trajectories("p53_Mdm2")
    found = result.probability[:, [result.nodes.index(name) for name in reference.nodes]]
    rows = windows_of(reference, np.asarray(result.times))
    assert broken(pooled_z(found[rows], SAMPLES["p53_Mdm2"], reference.mean, reference.samples))


@pytest.mark.parametrize("condition", ["p53_Mdm2", "cellcycle"])
def test_the_master_equation_agrees_with_maboss(condition: str) -> None:
    """Of the second reading of the semantics alone: small enough for all states, continuous and discrete time."""
    text = (MODELS / f"{CONDITIONS[condition]}.bnd", MODELS / f"{condition}.cfg")
    made = exact.configured(
        grammar.read_nodes(grammar.read_text(text[0])), grammar.read_settings(grammar.read_text(text[1]))
    )
    law = exact.averages(made, made.states.T)
    reference = trajectories(condition)
    rows = windows_of(reference, np.arange(made.windows) * made.tick)
    columns = [made.names.index(name) for name in reference.nodes]
    mean, variance = law.mean[np.ix_(rows, columns)], law.variance[np.ix_(rows, columns)]
    # The table is rounded to six digits.
    gaps = np.maximum(np.abs(reference.mean - mean) - 5e-7, 0.0)
    error = np.sqrt(variance / reference.samples)
    sure = error > 1e-9
    assert gaps[~sure].max(initial=0.0) < 1e-9
    z = gaps[sure] / error[sure]
    assert z.max() < 4.5
    assert np.sqrt(np.mean(z**2)) < 1.3
