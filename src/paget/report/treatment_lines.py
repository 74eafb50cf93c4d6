"""Tables of an arm's treatment: lines begun and why they ended, follow-up, and share of life on treatment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from paget.report.number_format import ABSENT, number, percent
from paget.report.run_directory import RunDirectory
from paget.report.text import Labels
from paget.report.trial_part import by_arm


@dataclass(frozen=True)
class Line:
    """One line of an arm: how many began it, and the reasons for its end with their counts."""

    arm: str
    number: str
    name: str
    started: str
    reasons: str


@dataclass(frozen=True)
class Arm:
    """One arm: patients, median months of follow-up, and median and mean share of life on treatment."""

    arm: str
    n: str
    follow_up: str
    median_share: str
    mean_share: str


def lines(run: RunDirectory, labels: Labels) -> list[Line]:
    """Lines of every arm in the summary's order."""
    return [
        Line(arm, number(row.get("line")), str(row.get("name") or ABSENT), number(row.get("started")),
             _reasons(row.get("reasons") or {}, labels))
        for arm, rows in by_arm(run, "lines").items() for row in rows
    ]  # fmt: skip


def arms(run: RunDirectory) -> list[Arm]:
    """Every arm's follow-up and time on treatment."""
    found = []
    for arm, entry in by_arm(run, "arms").items():
        share = entry.get("treatment_share") or {}
        found.append(Arm(arm, number(entry.get("n")), number(entry.get("median_follow_up_months")),
                         _share(share.get("median")), _share(share.get("mean"))))  # fmt: skip
    return found


def _share(value: Any) -> str:
    return ABSENT if value is None else percent(float(value))


def _reasons(reasons: Mapping[str, Any], labels: Labels) -> str:
    ranked = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{labels.family('line_end', name)} {number(count)}" for name, count in ranked) or ABSENT
