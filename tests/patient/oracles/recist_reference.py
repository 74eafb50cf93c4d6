"""RECIST 1.1 assessed from its published text: time points, best overall response, progression, start of response.

Sources (a section, table or footnote named below without a paper is of the first):

- Eisenhauer et al. 2009, Eur J Cancer 45:228-247, doi:10.1016/j.ejca.2008.10.026 (the guideline);
- Schwartz et al. 2016, Eur J Cancer 62:132-137, doi:10.1016/j.ejca.2016.03.081 (update and clarification; its text was
  not at hand when this was written, so nothing here rests on it);
- the committee's questions and answers, recist.eortc.org (EORTC Q&A below).

A second programmer must be able to reach the same answers, so every choice that the text leaves open is named here.

Measurements
 I1  A value above 0 and below 5 mm counts as 5 mm, at baseline too. Section 4.3.2 gives 5 mm to a lesion "too small to
     measure" and keeps a true measurement below 5 mm; here the two are not told apart.
 I2  0 mm is absent; a lesion not evaluated is None. A baseline measurement is needed and is above 0. Whether a lesion
     was measurable (10 mm, node 15 mm) is not checked: choosing targets is another's work.
 I3  A value within 1e-9 (relative) of a threshold has reached it: 20 % up is PD, 30 % down is PR, 5 mm up is enough, a
     node of 10 mm is not normal, 28 days confirm.
Target lesions (4.3.1)
 I4  CR comes first: all lesions that are no nodes absent and all nodes below 10 mm is CR, even where the normal nodes
     together grew by 20 % and 5 mm from the nadir (normal nodes are no disease, 4.4.4). Then PD, then PR, then SD.
 I5  The nadir is the smallest complete sum before this assessment, baseline included (normal nodes in it with their
     measured value). A sum with a lesion missing never becomes the nadir. With a nadir of 0, 5 mm is PD.
 I6  PR is against baseline at every assessment, SD whatever is left. EORTC Q&A "managing PR" goes on calling it PR
     after a PR was assigned and (if required) confirmed, until PD. Best response and progression are the same by both,
     but for an SD at the confirming visit, which the Q&A wants reviewed and Table 3 calls SD; here it is SD.
 I7  With a target missing: PD if the measured ones, disease among them, are 20 % and 5 mm above the nadir by themselves
     (4.4.2; a missing lesion cannot be below 0); else NE, for a missing lesion can overturn any other answer.
Time point (Tables 1 and 2)
 I8  Target CR with non-target not evaluated is PR (Table 1). Target NE is NE unless non-target PD or a new lesion.
 I9  A CR of the patient is taken as true, confirmed or not. From then on any disease seen is PD (footnote a of Table 3;
     Appendix FAQ; EORTC Q&A): a target above 0, a target node of 10 mm or more (even 9 to 10 mm), non-target
     non-CR/non-PD or PD. It needs no complete assessment. The footnote's other reading, CR changed to PR in
     hindsight, is a reader's decision and is never made here.
 I10 After a CR where no disease is seen, the tables hold: non-target not evaluated PR, a target missing NE.
 I11 CR of the targets alone is not a CR of the patient: a target that comes back is then PD by the sum only (Appendix
     FAQ; EORTC Q&A, "CR (overall)").
 I12 No target and no non-target lesion at baseline: NED, or PD with a new lesion.
 I13 Assessments after the first PD are labelled by the same rules and count for nothing: compare labels up to that PD.
     A new lesion is flagged where it is found; the flag is not carried on.
Best overall response (4.4.3, Table 3)
 I14 Assessments up to and including the first PD; none at all is NE.
 I15 Without confirmation the best of CR > PR > SD or NON-CR/NON-PD > PD > NE; NED where nothing but NED was seen.
 I16 Minimum time for SD: some CR, PR, SD or NON-CR/NON-PD stood on day `minimum_days_sd` or later (4.5; days since the
     start). Missed: PD if it followed, else NE (4.4.3). This holds for PR-SD too, where Table 3 says "SD" alone.
     CR and PR themselves have no minimum time.
 I17 With confirmation CR needs a second CR, PR a second PR or CR, `confirmation_days` or more after the first. Between
     the two any number of responses may stand and at most one assessment of another kind: one NE (4.4.4 accepts
     PR-NE-PR) or, for PR, one SD (Appendix FAQ accepts 32 %, 28 %, 33 % and calls two or three non-responses between
     them SD). For CR the PR of I10 is of another kind.
 I18 A response that was not confirmed counts as SD under I16; without target lesions as NON-CR/NON-PD.
Dates
 I19 Progression is the day of the assessment that is first PD. It is never put back to a missed assessment.
 I20 Response starts when CR or PR was first recorded (4.6): with confirmation, the first assessment of the earliest
     confirmed pair; an unconfirmed response before that pair is not its start.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

CR, PR, SD, PD, NE = "CR", "PR", "SD", "PD", "NE"
NON_CR_NON_PD = "NON-CR/NON-PD"
NED = "NED"
NON_TARGET = ("none", "CR", "non-CR/non-PD", "PD", "NE")

SMALLEST_SIZE = 5.0
NORMAL_NODE = 10.0
LEAST_GROWTH = 5.0
GROWTH = 1.2
SHRINKAGE = 0.7
TOLERANCE = 1e-9
OTHERS_BETWEEN = 1


@dataclass(frozen=True)
class TargetLesion:
    """One target lesion: longest diameter, of a node the short axis (mm), at baseline and at each assessment."""

    node: bool
    baseline: float
    measured: tuple[float | None, ...] = ()


@dataclass(frozen=True)
class LesionHistory:
    """What imaging found: targets, and per assessment its day since the start, non-target status and new lesions.

    Raises:
        ValueError: Lengths differ, days do not increase from above 0, a size is negative or not finite, a baseline size
            is 0, or non-target lesions are "none" at some assessments only.
    """

    targets: tuple[TargetLesion, ...]
    days: tuple[float, ...]
    non_target: tuple[str, ...]
    new_lesion: tuple[bool, ...]

    def __post_init__(self) -> None:
        _check_assessments(self)
        for lesion in self.targets:
            _check_lesion(lesion, len(self.days))


def time_point_responses(history: LesionHistory) -> list[str]:
    """CR, PR, SD, PD, NE, NON-CR/NON-PD or NED of every assessment, by Tables 1 and 2."""
    responses: list[str] = []
    for visit in range(len(history.days)):
        if CR in responses and _disease_is_seen(history, visit):
            responses.append(PD)
        else:
            responses.append(_response_by_table(history, visit))
    return responses


def best_overall_response(
    history: LesionHistory, confirmed: bool, minimum_days_sd: float, confirmation_days: float = 28
) -> str:
    """CR, PR, SD, NON-CR/NON-PD, PD, NE or NED of all time points, by 4.4.3; `confirmed`: as in Table 3."""
    counted = _until_progression(history)
    for response in (CR, PR):
        if _start_of(counted, response, confirmed, confirmation_days) is not None:
            return response
    late = {response for day, response in counted if _reaches(day, minimum_days_sd)}
    if late & {CR, PR, SD, NON_CR_NON_PD}:
        return SD if history.targets else NON_CR_NON_PD
    seen = {response for _, response in counted}
    if PD in seen:
        return PD
    return NED if seen == {NED} else NE


def progression_day(history: LesionHistory) -> float | None:
    """Day of the first PD, the date of progression; None without one."""
    return next((day for day, response in _labelled(history) if response == PD), None)


def response_start_day(history: LesionHistory, confirmed: bool, confirmation_days: float = 28) -> float | None:
    """Day from which duration of response counts (4.6): CR or PR, whichever was first recorded; None without one."""
    return _start_of(_until_progression(history), PR, confirmed, confirmation_days)


def _labelled(history: LesionHistory) -> list[tuple[float, str]]:
    return list(zip(history.days, time_point_responses(history), strict=True))


def _until_progression(history: LesionHistory) -> list[tuple[float, str]]:
    """Days and responses up to and including the first PD (I14)."""
    labelled = _labelled(history)
    last = next((visit for visit, (_, response) in enumerate(labelled) if response == PD), len(labelled))
    return labelled[: last + 1]


def _start_of(
    counted: list[tuple[float, str]], response: str, confirmed: bool, confirmation_days: float
) -> float | None:
    """Day of the first response that is as good as `response` and, if asked, confirmed (I17); None without one."""
    good = {CR} if response == CR else {CR, PR}
    for first, (day, label) in enumerate(counted):
        if label not in good:
            continue
        if not confirmed:
            return day
        others = 0
        for later_day, later_label in counted[first + 1 :]:
            if later_label not in good:
                others += 1
            elif others <= OTHERS_BETWEEN and _reaches(later_day - day, confirmation_days):
                return day
    return None


def _response_by_table(history: LesionHistory, visit: int) -> str:
    non_target = history.non_target[visit]
    if history.new_lesion[visit] or non_target == "PD":
        return PD
    if not history.targets:
        return {"none": NED, "CR": CR, "non-CR/non-PD": NON_CR_NON_PD, "NE": NE}[non_target]
    target = _target_response(history, visit)
    return PR if target == CR and non_target in ("non-CR/non-PD", "NE") else target


def _target_response(history: LesionHistory, visit: int) -> str:
    sizes = _sizes(history, visit)
    complete = None not in sizes
    disease = _target_disease_is_seen(history, visit)
    total = sum(size for size in sizes if size is not None)
    if complete and not disease:
        return CR
    if disease and _has_grown(total, _nadir(history, visit)):
        return PD
    if not complete:
        return NE
    return PR if _reaches(SHRINKAGE * _baseline_sum(history), total) else SD


def _has_grown(total: float, nadir: float) -> bool:
    return _reaches(total, GROWTH * nadir) and _reaches(total, nadir + LEAST_GROWTH)


def _nadir(history: LesionHistory, visit: int) -> float:
    """Smallest complete sum before one assessment, baseline included (mm)."""
    before = [_sizes(history, earlier) for earlier in range(visit)]
    sums = [sum(size for size in sizes if size is not None) for sizes in before if None not in sizes]
    return min([_baseline_sum(history), *sums])


def _baseline_sum(history: LesionHistory) -> float:
    return sum(_counted_size(lesion.baseline) for lesion in history.targets)


def _sizes(history: LesionHistory, visit: int) -> list[float | None]:
    measured = [lesion.measured[visit] for lesion in history.targets]
    return [None if size is None else _counted_size(size) for size in measured]


def _counted_size(size: float) -> float:
    return max(size, SMALLEST_SIZE) if size > 0 else 0.0


def _disease_is_seen(history: LesionHistory, visit: int) -> bool:
    """Whether anything malignant was found at one assessment (I9)."""
    elsewhere = history.new_lesion[visit] or history.non_target[visit] in ("PD", "non-CR/non-PD")
    return elsewhere or _target_disease_is_seen(history, visit)


def _target_disease_is_seen(history: LesionHistory, visit: int) -> bool:
    for lesion, size in zip(history.targets, _sizes(history, visit), strict=True):
        if size is not None and (_reaches(size, NORMAL_NODE) if lesion.node else size > 0):
            return True
    return False


def _reaches(value: float, threshold: float) -> bool:
    return value >= threshold - TOLERANCE * max(abs(value), abs(threshold))


def _check_assessments(history: LesionHistory) -> None:
    if not len(history.days) == len(history.non_target) == len(history.new_lesion):
        raise ValueError("days, non_target and new_lesion need one entry per assessment")
    if any(later <= day for day, later in pairwise((0.0, *history.days))):
        raise ValueError("days must increase from above 0")
    if not set(history.non_target) <= set(NON_TARGET):
        raise ValueError(f"non-target status must be one of {NON_TARGET}")
    if "none" in history.non_target and set(history.non_target) != {"none"}:
        raise ValueError("non-target lesions are there at all assessments or at none")


def _check_lesion(lesion: TargetLesion, assessments: int) -> None:
    if len(lesion.measured) != assessments:
        raise ValueError("a target lesion needs one entry per assessment")
    if any(not math.isfinite(size) or size < 0 for size in lesion.measured if size is not None):
        raise ValueError("sizes are finite and not negative")
    if not (math.isfinite(lesion.baseline) and lesion.baseline > 0):
        raise ValueError("a target lesion is measured at baseline")
