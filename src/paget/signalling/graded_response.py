"""Graded response of a network to drugs: partial target inhibition, averaged over cells that differ in sensitivity.

**Occupancy.** At an unbound effect-site concentration C a target with half-maximal concentration IC50 is inhibited by

    theta = C^h / (C^h + (IC50 e^{eta + delta})^h),      eta ~ N(0, s) between cells,

h the Hill exponent and delta the drug's offset that anchors the network to thyroid lines (`anchoring`).

**Partial inhibition.** A drug changes the rates of its target, up -> (1 - theta) up, down -> down + theta d, so that a
stimulated target is active during the share 1 - theta of the time. Binding is fast beside what reads the target, and
readers then feel the mean: with f the rate of a reader,

    f -> (1 - theta) f(target) + theta f(target = 0),

the limit of the rates above as both grow (averaging of a fast two-state process; Kurtz 1973,
doi:10.1016/0022-1236(73)90089-X). `averaged` writes that limit into the network: nothing flickers, the result doesn't
depend on the speed of the target, at theta = 0 the network is untouched, and theta = 1 equals a target held off. The
target's own node stays what the untreated cell makes of it, so an acquired or upstream change still reaches it.
Activation is the mirror image, f -> (1 - theta) f(target) + theta f(target = 1).

**Spread between cells.** All targets of a drug in one cell share eta, so a cell with eta sees the dose-response of the
median cell shifted along ln C. The mean over cells is a convolution along ln C, done exactly for the piecewise linear
response (`smoothing_matrix`); a patient's own log-shift with ln-SD omega enters in the same way, as a shift of the
exposure at which the table is read.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from paget.errors import InputError
from paget.signalling.expression import Expression, Op
from paget.signalling.network import Network, Node

Forced = tuple[str, float, float]
"""A target, the share of the time during which a drug decides its state, and that state (0 or 1)."""


def occupancy(concentration: float, half_maximal: float, hill: float = 1.0, shift: float = 0.0) -> float:
    """Share of a target that is inhibited, in [0, 1].

    concentration, half_maximal: in one unit; hill: exponent; shift: eta + delta, on the ln scale of half_maximal.
    """
    if concentration <= 0.0:
        return 0.0
    return 0.5 * (1.0 + math.tanh(0.5 * hill * (math.log(concentration / half_maximal) - shift)))


def joint(effects: Sequence[float]) -> float:
    """Inhibition of a target by several drugs that bind independently: 1 - prod(1 - theta)."""
    return 1.0 - math.prod(1.0 - effect for effect in effects)


def constants_of(inhibited: Mapping[str, float], activated: Mapping[str, float]) -> tuple[Forced, ...]:
    """Each target with its effect and the constant that replaces it during that share of the time; none without effect.

    Raises InputError for an effect outside [0, 1].
    """
    forced = [(name, effect, 0.0) for name, effect in inhibited.items()]
    forced += [(name, effect, 1.0) for name, effect in activated.items()]
    for name, effect, _ in forced:
        if not 0.0 <= effect <= 1.0:
            raise InputError(f"the effect on a node lies in [0, 1], not {effect!r}", field=name)
    return tuple(each for each in forced if each[1] > 0.0)


def averaged(
    network: Network,
    inhibited: Mapping[str, float] = {},
    activated: Mapping[str, float] = {},
) -> Network:
    """The network in which whatever reads a target feels its mean activity; effects in [0, 1].

    Raises InputError for a target that the network doesn't have.
    """
    effects = constants_of(inhibited, activated)
    for name in (*inhibited, *activated):
        if name not in network.index:
            raise InputError(f"the network {network.name} has no node {name!r}", field=name)
    if not effects:
        return network
    return replace(network, nodes=tuple(_averaged_node(node, effects) for node in network.nodes))


def mixture_terms(rule: Expression, effects: Sequence[Forced]) -> list[tuple[float, Expression]]:
    """A rule as a mean: (weight, rule) for every combination of the targets that it reads, weights adding up to 1."""
    terms = [(1.0, rule)]
    for name, effect, value in effects:
        if name not in rule.nodes():
            continue
        forced = [(weight * effect, _with(each, name, value)) for weight, each in terms]
        left = [(weight * (1.0 - effect), each) for weight, each in terms if effect < 1.0]
        terms = left + forced
    return terms


def mixture(rule: Expression, effects: Sequence[Forced]) -> Expression:
    """The mean of `mixture_terms` as one rule."""
    terms = mixture_terms(rule, effects)
    if len(terms) == 1:
        return terms[0][1]
    code: list[Op] = []
    for place, (weight, each) in enumerate(terms):
        code += [*each.code, ("num", weight), ("mul", None)]
        code += [("add", None)] if place else []
    return Expression(tuple(code))


def _with(rule: Expression, name: str, value: float) -> Expression:
    return Expression(tuple(("num", value) if op == ("node", name) else op for op in rule.code))


def _averaged_node(node: Node, effects: Sequence[Forced]) -> Node:
    """A node whose rates feel the targets that it reads; its own state it reads as it is."""
    read = {name for rule in node.rules for name in rule.nodes()} - {node.name}
    here = [each for each in effects if each[0] in read]
    if not here:
        return node
    return replace(node, rate_up=mixture(node.up, here), rate_down=mixture(node.down, here))


def smoothing_matrix(points: NDArray[np.float64], spread: float) -> NDArray[np.float64]:
    """W such that W f is the mean of f over cells whose sensitivity is spread.

    points: ascending values of ln(exposure), shape (n,), the first standing for no drug at all; spread: s. Row j holds
    the weights of E f(x_j + s Z), f piecewise linear between the points and constant beyond; no drug stays no drug.
    """
    points = np.asarray(points, np.float64)
    if spread <= 0.0 or len(points) == 1:
        return np.eye(len(points))
    # E (x + s Z - t)^+ at every knot t; a hat function is a second difference of these.
    reach = (points[:, None] - points[None, :]) / spread
    ramp = spread * (reach * _normal_distribution(reach) + np.exp(-0.5 * reach**2) / math.sqrt(2.0 * math.pi))
    slopes = -np.diff(ramp, axis=1) / np.diff(points)
    weights = np.zeros((len(points), len(points)))
    weights[:, 1:] += slopes
    weights[:, :-1] -= slopes
    weights[:, 0] += 1.0
    weights[0] = np.eye(len(points))[0]
    return weights


def _normal_distribution(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.vectorize(lambda value: 0.5 * math.erfc(-value / math.sqrt(2.0)), otypes=[np.float64])(values)


def half_response(points: NDArray[np.float64], values: NDArray[np.float64], share: float = 0.5) -> float | None:
    """ln(exposure) at which a response first falls to `share` of its value without drug; None if it never does.

    points: ascending, shape (n,), the first standing for no drug; values: the response there. Linear between points.
    """
    level = share * values[0]
    below = np.flatnonzero(values[1:] <= level)
    if not len(below) or values[0] <= 0.0:
        return None
    upper = int(below[0]) + 1
    drop = values[upper - 1] - values[upper]
    return float(points[upper - 1] + (values[upper - 1] - level) / drop * (points[upper] - points[upper - 1]))
