"""A made-up but plausible run directory with the contracted tables: for tests only, no result of the model."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from paget.trial.tables import CASCADE, CURVES, LESIONS, TABLES

SITES = (
    "cervical_nodes intrathoracic_nodes retroperitoneal_nodes lung pleura pericardium_heart bone liver brain adrenal "
    "kidney peritoneum skin_soft_tissue other"
).split()
FREQUENCY = (0.55, 0.5, 0.2, 0.78, 0.3, 0.22, 0.15, 0.2, 0.16, 0.22, 0.12, 0.12, 0.08, 0.05)
CAUSES = (
    "airway obstruction",
    "respiratory insufficiency from lung metastases",
    "haemorrhage or circulatory failure",
    "cachexia from total burden",
    "brain metastasis",
    "not due to the cancer",
)
MICROMETASTASIS_CELLS = 2e5
DAYS_PER_MONTH = 365.25 / 12


@dataclass(frozen=True)
class Recipe:
    """What the synthetic run holds; `patients` counts per arm."""

    patients: int = 120
    arms: tuple[str, ...] = ("supportive care",)
    name: str = "ATC natural history"
    kind: str = "trial"
    disease: str = "atc"
    benign: bool = False
    seed: int = 1
    examples: int = 4
    long_lists: bool = True


def write(directory: Path, recipe: Recipe | None = None) -> Path:
    """Write the run directory and return it."""
    recipe = recipe or Recipe()
    directory.mkdir(parents=True, exist_ok=True)
    chance = np.random.default_rng(recipe.seed)
    tables = _tables(chance, recipe)
    for name, table in complete(tables).items():
        table.to_parquet(directory / f"{name}.parquet", index=False)
    (directory / "scenario.yaml").write_text(_scenario(recipe), encoding="utf-8")
    (directory / "summary.json").write_text(json.dumps(_summary(tables, recipe)), encoding="utf-8")
    manifest = {
        "format": 1,
        "paget_version": "0.1.0",
        "scenario_hash": "5f2c" * 16,
        "parameter_hash": "a1b2" * 16,
        "seed": recipe.seed,
        "device": "cpu",
        "state": "done",
    }
    (directory / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return directory


def complete(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """All tables that a run writes, with all of their columns: what is not made up here is absent in every row."""
    return {name: _with_columns(tables.get(name, pd.DataFrame()), schema) for name, schema in TABLES.items()}


def _with_columns(table: pd.DataFrame, schema: pa.Schema) -> pd.DataFrame:
    absent = [field for field in schema if field.name not in table]
    return table.assign(**{field.name: _absent(field.type) for field in absent})


def _absent(kind: pa.DataType) -> object:
    if pa.types.is_boolean(kind):
        return False
    if pa.types.is_integer(kind):
        return 0
    return np.nan if pa.types.is_floating(kind) else ""


def _scenario(recipe: Recipe) -> str:
    arms = "".join(f"  - name: {json.dumps(arm)}\n    lines: []\n" for arm in recipe.arms)
    return (
        f"paget: 1\nkind: {recipe.kind}\nname: {json.dumps(recipe.name)}\ndisease: {recipe.disease}\n"
        f"patients: {recipe.patients}\nfollow_up: 60 months\narms:\n{arms}"
        "compare_with: [Onoda2020, Kebebew2005, Besic2013]\n"
        f"mechanisms: {{extravasation: on, lymphatic_spread: 0.4, background_mortality: off}}\nseed: {recipe.seed}\n"
    )


def _tables(chance: np.random.Generator, recipe: Recipe) -> dict[str, pd.DataFrame]:
    subjects = pd.concat([_subjects(chance, recipe, arm) for arm in recipe.arms], ignore_index=True)
    lesions = _lesions(chance, subjects, recipe)
    return {
        "subjects": subjects,
        "time_to_event": _time_to_event(subjects),
        "lesions": lesions,
        "micrometastases": _micrometastases(chance, subjects, recipe),
        "cascade": _cascade(chance, subjects, recipe),
        "curves": _curves(subjects, recipe),
    }


def _subjects(chance: np.random.Generator, recipe: Recipe, arm: str) -> pd.DataFrame:
    n = recipe.patients
    death = np.full(n, np.nan) if recipe.benign else chance.lognormal(np.log(115), 0.95, n)
    alive = np.isnan(death) | (death > 60 * DAYS_PER_MONTH)
    cause = np.where(alive, "", chance.choice(CAUSES, n, p=[0.35, 0.3, 0.1, 0.1, 0.1, 0.05]))
    spread = np.zeros(n) if recipe.benign else chance.lognormal(0, 0.7, n)
    autopsy = [
        ";".join(s for s, f in zip(SITES, FREQUENCY, strict=True) if chance.random() < min(f * k**0.5, 0.98))
        for k in spread
    ]
    founders = chance.lognormal(np.log(50), 1.5, n) * (spread > 0)
    stage = np.where(spread > 0.9, "IVC", np.where(chance.random(n) < 0.12, "IVA", "IVB"))
    shed = chance.lognormal(np.log(3e9), 1.0, n)
    return pd.DataFrame(
        {
            "USUBJID": [f"ATC-{i + 1:06d}" for i in range(n)],
            "ARM": arm,
            "AGE": chance.normal(70, 9, n),
            "SEX": chance.choice(["F", "M"], n, p=[0.62, 0.38]),
            "GENOTYPE": "BRAF V600E;TP53",
            "ECOG": chance.integers(0, 4, n).astype("int8"),
            "STAGE": np.where(recipe.benign, "", stage),
            "TSTAGE": "T4a",
            "NSTAGE": "N1",
            "MSTAGE": np.where(stage == "IVC", "M1", "M0"),
            "DIAMETER_MM": chance.normal(60, 15, n),
            "EXTRATHYROIDAL": chance.random(n) < 0.9,
            "TUMOUR_AGE_DAYS": chance.lognormal(np.log(900), 0.5, n),
            "DOUBLING_TIME_5MM_DAYS": chance.lognormal(np.log(8), 0.4, n) if not recipe.benign else np.nan,
            "DOUBLING_TIME_DAYS": chance.lognormal(np.log(40), 0.4, n),
            "KI67": chance.beta(8, 12, n),
            "FIRST_FOUNDER_DAY": np.where(spread > 0, -chance.uniform(100, 300, n), np.nan),
            "VISIBLE_METASTASES": chance.integers(0, 5, n),
            "FOUNDERS_DIAGNOSIS": np.round(founders),
            "FOUNDERS_DEATH": np.round(founders * 6),
            "SHED_DIAGNOSIS": shed,
            "SHED_DEATH": shed * 4,
            "LODGED_DIAGNOSIS": np.round(founders * 20),
            "LODGED_DEATH": np.round(founders * 120),
            "CTC_PER_ML": chance.lognormal(np.log(2), 1.2, n),
            "PRESENTATION": chance.choice(["size", "nodal mass", "symptom", "incidental"], n),
            "DEATH_CAUSE": cause,
            "DEATH_DAYS": np.where(alive, np.nan, death),
            "ALIVE": alive,
            "CANDIDATES": 1,
            "RESTARTS": 0,
            "TIME_SCALE": chance.lognormal(0, 0.6, n),
            "SEEDING_SCALE": chance.lognormal(0, 1.0, n),
            "HOST_FACTOR": chance.lognormal(0, 0.5, n),
            "ORIGIN": chance.choice(["stem cell", "dedifferentiation"], n),
            "TRANSFORMED_CELLS": 1.0,
            "DIFFERENTIATED_YEARS": np.where(chance.random(n) < 0.3, chance.uniform(5, 40, n), np.nan),
            "STEM_SHARE": chance.uniform(0.03, 0.09, n),
            "VEGF": 1.0,
            "VESSEL_QUALITY": chance.uniform(0.4, 0.5, n),
            "HYPOXIA": chance.uniform(0.3, 0.4, n),
            "INTERSTITIAL_PRESSURE_MMHG": chance.uniform(20, 35, n),
            "NICHE": chance.uniform(0.5, 0.9, n),
            "T_CELLS": chance.lognormal(18, 2, n),
            "PD_L1": chance.random(n),
            "MUTANT_CELLS": np.round(chance.lognormal(12, 2, n)),
            "AIRWAY_LUMEN_LOSS": chance.uniform(0, 0.6, n),
            "CARE": "",
            "SYSTEMIC_DAY": np.nan,
            "EXTRATHYROIDAL_DEATH": chance.random(n) < 0.95,
            "SELF_SEEDED": chance.integers(0, 100, n).astype(float),
            "DIAGNOSIS_SITES": [";".join(sites.split(";")[:2]) for sites in autopsy],
            "AUTOPSY_SITES": autopsy,
            "ULTRASOUND_SUSPICIOUS": np.arange(n) % 8 > 0,
            "TISSUE_METHOD": np.where(np.arange(n) % 2, "core biopsy", "fine-needle aspiration"),
            "TISSUE_DAY": 2.0,
            "GENOTYPE_DAY": 23.0,
            "PD_L1_MEASURED": np.where(np.arange(n) % 4, 0.3, 0.0),
            "PD_L1_ASSAY": "22C3",
            "CTDNA_PER_ML": 5.0,
            "CTDNA_COPIES": 20.0,
            "CTDNA_TEST": "positive",
            "CTC_COUNTED": np.arange(n) % 2,
        }
    )


def _time_to_event(subjects: pd.DataFrame) -> pd.DataFrame:
    end = 60 * DAYS_PER_MONTH
    rows = []
    for parameter in ("OS", "CSS"):
        table = subjects[["USUBJID", "ARM"]].copy()
        table["PARAMCD"] = parameter
        table["AVAL"] = subjects["DEATH_DAYS"].fillna(end)
        censored = subjects["ALIVE"] | ((parameter == "CSS") & (subjects["DEATH_CAUSE"] == "not due to the cancer"))
        table["CNSR"] = censored.astype("int8")
        table["EVNTDESC"] = subjects["DEATH_CAUSE"]
        rows.append(table)
    return pd.concat(rows, ignore_index=True)


def _lesions(chance: np.random.Generator, subjects: pd.DataFrame, recipe: Recipe) -> pd.DataFrame:
    rows = []
    for subject in subjects.itertuples(index=False):
        number = 0
        for site in filter(None, subject.AUTOPSY_SITES.split(";")):
            for _ in range(1 + chance.poisson(4)):
                diameter = min(1.5 * chance.pareto(1.2) + 1.5, 90)
                grown = diameter / chance.uniform(1.2, 4)
                at_diagnosis = grown if grown > 1.5 else 0.0
                parent = int(chance.integers(number)) if number and chance.random() < 0.1 else -1
                seeded = -0.6 * subject.TUMOUR_AGE_DAYS * chance.random()
                cells = 5.4e4 * diameter**3
                head = (subject.USUBJID, subject.ARM, number, site, parent, seeded)
                mutants = float(np.round(cells * 10 ** chance.uniform(-7, -3)))
                sizes = (at_diagnosis, diameter, 5.4e4 * at_diagnosis**3, cells)
                rows.append((*head, "founder", mutants, 0.9, *sizes, False, 1.0))
                number += 1
        if number:
            crowd = (subject.USUBJID, subject.ARM, 256, "lung", -1, -50.0, "", np.nan, 0.9, np.nan, 2.0)
            rows.append((*crowd, np.nan, 5.4e4 * 8, True, 7.0))
    return pd.DataFrame(rows, columns=list(LESIONS.names)).astype(
        {"SITE": str, "LESION": "int32", "PARENT": "int32", "AGGREGATED": bool}
    )


def _micrometastases(chance: np.random.Generator, subjects: pd.DataFrame, recipe: Recipe) -> pd.DataFrame:
    classes = np.arange(36)
    low = MICROMETASTASIS_CELLS * 2.0 ** (-(36 - classes) / 2)
    rows = []
    for subject in subjects.iloc[: 0 if recipe.benign else 300].itertuples(index=False):
        for site in filter(None, subject.AUTOPSY_SITES.split(";")[:3]):
            for moment, factor in (("diagnosis", 1.0), ("death", 5.0)):
                count = chance.poisson(factor * subject.FOUNDERS_DIAGNOSIS / 60 * np.ones(36))
                for k in np.flatnonzero(count):
                    rows.append((subject.USUBJID, subject.ARM, site, moment, k, low[k], low[k] * 2**0.5, count[k]))
    columns = "USUBJID ARM SITE MOMENT SIZE_CLASS CELLS_LOW CELLS_HIGH COUNT".split()
    return pd.DataFrame(rows, columns=columns).astype({"COUNT": float, "SIZE_CLASS": "int16"})


def _cascade(chance: np.random.Generator, subjects: pd.DataFrame, recipe: Recipe) -> pd.DataFrame:
    """As a run writes it: what was shed stands in rows of no site, what arrived in rows of one."""
    frames = []
    exists = float(not recipe.benign)
    for moment, column in (("diagnosis", "SHED_DIAGNOSIS"), ("death", "SHED_DEATH")):
        shed = subjects[column].to_numpy() * exists
        for route, share in (("blood", 0.6), ("lymph", 0.4)):
            frames.append(_cascade_rows(subjects, "all", route, moment, SHED=shed * share, CIRCULATING=shed * 1e-5))
        for site, route, share in (
            ("lung", "blood", 0.9), ("liver", "blood", 0.05), ("cervical_nodes", "lymph", 0.05),
            ("lung", "metastases", 0.1),
        ):  # fmt: skip
            came = shed * share * chance.lognormal(0, 0.5, len(shed))
            arrived = {} if route == "metastases" else {"ARRESTED": 0.25 * came, "EXTRAVASATED": 2e-3 * came}
            counted = {"FOUNDERS": 1e-6, "CLUSTER_FOUNDERS": 1e-7, "DORMANT": 1e-8, "ESTABLISHED": 2e-7,
                       "COLONISED": 2e-8}  # fmt: skip
            arrived |= {name: np.round(came * each) for name, each in counted.items()}
            frames.append(_cascade_rows(subjects, site, route, moment, **arrived))
    return pd.concat(frames, ignore_index=True)


def _cascade_rows(subjects: pd.DataFrame, site: str, route: str, moment: str, **values: np.ndarray) -> pd.DataFrame:
    keys = {"USUBJID": subjects["USUBJID"], "ARM": subjects["ARM"], "SITE": site, "ROUTE": route, "MOMENT": moment}
    return pd.DataFrame(keys | dict.fromkeys(CASCADE.names[5:], np.nan) | values)


def _curves(subjects: pd.DataFrame, recipe: Recipe) -> pd.DataFrame:
    frames = []
    examples = subjects.groupby("ARM", sort=False).head(recipe.examples)
    if examples.empty:
        return pd.DataFrame(columns=list(CURVES.names))
    for subject in examples.itertuples(index=False):
        end = 1826.0 if subject.ALIVE else subject.DEATH_DAYS
        day = np.unique(np.round(np.linspace(-subject.TUMOUR_AGE_DAYS, end, 160)))
        primary = 5e-9 * np.exp(24 * (1 - np.exp(-(day - day[0]) * 2.2 / subject.TUMOUR_AGE_DAYS)) / 0.9)
        metastases = 0 * day if recipe.benign else np.where(day > -250, 4 * np.exp(day / 70), 0)
        frames.append(
            pd.DataFrame(
                {
                    "USUBJID": subject.USUBJID,
                    "ARM": subject.ARM,
                    "DAY": day,
                    "PRIMARY_ML": primary,
                    "METASTASES_ML": metastases,
                    "LUNG_ML": metastases * 0.7,
                    "LESIONS": np.floor(metastases**0.5),
                    "CTC_PER_ML": primary / 50,
                    "DIAMETER_MM": (primary * 1000 / 0.34) ** (1 / 3),
                    "NICHE": primary / (primary + 1),
                    "VEGF": 1.0,
                    "VESSEL_QUALITY": 0.45,
                    "HYPOXIA": 0.38,
                    "INTERSTITIAL_PRESSURE_MMHG": 30 * primary / (primary + 1),
                    "STEM_SHARE": 0.05,
                    "T_CELLS": primary * 1e6,
                    "MUTANT_SHARE": 1e-5,
                    "DORMANT": np.floor(primary),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _survival(times: pd.DataFrame) -> dict[str, object]:
    days = np.sort(times.loc[times["CNSR"] == 0, "AVAL"].unique())
    risk = np.array([(times["AVAL"] >= d).sum() for d in days], dtype=float)
    dead = np.array([((times["AVAL"] == d) & (times["CNSR"] == 0)).sum() for d in days], dtype=float)
    survival = np.cumprod(1 - dead / risk) if len(days) else np.array([])
    error = 1.96 * np.sqrt(survival * (1 - survival) / len(times))
    return {
        "time_days": [0.0, *days],
        "survival": [1.0, *survival],
        "low": [1.0, *np.clip(survival - error, 0, 1)],
        "high": [1.0, *np.clip(survival + error, 0, 1)],
        "at_risk": {"time_days": [0.0, 365.25], "count": [len(times), int((times["AVAL"] >= 365.25).sum())]},
    }


def _endpoint(
    study: str, endpoint: str, published: float, simulated: float | None, **more: object
) -> dict[str, object]:
    row: dict[str, object] = dict(study=study, arm="all", population="ATC", endpoint=endpoint, time_months=None)
    row |= dict(simulated=simulated, low=None, high=None, published=published, published_low=published * 0.8)
    row |= dict(published_high=published * 1.2, n=100, verdict=None, unit="%", note="", fitted=True)
    if simulated is not None:
        inside = published * 0.8 <= simulated <= published * 1.2
        row |= dict(low=simulated * 0.93, high=simulated * 1.07, verdict="hit" if inside else "miss")
    return row | more


def _endpoints(tables: dict[str, pd.DataFrame], recipe: Recipe) -> list[dict[str, object]]:
    subjects = tables["subjects"]
    times = tables["time_to_event"].query("PARAMCD == 'OS'")["AVAL"].to_numpy()
    months = times / DAYS_PER_MONTH

    def alive(t: float) -> float:
        return 100 * float((months > t).mean())

    rows = [
        _endpoint(
            "Maniakas2020", "OS_rate", 35.0, alive(12), time_months=12, published_low=29, published_high=42, n=227
        ),
        _endpoint(
            "Maniakas2020", "OS_rate", 18.0, alive(24), time_months=24, published_low=13, published_high=24, n=227
        ),
        _endpoint(
            "Pezzi2017", "OS_rate", 11.0, alive(12), time_months=12, published_low=9.4, published_high=12.8, n=1288
        ),
        _endpoint("Pezzi2017", "OS_median", 2.27, float(np.median(months)), unit="months", n=1288),
        _endpoint("Onoda2020", "OS_median", 2.8, 2.4, unit="months", arm="IVC", population="stage IVC", n=290),
        _endpoint("Kebebew2005", "CSS_rate", 19.3, alive(12) + 3, time_months=12, fitted=False),
        _endpoint("Kebebew2005", "female_share", 66.9, 100 * float((subjects["SEX"] == "F").mean()), n=516),
        _endpoint("Unmatched2001", "stridor_at_presentation", 40.0, None),
    ]
    for site, frequency in zip(SITES[:-1], FREQUENCY, strict=False):
        share = subjects["AUTOPSY_SITES"].str.split(";").apply(lambda sites, s=site: s in sites).mean()
        published = {
            "cervical_nodes": "neck_LN",
            "intrathoracic_nodes": "intrathoracic_LN",
            "pericardium_heart": "heart",
            "retroperitoneal_nodes": "retroperitoneal_LN",
            "peritoneum": "peritoneum_mesentery",
            "skin_soft_tissue": "skin",
        }
        code = published.get(site, site)
        rows.append(
            _endpoint("Besic2013", f"metastasis_site_{code}", 100 * frequency, 100 * float(share), arm="autopsy", n=45)
        )
    return rows if recipe.disease == "atc" else []


def _summary(tables: dict[str, pd.DataFrame], recipe: Recipe) -> dict[str, object]:
    times = tables["time_to_event"].query("PARAMCD == 'OS'")
    rows = 60 if recipe.long_lists else 3
    statuses = ("measured", "assumed", "derived", "fitted")
    parameters = [
        {
            "symbol": f"rate_{k:02d}",
            "meaning": f"Synthetic rate number {k} of a mechanism that spreads cells",
            "value": 0.37 * 10 ** (k % 9 - 4),
            "unit": "1/day",
            "source": ("Luzzi1998", "Weiss1990", "assumed", "Besic2013")[k % 4],
            "status": statuses[k % 4],
        }
        for k in range(rows)
    ]
    return {
        "paget": "0.1.0",
        "scenario": {
            "name": recipe.name,
            "kind": recipe.kind,
            "disease": recipe.disease,
            "patients": recipe.patients,
            "seed": recipe.seed,
        },
        "research_use_only": "For research only: not a medical device, not for treating a person.",
        "endpoints": _endpoints(tables, recipe),
        "survival": {arm: _survival(times[times["ARM"] == arm]) for arm in recipe.arms},
        "parameters": parameters,
        "assumed": sum(p["status"] == "assumed" for p in parameters),
        "measured": sum(p["status"] == "measured" for p in parameters),
        "sources": [
            {
                "id": "Luzzi1998",
                "citation": "Luzzi 1998, Am J Pathol",
                "doi": "10.1016/S0002-9440(10)65628-3",
                "pmid": "9736035",
                "url": "",
            },
            {
                "id": "Weiss1990",
                "citation": "Weiss 1990, Adv Cancer Res",
                "doi": "10.1016/S0065-230X(08)60811-8",
                "pmid": "",
                "url": "",
            },
            {
                "id": "Besic2013",
                "citation": "Besic 2013, autopsy series of 45 patients",
                "doi": "10.1089/thy.2012.0332",
                "pmid": "",
                "url": "",
            },
        ],
    }
