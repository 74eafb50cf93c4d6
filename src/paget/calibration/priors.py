"""Priors as normal distributions: every free parameter is moved on a scale where its prior is N(0, 1).

    z = (T(x) - m) / s,   m = (T(low) + T(high)) / 2,   s = (T(high) - T(low)) / (2 z_95)

T: identity, ln or logit; low … high: the prior's central 90 %. Values are in the units of the records.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from paget import knowledge
from paget.errors import InputError
from paget.knowledge.fitted import Prior
from paget.knowledge.records import Parameter
from paget.trial.plan import model_value

Floats = NDArray[np.float64]

CENTRAL = 0.90
"""Probability between a prior's low and high."""

_REACH = NormalDist().inv_cdf(0.5 + CENTRAL / 2.0)
Scale = Callable[[float], float]
_FORWARD: Mapping[str, Scale] = {"linear": float, "log": math.log, "logit": lambda share: float(logit(share))}
_BACK: Mapping[str, Scale] = {"linear": float, "log": math.exp, "logit": lambda log_odds: float(expit(log_odds))}


def free_parameters(disease: str, stage: int) -> tuple[Prior, ...]:
    """Priors of one stage; InputError for a disease without any."""
    found = tuple(prior for prior in knowledge.shipped_library().priors(disease) if prior.stage == stage)
    if not found:
        raise InputError(
            f"disease {disease!r} has no free parameter in stage {stage}",
            remedy=f"List them in diseases/{disease}/priors.csv.",
        )
    return found


def to_normal(prior: Prior, value: float) -> float:
    """The value on the scale where the prior is N(0, 1)."""
    middle, spread = _scale(prior)
    return (_FORWARD[prior.transform](value) - middle) / spread


def from_normal(prior: Prior, z: float) -> float:
    """The value, in the prior's unit, at `z`."""
    middle, spread = _scale(prior)
    return _BACK[prior.transform](middle + spread * z)


def _scale(prior: Prior) -> tuple[float, float]:
    low, high = (_FORWARD[prior.transform](end) for end in (prior.low, prior.high))
    return 0.5 * (low + high), 0.5 * (high - low) / _REACH


def model_values(priors: Sequence[Prior], z: Floats, records: Mapping[str, Parameter]) -> dict[str, float]:
    """Value of every symbol that the priors free, in the units that the model reads; z: (priors,)."""
    values: dict[str, float] = {}
    for prior, position in zip(priors, z, strict=True):
        value = from_normal(prior, float(position))
        for symbol in prior.symbols:
            values[symbol] = model_value(symbol, value, records[symbol].unit)
    return values
