"""Cells of the tumour and of the immune system at body scale: each equation against an independent computation.

Chance is judged at an error probability of 1e-6 per test (laws/chance.py), or by limits of 6 standard errors.
"""

from __future__ import annotations

from math import exp
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import integrate, stats

from laws.chance import ERROR, assert_counts
from paget import knowledge
from paget.body import airway, confluence, p53_loss, stem_hierarchy, tumour_origin
from paget.body.differentiated_carcinoma import (
    differentiated_share,
    start_capacity,
    start_volume,
    starts_differentiated,
    transformation_years,
)
from paget.body.immune_killing import draw_pd_l1, start_immune, step_immune
from paget.compute import kernel
from paget.errors import InputError
from paget.knowledge import clones, mapk, stem_cells
from paget.patient import parameters as patient_parameters
from paget.trial.units import convert

UNITS = {
    **patient_parameters.UNITS,
}
"""Unit in which the device functions read each number."""

SWITCHES = (
    "stem_hierarchy",
    "dedifferentiation",
    "tumour_origin",
    "differentiated_origin",
    "p53_loss",
    "immune_killing",
    "airway_compression",
)

FREE = 0.0578
"""Net rate of an unhindered clone, 1/day (doubling in 12 days)."""

PERSON = np.dtype(
    [
        ("person", np.int64),
        ("stem_share", np.float64),
        ("primary_cells", np.float64),
        ("volume_metastases", np.float64),
        ("immune_recruitment", np.float64),
        ("pd_l1", np.float64),
        ("pd1_blockade", np.float64),
        ("t_cells", np.float64),
        ("immune_loss", np.float64),
    ],
    align=True,
)


def parameters(switches: dict[str, float] | None = None, **changed: float) -> np.ndarray:
    """One record of the shipped numbers with all switches on, but for what is given."""
    fields = [*UNITS, "days_per_year", *(f"switch_{name}" for name in SWITCHES)]
    record = np.zeros(1, np.dtype([(name, np.float64) for name in fields], align=True))
    known = knowledge.parameters("atc")
    for symbol, unit in UNITS.items():
        record[symbol] = convert(known[symbol].value, known[symbol].unit, unit)
    record["days_per_year"] = 365.25
    for name in SWITCHES:
        record[f"switch_{name}"] = (switches or {}).get(name, 1.0)
    for name, value in changed.items():
        record[name] = value
    return record


def plain(record: np.ndarray) -> SimpleNamespace:
    """The same numbers for formulas written here."""
    return SimpleNamespace(**{name: float(record[name][0]) for name in record.dtype.names or ()})


# --- stem hierarchy ---------------------------------------------------------------------------------------------------


@kernel
def follow_share(i, p, net_rate, days, steps, share):
    for _ in range(steps):
        share[i] = stem_hierarchy.step_stem_share(share[i], net_rate[i], FREE, p[0], days)


def share_after(record: np.ndarray, net_rate: float, days: float, *, steps: int = 1, start: float = 1.0) -> float:
    share = np.array([start])
    follow_share.launch(1, record, np.array([net_rate]), days / steps, steps, share, threads=1)
    return float(share[0])


def stem_cells_by_equations(p: SimpleNamespace, net_rate: float, days: float, start: float) -> float:
    """S / (S + D) by integrating dS/dt and dD/dt as the design writes them; delta_S found from the balance of both."""
    division = FREE / (2.0 * p.stem_self_renewal - 1.0)
    renewal = np.clip(0.5 + (p.stem_self_renewal - 0.5) * net_rate / FREE, 0.0, 1.0)
    back = p.switch_dedifferentiation * p.dedifferentiation_chance * p.non_stem_division * FREE
    gap = -p.non_stem_deficit * FREE
    at = max(net_rate, 0.0)
    ratio = (at + back - gap) / (division - at)
    loss = back / ratio

    def change(_, cells):
        stem, rest = cells
        return [
            (2.0 * renewal - 1.0) * division * stem + back * rest - loss * stem,
            2.0 * (1.0 - renewal) * division * stem + (gap - back) * rest,
        ]

    solved = integrate.solve_ivp(change, (0.0, days), [start, 1.0 - start], rtol=1e-10, atol=1e-14)
    return float(solved.y[0, -1] / solved.y[:, -1].sum())


@pytest.mark.parametrize("net_rate", [FREE, 0.3 * FREE, 0.0, -0.5 * FREE, -30.0 * FREE])
@pytest.mark.parametrize("start", [1.0, 0.05, 1e-6, 0.0])
@pytest.mark.parametrize("days", [1.0, 40.0])
def test_stem_share_follows_the_equations_of_both_compartments(net_rate, start, days):
    record = parameters()
    expected = stem_cells_by_equations(plain(record), net_rate, days, start)
    assert share_after(record, net_rate, days, start=start) == pytest.approx(expected, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("net_rate", [FREE, 0.0, -0.5 * FREE])
def test_steps_of_any_length_give_the_same_stem_share(net_rate):
    record = parameters()
    once = share_after(record, net_rate, 30.0)
    assert share_after(record, net_rate, 30.0, steps=30) == pytest.approx(once, rel=1e-10)
    assert 0.0 < share_after(record, net_rate, 1e5) < 1.0


@pytest.mark.parametrize("net_rate", [FREE, 0.3 * FREE, 0.0])
def test_both_compartments_grow_alike_at_the_balanced_share(net_rate):
    record = parameters()
    balanced = stem_hierarchy.balanced_share(net_rate, FREE, record[0])
    assert share_after(record, net_rate, 1000.0) == pytest.approx(balanced, rel=1e-9)
    assert share_after(record, net_rate, 1.0, start=balanced) == pytest.approx(balanced, rel=1e-12)


@kernel
def founding_shares(i, people, p, out):
    out[i] = stem_hierarchy.founding_share(people[i], p[0])


@pytest.mark.inventory("CSC-1", off="stem_hierarchy", scale="body")
def test_only_the_stem_cells_of_a_tumour_found_lesions(mechanisms):
    """From its one stem cell on a tumour keeps 3-9 % stem cells (measured in lines of the disease), growing or not."""
    record = parameters(mechanisms())
    people = np.zeros(3, PERSON)
    people["stem_share"] = [share_after(record, rate, 100.0, steps=100) for rate in (FREE, 0.3 * FREE, 0.0)]
    able = np.zeros(3)
    founding_shares.launch(3, people, record, able, threads=1)
    assert np.all((able > 0.03) & (able < 0.09))
    assert able[1] == pytest.approx(0.05, abs=0.003)
    assert able[0] > able[1] > able[2]


def test_stem_share_of_a_constant_hierarchy_would_leave_the_measured_range():
    """Negative control: with p_0 = 0.7 of the lattice models most cells of a growing tumour were stem cells."""
    assert share_after(parameters(stem_self_renewal=0.7), FREE, 1000.0) > 0.3


def test_without_the_hierarchy_every_cell_founds():
    people = np.zeros(1, PERSON)
    people["stem_share"] = 0.05
    able = np.zeros(1)
    founding_shares.launch(1, people, parameters({"stem_hierarchy": 0.0}), able, threads=1)
    assert able[0] == 1.0


@pytest.mark.inventory("CSC-3", off="dedifferentiation", scale="body")
def test_stem_cells_regrow_from_none(mechanisms):
    """Cells without stem-cell markers regrow those with them (Shimamura 2014), at the rate q at first."""
    record = parameters(mechanisms())
    p = plain(record)
    back = p.dedifferentiation_chance * p.non_stem_division * FREE
    soon = share_after(record, 0.3 * FREE, 0.01, start=0.0)
    assert soon == pytest.approx(0.01 * back, rel=0.02)
    assert share_after(record, 0.3 * FREE, 1000.0, start=0.0) == pytest.approx(0.05, abs=0.003)


def test_no_stem_cell_comes_back_without_dedifferentiation():
    record = parameters({"dedifferentiation": 0.0})
    assert share_after(record, 0.3 * FREE, 1000.0, start=0.0) == 0.0
    assert share_after(record, 0.3 * FREE, 1000.0, start=1e-3) == pytest.approx(0.05, abs=0.005)


# --- origin -----------------------------------------------------------------------------------------------------------


@kernel
def draw_origins(i, p, seed, origins, needed):
    origins[i] = tumour_origin.draw_origin(p[0], seed, i)
    needed[i] = tumour_origin.transformed_cells(origins[i], p[0], seed, i)


def origins_of(record: np.ndarray, people: int = 50_000, seed: int = 5) -> tuple[np.ndarray, np.ndarray]:
    origins, needed = np.full(people, -1), np.full(people, np.nan)
    draw_origins.launch(people, record, seed, origins, needed, threads=1)
    return origins, needed


@pytest.mark.inventory("CSC-3", off="tumour_origin", scale="body")
def test_tumours_start_in_the_four_kinds_of_cell(mechanisms):
    origins, needed = origins_of(parameters(mechanisms()))
    known = knowledge.parameters("atc")
    weights = np.array(
        [known[f"origin_share_{kind}"].value for kind in ("stem_cell", "progenitor", "fusion", "dedifferentiation")]
    )
    assert_counts(np.bincount(origins, minlength=4), weights / weights.sum() * len(origins))
    assert np.all(needed[origins == tumour_origin.STEM_CELL] == 1.0)
    medians = [np.median(needed[origins == origin]) for origin in range(4)]
    assert medians[tumour_origin.STEM_CELL] < medians[tumour_origin.PROGENITOR]
    assert medians[tumour_origin.PROGENITOR] < medians[tumour_origin.DEDIFFERENTIATION]
    assert medians[tumour_origin.DEDIFFERENTIATION] < medians[tumour_origin.FUSION]


@pytest.mark.parametrize("origin", range(4))
def test_the_origin_can_be_prescribed(origin):
    origins, _ = origins_of(parameters(origin_prescribed=float(origin)), people=100)
    assert np.all(origins == origin)


def test_without_dedifferentiation_no_tumour_starts_by_it():
    record = parameters({"dedifferentiation": 0.0})
    origins, _ = origins_of(record)
    assert not np.any(origins == tumour_origin.DEDIFFERENTIATION)
    assert np.any(origins == tumour_origin.FUSION)
    _, needed = origins_of(parameters({"dedifferentiation": 0.0}, origin_prescribed=3.0), people=10)
    assert np.all(np.isinf(needed))


def lines_that_reach_a_stem_state(birth: float, death: float, convert_at: float, lines: int) -> int:
    """Lines of one cell, event by event (the embedded chain), until extinct or the first conversion."""
    chance = np.random.default_rng(17)
    cells, reached = np.ones(lines, int), np.zeros(lines, bool)
    total = birth + death + convert_at
    while np.any(active := (cells > 0) & ~reached):
        event = chance.random(lines) * total
        cells[active & (event < birth)] += 1
        cells[active & (event >= birth) & (event < birth + death)] -= 1
        reached |= active & (event >= birth + death)
    return int(reached.sum())


@pytest.mark.parametrize(
    ("origin", "chance"), [(tumour_origin.PROGENITOR, 0.01), (tumour_origin.DEDIFFERENTIATION, 0.05)]
)
def test_chance_of_a_transformed_cell_is_that_of_its_branching_line(origin, chance):
    record = parameters(dedifferentiation_chance=chance, progenitor_renewal_chance=chance)
    p = plain(record)
    success = tumour_origin.founding_chance(origin, record[0])
    lines = 40_000
    reached = lines_that_reach_a_stem_state(
        p.non_stem_division, p.non_stem_division + p.non_stem_deficit, chance * p.non_stem_division, lines
    )
    assert stats.binomtest(reached, lines, success).pvalue > ERROR
    assert 0.01 < success < 0.5


def test_cells_needed_are_geometric():
    record = parameters(origin_prescribed=1.0)
    success = tumour_origin.founding_chance(tumour_origin.PROGENITOR, record[0])
    _, needed = origins_of(record)
    top = 40
    law = success * (1.0 - success) ** np.arange(top)
    observed = np.bincount(np.minimum(needed, top + 1).astype(int), minlength=top + 2)[1:]
    assert_counts(observed, np.append(law, 1.0 - law.sum()) * len(needed))


# --- differentiated carcinoma and loss of p53 -------------------------------------------------------------------------


@kernel
def transform(i, p, seed, lasting, inside, years, capacity):
    inside[i] = starts_differentiated(p[0], seed, i)
    years[i] = transformation_years(p[0], lasting, seed, i)
    capacity[i] = start_capacity(start_volume(years[i], p[0], seed, i), p[0])


def transformed(record: np.ndarray, people: int = 20_000, lasting: float = 0.105) -> tuple[np.ndarray, ...]:
    inside, years, capacity = np.zeros(people, bool), np.zeros(people), np.zeros(people)
    transform.launch(people, record, 8, lasting, inside, years, capacity, threads=1)
    return inside, years, capacity


def cumulated_hazard(p: SimpleNamespace, years: np.ndarray, lasting: float, grid: int = 40_001) -> np.ndarray:
    """Integral of u b N(t) s by trapezoids, for a carcinoma of the median tempo."""
    days = np.linspace(0.0, p.transformation_limit, grid)
    plateau = p.differentiated_plateau * p.cell_density
    cells = np.minimum(2.0 ** (days / p.differentiated_doubling_time), plateau)
    hazard = p.p53_loss_chance * p.differentiated_division_rate * lasting * cells
    return np.interp(years * p.days_per_year, days, integrate.cumulative_trapezoid(hazard, days, initial=0.0))


@pytest.mark.inventory("ATC-6", off="p53_loss", scale="body")
@pytest.mark.parametrize("rate", [1.0, 1e4])
def test_loss_of_p53_ends_a_differentiated_carcinoma_after_the_waiting_time_of_its_hazard(mechanisms, rate):
    known = knowledge.parameters("atc")["p53_loss_chance"].value
    record = parameters(mechanisms(), differentiated_tempo_spread=0.0, p53_loss_chance=known * rate)
    p = plain(record)
    inside, years, capacity = transformed(record)
    assert stats.binomtest(int(inside.sum()), len(inside), p.differentiated_origin_share).pvalue > ERROR
    assert np.all(np.isfinite(years))
    total = cumulated_hazard(p, np.array([p.transformation_limit / p.days_per_year]), 0.105)[0]
    uniform = np.expm1(-cumulated_hazard(p, years, 0.105)) / np.expm1(-total)
    assert stats.kstest(uniform, "uniform").pvalue > ERROR
    volume = np.minimum(2.0 ** (years * p.days_per_year / p.differentiated_doubling_time) / p.cell_density, 5000.0)
    assert capacity == pytest.approx(np.maximum(volume, p.avascular_capacity), rel=1e-9)


def test_without_p53_loss_nobody_progresses():
    inside, years, _ = transformed(parameters({"p53_loss": 0.0}), people=1000)
    assert not inside.any()
    assert np.all(np.isinf(years))


def test_a_faster_loss_of_p53_comes_sooner_and_in_more_patients():
    usual, faster = parameters(), parameters({"p53_loss": 100.0})
    assert np.median(transformed(faster)[1]) < np.median(transformed(usual)[1])
    assert differentiated_share(usual[0]) == pytest.approx(0.4)
    assert differentiated_share(faster[0]) == pytest.approx(40.0 / 40.6)
    assert differentiated_share(parameters({"differentiated_origin": 0.0})[0]) == 0.0


def test_the_line_inside_a_differentiated_carcinoma_starts_with_its_vessels():
    record = parameters()
    _, _, capacity = transformed(record)
    assert np.median(capacity) == pytest.approx(5000.0, rel=1e-6)
    assert capacity.min() >= record["avascular_capacity"][0]


def test_about_one_in_a_hundred_differentiated_carcinomas_transforms_in_ten_years_at_its_plateau():
    p = plain(parameters())
    per_cell = p53_loss.hazard_per_cell(p.differentiated_division_rate, 0.105, parameters()[0])
    hazard = per_cell * p.differentiated_plateau * p.cell_density * 10.0 * p.days_per_year
    assert 0.003 < hazard < 0.03


# --- MAPK pathway -----------------------------------------------------------------------------------------------------


@pytest.mark.inventory("ATC-4", off="driver_mutations", scale="body")
def test_signalling_through_mapk_is_counted_in_anaplastic_and_in_all_thyroid_cancers(mechanisms):
    """A review says about 70 % of thyroid cancers: anaplastic 70 % (MDACC), advanced 82 % (Toda), one by one."""
    drawn = mechanisms().get("driver_mutations", 1.0)
    shares = {each.registry: each for each in mapk.side_by_side(drawn)}
    chance = np.random.default_rng(4)
    rows = [row for row in knowledge.genotypes("atc") if row.registry == "MDACC"]
    edges = np.cumsum([row.share for row in rows if row.exclusive_group == "MAPK driver"])
    active = chance.random(200_000) < edges[-1]
    active |= chance.random(200_000) < next(row.share for row in rows if row.gene == "NF1")
    assert shares["MDACC"].share == pytest.approx(active.mean(), abs=6.0 * 0.5 / np.sqrt(200_000))
    assert shares["MDACC"].share == pytest.approx(0.70, abs=0.01)
    assert shares["MDACC"].disjoint >= shares["MDACC"].share
    assert shares["Toda2024"].share == pytest.approx(0.819, abs=0.001)
    assert shares["Tiedje2017"].share == pytest.approx(0.304, abs=0.001)


def test_an_unknown_registry_is_refused():
    with pytest.raises(KeyError):
        mapk.activation("nowhere", knowledge.genotypes("atc"))


def test_each_kind_of_alteration_counts_once():
    atc = mapk.activation("MDACC", knowledge.genotypes("atc"))
    assert (atc.braf, atc.ras, atc.nf1) == pytest.approx((0.41, 0.22, 0.09))
    assert atc.fusion == pytest.approx(0.04)
    assert mapk.activation("MDACC", knowledge.genotypes("atc"), 0.0).share == 0.0


# --- evidence and clones ----------------------------------------------------------------------------------------------


@pytest.mark.inventory("CSC-5", off="stem_cell_evidence", scale="body")
def test_stem_cell_evidence_is_cited_by_tumour_type(mechanisms):
    held = stem_cells.by_type(mechanisms().get("stem_cell_evidence", 1.0))
    assert set(held) >= {"leukaemia", "breast", "lung", "prostate", "pancreas", "brain", "thyroid"}
    sources = knowledge.sources()
    for record in (record for records in held.values() for record in records):
        assert record.marker
        assert record.assay
        assert record.source in sources
        if record.status == "measured":
            assert sources[record.source].supports_measured


def test_clones_of_every_disease_are_in_order_and_cited():
    for disease in knowledge.diseases():
        table = clones.clone_table(disease)
        assert table.rates[0] == 0.0
        assert np.all(table.parents[1:] < np.arange(1, len(table.ids)))
        assert all(record.source in {*knowledge.sources(), "assumed"} for record in clones.clones(disease))
    assert np.all(clones.clone_table("atc").rates[1:] > 0.0)
    assert not clones.clone_table("atc", 0.0).rates.any()


def test_a_clone_before_its_parent_is_refused():
    founder, first, *_ = clones.clones("atc")
    with pytest.raises(InputError):
        clones.arrays((founder, first.model_copy(update={"parent": "later"})))
    with pytest.raises(InputError):
        clones.arrays((first,))


# --- confluence -------------------------------------------------------------------------------------------------------


def covered_share(lesions: int, radius: float, chance: np.random.Generator) -> float:
    """Share of a periodic unit cube that `lesions` spheres cover, by 4,000 random points."""
    points = chance.random((4000, 3))
    covered = np.zeros(len(points), bool)
    for centre in chance.random((lesions, 3)):
        apart = np.abs(points - centre)
        covered |= (np.minimum(apart, 1.0 - apart) ** 2).sum(axis=1) < radius**2
    return float(covered.mean())


@pytest.mark.inventory("CAS-9", off="confluence", scale="body")
@pytest.mark.parametrize("total", [0.5, 1.0, 3.0])
def test_lesions_at_random_places_fill_the_organ_but_no_more(mechanisms, total):
    switch = mechanisms().get("confluence", 1.0)
    lesions = 400
    radius = (3.0 * total / (4.0 * np.pi * lesions)) ** (1.0 / 3.0)
    chance = np.random.default_rng(21)
    runs = [covered_share(lesions, radius, chance) for _ in range(20)]
    lung = 1000.0 * next(site.tissue_mass_g or 0.0 for site in knowledge.sites() if site.id == "lung")
    share = confluence.occupied_volume(total * lung, lung, switch) / lung
    # 400 lesions of a fixed number leave (1 - v)^400 free instead of e^(-total), 0.2 % less at most: below the error.
    error = np.std(runs, ddof=1) / np.sqrt(len(runs))
    assert abs(np.mean(runs) - share) < 6.0 * error
    assert share < 1.0


def test_few_lesions_add_up_and_many_replace_the_organ():
    assert confluence.occupied_volume(1.0, 5e5, 1.0) == pytest.approx(1.0, rel=1e-5)
    assert confluence.occupied_volume(1e7, 5e5, 1.0) == pytest.approx(5e5, rel=1e-6)
    assert confluence.occupied_volume(0.0, 5e5, 1.0) == 0.0
    assert confluence.occupied_volume(1e7, 5e5, 0.0) == 1e7
    assert confluence.occupied_volume(1e6, 5e5, 0.5) > confluence.occupied_volume(1e6, 5e5, 1.0)


# --- airway -----------------------------------------------------------------------------------------------------------


def test_an_extended_primary_narrows_the_trachea_in_proportion_to_its_diameter():
    record = parameters()[0]
    assert airway.lumen_loss(118.0, 118.0, True, record) == pytest.approx(0.75)
    assert airway.lumen_loss(59.0, 118.0, True, record) == pytest.approx(0.375)
    assert airway.lumen_loss(1180.0, 118.0, True, record) == 1.0
    assert airway.lumen_loss(118.0, 118.0, False, record) == 0.0
    assert airway.lumen_loss(118.0, 118.0, True, parameters({"airway_compression": 0.0})[0]) == 0.0
    assert airway.airway_load(0.75, record) == pytest.approx(1.0)


def test_breath_fails_on_exertion_at_half_the_lumen():
    record = parameters()[0]
    closing = 118.0
    at_half = closing * 2.0 / 3.0
    assert not airway.short_of_breath(airway.lumen_loss(0.99 * at_half, closing, True, record), record)
    assert airway.short_of_breath(airway.lumen_loss(1.01 * at_half, closing, True, record), record)


# --- immune killing ---------------------------------------------------------------------------------------------------


@kernel
def immune_course(i, people, p, growth, days, steps, loss):
    for _ in range(steps):
        step_immune(people[i], p[0], days)
        people[i].primary_cells *= exp(growth * days)
    loss[i] = people[i].immune_loss


@kernel
def start_people(i, people, p, seed):
    people[i].person = i
    start_immune(people[i], p[0], seed)


def person(**fields: float) -> np.ndarray:
    made = np.zeros(1, PERSON)
    for name, value in {"immune_recruitment": 1.0, "pd_l1": 0.5, "primary_cells": 1e9, **fields}.items():
        made[name] = value
    return made


def after(record: np.ndarray, people: np.ndarray, steps: int, days: float = 1.0, growth: float = 0.0) -> np.ndarray:
    loss = np.zeros(len(people))
    immune_course.launch(len(people), people, record, growth, days, steps, loss, threads=1)
    return loss


def t_cells_by_equation(p: SimpleNamespace, start: float, days: float, growth: float, one: Any) -> float:
    held = 1.0 + p.macrophage_ratio / p.macrophage_half
    tired = one["pd_l1"] * (1.0 - p.pd1_blockade)
    tired = tired / (p.pd_l1_half + tired)

    def change(t, cells):
        cancer = start * np.exp(growth * t)
        recruited = p.t_cell_recruitment * one["immune_recruitment"] * p.antigenicity * cancer
        multiplied = p.t_cell_division * cancer / (cancer + p.t_cell_division_half) * (1.0 - tired)
        return (recruited + multiplied * cells) / held - p.t_cell_loss * cells

    solved = integrate.solve_ivp(change, (0.0, days), [0.0], rtol=1e-9, atol=1e-9)
    return float(solved.y[0, -1])


@pytest.mark.parametrize(("growth", "accuracy"), [(0.0, 1e-6), (0.03, 0.035)])
@pytest.mark.parametrize("cells", [1e5, 1e7, 1e10])
def test_t_cells_follow_their_equation(growth, accuracy, cells):
    record = parameters()
    one = person(primary_cells=cells)
    expected = t_cells_by_equation(plain(record), cells, 60.0, growth, {"pd_l1": 0.5, "immune_recruitment": 1.0})
    after(record, one, 60, growth=growth)
    assert one["t_cells"][0] == pytest.approx(expected, rel=accuracy)


def test_killing_is_the_stated_share_of_contacts():
    record = parameters()
    p = plain(record)
    one = person(volume_metastases=1000.0)
    loss = after(record, one, 50)[0]
    cancer = 1e9 + 1000.0 * p.cell_density
    tired = 0.5 / (p.pd_l1_half + 0.5)
    t_cells = one["t_cells"][0]
    contact = t_cells / (cancer + t_cells + p.killing_half)
    held = 1.0 + p.macrophage_ratio / p.macrophage_half
    assert loss == pytest.approx(p.killing_rate * (1.0 - tired) * contact / held, rel=1e-12)
    assert after(record, person(), 50)[0] > 0.0


def test_long_steps_and_long_times_stay_bounded():
    keen = parameters(macrophage_ratio=0.0, t_cell_division=2.0)
    one = person(pd_l1=0.0)
    loss = after(keen, one, 5000)
    assert np.isfinite(one["t_cells"][0])
    assert 0.0 < loss[0] < plain(keen).killing_rate
    assert after(parameters(), person(), 3, days=1e4)[0] == pytest.approx(after(parameters(), person(), 2000)[0])


def test_macrophages_and_pd_l1_hold_t_cells_off_and_blockade_frees_them():
    usual = after(parameters(), person(), 200)[0]
    assert after(parameters(macrophage_ratio=0.1), person(), 200)[0] > 5.0 * usual
    assert after(parameters(), person(pd_l1=0.9), 200)[0] < usual
    freed = after(parameters(pd1_blockade=1.0), person(), 200)[0]
    assert freed == pytest.approx(after(parameters(), person(pd_l1=0.0), 200)[0], rel=1e-12)
    assert freed > 3.0 * usual
    assert after(parameters(ctla4_blockade=1.0), person(), 200)[0] > 1.5 * usual


def test_without_infiltrate_or_without_the_switch_nothing_is_killed():
    assert after(parameters(pd1_blockade=1.0), person(immune_recruitment=0.0), 200)[0] == 0.0
    assert after(parameters({"immune_killing": 0.0}), person(), 200)[0] == 0.0


def test_small_tumours_are_hardly_found():
    assert after(parameters(), person(primary_cells=1e3), 200)[0] < 0.01 * after(parameters(), person(), 200)[0]


def cohort(record: np.ndarray, people: int = 20_000) -> np.ndarray:
    made = np.zeros(people, PERSON)
    start_people.launch(people, made, record, 3, threads=1)
    made["primary_cells"] = 1e9
    return made


def test_recruitment_and_pd_l1_vary_between_persons_as_measured():
    people = cohort(parameters())
    spread = np.log(people["immune_recruitment"])
    assert spread.std() == pytest.approx(1.5, abs=6.0 * 1.5 / np.sqrt(2 * len(people)))
    assert stats.kstest(spread, "norm", args=(0.0, 1.5)).pvalue > ERROR
    positive = people["pd_l1"][people["pd_l1"] > 0.0]
    assert stats.binomtest(len(positive), len(people), 0.6).pvalue > ERROR
    assert stats.binomtest(int((positive >= 0.5).sum()), len(positive), 17 / 28).pvalue > 1e-3
    assert draw_pd_l1(parameters(pd_l1_positive_share=0.0)[0], 3.0, 3, 1) == 0.0


def test_pd_l1_follows_the_infiltrate_as_in_melanocytic_lesions():
    """Adaptive resistance: T cells in 98 % of the lesions with PD-L1 and in 28 % of those without (Taube 2012)."""
    people = cohort(parameters(pd_l1_positive_share=57 / 150))
    positive = people["pd_l1"] > 0.0
    infiltrated = 57 / 150 * 0.98 + 93 / 150 * 0.28
    hot = people["immune_recruitment"] > np.quantile(people["immune_recruitment"], 1.0 - infiltrated)
    assert hot[positive].mean() == pytest.approx(0.98, abs=0.015)
    assert hot[~positive].mean() == pytest.approx(0.28, abs=0.015)
    apart = cohort(parameters(pd_l1_recruitment_correlation=0.0))
    assert abs(stats.spearmanr(apart["immune_recruitment"], apart["pd_l1"]).statistic) < 0.03


def test_t_cells_brake_an_anaplastic_carcinoma_and_never_halt_it():
    """By some per cent of the free net rate in the median person, a tenth and more in one of ten."""
    slowed = after(parameters(), cohort(parameters()), 200, growth=0.02) / FREE
    assert 0.02 < np.median(slowed) < 0.1
    assert 0.08 < np.percentile(slowed, 90) < 0.4
    assert np.max(slowed) < 1.0
