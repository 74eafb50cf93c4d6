"""How a course begins: the section `start`, hosts of arms, and the switch that stands for all others."""

from __future__ import annotations

import numpy as np
import pytest

from paget import knowledge
from paget.body.shape import volume_of_diameter
from paget.errors import InputError
from paget.knowledge.hosts import host
from paget.patient.care import NEVER
from paget.scenario import built_in, find, load, read, resolved, resolved_yaml
from paget.scenario.model import mechanism_names
from paget.scenario.study import study_of
from paget.trial.job import plan_of_arm, study_of_arm
from paget.trial.plan import plan

HEAD = "paget: 1\nkind: trial\nname: test\n"
PATIENT = "paget: 1\nkind: patient\nname: test\n"


def study(body: str, head: str = HEAD):
    return study_of(read(head + body, file="s.yaml"))


def refused(body: str, head: str = HEAD) -> str:
    with pytest.raises(InputError) as caught:
        read(head + body, file="s.yaml")
    return str(caught.value)


def test_nothing_written_is_one_cell_in_a_patient():
    usual = study("")
    assert usual.prescribed.start_cells is None
    assert usual.prescribed.diameter_mm is None
    assert not usual.prescribed.resected
    fixed = plan(usual).fixed
    assert all(np.isnan(fixed[name][0]) for name in fixed.dtype.names or ())


def test_cells_and_capacity_reach_the_course():
    given = plan(study("start: {cells: 2e8, capacity: 625 mm^3}")).fixed
    assert given["start_cells"][0] == 2e8
    assert given["start_capacity"][0] == pytest.approx(625.0)
    assert plan(study("start: {capacity: 1 L}")).fixed["start_capacity"][0] == pytest.approx(1e6)


def test_observed_at_once_ends_the_follow_up_after_day_0():
    """One step of the course passes before observation."""
    begun = study("start: {diagnosis: At  Once}\nfollow_up: 20 days\nparameters: {time_step: 0.05 d}")
    assert begun.prescribed.diameter_mm == 0.0
    assert begun.follow_up_days == pytest.approx(19.95)
    assert plan(begun).follow_up_steps == 399
    assert study("follow_up: 20.4 days").follow_up_days == 20


def test_observed_from_a_size_or_a_number_of_cells():
    assert study("start: {diagnosis: 2 cm}").prescribed.diameter_mm == 20.0
    values = knowledge.parameters("atc")
    diameter = study("start: {diagnosis: 20000}").prescribed.diameter_mm
    density = values["cell_density"].value / 1000.0
    assert volume_of_diameter(diameter, values["shape_factor"].value) * density == pytest.approx(20000.0)
    other = study("start: {diagnosis: 20000}\nparameters: {cell_density: 1e9 cell/mL}").prescribed.diameter_mm
    assert other == pytest.approx(diameter * (density / 1e6) ** (1 / 3))


def test_a_whole_resection_is_care_at_diagnosis_for_every_stage():
    care = plan(study("start: {diagnosis: 2 cm, resected: yes}")).care
    assert care.options == ("surgery",)
    assert np.all(care.shares == 1.0)
    row = care.care[0]
    assert (row["operation_delay"], row["maximal_share"], row["maximal_residual"]) == (0.0, 1.0, 0.0)
    assert row["radiation_delay"] == row["drug_delay"] == NEVER
    assert plan(study("start: {resected: yes}\nmechanisms: {care: off}")).care.options == ()
    assert plan(study("start: {diagnosis: 2 cm}")).care.options == ()


def test_injected_cells_and_their_host():
    given = study("start: {injected: 5e4, into: peritoneum, host: mouse_liver}")
    assert (given.prescribed.injected_cells, given.prescribed.injected_into) == (5e4, "peritoneum")
    rows = host("mouse_liver")
    assert set(rows) <= set(given.parameters)
    assert given.parameters["nk_held_killing_rate"] == 0.0
    assert given.parameters["blood_volume"] == pytest.approx(rows["blood_volume"].value)
    own = study("start: {host: mouse}\nparameters: {blood_volume: 3000 mL}")
    assert own.parameters["blood_volume"] == 3000.0
    assert study("start: {host: human}").parameters == study("").parameters


def test_arms_may_differ_in_their_host():
    """Same cells, other natural killers: more of them settle, by Palumbo's hosts at least tenfold."""
    found = load(find("melanoma-mouse-lung"))
    begun = study_of(found)
    assert [arm.name for arm in found.arms] == list(begun.arms)
    lung = begun.arms.index("mouse"), begun.arms.index("mouse without natural killers")
    plans = [plan_of_arm(begun, begun.arms[position]) for position in lung]
    into = int(plans[0].fixed["injected_into"][0])
    assert plans[1].lodged_total[0, into] > 10.0 * plans[0].lodged_total[0, into]
    assert "nk_flow_killing_rate" not in study_of_arm(begun, "mouse").parameters
    assert study_of_arm(begun, "chick embryo").parameters["lung_shear_death_rate"] == 0.0


def test_all_stands_for_every_mechanism_not_named():
    body = "mechanisms: {all: off, shedding: on, arrest: 0.4}\narms: [{name: a}, {name: b, mechanisms: {all: 0.5}}]"
    begun = study(body)
    assert set(begun.mechanisms) == set(mechanism_names())
    assert {name: factor for name, factor in begun.mechanisms.items() if factor} == {"shedding": 1.0, "arrest": 0.4}
    assert set(begun.arm_mechanisms["b"].values()) == {0.5}
    kept = resolved(read(HEAD + body))["mechanisms"]
    assert kept == {"all": "off", "shedding": "on", "arrest": 0.4}
    assert study("mechanisms: {shedding: off}").mechanisms == {"shedding": 0.0}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("start: {cells: 0}", "4: start.cells: 0 cells will not do. Write a number from 1 to 1e+15, e.g. 1 or 1e6."),
        ("start: {cells: many}", '4: start.cells: "many" is not a number of cells.'),
        ("start: {capacity: 625}", "4: start.capacity: 625 has no unit."),
        ("start: {capacity: 2 cm}", '4: start.capacity: "2 cm" is a length, a volume is needed.'),
        ("start: {diagnosis: soon}", '4: start.diagnosis: "soon" is not a number with a unit.'),
        ("start: {diagnosis: [1]}", '4: start.diagnosis: a list is no start of observation. Write "at once"'),
        ("start: {injected: 5e4}", "4: start: into is missing. Write both"),
        ("start: {into: lung}", "4: start: injected is missing. Write both"),
        ("start: {injected: 5e4, into: lung, cells: 7}", "4: start: cells belongs to a primary"),
        ("start: {injected: 5e4, into: lungs}", '4: start.into: site "lungs" is unknown. Did you mean lung'),
        ("start: {host: mouse_livr}", '4: start.host: host "mouse_livr" is unknown. Did you mean mouse_liver'),
        ("arms: [{name: a, host: rat}]", '4: arms[0].host: host "rat" is unknown.'),
        ("start: {resected: perhaps}", '4: start.resected: "perhaps" is neither true nor false.'),
        ("mechanisms: {al: off}", '4: mechanisms.al: mechanism "al" is unknown. Did you mean all'),
    ],
)
def test_what_cannot_begin_is_refused_in_words(body, message):
    assert message in refused(body)


def test_two_sizes_at_diagnosis_are_refused():
    message = refused("presentation: {diameter: 6 cm}\nstart: {diagnosis: 2 cm}", PATIENT)
    assert "both say when the tumour is found. Keep one." in message
    assert study("presentation: {diameter: 6 cm}", PATIENT).prescribed.diameter_mm == 60.0
    assert study("start: {diagnosis: 2 cm}", PATIENT).prescribed.diameter_mm == 20.0


@pytest.mark.parametrize("name", ["iwata", "mtgm-lung", "mtgm-breast", "hahnfeldt"])
def test_presets_rest_on_the_published_model(name):
    """Every number that they need is there; what their table lacks is that of the reduction."""
    assert name in [entry.name for entry in built_in()]
    scenario = load(find(name))
    assert read(resolved_yaml(scenario)) == scenario
    values = knowledge.parameters(scenario.disease)
    assert knowledge.diseases()[scenario.disease].based_on == "published_model"
    assert values["direct_seeding"].value == 1.0
    assert values["seeding_spread"].value == 0.0
    assert knowledge.parameters("atc")["direct_seeding"].value == 0.0
    compiled = plan(study_of(scenario))
    assert compiled.parameters["switch_death"][0] == 0.0
    assert compiled.parameters["switch_growth_brake"][0] == 1.0
