"""Which organs the cells reach: organ shares along the cascade, how the founders came, ligands and autopsy series."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from paget import knowledge
from paget.knowledge.soil import SOIL
from paget.report.body_map import PLACES, published_sites
from paget.report.figures import Control, only
from paget.report.number_format import ABSENT, THIN_SPACE, number, span, trimmed
from paget.report.provenance import switched_off
from paget.report.run_directory import RunDirectory
from paget.report.text import Labels

STAGES = ("ARRESTED", "EXTRAVASATED", "FOUNDERS", "ESTABLISHED", "COLONISED")
"""Steps of which each organ's share is shown; the first two are counted for cells of the primary only."""
ORIGINS = ("blood", "lymph", "metastases")
CLUSTERS = "clusters"
RECEPTORS = {"cxcl12": "cxcr4_cxcl12", "ccl21": "ccr7_ccl21"}
"""Ligand of an organ and the mechanism that reads it."""
USUAL = 1.0
"""Ligands are relative to the usual organ."""
MOMENTS = {"death": "AUTOPSY_SITES", "diagnosis": "DIAGNOSIS_SITES"}
"""Moment and the subjects' column with the sites that hold a visible lesion then."""
FINE, FINEST = 0.1, 0.0005
"""Shares below the first have a decimal; below the second they are only said to be small."""


@dataclass(frozen=True)
class Cell:
    """A share as shown; `percent` is the length of its bar, `key` sorts."""

    text: str
    percent: float
    key: float


@dataclass(frozen=True)
class Row:
    """One organ: its share of each stage, of its founders how they came, and how many people have a visible lesion."""

    site: str
    stages: tuple[Cell, ...]
    origins: tuple[Cell, ...]
    people: Cell
    published: tuple[str, ...]
    ligands: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """The rows of one moment and arm, and the mean number per person of each stage over all organs."""

    rows: tuple[Row, ...]
    totals: tuple[str, ...]
    has_published: bool


@dataclass(frozen=True)
class HomingMap:
    """The tables by group and the choice between them; columns without any entry are left out."""

    groups: dict[str, Group]
    control: Control | None
    has_ligands: bool


def counts(run: RunDirectory, arm: str, moment: str) -> pd.DataFrame | None:
    """Sums over an arm's people up to `moment`, one row per organ: the stages, founders by origin and in clusters."""
    cascade = run.table("cascade")
    if cascade is None:
        return None
    chosen = cascade[(cascade["ARM"].astype(str) == arm) & (cascade["MOMENT"] == moment)]
    found = chosen.groupby("SITE")[[*STAGES, "CLUSTER_FOUNDERS"]].sum().reindex(list(PLACES), fill_value=0.0)
    found = found.rename(columns={"CLUSTER_FOUNDERS": CLUSTERS})
    by_origin = chosen.pivot_table(index="SITE", columns="ROUTE", values="FOUNDERS", aggfunc="sum", fill_value=0.0)
    return found.join(by_origin.reindex(index=found.index, columns=list(ORIGINS), fill_value=0.0))


def homing_map(run: RunDirectory, labels: Labels) -> HomingMap | None:
    """Tables for each moment and arm; None where the cascade is absent or founded nothing."""
    found = {(moment, arm): counts(run, arm, moment) for moment in MOMENTS for arm in run.arms}
    known = {key: table for key, table in found.items() if table is not None and table["FOUNDERS"].sum() > 0}
    if not known:
        return None
    first = next(iter(known.values()))
    founders = {str(site): float(count) for site, count in first["FOUNDERS"].items()}
    order = sorted(PLACES, key=lambda site: (-founders[site], site))
    ligands = _ligands(run, labels)
    groups: dict[str, Group] = {}
    options: list[tuple[str, str]] = []
    for (moment, arm), table in known.items():
        group = f"{moment}{run.arms.index(arm)}"
        groups[group] = _group(run, arm, moment, table.loc[order], ligands, labels)
        words = labels.family("moment", moment)
        options.append((group, words if len(run.arms) == 1 else f"{words} · {arm}"))
    return HomingMap(
        groups=groups,
        control=only(options, labels("control.show")),
        has_ligands=bool(ligands),
    )


def _group(
    run: RunDirectory, arm: str, moment: str, table: pd.DataFrame, ligands: dict[str, tuple[str, ...]], labels: Labels
) -> Group:
    totals = table[list(STAGES)].sum()
    people, everyone = _people_with(run, arm, moment)
    series = _published(run, labels) if moment == "death" else {}
    rows = []
    for site, values in table.iterrows():
        name = str(site)
        founders = float(values["FOUNDERS"])
        rows.append(
            Row(
                site=labels.family("site", name),
                stages=tuple(_cell(float(values[stage]), float(totals[stage])) for stage in STAGES),
                origins=tuple(_cell(float(values[origin]), founders) for origin in (*ORIGINS, CLUSTERS)),
                people=_cell(people.get(name, 0), everyone),
                published=series.get(name, ()),
                ligands=ligands.get(name, ()),
            )
        )
    each = max(_size(run, arm), 1)
    return Group(tuple(rows), tuple(number(float(totals[stage]) / each) for stage in STAGES), bool(series))


def _cell(part: float, whole: float) -> Cell:
    if whole <= 0:
        return Cell(ABSENT, 0.0, -1.0)
    share = part / whole
    return Cell(_percent(share), round(100.0 * share, 1), share)


def _percent(share: float) -> str:
    """A share in per cent that tells a little from nothing."""
    if 0 < share < FINEST:
        return f"<{THIN_SPACE}0.1{THIN_SPACE}%"
    digits = 1 if 0 < share < FINE else 0
    return f"{100 * share:.{digits}f}{THIN_SPACE}%"


def _size(run: RunDirectory, arm: str) -> int:
    subjects = run.table("subjects")
    return 0 if subjects is None else int((subjects["ARM"].astype(str) == arm).sum())


def _people_with(run: RunDirectory, arm: str, moment: str) -> tuple[dict[str, int], int]:
    """People with a visible lesion by site, and how many were looked at (at death: the deceased)."""
    subjects = run.table("subjects")
    if subjects is None or MOMENTS[moment] not in subjects:
        return {}, 0
    own = subjects[subjects["ARM"].astype(str) == arm]
    if moment == "death":
        own = own[~own["ALIVE"].astype(bool)]
    listed = own[MOMENTS[moment]].astype(str).str.split(";").explode()
    return {str(site): int(count) for site, count in listed.value_counts().items()}, len(own)


def _published(run: RunDirectory, labels: Labels) -> dict[str, tuple[str, ...]]:
    """Words for what autopsy series found in each site."""
    words: dict[str, tuple[str, ...]] = {}
    for study, rows in published_sites(run).items():
        for site, row in rows:
            value = f"{number(row['published'])}{THIN_SPACE}{row.get('unit') or ''}"
            bounds = span(row.get("published_low"), row.get("published_high"))
            entry = labels("homing.published_entry", value=value, interval=bounds, study=study)
            words[site] = (*words.get(site, ()), entry)
    return words


def _ligands(run: RunDirectory, labels: Labels) -> dict[str, tuple[str, ...]]:
    """By site, the ligands it holds more of than the usual organ, where the run reads them."""
    unread = switched_off(run)
    words: dict[str, tuple[str, ...]] = {}
    for record in knowledge.shipped_library().table("soil.csv", SOIL):
        mechanism = RECEPTORS.get(record.property)
        if mechanism is None or mechanism in unread or record.value <= USUAL:
            continue
        entry = labels(
            "homing.ligand",
            axis=labels.family("receptor_axis", record.property),
            fold=trimmed(record.value),
            status=labels.family("status", record.status),
        )
        words[record.site] = (*words.get(record.site, ()), entry)
    return words
