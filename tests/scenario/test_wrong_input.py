"""Each kind of wrong scenario is refused in words (``messages.json``); arbitrary bytes never end in a traceback.

After a deliberate change of wording, ``python tests/scenario/wrong_input.py`` writes the messages again.
"""

import contextlib
import importlib.util
import json
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paget.errors import InputError
from paget.scenario import find, load, read
from paget.scenario.document import parse
from paget.scenario.text import decode

HERE = Path(__file__).parent
SNAPSHOT = json.loads((HERE / "messages.json").read_text("utf-8"))


def _table():
    spec = importlib.util.spec_from_file_location("wrong_input", HERE / "wrong_input.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TABLE = _table()
CASES = TABLE.cases()


def test_every_case_has_a_message():
    assert set(SNAPSHOT) == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_message(name):
    content, overrides = CASES[name]
    with pytest.raises(InputError) as caught:
        read(decode(content, file="wrong.yaml"), file="wrong.yaml", overrides=overrides)
    assert caught.value.exit_code == 2
    assert str(caught.value) == SNAPSHOT[name]
    for line in str(caught.value).splitlines():
        assert line.startswith(("wrong.yaml", "--set"))
        assert line.isprintable()
        assert len(line) < 500


def test_missing_folder_and_odd_names(tmp_path):
    for name in (
        tmp_path / "none.yaml",
        tmp_path,
        "a\0b.yaml",
        "x" * 5000 + ".yaml",
        "/dev/null",
        tmp_path / "a/b.yaml",
    ):
        with pytest.raises(InputError):
            load(find(name))


def test_unreadable_file(tmp_path, monkeypatch):
    path = tmp_path / "a.yaml"
    path.write_text("paget: 1")

    def refuse(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InputError, match="may not be read"):
        load(path)


@pytest.mark.parametrize("name", ["", "atc-natural-histori", "nope", "../x", "\x1b[2J", "."])
def test_unknown_names(name):
    with pytest.raises(InputError):
        load(find(name))


def test_nearest_built_in_is_offered():
    with pytest.raises(InputError, match="Did you mean atc-natural-history"):
        find("atc-natural-histori")


LIMITED = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _refused(content: bytes) -> None:
    with pytest.raises(InputError) as caught:
        read(decode(content, file="x"), file="x")
    assert str(caught.value)


@LIMITED
@given(st.binary(max_size=300))
def test_garbage_bytes(content):
    _refused(content)


@LIMITED
@given(st.text(alphabet="{}[]:-,&*!|>'\"#%@`? \n\tab1.", max_size=120))
def test_garbage_yaml(text):
    _refused(text.encode())


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    [
        "patients",
        "seed",
        "eligibility",
        "follow_up",
        "arms",
        "endpoints",
        "compare_with",
        "mechanisms",
        "parameters",
        "cohort",
        "disease",
        "description",
        "kind",
        "paget",
        "name",
        "genotype",
        "presentation",
        "futures",
        "scans",
        "design",
        "stratify",
        "enrolment",
        "accrual",
        "drop_out",
        "cut_off",
        "supportive_care",
    ]
)


@LIMITED
@given(st.sampled_from(["trial", "patient"]), st.dictionaries(FIELDS, PLAIN, max_size=4))
def test_any_data_is_accepted_or_refused(kind, fields):
    data = {"paget": 1, "kind": kind, "name": "n", **fields}
    with contextlib.suppress(InputError):
        read(json.dumps(data), file="x")


def test_places_count_from_one():
    document = parse("a: 1\nb:\n  - x\n  - {c: 2}\n", file="f")
    assert document.data == {"a": 1, "b": ["x", {"c": 2}]}
    assert (document.place(("b", 1, "c")).line, document.place(("b", 1, "c")).column) == (4, 6)
    assert document.place(("b", 7, "z")).line == 2


def test_a_few_aliases_are_fine():
    assert parse("a: &x {c: 1}\nb: *x\n", file="f").data == {"a": {"c": 1}, "b": {"c": 1}}


def test_core_schema():
    text = "[on, no, true, ~, 1, -2.5, 1e3, .inf, 0x10, 1_000, 12:30, 2024-01-01, '5']"
    found = parse(text, file="f").data
    assert found[:7] == ["on", "no", True, None, 1, -2.5, 1000.0]
    assert found[8:] == ["0x10", "1_000", "12:30", "2024-01-01", "5"]


def test_refusal_of_nesting_is_quick():
    before = sys.getrecursionlimit()
    _refused(b"[" * 900_000)
    _refused(b"- " * 400_000)
    assert sys.getrecursionlimit() == before
