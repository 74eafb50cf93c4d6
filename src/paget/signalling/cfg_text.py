"""Settings as the text of a .cfg file."""

from __future__ import annotations

import os
from collections.abc import Iterator

from paget.signalling.settings import InitialGroup, Settings
from paget.signalling.source_text import write_text


def write_cfg(settings: Settings, path: str | os.PathLike[str]) -> None:
    """Write settings as .cfg; nodes in no initial group are left out, which means 0 or 1 with probability 1/2."""
    write_text("\n".join([*_lines(settings), ""]), path)


def _lines(settings: Settings) -> Iterator[str]:
    for name, value in settings.variables.items():
        yield f"${name} = {_number(value)};"
    for group in settings.initial:
        yield _initial(group)
    for name in sorted(settings.internal):
        yield f"{name}.is_internal = 1;"
    for name, state in settings.reference.items():
        yield f"{name}.refstate = {state};"
    for name, steps in settings.schedules.items():
        yield f"{name}.schedule = {', '.join(f'{_number(time)}: {_number(odds)}' for time, odds in steps)};"
    yield f"time_tick = {_number(settings.time_tick)};"
    yield f"max_time = {_number(settings.max_time)};"
    yield f"sample_count = {settings.sample_count};"
    yield f"discrete_time = {int(settings.discrete_time)};"
    yield f"seed_pseudorandom = {settings.seed};"


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() and abs(value) < 2.0**53 else repr(float(value))


def _initial(group: InitialGroup) -> str:
    if len(group.nodes) == 1 and len(group.states) == 1:
        return f"{group.nodes[0]}.istate = {group.states[0][0]};"
    states = (f"[{', '.join(map(str, state))}]" for state in group.states)
    odds = ", ".join(f"{_number(odds)} {state}" for odds, state in zip(group.probabilities, states, strict=True))
    return f"[{', '.join(group.nodes)}].istate = {odds};"
