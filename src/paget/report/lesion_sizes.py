"""How many lesions of which size: micrometastases by class and lesions above 1 mm³, one log-log curve per organ."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from paget.report.figures import Figure, colour, finish, only, plain, rounded
from paget.report.run_directory import RunDirectory
from paget.report.text import Labels

MOST_SITES = 6
MM3_PER_ML = 1000


def _micrometastases(run: RunDirectory, arm: str, moment: str) -> pd.DataFrame:
    table = run.table("micrometastases")
    if table is None:
        return pd.DataFrame({"SITE": [], "OCTAVE": [], "COUNT": []})
    chosen = table[(table["ARM"].astype(str) == arm) & (table["MOMENT"] == moment)]
    low, high = (chosen[name].to_numpy(dtype=float) for name in ("CELLS_LOW", "CELLS_HIGH"))
    middle = np.sqrt(np.maximum(low, 1.0) * high)
    return pd.DataFrame(
        {
            "SITE": chosen["SITE"].astype(str),
            "OCTAVE": np.floor(np.log2(middle)),
            "COUNT": chosen["COUNT"].astype(float),
        }
    )


def _visible(run: RunDirectory, arm: str, moment: str) -> pd.DataFrame:
    table = run.table("lesions")
    if table is None:
        return pd.DataFrame({"SITE": [], "OCTAVE": [], "COUNT": []})
    cells = table[f"CELLS_{moment.upper()}"]
    chosen = table[(table["ARM"].astype(str) == arm) & (cells > 0)]
    count = chosen["COUNT"].astype(float).clip(lower=1.0)
    # A record that stands for many holds their mean size, so it needs no share of its own.
    octave = np.floor(np.log2(chosen[f"CELLS_{moment.upper()}"].to_numpy(dtype=float).clip(min=1.0)))
    return pd.DataFrame({"SITE": chosen["SITE"].astype(str), "OCTAVE": octave, "COUNT": count})


def distribution(run: RunDirectory, arm: str, moment: str) -> pd.DataFrame:
    """Lesions per patient and doubling of size: columns SITE, CELLS (geometric middle of the doubling), LESIONS."""
    subjects = run.table("subjects")
    patients = 1 if subjects is None else max(int((subjects["ARM"].astype(str) == arm).sum()), 1)
    parts = [part for part in (_micrometastases(run, arm, moment), _visible(run, arm, moment)) if len(part)]
    if not parts:
        return pd.DataFrame({"SITE": [], "CELLS": [], "LESIONS": []})
    table = pd.concat(parts).groupby(["SITE", "OCTAVE"], as_index=False)["COUNT"].sum()
    return pd.DataFrame(
        {
            "SITE": table["SITE"],
            "CELLS": 2.0 ** (table["OCTAVE"] + 0.5),
            "LESIONS": table["COUNT"] / patients,
        }
    )


def figure(run: RunDirectory, labels: Labels) -> Figure | None:
    """The figure, or None where no lesion or micrometastasis is on record."""
    canvas = go.Figure()
    options: list[tuple[str, str]] = []
    for moment in ("death", "diagnosis"):
        for position, arm in enumerate(run.arms):
            table = distribution(run, arm, moment)
            if table.empty:
                continue
            group = f"{moment}{position}"
            _lines(canvas, table, labels, group, visible=not options)
            words = labels.family("moment", moment)
            options.append((group, words if len(run.arms) == 1 else f"{words} · {arm}"))
    if not options:
        return None
    shapes, notes = _boundary(run, labels)
    return finish(
        "sizes",
        canvas,
        labels("sizes.description"),
        height=460,
        control=only(options, labels("control.show")),
        margin={"t": 40},
        xaxis={"type": "log", "title": {"text": labels("axis.cells")}, "exponentformat": "power", "dtick": 1},
        yaxis={
            "type": "log",
            "title": {"text": labels("axis.lesions_per_doubling")},
            "exponentformat": "power",
            "dtick": 1,
        },
        shapes=shapes,
        annotations=notes,
    )


def _lines(canvas: go.Figure, table: pd.DataFrame, labels: Labels, group: str, *, visible: bool) -> None:
    totals = table.groupby("SITE")["LESIONS"].sum()
    ranked = sorted(totals.index, key=lambda site: (-totals[site], site))
    everywhere = table.groupby("CELLS", as_index=False)["LESIONS"].sum()
    series = [("", labels("sizes.all_sites"), everywhere)]
    series += [(site, labels.family("site", site), table[table["SITE"] == site]) for site in ranked[:MOST_SITES]]
    for index, (site, name, rows) in enumerate(series):
        line: dict[str, Any] = (
            {"color": "#7F7F7F", "width": 3} if not site else {"color": colour(index - 1), "width": 2}
        )
        canvas.add_scatter(
            x=rounded(rows["CELLS"]),
            y=rounded(rows["LESIONS"]),
            mode="lines+markers",
            line=line,
            marker={"size": 5},
            name=plain(name),
            meta={"group": group, "label": name},
            legendgroup=site or "all",
            visible=visible,
            hovertemplate=f"{plain(name)}<br>%{{x:.2s}}: %{{y:.3g}}<extra></extra>",
        )


def _boundary(run: RunDirectory, labels: Labels) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The line between counted micrometastases and individual lesions, from the run's cell density (per mL)."""
    stated = {row["symbol"]: row["value"] for row in run.summary.get("parameters") or []}
    if "cell_density" not in stated:
        return [], []
    cells = float(stated["cell_density"]) / MM3_PER_ML
    line = {"type": "line", "x0": cells, "x1": cells, "y0": 0, "y1": 1, "yref": "paper"}
    note = {"x": float(np.log10(cells)), "y": 1, "yref": "paper", "yanchor": "bottom", "showarrow": False}
    return (
        [line | {"line": {"dash": "dot", "width": 1.5, "color": "#7F7F7F"}}],
        [note | {"text": labels("sizes.boundary"), "font": {"size": 12}}],
    )
