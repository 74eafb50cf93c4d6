"""Files that are broken or meant to harm give one sentence with file, line and remedy, and nothing worse."""

from __future__ import annotations

import ast
import os
import random
import sys
from pathlib import Path

import pytest

import paget.signalling
from paget.errors import InputError
from paget.signalling.bnet import parse_bnet, write_bnet
from paget.signalling.network_file import read_network
from paget.signalling.sbml_qual import write_sbml_qual
from paget.signalling.xml_guard import DEEPEST, checked_xml

MODELS = Path(__file__).parents[1] / "data" / "networks" / "reference"
DEEP = 10_000


def refusal(path: Path, content: str | bytes, cfg: str | None = None) -> InputError:
    """The error of reading a file with this content."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    files = []
    if cfg is not None:
        files = [path.with_suffix(".cfg")]
        files[0].write_text(cfg, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_network(path, files)
    error = caught.value
    assert error.place.file in (str(path), *map(str, files))
    assert error.remedy
    assert len(str(error)) < 700
    return error


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        ("Node A { logic = B; }", 1, "A depends on B, which is not declared"),
        ("Node ERK { logic = ERK; }\nNode MEK { logic =\n ERK_; }", 2, "depends on ERK_"),
        ("Node A {}\n\nNode A {}", 3, "declared twice, first in line 1"),
        ("Node A {\n logic = @x; x = A | @y;\n y = !@x; }", 3, "in a circle: @x → @y → @x"),
        ("Node A {\n rate_up = @rate_up; }", 2, "in a circle: @rate_up → @rate_up"),
        ("Node A { logic = A;\n rate_up = @logi; }", 2, "A has no attribute logi"),
        ("Node A { logic = A }", 1, "';' is missing after logic of A, before '}'"),
        ("Node A {\n logic = A;\n", 3, "braces of Node A are not closed"),
        ("Node A {\n logic A; }", 2, "'=' is missing after logic of A"),
        ("Node A {\n = A; }", 2, "an attribute of A is missing"),
        ("Node A {\n logic = ; }", 2, "is missing before ';'"),
        ("Node { logic = A; }", 1, "a node is to be declared here"),
        ("Node AND {}", 1, "'AND' is a word of the format"),
        ("A : B\nB : A C", 2, "'C' does not continue the rule of B"),
        ("Node A {}\n}", 2, "a node is to be declared here, not '}'"),
        ("$x = 1;", 1, "a value or setting stands in a network file"),
        ("Node A {}\nA.istate = 1;", 2, "a value or setting"),
        ("Node A {}\ndivision { rate = 1; }", 2, "PopMaBoSS"),
        ("Node A { logic = A;\n death { rate = 1; } }", 2, "PopMaBoSS"),
        ("Node A {\n rate_up = #cell(A) > 1; }", 2, "PopMaBoSS"),
        ("Node A {}\n/* and so", 2, "the comment /* is not closed"),
        ('Node A {\n description = "and so; }', 2, "has no meaning here"),
        ("Node A {\n logic = A; # no\n }", 2, "# has no meaning here|'#' has no meaning here"),
        ("Node A {} // \n\0", 2, "control character U+0000"),
        ("Node \x1b[31mA {}", 1, "control character U+001B"),
        ("// nothing", None, "declares no node"),
    ],
)
def test_broken_bnd(tmp_path: Path, content: str, line: int | None, message: str) -> None:
    error = refusal(tmp_path / "model.bnd", content)
    assert error.place.line == line
    assert any(part in str(error) for part in message.split("|"))


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        ("A, B\nB, A\n\nA, 1", 4, "declared twice, first in line 1"),
        ("A,\nB, A", 1, "the rule of A is missing or breaks off"),
        ("A, B |\nB, A", 1, "the rule of A is missing or breaks off"),
        ("A, A\nB, (A", 2, "'(' is not closed"),
        ("A, A\nB, A, 0.5", 2, "the rule of B is missing or breaks off"),
        ("A = B", 1, "a line 'node, rule' is to begin here"),
        ("A, $x", None, "use $x, which has no value"),
        ("A, A\nB, @x", 2, "B has no attribute x"),
        ("A, A\nTRUE, A", 2, "'TRUE' is a word of the format"),
        ("A-1, A", 1, "a line 'node, rule' is to begin here"),
        ("A, maj(A, A)", 1, "the function 'maj' is unknown"),
    ],
)
def test_broken_bnet(tmp_path: Path, content: str, line: int | None, message: str) -> None:
    error = refusal(tmp_path / "model.bnet", content)
    assert error.place.line == line
    assert message in str(error)


def test_a_broken_cfg_is_the_file_that_is_named(tmp_path: Path) -> None:
    error = refusal(tmp_path / "model.bnet", "A, A", "\n$x = $y;")
    assert str(error.place.file).endswith("model.cfg")
    assert error.place.line == 2


@pytest.mark.parametrize("suffix", ["bnd", "bnet", "sbml", "xml"])
def test_files_that_cannot_be_read(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"model.{suffix}"
    for content, message in [(b"", "is empty"), (b" \n", "is empty"), (b"\xff\xfeA\0", "UTF-16")]:
        assert message in str(refusal(path, content))
    assert "larger than 8 MB" in str(refusal(path, b" " * 8_000_001))
    path.unlink()
    for prepare, message in [
        (lambda: None, "there is no such file"),
        (path.mkdir, "is a folder"),
        (lambda: (path.rmdir(), os.mkfifo(path)), "is not a regular file"),
        (lambda: (path.unlink(), path.symlink_to(path)), "circle"),
    ]:
        prepare()
        with pytest.raises(InputError, match=message) as caught:
            read_network(path)
        assert caught.value.place.file == str(path)
        assert caught.value.remedy
    with pytest.raises(InputError, match=r"no such file|not a file name"):
        read_network(f"{tmp_path}/a\0b.{suffix}")


def test_aliases_that_double_at_each_step_cost_nothing(tmp_path: Path) -> None:
    lines = ["Node A { a0 = A;", *(f"a{k + 1} = @a{k} | @a{k};" for k in range(60)), "logic = @a60; }"]
    error = refusal(tmp_path / "laughs.bnd", "\n".join(lines))
    assert "longer than 1,000,000 operations" in str(error)
    assert error.place.line is not None


def test_many_aliases_that_are_long_together_are_refused(tmp_path: Path) -> None:
    rule = " | ".join(["A"] * 5000)
    lines = [f"Node A {{ long = {rule};", *(f"x{k} = @long;" for k in range(200)), "}"]
    assert "longer than 1,000,000 operations" in str(refusal(tmp_path / "long.bnd", "\n".join(lines)))


def test_long_chains_of_aliases_need_no_recursion(tmp_path: Path) -> None:
    path = tmp_path / "chain.bnd"
    chain = [f"a{k} = @a{k + 1};" for k in range(DEEP)]
    path.write_text("Node A { logic = @a0;\n" + "\n".join(chain) + f"\na{DEEP} = !A; }}", encoding="utf-8")
    assert read_network(path)[0]["A"].logic == parse_bnet("A, !A")["A"].logic
    path.write_text("Node A { logic = @a0;\n" + "\n".join(chain) + f"\na{DEEP} = @a0; }}", encoding="utf-8")
    assert "…" in str(refusal(path, path.read_bytes()))


@pytest.mark.parametrize("form", ["Node A {{ logic = {}; }}", "A, {}"])
def test_rules_nested_ten_thousand_deep_are_read_or_refused(tmp_path: Path, form: str) -> None:
    path = tmp_path / ("deep.bnd" if "Node" in form else "deep.bnet")
    path.write_text(form.format("!(A & " * DEEP + "A" + ")" * DEEP), encoding="utf-8")
    network, _ = read_network(path)
    logic = network["A"].logic
    assert logic is not None
    # From the inside out: A, !A, !(A & !A) = 1, !A, 1, … for A = 1.
    assert logic.evaluate({"A": 1.0}) == 1.0
    assert logic.evaluate({"A": 0.0}) == 1.0
    write_bnet(network, tmp_path / "again.bnet")
    assert read_network(tmp_path / "again.bnet")[0]["A"].logic == logic
    with pytest.raises(InputError, match="nested too deeply for SBML"):
        write_sbml_qual(network, tmp_path / "again.sbml")
    for broken in ("(" * DEEP + "A", "A" + ")" * DEEP, "!" * DEEP, "A ? " * DEEP, "A : " * DEEP):
        refusal(path, form.format(broken))


def test_a_rule_of_a_million_characters_is_read(tmp_path: Path) -> None:
    path = tmp_path / "wide.bnet"
    path.write_text("A, " + "!A|" * 333_333 + "A", encoding="utf-8")
    logic = read_network(path)[0]["A"].logic
    assert logic is not None
    assert len(logic.code) == 3 * 333_333 + 1


def test_bounds_of_words_and_operations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("paget.signalling.expression_parser.LONGEST_CODE", 1000)
    (tmp_path / "a.bnet").write_text("A, " + "!" * 999 + "A", encoding="utf-8")
    assert len(read_network(tmp_path / "a.bnet")[0]) == 1
    assert "more than 1,000 operations" in str(refusal(tmp_path / "a.bnet", "A, " + "!" * 1000 + "A"))
    monkeypatch.setattr("paget.signalling.tokens._MOST_WORDS", 100)
    assert "more than 100 words" in str(refusal(tmp_path / "a.bnet", "A, A\n" * 40))


def test_a_million_digits_are_no_number_and_no_delay(tmp_path: Path) -> None:
    assert "too large" in str(refusal(tmp_path / "a.bnet", "A, " + "9" * 1_000_000))
    assert "neither a number nor a name" in str(refusal(tmp_path / "a.bnet", "A, " + "9" * 1_000_000 + "x"))


def test_nothing_is_evaluated(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    for code in (f"__import__('os').mkdir('{mark}')", f"open('{mark}', 'w')", f"exec(mkdir {mark})", "{A.__class__}"):
        refusal(tmp_path / "a.bnet", f"A, {code}")
        refusal(tmp_path / "a.bnd", f"Node A {{ rate_up = {code}; }}")
        refusal(tmp_path / "b.bnet", "A, A", f"$x = {code};")
    assert not mark.exists()
    for source in Path(paget.signalling.__file__).parent.glob("*.py"):
        called = {
            node.func.id
            for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert not called & {"eval", "exec", "compile", "__import__"}, source.name


# XML ---------------------------------------------------------------------------------------------------------------

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
SBML = '<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1"><model id="{}"/></sbml>'


def test_a_declaration_without_an_encoding_is_utf_8():
    """Legal XML, which libsbml refuses; lines keep their numbers."""
    body = f"\n<!-- ü -->\n{SBML.format('m')}"
    for head in ('<?xml version="1.0"?>', "<?xml version='1.0' standalone='yes'?>", HEAD.strip(), ""):
        text = checked_xml((head + body).encode(), "m.sbml")
        assert "encoding" in text.split("?>")[0] or not head
        assert text.endswith(body)


LAUGHS = "".join(f'<!ENTITY l{k + 1} "{f"&l{k};" * 10}">' for k in range(20))


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (f'{HEAD}<!DOCTYPE s [<!ENTITY l0 "ha">{LAUGHS}]>{SBML.format("&l20;")}', 2, "document type or an entity"),
        (f'{HEAD}<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/hostname">]>{SBML.format("&x;")}', 2, "document type"),
        (f'{HEAD}<!DOCTYPE s SYSTEM "http://localhost:1/x.dtd">\n{SBML.format("m")}', 2, "document type"),
        (f'{HEAD}<!DOCTYPE s [<!ENTITY % p SYSTEM "file:///dev/zero"> %p;]>{SBML.format("m")}', 2, "document type"),
        (HEAD + SBML.format("&x;"), 2, "not well-formed XML (undefined entity)"),
        (HEAD + "<a>" * DEEP + "</a>" * DEEP, 2, f"nests more than {DEEPEST} elements"),
        (HEAD + "\n<a>" + "<b/>" * 500_001 + "</a>", 3, "more than 500,000 elements"),
        (HEAD + "\n<sbml>", 3, "not well-formed XML (no element found)"),
        (HEAD + "\0", 2, "not well-formed XML"),
        ("A, B", 1, "not well-formed XML"),
        ('<?xml version="1.0" encoding="ISO-8859-1"?>' + SBML.format("m"), 1, "is encoded as ISO-8859-1"),
        ('<?xml version="1.0" encoding="UTF-7"?>' + SBML.format("m"), 1, "UTF-7|unknown encoding"),
        (HEAD.encode() + b"<a>\xff</a>", 2, "not well-formed XML"),
        ("<sbml/>", None, "is not valid SBML"),
    ],
)
def test_xml_that_harms_never_reaches_libsbml(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | bytes, line: int | None, message: str
) -> None:
    if message != "is not valid SBML":
        # Any use of the library would now fail in another way.
        monkeypatch.setitem(sys.modules, "libsbml", None)
    else:
        pytest.importorskip("libsbml")
    error = refusal(tmp_path / "model.sbml", content)
    assert any(part in str(error) for part in message.split("|"))
    if line is not None:
        assert error.place.line == line


def test_formulas_at_the_limit_of_depth_are_read(tmp_path: Path) -> None:
    pytest.importorskip("libsbml")
    write_sbml_qual(parse_bnet("A, !A"), tmp_path / "a.sbml")
    text = (tmp_path / "a.sbml").read_text(encoding="utf-8")
    leaf = '<apply><eq/><ci>A</ci><cn type="integer">0</cn></apply>'
    assert text.count(leaf) == 1
    depth = DEEPEST - 10
    deep = text.replace(leaf, "<apply><not/>" * depth + leaf + "</apply>" * depth)
    (tmp_path / "a.sbml").write_text(deep, encoding="utf-8")
    logic = read_network(tmp_path / "a.sbml")[0]["A"].logic
    assert logic is not None
    assert logic.evaluate({"A": 0.0}) == 1.0


def test_a_byte_order_mark_is_no_harm() -> None:
    assert checked_xml(b"\xef\xbb\xbf<a/>", "a.xml") == "<a/>"


# Mutations ---------------------------------------------------------------------------------------------------------

PIECES = [
    "(",
    ")",
    "{",
    "}",
    ";",
    ":",
    "?",
    ",",
    "!",
    "@",
    "$",
    "#",
    "/*",
    "*/",
    '"',
    "\n",
    "logic",
    "Node",
    "1e9",
    "\0",
    "é",
]


def mutated(chance: random.Random, text: str) -> str:
    """The text with a few pieces cut, doubled, moved or put in."""
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(text) + 1)
        end = min(len(text), start + chance.choice((1, 2, 10, 100)))
        piece = chance.choice(["", text[start:end] * 2, chance.choice(PIECES), text[end : 2 * end - start]])
        text = text[:start] + piece + text[end:]
    return text


@pytest.mark.parametrize("suffix", ["bnd", "bnet", "cfg", "sbml"])
def test_mutated_files_are_read_or_refused(tmp_path: Path, suffix: str) -> None:
    pytest.importorskip("libsbml")
    network, settings = read_network(MODELS / "cellcycle.bnd", MODELS / "cellcycle.cfg")
    write_bnet(network, tmp_path / "cellcycle.bnet", settings)
    write_sbml_qual(network, tmp_path / "cellcycle.sbml", settings)
    folder = MODELS if suffix in ("bnd", "cfg") else tmp_path
    text = (folder / f"cellcycle.{suffix}").read_text(encoding="utf-8")
    chance = random.Random(20_261_122)
    refused = []
    for _ in range(150):
        path = tmp_path / f"mutated.{suffix}"
        path.write_text(mutated(chance, text), encoding="utf-8")
        try:
            if suffix == "cfg":
                read_network(MODELS / "cellcycle.bnd", path)
            else:
                read_network(path, MODELS / "cellcycle.cfg")
        except InputError as error:
            refused.append(error)
    assert 10 < len(refused) < 150
    assert all(error.remedy and error.place.file for error in refused)
