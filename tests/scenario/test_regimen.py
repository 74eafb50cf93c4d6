"""Regimens: the text, the doses of each day, and the text again."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from paget import knowledge
from paget.knowledge.regimen import regimen as usual_regimen
from paget.scenario import drugs
from paget.scenario.local_treatment import parse_operation, parse_radiation
from paget.scenario.regimen import Regimen, doses_by_day, known_regimen, parse_regimen

WRITTEN = [
    "dabrafenib 150 mg every 12 h oral",
    "trametinib 2 mg every 24 h oral",
    "paclitaxel 80 mg/m2 every 7 d iv",
    "paclitaxel 80 mg/m2 days 1, 8, 15 of 28 d iv",
    "lenvatinib 24 mg every 24 h oral",
    "anlotinib 12 mg every 24 h oral days 1-14 of 21 d",
    "spartalizumab 800 mg once then 400 mg every 28 d iv",
    "doxorubicin 60 mg/m2 every 21 d iv over 3 h for 6 cycles from day 8 until day 90",
    "fosbretabulin 45.5 mg/m2 day 1 of 21 d iv over 0.5 h",
    "pembrolizumab 2 mg/kg once iv",
    "digoxin 125 ug every 24 h oral",
]


def given_on(text: str, days: int) -> dict[int, float]:
    """Days from 1 on which something is given, with the amount of one administration."""
    return {day: amount for day, amount in enumerate(doses_by_day(parse_regimen(text), days), start=1) if amount}


@pytest.mark.parametrize("text", WRITTEN)
def test_a_regimen_is_written_as_it_was_read(text: str):
    assert str(parse_regimen(text)) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x 80 mg/m2 every 7 d iv", {1: 80, 8: 80, 15: 80, 22: 80, 29: 80}),
        ("x 80 mg/m2 days 1, 8, 15 of 28 d iv", {1: 80, 8: 80, 15: 80, 29: 80}),
        ("x 60 mg every 21 d iv from day 8", {8: 60, 29: 60}),
        ("x 60 mg every 7 d iv until day 14", {1: 60, 8: 60}),
        ("x 60 mg every 7 d iv until day 15", {1: 60, 8: 60, 15: 60}),
        ("x 60 mg every 7 d iv for 2 cycles from day 5", {5: 60, 12: 60}),
        ("x 60 mg days 1-3 of 10 d iv for 2 cycles", {1: 60, 2: 60, 3: 60, 11: 60, 12: 60, 13: 60}),
        ("x 800 mg once then 400 mg every 28 d iv", {1: 800, 29: 400}),
        ("x 800 mg once then 400 mg days 8, 15 of 28 d iv", {8: 800, 15: 400}),
        ("x 5 mg once iv from day 3", {3: 5}),
        ("x 500 ug every 2 weeks iv", {1: 0.5, 15: 0.5, 29: 0.5}),
        ("x 5 mg every 48 h oral until day 4", {1: 5, 3: 5}),
    ],
)
def test_doses_of_each_day(text: str, expected: dict[int, float]):
    assert given_on(text, 30) == expected


def test_hours_of_the_day():
    assert parse_regimen("x 1 mg every 6 h oral").schedule.hours == (0, 6, 12, 18)
    assert parse_regimen("x 1 mg every 8 h oral days 1-5 of 7 d").schedule.hours == (0, 8, 16)
    for rare in ("every 24 h", "every 3 weeks", "once", "days 1, 2 of 7 d"):
        assert parse_regimen(f"x 1 mg {rare} oral").schedule.hours == (0,)


@pytest.mark.parametrize(
    ("odd", "plain"),
    [
        ("  Dabrafenib   150mg\tEVERY 12 Hours,  ORAL ", "dabrafenib 150 mg every 12 h oral"),
        ("x 125 µg once iv", "x 125 ug once iv"),
        ("x 125 μg once iv", "x 125 ug once iv"),
        ("x 125 mcg once i.v.", "x 125 ug once iv"),
        ("x 80 mg/m² every 1 week intravenous", "x 80 mg/m2 every 7 d iv"),
        ("x 80 mg/m^2 oral every 3 weeks", "x 80 mg/m2 every 21 d oral"),
        ("x 80\u00a0mg once iv", "x 80 mg once iv"),
        ("x 80 mg days 1–14 of 3 weeks iv", "x 80 mg days 1-14 of 21 d iv"),
        ("x 80 mg days 15 8 1,2 of 28 d iv", "x 80 mg days 1, 2, 8, 15 of 28 d iv"),
        ("x 80 mg days 1 - 3, 5 of 28 d iv", "x 80 mg days 1-3, 5 of 28 d iv"),
        ("x 80 mg once iv over 90 min", "x 80 mg once iv over 1.5 h"),
        ("17-AAG 80.50 mg once iv", "17-aag 80.5 mg once iv"),
    ],
)
def test_other_spellings(odd: str, plain: str):
    assert str(parse_regimen(odd)) == plain


NUMBERS = st.decimals(min_value="0.0001", max_value="9999", places=4).map(
    lambda number: repr(float(number)).removesuffix(".0")
)
UNITS = st.sampled_from(["mg", "ug", "mg/m2", "mg/kg"])


def spans(days: list[int]) -> str:
    """The canonical list of days, written independently: a run of three or more as first-last."""
    parts, left = [], sorted(days)
    while left:
        run = [left.pop(0)]
        while left and left[0] == run[-1] + 1:
            run.append(left.pop(0))
        parts += [f"{run[0]}-{run[-1]}"] if len(run) > 2 else [str(day) for day in run]
    return ", ".join(parts)


@st.composite
def regimens(draw: st.DrawFn) -> tuple[str, list[float]]:
    """A canonical text and the dose of each of 100 days, from a model of its own."""
    number, unit, route = draw(NUMBERS), draw(UNITS), draw(st.sampled_from(["oral", "iv"]))
    dose = f"{number} {unit}"
    amount = float(number) * (1e-3 if unit == "ug" else 1.0)
    kind = draw(st.sampled_from(["hours", "days", "period", "both", "once"]))
    period = draw(st.integers(1, 40))
    some = sorted(draw(st.sets(st.integers(1, period), min_size=1)))
    noun = "day" if len(some) == 1 else "days"
    timing = {
        "hours": f"every {draw(st.sampled_from([6, 8, 12, 24, 48]))} h {route}",
        "days": f"every {period} d {route}",
        "period": f"{noun} {spans(some)} of {period} d {route}",
        "both": f"every 12 h {route} {noun} {spans(some)} of {period} d",
        "once": f"once {route}",
    }[kind]
    step = 2 if timing.startswith("every 48") else {"hours": 1, "days": period}.get(kind, 0)
    first = draw(st.integers(1, 30))
    end = 100
    tail = ""
    if draw(st.booleans()) and kind in ("days", "period") and period > 1:
        cycles = draw(st.integers(1, 5))
        tail += f" for {cycles} {'cycle' if cycles == 1 else 'cycles'}"
        end = min(end, first - 1 + cycles * period)
    tail += "" if first == 1 else f" from day {first}"
    if draw(st.booleans()):
        last = draw(st.integers(first + 40, 99))
        tail += f" until day {last}"
        end = min(end, last)
    due = [
        {
            "once": day == first,
            "hours": step and (day - first) % step == 0,
            "days": step and (day - first) % step == 0,
        }.get(kind, (day - first) % period + 1 in some)
        for day in range(1, 101)
    ]
    amounts = [amount if first <= day <= end and due[day - 1] else 0.0 for day in range(1, 101)]
    loading = ""
    if kind != "once" and draw(st.booleans()):
        loading = f"{draw(st.integers(1, 9))} {unit} once then "
        place = next(day for day, given in enumerate(amounts) if given)
        amounts[place] = float(loading.split()[0]) * (1e-3 if unit == "ug" else 1.0)
    return f"drug {loading}{dose} {timing}{tail}", amounts


@settings(deadline=None, max_examples=300)
@given(regimens())
def test_text_to_doses_and_back(case: tuple[str, list[float]]):
    text, amounts = case
    regimen = parse_regimen(text)
    assert doses_by_day(regimen, 100) == pytest.approx(amounts)
    assert str(regimen) == text
    assert parse_regimen(str(regimen)) == regimen


READERS = [parse_regimen, parse_radiation, parse_operation]
WORDS = (
    "drug 80 -1 0 mg mg/m2 ug every 12 h d min days 1, 8-1 of 21 once then oral iv over 3 for 6 cycles from day until"
)
PIECES = st.sampled_from(
    [*WORDS.split(), *"Gy in fractions to neck twice daily apart a week lobectomy with µ".split(), ",", " "]
)


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(READERS), st.lists(PIECES, max_size=30).map(" ".join) | st.text(max_size=60))
def test_any_text_is_read_or_refused_in_words(read, text: str):
    try:
        found = read(text)
    except PydanticCustomError as error:
        refusal = error.context or {}
        assert refusal["remedy"]
        return
    assert read(str(found)) == found


@pytest.mark.parametrize(
    "text",
    [
        "x " * 100_000,
        "x 1 mg days " + "1 " * 130 + "iv",
        "1 " * 145 + "mg",
        "x 1 mg every " + "9" * 250,
        "\ufdfa" * 290,
        "to " + "a, " * 98,
        "1 Gy in 1 fraction to " + "neck and " * 30,
    ],
)
def test_hostile_text_is_refused(text: str):
    """With a pattern that backtracks without bound this would not come to an end."""
    for read in READERS:
        with pytest.raises(PydanticCustomError) as caught:
            read(text)
        assert len(str(caught.value)) < 300


def test_only_known_drugs_at_doses_that_can_be_meant(tmp_path, monkeypatch):
    folder = tmp_path / "Odd-1"
    folder.mkdir()
    (folder / "drug.yaml").write_text("inn: Odd-1\nroute: iv\nregimen: Odd-1 10 mg/m2 every 7 d iv\naliases: [OD1]\n")
    monkeypatch.setattr(drugs, "drug_folder", lambda: tmp_path)
    caches = (drugs.known_drugs, drugs.drug_record, drugs.usual_infusion_hours)
    for cached in caches:
        cached.cache_clear()
    try:
        assert known_regimen("ODD-1 10 mg/m2 once iv").drug == "Odd-1"
        assert isinstance(known_regimen(known_regimen("Odd-1 200 mg/m2 once iv")), Regimen)
        known_regimen("Odd-1 360 mg once iv")
        for wrong in ("Odd-1 201 mg/m2 once iv", "Odd-1 361 mg once iv", "Odd-1 1 mg once then 9 mg/kg once iv"):
            with pytest.raises(PydanticCustomError):
                known_regimen(wrong)
        with pytest.raises(PydanticCustomError, match="Odd-1 is not given oral"):
            known_regimen("Odd-1 10 mg once oral")
        assert known_regimen("od1 10 mg once iv").drug == "Odd-1"
        assert drugs.usual_infusion_hours("Odd-1") is None
        (folder / "drug.yaml").write_text("route: iv\nlargest_single_dose: 15 mg/m2\nusual: 10 mg/m2\n")
        (folder / "pharmacokinetics.csv").write_text("symbol,value,unit\ninfusion_duration,2.5,h\n")
        for cached in caches:
            cached.cache_clear()
        assert drugs.largest_dose_mg("Odd-1") == pytest.approx(27)
        assert drugs.usual_infusion_hours("Odd-1") == 2.5
    finally:
        for cached in caches:
            cached.cache_clear()


def test_radiation_and_operations_are_written_as_they_were_read():
    for text in (
        "66 Gy in 33 fractions to primary, neck",
        "46 Gy in 29 fractions twice daily 6 h apart to primary, neck, mediastinum",
        "60.5 Gy in 40 fractions three times a day 4 h apart 6 days a week to lung",
        "24 Gy in 1 fraction to brain",
    ):
        assert str(parse_radiation(text)) == text
    swapped = parse_radiation("46 gy in 29 fractions to Primary and cervical_nodes, twice a day, 6 days per week")
    assert str(swapped) == "46 Gy in 29 fractions twice daily 6 h apart 6 days a week to primary, neck"
    assert swapped.sites == ("thyroid", "cervical_nodes")
    for name in ("total thyroidectomy", "total thyroidectomy with neck dissection", "lobectomy", "debulking"):
        assert str(parse_operation(name.upper())) == name


def test_what_knowledge_writes_of_regimens_means_the_same_in_a_scenario():
    """Folders of agents have a grammar of their own, of one drug under one plain schedule."""
    texts = {
        text for drug in knowledge.drugs.values() for text in (drug.record.regimen, *(o.regimen for o in drug.observed))
    }
    assert len(texts - {""}) > 8
    for text in texts - {""}:
        short, full = usual_regimen(text), parse_regimen(text)
        assert (short.name, short.amount, short.basis, short.route) == (
            full.drug, full.dose.in_basis, full.dose.basis, full.route,
        )  # fmt: skip
        assert short.every_hours == (None if full.schedule.once else full.schedule.interval_hours)
        assert short.over_hours == full.infusion_hours
