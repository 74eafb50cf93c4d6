"""Put measured figures into README.md and docs/: ``tools/figures.py`` rewrites them, ``--check`` says which are stale.

A document holds ``<!-- figure:FILE:PATH -->…<!-- /figure -->``. FILE is a JSON file below benchmarks/results without
its ending and PATH the way to a number or text in it, with an optional format::

    <!-- figure:body:patients_per_second:.0f -->310<!-- /figure -->
    <!-- figure:natural-history:endpoints.0.simulated:.2f -->0.31<!-- /figure -->
"""

from __future__ import annotations

import json
import re
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"
FIGURE = re.compile(
    r"(<!-- figure:(?P<file>[\w-]+):(?P<path>[\w.-]+)(?::(?P<format>[^\s>]+))? -->).*?(<!-- /figure -->)"
)


@lru_cache
def results(name: str) -> Any:
    """The content of benchmarks/results/<name>.json."""
    return json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))


def value_at(content: Any, path: str) -> Any:
    """Follow ``a.0.b`` through mappings and lists; KeyError or IndexError where it leads nowhere."""
    for step in path.split("."):
        content = content[int(step)] if isinstance(content, list) else content[step]
    return content


def figure(match: re.Match[str]) -> str:
    """A figure with its value renewed."""
    value = value_at(results(match["file"]), match["path"])
    return f"{match[1]}{format(value, match['format'] or '')}{match[5]}"


def main(arguments: list[str]) -> int:
    """Renew every figure, or with ``--check`` name the documents whose figures are stale (exit code 1)."""
    stale = []
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        text = path.read_text(encoding="utf-8")
        renewed = FIGURE.sub(figure, text)
        if renewed == text:
            continue
        stale.append(path)
        if "--check" not in arguments:
            path.write_text(renewed, encoding="utf-8")
    for path in stale:
        print(
            f"{path.relative_to(ROOT)}: {'stale figures: make docs-figures' if '--check' in arguments else 'renewed'}"
        )
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
