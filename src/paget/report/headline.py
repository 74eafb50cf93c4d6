"""The paragraph that says in plain words what came out."""

from __future__ import annotations

import math

from paget.report import best_response, causes, comparison, knockouts, provenance, randomised, survival_curves
from paget.report.number_format import number, percent, span
from paget.report.origin import DIAGNOSIS, origin
from paget.report.run_directory import RunDirectory
from paget.report.text import Labels

NAMED_CAUSES = 3


def sentences(run: RunDirectory, labels: Labels) -> list[str]:
    """Sentences on who was simulated, how long they lived, what they died of and how that compares."""
    many = len(run.arms) > 1
    # Of a study of knock-outs the untouched arm is told; the others are in its figure and table.
    told = knockouts.restricted(run, run.arms[:1]) if knockouts.entries(run) else run
    return [
        _who(run, labels),
        *_survival(told, labels, many=many),
        *best_response.sentences(told, labels),
        _causes(told, labels),
        *_spread(told, labels),
        *knockouts.sentences(run, labels),
        *_comparison(told, labels),
        *_assumed(run, labels),
    ]


def people_counts(run: RunDirectory) -> list[int]:
    """Virtual patients (or futures) of every arm; in a randomised study those allocated to it."""
    subjects = run.table("subjects")
    if subjects is not None and run.arms:
        return [int((subjects["ARM"].astype(str) == arm).sum()) for arm in run.arms]
    return [int(run.about.get("patients") or 0)]


def _who(run: RunDirectory, labels: Labels) -> str:
    disease = labels.family("disease", run.about.get("disease"))
    counts = people_counts(run)
    count = counts[0]
    patient = run.about.get("kind") == "patient"
    values = {"count": number(count), "disease": disease, "arms": number(len(run.arms))}
    if count == 1 and len(run.arms) <= 1:
        return labels("headline.who_patient_single" if patient else "headline.who_single", **values)
    if patient:
        return labels("headline.who_patient_arms" if len(run.arms) > 1 else "headline.who_patient", **values)
    if randomised.is_randomised(run.summary):
        each = ", ".join(
            labels("headline.allocated", count=number(own), arm=arm) for own, arm in zip(counts, run.arms, strict=True)
        )
        return labels("headline.who_randomised", **values | {"count": number(sum(counts)), "each": each})
    return labels("headline.who_arms" if len(run.arms) > 1 else "headline.who", **values)


def _survival(run: RunDirectory, labels: Labels, *, many: bool) -> list[str]:
    counted = "headline.in_all" if origin(run) == DIAGNOSIS else "headline.in_all_from_enrolment"
    found = []
    for curve in survival_curves.curves(run):
        median, low, high = survival_curves.stated_median(run, curve)
        where = labels("headline.in_arm", arm=curve.arm) if many else labels(counted)
        if math.isnan(median):
            last = percent(float(curve.survival[-1]))
            end = number(float(curve.months[-1]))
            found.append(labels("headline.no_median", where=where, alive=last, months=end))
        else:
            bounds = span(low, high) if math.isfinite(low) and math.isfinite(high) else labels("headline.open_interval")
            found.append(labels("headline.median", where=where, median=number(median), interval=bounds))
    return found


def _causes(run: RunDirectory, labels: Labels) -> str:
    ranked = causes.shares(run, labels)
    if not ranked:
        return labels("headline.no_deaths")
    listed = ", ".join(f"{name} ({percent(share)})" for name, share in ranked[:NAMED_CAUSES])
    return labels("headline.causes", causes=listed)


def _spread(run: RunDirectory, labels: Labels) -> list[str]:
    lesions = run.tables.get("lesions")
    if lesions is None:
        return []
    return [labels("headline.no_metastases")] if lesions.empty else []


def _comparison(run: RunDirectory, labels: Labels) -> list[str]:
    counts = comparison.counts(run)
    if not sum(counts.values()):
        return []
    return [labels("headline.verdicts", **{name: number(count) for name, count in counts.items()})]


def _assumed(run: RunDirectory, labels: Labels) -> list[str]:
    assumed, everything = provenance.assumed_share(run)
    if not everything:
        return []
    share = percent(assumed / everything)
    return [labels("headline.assumed", assumed=number(assumed), count=number(everything), share=share)]
