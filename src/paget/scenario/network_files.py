"""The files that a network scenario names travel with its run: the directory can be moved, and run again as it is."""

from __future__ import annotations

from pathlib import Path, PurePath

from paget.errors import PagetError
from paget.scenario.network_model import Network, is_file


def portable(scenario: Network) -> tuple[Network, dict[str, bytes]]:
    """The scenario with file names of its own making, and the content of each; a built-in network has no files."""
    if not is_file(scenario.network):
        return scenario, {}
    named = {scenario.network: f"network{PurePath(scenario.network).suffix.casefold()}"}
    for position, path in enumerate(dict.fromkeys(scenario.settings), start=1):
        named[path] = f"settings-{position}.cfg"
    kept = scenario.model_copy(
        update={"network": named[scenario.network], "settings": tuple(named[path] for path in scenario.settings)}
    )
    return kept, {name: _content(path) for path, name in named.items()}


def _content(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise PagetError(f"{path} cannot be read: {error.strerror or error}.") from error
