"""Where the metastases are: circles on a body, and the shares beside an autopsy series."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from paget.report.figures import Control, Figure, colour, finish, only, plain, rounded
from paget.report.number_format import number, percent, span
from paget.report.run_directory import RunDirectory
from paget.report.text import Labels

LARGEST_RADIUS = 34.0
PLACES: dict[str, tuple[float, float, str]] = {
    "brain": (300, 62, "left"),
    "cervical_nodes": (324, 150, "right"),
    "intrathoracic_nodes": (300, 232, "right"),
    "lung": (254, 236, "left"),
    "pleura": (246, 288, "left"),
    "pericardium_heart": (330, 262, "right"),
    "liver": (270, 330, "left"),
    "adrenal": (332, 322, "right"),
    "kidney": (338, 358, "right"),
    "retroperitoneal_nodes": (304, 366, "right"),
    "peritoneum": (298, 412, "left"),
    "bone": (266, 560, "left"),
    "skin_soft_tissue": (394, 386, "right"),
    "other": (338, 610, "right"),
}
"""Site, its centre in the 600 × 760 drawing, and the side its label stands on."""
LABEL_X = {"left": 150.0, "right": 450.0}
LABEL_SPACING = 48.0
PUBLISHED_NAMES = {
    "neck_LN": "cervical_nodes",
    "intrathoracic_LN": "intrathoracic_nodes",
    "retroperitoneal_LN": "retroperitoneal_nodes",
    "heart": "pericardium_heart",
    "pericardium": "pericardium_heart",
    "peritoneum_mesentery": "peritoneum",
    "skin": "skin_soft_tissue",
}


@dataclass(frozen=True)
class Spot:
    """A site's circle and label in the drawing."""

    site: str
    text: str
    share: str
    x: float
    y: float
    radius: float
    side: str
    label_x: float
    label_y: float


@dataclass(frozen=True)
class BodyMap:
    """The drawings by group, and the choice between them."""

    spots: dict[str, list[Spot]]
    control: Control | None


def shares(run: RunDirectory, arm: str, moment: str) -> dict[str, float]:
    """Share of an arm's patients with a lesion above 1 mm³ in each site at `moment` ('diagnosis' or 'death')."""
    subjects, lesions = run.table("subjects"), run.tables.get("lesions")
    if subjects is None or lesions is None:
        return {}
    patients = int((subjects["ARM"].astype(str) == arm).sum())
    present = lesions[(lesions["ARM"].astype(str) == arm) & (lesions[f"CELLS_{moment.upper()}"] > 0)]
    counts = present.groupby("SITE", observed=True)["USUBJID"].nunique()
    return {site: float(counts.get(site, 0)) / max(patients, 1) for site in PLACES}


def body_map(run: RunDirectory, labels: Labels) -> BodyMap | None:
    """Drawings for each arm and moment; None where the tables are absent or hold no lesion."""
    if run.table("lesions") is None:
        return None
    options: list[tuple[str, str]] = []
    drawings: dict[str, list[Spot]] = {}
    for moment in ("death", "diagnosis"):
        for position, arm in enumerate(run.arms):
            found = shares(run, arm, moment)
            if not found:
                return None
            group = f"{moment}{position}"
            drawings[group] = _spots(found, labels)
            words = labels.family("moment", moment)
            options.append((group, words if len(run.arms) == 1 else f"{words} · {arm}"))
    return BodyMap(drawings, only(options, labels("control.show"))) if drawings else None


def _spots(found: dict[str, float], labels: Labels) -> list[Spot]:
    rows = {
        side: sorted((y, site) for site, (_, y, own) in PLACES.items() if own == side) for side in ("left", "right")
    }
    heights = {site: y for side in rows.values() for site, y in _spread(side)}
    return [
        Spot(
            site=site,
            text=labels.family("site", site),
            share=percent(found[site]),
            x=x,
            y=y,
            radius=round(LARGEST_RADIUS * found[site] ** 0.5, 1),
            side=side,
            label_x=LABEL_X[side],
            label_y=heights[site],
        )
        for site, (x, y, side) in PLACES.items()
    ]


def _spread(rows: list[tuple[float, str]]) -> list[tuple[str, float]]:
    """Move labels apart, keeping their order, centred where the sites are."""
    heights: list[float] = []
    for y, _ in rows:
        heights.append(max(y, heights[-1] + LABEL_SPACING) if heights else y)
    shift = (sum(heights) - sum(y for y, _ in rows)) / len(rows)
    return [(site, round(max(height - shift, 30.0), 1)) for height, (_, site) in zip(heights, rows, strict=True)]


def autopsy_figure(run: RunDirectory, labels: Labels) -> Figure | None:
    """Simulated share of patients with each site at autopsy beside published series; None where nobody died."""
    subjects = run.table("subjects")
    if subjects is None or "AUTOPSY_SITES" not in subjects or subjects["ALIVE"].all():
        return None
    canvas = go.Figure()
    order: list[str] = []
    for position, arm in enumerate(run.arms):
        found = _autopsy_shares(subjects[subjects["ARM"].astype(str) == arm])
        order = order or sorted(PLACES, key=lambda site: (found[site], site))
        name = labels("body.simulated", arm=arm)
        canvas.add_bar(
            y=[labels.family("site", site) for site in order],
            x=rounded(found[site] for site in order),
            orientation="h",
            marker={"color": colour(position)},
            name=plain(name),
            meta={"label": name},
            hovertemplate=f"{plain(arm)}<br>%{{y}}: %{{x:.1%}}<extra></extra>",
        )
    _published(canvas, run, labels)
    return finish(
        "autopsy",
        canvas,
        labels("body.description" if published_sites(run) else "body.description_alone"),
        height=max(560, 24 * len(order) * len(run.arms)),
        margin={"l": 150},
        barmode="group",
        bargap=0.3,
        xaxis={"title": {"text": labels("axis.share")}, "range": [0, 1.02], "tickformat": ".0%", "dtick": 0.2},
        yaxis={"automargin": True, "showgrid": False, "ticksuffix": "  "},
    )


def _autopsy_shares(subjects: pd.DataFrame) -> dict[str, float]:
    dead = subjects[~subjects["ALIVE"].astype(bool)]
    cases = dead["AUTOPSY_SITES"].astype(str).str.split(";")
    return {site: float(cases.apply(lambda found, s=site: s in found).sum()) / max(len(dead), 1) for site in PLACES}


def published_sites(run: RunDirectory) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """By study, the (site, endpoint) pairs of the published autopsy series of the run."""
    series: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for row in run.endpoints:
        head, _, code = str(row.get("endpoint", "")).partition("metastasis_site_")
        site = PUBLISHED_NAMES.get(code, code)
        if not head and site in PLACES and row.get("published") is not None:
            series.setdefault(str(row.get("study")), []).append((site, dict(row)))
    return series


def _published(canvas: go.Figure, run: RunDirectory, labels: Labels) -> None:
    for index, (study, rows) in enumerate(published_sites(run).items()):
        factors = [0.01 if row.get("unit") == "%" else 1.0 for _, row in rows]
        values = [row["published"] * f for (_, row), f in zip(rows, factors, strict=True)]
        high = [(row.get("published_high") or row["published"]) * f for (_, row), f in zip(rows, factors, strict=True)]
        low = [(row.get("published_low") or row["published"]) * f for (_, row), f in zip(rows, factors, strict=True)]
        shade = colour(index + 1 + len(run.arms) - 1)
        canvas.add_scatter(
            y=[labels.family("site", site) for site, _ in rows],
            x=rounded(values),
            mode="markers",
            marker={"symbol": "diamond", "size": 9, "color": shade},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": rounded(h - v for h, v in zip(high, values, strict=True)),
                "arrayminus": rounded(v - w for v, w in zip(values, low, strict=True)),
                "color": shade,
                "thickness": 1.5,
                "width": 4,
            },
            name=plain(study),
            meta={"label": labels("body.published", study=study)},
            text=[
                plain(
                    f"{study}, {labels.family('endpoint', row['endpoint'])}: {number(row['published'])} "
                    f"{row.get('unit') or ''} ({span(row.get('published_low'), row.get('published_high'))}), "
                    f"n = {number(row.get('n'))}"
                )
                for _, row in rows
            ],
            hovertemplate="%{text}<extra></extra>",
        )
