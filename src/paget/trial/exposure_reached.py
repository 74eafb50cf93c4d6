"""What drugs reached: each person's mean unbound concentration under treatment, and the inhibition of targets at it.

Only the first persons of an arm have time courses (trial/outputs.py). A person's mean is taken over the points of the
course within the lines that give the drug, up to the last contact. Inhibition is that of a median cell at the mean
concentration, by the half-maximal concentrations that the model itself uses; resistance of clones and barriers of
tissue are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from paget import knowledge
from paget.signalling.exposure import effects_of, settings_value
from paget.signalling.graded_response import occupancy
from paget.therapy.checkpoint import affinity
from paget.trial.arm_tables import ArmTables
from paget.trial.comparison import finite
from paget.trial.protocol import ANTIANGIOGENIC, CHECKPOINT, NETWORK, potency_on
from paget.trial.survival import LEVEL, Floats

if TYPE_CHECKING:
    import pandas as pd

    from paget.trial.treatment import Protocol

COURSES = 4
"""Drugs of an arm whose concentrations are written down."""

QUANTILES = {"p5": 1.0 - LEVEL, "p50": 0.5, "p95": LEVEL}


def exposure(
    tables: ArmTables, protocol: Protocol, disease: str, values: Mapping[str, float], clock: str
) -> list[dict[str, Any]]:
    """Rows of the first COURSES drugs of an arm; n: persons with a course under the drug.

    values: parameters in the units of the model; clock: from when times count (trial/treatment.CLOCKS).
    """
    until = tables.days_on_study(clock)
    drugs = tuple(dict.fromkeys(dosing.drug for line in protocol.lines for dosing in line.dosings))
    rows = []
    for number, drug in enumerate(drugs[:COURSES], start=1):
        given = {place for place, line in enumerate(protocol.lines, start=1) if drug in _names(line)}
        means = mean_concentrations(tables, f"DRUG_{number}", given, until)
        rows.append(
            {
                "drug": drug,
                "n": len(means),
                "mean_nmol_l": _range(means),
                "inhibition": [
                    {"target": target, **_range(ceiling * np.array([occupancy(mean, half, hill) for mean in means]))}
                    for target, ceiling, half, hill in targets(drug, disease, values)
                ],
            }
        )
    return rows


def _names(line: Any) -> set[str]:
    return {dosing.drug for dosing in line.dosings}


def _range(values: Floats) -> dict[str, float | None]:
    if not len(values):
        return dict.fromkeys(QUANTILES)
    return {name: finite(np.quantile(values, share)) for name, share in QUANTILES.items()}


def mean_concentrations(tables: ArmTables, column: str, lines: set[int], until: pd.Series) -> Floats:
    """Mean of a column of curves over a person's days within some lines; persons without such a day are left out.

    until: last days since the start of treatment that count, by USUBJID.
    """
    begun = tables.treatments[tables.treatments["LINE"].isin(lines) & tables.treatments["GIVEN"]]
    own = begun.merge(tables.curves, on="USUBJID")
    day = own["DAY"] - tables.subjects["ENROLMENT_DAY"].reindex(own["USUBJID"]).to_numpy(np.float64)
    inside = (day > own["ASTDY"]) & ~(day > own["AENDY"]) & ~(day > until.reindex(own["USUBJID"]).to_numpy(np.float64))
    return own[inside].groupby("USUBJID")[column].mean().to_numpy(np.float64)


def targets(drug: str, disease: str, values: Mapping[str, float]) -> list[tuple[str, float, float, float]]:
    """(target, inhibition at saturation, half-maximal concentration in nmol/L, exponent) of what a drug inhibits."""
    agent = knowledge.drugs[drug]
    found: list[tuple[str, float, float, float]] = []
    network = knowledge.diseases()[disease].network
    if agent.acts_by(NETWORK) is not None and network is not None:
        hill = settings_value("hill_exponent")
        effects = effects_of(drug, network)
        found += [(each.node, each.ceiling, each.half_maximal, hill) for each in effects if not each.activates]
    vessels = agent.acts_by(ANTIANGIOGENIC)
    if vessels is not None and vessels.target is not None:
        found.append((f"{vessels.target} of vessels", 1.0, potency_on(drug, vessels.target), 1.0))
    if agent.acts_by(CHECKPOINT) is not None:
        found.append(("PD-1", 1.0, affinity(drug, values)[1], 1.0))
    return found
