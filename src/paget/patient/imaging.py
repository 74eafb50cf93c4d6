"""What scans see of the lesions, and how the course of response is read off them.

A lesion is its viable cells and the killed ones that are not cleared yet (therapy/dead_cells.py); its longest diameter
follows from its volume (body/shape.py). A node is read by its short axis, a fixed share of the long one. A reading of a
lesion differs from the truth by a lognormal factor per lesion and scan (Yoon et al. 2016,
doi:10.1016/j.ejca.2015.10.014). A lesion whose place is known is found down to a smaller size than an unknown one;
below the detection diameter it is too small to measure, and is given 5 mm.

Baseline: the largest measurable lesions become targets, at most five, at most two of one organ; what else is seen is
non-target disease: smaller lesions, bone, serosa, further ones of an organ with two targets. Nodes below 10 mm short
axis are normal. All nodes are one organ. Later scans measure the targets; non-target disease vanishes, persists or
progresses: unequivocally when its volume has risen by 73 % over its smallest value (the guideline's equivalent of 20 %
in diameter) and by that of one measurable lesion at least. A lesion not seen at baseline is new from measurable size
on. Lesions without a record of their own (body/state.LESION_LIMIT) are not seen singly. patient/recist.py judges.

Between scans progression is noticed clinically: the patient is bed-bound, breath fails at rest, or the primary has
grown palpably, each only if it was not so at baseline (rules assumed).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, nan
from typing import Any, NamedTuple

import numpy as np

from paget.body import decisions
from paget.body.shape import longest_diameter, volume_of_diameter
from paget.compute import device_function
from paget.compute.random import normal, uniform
from paget.knowledge import Site
from paget.patient.recist import (
    NONE_AT_BASELINE,
    NOT_EVALUATED,
    PERSISTS,
    PROGRESSED,
    VANISHED,
    add_target,
    assess,
    is_gone,
    start_recist,
)
from paget.therapy.dead_cells import tissue_cells

TARGET_FIELDS = ("target_1_mm", "target_2_mm", "target_3_mm", "target_4_mm", "target_5_mm")

TARGETS = len(TARGET_FIELDS)
"""Targets that a row of scans holds; the guideline's limit is a record and must not exceed it."""

SCAN_FIELDS = (
    "day", "sum_mm", "nadir_mm", "response", "target_response", "non_target", "new_lesions", "measured", "evaluable",
    *TARGET_FIELDS,
)  # fmt: skip
"""Columns of a row of scans. response, target_response: codes of patient/recist.RESPONSES, -1 at baseline; non_target:
code of patient/recist.NON_TARGET; new_lesions: seen so far; measured: targets measured; evaluable: 1 or 0; the targets
in mm, short axis for nodes, 0 absent, NaN not measured or no such target."""

FIRST_TARGET = len(SCAN_FIELDS) - TARGETS

SCANS = 2**6
"""Scans that are kept; a later one takes the place of the last."""

BASELINE = -1.0

UNSEEN, TARGET, NON_TARGET_LESION, NEW = range(4)
"""What a lesion is to the reader of the scans (LESION.seen, PERSON.primary_seen)."""

CANDIDATE = -1
"""Measurable, while targets are being chosen."""

PRIMARY = -1
"""Place of the primary among the lesions."""

NODES = 0
PRIMARY_ORGAN = 1
NOT_MEASURABLE = -1
"""Organs: all nodes, that of the primary; negative: lesions there are never targets."""

UNMEASURABLE_SITES = ("bone",)

IMAGING = np.dtype(
    [
        ("non_target_nadir", np.float64),  # mm^3, smallest volume so far
        ("primary_nadir", np.float64),  # mm^3, smallest volume of the primary since baseline, dead cells included
        ("baseline_lumen_loss", np.float64),
        ("scans", np.int64),  # baseline included
        ("targets", np.int64),
        ("non_targets", np.int64),
        ("new_lesions", np.int64),
        ("baseline_ecog", np.int64),
    ],
    align=True,
)
"""What is kept from scan to scan within a line of treatment."""


class Radiology(NamedTuple):
    """One person's lesions and scans, views as in patient/workspace.py."""

    lesions: Any  # (LESION_LIMIT,) LESION
    organs: Any  # (sites,) organ of each site, from organ_table; the same for everyone
    imaging: Any  # (1,) IMAGING
    recist: Any  # (1,) RECIST
    scans: Any  # (SCANS, len(SCAN_FIELDS))


def organ_table(sites: Sequence[Site]) -> np.ndarray:
    """Organ of every site, int64: NODES, PRIMARY_ORGAN, a number of its own, or NOT_MEASURABLE (bone, serosa)."""
    organs = np.arange(len(sites), dtype=np.int64) + PRIMARY_ORGAN + 1
    for place, site in enumerate(sites):
        if site.kind == "node":
            organs[place] = NODES
        elif site.kind == "primary":
            organs[place] = PRIMARY_ORGAN
        elif site.kind == "serosa" or site.id in UNMEASURABLE_SITES:
            organs[place] = NOT_MEASURABLE
    return organs


@device_function
def baseline_scan(person, radiology, day, status, seed, p):
    """Choose targets and begin the course of response; call on the first day of a line, before its treatment.

    day: whole days on one clock for all lines of a person (it addresses the errors of reading); status: ECOG today.
    """
    imaging = radiology.imaging[0]
    imaging.targets = 0
    imaging.non_targets = 0
    imaging.new_lesions = 0
    imaging.baseline_ecog = status
    imaging.baseline_lumen_loss = person.lumen_loss
    imaging.primary_nadir = tissue_cells(person, radiology.lesions, PRIMARY) / p.cell_density
    for place in range(PRIMARY, person.lesion_count):
        size = _reading(person, radiology, place, day, seed, p)
        _mark(person, radiology.lesions, place, _first_seen(_organ(radiology, place), size, p))
    _choose_targets(person, radiology, day, seed, p)
    row = radiology.scans[_row_number(radiology)]
    _open_row(row, day)
    total = 0.0
    volume = 0.0
    for place in range(PRIMARY, person.lesion_count):
        seen = _seen(person, radiology.lesions, place)
        size = _reading(person, radiology, place, day, seed, p)
        if seen == TARGET:
            value = _recorded(_organ(radiology, place), size, p)
            row[FIRST_TARGET + imaging.targets] = value
            total += value
            imaging.targets += 1
        elif seen == NON_TARGET_LESION:
            volume += volume_of_diameter(size, p.shape_factor)
            imaging.non_targets += 1
    imaging.non_target_nadir = volume
    start_recist(radiology.recist[0], day, total, imaging.targets)
    _close_row(radiology, row, BASELINE, PERSISTS if imaging.non_targets > 0 else NONE_AT_BASELINE, imaging.targets)


@device_function
def follow_up_scan(person, radiology, day, seed, p):
    """One scan after baseline; returns the overall response (code of patient/recist.RESPONSES)."""
    imaging = radiology.imaging[0]
    missing = uniform(seed, person.person, 0, decisions.SCAN_MISSING, int(day)) < p.scan_missing_chance
    row = radiology.scans[_row_number(radiology)]
    _open_row(row, day)
    total = 0.0
    measured = 0
    gone = True
    slot = 0
    volume = 0.0
    remaining = 0
    for place in range(PRIMARY, person.lesion_count):
        organ = _organ(radiology, place)
        size = nan if missing else _reading(person, radiology, place, day, seed, p)
        seen = _seen(person, radiology.lesions, place)
        if seen == TARGET:
            value = _recorded(organ, size, p)
            row[FIRST_TARGET + slot] = value
            slot += 1
            total, measured, gone = add_target(total, measured, gone, value, organ == NODES, p)
        elif seen == NON_TARGET_LESION and not missing:
            volume += volume_of_diameter(size, p.shape_factor)
            remaining += int(not is_gone(_recorded(organ, size, p), organ == NODES, p))
        elif seen == UNSEEN and _is_new(organ, size, p):
            _mark(person, radiology.lesions, place, NEW)
            imaging.new_lesions += 1
    status = _non_target_status(imaging, missing, remaining, volume, p)
    recist = radiology.recist[0]
    response = assess(recist, day, total, measured, gone, status, imaging.new_lesions > 0, p)
    _close_row(radiology, row, float(response), status, measured)
    return response


@device_function
def _row_number(radiology):
    """Row of the scan that is being read."""
    return min(radiology.imaging[0].scans, radiology.scans.shape[0] - 1)


@device_function
def _open_row(row, day):
    row[0] = day
    for slot in range(TARGETS):
        row[FIRST_TARGET + slot] = nan


@device_function
def _close_row(radiology, row, response, non_target, measured):
    imaging, recist = radiology.imaging[0], radiology.recist[0]
    row[1] = recist.sum
    row[2] = recist.nadir
    row[3] = response
    row[4] = BASELINE if response == BASELINE else float(recist.target_response)
    row[4 + 1] = float(non_target)
    row[6] = float(imaging.new_lesions)
    row[6 + 1] = float(measured)
    row[6 + 2] = 1.0 if measured == imaging.targets and non_target != NOT_EVALUATED else 0.0
    imaging.scans += 1


@device_function
def _choose_targets(person, radiology, day, seed, p):
    """Turn the largest candidates into targets, the rest into non-target disease."""
    for _ in range(int(p.recist_target_limit)):
        largest = 0.0
        chosen = PRIMARY - 1
        for place in range(PRIMARY, person.lesion_count):
            if _seen(person, radiology.lesions, place) == CANDIDATE:
                size = _recorded(_organ(radiology, place), _reading(person, radiology, place, day, seed, p), p)
                if size > largest:
                    largest, chosen = size, place
        if chosen < PRIMARY:
            break
        _mark(person, radiology.lesions, chosen, TARGET)
        _close_organ(person, radiology, _organ(radiology, chosen), p)
    for place in range(PRIMARY, person.lesion_count):
        if _seen(person, radiology.lesions, place) == CANDIDATE:
            _mark(person, radiology.lesions, place, NON_TARGET_LESION)


@device_function
def _close_organ(person, radiology, organ, p):
    """Where an organ has all the targets it may have, its other candidates are non-target disease."""
    targets = 0
    for place in range(PRIMARY, person.lesion_count):
        targets += int(_seen(person, radiology.lesions, place) == TARGET and _organ(radiology, place) == organ)
    if targets < p.recist_organ_limit:
        return
    for place in range(PRIMARY, person.lesion_count):
        if _seen(person, radiology.lesions, place) == CANDIDATE and _organ(radiology, place) == organ:
            _mark(person, radiology.lesions, place, NON_TARGET_LESION)


@device_function
def _first_seen(organ, size, p):
    """What a lesion read as `size` mm (long axis) is at baseline: CANDIDATE, non-target or unseen."""
    recorded = _recorded(organ, size, p)
    if organ == NODES:
        if recorded < p.recist_normal_node:
            return UNSEEN
        return CANDIDATE if recorded >= p.recist_target_node else NON_TARGET_LESION
    if size < p.detection_diameter:
        return UNSEEN
    return CANDIDATE if organ != NOT_MEASURABLE and size >= p.recist_target_diameter else NON_TARGET_LESION


@device_function
def _is_new(organ, size, p):
    """Whether a lesion not seen at baseline, read as `size` mm (NaN: not read), is unequivocally new."""
    if organ == NODES:
        return _recorded(organ, size, p) >= p.recist_target_node
    return size >= p.new_lesion_diameter


@device_function
def _non_target_status(imaging, missing, remaining, volume, p):
    """Code of NON_TARGET; keeps the smallest volume."""
    if missing:
        return NOT_EVALUATED
    if imaging.non_targets == 0:
        return NONE_AT_BASELINE
    nadir = imaging.non_target_nadir
    imaging.non_target_nadir = min(nadir, volume)
    if remaining == 0:
        return VANISHED
    rise = volume - nadir
    least = volume_of_diameter(p.recist_target_diameter, p.shape_factor)
    return PROGRESSED if rise >= p.recist_non_target_progression * nadir and rise >= least else PERSISTS


@device_function
def _reading(person, radiology, place, day, seed, p):
    """Longest diameter (mm) as read on `day`; 0 where nothing is found."""
    diameter = longest_diameter(tissue_cells(person, radiology.lesions, place) / p.cell_density, p.shape_factor)
    if diameter < p.known_lesion_diameter or (place != PRIMARY and p.switch_detection <= 0.0):
        return 0.0
    limit = p.node_detection_diameter if _organ(radiology, place) == NODES else p.detection_diameter
    if diameter < limit:
        known = _seen(person, radiology.lesions, place) != UNSEEN
        return min(p.recist_too_small, limit) if known else 0.0
    error = normal(seed, person.person, place + 2, decisions.MEASUREMENT, int(day))
    return diameter * exp(p.measurement_error * error)


@device_function
def _recorded(organ, size, p):
    """What is written down of a longest diameter: the short axis of a node."""
    return p.node_axis_ratio * size if organ == NODES else size


@device_function
def _organ(radiology, place):
    if place == PRIMARY:
        return PRIMARY_ORGAN
    return radiology.organs[radiology.lesions[place].site]


@device_function
def _seen(person, lesions, place):
    return person.primary_seen if place == PRIMARY else lesions[place].seen


@device_function
def _mark(person, lesions, place, seen):
    if place == PRIMARY:
        person.primary_seen = seen
    else:
        lesions[place].seen = seen


@device_function
def clinical_progression(person, radiology, status, p):
    """Whether progression is plain without a scan; call once a day after the baseline scan. status: ECOG today."""
    imaging = radiology.imaging[0]
    volume = tissue_cells(person, radiology.lesions, PRIMARY) / p.cell_density
    smallest = imaging.primary_nadir
    imaging.primary_nadir = min(smallest, volume)
    if status >= p.clinical_ecog and status > imaging.baseline_ecog:
        return True
    if person.lumen_loss >= p.airway_loss_at_rest > imaging.baseline_lumen_loss:
        return True
    felt = volume >= volume_of_diameter(p.palpable_diameter, p.shape_factor)
    return felt and volume >= p.clinical_rise * smallest
