"""What the sections on treatment share: the summary's part on the trial, whom a figure shows, months, choice of arm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from paget.report.figures import Control, only
from paget.report.number_format import number
from paget.report.run_directory import RunDirectory
from paget.report.text import Labels


def trial(run: RunDirectory) -> Mapping[str, Any]:
    """The summary's part on treatment and its assessment; empty where the run was no treatment trial."""
    return run.summary.get("trial") or {}


def by_arm(run: RunDirectory, part: str) -> dict[str, Any]:
    """A part of it that is kept by arm, of the arms shown, in their order; arms without content are left out."""
    content = trial(run).get(part) or {}
    return {arm: content[arm] for arm in run.arms if content.get(arm)}


def of_arms(run: RunDirectory, key: str) -> dict[str, Any]:
    """One entry of the arms' results, of the arms that have it."""
    return {arm: entry[key] for arm, entry in by_arm(run, "arms").items() if entry.get(key)}


def evenly(count: int, most: int) -> np.ndarray:
    """Indices of at most `most` of `count` ranked entries: the first, the last and others evenly spread between."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(int)) if count else np.arange(0)


def arm_control(arms: Sequence[str], labels: Labels) -> Control | None:
    """A choice of arm whose options are its place as text; none for one arm."""
    return only([(str(place), arm) for place, arm in enumerate(arms)], labels("control.arm"))


def shown_of(shown: Mapping[str, int], everyone: Mapping[str, int], labels: Labels) -> str:
    """A sentence on arms whose figure shows fewer people than it has; empty where all are shown."""
    fewer = [arm for arm in shown if shown[arm] < everyone[arm]]
    words = [labels("trial.shown", arm=arm, shown=number(shown[arm]), count=number(everyone[arm])) for arm in fewer]
    return " ".join(words)


def line(position: float, *, across: bool, dash: str = "dot") -> dict[str, Any]:
    """A grey line over the whole plot: across at a height, or upright at a month."""
    ends = {"x0": 0, "x1": 1, "xref": "paper", "y0": position, "y1": position}
    upright = {"y0": 0, "y1": 1, "yref": "paper", "x0": position, "x1": position}
    return {"type": "line", "line": {"dash": dash, "width": 1.5, "color": "#7F7F7F"}} | (ends if across else upright)
