"""Flow of people into each arm, from candidates to analysis, as in a CONSORT diagram (Hopewell 2025)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from paget.report.number_format import number
from paget.report.run_directory import RunDirectory
from paget.report.text import Labels
from paget.report.trial_part import by_arm

STAGES = (
    ("candidates", ("ineligible_traits", "refused_at_diagnosis", "lost_before_start", "refused_at_start")),
    ("enrolled", ("never_started",)),
    ("started", ("not_analysed",)),
    ("analysed", ()),
)
"""Boxes from top to bottom, and who leaves between a box and the next."""

LEFT_FROM_BOXES = {"never_started": ("enrolled", "started"), "not_analysed": ("started", "analysed")}
"""Losses that are the difference of two boxes."""

WIDTH, LEFT, MAIN, GAP = 520, 4, 200, 40
LINE, PADDING, BETWEEN = 19, 10, 22


@dataclass(frozen=True)
class Box:
    """A rectangle [px] with its lines of text; the first is bold."""

    x: int
    y: int
    width: int
    height: int
    lines: tuple[str, ...]

    @property
    def baselines(self) -> tuple[tuple[int, str], ...]:
        """Where each line of text stands."""
        return tuple((self.y + PADDING + 13 + LINE * k, text) for k, text in enumerate(self.lines))


@dataclass(frozen=True)
class Flow:
    """One arm: boxes down the middle, boxes of those who left, arrows (x1, y1, x2, y2), and the same as a sentence."""

    arm: str
    boxes: tuple[Box, ...]
    arrows: tuple[tuple[int, int, int, int], ...]
    width: int
    height: int
    description: str


def flows(run: RunDirectory, labels: Labels) -> list[Flow]:
    """One diagram per arm; empty where the summary holds none."""
    return [_flow(arm, _complete(counts), labels) for arm, counts in by_arm(run, "flow").items()]


def _complete(counts: Mapping[str, Any]) -> dict[str, int]:
    """The counts and the losses that follow from them; what the summary does not know is left out."""
    known = {name: int(value) for name, value in counts.items() if value is not None}
    for loss, (before, after) in LEFT_FROM_BOXES.items():
        if before in known and after in known and known[before] > known[after]:
            known[loss] = known[before] - known[after]
    return known


def _flow(arm: str, counts: Mapping[str, int], labels: Labels) -> Flow:
    boxes: list[Box] = []
    arrows: list[tuple[int, int, int, int]] = []
    y, middle = 4, LEFT + MAIN // 2
    stages = [(name, [left for left in losses if counts.get(left)]) for name, losses in STAGES if name in counts]
    for place, (name, losses) in enumerate(stages):
        box = Box(LEFT, y, MAIN, 2 * PADDING + 2 * LINE - 4, (_count(name, counts), labels.family("flow", name)))
        boxes.append(box)
        if place == len(stages) - 1:
            y += box.height
            break
        side = _side(losses, counts, y + box.height + BETWEEN // 2, labels)
        below = y + box.height + BETWEEN + (side.height if side else 0)
        arrows.append((middle, y + box.height, middle, below))
        if side:
            boxes.append(side)
            arrows.append((middle, side.y + side.height // 2, side.x, side.y + side.height // 2))
        y = below
    description = "; ".join(f"{labels.family('flow', name)}: {number(counts[name])}" for name in _told(counts))
    return Flow(arm, tuple(boxes), tuple(arrows), WIDTH, y + 4, labels("flow.description", arm=arm, counts=description))


def _told(counts: Mapping[str, int]) -> list[str]:
    return [name for stage, losses in STAGES for name in (stage, *losses) if name in counts]


def _count(name: str, counts: Mapping[str, int]) -> str:
    return f"n = {number(counts[name])}"


def _side(losses: list[str], counts: Mapping[str, int], y: int, labels: Labels) -> Box | None:
    if not losses:
        return None
    total = sum(counts[name] for name in losses)
    lines = [labels("flow.left", count=number(total))]
    lines += [f"{labels.family('flow', name)}: {number(counts[name])}" for name in losses]
    x = LEFT + MAIN + GAP
    return Box(x, y, WIDTH - x - 4, 2 * PADDING + LINE * len(lines) - 4, tuple(lines))
