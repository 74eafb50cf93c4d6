"""Kaplan–Meier figures of the endpoints beside overall survival: progression, response, metastasis, next therapy."""

from __future__ import annotations

from paget.report import survival
from paget.report.figures import Figure
from paget.report.run_directory import RunDirectory
from paget.report.survival_curves import Curve, endpoint_curves, endpoint_rows
from paget.report.text import Labels

ENDPOINTS = ("PFS", "DOR", "TTP", "TTR", "DMFS", "TTNT", "CSS")
"""PARAMCD in the order shown; overall survival has a section of its own."""

ON_REQUEST = {"TTNT"}
"""Shown only where the scenario names them."""

HEIGHT, POINTS = 260, 160
FROM_RESPONSE = {"DOR"}
"""Endpoints that count from the first response; the others count from the origin of the run."""


def figures(run: RunDirectory, labels: Labels) -> list[Figure]:
    """A figure per endpoint that anyone has and that happened to someone."""
    found = []
    asked = {str(row.get("endpoint")).split("_")[0] for row in run.endpoints}
    for endpoint in ENDPOINTS:
        if endpoint in ON_REQUEST - asked:
            continue
        drawn = endpoint_curves(run, endpoint)
        if _happened(run, drawn, endpoint):
            found.append(survival.draw(run, drawn, _chart(endpoint, labels), labels))
    return found


def _happened(run: RunDirectory, drawn: list[Curve], endpoint: str) -> bool:
    rows = [endpoint_rows(run, curve.arm, endpoint) for curve in drawn]
    return any(own is not None and bool((own["CNSR"] == 0).any()) for own in rows)


def _chart(endpoint: str, labels: Labels) -> survival.Chart:
    response = endpoint in FROM_RESPONSE
    return survival.Chart(
        id=f"curve-{endpoint.lower()}",
        endpoint=endpoint,
        description=labels.family("endpoint_curve", endpoint),
        months=labels("axis.months_from_response" if response else "axis.months_from_origin"),
        event_free=labels.family("event_free", endpoint),
        height=HEIGHT,
        points=POINTS,
    )
