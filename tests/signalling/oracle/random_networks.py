"""Random networks: expressions as trees, written out with few parentheses and every spelling of an operator.

The written text goes to the reader under test, the tree to the master equation, so a wrong precedence shows as a wrong
probability.
"""

from __future__ import annotations

import random
from pathlib import Path

from signalling.oracle.grammar import LEAVES, TIGHTNESS, UNARY, Declared, Tree
from signalling.oracle.master_equation import Group, Model

NAMES = ("Notch", "ORC1", "xor2", "e1", "A", "and_3", "p53_h", "NODE_7", "B_", "Trail")
"""Names that begin like an operator, a keyword or a number."""

WRITTEN = {
    "xor": ("^", "XOR", "xor"),
    "or": ("|", "||", "OR", "or"),
    "and": ("&", "&&", "AND", "And"),
    "eq": ("==",),
    "ne": ("!=",),
    "lt": ("<",),
    "gt": (">",),
    "le": ("<=",),
    "ge": (">=",),
    "add": ("+",),
    "sub": ("-",),
    "mul": ("*",),
    "div": ("/",),
}
PLAIN = {"xor": "^", "or": "|", "and": "&"}


def boolean(
    chance: random.Random, names: list[str], depth: int, operators: tuple[str, ...] = ("and", "or", "xor")
) -> Tree:
    """A rule of and, or, xor and not over `names`."""
    if depth == 0 or chance.random() < 0.2:
        leaf = ("node", chance.choice(names))
        return ("not", leaf) if chance.random() < 0.35 else leaf
    if chance.random() < 0.15:
        return ("not", boolean(chance, names, depth - 1, operators))
    return (
        chance.choice(operators),
        boolean(chance, names, depth - 1, operators),
        boolean(chance, names, depth - 1, operators),
    )


def rule(chance: random.Random, names: list[str], depth: int) -> Tree:
    """A Boolean rule, at times with a comparison, a sum of nodes or a choice in it."""
    plain = boolean(chance, names, depth)
    kind = chance.randrange(8)
    if kind == 0:
        total = ("add", boolean(chance, names, 1), ("add", boolean(chance, names, 1), ("node", chance.choice(names))))
        return ("or", (chance.choice(("gt", "ge", "eq")), total, ("num", 1.0)), plain)
    if kind == 1:
        return ("?", plain, boolean(chance, names, 1), boolean(chance, names, 1))
    if kind == 2:
        return ("and", (chance.choice(("ne", "le", "lt")), boolean(chance, names, 1), plain), ("num", 2.0))
    return plain


def positive(chance: random.Random, names: list[str], variables: list[str]) -> Tree:
    """An arithmetic rate above 0 and of the order of 1."""
    node, other = ("node", chance.choice(names)), boolean(chance, names, 1)
    number = ("num", chance.choice((0.25, 0.5, 1.0, 1.5)))
    variable = ("var", chance.choice(variables))
    return chance.choice(
        (
            ("add", number, ("mul", variable, other)),
            ("div", ("add", variable, node), ("add", ("num", 1.0), ("mul", ("num", 2.0), other))),
            ("exp", ("sub", node, ("mul", number, other))),
            ("exp", ("sub", node, other), ("num", 2.0)),
            ("log", ("add", ("num", 2.0), ("add", node, other)), ("num", 2.0)),
            ("log", ("add", ("num", 1.5), node)),
            ("sub", ("num", 2.0), ("sub", node, ("div", other, ("num", 4.0)))),
            ("div", ("div", ("num", 3.0), ("add", number, node)), ("num", 2.0)),
            ("?", other, variable, ("add", number, ("neg", ("div", node, ("num", 8.0))))),
            ("mul", ("add", ("num", 0.5), node), ("sub", variable, ("mul", ("num", 0.125), ("neg", other)))),
        )
    )


def write(tree: Tree, chance: random.Random | None = None, around: int = 0) -> str:
    """Text of an expression with the parentheses its surroundings need; without `chance` in bnet's `! & | ^`."""
    operator = tree[0]
    if operator in LEAVES:
        return {"var": "$", "alias": "@"}.get(operator, "") + (f"{tree[1]:g}" if operator == "num" else tree[1])
    if operator in ("log", "exp"):
        return f"{operator}({', '.join(write(part, chance) for part in tree[1:])})"
    if operator in ("not", "neg"):
        sign = "-" if operator == "neg" else chance.choice(("!", "NOT ", "not ")) if chance else "!"
        return sign + write(tree[1], chance, UNARY)
    tight = TIGHTNESS[operator]
    if operator == "?":
        text = f"{write(tree[1], chance, 1)} ? {write(tree[2], chance)} : {write(tree[3], chance)}"
    else:
        sign = chance.choice(WRITTEN[operator]) if chance else PLAIN[operator]
        text = f"{write(tree[1], chance, tight)} {sign} {write(tree[2], chance, tight + 1)}"
    needed = tight < around or (chance is not None and chance.random() < 0.05)
    return f"({text})" if needed else text


def network(chance: random.Random, size: int) -> tuple[list[Declared], dict[str, float]]:
    """Nodes of every kind (default rates, u and d, arithmetic, own aliases, inputs) and the variables they use."""
    names = list(NAMES[:size])
    chance.shuffle(names)
    variables = {"fast": 2.5, "slow": 0.4, "K_1": 1.25}
    nodes = []
    for name in names:
        kind = chance.choice(("default", "ud", "ud", "mixed", "arithmetic", "alias", "input", "one"))
        node = Declared(name)
        logic = rule(chance, names, 2)
        if kind not in ("input", "arithmetic", "one"):
            node.attributes["logic"] = logic
        if kind in ("ud", "mixed"):
            variables |= {f"u_{name}": chance.choice((0.5, 1.0, 3.0)), f"d_{name}": chance.choice((0.5, 1.0, 2.0))}
            node.attributes["rate_up"] = ("?", ("alias", "logic"), ("var", f"u_{name}"), ("num", 0.0))
            node.attributes["rate_down"] = ("?", ("alias", "logic"), ("num", 0.0), ("var", f"d_{name}"))
        if kind == "mixed":
            node.attributes["rate_up"] = ("mul", node.attributes["rate_up"], positive(chance, names, list(variables)))
        if kind == "arithmetic":
            node.attributes["rate_up"] = positive(chance, names, list(variables))
            node.attributes["rate_down"] = positive(chance, names, list(variables))
        if kind == "alias":
            node.attributes["own"] = ("xor", ("alias", "logic"), boolean(chance, names, 1))
            node.attributes["rate_up"] = ("div", ("?", ("alias", "own"), ("num", 1.0), ("num", 0.0)), ("var", "K_1"))
        if kind == "one":
            node.attributes[chance.choice(("rate_up", "rate_down"))] = positive(chance, names, list(variables))
        nodes.append(node)
    return nodes, variables


def start(chance: random.Random, names: list[str]) -> list[Group]:
    """Initial states: joint groups, single nodes, and some nodes left at a half."""
    left, groups = list(names), []
    chance.shuffle(left)
    while left:
        size = min(len(left), chance.choice((1, 1, 1, 2, 3)))
        nodes, left = tuple(left[:size]), left[size:]
        if chance.random() < 0.2:
            continue
        states = chance.sample([tuple(k >> i & 1 for i in range(size)) for k in range(2**size)], min(2, 2**size))
        if chance.random() < 0.3:
            groups.append((nodes, [(1.0, states[0])]))
        else:
            share = chance.choice((0.125, 0.25, 0.5))
            groups.append((nodes, [(share, states[0]), (1.0 - share, states[1])]))
    return groups


def model(chance: random.Random, size: int, *, discrete: bool = False, interventions: bool = True) -> Model:
    """A network of `size` nodes with settings; scheduled nodes are neither held nor treated."""
    nodes, variables = network(chance, size)
    names = [node.name for node in nodes]
    made = Model(
        nodes,
        variables,
        start(chance, names),
        tick=chance.choice((0.25, 0.5, 1.0)),
        windows=chance.choice((2, 3, 4)),
        discrete=discrete,
    )
    if not interventions:
        return made
    free = chance.sample(names, size)
    if not discrete and chance.random() < 0.5:
        end = made.tick * made.windows
        made.schedules = {free.pop(): [(0.25 * end, 0.75), (0.5625 * end, chance.choice((0.0, 1.0)))]}
        if free and chance.random() < 0.5:
            made.schedules = {**made.schedules, free.pop(): [(0.25 * end, 0.375)]}
    if free and chance.random() < 0.4:
        made.held = {free.pop(): chance.randrange(2)}
    plain = [node.name for node in nodes if node.name in free and set(node.attributes) == {"logic"}]
    plain += [name for name in free if f"u_{name}" in variables and _switched(made, name)]
    if plain and chance.random() < 0.6:
        made.inhibited = {plain[0]: chance.choice((0.25, 0.75, 1.0))}
        made.activated = {name: chance.choice((0.25, 0.75, 1.0)) for name in plain[1:2]}
    return made


def _switched(made: Model, name: str) -> bool:
    """Whether the node has the generated form @logic ? u : 0, for which the basal rates are u and d."""
    return made.nodes[made.names.index(name)].attributes["rate_up"][0] == "?"


def bnd(made: Model, chance: random.Random) -> str:
    """The network as a .bnd."""
    lines = []
    for node in made.nodes:
        lines.append(f"{chance.choice(('Node', 'node', 'NODE'))} {node.name} {{")
        lines.append('  description = "any text; with signs { } = ";' if chance.random() < 0.2 else "  // a comment")
        lines += [f"  {name} = {write(tree, chance)};" for name, tree in node.attributes.items()]
        lines.append("}")
    return "\n".join(lines) + "\n"


def cfg(made: Model) -> str:
    """The settings as a .cfg."""
    lines = [f"${name} = {number!r};" for name, number in made.variables.items()]
    for nodes, entries in made.groups:
        if len(nodes) == 1 and len(entries) == 1:
            lines.append(f"{nodes[0]}.istate = {entries[0][1][0]};")
        else:
            listed = ", ".join(f"{share!r} [{', '.join(map(str, states))}]" for share, states in entries)
            lines.append(f"[{', '.join(nodes)}].istate = {listed};")
    for name, steps in made.schedules.items():
        lines.append(f"{name}.schedule = {', '.join(f'{time!r}: {share!r}' for time, share in steps)};")
    lines += [f"{name}.is_internal = 1;" for name in sorted(made.internal)]
    lines += [f"{name}.refstate = {state};" for name, state in made.reference.items()]
    lines.append(f"time_tick = {made.tick!r};\nmax_time = {made.tick * made.windows!r};")
    lines.append(f"discrete_time = {int(made.discrete)};\nsample_count = 1000;")
    return "\n".join(lines) + "\n"


def save(made: Model, chance: random.Random, folder: Path) -> tuple[Path, Path]:
    """.bnd and .cfg of the model in `folder`."""
    paths = folder / "network.bnd", folder / "network.cfg"
    paths[0].write_text(bnd(made, chance), encoding="utf-8")
    paths[1].write_text(cfg(made), encoding="utf-8")
    return paths
