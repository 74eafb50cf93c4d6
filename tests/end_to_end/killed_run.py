"""A run of its own process that is killed, with signal 9, right after a number of batches are saved."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path


def main(directory: Path, patients: int, batch: int, batches: int) -> None:
    """Run the natural history; SIGKILL comes before the next part after `batches` parts gets its name."""
    import paget
    from paget.runs import files

    saved = [0]

    def hook(operation: str, path: Path) -> None:
        if operation == "rename" and path.suffix == ".part":
            if saved[0] == batches:
                os.kill(os.getpid(), signal.SIGKILL)
            saved[0] += 1

    with files.fault_injection(hook):
        paget.run("atc-natural-history", output=directory, patients=patients, batch=batch, threads=1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
