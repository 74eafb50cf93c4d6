"""Draw docs/images/atc-natural-history.png from a run directory: overall survival with published points over it.

python tools/readme_picture.py demo
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt

ROOT = Path(__file__).resolve().parent.parent
DAYS_PER_MONTH = 30.4375
SHOWN_MONTHS = 25
BOUNDS = ("published_low", "published_high")
COLOURS = ("#1b6ca8", "#c0392b", "#2e8b57", "#8e5ea2")


def draw_survival(axes: Any, survival: dict[str, Any]) -> None:
    """One step curve with its interval per arm; time in months."""
    for colour, (arm, curve) in zip(COLOURS, survival.items(), strict=False):
        months = [day / DAYS_PER_MONTH for day in curve["time_days"]]
        axes.step(months, curve["survival"], where="post", color=colour, label=f"simulated: {arm}")
        axes.fill_between(months, curve["low"], curve["high"], step="post", color=colour, alpha=0.2, linewidth=0)


def published_points(endpoints: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Published shares of patients alive at a given month: what can be put over a survival curve."""
    found = []
    for row in endpoints:
        if (
            row.get("time_months")
            and row.get("published") is not None
            and str(row["endpoint"]).upper().startswith("OS")
        ):
            scale = 1 / 100 if row.get("unit") == "%" else 1
            low, high = (row[key] if row.get(key) is not None else row["published"] for key in BOUNDS)
            place = {"study": row["study"], "month": row["time_months"], "share": row["published"] * scale}
            found.append(place | {"low": low * scale, "high": high * scale})
    return found


def draw_published(axes: Any, points: list[dict[str, Any]]) -> None:
    """Published points with their intervals, one marker for all, each with its study."""
    for place, point in enumerate(points):
        reach = [[point["share"] - point["low"]], [point["high"] - point["share"]]]
        label = "published" if place == 0 else None
        axes.errorbar(
            point["month"], point["share"], yerr=reach, fmt="o", color="black", markersize=4, capsize=2, label=label
        )
        axes.annotate(point["study"], (point["month"], point["share"]), (5, 3), textcoords="offset points", fontsize=8)


def draw(run_directory: Path) -> Path:
    """Draw the picture of one run and return its path; KeyError when summary.json holds no survival curve."""
    summary = json.loads((run_directory / "summary.json").read_text(encoding="utf-8"))
    scenario = summary["scenario"]
    picture, axes = plt.subplots(figsize=(8, 4.5), layout="constrained")
    draw_survival(axes, summary["survival"])
    draw_published(axes, published_points(summary["endpoints"]))
    axes.set(xlim=(0, SHOWN_MONTHS), ylim=(0, 1), xlabel="months from diagnosis", ylabel="overall survival")
    axes.set_title(
        f"{scenario['name']}: {scenario.get('patients', '')} virtual patients (research use only)", fontsize=11
    )
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    target = ROOT / "docs" / "images" / "atc-natural-history.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    picture.savefig(target, dpi=120, metadata={"Software": None})
    plt.close(picture)
    return target


def main(arguments: list[str]) -> int:
    """Draw the picture of the run directory named on the command line."""
    if len(arguments) != 1 or not (Path(arguments[0]) / "summary.json").exists():
        print("usage: tools/readme_picture.py RUN_DIRECTORY (a finished run: it holds summary.json)", file=sys.stderr)
        return 2
    print(draw(Path(arguments[0])).relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
