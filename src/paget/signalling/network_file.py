"""A network and how to run it, from a file of any known format."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import PurePath

from paget.errors import InputError
from paget.signalling.bnd import read_bnd
from paget.signalling.bnet import read_bnet
from paget.signalling.cfg import read_cfg
from paget.signalling.network import Network, nearest
from paget.signalling.settings import Settings

SUFFIXES = {".bnd": "MaBoSS", ".bnet": "BoolNet", ".sbml": "SBML-qual", ".xml": "SBML-qual"}


def read_network(
    path: str | os.PathLike[str], cfg: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] = ()
) -> tuple[Network, Settings]:
    """The network of a file, chosen by its suffix, with the settings of .cfg files applied in order.

    Without a .cfg the settings are the defaults of MaBoSS and the initial levels of an SBML-qual file.
    InputError when the file is wrong or a rule uses a $variable that no .cfg sets.
    """
    suffix = PurePath(path).suffix.lower()
    if suffix not in SUFFIXES:
        kinds = ", ".join(f"{each} ({name})" for each, name in SUFFIXES.items())
        raise InputError(
            f"the suffix '{suffix}' stands for no known format", file=os.fspath(path), remedy=f"Known: {kinds}."
        )
    settings = Settings()
    if suffix == ".bnd":
        network = read_bnd(path)
    elif suffix == ".bnet":
        network = read_bnet(path)
    else:
        from paget.signalling.sbml_qual import read_sbml_qual

        network, settings = read_sbml_qual(path)
    settings = read_cfg(cfg, network, settings)
    check_variables(network, settings, file=os.fspath(path))
    return network, settings


def check_variables(network: Network, settings: Settings, *, file: str | None = None) -> None:
    """Raise InputError when a rule uses a $variable without a value."""
    missing = [name for name in network.variables if name not in settings.variables]
    if not missing:
        return
    node = next(node.name for node in network.nodes for rule in node.rules if missing[0] in rule.variables())
    near = nearest(missing[0], settings.variables)
    others = f" ({len(missing)} variables have none)" if len(missing) > 1 else ""
    raise InputError(
        f"the rules of {node} use ${missing[0]}, which has no value{others}",
        file=file,
        remedy=f"Did you mean ${near}?" if near else f'Give a .cfg that sets it, e.g. "${missing[0]} = 1;".',
    )
