"""Cumulative incidence of each cause of death, the others competing (Aalen–Johansen), stacked."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from paget.report.figures import (
    DAYS_PER_MONTH,
    Figure,
    colour,
    faded,
    finish,
    month_ticks,
    only,
    plain,
    rounded,
    thinned,
)
from paget.report.run_directory import RunDirectory
from paget.report.text import Labels

ORDER = (
    "airway obstruction", "respiratory insufficiency from lung metastases", "haemorrhage or circulatory failure",
    "cachexia from total burden", "brain metastasis", "liver failure", "pleural or pericardial effusion",
    "not due to the cancer", "treatment",
)  # fmt: skip
"""Every cause of the model: its place is its colour, the same in every report."""

MOST_CAUSES = 8
SHOWN_SHARE = 0.98
ALL_DEAD = 1 - 1e-9
DEATH = "death: "
"""What a treatment trial writes before the cause."""


def cumulative_incidence(times: np.ndarray, cause: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Aalen–Johansen estimate of `count` competing causes.

    F_k(t) = sum over event times s <= t of S(s-) d_k(s) / n(s), with S the all-cause Kaplan–Meier curve. `cause` is the
    cause's index, -1 where censored. Returns event times [unit of `times`] and F, shape [time, cause].
    Aalen and Johansen 1978, doi:10.2307/4615704.
    """
    event_times, place = np.unique(times, return_inverse=True)
    deaths = np.zeros((len(event_times), count))
    np.add.at(deaths, (place[cause >= 0], cause[cause >= 0]), 1.0)
    leaving = np.bincount(place, minlength=len(event_times))
    at_risk = len(times) - np.r_[0, np.cumsum(leaving)[:-1]]
    survival = np.cumprod(1 - deaths.sum(axis=1) / at_risk)
    before = np.r_[1.0, survival[:-1]]
    return event_times, np.cumsum(before[:, None] * deaths / at_risk[:, None], axis=0)


def shares(run: RunDirectory, labels: Labels) -> list[tuple[str, float]]:
    """Causes and their share of all deaths, most frequent first, all arms together."""
    deaths = _deaths(run)
    if deaths is None or deaths.empty:
        return []
    counts = deaths["EVNTDESC"].astype(str).value_counts()
    ranked = sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))
    return [(labels.family("cause", cause), count / len(deaths)) for cause, count in ranked]


def _survival_times(run: RunDirectory) -> pd.DataFrame | None:
    """Rows of overall survival whose EVNTDESC is the bare cause of death."""
    table = run.table("time_to_event")
    if table is None:
        return None
    rows = table[table["PARAMCD"] == "OS"]
    return rows.assign(EVNTDESC=rows["EVNTDESC"].astype(str).str.removeprefix(DEATH))


def _deaths(run: RunDirectory) -> pd.DataFrame | None:
    table = _survival_times(run)
    return None if table is None else table[table["CNSR"] == 0]


def figure(run: RunDirectory, labels: Labels) -> Figure | None:
    """The figure, or None where nobody died or the table is absent."""
    table, deaths = _survival_times(run), _deaths(run)
    if table is None or deaths is None or deaths.empty:
        return None
    names = [str(name) for name in sorted(set(deaths["EVNTDESC"].astype(str)))]
    counts = deaths["EVNTDESC"].astype(str).value_counts()
    names = sorted(names, key=lambda name: (-counts[name], name))[:MOST_CAUSES]
    end = float(np.quantile(deaths["AVAL"], SHOWN_SHARE)) / DAYS_PER_MONTH * 1.05
    canvas = go.Figure()
    for position, arm in enumerate(run.arms):
        _stack(canvas, table[table["ARM"].astype(str) == arm], names, labels, str(position), end, visible=position == 0)
    return finish(
        "causes",
        canvas,
        labels("causes.description"),
        height=420,
        control=only([(str(k), arm) for k, arm in enumerate(run.arms)], labels("control.arm")),
        xaxis={
            "title": {"text": labels("axis.months_from_origin")},
            "range": [0, max(end, 1)],
            "tickvals": month_ticks(max(end, 1)),
        },
        yaxis={"title": {"text": labels("axis.died")}, "range": [0, 1.01], "tickformat": ".0%"},
    )


def _place(cause: str) -> int:
    return ORDER.index(cause) if cause in ORDER else len(ORDER)


def _stack(
    canvas: go.Figure, table: pd.DataFrame, names: list[str], labels: Labels, group: str, end: float, *, visible: bool
) -> None:
    position = {name: index for index, name in enumerate(names)}
    named = table["EVNTDESC"].astype(str).map(position).fillna(len(names)).to_numpy(dtype=int)
    cause = np.where(table["CNSR"].to_numpy() == 0, named, -1)
    days, incidence = cumulative_incidence(table["AVAL"].to_numpy(dtype=float), cause, len(names) + 1)
    kept = thinned(days, 300)
    # Once all are dead the shares stay; without this last step a sudden end would show no area.
    months = np.r_[0.0, days[kept] / DAYS_PER_MONTH]
    if incidence[-1].sum() > ALL_DEAD:
        kept, months = np.r_[kept, kept[-1]], np.r_[months, max(end, months[-1])]
    for index in range(len(names) + 1):
        rest = index == len(names)
        if not incidence[:, index].any():
            continue
        label = labels("causes.rest") if rest else labels.family("cause", names[index])
        shade = colour(len(ORDER) if rest else _place(names[index]))
        canvas.add_scatter(
            x=rounded(months),
            y=rounded(np.r_[0.0, incidence[kept, index]]),
            mode="lines",
            stackgroup=f"arm{group}",
            line={"width": 1, "color": shade, "shape": "hv"},
            fillcolor=faded(shade, 0.75),
            name=plain(label),
            meta={"group": group, "label": label},
            legendgroup=f"cause{index}",
            visible=visible,
            hovertemplate=f"{plain(label)}: %{{y:.1%}}<extra></extra>",
        )
