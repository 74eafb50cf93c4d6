"""A job whose rows follow from the unit number alone: several tables, any number of rows, texts, NaN, nulls."""

from __future__ import annotations

import hashlib
import json
import math
import os
import time
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from paget import runs

CATEGORIES = ("lung", "bone", "liver", "brain", "adrenal")

TABLES = {
    "subjects": pa.schema(
        [
            ("USUBJID", pa.string()),
            ("AGE", pa.float64()),
            ("ALIVE", pa.bool_()),
            ("SEX", pa.dictionary(pa.int32(), pa.string())),
        ]
    ),
    "lesions": pa.schema(
        [
            ("USUBJID", pa.string()),
            ("LESION", pa.int32()),
            ("SITE", pa.dictionary(pa.int8(), pa.string())),
            ("DIAMETER_MM", pa.float64()),
            ("DAYS", pa.list_(pa.float32())),
        ]
    ),
    "rare": pa.schema([("USUBJID", pa.string()), ("VALUE", pa.float32())]),
}


@dataclass(frozen=True)
class Payload:
    """How the dummy task behaves: pause per unit in seconds, a unit that fails, one that differs, a list of calls."""

    pause: float = 0.0
    fails_at: int | None = None
    changed_unit: int | None = None
    computed_units: Path | None = None


def chance(unit: int, place: int) -> float:
    """A number in [0, 1) that depends on its address only."""
    word = hashlib.sha256(f"{unit}/{place}".encode()).digest()[:8]
    return int.from_bytes(word, "big") / 2**64


def task(payload: Payload, start: int, stop: int) -> dict[str, pa.Table]:
    """The tables of units [start, stop)."""
    rows: dict[str, list[dict[str, object]]] = {name: [] for name in TABLES}
    if payload.computed_units is not None:
        with payload.computed_units.open("a") as calls:
            calls.writelines(f"{unit}\n" for unit in range(start, stop))
    for unit in range(start, stop):
        if unit == payload.fails_at:
            raise RuntimeError(f"unit {unit} failed")
        time.sleep(payload.pause)
        _add_unit(rows, unit, payload)
    return {name: _table(name, rows[name]) for name in TABLES}


def _add_unit(rows: dict[str, list[dict[str, object]]], unit: int, payload: Payload) -> None:
    name = f"ATC-{unit:06d}"
    age = 41.5 if unit == payload.changed_unit else 40 + 40 * chance(unit, 0)
    rows["subjects"].append({"USUBJID": name, "AGE": age, "ALIVE": chance(unit, 1) < 0.5, "SEX": "FM"[unit % 2]})
    for lesion in range(int(6 * chance(unit, 2))):
        diameter = math.nan if chance(unit, 10 + lesion) < 0.2 else 30 * chance(unit, 50 + lesion)
        site = None if chance(unit, 90 + lesion) < 0.1 else CATEGORIES[int(5 * chance(unit, 130 + lesion))]
        days = [chance(unit, 200 + day) for day in range(lesion % 3)]
        rows["lesions"].append({"USUBJID": name, "LESION": lesion, "SITE": site, "DIAMETER_MM": diameter, "DAYS": days})
    if chance(unit, 3) < 0.05:
        rows["rare"].append({"USUBJID": name, "VALUE": chance(unit, 4)})


def _table(name: str, rows: list[dict[str, object]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=TABLES[name])


def make_job(count: int = 60, **payload: object) -> runs.Job:
    """The dummy job over `count` units."""
    return runs.Job(task, Payload(**payload), count, TABLES, {"subjects": ("USUBJID",)})  # type: ignore[arg-type]


FINGERPRINT = runs.Fingerprint(scenario_hash="aa", paget_version="0.1", parameter_hash="cc")
SCENARIO = "paget: 1\nname: dummy\nseed: 1\n"


def run(directory: Path, job: runs.Job, *, resume: bool = False, **options: object) -> str:
    """Prepare, execute, finish, digest."""
    with runs.prepare(directory, fingerprint=FINGERPRINT, scenario_text=SCENARIO, resume=resume) as opened:
        runs.execute(job, opened, manifest={"seed": 1}, **options)  # type: ignore[arg-type]
        opened.finish({"summary.json": summary(directory), "report.html": b"<p>research use only</p>"})
    return runs.digest(directory)


def summary(directory: Path) -> bytes:
    """A summary that follows from the tables."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    ages = pq.read_table(directory / "subjects.parquet")["AGE"]
    return json.dumps({"mean_age": pc.mean(ages).as_py()}).encode()  # type: ignore[attr-defined]


def main() -> None:
    """Run or resume in a process of its own: directory, executor, batch, pause per unit, resume."""
    import sys

    directory, executor, batch, pause, resume = sys.argv[1:]
    with runs.progress_display("patients") as progress:
        run(
            Path(directory),
            make_job(pause=float(pause)),
            resume=resume == "resume",
            executor=executor,
            threads=2,
            batch=int(batch) or None,
            progress=progress,
        )


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        os._exit(130)
