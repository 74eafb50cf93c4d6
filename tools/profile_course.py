"""Where the CPU time of a course goes: ``tools/profile_course.py [PATIENTS]``, with Linux perf on the PATH.

Runs the demo's persons on one thread under ``perf record`` and prints the share of every function of the kernel and of
the C library's mathematics. Compiled code has no symbols that perf knows; they are read from the object in Numba's
cache and laid over the addresses. What LLVM has inlined counts for the function that it went into.
"""

from __future__ import annotations

import bisect
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PATIENTS = 2000
LEAST = 0.005
ELF = b"\x7fELF"
MANGLED = re.compile(r"_ZN5paget(?P<names>.*?)B\d*v")


def simulate(patients: int, symbols: Path) -> None:
    """Run the persons in this process; write [address, size, name] of the kernel's functions before."""
    sys.path.insert(0, str(ROOT))
    from benchmarks.body import _plan

    from paget.compute.cache import prepare
    from paget.patient.course import untreated_course
    from paget.trial import cohort

    plan = _plan()
    cohort.simulate(plan, 0, 2, threads=1)
    compiled = next(iter(untreated_course.cpu.overloads.values()))
    cached = max(prepare().glob("**/*untreated_course*.nbc"), key=lambda path: path.stat().st_size).read_bytes()
    with tempfile.NamedTemporaryFile(suffix=".o") as sink:
        sink.write(cached[cached.index(ELF) :])
        sink.flush()
        listing = subprocess.run(["nm", "-S", sink.name], capture_output=True, text=True, check=True).stdout
    found = [line.split() for line in listing.splitlines()]
    functions = {row[3]: (int(row[0], 16), int(row[1], 16)) for row in found if len(row) == 4 and row[2] in "tTwW"}
    entry = compiled.fndesc.llvm_cpython_wrapper_name
    shift = compiled.library.get_pointer_to_function(entry) - functions[entry][0]
    rows = [[start + shift, size, name] for name, (start, size) in functions.items()]
    symbols.write_text(json.dumps(rows), encoding="utf-8")
    cohort.simulate(plan, 0, patients, threads=1)


def readable(mangled: str) -> str:
    """``module.function`` of a compiled function's name."""
    match = MANGLED.match(mangled)
    parts = []
    rest = match["names"] if match else ""
    while digits := re.match(r"\d+", rest):
        end = digits.end() + int(digits[0])
        parts.append(rest[digits.end() : end])
        rest = rest[end:]
    return ".".join(parts[-2:]) if parts else "the launcher"


def shares(data: Path, symbols: Path) -> Counter[str]:
    """Samples by function, of the kernel and of the mathematics that it calls."""
    rows = sorted(json.loads(symbols.read_text(encoding="utf-8")))
    starts = [row[0] for row in rows]
    listing = subprocess.run(
        ["perf", "script", "-i", str(data), "-F", "ip,sym,dso"], capture_output=True, text=True, check=True
    ).stdout
    counts: Counter[str] = Counter()
    for address, _, place in (line.strip().partition(" ") for line in listing.splitlines() if line.strip()):
        at = int(address, 16)
        row = rows[max(bisect.bisect(starts, at) - 1, 0)]
        if row[0] <= at < row[0] + max(row[1], 1):
            counts[readable(row[2])] += 1
        elif "libm" in place:
            counts["libm: " + re.sub(r"__ieee754_|__|_fma|@.*", "", place.split()[0])] += 1
    return counts


def main(arguments: list[str]) -> int:
    """Profile and print; with ``--inside FILE`` only run the persons."""
    if arguments[:1] == ["--inside"]:
        simulate(int(arguments[2]), Path(arguments[1]))
        return 0
    patients = arguments[0] if arguments else str(PATIENTS)
    with tempfile.TemporaryDirectory() as folder:
        data, symbols = Path(folder, "perf.data"), Path(folder, "symbols.json")
        command = [sys.executable, __file__, "--inside", str(symbols), patients]
        subprocess.run(["perf", "record", "-q", "-F", "1000", "-o", str(data), *command], check=True)
        counts = shares(data, symbols)
    total = sum(counts.values())
    print(f"{total} samples at 1 kHz, {patients} patients, one thread")
    for name, count in counts.most_common():
        if count >= LEAST * total:
            print(f"{count / total:7.1%}  {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
