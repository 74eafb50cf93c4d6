"""Interstitial pressure against the oracle of Baxter and Jain's sphere, alone and at the end of a course.

The course reads the pressure of an isolated lesion whose surface is held at 0; a lesion embedded in normal tissue and
the fluid that leaves its surface are the oracle's alone.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from laws.oracles import baxter_jain
from laws.oracles.baxter_jain import TUMOUR, Tissue
from laws.reduced import CELL_DENSITY, persons_of, rates, reduced
from laws.test_interstitial_pressure import LENGTH, VALUES, centre, share
from paget.body.vessel_quality import leakiness


def tissue_of(volume: float, leak: float, values=VALUES) -> Tissue:
    """Vessels that leak by `leak` of a tumour's and lymphatics that the lesion has not yet lost, in the oracle's units.

    Conductivity and a tumour's leak are TUMOUR's; the kernel's rates are relative to that leak.
    """
    normal = values["normal_filtration_ratio"]
    inflow = normal + leak * (1.0 - normal)
    drained = values["lymph_drainage_ratio"] / (1.0 + volume / values["lymph_loss_volume"])
    compressed = volume / (volume + values["vascular_pressure_volume"])
    vascular = values["vascular_pressure"] + compressed * (
        values["vascular_pressure_limit"] - values["vascular_pressure"]
    )
    pull = values["oncotic_pull_normal"] + leak * (values["oncotic_pull_tumour"] - values["oncotic_pull_normal"])
    return Tissue(
        conductivity=TUMOUR.conductivity, leak=TUMOUR.leak * inflow, effective=vascular - pull,
        lymph=TUMOUR.leak * drained, lymph_pressure=values["lymph_pressure"],
    )  # fmt: skip


def radius(volume: float) -> float:
    """Radius in cm of a ball of `volume` mm^3."""
    return 0.1 * (3.0 * volume / (4.0 * math.pi)) ** (1.0 / 3.0)


def pressure(volume: float, leak: float, values=VALUES) -> float:
    """The oracle's pressure (mmHg) at the centre of a lesion of `volume` mm^3."""
    return float(baxter_jain.isolated(0.0, radius(volume), tissue_of(volume, leak, values)))


def test_profile_is_the_oracles():
    position = np.linspace(0.0, 1.0, 41)
    for cm in (0.01, 0.1, 0.25, 2.0):
        law = baxter_jain.isolated(position * cm, cm) / TUMOUR.plateau
        assert np.abs(share(10.0 * cm / LENGTH, position) - law).max() < 1e-12
        assert share(10.0 * cm / LENGTH, 0.0)[0] == pytest.approx(baxter_jain.centre(cm), rel=1e-9, abs=1e-14)


@pytest.mark.parametrize("leak", [0.0, 0.4, 1.0])
def test_centre_of_a_lesion_is_the_oracles_with_its_lymphatics(leak):
    """1e-4: the recorded length is rounded to four digits (tests/laws/test_interstitial_pressure.py)."""
    volumes = np.array([1.0, 30.0, 1e3, 3e4])
    law = [pressure(float(volume), leak) for volume in volumes]
    assert np.allclose(centre(volumes, leak), law, rtol=1e-4)
    without = centre(volumes, leak, lymph_drainage_ratio=0.0)
    assert np.all(without > centre(volumes, leak) + 1e-3)


@pytest.mark.parametrize("switch", [1.0, 0.5, 0.0])
def test_pressure_in_a_course_is_the_oracles(switch):
    """A primary of 0.1 mm^3 that grows for 60 days without a brake; the pressure stands for the step's first size."""
    net, days = 0.1, 60
    study = reduced(
        94, {**rates(0.7, 0.7 - net), "usual_vessels": 0.0}, presents_at=1.0, start_cells=0.1 * CELL_DENSITY,
        follow_up_days=days - 1, mechanisms={"interstitial_pressure": switch},
    )  # fmt: skip
    person = persons_of(study, 1)[0]
    volume = 0.1 * math.exp(net * (days - 1))
    assert math.isclose(person["volume_primary"], 0.1 * math.exp(net * days), rel_tol=1e-9)
    leak = leakiness(person["vessel_quality"], study.parameters[0])
    assert leak > 0.2
    assert person["interstitial_pressure"] == pytest.approx(switch * pressure(volume, leak), rel=1e-4, abs=1e-12)
