"""A made-up treatment trial of two small arms with numbers known by hand: for tests only, no result of the model."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd

NEW, CONTROL = ARMS = ("new drug", "control")
PEOPLE = tuple(f"ATC-{number:06d}" for number in range(1, 7))
START = 79.0
"""Days from diagnosis to the start of treatment."""
OS_DAYS = (100.0, 200.0, 300.0, 400.0, 500.0, 600.0)
PFS_DAYS = (50.0, 112.0, 168.0, 224.0, 280.0, 600.0)
PFS_ENDS = ("death without progression", *["progression"] * 4, "data cut-off")
DEPTH = (np.nan, -0.9, -0.5, -0.1, 0.4, -1.0)
BEST = ("NE", "PR", "PR", "SD", "PD", "CR")
CAUSE = "airway obstruction"


def write(directory: Path, synthetic: ModuleType, *, people: int = 1) -> Path:
    """Write the run directory, every patient `people` times over, and return it."""
    recipe = synthetic.Recipe(patients=len(PEOPLE), arms=ARMS, long_lists=False)
    synthetic.write(directory, recipe)
    tables = {
        "subjects": _both(lambda: _subjects(directory)),
        "time_to_event": _both(_time_to_event),
        "responses": _both(_responses),
        "treatments": _both(_treatments),
        "curves": _both(_curves),
    }
    for name, table in synthetic.complete({name: many(table, people) for name, table in tables.items()}).items():
        if name in tables:
            table.to_parquet(directory / f"{name}.parquet", index=False)
    path = directory / "summary.json"
    summary = json.loads(path.read_text())
    summary["survival"] = {arm: {"time_days": [0.0, 100.0, 200.0], "survival": [1.0, 5 / 6, 4 / 6]} for arm in ARMS}
    summary["endpoints"] = [
        published("PFS_rate", 46.0, 50.0, time_months=6), published("OS_rate", 40.0, 400 / 6, time_months=10),
        published("ORR_investigator", 56.0, 50.0),
    ]  # fmt: skip
    path.write_text(json.dumps(summary | {"trial": trial(people)}), encoding="utf-8")
    return directory


def many(table: pd.DataFrame, times: int) -> pd.DataFrame:
    """The rows `times` over, of other persons each time."""
    copies = [table.assign(USUBJID=table["USUBJID"] + (f"-{k:04d}" if k else "")) for k in range(times)]
    return pd.concat(copies, ignore_index=True)


def published(endpoint: str, value: float, simulated: float, **more: object) -> dict[str, object]:
    """A published result beside the new drug, of 36 patients."""
    row: dict[str, object] = dict(study="Onoda2020", arm="drug", population="", endpoint=endpoint, time_months=None)
    row |= dict(simulated=simulated, low=20.0, high=80.0, published=value, published_low=value - 10)
    row |= dict(published_high=value + 10, n=36, verdict="hit", unit="%", note="", fitted=False, simulated_arm=NEW)
    return row | more


def trial(people: int = 1) -> dict[str, object]:
    """The summary's part on the trial."""
    counts = {name: people * BEST.count(name) for name in ("CR", "PR", "SD", "PD", "NE")}
    bars = [{"USUBJID": who, "depth_percent": None if np.isnan(d) else 100 * d, "BOR": b}
            for who, d, b in zip(PEOPLE, DEPTH, BEST, strict=True)]  # fmt: skip
    n = people * len(PEOPLE)
    arm = {"n": n, "median_follow_up_months": 19.7, "endpoints": [], "best_response": counts, "confirmed": True,
           "waterfall": bars * people, "treatment_share": {"mean": 0.5, "median": 0.625}}  # fmt: skip
    flow = {"candidates": 20, "ineligible_traits": 8, "refused_at_diagnosis": 3, "lost_before_start": 2,
            "refused_at_start": 0, "enrolled": 7, "started": 6, "analysed": 6}  # fmt: skip
    toxicity = [{"term": "Rash", "any": 3, "grade3plus": 0, "fatal": 0, "n": 6},
                {"term": "Pyrexia", "any": 4, "grade3plus": 1, "fatal": 0, "n": 6}]  # fmt: skip
    levels = {"p5": 1.0, "p50": 2.0, "p95": 3.0}
    exposure = [{"drug": "dabrafenib", "mean_nmol_l": levels,
                 "inhibition": [{"target": "BRAF", "p5": 0.6, "p50": 0.75, "p95": 0.9}]},
                {"drug": "trametinib", "mean_nmol_l": dict.fromkeys(levels), "inhibition": []}]  # fmt: skip
    clones = [{"clone": "founder", "label": "", "share_at_start": None, "share_at_end": 0.25},
              {"clone": "mek_resistant", "label": "", "share_at_start": 1e-6, "share_at_end": 0.75},
              {"clone": "antigen_lost", "label": "", "share_at_start": 1e-8, "share_at_end": 0.0}]  # fmt: skip
    lines = [{"line": 1, "name": "two drugs", "started": 6, "reasons": {"ongoing": 1, "progression": 5}}]
    return {
        "design": {"kind": "twins", "clock": "enrolment"},
        "arms": dict.fromkeys(ARMS, arm),
        "contrasts": contrasts(),
        "flow": dict.fromkeys(ARMS, flow),
        "toxicity": dict.fromkeys(ARMS, toxicity),
        "lines": dict.fromkeys(ARMS, lines),
        "exposure": {NEW: exposure, CONTROL: []},
        "clones": dict.fromkeys(ARMS, clones),
    }


def contrasts() -> list[dict[str, object]]:
    """A hazard ratio, and a paired difference without one."""
    about = {"arm": NEW, "reference": CONTROL, "endpoint": "PFS", "n": 12, "note": ""}
    ratio = {"design": "randomised", "hazard_ratio": 0.5, "low": 0.25, "high": 1.0, "p": 0.0004, "log_rank_p": 0.03}
    means = {"rmst_difference_months": 2.5, "rmst_low": 0.5, "rmst_high": 4.0}
    no_ratio = dict.fromkeys(("hazard_ratio", "low", "high", "p", "log_rank_p"))
    return [{**about, **ratio, **dict.fromkeys(means)}, {**about, **no_ratio, **means, "design": "paired"}]


def _both(build: object) -> pd.DataFrame:
    return pd.concat([build().assign(ARM=arm) for arm in ARMS], ignore_index=True)  # type: ignore[operator]


def _subjects(directory: Path) -> pd.DataFrame:
    table = pd.read_parquet(directory / "subjects.parquet")
    table = table[table["ARM"] == NEW].reset_index(drop=True)
    died = np.arange(len(PEOPLE)) < len(PEOPLE) - 1
    return table.assign(
        USUBJID=PEOPLE, ENROLMENT_DAY=START, BOR=BEST, DEPTH=DEPTH, ALIVE=~died,
        DEATH_DAYS=np.where(died, np.array(OS_DAYS) + START, np.nan), DEATH_CAUSE=np.where(died, CAUSE, ""),
    )  # fmt: skip


def _time_to_event() -> pd.DataFrame:
    dead = [f"death: {CAUSE}"] * 5
    frames = [
        _times("OS", PEOPLE, OS_DAYS, [*dead, "data cut-off"]),
        _times("CSS", PEOPLE, OS_DAYS, [*dead, "data cut-off"]),
        _times("PFS", PEOPLE, PFS_DAYS, list(PFS_ENDS)),
        _times("TTR", (PEOPLE[1], PEOPLE[2], PEOPLE[5]), (56.0, 56.0, 112.0), ["response"] * 3),
        _times("DOR", (PEOPLE[1], PEOPLE[2], PEOPLE[5]), (56.0, 112.0, 488.0), ["progression"] * 2 + ["data cut-off"]),
    ]
    return pd.concat(frames, ignore_index=True)


def _times(name: str, who: tuple[str, ...], days: tuple[float, ...], ends: list[str]) -> pd.DataFrame:
    censored = [int(text == "data cut-off") for text in ends]
    return pd.DataFrame({"USUBJID": who, "PARAMCD": name, "AVAL": days, "CNSR": censored, "EVNTDESC": ends})


def _responses() -> pd.DataFrame:
    """One person's scans: shrunk, not evaluable, progressed; then a second baseline. Another has a baseline alone."""
    rows = [
        (PEOPLE[1], 0, 0.0, "baseline", 100.0, True, 1),
        (PEOPLE[1], 1, 56.0, "PR", 10.0, True, 1),
        (PEOPLE[1], 2, 84.0, "NE", 999.0, False, 1),
        (PEOPLE[1], 3, 112.0, "PD", 35.0, True, 1),
        (PEOPLE[1], 4, 120.0, "baseline", 35.0, True, 2),
        (PEOPLE[1], 5, 176.0, "PD", 70.0, True, 2),
        (PEOPLE[4], 0, 0.0, "baseline", 50.0, True, 1),
    ]
    return pd.DataFrame(rows, columns="USUBJID AVISITN ADY AVALC SUM_MM EVALUABLE BASELINE_NUMBER".split())


def _treatments() -> pd.DataFrame:
    rows = [(who, 1, "two drugs", True, 0.0, days, "progression") for who, days in zip(PEOPLE, PFS_DAYS, strict=True)]
    rows[5] = (PEOPLE[5], 1, "two drugs", True, 0.0, np.nan, "ongoing")
    rows.append((PEOPLE[1], 2, "paclitaxel", True, 120.0, 150.0, "progression"))
    rows.append((PEOPLE[2], 2, "paclitaxel", False, np.nan, np.nan, "passed over"))
    return pd.DataFrame(rows, columns="USUBJID LINE NAME GIVEN ASTDY AENDY DCSREAS".split())


def _curves() -> pd.DataFrame:
    day = np.arange(-700.0, 281.0, 7.0)
    treated = (day > START) & (day <= START + 112)
    frames = [
        pd.DataFrame({"USUBJID": who, "DAY": day, "DRUG_1": np.where(treated, 3.0 + k, 0.0), "DRUG_2": 0.0,
                      "CTDNA_PER_ML": np.where(day <= START, 10.0, 0.1 * (k + 1)), "CTC_PER_ML": 0.0,
                      "PRIMARY_ML": 1.0, "METASTASES_ML": 0.0, "LUNG_ML": 0.0, "LESIONS": 0.0})
        for k, who in enumerate(PEOPLE[:3])
    ]  # fmt: skip
    return pd.concat(frames, ignore_index=True)
