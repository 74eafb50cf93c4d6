"""The engine under test, fed by files: what the master equation knows as a tree, the engine reads as text."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from paget.signalling.interventions import Interventions
from paget.signalling.network import Network
from paget.signalling.network_file import read_network
from paget.signalling.settings import Settings
from signalling.oracle.master_equation import Model
from signalling.oracle.random_networks import save
from signalling.oracle.reference_models import MODELS


def read(made: Model, chance: random.Random) -> tuple[Network, Settings]:
    """The model written as .bnd and .cfg and read back by paget."""
    with TemporaryDirectory() as folder:
        bnd, cfg = save(made, chance, Path(folder))
        return read_network(bnd, cfg=[cfg])


def run(made: Model, chance: random.Random, samples: int, seed: int, **options) -> Any:
    """Result of trajectories of the model, with its held, inhibited and activated nodes."""
    # Here, so that tests of readers do without the compiler.
    from paget.signalling.simulate import simulate

    network, settings = read(made, chance)
    interventions = Interventions(held=made.held, inhibited=made.inhibited, activated=made.activated)
    return simulate(network, settings, samples=samples, seed=seed, interventions=interventions, **options)


def run_reference(network: str, cfg: Path, samples: int, seed: int) -> Any:
    """Result of a reference network under this .cfg, every node shown: the reference tables have internal ones too."""
    from paget.signalling.simulate import simulate

    found, settings = read_network(MODELS / f"{network}.bnd", cfg=[cfg])
    return simulate(found, replace(settings, internal=frozenset()), samples=samples, seed=seed)
