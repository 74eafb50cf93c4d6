"""Flow of people into each arm, from candidates to analysis, as in a CONSORT diagram (Hopewell 2025)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from paget.report.number_format import number
from paget.report.run_directory import RunDirectory
from paget.report.text import Labels
from paget.report.trial_part import by_arm, trial

STAGES = (
    ("candidates", "left", ("ineligible_traits", "refused_at_diagnosis", "lost_before_start", "refused_at_start")),
    ("enrolled", "left", ("never_started",)),
    ("randomised", "left", ()),
    ("allocated", "left", ("never_started",)),
    ("started", "censored", ("lost_to_follow_up", "cut_off")),
    ("analysed", "left", ()),
)
"""Boxes from top to bottom, and who leaves between a box and the next, or is no longer seen while still analysed."""

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
    """One diagram per arm, before them that of a randomised study until the lot; empty where the summary holds none."""
    before = dict(trial(run).get("enrolment") or {})
    if before:
        before["randomised"] = before.pop("enrolled")
    shared = [_flow(labels("flow.before"), before, labels)] if before else []
    return [*shared, *(_flow(arm, _complete(counts), labels) for arm, counts in by_arm(run, "flow").items())]


def _complete(counts: Mapping[str, Any]) -> dict[str, int]:
    """The counts and who never started; what the summary does not know is left out."""
    known = {name: int(value) for name, value in counts.items() if value is not None}
    before = known.get("allocated", known.get("enrolled", 0))
    if before > known.get("started", before):
        known["never_started"] = before - known["started"]
    return known


def _stages(counts: Mapping[str, int]) -> list[tuple[str, str, list[str]]]:
    """The boxes that there are, each with who leaves below it: after a box that is absent, below the one before."""
    found: list[tuple[str, str, list[str]]] = []
    for name, how, losses in STAGES:
        here = [loss for loss in losses if counts.get(loss)]
        if name in counts:
            found.append((name, how, here))
        elif found and set(here) - set(found[-1][2]):
            above, _, earlier = found[-1]
            found[-1] = (above, how, [*earlier, *here])
    return found


def _flow(arm: str, counts: Mapping[str, int], labels: Labels) -> Flow:
    boxes: list[Box] = []
    arrows: list[tuple[int, int, int, int]] = []
    y, middle = 4, LEFT + MAIN // 2
    stages = _stages(counts)
    for place, (name, how, losses) in enumerate(stages):
        box = Box(LEFT, y, MAIN, 2 * PADDING + 2 * LINE - 4, (_count(name, counts), labels.family("flow", name)))
        boxes.append(box)
        if place == len(stages) - 1:
            y += box.height
            break
        side = _side(losses, how, counts, y + box.height + BETWEEN // 2, labels)
        below = y + box.height + BETWEEN + (side.height if side else 0)
        arrows.append((middle, y + box.height, middle, below))
        if side:
            boxes.append(side)
            arrows.append((middle, side.y + side.height // 2, side.x, side.y + side.height // 2))
        y = below
    told = [name for stage, _, losses in stages for name in (stage, *losses)]
    description = "; ".join(f"{labels.family('flow', name)}: {number(counts[name])}" for name in told)
    return Flow(arm, tuple(boxes), tuple(arrows), WIDTH, y + 4, labels("flow.description", arm=arm, counts=description))


def _count(name: str, counts: Mapping[str, int]) -> str:
    return f"n = {number(counts[name])}"


def _side(losses: list[str], how: str, counts: Mapping[str, int], y: int, labels: Labels) -> Box | None:
    if not losses:
        return None
    total = sum(counts[name] for name in losses)
    lines = [labels(f"flow.{how}", count=number(total))]
    lines += [f"{labels.family('flow', name)}: {number(counts[name])}" for name in losses]
    x = LEFT + MAIN + GAP
    return Box(x, y, WIDTH - x - 4, 2 * PADDING + LINE * len(lines) - 4, tuple(lines))
