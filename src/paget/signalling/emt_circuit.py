"""Steady states, folds and windows of an EMT circuit driven by one input.

In both published circuits (`emt_lu`, `emt_tian`) a level of ZEB protein fixes the whole steady state *and* the input
that holds it: the steady states form one curve u = Φ(Z), single-valued in ZEB although many states may share an input.
So every steady state at an input is a root of Φ(Z) = u, every saddle-node (fold) point is an extremum of Φ, and
between two folds lies one branch: nothing is searched for from guesses. Stability is read from the eigenvalues of the
Jacobian, differentiated by complex steps (exact to rounding). Times are hours.

References: Lu et al. 2013, doi 10.1073/pnas.1318192110; Tian, Zhang and Xing 2013, doi 10.1016/j.bpj.2013.07.011;
complex-step derivative: Squire and Trapp 1998, doi 10.1137/S003614459631241X.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np

from paget.errors import InputError, PagetError

Position = Literal["epithelial", "hybrid", "mesenchymal"]
Rates = Callable[[np.ndarray, float], np.ndarray]
"""Rates of change per hour, shape as the levels (species, …), at an input; complex levels give complex rates."""

SteadyCurve = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
"""Input (points,) and levels (species, points) of the steady states with ZEB at (points,).

The input is -inf where even none of it leaves ZEB higher, and +inf where no amount lifts ZEB that far.
"""

_KNOTS = 4001
_BISECTIONS = 50
_NEWTON_STEPS = 30
_NEWTON_PRECISION = 1e-12
_FOLD_PRECISION = 1e-11
_COMPLEX_STEP = 1e-30


class Fold(NamedTuple):
    """A saddle-node point: `input` (negative: out of reach, so the switch is irreversible), levels (species,)."""

    input: float
    levels: np.ndarray


class Window(NamedTuple):
    """Range of the input over which a stable state of that position exists."""

    position: Position
    low: float
    high: float


class Scale(NamedTuple):
    """What a level means: borders between positions (geometric means over each unstable stretch), ends of the score.

    first: of the species of the first switch, between epithelial and hybrid; zeb: between hybrid and mesenchymal;
    zeb_epithelial, zeb_mesenchymal: ZEB where the epithelial branch ends and the mesenchymal one starts.
    """

    first: float
    zeb: float
    zeb_epithelial: float
    zeb_mesenchymal: float


@dataclass(frozen=True, eq=False)
class SteadyState:
    """A steady state: levels (species,); growth_rate, 1/h: the largest real part of the Jacobian's eigenvalues.

    branch counts the ends of branches (folds, and stretches that no input holds) below it on the curve.
    """

    input: float
    levels: np.ndarray
    growth_rate: float
    branch: int
    position: Position

    @property
    def stable(self) -> bool:
        """Whether small disturbances die out."""
        return self.growth_rate < 0.0


@dataclass(frozen=True, eq=False)
class Branch:
    """One branch of the bifurcation diagram, ready to plot, in the order of rising ZEB.

    input, growth_rate (1/h): (points,); levels: (points, species).
    """

    position: Position
    stable: bool
    input: np.ndarray
    levels: np.ndarray
    growth_rate: np.ndarray


@dataclass(frozen=True, eq=False)
class Circuit:
    """A circuit with one input; `species` includes ``ZEB``, and each decays at `slowest_decay` (1/h) or faster.

    zeb_span: bounds that ZEB can't leave in any steady state. first_switch: the species that tells hybrid from
    epithelial cells. unit: of the input. scale: of the published constants; by default this circuit's own.
    """

    name: str
    species: tuple[str, ...]
    input_name: str
    unit: str
    rates: Rates
    steady_curve: SteadyCurve
    zeb_span: tuple[float, float]
    first_switch: str
    slowest_decay: float
    given_scale: Scale | None = None

    @cached_property
    def folds(self) -> tuple[Fold, ...]:
        """Every fold, in the order of rising ZEB."""
        zeb, inputs, _ = self._sampled
        found = []
        for here in range(1, len(zeb) - 1):
            before, at, after = inputs[here - 1 : here + 2]
            if np.isfinite((before, at, after)).all() and (at - before) * (after - at) < 0.0:
                found.append(self._fold(float(zeb[here - 1]), float(zeb[here + 1]), upper=bool(at > before)))
        return tuple(found)

    @cached_property
    def scale(self) -> Scale:
        """What levels mean in this circuit; `PagetError` unless it has the published two switches (four folds)."""
        if self.given_scale is not None:
            return self.given_scale
        if len(self.folds) != len(Scale._fields):
            raise PagetError(f"{self.name} has {len(self.folds)} folds where the published circuit has four")
        first, zeb = self.species.index(self.first_switch), self._zeb
        levels = [fold.levels for fold in self.folds]
        return Scale(
            math.sqrt(levels[0][first] * levels[1][first]),
            math.sqrt(levels[2][zeb] * levels[3][zeb]),
            float(levels[0][zeb]),
            float(levels[3][zeb]),
        )

    def position(self, levels: np.ndarray) -> Position:
        """EMT position of a cell with these levels (species,), steady or not."""
        if levels[self._zeb] > self.scale.zeb:
            return "mesenchymal"
        return "hybrid" if levels[self.species.index(self.first_switch)] > self.scale.first else "epithelial"

    def score(self, levels: np.ndarray) -> float:
        """Return ln(Z/Z_E)/ln(Z_M/Z_E), clipped to 0 (epithelial) … 1 (mesenchymal)."""
        low, high = self.scale.zeb_epithelial, self.scale.zeb_mesenchymal
        return min(max(math.log(levels[self._zeb] / low) / math.log(high / low), 0.0), 1.0)

    def steady_states(self, value: float) -> tuple[SteadyState, ...]:
        """Every steady state at an input, stable or not, in the order of rising ZEB."""
        self.check_input(value)
        _, inputs, _ = self._knots
        above = inputs >= value
        places = np.flatnonzero(above[1:] != above[:-1])
        return tuple(self._described(self._root(int(place), value), value) for place in places)

    def stable_states(self, value: float) -> tuple[SteadyState, ...]:
        """The stable ones of `steady_states`."""
        return tuple(state for state in self.steady_states(value) if state.stable)

    def positions(self, value: float) -> tuple[Position, ...]:
        """EMT positions that a cell can rest in at an input, in the order of rising ZEB."""
        return tuple(state.position for state in self.stable_states(value))

    def windows(self) -> tuple[Window, ...]:
        """Windows of the stable states, in the order of rising ZEB; an input is never below 0."""
        zeb, inputs, levels = self._knots
        ends = [0, *np.searchsorted(zeb, self._branch_ends), len(zeb) - 1]
        found = []
        for first, last in pairwise(ends):
            low, high = sorted((float(inputs[first]), float(inputs[last])))
            piece = inputs[first : last + 1]
            held = first + np.flatnonzero(np.isfinite(piece) & (piece >= 0.0))
            if not len(held):
                continue
            branch = self._branch(inputs[held], levels[:, held])
            if branch.stable:
                found.append(Window(branch.position, max(low, 0.0), high))
        return tuple(found)

    def diagram(self, low: float, high: float, points: int = 200) -> tuple[Branch, ...]:
        """Branches of the bifurcation diagram between two inputs, `points` steady states each."""
        self.check_input(low)
        self.check_input(high)
        crossings = sorted(
            float(state.levels[self._zeb]) for value in (low, high) for state in self.steady_states(value)
        )
        ends = sorted({*crossings, *(float(fold.levels[self._zeb]) for fold in self.folds)})
        branches = []
        for first, last in pairwise(ends):
            middle = float(self.steady_curve(np.array([math.sqrt(first * last)]))[0][0])
            if low <= middle <= high:
                inputs, levels = self.steady_curve(np.geomspace(first, last, points))
                branches.append(self._branch(inputs, levels))
        return tuple(branches)

    def check_input(self, value: float) -> None:
        """Raise `InputError` unless `value` is a finite input from 0 up."""
        if not (math.isfinite(value) and value >= 0.0):
            raise InputError(
                f"{self.input_name} can't be {value:g} {self.unit}", field=self.input_name, remedy="Give one from 0 up."
            )

    def jacobian(self, levels: np.ndarray, value: float | np.ndarray) -> np.ndarray:
        """Derivatives (points, species, species) of the rates, 1/h, at levels (species, points)."""
        columns = []
        for place in range(len(self.species)):
            shifted = levels.astype(complex)
            shifted[place] += 1j * _COMPLEX_STEP
            columns.append(self.rates(shifted, value).imag / _COMPLEX_STEP)  # type: ignore[arg-type]
        return np.stack(columns, axis=-1).swapaxes(0, 1)

    @cached_property
    def _zeb(self) -> int:
        return self.species.index("ZEB")

    @cached_property
    def _sampled(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        low, high = self.zeb_span
        zeb = np.geomspace(low, high, _KNOTS)
        return (zeb, *self.steady_curve(zeb))

    @cached_property
    def _knots(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """ZEB, input and levels of the sampled curve with the folds among them, so that pieces are monotone."""
        zeb, inputs, levels = self._sampled
        if not self.folds:
            return zeb, inputs, levels
        added = np.stack([fold.levels for fold in self.folds], axis=1)
        zeb = np.append(zeb, added[self._zeb])
        inputs = np.append(inputs, [fold.input for fold in self.folds])
        order = np.argsort(zeb)
        return zeb[order], inputs[order], np.append(levels, added, axis=1)[:, order]

    @cached_property
    def _branch_ends(self) -> np.ndarray:
        """ZEB at the folds and within each inner stretch that no input holds, rising."""
        zeb, inputs, _ = self._sampled
        held = np.flatnonzero(np.isfinite(inputs))
        gaps = [(before + after) // 2 for before, after in pairwise(held) if after - before > 1]
        return np.sort(np.append(zeb[gaps], [fold.levels[self._zeb] for fold in self.folds]))

    def _fold(self, low: float, high: float, *, upper: bool) -> Fold:
        from scipy.optimize import minimize_scalar

        sign = -1.0 if upper else 1.0
        found = minimize_scalar(
            lambda log_zeb: sign * float(self.steady_curve(np.exp([log_zeb]))[0][0]),
            bounds=(math.log(low), math.log(high)),
            method="bounded",
            options={"xatol": _FOLD_PRECISION},
        )
        inputs, levels = self.steady_curve(np.exp([found.x]))
        return Fold(float(inputs[0]), levels[:, 0])

    def _root(self, place: int, value: float) -> np.ndarray:
        """Levels of the one steady state between two knots: Newton's, or bisection where it leaves the piece."""
        zeb, inputs, levels = self._knots
        low, high = float(zeb[place]), float(zeb[place + 1])
        if np.isfinite(inputs[place : place + 2]).all():
            state = self._newton(levels[:, place : place + 2].mean(axis=1), value)
            if state is not None and low <= state[self._zeb] <= high:
                return state
        rising = inputs[place] < value
        for _ in range(_BISECTIONS):
            middle = math.sqrt(low * high)
            below = bool(self.steady_curve(np.array([middle]))[0][0] < value)
            low, high = (middle, high) if below == rising else (low, middle)
        inputs, levels = self.steady_curve(np.array([low, high]))
        return levels[:, 0 if np.isfinite(inputs[0]) else 1]

    def _newton(self, levels: np.ndarray, value: float) -> np.ndarray | None:
        for _ in range(_NEWTON_STEPS):
            try:
                step = np.linalg.solve(self.jacobian(levels[:, None], value)[0], self.rates(levels, value))
            except np.linalg.LinAlgError:
                return None
            levels = levels - step
            if not (np.isfinite(levels).all() and (levels > 0.0).all()):
                return None
            if np.abs(step / levels).max() < _NEWTON_PRECISION:
                return levels
        return None

    def _described(self, levels: np.ndarray, value: float) -> SteadyState:
        below = int(np.searchsorted(self._branch_ends, levels[self._zeb]))
        growth = self._growth_rates(levels[:, None], value)
        return SteadyState(value, levels, float(growth[0]), below, self.position(levels))

    def _branch(self, inputs: np.ndarray, levels: np.ndarray) -> Branch:
        growth = self._growth_rates(levels, inputs)
        middle = len(inputs) // 2
        return Branch(self.position(levels[:, middle]), bool(growth[middle] < 0.0), inputs, levels.T, growth)

    def _growth_rates(self, levels: np.ndarray, value: float | np.ndarray) -> np.ndarray:
        return np.linalg.eigvals(self.jacobian(levels, value)).real.max(axis=-1)
