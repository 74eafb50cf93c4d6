"""Run the published experiments that the body scale can measure and compare: ``python tools/mechanism_targets.py``.

Prints one Markdown table and writes runs/mechanism_targets.json. `measure` returns the same as records. Nothing is
fitted here; where a parameter was set from the very figure, the sentence says "by construction". What a sentence says
of another setting was run with that setting. ``--quick`` takes small cohorts.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from paget import scenario
from paget.body.interstitial_pressure import sphere_share
from paget.body.shape import longest_diameter
from paget.body.shear_stress import flow_shear_rate
from paget.knowledge.targets import Target, targets
from paget.patient.death import CAUSES
from paget.scenario.study import study_of
from paget.trial import experiments
from paget.trial.cohort import simulate
from paget.trial.experiments import ALIKE, SUSPENSION, Bench, Run
from paget.trial.job import plan_of_arm
from paget.trial.plan import parameter_values, plan
from paget.trial.survival import DAYS_PER_MONTH, kaplan_meier, normal_quantile, wilson_interval

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "runs" / "mechanism_targets.json"
HOURS = 24.0
MM3_PER_G = 1000.0
PALPABLE_MM = 5.0
"""Diameter at which a graft counts as palpable; the papers name none."""

CELL_LINE = 8.0
"""Tempo of a cell line relative to the patient's tumour in the sentences; with it Naumov's colonies have his times."""


@dataclass(frozen=True)
class Found:
    """What a measurement gives: the value (None: not expressible), its Monte-Carlo interval, how, and a sentence."""

    value: float | None
    how: str
    sentence: str = ""
    error: tuple[float, float] | None = None


@dataclass(frozen=True)
class Measured:
    """One target with what the model gives; verdict None: nothing to compare, the sentence says why."""

    id: str
    what: str
    quantity: str
    published: float | None
    low: float | None
    high: float | None
    unit: str
    source: str
    scale: str
    simulated: float | None
    simulated_low: float | None
    simulated_high: float | None
    how: str
    verdict: str | None
    sentence: str


class Laboratory:
    """Benches and cohorts that several measurements share, each run once."""

    def __init__(self, quick: bool = False) -> None:
        self.quick = quick

    def size(self, full: int) -> int:
        """Persons of a cohort."""
        return max(20, full // 10) if self.quick else full

    @cached_property
    def patient(self) -> Bench:
        """The disease in the patient."""
        return Bench()

    def suspension(self, host: str) -> Bench:
        """Single cells of the disease in an animal."""
        return Bench(host=host, parameters={**SUSPENSION, **ALIKE})

    @cached_property
    def mouse(self) -> Bench:
        """A mouse with a graft."""
        return Bench(host="mouse", parameters=ALIKE)

    def preset(self, name: str, patients: int, *overrides: str, arm: int = 0) -> Run:
        """The first persons of one arm of a built-in scenario."""
        described = study_of(scenario.load(scenario.find(name), overrides=list(overrides)))
        compiled = plan_of_arm(described, described.arms[arm])
        return Run(compiled, simulate(compiled, 0, patients))

    @cached_property
    def untreated(self) -> Run:
        """Natural history with supportive care."""
        return self.preset("atc-natural-history", self.size(600))

    @cached_property
    def korea(self) -> Run:
        """Gangnam Severance and its care."""
        return self.preset("atc-gangnam", self.size(400))

    @cached_property
    def registry(self) -> Run:
        """SEER and the care of the population."""
        return self.preset("atc-seer", self.size(600))

    @cached_property
    def japan(self) -> Run:
        """The Japanese consortium."""
        return self.preset("atc-japan", self.size(300))

    @cached_property
    def liver(self) -> experiments.Inefficiency:
        """Luzzi's experiment with the disease's cell."""
        return self.in_liver(self.suspension("mouse_liver"), 1e8)

    @cached_property
    def all_lodge(self) -> experiments.Inefficiency:
        """The same where every extravasated cell stays and the dormant share is that of mouse liver."""
        return self.in_liver(self.suspension("mouse_liver").but(lodging_probability=1.0, solitary_dormancy_share=0.975))

    def in_liver(self, bench: Bench, cells: float = 1e6) -> experiments.Inefficiency:
        """Days 3 and 13, colonies of 4 cells, macroscopic from 0.1 mm."""
        return experiments.inefficiency(bench, cells, (3, 13), 4.0, 0.1)

    @cached_property
    def niche(self) -> tuple[Run, Run]:
        """Persons at diagnosis with and without a pre-metastatic niche."""
        count = self.size(100)
        return self.patient.run(count, 1.0), self.patient.without("premetastatic_niche").run(count, 1.0)

    @cached_property
    def hahnfeldt(self) -> dict[str, np.ndarray]:
        """Volumes at days 5, 10, 15, 20 of every arm."""
        arms = ("untreated", "endostatin", "angiostatin", "tnp470")
        days = (5, 10, 15, 20)
        return {
            arm: np.array(
                [self.preset("hahnfeldt", 1, f"follow_up={day} days", arm=place).volumes([day])[0] for day in days]
            )
            for place, arm in enumerate(arms)
        }


Measurement = Callable[[Laboratory], Found]
MEASUREMENTS: dict[str, Measurement] = {}


def measures(name: str) -> Callable[[Measurement], Measurement]:
    """Register the measurement of a target."""

    def kept(function: Measurement) -> Measurement:
        MEASUREMENTS[name] = function
        return function

    return kept


def poisson(count: float, scale: float) -> tuple[float, float]:
    """95 % interval of a Poisson count times `scale`, normal approximation, at least 0."""
    half = normal_quantile() * np.sqrt(max(count, 1.0))
    return max(0.0, count - half) * scale, (count + half) * scale


def share_of(flags: np.ndarray, how: str, sentence: str = "") -> Found:
    """A share of persons with Wilson's interval."""
    return Found(float(np.mean(flags)), how, sentence, wilson_interval(float(np.sum(flags)), len(flags)))


def mean_of(values: np.ndarray, how: str, sentence: str = "") -> Found:
    """A mean over persons with its 95 % interval."""
    values = values[np.isfinite(values)]
    half = normal_quantile() * float(np.std(values, ddof=1)) / np.sqrt(len(values))
    mean = float(np.mean(values))
    return Found(mean, how, sentence, (mean - half, mean + half))


# Injected cells


@measures("inefficiency_extravasated")
def _(lab: Laboratory) -> Found:
    bench = lab.suspension("mouse_liver")
    everywhere = experiments.injected(bench, "liver", 3.0).outside.sum()
    firm = {"wash_out_rate_prone": 0.0, "lymph_drainage_share": 0.0}
    kept = experiments.extravasated(bench.but(**firm), "liver", 3.0, "liver")
    return Found(
        lab.liver.extravasated,
        "portal vein of a mouse, day 3, expectation",
        f"{everywhere:.2f} live somewhere, but a part leaves the first bed: {kept:.2f} are in the liver where no held "
        "cell is washed on and lymph carries none away.",
    )


@measures("inefficiency_started")
def _(lab: Laboratory) -> Found:
    found, lodged = lab.liver, lab.all_lodge
    bench = lab.suspension("mouse_liver").but(lodging_probability=1.0, solitary_dormancy_share=0.975)
    fast = lab.in_liver(bench.at_tempo(CELL_LINE, 1.0))
    return Found(
        found.started,
        "1e8 cells into the portal vein, day 3",
        f"The lodging probability of 4e-4 is a patient's; where every extravasated cell lodges, with the dormancy of "
        f"mouse liver, it is {lodged.started:.2g}, and {fast.started:.2g} at {CELL_LINE:g} times the tempo.",
        poisson(found.early_colonies, found.started / max(found.early_colonies, 1.0)),
    )


def _doubling(lab: Laboratory) -> float:
    """Net doubling time (days) of a small lesion of the median patient."""
    return lab.patient.values["small_lesion_doubling_time"]


@measures("inefficiency_macroscopic")
def _(lab: Laboratory) -> Found:
    found = lab.liver
    bench = lab.suspension("mouse_liver").but(lodging_probability=1.0, solitary_dormancy_share=0.975)
    fast = lab.in_liver(bench.at_tempo(CELL_LINE, 1.0))
    return Found(
        found.macroscopic,
        "the same run, 0.1 mm on day 13",
        f"For another reason than in the mouse: at a doubling time of {_doubling(lab):.1f} days few colonies are large "
        f"by day 13. At {CELL_LINE:g} times the tempo the ratio is {fast.macroscopic:.2g}, as no colony is lost later "
        "and dormant cells wake.",
        poisson(found.late_colonies, 1.0 / max(found.early_colonies, 1.0)),
    )


@measures("inefficiency_late_share")
def _(lab: Laboratory) -> Found:
    return Found(lab.liver.late_share, "logarithms of the three stages", "Stage 2 alone loses more than in the mouse.")


@measures("solitary_dormant")
def _(lab: Laboratory) -> Found:
    lodged = lab.all_lodge
    return Found(
        lab.liver.dormant,
        "the same run, dormant in the liver on day 13",
        f"Extravasated cells that do not lodge leave the model; where all lodge, with the dormancy of mouse liver, "
        f"{lodged.dormant:.2f} are dormant in the liver; the rest of the way is stage 1.",
    )


@measures("iv_survival")
def _(lab: Laboratory) -> Found:
    alive = experiments.injected(lab.suspension("mouse"), "lung", 1.0).alive
    return Found(alive, "vein of a mouse, 24 h, expectation", "By construction: it set the killing by natural killers.")


@measures("iv_yield")
def _(lab: Laboratory) -> Found:
    bench, cells = lab.suspension("mouse"), 1e8
    live = cells * experiments.extravasated(bench, "lung", 14.0, "lung")
    colonies = max(1.0, experiments.lung_colonies(bench, cells, 14.0))
    all_lodge = bench.but(lodging_probability=1.0)
    free = 1e6 * experiments.extravasated(all_lodge, "lung", 14.0, "lung")
    ratio = free / experiments.lung_colonies(all_lodge, 1e6, 14.0)
    return Found(
        live / colonies,
        "1e8 cells into a vein of a mouse, day 14",
        f"The lodging probability of 4e-4 is that of a patient; at 1 the ratio is {ratio:.2g}.",
        poisson(colonies, live / colonies**2),
    )


@measures("cam_extravasation")
def _(lab: Laboratory) -> Found:
    bench = lab.suspension("chick_embryo")
    found = experiments.injected(bench, "other", 1.0).outside
    here = found[bench.sites.index("other")]
    return Found(float(found.sum()), "chick embryo, 24 h, expectation", f"{here:.2f} are in the first bed itself.")


@measures("cam_timp")
def _(lab: Laboratory) -> Found:
    bench = lab.suspension("chick_embryo")
    raised = bench.but(timp_concentration=10.0 * bench.values["timp_concentration"])
    usual, more = (experiments.injected(each, "other", 1.0).outside.sum() for each in (bench, raised))
    return Found(float(more / usual), "the same with tenfold TIMP", "By construction: inhibitors act on settling only.")


@measures("one_cell_in_hosts")
def _(lab: Laboratory) -> Found:
    known = targets()
    names = ("iv_survival", "cam_extravasation", "inefficiency_extravasated")
    verdicts = [known[name].verdict(MEASUREMENTS[name](lab).value) for name in names]
    return Found(
        float(all(verdict == "hit" for verdict in verdicts)),
        "mouse, chick embryo and mouse liver, one cell",
        f"Fidler {verdicts[0]}, Koop {verdicts[1]}, Luzzi {verdicts[2]}; hosts differ in killers and blood only.",
    )


@measures("rat_lung_clearance")
def _(lab: Laboratory) -> Found:
    left = experiments.in_organ(lab.suspension("mouse"), "lung", 1.0)
    return Found(
        left, "vein of a mouse, 24 h, expectation", "A mouse stands for the rat; the published row has no value."
    )


@measures("rat_lung_colonies")
def _(lab: Laboratory) -> Found:
    colonies = experiments.lung_colonies(lab.suspension("mouse"), 1e8, 14.0)
    return Found(
        colonies / 1e8, "1e8 cells into a vein, day 14", "Far below the bound; see iv_yield.", poisson(colonies, 1e-8)
    )


@measures("ehrlich_lung")
def _(lab: Laboratory) -> Found:
    def left(bench: Bench) -> float:
        return experiments.in_organ(bench, "lung", 1.0) / experiments.in_organ(bench, "lung", 0.25 / HOURS)

    bench = lab.suspension("mouse")
    rate = bench.values["nk_held_killing_rate"]
    half = left(bench.but(nk_held_killing_rate=0.5 * rate))
    return Found(
        left(bench),
        "vein of a mouse, 24 h over 15 min, expectation",
        f"Killing in the lung was set to Fidler's 1 % of another cell; with half of the natural killers {half:.2g}.",
    )


@measures("ehrlich_blood")
def _(lab: Laboratory) -> Found:
    return Found(experiments.injected(lab.suspension("mouse"), "lung", 0.25 / HOURS).flowing, "vein of a mouse, 15 min")


# Efficiency and cells in blood


@measures("human_efficiency")
def _(lab: Laboratory) -> Found:
    run = lab.untreated
    made, shed = run.distant("colonised"), run.shed()
    chance = np.random.default_rng(1)
    draws = [chance.integers(0, len(made), len(made)) for _ in range(200)]
    spread = np.percentile([made[draw].sum() / shed[draw].sum() for draw in draws], [2.5, 97.5])
    return Found(
        float(made.sum() / shed.sum()),
        "distant metastases above 1 mm^3 at death over cells shed, untreated cohort",
        f"The median person has {np.median(made / shed):.2g}: few persons make most metastases.",
        (float(spread[0]), float(spread[1])),
    )


@measures("murine_efficiency")
def _(lab: Laboratory) -> Found:
    bench = lab.suspension("mouse")
    colonies = experiments.lung_colonies(bench, 1e8, 14.0)
    all_lodge = experiments.lung_colonies(bench.but(lodging_probability=1.0), 1e6, 14.0) / 1e6
    return Found(
        colonies / 1e8,
        "lung colonies on day 14 per cell injected into a vein",
        f"One lodging probability cannot serve patient and mouse: at 1 the mouse has {all_lodge:.2g}.",
        poisson(colonies, 1e-8),
    )


@measures("size_risk")
def _(lab: Laboratory) -> Found:
    bench, sizes = lab.patient.without("background_mortality"), np.array([1.0, 1.6, 2.7, 4.3, 7.0])
    count = lab.size(1000)
    risks = np.array([experiments.risk_after_resection(bench, size, count, 5 * 12 * DAYS_PER_MONTH) for size in sizes])
    intervals = np.array([wilson_interval(risk * count, count) for risk in risks])

    def crossing(curve: np.ndarray) -> float:
        return float(np.exp(np.interp(0.01, np.maximum.accumulate(curve), np.log(sizes))))

    listed = ", ".join(f"{risk:.3f} at {size:g} mm" for size, risk in zip(sizes, risks, strict=True))
    return Found(
        crossing(risks),
        f"{count} persons a size, whole primary out at that size, 5 years",
        f"Carcinoma of the thyroid for the breast; risks {listed}.",
        (crossing(intervals[:, 1]), crossing(intervals[:, 0])),
    )


@measures("ctc_load")
def _(lab: Laboratory) -> Found:
    def load(bench: Bench) -> float:
        return 1000.0 * experiments.cells_in_blood(bench, experiments.cells_of_diameter(bench, 2.7))

    return Found(
        load(lab.patient),
        "steady state at 2.7 mm",
        "Shedding is that of renal carcinoma of 100 g (Glaves1988), carried down to this size by the seeding exponent.",
    )


RAT_TUMOUR_G = 3.0
"""The tumours of Butler & Gullino weighed 2-4 g."""


@measures("shedding")
def _(lab: Laboratory) -> Found:
    cells = RAT_TUMOUR_G * lab.patient.values["cell_density"] * MM3_PER_G
    return Found(
        experiments.shed_per_day(lab.patient, cells) / RAT_TUMOUR_G,
        "a tumour of 3 g",
        "The rate is that of human renal carcinoma of 100 g, carried down to this size by the seeding exponent.",
    )


@measures("shedding_sign")
def _(lab: Laboratory) -> Found:
    exponent = lab.patient.values["seeding_exponent"]
    extra = (
        "mechanisms.shedding=on",
        "parameters.shedding_rate=0.01 1/d",
        f"parameters.seeding_exponent={exponent}",
    )
    growing, shrinking = (experiments.shed_per_cell_day(lab.preset("hahnfeldt", 1, *extra, arm=arm)) for arm in (0, 1))
    return Found(
        shrinking / growing,
        "mouse tumour under endostatin over untreated, per cell and day",
        "No response of shedding itself: a smaller tumour sheds more per cell by the seeding exponent.",
    )


@measures("first_circuit")
def _(lab: Laboratory) -> Found:
    return Found(
        experiments.returned_after_one_circuit(lab.patient),
        "single cells that pass the lung and the next bed",
        "By construction: it set the share of arrest-prone cells.",
    )


@measures("shedding_without_metastasis")
def _(lab: Laboratory) -> Found:
    persons = lab.untreated.cohort.persons
    cells = experiments.cells_of_diameter(lab.patient, 1.0) * persons["diameter_at_diagnosis"] ** 3
    shed = np.array([experiments.shed_per_day(lab.patient, float(here)) for here in cells]) / 3.7e7
    alike = (shed > 0.5) & (shed < 2.0)
    return share_of(
        persons["metastasis_category"][alike] == 1,
        "untreated cohort at diagnosis, those who shed 1.9e7 to 7.4e7 cells a day",
        "Tumours grow on the way there; shedding was not constant for 180 days.",
    )


@measures("ctc_half_life")
def _(lab: Laboratory) -> Found:
    hours = HOURS * experiments.half_life_in_blood(lab.patient, np.linspace(0.0, 0.5, 13).tolist())
    return Found(hours, "resection after steady shedding, fit over 12 h")


@measures("cluster_yield")
def _(lab: Laboratory) -> Found:
    larger = experiments.cluster_yield(lab.patient.but(cluster_mean_size=6.0))
    return Found(
        experiments.cluster_yield(lab.patient),
        "metastases per entity put into the veins, mean cluster of 5 cells",
        f"The size of clusters is assumed; a mean of 6 cells gives {larger:.2g}.",
    )


@measures("cluster_aggregation")
def _(lab: Laboratory) -> Found:
    return Found(0.0, "structure of the model", "By construction: clusters leave as such, nothing joins in blood.")


@measures("shear_killing")
def _(lab: Laboratory) -> Found:
    values = lab.patient.values
    rate, reference = values["shear_death_rate"], values["shear_reference_stress"]
    rates = [flow_shear_rate(at, rate, reference, values["shear_stress_exponent"], 1.0) for at in (60.0, 15.0)]
    dead = [1.0 - np.exp(-rate * 4.0 / HOURS) for rate in rates]
    return Found(float(dead[0]), "4 h of flow", f"By construction at 60; at 15 dyn/cm^2 {dead[1]:.2f}.")


# Platelets, niche, chemokines, modes


@measures("aspirin_other")
def _(lab: Laboratory) -> Found:
    return Found(
        experiments.on_aspirin(lab.patient, 55.0), "founders at 55 years", "By construction: it set the inhibition."
    )


@measures("aspirin_elderly")
def _(lab: Laboratory) -> Found:
    return Found(
        experiments.on_aspirin(lab.patient, 75.0),
        "founders at 75 years",
        "By construction: it set the loss of immunity.",
    )


@measures("aspirin_adenocarcinoma")
def _(lab: Laboratory) -> Found:
    needed = experiments.on_aspirin(lab.patient.but(aspirin_platelet_inhibition=0.4), 55.0)
    return Found(
        None,
        "",
        f"No adenocarcinoma in the library; with 0.4 of platelet activity lost this carcinoma has {needed:.2f}.",
    )


@measures("platelets_without_nk")
def _(lab: Laboratory) -> Found:
    def change(host: str) -> float:
        bench = lab.suspension(host)
        without = experiments.extravasated(bench.without("platelets"), "lung", 14.0, "lung")
        return without / experiments.extravasated(bench, "lung", 14.0, "lung")

    return Found(
        change("mouse_without_natural_killers"),
        "cells in the lung on day 14",
        f"With natural killers {change('mouse'):.2f}.",
    )


@measures("platelet_tgf_b")
def _(lab: Laboratory) -> Found:
    return Found(
        None, "", "Platelets are one activity at the body scale; their TGF-beta acts in the network of the cell."
    )


@measures("anti_s100_lung")
def _(lab: Laboratory) -> Found:
    usual, without = lab.niche
    names = ("founders_blood", "founders_lymph")
    ratio = [sum(run.counted(name, "lung", moment="diagnosis") for name in names) for run in (without, usual)]
    return Found(
        ratio[0] / ratio[1], "founders from the primary at diagnosis, the same persons", "Size of the niche assumed."
    )


@measures("anti_s100_primary")
def _(lab: Laboratory) -> Found:
    usual, without = (run.cohort.persons["volume_primary"].mean() for run in lab.niche)
    return Found(
        float(without / usual), "volume at diagnosis, the same persons", "Diagnosis is by size, so hardly free."
    )


@measures("emt_reversibility")
def _(lab: Laboratory) -> Found:
    free = sum(experiments.founders(lab.patient).values())
    held = sum(experiments.founders(lab.patient.but(arriving_epithelial_share=0.0).without(
        "mesenchymal_epithelial_transition")).values())  # fmt: skip
    mean = -np.log(1.0 - 12.0 / 14.0)
    return Found(
        float(1.0 - np.exp(-mean * held / free)), "Poisson from the founders with and without", "By construction."
    )


@measures("protease_block")
def _(lab: Laboratory) -> Found:
    return Found(
        experiments.leaving_without_proteases(lab.patient),
        "all modes together",
        "Share that turns amoeboid set from it.",
    )


@measures("pore_limit")
def _(lab: Laboratory) -> Found:
    return Found(experiments.pore_limit(lab.patient, 30.0), "largest pore that lets no cell leave", "By construction.")


def _without_cxcr4(lab: Laboratory, site: str) -> Found:
    blocked = experiments.founders(lab.patient.but(cxcr4_level=0.0))
    return Found(blocked[site] / experiments.founders(lab.patient)[site], "founders, receptor level 0")


@measures("chemokine_lung")
def _(lab: Laboratory) -> Found:
    return _without_cxcr4(lab, "lung")


@measures("chemokine_nodes")
def _(lab: Laboratory) -> Found:
    return _without_cxcr4(lab, "cervical_nodes")


# Vessels


def _palpable(lab: Laboratory, bench: Bench) -> np.ndarray:
    return experiments.graft(bench, 20 if lab.quick else 100, 1e6, 4000.0).days_to(PALPABLE_MM)


@measures("switch_wait")
def _(lab: Laboratory) -> Found:
    bench = lab.mouse.but(thrombospondin_level=11.0)
    fast = _palpable(lab, bench.at_tempo(CELL_LINE, 1.0))
    low, high = (_palpable(lab, bench.but(thrombospondin_level=fold)) for fold in (5.0, 23.0))
    return mean_of(
        _palpable(lab, bench),
        "graft of 1e6 cells in mice, 5 mm",
        f"It is the wait: at {CELL_LINE:g} times the patient's tempo {np.mean(fast):.0f} days. Sub-lines differ "
        f"(119, 226, 238 days published); at 5-fold thrombospondin {np.mean(low):.0f}, at 23-fold {np.mean(high):.0f}.",
    )


@measures("switch_control")
def _(lab: Laboratory) -> Found:
    fast = _palpable(lab, lab.mouse.at_tempo(CELL_LINE, 1.0))
    return mean_of(
        _palpable(lab, lab.mouse),
        "the same with the usual thrombospondin",
        f"A patient's carcinoma doubles in {_doubling(lab):.1f} days, a breast line far faster: "
        f"{np.mean(fast):.0f} days at {CELL_LINE:g} times the tempo.",
    )


@measures("avascular_plateau")
def _(lab: Laboratory) -> Found:
    last = [experiments.graft(each, 1, 1e4, 400.0).volumes([400.0])[0] for each in
            (lab.mouse.without("angiogenesis"), lab.mouse.but(vegf_blockade=1.0))]  # fmt: skip
    return Found(
        last[0],
        "graft of 1e4 cells, angiogenesis off",
        f"With VEGF alone blocked {last[1]:.0f} mm^3: other inducers remain.",
    )


def _on_day_ten(arm: str) -> Measurement:
    return lambda lab: Found(float(lab.hahnfeldt[arm][1]), "preset hahnfeldt", "Steps of 0.05 d.")


for _arm in ("untreated", "endostatin", "angiostatin", "tnp470"):
    MEASUREMENTS[f"hahnfeldt_{_arm}"] = _on_day_ten(_arm)


@measures("hahnfeldt_other_days")
def _(lab: Laboratory) -> Found:
    published = {
        "untreated": (1105.0, 7753.0, 11293.0), "endostatin": (165.0, 100.0, 78.0),
        "angiostatin": (241.0, 137.0, 101.0), "tnp470": (508.0, 2649.0, 4808.0),
    }  # fmt: skip
    apart = [np.abs(lab.hahnfeldt[arm][[0, 2, 3]] / np.array(row) - 1.0).max() for arm, row in published.items()]
    worst = list(published)[int(np.argmax(apart))]
    return Found(float(max(apart)), "preset hahnfeldt", f"Largest under {worst}.")


@measures("hahnfeldt_ranking")
def _(lab: Laboratory) -> Found:
    day = [lab.hahnfeldt[arm][1] for arm in ("endostatin", "angiostatin", "tnp470", "untreated")]
    return Found(float(day == sorted(day)), "preset hahnfeldt")


def _centre(lab: Laboratory, radius_mm: float) -> Found:
    length = lab.patient.values["interstitial_pressure_length"]
    return Found(float(sphere_share(radius_mm / length, 0.0)), "closed form", f"Length of {length:.3g} mm.")


@measures("ifp_small")
def _(lab: Laboratory) -> Found:
    return _centre(lab, 1.0)


@measures("ifp_large")
def _(lab: Laboratory) -> Found:
    return _centre(lab, 2.5)


@measures("ifp_head_neck")
def _(lab: Laboratory) -> Found:
    run = lab.niche[0]
    rows = [np.stack([run.curve(name, person)[:, 1] for name in ("primary_ml", "interstitial_pressure_mmhg")])
            for person in range(len(run.cohort.persons))]  # fmt: skip
    volume, pressure = np.concatenate(rows, axis=1)
    chosen = (volume >= 1.0) & (volume <= 24.0)
    small, large = (pressure[(volume > 0.8 * at) & (volume < 1.2 * at)].mean() for at in (1.0, 24.0))
    return Found(
        float(pressure[chosen].mean()),
        "weekly points of growing primaries",
        f"{small:.0f} at 1 mL, {large:.0f} at 24 mL.",
    )


@measures("ifp_breast")
def _(lab: Laboratory) -> Found:
    run = lab.untreated
    first = lab.niche[0].cohort.persons
    small = first[first["volume_primary"] < 24.0 * MM3_PER_G]["interstitial_pressure"]
    note = f"; below 24 mL {small.mean():.0f} mmHg" if len(small) else ""
    return mean_of(
        lab.niche[0].cohort.persons["interstitial_pressure"],
        "primary at diagnosis",
        f"Pressure rises with size, and the mean primary here has {first['volume_primary'].mean() / MM3_PER_G:.0f} mL"
        f" at diagnosis ({run.cohort.persons['diameter_at_diagnosis'].mean() / 10.0:.1f} cm){note}.",
    )


@measures("hypoxia")
def _(lab: Laboratory) -> Found:
    return mean_of(
        lab.niche[0].cohort.persons["hypoxia"], "primary at diagnosis", "By construction: it set the reference."
    )


# The course of the disease


@measures("metastatic_at_diagnosis")
def _(lab: Laboratory) -> Found:
    more = lab.preset("atc-gangnam", lab.size(200), "follow_up=30 days", "parameters.lodging_probability=0.004")
    share = np.mean(more.cohort.persons["metastasis_category"] == 1)
    occult = np.mean(lab.korea.distant("established", "diagnosis") >= 1.0)
    return share_of(
        lab.korea.cohort.persons["metastasis_category"] == 1,
        "scenario atc-gangnam, 3 mm",
        f"Metastases are there and too small: {occult:.2f} have a lasting distant founder at diagnosis. Tenfold "
        f"lodging gives {share:.2f}; the efficiency per shed cell (human_efficiency) rises tenfold with it.",
    )


@measures("brain_ever")
def _(lab: Laboratory) -> Found:
    untreated = np.mean(lab.untreated.with_lesion_at("brain"))
    return share_of(
        lab.korea.with_lesion_at("brain"),
        "scenario atc-gangnam at the end, 3 mm",
        f"Every lesion of 3 mm at the end counts; in the shorter untreated course at 5 mm {untreated:.2f}.",
    )


@measures("metastatic_ever")
def _(lab: Laboratory) -> Found:
    return share_of(
        lab.registry.with_distant_metastasis(),
        "scenario atc-seer at the end, 10 mm",
        f"Untreated at 5 mm {np.mean(lab.untreated.with_distant_metastasis()):.2f}, Gangnam at 3 mm "
        f"{np.mean(lab.korea.with_distant_metastasis()):.2f}.",
    )


@measures("size_at_diagnosis")
def _(lab: Laboratory) -> Found:
    return mean_of(
        lab.untreated.cohort.persons["diameter_at_diagnosis"] / 10.0,
        "untreated cohort",
        "Set from Kebebew2005 (6.4 cm).",
    )


def _stage(place: int) -> Measurement:
    return lambda lab: share_of(lab.untreated.cohort.persons["stage"] == place, "untreated cohort, AJCC 8")


def _two_years(place: int) -> Measurement:
    def measured(lab: Laboratory) -> Found:
        days, died = lab.registry.survival()
        chosen = lab.registry.cohort.persons["stage"] == place
        if not chosen.any():
            return Found(None, "", "Nobody in that stage.")
        value, low, high = kaplan_meier(days[chosen], died[chosen]).at(24 * DAYS_PER_MONTH)
        if np.isnan(value):
            return Found(None, "", "Nobody in that stage is followed so long.")
        causes = np.bincount(lab.registry.cohort.persons["cause"][chosen & died], minlength=len(CAUSES))
        first, second = np.argsort(causes)[::-1][:2]
        return Found(
            value, "scenario atc-seer with the care of the population",
            f"Needs treatment. Deaths in this stage: {causes[first]} of {causes.sum()} by {CAUSES[first]}, "
            f"{causes[second]} by {CAUSES[second]}.", (low, high),
        )  # fmt: skip

    return measured


for _place, _name in enumerate("abc", start=1):
    MEASUREMENTS[f"stage_iv{_name}"] = _stage(_place)
    MEASUREMENTS[f"survival_iv{_name}"] = _two_years(_place)


def _median(days: np.ndarray, how: str, sentence: str) -> Found:
    chance = np.random.default_rng(1)
    draws = [np.median(chance.choice(days, len(days))) for _ in range(200)]
    low, high = np.percentile(draws, [2.5, 97.5]) / DAYS_PER_MONTH
    return Found(float(np.median(days)) / DAYS_PER_MONTH, how, sentence, (float(low), float(high)))


@measures("survival_metastatic")
def _(lab: Laboratory) -> Found:
    stage = lab.registry.cohort.persons["stage"] == 3
    days, _died = lab.registry.survival()
    return _median(days[stage], "scenario atc-seer, stage IVC", "With the care of the population.")


@measures("survival_median")
def _(lab: Laboratory) -> Found:
    days, _died = lab.korea.survival()
    untreated = np.median(lab.untreated.survival()[0]) / DAYS_PER_MONTH
    return _median(
        days, "scenario atc-gangnam",
        f"Needs treatment: untreated {untreated:.1f} months. The care of tertiary centres operates on 95 % of IVA and "
        "most of IVC, and who dies within 30 days is not counted; the published series has more metastatic patients.",
    )  # fmt: skip


@measures("survival_one_year")
def _(lab: Laboratory) -> Found:
    days, _died = lab.korea.survival()
    return share_of(days > 12 * DAYS_PER_MONTH, "scenario atc-gangnam", "Needs treatment; as the median.")


@measures("cause_of_death")
def _(lab: Laboratory) -> Found:
    def ratio(run: Run) -> tuple[int, int]:
        _days, died = run.survival()
        causes = np.bincount(run.cohort.persons["cause"][died], minlength=2)
        return int(causes[1]), int(causes[0])

    lung, airway = ratio(lab.japan)
    free = ratio(lab.untreated)
    spread = np.exp(normal_quantile() * np.sqrt(1.0 / max(lung, 1) + 1.0 / max(airway, 1)))
    value = lung / max(airway, 1)
    return Found(
        value, "scenario atc-japan",
        f"Needs treatment of the neck: untreated {free[0] / max(free[1], 1):.2g}; with the mix of tertiary centres the "
        f"airway rarely kills ({airway} of {lab.japan.survival()[1].sum()} deaths).", (value / spread, value * spread),
    )  # fmt: skip


@measures("macrophages")
def _(lab: Laboratory) -> Found:
    persons = lab.niche[0].cohort.persons
    alone = lab.patient.but(macrophage_draw_hypoxia=0.0).run(lab.size(100), 1.0).cohort.persons["macrophage_share"]
    usual = lab.patient.values["hypoxic_share_reference"]
    return mean_of(
        persons["macrophage_share"],
        "primary at diagnosis",
        f"The reference is the published bound of 0.5, drawn by hypoxia, which is {persons['hypoxia'].mean():.3f} "
        f"where the reference has {usual:.2f}; without that draw {alone.mean():.3f}.",
    )


@measures("pd_l1")
def _(lab: Laboratory) -> Found:
    return share_of(
        lab.untreated.cohort.persons["pd_l1"] >= 0.01, "untreated cohort",
        "By construction: the share is the 60 % of one antibody, the end of the range.",
    )  # fmt: skip


@measures("stem_share")
def _(lab: Laboratory) -> Found:
    return mean_of(lab.niche[0].cohort.persons["stem_share"], "primary at diagnosis", "Set from the same measurement.")


@measures("stem_plasticity")
def _(lab: Laboratory) -> Found:
    none = experiments.stem_share_after(lab.patient.without("dedifferentiation"), 0.0, 30)
    return Found(experiments.stem_share_after(lab.patient, 0.0, 30), "culture", f"Without dedifferentiation {none:g}.")


@measures("orthotopic_mouse")
def _(lab: Laboratory) -> Found:
    fast = experiments.graft(lab.mouse.at_tempo(4.0, 1.0), 1, 5e5, 200.0).days_to(10.0)[0]
    found = experiments.graft(lab.mouse, 1, 5e5, 400.0).days_to(10.0)[0]
    return Found(
        float(found), "5e5 cells, 1 cm",
        f"The tempo is the patient's (doubling time {_doubling(lab):.1f} days); at 4 times that {fast:.0f} days.",
    )  # fmt: skip


# Resistance


def _clones(lab: Laboratory, name: str, cells: float) -> np.ndarray:
    """Cells of every clone in lesions of `cells` cells when read, (persons, clones)."""
    study = study_of(scenario.load(scenario.find(name)))
    values = parameter_values(study)
    growth_before_reading = np.exp(1.5 * values["time_step"] * np.log(2.0) / values["small_lesion_doubling_time"])
    diameter = longest_diameter(cells / growth_before_reading / values["cell_density"], values["shape_factor"])
    chosen = replace(study, parameters={**study.parameters, "presentation_diameter": diameter}, arm_parameters={})
    compiled, count = plan(chosen), lab.size(12000)
    return np.concatenate([
        simulate(compiled, first, min(500, count - first)).primary_clones for first in range(0, count, 500)
    ])  # fmt: skip


@measures("resistant_at_start")
def _(lab: Laboratory) -> Found:
    clones = _clones(lab, "bozic", 1e9)
    return _heavy(clones[:, 1], clones)


def _both(clones: np.ndarray) -> Found:
    return _heavy(clones[:, 3:].sum(axis=1), clones)


def _heavy(cells: np.ndarray, clones: np.ndarray) -> Found:
    """Mean of counts with a heavy tail; the interval is a bootstrap's and too narrow where few lesions count."""
    chance = np.random.default_rng(1)
    low, high = np.percentile([chance.choice(cells, len(cells)).mean() for _ in range(400)], [2.5, 97.5])
    largest = cells.max() / max(cells.sum(), 1.0)
    return Found(
        float(cells.mean()),
        f"{len(cells)} lesions of {clones.sum(axis=1).mean():.3g} cells",
        f"Heavy tail: one lesion holds {100.0 * largest:.0f} % of these cells, without it the mean is "
        f"{(cells.sum() - cells.max()) / (len(cells) - 1):.3g}; the median is {np.median(cells):.3g}.",
        (float(low), float(high)),
    )


@measures("doubly_resistant")
def _(lab: Laboratory) -> Found:
    return _both(_clones(lab, "bozic", 1e10))


@measures("doubly_resistant_cross")
def _(lab: Laboratory) -> Found:
    return _both(_clones(lab, "bozic-cross", 1e9))


@measures("late_relapse")
def _(lab: Laboratory) -> Found:
    wake, slowest, forty = lab.patient.values["dormant_wake_rate"], 0.002, 40.0

    def years(rate: float) -> float:
        return float(np.log(2.0)) / rate / (12 * DAYS_PER_MONTH)

    return Found(
        years(wake),
        "ln 2 over the rate of waking",
        f"The rate is assumed for a fast carcinoma; 40 years ask for {years(forty):.1g} per day; the lower bound of "
        f"0.002 gives {years(slowest):.2g} years.",
    )


def measure(quick: bool = False) -> list[Measured]:
    """Every target of the table in its order; quick: small cohorts, for a look."""
    lab = Laboratory(quick)
    return list(_measured(lab))


def _measured(lab: Laboratory) -> Iterator[Measured]:
    for target in targets().values():
        found = MEASUREMENTS[target.id](lab) if target.scale == "body" else Found(None, "", target.note)
        yield compared(target, found)


def compared(target: Target, found: Found) -> Measured:
    """A target beside what was found."""
    low, high = found.error or (None, None)
    return Measured(
        id=target.id,
        what=target.what,
        quantity=target.quantity,
        published=target.value,
        low=target.low,
        high=target.high,
        unit=target.unit,
        source=target.source,
        scale=target.scale,
        simulated=found.value,
        simulated_low=low,
        simulated_high=high,
        how=found.how,
        verdict=target.verdict(found.value, found.error),
        sentence=found.sentence,
    )


def rows(measured: list[Measured]) -> list[tuple[str, ...]]:
    """Cells of the Markdown table."""
    return [
        (
            f"{each.what}: {each.quantity}",
            number(each.published, each.unit),
            ranged(each.low, each.high),
            each.source,
            " ".join((number(each.simulated), bracketed(each.simulated_low, each.simulated_high))).strip(),
            each.verdict or (f"left to the {each.scale}" if each.scale != "body" else "no verdict"),
            " ".join(part for part in (f"{each.how}." if each.how else "", each.sentence) if part),
        )
        for each in measured
    ]  # fmt: skip


COLUMNS = ("target", "published", "range", "source", "simulated", "verdict", "how, and why")


def number(value: float | None, unit: str = "1") -> str:
    """Three significant digits with the unit."""
    if value is None:
        return ""
    return f"{value:.3g}" if unit in ("1", "HR", "fold") else f"{value:.3g} {unit}"


def bracketed(low: float | None, high: float | None) -> str:
    """The Monte-Carlo interval in brackets, nothing without one."""
    return "" if low is None else f"({ranged(low, high)})"


def ranged(low: float | None, high: float | None) -> str:
    """``low to high``, open where a bound is missing."""
    if low is None or high is None:
        return f"above {low:.3g}" if low is not None else f"below {high:.3g}" if high is not None else ""
    return f"{low:.3g} to {high:.3g}"


def table(measured: list[Measured]) -> str:
    """The Markdown table."""
    lines = [COLUMNS, ("---",) * len(COLUMNS), *rows(measured)]
    return "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in line) + " |" for line in lines) + "\n"


def main() -> int:
    """Print the table, write the file."""
    found = measure(quick="--quick" in sys.argv[1:])
    verdicts = [each.verdict for each in found if each.verdict]
    print(table(found))
    print(f"{verdicts.count('hit')} of {len(verdicts)} verdicts are hits.")
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps([asdict(each) for each in found], indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
