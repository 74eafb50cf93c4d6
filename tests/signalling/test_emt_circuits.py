"""The two published EMT circuits: steady states, folds, windows and courses against independent computations.

The rates are written a second time here from the published equations, with numbers instead of records (`lu_rates`,
`tian_rates`), and differentiated by central differences: what the package reads off its steady curve is compared with
integration, with a walk along the branch until its eigenvalue vanishes, and with figures that others published.
"""

from __future__ import annotations

import csv
import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from paget import knowledge
from paget.errors import InputError, PagetError
from paget.signalling.circuit_constants import circuit_records
from paget.signalling.emt_course import course, hysteresis, settled
from paget.signalling.emt_lu import full_circuit, ternary_switch
from paget.signalling.emt_tian import cascading_switches

LU_FOLDS = (208836.0489, 193180.3750, 224681.5787, 185074.7689)
"""SNAIL, molecules: epithelial last, hybrid first, hybrid last, mesenchymal first; regression."""

FULL_FOLDS = (59988.4795, 45624.9419, 66568.1356, 30085.6162)
"""The external signal, molecules; regression."""

TIAN_FOLDS = (1.00785470, 0.65144962, 2.01372927, -0.55258774)
"""Exogenous TGF-β, µM; regression. The last is out of reach: the mesenchymal state is never lost."""

PRINTED_LU_FOLDS = (208.90e3, 193.11e3, 224.76e3, 184.96e3)
"""SNAIL, read off the figure of an independent continuation with MATCONT: github.com/Divyoj-Singh/PAGE4-AR-EMT-NDJ,
figure_1/EMT_bifurcation/bifurcation_zeb.png; a pixel is 54 molecules, a line 4 pixels wide."""

SWITCHES = {"ternary": ternary_switch, "full": full_circuit, "cascading": cascading_switches}
FOLDS = {"ternary": LU_FOLDS, "full": FULL_FOLDS, "cascading": TIAN_FOLDS}
HIGHEST = {"ternary": 3e5, "full": 1e5, "cascading": 3.0}
TRISTABLE = {"ternary": 2e5, "full": 5e4, "cascading": 0.8}
NAMES = tuple(SWITCHES)


@pytest.fixture(scope="module")
def circuits():
    return {name: make() for name, make in SWITCHES.items()}


def shifted_hill(x, threshold, power, fold):
    ratio = (x / threshold) ** power
    return 1.0 / (1.0 + ratio) + fold * ratio / (1.0 + ratio)


def bound(mirna, sites):
    """Translation, extra decay of mRNA and consumption of microRNA, summed site by site."""
    share = mirna / 10000.0 / (1.0 + mirna / 10000.0)
    translation, decay, eaten = (1.0, 0.6, 0.3, 0.1, 0.05, 0.05, 0.05), (0, 0.04, 0.2, 1, 1, 1, 1), (0, 0.005, 0.05)
    eaten = (*eaten, 0.5, 0.5, 0.5, 0.5)
    weights = [math.comb(sites, i) * share**i * (1.0 - share) ** (sites - i) for i in range(sites + 1)]
    return (
        sum(w * translation[i] for i, w in enumerate(weights)),
        sum(w * decay[i] for i, w in enumerate(weights)),
        sum(w * i * eaten[i] for i, w in enumerate(weights)),
    )


def lu_rates(levels, snail):
    mir200, messenger, zeb = levels
    translation, decay, eaten = bound(mir200, 6)
    made = 2100.0 * shifted_hill(zeb, 220e3, 3, 0.1) * shifted_hill(snail, 180e3, 2, 0.1)
    copied = 11.0 * shifted_hill(zeb, 25e3, 2, 7.5) * shifted_hill(snail, 180e3, 2, 10.0)
    return np.array([
        made - messenger * eaten - 0.05 * mir200,
        copied - messenger * decay - 0.5 * messenger,
        100.0 * messenger * translation - 0.1 * zeb,
    ])  # fmt: skip


def full_rates(levels, signal):
    zeb, mir34, messenger, snail = levels[2:]
    translation, decay, eaten = bound(mir34, 2)
    made = 1350.0 * shifted_hill(zeb, 600e3, 1, 0.2) * shifted_hill(snail, 300e3, 1, 0.1)
    copied = 90.0 * shifted_hill(signal, 50e3, 1, 10.0) * shifted_hill(snail, 200e3, 1, 0.1)
    return np.array([
        *lu_rates(levels[:3], snail),
        made - messenger * eaten - 0.05 * mir34,
        copied - messenger * decay - 0.5 * messenger,
        100.0 * messenger * translation - 0.125 * snail,
    ])  # fmt: skip


def tian_rates(levels, tgf_beta):
    own, s, snail, mir34, z, zeb, mir200, e_cadherin, n_cadherin = levels
    tgf, on = own + tgf_beta, lambda x: x * x / (1.0 + x * x)
    return np.array([
        0.06 + 1.2 * (1.0 - on(mir200 / 0.06)) - 0.6 * own,
        0.0006 + 0.03 * on(tgf / 1.6) - 0.09 * s,
        17.0 * s * (1.0 - on(mir34 / 0.08)) - 1.66 * snail,
        0.0012 + 0.012 / (1.0 + (snail / 0.15) ** 2 + (zeb / 0.36) ** 2) - 0.035 * mir34,
        0.003 + 0.06 * on(snail / 3.5) - 0.09 * z,
        17.0 * z * (1.0 - on(mir200 / 0.06)) - 1.66 * zeb,
        0.0002 + 0.012 / (1.0 + (snail / 5.0) ** 2 + (zeb / 0.2) ** 2) - 0.035 * mir200,
        1.0 - on(snail / 0.2) + 0.6 * (1.0 - on(zeb / 0.5)) - 0.5 * e_cadherin,
        on(snail / 0.2) + 0.6 * on(zeb / 0.5) - 0.5 * n_cadherin,
    ])  # fmt: skip


RATES = {"ternary": lu_rates, "full": full_rates, "cascading": tian_rates}


def differences(rates, levels, value):
    """Jacobian by central differences."""
    columns = []
    for place, level in enumerate(levels):
        step = np.zeros(len(levels))
        step[place] = 1e-6 * level
        columns.append((rates(levels + step, value) - rates(levels - step, value)) / (2.0 * step[place]))
    return np.array(columns).T


def integrated(rates, levels, value, hours=4000.0, method="LSODA"):
    solution = solve_ivp(
        lambda _, y: rates(y, value), (0.0, hours), levels, method=method, rtol=1e-9, atol=1e-9 * levels
    )
    assert solution.success
    return solution.y[:, -1]


def polished(rates, levels, value):
    """The steady state near `levels`, or None."""
    for _ in range(20):
        step = np.linalg.solve(differences(rates, levels, value), rates(levels, value))
        levels = levels - step
        if not (levels > 0.0).all():
            return None
        if np.abs(step / levels).max() < 1e-10:
            return levels
    return None


def walked_fold(rates, levels, start, step):
    """Where a branch ends: follow its stable state by Newton from `start` and halve the step at each failure."""
    value = start
    levels = polished(rates, levels, value)
    while abs(step) > 1e-7 * abs(value):
        further = polished(rates, levels, value + step)
        if (
            further is None
            or np.abs(further / levels - 1.0).max() > 0.2
            or np.linalg.eigvals(differences(rates, further, value + step)).real.max() >= 0.0
        ):
            step /= 2.0
        else:
            levels, value = further, value + step
    return value, levels


@pytest.mark.parametrize("name", NAMES)
def test_the_rates_are_the_published_equations(circuits, name):
    generator = np.random.default_rng(1)
    circuit = circuits[name]
    typical = circuit.stable_states(TRISTABLE[name])[0].levels
    for _ in range(20):
        levels = typical * np.exp(generator.normal(0.0, 2.0, len(typical)))
        value = HIGHEST[name] * generator.random()
        scale = np.abs(RATES[name](levels, value)) + 0.1 * levels
        assert np.abs(circuit.rates(levels, value) - RATES[name](levels, value)).max() < 1e-10 * scale.max()
        assert circuit.jacobian(levels[:, None], value)[0] == pytest.approx(
            differences(RATES[name], levels, value), rel=1e-5, abs=1e-6 * scale.max() / levels.min()
        )


@pytest.mark.parametrize("name", NAMES)
def test_folds_keep_their_values(circuits, name):
    assert [fold.input for fold in circuits[name].folds] == pytest.approx(FOLDS[name], rel=1e-7)


def test_folds_of_the_ternary_switch_are_those_of_a_published_continuation(circuits):
    assert [fold.input for fold in circuits["ternary"].folds] == pytest.approx(PRINTED_LU_FOLDS, abs=4 * 54.3)


@pytest.mark.parametrize("name", NAMES)
def test_the_jacobian_is_singular_at_each_fold(circuits, name):
    for fold in circuits[name].folds:
        eigenvalues = np.linalg.eigvals(differences(RATES[name], fold.levels, fold.input))
        nearest = eigenvalues[np.argmin(np.abs(eigenvalues))]
        assert abs(nearest) < 1e-4
        assert np.abs(RATES[name](fold.levels, fold.input) / fold.levels).max() < 1e-8
        others = eigenvalues[np.abs(eigenvalues) > 1e-4]
        assert len(others) == len(eigenvalues) - 1
        assert others.real.max() < -1e-3


@pytest.mark.parametrize("name", NAMES)
def test_a_branch_followed_step_by_step_ends_at_its_fold(circuits, name):
    """Independent of the steady curve: from one integrated state on each branch up and down until it's lost."""
    value = TRISTABLE[name]
    states = circuits[name].stable_states(value)
    step = 0.05 * value
    ends = [(states[0], step, 0), (states[1], -step, 1), (states[1], step, 2)]
    ends += [(states[2], -step, 3)] if FOLDS[name][3] > 0.0 else []
    for state, first, fold in ends:
        start = integrated(RATES[name], state.levels * 1.01, value)
        found, _ = walked_fold(RATES[name], start, value, first)
        assert found == pytest.approx(FOLDS[name][fold], rel=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_integration_from_both_sides_agrees_with_the_roots(circuits, name):
    circuit = circuits[name]
    for value in (0.3 * TRISTABLE[name], TRISTABLE[name], HIGHEST[name]):
        stable = circuit.stable_states(value)
        low = circuit.stable_states(0.0)[0].levels
        high = circuit.stable_states(HIGHEST[name])[-1].levels
        assert integrated(RATES[name], low, value) == pytest.approx(stable[0].levels, rel=1e-5)
        assert integrated(RATES[name], high, value) == pytest.approx(stable[-1].levels, rel=1e-5)
        assert settled(circuit, low, value).levels == pytest.approx(stable[0].levels, rel=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_no_start_leads_anywhere_else(circuits, name):
    """Random starts at the tristable input end in one of the three roots, and each root is reached."""
    generator = np.random.default_rng(7)
    circuit, value = circuits[name], TRISTABLE[name]
    stable = circuit.stable_states(value)
    reached = set()
    for draw in range(12):
        share = generator.random() if draw % 3 else 0.0
        low, high = stable[draw % 3].levels, stable[(draw + 1) % 3].levels
        end = integrated(RATES[name], low ** (1.0 - share) * high**share, value, hours=2500.0)
        fits = [i for i, state in enumerate(stable) if np.abs(end / state.levels - 1.0).max() < 1e-3]
        assert len(fits) == 1
        reached.add(fits[0])
    assert reached == {0, 1, 2}


@pytest.mark.parametrize(
    ("name", "value", "positions"),
    [
        ("ternary", 0.0, "e"), ("ternary", 180e3, "e"), ("ternary", 190e3, "em"), ("ternary", 200e3, "ehm"),
        ("ternary", 215e3, "hm"), ("ternary", 230e3, "m"), ("ternary", 1e7, "m"),
        ("full", 20e3, "e"), ("full", 40e3, "em"), ("full", 50e3, "ehm"), ("full", 63e3, "hm"), ("full", 80e3, "m"),
        ("cascading", 0.0, "em"), ("cascading", 0.6, "em"), ("cascading", 0.8, "ehm"), ("cascading", 1.5, "hm"),
        ("cascading", 2.5, "m"),
    ],
)  # fmt: skip
def test_number_and_kind_of_states_by_window(circuits, name, value, positions):
    circuit = circuits[name]
    assert [position[0] for position in circuit.positions(value)] == list(positions)
    states = circuit.steady_states(value)
    assert len(states) == 2 * len(positions) - 1
    assert [state.stable for state in states] == [k % 2 == 0 for k in range(len(states))]
    for state in states:
        assert np.abs(circuit.rates(state.levels, value) / state.levels).max() < 1e-9
        assert state.growth_rate == pytest.approx(
            np.linalg.eigvals(differences(RATES[name], state.levels, value)).real.max(), rel=1e-4, abs=1e-7
        )


@pytest.mark.parametrize("name", NAMES)
def test_two_roots_meet_at_each_fold(circuits, name):
    circuit = circuits[name]
    for fold, side in zip(circuit.folds, (-1, 1, -1, 1), strict=True):
        if fold.input <= 0.0:
            continue
        before, after = (circuit.steady_states(fold.input * (1.0 + sign * side * 1e-9)) for sign in (1, -1))
        assert len(before) - len(after) == 2


def test_the_states_of_the_shared_table_at_200_thousand_molecules(circuits):
    """(miR-200, ZEB mRNA) about (18,500, 70), (11,500, 330), (1,500, 830), as a table of mechanisms has them."""
    found = [state.levels[:2] for state in circuits["ternary"].stable_states(200e3)]
    assert np.array(found) == pytest.approx(np.array([(18500, 70), (11500, 330), (1500, 830)]), rel=0.16)


@pytest.mark.parametrize("name", NAMES)
def test_windows_and_borders_follow_the_folds(circuits, name):
    circuit, (epithelial, first, last, mesenchymal) = circuits[name], FOLDS[name]
    windows = circuit.windows()
    assert [window.position for window in windows] == ["epithelial", "hybrid", "mesenchymal"]
    ends = [end for window in windows for end in window[1:]]
    assert ends == pytest.approx([0.0, epithelial, first, last, max(mesenchymal, 0.0), math.inf], rel=1e-6)
    scores = [circuit.score(state.levels) for state in circuit.stable_states(TRISTABLE[name])]
    assert scores[0] == 0.0
    assert 0.0 < scores[1] < 1.0
    assert scores[2] == 1.0


@pytest.mark.parametrize("name", NAMES)
def test_the_way_up_differs_from_the_way_down(circuits, name):
    values = np.linspace(0.0, HIGHEST[name], 31)
    up = hysteresis(circuits[name], values)
    down = hysteresis(circuits[name], values[::-1], "mesenchymal")[::-1]
    epithelial, _, last, mesenchymal = FOLDS[name]
    for value, rising, falling in zip(values, up, down, strict=True):
        assert (rising.position == "epithelial") == (value < epithelial)
        assert falling.position == ("mesenchymal" if value > mesenchymal else "epithelial")
        if value > last:
            assert rising.position == "mesenchymal"
    assert any(state.position == "hybrid" for state in up)


def test_a_slow_ramp_in_time_jumps_where_the_path_says(circuits):
    """The path of `hysteresis` against integration under a staircase of SNAIL with 2000 h a step."""
    circuit = circuits["ternary"]
    values = [1e3 * k for k in (190, 200, 207, 211, 220, 228, 235, 215, 200, 187, 183, 175)]
    times = [2000.0 * (k + 1) - 1.0 for k in range(len(values))]
    schedule = [(2000.0 * k, value) for k, value in enumerate(values)]
    levels = course(circuit, circuit.stable_states(values[0])[0].levels, schedule, times)
    path = hysteresis(circuit, values)
    assert [circuit.position(row) for row in levels] == [state.position for state in path]
    assert {state.position for state in path} == {"epithelial", "hybrid", "mesenchymal"}


@pytest.mark.parametrize("name", NAMES)
def test_a_course_agrees_with_another_integrator(circuits, name):
    """Two steps of the input; asked at a step's own time, before and after it."""
    circuit = circuits[name]
    start = circuit.stable_states(0.0)[0].levels
    high, low = HIGHEST[name], TRISTABLE[name]
    found = course(circuit, start, [(0.0, high), (100.0, low)], [0.0, 40.0, 100.0, 300.0])
    turned = integrated(RATES[name], start, high, 100.0, "BDF")
    assert found[0] == pytest.approx(start, rel=1e-12)
    assert found[1] == pytest.approx(integrated(RATES[name], start, high, 40.0, "BDF"), rel=1e-5)
    assert found[2] == pytest.approx(turned, rel=1e-5)
    assert found[3] == pytest.approx(integrated(RATES[name], turned, low, 200.0, "BDF"), rel=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_the_diagram_holds_every_branch(circuits, name):
    circuit = circuits[name]
    low, high = 0.2 * TRISTABLE[name], HIGHEST[name]
    branches = circuit.diagram(low, high, points=60)
    assert [branch.stable for branch in branches] == [True, False, True, False, True]
    assert [b.position for b in branches if b.stable] == ["epithelial", "hybrid", "mesenchymal"]
    for branch in branches:
        assert branch.input.shape == branch.growth_rate.shape == (60,)
        assert branch.levels.shape == (60, len(circuit.species))
        assert low * (1 - 1e-9) <= branch.input.min() <= branch.input.max() <= high * (1 + 1e-9)
        assert ((branch.growth_rate < 0.0) == branch.stable)[1:-1].all()
        for value, levels in zip(branch.input[::7], branch.levels[::7], strict=True):
            assert np.abs(RATES[name](levels, value) / levels).max() < 1e-9
    inner = [(a.input[-1], b.input[0]) for a, b in pairwise(branches) if a.input[-1] > low * (1 + 1e-9)]
    assert len(inner) == (4 if FOLDS[name][3] > low else 3)
    assert all(here == there for here, there in inner)


def test_without_silencing_by_mir200_one_state_is_left(circuits):
    """Negative control: the switches need the feedback."""
    cut = ternary_switch({"t_miR200": math.inf})
    assert cut.folds == ()
    for value in (0.0, 1e5, 2e5, 4e5):
        assert len(cut.steady_states(value)) == 1
        assert cut.steady_states(value)[0].stable
    assert full_circuit({"t_miR200": math.inf}).folds == ()
    assert len(circuits["ternary"].folds) == 4


def test_without_repression_of_mir200_by_zeb_the_mesenchymal_switch_is_gone():
    assert [w.position for w in ternary_switch({"l_miR200_ZEB": 1.0}).windows()] == ["epithelial", "hybrid"]
    assert [w.position for w in cascading_switches({"J22": math.inf}).windows()] == ["epithelial", "hybrid"]


def test_mir34_and_snail_alone_have_one_state():
    """Lu 2013, abstract: the module is monostable. ZEB is held at 0; five starts at each signal end alike."""
    circuit = full_circuit()
    generator = np.random.default_rng(3)
    for signal in (0.0, 6e4, 2e5):
        starts = np.exp(generator.uniform(np.log(1.0), np.log(1e6), (5, 3)))
        ends = [
            integrated(lambda y, i: circuit.rates(np.concatenate((np.zeros(3), y)), i)[3:], start, signal, 1000.0)
            for start in starts
        ]
        assert np.ptp(np.log(ends), axis=0).max() < 1e-5


def test_the_claims_of_tian_2013(circuits):
    """Abstract: a reversible switch of SNAIL/miR-34, then one of ZEB/miR-200, irreversible by the autocrine loop."""
    published = circuits["cascading"]
    assert hysteresis(published, [0.0, 1.5, 0.0])[1].position == "hybrid"
    assert hysteresis(published, [0.0, 1.5, 0.0])[-1].position == "epithelial"
    assert hysteresis(published, [0.0, 2.5, 0.0])[-1].position == "mesenchymal"
    no_loop = cascading_switches({"kt": 0.0})
    assert no_loop.folds[3].input > 0.0
    assert hysteresis(no_loop, [0.0, 2.5, 0.0])[-1].position == "epithelial"
    assert len(cascading_switches({"JS": math.inf}).folds) == 2
    assert len(cascading_switches({"J22": math.inf}).folds) == 2
    assert cascading_switches({"JS": math.inf, "J22": math.inf}).folds == ()


def test_the_open_exponent_moves_the_mesenchymal_threshold_only(circuits):
    """SNAIL on miR-200: 2 in public code, 3 in a draft."""
    high = next(record.high for record in circuit_records("emt_tian") if record.symbol == "ns2")
    folds = [fold.input for fold in cascading_switches({"ns2": high}).folds]
    assert folds[:2] == pytest.approx(TIAN_FOLDS[:2], rel=2e-3)
    assert folds[2] == pytest.approx(2.3107, rel=1e-4)
    assert folds[3] < 0.0


def test_branches_apart_by_a_stretch_without_input_are_told_apart():
    """With so much basal SNAIL mRNA the curve falls to no input at all between hybrid and mesenchymal."""
    circuit = cascading_switches({"k0_s": 0.013})
    assert len(circuit.folds) == 1
    assert [(state.branch, state.stable) for state in circuit.steady_states(0.3)] == [(0, True), (1, False), (2, True)]
    assert [window[1:] for window in circuit.windows()] == [(0.0, circuit.folds[0].input), (0.0, math.inf)]
    assert hysteresis(circuit, [0.0, 0.8, 0.0])[-1].branch == 2


def test_cadherins_follow_the_position(circuits):
    circuit = circuits["cascading"]
    e, n = circuit.species.index("E-cadherin"), circuit.species.index("N-cadherin")
    states = circuit.stable_states(0.8)
    assert states[0].levels[e] > 2.0 * states[1].levels[e] > 2.0 * states[2].levels[e]
    assert states[0].levels[n] < states[1].levels[n] < states[2].levels[n]


@pytest.mark.parametrize("value", [-1.0, math.nan, math.inf])
def test_an_impossible_input_is_refused(circuits, value):
    for circuit in circuits.values():
        with pytest.raises(InputError, match=f"{circuit.input_name} can't be"):
            circuit.steady_states(value)
        with pytest.raises(InputError):
            course(circuit, circuit.folds[0].levels, [(0.0, value)], [1.0])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"t_mir200": 1.0}, "t_miR200"),
        ({"k_ZEB": 0.0}, "above 0"),
        ({"g_ZEB": math.nan}, "can't be nan"),
        ({"gm[2]": -1.0}, "at least 0"),
        ({"l_mZEB_SNAIL": 1.0}, "must exceed 1"),
    ],
)
def test_an_impossible_change_is_refused(changes, message):
    with pytest.raises(InputError, match=message):
        ternary_switch(changes)


def test_other_misuse_is_refused(circuits):
    circuit = circuits["ternary"]
    levels = circuit.folds[0].levels
    with pytest.raises(InputError, match="not a position"):
        hysteresis(circuit, [0.0], "hybrid")  # type: ignore[arg-type]
    for schedule, times in (([], [1.0]), ([(1.0, 0.0)], [0.0]), ([(0.0, 0.0)], [2.0, 1.0]), ([(0.0, 0.0)], [])):
        with pytest.raises(InputError, match="times must rise"):
            course(circuit, levels, schedule, times)


def test_a_circuit_that_lost_its_switches_keeps_the_published_scale(circuits):
    assert ternary_switch({"t_miR200": math.inf}).scale == circuits["ternary"].scale
    with pytest.raises(PagetError, match="0 folds"):
        _ = type(circuits["ternary"])(**(vars_of(ternary_switch({"t_miR200": math.inf})) | {"given_scale": None})).scale


def vars_of(circuit):
    return {name: getattr(circuit, name) for name in type(circuit).__dataclass_fields__}


@pytest.mark.parametrize("circuit", ["emt_lu", "emt_tian"])
def test_every_constant_is_cited(circuit):
    records = circuit_records(circuit)
    known = knowledge.sources()
    assert len(records) == {"emt_lu": 59, "emt_tian": 44}[circuit]
    for record in records:
        assert all(part.strip() in known for part in record.source.split(";"))
        assert record.meaning
    path = Path(str(knowledge.shipped_library().root)) / "networks" / circuit / "parameters.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        assert len(list(csv.DictReader(lines))) == len(records)
