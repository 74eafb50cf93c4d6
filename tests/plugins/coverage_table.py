"""docs/coverage.md: which statements of the inventory are shown, at which scale, by a test that bites."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from plugins.inventory import Statement

HEAD = """# Coverage of the inventory

Made by `make bite`; do not edit. A statement counts as shown at a scale only if a test that names it passes as it
is and fails by an assertion once the mechanism is forced off.

"""


class Outcome(NamedTuple):
    """The verdict of one run: ``claim`` reads ``CAS-1 body off=intravasation``; ``test`` is the node id."""

    claim: str
    verdict: str
    test: str


def coverage_table(inventory: Mapping[str, Statement], outcomes: Sequence[Outcome]) -> str:
    """The whole page in Markdown: the share shown, then one row per statement and scale."""
    rows = [(statement, scale) for statement in inventory.values() for scale in statement.scales]
    lines = [_row(statement, scale, _shown_by(statement.id, scale, outcomes)) for statement, scale in rows]
    shown = sum(1 for statement, scale in rows if _shown_by(statement.id, scale, outcomes))
    summary = f"Shown: {shown} of {len(rows)} (statements at each of their scales).\n\n"
    header = "| id | scale | statement | shown by, with its switch |\n|---|---|---|---|\n"
    return HEAD + summary + header + "\n".join(lines) + "\n"


def _shown_by(statement: str, scale: str, outcomes: Iterable[Outcome]) -> list[tuple[str, str]]:
    """Switch and test of each claim that bites; empty when any claim of this statement and scale does not."""
    ours = [outcome for outcome in outcomes if outcome.claim.split(" ")[:2] == [statement, scale]]
    if any(outcome.verdict != "bites" for outcome in ours):
        return []
    return sorted({(outcome.claim.rpartition("off=")[2], outcome.test) for outcome in ours})


def _row(statement: Statement, scale: str, shown_by: Sequence[tuple[str, str]]) -> str:
    proof = "<br>".join(f"{switch}: `{test}`" for switch, test in shown_by) or "not yet"
    return f"| {statement.id} | {scale} | {statement.text.replace('|', '/')} | {proof} |"
