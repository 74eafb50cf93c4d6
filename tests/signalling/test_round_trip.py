"""Networks keep what they do through .bnd, .bnet and SBML-qual and back."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

import pytest

from paget.signalling.bnd import write_bnd
from paget.signalling.bnet import write_bnet
from paget.signalling.cfg import write_cfg
from paget.signalling.network import Network, Node
from paget.signalling.network_file import read_network
from paget.signalling.sbml_qual import write_sbml_qual
from paget.signalling.settings import InitialGroup, Settings

MODELS = Path(__file__).parents[1] / "data" / "networks" / "reference"
STEPS = ("bnd", "bnet", "sbml", "bnd")
SEED = 20_261_121

State: TypeAlias = Mapping[str, float]
Rule: TypeAlias = tuple[str, Callable[[State], bool]]
"""A rule as text and, apart from the package, as what it means."""


def random_rule(chance: random.Random, names: list[str], depth: int) -> Rule:
    """A rule with operators of every kind; every compound stands in parentheses, so that its meaning is plain."""
    if depth == 0 or chance.random() < 0.2:
        name = chance.choice(names)
        return chance.choice([(name, lambda s: bool(s[name]))] * 6 + [("1", lambda _: True), ("0", lambda _: False)])
    (a, means_a), (b, means_b), (c, means_c) = (random_rule(chance, names, depth - 1) for _ in range(3))
    kinds: list[Rule] = [
        (f"({a} & {b})", lambda s: means_a(s) and means_b(s)),
        (f"({a} OR {b})", lambda s: means_a(s) or means_b(s)),
        (f"({a} ^ {b})", lambda s: means_a(s) != means_b(s)),
        (f"(NOT {a})", lambda s: not means_a(s)),
        (f"({a} ? {b} : {c})", lambda s: means_b(s) if means_a(s) else means_c(s)),
        (f"({a} == {b})", lambda s: means_a(s) == means_b(s)),
        (f"({a} + {b} + {c} >= $two)", lambda s: means_a(s) + means_b(s) + means_c(s) >= 2),
    ]
    return chance.choices(kinds, weights=(4, 4, 1, 3, 1, 1, 1))[0]


def random_network(chance: random.Random, folder: Path) -> dict[str, Callable[[State], bool]]:
    """A .bnd and a .cfg in a folder, and what each node becomes in a state."""
    names = [f"N{position}" for position in range(chance.randint(1, 6))]
    meanings: dict[str, Callable[[State], bool]] = {}
    blocks = []
    for name in names:
        rule, meaning = random_rule(chance, names, chance.randint(0, 3))
        rates = ""
        if chance.random() < 0.5:
            rates = f"rate_up = @logic ? $u : 0; rate_down = @logic ? 0 : {chance.random() + 0.1!r};"
        if chance.random() < 0.1:
            rule, meaning, rates = name, lambda state, name=name: bool(state[name]), ""
        if chance.random() < 0.1:  # all the logic is in the rates
            rates = f"rate_up = ({rule}) ? $u : 0; rate_down = (NOT ({rule})) * 3;"
            blocks.append(f"Node {name} {{ {rates} }}")
        else:
            blocks.append(f"Node {name} {{ logic = {rule}; {rates} }}")
        meanings[name] = meaning
    (folder / "0.bnd").write_text("\n".join(blocks), encoding="utf-8")
    (folder / "0.cfg").write_text("$two = 2; $u = 0.5; N0.istate = 1;", encoding="utf-8")
    return meanings


def goes_to(node: Node, state: State, variables: Mapping[str, float]) -> bool:
    """Whether the node is on after its next flip in this state, or stays on: by its rates."""
    if node.is_input:
        return bool(state[node.name])
    if state[node.name]:
        return node.down.evaluate(state, variables) == 0.0
    return node.up.evaluate(state, variables) > 0.0


def chain(network: Network, settings: Settings, folder: Path) -> list[tuple[Network, Settings]]:
    """The network written and read again, format after format."""
    writers = {"bnd": lambda n, path, _: write_bnd(n, path), "bnet": write_bnet, "sbml": write_sbml_qual}
    found = []
    for position, suffix in enumerate(STEPS, 1):
        path = folder / f"{position}.{suffix}"
        writers[suffix](network, path, settings)
        cfg = folder / f"{position}.cfg"
        write_cfg(settings, cfg)
        network, settings = read_network(path, cfg)
        found.append((network, settings))
    return found


@pytest.mark.parametrize("batch", range(4))
def test_200_random_networks_keep_their_truth_tables(tmp_path: Path, batch: int) -> None:
    pytest.importorskip("libsbml")
    chance = random.Random(SEED + batch)
    seen: set[tuple[bool, ...]] = set()
    for _ in range(50):
        meanings = random_network(chance, tmp_path)
        network, settings = read_network(tmp_path / "0.bnd", tmp_path / "0.cfg")
        results = [(network, settings), *chain(network, settings, tmp_path)]
        assert [list(after.index) for after, _ in results] == [list(meanings)] * 5
        assert results[-1][1].initial == (InitialGroup.fixed("N0", 1),)
        for bits in itertools.product((0.0, 1.0), repeat=len(meanings)):
            state = dict(zip(meanings, bits, strict=True))
            expected = tuple(meaning(state) for meaning in meanings.values())
            seen.add(expected)
            for after, given in results:
                assert tuple(goes_to(node, state, given.variables) for node in after.nodes) == expected
    assert len(seen) > 40


@pytest.mark.parametrize(
    ("model", "cfg"),
    [(name, name) for name in ("p53_Mdm2", "cellcycle", "metastasis", "sizek")]
    + [("atc_network_draft", name) for name in ("atc_ATCB", "atc_WT_GF")],
)
def test_reference_models_keep_their_truth_tables(tmp_path: Path, model: str, cfg: str) -> None:
    pytest.importorskip("libsbml")
    before = read_network(MODELS / f"{model}.bnd", MODELS / f"{cfg}.cfg")
    results = chain(*before, tmp_path)
    assert results[0] == (Network(before[0].nodes, "1"), before[1])
    chance = random.Random(SEED)
    changed = 0
    for position, node in enumerate(before[0].nodes):
        names = sorted({name for rule in node.rules for name in rule.nodes()} | {node.name})
        for state in states(chance, names):
            expected = goes_to(node, state, before[1].variables)
            changed += expected != bool(state[node.name])
            for after, given in results[1:]:
                assert goes_to(after.nodes[position], state, given.variables) == expected, (node.name, state)
    assert changed > len(before[0])


def states(chance: random.Random, names: list[str]) -> list[dict[str, float]]:
    """Every state of up to six nodes, or sixty-four random ones."""
    rows = itertools.product((0.0, 1.0), repeat=len(names))
    if len(names) > 6:
        rows = (tuple(chance.choice((0.0, 1.0)) for _ in names) for _ in range(64))
    return [dict(zip(names, row, strict=True)) for row in rows]
