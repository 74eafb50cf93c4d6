"""Signalling engine next to MaBoSS, at full size: prints a Markdown table and the counts (part of ``make validate``).

The trajectories of MaBoSS 2.6.6 are read whole where the reference folder stands beside the repository or is named by
--oracle, else the reduced copies of the tests. Where cmaboss is installed, the invasion model of Cohen et al. 2015 is
run through it in the same call as well. Exit code 1: the rule of agreement is broken.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from paget.signalling.simulate import Result
from signalling.oracle.reference_models import (
    CONDITIONS,
    MODELS,
    REDUCED,
    SHARES,
    Trajectories,
    beyond,
    broken,
    own_error_z,
    pooled_z,
    trajectories,
    windows_of,
)
from signalling.oracle.subject import run_reference

WHOLE = Path(__file__).resolve().parents[2] / "shared" / "reference" / "signalling" / "oracle"
PEER = "metastasis"
HEAD = (
    "| condition | nodes | windows | comparisons | n paget | n MaBoSS | "
    + " | ".join(f"beyond {limit:g}" for limit, _ in SHARES)
    + " | max abs z | rms z | rms z, own errors | verdict |"
)


@dataclass(frozen=True)
class Row:
    """One condition: z of every window and node, and z by the engines' own standard errors."""

    name: str
    reference: Trajectories
    samples: int
    z: np.ndarray
    own: np.ndarray

    def text(self) -> str:
        """Row of the table."""
        nodes, windows = len(self.reference.nodes), len(self.reference.starts)
        return line(self.name, [nodes, windows], [self.samples, self.reference.samples], self.z, self.own)


def line(
    name: str, shape: list[int] | list[str], samples: list[int] | list[str], z: np.ndarray, own: np.ndarray
) -> str:
    """Row of the table."""
    shares = [f"{count} ({100 * count / z.size:.2f} %)" for count in beyond(z)]
    rms = [f"{np.abs(z).max():.2f}", f"{np.sqrt(np.mean(z**2)):.2f}", f"{np.sqrt(np.mean(own**2)):.2f}"]
    return (
        "| "
        + " | ".join(map(str, [name, *shape, z.size, *samples, *shares, *rms, "; ".join(broken(z)) or "agrees"]))
        + " |"
    )


def run(condition: str, samples: int, seed: int) -> Result:
    """Trajectories of a condition, with the windows of its .cfg."""
    return run_reference(CONDITIONS[condition], MODELS / f"{condition}.cfg", samples, seed)


def row(name: str, reference: Trajectories, result: Result, samples: int) -> Row:
    """Comparison of the nodes and windows that the reference has."""
    windows = windows_of(reference, np.asarray(result.times))
    columns = [result.nodes.index(node) for node in reference.nodes]
    found, error = result.probability[:, columns], result.standard_error[:, columns]
    z = pooled_z(found[windows], samples, reference.mean, reference.samples)
    return Row(name, reference, samples, z, own_error_z(found, error, reference, windows))


def stored(folder: Path, samples: int | None, seed: int) -> Iterator[Row]:
    """Every condition with stored trajectories; as many of ours as MaBoSS had unless `samples` is given."""
    for place, condition in enumerate(CONDITIONS):
        reference = trajectories(condition, folder)
        count = samples or reference.samples
        yield row(condition, reference, run(condition, count, seed + place), count)


def peer(samples: int, seed: int, batches: int = 10) -> Trajectories | None:
    """The invasion model through cmaboss, every node shown; None where cmaboss is not installed."""
    try:
        import cmaboss
    except ImportError:
        return None
    text = (MODELS / f"{PEER}.cfg").read_text(encoding="utf-8")
    tables, starts, nodes = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        cfg = Path(folder) / "shown.cfg"
        cfg.write_text(re.sub(r"(is_internal\s*=\s*)\w+", r"\g<1>0", text), encoding="utf-8")
        for batch in range(batches):
            engine = cmaboss.MaBoSSSim(network=str(MODELS / f"{CONDITIONS[PEER]}.bnd"), config=str(cfg))
            # Trajectory i takes the seed + i, so batches must lie further apart than their trajectories.
            own = {"sample_count": samples // batches, "seed_pseudorandom": seed + 1_000_003 * (batch + 1)}
            engine.update_parameters(use_mtrandgen=1, use_physrandgen=0, display_traj=0, statdist_traj_count=0, **own)
            mean, starts, nodes, _ = engine.run().get_nodes_probtraj()
            tables.append(mean[:, np.argsort(nodes)])
    stack = np.array(tables)
    error = stack.std(0, ddof=1) / np.sqrt(batches)
    return Trajectories(np.array(starts), tuple(sorted(nodes)), stack.mean(0), error, samples // batches * batches)


def main() -> int:
    """Print the table; 1 where the rule is broken in one condition or in all together."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--oracle", type=Path, default=WHOLE if WHOLE.is_dir() else REDUCED, help="folder of *_nodes.csv"
    )
    parser.add_argument("--samples", type=int, help="trajectories a condition (default: as many as MaBoSS had)")
    parser.add_argument("--peer-samples", type=int, default=4000, help="trajectories of cmaboss")
    parser.add_argument("--seed", type=int, default=2026)
    given = parser.parse_args()

    kind = "reduced copies" if given.oracle.resolve() == REDUCED.resolve() else "all windows"
    print(f"Signalling engine against MaBoSS 2.6.6 ({kind}).\n\n{HEAD}\n|{'---|' * HEAD.count(' | ')}---|")
    rows = []
    for found in stored(given.oracle, given.samples, given.seed):
        rows.append(found)
        print(found.text(), flush=True)
    z, own = (np.concatenate([getattr(found, part).ravel() for found in rows]) for part in ("z", "own"))
    print(line("all", ["", ""], ["", ""], z, own))
    reference = peer(given.peer_samples, given.seed)
    if reference is None:
        print("\ncmaboss is not installed; the invasion model was not run through it.")
    else:
        samples = 10 * given.peer_samples
        rows.append(row(f"{PEER}, cmaboss in this call", reference, run(PEER, samples, given.seed + 99), samples))
        print(rows[-1].text())
    print("\nAllowed beyond |z| = " + ", ".join(f"{limit:g}: {100 * share:g} %" for limit, share in SHARES) + ".")
    return int(bool(broken(z)) or any(broken(found.z) for found in rows))


if __name__ == "__main__":
    sys.exit(main())
