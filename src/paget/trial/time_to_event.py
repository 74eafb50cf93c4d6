"""Time-to-event endpoints of persons, with the names of CDISC ADaM ADTTE: PARAMCD, AVAL (days), CNSR, EVNTDESC.

Progression follows the FDA's guidance "Clinical Trial Endpoints for the Approval of Cancer Drugs and Biologics" (2007,
appendix 3, table A: documented progression only, clinical progression is no event, a death after two or more missed
visits is censored); the other endpoints have their usual definitions.

    PARAMCD  event                                             censored
    OS       death                                             last contact
    CSS      death from the cancer                             death from another cause; last contact
    PFS      progression by RECIST, or death without it        last evaluable scan, see below
    TTP      progression by RECIST                             death; else as PFS
    DOR      as PFS, from the first response; responders only  as PFS
    TTR      first response; responders only                   nobody
    DMFS     first distant metastasis, or death; M0 only       last contact
    TTNT     new anticancer therapy, or death                  last contact

PFS, TTP and DOR are censored at the last evaluable scan before what ends the observation (without a scan: on the day
of the origin) when a new anticancer therapy, or the end of a line for clinical progression, comes before the event (of
DOR: and not before the response); when the event comes after two or more missed scans; and when none of these has
happened by the last contact. A death between two scans is an event on its day. Last contact is the earlier of drop-out
and cut-off of the data: what happens later isn't seen. A later line of the protocol is a new anticancer therapy where
it begins because the one before failed or was not borne, not where it follows by plan, as radiation does an operation
(trial/follow_up.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from paget.trial.survival import Floats

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class History:
    """What happened to persons, days on any common clock; (n,) but for scans, NaN: never.

    start: enrolment or diagnosis. death, cause: day and cause of death; of_cancer: whether the cancer was the cause.
    progression: day of the scan that shows it by RECIST. clinical_progression: a line ended for it.
    metastasis: first distant one seen. response: first scan of a response (confirmed, where confirmation is asked for).
    scans: (n, scans) days of evaluable scans after baseline, in any order. new_therapy: first day of an anticancer
    drug, operation or irradiation that is no planned part of the strategy. drop_out, cutoff: last days of contact and
    of the data.
    """

    start: Floats
    death: Floats
    cause: NDArray[np.str_]
    of_cancer: NDArray[np.bool_]
    progression: Floats
    clinical_progression: Floats
    metastasis: Floats
    response: Floats
    scans: Floats
    new_therapy: Floats
    drop_out: Floats
    cutoff: Floats

    @property
    def last_contact(self) -> Floats:
        """Day after which nothing is seen."""
        return np.fmin(self.drop_out, self.cutoff)

    def seen(self, day: Floats) -> Floats:
        """Days of an event, NaN where it comes after the last contact."""
        return np.where(day <= self.last_contact, day, np.nan)


@dataclass(frozen=True)
class Endpoint:
    """One PARAMCD. person: (m,) rows of the history that it is defined for; the others are (m,) too.

    aval: days from the origin; cnsr: 0 event, 1 censored; evntdesc: what ended the observation.
    """

    paramcd: str
    person: NDArray[np.int64]
    aval: Floats
    cnsr: NDArray[np.int8]
    evntdesc: NDArray[np.str_]

    def frame(self, subjects: NDArray[np.str_]) -> pd.DataFrame:
        """Rows with USUBJID (subjects: (n,) of the history), PARAMCD, AVAL, CNSR, EVNTDESC."""
        import pandas as pd

        columns = {"USUBJID": np.asarray(subjects)[self.person], "PARAMCD": self.paramcd}
        return pd.DataFrame({**columns, "AVAL": self.aval, "CNSR": self.cnsr, "EVNTDESC": self.evntdesc})


def endpoints(history: History, scan_interval: Floats | float) -> Mapping[str, Endpoint]:
    """Every endpoint by PARAMCD; scan_interval: planned days between scans, a number or (n,)."""
    found = (
        overall_survival(history),
        cause_specific_survival(history),
        progression_free_survival(history, scan_interval),
        time_to_progression(history, scan_interval),
        duration_of_response(history, scan_interval),
        time_to_response(history),
        metastasis_free_survival(history),
        time_to_next_therapy(history),
    )
    return {each.paramcd: each for each in found}


DEATH = "death: "
"""Before the cause in what ended a person's observation."""

DROPPED, CUT, OTHER_CAUSE = "lost to follow-up", "data cut-off", "death from another cause"


def overall_survival(history: History) -> Endpoint:
    """OS: death from any cause."""
    death = history.seen(history.death)
    text = np.where(np.isnan(death), "", np.char.add(DEATH, np.asarray(history.cause, np.str_)))
    return _until(history, "OS", death, text)


def cause_specific_survival(history: History) -> Endpoint:
    """CSS: death from the cancer; other deaths are censored on their day."""
    death = history.seen(history.death)
    whole = overall_survival(history)
    other = ~np.isnan(death) & ~history.of_cancer
    cnsr = np.where(other, 1, whole.cnsr).astype(np.int8)
    return Endpoint("CSS", whole.person, whole.aval, cnsr, np.where(other, OTHER_CAUSE, whole.evntdesc))


def progression_free_survival(history: History, scan_interval: Floats | float) -> Endpoint:
    """PFS: progression by RECIST or death without it."""
    return _progression(history, "PFS", history.start, scan_interval, death_counts=True)


def time_to_progression(history: History, scan_interval: Floats | float) -> Endpoint:
    """TTP: progression by RECIST; a death without it is censored on its day."""
    return _progression(history, "TTP", history.start, scan_interval, death_counts=False)


def duration_of_response(history: History, scan_interval: Floats | float) -> Endpoint:
    """DOR: from the first response to progression or death, responders only."""
    whole = _progression(history, "DOR", history.response, scan_interval, death_counts=True)
    return _only(whole, responders(history))


def time_to_response(history: History) -> Endpoint:
    """TTR: to the first response, responders only."""
    whole = _until(history, "TTR", history.seen(history.response), np.full(len(history.start), "response"))
    return _only(whole, responders(history))


def metastasis_free_survival(history: History) -> Endpoint:
    """DMFS: first distant metastasis or death, of persons without one at the start.

    Metastases are also found between scans by their symptoms, so that who is in contact counts as observed.
    """
    found = history.seen(history.metastasis)
    day, text = _first(found, "distant metastasis", history.seen(history.death), "death without distant metastasis")
    return _only(_until(history, "DMFS", day, text), ~(history.metastasis <= history.start))


def time_to_next_therapy(history: History) -> Endpoint:
    """TTNT: new anticancer therapy, or death before any."""
    therapy = history.seen(history.new_therapy)
    day, text = _first(therapy, "new anticancer therapy", history.seen(history.death), "death without new therapy")
    return _until(history, "TTNT", day, text)


def responders(history: History) -> NDArray[np.bool_]:
    """Who is seen to respond, (n,); not by a scan after new therapy, nor after progression."""
    ended = np.fmin(history.progression, history.new_therapy)
    return (history.seen(history.response) <= np.where(np.isnan(ended), np.inf, ended)).astype(bool)


def share_of_days(part: Floats, lived: Floats) -> Floats:
    """Days of a part of life over the days lived, at most 1, (n,); NaN where nothing was lived."""
    share = np.divide(part, lived, out=np.full(len(lived), np.nan), where=lived > 0.0)
    return np.minimum(share, 1.0)


def _progression(
    history: History, paramcd: str, origin: Floats, scan_interval: Floats | float, *, death_counts: bool
) -> Endpoint:
    """Progression from an origin by the rules of the module's table."""
    progression, death = history.seen(history.progression), history.seen(history.death)
    event, text = _first(progression, "progression", death, "death without progression")
    stop, why = _first(
        _from(origin, history.seen(history.new_therapy)), "new anticancer therapy before progression",
        _from(origin, history.seen(history.clinical_progression)), "stopped for clinical progression",
    )  # fmt: skip
    # On the day itself the scan or the death comes first.
    halted = stop < np.where(np.isnan(event), np.inf, event)
    end = np.where(halted, stop, np.where(np.isnan(event), history.last_contact, event))
    scan = _last_scan(history, origin, end, without=progression)
    missed = ~halted & (event - scan > 2 * np.asarray(scan_interval))
    counted = ~np.isnan(event) & ~halted & ~missed
    day = np.where(counted, event, scan)
    reason = np.where(halted, why, np.where(missed, "two or more missed scans", _contact_lost(history)))
    shown = np.where(counted, text, reason)
    is_event = counted & (death_counts | (event == progression))
    return Endpoint(paramcd, np.arange(len(day)), day - origin, (~is_event).astype(np.int8), shown)


def _from(origin: Floats, day: Floats) -> Floats:
    """Days on or after the origin; NaN for others."""
    return np.where(day >= origin, day, np.nan)


def _last_scan(history: History, origin: Floats, end: Floats, without: Floats) -> Floats:
    """Day of the last evaluable scan from the origin to the end that doesn't show progression; the origin if none."""
    scans = history.scans
    clean = scans < np.where(np.isnan(without), np.inf, without)[:, None]
    usable = (scans >= origin[:, None]) & (scans <= end[:, None]) & clean
    return np.maximum(np.where(usable, scans, -np.inf).max(axis=1, initial=-np.inf), origin)


def _first(one: Floats, name: str, other: Floats, other_name: str) -> tuple[Floats, NDArray[np.str_]]:
    """The earlier of two days (NaN: never) and its name; on the same day the first."""
    earlier = np.fmin(one, other)
    return earlier, np.where(one == earlier, name, np.where(other == earlier, other_name, ""))


def _until(history: History, paramcd: str, day: Floats, text: NDArray[np.str_]) -> Endpoint:
    """An endpoint observed until the last contact."""
    happened = ~np.isnan(day)
    end = np.where(happened, day, np.fmin(history.last_contact, history.seen(history.death)))
    reason = np.where(happened, text, _contact_lost(history))
    return Endpoint(paramcd, np.arange(len(day)), end - history.start, (~happened).astype(np.int8), reason)


def _contact_lost(history: History) -> NDArray[np.str_]:
    return np.where(history.drop_out < history.cutoff, DROPPED, CUT)


def _only(endpoint: Endpoint, chosen: NDArray[np.bool_]) -> Endpoint:
    kept = chosen[endpoint.person]
    return Endpoint(
        endpoint.paramcd, endpoint.person[kept], endpoint.aval[kept], endpoint.cnsr[kept], endpoint.evntdesc[kept]
    )
