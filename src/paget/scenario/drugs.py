"""Drugs that a scenario may name, and what their records say of usual doses, routes and infusions."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources.abc import Traversable
from typing import Any

TIMES_USUAL = 20.0
"""A dose above this many times the usual one is a slip of the pen."""

_RECORD = "drug.yaml"
_CONSTANTS = "pharmacokinetics.csv"
_DOSE = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?(ug|mg|g)(/m(?:\^?2|²)|/kg)?(?![A-Za-z/])")
_MG = {"ug": 1e-3, "mg": 1.0, "g": 1e3}

# A person of 1.8 m^2 and 70 kg, only to hold a dose per body against a flat one.
_SQUARE_METRES = 1.8
_KILOGRAMS = 70.0


def drug_folder() -> Traversable:
    """The folder of knowledge that holds one folder per drug."""
    from paget import knowledge

    return knowledge.shipped_library().root / "drugs"


@cache
def known_drugs() -> tuple[str, ...]:
    """INN of every drug that has a folder in knowledge, in alphabetical order."""
    folder = drug_folder()
    if not folder.is_dir():
        return ()
    return tuple(sorted(entry.name for entry in folder.iterdir() if (entry / _RECORD).is_file()))


@cache
def drug_record(drug: str) -> Mapping[str, Any]:
    """What the drug's record says, as plain data."""
    from ruamel.yaml import YAML

    text = (drug_folder() / drug / _RECORD).read_text(encoding="utf-8")
    content = YAML(typ="safe", pure=True).load(text)
    return content if isinstance(content, dict) else {}


def inn_of(name: str) -> str | None:
    """INN of the drug that has this other name, in any case; None where no record holds it."""
    for drug in known_drugs():
        others = drug_record(drug).get("aliases") or ()
        if name.casefold() in {str(other).casefold() for other in others}:
            return drug
    return None


def usual_route(drug: str) -> str | None:
    """How the drug is given as its record says: oral or iv."""
    given = drug_record(drug).get("route")
    return given if isinstance(given, str) else None


def flat_dose(amount_mg: float, per: str) -> float:
    """Milligrams for a person of usual build; per: "", "/m2" or "/kg"."""
    return amount_mg * {"": 1.0, "/m2": _SQUARE_METRES, "/kg": _KILOGRAMS}[per]


def largest_dose_mg(drug: str) -> float | None:
    """Milligrams that one administration may have: the record's own limit, else `TIMES_USUAL` times its usual dose.

    Keys ``largest_single_dose`` (``600 mg``) and ``regimen`` or ``usual`` (``150 mg every 12 h``) of the record; None
    where none of them holds a dose.
    """
    record = drug_record(drug)
    largest = _doses(record.get("largest_single_dose"))
    if largest:
        return max(largest)
    usual = _doses(record.get("usual")) or _doses(record.get("regimen"))
    return TIMES_USUAL * max(usual) if usual else None


@cache
def usual_infusion_hours(drug: str) -> float | None:
    """Hours of a usual infusion, ``infusion_duration`` among the drug's constants; None where there is none."""
    path = drug_folder() / drug / _CONSTANTS
    if not path.is_file():
        return None
    rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))
    found = [row for row in rows if row.get("symbol") == "infusion_duration" and row.get("unit") == "h"]
    return float(found[0]["value"]) if found else None


def _doses(given: object) -> list[float]:
    """Every dose in a text, or in the texts of a list or mapping, in mg for a person of usual build."""
    if isinstance(given, Mapping):
        return _doses(" ".join(str(value) for value in given.values()))
    if isinstance(given, list | tuple):
        return [dose for item in given for dose in _doses(item)]
    return [
        flat_dose(float(amount) * _MG[unit], per.replace("^", "").replace("²", "2"))
        for amount, unit, per in _DOSE.findall(str(given or ""))
    ]
