"""Put the page together: data from the run directory, strings from the labels, looks from the templates."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import Any

import jinja2
from markupsafe import Markup

from paget.report import (
    body_map,
    cascade,
    causes,
    citations,
    comparison,
    genealogy,
    headline,
    homing,
    knockouts,
    lesion_sizes,
    microenvironment,
    natural_history,
    provenance,
    published_model,
    randomised,
    survival,
    timeline,
    trial_sections,
    workup,
)
from paget.report.origin import origin
from paget.report.run_directory import RunDirectory
from paget.report.text import Labels, labels

BROKEN_STATES = {"interrupted", "failed"}
"""A run that is still marked as running has its tables when its summary is there: the report is its last step."""


SECTIONS = {
    "published-model": "published_model",
    "knock-outs": "knockouts",
    "flow": "enrolment",
    "overall-survival": "survival",
    "endpoints": "trial",
    "contrasts": "trial",
    "response": "trial",
    "published": "comparison",
    "on-treatment": "trial",
    "toxicity": "trial",
    "exposure": "trial",
    "resistance": "trial",
    "blood": "trial",
    "causes-of-death": "causes",
    "where": "places",
    "homing": "homing",
    "cascade-steps": "cascade",
    "lesion-sizes": "sizes",
    "genealogy": "genealogy",
    "one-course": "timeline",
    "microenvironment": "microenvironment",
    "natural-history": "natural_history",
    "switches": "",
    "parameters": "parameters",
    "sources": "citations",
    "reproduce": "",
}
"""Sections in order and what each shows: one without anything to show is left out. Empty: always there."""


CONTRASTS = "contrasts"
"""The section that needs two arms."""


def page(run: RunDirectory, language: str) -> str:
    """The whole report as one HTML text."""
    kind = "patient" if run.about.get("kind") == "patient" else "trial"
    base = labels(language)
    terms = {name: base.family(f"people_{kind}", name) for name in ("people", "person", "People", "Person")}
    words = base.with_terms(**terms, origin=base.family("origin_of_time", origin(run)))
    context = _context(run, words)
    preset = context["published_model"]
    offered = published_model.SECTIONS if preset and preset.alone else SECTIONS
    context["shown"] = [name for name, content in SECTIONS.items()
                        if name in offered and (not content or context[content])
                        and (name != CONTRASTS or len(run.arms) > 1)]  # fmt: skip
    return rendered("report.html.j2", context, words, language)


def rendered(template: str, context: dict[str, Any], words: Labels, language: str) -> str:
    """A template filled with the context and with what every page has."""
    # One string each: the policy below names them by their hash, so that no other script on the page can run.
    scripts = [_plotly(), _template_text("report.js")]
    shared = {
        "t": words,
        "language": language,
        "style": Markup(_template_text("report.css")),
        "scripts": [Markup(script) for script in scripts],
        "policy": _policy(scripts),
    }
    return _environment().get_template(template).render(context | shared)


def _context(whole: RunDirectory, words: Labels) -> dict[str, Any]:
    run = knockouts.few_arms(whole)
    known = citations.citations(run)
    parameter_rows = provenance.parameters(run, known, words)
    preset = published_model.part(run, words)
    body, autopsy = body_map.body_map(run, words), body_map.autopsy_figure(run, words)
    return {
        "name": str(run.about.get("name") or words("page.unnamed")),
        "research_use": str(run.summary.get("research_use_only") or ""),
        "missing": run.missing,
        "state": str(run.manifest.get("state") or ""),
        "unfinished": run.manifest.get("state") in BROKEN_STATES,
        "sentences": published_model.sentences(preset, run, words)
        if preset and preset.alone
        else headline.sentences(whole, words),
        "published_model": preset,
        "arms": run.arms,
        "randomised": randomised.is_randomised(run.summary),
        "knockouts": knockouts.rows(whole, words),
        "knockout_figure": knockouts.figure(whole, words),
        "knockout_measures": knockouts.TABLE,
        "arms_left_out": len(whole.arms) - len(run.arms),
        "survival": survival.figure(run, words),
        "comparison": comparison.rows(run, words),
        "own_results": comparison.own_rows(run, words),
        "verdicts": comparison.counts(run),
        "picture_width": comparison.WIDTH,
        "causes": causes.figure(run, words),
        "body": body,
        "autopsy": autopsy,
        "autopsy_published": bool(body_map.published_sites(run)),
        "places": body or autopsy,
        "homing": homing.homing_map(run, words),
        "homing_stages": homing.STAGES,
        "homing_origins": (*homing.ORIGINS, homing.CLUSTERS),
        "cascade": cascade.figure(run, words),
        "sizes": lesion_sizes.figure(run, words),
        "genealogy": genealogy.genealogy(run, words),
        "microenvironment": microenvironment.courses(run, words),
        "timeline": timeline.figure(run, words),
        "natural_history": natural_history.rows(run, words),
        "workup": workup.sentences(run, words),
        "switches": provenance.switches(run, words),
        "parameters": parameter_rows,
        "status_counts": provenance.status_counts(parameter_rows),
        "assumed": provenance.assumed_share(run),
        "citations": citations.used(run, known),
        "manifest": provenance.manifest_rows(run, words),
        "scenario": run.scenario,
        **trial_sections.context(run, words),
    }


@cache
def _plotly() -> str:
    from plotly.offline import get_plotlyjs

    # HTML parsing turns carriage returns into line feeds before a browser hashes the script.
    return get_plotlyjs().replace("\r\n", "\n").replace("\r", "\n")


def _template_text(name: str) -> str:
    return (files("paget.report") / "templates" / name).read_text(encoding="utf-8")


def _policy(scripts: list[str]) -> str:
    """Content security policy: nothing is fetched, and only the report's own scripts run."""
    digests = (hashlib.sha256(script.encode()).digest() for script in scripts)
    hashes = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    return f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:"


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FunctionLoader(_template_text),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
