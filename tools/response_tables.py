"""Rebuild what is shipped of the responses of cells: ``python tools/response_tables.py``.

Anchoring offsets first (anchors.csv), then the tables of every genotype that a disease with a network can form, without
drugs. Tables whose content hash still holds are kept. ``--check`` runs nothing and fails where a hash no longer holds;
``--anchors`` stops after the offsets; ``--treated`` makes the tables under the drugs of the built-in studies, which
takes a run of each up to the start of treatment (tables under old keys are never read, so ``--check`` leaves them out).
"""

from __future__ import annotations

import csv
import io
import sys
import time
from pathlib import Path

from paget import knowledge
from paget.knowledge.response import ANCHORS_FILE, Anchor, anchor_rows
from paget.signalling import anchoring, table_store

ROOT = Path(__file__).resolve().parents[1]
ANCHORS = ROOT / "src" / "paget" / "knowledge" / "data" / ANCHORS_FILE


def networks() -> dict[str, list[str]]:
    """Networks that diseases follow, with these diseases."""
    found: dict[str, list[str]] = {}
    for disease in knowledge.diseases().values():
        if disease.network is not None:
            found.setdefault(disease.network, []).append(disease.id)
    return found


def stale_anchors(network: str) -> list[str]:
    """Drugs whose offset was computed from other data, or is missing."""
    kept = {row.drug: row.content for row in anchor_rows() if row.network == network}
    return [drug for drug in anchoring.anchored_drugs(network) if kept.get(drug) != anchoring.content(network, drug)]


def stale_tables(network: str, diseases: list[str]) -> list[str]:
    """Classes whose table was computed from other data, or is missing."""
    kept = table_store.shipped_tables(network)
    return [name for key, name in wanted(diseases).items() if key not in kept]


def wanted(diseases: list[str]) -> dict[str, str]:
    """Class by key for every untreated genotype of the diseases."""
    found: dict[str, str] = {}
    for disease in diseases:
        bench = table_store.bench_of(disease)
        names = sorted({bench.name_of(labels) for labels in table_store.possible_genotypes(disease)})
        found |= {bench.key(name): name for name in names}
    return found


def check() -> int:
    """Print what is stale; 1 if anything is."""
    stale = False
    for network, diseases in networks().items():
        for what, names in (("offset", stale_anchors(network)), ("table", stale_tables(network, diseases))):
            if names:
                stale = True
                print(f"{network}: {len(names)} stale {what}s, first: {names[0] or 'no alteration'}")
    if stale:
        print("Run: python tools/response_tables.py")
    return int(stale)


def rebuild_anchors(network: str) -> None:
    """Compute all offsets of a network and write its rows."""
    rows = [row for row in anchor_rows() if row.network != network]
    for drug in anchoring.anchored_drugs(network):
        found = anchoring.offset_of(network, drug)
        print(f"{network}: {drug}: offset {found.offset}, lines {', '.join(found.lines)}", flush=True)
        rows.append(anchor(network, found))
    write_anchors(rows)


def anchor(network: str, found: anchoring.Offset) -> Anchor:
    """An offset as a record; 0 and assumed where the network halves no line."""
    silent = f"not halved by the network: {', '.join(found.silent)}" if found.silent else ""
    return Anchor(
        network=network,
        drug=found.drug,
        offset=round(found.offset or 0.0, 4),
        spread=None if found.spread is None else round(found.spread, 4),
        lines=";".join(found.lines),
        content=found.content,
        source=";".join(found.sources) if found.lines else "assumed",
        status="derived" if found.lines else "assumed",
        note=silent,
    )


def write_anchors(rows: list[Anchor]) -> None:
    """Write anchors.csv."""
    text = io.StringIO()
    writer = csv.DictWriter(text, tuple(Anchor.model_fields), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: "" if value is None else value for name, value in row.model_dump().items()})
    ANCHORS.write_text(text.getvalue(), encoding="utf-8")
    anchor_rows.cache_clear()


def rebuild_tables(network: str, diseases: list[str]) -> None:
    """Compute the tables that are missing and write the file of a network."""
    kept = table_store.shipped_tables(network)
    keys = wanted(diseases)
    start = time.process_time()
    tables = {}
    for number, (key, name) in enumerate(sorted(keys.items(), key=lambda item: item[1])):
        # Every disease of a network has the grid of no drugs; the first one that forms the genotype gives it.
        bench = next(each for each in map(table_store.bench_of, diseases) if each.key(name) == key)
        tables[key] = kept[key] if key in kept else bench.build(name)
        if number % 64 == 0:
            print(f"{network}: {number} of {len(keys)} tables, {time.process_time() - start:.0f} CPU-s", flush=True)
    path = table_store.shipped_path(network)
    table_store.write(path, tables)
    print(f"{path.relative_to(ROOT)}: {len(tables)} tables, {path.stat().st_size} bytes")


def rebuild_treated() -> None:
    """Make the tables under the drugs of the built-in studies and write one file for each grid."""
    from paget.scenario import find, load
    from paget.scenario.catalogue import names
    from paget.scenario.study import study_of
    from paget.trial.job import arm_plans
    from paget.trial.plan import plan
    from paget.trial.protocol import SURROUNDINGS

    grids: dict[str, dict[str, object]] = {}
    for name in names():
        scenario = load(find(name))
        if not any(getattr(arm, "lines", ()) for arm in getattr(scenario, "arms", ())):
            continue
        study = study_of(scenario)
        for compiled in arm_plans(plan(study), 2):
            for arm, tumours in compiled.treatment.cells:
                bench = table_store.bench_of(study.disease, arm, axes=SURROUNDINGS)
                classes = sorted({bench.name_of(labels) for labels in tumours})
                found = dict(zip(map(bench.key, classes), table_store.fetch(bench, classes), strict=True))
                grid = f"{bench.cell.network.name}_drugs_{bench.content[:12]}"
                grids.setdefault(grid, {}).update(found)
        print(f"{name}: {sum(map(len, grids.values()))} tables", flush=True)
    folder = table_store.shipped_path("any").parent
    for old in folder.glob("*_drugs_*.npz"):
        old.unlink()
    for grid, tables in grids.items():
        table_store.write(folder / f"{grid}.npz", dict(sorted(tables.items())))
        print(f"{grid}: {len(tables)} tables, {(folder / f'{grid}.npz').stat().st_size} bytes")


def main(arguments: list[str]) -> int:
    """Check or rebuild."""
    if "--check" in arguments:
        return check()
    if "--treated" in arguments:
        rebuild_treated()
        return 0
    for network, diseases in networks().items():
        if stale_anchors(network):
            rebuild_anchors(network)
        if "--anchors" not in arguments:
            rebuild_tables(network, diseases)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
