"""Interstitial pressure: Baxter and Jain's sphere, against its closed form, a solved boundary value problem and [0, 1].

Constants of Baxter and Jain (1989) as read: K = 4.13e-8 cm^2/(mmHg s), L_p = 2.8e-7 cm/(mmHg s), S/V = 200 1/cm.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_bvp

from paget import knowledge
from paget.body import interstitial_pressure, surroundings
from paget.compute import kernel
from paget.trial.units import convert

NAMES = (
    "vascular_pressure", "vascular_pressure_limit", "vascular_pressure_volume", "oncotic_pull_normal",
    "oncotic_pull_tumour", "interstitial_pressure_length", "normal_filtration_ratio", "lymph_drainage_ratio",
    "lymph_loss_volume", "lymph_pressure",
)  # fmt: skip
RECORDS = knowledge.parameters("atc")
VALUES = {name: convert(RECORDS[name].value, RECORDS[name].unit, surroundings.UNITS[name]) for name in NAMES}
PARAMETERS = np.dtype([(name, np.float64) for name in (*NAMES, "switch_interstitial_pressure")])

CONDUCTIVITY, WALL, SURFACE = 4.13e-8, 2.8e-7, 200.0
"""cm^2/(mmHg s), cm/(mmHg s), 1/cm."""

LENGTH = 10.0 * math.sqrt(CONDUCTIVITY / (WALL * SURFACE))
"""mm."""


@kernel
def profiles(i, alphas, positions, out):
    """Share of p_0 for each pair."""
    out[i] = interstitial_pressure.sphere_share(alphas[i], positions[i])


@kernel
def centres(i, volumes, leaks, p, out):
    """Pressure (mmHg) at the centre of each lesion."""
    out[i] = interstitial_pressure.centre_pressure(volumes[i], leaks[i], p[0])


def share(alpha, position) -> np.ndarray:
    """The profile for arrays that broadcast."""
    alpha, position = (np.array(each, np.float64) for each in np.broadcast_arrays(alpha, position))
    out = np.zeros(alpha.size)
    profiles.launch(alpha.size, alpha.ravel(), position.ravel(), out)
    return out


def centre(volumes, leak: float = 1.0, switch: float = 1.0, **changed: float) -> np.ndarray:
    """Central pressures (mmHg) of lesions of `volumes` mm^3."""
    p = np.zeros(1, PARAMETERS)
    for name, value in {**VALUES, **changed, "switch_interstitial_pressure": switch}.items():
        p[name] = value
    volumes = np.atleast_1d(np.asarray(volumes, np.float64))
    out = np.zeros(volumes.size)
    centres.launch(volumes.size, volumes, np.full(volumes.size, leak), p, out)
    return out


def test_length_is_that_of_the_constants():
    assert pytest.approx(LENGTH, rel=1e-4) == VALUES["interstitial_pressure_length"]


@pytest.mark.parametrize(("radius", "ratio"), [(1.0, 0.815), (2.5, 0.998)])
def test_published_ratio_at_the_centre(radius, ratio):
    assert share(radius / LENGTH, 0.0)[0] == pytest.approx(ratio, abs=1e-3)


def test_profile_is_the_hyperbolic_sine():
    position = np.linspace(0.02, 1.0, 50)
    for alpha in (0.1, 1.0, 3.68, 9.2, 40.0):
        expected = 1.0 - np.sinh(alpha * position) / (position * np.sinh(alpha))
        np.testing.assert_allclose(share(alpha, position), expected, rtol=1e-10, atol=1e-12)


def test_profile_solves_darcy_and_starling():
    alpha = 3.68

    def change(x, state):
        return np.vstack([state[1], alpha**2 * (state[0] - 1.0) - 2.0 * state[1] / x])

    start = 1e-4
    grid = np.linspace(start, 1.0, 200)
    solved = solve_bvp(change, lambda a, b: [a[1], b[0]], grid, np.zeros((2, grid.size)), tol=1e-8, max_nodes=50000)
    assert solved.success
    np.testing.assert_allclose(share(alpha, grid), solved.sol(grid)[0], atol=1e-5)


@given(alpha=st.floats(0.0, 800.0), position=st.floats(0.0, 1.0))
def test_share_is_a_share_and_falls_outwards(alpha, position):
    inner, outer = share(alpha, np.array([position, min(1.0, position + 0.05)]))
    assert -1e-12 <= outer <= inner + 1e-9 <= 1.0 + 2e-9
    assert share(alpha, 1.0)[0] == pytest.approx(0.0, abs=1e-9)


def test_centre_is_the_limit_of_the_profile():
    for alpha in (1e-6, 0.01, 1.0, 20.0):
        assert share(alpha, 0.0)[0] == pytest.approx(share(alpha, 1e-4)[0], abs=1e-6)
    assert share(0.03, 0.0)[0] == pytest.approx(0.03**2 / 6.0, rel=1e-3)


def test_without_lymphatics_and_compression_pressure_is_the_published_plateau():
    """p_e = 15.6 - 0.82 (20 - 15) = 11.5 mmHg; the centre of 1 mm and 2.5 mm spheres has 0.815 and 0.998 of it."""
    plain = {"vascular_pressure_limit": VALUES["vascular_pressure"], "lymph_drainage_ratio": 0.0}
    radii = np.array([1.0, 2.5, 20.0])
    pressures = centre(4.0 / 3.0 * np.pi * radii**3, **plain)
    np.testing.assert_allclose(pressures / 11.5, [0.815, 0.998, 1.0], atol=1e-3)


def test_pressure_of_a_lesion_is_the_closed_form():
    volume, leak = 8000.0, 0.7
    inflow = VALUES["normal_filtration_ratio"] + leak * (1.0 - VALUES["normal_filtration_ratio"])
    outflow = VALUES["lymph_drainage_ratio"] / (1.0 + volume / VALUES["lymph_loss_volume"])
    vascular = 15.6 + (40.0 - 15.6) * volume / (volume + 10_000.0)
    effective = vascular - (9.1 - leak * 5.0)
    rest = (inflow * effective + outflow * VALUES["lymph_pressure"]) / (inflow + outflow)
    alpha = (3.0 * volume / (4.0 * np.pi)) ** (1.0 / 3.0) * np.sqrt(inflow + outflow) / LENGTH
    assert centre(volume, leak)[0] == pytest.approx(rest * (1.0 - alpha / np.sinh(alpha)), rel=1e-5)


def test_normal_tissue_has_about_no_pressure():
    """Normal breast -0.3 mmHg, carcinoma 29 (26 to 32): Nathanson 1994, doi:10.1007/BF03187139."""
    normal = {"vascular_pressure_limit": VALUES["vascular_pressure"], "lymph_loss_volume": 1e12}
    assert centre(30_000.0, leak=0.0, **normal)[0] == pytest.approx(-0.3, abs=0.1)
    assert 26.0 <= centre(50_000.0)[0] <= 32.0


def test_leak_and_lost_lymphatics_raise_pressure():
    volume = 5000.0
    leaks = [centre(volume, leak)[0] for leak in (0.0, 0.3, 1.0, 1.5)]
    assert (np.diff(leaks) > 0.3).all()
    kept, lost = centre(volume, lymph_loss_volume=1e12)[0], centre(volume, lymph_loss_volume=1e-6)[0]
    assert lost > 2.0 * kept > 0.0


def test_switch_scales_the_pressure():
    volume = 5000.0
    assert centre(volume, switch=0.0)[0] == 0.0
    assert centre(volume, switch=0.5)[0] == pytest.approx(0.5 * centre(volume)[0], rel=1e-12)
    assert centre(0.0)[0] == 0.0
