"""Published experiments on the model, in small: each must respond to the mechanism behind it, and in the right size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from paget import knowledge
from paget.errors import InputErrors
from paget.knowledge.library import Library
from paget.knowledge.reading import shipped
from paget.knowledge.targets import FILE, Target, targets
from paget.trial import experiments
from paget.trial.experiments import ALIKE, SUSPENSION, Bench
from paget.trial.plan import Prescribed

PATIENT = Bench()
KNOWN = targets()


def in_animal(host: str, **parameters: float) -> Bench:
    return Bench(host=host, parameters={**SUSPENSION, **ALIKE, **parameters})


def hit(name: str, value: float) -> bool:
    return KNOWN[name].verdict(value) == "hit"


# The table


def test_every_target_is_cited_and_holds_together():
    assert len(KNOWN) > 80
    assert {each.scale for each in KNOWN.values()} == {"body", "tissue", "network", "therapy"}
    sources = knowledge.sources()
    for each in KNOWN.values():
        named = [part.strip() for part in each.source.split(";")]
        assert set(named) <= set(sources)
        if each.status == "measured":
            assert any(sources[part].supports_measured for part in named), each.id


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("x,a,b,1,2,3,1,Luzzi1998,measured,body,", "low 2 lies above value 1"),
        ("x,a,b,,,,1,Luzzi1998,measured,body,", "a row without value has one bound"),
        ("x,a,b,,1,2,1,Luzzi1998,measured,body,", "a row without value has one bound"),
        ("x,a,b,1,,,1,Luzzi1998,measured,organ,", "'organ' is not a known scale"),
        ("x,a,b,1,,,1,Luzzi1998,measured,tissue,", "gives no reason"),
        ("x,a,b,1,,,1,Luzi1998,measured,body,", "source 'Luzi1998' is not in sources.csv"),
        ("x,a,b,one,,,1,Luzzi1998,measured,body,", "'one' is not a number"),
        ("x,a,b,1,,,furlong,Luzzi1998,measured,body,", "'furlong' is not in the vocabulary"),
        ("iv_yield,a,b,1,,,1,Luzzi1998,measured,body,", "the key is already used"),
    ],
)
def test_a_broken_row_is_refused(tmp_path: Path, row: str, message: str):
    for name in (FILE, "sources.csv"):
        (tmp_path / name).write_text((shipped() / name).read_text(encoding="utf-8"), encoding="utf-8")
    assert len(targets(Library(tmp_path))) == len(KNOWN)
    with (tmp_path / FILE).open("a", encoding="utf-8") as table:
        table.write(f"{row}\n")
    with pytest.raises(InputErrors) as caught:
        targets(Library(tmp_path))
    assert message in str(caught.value)


def test_a_verdict_follows_the_kind_of_row():
    def target(**given: float) -> Target:
        return Target.model_validate(
            {"id": "x", "what": "x", "quantity": "x", "unit": "1", "source": "assumed", "status": "assumed",
             "scale": "body", **given}
        )  # fmt: skip

    ranged, direction, bare = target(value=2.0, low=1.0, high=3.0), target(high=1.0), target(value=5.0)
    assert [ranged.verdict(value) for value in (1.0, 3.0, 3.1)] == ["hit", "hit", "miss"]
    assert [direction.verdict(value) for value in (0.9, 1.0)] == ["hit", "miss"]
    assert [bare.verdict(4.0, error) for error in ((3.0, 6.0), (3.0, 4.5))] == ["hit", "miss"]
    assert [bare.verdict(4.0), ranged.verdict(None), ranged.verdict(np.inf)] == [None, None, None]


# Injected cells


def test_one_cell_lives_in_one_animal_and_dies_in_another():
    mouse, embryo = in_animal("mouse"), in_animal("chick_embryo")
    assert hit("iv_survival", experiments.injected(mouse, "lung", 1.0).alive)
    assert not hit("iv_survival", experiments.injected(mouse.without("natural_killer_cells"), "lung", 1.0).alive)
    assert hit("cam_extravasation", float(experiments.injected(embryo, "other", 1.0).outside.sum()))
    assert not hit("cam_extravasation", float(experiments.injected(mouse, "other", 1.0).outside.sum()))


def test_luzzis_stages_in_the_liver_follow_lodging_dormancy_and_tempo():
    """The founders of an injection in the course against those that dispersal expects; the dormant share by its law."""
    bench = in_animal("mouse_liver", lodging_probability=1.0, solitary_dormancy_share=0.975)
    found = experiments.inefficiency(bench, 1e6, (3, 13), 4.0, 0.1)
    wake, death = bench.values["dormant_wake_rate"], bench.values["dormant_death_rate"]
    soil = bench.ground().soil[bench.sites.index("liver")]
    lodging = min(1.0, soil * bench.ground().met_gate)
    asleep = found.extravasated * lodging * 0.975 * np.exp(-13.0 * (wake + death))
    assert found.dormant == pytest.approx(asleep, rel=0.02)
    awake = experiments.inefficiency(bench.without("dormancy"), 1e6, (3, 13), 4.0, 0.1)
    assert awake.dormant == 0.0
    assert awake.started > 20.0 * found.started
    few = experiments.inefficiency(bench.but(lodging_probability=0.1), 1e6, (3, 13), 4.0, 0.1)
    assert few.started == pytest.approx(0.1 * found.started, rel=0.3)
    fast = experiments.inefficiency(bench.at_tempo(8.0, 1.0), 1e6, (3, 13), 4.0, 0.1)
    assert fast.started > 2.0 * found.started
    assert fast.macroscopic > 50.0 * found.macroscopic
    assert 0.0 < found.late_share < 1.0


def test_platelets_help_only_against_natural_killers():
    def change(host: str) -> float:
        bench = in_animal(host)
        return experiments.extravasated(bench.without("platelets"), "lung", 14.0, "lung") / experiments.extravasated(
            bench, "lung", 14.0, "lung"
        )

    assert hit("platelets_without_nk", change("mouse_without_natural_killers"))
    assert not hit("platelets_without_nk", change("mouse"))


def test_lung_colonies_need_lodging_and_arrest():
    bench = in_animal("mouse", lodging_probability=0.1)
    few, more = (experiments.lung_colonies(each, 1e6, 14.0) for each in (bench, bench.but(lodging_probability=0.4)))
    assert abs(np.log(more / few / 4.0)) < 6.0 * np.sqrt(1.0 / few + 1.0 / more)
    assert experiments.lung_colonies(bench.without("arrest"), 1e6, 14.0) == 0.0


# Cells in blood


def test_clusters_and_the_circulation():
    assert experiments.cluster_yield(PATIENT.without("cluster_shield")) < 0.4 * experiments.cluster_yield(PATIENT)
    assert hit("cluster_yield", experiments.cluster_yield(PATIENT.but(cluster_mean_size=7.0)))
    assert hit("first_circuit", experiments.returned_after_one_circuit(PATIENT))
    assert not hit("first_circuit", experiments.returned_after_one_circuit(PATIENT.but(arrest_prone_share=0.5)))
    hours = np.linspace(0.0, 0.5, 13).tolist()
    assert hit("ctc_half_life", 24.0 * experiments.half_life_in_blood(PATIENT, hours))
    firm = PATIENT.but(wash_out_rate_passer=0.0, capture_passer=0.9)
    assert not hit("ctc_half_life", 24.0 * experiments.half_life_in_blood(firm, hours))
    one, two = (experiments.cells_in_blood(PATIENT, cells) for cells in (1e9, 2e9))
    assert two == pytest.approx(2.0 ** PATIENT.values["seeding_exponent"] * one)


def test_aspirin_has_both_signs():
    assert hit("aspirin_other", experiments.on_aspirin(PATIENT, 55.0))
    assert hit("aspirin_elderly", experiments.on_aspirin(PATIENT, 75.0))
    assert experiments.on_aspirin(PATIENT.without("aspirin"), 75.0) == 1.0


def test_blocked_receptors_proteases_and_pores():
    blocked, usual = experiments.founders(PATIENT.but(cxcr4_level=0.0)), experiments.founders(PATIENT)
    assert hit("chemokine_lung", blocked["lung"] / usual["lung"])
    assert hit("protease_block", experiments.leaving_without_proteases(PATIENT))
    assert not hit("protease_block", experiments.leaving_without_proteases(PATIENT.without("amoeboid_migration")))
    assert hit("pore_limit", experiments.pore_limit(PATIENT, 30.0))
    assert experiments.pore_limit(PATIENT.but(pore_area_arrest=5.0), 30.0) == pytest.approx(5.0, rel=1e-5)


# Growth


def test_a_graft_waits_for_the_switch_and_stays_avascular_without():
    mouse = Bench(host="mouse", parameters=ALIKE)
    usual = experiments.graft(mouse, 10, 1e6, 200.0).days_to(5.0)
    held = experiments.graft(mouse.but(thrombospondin_level=11.0), 10, 1e6, 4000.0).days_to(5.0)
    assert np.isfinite(held).all()
    assert held.mean() > 2.0 * usual.mean()
    assert experiments.graft(mouse.at_tempo(8.0, 1.0), 1, 1e6, 200.0).days_to(5.0)[0] < 0.5 * usual.mean()
    still = experiments.graft(mouse.without("angiogenesis"), 1, 1e4, 400.0).volumes([400.0])[0]
    assert hit("avascular_plateau", still)
    assert not hit("avascular_plateau", experiments.graft(mouse, 1, 1e4, 400.0).volumes([400.0])[0])


def test_stem_cells_come_back_by_dedifferentiation_alone():
    assert experiments.stem_share_after(PATIENT, 0.0, 30) > 0.0
    assert experiments.stem_share_after(PATIENT.without("dedifferentiation"), 0.0, 30) == 0.0


def test_later_resection_lets_more_metastases_out():
    bench = PATIENT.without("background_mortality")
    early, late = (experiments.risk_after_resection(bench, size, 40, 1826.0) for size in (1.0, 30.0))
    assert early < 0.1 < 0.3 < late
    assert experiments.risk_after_resection(bench.without("intravasation"), 30.0, 20, 1826.0) == 0.0


def test_cells_shed_are_a_rate_per_cell_of_the_size_at_which_it_was_measured():
    values = PATIENT.values
    for exponent in (1.0, values["seeding_exponent"]):
        run = PATIENT.but(seeding_exponent=exponent).run(1, 60.0, prescribed=Prescribed(diameter_mm=20.0))
        days, volumes = run.curve("primary_ml").T
        cells = 1000.0 * volumes[days >= run.cohort.persons["diagnosis_day"][0]] * values["cell_density"]
        weight = np.mean((cells / values["shedding_measured_at"]) ** (exponent - 1.0) * cells) / np.mean(cells)
        assert experiments.shed_per_cell_day(run) == pytest.approx(values["shedding_rate"] * weight, rel=0.05)
