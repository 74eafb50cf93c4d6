"""What .bnd, .cfg, .bnet and SBML-qual files mean."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

import pytest

from paget.errors import InputError
from paget.signalling.bnd import parse_bnd
from paget.signalling.bnet import parse_bnet, write_bnet
from paget.signalling.cfg import parse_cfg, read_cfg, write_cfg
from paget.signalling.network import Network, Node
from paget.signalling.network_file import read_network
from paget.signalling.sbml_qual import read_sbml_qual, write_sbml_qual
from paget.signalling.settings import InitialGroup, Settings
from paget.signalling.update_rule import update_rules

MODELS = Path(__file__).parents[1] / "data" / "networks" / "reference"
BND = """# a comment
node A // keyword in any case
{
  description = "said \\"A\\"";
  logic = NOT B /* not
  both */ and C;
  rate_up = @ logic ? $u : 0; kept = @logic | A;
  rate_down = (@kept ? 0.0 : 1.0) / $d;
}
Node B { }
C : A xor B | A
D, A
"""


def only(text: str) -> str:
    """The rule of the node A in a .bnd of A and B."""
    return str(parse_bnd(f"Node A {{ {text} }} Node B {{}}")["A"].up.text())


def test_bnd_forms_comments_aliases_and_order() -> None:
    network = parse_bnd(BND, "model.bnd")
    assert [node.name for node in network.nodes] == ["A", "B", "C", "D"]
    assert network.name == "model"
    a = network["A"]
    assert a.description == 'said "A"'
    assert [rule.text() for rule in a.rules] == ["!B & C", "!B & C ? $u : 0", "(!B & C | A ? 0 : 1) / $d"]
    assert [network[name].logic for name in "BC"] == [None, parse_bnd("C : A ^ (B | A); A:A; B:B")["C"].logic]
    assert network.inputs == ("B",)
    assert network.variables == ("u", "d")


def test_an_alias_may_be_used_before_it_is_given_and_the_last_of_two_counts() -> None:
    assert only("rate_up = @x ? 1 : 2; x = A; x = B;") == "B ? 1 : 2"


@pytest.mark.parametrize(
    ("body", "up", "down"),
    [
        ("logic = B;", "B ? 1 : 0", "B ? 0 : 1"),
        ("logic = B; rate_up = 3;", "3", "B ? 0 : 1"),
        ("logic = B; rate_up = 3; rate_down = 2;", "3", "2"),
        ("rate_up = 3;", "3", "0"),
        ("", "0", "0"),
    ],
)
def test_a_missing_rate_has_the_default_of_maboss(body: str, up: str, down: str) -> None:
    node = parse_bnd(f"Node A {{ {body} }} Node B {{}}")["A"]
    assert (node.up.text(), node.down.text()) == (up, down)


def test_inputs_have_no_rule_or_themselves() -> None:
    network = parse_bnd("Node A {} Node B { logic = B; } Node C { logic = !C; } Node D { rate_up = 1; } E : (E);")
    assert network.inputs == ("A", "B", "E")


def test_source_that_is_not_utf_8_is_read(tmp_path: Path) -> None:
    path = tmp_path / "model.bnd"
    path.write_bytes(b"\xef\xbb\xbfNode A { logic = A; } // caf\xe9\r\n/* \xff */ Node B { logic = A; }\r")
    assert [node.name for node in read_network(path)[0].nodes] == ["A", "B"]


def test_networks_of_512_nodes_are_read_and_larger_ones_not() -> None:
    lines = [f"N{position}, N{position}" for position in range(512)]
    assert len(parse_bnet("\n".join(lines))) == 512
    with pytest.raises(InputError, match="has 513 nodes; at most 512"):
        parse_bnet("\n".join([*lines, "M, N0"]))


def test_a_network_is_checked_when_it_is_put_together() -> None:
    with pytest.raises(InputError, match="A is declared twice"):
        Network((Node("A"), Node("A")))
    with pytest.raises(InputError, match="declares no node"):
        Network(())
    logic = parse_bnet("A, B\nB, A")["A"].logic
    with pytest.raises(InputError, match="A depends on B, which is not declared"):
        Network((Node("A", logic),))


AB = parse_bnd("Node A { logic = B; } Node B { logic = A; } Node C { logic = A; }")


def settings(text: str) -> Settings:
    return parse_cfg(text, AB, "model.cfg")


def test_cfg_values_are_computed_in_file_order() -> None:
    found = settings("$x = 2; $y = $x * 3 + TRUE; $x = -$x; // no\n# no\n$z = ($x < 0) ? log(8, 2) : 1;")
    assert dict(found.variables) == pytest.approx({"x": -2.0, "y": 7.0, "z": 3.0})


def test_cfg_defaults_are_those_of_maboss() -> None:
    found = settings("# nothing\n;")
    assert found == Settings()
    assert (found.time_tick, found.max_time, found.sample_count) == (0.5, 1000.0, 10_000)
    assert (found.discrete_time, found.seed, found.initial) == (False, 0, ())


def test_cfg_parameters_in_any_case_and_those_without_effect() -> None:
    found = settings(
        "TIME_TICK = .1; max_time = 10 * 2; Sample_Count = 1e3; discrete_time = TRUE; seed_pseudorandom = 7;"
        "use_physrandgen = FALSE; thread_count = 4; statdist_traj_count = 100; statdist_cluster_threshold = 0.9;"
        "display_traj = 0; init_pop = 1; A.in_graph = 1;"
    )
    assert found == Settings(time_tick=0.1, max_time=20.0, sample_count=1000, discrete_time=True, seed=7)
    assert isinstance(found.sample_count, int)


def test_cfg_initial_states() -> None:
    found = settings("A.istate = TRUE; B.istate = -1; [C].istate = 3 [0], 1 [1];")
    assert found.initial == (InitialGroup.fixed("A", 1), InitialGroup(("C",), ((0,), (1,)), (0.75, 0.25)))
    found = settings("$p = 0.4; [A, B].istate = $p [1, 0], 1 - $p [0, 1], 1 [1, 0]; C.istate = 0;")
    assert found.initial[0].nodes == ("A", "B")
    assert found.initial[0].states == ((1, 0), (0, 1))
    assert found.initial[0].probabilities == pytest.approx((0.7, 0.3))
    assert found.initial[1] == InitialGroup.fixed("C", 0)


def test_cfg_shown_reference_and_scheduled_nodes() -> None:
    found = settings(
        "A.is_internal = TRUE; B.is_internal = 1; B.is_internal = FALSE;"
        "A.refstate = 1; B.refstate = 0; C.refstate = 1; C.refstate = -1;"
        "C.schedule = 0: 1, 2.5: 0.25, 10: 0;"
    )
    assert found.internal == {"A"}
    assert found.reference == {"A": 1, "B": 0}
    assert found.schedules == {"C": ((0.0, 1.0), (2.5, 0.25), (10.0, 0.0))}


def test_a_later_cfg_changes_what_an_earlier_one_said(tmp_path: Path) -> None:
    first, second = tmp_path / "a.cfg", tmp_path / "b.cfg"
    first.write_text("$k = 1; [A, B].istate = 1 [1, 1]; C.istate = 0; max_time = 5;")
    second.write_text("$j = $k + 1; A.istate = 0; B.istate = -1; C.istate = 1; time_tick = 1;")
    with pytest.raises(InputError, match="A shares a group of initial states"):
        read_cfg([first, second], AB)
    second.write_text("$j = $k + 1; [B, A].istate = 1 [0, 1]; C.istate = 1; time_tick = 1;")
    found = read_cfg([first, second], AB)
    assert found.variables == {"k": 1.0, "j": 2.0}
    assert found.initial == (InitialGroup(("B", "A"), ((0, 1),), (1.0,)), InitialGroup.fixed("C", 1))
    assert (found.max_time, found.time_tick) == (5.0, 1.0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("$x = $y;", r"\$y has no value yet"),
        ("$abc = 1; $z = $abd * $Abc;", r"\$abd has no value yet"),
        ("$abc = 1; $z = $Abc;", r"Did you mean \$abc"),
        ("$x = A;", r"\$x depends on A"),
        ("$x = @logic;", "meaning in a .bnd only"),
        ("$x = 1", "';' is missing"),
        ("$x = 1/0;", "is inf"),
        ("$x 1;", "'=' is missing"),
        ("max_tme = 3;", "Did you mean max_time"),
        ("foo = 3;", "'foo' is no parameter"),
        ("sample_count = 0;", "sample_count is 0"),
        ("sample_count = 1.5;", "sample_count is 1.5"),
        ("seed_pseudorandom = -1;", "seed_pseudorandom is -1"),
        ("time_tick = 0;", "time_tick is 0"),
        ("E.istate = 1;", "no node E"),
        ("A.istat = 1;", "'istat' is no attribute"),
        ("A.istate = 2;", "A.istate is 2"),
        ("A.istate = 0.5 [1], 0.5 [0];", r"A.istate is 0.5 .* Write \[NODE\]"),
        ("A.istate = 1 [1], 0 [0];", "';' is missing"),
        ("A.istate = 1; A.istate = 0;", "set twice, first in line 2"),
        ("[A, A].istate = 1 [1, 0];", "set twice"),
        ("[A, B].istate = 1 [1];", "1 states stand where the group has 2"),
        ("[A].istate = -1 [1], 3 [0];", "probability is negative"),
        ("[A].istate = 0 [1];", "do not add up"),
        ("[A].istate = 1 [2];", "a state is 2"),
        ("[A].is_internal = 1;", "a group of nodes has no 'is_internal'"),
        ("A.refstate = 3;", "A.refstate is 3"),
        ("A.schedule = 2: 1, 1: 0;", "must rise"),
        ("A.schedule = 1: 2;", "probability of A.schedule is 2"),
        ("init_pop = 5;", "PopMaBoSS"),
        ("[A].pop_istate = 1 [{[1]:2}];", "PopMaBoSS|no 'pop_istate'"),
        ("custom_pop_output = 1;", "PopMaBoSS"),
        ("{", "cannot begin with"),
    ],
)
def test_what_cfg_cannot_mean_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        settings("\n" + text)
    assert (caught.value.place.file, caught.value.place.line) == ("model.cfg", 2)
    assert caught.value.remedy


def test_settings_read_back_as_written(tmp_path: Path) -> None:
    before = Settings(
        variables={"u": 0.1, "d": -3e-7, "big": 1e300, "one": 1.0},
        initial=(InitialGroup(("A", "B"), ((0, 1), (1, 0)), (0.25, 0.75)), InitialGroup.fixed("C", 1)),
        internal=frozenset("AC"),
        reference={"B": 0},
        schedules={"C": ((0.0, 1.0), (2.5, 0.25))},
        time_tick=0.1,
        max_time=77.0,
        sample_count=123,
        discrete_time=True,
        seed=42,
    )
    write_cfg(before, tmp_path / "a.cfg")
    assert read_cfg(tmp_path / "a.cfg", AB) == before


def test_bnet_headers_words_constants_and_lines() -> None:
    for header in ("targets, factors\n", "Targets,Functions\n", "# said\n", ""):
        network = parse_bnet(header + "A, !B & (C | A)\nB, TRUE\nC, B |\n  A\n\nD, 0;\nE, a_1 xor NOT A")
        assert [node.name for node in network.nodes] == ["A", "B", "C", "D", "E", "a_1"]
        assert network["C"].logic == parse_bnet("C, B | A\nB,B\nA,A")["C"].logic
        assert [network[name].up.evaluate({}) for name in "BD"] == [1.0, 0.0]
        assert network.inputs == ("a_1",)


def test_a_bnet_name_in_other_letters_is_no_input() -> None:
    with pytest.raises(InputError, match="depends on erk, and another node is called ERK") as caught:
        parse_bnet("MEK, MEK\nERK, MEK\nMYC, erk")
    assert caught.value.place.line == 3


def test_bnet_gets_the_rule_that_the_rates_of_p53_follow(tmp_path: Path) -> None:
    network, given = read_network(MODELS / "p53_Mdm2.bnd", MODELS / "p53_Mdm2.cfg")
    rules = update_rules(network, given)
    states = [dict(zip(network.index, bits, strict=True)) for bits in itertools.product((0.0, 1.0), repeat=5)]
    for node in network.nodes:
        for state in states:
            rises, falls = (rate.evaluate(state, given.variables) > 0.0 for rate in (node.up, node.down))
            assert bool(rules[node.name].evaluate(state)) == (not falls if state[node.name] else rises)
    assert rules["Dam"] != network["Dam"].logic


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("rate_up = B ? 2 : C ? 1 : 0;", "takes 2 positive values"),
        ("rate_up = B - C;", "negative or not finite"),
        ("rate_up = 1 / B;", "negative or not finite"),
        ("rate_up = B * $u;", "which has no value"),
        ("logic = A + B + " + " + ".join(f"N{k}" for k in range(16)) + " > 3;", "computes with 18 nodes"),
        ("rate_up = " + " & ".join(f"N{k}" for k in range(16)) + ";", "depend on 16 nodes"),
    ],
)
def test_bnet_is_refused_where_rates_say_more(tmp_path: Path, body: str, message: str) -> None:
    others = "".join(f"Node N{k} {{}}" for k in range(16))
    network = parse_bnd(f"Node A {{ {body} }} Node B {{}} Node C {{}} {others}", "model.bnd")
    with pytest.raises(InputError, match=message) as caught:
        write_bnet(network, tmp_path / "model.bnet")
    assert "A" in str(caught.value)
    assert caught.value.remedy
    assert not (tmp_path / "model.bnet").exists()


def test_rules_of_xor_conditions_and_thresholds_become_plain_logic() -> None:
    text = "A ^ (B | C) & (A + B + C >= 2) ? !(A == B) ^ C : $k > 1 & (B ? 0 : C)"
    network = parse_bnd(f"Node A {{ logic = {text}; }} Node B {{}} Node C {{}}")
    rule = update_rules(network, Settings(variables={"k": 2.0}))["A"]
    assert rule.text("bnet")
    logic = network["A"].logic
    assert logic is not None
    for bits in itertools.product((0.0, 1.0), repeat=3):
        state = dict(zip("ABC", bits, strict=True))
        assert rule.evaluate(state) == float(logic.evaluate(state, {"k": 2.0}) != 0.0)


@pytest.mark.parametrize("name", ["not", "Node", "TRUE", "targets", "a-b", ""])
def test_names_that_a_format_cannot_hold_are_not_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"written|word of the format"):
        write_bnet(Network((Node(name),)), tmp_path / "a.bnet")


# SBML-qual ---------------------------------------------------------------------------------------------------------

QUAL = "http://www.sbml.org/sbml/level3/version1/qual/version1"
MATH = "http://www.w3.org/1998/Math/MathML"


def is_(name: str, level: int, relation: str = "eq") -> str:
    return f'<apply><{relation}/><ci> {name} </ci><cn type="integer"> {level} </cn></apply>'


def species(name: str, attributes: str = 'qual:maxLevel="1"') -> str:
    return f'<qual:qualitativeSpecies qual:id="{name}" qual:compartment="c" qual:constant="false" {attributes}/>'


def transition(target: str, terms: dict[int, str] | list[tuple[int, str]], default: int = 0, inputs: str = "") -> str:
    pairs = terms.items() if isinstance(terms, dict) else terms
    inner = "".join(
        f'<qual:functionTerm qual:resultLevel="{level}"><math xmlns="{MATH}">{math}</math></qual:functionTerm>'
        for level, math in pairs
    )
    listed = f"<qual:listOfInputs>{inputs}</qual:listOfInputs>" if inputs else ""
    return (
        f'<qual:transition>{listed}<qual:listOfOutputs><qual:output qual:qualitativeSpecies="{target}"'
        ' qual:transitionEffect="assignmentLevel"/></qual:listOfOutputs><qual:listOfFunctionTerms>'
        f'<qual:defaultTerm qual:resultLevel="{default}"/>{inner}</qual:listOfFunctionTerms></qual:transition>'
    )


def sbml(listed: list[str], transitions: list[str]) -> str:
    changes = f"<qual:listOfTransitions>{''.join(transitions)}</qual:listOfTransitions>" if transitions else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1" xmlns:qual="{QUAL}"'
        ' qual:required="true"><model id="m">\n<listOfCompartments><compartment id="c" constant="true"/>'
        f"</listOfCompartments>\n<qual:listOfQualitativeSpecies>{''.join(listed)}</qual:listOfQualitativeSpecies>\n"
        f"{changes}</model></sbml>\n"
    )


@pytest.fixture
def read(tmp_path: Path):
    pytest.importorskip("libsbml")

    def reader(listed: list[str], transitions: list[str]) -> tuple[Network, Settings]:
        path = tmp_path / "model.sbml"
        path.write_text(sbml(listed, transitions), encoding="utf-8")
        return read_sbml_qual(path)

    return reader


def rule_values(network: Network, node: str, names: str) -> list[float]:
    logic = network[node].logic
    assert logic is not None
    states = itertools.product((0.0, 1.0), repeat=len(names))
    return [float(logic.evaluate(dict(zip(names, bits, strict=True))) != 0.0) for bits in states]


def test_sbml_terms_of_one_level_are_joined_by_or(read) -> None:
    two = [(1, is_("B", 1)), (1, is_("C", 1))]
    network, _ = read([species(name) for name in "ABC"], [transition("A", two)])
    assert rule_values(network, "A", "BC") == [0.0, 1.0, 1.0, 1.0]
    assert network.inputs == ("B", "C")
    network, _ = read([species(name) for name in "ABC"], [transition("A", [(0, is_("B", 1))], default=1)])
    assert rule_values(network, "A", "BC") == [1.0, 1.0, 0.0, 0.0]


def test_sbml_constants_initial_levels_and_unset_maximum(read) -> None:
    listed = [species("A", 'qual:initialLevel="1"'), species("B", 'qual:maxLevel="1" qual:name="Bee"'), species("C")]
    network, found = read(listed, [transition("A", {}, default=1), transition("B", {}, default=0)])
    assert [node.name for node in network.nodes] == ["A", "B", "C"]
    assert [network[name].up.evaluate({}) for name in "AB"] == [1.0, 0.0]
    assert network["B"].description == "Bee"
    assert found.initial == (InitialGroup.fixed("A", 1),)
    assert network.inputs == ("C",)


def test_sbml_a_transition_without_terms_is_an_input(read) -> None:
    empty = transition("A", {}).replace('<qual:defaultTerm qual:resultLevel="0"/>', "")
    assert read([species("A")], [empty])[0].inputs == ("A",)


def test_sbml_formulas(read) -> None:
    formulas = {
        "A": f"<apply><xor/>{is_('A', 1)}{is_('B', 1)}{is_('C', 1)}</apply>",
        "B": f"<apply><not/><apply><and/>{is_('A', 1, 'geq')}{is_('B', 1, 'lt')}<true/></apply></apply>",
        "C": "<apply><geq/><apply><plus/><ci>A</ci><ci>B</ci><ci>C</ci></apply><cn>2</cn></apply>",
        "E": '<apply><gt/><cn type="integer">1</cn><ci>A</ci></apply>',
    }
    network, _ = read(
        [species(name) for name in "ABCE"], [transition(name, {1: math}) for name, math in formulas.items()]
    )
    states = list(itertools.product((0, 1), repeat=3))
    assert rule_values(network, "A", "ABC") == [float((a + b + c) % 2) for a, b, c in states]
    assert rule_values(network, "B", "ABC") == [float(not (a and not b)) for a, b, c in states]
    assert rule_values(network, "C", "ABC") == [float(a + b + c >= 2) for a, b, c in states]
    assert rule_values(network, "E", "ABC") == [float(not a) for a, b, c in states]


def test_sbml_a_formula_may_name_the_threshold_of_an_input(read) -> None:
    given = '<qual:input qual:id="t" qual:qualitativeSpecies="B" qual:transitionEffect="none" qual:thresholdLevel="2"/>'
    formula = "<apply><geq/><ci>B</ci><ci>t</ci></apply>"
    network, _ = read([species("A"), species("B", 'qual:maxLevel="2"')], [transition("A", {1: formula}, inputs=given)])
    assert network["A"].logic == parse_bnet("A, B_b2\nB_b2, B_b2")["A"].logic


def test_sbml_of_common_exporters_is_read(read) -> None:
    """Missing compartments, attributes without a prefix, unknown attributes and empty lists, as in published models."""
    bare = '<qual:qualitativeSpecies qual:id="{0}" qual:constant="false" qual:maxLevel="1"/>'
    given = '<qual:input qual:qualitativeSpecies="B" qual:transitionEffect="none" essential="true"/>'
    change = transition("A", {1: is_("B", 1)}, inputs=given)
    network, _ = read(
        [bare.format("A"), bare.format("B")], [change.replace(given, ""), transition("B", {}, inputs=given)]
    )
    assert rule_values(network, "A", "B") == [0.0, 1.0]
    assert len(read([species("A", 'maxLevel="3"')], [])[0]) == 3


def levels(names: dict[str, int]) -> list[dict[str, int]]:
    spaces = [range(highest + 1) for highest in names.values()]
    return [dict(zip(names, chosen, strict=True)) for chosen in itertools.product(*spaces)]


def bits(level: dict[str, int], highest: dict[str, int]) -> dict[str, float]:
    """Unary code of levels, written out apart from the package."""
    state: dict[str, float] = {}
    for name, top in highest.items():
        for step in range(1, top + 1):
            state[name if top == 1 else f"{name}_b{step}"] = float(level[name] >= step)
    return state


def test_sbml_levels_move_by_one_towards_their_target(read) -> None:
    highest = {"A": 3, "B": 2, "C": 1}
    terms = {
        3: f"<apply><and/>{is_('B', 2)}{is_('C', 1)}</apply>",
        2: f"<apply><and/>{is_('B', 1)}{is_('A', 1, 'geq')}</apply>",
        1: f"<apply><and/>{is_('B', 0)}{is_('C', 0)}{is_('A', 3, 'neq')}</apply>",
    }

    def target(level: dict[str, int]) -> int:
        if level["B"] == 2 and level["C"] == 1:
            return 3
        if level["B"] == 1 and level["A"] >= 1:
            return 2
        return 1 if level["B"] == 0 and level["C"] == 0 and level["A"] != 3 else 0

    listed = [species(name, f'qual:maxLevel="{top}"') for name, top in highest.items()]
    network, found = read(listed, [transition("A", terms)])
    assert [node.name for node in network.nodes] == ["A_b1", "A_b2", "A_b3", "B_b1", "B_b2", "C"]
    assert network.inputs == ("B_b1", "B_b2", "C")
    for level in levels(highest):
        state = bits(level, highest)
        turned = [
            name for name in state if name[0] == "A" and bool(network[name].up.evaluate(state)) != bool(state[name])
        ]
        step = (target(level) > level["A"]) - (target(level) < level["A"])
        expected = bits({**level, "A": level["A"] + step}, highest)
        assert turned == [name for name in state if state[name] != expected[name]], level
    group = found.initial[0]
    assert group.states == ((0, 0, 0), (1, 0, 0), (1, 1, 0), (1, 1, 1))
    assert group.probabilities == pytest.approx((0.25,) * 4)


def test_sbml_default_above_other_terms(read) -> None:
    listed = [species("A", 'qual:maxLevel="2" qual:initialLevel="2"'), species("B")]
    network, found = read(listed, [transition("A", {0: is_("B", 1)}, default=2)])
    for a, b in itertools.product((0, 1, 2), (0, 1)):
        state = {"A_b1": float(a >= 1), "A_b2": float(a >= 2), "B": float(b)}
        after = {name: float(network[name].up.evaluate(state)) for name in ("A_b1", "A_b2")}
        step = a + ((a < 2) if not b else -(a > 0))
        assert (after["A_b1"], after["A_b2"]) == (float(step >= 1), float(step >= 2))
    assert found.initial == (InitialGroup(("A_b1", "A_b2"), ((1, 1),), (1.0,)),)


@pytest.mark.parametrize(
    ("listed", "changes", "message"),
    [
        ([species("A")], [transition("B", {1: is_("A", 1)})], "species B is not declared"),
        ([species("A")], [transition("A", {1: is_("B", 1)})], "species B is not declared"),
        ([species("A")], [transition("A", {2: is_("A", 1)})], "sets A to level 2 of 1"),
        ([species("A", 'qual:maxLevel="1" qual:initialLevel="2"')], [], "A starts at level 2 of 1"),
        ([species("A", 'qual:maxLevel="two"')], [], "is not valid SBML"),
        ([species("A"), species("A")], [], "A is declared twice"),
        ([species("A", 'qual:maxLevel="2"'), species("A_b1")], [], "A_b1 is declared twice"),
        ([species("A", 'qual:maxLevel="513"')], [], "has 513 nodes"),
        ([], [], "declares no node"),
        ([species("A")], [transition("A", {1: is_("A", 1)}), transition("A", {})], "two transitions change A"),
        ([species("A")], [transition("A", {}).replace("assignmentLevel", "production")], "produces A"),
        ([species("A")], [transition("A", {1: "<apply><sin/><ci>A</ci></apply>"})], "uses sin"),
        ([species("A")], [transition("A", {1: ""})], "lacks|uses an operation"),
        (
            [species("A")],
            [
                transition(
                    "A", {}, inputs='<qual:input qual:qualitativeSpecies="A" qual:transitionEffect="consumption"/>'
                )
            ],
            "consumes A",
        ),
        (
            [species("A")],
            [transition("A", {1: is_("A", 1)}).replace('<qual:defaultTerm qual:resultLevel="0"/>', "")],
            "no default term",
        ),
    ],
)
def test_sbml_that_is_no_logical_network_is_refused(read, listed: list[str], changes: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read(listed, changes)
    assert str(caught.value.place.file).endswith("model.sbml")
    assert caught.value.remedy


def test_sbml_without_the_package_qual_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("libsbml")
    path = tmp_path / "core.xml"
    path.write_text('<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1"><model/></sbml>')
    with pytest.raises(InputError, match="without a qualitative model"):
        read_network(path)


def test_without_the_extra_the_error_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "model.sbml"
    path.write_text(sbml([species("A")], []))
    monkeypatch.setitem(sys.modules, "libsbml", None)
    with pytest.raises(InputError, match=r"paget\[sbml\]"):
        read_network(path)


def test_sbml_written_is_valid_in_every_check_of_libsbml(tmp_path: Path) -> None:
    libsbml = pytest.importorskip("libsbml")
    text = 'Node cell { logic = !model & (B | B2); description = "<&> \\"q\\""; } Node B { logic = 1; }'
    network = parse_bnd(text + "Node B2 {} Node model { logic = 0; }", "model.bnd")
    write_sbml_qual(network, tmp_path / "a.sbml", Settings(initial=(InitialGroup.fixed("B2", 1),)))
    document = libsbml.readSBMLFromFile(str(tmp_path / "a.sbml"))
    document.checkConsistency()
    assert document.getNumErrors(libsbml.LIBSBML_SEV_ERROR) == 0, document.getErrorLog().toString()
    again, found = read_sbml_qual(tmp_path / "a.sbml")
    assert again["cell"].description == '<&> "q"'
    assert found.initial == (InitialGroup.fixed("B2", 1),)
    assert again.inputs == ("B2",)


def test_a_cfg_is_applied_after_the_initial_levels_of_sbml(tmp_path: Path) -> None:
    pytest.importorskip("libsbml")
    (tmp_path / "a.sbml").write_text(sbml([species(x, 'qual:initialLevel="1"') for x in "AB"], []))
    (tmp_path / "a.cfg").write_text("A.istate = 0; max_time = 3;")
    _, found = read_network(tmp_path / "a.sbml", tmp_path / "a.cfg")
    assert set(found.initial) == {InitialGroup.fixed("A", 0), InitialGroup.fixed("B", 1)}
    assert found.max_time == 3.0


def test_an_unknown_suffix_and_a_missing_variable_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"suffix '\.zginml' stands for no known format.*\.bnd \(MaBoSS\)"):
        read_network(tmp_path / "a.zginml")
    (tmp_path / "a.bnd").write_text("Node A { rate_up = $u_A + $v; }")
    (tmp_path / "a.cfg").write_text("$u_a = 1;")
    with pytest.raises(InputError, match=r"A use \$u_A, which has no value \(2 variables have none\).*mean \$u_a\?"):
        read_network(tmp_path / "a.bnd", tmp_path / "a.cfg")
