"""Arms that differ in mechanisms and parameters: what a scenario may say, and what the study then holds."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from typer.testing import CliRunner

from paget import knowledge
from paget.cli.app import app
from paget.errors import InputError
from paget.scenario import built_in, content_hash, find, load, read, resolved_yaml
from paget.scenario.model import mechanism_names
from paget.scenario.study import study_of
from paget.scenario.templates import template

HEAD = "paget: 1\nkind: trial\nname: test\n"


def table() -> ModuleType:
    place = Path(__file__).with_name("knock_out_arms.py")
    spec = importlib.util.spec_from_file_location("knock_out_arms", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_an_arm_has_switches_and_parameters_of_its_own():
    text = HEAD + (
        "mechanisms: {shedding: 0.5}\nparameters: {lymph_share: 0.3}\narms:\n  - name: plain\n"
        "  - name: less\n    mechanisms: {Arrest: off, shedding: 0.4}\n"
        "    parameters: {small_lesion_doubling_time: 2 weeks}\n"
    )
    scenario = read(text)
    assert scenario.arms[1].mechanisms == {"arrest": 0.0, "shedding": 0.4}
    study = study_of(scenario)
    assert study.mechanisms == {"shedding": 0.5}
    assert study.parameters == {"lymph_share": 0.3}
    assert study.arm_mechanisms == {"less": {"arrest": 0.0, "shedding": 0.4}}
    assert study.arm_parameters == {"less": {"small_lesion_doubling_time": 14.0}}
    assert read(resolved_yaml(scenario)) == scenario


def test_a_switch_of_an_arm_is_part_of_the_scenario_hash():
    plain, off = (read(f"{HEAD}arms: [{{name: a}}, {{name: b{more}}}]") for more in ("", ", mechanisms: {arrest: off}"))
    assert content_hash(plain) != content_hash(off)


@pytest.mark.parametrize(
    ("arm", "message"),
    [
        ("mechanisms: {arest: off}", 'arms[1].mechanisms.arest: mechanism "arest" is unknown. Did you mean arrest'),
        ("mechanisms: {arrest: -1}", "arms[1].mechanisms.arrest: -1 is negative."),
        ("mechanisms: [arrest]", "arms[1].mechanisms: "),
        ("parameters: {lymph_shar: 0.3}", 'arms[1].parameters.lymph_shar: parameter "lymph_shar" is unknown.'),
        ("parameters: {lymph_share: 1.5}", "arms[1].parameters.lymph_share: 1.5 is not plausible."),
        (
            "parameters: {small_lesion_doubling_time: 9}",
            "arms[1].parameters.small_lesion_doubling_time: 9 has no unit.",
        ),
    ],
)
def test_a_mistake_in_an_arm_is_named_with_its_line(tmp_path: Path, arm: str, message: str):
    path = tmp_path / "a.yaml"
    path.write_text(f"{HEAD}arms:\n  - name: plain\n  - name: changed\n    {arm}\n")
    for command in ("check", "run"):
        result = CliRunner().invoke(app, [command, str(path)], prog_name="paget")
        assert result.exit_code == 2
        assert result.stderr.startswith(f"{path}:7: {message}")
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.yaml"]


def test_one_mechanism_is_knocked_out_from_the_command_line():
    study = study_of(load(find("atc-natural-history"), ["mechanisms.arrest=off"]))
    assert study.mechanisms["arrest"] == 0.0
    study = study_of(load(find("atc-natural-history"), ["arms[1].name=b", "arms[1].mechanisms.arrest=off"]))
    assert study.arm_mechanisms == {"b": {"arrest": 0.0}}


def test_atc_knockouts_has_an_arm_for_every_mechanism():
    """``python tests/scenario/knock_out_arms.py`` writes it."""
    module = table()
    assert find("atc-knockouts").read_text("utf-8") == module.text()
    study = study_of(load(find("atc-knockouts")))
    absent = {name for name, factor in knowledge.diseases()["atc"].mechanisms.items() if factor == 0.0}
    labelled = {name for name in mechanism_names() if knowledge.mechanisms()[name].label in module.LABELS}
    wanted = {name for name in labelled - absent if module.acts_untreated(name)}
    assert study.arms[0] == module.REFERENCE
    assert study.arms[0] not in study.arm_mechanisms
    assert all(len(switches) == 1 for switches in study.arm_mechanisms.values())
    factors = {name: factor for switches in study.arm_mechanisms.values() for name, factor in switches.items()}
    assert set(factors) == wanted
    assert {name for name, factor in factors.items() if factor != 0.0} == set(module.WEAKENED)
    assert "atc-knockouts" in [entry.name for entry in built_in()]


def test_the_template_shows_an_arm_with_a_knock_out():
    text = template("trial")
    line = next(line for line in text.splitlines() if "mechanisms: {" in line and "name:" in line)
    scenario = read(HEAD + "arms:\n  - name: plain\n" + line.replace("#", "", 1))
    assert scenario.arms[1].mechanisms


def test_an_arm_with_an_unknown_key_is_refused():
    with pytest.raises(InputError, match=r"arms\[0\].mechanism: unknown key"):
        read(HEAD + "arms: [{name: a, mechanism: {arrest: off}}]")
