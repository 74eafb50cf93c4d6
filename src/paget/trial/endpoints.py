"""The simulated counterpart of a published endpoint, read from a cohort's tables.

`ADDRESSED` maps the endpoint names of the published tables to what the cohort shows. An endpoint that isn't there is
not addressed by this version and is left out of the comparison (and counted as such); so is one whose column (`NEEDS`)
the run has not written. Of the autopsy sites, pancreas, stomach, diaphragm, pituitary, ovary, jejunum, axillary nodes
and gingiva (one or two patients of 45 each) are left out: the model has one place for all of them, and the share with
any of them is not printed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from paget import knowledge
from paget.trial.survival import DAYS_PER_MONTH, WHOLE_DAY, KaplanMeier, kaplan_meier, normal_quantile, wilson_interval
from paget.trial.units import convert

if TYPE_CHECKING:
    import pandas as pd

PERCENT = 100.0

Estimate = tuple[float, float, float]
"""(value, low, high) in the published row's unit: the 95 % interval is the Monte-Carlo error of the cohort."""


@dataclass(frozen=True)
class CohortView:
    """Subjects and event times of one population of one arm, all indexed by USUBJID.

    times: the further endpoints that the study has (PFS, TTP, DOR, ...) by PARAMCD; DOR is of responders only.
    """

    subjects: pd.DataFrame
    overall: pd.DataFrame
    cause_specific: pd.DataFrame
    times: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    @classmethod
    def of(cls, subjects: pd.DataFrame, events: pd.DataFrame) -> CohortView:
        """The view of an arm's tables `subjects` and `time_to_event`, both indexed by USUBJID."""
        by_name = {str(name): rows for name, rows in events.groupby("PARAMCD", observed=True, sort=False)}
        none = events.iloc[:0]
        return cls(subjects, by_name.pop("OS", none), by_name.pop("CSS", none), by_name)

    def where(self, chosen: pd.Series) -> CohortView:
        """The subset marked in `chosen` (index USUBJID)."""
        kept = chosen.index[chosen]
        times = {name: rows[rows.index.isin(kept)] for name, rows in self.times.items()}
        return CohortView(self.subjects[chosen], self.overall[chosen], self.cause_specific[chosen], times)

    def staged(self, *, nodes_raise_stage: bool) -> CohortView:
        """The same subjects with the stage groups of another edition."""
        groups = stage_groups(self.subjects, nodes_raise_stage=nodes_raise_stage)
        return CohortView(self.subjects.assign(STAGE=groups), self.overall, self.cause_specific, self.times)

    def curve(self, events: pd.DataFrame) -> KaplanMeier:
        """Kaplan-Meier estimate of one of the event tables."""
        return kaplan_meier(events["AVAL"].to_numpy(np.float64), events["CNSR"].to_numpy() == 0)


def median_survival(view: CohortView, time_months: float | None) -> Estimate:
    """Median overall survival in months."""
    value, low, high = view.curve(view.overall).median()
    return (value / DAYS_PER_MONTH, low / DAYS_PER_MONTH, high / DAYS_PER_MONTH)


def survival_rate(view: CohortView, time_months: float | None, *, specific: bool) -> Estimate:
    """Survival at a time, in %; specific: deaths from other causes are censored."""
    events = view.cause_specific if specific else view.overall
    value, low, high = view.curve(events).at((time_months or 0.0) * DAYS_PER_MONTH, within=WHOLE_DAY)
    return (PERCENT * value, PERCENT * low, PERCENT * high)


def share(view: CohortView, time_months: float | None, *, of: Callable[[pd.DataFrame], pd.Series]) -> Estimate:
    """Share of subjects, in %."""
    marked = of(view.subjects)
    n, count = len(marked), float(marked.sum())
    low, high = wilson_interval(count, n)
    return (PERCENT * count / n if n else np.nan, PERCENT * low, PERCENT * high)


def mean(view: CohortView, time_months: float | None, *, of: Callable[[pd.DataFrame], pd.Series]) -> Estimate:
    """Mean with its standard error x 1.96."""
    values = of(view.subjects).to_numpy(np.float64)
    centre = float(np.mean(values)) if len(values) else np.nan
    error = normal_quantile() * float(np.std(values, ddof=1)) / np.sqrt(len(values)) if len(values) > 1 else np.nan
    return (centre, centre - error, centre + error)


def median(view: CohortView, time_months: float | None, *, of: Callable[[pd.DataFrame], pd.Series]) -> Estimate:
    """Median with the 95 % interval by order statistics."""
    values = np.sort(of(view.subjects).to_numpy(np.float64))
    n = len(values)
    if not n:
        return (np.nan, np.nan, np.nan)
    half = normal_quantile() * np.sqrt(n) / 2.0
    low, high = (values[int(min(max(round(n / 2.0 + side * half), 0), n - 1))] for side in (-1.0, 1.0))
    return (float(np.median(values)), float(low), float(high))


def has_site(subjects: pd.DataFrame, *names: str, column: str = "AUTOPSY_SITES") -> pd.Series:
    """Whether any of the sites holds a metastasis."""
    wanted = set(names)
    found = [bool(wanted.intersection(here.split(";"))) for here in subjects[column].astype(str)]
    return subjects[column].astype(str).notna() & np.array(found, bool)


def has_any_site(subjects: pd.DataFrame) -> pd.Series:
    """Whether the autopsy finds any metastasis, nodes included."""
    return subjects["AUTOPSY_SITES"].astype(str) != ""


def site_count(subjects: pd.DataFrame) -> pd.Series:
    """Number of metastatic sites at autopsy."""
    text = subjects["AUTOPSY_SITES"].astype(str)
    return text.str.count(";") + (text != "")


def stage_groups(subjects: pd.DataFrame, *, nodes_raise_stage: bool) -> pd.Series:
    """Stage group of each subject from extension, N and M; "" where the run gives no stages.

    nodes_raise_stage: AJCC 8 (nodes alone make IVB); else AJCC 6 and 7, which group by extension and M alone.
    """
    beyond = subjects["EXTRATHYROIDAL"].astype(bool)
    if nodes_raise_stage:
        beyond |= subjects["NSTAGE"] == "N1"
    groups = np.where(_distant(subjects), "IVC", np.where(beyond, "IVB", "IVA"))
    given = subjects["STAGE"].astype(str) != ""
    return subjects["STAGE"].astype(str).where(~given, groups)


def _stage(subjects: pd.DataFrame, name: str) -> pd.Series:
    return subjects["STAGE"] == name


def _distant(subjects: pd.DataFrame) -> pd.Series:
    return subjects["MSTAGE"] == "M1"


def _local(subjects: pd.DataFrame) -> pd.Series:
    return ~_distant(subjects) & ~subjects["EXTRATHYROIDAL"] & (subjects["NSTAGE"] == "N0")


def _regional(subjects: pd.DataFrame) -> pd.Series:
    return ~_distant(subjects) & ~_local(subjects)


def _died_of(*causes: str) -> Callable[..., Estimate]:
    return partial(share, of=lambda subjects: subjects["DEATH_CAUSE"].astype(str).isin(causes))


def _altered(*genes: str) -> Callable[..., Estimate]:
    """Share of tumours with an alteration of any of the genes, by the labels of GENOTYPE."""
    wanted = set(genes)

    def of(subjects: pd.DataFrame) -> pd.Series:
        genotypes = subjects["GENOTYPE"].astype(str)
        carried = [any(label.split(" ")[0] in wanted for label in text.split(";")) for text in genotypes]
        return genotypes.notna() & np.array(carried, bool)

    return partial(share, of=of)


def _stridor(subjects: pd.DataFrame) -> pd.Series:
    record = knowledge.parameters("atc")["stridor_lumen_loss"]
    return subjects["AIRWAY_LUMEN_LOSS"] >= convert(record.value, record.unit, "1")


def _without_drug(subjects: pd.DataFrame) -> pd.Series:
    return subjects["SYSTEMIC_DAY"].isna()


AIRWAY = "airway obstruction"
HAEMORRHAGE = "haemorrhage or circulatory failure"
"""The causes by which the primary itself kills (patient/death.CAUSES)."""


def _autopsied(*sites: str) -> Callable[..., Estimate]:
    return partial(share, of=lambda subjects: has_site(subjects, *sites))


GENES: Mapping[str, tuple[str, ...]] = {
    "TP53": ("TP53",),
    "BRAF": ("BRAF",),
    "RAS_any": ("RAS", "NRAS", "HRAS", "KRAS"),
    "PIK3CA": ("PIK3CA",),
    "TERT_promoter": ("TERT",),
}
"""Endpoint -> genes of the alterations that count; an input where the run draws them from the same study."""

ADDRESSED: Mapping[str, Callable[[CohortView, float | None], Estimate]] = {
    "OS_median": median_survival,
    "OS_rate": partial(survival_rate, specific=False),
    "OS_gt1y": partial(survival_rate, specific=False),
    "CSS_rate": partial(survival_rate, specific=True),
    "DSS_rate": partial(survival_rate, specific=True),
    "tumor_size_mean": partial(mean, of=lambda subjects: convert(1.0, "mm", "cm") * subjects["DIAMETER_MM"]),
    "primary_doubling_time_median": partial(median, of=lambda subjects: subjects["DOUBLING_TIME_DAYS"]),
    "age_mean": partial(mean, of=lambda subjects: subjects["AGE"]),
    "female_share": partial(share, of=lambda subjects: subjects["SEX"] == "F"),
    "extent_intrathyroidal": partial(share, of=_local),
    "extent_extrathyroidal_or_nodal": partial(share, of=_regional),
    "extent_distant_metastasis": partial(share, of=_distant),
    "distant_metastasis_at_dx": partial(share, of=_distant),
    "stage_share_IVA": partial(share, of=partial(_stage, name="IVA")),
    "stage_share_IVB": partial(share, of=partial(_stage, name="IVB")),
    "stage_share_IVC": partial(share, of=partial(_stage, name="IVC")),
    "metastasis_site_any": partial(share, of=has_any_site),
    "metastasis_site_lung": _autopsied("lung"),
    "metastasis_site_intrathoracic_LN": _autopsied("intrathoracic_nodes"),
    "metastasis_site_neck_LN": _autopsied("cervical_nodes"),
    "metastasis_site_retroperitoneal_LN": _autopsied("retroperitoneal_nodes"),
    "metastasis_site_pleura": _autopsied("pleura"),
    "metastasis_site_adrenal": _autopsied("adrenal"),
    "metastasis_site_liver": _autopsied("liver"),
    "metastasis_site_brain": _autopsied("brain"),
    "metastasis_site_bone": _autopsied("bone"),
    "metastasis_site_kidney": _autopsied("kidney"),
    "metastasis_site_peritoneum_mesentery": _autopsied("peritoneum"),
    "metastatic_sites_mean": partial(mean, of=site_count),
    "lung_given_distant": _autopsied("lung"),
    "brain_metastasis_share": _autopsied("brain"),
    "bone_metastasis_share": partial(share, of=lambda subjects: has_site(subjects, "bone", column="DIAGNOSIS_SITES")),
    "metastasis_site_heart": _autopsied("pericardium_heart"),
    "metastasis_site_skin": _autopsied("skin_soft_tissue"),
    "extensive_local_infiltration": partial(share, of=lambda subjects: subjects["EXTRATHYROIDAL_DEATH"].astype(bool)),
    "stridor_at_presentation": partial(share, of=_stridor),
    "cause_of_death_airway_obstruction": _died_of(AIRWAY),
    "cause_of_death_respiratory_insufficiency": _died_of("respiratory insufficiency from lung metastases"),
    "cause_of_death_brain": _died_of("brain metastasis"),
    "cause_of_death_local": _died_of(AIRWAY, HAEMORRHAGE),
    "death_local_failure": _died_of(AIRWAY, HAEMORRHAGE),
    "death_local_progression": _died_of(AIRWAY, HAEMORRHAGE),
    "share_no_systemic": partial(share, of=_without_drug),
    "time_dx_to_systemic_median": partial(
        median, of=lambda subjects: subjects["SYSTEMIC_DAY"].dropna() / DAYS_PER_MONTH
    ),
    **{endpoint: _altered(*genes) for endpoint, genes in GENES.items()},
}
"""Published endpoint -> function of (view, time in months)."""

NEEDS: Mapping[str, str] = {
    "extensive_local_infiltration": "EXTRATHYROIDAL_DEATH",
    "stridor_at_presentation": "AIRWAY_LUMEN_LOSS",
    "share_no_systemic": "SYSTEMIC_DAY",
    "time_dx_to_systemic_median": "SYSTEMIC_DAY",
}
"""Endpoint -> column of subjects without which it is not addressed."""

DRUG_ARMS: Mapping[str, bool] = {"any systemic": True, "no systemic therapy": False}
"""Arms of a registry that are defined by whether a drug was ever given."""

AT_DEATH = (
    "metastasis_site_", "metastatic_sites_", "lung_given_", "brain_metastasis_share", "cause_of_death_",
    "death_local_progression", "extensive_local_infiltration",
)  # fmt: skip
"""Beginnings of endpoints that only the dead can show; `death_local_failure` is printed as a share of all patients."""


def population(view: CohortView, arm: str, endpoint: str) -> CohortView:
    """The subset that a published row speaks of: a stage or a drug named in its arm, the dead for autopsy rows."""
    stage = next((name for name in ("IVA", "IVB", "IVC") if arm.startswith(name)), None)
    if stage is not None and not endpoint.startswith("stage_share"):
        view = view.where(view.subjects["STAGE"] == stage)
    if arm in DRUG_ARMS and "SYSTEMIC_DAY" in view.subjects and view.subjects["SYSTEMIC_DAY"].notna().any():
        view = view.where(view.subjects["SYSTEMIC_DAY"].notna() == DRUG_ARMS[arm])
    if endpoint.startswith(AT_DEATH):
        view = view.where(~view.subjects["ALIVE"])
    if endpoint == "lung_given_distant":
        view = view.where(has_site(view.subjects, *DISTANT_SITES))
    return view


DISTANT_SITES = (
    "lung", "pleura", "pericardium_heart", "bone", "liver", "brain", "adrenal", "kidney", "peritoneum",
    "skin_soft_tissue", "other", "retroperitoneal_nodes",
)  # fmt: skip
