"""Ensemble smoother with multiple data assimilation: a derivative-free Bayesian fit of few, costly, noisy simulations.

Emerick & Reynolds 2013, doi:10.1016/j.cageo.2012.03.011. The ensemble is moved `steps` times; step i uses the data with
its variance R inflated by a = steps (sum of 1/a = 1), which for a linear model and normal errors gives the exact
posterior as the ensemble grows:

    z <- z + C_zd (C_dd + a R)^-1 (y + sqrt(a R) e - d),   e ~ N(0, 1), centred over the ensemble

C: covariances over the ensemble. A row's weight w tempers its likelihood: R = (observation + Monte-Carlo error)^2 / w.
Spurious correlations of a small ensemble would shrink parameters about which the rows say nothing. So a row moves a
parameter only where their correlation over the ensemble exceeds sqrt(2 ln(parameters) / members), which falls to 0 as
the ensemble grows (Luo, Bhakta & Naevdal 2018, doi:10.2118/185936-PA).

Random numbers are addressed: those of member j in step i come from Philox, the seed in the key, (i, j) in the counter.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

Floats = NDArray[np.float64]

STREAM = 2
"""Second word of the generators' key: apart from any other use of the seed."""


def draws(seed: int, step: int, members: int, count: int) -> Floats:
    """Standard normal numbers, (members, count), centred over the members; a member's raw draws don't depend on others.

    Step 0 is the prior ensemble, which is also scaled to unit variance.
    """
    raw = np.array([_of_member(seed, step, member, count) for member in range(members)])
    centred = raw - raw.mean(axis=0)
    return centred / centred.std(axis=0, ddof=1) if step == 0 else centred


def _of_member(seed: int, step: int, member: int, count: int) -> Floats:
    chance = np.random.Philox(key=[seed, STREAM], counter=[0, 0, step, member])
    return np.random.Generator(chance).standard_normal(count)


def update(
    z: Floats,
    simulated: Floats,
    observed: Floats,
    variance: Floats,
    inflation: float,
    noise: Floats,
    *,
    localised: bool = True,
) -> Floats:
    """The ensemble after one assimilation.

    z: (members, parameters); simulated, noise: (members, rows); observed, variance: (rows,), variance with the weights.
    Rows that most members don't show are left out; a missing value elsewhere is taken as the mean of the others.
    """
    shown = np.isfinite(simulated).mean(axis=0) > 0.5
    scale = np.sqrt(variance[shown])
    d = _filled(simulated[:, shown]) / scale
    y = observed[shown] / scale + np.sqrt(inflation) * noise[:, shown]
    z_apart, d_apart = z - z.mean(axis=0), d - d.mean(axis=0)
    degrees = len(z) - 1
    cross = z_apart.T @ d_apart / degrees
    spread = d_apart.T @ d_apart / degrees + inflation * np.eye(d.shape[1])
    gain = cho_solve(cho_factor(spread), cross.T).T
    if localised:
        gain = gain * significant(z_apart, d_apart)
    return z + (y - d) @ gain.T


def _filled(simulated: Floats) -> Floats:
    return np.where(np.isfinite(simulated), simulated, np.nanmean(simulated, axis=0))


def significant(z_apart: Floats, d_apart: Floats) -> NDArray[np.bool_]:
    """Whether a row's correlation with a parameter is more than chance, (parameters, rows), from the deviations."""
    members, parameters = z_apart.shape
    covariance = z_apart.T @ d_apart
    norms = np.outer((z_apart**2).sum(axis=0), (d_apart**2).sum(axis=0))
    return covariance**2 > norms * (2.0 * np.log(parameters) / members)


def shrinkage(z: Floats) -> Floats:
    """1 - posterior / prior SD of every parameter (prior SD 1); 0: nothing learned, 1: known exactly."""
    return 1.0 - z.std(axis=0, ddof=1)
