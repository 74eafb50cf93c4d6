"""Published observables of the agents beside the model's: ``python tools/pharmacokinetics_table.py``.

Prints docs/pharmacokinetics.md.
"""

from __future__ import annotations

from markdown_table import table
from paget import knowledge
from paget.calibration.drug_observables import Comparison, comparisons
from paget.knowledge.agents import NONE_PUBLISHED

HEAD = """# Pharmacokinetics: simulated against published

Written by `python tools/pharmacokinetics_table.py`. Compartments come from `knowledge/data/drugs/<inn>/`; the published
values below were not used to set them. Simulated is the typical person (70 kg, 1.73 m²), total concentrations; a hit is
within 20 % of the printed value or within its printed range. For equations see [model](model.md); `paget show drugs
NAME` prints every number with its source.

"""
COLUMNS = ("agent", "observable", "regimen", "occasion", "published", "simulated", "ratio", "", "why", "source")


def row(found: Comparison) -> tuple[str, ...]:
    """One line of the table."""
    seen = found.observed
    span = "" if seen.low is None else f" ({seen.low:g} to {seen.high:g})"
    given = seen.regimen.removeprefix(f"{found.drug} ")
    why = "" if found.hit else seen.why_off
    unit = "" if seen.unit == "1" else f" {seen.unit}"
    return (
        found.drug, seen.observable, given, seen.occasion or "", f"{seen.value:g}{unit}{span}",
        f"{found.simulated:.3g}{unit}", f"{found.ratio:.2f}", "hit" if found.hit else "miss", why, seen.source,
    )  # fmt: skip


def page() -> str:
    """The whole page."""
    found = comparisons(knowledge.parameters("atc"))
    hits = sum(each.hit for each in found)
    nothing = [inn for inn, drug in knowledge.drugs.items() if drug.observed[0].observable == NONE_PUBLISHED]
    left_out = [(inn, drug.record.left_out) for inn, drug in knowledge.drugs.items()]
    return (
        HEAD
        + table(COLUMNS, map(row, found))
        + f"\n{hits} of {len(found)} are hits. Nothing to compare with was found for {', '.join(nothing)}.\n"
        + "\n## What the compartments leave out\n\n"
        + table(("agent", "left out"), left_out)
    )


if __name__ == "__main__":
    print(page(), end="")
