"""paget: an executable, cited model of how a tumour spreads. For research use only.

The names below load on first use, so that ``import paget`` costs nothing:

- ``paget.run(scenario, patients=…, seed=…)`` runs a scenario and returns its results;
- ``paget.simon_two_stage``, ``paget.schoenfeld_events`` and ``paget.simulated_power`` size a trial;
- ``paget.knowledge`` holds the records (parameters, sites, genes, sources) that the model is made of.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from paget import knowledge
    from paget.api import run
    from paget.trial.power import schoenfeld_events, simon_two_stage, simulated_power

__version__ = "0.1.0"
__all__ = ["__version__", "knowledge", "run", "schoenfeld_events", "simon_two_stage", "simulated_power"]

# Loaded by name, not by an import statement: the root belongs to no layer and must not tie the layers together.
_LAZY = {
    "knowledge": ("paget.knowledge", None),
    "run": ("paget.api", "run"),
    "schoenfeld_events": ("paget.trial.power", "schoenfeld_events"),
    "simon_two_stage": ("paget.trial.power", "simon_two_stage"),
    "simulated_power": ("paget.trial.power", "simulated_power"),
}


def __getattr__(name: str) -> Any:
    """Load a public name on first use; AttributeError for any other."""
    if name not in _LAZY:
        raise AttributeError(f"module 'paget' has no attribute {name!r}")
    module_name, attribute = _LAZY[name]
    module = import_module(module_name)
    value = module if attribute is None else getattr(module, attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Names that ``paget`` offers, lazy ones included."""
    return sorted({*globals(), *_LAZY})
