"""Scenarios of kind network: what they can say, what is refused, and what they compile to."""

from __future__ import annotations

import contextlib
import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paget.errors import InputError
from paget.scenario import load, read, resolved_yaml
from paget.scenario.network_files import portable
from paget.scenario.network_graph import edges
from paget.scenario.network_job import block_lengths, state_label
from paget.scenario.network_model import Network
from paget.scenario.network_plan import CONDITION, DOSE_RESPONSE, HEAT_MAP, initial_groups, study_of
from paget.scenario.network_summary import _rule, study_hash
from paget.scenario.network_tables import combined
from paget.signalling.bnd import parse_bnd
from paget.signalling.bnet import read_bnet
from paget.signalling.settings import InitialGroup

HEAD = "paget: 1\nkind: network\nname: test\n"
ATC = f"{HEAD}network: atc\n"
EVERYTHING = f"""{ATC}
description: all that a network scenario can say
samples: 100
duration: 2 d
time_tick: 120 min
seed: 3
mechanisms: {{mapk_signalling: on, emt_transcription: off}}
conditions:
  - name: treated
    genotype: [BRAF V600E, TP53 loss]
    drugs: {{dabrafenib: 90 %, trametinib: 10 nmol/L}}
    environment: {{TGFB: on, Hypoxia: 0.5}}
    hold: {{CDH1: off}}
    inhibit: {{ERK: 0.5}}
    activate: {{PTEN: 25 %}}
    initial: {{MES: 1}}
  - name: untreated
read_outs: {{growing: "Proliferation & !CASP"}}
first_passage: {{dies: CASP | NECRO}}
outputs: [ERK, MES]
show: [ERK]
heat_map:
  inhibition: 0.8
  genotypes: [wild type, BRAF V600E + TP53 loss, {{name: own, hold: {{RAS: on}}}}]
  drugs: [no drug, dabrafenib + trametinib]
dose_response: {{drug: [dabrafenib, trametinib], doses: [0, 0.5, 1], conditions: [untreated]}}
"""
TOY = "A, A\nB, A & !C\nC, !B | C\nD, B & C\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "toy.bnet").write_text(TOY)
    (tmp_path / "rates.bnd").write_text("Node A { rate_up = $u; rate_down = $d; }\n")
    (tmp_path / "rates.cfg").write_text("$u = 2; $d = 1; A.istate = 0; max_time = 5; sample_count = 50;\n")
    (tmp_path / "hidden.cfg").write_text("$u = 2; $d = 1; A.is_internal = 1;\n")
    return tmp_path


def written(folder: Path, body: str) -> Path:
    path = folder / "scenario.yaml"
    path.write_text(HEAD + body)
    return path


def test_everything_is_read_and_written_back():
    scenario = read(EVERYTHING)
    assert read(resolved_yaml(scenario)) == scenario
    treated = scenario.conditions[0]
    assert treated.drugs["dabrafenib"] == 0.9
    assert treated.drugs["trametinib"].value == 10
    assert treated.environment == {"TGFB": 1.0, "Hypoxia": 0.5}
    assert scenario.heat_map.drugs[1].drugs == {"dabrafenib": 0.8, "trametinib": 0.8}
    assert scenario.heat_map.genotypes[1].genotype == ("BRAF V600E", "TP53 loss")


def test_what_it_compiles_to():
    study = study_of(read(EVERYTHING))
    parts = [experiment.part for experiment in study.experiments]
    assert (parts.count(CONDITION), parts.count(HEAT_MAP), parts.count(DOSE_RESPONSE)) == (2, 6, 3)
    treated = study.experiments[0]
    assert (treated.settings.max_time, treated.settings.time_tick) == pytest.approx((48, 2))
    assert treated.interventions.held["CDH1"] == 0
    assert treated.interventions.inhibited["ERK"] == 0.5
    assert treated.interventions.activated["PTEN"] == 0.25
    assert treated.interventions.inhibited["BRAFm"] == pytest.approx(0.9)
    assert 0.0 < treated.interventions.inhibited["MEK"] < 1.0
    assert InitialGroup(("MES",), ((0,), (1,)), (0.0, 1.0)) in treated.settings.initial
    assert study.samples == 100
    assert next(iter(study.read_outs)) == "growing"
    assert {"growing", "proliferation"} <= set(study.read_outs)


def test_a_module_that_is_off_is_held_off_in_every_condition():
    on, off = (study_of(read(ATC + f"mechanisms: {{emt_transcription: {switch}}}")) for switch in ("on", "off"))
    assert "ZEB1" not in on.experiments[0].interventions.held
    assert {each.interventions.held["ZEB1"] for each in off.experiments} == {0}


def test_more_drug_inhibits_more():
    body = "conditions: [{{name: a, drugs: {{trametinib: {dose}}}}}]"
    doses = ["0.01 nmol/L", "1 nM", "100 nmol/L", "0.1 mmol/L"]
    studies = [study_of(read(ATC + body.format(dose=dose))) for dose in doses]
    effects = [study.experiments[0].interventions.inhibited["MEK"] for study in studies]
    assert effects == sorted(effects)
    assert effects[0] < 0.2
    assert effects[-1] > 0.95


def test_paths_are_relative_to_the_scenario(folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    path = written(folder, "network: rates.bnd\nsettings: [rates.cfg]\n")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    study = study_of(load(path))
    assert study.experiments[0].settings.variables == {"u": 2.0, "d": 1.0}
    assert (study.samples, study.experiments[0].settings.max_time) == (50, 5.0)


def test_the_run_directory_gets_the_files(folder: Path):
    scenario = load(written(folder, "network: rates.bnd\nsettings: rates.cfg\n"))
    kept, files = portable(scenario)
    assert (kept.network, kept.settings) == ("network.bnd", ("settings-1.cfg",))
    assert files["network.bnd"] == (folder / "rates.bnd").read_bytes()
    assert files["settings-1.cfg"] == (folder / "rates.cfg").read_bytes()
    assert portable(read(ATC))[1] == {}


def test_the_hash_is_of_what_is_simulated(folder: Path):
    path = written(folder, "network: toy.bnet\n")
    before = study_hash(study_of(load(path)))
    (folder / "toy.bnet").write_text("# a comment\n" + TOY)
    assert study_hash(study_of(load(path))) == before
    (folder / "toy.bnet").write_text(TOY.replace("A & !C", "A | !C"))
    assert study_hash(study_of(load(path))) != before


WRONG_FOR_A_FILE = {
    "network: toi.bnet": "network: there is no file .*Did you mean toy.bnet",
    "network: toy.bnet\nsettings: none.cfg": 'settings.*no file "none.cfg" in .*Known: hidden.cfg, rates.bnd',
    "network: rates.bnd": r"the rules use \$u.*Add settings: rates.cfg",
    "network: toy.bnet\nduration: 10 h": "time unit of this network is not known",
    "network: toy.bnet\ntime_unit: h\nduration: 10 mm": "is a length, a time is needed",
    "network: toy.bnet\nconditions: [{name: x, genotype: [BRAF V600E]}]": "has no genotype.*hold",
    "network: toy.bnet\nconditions: [{name: x, drugs: {dabrafenib: 1}}]": "has no drugs.*inhibit",
    "network: toy.bnet\nconditions: [{name: x, hold: {BB: on}}]": r'hold.BB: node "BB" is unknown. Did you mean B\?',
    "network: toy.bnet\nread_outs: {x: A & E}": 'node "E" is unknown',
    "network: toy.bnet\noutputs: [F]": 'node "F" is unknown',
    "network: toy.bnet\nmechanisms: {arrest: off}": "has no modules",
    "network: toy.bnet\ndose_response: {drug: dabrafenib}": "has no drugs",
    "network: toy.bnet\ndose_response: {inhibit: B, doses: [0, 1 nmol/L]}": "a node has no concentration",
    "network: toy.bnet\ndose_response: {inhibit: B, doses: [0, 0.5, 0]}": "dose 0 stands there twice",
    "network: toy.bnet\nheat_map: {genotypes: [{name: g, activate: {B: 1}}], drugs: [{name: d, inhibit: {B: 1}}]}": (
        'heat_map.drugs.0.: node "B" is inhibited and activated: by genotype "g" and by "d"'
    ),
    "network: toy.bnet\nheat_map: {genotypes: [{name: g, hold: {B: on}}], drugs: [{name: d, hold: {B: off}}]}": (
        'node "B" is held off and on'
    ),
    "network: toy.bnet\nconditions: [{name: g, activate: {B: 1}}]\ndose_response: {inhibit: B}": (
        'dose_response.inhibit: node "B" is inhibited and activated: by the doses and by condition "g"'
    ),
    "network: toy.bnet\nconditions: [{name: g · d}]\nheat_map: {genotypes: [{name: g}], drugs: [{name: d}]}": (
        'two experiments would be called "g · d"'
    ),
    "network: toy.bnet\nconditions: [{name: a}, {name: a · inhibition of B 0}]\ndose_response: {inhibit: B}": (
        "two experiments would be called"
    ),
    "network: rates.bnd\nsettings: hidden.cfg": "every node is internal",
    "network: rates.bnd\nsettings: rates.cfg\nconditions: [{name: a, variables: {u: .nan}}]": "u: .* not a finite",
    "network: toy.bnet\nduration: 1\ntime_tick: 2": "0 windows of 2",
    "network: toy.bnet\nduration: 1e9\ntime_tick: 1": "1000000000 windows",
}


@pytest.mark.parametrize("body", WRONG_FOR_A_FILE)
def test_wrong_input_is_refused_with_its_place(folder: Path, body: str):
    path = written(folder, body + "\n")
    with pytest.raises(InputError) as caught:
        load(path)
    message = str(caught.value)
    assert re.search(WRONG_FOR_A_FILE[body], message)
    assert re.match(rf"{re.escape(str(path))}:\d+: \w", message)
    assert caught.value.exit_code == 2


def test_a_mistake_in_the_network_names_the_network(folder: Path):
    (folder / "toy.bnet").write_text("A, A\nB, A & & A\n")
    with pytest.raises(InputError) as caught:
        load(written(folder, "network: toy.bnet\n"))
    assert str(caught.value).startswith(f"{folder / 'toy.bnet'}:2: ")


def test_a_node_is_changed_in_one_way_only():
    with pytest.raises(InputError, match="held, inhibited or activated at once"):
        read(ATC + "conditions: [{name: a, hold: {ERK: on}, inhibit: {ERK: 0.5}}]")


def test_a_held_node_stays_so_under_any_drug(folder: Path):
    body = """network: toy.bnet
conditions: [{name: lost, hold: {B: off}}]
heat_map: {genotypes: [{name: gain, hold: {B: on}}], drugs: [{name: i, inhibit: {B: 0.5, D: 0.25}}]}
dose_response: {inhibit: [B, D], doses: [0, 1]}
"""
    experiments = study_of(load(written(folder, body))).experiments
    cell = next(each for each in experiments if each.part == HEAT_MAP)
    assert (dict(cell.interventions.held), dict(cell.interventions.inhibited)) == ({"B": 1}, {"D": 0.25})
    dose = [each for each in experiments if each.part == DOSE_RESPONSE][-1]
    assert (dict(dose.interventions.held), dict(dose.interventions.inhibited)) == ({"B": 0}, {"D": 1.0})


def test_internal_nodes_have_no_course_to_show(folder: Path):
    (folder / "part.cfg").write_text("A.is_internal = 1;\n")
    (folder / "two.bnd").write_text("Node A { logic = B; } Node B { logic = !A; }\n")
    with pytest.raises(InputError, match='show: node "A" is internal and has no course'):
        load(written(folder, "network: two.bnd\nsettings: part.cfg\nshow: A\n"))
    assert load(written(folder, "network: two.bnd\nsettings: part.cfg\nshow: B\noutputs: A\n"))


def test_the_rule_shown_is_the_one_that_acts():
    text = """
    Node A { logic = B & !C; }
    Node B { logic = A; rate_up = @logic ? $u : 0; rate_down = @logic ? 0 : 2; }
    Node C { logic = A; rate_up = B ? 1 : 0; rate_down = B ? 0 : 1; }
    Node D { logic = A; rate_up = 1; rate_down = 2; }
    Node E { rate_up = A; rate_down = B + 0.5; }
    Node F { logic = A; rate_down = 0; }
    Node G { logic = A; rate_up = @logic ? 1 : 0.5; }
    Node H { }
    Node I { logic = A; rate_up = A == 0 ? 1 : 0; rate_down = A == 0 ? 0 : 1; }
    Node J { logic = A; rate_up = @logic ? 1 : 0; rate_down = @logic ? 0 + $u : 1; }
    """
    shown = {node.name: _rule(node)["rule"] for node in parse_bnd(text).nodes}
    assert shown["A"] == "B & !C"
    assert shown["B"] == "A"
    assert shown["C"] == "on at B ? 1 : 0; off at B ? 0 : 1"
    assert shown["D"] == "on at 1; off at 2"
    assert shown["E"] == "on at A; off at B + 0.5"
    assert shown["F"] == "on at A ? 1 : 0; off at 0"
    assert shown["G"].startswith("on at A ? 1 : 0.5")
    assert shown["H"] == ""
    assert shown["I"].startswith("on at A == 0 ? 1 : 0")
    assert shown["J"].endswith("off at A ? 0 + $u : 1")


def test_blocks_share_the_trajectories_out():
    for samples in (10, 2000, 2001, 4500, 10_000, 123_457):
        lengths = block_lengths(samples)
        assert sum(lengths) == samples
        assert max(lengths) - min(lengths) <= 1
        assert max(lengths) <= 2000


def test_blocks_combine_to_mean_and_error_of_the_whole():
    chance = np.random.default_rng(1)
    values = [chance.beta(2.0, 5.0, size=(length, 3)) for length in (7, 8, 30)]
    blocks = [
        {
            "trajectories": len(block),
            "mean": block.mean(axis=0),
            "standard_error": block.std(axis=0, ddof=1) / np.sqrt(len(block)),
        }
        for block in values
    ]
    whole = np.concatenate(values)
    mean, error = combined(blocks, 3)
    assert mean[0] == pytest.approx(whole.mean(axis=0), rel=1e-12)
    assert error[0] == pytest.approx(whole.std(axis=0, ddof=1) / np.sqrt(len(whole)), rel=1e-12)


def test_a_node_with_its_own_start_leaves_its_group():
    group = InitialGroup(("A", "B"), ((1, 0), (0, 1), (1, 1)), (0.2, 0.3, 0.5))
    kept, own = initial_groups((group,), {"A": 0.9})
    assert kept.nodes == ("B",)
    assert dict(zip(kept.states, kept.probabilities, strict=True)) == pytest.approx({(0,): 0.2, (1,): 0.8})
    assert own == InitialGroup(("A",), ((0,), (1,)), (pytest.approx(0.1), 0.9))
    assert initial_groups((group,), {}) == (group,)


def test_signs_of_edges(folder: Path):
    (folder / "toy.bnet").write_text(TOY + "E, (A & !D) | (!A & D)\nF, A & B | A & !B\n")
    found = {(source, target): sign for source, target, sign in edges(read_bnet(folder / "toy.bnet"), {})}
    assert found == {
        ("A", "B"): 1,
        ("C", "B"): -1,
        ("B", "C"): -1,
        ("B", "D"): 1,
        ("C", "D"): 1,
        ("A", "E"): 0,
        ("D", "E"): 0,
        ("A", "F"): 1,  # B stands in the rule and changes nothing
    }


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["A", "B & C", "on"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["A", "name", "x"]), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(sorted(Network.model_fields)), PLAIN, max_size=4))
def test_any_data_is_accepted_or_refused_in_words(fields: dict[str, object]):
    data = {"paget": 1, "kind": "network", "name": "n", "network": "atc", **fields}
    with contextlib.suppress(InputError):
        study_of(read(json.dumps(data)))


def test_labels_of_states():
    assert state_label(["A", "B"]) == "A -- B"
    assert state_label([]) == "<nil>"
