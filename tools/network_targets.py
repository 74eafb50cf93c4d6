"""The network of a cell beside what is published: prints sections of docs/validation.md (part of ``make validate``).

The folder of reference material is named by --reference or PAGET_REFERENCE, else looked for beside the repository.
Without it the engine is compared with the reduced trajectories of the tests and no lines are ranked.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import line_ranks
from markdown_table import table
from paget.knowledge.networks import AfterRecord, FirstVerdictRecord
from paget.signalling.checks import (
    CLEAR,
    Verdict,
    after_verdict,
    alike_in_source,
    repeated,
    settled,
    settled_cells,
    shaping_verdict,
)
from paget.signalling.emt_circuit import Circuit
from paget.signalling.emt_lu import full_circuit, ternary_switch
from paget.signalling.emt_tian import cascading_switches
from paget.signalling.expression import Expression
from paget.signalling.graded_response import averaged
from paget.signalling.interventions import Interventions
from paget.signalling.library import CellNetwork, network
from paget.signalling.network import Node
from paget.signalling.settings import Settings
from signalling.oracle.reference_models import REDUCED, SHARES
from signalling.test_emt_circuits import PRINTED_LU_FOLDS
from validate_signalling import HEAD, Row, line, stored

REFERENCE = Path(os.environ.get("PAGET_REFERENCE", Path(__file__).resolve().parents[2] / "shared" / "reference"))
MISSES = Path(__file__).with_name("network_misses.md")
CELLS, SEED = 1000, 2026
WRITTEN = "2026-11-21"
"""When the findings checked afterwards were committed, before the engine had run any of them."""

REVISED = "2026-11-21"
"""When the rules were revised after the first verdicts."""

DOSES = (0.0, 0.25, 0.5, 0.75, 0.9, 1.0)
DOSED = ("dabrafenib", "trametinib")
FASTER = 10.0
CARCINOMA = ("BRAF V600E", "TP53")
CIRCUITS = {
    "core, Lu 2013": (ternary_switch, "SNAIL, molecules"),
    "with SNAIL, Lu 2013": (full_circuit, "signal, molecules"),
    "cascading switches, Tian 2013": (cascading_switches, "TGF-beta, umol/L"),
}


def sections(reference: Path = REFERENCE, samples: int | None = None) -> str:
    """All sections; ``samples``: trajectories of a condition of the engine (default: as many as MaBoSS had)."""
    atc = network("atc")
    parts = [
        "## Signalling\n",
        engine(reference, samples),
        directions(atc),
        line_ranks.section(reference),
        doses(atc),
        circuits(),
    ]
    return "\n".join(parts)


# --- engine -----------------------------------------------------------------------------------------------------------


def engine(reference: Path, samples: int | None) -> str:
    """The engine beside MaBoSS."""
    folder = reference / "signalling" / "oracle"
    whole = folder.is_dir()
    rows: list[Row] = list(stored(folder if whole else REDUCED, samples, SEED))
    z, own = (np.concatenate([getattr(row, part).ravel() for row in rows]) for part in ("z", "own"))
    marks = f"|{'---|' * (HEAD.count(' | ') + 1)}"
    lines = [HEAD, marks, *(row.text() for row in rows), line("all", ["", ""], ["", ""], z, own)]
    allowed = ", ".join(f"{100 * share:g} % beyond {limit:g}" for limit, share in SHARES)
    return (
        f"The engine beside trajectories of MaBoSS 2.6.6 ({'whole' if whole else 'reduced copies of the tests'}); "
        f"z by the pooled binomial variance, allowed {allowed}.\n\n" + "\n".join(lines) + "\n"
    )


# --- directions -------------------------------------------------------------------------------------------------------


def directions(atc: CellNetwork) -> str:
    """Statements that shaped the rules, and findings written down before any of them was run."""
    cells = settled_cells(atc, samples=CELLS, seed=SEED)
    shaped = [(record.id, shaping_verdict(record, cells).hit) for record in atc.tables.checks]
    failed = sorted({name for name, hit in shaped if not hit})
    found = {record: after_verdict(record, cells) for record in atc.tables.checks_after}
    known = repeated(atc)
    new = [verdict.hit for record, verdict in found.items() if record.id not in known]
    alike = alike_in_source(atc)
    apart = [verdict.hit for record, verdict in found.items() if record.id not in alike | known.keys()]
    content = files("paget.knowledge").joinpath("data/networks/atc/checks_after.csv").read_bytes()
    hits, clear = (sum(getattr(verdict, part) for verdict in found.values()) for part in ("hit", "clear"))
    first = {record.id: record for record in atc.tables.first_verdicts}
    apart_then = first_hits(record for record in first.values() if record.independent == "yes")
    judgements = ("first a -> b", "first verdict", "a -> b now", "verdict now")
    columns = ("check", "statement", "system", "source", "read-out", "expected", *judgements, "shaped by")
    return (
        f"### Published directions\n\nShares of the time of {CELLS} cells once they have settled.\n\n"
        f"Statements that shaped the rules (calibration, no validation): {sum(hit for _, hit in shaped)} of "
        f"{len(shaped)} comparisons of {len({name for name, _ in shaped})} statements hold"
        f"{'; not: ' + ', '.join(failed) if failed else ''}.\n\n"
        f"Findings chosen and written down before any of them was run (committed {WRITTEN}, one commit earlier; "
        f"sha256 of the list {hashlib.sha256(content).hexdigest()}). First verdicts, before which nobody had seen the "
        f"network on them: **{first_hits(first.values())}** hits, and {apart_then} of those whose source and "
        "comparison had shaped nothing; these are the figures to go by. The rules were then revised "
        f"({REVISED}) by people who knew the verdicts, so that the findings are **no longer blind**: now {hits} of "
        f"{len(found)} hits; {clear} verdicts are clear of chance by {CLEAR:g} standard errors. The very comparison "
        f"of {len(known)} of them, doses apart, now also shapes the rules (last column); without these {sum(new)} of "
        f"{len(new)}. The source of {len(alike)} is also cited by a rule, a drug, an alteration or a shaping "
        f"statement; without all of them {sum(apart)} of {len(apart)}. The margin is {margins(atc)} of the time; list "
        "and margins were never changed.\n\n"
        + table(columns, [direction(record, verdict, first[record.id], known) for record, verdict in found.items()])
        + "\nWhy the misses miss:\n\n"
        + reasons({record.id for record, verdict in found.items() if not verdict.hit})
    )


def margins(atc: CellNetwork) -> str:
    """The margins of the list."""
    return ", ".join(f"{margin:g}" for margin in sorted({record.margin for record in atc.tables.checks_after}))


def first_hits(records: Iterable[FirstVerdictRecord]) -> str:
    """Hits among the first verdicts on findings."""
    verdicts = [record.verdict for record in records]
    return f"{verdicts.count('hit')} of {len(verdicts)}"


def direction(
    record: AfterRecord, verdict: Verdict, first: FirstVerdictRecord, known: Mapping[str, str]
) -> tuple[str, ...]:
    """One row of the list."""
    assert verdict.b is not None  # a finding compares two conditions
    then = (moved(first.value_a, first.value_b, first.error), judged(first.verdict == "hit", first.clear == "yes"))
    now = (moved(verdict.a.value, verdict.b.value, verdict.error), judged(verdict.hit, verdict.clear))
    asked = (record.id, record.statement, record.system, record.source, record.read_out, record.direction)
    return (*asked, *then, *now, known.get(record.id, ""))


def moved(a: float, b: float, error: float) -> str:
    """A read-out in both conditions."""
    return f"{a:.3f} -> {b:.3f} ± {error:.3f}"


def judged(hit: bool, clear: bool) -> str:
    """A verdict in words."""
    return ("hit" if hit else "miss") + ("" if clear else ", within chance")


def reasons(misses: set[str]) -> str:
    """What is written on each miss; a miss without a reason, and a reason without its miss, are named."""
    text = MISSES.read_text(encoding="utf-8")
    written = {part[:3] for part in text.split("- **")[1:]}
    lacking = [f"- **{name}**: no reason is written down.\n" for name in sorted(misses - written)]
    lacking += [f"- **{name}** no longer misses.\n" for name in sorted(written - misses)]
    return text + "".join(lacking)


# --- dose and response ------------------------------------------------------------------------------------------------


def doses(atc: CellNetwork) -> str:
    """ERK and proliferation over the inhibition of the target."""
    rows = []
    for drug in DOSED:
        for dose in DOSES:
            found = [
                settled(cell, settings, made, samples=CELLS, seed=SEED)
                for cell, settings, made in speeds(atc, drug, dose)
            ]
            shares = (run[name] for name in ("mapk_output", "proliferation") for run in found)
            rows.append((drug, f"{dose:g}", *(f"{share.value:.3f} ± {share.error:.3f}" for share in shares)))
    how = ("", ", rates x 10", ", fast limit")
    columns = ("drug", "theta", *(name + each for name in ("ERK", "proliferation") for each in how))
    return (
        f"### Dose and response\n\nBRAF V600E with p53 loss, {CELLS} cells; theta is the share of the time that the "
        "target is inhibited. One that switches ten times faster must not change the response; the limit of infinitely "
        "fast ones is what response tables are made with.\n\n" + table(columns, rows)
    )


def speeds(atc: CellNetwork, drug: str, dose: float) -> tuple[tuple[CellNetwork, Settings, Interventions], ...]:
    """The treated carcinoma with targets at their own rates, ten times faster, and in the limit of fast rates."""
    treated, made = atc.condition(CARCINOMA, {drug: dose})
    untreated, only = atc.condition(CARCINOMA)
    moved = [name for name, value in treated.variables.items() if value != untreated.variables[name]]
    rates = {name: FASTER * treated.variables[name] for name in moved if name.startswith("rate_")}
    raised = {name.removeprefix("level_"): treated.variables[name] for name in moved if name.startswith("level_")}
    quick = replace(treated, variables={**treated.variables, **rates})
    nodes = tuple(faster(node) if node.name in made.inhibited else node for node in atc.network.nodes)
    limit = averaged(atc.network, made.inhibited, {**made.activated, **raised})
    return (
        (atc, treated, made),
        (replace(atc, network=replace(atc.network, nodes=nodes)), quick, made),
        (replace(atc, network=limit), untreated, only),
    )


def faster(node: Node) -> Node:
    """A node with both rates times `FASTER`."""
    up, down = (Expression((*rate.code, ("num", FASTER), ("mul", None))) for rate in (node.up, node.down))
    return replace(node, rate_up=up, rate_down=down)


# --- circuits ---------------------------------------------------------------------------------------------------------


def circuits() -> str:
    """Fold points of the published EMT circuits."""
    columns = ("circuit", "input", "epithelial last", "hybrid first", "hybrid last", "mesenchymal first", "states")
    rows = []
    for name, (make, unit) in CIRCUITS.items():
        circuit: Circuit = make()
        folds = [f"{fold.input:.6g}" for fold in circuit.folds]
        states = ", ".join(f"{window.position} {window.low:.4g} to {window.high:.4g}" for window in circuit.windows())
        rows.append((name, unit, *folds, states))
    printed = (f"{value:.6g}" for value in PRINTED_LU_FOLDS)
    rows.append(("core, continuation by others", "SNAIL, molecules", *printed, ""))
    return (
        "### EMT circuits\n\nInputs at which a stable state ends; a negative fold is out of reach, that state is never "
        "lost. The last row is read off a published continuation of the core circuit with MATCONT "
        "(github.com/Divyoj-Singh/PAGE4-AR-EMT-NDJ; a line is four pixels of 54 molecules wide).\n\n"
        + table(columns, rows)
    )


def main() -> int:
    """Print the sections."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reference", type=Path, default=REFERENCE, help="folder of the reference material")
    parser.add_argument(
        "--samples", type=int, help="trajectories of a condition of the engine (default: as MaBoSS had)"
    )
    given = parser.parse_args()
    print(sections(given.reference, given.samples))
    return 0


if __name__ == "__main__":
    sys.exit(main())
