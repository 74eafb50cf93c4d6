"""Published experiments run on the model: cells injected into an animal, a graft, clusters, circulating cells.

Host-level functions on top of body/dispersal.py, trial/plan.py and trial/cohort.py. `Bench` is a cell of a disease in a
host (the patient, or one of knowledge/hosts.csv, which may differ in circulation, immunity and organs only); each
function does what the experimenter did and returns what was counted. Numbers of an experiment (hours, cells, sizes) are
arguments. Times in days, rates 1/day, volumes mm^3, diameters mm unless said otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import log

import numpy as np

from paget import knowledge
from paget.body import dispersal
from paget.body.arrival import arrival_factors
from paget.body.aspirin import aspirin_age_factor
from paget.body.circulation import FlowGraph, body_graph
from paget.body.collective_migration import LARGEST, cluster_sizes
from paget.body.shape import volume_of_diameter
from paget.body.shedding import cells_shed, rate_of_strength
from paget.body.state import CASCADE_COUNTS, CURVE_FIELDS, MOMENTS, ROUTES
from paget.body.stem_hierarchy import step_stem_share
from paget.compute import kernel
from paget.patient.spread import REGIONAL_NODE
from paget.trial.cohort import Cohort, simulate
from paget.trial.outputs import Crowd, sites_at_end
from paget.trial.plan import (
    Entry,
    Plan,
    Prescribed,
    Study,
    host_values,
    parameter_values,
    plan,
    switch_factors,
)
from paget.trial.units import convert

ALIKE: Mapping[str, float] = dict.fromkeys(
    ("time_scale_spread", "seeding_spread", "presentation_spread", "host_factor_spread", "immune_recruitment_spread"),
    0.0,
)
"""Every person has the median tempo, seeding, size at presentation, host factor and immunity, nearly as inbred mice."""

BLOOD, LYMPH = range(dispersal.ROUTES)
MESENCHYMAL, AMOEBOID, CLUSTER = range(3)

SUSPENSION: Mapping[str, float] = {"mesenchymal_share": 1.0, "amoeboid_share": 0.0, "cluster_cell_share": 0.0}
"""A suspension of single cells, as a syringe holds it."""

NOT_IN_A_MOUSE = (
    "death",
    "background_mortality",
    "tumour_origin",
    "differentiated_origin",
    "immune_killing",
    "shedding",
)
"""Mechanisms without part in a graft whose size is read: it starts from a cell line, in a host without T cells."""


@dataclass(frozen=True)
class Bench:
    """A cell of `disease` in a host; host None: the patient. Parameters in the model's units, mechanisms by switch."""

    disease: str = "atc"
    host: str | None = None
    parameters: Mapping[str, float] = field(default_factory=dict)
    mechanisms: Mapping[str, float] = field(default_factory=dict)

    def study(
        self, patients: int, follow_up_days: float, *, prescribed: Prescribed | None = None, seed: int = 1,
        entry: Entry | None = None,
    ) -> Study:  # fmt: skip
        """The same cell and host as a study of one arm."""
        own = host_values(self.host) if self.host else {}
        return Study(
            name="experiment",
            disease=self.disease,
            seed=seed,
            patients=patients,
            arms=("only",),
            follow_up_days=follow_up_days,
            entry=entry or Entry(),
            prescribed=prescribed or Prescribed(),
            parameters={**own, **self.parameters},
            mechanisms=self.mechanisms,
        )

    def run(self, patients: int, follow_up_days: float, *, prescribed: Prescribed | None = None, seed: int = 1) -> Run:
        """Simulate `patients` persons or animals."""
        compiled = plan(self.study(patients, follow_up_days, prescribed=prescribed, seed=seed))
        return Run(compiled, simulate(compiled, 0, patients))

    def but(self, **changed: float) -> Bench:
        """The same with other parameters."""
        return replace(self, parameters={**self.parameters, **changed})

    def at_tempo(self, factor: float, division_rate: float | None = None) -> Bench:
        """A tumour whose growth, brake and vessels run `factor` times as fast; divisions per day where given."""
        changed = {name: factor * self.values[name] for name in ("brake_rate", "vessel_stimulation")}
        if division_rate is not None:
            changed["division_rate"] = division_rate
        doubling = self.values["small_lesion_doubling_time"] / factor
        return self.but(small_lesion_doubling_time=doubling, **changed)

    def without(self, *switches: str) -> Bench:
        """The same with mechanisms off."""
        return replace(self, mechanisms={**self.mechanisms, **dict.fromkeys(switches, 0.0)})

    @cached_property
    def sites(self) -> tuple[str, ...]:
        """Places of the body."""
        return tuple(site.id for site in knowledge.sites())

    @cached_property
    def values(self) -> dict[str, float]:
        """Every parameter in the unit that the model reads."""
        return parameter_values(self.study(1, 1.0))

    @cached_property
    def switches(self) -> dict[str, float]:
        """Factor of every mechanism."""
        return switch_factors(self.study(1, 1.0))

    @cached_property
    def graph(self) -> FlowGraph:
        """Flow of blood and lymph."""
        return body_graph(self.sites, self.values["lymph_drainage_share"])

    def ground(self, level: float = 0.0):
        """What awaits cells at each place at the occupancy `level` of the lung's niche (body/arrival.py)."""
        return arrival_factors(self.sites, self.values, self.switches, level)

    @cached_property
    def tables(self) -> dispersal.Dispersal:
        """Tables of dispersal of the primary's and metastases' cells."""
        return dispersal.dispersal_tables(self.sites, self.graph, self.values, self.switches, self.ground)


@dataclass(frozen=True)
class Run:
    """A simulated cohort and its plan."""

    plan: Plan
    cohort: Cohort

    def curve(self, name: str, person: int = 0) -> np.ndarray:
        """(days since the start, value), (points, 2), of one of body/state.CURVE_FIELDS."""
        used = int(self.cohort.persons["curve_count"][person])
        columns = [CURVE_FIELDS.index("day"), CURVE_FIELDS.index(name)]
        return self.cohort.curves[person, :used, columns].T

    def volumes(self, days: Sequence[float]) -> np.ndarray:
        """Volume (mm^3) of the first person's primary at these days since the start."""
        course = self.curve("primary_ml")
        return np.interp(days, course[:, 0], course[:, 1]) * convert(1.0, "mL", "mm^3")

    def days_to(self, diameter_mm: float) -> np.ndarray:
        """Day since the start on which each primary has this longest diameter, (persons,); infinite: never."""
        found = np.full(len(self.cohort.persons), np.inf)
        for person in range(len(found)):
            course = self.curve("diameter_mm", person)
            reached = np.flatnonzero(course[:, 1] >= diameter_mm)
            if len(reached):
                until = course[: reached[0] + 1]
                found[person] = np.interp(diameter_mm, until[:, 1], until[:, 0])
        return found

    def colonies(self, cells: float, *sites: str) -> float:
        """Metastases of at least `cells` cells at the end, over all persons, at these sites (none given: all)."""
        places = self._places(sites)
        micro = self.cohort.micro[:, MOMENTS.index("death")][:, places].sum(axis=(0, 1))
        sizes = np.exp2(np.arange(micro.size) / 2.0)
        used = np.arange(self.cohort.lesions.shape[1]) < self.cohort.persons["lesion_count"][:, None]
        lesions = self.cohort.lesions[used]
        large = np.isin(lesions["site"], places) & (np.exp(lesions["log_cells"]) >= cells)
        crowd = Crowd(self.plan, self.cohort)
        unrecorded = crowd.count[np.isin(crowd.site, places) & (np.exp(crowd.log_cells) >= cells)]
        # Half-doubling classes; sizes are those of their lower ends.
        return float(micro[sizes >= cells].sum() + large.sum() + unrecorded.sum())

    def counted(self, name: str, *sites: str, moment: str = "death") -> float:
        """Sum over all persons of a count of the cascade (body/state.CASCADE_COUNTS)."""
        column = CASCADE_COUNTS.index(name)
        return float(self.cohort.cascade[:, MOMENTS.index(moment), self._places(sites), column].sum())

    def shed(self, moment: str = "death") -> np.ndarray:
        """Cells that the primary has shed into blood and lymph, (persons,)."""
        return self.cohort.shed[:, MOMENTS.index(moment), :, 0].sum(axis=1)

    def distant(self, name: str, moment: str = "death") -> np.ndarray:
        """A count of the cascade at sites other than thyroid and regional nodes, (persons,)."""
        far = np.flatnonzero(self.plan.roles > REGIONAL_NODE)
        return self.cohort.cascade[:, MOMENTS.index(moment), far, CASCADE_COUNTS.index(name)].sum(axis=1)

    def with_lesion_at(self, site: str) -> np.ndarray:
        """Who has a lesion at a site that imaging would see at the end, (persons,) of bool."""
        seen = float(self.plan.parameters["detection_diameter"][0])
        return sites_at_end(self.plan, self.cohort, seen)[:, self.plan.sites.index(site)]

    def survival(self) -> tuple[np.ndarray, np.ndarray]:
        """(Days from diagnosis to death or the end, whether death ended it), (persons,) each."""
        persons = self.cohort.persons
        return persons["last_day"] - persons["diagnosis_day"], persons["alive"] == 0

    def with_distant_metastasis(self) -> np.ndarray:
        """Who has a distant metastasis that imaging would see at the end, (persons,) of bool."""
        p = self.plan.parameters[0]
        seen = volume_of_diameter(p["detection_diameter"], p["shape_factor"])
        return self.cohort.persons["largest_distant"] >= seen

    def _places(self, sites: Sequence[str]) -> list[int]:
        return [self.plan.sites.index(site) for site in sites or self.plan.sites]


def injected(
    bench: Bench, into: str, days: float, modes: tuple[float, float, float] = (1.0, 0.0, 0.0)
) -> dispersal.Transplant:
    """Expected fate, per cell, of cells injected into the flow of bed `into` (lung: a vein; liver: the portal vein)."""
    return dispersal.transplant(
        1.0, {into: 1.0}, days, bench.graph, bench.values, bench.switches, bench.ground(), modes
    )


def extravasated(bench: Bench, into: str, days: float, site: str) -> float:
    """Share of injected cells alive outside the vessels of `site` after `days`."""
    return float(injected(bench, into, days).outside[bench.sites.index(site)])


def in_organ(bench: Bench, into: str, days: float) -> float:
    """Share of injected cells alive in the bed into which they came, held or outside."""
    found = injected(bench, into, days)
    return found.held + float(found.outside[bench.sites.index(into)])


def founders(bench: Bench, level: int = 0, origin: int | None = None) -> dict[str, float]:
    """Founders by site per cell at a vessel wall of the primary (or per cell of one origin), all modes."""
    chosen = [BLOOD, LYMPH] if origin is None else [origin]
    return dict(zip(bench.sites, bench.tables.lodged[level, chosen].sum(axis=(0, 1)), strict=True))


def lasting_share(bench: Bench) -> float:
    """Chance that the line of one dividing founder lasts: net rate over division rate of an unhindered cell."""
    rate = float(np.log(2.0)) / bench.values["small_lesion_doubling_time"]
    return rate / max(rate, bench.values["division_rate"])


def cluster_yield(bench: Bench) -> float:
    """Metastases per cluster over metastases per single mesenchymal cell, put into the veins (Aceto et al. 2014)."""
    found, sizes = bench.tables, np.arange(LARGEST + 1)
    per_cell = found.lodged[0, BLOOD].sum(axis=-1) / found.entry[BLOOD]
    chance = lasting_share(bench)
    lasting = found.cluster_size_law @ (1.0 - (1.0 - chance) ** sizes) / chance
    cells = cluster_sizes(bench.values["cluster_mean_size"]) @ sizes
    return float(per_cell[CLUSTER] * cells * lasting / per_cell[MESENCHYMAL])


def half_life_in_blood(bench: Bench, days: Sequence[float]) -> float:
    """Half-life (days) of circulating entities after resection, from one exponential fitted over `days`."""
    modes = dispersal.mode_shares(bench.values, bench.switches)
    flow = dispersal.flow_after_resection(
        np.asarray(days, np.float64), bench.graph, bench.values, bench.switches, bench.ground(), tuple(modes.tolist())
    )
    return float(-np.log(2.0) / np.polyfit(days, np.log(flow), 1)[0])


def returned_after_one_circuit(bench: Bench) -> float:
    """Share of single cells put into the veins that pass the lung and the next bed."""
    return dispersal.returning_after_one_circuit(bench.graph, bench.values, bench.switches, bench.ground())


def on_aspirin(bench: Bench, age_years: float) -> float:
    """Founders of a daily low dose over those without, for a person of that age."""
    treated = bench.but(aspirin_exposure=1.0)
    immune = aspirin_age_factor(
        age_years, 1.0, bench.values["aspirin_immune_loss"], bench.values["aspirin_loss_age"],
        bench.switches["aspirin"],
    )  # fmt: skip
    return immune * sum(founders(treated).values()) / sum(founders(bench).values())


def cells_of_diameter(bench: Bench, diameter_mm: float) -> float:
    """Cells of a tumour of this longest diameter."""
    return volume_of_diameter(diameter_mm, bench.values["shape_factor"]) * bench.values["cell_density"]


def cells_in_blood(bench: Bench, cells: float) -> float:
    """Circulating cells per mL of blood while a primary of `cells` cells sheds steadily."""
    flowing = bench.tables.entry[: len(ROUTES)] * bench.tables.circulation_days[: len(ROUTES)]
    return shed_per_day(bench, cells) * float(flowing.sum()) / bench.values["blood_volume"]


def shed_per_day(bench: Bench, cells: float) -> float:
    """Cells that a primary of `cells` cells sheds per day."""
    values = bench.values
    exponent = values["seeding_exponent"]
    rate = rate_of_strength(values["shedding_rate"], values["shedding_measured_at"], exponent)
    return float(cells_shed(cells**exponent, 1.0, rate))


def risk_after_resection(bench: Bench, diameter_mm: float, patients: int, follow_up_days: float) -> float:
    """Share of persons with a visible distant metastasis within `follow_up_days` of a resection at this diameter."""
    run = bench.run(patients, follow_up_days, prescribed=Prescribed(diameter_mm=diameter_mm, resected=True))
    return float(np.mean(run.with_distant_metastasis()))


@dataclass(frozen=True)
class Inefficiency:
    """Shares of cells that pass each stage after an injection (Luzzi et al. 1998), and the colonies counted."""

    extravasated: float
    started: float
    macroscopic: float
    dormant: float
    early_colonies: float
    late_colonies: float

    @property
    def late_share(self) -> float:
        """Logarithm of the loss after extravasation over that of all stages."""
        losses = -np.log(np.maximum([self.extravasated, self.started, self.macroscopic], np.finfo(np.float64).tiny))
        return float(losses[1:].sum() / losses.sum())


def inefficiency(
    bench: Bench, cells: float, days: tuple[int, int], colony_cells: float, macroscopic_mm: float
) -> Inefficiency:
    """Cells injected into the portal vein, counted in the liver on two days.

    started: colonies of at least `colony_cells` on the first day per extravasated cell; macroscopic: those of at least
    `macroscopic_mm` on the second day over these; dormant: solitary founders on the second day per injected cell.
    """
    start = Prescribed(injected_cells=cells, injected_into="peritoneum")
    early, late = (bench.run(1, day, prescribed=start) for day in days)
    out = extravasated(bench, "liver", float(days[0]), "liver")
    colonies = early.colonies(colony_cells, "liver")
    grown = late.colonies(cells_of_diameter(bench, macroscopic_mm), "liver")
    return Inefficiency(
        extravasated=out,
        started=colonies / (cells * out),
        macroscopic=grown / max(colonies, 1.0),
        dormant=late.counted("dormant", "liver") / cells,
        early_colonies=colonies,
        late_colonies=grown,
    )


def lung_colonies(bench: Bench, cells: float, days: float) -> float:
    """Colonies in the lung after an injection into a vein (the outflow of the skin)."""
    start = Prescribed(injected_cells=cells, injected_into="skin_soft_tissue")
    return bench.run(1, days, prescribed=start).colonies(1.0, "lung")


def graft(bench: Bench, animals: int, cells: float, days: float) -> Run:
    """A tumour of `cells` cells without vessels beyond diffusion, watched from day 0 on."""
    # Observation starts at once: the smallest diameter is passed on the first day.
    start = Prescribed(start_cells=cells, diameter_mm=float(np.finfo(np.float64).tiny))
    return bench.without(*NOT_IN_A_MOUSE).run(animals, days, prescribed=start)


def shed_per_cell_day(run: Run) -> float:
    """Cells that the first person's primary shed after diagnosis per cell and day, from its time course."""
    course = run.curve("primary_ml")
    cells = course[:, 1] * convert(1.0, "mL", "mm^3") * run.plan.parameters["cell_density"][0]
    since = course[:, 0] >= run.cohort.persons["diagnosis_day"][0]
    lived = np.trapezoid(cells[since], course[since, 0])
    return float((run.shed()[0] - run.shed("diagnosis")[0]) / lived)


def stem_share_after(bench: Bench, share: float, days: int) -> float:
    """Share of stem cells in an unhindered culture, `days` after it was `share`."""
    person = np.zeros(1, np.dtype([("share", np.float64)]))
    person["share"] = share
    _culture.launch(1, person, plan(bench.study(1, 1.0)).parameters, days)
    return float(person["share"][0])


@kernel
def _culture(i, shares, p, days):
    rate = log(2.0) / p[0].small_lesion_doubling_time
    for _ in range(days):
        shares[i].share = step_stem_share(shares[i].share, rate, rate, p[0], 1.0)


def pore_limit(bench: Bench, largest: float) -> float:
    """Cross-section of pores (um^2) below which no cell leaves whose proteases are blocked, sought up to `largest`."""
    blocked = bench.but(protease_activity=0.0)
    low, high = 0.0, largest
    while high - low > np.finfo(np.float32).eps * largest:
        middle = 0.5 * (low + high)
        if dispersal.mode_shares(blocked.but(matrix_pore_area=middle).values, bench.switches).any():
            high = middle
        else:
            low = middle
    return high


def leaving_without_proteases(bench: Bench) -> float:
    """Cells that leave while proteases are blocked over those that leave as usual."""
    blocked = bench.but(protease_activity=0.0)
    shares = [dispersal.mode_shares(each.values, each.switches).sum() for each in (blocked, bench)]
    return float(shares[0] / shares[1])
