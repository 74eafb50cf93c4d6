"""Which place of the parameters to try next: a Gaussian process for every row, learned from the forecasts so far.

Row t at place z (normal scale of the priors) is a linear trend plus a smooth departure with covariance
s_t^2 exp(-|z - z'|^2 / (2 L^2)), seen with the Monte-Carlo error of each forecast (Sacks et al. 1989,
doi:10.1214/ss/1177012413; Kennedy & O'Hagan 2001, doi:10.1111/1467-9868.00294). The next place is where the penalised
misfit

    J(z) = sum_t w_t (d_t(z) - y_t)^2 / R_t + |z|^2

of the means is least; R: squared errors of the observed value and of a forecast of the wanted size. Nothing is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Floats = NDArray[np.float64]

LENGTH = 4.0
"""Distance L, in SDs of the prior, over which departures from the trend are alike."""

LEAST_ERROR = 0.03
"""Smallest error of a forecast on a row's scale: shares of 0 and 1 have none of their own."""

LEAST_DEPARTURE = 0.07
"""Smallest SD s_t of departures from the trend, on a row's scale."""

RIDGE = 1e-3
"""Keeps the trend defined where forecasts are fewer than parameters."""

FARTHEST = 3.0
"""SDs of the prior beyond which no place is tried."""


def misfit(value: Floats, centre: Floats, variance: Floats, weight: Floats) -> float:
    """Weighted squared distance of one forecast from the rows; rows that it cannot show don't count."""
    return float(np.nansum((value - centre) ** 2 / variance * weight))


class Emulator:
    """Means of all rows, (rows,), at any place, (parameters,), given forecasts at some."""

    def __init__(self, z: Floats, value: Floats, error: Floats) -> None:
        """z: (forecasts, parameters), value and error: (forecasts, rows); forecasts with gaps are left out."""
        whole = np.isfinite(value).all(axis=1)
        self.z = z[whole]
        distances = ((self.z[:, None] - self.z[None]) ** 2).sum(axis=-1)
        self.alike = np.exp(-distances / (2.0 * LENGTH**2))
        noise = np.maximum(np.nan_to_num(error[whole]), LEAST_ERROR) ** 2
        fitted = [self._row(value[whole, row], noise[:, row]) for row in range(value.shape[1])]
        self.trend, self.departure = (np.array(part) for part in zip(*fitted, strict=True))

    def _row(self, value: Floats, noise: Floats) -> tuple[Floats, Floats]:
        """Coefficients of the trend, and of the departures at the known places times their variance."""
        known = _trend(self.z)
        spread = noise + LEAST_DEPARTURE**2
        normal = known.T @ (known / spread[:, None]) + RIDGE * np.eye(known.shape[1])
        trend = np.asarray(np.linalg.solve(normal, known.T @ (value / spread)), np.float64)
        left = value - known @ trend
        variance = max(float(np.var(left) - noise.mean()), LEAST_DEPARTURE**2)
        departure = variance * np.linalg.solve(variance * self.alike + np.diag(noise), left)
        return trend, np.asarray(departure, np.float64)

    def __call__(self, z: Floats) -> Floats:
        """Means of the rows at one place."""
        alike = np.exp(-((self.z - z) ** 2).sum(axis=1) / (2.0 * LENGTH**2))
        return self.trend @ _trend(z[None])[0] + self.departure @ alike


def best_place(
    emulator: Emulator, starts: Sequence[Floats], centre: Floats, variance: Floats, weight: Floats
) -> Floats:
    """Place of the least penalised misfit of the means, searched from every start, (parameters,)."""

    def penalised(z: Floats) -> float:
        return misfit(emulator(z), centre, variance, weight) + float(z @ z)

    bounds = [(-FARTHEST, FARTHEST)] * len(starts[0])
    found = [minimize(penalised, start, method="L-BFGS-B", bounds=bounds) for start in starts]
    return min(found, key=lambda each: each.fun).x


def _trend(z: Floats) -> Floats:
    return np.hstack([np.ones((len(z), 1)), z])
