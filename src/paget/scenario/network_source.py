"""The network that a scenario names: one of the package's own, or a file of the user's."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paget.scenario.faults import fault, shown
from paget.scenario.fields import did_you_mean
from paget.scenario.network_model import ENDINGS, Network, is_file

if TYPE_CHECKING:
    from paget.signalling.expression import Expression
    from paget.signalling.library import CellNetwork
    from paget.signalling.network import Network as LogicalNetwork
    from paget.signalling.settings import Settings

_FEW_FILES = 50
_LONGEST_FOLDER = 200


@dataclass(frozen=True)
class NetworkSource:
    """A network with how it is run when a scenario says nothing else.

    cell: what the package knows of its own network (alterations, drugs, …), None for a file; time_unit: what its rates
    are per; read_outs: rules by name.
    """

    network: LogicalNetwork
    settings: Settings
    time_unit: str | None
    read_outs: Mapping[str, Expression]
    cell: CellNetwork | None = None

    @cached_property
    def alterations(self) -> tuple[str, ...]:
        """Labels of the alterations that the network knows."""
        return tuple(record.label for record in self.cell.tables.alterations) if self.cell else ()

    @cached_property
    def drugs(self) -> tuple[str, ...]:
        """Names of the drugs that the network knows, aliases last."""
        records = self.cell.tables.drugs if self.cell else ()
        return tuple(dict.fromkeys((*(each.drug for each in records), *(each.alias for each in records if each.alias))))

    @cached_property
    def environment(self) -> tuple[str, ...]:
        """Inputs that stand for the surroundings, by name and alias."""
        records = self.cell.tables.environment if self.cell else ()
        return tuple(name for each in records for name in (each.input, each.alias) if name)

    @cached_property
    def modules(self) -> tuple[str, ...]:
        """Modules that can be switched off, the effect of drugs among them."""
        from paget.knowledge.networks import DRUG_SWITCH

        return (*self.cell.tables.modules, DRUG_SWITCH) if self.cell else ()


def source_of(scenario: Network) -> NetworkSource:
    """The network of a scenario; a pydantic error at its key, or InputError from within its file."""
    if is_file(scenario.network):
        return _from_file(scenario)
    return _built_in(scenario.network)


def _built_in(name: str) -> NetworkSource:
    from paget.knowledge.networks import network_names
    from paget.signalling import library

    known = network_names()
    if name not in known:
        raise fault(f"network {shown(name)} is unknown", _network_remedy(name, known))
    cell = library.network(name)
    return NetworkSource(cell.network, cell.settings, cell.tables.settings["max_time"].unit, cell.read_outs, cell)


def _network_remedy(name: str, known: Iterable[str]) -> str:
    return f"{did_you_mean(name, known)} A file is named with its ending ({', '.join(ENDINGS)})."


def _from_file(scenario: Network) -> NetworkSource:
    from paget.signalling.network_file import read_network

    must_exist(scenario.network)
    if not scenario.network.casefold().endswith(ENDINGS):
        raise fault(f"{shown(scenario.network)} is no file of a network", f"Known endings: {', '.join(ENDINGS)}.")
    if not scenario.settings:
        _settings_forgotten(scenario.network)
    network, settings = read_network(scenario.network, cfg=scenario.settings)
    return NetworkSource(network, settings, scenario.time_unit, {})


def must_exist(name: str) -> None:
    """A pydantic error, with the nearest files of its folder, unless there is such a file."""
    path = Path(name)
    try:
        if path.is_file():
            return
        beside = sorted(entry.name for entry in path.parent.iterdir() if _could_be_meant(entry.name))
    except (OSError, ValueError):
        beside = []
    remedy = "A path is relative to the folder of the scenario."
    if beside:
        remedy = f"{did_you_mean(path.name, beside[:_FEW_FILES])} {remedy}"
    raise fault(f"there is no file {shown(path.name)} in {shown(str(path.parent), _LONGEST_FOLDER)}", remedy)


def _could_be_meant(name: str) -> bool:
    return name.casefold().endswith((*ENDINGS, ".cfg"))


def _settings_forgotten(network: str) -> None:
    """A pydantic error where the rules have $variables and a .cfg of the same name lies beside the file."""
    from paget.signalling.bnd import read_bnd

    beside = Path(network).with_suffix(".cfg")
    if network.casefold().endswith(".bnd") and beside.is_file() and (names := read_bnd(network).variables):
        raise fault(f"the rules use ${names[0]}, to which no settings give a value", f"Add settings: {beside.name}.")


def anchored(data: Mapping[str, Any], file: str) -> dict[str, Any]:
    """A network scenario's data with its paths made relative to where the scenario's file is."""
    folder = os.path.dirname(file)
    found = dict(data)
    if isinstance(found.get("network"), str) and is_file(found["network"]):
        found["network"] = os.path.join(folder, found["network"])
    settings = found.get("settings")
    if isinstance(settings, str):
        found["settings"] = os.path.join(folder, settings)
    elif isinstance(settings, list):
        found["settings"] = [os.path.join(folder, name) if isinstance(name, str) else name for name in settings]
    return found
