"""What treatment and its assessment leave behind: scans, adverse events and lines, and each person's history.

The cohorts given here are those that the study sees (trial/follow_up.as_seen).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from paget.patient.death import CANCER_CAUSES, CAUSES
from paget.patient.imaging import FIRST_TARGET, TARGET_FIELDS
from paget.patient.protocol import ACTIVE, ENDED, PASSED_OVER
from paget.patient.recist import NON_TARGET, RESPONSES
from paget.therapy.surgery import MARGINS
from paget.therapy.toxicity import ACTIONS, terms
from paget.trial.cohort import Cohort
from paget.trial.follow_up import (
    DAY,
    EVALUABLE,
    NADIR,
    NEW_LESIONS,
    NON_TARGET_STATE,
    RESPONSE,
    SUM,
    TARGET_RESPONSE,
    baseline_number,
    clinical_stop_day,
    contact_days,
    enrolled,
    followed_days,
    new_therapy_day,
    origin_day,
    scan_numbers,
    start_day,
)
from paget.trial.plan import Plan
from paget.trial.protocol import RADIATION
from paget.trial.time_to_event import History
from paget.trial.treatment import CONDITIONS

Columns = dict[str, np.ndarray]
Keys = Callable[[np.ndarray], Columns]
"""USUBJID and ARM of rows given by the person's index."""

BASELINE = "baseline"
COMPLETED = "completed"


def _never(days: np.ndarray) -> np.ndarray:
    """NaN for days marked -1."""
    return np.where(days < 0.0, np.nan, days)


def _labels(names: tuple[str, ...], index: np.ndarray, missing: str = "") -> np.ndarray:
    """names[index]; -1 gives `missing`."""
    return np.array([*names, missing], dtype=object)[index.astype(np.int64)]


def responses(plan: Plan, keys: Keys, cohort: Cohort) -> Columns:
    """One row per assessment, days from the start of treatment; ADRS names where they exist."""
    who, which = scan_numbers(cohort)
    row = cohort.scans[who, which]
    first = row[:, RESPONSE] < 0.0
    targets = {name.upper(): row[:, FIRST_TARGET + slot] for slot, name in enumerate(TARGET_FIELDS)}
    return keys(who) | {
        "AVISITN": which.astype(np.int16),
        "ADY": row[:, DAY],
        "AVALC": _labels(RESPONSES, row[:, RESPONSE], BASELINE),
        "TARGET": _labels(RESPONSES, row[:, TARGET_RESPONSE], BASELINE),
        "NONTARGET": _labels(NON_TARGET, row[:, NON_TARGET_STATE]),
        "NEW_LESIONS": row[:, NEW_LESIONS].astype(np.int32),
        "SUM_MM": row[:, SUM],
        "NADIR_MM": row[:, NADIR],
        "EVALUABLE": row[:, EVALUABLE] > 0.0,
        "BASELINE_NUMBER": baseline_number(who, first),
        **targets,
    }


def adverse_events(plan: Plan, keys: Keys, cohort: Cohort) -> Columns:
    """One row per adverse event, days from the start of treatment; ADAE names."""
    count = np.minimum(cohort.persons["event_count"], cohort.events.shape[1])
    who, which = np.nonzero(np.arange(cohort.events.shape[1]) < count[:, None])
    event = cohort.events[who, which]
    names = np.array([*plan.treatment.drugs, RADIATION], dtype=object)
    given = [";".join(name for bit, name in enumerate(names) if mask >> bit & 1) for mask in event["drugs"].tolist()]
    return keys(who) | {
        "AESEQ": which.astype(np.int32),
        "ASTDY": event["day"].astype(np.float64),
        "AEDECOD": _labels(terms(), event["term"]),
        "AETOXGR": event["grade"].astype(np.int8),
        "AETRT": np.array(given, dtype=object),
        "AEACN": _labels(ACTIONS, event["action"]),
        "STEROIDS": event["steroids"] > 0,
    }


def treatments(plan: Plan, keys: Keys, cohort: Cohort) -> Columns:
    """One row per line that was begun or passed over, days from the start of treatment."""
    who, which = np.nonzero((cohort.lines["status"] >= ACTIVE) & enrolled(cohort)[:, None])
    line = cohort.lines[who, which]
    names = tuple(line.name for line in plan.treatment.protocol.lines)
    passed = line["status"] == PASSED_OVER
    return keys(who) | {
        "LINE": (which + 1).astype(np.int8),
        "NAME": _labels(names, which),
        "GIVEN": ~passed,
        "ASTDY": _never(line["begun_day"]),
        "AENDY": _never(line["ended_day"]),
        "DCSREAS": np.array(
            [
                "passed over" if skipped else _reasons(mask) if status == ENDED else "ongoing"
                for skipped, mask, status in zip(
                    passed.tolist(), line["reason"].tolist(), line["status"].tolist(), strict=True
                )
            ],
            dtype=object,
        ),
    }


def _reasons(mask: int) -> str:
    """Why a line ended."""
    return ";".join(kind for bit, kind in enumerate(CONDITIONS) if mask >> bit & 1) or COMPLETED


def subject_columns(cohort: Cohort) -> Columns:
    """Columns of subjects that speak of treatment."""
    person = cohort.persons
    on_study = enrolled(cohort)
    begun = on_study & (person["first_treatment_day"] >= 0.0)
    judged = on_study & (person["scan_rows"] > 0)
    baseline = person["baseline_sum"]
    depth = np.divide(
        person["least_sum"] - baseline, baseline, out=np.full(len(person), np.nan),
        where=judged & (baseline > 0.0) & (person["least_sum"] < np.inf),
    )  # fmt: skip
    return {
        "ENROLMENT_DAY": start_day(cohort),
        "TREATED": begun,
        "BOR": np.where(judged, _labels(RESPONSES, person["best_confirmed"]), ""),
        "BOR_UNCONFIRMED": np.where(judged, _labels(RESPONSES, person["best"]), ""),
        "BASELINE_SUM_MM": np.where(judged, baseline, np.nan),
        "DEPTH": depth,
        "TREATMENT_DAYS": np.where(on_study, person["treatment_days"], 0.0),
        "RADIATION_GY": np.where(on_study, person["radiation_given"], 0.0),
        "MARGIN": np.where(on_study, _labels(MARGINS, person["margin"]), ""),
        "COMPLICATIONS": np.where(on_study, person["complications"], 0).astype(np.int8),
        "TRACHEOSTOMY_DAY": np.where(on_study, _never(person["tracheostomy_day"]), np.nan),
        "RELIEVED_DAYS": np.where(on_study, person["relieved_days"], 0.0),
        "SENSITIVITY": np.where(on_study, person["network_sensitivity"], np.nan),
        "REFUSED_AT_DIAGNOSIS": person["refused_at_diagnosis"],
        "LOST_BEFORE_START": person["lost_before_start"],
        "REFUSED_AT_START": person["refused_at_start"],
    }


def history(plan: Plan, cohort: Cohort) -> History:
    """What happened to each person, in days since diagnosis."""
    person = cohort.persons
    died = person["alive"] == 0
    since = start_day(cohort)
    followed = followed_days(cohort)
    drop_out, cutoff = contact_days(plan, cohort)

    def day(name: str) -> np.ndarray:
        return since + _never(person[name])

    return History(
        start=origin_day(plan, cohort),
        death=np.where(died, followed, np.nan),
        cause=np.array([*CAUSES, ""])[person["cause"]],
        of_cancer=died & (person["cause"] < CANCER_CAUSES),
        progression=day("progression_day"),
        clinical_progression=since + clinical_stop_day(cohort.lines),
        metastasis=np.where(person["metastasis_category"] > 0, -np.inf, day("metastasis_day")),
        response=day("confirmed_day"),
        scans=_scan_days(cohort, since),
        new_therapy=since + new_therapy_day(cohort.lines),
        drop_out=drop_out,
        cutoff=cutoff,
    )


def _scan_days(cohort: Cohort, since: np.ndarray) -> np.ndarray:
    """Days since diagnosis of the evaluable scans, (n, scans); NaN for none.

    Those against a later baseline too: one that follows a failure lies after it, and one after an operation goes on.
    """
    days = np.full(cohort.scans.shape[:2], np.nan)
    who, which = scan_numbers(cohort)
    row = cohort.scans[who, which]
    counted = row[:, EVALUABLE] > 0.0
    days[who[counted], which[counted]] = since[who[counted]] + row[counted, DAY]
    return days
