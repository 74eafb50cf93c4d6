"""Cytotoxic kill: occupancy, class, cycle, p53, stem cells, resistant clones, combination, and the sources of IC50."""

from __future__ import annotations

import math

import numpy as np
import pytest

from paget import knowledge
from paget.compute import kernel
from paget.errors import InputError
from paget.knowledge.potency import cell_lines, potency
from paget.knowledge.regimen import regimen
from paget.therapy.agents import compiled_drugs
from paget.therapy.cytotoxic import (
    CYTOTOXIC,
    DRUG_CLASSES,
    cytotoxic_rate,
    cytotoxic_table,
    damage_after_a_day,
    draw_sensitivity,
)
from paget.therapy.exposure_course import exposure_course
from paget.therapy.pharmacokinetics import mean_occupancy
from paget.therapy.usual_effect import usual_effect
from therapy.numbers import parameters, values

VALUES = values()
USUAL = dict.fromkeys(DRUG_CLASSES, 0.25)


@kernel
def acting(i, drugs, cases, p, out):
    """cases[i]: drug, damage, sensitivity, birth ratio, p53 lost, stem share, resistant."""
    case = cases[i]
    out[i] = cytotoxic_rate(drugs[int(case[0])], case[1], case[2], case[3], int(case[4]), case[5], int(case[6]), p[0])


@kernel
def occupying(i, drugs, concentrations, out):
    out[i] = mean_occupancy(concentrations[i : i + 1], drugs[0].half_effect, drugs[0].hill)


@kernel
def drawing(i, p, seed, out):
    out[i] = draw_sensitivity(p[0], seed, i)


def rate(drug, effect=0.25, sensitivity=1.0, birth=1.0, p53_lost=0, stem=0.0, resistant=0, **changed) -> float:
    out = np.zeros(1)
    case = np.array([[0, effect, sensitivity, birth, p53_lost, stem, resistant]], float)
    table = cytotoxic_table([drug], VALUES | changed, USUAL)
    acting.launch(
        1, table, case, parameters(**{name: changed[name] for name in changed if "switch" in name}), out, threads=1
    )
    return float(out[0])


def effects(drug, *concentrations, **changed) -> list[float]:
    out = np.zeros(len(concentrations))
    occupying.launch(
        len(out), cytotoxic_table([drug], VALUES | changed, USUAL), np.array(concentrations), out, threads=1
    )
    return list(out)


@pytest.mark.parametrize("drug", list(DRUG_CLASSES))
def test_the_usual_effect_on_the_reference_cell_is_the_rate_of_the_class(drug):
    assert rate(drug) == pytest.approx(VALUES[f"{DRUG_CLASSES[drug]}_kill_rate"])
    assert rate(drug, effect=0.0) == 0.0
    assert rate(drug, effect=0.075, sensitivity=2.0) == pytest.approx(0.6 * rate(drug))
    assert 0.01 <= rate(drug) <= 0.1  # prior


def test_half_effect_lies_at_the_half_effect_concentration():
    low, half, high = effects("paclitaxel", 0.0, VALUES["paclitaxel_half_effect"], 1e9)
    assert low == 0.0
    assert half == pytest.approx(0.5)
    assert high == pytest.approx(1.0)
    steep = effects("paclitaxel", 2.0 * VALUES["paclitaxel_half_effect"], cytotoxic_hill=2.0)
    assert steep == [pytest.approx(0.8)]


def test_taxanes_need_dividing_cells_most():
    idle = {drug: rate(drug, birth=0.0) / rate(drug) for drug in DRUG_CLASSES}
    assert idle["paclitaxel"] == idle["docetaxel"] == 0.0
    assert idle["doxorubicin"] == pytest.approx(1.0 - VALUES["anthracycline_cycle_share"])
    for drug in DRUG_CLASSES:
        rates = [rate(drug, birth=ratio) for ratio in (0.0, 0.5, 1.0, 1.5)]
        assert rates == sorted(rates)
        assert np.all(np.diff(rates) > 0.0)


def test_loss_of_p53_protects_from_dna_damage_and_not_from_taxanes():
    """A2780 with a dominant negative p53: resistant to cisplatin and doxorubicin, not to taxol (Vasey 1996)."""
    for drug in ("doxorubicin", "cisplatin", "carboplatin"):
        assert rate(drug, p53_lost=1) < 0.8 * rate(drug)
    for drug in ("paclitaxel", "docetaxel"):
        assert rate(drug, p53_lost=1) == pytest.approx(rate(drug))


def test_stem_cells_die_less_in_a_hierarchy_only():
    whole, mixed, stem = (rate("doxorubicin", stem=share, cytotoxic_stem_factor=0.2) for share in (0.0, 0.1, 1.0))
    assert stem == pytest.approx(0.2 * whole)
    assert mixed == pytest.approx(0.9 * whole + 0.1 * stem)
    assert rate("doxorubicin", stem=1.0) < rate("doxorubicin")
    assert rate("doxorubicin", stem=1.0, switch_stem_hierarchy=0.0) == pytest.approx(whole)


def test_resistant_clones_hardly_die():
    assert rate("paclitaxel", resistant=1) == pytest.approx(VALUES["cytotoxic_resistance_factor"] * rate("paclitaxel"))


def test_independent_kills_add_so_that_survivals_multiply():
    """Doxorubicin with cisplatin over a day: exp(-(a + b)) = exp(-a) exp(-b)."""
    both = np.zeros(2)
    table = cytotoxic_table(["doxorubicin", "cisplatin"], VALUES, USUAL)
    cases = np.array([[0, 0.4, 1.0, 1.0, 1, 0.0, 0], [1, 0.2, 1.0, 1.0, 1, 0.0, 0]], float)
    acting.launch(2, table, cases, parameters(), both, threads=1)
    apart = rate("doxorubicin", effect=0.4, p53_lost=1), rate("cisplatin", effect=0.2, p53_lost=1)
    assert math.exp(-both.sum()) == pytest.approx(math.exp(-apart[0]) * math.exp(-apart[1]))
    assert both.sum() > max(apart)


def test_switch_scales_the_kill():
    assert rate("paclitaxel", switch_cytotoxic_kill=0.0) == 0.0
    assert rate("paclitaxel", switch_cytotoxic_kill=0.5) == pytest.approx(0.5 * rate("paclitaxel"))


def test_half_effects_of_known_drugs_are_those_of_authentic_anaplastic_lines():
    lines = {
        line.line for line in cell_lines() if line.origin == "anaplastic" and line.authentication_status == "measured"
    }
    for drug in ("doxorubicin", "cisplatin"):
        found = [
            row.value for row in potency() if row.drug == drug and row.kind == "growth" and row.form_or_line in lines
        ]
        assert len(found) >= 2
        assert VALUES[f"{drug}_half_effect"] == pytest.approx(math.exp(np.log(found).mean()), rel=1e-3)
    # 2.5 to 7.5 nmol/L nominal, 21 % free.
    assert VALUES["paclitaxel_half_effect"] == pytest.approx(math.sqrt(2.5 * 7.5) * 0.21, rel=0.01)


def test_sensitivity_is_lognormal_about_one():
    out = np.zeros(20_000)
    drawing.launch(len(out), parameters(), 1, out, threads=1)
    spread = VALUES["cytotoxic_spread"]
    assert abs(np.log(out).mean()) < 5.0 * spread / math.sqrt(len(out))
    assert np.log(out).std() == pytest.approx(spread, rel=0.03)


def test_an_unknown_drug_is_refused():
    assert cytotoxic_table([], VALUES, {}).dtype == CYTOTOXIC
    with pytest.raises(InputError, match="paclitaxol"):
        cytotoxic_table(["paclitaxol"], VALUES, USUAL)


@kernel
def damaging(i, daily, p, out):
    damage = 0.0
    for day in range(daily.shape[0]):
        damage = damage_after_a_day(damage, daily[day], p[0])
        out[day] = damage


def test_damage_outlasts_the_day_of_the_dose_and_keeps_its_area():
    daily, out = np.zeros(40), np.zeros(40)
    daily[0] = 0.6
    damaging.launch(1, daily, parameters(), out, threads=1)
    kept = math.exp(-VALUES["cytotoxic_death_rate"])
    assert out[0] == pytest.approx(0.6 * (1.0 - kept))
    assert out[1:6] == pytest.approx(out[0] * kept ** np.arange(1, 6))
    assert out.sum() == pytest.approx(daily.sum())
    assert out[1:4].sum() > 0.3 * daily.sum()


@pytest.mark.parametrize("drug", ["paclitaxel", "doxorubicin", "cisplatin"])
def test_the_usual_effect_is_the_mean_of_a_cycle_by_the_pharmacokinetics(drug):
    """Two ways: the matrix exponential at steady state, and the daily loop's own functions over many cycles."""
    record = compiled_drugs([drug], knowledge.parameters("atc"))
    given, half, hill = knowledge.drugs[drug].usual, VALUES[f"{drug}_half_effect"], VALUES["cytotoxic_hill"]
    found = usual_effect(record[0], given, half, hill, 70.0, 1.73)
    cycle = int(given.every_hours / 24)
    parts = exposure_course(record, given, 9 * cycle, 96, 70.0, 1.73).parts[8 * cycle :]
    assert found == pytest.approx(np.mean(parts**hill / (parts**hill + half**hill)), rel=0.02)
    assert 0.0 < found < 0.5


def test_a_single_dose_is_no_usual_regimen():
    record = compiled_drugs(["paclitaxel"], knowledge.parameters("atc"))[0]
    with pytest.raises(InputError, match="single dose"):
        usual_effect(record, regimen("paclitaxel 80 mg/m2 once iv"), 1.0, 1.0, 70.0, 1.73)
