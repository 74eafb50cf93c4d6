"""A logical network from a file (.bnd with .cfg, .bnet, SBML-qual) becomes a scenario that runs it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from paget.errors import InputError, InputErrors

if TYPE_CHECKING:
    from paget.signalling.network import Network as LogicalNetwork
    from paget.signalling.settings import Settings

_FEW = 6
_UNTIMED = (100.0, 1.0)
"""Duration and window where no .cfg says them: a node without rates of its own flips once per unit of time."""

_HEAD = """\
# A network from another program. Check it with `paget check FILE`, run it with `paget run FILE`.
# `paget new network` shows everything that such a scenario can say.

"""
_TAIL = """
# Alter nodes (here {node}) or inhibit them in part, and compare:
#conditions:
#  - {{name: as it is}}
#  - {{name: {node} off, hold: {{{node}: off}}}}
#  - {{name: {node} inhibited, inhibit: {{{node}: 0.9}}}}
#read_outs: {{example: "{node}"}}
"""


@dataclass(frozen=True)
class Imported:
    """A scenario's text, and what it runs, in words."""

    text: str
    what: str


def imported(path: Path, settings: Sequence[Path] = (), target: Path | None = None) -> Imported:
    """The scenario for a network's file; InputError where file or settings are wrong.

    settings: .cfg files; without any the one of the same name beside it, if there is one. target: where the scenario
    will stand, which its paths are relative to (the working directory without it).
    """
    from paget.scenario import read, resolved_yaml
    from paget.scenario.network_fields import FEWEST_TRAJECTORIES, MOST_TRAJECTORIES
    from paget.scenario.network_model import Condition, Network

    files = [*settings] or _beside(path)
    _check([path, *files])
    if target is not None and not target.parent.is_dir():
        raise InputError("there is no such folder", file=str(target.parent), remedy="Make it, or choose another.")
    network, chosen = _read(path, files)
    duration, tick = (chosen.max_time, chosen.time_tick) if files else _UNTIMED
    folder = (target.parent if target else Path()).resolve()
    scenario = Network(
        paget=1,
        kind="network",
        name=path.stem,
        description=_described(path.name, len(network), network.inputs),
        network=_relative(path, folder),
        settings=tuple(_relative(file, folder) for file in files),
        samples=max(FEWEST_TRAJECTORIES, min(chosen.sample_count, MOST_TRAJECTORIES)) if files else None,
        seed=chosen.seed if files else 1,
        duration=duration,
        time_tick=tick,
        conditions=(Condition(name="as it is"),),
    )
    text = _HEAD + resolved_yaml(scenario) + _TAIL.format(node=_example(network))
    try:
        read(text, file=str(target or "scenario.yaml"))
    except InputError as error:
        # The scenario is not written, so that its lines help nobody; what is wrong came from these files.
        first = error.errors[0] if isinstance(error, InputErrors) else error
        source = str(files[-1] if files else path)
        raise InputError(first.message, file=source, field=first.place.field, remedy=first.remedy) from error
    return Imported(text, f"network of {len(network)} nodes, {len(network.inputs)} of them inputs")


def write(found: Imported, target: Path) -> None:
    """Write the scenario to a file that does not exist yet."""
    try:
        with target.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(found.text)
    except FileExistsError as error:
        raise InputError("exists already", file=str(target), remedy="Choose another name with -o.") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"cannot be written: {reason}", file=str(target), remedy="Choose another name.") from error


def _beside(path: Path) -> list[Path]:
    candidate = path.with_suffix(".cfg")
    return [candidate] if candidate.is_file() else []


def _check(files: Sequence[Path]) -> None:
    for file in files:
        if file.is_dir():
            raise InputError("is a folder", file=str(file), remedy="Give the path of a file.")
        if not file.is_file():
            raise InputError("there is no such file", file=str(file), remedy="Give the path of a file.")


def _read(path: Path, files: Sequence[Path]) -> tuple[LogicalNetwork, Settings]:
    from paget.signalling.network_file import read_network

    return read_network(path, cfg=files)


def _relative(path: Path, folder: Path) -> str:
    """The path as seen from a folder, with forward slashes."""
    return Path(os.path.relpath(path.resolve(), folder)).as_posix()


def _described(name: str, nodes: int, inputs: Sequence[str]) -> str:
    shown = ", ".join(inputs[:_FEW]) + (", …" if len(inputs) > _FEW else "")
    return f"{name}: {nodes} nodes; inputs: {shown or 'none'}."


def _example(network: LogicalNetwork) -> str:
    """A node that is no input."""
    return next((node.name for node in network.nodes if not node.is_input), network.nodes[0].name)
