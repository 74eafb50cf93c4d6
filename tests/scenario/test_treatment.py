"""Lines, design and supportive care: what a scenario may say, and what the study then holds."""

from __future__ import annotations

import math
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from paget.cli.app import app
from paget.errors import InputError
from paget.scenario import built_in, content_hash, load, read, resolved, resolved_yaml
from paget.scenario.model import Trial
from paget.scenario.study import study_of
from paget.trial.plan import Study
from paget.trial.treatment import CONDITIONS, Condition, Design, Dosing, Line, Protocol, Radiotherapy, Surgery

HEAD = "paget: 1\nkind: trial\nname: test\n"

# The example of the design, with its quantities.
EXAMPLE = (
    HEAD
    + """
follow_up: 12 months
arms:
  - name: dabrafenib + trametinib
    lines:
      - drugs:
          - dabrafenib 150 mg every 12 h oral
          - trametinib 2 mg every 24 h oral
        until: [progression, unacceptable toxicity]
  - name: neoadjuvant, surgery, chemoradiation
    lines:
      - drugs: [dabrafenib 150 mg every 12 h oral, trametinib 2 mg every 24 h oral]
        until: [resectable, progression]
      - when: resectable
        surgery: total thyroidectomy with neck dissection
      - radiotherapy: 66 Gy in 33 fractions to primary, neck
        drugs: [paclitaxel 80 mg/m2 every 7 d iv]
  - name: best supportive care
    lines: []
supportive_care: {tracheostomy: when obstructed, nutrition: on}
endpoints: [OS, PFS, ORR, DOR, distant metastasis-free survival]
"""
)


def trial(text: str) -> Trial:
    scenario = read(text, file="t.yaml")
    assert isinstance(scenario, Trial)
    assert read(resolved_yaml(scenario)) == scenario
    assert resolved_yaml(read(resolved_yaml(scenario))) == resolved_yaml(scenario)
    return scenario


def study(text: str) -> Study:
    return study_of(trial(text))


def lines(*written: str, more: str = "") -> tuple[Line, ...]:
    """The lines of the one arm whose lines are written one a text."""
    body = "arms:\n  - name: a\n    lines:\n" + "".join(f"      - {line}\n" for line in written)
    return study(HEAD + body + more).protocols["a"].lines


def refused(*written: str) -> str:
    with pytest.raises(InputError) as caught:
        lines(*written)
    return str(caught.value)


def test_the_example_of_the_design():
    compiled = study(EXAMPLE)
    assert list(compiled.protocols) == list(compiled.arms[:2])
    (first,) = compiled.protocols["dabrafenib + trametinib"].lines
    assert first.name == "dabrafenib + trametinib"
    assert [dosing.drug for dosing in first.dosings] == ["dabrafenib", "trametinib"]
    assert [dosing.hours for dosing in first.dosings] == [(0, 12), (0,)]
    assert first.dosings[0].calendar.shape == (366,)
    assert (first.dosings[0].calendar == 150).all()
    assert (first.dosings[0].basis, first.dosings[0].route, first.dosings[0].infusion_hours) == ("mg", "oral", 0)
    assert first.until == (Condition("progression"), Condition("unacceptable toxicity"))
    before, operation, after = compiled.protocols["neoadjuvant, surgery, chemoradiation"].lines
    assert before.until == (Condition("resectable"), Condition("progression"))
    assert operation.when == (Condition("resectable"),)
    assert operation.surgery == Surgery("total thyroidectomy", ("thyroid", "cervical_nodes"))
    assert operation.until == ()
    assert after.radiotherapy == Radiotherapy(66, 33, 1, 5, 0, ("thyroid", "cervical_nodes"))
    assert after.when == (Condition("previous line ended"),)
    assert after.until[-1] == Condition("end of radiotherapy")
    assert after.dosings[0].basis == "mg/m^2"
    assert np.flatnonzero(after.dosings[0].calendar).tolist() == list(range(0, 366, 7))
    assert after.dosings[0].infusion_hours > 0
    assert compiled.design.tracheostomy
    assert compiled.design.nutrition
    assert compiled.design.endpoints == ("OS", "PFS", "ORR", "DOR", "DMFS")
    assert compiled.design.scan_days == tuple(range(0, 366, 56))
    kinds = {event.kind for line in (before, operation, after) for event in (*line.when, *line.until)}
    assert kinds < set(CONDITIONS)


def test_a_study_with_treatment_is_compared_and_pickled():
    one, two = study(EXAMPLE), study(EXAMPLE)
    assert one == two == pickle.loads(pickle.dumps(one))
    assert hash(one.protocols["dabrafenib + trametinib"]) == hash(two.protocols["dabrafenib + trametinib"])
    other = study(EXAMPLE.replace("every 7 d", "every 14 d"))
    assert other != one
    longer = study(EXAMPLE.replace("12 months", "13 months"))
    assert longer.protocols != one.protocols
    dosing = one.protocols["dabrafenib + trametinib"].lines[0].dosings[0]
    assert isinstance(dosing, Dosing)
    with pytest.raises(ValueError, match="read-only"):
        dosing.calendar[0] = 1


def test_nothing_written_is_a_cohort_as_before():
    compiled = study(HEAD)
    assert compiled.protocols == {}
    assert compiled.design == Design()
    assert "scans" not in resolved(trial(HEAD))
    conduct = {"scans", "design", "stratify", "enrolment", "accrual", "drop_out", "cut_off"}
    untreated = 0
    for entry in built_in():
        plain = resolved(load(entry.path))
        if not any(arm.get("lines") for arm in plain.get("arms", [])):
            untreated += 1
            assert not conduct & set(plain), entry.name
    assert untreated > len(built_in()) // 2


def test_what_is_resolved_before_treatment_existed_means_the_same():
    """The resolved natural history of the version before, as it stands in run directories."""
    old = (
        "paget: 1\nkind: trial\nname: test\ndescription: ''\ndisease: atc\nseed: 1\nfollow_up: 36 months\n"
        "endpoints:\n- OS\n- CSS\ncompare_with: []\ncohort:\n  clock: diagnosis\n"
        "start:\n  resected: false\n  host: human\npatients: 100\n"
        "arms:\n- name: best supportive care\n  lines: []\n  mechanisms: {}\n  parameters: {}\n"
    )
    assert read(old) == read(HEAD)
    assert content_hash(read(HEAD)) == "6607a5798546ee96f6a2754ab2c802b25c719496a12b238bd7d68b0dc78785ef"


def test_scans_and_design_are_written_out_where_there_is_treatment():
    plain = resolved(trial(EXAMPLE))
    assert (plain["scans"], plain["design"]) == ("every 8 weeks", "twins")
    seen = trial(HEAD + "endpoints: [PFS]\n")
    assert str(seen.scans) == "every 8 weeks"
    assert study(HEAD + "endpoints: PFS\nscans: every 3 months\n").design.scan_days[:3] == (0, 91, 183)


def test_how_a_trial_is_run():
    design = study(
        EXAMPLE + "design: Randomized\nstratify: [Stage, ecog, braf]\naccrual: 24 months\ndrop_out: 5 %/year\n"
        "enrolment: {delay: 2 months, spread: 0.5, ECOG: {max: 2}}\ncohort: {clock: enrolment}\n"
        "cut_off: 36 months after the first patient\n"
        "scans: [every 6 weeks until 24 weeks, every 12 weeks]\n"
    ).design
    assert (design.kind, design.stratify, design.clock) == ("randomised", ("stage", "ECOG", "BRAF"), "enrolment")
    assert design.enrolment_delay_days == pytest.approx(60.875)
    assert (design.enrolment_spread, design.enrolment_ecog_limit) == (0.5, 2)
    assert design.accrual_days == pytest.approx(730.5)
    assert design.cut_off_days == pytest.approx(1095.75)
    assert math.exp(-365.25 * design.drop_out_rate_per_day) == pytest.approx(0.95)
    assert design.scan_days == (0, 42, 84, 126, 168, 252, 336)


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("every 10 d", (0, 10, 20, 30)),
        ("every 10 d until 25 d then every 4 d", (0, 10, 20, 24, 28, 32)),
        ("every 10 d until 20 d", (0, 10, 20)),
        ("off", ()),
    ],
)
def test_days_of_scans(written: str, days: tuple[int, ...]):
    assert study(f"{HEAD}follow_up: 35 d\nscans: {written}\n").design.scan_days == days


@pytest.mark.parametrize(
    ("written", "rate"),
    [("0 %/year", 0.0), ("10 % per month", -math.log(0.9) / 30.4375), ("0.1/week", -math.log(0.9) / 7)],
)
def test_drop_out(written: str, rate: float):
    assert study(f"{HEAD}drop_out: {written}\n").design.drop_out_rate_per_day == pytest.approx(rate)


def test_endpoints_by_abbreviation_or_name():
    names = (
        "overall survival, CSS, progression-free survival, time to progression, objective response rate, "
        "disease control rate, duration of response, time to response, Distant  Metastasis-Free Survival, "
        "restricted mean survival time"
    )
    found = trial(f"{HEAD}endpoints: [{names}]\n").endpoints
    assert found == ("OS", "CSS", "PFS", "TTP", "ORR", "DCR", "DOR", "TTR", "DMFS", "RMST")
    assert trial(f"{HEAD}endpoints: [{', '.join(found).lower()}]\n").endpoints == found
    assert trial(f"{HEAD}endpoints: [DSS]\n").endpoints == ("CSS",)


def test_ends_of_lines():
    (line,) = lines("{drugs: paclitaxel 80 mg/m2 every 21 d iv, until: [6 cycles, 6 months, complete response]}")
    assert line.until == (Condition("duration", 126), Condition("duration", 182.625), Condition("complete response"))
    (line,) = lines("{drugs: [paclitaxel 80 mg/m2 every 7 d iv, spartalizumab 400 mg every 28 d iv], until: 1 cycle}")
    assert line.until == (Condition("duration", 28),)
    (line,) = lines("{drugs: lenvatinib 24 mg every 24 h oral, until: []}")
    assert line.until == ()
    (line,) = lines("{drugs: lenvatinib 24 mg every 24 h oral, until: }")
    assert line.until == (Condition("progression"), Condition("unacceptable toxicity"))
    (line,) = lines("{drugs: lenvatinib 24 mg every 24 h oral, until: clinical progression}", more="scans: off\n")
    assert line.until == (Condition("clinical progression"),)


def test_beginnings_of_lines():
    found = lines(
        "{drugs: lenvatinib 24 mg every 24 h oral, until: unacceptable toxicity}",
        "{when: [progression, 3 months after start], drugs: spartalizumab 400 mg every 28 d iv, delay: 2 weeks}",
    )
    assert found[0].when == (Condition("previous line ended"),)
    assert found[1].when == (Condition("progression"), Condition("after start", 91.3125))
    assert found[1].delay_days == 14


def test_names_of_lines():
    drug = "drugs: lenvatinib 24 mg every 24 h oral"
    found = lines(
        drug, f"{{{drug}, name: again}}", drug, "surgery: lobectomy", "radiotherapy: 8 Gy in 1 fraction to bone"
    )
    names = [line.name for line in found]
    assert names == ["lenvatinib", "again", "lenvatinib (line 3)", "lobectomy", "radiotherapy"]


def test_an_operation_may_be_completed_and_its_bed_irradiated():
    found = lines(
        "surgery: lobectomy", "surgery: total thyroidectomy", "radiotherapy: 60 Gy in 30 fractions to primary, neck"
    )
    assert [line.surgery.procedure for line in found[:2] if line.surgery] == ["lobectomy", "total thyroidectomy"]


DABRAFENIB = "drugs: dabrafenib 150 mg every 12 h oral"


@pytest.mark.parametrize(
    "written",
    [
        [f"{{{DABRAFENIB}, until: progression}}", f"{{when: progression, {DABRAFENIB}}}"],
        [DABRAFENIB, DABRAFENIB],
        [f"{{{DABRAFENIB}, until: 2 months}}", f"{{when: 3 months after start, {DABRAFENIB}}}"],
        [f"{{{DABRAFENIB}, until: resectable}}", "{when: resectable, surgery: lobectomy}", DABRAFENIB],
        [DABRAFENIB + " until day 28", f"{{when: 28 d after start, {DABRAFENIB}}}"],
        ["drugs: [dabrafenib 150 mg every 12 h oral until day 28, dabrafenib 75 mg every 12 h oral from day 29]"],
    ],
)
def test_a_drug_may_come_again_when_it_has_ended(written: list[str]):
    assert lines(*written)


@pytest.mark.parametrize(
    "written",
    [
        [f"{{{DABRAFENIB}, until: unacceptable toxicity}}", f"{{when: progression, {DABRAFENIB}}}"],
        [f"{{{DABRAFENIB}, until: 3 months}}", f"{{when: 2 months after start, {DABRAFENIB}}}"],
        [f"{{{DABRAFENIB}, until: progression}}", f"{{when: [progression, 2 months after start], {DABRAFENIB}}}"],
        [f"{{{DABRAFENIB}, delay: 1 month, until: 2 months}}", f"{{when: 80 d after start, {DABRAFENIB}}}"],
        [f"{{{DABRAFENIB}, until: 6 months}}", "{when: progression, surgery: lobectomy}", DABRAFENIB],
    ],
)
def test_a_drug_may_not_be_given_in_two_lines_at_once(written: list[str]):
    assert "dabrafenib may still be given in line 1" in refused(*written)


def test_a_mistake_in_a_line_is_named_with_its_place_and_nothing_is_written(tmp_path: Path):
    path = tmp_path / "a.yaml"
    path.write_text(
        f"{HEAD}arms:\n  - name: a\n    lines:\n      - drugs:\n          - dabrafenib 150 every 12 h oral\n"
    )
    for command in ("check", "run"):
        result = CliRunner().invoke(app, [command, str(path)], prog_name="paget")
        assert result.exit_code == 2
        assert result.stderr.startswith(f"{path}:8: arms[0].lines[0].drugs[0]: ")
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.yaml"]


def test_reading_treatment_imports_nothing_heavy():
    program = (
        "import sys; from paget.scenario import read; read(sys.argv[1]); "
        "print([name for name in ('numba', 'numpy', 'scipy', 'pandas', 'pyarrow') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program, EXAMPLE], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_protocols_are_plain():
    assert Protocol().lines == ()
    assert Line("x").when == (Condition("previous line ended"),)
