"""Run a network: many trajectories, their averages over windows of time, and what they end in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from paget.errors import InputError
from paget.signalling.compiled import Numbered, compile_network
from paget.signalling.first_passage import first_passage_of
from paget.signalling.launch import run
from paget.signalling.output_states import MOST_STATES, OTHER, HammingDistance, StateNumber, label, most_frequent
from paget.signalling.result import Result, window_means
from paget.signalling.settings import LARGEST_SEED, MOST_SAMPLES, check_settings, whole

if TYPE_CHECKING:
    from paget.signalling.expression import Expression
    from paget.signalling.interventions import Interventions
    from paget.signalling.network import Network
    from paget.signalling.settings import Settings

PILOT_SAMPLES = 20_000
"""Trajectories that show which states to follow: one that takes a thousandth of the time is seen by about 20."""

MOST_THREADS = 2**16

_STATES, _DISTANCE = "state", "distance"


def simulate(
    network: Network,
    settings: Settings,
    *,
    samples: int | None = None,
    seed: int | None = None,
    readouts: Mapping[str, Expression] | None = None,
    interventions: Interventions | None = None,
    threads: int | None = None,
    device: str = "cpu",
    first: int = 0,
    first_passage: Mapping[str, Expression] | None = None,
    states: int = 0,
) -> Result:
    """Simulate a network; the same seed gives the same result whatever the number of threads.

    Args:
        network: the network.
        settings: how it is run.
        samples: number of trajectories; default: the settings'.
        seed: of the random numbers, at least 0; default: the settings'.
        readouts: conditions whose probability is wanted.
        interventions: alterations and drugs.
        threads: CPU threads; None: all.
        device: "cpu" or "cuda".
        first: number of the first trajectory, by which its random numbers are addressed.
        first_passage: conditions whose time of first being met is wanted.
        states: number of the most frequent states of the shown nodes to follow, at most 254.

    Raises:
        InputError: a name is unknown, a number out of range, a rate negative or not finite, the result too large for
            the memory, or the end out of reach because nodes flip too fast (`launch.MOST_STEPS`).
    """
    chosen = replace(
        settings,
        sample_count=settings.sample_count if samples is None else samples,
        seed=settings.seed if seed is None else seed,
    )
    _check(chosen, device, threads, first, states)
    shown = tuple(name for name in network.index if name not in chosen.internal)
    wanted, reached = dict(readouts or {}), dict(first_passage or {})
    outputs: dict[tuple[str, str], Expression | Numbered] = {("readout", name): rule for name, rule in wanted.items()}
    followed: tuple[tuple[int, ...], ...] = ()
    if states:
        followed = _frequent_states(network, chosen, interventions, shown, states, threads)
        outputs[_STATES, ""] = StateNumber(shown, followed)
    if chosen.reference:
        outputs[_DISTANCE, ""] = HammingDistance(chosen.reference)
    outputs |= {("first passage", name): rule for name, rule in reached.items()}
    compiled = compile_network(network, chosen, interventions, {" ".join(key): each for key, each in outputs.items()})
    raw = run(compiled, chosen, shown, len(reached), threads=threads, device=device, first=first)
    mean, error = window_means(raw.occupied, raw.squared, raw.filled, chosen.sample_count)
    ends = np.cumsum([len(shown), *compiled.slot_counts])
    parts = {key: slice(begin, end) for key, begin, end in zip(outputs, ends[:-1], ends[1:], strict=True)}
    numbered = [parts.get((kind, ""), slice(0)) for kind in (_STATES, _DISTANCE)]
    return Result(
        times=np.arange(len(mean), dtype=np.float64) * chosen.time_tick,
        nodes=shown,
        probability=mean[:, : len(shown)],
        standard_error=error[:, : len(shown)],
        readouts={
            name: (mean[:, place.start], error[:, place.start]) for name in wanted for place in [parts["readout", name]]
        },
        followed=(*(label(shown, state) for state in followed), OTHER) if followed else (),
        state_probability=mean[:, numbered[0]],
        state_standard_error=error[:, numbered[0]],
        hamming=(mean[:, numbered[1]], error[:, numbered[1]]),
        first_passage={
            name: first_passage_of(raw.passages[:, column] * chosen.time_tick) for column, name in enumerate(reached)
        },
        final=raw.final,
        fixed=raw.fixed.astype(np.bool_),
        all_nodes=compiled.nodes,
    )


def _frequent_states(
    network: Network,
    settings: Settings,
    interventions: Interventions | None,
    shown: tuple[str, ...],
    count: int,
    threads: int | None,
) -> tuple[tuple[int, ...], ...]:
    """The most frequent states of the shown nodes, by the ends of trajectories that end at equally spaced times."""
    pilot = replace(settings, sample_count=min(settings.sample_count, PILOT_SAMPLES))
    raw = run(compile_network(network, pilot, interventions), pilot, (), 0, threads=threads, spread=True)
    return most_frequent(raw.final, [network.index[name] for name in shown], count)


def _check(settings: Settings, device: str, threads: int | None, first: int, states: int) -> None:
    check_settings(settings)
    whole(first, 0, LARGEST_SEED - MOST_SAMPLES, "the number of the first trajectory", "first")
    if threads is not None:
        whole(threads, 1, MOST_THREADS, "the number of threads", "threads")
    if device not in ("cpu", "cuda"):
        raise InputError(f"there is no device {device!r}", field="device", remedy="Use cpu or cuda.")
    whole(states, 0, MOST_STATES, "the number of states to be followed", "states")
