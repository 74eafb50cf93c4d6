"""Everything that the page shows of treatment and its assessment; nothing where the run was no treatment trial."""

from __future__ import annotations

from typing import Any

from paget.report import (
    best_response,
    circulating,
    contrasts,
    endpoint_curves,
    exposure,
    flow_diagram,
    resistance,
    spider,
    swimmer,
    toxicity,
    treatment_lines,
    waterfall,
)
from paget.report.run_directory import RunDirectory
from paget.report.text import Labels
from paget.report.trial_part import trial


def context(run: RunDirectory, labels: Labels) -> dict[str, Any]:
    """What the templates take for these sections."""
    if not trial(run):
        return {"trial": False, "enrolment": False}
    return {
        "trial": True,
        # The futures of one patient were not enrolled: candidates only tell how rare the presentation is.
        "enrolment": run.about.get("kind") != "patient",
        "flows": flow_diagram.flows(run, labels),
        "endpoint_curves": endpoint_curves.figures(run, labels),
        "forests": contrasts.figures(run, labels),
        "contrasts": contrasts.rows(run, labels),
        "response": best_response.table(run, labels),
        "waterfall": waterfall.figure(run, labels),
        "waterfall_note": waterfall.note(run, labels),
        "spider": spider.figure(run, labels),
        "spider_note": spider.note(run, labels),
        "swimmer": swimmer.figure(run, labels),
        "swimmer_note": swimmer.note(run, labels),
        "treatment_lines": treatment_lines.lines(run, labels),
        "treated_arms": treatment_lines.arms(run),
        "toxicity": toxicity.figure(run, labels),
        "toxicity_table": toxicity.table(run),
        "toxicity_counts": toxicity.COUNTS,
        "exposure": exposure.figure(run, labels),
        "exposure_rows": exposure.rows(run, labels),
        "clones": resistance.figure(run, labels),
        "clone_rows": resistance.rows(run, labels),
        "blood": circulating.figures(run, labels),
    }
