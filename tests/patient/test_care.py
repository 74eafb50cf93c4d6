"""Care of the era by a small kernel of its own: who is chosen, what an operation leaves, what radiation and drugs kill.

Shares from 20 000 draws are held against the table within 5 standard errors.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from paget import knowledge
from paget.compute import kernel, record_type
from paget.errors import InputError
from paget.knowledge.cohorts import CARE_OPTIONS, care_shares
from paget.patient.care import CARE, care_growth_loss, care_today, choose_care, reaches_referral
from paget.patient.staging import STAGES
from paget.trial.care import (
    OPERATED,
    SYSTEMIC,
    CareTable,
    allowed_options,
    care_received,
    care_table,
    systemic_day,
)

DRAWS = 20_000
REFERENCE = 2
"""ECOG at which the shares hold in these tests: a whole number that a person can have."""
T4 = 4
WHOLE = ("person", "care", "ecog", "stage", "tumour_category", "alive")
SMALL_PERSON = record_type(
    [
        "primary_cells", "volume_primary", "volume_metastases", "lethal_airway", "age_years", "operation_day",
        "operation_residual", "radiation_day", "drug_day", "care_response", "diagnosis_day", "last_day", *WHOLE,
    ],
    dict.fromkeys(WHOLE, np.int64),
)  # fmt: skip
"""The fields of a person that care reads and writes."""

ECOG_RULES = record_type(
    ["ecog_burden_1", "ecog_burden_2", "ecog_burden_3", "ecog_airway_2", "ecog_airway_3", "ecog_age"]
)


@kernel
def choosing(i, persons, care, shares, seed):
    choose_care(persons[i], care, shares, seed)


@kernel
def living(i, persons, care, p, days, left, primary, metastases):
    """Every day of care; the body is ill or well as the person's volumes say."""
    person = persons[i]
    for day in range(days):
        left[i, day], primary[i, day], metastases[i, day] = care_today(person, care, day, 0.0, p[0])


@kernel
def losing(i, persons, care, day, out):
    out[i, 0], out[i, 1] = care_growth_loss(persons[i], care[persons[i].care], day)


@kernel
def referring(i, persons, days, out):
    out[i] = int(reaches_referral(persons[i], days))


def values() -> dict[str, float]:
    """Parameters as trial/plan gives them: in the units of their records or of the kernel."""
    from paget.trial.plan import Study, parameter_values

    return parameter_values(Study(name="t", disease="atc", seed=1, patients=1, arms=("a",), follow_up_days=1))


def table(mix: str | None = "population", switch: float = 1.0, **changed: float) -> CareTable:
    return care_table("atc", mix, {**values(), "care_reference_ecog": REFERENCE, **changed}, switch)


def record(symbol: str) -> float:
    return knowledge.parameters("atc")[symbol].value


def people(count: int = DRAWS, *, stage: str = "IVB", ecog: int | None = None, tumour: int = 3) -> np.ndarray:
    persons = np.zeros(count, SMALL_PERSON)
    persons["person"] = np.arange(count)
    persons["stage"] = STAGES.index(stage)
    persons["ecog"] = REFERENCE if ecog is None else ecog
    persons["tumour_category"] = tumour
    persons["primary_cells"] = 1e10
    persons["lethal_airway"] = 100.0
    persons["last_day"] = 1e9
    return persons


def chosen(found: CareTable, seed: int = 1, **described) -> np.ndarray:
    persons = people(**described)
    choosing.launch(len(persons), persons, found.care, found.shares, seed, threads=1)
    return persons


def share_of(persons: np.ndarray, found: CareTable, *options: str) -> float:
    return float(np.isin(persons["care"], [found.options.index(name) for name in options]).mean())


def within(observed: float, expected: float, errors: float = 5.0) -> bool:
    return abs(observed - expected) <= errors * math.sqrt(expected * (1.0 - expected) / DRAWS)


@pytest.mark.parametrize("mix", ["population", "tertiary"])
@pytest.mark.parametrize(("column", "stage"), list(enumerate(("IVA", "IVB", "IVC"))))
def test_shares_of_a_stage_are_those_of_the_table(mix, column, stage):
    # At the reference fitness, with T4 as rare as the shares are meant for: no tilt at all.
    found = table(mix, deep_extension_share=0.0)
    persons = chosen(found, stage=stage)
    for option, row in care_shares("atc", mix).items():
        assert within(share_of(persons, found, option), row.percents[column] / 100.0), option


def test_the_unfit_are_treated_less_and_by_the_stated_odds():
    found = table(deep_extension_share=0.0)
    untreated = {ecog: share_of(chosen(found, ecog=ecog), found, "none") for ecog in range(5)}
    assert list(untreated.values()) == sorted(untreated.values())
    base = care_shares("atc", "population")["none"].ivb_percent / 100.0
    for ecog, seen in untreated.items():
        odds = base / (1.0 - base) * math.exp(record("care_fitness_slope") * (ecog - REFERENCE))
        assert within(seen, odds / (1.0 + odds)), ecog


def test_without_a_fitness_slope_fitness_does_not_matter():
    found = table(care_fitness_slope=0.0)
    assert within(share_of(chosen(found, ecog=4), found, "none"), share_of(chosen(found, ecog=0), found, "none"), 7.0)


def test_t4_is_operated_less_and_by_the_stated_odds():
    found = table(deep_extension_share=0.0)
    rows = care_shares("atc", "population")
    operated = sum(rows[option].ivb_percent for option in OPERATED) / 100.0
    odds = operated / (1.0 - operated) * math.exp(-record("care_extension_slope"))
    assert within(share_of(chosen(found), found, *OPERATED), operated)
    assert within(share_of(chosen(found, tumour=T4), found, *OPERATED), odds / (1.0 + odds))


def test_metastatic_patients_are_operated_less():
    found = table()
    seen = [share_of(chosen(found, stage=stage), found, *OPERATED) for stage in ("IVA", "IVB", "IVC")]
    assert seen[0] > seen[1] + 0.1 > seen[2] + 0.2


def test_without_a_stage_the_mean_of_the_groups_stands_for_all():
    found = table(deep_extension_share=0.0)
    row = care_shares("atc", "population")["surgery"]
    assert within(share_of(chosen(found, stage=""), found, "surgery"), sum(row.percents) / 300.0)


@pytest.mark.parametrize("found", [table(None), table(switch=0.0)], ids=["no mix", "switch off"])
def test_without_care_nothing_is_planned_and_nothing_lost(found):
    persons = chosen(found, count=100)
    assert set(persons["care"]) == {-1}
    left, primary, metastases = lived(persons, found)
    assert np.all(left == 1.0)
    assert not primary.any()
    assert not metastases.any()
    assert np.all(persons["primary_cells"] == 1e10)
    assert set(care_received(found, persons)) == {""}


def lived(persons: np.ndarray, found: CareTable, days: int = 400) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rules = np.zeros(1, ECOG_RULES)
    for name in ECOG_RULES.names:
        rules[name] = 1e9
    rules["ecog_burden_1"] = rules["ecog_burden_2"] = rules["ecog_burden_3"] = 1.0
    rules["ecog_airway_3"] = 1e9
    out = [np.zeros((len(persons), days)) for _ in range(3)]
    living.launch(len(persons), persons, found.care, rules, days, *out, threads=1)
    return out[0], out[1], out[2]


def test_an_operation_leaves_its_residual_once():
    found = table(care_delay_spread=0.0)
    persons = chosen(found, stage="IVA")
    left, _, _ = lived(persons, found)
    operated = persons["operation_day"] >= 0
    assert operated.mean() > 0.9
    assert set(persons["operation_day"][operated]) == {record("surgery_delay")}
    assert np.all(left[~operated] == 1.0)
    assert np.all((left[operated] < 1.0).sum(axis=1) == 1)
    assert np.all(left[operated, int(record("surgery_delay"))] < 1.0)
    np.testing.assert_allclose(persons["primary_cells"][operated], 1e10 * left[operated].min(axis=1), rtol=1e-12)
    small, large = record("maximal_resection_residual"), record("partial_resection_residual")
    assert set(np.unique(left[operated].min(axis=1))) == {small, large}
    expected = record("maximal_resection_share") / 100.0
    assert within(float((left[operated].min(axis=1) == small).mean()), expected, 5.0 / math.sqrt(operated.mean()))


def test_radiation_kills_what_the_linear_quadratic_law_says_in_the_primary_only():
    """The ln kill is alpha D (1 + d / 10): with 50 x 1.2 = 60 Gy radical, with 30 x 1.3 = 39 Gy palliative."""
    alpha = record("radiation_alpha")
    found = table(care_delay_spread=0.0, radiation_spread=0.0, cytotoxic_loss_rate=0.0)
    persons = chosen(found)
    _, primary, metastases = lived(persons, found)
    kill = primary.sum(axis=1)
    assert not metastases.any()
    for option, expected in (
        ("radiotherapy", 39.0 * alpha),
        ("radiochemotherapy", 60.0 * alpha),
        ("surgery", 0.0),
        ("none", 0.0),
    ):
        mine = persons["care"] == found.options.index(option)
        np.testing.assert_allclose(kill[mine], expected, rtol=1e-9)
    radical = persons["care"] == found.options.index("radiochemotherapy")
    assert set((primary[radical] > 0).sum(axis=1)) == {35}  # 25 fractions, five a week
    assert set((primary[radical] > 0).argmax(axis=1)) == {35}  # from the day of the first fraction


def test_response_to_radiation_varies_between_persons_about_its_median():
    found = table(care_delay_spread=0.0, cytotoxic_loss_rate=0.0)
    persons = chosen(found)
    kill = lived(persons, found)[1].sum(axis=1)
    mine = np.log(
        kill[persons["care"] == found.options.index("surgery and radiochemotherapy")]
        / (60.0 * record("radiation_alpha"))
    )
    assert abs(mine.mean()) < 5.0 * record("radiation_spread") / math.sqrt(len(mine))
    assert mine.std() == pytest.approx(record("radiation_spread"), rel=0.05)


def test_a_drug_acts_on_primary_and_metastases_for_its_time():
    found = table("tertiary", care_delay_spread=0.0, radiation_spread=0.0)
    persons = chosen(found, stage="IVC")
    _, primary, metastases = lived(persons, found)
    mine = persons["care"] == found.options.index("chemotherapy")
    rate, month = record("cytotoxic_loss_rate"), 365.25 / 12.0
    np.testing.assert_array_equal(primary[mine], metastases[mine])
    np.testing.assert_allclose(metastases[mine].max(axis=1), rate)
    assert set((metastases[mine] > 0).sum(axis=1)) <= {48, 49}  # 1.6 months
    assert set((metastases[mine] > 0).argmax(axis=1)) == {int(2.6 * month)}
    with_drug = np.isin(persons["care"], [found.options.index(option) for option in SYSTEMIC])
    assert not metastases[~with_drug].any()


def test_delays_are_spread_about_the_published_median():
    found = table()
    days = chosen(found)["operation_day"]
    days = days[days >= 0]
    assert np.median(days) == pytest.approx(record("surgery_delay"), abs=1.0)
    assert np.log(days[days > 2]).std() == pytest.approx(record("care_delay_spread"), rel=0.1)


def test_who_has_become_too_ill_gets_nothing_and_nobody_else_loses_it():
    found = table(care_ecog_limit=2.0)
    persons = chosen(found)
    planned = persons["operation_day"] >= 0
    ill = np.arange(len(persons)) % 2 == 0
    persons["volume_primary"] = np.where(ill, 10.0, 0.0)  # beyond all three burdens: ECOG 3
    left, primary, _ = lived(persons, found)
    assert np.all(left[ill] == 1.0)
    assert not primary[ill].any()
    assert np.all(persons["operation_day"][ill] == -1.0)
    assert np.all(left[planned & ~ill].min(axis=1) < 1.0)
    got = care_received(found, persons)
    assert set(got[ill]) == {"none"}
    assert set(got[~ill]) == set(CARE_OPTIONS)


def test_who_dies_first_got_nothing_so_that_the_treated_lived_longer():
    """Immortal time: with no effect of care on death at all, the treated seem to live longer."""
    found = table("tertiary")
    persons = chosen(found, stage="IVC")
    death = np.random.default_rng(1).exponential(100.0, len(persons))
    persons["last_day"] = death
    got = care_received(found, persons)
    day = systemic_day(persons)
    assert np.all(np.isnan(day) | (day < death))
    treated = ~np.isnan(day)
    assert np.median(death[treated]) > 1.3 * np.median(death[~treated])
    # From a landmark on, among those alive and decided there, the difference is gone.
    landmark = 200.0
    alive = death > landmark
    early = treated & (np.nan_to_num(day, nan=1e9) <= landmark)
    assert np.mean(death[alive & early]) == pytest.approx(np.mean(death[alive & ~early]), rel=0.15)
    assert set(got) <= set(CARE_OPTIONS)


def test_the_same_person_gets_the_same_care_whatever_the_company():
    found = table()
    everybody = chosen(found)
    alone = people(1)
    alone["person"] = 777
    choosing.launch(1, alone, found.care, found.shares, 1, threads=1)
    assert alone[0] == everybody[777]


def test_a_half_switch_halves_the_ln_kill_of_every_step():
    half, full = table(switch=0.5), table()
    place = full.options.index("surgery and radiochemotherapy")
    for name in ("radiation_kill", "drug_loss"):
        assert half.care[name][place] == pytest.approx(full.care[name][place] / 2.0)
    for name in ("maximal_residual", "partial_residual"):
        assert math.log(half.care[name][place]) == pytest.approx(math.log(full.care[name][place]) / 2.0)


def test_an_unresected_registry_lets_in_the_unoperated_only_and_they_are_sicker():
    found = table()
    mask = allowed_options(found, "no")
    assert allowed_options(found, "any") == (1 << len(CARE_OPTIONS)) - 1
    mixed = people()
    mixed["ecog"] = np.arange(len(mixed)) % 5
    choosing.launch(len(mixed), mixed, found.care, found.shares, 1, threads=1)
    inside = (mask >> mixed["care"]) & 1 == 1
    assert set(np.array(found.options)[mixed["care"][inside]]) == set(CARE_OPTIONS) - set(OPERATED)
    assert mixed["ecog"][inside].mean() > mixed["ecog"].mean() + 0.3


def test_a_landmark_lets_in_the_living_and_those_who_died_after_it():
    persons = people(3)
    persons["alive"] = [0, 0, 1]
    persons["diagnosis_day"] = 400.0
    persons["last_day"] = [420.0, 440.0, 410.0]
    out = np.zeros(3, np.int64)
    referring.launch(3, persons, 30.0, out, threads=1)
    assert list(out) == [0, 1, 1]
    referring.launch(3, persons, 0.0, out, threads=1)
    assert list(out) == [1, 1, 1]


def test_an_unknown_mix_is_refused():
    with pytest.raises(InputError, match="unknown"):
        table("thorough")


def test_the_table_has_one_record_for_each_option():
    found = table()
    assert found.options == CARE_OPTIONS
    assert found.care.dtype == CARE
    assert found.shares.shape == (len(STAGES), len(CARE_OPTIONS))
    np.testing.assert_allclose(found.shares.sum(axis=1), 1.0, atol=2e-4)
