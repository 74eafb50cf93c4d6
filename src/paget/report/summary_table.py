"""The table on the terminal: simulated against published, with intervals."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from paget.knowledge.published_curve import published_curve
from paget.report import randomised
from paget.trial.comparison import ANOTHER_COHORT
from paget.trial.side_by_side import contrast_rows

WIDTH = 110


def summary_table(summary: Mapping[str, Any]) -> str:
    """Plain text of the comparison and of the cohort's own survival, from the content of summary.json."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=_title(summary), title_justify="left", caption=str(summary["research_use_only"]))
    for name, side in (("study", "left"), ("population", "left"), ("endpoint", "left"), ("simulated (95 %)", "right"),
                       ("published (95 %)", "right"), ("unit", "left"), ("", "left")):  # fmt: skip
        table.add_column(name, justify=side, overflow="fold")  # type: ignore[arg-type]
    points = len(published_curve(summary["scenario"]["disease"]))
    if points:
        return (
            f"{_title(summary)}\n{points} points of the published model's curves lie beside the simulated ones in the "
            f"report. {summary['research_use_only']}\n{_assumed(summary)}"
        )
    own = [row for row in summary["endpoints"] if row["study"] is None]
    beside = [row for row in summary["endpoints"] if row["study"] is not None]
    for row in (*own, *contrast_rows(summary), *beside):
        table.add_row(*_cells(row))
    out = io.StringIO()
    Console(file=out, width=WIDTH).print(table)
    return out.getvalue() + _tally(summary)


def _title(summary: Mapping[str, Any]) -> str:
    about = summary["scenario"]
    if randomised.is_randomised(summary):
        each = ", ".join(f"{own['n']} {arm}" for arm, own in summary["trial"]["arms"].items())
        return f"{about['name']}: virtual patients allocated by lot ({each}), seed {about['seed']}"
    return f"{about['name']}: {about['patients']} virtual patients per arm, seed {about['seed']}"


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    when = "" if row["time_months"] is None else f" at {row['time_months']:g} months"
    group = " ".join(part for part in (row["arm"], row["population"]) if part)
    return (
        row["study"] or "this run",
        group,
        f"{_endpoint(row)}{when}",
        span(row["simulated"], row["low"], row["high"]),
        span(row["published"], row["published_low"], row["published_high"]),
        row["unit"],
        row["verdict"] or ("preset" if _is_elsewhere(row) else ""),
    )


def _is_elsewhere(row: Mapping[str, Any]) -> bool:
    """Whether a row is of a study whose own preset the run doesn't use."""
    return ANOTHER_COHORT in str(row.get("note") or "")


def _endpoint(row: Mapping[str, Any]) -> str:
    """The endpoint's name; one that studies print as a number of patients stands here in per cent."""
    name = str(row["endpoint"])
    return name.removesuffix("_n") if row["unit"] == "%" else name


def span(value: float | None, low: float | None, high: float | None) -> str:
    """A value with its interval, as far as they are known."""
    if value is None:
        return "–"
    if low is None and high is None:
        return f"{value:.3g}"
    return f"{value:.3g} ({_end(low)}–{_end(high)})"


def _end(value: float | None) -> str:
    return "?" if value is None else f"{value:.3g}"


def _tally(summary: Mapping[str, Any]) -> str:
    verdicts = [row["verdict"] for row in summary["endpoints"] if row["verdict"]]
    if not verdicts:
        return _elsewhere(summary) + _assumed(summary)
    return (
        f"{verdicts.count('hit')} of {len(verdicts)} published results with a verdict are hit; "
        f"{summary['not_addressed']} rows of these studies are not addressed by this version.\n"
        + _elsewhere(summary)
        + _assumed(summary)
    )


def _elsewhere(summary: Mapping[str, Any]) -> str:
    rows = [row for row in summary["endpoints"] if _is_elsewhere(row)]
    if not rows:
        return ""
    return (
        f"{len(rows)} rows marked 'preset' are of cohorts with other patients, detection or care: they are judged in a "
        "run under their preset (cohort: {preset: ...}).\n"
    )


def _assumed(summary: Mapping[str, Any]) -> str:
    return f"{summary['assumed']} of {len(summary['parameters'])} parameters of the model are assumed.\n"
