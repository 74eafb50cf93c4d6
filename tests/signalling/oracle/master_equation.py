"""Small logical networks solved exactly: the master equation of MaBoSS's process on all 2^n states.

Stoll et al. 2012, doi:10.1186/1752-0509-6-116: one node flips at a time, at its rate_up or rate_down. State x is the
number whose bit k is node k. A function g of the state obeys dE_x[g]/dt = Q g, so averages over a window follow from
exp(Qt) acting on vectors; jumps J at scheduled times stand between the exponentials.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import expm_multiply, spsolve

from signalling.oracle.grammar import Configured, Declared, Tree, value

Group = tuple[tuple[str, ...], list[tuple[float, tuple[int, ...]]]]


@dataclass
class Model:
    """A network with its settings.

    `internal`: nodes not shown; `reference`: state that distances are counted from; `inhibited`, `activated`: partial
    efficacy by node, 0 to 1.
    """

    nodes: list[Declared]
    variables: Mapping[str, float] = field(default_factory=dict)
    groups: Sequence[Group] = ()
    schedules: Mapping[str, Sequence[tuple[float, float]]] = field(default_factory=dict)
    tick: float = 1.0
    windows: int = 1
    discrete: bool = False
    internal: frozenset[str] = frozenset()
    reference: Mapping[str, int] = field(default_factory=dict)
    held: Mapping[str, int] = field(default_factory=dict)
    inhibited: Mapping[str, float] = field(default_factory=dict)
    activated: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def names(self) -> list[str]:
        return [node.name for node in self.nodes]

    @cached_property
    def states(self) -> np.ndarray:
        """Bits of every state, shape (2^n, n)."""
        return (np.arange(2 ** len(self.nodes))[:, None] >> np.arange(len(self.nodes))) & 1

    @cached_property
    def columns(self) -> dict[str, np.ndarray]:
        return {name: self.states[:, k].astype(float) for k, name in enumerate(self.names)}

    def of(self, tree: Tree, node: Declared | None = None, logic: float | None = None) -> np.ndarray:
        """Value of an expression in every state; `logic` replaces the node's logic by a constant."""
        aliases = dict(node.attributes) if node else {}
        if logic is not None:
            aliases["logic"] = ("num", logic)
        return np.broadcast_to(value(tree, self.columns, self.variables, aliases), len(self.states))


def configured(nodes: list[Declared], settings: Configured, **changes) -> Model:
    """Model of a .bnd and its .cfg."""
    parameters = {name.lower(): number for name, number in settings.parameters.items()}
    tick = parameters.get("time_tick", 0.5)
    return Model(
        nodes,
        settings.variables,
        settings.groups,
        settings.schedules,
        tick,
        int(parameters.get("max_time", 1000.0) / tick),
        bool(parameters.get("discrete_time", 0.0)),
        **changes,
    )


def _both_rates(model: Model, node: Declared, logic: float | None = None) -> tuple[np.ndarray, np.ndarray]:
    """rate_up and rate_down in every state, with MaBoSS's defaults."""
    logical = "logic" in node.attributes
    missing = [
        ("?", ("alias", "logic"), ("num", on), ("num", 1.0 - on)) if logical else ("num", 0.0) for on in (1.0, 0.0)
    ]
    up = model.of(node.attributes.get("rate_up", missing[0]), node, logic)
    return up, model.of(node.attributes.get("rate_down", missing[1]), node, logic)


def flip_rates(model: Model) -> np.ndarray:
    """Rate at which node k flips in state x, shape (2^n, n), with held, inhibited and activated nodes."""
    rates = np.zeros(model.states.shape)
    for k, node in enumerate(model.nodes):
        up, down = _both_rates(model, node)
        if node.name in model.inhibited:
            theta = model.inhibited[node.name]
            up, down = (1.0 - theta) * up, down + theta * _both_rates(model, node, 0.0)[1]
        if node.name in model.activated:
            theta = model.activated[node.name]
            up, down = up + theta * _both_rates(model, node, 1.0)[0], (1.0 - theta) * down
        rates[:, k] = np.where(model.states[:, k] == 1, down, up)
        if node.name in model.held:
            rates[:, k] = 0.0
    return rates


def _moves(model: Model, rates: np.ndarray) -> sparse.csr_array:
    """rates[x, k] at (x, x with node k flipped)."""
    x, k = np.nonzero(rates)
    return sparse.csr_array((rates[x, k], (x, x ^ (1 << k))), shape=(len(rates), len(rates)))


def generator(model: Model) -> sparse.csr_array:
    """Q, of which every row sums to 0."""
    rates = flip_rates(model)
    return sparse.csr_array(_moves(model, rates) - sparse.diags_array(rates.sum(1)))


def jump_chain(model: Model) -> sparse.csr_array:
    """discrete_time: one flip a tick, node k with probability rate / total; a state without a way out stays."""
    rates = flip_rates(model)
    total = rates.sum(1)
    moves = _moves(model, rates / np.where(total > 0, total, 1.0)[:, None])
    return sparse.csr_array(moves + sparse.diags_array((total == 0).astype(float)))


def initial(model: Model) -> np.ndarray:
    """Distribution at t = 0: groups independent, nodes in none 0 or 1 with probability 1/2, held nodes held."""
    chance = np.ones(len(model.states))
    left = set(model.names)
    for nodes, entries in model.groups:
        total = sum(probability for probability, _ in entries)
        places = [model.names.index(name) for name in nodes]
        share = np.zeros(len(chance))
        for probability, states in entries:
            share += (model.states[:, places] == states).all(1) * probability / total
        chance *= share
        left -= set(nodes)
    chance *= 0.5 ** len(left)
    for name, state in model.held.items():
        chance = set_node(model, name, float(state)).T @ chance
    return chance


def set_node(model: Model, name: str, probability: float) -> sparse.csr_array:
    """The jump that sets a node to 1 with this probability, else to 0, as a stochastic matrix."""
    x, bit = np.arange(len(model.states)), 1 << model.names.index(name)
    shape = (len(x), len(x))
    on = sparse.csr_array((np.full(len(x), probability), (x, x | bit)), shape=shape)
    off = sparse.csr_array((np.full(len(x), 1.0 - probability), (x, x & ~bit)), shape=shape)
    return sparse.csr_array(on + off)


def jumps(model: Model, start: float, end: float) -> list[tuple[float, sparse.csr_array]]:
    """Scheduled changes in [start, end), in order of time."""
    found: dict[float, sparse.csr_array] = {}
    for name, steps in model.schedules.items():
        for time, probability in steps:
            if start <= time < end:
                change = set_node(model, name, probability)
                found[time] = sparse.csr_array(found[time] @ change) if time in found else change
    return sorted(found.items(), key=lambda step: step[0])


def backward(model: Model, system: sparse.csr_array, end_values: np.ndarray, start: float, end: float) -> np.ndarray:
    """Expectations at `start`, before its jumps, of what has `end_values` at `end`; `system` acts on stacked blocks."""
    blocks, now, values = system.shape[0] // len(model.states), end, end_values
    for time, change in reversed([(start, None), *jumps(model, start, end)]):
        values = _flow(system, now - time, values)
        if change is not None:
            values = sparse.block_diag([change] * blocks, format="csr") @ values
        now = time
    return values


def _flow(system: sparse.csr_array, duration: float, values: np.ndarray) -> np.ndarray:
    return expm_multiply(system * duration, values) if duration > 0 else values


@dataclass
class Averages:
    """Time averages of indicators over windows: mean and mean square over trajectories, shape (windows, indicators)."""

    mean: np.ndarray
    square: np.ndarray

    @property
    def variance(self) -> np.ndarray:
        return np.maximum(self.square - self.mean**2, 0.0)


def averages(model: Model, indicators: np.ndarray) -> Averages:
    """Exact law of the window averages of indicators (0 or 1), shape (indicators, 2^n)."""
    if model.discrete:
        return _discrete(model, indicators)
    q, count = generator(model), len(model.states)
    shape = (model.windows, len(indicators))
    found, before = Averages(np.zeros(shape), np.zeros(shape)), initial(model)
    plain: dict[int, np.ndarray] = {}
    for k in range(model.windows):
        start, end = k * model.tick, (k + 1) * model.tick
        inert = not jumps(model, start, end)
        for i, indicator in enumerate(indicators):
            if not (inert and i in plain):
                moments = _moments(model, q, indicator, start, end)
                if inert:
                    plain[i] = moments
            else:
                moments = plain[i]
            found.square[k, i] = before @ moments[:count] / model.tick**2
            found.mean[k, i] = before @ moments[count : 2 * count] / model.tick
        before = forward(model, q, before, start, end)
    return found


def _moments(model: Model, q: sparse.csr_array, indicator: np.ndarray, start: float, end: float) -> np.ndarray:
    """E_x of the squared integral, of the integral, and 1: m2' = Q m2 + 2 f m1, m1' = Q m1 + f m0, m0' = Q m0."""
    f, count = sparse.diags_array(indicator.astype(float)), len(model.states)
    system = sparse.csr_array(sparse.block_array([[q, 2.0 * f, None], [None, q, f], [None, None, q]]))
    return backward(model, system, np.concatenate([np.zeros(2 * count), np.ones(count)]), start, end)


def forward(model: Model, q: sparse.csr_array, before: np.ndarray, start: float, end: float) -> np.ndarray:
    """Distribution at `end`, just before its jumps, from that at `start`, just before its."""
    now = start
    for time, change in jumps(model, start, end):
        before = change.T @ _flow(sparse.csr_array(q.T), time - now, before)
        now = time
    return _flow(sparse.csr_array(q.T), end - now, before)


def _discrete(model: Model, indicators: np.ndarray) -> Averages:
    """A trajectory keeps one state through a window, the one after as many flips as windows went before."""
    assert not model.schedules
    step, now, rows = jump_chain(model), initial(model), []
    for _ in range(model.windows):
        rows.append(indicators @ now)
        now = step.T @ now
    return Averages(np.array(rows), np.array(rows))


def at_end(model: Model) -> np.ndarray:
    """Distribution at max_time, continuous time."""
    q, now = generator(model), initial(model)
    return forward(model, q, now, 0.0, model.windows * model.tick)


def reached(model: Model, target: np.ndarray, times: Sequence[float]) -> np.ndarray:
    """P(the process has been in `target` by t) for increasing times, jumps at t not counted; absorbing chain.

    What a state before the changes of time 0 would be is not reached: it lasts no time.
    """
    rates = flip_rates(model) * ~target.astype(bool)[:, None]
    q = sparse.csr_array(_moves(model, rates) - sparse.diags_array(rates.sum(1)))
    stays = sparse.diags_array(target.astype(float))
    moves = sparse.diags_array(1.0 - target.astype(float))
    before, shares = after_start(model), []
    for start, end in pairwise([0.0, *times]):
        now = start
        for time, change in jumps(model, max(start, math.ulp(0.0)), end):
            flown = _flow(sparse.csr_array(q.T), time - now, before)
            before, now = change.T @ (moves @ flown) + stays @ flown, time
        before = _flow(sparse.csr_array(q.T), end - now, before)
        shares.append(float(target @ before))
    return np.array(shares)


def after_start(model: Model) -> np.ndarray:
    """Distribution at t = 0 after the changes scheduled for t = 0."""
    now = initial(model)
    for _, change in jumps(model, 0.0, math.ulp(0.0)):
        now = change.T @ now
    return now


def attractors(model: Model) -> list[frozenset[int]]:
    """Terminal strongly connected components of the graph of possible flips, as sets of states."""
    moves = _moves(model, flip_rates(model))
    count, label = connected_components(moves, directed=True, connection="strong")
    x, y = moves.nonzero()
    open_components = {int(c) for c in label[x[label[x] != label[y]]]}
    return [frozenset(np.flatnonzero(label == c).tolist()) for c in range(count) if c not in open_components]


def long_run(model: Model) -> np.ndarray:
    """Limit distribution from the initial one: each attractor's own law times the chance to end in it."""
    q, classes, start = generator(model), attractors(model), initial(model)
    transient = np.ones(len(start), bool)
    for members in classes:
        transient[list(members)] = False
    inside, limit = np.flatnonzero(transient), np.zeros(len(start))
    for members in classes:
        places = np.array(sorted(members))
        chance = float(start[places].sum())
        if len(inside):
            into = np.asarray(q[inside][:, places].sum(1)).ravel()
            chance += float(start[inside] @ np.atleast_1d(spsolve(sparse.csc_array(-q[inside][:, inside]), into)))
        limit[places] = chance * _balanced(q[places][:, places].toarray())
    return limit


def _balanced(q: np.ndarray) -> np.ndarray:
    """The law of an irreducible chain: p Q = 0, sum 1."""
    equations = np.vstack([q.T, np.ones(len(q))])
    return np.linalg.lstsq(equations, np.append(np.zeros(len(q)), 1.0), rcond=None)[0]


def bennett(found: float, mean: float, variance: float, samples: int) -> float:
    """|z| of a mean of `samples` values in [0, 1] such that P(above z) <= exp(-z^2/2) a side, whatever their law.

    Bennett 1962, doi:10.1080/01621459.1962.10482149; close to (found - mean) / standard error where that is small.
    """
    # Rounding of the exponential and of the engine's sums is no deviation.
    gap = abs(found - mean) - 1e-9
    reach = 1.0 - mean if found > mean else mean
    if gap <= 0.0:
        return 0.0
    if reach <= 0.0 or variance <= 0.0:
        return math.inf
    u = reach * gap / variance
    return math.sqrt(2.0 * samples * variance / reach**2 * ((1.0 + u) * math.log1p(u) - u))


def bound(error: float, comparisons: int) -> float:
    """|z| that all of this many comparisons of the same kind stay below, except with probability `error`."""
    return math.sqrt(2.0 * math.log(2.0 * comparisons / error))
