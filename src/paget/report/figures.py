"""What all figures share: the palette, the frame, switchable groups, and how a figure travels inside the page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup

if TYPE_CHECKING:
    import plotly.graph_objects as go

DAYS_PER_MONTH = 365.25 / 12

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6BB1", "#7F7F7F", "#B8A700", "#A6611A")
"""Okabe and Ito's colour-blind-safe colours (yellow darkened, black replaced: it vanishes in the dark theme)."""

SYMBOLS = ("circle", "square", "diamond", "triangle-up", "triangle-down", "cross", "x", "star", "hexagon", "pentagon")

SIGNIFICANT_DIGITS = 5
"""Digits of plotted numbers: finer than a screen, and the file stays small."""


@dataclass(frozen=True)
class Control:
    """A drop-down that shows one group at a time: `options` are (group, text) in order, the first one shown."""

    label: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Figure:
    """A figure as the template needs it: `payload` is JSON that is safe inside a script element."""

    id: str
    description: str
    payload: Markup
    control: Control | None = None


def colour(index: int) -> str:
    """The palette's colour for the index, repeating."""
    return PALETTE[index % len(PALETTE)]


def faded(hex_colour: str, opacity: float) -> str:
    """The colour as rgba with the given opacity."""
    red, green, blue = (int(hex_colour[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def plain(name: object) -> str:
    """A name from a scenario as text: plotly reads a little HTML in its strings, and a name is not HTML."""
    return escape(str(name), quote=False)


def rounded(values: Iterable[float] | np.ndarray) -> list[float | None]:
    """Values with few digits for the page; what is not finite becomes a gap."""
    numbers = np.asarray(list(values), dtype=float)
    return [float(f"{v:.{SIGNIFICANT_DIGITS}g}") if np.isfinite(v) else None for v in numbers]


def thinned(times: np.ndarray, points: int = 500) -> np.ndarray:
    """Indices of at most `points` entries of a long sorted series, first and last kept, evenly spread in time."""
    if len(times) <= points:
        return np.arange(len(times))
    grid = np.linspace(times[0], times[-1], points)
    return np.unique(np.clip(np.searchsorted(times, grid, side="right") - 1, 0, len(times) - 1))


def month_ticks(end: float, most: int = 8) -> list[float]:
    """Round month marks from 0 to `end`, at most `most` steps."""
    steps = (0.5, 1, 2, 3, 6, 12, 24, 60, 120, 240)
    step = next((s for s in steps if end / s <= most), steps[-1])
    return [float(v) for v in np.arange(0, end + step / 100, step)]


def finish(
    identity: str,
    figure: go.Figure,
    description: str,
    *,
    height: int,
    control: Control | None = None,
    margin: dict[str, int] | None = None,
    **layout: Any,
) -> Figure:
    """Give the figure the common frame and pack it; the legend is built beside the plot by the page."""
    figure.update_layout(
        template=None,
        height=height,
        showlegend=False,
        margin={"l": 64, "r": 16, "t": 36, "b": 52} | (margin or {}),
        **layout,
    )
    text = figure.to_json() or ""
    # A name may hold </script>; JSON allows the escape, HTML then sees no tag.
    safe = text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    return Figure(identity, description, Markup(safe), control)


def only(options: list[tuple[str, str]], label: str) -> Control | None:
    """A control, or none where there is nothing to choose."""
    return Control(label, tuple(options)) if len(options) > 1 else None
