"""Fit one stage, natural history or treatment, to published rows and install the result (``make fit``).

Rewrites the stage's rows of fitted.csv and posterior.csv of the disease and its page in docs/. Killed at any moment,
the same command goes on; the state is in runs/calibration-<stage>. ``--dry`` prints the result and installs nothing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from paget import knowledge
from paget.calibration import outcome
from paget.calibration.fit import Settings, fit, problem_of, refine
from paget.calibration.forecast import comparisons
from paget.calibration.priors import model_values
from paget.errors import PagetError
from paget.knowledge.fitted import NATURAL_HISTORY, TREATMENT
from paget.knowledge.reading import shipped

ROOT = Path(__file__).resolve().parent.parent
PAGES = {NATURAL_HISTORY: "calibration.md", TREATMENT: "calibration-treatment.md"}


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line; settings by their names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for field in fields(Settings):
        parser.add_argument(f"--{field.name}", type=type(field.default), default=field.default)
    parser.add_argument("--state", type=Path, help="folder of the unfinished fit")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--dry", action="store_true")
    return parser.parse_args(given)


def say(line: str) -> None:
    """Print a line of progress at once."""
    print(line, flush=True)


def main(given: Sequence[str] | None = None) -> int:
    """Fit, then write or print the result."""
    asked = arguments(given)
    settings = Settings(**{field.name: getattr(asked, field.name) for field in fields(Settings)})
    state = asked.state or ROOT / "runs" / f"calibration-{settings.stage}"
    problem = problem_of(settings, asked.threads)
    found = fit(problem, settings, state, say)
    finer = problem_of(settings.finer, asked.threads)
    place, posterior = refine(finer, settings, found, state, say), found.posterior
    records = knowledge.shipped_library().unfitted_parameters(settings.disease)
    values = model_values(problem.priors, place, records)
    simulated = comparisons(
        settings.disease, problem.targets, values, patients=settings.finer.patients, seed=settings.seed,
        threads=asked.threads,
    )  # fmt: skip
    page = outcome.page(settings, problem.priors, place, posterior, problem.targets, simulated)
    print(page)
    if not asked.dry:
        folder = Path(str(shipped())) / "diseases" / settings.disease
        outcome.write_tables(
            folder,
            problem.priors,
            outcome.fitted_records(problem.priors, place, posterior, problem.targets, records),
            outcome.posterior_rows(problem.priors, posterior),
        )
        (ROOT / "docs" / PAGES[settings.stage]).write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except PagetError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
