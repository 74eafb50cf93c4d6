"""Blood, needle and pathology by a small kernel: levels against the formula, shares of 20 000 draws within 5 errors."""

from __future__ import annotations

import math

import numpy as np
import pytest

from paget import knowledge
from paget.body.micrometastases import COUNT, LOG_CELLS, LOG_RATIO, SIZE_COLUMNS
from paget.body.shape import volume_of_diameter
from paget.body.state import GROUPS, KINETICS, LESION, PERSON
from paget.compute import kernel
from paget.errors import InputError
from paget.knowledge.pd_l1_assays import PD_L1_ASSAYS, pd_l1_factor
from paget.patient.monitoring import (
    TISSUE_METHODS,
    cell_deaths,
    ctc_count,
    ctdna_copies,
    ctdna_per_ml,
    ctdna_positive,
    measured_pd_l1,
    resectable,
    sequencing_day,
    tissue_diagnosis,
)
from paget.patient.parameters import PARAMETERS, UNITS
from paget.patient.workspace import Workspace
from paget.trial.units import convert

DRAWS = 20_000
SEED = 11
CLASSES = 4
LEVEL, POSITIVE, CELLS, DAY, PUNCTURES, KNOWN, COPIES, METHOD = range(8)
RECORDS = knowledge.parameters("atc")


def record(symbol: str) -> float:
    return convert(RECORDS[symbol].value, RECORDS[symbol].unit, UNITS[symbol])


def parameters(**changed: float) -> np.ndarray:
    p = np.zeros(1, PARAMETERS)
    for symbol in UNITS:
        if symbol in RECORDS:
            p[symbol] = record(symbol)
    for symbol, value in changed.items():
        p[symbol] = value
    return p


@kernel
def dying(i, persons, kinetics, lesions, sizes, p, out):
    none = sizes[i, 0]
    own = Workspace(
        none, kinetics[i], none, none, none, none, sizes[i], none, lesions[i], none, none, none, none, none, none, none,
        none, none, none, none, none, none, none, none, none, none,
    )  # fmt: skip
    out[i, 0] = cell_deaths(persons[i], own)
    out[i, 1] = ctdna_per_ml(out[i, 0], p[0])


@kernel
def examining(i, per_ml, p, out):
    out[i, COPIES] = ctdna_copies(per_ml, p[0], SEED, i, 0)
    out[i, POSITIVE] = 1.0 if ctdna_positive(out[i, COPIES], p[0]) else 0.0
    out[i, CELLS] = ctc_count(per_ml, p[0], SEED, i, 0)
    day, punctures, method = tissue_diagnosis(i, p[0], SEED)
    out[i, METHOD] = method
    out[i, DAY] = day
    out[i, PUNCTURES] = punctures
    out[i, KNOWN] = sequencing_day(i, day, per_ml, p[0], SEED)


@kernel
def operating(i, persons, lesions, p, out):
    out[i] = 1 if resectable(persons[i], lesions[0], p[0], SEED) else 0


@kernel
def staining(i, shares, factor, out):
    out[i] = measured_pd_l1(shares[i], factor)


def examined(per_ml: float = 0.0, **changed: float) -> np.ndarray:
    out = np.zeros((DRAWS, 8))
    examining.launch(DRAWS, per_ml, parameters(**changed), out, threads=1)
    return out


def within(observed: float, expected: float, errors: float = 5.0) -> bool:
    return abs(observed - expected) <= errors * math.sqrt(max(expected * (1.0 - expected), 1e-12) / DRAWS)


def bodies(count: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Persons, kinetics, lesions and size classes of empty bodies whose cells grow at 0.1 and die at 0.4 per day."""
    kinetics = np.zeros((count, 1 + GROUPS), KINETICS)
    kinetics["unbraked_rate"] = 0.1
    kinetics["division_rate"] = 0.5
    kinetics["brake_rate"] = 0.01
    kinetics["brake_share"] = 1.0
    kinetics["brake_switch"] = 1.0
    sizes = np.zeros((count, GROUPS, CLASSES + 1, SIZE_COLUMNS))
    persons = np.zeros(count, PERSON)
    persons["primary_log_ratio"] = 100.0
    return persons, kinetics, np.zeros((count, 4), LESION), sizes


def deaths(persons, kinetics, lesions, sizes) -> tuple[float, float]:
    out = np.zeros((len(persons), 2))
    dying.launch(len(persons), persons, kinetics, lesions, sizes, parameters(), out, threads=1)
    return float(out[0, 0]), float(out[0, 1])


def test_deaths_are_those_of_growth_and_of_treatment_everywhere():
    persons, kinetics, lesions, sizes = bodies()
    persons["primary_cells"] = 1e9
    assert deaths(persons, kinetics, lesions, sizes)[0] == pytest.approx(0.4e9)
    kinetics["loss_rate"][0, 0] = 0.2
    assert deaths(persons, kinetics, lesions, sizes)[0] == pytest.approx(0.6e9)
    persons["lesion_count"] = 1
    lesions["log_cells"][0, 0] = math.log(1e8)
    lesions["log_ratio"][0, 0] = 100.0
    kinetics["loss_rate"][0, 1] = 0.1
    assert deaths(persons, kinetics, lesions, sizes)[0] == pytest.approx(0.6e9 + 0.5e8)
    sizes[0, 1, 0, [COUNT, LOG_CELLS, LOG_RATIO]] = (50.0, math.log(1e5), 100.0)
    sizes[0, 1, CLASSES, 0] = 1
    assert deaths(persons, kinetics, lesions, sizes)[0] == pytest.approx(0.6e9 + 0.5e8 + 50 * 0.4e5)
    # A lesion at its capacity grows no more, and as many cells die as are born.
    persons["primary_log_ratio"] = 0.0
    kinetics["loss_rate"] = 0.0
    persons["lesion_count"] = 0
    sizes[:] = 0.0
    assert deaths(persons, kinetics, lesions, sizes)[0] == pytest.approx(0.4e9)


def test_tumour_dna_is_the_steady_state_of_shedding_and_clearance():
    persons, kinetics, lesions, sizes = bodies()
    persons["primary_cells"] = 2.5e9
    died, level = deaths(persons, kinetics, lesions, sizes)
    # By hand: 1e9 deaths a day, 1.4e-4 each, cleared at ln 2 per 30 minutes from 3 litres of plasma.
    assert died == pytest.approx(1e9)
    assert level == pytest.approx(1e9 * 1.4e-4 / (math.log(2.0) * 48.0) / 3000.0)


def test_tumour_dna_agrees_with_the_published_level():
    """0.21 genome equivalents per mL of plasma at 1 cm^3 (Avanzini2020): 1e9 cells, of which 0.14 a day die."""
    persons, kinetics, lesions, sizes = bodies()
    kinetics["division_rate"] = 0.14 + 0.004
    kinetics["unbraked_rate"] = 0.004
    persons["primary_cells"] = 1e9
    assert deaths(persons, kinetics, lesions, sizes)[1] == pytest.approx(0.21, rel=0.15)


def test_a_sample_counts_by_a_poisson_law():
    found = examined(per_ml=2.0)
    mean = 2.0 * record("plasma_sample")
    assert found[:, COPIES].mean() == pytest.approx(mean, abs=5 * math.sqrt(mean / DRAWS))
    assert found[:, COPIES].var() == pytest.approx(mean, rel=0.1)
    least = int(record("ctdna_positive_copies"))
    chance = 1.0 - sum(math.exp(-mean) * mean**k / math.factorial(k) for k in range(least))
    assert within(found[:, POSITIVE].mean(), chance)
    cells = 2.0 * record("ctc_sample")
    assert found[:, CELLS].mean() == pytest.approx(cells, abs=5 * math.sqrt(cells / DRAWS))
    nothing = examined(per_ml=0.0)
    assert not nothing[:, [COPIES, POSITIVE, CELLS]].any()


def test_the_first_aspiration_gives_the_diagnosis_with_its_sensitivity():
    found = examined()
    assert within((found[:, PUNCTURES] == 1).mean(), record("fna_sensitivity"))
    missed = found[found[:, PUNCTURES] > 1]
    again = (missed[:, PUNCTURES] == 2).mean()
    assert abs(again - record("core_biopsy_sensitivity")) < 5 * math.sqrt(0.968 * 0.032 / len(missed))
    assert found[:, PUNCTURES].max() <= record("punctures_limit") + 1


def test_times_to_diagnosis_add_up():
    found = examined(ultrasound_sensitivity=1.0)
    cytology, histology, wait = (
        record(s) for s in ("cytology_turnaround", "histology_turnaround", "repeat_biopsy_delay")
    )
    assert set(found[found[:, PUNCTURES] == 1, DAY]) == {cytology}
    assert set(found[found[:, PUNCTURES] == 2, DAY]) == {cytology + wait + histology}
    never = examined(ultrasound_sensitivity=1.0, fna_sensitivity=0.0, core_biopsy_sensitivity=0.0)
    assert set(never[:, PUNCTURES]) == {4.0}
    assert set(never[:, DAY]) == {cytology + 3 * wait + 3 * histology}


def test_a_mass_that_ultrasound_does_not_suspect_waits():
    found = examined(fna_sensitivity=1.0)
    waited = found[:, DAY] > record("unsuspicious_delay")
    assert within(waited.mean(), 1.0 - record("ultrasound_sensitivity"))


def test_a_core_biopsy_first_takes_longer_and_misses_less():
    first, core = examined(), examined(core_biopsy_first=1.0)
    assert within((core[:, PUNCTURES] == 1).mean(), record("core_biopsy_sensitivity"))
    assert core[:, DAY].min() == record("histology_turnaround") > first[:, DAY].min()


def test_the_method_is_that_of_the_last_puncture():
    found = examined()
    methods = np.array(TISSUE_METHODS)[found[:, METHOD].astype(int)]
    limit = int(record("punctures_limit"))
    assert set(methods[found[:, PUNCTURES] == 1]) == {"fine-needle aspiration"}
    again = (found[:, PUNCTURES] > 1) & (found[:, PUNCTURES] <= limit)
    assert set(methods[again]) == {"core biopsy"}
    never = examined(fna_sensitivity=0.0, core_biopsy_sensitivity=0.0)
    assert set(np.array(TISSUE_METHODS)[never[:, METHOD].astype(int)]) == {"open biopsy"}
    first = examined(core_biopsy_first=1.0)
    assert set(first[first[:, PUNCTURES] == 1, METHOD]) == {TISSUE_METHODS.index("core biopsy")}


def test_sequencing_takes_its_published_time_after_the_diagnosis():
    found = examined()
    taken = found[:, KNOWN] - found[:, DAY]
    assert np.median(taken) == pytest.approx(record("sequencing_turnaround"), rel=0.03)
    assert np.log(taken).std() == pytest.approx(record("sequencing_spread"), rel=0.03)


def test_a_liquid_biopsy_tells_sooner_where_there_is_tumour_dna():
    usual = examined(per_ml=100.0)
    liquid = examined(per_ml=100.0, liquid_biopsy=1.0)
    assert np.all(liquid[:, KNOWN] <= usual[:, KNOWN])
    assert np.median(liquid[:, KNOWN]) < record("liquid_turnaround") * 1.05
    np.testing.assert_array_equal(examined(per_ml=0.0, liquid_biopsy=1.0)[:, KNOWN], examined(per_ml=0.0)[:, KNOWN])


def test_an_assay_reads_its_factor_and_never_more_than_all():
    shares = np.array([0.0, 0.02, 0.6, 1.0])
    out = np.zeros(4)
    staining.launch(4, shares, 0.5, out, threads=1)
    np.testing.assert_allclose(out, [0.0, 0.01, 0.3, 0.5])
    staining.launch(4, shares, 1.2, out, threads=1)
    np.testing.assert_allclose(out, [0.0, 0.024, 0.72, 1.0])


def test_assays_stand_in_the_order_of_the_comparison():
    values = {symbol: known.value for symbol, known in RECORDS.items()}
    factors = {assay: pd_l1_factor(assay, values) for assay in PD_L1_ASSAYS}
    assert factors["22C3"] == factors["28-8"] == factors["SP263"] == 1.0
    assert factors["SP142"] < 1.0 < factors["73-10"]
    with pytest.raises(InputError, match="SP142"):
        pd_l1_factor("SP143", values)


def operable(diameter: float, extended: int = 1, lumen: float = 0.0, dead: float = 0.0, **changed: float) -> np.ndarray:
    p = parameters(**changed)
    persons = np.zeros(DRAWS, PERSON)
    persons["person"] = np.arange(DRAWS)
    cells = volume_of_diameter(diameter, float(p["shape_factor"][0])) * float(p["cell_density"][0])
    persons["primary_cells"] = (1.0 - dead) * cells
    persons["dead_cells"] = dead * cells
    persons["extended"] = extended
    persons["lumen_loss"] = lumen
    out = np.zeros(DRAWS, np.int64)
    operating.launch(DRAWS, persons, np.zeros((1, 1), LESION), p, out, threads=1)
    return out


def test_a_large_extended_primary_is_not_resectable_until_it_shrinks():
    median = record("encasement_diameter")
    assert within(operable(median).mean(), 0.5)
    shrunk = operable(median * math.exp(-2.0 * record("encasement_spread")))
    assert within(shrunk.mean(), 0.5 * (1.0 + math.erf(math.sqrt(2.0))))
    assert np.all(shrunk >= operable(median))


def test_what_is_within_the_thyroid_is_resectable():
    assert operable(100.0, extended=0).all()
    assert not operable(1e3).any()


def test_a_trachea_narrowed_to_dyspnoea_at_rest_is_not_operated():
    limit = RECORDS["airway_loss_at_rest"].value
    assert not operable(20.0, extended=0, lumen=limit).any()
    assert operable(20.0, extended=0, lumen=0.99 * limit).all()


def test_dead_cells_are_in_the_way_until_they_are_cleared():
    alive, dying_off = operable(60.0), operable(60.0, dead=0.99)
    np.testing.assert_array_equal(alive, dying_off)
