"""Where the nodes of a network stand in its drawing: rows from causes to effects, ordered so that few edges cross.

A layered drawing in the manner of Sugiyama, Tagawa and Toda 1981: edges that close a circle are
left out of the ranking, a node's row is the longest way to it, and rows are ordered by the mean place of their nodes'
neighbours. The same network gives the same drawing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

WIDEST_ROW = 11
SWEEPS = 12

Edges = Sequence[tuple[str, str]]


def rows(names: Sequence[str], edges: Edges) -> list[list[str]]:
    """Names in rows from top to bottom; wide rows are folded."""
    rank = ranks(names, edges)
    found: dict[int, list[str]] = {}
    for name in names:
        found.setdefault(rank[name], []).append(name)
    folded = [part for level in sorted(found) for part in _folded(found[level])]
    return _ordered(folded, edges)


def ranks(names: Sequence[str], edges: Edges) -> dict[str, int]:
    """Row of each name, one more than the lowest that acts on it; a source stands just above its first target."""
    forward = _acyclic(names, edges)
    rank = dict.fromkeys(names, 0)
    order = _sorted(names, forward)
    for name in order:
        for target in forward[name]:
            rank[target] = max(rank[target], rank[name] + 1)
    fed = {target for targets in forward.values() for target in targets}
    for name in names:
        if name not in fed and forward[name]:
            rank[name] = min(rank[target] for target in forward[name]) - 1
    return rank


def _acyclic(names: Sequence[str], edges: Edges) -> dict[str, list[str]]:
    """Targets of every name, without the edges that lead back to a name on the way to it (depth first)."""
    targets: dict[str, list[str]] = {name: [] for name in names}
    for source, target in edges:
        if target not in targets[source]:
            targets[source].append(target)
    entered: dict[str, int] = {}
    forward: dict[str, list[str]] = {name: [] for name in names}
    fed = {target for _, target in edges}
    for root in (*(name for name in names if name not in fed), *names):
        if root not in entered:
            _walk(root, targets, entered, forward)
    return forward


_OPEN, _DONE = 1, 2


def _walk(root: str, targets: Mapping[str, list[str]], entered: dict[str, int], forward: dict[str, list[str]]) -> None:
    entered[root] = _OPEN
    stack = [(root, iter(targets[root]))]
    while stack:
        name, left = stack[-1]
        target = next(left, None)
        if target is None:
            entered[name] = _DONE
            stack.pop()
        elif entered.get(target) != _OPEN:
            forward[name].append(target)
            if target not in entered:
                entered[target] = _OPEN
                stack.append((target, iter(targets[target])))


def _sorted(names: Sequence[str], forward: Mapping[str, list[str]]) -> list[str]:
    """Names with every source before its targets."""
    waiting = dict.fromkeys(names, 0)
    for targets in forward.values():
        for target in targets:
            waiting[target] += 1
    ready = [name for name in names if waiting[name] == 0]
    for name in ready:
        for target in forward[name]:
            waiting[target] -= 1
            if waiting[target] == 0:
                ready.append(target)
    return ready


def _folded(row: list[str]) -> Iterable[list[str]]:
    parts = -(-len(row) // WIDEST_ROW)
    return [row[len(row) * part // parts : len(row) * (part + 1) // parts] for part in range(parts)]


def _ordered(found: list[list[str]], edges: Edges) -> list[list[str]]:
    """Rows whose names stand near the names that they are joined to."""
    near: dict[str, list[str]] = {name: [] for row in found for name in row}
    for source, target in edges:
        near[source].append(target)
        near[target].append(source)
    place = {name: column(position, len(row)) for row in found for position, name in enumerate(row)}
    for sweep in range(SWEEPS):
        for level in range(len(found)) if sweep % 2 == 0 else reversed(range(len(found))):
            row = found[level]
            wanted = {name: _mean([place[other] for other in near[name]], place[name]) for name in row}
            row = sorted(row, key=lambda name: (wanted[name], name))
            found[level] = row
            place.update({name: column(position, len(row)) for position, name in enumerate(row)})
    return found


def column(position: int, count: int) -> float:
    """Place of a name in its row, from 0 (left) to 1."""
    return (position + 0.5) / count


def _mean(values: list[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
