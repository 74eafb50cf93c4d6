"""Rules: grammar and precedence of MaBoSS, values, and text that reads back as the same rule."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paget.errors import InputError, Place
from paget.signalling.expression import Expression, parse_expression
from paget.signalling.operations import depth, spans

A_B_C = [dict(zip("ABC", map(float, bits), strict=True)) for bits in itertools.product((0, 1), repeat=3)]


def values(text: str) -> list[float]:
    """Value in each of the eight states of A, B and C, C fastest."""
    return [parse_expression(text).evaluate(state) for state in A_B_C]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("A ^ B | C", "A ^ (B | C)"),  # XOR is looser than OR
        ("A | B ^ C", "(A | B) ^ C"),
        ("A XOR B AND C", "A ^ (B & C)"),
        ("A | B & C", "A | (B & C)"),
        ("NOT A AND B", "(!A) & B"),
        ("!A == B", "(!A) == B"),
        ("A == B & C", "(A == B) & C"),
        ("A + B > C", "(A + B) > C"),
        ("A < B == C", "(A < B) == C"),
        ("A - B - C", "(A - B) - C"),
        ("A / 2 * B", "(A / 2) * B"),
        ("-A + B", "(-A) + B"),
        ("A ? B : C ? A : 2", "A ? B : (C ? A : 2)"),
        ("A ? B ? C : 2 : 3", "A ? (B ? C : 2) : 3"),
        ("A | B ? C : 2", "(A | B) ? C : 2"),
        ("A && B || C", "(A & B) | C"),
        ("not A or b_", "(!A) | b_"),
        ("+A - -B", "A - (-B)"),
        ("log(A + 1, 2) * exp(B)", "(log((A + 1), 2)) * (exp(B))"),
    ],
)
def test_precedence_is_that_of_maboss(text: str, meant: str) -> None:
    assert parse_expression(text) == parse_expression(meant)


def test_xor_binds_looser_than_or_in_value() -> None:
    assert values("A ^ B | C") == [float(bool(s["A"]) != bool(s["B"] or s["C"])) for s in A_B_C]
    assert values("A ^ B | C") != values("(A ^ B) | C")


def test_logic_and_comparison_give_0_or_1_and_any_other_number_is_true() -> None:
    assert values("(A + B + C) & 0.5") == [float(any(state.values())) for state in A_B_C]
    assert values("(A + B + C >= 2) * 4") == [4.0 * (sum(state.values()) >= 2) for state in A_B_C]
    assert values("A + B + C ? 7 : -1") == [7.0 if any(state.values()) else -1.0 for state in A_B_C]
    assert values("!(A - 2)") == [0.0] * 8


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.5e2 + .5 + 3.", 153.5),
        ("log(exp(2))", 2.0),
        ("log(8, 2)", 3.0),
        ("exp(3, 2)", 8.0),
        ("1 / 0", math.inf),
        ("-1 / 0", -math.inf),
        ("log(0)", -math.inf),
        ("exp(1000)", math.inf),
        ("$k * 2", 5.0),
    ],
)
def test_arithmetic(text: str, value: float) -> None:
    assert parse_expression(text).evaluate({}, {"k": 2.5}) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize("text", ["0 / 0", "log(-1)", "exp(0.5, -2)"])
def test_what_is_no_real_number_is_nan(text: str) -> None:
    assert math.isnan(parse_expression(text).evaluate({}))


def test_names_come_in_order_of_appearance() -> None:
    rule = parse_expression("B & $v | @logic ^ A & B / $u")
    assert (rule.nodes(), rule.variables(), rule.aliases()) == (("B", "A"), ("v", "u"), ("logic",))


def test_a_missing_value_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="B"):
        parse_expression("A & B").evaluate({"A": 1.0})
    with pytest.raises(KeyError, match="@x"):
        parse_expression("@x").evaluate({})


def test_true_and_false_are_words_where_asked() -> None:
    assert parse_expression("TRUE & !False", truth_words=True).evaluate({}) == 1.0
    assert parse_expression("TRUE").nodes() == ("TRUE",)


LEAVES = st.sampled_from(
    [("num", 0.0), ("num", 1.0), ("num", 0.1), ("num", 2.5e-7), ("node", "A"), ("node", "B"), ("var", "k")]
)
UNARY = st.sampled_from(["not", "neg", "log", "exp"])
BINARY = st.sampled_from(
    ["and", "or", "xor", "eq", "ne", "lt", "gt", "le", "ge", "add", "sub", "mul", "div", "log_base", "exp_base"]
)
CODES = st.recursive(
    LEAVES.map(lambda leaf: (leaf,)),
    lambda inner: st.one_of(
        st.builds(lambda a, op: (*a, (op, None)), inner, UNARY),
        st.builds(lambda a, b, op: (*a, *b, (op, None)), inner, inner, BINARY),
        st.builds(lambda a, b, c: (*a, *b, *c, ("select", None)), inner, inner, inner),
    ),
    max_leaves=20,
)


@given(CODES)
def test_text_reads_back_as_the_same_rule(code: tuple) -> None:
    text = Expression(code).text()
    again = parse_expression(text)
    assert again.text() == text
    for a, b in itertools.product((0.0, 1.0), repeat=2):
        before, after = (rule.evaluate({"A": a, "B": b}, {"k": 3.0}) for rule in (Expression(code), again))
        assert before == pytest.approx(after, rel=1e-9, nan_ok=True)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("((A) & ((B) | C))", "A & (B | C)"),
        ("(A & B) & (C & A)", "A & B & C & A"),
        ("A - (B - C)", "A - (B - C)"),
        ("(A ? B : C) ? 1 : 0", "(A ? B : C) ? 1 : 0"),
        ("!(!(A))", "!!A"),
        ("NOT (A OR $x)", "!(A | $x)"),
        ("(A ^ B) | C", "(A ^ B) | C"),
    ],
)
def test_text_has_no_needless_parentheses(text: str, written: str) -> None:
    assert parse_expression(text).text() == written


def test_bnet_text_holds_plain_logic_only() -> None:
    assert parse_expression("NOT (A AND B) OR 1").text("bnet") == "!(A & B) | 1"
    for text in ("A ^ B", "A + B", "$x", "2", "A ? B : C", "A > 0.5"):
        with pytest.raises(InputError, match=r"cannot be written in \.bnet"):
            parse_expression(text).text("bnet")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is missing before the end"),
        ("A &", "is missing before the end"),
        ("A B", "'B' does not continue"),
        ("A & | B", r"missing before '\|'"),
        ("(A", "is not closed"),
        ("A)", r"'\)' does not continue"),
        ("A ? B", "has no ':'"),
        ("A : B", "':' does not continue"),
        ("(A ? B) : C", "has no ':'"),
        ("A ? (B : C)", "is not closed before ':'"),
        ("f(A)", "the function 'f' is unknown"),
        ("log()", r"missing before '\)'"),
        ("log(1, 2, 3)", "one or two arguments"),
        ("(A, B)", "is not closed before ','"),
        ("AND A", "missing before 'AND'"),
        ("1e999", "too large"),
        ("2A", "'2A' is neither a number nor a name"),
        ("1.2.3", "is neither"),
        ("A ~ B", "'~' has no meaning"),
        ("A & #cell(B)", "population"),
        ("A /* B", "is not closed"),
        ("é", "'é' has no meaning"),
        ("@", "name of an alias"),
        ("$", r"'\$' has no meaning"),
        ("__import__('os')", "' has no meaning"),
    ],
)
def test_what_is_no_rule_is_refused_with_its_place(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        parse_expression("\n" * 2 + text, Place("model.bnd", 5, None, "ERK.logic"))
    assert (caught.value.place.file, caught.value.place.line) == ("model.bnd", 7)
    assert caught.value.place.field == "ERK.logic"
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("opening", "closing"), [("(", ")"), ("!(", ")"), ("A & (", ")"), ("A ? ", " : B"), ("log(", ")"), ("- ", "")]
)
def test_nesting_has_no_limit_of_depth(opening: str, closing: str) -> None:
    depth = 10_000
    rule = parse_expression(opening * depth + "B" + closing * depth)
    assert parse_expression(rule.text()).text() == rule.text()
    assert isinstance(rule.evaluate({"A": 1.0, "B": 1.0}), float)


def test_a_rule_of_a_million_characters_is_read() -> None:
    names = [f"N{position % 97}" for position in range(150_000)]
    rule = parse_expression(" | ".join(names).ljust(1_000_000))
    assert len(rule.code) == 2 * len(names) - 1
    assert rule.evaluate({name: float(name == "N96") for name in names}) == 1.0


def test_spans_find_what_is_no_single_rule() -> None:
    assert spans(parse_expression("A & !B").code) == [0, 1, 1, 0]
    for code in ((), (("and", None),), (("node", "A"), ("node", "B")), (("node", "A"), ("and", None))):
        with pytest.raises(ValueError, match=r"operands|values"):
            spans(code)


def test_depth_is_the_most_values_that_wait() -> None:
    assert depth(parse_expression("A & B & C").code) == 2
    assert depth(parse_expression("A & (B & (C & A))").code) == 4
