"""What a study of the published size would show of a simulated curve: a pointwise band from the size alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from paget.report.figures import DAYS_PER_MONTH, colour, plain, rounded, thinned
from paget.report.number_format import number
from paget.report.published_points import PublishedPoint
from paget.report.run_directory import RunDirectory
from paget.report.survival_curves import Curve, endpoint_rows
from paget.report.text import Labels
from paget.trial.survival import kaplan_meier, log_log_interval

MOST_POINTS = 200


@dataclass(frozen=True)
class Band:
    """Limits in [0, 1] at months, around an arm's curve, for n patients as in a study."""

    arm: str
    study: str
    n: int
    months: np.ndarray
    low: np.ndarray
    high: np.ndarray


def limits(days: np.ndarray, event: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Event days and the pointwise 95 % limits within which the curve of n patients lies.

    days: times of the simulated patients, shape (m,); event: whether each ended in the event. Greenwood's standard
    error of the m simulated patients is scaled by sqrt(m / n), which without censoring is the binomial
    sqrt(S (1 - S) / n); limits on the log(-log) scale (Kalbfleisch and Prentice 1980).
    """
    fitted = kaplan_meier(days, event)
    low, high = log_log_interval(fitted.survival, fitted.error * np.sqrt(len(days) / n))
    return fitted.time, low, high


def bands(run: RunDirectory, drawn: Sequence[Curve], points: Sequence[PublishedPoint], endpoint: str) -> list[Band]:
    """One band per drawn arm that published points with a size stand beside; points of no arm belong to the first."""
    found = []
    for curve in drawn:
        mine = [p for p in points if p.same_population and p.n and (p.arm or drawn[0].arm) == curve.arm]
        rows = endpoint_rows(run, curve.arm, endpoint)
        if not mine or rows is None or rows.empty:
            continue
        study, n = _size(mine)
        days, low, high = limits(rows["AVAL"].to_numpy(dtype=float), rows["CNSR"].to_numpy() == 0, n)
        known = np.isfinite(low) & np.isfinite(high)
        found.append(Band(curve.arm, study, n, days[known] / DAYS_PER_MONTH, low[known], high[known]))
    return [band for band in found if len(band.months)]


def _size(points: Sequence[PublishedPoint]) -> tuple[str, int]:
    """The study with the most points (the first by name of equal ones), and its largest size."""
    counts = Counter(point.study for point in points)
    study = min(counts, key=lambda name: (-counts[name], name))
    return study, max(int(point.n) for point in points if point.study == study and point.n)


def draw(canvas: go.Figure, found: Sequence[Band], arms: Sequence[str], labels: Labels) -> None:
    """Two dotted lines per band in the colour of its arm."""
    for band in found:
        shade = colour(list(arms).index(band.arm))
        kept = thinned(band.months, MOST_POINTS)
        label = labels("survival.sampling", study=band.study, n=number(band.n))
        for values, named in ((band.low, True), (band.high, False)):
            canvas.add_scatter(
                x=rounded(np.r_[0.0, band.months[kept]]),
                y=rounded(np.r_[1.0, values[kept]]),
                mode="lines",
                line={"color": shade, "width": 1.5, "dash": "dash", "shape": "hv"},
                name=plain(label),
                meta={"label": label},
                legendgroup=f"sampling {band.arm}",
                showlegend=named,
                hovertemplate=f"{plain(label)}<br>%{{x:.1f}} {labels('axis.months')}: %{{y:.1%}}<extra></extra>",
            )
